"""Calendars: when a body is open. One TOML file each, which docs/calendars.md describes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from socialscore.errors import UnknownName
from socialscore.inputs.checked_toml import (
    Listed,
    Table,
    at_least_one,
    checked_date,
    checked_timezone,
    read_checked,
)
from socialscore.model.opening_hours import Calendar, Hours

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_calendar"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_Day = TypeVar("_Day", date, str)
_MIDNIGHT = 24 * 60
_OPENING = re.compile(r"(\d\d?):([0-5]\d)-(\d\d?):([0-5]\d)")


def read_calendar(path: Path) -> Calendar:
    """Read and check a calendar.

    Raises:
        InputError: it cannot be read, or has wrong values or missing keys.
        UnknownName: it has an unknown key.
        SeveralProblems: several things are wrong; each is named with its line and key.
    """
    file = read_checked(path, "the calendar", _CalendarFile, _TABLES, context=set())
    return Calendar(
        title=file.title or path.stem,
        timezone=file.timezone,
        hours=_week(file.hours),
        country=file.holidays.country if file.holidays else "",
        subdivision=file.holidays.subdivision if file.holidays else "",
        closed=tuple((closure.since, closure.until) for closure in file.closed),
        opened={opening.day: opening.hours for opening in file.open},
    )


def _once(day: _Day, info: ValidationInfo[set[object]]) -> _Day:
    """A date or weekday that has no hours yet; the context is those that have."""
    if day in info.context:
        raise ValueError(f"{day} has its hours already; write each day once")
    info.context.add(day)
    return day


def _weekdays(key: str, info: ValidationInfo[set[object]]) -> tuple[str, ...]:
    """The days that `monday` or `monday-friday` names."""
    first, dash, last = key.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in WEEKDAYS:
            raise ValueError(str(UnknownName("weekday", name, WEEKDAYS)))
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if begin > end:
        raise ValueError(f"{first} comes after {last}: weeks begin on monday")
    return tuple(_once(day, info) for day in WEEKDAYS[begin : end + 1])


def _opening(text: object) -> tuple[int, int]:
    match = _OPENING.fullmatch(text) if isinstance(text, str) else None
    hour, minute, last_hour, last_minute = map(int, match.groups()) if match else (0, 0, 0, 0)
    opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
    if opens == closes or opens >= _MIDNIGHT or closes > _MIDNIGHT:
        forms = "09:00-17:30, 22:00-06:00 or 00:00-24:00"
        raise ValueError(f"{text!r} is not an opening such as {forms}")
    return opens, closes if opens < closes else closes + _MIDNIGHT


def _in_order(openings: Hours) -> Hours:
    openings = tuple(sorted(openings))
    for (one, closes), (other, _) in pairwise(openings):
        if closes > other:
            times = (f"{minute // 60:02}:{minute % 60:02}" for minute in (one, other))
            raise ValueError("the openings from {} and from {} overlap".format(*times))
    return openings


def _week(named: Mapping[tuple[str, ...], Hours]) -> tuple[Hours, ...]:
    hours = {day: hours for days, hours in named.items() for day in days}
    return tuple(hours.get(day, ()) for day in WEEKDAYS)


def _possible(named: dict[tuple[str, ...], Hours]) -> dict[tuple[str, ...], Hours]:
    week = _week(named)
    if not any(week):
        raise ValueError("write on which days it is open, and from when")
    for day, (hours, next_hours) in zip(WEEKDAYS, pairwise([*week, week[0]]), strict=True):
        if hours and next_hours and hours[-1][1] - _MIDNIGHT > next_hours[0][0]:
            raise ValueError(f"the night of {day} lasts into the hours of the next day")
    return named


def _subdivisions(country: str) -> list[str]:
    import holidays  # it costs time, and many calendars name none

    try:  # the library would also take names of its own, such as France
        known = holidays.country_holidays(country if len(country) == 2 else "")
    except NotImplementedError:  # what the library raises for a country that it does not know
        problem = f"no holidays are known of the country {country!r}; write two letters such as FR"
        raise ValueError(problem) from None
    return [*known.subdivisions, *known.subdivisions_aliases]


_DATE = Annotated[date, AfterValidator(checked_date)]
_WEEKDAYS = Annotated[tuple[str, ...], BeforeValidator(_weekdays)]
_OPENINGS = Annotated[
    Listed[Annotated[tuple[int, int], BeforeValidator(_opening)]], AfterValidator(_in_order)
]


class _Holidays(Table):
    country: str
    subdivision: str = ""

    @field_validator("country")
    @classmethod
    def _is_known(cls, country: str) -> str:
        _subdivisions(country)
        return country

    @field_validator("subdivision")
    @classmethod
    def _is_of_the_country(cls, name: str, info: ValidationInfo) -> str:
        country = info.data.get("country")  # None: it is wrong itself
        if name and country and name not in (known := _subdivisions(country)):
            raise ValueError(str(UnknownName(f"subdivision of {country}", name, known)))
        return name


class _Closure(Table):
    day: _DATE = date.min
    since: _DATE = Field(date.min, alias="from")
    until: _DATE = date.min
    reason: str = ""

    @model_validator(mode="after")
    def _has_an_end(self) -> _Closure:
        keys = self.model_fields_set - {"reason"}
        if keys == {"day"}:
            self.since, self.until = self.day, self.day + timedelta(days=1)
        elif keys != {"since", "until"}:
            raise ValueError("write day, or from and until")
        elif self.since >= self.until:
            problem = "until, the first day on which it is open again, must come after from"
            raise ValueError(problem)
        return self


class _SpecialOpening(Table):
    day: Annotated[_DATE, AfterValidator(_once)]
    hours: Annotated[_OPENINGS, AfterValidator(at_least_one)]
    reason: str = ""


class _CalendarFile(Table):
    title: str = ""
    timezone: Annotated[str, AfterValidator(checked_timezone)]
    hours: Annotated[dict[_WEEKDAYS, _OPENINGS], AfterValidator(_possible)] = Field(
        {}, validate_default=True
    )
    holidays: _Holidays | None = None
    closed: Listed[_Closure] = ()
    open: Listed[_SpecialOpening] = ()


_TABLES: dict[str, type[Table]] = {
    "holidays": _Holidays,
    "closed": _Closure,
    "open": _SpecialOpening,
}
