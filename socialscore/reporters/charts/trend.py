"""The trend: a body's rate over the periods with its interval, its category's median behind it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from socialscore.reporters import formatting
from socialscore.reporters.charts.drawing import Axis, drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Point", "trend"]

_WIDTH, _TOP, _BOTTOM, _LEFT, _RIGHT = 800, 70, 330, 56, 776
_UP = Axis(0, 1, _BOTTOM, _TOP)
_LABELS = 9  # periods that have room for their names


@dataclass(frozen=True)
class Point:
    """A body in a period."""

    period: str
    rate: float | None  # None: it has none, and the curve a gap
    low: float | None = None  # of the 95 % interval
    high: float | None = None
    n_requests: int | None = None
    median: float | None = None  # of the rates of its category
    method: str = ""  # no line joins numbers of two methods


def trend(title: str, subtitle: str, points: Sequence[Point], origin: str) -> str:
    """A body over the periods, as an SVG picture of 800 by 385 units.

    Args:
        title: the body's name.
        subtitle: what is drawn, and of which ranking.
        points: one per period, in order of time.
        origin: what made the numbers.
    """
    across = Axis(0, max(len(points) - 1, 1), _LEFT + 12, _RIGHT - 12)
    placed = list(enumerate(points))
    step = -(-len(points) // _LABELS)
    has_median = any(it.median is not None for it in points)
    notes = [
        "band: what chance allows (95 %)" + "; dashed: median of its category" * has_median,
        origin,
    ]
    return drawn(
        "trend.svg",
        width=_WIDTH,
        height=_BOTTOM + 40 + 15 * len(notes),
        top=_TOP,
        bottom=_BOTTOM,
        left=_LEFT,
        right=_RIGHT,
        title=title,
        subtitle=subtitle,
        description=_in_words(title, points),
        up=[{"y": _UP.at(it / 100), "label": f"{it} %"} for it in (0, 25, 50, 75, 100)],
        across=[{"x": across.at(it), "label": point.period} for it, point in placed[::step]],
        medians=[_line(run, across, "median") for run in _runs(placed, lambda it: it.median)],
        areas=[_area(run, across) for run in _runs(placed, _interval)],
        curves=[_line(run, across, "rate") for run in _runs(placed, lambda it: it.rate)],
        dots=[_dot(place, it, across) for place, it in placed if it.rate is not None],
        notes=notes,
    )


def _interval(point: Point) -> float | None:
    return None if point.high is None else point.low


def _runs(
    placed: Iterable[tuple[int, Point]], value: Callable[[Point], float | None]
) -> Iterator[list[tuple[int, Point]]]:
    """Points one after the other that have a value, of one method."""
    for key, run in groupby(placed, lambda it: (value(it[1]) is not None, it[1].method)):
        if key[0]:
            yield list(run)


def _line(run: Sequence[tuple[int, Point]], across: Axis, name: str) -> str:
    return " ".join(f"{across.at(place)},{_UP.at(getattr(it, name))}" for place, it in run)


def _area(run: Sequence[tuple[int, Point]], across: Axis) -> str:
    """The interval along a run; of a single point, as wide as its mark."""
    if len(run) == 1:
        ((place, point),) = run
        left, right = across.at(place) - 4, across.at(place) + 4
        low, high = _UP.at(point.low or 0), _UP.at(point.high or 0)
        return f"{left},{low} {right},{low} {right},{high} {left},{high}"
    return f"{_line(run, across, 'low')} {_line(run[::-1], across, 'high')}"


def _dot(place: int, point: Point, across: Axis) -> dict[str, Any]:
    rate = point.rate or 0.0
    return {
        "period": point.period,
        "rate": rate,
        "low": point.low,
        "high": point.high,
        "n_requests": point.n_requests,
        "x": across.at(place),
        "y": _UP.at(rate),
        "said": f"{point.period}: {formatting.share(rate)} "
        f"({formatting.share(point.low)} to {formatting.share(point.high)}) of "
        f"{formatting.count(point.n_requests)} requests",
    }


def _in_words(title: str, points: Sequence[Point]) -> str:
    known = [it for it in points if it.rate is not None]
    if not known:
        return f"{title} has a response rate in no period."
    first, last = known[0], known[-1]
    return (
        f"Response rate of {title} over {len(points)} periods, from {formatting.share(first.rate)} "
        f"in {first.period} to {formatting.share(last.rate)} in {last.period}."
    )
