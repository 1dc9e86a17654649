"""Writing a file so that neither a full disk nor a power cut leaves half of it.

The content goes to a temporary file in the same folder and from there to the disk; only then does
the file get its name, and the folder is made durable as well. On any error the old file is
untouched and the temporary one is removed; only a process that was killed leaves it behind.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "UNFINISHED",
    "create_file",
    "remove_unfinished",
    "sync_file",
    "sync_folder",
    "write_file",
]

_PREFIX, _SUFFIX = ".socialscore-", ".tmp"
UNFINISHED = f"{_PREFIX}*{_SUFFIX}"
"""What the names of temporary files look like."""

_FOLDER_CANNOT_BE_SYNCED = {
    errno.EACCES,  # we may write to it, and not read it
    errno.EINVAL, errno.ENOTSUP,  # some network file systems
}  # fmt: skip


def write_file(
    path: Path, data: bytes | str, *, mode: int | None = None, synced: bool = True
) -> None:
    """Write a file, or replace one; whoever reads meanwhile sees the old content or the new.

    Args:
        path: the file; a symbolic link is replaced, not followed.
        data: its content; text is encoded as UTF-8, and line ends stay as they are.
        mode: its permission bits; the content is never there with more. None: those of the file
            that it replaces, or what the umask leaves.
        synced: False: return before it is on the disk. A power cut may then leave less of it, and
            whoever reads it must be able to tell.

    Raises:
        OSError: it cannot be written; the old file is untouched.
    """
    if mode is None and path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
    with _temporary(path, data, mode, synced=synced) as temporary:
        temporary.replace(path)
    if synced:
        sync_folder(path.parent)


def create_file(path: Path, data: bytes | str, *, mode: int | None = None) -> None:
    """As `write_file`, where there is no such file: of several that create it, one succeeds.

    On a file system without hard links the file has its name before it has its content: whoever
    reads meanwhile may see less of it, and a process that is killed meanwhile leaves that.

    Raises:
        FileExistsError: it is there already.
        OSError: it cannot be written, and is not there.
    """
    with _temporary(path, data, mode) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            _create_in_place(path, temporary.read_bytes(), mode)
    sync_folder(path.parent)


def _create_in_place(path: Path, data: bytes, mode: int | None) -> None:
    """A new file under its own name, removed again if it cannot be written."""
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_file(path: Path) -> None:
    """Make the content of a file durable that somebody else has written."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the content of its files, if the system can."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _FOLDER_CANNOT_BE_SYNCED:
            raise


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files of killed processes from a folder to which no other one writes."""
    for path in folder.glob(UNFINISHED):
        path.unlink(missing_ok=True)


@contextmanager
def _temporary(
    path: Path, data: bytes | str, mode: int | None, *, synced: bool = True
) -> Iterator[Path]:
    """A file beside `path`, safe on the disk if so, that holds what `path` is to hold."""
    temporary = path.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        temporary.touch(0o666 if mode is None else 0o600, exist_ok=False)
        with temporary.open("wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            if mode is not None:
                temporary.chmod(mode)
            if synced:
                os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)  # it has another name by now, unless something failed
