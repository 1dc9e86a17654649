"""A folder that follows a set of files, while a web server reads it.

Every file is replaced at once, and what no longer belongs is removed; what others put into the
folder stays. A list in it says which files are ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from socialscore.errors import InputError, UsageError
from socialscore.runtime.write_file import remove_unfinished, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Content", "Update", "update"]

Content = Path | Callable[[], bytes]
"""The file that has a content, or what makes it: pages are made one after the other."""

_LIST = ".socialscore-site.json"  # the files that are ours
_LOCK = ".socialscore-site.lock"
_TIMEOUT = 60.0  # seconds to wait for another run that builds the same site


@dataclass(frozen=True)
class Update:
    """What became of the folder."""

    n_written: int  # files that are new or differ
    n_removed: int  # files of ours that belong to it no longer


def update(files: Mapping[str, Content], out: Path) -> Update:
    """Make a folder the site, file by file: who reads meanwhile sees each page whole, old or new.

    Args:
        files: what makes their content, by path, in the order in which they are to be written.
        out: the folder. Files in it that are not of the site stay.

    Raises:
        UsageError: a file of somebody else stands in the way, or the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with FileLock(out / _LOCK, timeout=_TIMEOUT):
            return _update(files, out)
    except Timeout:
        raise UsageError(f"{out}: another run is building this site; try again later") from None
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); fix that or choose another --out"
        raise UsageError(f"{error.filename or out}: {problem}") from None


def _update(files: Mapping[str, Content], out: Path) -> Update:
    ours = dict.fromkeys(_ours(out / _LIST))
    for folder in {out, *((out / name).parent for name in ours)}:
        remove_unfinished(folder)
    foreign = [name for name in files if name not in ours and (out / name).exists()]
    if foreign:
        problem = "is not part of a site that socialscore built; choose another --out, or remove it"
        raise UsageError(f"{out / foreign[0]}: {problem}")
    stale = [name for name in ours if name not in files]
    # A run that ends early leaves no file that no list has.
    write_file(out / _LIST, json.dumps([*files, *stale], indent=0))
    n_written = sum(_followed(out / name, content) for name, content in files.items())
    for name in stale:
        (out / name).unlink(missing_ok=True)
        _remove_if_empty((out / name).parent, out)
    write_file(out / _LIST, json.dumps([*files], indent=0))
    return Update(n_written, len(stale))


def _ours(path: Path) -> list[str]:
    """The files that an earlier run wrote; of a list that somebody meddled with, none outside."""
    if not path.exists():
        return []
    try:
        names = [PurePosixPath(name) for name in json.loads(path.read_bytes())]
    except (ValueError, TypeError):
        raise InputError(path, "is damaged; remove the folder of the site") from None
    return [str(name) for name in names if not name.is_absolute() and ".." not in name.parts]


def _followed(path: Path, content: Content) -> bool:
    """Whether the file had to be written: what has not changed keeps its time."""
    wanted = content.read_bytes() if isinstance(content, Path) else content()
    if path.is_file() and path.read_bytes() == wanted:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # What a power cut takes of it, the next run finds by its content.
    write_file(path, wanted, synced=False)
    return True


def _remove_if_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
