"""Numbers, durations and dates as a person reads them.

Thousands are set apart by commas, shares are whole percents, and a missing value is a dash.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from socialscore.model.period import MONTHS, day_in_words

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "NO_VALUE",
    "count",
    "counted",
    "days",
    "duration",
    "instant",
    "limit",
    "one_line",
    "points",
    "quantity",
    "ratio",
    "share",
    "span",
]

NO_VALUE = "–"

_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def quantity(value: float | None, unit: str) -> str:
    """A metric's value, by the unit that the metric declares."""
    readers = {"count": count, "share": share, "seconds": duration, "ratio": ratio}
    return readers[unit](value)


def count(value: float | None) -> str:
    """`1,574,775`, `−619,819`."""
    return NO_VALUE if value is None else f"{round(value):,}".replace("-", "−")


def counted(number: int, noun: str) -> str:
    """`1 body`, `1,200 bodies`."""
    several = "bodies" if noun == "body" else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def share(value: float | None) -> str:
    """`72 %`; only none at all reads `0 %`, and only all reads `100 %`."""
    if value is None:
        return NO_VALUE
    if 0 < value < 0.005:
        return "<1 %"
    if 0.995 <= value < 1:
        return ">99 %"
    return f"{round(100 * value)} %"


def ratio(value: float | None) -> str:
    """`1.8`."""
    return NO_VALUE if value is None else f"{value:.1f}"


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min`, `2 h 05`, `3 d 04 h`: rounded to the last unit shown."""
    if seconds is None:
        return NO_VALUE
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02}"
    hours = round(seconds / 3_600)
    return f"{hours // 24} d {hours % 24:02} h"


def points(difference: float) -> str:
    """A difference of shares in whole percentage points, with its sign: `+10`, `−3`, `0`."""
    number = round(100 * difference)
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number)}"


def limit(value: float, unit: str) -> str:
    """A value that somebody chose, exactly: `65 %`, `99.5 %`, `15 min`."""
    if unit == "share":
        return f"{100 * value:.10g} %"
    if unit == "ratio":
        return f"{value:.10g}"
    number = int(value) if value == int(value) else value
    return f"{number:,}".replace("-", "−") if unit == "count" else span(number)


def span(seconds: float) -> str:
    """`7 d`, `36 h`, `90 min`: exact, in the largest unit that divides it."""
    for size, unit in _SPANS:
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def instant(moment: datetime) -> str:
    """`16 Nov 2026 08:00`, in the moment's own timezone."""
    return f"{day_in_words(moment.date())} {moment:%H:%M}"


def days(since: datetime, until: datetime) -> str:
    """`9–15 Nov 2026`: the days of `[since, until)`; with hours where one of them cuts a day."""
    if f"{since:%H%M%S}{until:%H%M%S}" != "0" * 12:
        return f"{instant(since)} – {instant(until)}"
    first, last = since.date(), until.date() - timedelta(days=1)
    if first == last:
        return day_in_words(first)
    if first.year != last.year:
        return f"{day_in_words(first)} – {day_in_words(last)}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month - 1]} – {day_in_words(last)}"
    return f"{first.day}–{day_in_words(last)}"


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the writing around."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())
