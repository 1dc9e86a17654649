"""The journal: what networks answer lies on the disk before anything else is asked of them.

    socialscore-data/
      journal/twitter-123-inbound.1.jsonl    pages that are not merged yet; a line each
      journal/twitter-123-inbound.drift.jsonl  pages in a shape that nobody knows, for who mends it
      collector-twitter.lock                 held while pages of the network are asked for

A journal is written once, from its header on, and removed when the store has what it says. What is
found when a run begins was left by one that was killed. Its last line may be torn: then the network
has answered, and nobody knows what.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from filelock import FileLock, Timeout

from socialscore.errors import Overtaken, StoreError
from socialscore.runtime.write_file import remove_unfinished, sync_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Journal", "collecting", "drop_aside", "left", "replay", "set_aside"]

_FORMAT = 1
_DRIFT = ".drift.jsonl"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_APPEND

Record = dict[str, Any]


class Journal:
    """One file of the journal, from its header to its removal.

    Args:
        root: the store's folder.
        name: of what is collected.
        header: what to know about the records that follow.
    """

    def __init__(self, root: Path, name: str, header: Mapping[str, Any]) -> None:
        folder = _folder(root)
        number = 1
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            while (path := folder / f"{_file_name(name)}.{number}.jsonl").exists():
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
        line = _line(record)
        try:
            _write_all(self._file, line)
            _sync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._size)
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from None
        self._size += len(line)

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
    paths = sorted(_folder(root).glob(f"{_file_name(network)}-*.jsonl"))
    return [path for path in paths if not path.name.endswith(_DRIFT)]


def replay(path: Path) -> list[Record]:
    """The records of a journal, header first, without a torn last one; empty if all was torn.

    Raises:
        StoreError: it is damaged elsewhere than at its end, or of another version.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})") from None
    records: list[Record] = []
    for number, line in enumerate(lines[:-1], 1):  # what follows the last line feed is torn
        try:
            records.append(json.loads(line))
        except ValueError:
            if number == len(lines) - 1:
                break
            raise StoreError(f"{path}:{number}: is damaged; move the file elsewhere") from None
    if records and records[0].get("format") != _FORMAT:
        found = records[0].get("format")
        problem = f"has format {found}, this socialscore reads {_FORMAT}; update it"
        raise StoreError(f"{path}: {problem}")
    return records


def set_aside(root: Path, name: str, record: Mapping[str, Any]) -> Path:
    """Keep a record that cannot be merged, for whoever finds out why."""
    path = _folder(root) / f"{_file_name(name)}{_DRIFT}"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = os.open(path, _NEW, 0o600)
        try:
            _write_all(file, _line(record))
            _sync(file)
        finally:
            os.close(file)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def drop_aside(root: Path, unwanted: Callable[[str, bytes], bool], *, act: bool = True) -> int:
    """Remove records that were set aside, and return how many.

    Args:
        root: the store's folder.
        unwanted: whether a record must go: asked with the name of what was collected, and its line.
        act: False: only count them.
    """
    n_dropped = 0
    for path in sorted(_folder(root).glob(f"*{_DRIFT}")):
        name = unquote(path.name.removesuffix(_DRIFT))
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not unwanted(name, line)]
        n_dropped += len(lines) - len(kept)
        if act and not kept:
            path.unlink()
        elif act and len(kept) < len(lines):
            write_file(path, b"".join(kept), mode=0o600)
    if act:
        remove_unfinished(_folder(root))
    return n_dropped


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


def _folder(root: Path) -> Path:
    return root / "journal"


def _file_name(name: str) -> str:
    return quote(name, safe="@")


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync(file: int) -> None:
    """Returns when content and length are on the disk; other attributes may follow later."""
    getattr(os, "fdatasync", os.fsync)(file)
