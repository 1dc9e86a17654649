"""The trend of a body: its rate in each published period, beside the median of its category."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from socialscore.reporters import formatting, wording
from socialscore.reporters.charts import Point, trend

if TYPE_CHECKING:
    from socialscore.model.messages import Body
    from socialscore.publishing.history import Edition, History

__all__ = ["body_trend"]


def body_trend(history: History, body: Body) -> str:
    """A body over the periods of a series, as SVG; a period without a value is a gap."""
    board = history.last.board
    horizon = board.horizon
    within = "" if horizon is None else f" within {formatting.span(horizon)}"
    subtitle = f"{board.title} · share of requests answered{within}"
    points = [_point(period, history.editions.get(period), body) for period in history.periods]
    return trend(body.name, subtitle, points, wording.origin(board))


def _point(period: str, edition: Edition | None, body: Body) -> Point:
    score = edition.score(body.body_id) if edition else None
    if edition is None or score is None:
        return Point(period, None)
    values = score.values
    rate = values.get("response_rate")
    return Point(
        period,
        rate,
        values.get("wilson_low"),
        values.get("wilson_high"),
        int(values.get("n_requests") or 0),
        _median(edition, score.body.category),
        edition.board.method,
    )


def _median(edition: Edition, category: str) -> float | None:
    """The median of the rates of the ranked bodies of a category; None: fewer than two."""
    rates = [
        rate
        for score in edition.board.scores
        if score.rank is not None and score.body.category == category
        if (rate := score.values.get("response_rate")) is not None
    ]
    return median(rates) if len(rates) > 1 else None
