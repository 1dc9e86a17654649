"""The order of a ranking, ties, and why a body is not ranked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from socialscore.scoring.uncertainty import rank_intervals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from socialscore.model import Body, Metric, Score
    from socialscore.ranking import Ranking

__all__ = ["in_order", "reason_for_no_rank"]

MIN_DELAYS = 5
"""A ranking by a delay needs so many answered requests."""

_FOLLOW_THE_RATE = ("wilson_low", "shrunk_rate")
"""Keys that rank by the response rate with some regard to the number of requests."""

SUSPECT_REQUESTS = 10
"""So many requests without a single reply look more like a wrong handle than like silence."""


def reason_for_no_rank(
    body: Body, values: Mapping[str, float | int | None], ranking: Ranking, key: Metric
) -> str | None:
    """The first reason for which the body cannot be ranked, None if it can."""
    n_requests, n_answered = values["n_requests"] or 0, values["n_answered"] or 0
    coverage = values["coverage"] or 0.0
    accounts = [account for account in body.accounts if account.network in ranking.networks]
    if not accounts:
        return "no-account"
    if all(account.closed for account in accounts):
        return "closed"
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


def in_order(scores: Iterable[Score], key: Metric, ranking: Ranking) -> tuple[Score, ...]:
    """Ranked scores, best first, then the others by name.

    Ties fall to the lower end of the rate's interval, its upper end and the median delay; bodies
    that are still equal share a rank (1, 2, 2, 4) and stand in order of name. Ranked scores are
    given their interval, percentile and band.
    """
    scores = sorted(scores, key=lambda score: (score.body.name, score.body.body_id))
    ranked = sorted((score for score in scores if not score.reason), key=lambda s: _place(s, key))
    placed: list[Score] = []
    for position, score in enumerate(ranked, start=1):
        tied = placed and _place(placed[-1], key) == _place(score, key)
        rank = placed[-1].rank if tied else position
        placed.append(replace(score, rank=rank, band=band_of(score, ranking)))
    placed = list(_with_percentiles(_with_intervals(placed, key, ranking.seed)))
    return (*placed, *(score for score in scores if score.reason))


def _with_intervals(placed: list[Score], key: Metric, seed: int) -> list[Score]:
    """With the 95 % interval of each rank, where the key is a share of requests or follows one."""
    share = "response_rate" if key.name in _FOLLOW_THE_RATE else key.name
    if not (share == "response_rate" or share.startswith("within_")):
        return placed
    counts = []
    for score in placed:
        n_requests = int(score.values["n_requests"] or 0)
        counts.append((round((score.values[share] or 0) * n_requests), n_requests))
    return [
        # 10 of 10 are first by their rate, though the draws may doubt it.
        replace(score, rank_low=min(low, score.rank or low), rank_high=max(high, score.rank or 0))
        for score, (low, high) in zip(placed, rank_intervals(counts, seed), strict=True)
    ]


def _with_percentiles(ranked: list[Score]) -> Iterator[Score]:
    """With the share of the other ranked bodies that stand below; one body alone has none."""
    n_at = Counter(score.rank for score in ranked)
    for score in ranked:
        n_below = len(ranked) - (score.rank or 0) + 1 - n_at[score.rank]
        others = len(ranked) - 1
        yield replace(score, percentile=n_below / others if others else None)


def band_of(score: Score, ranking: Ranking) -> str | None:
    """The label of the first band whose conditions the score meets; no value meets none."""
    for band in ranking.bands:
        floors = ((score.values.get(name), least) for name, least in band.at_least.items())
        roofs = ((score.values.get(name), most) for name, most in band.at_most.items())
        if all(value is not None and value >= least for value, least in floors) and all(
            value is not None and value <= most for value, most in roofs
        ):
            return band.label
    return None


def _place(score: Score, key: Metric) -> tuple[float, float, float, float]:
    """Sorts before the place of every worse score."""
    rate_low, rate_high = score.values["wilson_low"], score.values["wilson_high"]
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
