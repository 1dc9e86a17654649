"""Waiting at the command line: the clock, waits that are shown, and signals that end them."""

from __future__ import annotations

import os
import secrets
import signal
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.collectors.base import LONGEST_WAIT, RATE_LIMIT_WAIT, Outside
from socialscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["ENDING", "MaxWaitOption", "Stop", "longest_wait", "now", "outside", "stoppable"]

MaxWaitOption = Annotated[
    str | None,
    typer.Option(
        "--max-wait",
        metavar="TIME",
        help="Longest time to wait for a rate limit: 0, 90s, 15m, 2h, at most 24h. Beyond it the "
        "run ends with exit code 75. Default: 15m on a terminal, else 0.",
    ),
]

ENDING = "ending when this page is safe; once more, and it ends at once"

_SLICE = 0.2  # seconds for which nobody looks whether the run is to end
_INTERRUPTED = 130
_STDERR = 2
_OUTPUTS = (1, _STDERR)
_SHOW_CURSOR = b"\x1b[?25h\n"  # a live table hides it
_USUAL = (signal.SIGINT, signal.SIGTERM)
# Windows has no terminals that hang up.
_SIGNALS = (*_USUAL, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


class Stop:
    """Whether somebody asked the run to end."""

    def __init__(self, *, aloud: bool) -> None:
        self.asked = False
        self._aloud = aloud
        self._terminals = [each for each in _OUTPUTS if os.isatty(each)]

    def __call__(self) -> bool:
        """The same, as those want it who ask again and again."""
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            KeyboardInterrupt: the run is to end.
        """
        self.sleep_until(time.monotonic() + seconds)

    def sleep_until(self, end: float) -> None:
        """Wait until an instant of the monotonic clock; the same."""
        while (left := end - time.monotonic()) > 0 and not self.asked:
            time.sleep(min(left, _SLICE))
        if self.asked:
            raise KeyboardInterrupt

    def on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as called
        """The first one ends the run when the page under way is safe, the second one at once.

        Even then nothing is lost: whatever was fetched lies in the journal.
        """
        if number not in _USUAL:
            self._leave_terminal()
        if self.asked:
            if not self._aloud:
                _write(_SHOW_CURSOR)
            os._exit(_INTERRUPTED)
        self.asked = True
        if self._aloud:
            _write(f"socialscore: {ENDING}\n".encode())

    def _leave_terminal(self) -> None:
        """It has hung up, and whatever is written to it would fail."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for each in self._terminals:
            os.dup2(nowhere, each)
        os.close(nowhere)


def _write(text: bytes) -> None:
    """Past the buffers: what is interrupted may be writing itself."""
    with suppress(OSError):  # the terminal has hung up
        os.write(_STDERR, text)


@contextmanager
def stoppable(*, aloud: bool = True) -> Iterator[Stop]:
    """Ctrl-C, SIGTERM and a terminal that hangs up end what runs inside in good order.

    Args:
        aloud: whether to say so; not where something else shows it.
    """
    stop = Stop(aloud=aloud)
    # Whoever started us may have had a signal ignored, as nohup does.
    numbers = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, stop.on_signal)) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def outside(stop: Stop, announce: Callable[[datetime | None, str], object]) -> Outside:
    """The clock and the waits of a person at the command line.

    Args:
        stop: ends every wait.
        announce: told until when it is waited and why, and afterwards, with None, that it is over.
    """

    def wait(until: datetime, cause: str) -> None:
        announce(until, cause)
        try:
            stop.sleep((until - now()).total_seconds())
        finally:
            announce(None, "")

    return Outside(
        now=now,
        monotonic=time.monotonic,
        sleep=stop.sleep,
        wait=wait,
        chance=secrets.SystemRandom().random,
    )


def now() -> datetime:
    """The present, aware, UTC."""
    return datetime.now(UTC)


def longest_wait(text: str | None, *, watched: bool) -> timedelta:
    """What `--max-wait` says; without it, somebody who watches is patient, and cron is not.

    Raises:
        UsageError: it says nothing that can be understood.
    """
    from socialscore.inputs.options import seconds

    if text is None:
        return RATE_LIMIT_WAIT if watched else timedelta()
    if text == "0":
        return timedelta()
    try:
        read = seconds(text)
    except ValueError:
        read = None
    if not isinstance(read, int):
        raise UsageError(f"--max-wait {text}: write a time such as 0, 90s, 15m or 2h")
    if timedelta(seconds=read) > LONGEST_WAIT:
        raise UsageError(f"--max-wait {text}: at most 24h; what takes longer is for another run")
    return timedelta(seconds=read)
