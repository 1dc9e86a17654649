"""Promises: within what time a body says that it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from socialscore.model.opening_hours import OpenTime

__all__ = ["Promise", "due_at", "parse_promise"]

_FORM = re.compile(r"0*([1-9][0-9]{0,5})\s*([mhdw])(?:\s+(open))?")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 3650 * 86400
_OF_OPEN_TIME = ("m", "h")  # how long an open day or week is differs from body to body


@dataclass(frozen=True)
class Promise:
    """An answer within a time, on the clock that the body names."""

    number: int
    unit: str  # m, h, d or w
    is_open_time: bool = False  # only the time counts in which the body is open

    @property
    def seconds(self) -> int:
        """How long that is on its clock."""
        return self.number * _UNITS[self.unit]

    @property
    def clock(self) -> Literal["calendar", "business"]:
        """On which it runs."""
        return "business" if self.is_open_time else "calendar"

    def __str__(self) -> str:
        """As panels and rankings write it: `24h`, `3d`, `8h open`."""
        return f"{self.number}{self.unit}" + " open" * self.is_open_time


def parse_promise(text: str) -> Promise:
    """What `24h`, `3d` or `8h open` promises.

    Raises:
        ValueError: it is no promise, is longer than ten years, or counts open days.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a time such as 24h or 3d, or 8h open if only opening hours count")
    number, unit, is_open = found.groups()
    if is_open and unit not in _OF_OPEN_TIME:
        raise ValueError("count open time in hours, such as 16h open for two days of eight hours")
    promise = Promise(int(number), unit, bool(is_open))
    if promise.seconds > _LONGEST:
        raise ValueError("write ten years or less")
    return promise


def due_at(asked_at: datetime, promise: Promise, open_time: OpenTime | None) -> datetime | None:
    """The last moment at which an answer keeps a promise.

    Args:
        asked_at: when the body was asked, aware.
        promise: what it promises.
        open_time: when it is open; only promises of open time need it.

    Returns:
        In UTC. None: it lies after the time of which the opening hours are known.

    Raises:
        ValueError: the promise is of open time, and the opening hours are not known.
    """
    if not promise.is_open_time:
        return asked_at.astimezone(UTC) + timedelta(seconds=promise.seconds)
    if open_time is None:
        raise ValueError(f"a promise of {promise} needs opening hours")
    return open_time.after(asked_at, timedelta(seconds=promise.seconds))
