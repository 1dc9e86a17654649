"""The ranking: one row per body, its rate as a dot in its interval, on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.reporters import formatting, wording
from socialscore.reporters.charts.drawing import Axis, drawn, fitting, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["ranking"]

_WIDTH, _TOP, _ROW = 800, 84, 26
_NAMES, _RATES, _COUNTS = 84, 640, 704
_AXIS = Axis(0, 1, 330, 580)
_ARROWS = {"up": "▲", "down": "▼"}


@dataclass(frozen=True)
class _Band:
    """Rows that lie behind one another: a faint ground joins them."""

    top: int
    height: int


def ranking(scoreboard: Scoreboard) -> str:
    """The ranked bodies of a scoreboard as an SVG picture, 800 units wide, 26 a row.

    Bodies on a common ground cannot be told apart: the rank of each lies in the interval of the
    ranks of all others there.
    """
    ranked = [score for score in scoreboard.scores if score.rank is not None]
    bottom = _TOP + _ROW * len(ranked)
    notes = [*_unranked(scoreboard), *_how(scoreboard, ranked)]
    return drawn(
        "ranking.svg",
        width=_WIDTH,
        height=bottom + 18 + 15 * len(notes),
        top=_TOP,
        bottom=bottom,
        names=_NAMES,
        rates=_RATES,
        counts=_COUNTS,
        title=scoreboard.title,
        subtitle=subtitle(scoreboard),
        description=_in_words(scoreboard, ranked),
        ticks=[{"x": _AXIS.at(it / 100), "label": f"{it} %"} for it in (0, 25, 50, 75, 100)],
        bands=_bands(ranked),
        rows=[_row(place, score) for place, score in enumerate(ranked)],
        notes=notes,
    )


def _row(place: int, score: Score) -> dict[str, Any]:
    values = score.values
    rate, low, high = (values.get(it) for it in ("response_rate", "wilson_low", "wilson_high"))
    direction = score.change and score.change.direction
    return {
        "y": _middle(place),
        "body_id": score.body.body_id,
        "rank": score.rank,
        "ranks": "" if score.rank_low is None else f"{score.rank_low}–{score.rank_high}",
        "name": fitting(score.body.name, _AXIS.start - _NAMES - 12, 13),
        "rate": rate,
        "low": low,
        "high": high,
        "n_requests": values.get("n_requests"),
        "at": _at(rate),
        "low_at": _at(low) if high is not None else None,
        "high_at": _at(high),
        "direction": direction,
        "movement": _movement(score),
        "said": _said(score),
    }


def _at(share: float | None) -> float | None:
    return None if share is None else _AXIS.at(share)


def _middle(place: int) -> int:
    return _TOP + _ROW * place + _ROW // 2


def _movement(score: Score) -> str:
    change = score.change
    if change is None or change.direction is None or change.difference is None:
        return ""
    return f"{_ARROWS[change.direction]} {formatting.points(change.difference)}"


def _said(score: Score) -> str:
    """A row, for those who point at it or hear it."""
    values = score.values
    low, high = (formatting.share(values.get(it)) for it in ("wilson_low", "wilson_high"))
    return (
        f"{score.body.name}: {formatting.share(values.get('response_rate'))} "
        f"({low} to {high}) of {formatting.count(values.get('n_requests'))} requests, "
        f"rank {score.rank}"
        + ("" if score.rank_low is None else f", between {score.rank_low} and {score.rank_high}")
    )


def _bands(ranked: Sequence[Score]) -> list[_Band]:
    """Every other group of bodies that cannot be told apart, so that grounds are apart."""
    groups: list[list[int]] = []
    for place, score in enumerate(ranked):
        first = ranked[groups[-1][0]] if groups else None
        if first and score.rank_low is not None and (first.rank or 0) >= score.rank_low:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [
        _Band(_TOP + _ROW * group[0], _ROW * len(group)) for group in groups[::2] if len(group) > 1
    ]


def _in_words(scoreboard: Scoreboard, ranked: Sequence[Score]) -> str:
    if not ranked:
        return f"No body is ranked in {scoreboard.period}."
    first, last = ranked[0], ranked[-1]
    return (
        f"{formatting.counted(len(ranked), 'body')}, a row each: its response rate and "
        "the 95 % interval. "
        f"First: {_said(first)}. Last: {_said(last)}."
    )


def _unranked(scoreboard: Scoreboard) -> list[str]:
    n = sum(score.rank is None for score in scoreboard.scores)
    return [f"not ranked: {formatting.counted(n, 'body')}"] if n else []


def _how(scoreboard: Scoreboard, ranked: Sequence[Score]) -> list[str]:
    apart = "bodies on a common ground cannot be told apart" if _bands(ranked) else ""
    bar = "dot: the rate; bar: its 95 % interval"
    return ["; ".join(filter(None, (bar, apart))), wording.origin(scoreboard)]
