"""What headers say, which anybody may have written: what makes no sense counts as not said."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Headers = Mapping[str, str]  # by name, in any case; what came twice has a comma between

__all__ = ["as_number", "date_in", "seconds_in", "wait_of"]

_LONGEST_WAIT = 86_400.0  # seconds: no rate limit lasts longer

_is_whole = re.compile(r"[0-9]{1,20}").fullmatch


def date_in(headers: Headers) -> datetime | None:
    """When an answer was given, by the network's clock, aware, UTC; None where it does not tell."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
        # -0000 stands for UTC as well, and leaves the timezone out.
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def seconds_in(headers: Headers, name: str) -> float | None:
    """A whole number, the largest where it came twice; None where there is none."""
    said = map(str.strip, headers.get(name, "").split(","))
    return max((float(each) for each in said if _is_whole(each)), default=None)


def as_number(value: object) -> float:
    """A number of seconds, minutes or percent in JSON, at most a billion; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(min(value, 1_000_000_000)) if value > 0 else 0.0


def wait_of(seconds: float | None) -> timedelta | None:
    """For how long to wait: at most a day; None for no time at all."""
    return timedelta(seconds=min(seconds, _LONGEST_WAIT)) if seconds else None
