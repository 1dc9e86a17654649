"""A series: the publications of one ranking, found on the disk and added to it."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from socialscore.errors import InputError, SocialscoreError, UsageError
from socialscore.inputs.options import as_written, of_today
from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.ranking import load_ranking
from socialscore.publishing.details import FILES, read_details
from socialscore.publishing.manifest import FILE_NAME, Manifest, Predecessor, digest, read_manifest
from socialscore.publishing.signatures import SIGNATURE
from socialscore.runtime.write_file import sync_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.details import Details

__all__ = [
    "Publication",
    "Series",
    "adding",
    "folder_name",
    "read_publication",
    "read_series",
    "write_publication",
]

_UNFINISHED = ".unfinished-"  # what the names of folders that are being written begin with


@dataclass(frozen=True)
class Publication:
    """One revision of one period."""

    folder: Path
    manifest: Manifest

    @cached_property
    def document(self) -> dict[str, Any]:
        """What ranking.json says.

        Raises:
            InputError: it is missing or damaged.
        """
        return _object(self.folder / "ranking.json")

    @cached_property
    def options(self) -> dict[str, Any]:
        """Every option of the ranking, as options.json says, under the names of today.

        Raises:
            InputError: it is missing or damaged.
        """
        return of_today(_object(self.folder / "options.json"))

    @cached_property
    def ranking(self) -> Ranking:
        """The ranking that options.json describes; whom it ignores is not told, only how many.

        Raises:
            InputError: the file is missing or damaged, or describes none.
        """
        unnamed = ("",) * self.manifest.n_ignored
        try:
            ranking = load_ranking(None, as_written(self.options))
            return ranking.model_copy(update={"panel": None, "ignore": unnamed})
        except SocialscoreError as error:
            path = self.folder / "options.json"
            raise InputError(path, f"is not a ranking: {error}") from None

    @cached_property
    def panel(self) -> Panel:
        """The bodies as they were then.

        Raises:
            InputError: the file is missing or damaged.
        """
        return replace(
            read_panel(self.folder / "panel.csv", accepted=True), name=self.manifest.panel
        )

    @cached_property
    def details(self) -> Details | None:
        """What it tells of each body besides its line; None: an earlier version told nothing.

        Raises:
            InputError: a file is damaged.
        """
        paths = {name: self.folder / name for name in FILES}
        contents = {name: path.read_bytes() for name, path in paths.items() if path.exists()}
        return read_details(contents, self.panel.bodies, self.folder) if contents else None

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed its manifest."""
        return (self.folder / SIGNATURE).exists()

    @property
    def reference(self) -> Predecessor:
        """How another publication refers to this one."""
        return Predecessor(self.folder.name, digest((self.folder / FILE_NAME).read_bytes()))


@dataclass(frozen=True)
class Series:
    """What one ranking was published as, in order of period and revision."""

    folder: Path
    publications: tuple[Publication, ...] = ()

    @property
    def latest(self) -> dict[str, Publication]:
        """The last revision of every period, in order of period."""
        return {each.manifest.period: each for each in self.publications}


def read_series(folder: Path) -> Series:
    """The publications in a folder; none where there is no folder.

    Raises:
        InputError: a folder in it is no publication, or a damaged one.
    """
    if not folder.exists():
        return Series(folder)
    found = [
        read_publication(path)
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    ]
    # Labels of one form sort by time.
    in_order = sorted(found, key=lambda it: (it.manifest.period, it.manifest.revision))
    return Series(folder, tuple(in_order))


def read_publication(folder: Path) -> Publication:
    """The publication in a folder.

    Raises:
        InputError: there is none, or its folder is called after another period or revision.
    """
    manifest = read_manifest(folder)
    expected = folder_name(manifest.period, manifest.revision)
    if folder.resolve().name != expected:
        raise InputError(folder, f"its manifest is that of {expected}; rename it back")
    return Publication(folder, manifest)


def folder_name(period: str, revision: int) -> str:
    """What the folder of a publication is called."""
    name = period.replace(":", "")  # of an hour, which some file systems refuse
    return name if revision == 1 else f"{name}.r{revision}"


@contextmanager
def adding(folder: Path) -> Iterator[None]:
    """Holds a series against other writers, and clears away what a killed one left.

    Raises:
        SocialscoreError: another run is publishing; the exit code says to try again later.
        UsageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            for left in folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left)
            yield
    except Timeout:
        error = SocialscoreError(f"{folder}: another run is publishing; try again when it is done")
        error.exit_code = 75
        raise error from None
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); fix that or choose another --out"
        raise UsageError(f"{folder}: {problem}") from None


def write_publication(series: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Write a publication: the folder is there with all its files, or not at all.

    Args:
        series: the folder of the series, held by `adding`.
        name: of the new folder.
        files: content by path inside it.
    """
    unfinished, finished = series / f"{_UNFINISHED}{name}", series / name
    for path, content in files.items():
        target = unfinished / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, content, mode=0o444)  # nobody changes it by mistake
    for folder in {unfinished, *(path.parent for path in unfinished.rglob("*"))}:
        sync_folder(folder)
    unfinished.rename(finished)
    sync_folder(series)
    return finished


def _object(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, f"cannot be read ({error})") from None
    if not isinstance(found, dict):
        raise InputError(path, "is not what `publish` wrote")
    return found
