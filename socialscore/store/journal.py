"""The journal: what networks answer lies on the disk before anything else is asked of them.

    socialscore-data/
      journal/twitter-123-inbound.1.jsonl  pages that are not merged yet; a line each
      collector-twitter.lock               held while pages of the network are asked for

A journal is written once, from its header on, and removed when the store has what it says. What is
found when a run begins was left by one that was killed. Its last line may be torn: then the network
has answered, and nobody knows what. What cannot be merged is kept beside it (`aside.py`).
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from filelock import FileLock, Timeout

from socialscore.errors import Overtaken, StoreError
from socialscore.runtime.write_file import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "DAMAGED",
    "DRIFT",
    "DamagedJournal",
    "Journal",
    "append_line",
    "collecting",
    "file_name",
    "folder_of",
    "left",
    "replay",
]

DRIFT = ".drift.jsonl"  # how the names of files end that no run merges
DAMAGED = ".damaged"

_FORMAT = 1
_NEW = os.O_WRONLY | os.O_CREAT | os.O_APPEND

Record = dict[str, Any]


class DamagedJournal(StoreError):
    """A journal that holds something else than this socialscore has written."""


class Journal:
    """One file of the journal, from its header to its removal.

    Args:
        root: the store's folder.
        name: of what is collected.
        header: what to know about the records that follow.
    """

    def __init__(self, root: Path, name: str, header: Mapping[str, Any]) -> None:
        folder = folder_of(root)
        number = 1
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            while (path := folder / f"{file_name(name)}.{number}.jsonl").exists():
                number += 1
            self.path = path
            self._file = os.open(path, _NEW | os.O_EXCL, 0o600)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be written: {error.strerror}") from None
        self._size = 0
        self.append({"format": _FORMAT, **header})
        sync_folder(folder)

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a line, and return when it is on the disk.

        Raises:
            StoreError: it is not there; neither is any part of it.
        """
        try:
            self._size += append_line(self._file, record)
        except OSError as error:
            os.ftruncate(self._file, self._size)
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Write no more; the file stays."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """Forget it: the store has what it says."""
        self.close()
        self.path.unlink(missing_ok=True)


def left(root: Path, network: str) -> list[Path]:
    """The journals of a network that wait to be merged."""
    paths = sorted(folder_of(root).glob(f"{file_name(network)}-*.jsonl"))
    return [path for path in paths if not path.name.endswith(DRIFT)]


def replay(path: Path) -> list[Record]:
    """The records of a journal, header first, without a torn last one; empty if all was torn.

    Raises:
        DamagedJournal: it is damaged elsewhere than at its end, or of another version.
        StoreError: it cannot be read at all.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from None
    records: list[Record] = []
    for number, line in enumerate(lines[:-1], 1):  # what follows the last line feed is torn
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines) - 1:
                break
            record = None
        if not isinstance(record, dict):
            raise DamagedJournal(f"{path}:{number}: is damaged")
        records.append(record)
    if records and records[0].get("format") != _FORMAT:
        found = records[0].get("format")
        raise DamagedJournal(f"{path}: has format {found}, this socialscore reads {_FORMAT}")
    return records


@contextmanager
def collecting(root: Path, network: str, *, timeout: float = 0) -> Iterator[None]:
    """Holds a network against other collectors of the same store.

    Args:
        root: the store's folder.
        network: what to hold.
        timeout: seconds to wait for another one; negative: for as long as it takes.

    Raises:
        Overtaken: another collector is still at work.
    """
    lock = FileLock(root / f"collector-{network}.lock", timeout=timeout)
    try:
        lock.acquire()
    except Timeout:
        raise Overtaken(
            f"{root}: another run is collecting from {network}; try again when it is done"
        ) from None
    except OSError as error:
        raise StoreError(f"{root}: cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()


def folder_of(root: Path) -> Path:
    """The folder of the journals of a store."""
    return root / "journal"


def file_name(name: str) -> str:
    """What the name of what is collected is in names of files."""
    return quote(name, safe="@")


def append_line(file: int, record: Mapping[str, Any]) -> int:
    """Write a record as a line, and return its length when it is on the disk."""
    line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
    rest = line
    while rest:
        rest = rest[os.write(file, rest) :]
    # Content and length are on the disk then; other attributes may follow later.
    getattr(os, "fdatasync", os.fsync)(file)
    return len(line)
