"""What DuckDB may take of this machine: memory, threads, and a folder for what does not fit.

It holds for the process, whose memory it is, and is said once, before the work begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Limits", "checked_folder", "checked_memory", "checked_threads", "limit", "limits"]

_UNITS = {"MB": 10**6, "GB": 10**9, "MIB": 2**20, "GIB": 2**30}
_MOST_THREADS = 1024
_LEAST_MEMORY, _MOST_MEMORY = 10**6, 10**14  # bytes


@dataclass(frozen=True)
class Limits:
    """What all databases of the process may take together."""

    memory: int | None = None  # bytes; None: half of what the process may have
    folder: Path | None = None  # for what does not fit; None: the system's temporary folder
    threads: int | None = None  # None: one for each core that the process may use

    def memory_for(self, share: float) -> str:
        """A share of the memory, as DuckDB reads it; it knows the machine's and the container's."""
        return f"{50 * share}%" if self.memory is None else f"{int(self.memory * share)} B"


_in_force = [Limits()]


def limit(chosen: Limits) -> None:
    """Let these limits hold for every database that is made from here on."""
    _in_force[:] = [chosen]


def limits() -> Limits:
    """The limits that hold."""
    return _in_force[0]


# --- what people write --------------------------------------------------------------------------


def checked_memory(text: object) -> int:
    """The bytes of `4 GB`.

    Raises:
        ValueError: it is no size.
    """
    found = re.fullmatch(r"([0-9.]{1,40}) ?([MG]i?B)", str(text).strip(), re.IGNORECASE)
    if not found or not isinstance(text, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", found[1]):
        raise ValueError('write a number with MB, GB, MiB or GiB, such as "4 GB"')
    size = int(float(found[1]) * _UNITS[found[2].upper()])
    if not _LEAST_MEMORY <= size <= _MOST_MEMORY:
        raise ValueError("write a size from 1 MB to 100,000 GB")
    return size


def checked_folder(folder: Path) -> Path:
    """A folder in which files can be made.

    Raises:
        ValueError: it is none, or nothing can be written there.
    """
    import tempfile  # takes its time, and few name a folder

    try:
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        problem = f"nothing can be written to {folder} ({error.strerror})"
        raise ValueError(f"{problem}; choose a folder in which you can create files") from None


def checked_threads(number: object) -> int:
    """A number of threads.

    Raises:
        ValueError: it is none.
    """
    if type(number) is not int or not 1 <= number <= _MOST_THREADS:
        raise ValueError(f"write a whole number of threads, from 1 to {_MOST_THREADS}")
    return number
