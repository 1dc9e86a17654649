"""The hours of the week: when people ask, and how many of these requests are answered."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from socialscore.reporters import wording
from socialscore.reporters.charts.drawing import WIDE, drawn, heading, subtitle
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.breakdown import Breakdown
    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["FEW", "Hour", "hours", "week_hours"]

FEW = 5
"""An hour with fewer requests is blank: it says little, and might say whose they were."""

_TOP, _LEFT = 84, 60
_GAP = 4  # between the largest squares of two hours
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # as breakdowns name them


@dataclass(frozen=True)
class Hour:
    """An hour of the week, over all weeks of a time."""

    weekday: int  # 1 is Monday, as ISO 8601 has it
    hour: int  # 0 to 23
    n_requests: int
    n_answered: int

    @property
    def label(self) -> str:
        """`Mon 08`, as exports name it."""
        return f"{_DAYS[self.weekday - 1]} {self.hour:02}"


def week_hours(breakdown: Breakdown, locale: Locale = ENGLISH) -> Chart:
    """A breakdown by hour of the week; see `hours`."""
    board, lines = breakdown.scoreboard, []
    for line in breakdown.lines:
        day, hour = line.label.split()
        n_requests, n_answered = (
            int(line.pooled.get(name) or 0) for name in ("n_requests", "n_answered")
        )
        lines.append(Hour(_DAYS.index(day) + 1, int(hour), n_requests, n_answered))
    title, when = heading(board, locale), subtitle(board, locale)
    return hours(title, when, lines, board.timezone, wording.origin(board, locale), locale)


def hours(
    title: str,
    when: str,
    lines: Sequence[Hour],
    timezone: str,
    origin: str,
    locale: Locale = ENGLISH,
    *,
    width: int = WIDE,
) -> Chart:
    """Requests by hour of the week, 24 columns by 7 rows.

    The area of a square is the number of requests of its hour; it is filled from below as far as
    they were answered. Hours with fewer than five requests are blank.

    Args:
        title: what they were asked.
        when: the time, and the ranking.
        lines: the hours; those that are not there have no requests.
        timezone: of the hours.
        origin: what made the numbers.
        locale: the language.
        width: of the picture, in units.
    """
    shown = sorted(
        (it for it in lines if it.n_requests >= FEW), key=lambda it: (it.weekday, it.hour)
    )
    most = max((it.n_requests for it in shown), default=1)
    side = (width - _LEFT - 20) // 24
    bottom = _TOP + side * len(_DAYS)
    days = [day.rstrip(".") for day in locale.weekdays()]
    _ = locale.gettext
    n_blank = sum(0 < it.n_requests < FEW for it in lines)
    return drawn(
        "hours.svg",
        locale,
        title=title,
        subtitle=when,
        description=_in_words(shown, days, locale),
        header=[_("day"), _("hour"), _("requests"), _("of these answered")],
        rows=[
            (
                days[it.weekday - 1],
                f"{it.hour:02}",
                locale.count(it.n_requests),
                locale.count(it.n_answered),
            )
            for it in shown
        ],
        notes=[*_notes(most, n_blank, timezone, locale), origin],
        top=_TOP,
        below=bottom + 20,
        width=width,
        bottom=bottom,
        left=_LEFT,
        right=_LEFT + 24 * side,
        side=side,
        hours=[{"x": _LEFT + side * (it + 0.5), "label": f"{it} h"} for it in range(0, 24, 3)],
        days=[{"y": _TOP + side * (it + 0.5), "label": day} for it, day in enumerate(days)],
        cells=[_cell(it, most, side, days, locale) for it in shown],
    )


def _notes(most: int, n_blank: int, timezone: str, locale: Locale) -> list[str]:
    _ = locale.gettext
    areas = _(
        "area of a square: requests asked in that hour, filled as far as they were answered; the "
        "largest stands for %(most)s"
    )
    blank = _("blank: hours with fewer than %(few)s requests (%(n)s with some) · %(timezone)s")
    return [
        areas % {"most": locale.count(most)},
        blank % {"few": FEW, "n": n_blank, "timezone": timezone},
    ]


def _cell(it: Hour, most: int, side: int, days: Sequence[str], locale: Locale) -> dict[str, Any]:
    asked = round((side - _GAP) * sqrt(it.n_requests / most), 2)
    x, y = _LEFT + side * (it.hour + 0.5), _TOP + side * (it.weekday - 0.5)
    filled = round(asked * it.n_answered / it.n_requests, 2)
    return {
        "data": {
            "data-hour": it.label,
            "data-requests": it.n_requests,
            "data-answered": it.n_answered,
        },
        "x": round(x - asked / 2, 2),
        "y": round(y - asked / 2, 2),
        "asked": asked,
        "answered": filled,
        "said": _said(it, days, locale),
    }


def _said(it: Hour, days: Sequence[str], locale: Locale) -> str:
    text = locale.gettext("%(day)s, %(hour)s h: %(asked)s requests, %(answered)s answered")
    return text % {
        "day": days[it.weekday - 1],
        "hour": it.hour,
        "asked": locale.count(it.n_requests),
        "answered": locale.count(it.n_answered),
    }


def _in_words(shown: Sequence[Hour], days: Sequence[str], locale: Locale) -> str:
    _ = locale.gettext
    if not shown:
        return _("No hour of the week has %(few)s requests or more.") % {"few": FEW}
    rates = {it: it.n_answered / it.n_requests for it in shown}
    busiest = max(shown, key=lambda it: it.n_requests)
    best, worst = max(shown, key=rates.__getitem__), min(shown, key=rates.__getitem__)
    text = _(
        "Most requests are asked on %(busiest)s h (%(most)s). Of those of %(best)s h, "
        "%(high)s are answered, of those of %(worst)s h %(low)s."
    )
    return text % {
        "busiest": f"{days[busiest.weekday - 1]} {busiest.hour}",
        "most": locale.count(busiest.n_requests),
        "best": f"{days[best.weekday - 1]} {best.hour}",
        "high": locale.share(rates[best]),
        "worst": f"{days[worst.weekday - 1]} {worst.hour}",
        "low": locale.share(rates[worst]),
    }
