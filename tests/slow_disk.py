"""Runs socialscore on a disk that takes its time: `python tests/slow_disk.py publish …`.

What comes between two files of a publication then lasts long enough to be killed in it. With
SOCIALSCORE_KILL_AT=7 it is killed when it asks for the seventh time that something reaches the
disk; at its end it says how often it has asked.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import count

from socialscore.commands import main

_SECONDS = 0.02
_fsync = os.fsync
_numbers = count(1)
_kill_at = int(os.environ.get("SOCIALSCORE_KILL_AT", "0"))


def fsync(descriptor: int) -> None:
    """What the disk does, and a pause."""
    if next(_numbers) == _kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    if not _kill_at:
        time.sleep(_SECONDS)
    _fsync(descriptor)


if __name__ == "__main__":
    os.fsync = fsync
    try:
        main(sys.argv[1:])
    finally:
        print(f"asked {next(_numbers) - 1} times", file=sys.stderr)
