"""The order of a ranking, ties, and why a body is not ranked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import inf
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Literal

from socialscore.scoring.uncertainty import effective_counts, rank_intervals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialscore.inputs.ranking import Ranking
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Metric, Score, Scoreboard

    _Place = tuple[float, float, float, float]

__all__ = [
    "in_order", "ranks_of", "reason_by_counts", "reason_for_no_rank", "with_simultaneous_ranks"
]  # fmt: skip

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
    coverage = values["coverage"] or 0.0
    closed = [account.closed for account in body.accounts if account.network in ranking.networks]
    if not closed:
        return "no-account"
    if all(closed):
        return "closed"
    if coverage == 0:
        return "not-collected"
    if coverage < ranking.min_coverage:
        return "low-coverage"
    return reason_by_counts(values, ranking.min_requests, key)


def reason_by_counts(
    values: Mapping[str, float | int | None], min_requests: int, key: Metric
) -> str | None:
    """The first reason that lies in what was counted of the body."""
    n_requests, n_answered = values["n_requests"] or 0, values["n_answered"] or 0
    if n_requests >= SUSPECT_REQUESTS and n_answered == 0 and values.get("n_replies") == 0:
        return "suspect"
    too_few_delays = key.unit == "seconds" and n_answered < MIN_DELAYS
    if n_requests == 0 or n_requests < min_requests or too_few_delays:
        return "too-few"
    return None


def in_order(scores: Iterable[Score], key: Metric, ranking: Ranking) -> tuple[Score, ...]:
    """Ranked scores, best first, then the others by name.

    Ties fall to the lower end of the rate's interval, its upper end and the median delay; bodies
    that are still equal share a rank (1, 2, 2, 4) and stand in order of name. Ranked scores are
    given their interval, percentile and band.
    """
    by_name = sorted(scores, key=attrgetter("body.name", "body.body_id"))
    ranked, ranks = ranks_of((score for score in by_name if not score.reason), key)
    intervals = _intervals(ranked, ranks, key.name, ranking.rank_interval)
    lines = zip(ranked, ranks, intervals, _percentiles(ranks), strict=True)
    return (
        *(
            replace(
                score,
                rank=rank,
                rank_low=low,
                rank_high=high,
                percentile=percentile,
                band=band_of(score, ranking),
            )
            for score, rank, (low, high), percentile in lines
        ),
        *(score for score in by_name if score.reason),
    )


def ranks_of(scores: Iterable[Score], key: Metric) -> tuple[list[Score], list[int]]:
    """The scores, best first, and the rank of each; those that share one stand as they were."""
    placed = sorted(((_place(score, key), score) for score in scores), key=itemgetter(0))
    return [score for _, score in placed], _ranks([place for place, _ in placed])


def _ranks(places: Sequence[_Place]) -> list[int]:
    """The rank of each place, in order; equal ones share the first of their ranks."""
    ranks: list[int] = []
    for number, place in enumerate(places):
        ranks.append(ranks[-1] if number and place == places[number - 1] else number + 1)
    return ranks


def with_simultaneous_ranks(board: Scoreboard) -> Scoreboard:
    """The scoreboard with the intervals on which sentences of a first or a last rest.

    They follow from the published numbers alone, so exports need not have them.
    """
    ranked = board.ranked
    ranks = [score.rank for score in ranked if score.rank is not None]
    others = board.scores[len(ranked) :]
    intervals = _intervals(ranked, ranks, board.key, "simultaneous")
    surely = (
        replace(score, rank_simultaneous_low=low, rank_simultaneous_high=high)
        for score, (low, high) in zip(ranked, intervals, strict=True)
    )
    return replace(board, scores=(*surely, *others))


def _intervals(
    ranked: Sequence[Score],
    ranks: Sequence[int],
    key: str,
    kind: Literal["pairwise", "simultaneous"],
) -> list[tuple[int, int]] | list[tuple[None, None]]:
    """The 95 % interval of each rank, where the key is a share of requests or follows one."""
    share = "response_rate" if key in _FOLLOW_THE_RATE else key
    if not (share == "response_rate" or share.startswith("within_")):
        return [(None, None)] * len(ranked)
    counts = [effective_counts(score.values, share) for score in ranked]
    return [
        # 10 of 10 are first by their rate, though nobody can be sure of it.
        (min(low, rank), max(high, rank))
        for rank, (low, high) in zip(ranks, rank_intervals(counts, kind), strict=True)
    ]


def _percentiles(ranks: Sequence[int]) -> list[float | None]:
    """The share of the other ranked bodies that stand below; one body alone has none."""
    n_at, others = Counter(ranks), len(ranks) - 1
    return [(others + 2 - rank - n_at[rank]) / others if others else None for rank in ranks]


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


def _place(score: Score, key: Metric) -> _Place:
    """Sorts before the place of every worse score."""
    rate_low, rate_high = score.values["wilson_low"], score.values["wilson_high"]
    return (
        _worse(score.values[key.name], key.better == "higher"),
        _worse(rate_low, True),
        _worse(rate_high, True),
        _worse(score.values.get("median_delay"), False),
    )


def _worse(value: float | None, higher_is_better: bool) -> float:
    """Larger for a worse value; a delay that was never reached is worse than any."""
    if value is None:
        return inf
    return -value if higher_is_better else value
