"""Periods: which requests a ranking counts, by the moment at which the citizen wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from socialscore.errors import UsageError, option

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = [
    "CLOCKS_DIFFER",
    "EARLIEST",
    "LAST_MATURED_WEEK",
    "LATEST",
    "MONTHS",
    "PLAUSIBLE_YEARS",
    "YEARS_IN_WORDS",
    "Period",
    "day_in_words",
    "label_at",
    "labels_between",
    "parse_as_of",
    "parse_instant",
    "parse_period",
    "period_before",
    "utc",
    "week_of",
]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not `strftime`: its names follow the locale of the machine."""

PLAUSIBLE_YEARS = range(2004, 2100)
"""The years that a date can mean, whether somebody writes it or a network says it: the oldest
network opened in 2004, and any other year is a mistake."""

YEARS_IN_WORDS = f"from {PLAUSIBLE_YEARS[0]} to {PLAUSIBLE_YEARS[-1]}"

EARLIEST, LATEST = (
    datetime(year, 1, 1, tzinfo=UTC) for year in (PLAUSIBLE_YEARS.start, PLAUSIBLE_YEARS.stop)
)
"""The first instant of these years, and their end."""

CLOCKS_DIFFER = timedelta(days=1)
"""How far ahead of ours a clock may be. What is dated later than that was never written."""

LAST_MATURED_WEEK = "last-matured-week"
"""The period of a ranking that names none."""

_FORMS = (
    "2026-W46, 2026-11, 2026-Q4, 2026-10-01..2026-10-31, last-week, last-month, last-quarter, "
    f"{LAST_MATURED_WEEK}, last-30-days or all, with years {YEARS_IN_WORDS}"
)
_MOST_DAYS = 366  # of last-N-days
_NAMED = re.compile(r"(\d{4})-(?:W(?P<week>\d{2})|Q(?P<quarter>[1-4])|(?P<month>\d{2}))", re.ASCII)


@dataclass(frozen=True)
class Period:
    """`[since, until)`: both aware, in the ranking's timezone; `label` is its name."""

    label: str
    since: datetime
    until: datetime


def parse_period(text: str, timezone: ZoneInfo, *, covered: tuple[datetime, datetime]) -> Period:
    """The period that `text` names.

    Args:
        text: one of the forms above. Either side of FROM..UNTIL is a day, a week, a month or a
            quarter, and UNTIL is included; or an instant, which is where the period ends.
        timezone: that in which days begin.
        covered: first instant and end of the collected data: `all` is just that, `last-week` is
            the last ISO week that ended within it, likewise `last-month` and `last-quarter`, and
            `last-30-days` are the last thirty days that did, or any other number up to 366. For
            `last-matured-week`, they are to end a horizon earlier.

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
        ValueError: for anything else, and outside of the plausible years.
    """
    instant = datetime.fromisoformat(text)
    _plausible(instant.year)
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone)


