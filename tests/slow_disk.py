"""Runs socialscore on a disk that takes its time: `python tests/slow_disk.py publish …`.

What comes between two files of a publication then lasts long enough to be killed in it.
"""

from __future__ import annotations

import os
import sys
import time

from socialscore.commands import main

_SECONDS = 0.02
_fsync = os.fsync


def fsync(descriptor: int) -> None:
    """What the disk does, and a pause."""
    time.sleep(_SECONDS)
    _fsync(descriptor)


if __name__ == "__main__":
    os.fsync = fsync
    main(sys.argv[1:])
