"""The order of a ranking, ties, and why a body is not ranked."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from socialscore.model import Body, Metric, Score
    from socialscore.ranking import Ranking

__all__ = ["in_order", "reason_for_no_rank"]

MIN_DELAYS = 5
"""A ranking by a delay needs so many answered requests."""

SUSPECT_REQUESTS = 10
"""So many requests without a single reply look more like a wrong handle than like silence."""


def reason_for_no_rank(
    body: Body, values: Mapping[str, float | int | None], ranking: Ranking, key: Metric
) -> str | None:
    """The first reason for which the body cannot be ranked, None if it can."""
    n_requests, n_answered = values["n_requests"] or 0, values["n_answered"] or 0
    coverage = values["coverage"] or 0.0
    if not any(account.network in ranking.networks for account in body.accounts):
        return "no-account"
    if coverage == 0:
        return "not-collected"
    if coverage < ranking.min_coverage:
        return "low-coverage"
    if n_requests >= SUSPECT_REQUESTS and n_answered == 0 and values["n_replies"] == 0:
        return "suspect"
    too_few_delays = key.unit == "seconds" and n_answered < MIN_DELAYS
    if n_requests == 0 or n_requests < ranking.min_requests or too_few_delays:
        return "too-few"
    return None


def in_order(scores: Iterable[Score], key: Metric) -> tuple[Score, ...]:
    """Ranked scores, best first, then the others by name.

    Ties fall to the lower end of the rate's interval, its upper end and the median delay; bodies
    that are still equal share a rank (1, 2, 2, 4) and stand in order of name.
    """
    scores = sorted(scores, key=lambda score: (score.body.name, score.body.body_id))
    ranked = sorted((score for score in scores if not score.reason), key=lambda s: _place(s, key))
    result: list[Score] = []
    for position, score in enumerate(ranked, start=1):
        tied = result and _place(result[-1], key) == _place(score, key)
        result.append(replace(score, rank=result[-1].rank if tied else position))
    return (*result, *(score for score in scores if score.reason))


def _place(score: Score, key: Metric) -> tuple[float, float, float, float]:
    """Sorts before the place of every worse score."""
    rate_low, rate_high = score.values["response_rate_low"], score.values["response_rate_high"]
    return (
        _worse(score.values[key.name], key.better == "higher"),
        _worse(rate_low, True),
        _worse(rate_high, True),
        _worse(score.values["median_delay"], False),
    )


def _worse(value: float | None, higher_is_better: bool) -> float:
    """Larger for a worse value; a delay that was never reached is worse than any."""
    if value is None:
        return inf
    return -value if higher_is_better else value
