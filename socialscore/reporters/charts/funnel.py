"""The funnel: rates against numbers of requests, and what chance allows around the common rate.

A body with few requests is easily far from the common rate by chance; the limits are wide there.
"""

from __future__ import annotations

from math import log10, sqrt
from typing import TYPE_CHECKING, Any

from socialscore.reporters import wording
from socialscore.reporters.charts.drawing import (
    Axis,
    drawn,
    fitting,
    heading,
    length,
    percents,
    subtitle,
)
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["funnel"]

_TOP, _BOTTOM, _LEFT, _RIGHT = 70, 430, 64, 690
_Z = 1.959963984540054  # of 95 %
_NAME, _LINE = 180, 13  # the room of a name
_STEPS = 60  # of the limits, drawn as lines
_UP = Axis(0, 1, _BOTTOM, _TOP)


def funnel(scoreboard: Scoreboard, locale: Locale = ENGLISH) -> Chart:
    """The ranked bodies of a scoreboard by their number of requests and their rate.

    The limits are those within which 95 in 100 bodies lie that answer at the common rate. They are
    wider by the square root of the median design effect, for requests of a day resemble each other.
    """
    _ = locale.gettext
    lines = [it for it in scoreboard.ranked if it.values["n_requests"]]
    n_all = sum(int(it.values["n_requests"] or 0) for it in lines)
    mean = sum(int(it.values["n_answered"] or 0) for it in lines) / n_all if n_all else 0.0
    clusters = scoreboard.clusters
    deff = (clusters and clusters.median_deff) or 1.0
    across = _across(lines)
    limits = _(
        "dashed: 95 in 100 bodies that answer at the common rate lie within (design effect "
        "%(deff)s); filled: bodies outside"
    )
    dots = [_dot(it, mean, deff, across, locale) for it in lines]
    _name(dots)
    return drawn(
        "funnel.svg",
        locale,
        title=heading(scoreboard, locale),
        subtitle=subtitle(scoreboard, locale),
        description=_in_words(dots, mean, locale),
        header=[_("body"), _("requests"), _("response rate"), _("against chance")],
        rows=[(dot["name"], dot["count"], dot["share"], dot["where"]) for dot in dots],
        notes=[limits % {"deff": locale.ratio(deff)}, wording.origin(scoreboard, locale)],
        top=_TOP,
        below=_BOTTOM + 52,
        bottom=_BOTTOM,
        left=_LEFT,
        right=_RIGHT,
        across=_ticks(across, locale),
        up=percents(_UP, locale),
        mean=_("all: %(share)s") % {"share": locale.share(mean)},
        mean_data={"data-mean": mean},
        mean_at=_UP.at(mean),
        limits=[_limit(mean, deff, across, side) for side in (-1, 1)] if lines else [],
        dots=dots,
    )


def _across(lines: Sequence[Score]) -> Axis:
    numbers = [int(it.values["n_requests"] or 1) for it in lines] or [1]
    least, most = log10(min(numbers)), log10(max(numbers))
    return Axis(least - 0.1, max(most + 0.1, least + 0.5), _LEFT, _RIGHT)


def _ticks(across: Axis, locale: Locale) -> list[dict[str, Any]]:
    """1, 2, 5, 10, 20 … as far as they lie on the axis."""
    numbers = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
    return [
        {"x": across.at(log10(it)), "label": locale.count(it)}
        for it in numbers
        if across.least <= log10(it) <= across.most
    ]


def _deviation(mean: float, deff: float, n_requests: float) -> float:
    return _Z * sqrt(mean * (1 - mean) * max(deff, 1.0) / n_requests)


def _limit(mean: float, deff: float, across: Axis, side: int) -> str:
    """The points of one of the limits."""
    points = []
    for step in range(_STEPS + 1):
        exponent = across.least + (across.most - across.least) * step / _STEPS
        y = _UP.at(mean + side * _deviation(mean, deff, 10**exponent))
        points.append(f"{across.at(exponent)},{y}")
    return " ".join(points)


def _dot(score: Score, mean: float, deff: float, across: Axis, locale: Locale) -> dict[str, Any]:
    n_requests = int(score.values["n_requests"] or 0)
    rate = score.values["response_rate"] or 0.0
    allowed = _deviation(mean, deff, n_requests)
    outside = "above" if rate > mean + allowed else "below" if rate < mean - allowed else None
    where = {
        "above": locale.gettext("above what chance allows"),
        "below": locale.gettext("below what chance allows"),
        None: locale.gettext("within what chance allows"),
    }[outside]
    dot = {
        "name": score.body.name,
        "count": locale.count(n_requests),
        "share": locale.share(rate),
        "where": where,
    }
    said = locale.gettext("%(name)s: %(share)s of %(count)s requests, %(where)s")
    return dot | {
        "label": None,
        "outside": outside,
        "x": across.at(log10(n_requests)),
        "y": _UP.at(rate),
        "said": said % dot,
        "data": {
            "data-body": score.body.body_id,
            "data-rate": rate,
            "data-requests": n_requests,
            "data-outside": outside or "no",
        },
    }


def _name(dots: Sequence[dict[str, Any]]) -> None:
    """Write the names of bodies outside the limits, where they cover neither a dot nor a name.

    Those farthest from the middle of the picture come first: there is most room.
    """
    taken = [(dot["x"] - 6, dot["x"] + 6, dot["y"]) for dot in dots]
    middle = (_TOP + _BOTTOM) / 2
    for dot in sorted(dots, key=lambda it: -abs(it["y"] - middle)):
        name = fitting(dot["name"], _NAME, 11)
        width, x, y = length(name, 11), dot["x"], dot["y"]
        sides = [
            ("start", x + 9, x + 9, y + 4),
            ("end", x - 9 - width, x - 9, y + 4),
            ("middle", x - width / 2, x, y - 9),
            ("middle", x - width / 2, x, y + 17),
        ]
        for anchor, left, at, line in sides if dot["outside"] else ():
            box = (left, left + width, line - 4)
            fits = left > _LEFT and left + width < _RIGHT and _TOP < line < _BOTTOM + 6
            if fits and not any(_meet(box, it) for it in taken):
                taken.append(box)
                dot["label"] = {
                    "text": name, "anchor": anchor, "x": round(at, 2), "y": round(line, 2)
                }  # fmt: skip
                break


def _meet(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether two boxes of a line's height meet: left, right and middle of each."""
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < _LINE


def _in_words(dots: Sequence[dict[str, Any]], mean: float, locale: Locale) -> str:
    if not dots:
        return locale.gettext("No body is ranked: there is no request to draw.")
    above, below = (sum(it["outside"] == side for it in dots) for side in ("above", "below"))
    text = locale.ngettext(
        "%(n)s body answered %(share)s of all requests; %(above)s above what chance allows, "
        "%(below)s below.",
        "%(n)s bodies answered %(share)s of all requests; %(above)s above what chance allows, "
        "%(below)s below.",
        len(dots),
    )
    return text % {
        "n": locale.count(len(dots)), "share": locale.share(mean), "above": above, "below": below
    }  # fmt: skip
