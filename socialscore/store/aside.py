"""What could not be read, kept beside the journal for whoever finds out why.

    journal/twitter-123-inbound.drift.jsonl      pages that cannot be read, wholly or in part
    journal/twitter-123-inbound.drift.json       since when that is so, and when to try again
    journal/twitter-123-inbound.1.jsonl.damaged  a journal that cannot be read itself

All of it may tell of persons, so it is erased as messages are.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from socialscore.errors import StoreError
from socialscore.runtime.write_file import remove_unfinished, sync_folder, write_file
from socialscore.store.journal import DAMAGED, DRIFT, append_line, file_name, folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "drop_aside",
    "forget_drift",
    "known_drifts",
    "note_drift",
    "pages_aside",
    "rewrite_aside",
    "set_aside",
    "set_journal_aside",
]

_MEMORY = ".drift.json"
_PRIVATE = 0o600

Record = dict[str, Any]


# --- pages ----------------------------------------------------------------------------------------


def set_aside(root: Path, name: str, record: Mapping[str, Any]) -> Path:
    """Keep a record that cannot be merged, for whoever finds out why."""
    path = folder_of(root) / f"{file_name(name)}{DRIFT}"
    with _access(path, "written"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
        try:
            append_line(file, record)
        finally:
            os.close(file)
        sync_folder(path.parent)
    return path


def pages_aside(root: Path, network: str) -> Iterator[tuple[Path, list[bytes]]]:
    """The files with pages of a network that were set aside, and their lines."""
    for path in sorted(folder_of(root).glob(f"{file_name(network)}-*{DRIFT}")):
        yield path, _content(path).splitlines(keepends=True)


def rewrite_aside(path: Path, lines: Sequence[bytes]) -> None:
    """Let a file of pages have these lines; without any it goes."""
    with _access(path, "written"):
        if lines:
            write_file(path, b"".join(lines), mode=_PRIVATE)
        else:
            path.unlink(missing_ok=True)


def set_journal_aside(path: Path) -> Path:
    """Give a journal that cannot be read another name, under which nobody merges it."""
    aside = path.with_name(path.name + DAMAGED)
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{number}{DAMAGED}")
    with _access(path, "renamed"):
        path.rename(aside)
        sync_folder(path.parent)
    return aside


# --- since when a stream cannot be read -----------------------------------------------------------


def note_drift(root: Path, name: str, record: Mapping[str, Any]) -> None:
    """Remember of a stream what is the matter with it."""
    path = folder_of(root) / f"{file_name(name)}{_MEMORY}"
    with _access(path, "written"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_file(path, json.dumps(record).encode(), mode=_PRIVATE)


def forget_drift(root: Path, name: str) -> None:
    """It can be read again."""
    path = folder_of(root) / f"{file_name(name)}{_MEMORY}"
    with _access(path, "removed"):
        path.unlink(missing_ok=True)


def known_drifts(root: Path) -> dict[str, Record]:
    """What is remembered, by the name of the stream; what makes no sense is not."""
    found = {}
    for path in folder_of(root).glob(f"*{_MEMORY}"):
        record = _parsed(_content(path))
        if isinstance(record, dict):
            found[unquote(path.name.removesuffix(_MEMORY))] = record
    return found


# --- erasing --------------------------------------------------------------------------------------


def drop_aside(
    root: Path, unwanted: Callable[[str, bytes, datetime | None], bool], *, act: bool = True
) -> int:
    """Remove what was set aside, and return how many records that were.

    Args:
        root: the store's folder.
        unwanted: whether a record must go: asked with the name of what was collected, its line, and
            when it was written, where the line itself does not say that.
        act: False: only count them.
    """
    n_dropped, folder = 0, folder_of(root)
    for path in sorted(folder.glob(f"*{DRIFT}")):
        name = unquote(path.name.removesuffix(DRIFT))
        lines = _content(path).splitlines(keepends=True)
        kept = [line for line in lines if not unwanted(name, line, None)]
        n_dropped += len(lines) - len(kept)
        if act and len(kept) < len(lines):
            rewrite_aside(path, kept)
    for path in sorted([*folder.glob(f"*{DAMAGED}"), *folder.glob(f"*{_MEMORY}")]):
        content, name = _content(path), unquote(path.name)
        if unwanted(name, content, _due(content) or _written(path)):
            n_dropped += path.name.endswith(DAMAGED)
            if act:
                path.unlink()
    if act:
        remove_unfinished(folder)
    return n_dropped


def _due(content: bytes) -> datetime | None:
    """When what is remembered of a stream has done its work."""
    try:
        return datetime.fromisoformat(_parsed(content)["retry_at"])
    except (KeyError, TypeError, ValueError):
        return None


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _content(path: Path) -> bytes:
    with _access(path, "read"):
        return path.read_bytes()


@contextmanager
def _access(path: Path, what: str) -> Iterator[None]:
    """Where a file is read or written: what the system has against it is an error of the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: cannot be {what}: {error.strerror}") from None


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
