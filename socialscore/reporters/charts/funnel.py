"""The funnel: rates against numbers of requests, and what chance allows around the common rate.

A body with few requests is easily far from the common rate by chance; the limits are wide there.
"""

from __future__ import annotations

from math import log10, sqrt
from typing import TYPE_CHECKING, Any

from socialscore.reporters import formatting, wording
from socialscore.reporters.charts.drawing import Axis, drawn, fitting, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["funnel"]

_WIDTH, _TOP, _BOTTOM, _LEFT, _RIGHT = 800, 70, 430, 64, 720
_Z = 1.959963984540054  # of 95 %
_NAME, _LINE = 180, 13  # the room of a name
_STEPS = 60  # of the limits, drawn as lines
_UP = Axis(0, 1, _BOTTOM, _TOP)


def funnel(scoreboard: Scoreboard) -> str:
    """The ranked bodies of a scoreboard, as an SVG picture of 800 by 510 units.

    The limits are those within which 95 in 100 bodies lie that answer at the common rate. They are
    wider by the square root of the median design effect, for requests of a day resemble each other.
    """
    lines = [it for it in scoreboard.scores if it.rank is not None and it.values["n_requests"]]
    n_all = sum(int(it.values["n_requests"] or 0) for it in lines)
    mean = sum(int(it.values["n_answered"] or 0) for it in lines) / n_all if n_all else 0.0
    clusters = scoreboard.clusters
    deff = (clusters and clusters.median_deff) or 1.0
    across = _across(lines)
    notes = [
        "dashed: 95 in 100 bodies that answer at the common rate lie within (design effect "
        f"{formatting.ratio(deff)}); darker: bodies outside",
        wording.origin(scoreboard),
    ]
    dots = [_dot(it, mean, deff, across) for it in lines]
    _name(dots)
    return drawn(
        "funnel.svg",
        width=_WIDTH,
        height=_BOTTOM + 52 + 15 * len(notes),
        top=_TOP,
        bottom=_BOTTOM,
        left=_LEFT,
        right=_RIGHT,
        title=scoreboard.title,
        subtitle=subtitle(scoreboard),
        description=_in_words(dots, mean),
        across=_ticks(across),
        up=[{"y": _UP.at(it / 100), "label": f"{it} %"} for it in (0, 25, 50, 75, 100)],
        mean=mean,
        mean_at=_UP.at(mean),
        limits=[_limit(mean, deff, across, side) for side in (-1, 1)] if lines else [],
        dots=dots,
        notes=notes,
    )


def _across(lines: Sequence[Score]) -> Axis:
    numbers = [int(it.values["n_requests"] or 1) for it in lines] or [1]
    least, most = log10(min(numbers)), log10(max(numbers))
    return Axis(least - 0.1, max(most + 0.1, least + 0.5), _LEFT, _RIGHT)


def _ticks(across: Axis) -> list[dict[str, Any]]:
    """1, 2, 5, 10, 20 … as far as they lie on the axis."""
    numbers = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
    return [
        {"x": across.at(log10(it)), "label": formatting.count(it)}
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


def _dot(score: Score, mean: float, deff: float, across: Axis) -> dict[str, Any]:
    n_requests = int(score.values["n_requests"] or 0)
    rate = score.values["response_rate"] or 0.0
    allowed = _deviation(mean, deff, n_requests)
    outside = "above" if rate > mean + allowed else "below" if rate < mean - allowed else None
    return {
        "body_id": score.body.body_id,
        "name": score.body.name,
        "label": None,
        "rate": rate,
        "n_requests": n_requests,
        "outside": outside,
        "x": across.at(log10(n_requests)),
        "y": _UP.at(rate),
        "said": f"{score.body.name}: {formatting.share(rate)} of {formatting.count(n_requests)} "
        f"requests, {outside + ' the limits' if outside else 'within the limits'}",
    }


def _name(dots: Sequence[dict[str, Any]]) -> None:
    """Write the names of bodies outside the limits, where they cover neither a dot nor a name.

    Those farthest from the middle of the picture come first: there is most room.
    """
    taken = [(dot["x"] - 6, dot["x"] + 6, dot["y"]) for dot in dots]
    middle = (_TOP + _BOTTOM) / 2
    for dot in sorted(dots, key=lambda it: -abs(it["y"] - middle)):
        name = fitting(dot["name"], _NAME, 11)
        width = 6.2 * len(name)
        sides = [(dot["x"] + 9, "start"), (dot["x"] - 9 - width, "end")]
        for left, anchor in sides if dot["outside"] else ():
            box = (left, left + width, dot["y"])
            if left > _LEFT and left + width < _RIGHT and not any(_meet(box, it) for it in taken):
                taken.append(box)
                dot["label"] = {"text": name, "anchor": anchor}
                break


def _meet(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether two boxes of a line's height meet: left, right and middle of each."""
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < _LINE


def _in_words(dots: Sequence[dict[str, Any]], mean: float) -> str:
    if not dots:
        return "No body is ranked: there is no request to draw."
    above, below = (sum(it["outside"] == side for it in dots) for side in ("above", "below"))
    return (
        f"{formatting.counted(len(dots), 'body')} answered {formatting.share(mean)} of "
        f"all requests; {above} above what chance allows, {below} below."
    )