def parse_as_of(text: str, timezone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the data are taken to end.

    Raises:
        UsageError: for what `parse_instant` cannot read.
    """
    try:
        return parse_instant(text, timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        problem = f"write a day or a time such as 2026-11-23T09:00, {YEARS_IN_WORDS}"
        raise UsageError(f"{option('as_of', text)}: {problem}") from None


def period_before(period: Period) -> str:
    """The name of the period of the same length that ends where this one begins.

    Raises:
        UsageError: nothing was collected before the whole.
    """
    if form := _form(period.label):
        return _name(form, period.since.date() - timedelta(days=1))
    if period.label == "all":
        raise UsageError("no period precedes `all`; name the one to compare with")
    # Days by the calendar, as the period itself was written.
    since = period.since.replace(tzinfo=None)
    begin = since - (period.until.replace(tzinfo=None) - since)
    return _range(begin, since)


def label_at(like: str, day: date) -> str:
    """The name of the week, month or quarter that a day lies in, of the form of another one.

    Raises:
        ValueError: the other one is none of these.
    """
    form = _form(like)
    if form is None:
        raise ValueError(f"{like} is not a week, month or quarter")
    return _name(form, day)


def labels_between(first: str, last: str) -> list[str]:
    """The names of the weeks, months or quarters from the first to the last, both included.

    Args:
        first: 2026-W46, 2026-11 or 2026-Q4.
        last: the same form; before the first, there are none.

    Raises:
        ValueError: the forms differ, or are none of these.
    """
    form = _form(first)
    if form is None or _form(last) != form:
        raise ValueError(f"{first} and {last} are not both weeks, months or quarters")
    day, end = _days(first)[0], _days(last)[1]
    labels = []
    while day < end:
        labels.append(_name(form, day))
        day = _days(labels[-1])[1]
    return labels


def _range(since: datetime, until: datetime) -> str:
    """The shortest name of `[since, until)`: by the days that it includes, where it cuts none."""
    return f"{_shortest(since, since)}..{_shortest(until, until - timedelta(days=1))}"


def _shortest(edge: datetime, day: datetime) -> str:
    """The day, if an edge of a period cuts none; else the instant."""
    if edge.time() == time():
        return day.date().isoformat()
    return edge.isoformat(timespec="auto" if edge.second or edge.microsecond else "minutes")


def _bounds(text: str, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    if ".." not in text:
        return _whole(text, timezone)
    since, until = (_side(each, timezone) for each in text.split("..", 1))
    return since[0], until[1]


def _side(text: str, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """The beginning and the end of what stands on one side; those of an instant are one."""
    if _form(text):
        return _whole(text, timezone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        instant = parse_instant(text, timezone)
        return instant, instant
    if day.isoformat() != text:
        raise ValueError(text)  # 20261101, or 2026W45, which Python takes for a Monday
    _plausible(day.year)
    return _midnight(day, timezone), _midnight(day + timedelta(days=1), timezone)


def _whole(label: str, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    first, after = _days(label)
    return _midnight(first, timezone), _midnight(after, timezone)


def _form(label: str) -> str | None:
    """What a label names: week, month or quarter; None: nothing of the kind."""
    match = _NAMED.fullmatch(label)
    return match.lastgroup if match else None


def _days(label: str) -> tuple[date, date]:
    """The first day of a week, month or quarter, and the one after its last.

    Raises:
        ValueError: the label names none, or one out of reach.
    """
    match = _NAMED.fullmatch(label)
    if not match:
        raise ValueError(label)
    year = _plausible(int(match[1]))
    if match["week"]:
        monday = date.fromisocalendar(year, int(match["week"]), 1)
        return monday, monday + timedelta(days=7)
    n_months = 3 if match["quarter"] else 1
    month = 3 * int(match["quarter"]) - 2 if match["quarter"] else int(match["month"])
    months = year * 12 + month - 1 + n_months
    return date(year, month, 1), date(months // 12, months % 12 + 1, 1)


def _name(form: str, day: date) -> str:
    """The label of the week, month or quarter that a day lies in."""
    if form == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if form == "quarter" else f"{day:%Y-%m}"


def _resolved(text: str, end: datetime, timezone: ZoneInfo) -> str:
    """A form that is reckoned from the end of the data as one that is not; others as they are."""
    after = end.astimezone(timezone).date()  # the day before it is the last that is over
    if text in ("last-week", "last-month", "last-quarter", LAST_MATURED_WEEK):
        form = text.rpartition("-")[2]
        running = _days(_name(form, after))[0]  # the week, month or quarter that is not over
        return _name(form, running - timedelta(days=1))
    match = re.fullmatch(r"last-([1-9]\d{0,2})-days", text, re.ASCII)
    if match and int(match[1]) <= _MOST_DAYS:
        return f"{after - timedelta(days=int(match[1]))}..{after - timedelta(days=1)}"
    return text


def week_of(instant: datetime, timezone: ZoneInfo) -> str:
    """The name of the ISO week that an instant lies in."""
    return _name("week", instant.astimezone(timezone).date())


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), timezone)


def _plausible(year: int) -> int:
    if year not in PLAUSIBLE_YEARS:
        raise ValueError(f"the year {year}")
    return year


def day_in_words(day: date) -> str:
    """`16 Nov 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def utc(instant: datetime) -> datetime:
    """The instant as the engine wants it: naive, in UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None)
