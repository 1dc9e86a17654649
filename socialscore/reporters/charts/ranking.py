"""The ranking: one row per body, its rate as a dot in its interval, on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.reporters import wording
from socialscore.reporters.charts.drawing import (
    WIDE,
    Axis,
    drawn,
    fitting,
    heading,
    percents,
    picture,
    subtitle,
)
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["axis_head", "data", "mark", "ranking", "said", "shared_ranking"]

_TOP, _ROW = 84, 26
_NAMES = 84
_MOST_SHARED, _SHARED_WIDTH = 7, 690
_CELL = 220  # the width of a cell's picture
_CELL_AXIS = Axis(0, 1, 10, 210)
_ARROWS = {"up": "▲", "down": "▼"}


@dataclass(frozen=True)
class _Band:
    """Rows that lie behind one another: a faint ground joins them."""

    top: int
    height: int


def ranking(
    scoreboard: Scoreboard,
    locale: Locale = ENGLISH,
    *,
    most: int | None = None,
    width: int = WIDE,
) -> Chart:
    """The ranked bodies of a scoreboard, 26 units a row.

    Bodies on one ground, shaded or not, cannot be told apart: the first one's rank lies in the
    interval of the ranks of each.

    Args:
        scoreboard: what is drawn.
        locale: its language.
        most: rows; what is left out, a note says. None: all.
        width: of the picture, in units.
    """
    _ = locale.gettext
    ranked = scoreboard.ranked
    shown = ranked[:most]
    bottom = _TOP + _ROW * len(shown)
    axis = Axis(0, 1, round(_NAMES + 0.27 * width), width - 190)
    return drawn(
        "ranking.svg",
        locale,
        title=heading(scoreboard, locale),
        subtitle=subtitle(scoreboard, locale),
        description=_in_words(scoreboard, ranked, locale),
        header=[
            _("rank"), _("body"), _("response rate"), _("interval (95 %)"), _("requests"),
            _("change in points"),
        ],
        rows=[_cells(score, locale) for score in shown],
        notes=_notes(scoreboard, ranked, len(shown), locale),
        top=_TOP,
        below=bottom + 24,
        width=width,
        bottom=bottom,
        names=_NAMES,
        rates=width - 136,
        counts=width - 76,
        is_compared=any(_movement(score, locale) for score in shown),
        ticks=percents(axis, locale),
        bands=_bands(shown),
        lines=[_row(place, score, axis, locale) for place, score in enumerate(shown)],
    )  # fmt: skip


def shared_ranking(scoreboard: Scoreboard, locale: Locale = ENGLISH) -> Chart:
    """The first bodies of a ranking, as many as can be read in a picture beside a link."""
    return ranking(scoreboard, locale, most=_MOST_SHARED, width=_SHARED_WIDTH)


def mark(score: Score, median: float | None, locale: Locale = ENGLISH) -> str:
    """The rate of one body on the axis of `axis_head`, as SVG for a cell of a table.

    Args:
        score: the body's.
        median: of the rates of its category; None: none is drawn.
        locale: the language of what it says.
    """
    places = _places(score, _CELL_AXIS)
    heard = said(score, locale)
    if median is not None:
        of_category = locale.gettext("; median of its category: %(share)s")
        heard += of_category % {"share": locale.share(median)}
    return picture(
        "mark.svg",
        width=_CELL,
        ticks=percents(_CELL_AXIS, locale),
        median_at=_at(median, _CELL_AXIS),
        said=heard,
        **places | {"data": places["data"] | {"data-median": median}},
    )


def axis_head(locale: Locale = ENGLISH) -> str:
    """The labels of the axis on which `mark` draws, as SVG for the head of a table."""
    return picture("axis.svg", width=_CELL, ticks=percents(_CELL_AXIS, locale))


def data(score: Score) -> dict[str, Any]:
    """The numbers of a body as attributes of its picture, as the exports have them."""
    values = score.values
    return {
        "data-body": score.body.body_id,
        "data-rank": score.rank,
        "data-rate": values.get("response_rate"),
        "data-low": values.get("wilson_low"),
        "data-high": values.get("wilson_high"),
        "data-requests": values.get("n_requests"),
    }


def said(score: Score, locale: Locale = ENGLISH) -> str:
    """A row, for those who point at it or hear it."""
    values = score.values
    n_requests = values.get("n_requests") or 0
    text = locale.ngettext(
        "%(body)s: %(rate)s (%(low)s to %(high)s) of %(n)s request",
        "%(body)s: %(rate)s (%(low)s to %(high)s) of %(n)s requests",
        n_requests,
    ) % {
        "body": score.body.name,
        "rate": locale.share(values.get("response_rate")),
        "low": locale.share(values.get("wilson_low")),
        "high": locale.share(values.get("wilson_high")),
        "n": locale.count(n_requests),
    }
    if score.rank is None:
        return text
    text += locale.gettext(", rank %(rank)s") % {"rank": score.rank}
    if score.rank_low is None:
        return text
    between = locale.gettext(", between %(low)s and %(high)s")
    return text + between % {"low": score.rank_low, "high": score.rank_high}


def _row(place: int, score: Score, axis: Axis, locale: Locale) -> dict[str, Any]:
    return {
        "y": _TOP + _ROW * place + _ROW // 2,
        "rank": score.rank,
        "ranks": _ranks(score),
        "name": fitting(score.body.name, axis.start - _NAMES - 8, 13),
        "rate": locale.share(score.values.get("response_rate")),
        "n_requests": locale.count(score.values.get("n_requests")),
        "direction": score.change and score.change.direction,
        "movement": _movement(score, locale),
        "said": said(score, locale),
        **_places(score, axis),
    }


def _places(score: Score, axis: Axis) -> dict[str, Any]:
    """Where a body's dot and bar lie, and the numbers that say so."""
    values = score.values
    low, high = values.get("wilson_low"), values.get("wilson_high")
    return {
        "data": data(score),
        "at": _at(values.get("response_rate"), axis),
        "low_at": _at(low, axis) if high is not None else None,
        "high_at": _at(high, axis),
    }


