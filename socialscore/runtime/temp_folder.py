"""A private folder for what does not fit into memory, which does not outlive its process.

What lies there may be texts and pseudonyms, so nobody else can look into it. It goes when the
process ends. A process that is killed leaves it behind, and the next one removes it: a folder that
nobody holds locked has lost its process.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from socialscore.errors import StoreError

__all__ = ["temp_folder"]

_PREFIX = "socialscore-temp-"
_FORMER_PREFIX = "socialscore-scratch-"  # of earlier versions


def temp_folder(parent: Path | None) -> Path:
    """The folder of this process, mode 0700, in `parent` or the system's temporary folder.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        folder = _made(parent or Path(tempfile.gettempdir()), os.getpid())
        folder.mkdir(mode=0o700, exist_ok=True)  # where somebody tidied up
    except OSError as error:
        raise StoreError(
            f"no temporary folder can be created in {parent or 'the usual places'} "
            f"({error.strerror}); set temp_directory to another"
        ) from None
    return folder


@cache
def _made(parent: Path, _process: int) -> Path:
    _sweep(parent)
    new = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}", dir=parent))
    _lock(new)  # for as long as the process lives; only then may others find the folder
    folder = new.rename(new.with_name(new.name.removeprefix("new-")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sweep(parent: Path) -> None:
    """Remove our folders that no process holds any more; those of other users are theirs."""
    for folder in (*parent.glob(f"{_PREFIX}*"), *parent.glob(f"{_FORMER_PREFIX}*")):
        with suppress(OSError):
            if os.name == "posix" and folder.lstat().st_uid == os.geteuid():
                descriptor = _lock(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(descriptor)


def _lock(folder: Path) -> int:
    """Hold a folder until the descriptor is closed.

    systemd's tidying of temporary folders leaves what is locked in this way alone.

    Raises:
        BlockingIOError: another process holds it.
    """
    if os.name != "posix":
        return -1
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
