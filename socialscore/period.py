"""Periods: which requests a ranking counts, by the moment at which the citizen wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["Period", "parse_as_of", "parse_instant", "parse_period", "period_before", "utc"]

_EARLIEST, _LATEST = 1990, 2200
_FORMS = "2026-W46, 2026-11, 2026-Q4, 2026-10-01..2026-11-01, last-week, last-30-days or all"
_MOST_DAYS = 366  # of last-N-days


@dataclass(frozen=True)
class Period:
    """`[since, until)`: both aware, in the ranking's timezone; `label` is its name."""

    label: str
    since: datetime
    until: datetime


def parse_period(text: str, timezone: ZoneInfo, *, covered: tuple[datetime, datetime]) -> Period:
    """The period that `text` names.

    Args:
        text: one of the forms above; FROM..UNTIL takes days or instants, UNTIL is not included.
        timezone: that in which days begin.
        covered: first instant and end of the collected data: `all` is just that, `last-week` is
            the last ISO week that ended within it, and `last-30-days` are the last thirty days
            that did, or any other number of them up to 366.

    Raises:
        UsageError: for another form, or a period that ends before it begins.
    """
    label = _resolved(text, covered[1], timezone)
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


def parse_as_of(text: str, timezone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the data are taken to end.

    Raises:
        UsageError: for what `parse_instant` cannot read.
    """
    try:
        return parse_instant(text, timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        problem = "write a day or a time such as 2026-11-23T09:00"
        raise UsageError(f"--as-of {text}: {problem}") from None


def period_before(period: Period) -> str:
    """The name of the period of the same length that ends where this one begins.

    Raises:
        UsageError: nothing was collected before the whole.
    """
    day_before = (period.since - timedelta(hours=1)).date()
    if re.fullmatch(r"\d{4}-W\d{2}", period.label):
        year, week, _ = day_before.isocalendar()
        return f"{year}-W{week:02d}"
    if re.fullmatch(r"\d{4}-Q[1-4]", period.label):
        return f"{day_before.year}-Q{(day_before.month + 2) // 3}"
    if re.fullmatch(r"\d{4}-\d{2}", period.label):
        return f"{day_before:%Y-%m}"
    if period.label == "all":
        raise UsageError("nothing comes before the period all; compare it to one by its name")
    # Days by the calendar, as the period itself was written.
    since = period.since.replace(tzinfo=None)
    begin = since - (period.until.replace(tzinfo=None) - since)
    return f"{_shortest(begin)}..{_shortest(since)}"


def _shortest(instant: datetime) -> str:
    return instant.date().isoformat() if instant.time() == time() else instant.isoformat()


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


def _resolved(text: str, end: datetime, timezone: ZoneInfo) -> str:
    """A form that is reckoned from the end of the data as one that is not; others as they are."""
    after = end.astimezone(timezone).date()  # the day before it is the last that is over
    if text == "last-week":
        year, week, _ = (after - timedelta(days=7)).isocalendar()
        return f"{year}-W{week:02d}"
    match = re.fullmatch(r"last-([1-9]\d{0,2})-days", text, re.ASCII)
    if match and int(match[1]) <= _MOST_DAYS:
        return f"{after - timedelta(days=int(match[1]))}..{after}"
    return text


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
