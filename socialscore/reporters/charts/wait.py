"""The wait: the share of requests still without a response, by the time since they were asked."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from socialscore.reporters.charts.drawing import WIDE, Axis, drawn, length, percents
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["wait"]

_TOP, _BOTTOM, _LEFT = 70, 330, 56
_UP = Axis(0, 1, _BOTTOM, _TOP)
_SHORTEST = 60  # seconds; where the axis begins, which is logarithmic
_TICKS = (60, 600, 3_600, 4 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 21 * 86_400)
_NEAR = 46  # units that the label of a tick takes


def wait(
    title: str,
    subtitle: str,
    points: Sequence[tuple[int, float]],
    median: float | None,
    origin: str,
    locale: Locale = ENGLISH,
    *,
    width: int = WIDE,
) -> Chart:
    """The curve of who still waits (Kaplan–Meier), straight between the times at which it is known.

    Args:
        title: the body's name.
        subtitle: what is drawn, and of which ranking.
        points: seconds since a request was asked, and the share that has no response yet, from 0
            to 1; in order of time, and the last at the end of what is watched.
        median: seconds after which half have one; None: half have none by the end.
        origin: what made the numbers.
        locale: the language.
        width: of the picture, in units.
    """
    _ = locale.gettext
    right = width - 24
    longest = max([seconds for seconds, _share in points], default=_SHORTEST * 10)
    across = Axis(log(_SHORTEST), log(max(longest, _SHORTEST * 10)), _LEFT, right)
    corners = _corners(points, median, across)
    half = None if median is None else across.at(log(max(median, _SHORTEST)))
    said = _half(median, locale)
    return drawn(
        "wait.svg",
        locale,
        title=title,
        subtitle=subtitle,
        description=_in_words(points, said, locale),
        header=[_("after"), _("still without a response")],
        rows=[(_time(seconds, locale), locale.share(share)) for seconds, share in points],
        notes=[
            _("time since the question on a logarithmic axis; straight between the dots"),
            origin,
        ],
        top=_TOP,
        below=_BOTTOM + 40,
        width=width,
        bottom=_BOTTOM,
        left=_LEFT,
        right=right,
        up=percents(_UP, locale),
        across=_ticks(across, longest, locale),
        curve=" ".join(f"{x},{y}" for x, y in corners),
        area=" ".join(
                f"{x},{y}" for x, y in [*corners, (corners[-1][0], _BOTTOM), (_LEFT, _BOTTOM)]
            ),
        steps=[
            {"after": seconds, "waiting": share, "x": across.at(log(max(seconds, _SHORTEST))),
             "y": _UP.at(share), "said": _step(seconds, share, locale)}
            for seconds, share in points
        ],
        half={"data": {"data-median": median}, "x": half, "y": _UP.at(0.5), "said": said},
        half_at_right=half is not None and half + 8 + length(said, 12) < width,
    )  # fmt: skip


def _corners(
    points: Sequence[tuple[int, float]], median: float | None, across: Axis
) -> list[tuple[float, float]]:
    """The corners of the curve, which begins with all and meets one half at the median."""
    known: list[tuple[float, float]] = [*points]
    if median is not None:
        known = sorted([*known, (median, 0.5)], key=lambda it: (it[0], -it[1]))
    curve = [(across.at(log(max(seconds, _SHORTEST))), _UP.at(share)) for seconds, share in known]
    return [(across.start, _UP.at(1.0)), *curve]


def _ticks(across: Axis, longest: int, locale: Locale) -> list[dict[str, object]]:
    """Times that have room for their names, the last one at the end."""
    found: list[dict[str, object]] = [{"x": across.end, "label": locale.span(longest)}]
    free = across.end - _NEAR
    for seconds in reversed([it for it in _TICKS if it < longest]):
        x = across.at(log(seconds))
        if x <= free:
            found.append({"x": x, "label": locale.span(seconds)})
            free = x - _NEAR
    return found[::-1]


def _half(median: float | None, locale: Locale) -> str:
    if median is None:
        return locale.gettext("more than half have no response by the end")
    return locale.gettext("half have a response within %(time)s") % {"time": _time(median, locale)}


def _time(seconds: float, locale: Locale) -> str:
    """Whole hours are said as such: 3 h, not 3 h 00."""
    return locale.span(int(seconds)) if seconds % 3_600 == 0 else locale.duration(seconds)


def _step(seconds: int, share: float, locale: Locale) -> str:
    text = locale.gettext("after %(time)s, %(share)s still wait")
    return text % {"time": _time(seconds, locale), "share": locale.share(share)}


def _in_words(points: Sequence[tuple[int, float]], half: str, locale: Locale) -> str:
    if not points:
        return locale.gettext("There are too few requests to draw how long people wait.")
    seconds, share = points[-1]
    return f"{half}; {_step(seconds, share, locale)}."
