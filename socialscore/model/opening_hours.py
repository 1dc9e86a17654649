"""Opening hours: which parts of a time a body is open for.

Times are those that the clock on the wall shows. One that it shows twice, when the clock goes back,
is meant the first time; one that it skips, when the clock goes forward, is the moment of the jump.
So an opening remains one opening, and a night is an hour longer or shorter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from socialscore.model.period import utc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["Calendar", "Hours", "OpenTime", "Stretch", "Term", "open_intervals", "stretches"]

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""The openings of one day, in order: from and until which minute after midnight. Beyond 1440, an
opening ends on the next day."""


@dataclass(frozen=True)
class Calendar:
    """When a body is open, by the clock on its wall."""

    title: str
    timezone: str  # IANA name
    hours: tuple[Hours, ...]  # of the seven weekdays, from Monday
    country: str = ""  # closed on its public holidays: two letters; empty: open on holidays
    subdivision: str = ""  # whose public holidays come on top of the country's
    closed: tuple[tuple[date, date], ...] = ()  # first day, and first day on which it is open again
    opened: Mapping[date, Hours] = field(default_factory=dict)  # days with hours of their own


@dataclass(frozen=True)
class Stretch:
    """A piece of time, within one UTC day, in which a body is open or closed throughout."""

    day: date  # in UTC
    starts_at: datetime  # naive, UTC
    ends_at: datetime  # exclusive, naive, UTC; midnight at the latest
    is_open: bool
    stretch_id: int  # counts from 0; the pieces of one opening or closure share it, over all days
    open_us: int  # microseconds of opening time before starts_at


@dataclass(frozen=True)
class Term:
    """Moments within one UTC day, and when a certain opening time is over that begins there."""

    day: date  # in UTC
    starts_at: datetime  # naive, UTC
    ends_at: datetime  # exclusive, naive, UTC; midnight at the latest
    due_at: datetime  # for `starts_at`, naive, UTC
    is_open: bool  # for later moments it is as much later; while the body is closed, it stays


def stretches(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Stretch]:
    """The time from `since` to `until`, both aware, in order and without gaps."""
    open_us = 0
    for stretch_id, (at, end, is_open) in enumerate(_alternating(calendar, since, until)):
        while at < end:
            ends_at = min(end, datetime.combine(at.date() + timedelta(days=1), time()))
            yield Stretch(at.date(), at, ends_at, is_open, stretch_id, open_us)
            if is_open:
                open_us += (ends_at - at) // timedelta(microseconds=1)
            at = ends_at


def open_intervals(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The openings between `since` and `until`, aware, in UTC; those that touch are one."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    current: tuple[datetime, datetime] | None = None
    for opens, closes in _openings(calendar, since, until):
        opens, closes = max(opens, since), min(closes, until)
        if opens >= closes:
            continue
        if current and opens <= current[1]:
            current = current[0], max(closes, current[1])
        else:
            if current:
                yield current
            current = opens, closes
    if current:
        yield current


class OpenTime:
    """Counts the time for which a body is open, between moments that lie in a known time.

    Args:
        calendar: when it is open.
        since: the beginning of the known time, aware.
        until: its end, aware.
    """

    def __init__(self, calendar: Calendar, since: datetime, until: datetime) -> None:
        intervals = list(open_intervals(calendar, since, until))
        self._since, self._end = since.astimezone(UTC), until.astimezone(UTC)
        self._begins = [begin for begin, _ in intervals]
        self._ends = [end for _, end in intervals]
        lengths = (end - begin for begin, end in intervals)
        self._before = [*accumulate(lengths, initial=timedelta())]  # each interval, and in all

    def seconds(self, since: datetime, until: datetime) -> float:
        """The opening time from one moment to another, both aware."""
        return (self._until(until) - self._until(since)).total_seconds()

    def after(self, moment: datetime, length: timedelta) -> datetime | None:
        """The last moment until which no more opening time has passed, in UTC.

        Time that ends when the body closes has not been exceeded before it opens again. None: that
        is not in the known time.
        """
        passed = self._until(moment) + length
        number = bisect_right(self._before, passed) - 1
        if number == len(self._begins):
            return None
        return self._begins[number] + (passed - self._before[number])

    def terms(self, length: timedelta) -> Iterator[Term]:
        """The known time in order, as far as an opening time of that length fits into it."""
        days = (self._end.date() - self._since.date()).days
        midnights = (
            datetime.combine(self._since.date() + timedelta(days=n + 1), time(), UTC)
            for n in range(days)
        )
        # Moments from which on it is over only after another closure.
        turns = (self.after(self._since, it - length) for it in self._before if it >= length)
        cuts = {self._since, self._end, *self._begins, *self._ends, *midnights, *turns}
        for begin, end in pairwise(sorted(it for it in cuts if it)):
            if due := self.after(begin, length):
                is_open = self._until(end) > self._until(begin)
                yield Term(begin.date(), utc(begin), utc(end), utc(due), is_open)

    def _until(self, moment: datetime) -> timedelta:
        number = bisect_right(self._begins, moment)
        if number == 0:
            return timedelta()
        beyond = max(self._ends[number - 1] - moment, timedelta())
        return self._before[number] - beyond


def _alternating(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime, bool]]:
    """Openings, and the closures between them, naive in UTC."""
    at = utc(since)
    for interval in open_intervals(calendar, since, until):
        opens, closes = map(utc, interval)
        if at < opens:
            yield at, opens, False
        yield opens, closes, True
        at = closes
    if at < utc(until):
        yield at, utc(until), False


def _openings(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """All openings that may reach into the time, in order of their beginning."""
    zone, a_day = ZoneInfo(calendar.timezone), timedelta(days=1)
    day = since.astimezone(zone).date() - a_day  # its night may last until then
    last = until.astimezone(zone).date() + a_day  # the clock may have gone back over midnight
    holidays = _holidays(calendar, range(day.year, last.year + 1))
    while day <= last:
        midnight = datetime.combine(day, time())
        for opens, closes in _hours_on(calendar, day, holidays):
            yield (
                _instant(midnight + timedelta(minutes=opens), zone),
                _instant(midnight + timedelta(minutes=closes), zone),
            )
        day += a_day


def _hours_on(calendar: Calendar, day: date, holidays: Collection[date]) -> Hours:
    if day in calendar.opened:
        return calendar.opened[day]
    if day in holidays or any(begin <= day < end for begin, end in calendar.closed):
        return ()
    return calendar.hours[day.weekday()]


def _holidays(calendar: Calendar, years: range) -> Collection[date]:
    if not calendar.country:
        return ()
    import holidays

    subdivision = calendar.subdivision or None
    return frozenset(holidays.country_holidays(calendar.country, subdivision, years))


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock on the wall shows that time, or a later one, for the first time."""
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(instant, zone) == wall:
        return instant
    # The clock skips that time: reckoned with the offset from before the jump, the instant lies
    # after the jump, and the other way round.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range((instant - before) // timedelta(seconds=1))
    jump = bisect_left(seconds, wall, key=lambda s: _wall(before + timedelta(seconds=s), zone))
    return before + timedelta(seconds=jump)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
