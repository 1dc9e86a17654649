"""Periods: which requests a ranking counts, by the moment at which the citizen wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["Period", "parse_instant", "parse_period", "utc"]

_EARLIEST, _LATEST = 1990, 2200
_FORMS = "2026-W46, 2026-11, 2026-Q4, 2026-10-01..2026-11-01, last-week or all"


@dataclass(frozen=True)
class Period:
    """`[since, until)`: both aware, in the ranking's timezone; `label` is what was asked for."""

    label: str
    since: datetime
    until: datetime


def parse_period(text: str, timezone: ZoneInfo, *, covered: tuple[datetime, datetime]) -> Period:
    """The period that `text` names.

    Args:
        text: one of the forms above; FROM..UNTIL takes days or instants, UNTIL is not included.
        timezone: that in which days begin.
        covered: first instant and end of the collected data: `all` is just that, and `last-week`
            the last ISO week that ended within it.

    Raises:
        UsageError: for another form, or a period that ends before it begins.
    """
    label = _last_week(covered[1], timezone) if text == "last-week" else text
    try:
        since, until = covered if label == "all" else _bounds(label, timezone)
    except (ValueError, OverflowError):
        raise UsageError(f"cannot read the period {text!r}; write {_FORMS}") from None
    if since >= until:
        raise UsageError(f"the period {text} is empty: it ends at or before its beginning")
    return Period(label, since.astimezone(timezone), until.astimezone(timezone))


def parse_instant(text: str, timezone: ZoneInfo) -> datetime:
    """A day or an instant in ISO 8601; without an offset it is in `timezone`.

    Raises:
        ValueError: for anything else, and before 1990 or after 2200.
    """
    instant = datetime.fromisoformat(text)
    return _in_reach(instant if instant.tzinfo else instant.replace(tzinfo=timezone))


def _bounds(text: str, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    if ".." in text:
        since, until = text.split("..", 1)
        return parse_instant(since, timezone), parse_instant(until, timezone)
    if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return _midnight(monday, timezone), _midnight(monday + timedelta(days=7), timezone)
    if match := re.fullmatch(r"(\d{4})-(?:Q([1-4])|(\d{2}))", text):
        n_months = 3 if match[2] else 1
        first = 3 * int(match[2]) - 2 if match[2] else int(match[3])
        begin = date(int(match[1]), first, 1)
        months = begin.year * 12 + begin.month - 1 + n_months
        end = date(months // 12, months % 12 + 1, 1)
        return _midnight(begin, timezone), _midnight(end, timezone)
    raise ValueError(text)


def _last_week(end: datetime, timezone: ZoneInfo) -> str:
    """The name of the last ISO week that ended at `end` or before."""
    year, week, _ = (end.astimezone(timezone).date() - timedelta(days=7)).isocalendar()
    return f"{year}-W{week:02d}"


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    return _in_reach(datetime.combine(day, time(), timezone))


def _in_reach(instant: datetime) -> datetime:
    """The instant, if one can reckon with it: it has an offset, and is no slip of the pen."""
    if not _EARLIEST <= instant.year <= _LATEST:
        raise ValueError(f"the year {instant.year}")
    return instant


def utc(instant: datetime) -> datetime:
    """The instant as the engine wants it: naive, in UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None)
