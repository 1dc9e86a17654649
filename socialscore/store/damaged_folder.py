"""What a repair moves aside: damaged files, where they were in the store.

    socialscore-data/
      damaged/20261201T093000Z/…

They may hold messages, so they go when something is erased, and when texts have expired.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from shutil import copyfile
from typing import TYPE_CHECKING

from socialscore.runtime.write_file import sync_file, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.store.location import Location

__all__ = ["DamagedFolder", "drop_damaged"]

_FOLDER = "damaged"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class DamagedFolder:
    """The folder of one repair."""

    root: Path  # of the store
    repaired_at: datetime  # aware

    def copy(self, path: Path) -> None:
        """Keep what a file holds; there need not be one."""
        if path.is_file():
            aside = self._at(path)
            copyfile(path, aside)
            sync_file(aside)
            sync_folder(aside.parent)

    def move(self, path: Path) -> None:
        """Keep a file or a folder, which is gone from its place then; there need not be one."""
        if path.exists():
            aside = self._at(path)
            path.rename(aside)
            sync_folder(aside.parent)

    def _at(self, path: Path) -> Path:
        folder = self.root / _FOLDER / self.repaired_at.astimezone(UTC).strftime(_STAMP)
        aside = folder / path.relative_to(self.root)
        aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return aside


def drop_damaged(location: Location, before: datetime | None = None) -> None:
    """Remove what repairs have moved aside, for good.

    Args:
        location: of the store.
        before: only what was moved aside before this moment, aware; by default, the whole folder.
    """
    if before is None:
        location.remove_folder(_FOLDER)
        return
    for name in {name.split("/")[1] for name in location.names(_FOLDER)}:
        with suppress(ValueError):  # of what people have put there
            if datetime.strptime(name, _STAMP).replace(tzinfo=UTC) < before:
                location.remove_folder(f"{_FOLDER}/{name}")