def _at(share: float | None, axis: Axis) -> float | None:
    return None if share is None else axis.at(share)


def _ranks(score: Score) -> str:
    return "" if score.rank_low is None else f"{score.rank_low}–{score.rank_high}"


def _movement(score: Score, locale: Locale) -> str:
    change = score.change
    if change is None or change.direction is None or change.difference is None:
        return ""
    return f"{_ARROWS[change.direction]} {locale.points(change.difference)}"


def _cells(score: Score, locale: Locale) -> list[str]:
    values = score.values
    low, high = (locale.share(values.get(it)) for it in ("wilson_low", "wilson_high"))
    ranks = _ranks(score)
    return [
        f"{score.rank} ({ranks})" if ranks else f"{score.rank}",
        score.body.name,
        locale.share(values.get("response_rate")),
        f"{low} – {high}",
        locale.count(values.get("n_requests")),
        _movement(score, locale),
    ]


def _bands(ranked: Sequence[Score]) -> list[_Band]:
    """The shaded grounds, under every other group of bodies that cannot be told apart.

    With a group for each body the grounds would say nothing: there are none.
    """
    groups: list[list[int]] = []
    for place, score in enumerate(ranked):
        first = ranked[groups[-1][0]] if groups else None
        if first and score.rank_low is not None and (first.rank or 0) >= score.rank_low:
            groups[-1].append(place)
        else:
            groups.append([place])
    if len(groups) == len(ranked):
        return []
    return [_Band(_TOP + _ROW * group[0], _ROW * len(group)) for group in groups[::2]]


def _in_words(scoreboard: Scoreboard, ranked: Sequence[Score], locale: Locale) -> str:
    if not ranked:
        nobody = locale.gettext("No body is ranked in %(period)s.")
        return nobody % {"period": locale.period(scoreboard.period)}
    text = locale.ngettext(
        "%(n)s body, a row each: its response rate and its interval. First: %(first)s. "
        "Last: %(last)s.",
        "%(n)s bodies, a row each: its response rate and its interval. First: %(first)s. "
        "Last: %(last)s.",
        len(ranked),
    )
    ends = {"first": said(ranked[0], locale), "last": said(ranked[-1], locale)}
    return text % {"n": locale.count(len(ranked)), **ends}


def _notes(
    scoreboard: Scoreboard, ranked: Sequence[Score], n_shown: int, locale: Locale
) -> list[str]:
    _ = locale.gettext
    missing = []
    if n := len(ranked) - n_shown:
        text = locale.ngettext("%(n)s more body", "%(n)s more bodies", n)
        missing.append(text % {"n": locale.count(n)})
    if n := len(scoreboard.scores) - len(ranked):
        text = locale.ngettext("not ranked: %(n)s body", "not ranked: %(n)s bodies", n)
        missing.append(text % {"n": locale.count(n)})
    legend = _("dot: the rate; bar: its interval (95 %)")
    how = legend if ranked else _in_words(scoreboard, ranked, locale)
    grounds = _("bodies on one ground, shaded or not, cannot be told apart")
    return [
        " · ".join([*([grounds] if _bands(ranked[:n_shown]) else []), how]),
        *([" · ".join(missing)] if missing else []),
        wording.origin(scoreboard, locale),
    ]
