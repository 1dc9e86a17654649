"""The lines of a breakdown by time: days, weeks or hours, in the ranking's timezone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from socialscore.engines.rows import Rows
from socialscore.model.period import utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo


__all__ = ["SLOTS", "hours_of_day", "hours_of_week", "local_days", "slots"]

SLOTS = ("day", "week", "hour", "hour-of-week")
"""Breakdowns by the time at which a request was asked."""

_DAY = timedelta(days=1)
_HALF_HOUR = timedelta(minutes=30)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = ("Mon–Fri", "Sat–Sun")
_SATURDAY = 5


def slots(by: str, since: datetime, until: datetime, zone: ZoneInfo) -> Rows:
    """One row per line of a breakdown by time and UTC day that it has a part in.

    So a request meets its line by an equal day, and is compared to few intervals.

    Args:
        by: one of SLOTS.
        since: the first instant at which a request may have been asked, aware.
        until: the first instant after the last one, aware.
        zone: the timezone in which days and hours begin.
    """
    return Rows(
        {"line_id": "VARCHAR", "day": "DATE", "starts_at": "TIMESTAMP", "ends_at": "TIMESTAMP"},
        [
            (label, starts_at.date(), starts_at, ends_at)
            for label, begin, end in _named(by, since, until, zone)
            for starts_at, ends_at in _by_utc_day(utc(begin), utc(end))
        ],
    )


def local_days(since: datetime, until: datetime, zone: ZoneInfo) -> Rows:
    """One row per day of a timezone and UTC day that it has a part in, with what day that is.

    Args:
        since: the first instant at which a request may have been asked, aware.
        until: the first instant after the last one, aware.
        zone: the timezone in which days begin.
    """
    named = slots("day", since, until, zone)
    return Rows(
        {
            "day": "DATE",
            "is_weekend": "BOOLEAN",
            "utc_day": "DATE",
            "starts_at": "TIMESTAMP",
            "ends_at": "TIMESTAMP",
        },
        [
            (day := date.fromisoformat(label), day.weekday() >= 5, *part)
            for label, *part in named.rows
        ],
    )


def _named(
    by: str, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, datetime, datetime]]:
    """The days or hours that a breakdown is made of, with the lines that they belong to."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        if by in ("hour", "hour-of-week"):
            part = day.weekday() if by == "hour-of-week" else int(day.weekday() >= _SATURDAY)
            yield from _hours(day, zone, part)
            continue
        year, week, _ = day.isocalendar()
        name = day.isoformat() if by == "day" else f"{year}-W{week:02d}"
        midnights = [datetime.combine(d, time(), zone) for d in (day, day + _DAY)]
        yield name, midnights[0], midnights[1]


def _hours(day: date, zone: ZoneInfo, part: int) -> Iterator[tuple[str, datetime, datetime]]:
    """The hours of a day as clocks show them; where they are put back, one comes twice.

    Args:
        day: the day.
        zone: that of its clocks.
        part: of the week, to which the lines belong.
    """
    begin, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + _DAY))
    while begin < end:
        # By half hours: some timezones put their clocks by no more.
        local = begin.astimezone(zone)
        yield _hour(part, local.hour), begin, min(begin + _HALF_HOUR, end)
        begin += _HALF_HOUR


def _by_utc_day(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """An interval, naive UTC, cut at midnights."""
    while since < until:
        midnight = datetime.combine(since.date() + _DAY, time())
        yield since, min(midnight, until)
        since = midnight


def hours_of_week() -> dict[str, str]:
    """The names of the hours of a week, `Mon 00` to `Sun 23`, by the identifiers of their lines."""
    return _hours_of(_WEEKDAYS)


def hours_of_day() -> dict[str, str]:
    """Those of working days and of weekends, `Mon–Fri 00` to `Sat–Sun 23`."""
    return _hours_of(_PARTS)


def _hours_of(parts: Sequence[str]) -> dict[str, str]:
    numbered = enumerate(parts)
    return {_hour(n, hour): f"{name} {hour:02d}" for n, name in numbered for hour in range(24)}


def _hour(part: int, hour: int) -> str:
    """The identifier of an hour in a part of the week; these sort as the hours do."""
    return f"{part} {hour:02d}"
