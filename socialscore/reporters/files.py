"""Writing a result to a file: all of it, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

from socialscore.errors import UsageError
from socialscore.runtime.write_file import write_file

__all__ = ["check_output", "write_output"]

_DESCRIPTORS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""Paths that mean what is open already, even if that is a regular file."""


def check_output(path: Path) -> None:
    """See before the work is done that a file can stand where `path` leads to.

    Raises:
        UsageError: none can.
    """
    if not _is_stream(path):
        _target(path)


def write_output(path: Path, content: str | bytes) -> None:
    """Put content, text as UTF-8, where `path` leads to; who reads meanwhile sees the old or new.

    A link stays a link: the file that it names is replaced. An existing file keeps its mode, a new
    one gets what the umask leaves. Devices, pipes and /dev/stdout cannot be replaced; they are
    written to.

    Raises:
        UsageError: the place cannot be written; an old file is untouched.
    """
    try:
        if _is_stream(path):
            with path.open("ab") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
        else:
            write_file(_target(path), content)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); fix that or choose another file"
        ) from None


def _is_stream(path: Path) -> bool:
    if str(path).startswith(_DESCRIPTORS):
        return True
    return path.exists() and not (path.is_file() or path.is_dir())


def _target(path: Path) -> Path:
    """The file at the end of the links.

    Raises:
        UsageError: no file can stand there.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise UsageError(f"{path}: is a circular symbolic link; choose another file")
    if target.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {target.parent}; create it first")
    return target
