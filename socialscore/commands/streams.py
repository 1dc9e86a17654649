"""Standard output and error as a command can rely on them: there, and never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["guard"]


def guard() -> None:
    """Make both streams of this process raise what a person understands, or nothing.

    What cannot be printed is an error of ours; what cannot be said on stderr is lost. A stream that
    the caller closed is taken for one that cannot be written to, and its number is kept from files
    that are opened later. Streams that somebody has replaced in this process stay.
    """
    closed = [number for number, it in enumerate((sys.stdin, sys.stdout, sys.stderr)) if it is None]
    for number in closed:
        _occupy(number)
    if sys.stdout is sys.__stdout__:
        sys.stdout = _stream(1, sys.stdout, is_closed=1 in closed)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _stream(2, sys.stderr, is_closed=2 in closed)


def _occupy(number: int) -> None:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)


def _stream(number: int, before: TextIO | None, *, is_closed: bool) -> TextIO:
    raw = _Raw(number, is_closed=is_closed, matters=number == 1)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=before.encoding if before else "utf-8",
        errors=before.errors if before else "backslashreplace",
        line_buffering=number == 2 or raw.isatty(),
    )


class _Raw(io.FileIO):
    """A stream by its number; what is written to it after an error is lost."""

    def __init__(self, number: int, *, is_closed: bool = False, matters: bool = True) -> None:
        super().__init__(number, "w", closefd=False)
        self._is_closed = is_closed
        self._matters = matters  # whether somebody must be told of an error
        self._is_lost = False

    def write(self, data: Any, /) -> int:
        """Write as far as the system does.

        Raises:
            UsageError: nothing can be written, and it matters.
            BrokenPipeError: nobody reads any more, and it matters.
        """
        if self._is_lost:
            return len(data)
        try:
            if self._is_closed:
                raise OSError(errno.EBADF, "it is closed")
            return super().write(data) or 0
        except OSError as error:
            self._is_lost = True
            if not self._matters:
                return len(data)
            if isinstance(error, BrokenPipeError):  # who read has enough: we end without a word
                raise
            raise UsageError(
                f"standard output cannot be written ({error.strerror}): what was to be printed is "
                "incomplete; send it elsewhere, or make room"
            ) from None
