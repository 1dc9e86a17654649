"""The hours of the week: when people ask, and how many of these requests are answered."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from socialscore.reporters import formatting, wording
from socialscore.reporters.charts.drawing import drawn, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.breakdown import Breakdown, Line

__all__ = ["FEW", "hours"]

FEW = 5
"""An hour with fewer requests is blank: it says little, and might say whose they were."""

_WIDTH, _TOP, _LEFT, _CELL = 800, 84, 60, 30
_MOST = 26  # the side of the largest square
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours(breakdown: Breakdown) -> str:
    """A breakdown by hour of the week as an SVG picture, 24 columns by 7 rows.

    The area of a square is the number of requests of its hour; the inner one's, of those that were
    answered. Hours with fewer than five requests are blank.
    """
    board = breakdown.scoreboard
    shown = [it for it in breakdown.lines if _number(it, "n_requests") >= FEW]
    n_blank = sum(0 < _number(it, "n_requests") < FEW for it in breakdown.lines)
    most = max((_number(it, "n_requests") for it in shown), default=1)
    notes = [
        "area of a square: requests asked in that hour; darker: those that were answered; the "
        f"largest stands for {formatting.count(most)}",
        f"blank: hours with fewer than {FEW} requests ({n_blank} with some) · {board.timezone}",
        wording.origin(board),
    ]
    bottom = _TOP + _CELL * len(_DAYS)
    return drawn(
        "hours.svg",
        width=_WIDTH,
        height=bottom + 20 + 15 * len(notes),
        top=_TOP,
        bottom=bottom,
        left=_LEFT,
        right=_LEFT + 24 * _CELL,
        title=board.title,
        subtitle=subtitle(board),
        description=_in_words(shown),
        hours=[
            {"x": _LEFT + _CELL * it + _CELL / 2, "label": f"{it:02}"} for it in range(0, 24, 3)
        ],
        days=[{"y": _middle(it), "label": day} for it, day in enumerate(_DAYS)],
        cells=[_cell(it, most) for it in shown],
        notes=notes,
    )


def _center(hour: int) -> float:
    return _LEFT + _CELL * hour + _CELL / 2


def _middle(day: int) -> float:
    return _TOP + _CELL * day + _CELL / 2


def _number(line: Line, name: str) -> int:
    return int(line.pooled.get(name) or 0)


def _cell(line: Line, most: int) -> dict[str, Any]:
    day, hour = line.label.split()
    asked, answered = _number(line, "n_requests"), _number(line, "n_answered")
    return {
        "label": line.label,
        "n_requests": asked,
        "n_answered": answered,
        "x": _center(int(hour)),
        "y": _middle(_DAYS.index(day)),
        "asked": round(_MOST * sqrt(asked / most), 2),
        "answered": round(_MOST * sqrt(answered / most), 2),
        "said": f"{day} {hour}:00 to {hour}:59: {formatting.count(asked)} requests, "
        f"{formatting.count(answered)} answered",
    }


def _in_words(shown: Sequence[Line]) -> str:
    if not shown:
        return f"No hour of the week has {FEW} requests or more."
    busiest = max(shown, key=lambda it: _number(it, "n_requests"))
    rates = {it.label: _number(it, "n_answered") / _number(it, "n_requests") for it in shown}
    best = max(rates, key=lambda it: rates[it])
    worst = min(rates, key=lambda it: rates[it])
    return (
        f"Most requests are asked on {busiest.label}:00 "
        f"({formatting.count(_number(busiest, 'n_requests'))}). Of those of {best}:00, "
        f"{formatting.share(rates[best])} are answered, of those of {worst}:00 "
        f"{formatting.share(rates[worst])}."
    )
