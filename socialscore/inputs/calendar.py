"""Calendars: when a body is open. One TOML file each, which docs/calendars.md describes.

Times are those that the clock on the wall shows. One that it shows twice, when the clock goes back,
is meant the first time; one that it skips, when the clock goes forward, is the moment of the jump.
So an opening remains one opening, and a night is an hour longer or shorter.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from socialscore.errors import InputError, UnknownName
from socialscore.inputs.toml_files import read_toml
from socialscore.model.period import PLAUSIBLE_YEARS, utc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "Calendar",
    "Hours",
    "Stretch",
    "open_intervals",
    "read_calendar",
    "stretches",
]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""The openings of one day, in order: from and until which minute after midnight. Beyond 1440, an
opening ends on the next day."""

_MIDNIGHT = 24 * 60
_OPENING = re.compile(r"(\d\d?):([0-5]\d)-(\d\d?):([0-5]\d)")
_KEYS = ("title", "timezone", "hours", "holidays", "closed", "open")


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


# --- reading -----------------------------------------------------------------------------------


def read_calendar(path: Path) -> Calendar:
    """Read and check a calendar.

    Raises:
        InputError: it cannot be read, or says something wrong; the place names file and key.
        UnknownName: for a key, a weekday or a subdivision that does not exist.
    """
    content = read_toml(path, "the calendar")
    _check_keys(path, content, _KEYS)
    country, subdivision = _holidays_of(path, content)
    return Calendar(
        title=_text(path, content, "title") or path.stem,
        timezone=_timezone(path, content),
        hours=_week(path, content),
        country=country,
        subdivision=subdivision,
        closed=tuple(_closure(place, entry) for place, entry in _entries(path, content, "closed")),
        opened=_special_openings(path, content),
    )


def _timezone(path: Path, content: Mapping[str, Any]) -> str:
    name = _text(path, content, "timezone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        problem = f"{name!r} is not a timezone such as Europe/Paris"
        raise InputError(f"{path}, key timezone", problem) from None
    return name


def _week(path: Path, content: Mapping[str, Any]) -> tuple[Hours, ...]:
    week: dict[str, Hours] = {}
    for key, value in _table(path, content, "hours").items():
        place = f"{path}, key hours.{key}"
        hours = _hours(place, value)
        for day in _weekdays(place, key):
            if day in week:
                raise InputError(place, f"{day} has its hours already; write each day once")
            week[day] = hours
    if not any(week.values()):
        raise InputError(f"{path}, key hours", "write on which days it is open, and from when")
    days = [(day, week.get(day, ())) for day in WEEKDAYS]
    for (day, hours), (next_day, next_hours) in pairwise([*days, days[0]]):
        if hours and next_hours and hours[-1][1] - _MIDNIGHT > next_hours[0][0]:
            problem = f"the night of {day} lasts into the hours of {next_day}"
            raise InputError(f"{path}, key hours", problem)
    return tuple(hours for _, hours in days)


def _weekdays(place: str, key: str) -> tuple[str, ...]:
    """The days that `monday` or `monday-friday` names."""
    first, dash, last = key.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in WEEKDAYS:
            raise UnknownName("weekday", name, WEEKDAYS, place)
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if begin > end:
        raise InputError(place, f"{first} comes after {last}: weeks begin on monday")
    return WEEKDAYS[begin : end + 1]


def _hours(place: str, value: object) -> Hours:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InputError(place, 'write a list of openings: ["09:00-12:00", "13:30-17:00"]')
    found = sorted((_opening(place, text), text) for text in value)
    for (one, text), (other, other_text) in pairwise(found):
        if one[1] > other[0]:
            raise InputError(place, f"{text} and {other_text} overlap")
    return tuple(opening for opening, _ in found)


def _opening(place: str, text: str) -> tuple[int, int]:
    match = _OPENING.fullmatch(text)
    hour, minute, last_hour, last_minute = map(int, match.groups()) if match else (0, 0, 0, 0)
    opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
    if opens == closes or opens >= _MIDNIGHT or closes > _MIDNIGHT:
        forms = "09:00-17:30, 22:00-06:00 or 00:00-24:00"
        raise InputError(place, f"{text!r} is not an opening such as {forms}")
    return opens, closes if opens < closes else closes + _MIDNIGHT


def _holidays_of(path: Path, content: Mapping[str, Any]) -> tuple[str, str]:
    """Country and subdivision, both empty if the calendar names no holidays."""
    if "holidays" not in content:
        return "", ""
    import holidays  # it costs time, and many calendars name none

    place, table = f"{path}, key holidays", _table(path, content, "holidays")
    _check_keys(place, table, ("country", "subdivision"))
    country, subdivision = (_text(place, table, key) for key in ("country", "subdivision"))
    try:  # the library would also take names of its own, such as France
        known = holidays.country_holidays(country if len(country) == 2 else "")
    except NotImplementedError:  # what the library raises for a country that it does not know
        problem = f"no holidays are known of the country {country!r}; write two letters such as FR"
        raise InputError(place, problem) from None
    names = [*known.subdivisions, *known.subdivisions_aliases]
    if subdivision and subdivision not in names:
        raise UnknownName(f"subdivision of {country}", subdivision, names, place)
    return country, subdivision


def _closure(place: str, entry: Mapping[str, Any]) -> tuple[date, date]:
    _check_keys(place, entry, ("day", "from", "until", "reason"))
    _text(place, entry, "reason")
    if entry.keys() - {"reason"} == {"day"}:
        day = _day(place, entry, "day")
        return day, day + timedelta(days=1)
    if entry.keys() - {"reason"} != {"from", "until"}:
        raise InputError(place, "write day, or from and until")
    begin, end = _day(place, entry, "from"), _day(place, entry, "until")
    if begin >= end:
        problem = "until, the first day on which it is open again, must come after from"
        raise InputError(place, problem)
    return begin, end


def _special_openings(path: Path, content: Mapping[str, Any]) -> dict[date, Hours]:
    opened: dict[date, Hours] = {}
    for place, entry in _entries(path, content, "open"):
        _check_keys(place, entry, ("day", "hours", "reason"))
        _text(place, entry, "reason")
        day, hours = _day(place, entry, "day"), _hours(place, entry.get("hours"))
        if not hours:
            raise InputError(place, "there are no hours; for a day without, write [[closed]]")
        if day in opened:
            raise InputError(place, f"{day} has its hours already; write each day once")
        opened[day] = hours
    return opened


def _entries(path: Path, content: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    """The tables [[key]], each with its place."""
    found = content.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(f"{path}, key {key}", f"write [[{key}]] over each of them")
    return [(f"{path}, [[{key}]] {number}", entry) for number, entry in enumerate(found, 1)]


def _table(path: Path, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = content.get(key, {})
    if not isinstance(found, dict):
        raise InputError(f"{path}, key {key}", f"write [{key}] over it")
    return found


def _text(place: object, entry: Mapping[str, Any], key: str) -> str:
    found = entry.get(key, "")
    if not isinstance(found, str):
        raise InputError(f"{place}, key {key}", "write a text in quotation marks")
    return found


def _day(place: str, entry: Mapping[str, Any], key: str) -> date:
    found = entry.get(key)
    if type(found) is not date or found.year not in PLAUSIBLE_YEARS:
        raise InputError(place, f"write {key} = 2026-12-24, without quotation marks")
    return found


def _check_keys(place: object, entry: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            raise UnknownName("key", key, known, place)


# --- open intervals ----------------------------------------------------------------------------


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
