"""Locations: where a store may lie, and the few things that it does with files there.

A folder of a disk, or a bucket (`bucket.py`). Tables are the table library's affair, and engines
read the files of tables by their addresses: a location only says what these are.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Protocol, TypeAlias

from filelock import FileLock, Timeout

from socialscore.errors import Overtaken, StoreError
from socialscore.runtime.object_storage import BUCKETS, installed
from socialscore.runtime.write_file import UNFINISHED, remove_unfinished, write_file
from socialscore.store.checksums import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Folder", "Location", "Where", "location_at"]

Where: TypeAlias = "Path | str | Location"
"""How a store is named: a folder, an address, or the location itself."""

_UNUSABLE = frozenset("[]^|%\\\n\r\t\0")  # the table library takes a path for an address
_LOCK = "files.lock"
_TIMEOUT = 60.0  # seconds for a file to be let go, which takes others milliseconds


class Location(Protocol):
    """Where a store lies. `str` of it is its address, as people write it."""

    @property
    def here(self) -> Path:
        """The folder of this machine for what must be on one of its disks: locks and journals."""

    def at(self, name: str) -> str:
        """The address of a file or a table, for engines and the table library."""

    def vacant(self) -> bool:
        """Whether nothing is there."""

    def names(self, folder: str) -> list[str]:
        """The names of all files below a folder, which may be missing."""

    def read(self, name: str) -> bytes | None:
        """What a file holds; None: there is none."""

    def spare(self, name: str, /) -> bytes | None:
        """What the spare copy of a file holds; None: there is no sound one."""

    def amend(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Let a file hold what becomes of what it holds, whoever else amends it meanwhile."""

    def remove(self, name: str) -> None:
        """Remove a file, which may be gone already."""

    def remove_folder(self, name: str) -> None:
        """Remove a folder with all that is in it; it may be missing."""

    def about(self, name: str) -> tuple[int, int]:
        """The bytes of a file, and the milliseconds of the epoch in which it was written."""


def location_at(where: Where) -> Location:
    """The location of a folder or an address.

    Raises:
        StoreError: no store can be there.
    """
    if not isinstance(where, (Path, str)):
        return where
    if not str(where).startswith(BUCKETS):
        _check_meaning(str(where))
        location: Location = Folder(Path(where))
    else:
        with installed(str(where)):
            from socialscore.store.bucket import Bucket

        location = Bucket(str(where))
    for sign in location.at(""):
        if sign in _UNUSABLE or "\ud800" <= sign <= "\udfff":  # what is no UTF-8
            shown = sign if sign.isprintable() else f"the character {sign!a}"
            problem = f"no store can be in a folder with {shown} in its path; choose another"
            raise StoreError(f"{where!s:.300}: {problem}".encode(errors="replace").decode())
    return location


def _check_meaning(where: str) -> None:
    """Refuse what is meant to be something else than a folder.

    Raises:
        StoreError: it is empty, an address of another kind, or what only a shell understands.
    """
    if not where.strip():
        raise StoreError("the folder of the store is empty; name one")
    if re.match(r"[a-z0-9]+:/", where):
        raise StoreError(f"{where}: no store can be at such an address; name a folder, or s3://…")
    if where.startswith("~"):
        raise StoreError(f'{where}: only a shell knows what "~" means; write the path in full')


class Folder:
    """A folder of a disk, of this machine or one that several share."""

    def __init__(self, path: Path) -> None:
        self.here = path

    def __str__(self) -> str:
        return str(self.here)

    def at(self, name: str) -> str:
        """See `Location`."""
        return str(self.here.absolute() / name)

    def vacant(self) -> bool:
        """See `Location`."""
        try:
            found = list(self.here.iterdir()) if self.here.exists() else []
        except NotADirectoryError:
            return False
        return all(path.name == _LOCK or path.match(UNFINISHED) for path in found)

    def names(self, folder: str) -> list[str]:
        """See `Location`."""
        return [
            path.relative_to(self.here).as_posix()
            for path in (self.here / folder).rglob("*")
            if path.is_file()
        ]

    def read(self, name: str) -> bytes | None:
        """See `Location`."""
        try:
            return (self.here / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def spare(self, name: str) -> bytes | None:
        """See `Location`."""
        return unseal(self.here / "spare" / name)

    def amend(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """See `Location`."""
        self.here.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.here / _LOCK, timeout=_TIMEOUT):
                before = self.read(name)
                after = change(before)
                if after != before:
                    self._write(name, after)
        except Timeout:
            problem = f"another process holds {_LOCK}; try again later"
            raise Overtaken(f"{self}: {problem}") from None
        return after

    def _write(self, name: str, content: bytes) -> None:
        """Write a file and its spare copy, which never says less or more than the file does."""
        spare = self.here / "spare" / name
        spare.unlink(missing_ok=True)
        for path, text in ((self.here / name, content), (spare, seal(content))):
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_unfinished(path.parent)
            write_file(path, text, synced=path != spare)

    def remove(self, name: str) -> None:
        """See `Location`."""
        (self.here / name).unlink(missing_ok=True)

    def remove_folder(self, name: str) -> None:
        """See `Location`."""
        with suppress(FileNotFoundError):
            rmtree(self.here / name)

    def about(self, name: str) -> tuple[int, int]:
        """See `Location`."""
        found = (self.here / name).stat()
        return found.st_size, found.st_mtime_ns // 1_000_000
