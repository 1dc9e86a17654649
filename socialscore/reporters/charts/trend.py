"""The trend: a body's rate over the periods with its interval, its category's median behind it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from socialscore.reporters.charts.drawing import (
    WIDE,
    Axis,
    drawn,
    length,
    percents,
    periods_across,
    picture,
)
from socialscore.reporters.formatting import plain_decimal
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["Point", "sparkline", "trend"]

_TOP, _BOTTOM, _LEFT = 70, 330, 56
_UP = Axis(0, 1, _BOTTOM, _TOP)
_SMALL_WIDTH, _SMALL_UP = 120, Axis(0, 1, 25, 3)  # of a sparkline


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


def trend(
    title: str,
    subtitle: str,
    points: Sequence[Point],
    origin: str,
    locale: Locale = ENGLISH,
    *,
    width: int = WIDE,
) -> Chart:
    """A body over the periods.

    Args:
        title: the body's name.
        subtitle: what is drawn, and of which ranking.
        points: one per period, in order of time.
        origin: what made the numbers.
        locale: the language.
        width: of the picture, in units.
    """
    _ = locale.gettext
    right = width - 24
    across = Axis(0, max(len(points) - 1, 1), _LEFT + 12, right - 12)
    placed = list(enumerate(points))
    medians = list(_runs(placed, lambda it: it.median))
    notes = [_("band: what chance allows (95 %)")]
    if medians:
        notes[0] = _("band: what chance allows (95 %); dashed: median of its category")
    return drawn(
        "trend.svg",
        locale,
        title=title,
        subtitle=subtitle,
        description=_in_words(title, points, locale),
        header=[
            _("period"), _("response rate"), _("interval (95 %)"), _("requests"),
            _("median of its category"),
        ],
        rows=[_cells(it, locale) for it in points],
        notes=[*notes, origin],
        top=_TOP,
        below=_BOTTOM + 54,
        width=width,
        bottom=_BOTTOM,
        left=_LEFT,
        right=right,
        up=percents(_UP, locale),
        across=periods_across([it.period for it in points], across, locale),
        medians=[_line(run, across, "median") for run in medians],
        median_label=_beside(medians, across, _("median of its category")),
        areas=[_area(run, across) for run in _runs(placed, _interval)],
        curves=[_line(run, across, "rate") for run in _runs(placed, lambda it: it.rate)],
        dots=[_dot(place, it, across, locale) for place, it in placed if it.rate is not None],
    )  # fmt: skip


def sparkline(points: Sequence[Point], locale: Locale = ENGLISH) -> str:
    """The rates of a body over the periods as a small SVG for a cell, between 0 and 100 %."""
    across = Axis(0, max(len(points) - 1, 1), 4, _SMALL_WIDTH - 6)
    placed = list(enumerate(points))
    known = [(place, it) for place, it in placed if it.rate is not None]
    return picture(
        "sparkline.svg",
        width=_SMALL_WIDTH,
        said=_in_words("", points, locale),
        limits=[_SMALL_UP.at(it) for it in (0, 0.5, 1)],
        curves=[
            " ".join(f"{across.at(place)},{_SMALL_UP.at(it.rate or 0)}" for place, it in run)
            for run in _runs(placed, lambda it: it.rate)
        ],
        rates=" ".join("" if it.rate is None else plain_decimal(it.rate) for it in points),
        last=[(across.at(place), _SMALL_UP.at(it.rate or 0)) for place, it in known[-1:]],
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


def _beside(
    medians: Sequence[Sequence[tuple[int, Point]]], across: Axis, text: str
) -> tuple[float, float] | None:
    """Where the curve of the medians is named: at its end, on the side away from the body's."""
    if not medians:
        return None
    place, point = medians[-1][-1]
    end = across.at(place)
    # Of what lies above or below the text, and of one point before it, whose line reaches there.
    begin = end - length(text, 11)
    inside = [it for it in medians[-1] if across.at(it[0]) >= begin]
    behind = medians[-1][-len(inside) - 1 :]
    heights = [_UP.at(it.median or 0) for _, it in behind]
    is_above = point.rate is None or (point.median or 0) >= point.rate
    above, below = min(heights) - 7, max(heights) + 15
    return end, round(above if above > _TOP + 8 and (is_above or below > _BOTTOM) else below, 2)


def _dot(place: int, point: Point, across: Axis, locale: Locale) -> dict[str, Any]:
    rate = point.rate or 0.0
    return {
        "data": {
            "data-period": point.period,
            "data-rate": rate,
            "data-low": point.low,
            "data-high": point.high,
            "data-requests": point.n_requests,
            "data-median": point.median,
        },
        "x": across.at(place),
        "y": _UP.at(rate),
        "said": _said(point, locale),
    }


def _said(point: Point, locale: Locale) -> str:
    text = locale.ngettext(
        "%(period)s: %(rate)s (%(low)s to %(high)s) of %(n)s request",
        "%(period)s: %(rate)s (%(low)s to %(high)s) of %(n)s requests",
        point.n_requests or 0,
    )
    return text % {
        "period": locale.period(point.period),
        "rate": locale.share(point.rate),
        "low": locale.share(point.low),
        "high": locale.share(point.high),
        "n": locale.count(point.n_requests),
    }


def _cells(point: Point, locale: Locale) -> list[str]:
    low, high = locale.share(point.low), locale.share(point.high)
    return [
        locale.period(point.period),
        locale.share(point.rate),
        "" if point.high is None else f"{low} – {high}",
        locale.count(point.n_requests),
        locale.share(point.median),
    ]


def _in_words(title: str, points: Sequence[Point], locale: Locale) -> str:
    known = [it for it in points if it.rate is not None]
    name = f"{title}: " if title else ""
    if not known:
        return name + locale.gettext("a response rate in no period.")
    text = locale.ngettext(
        "response rate over %(n)s period, from %(first)s (%(first_period)s) to %(last)s "
        "(%(last_period)s).",
        "response rate over %(n)s periods, from %(first)s (%(first_period)s) to %(last)s "
        "(%(last_period)s).",
        len(points),
    )
    return name + text % {
        "n": locale.count(len(points)),
        "first": locale.share(known[0].rate),
        "first_period": locale.period(known[0].period),
        "last": locale.share(known[-1].rate),
        "last_period": locale.period(known[-1].period),
    }
