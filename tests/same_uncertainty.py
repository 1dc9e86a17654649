"""What a scoreboard and the second scorer say otherwise of how sure its numbers are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reference_uncertainty import rank_intervals, shrunk_rates, uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reference_uncertainty import Request

    from socialscore.model.scoreboard import Score, Scoreboard

ENDS = [
    f"{name}_{end}"
    for name in ("wilson", "median_delay", "median_wait", "within_promise")
    for end in ("low", "high")
]


def differences(
    scoreboard: Scoreboard, requests: Mapping[str, list[Request]], icc: float | str
) -> list[str]:
    """Sentences; none: both say the same.

    Args:
        scoreboard: ranked by the response rate.
        requests: those of each of its bodies, as the second scorer finds them.
        icc: the ranking's option.
    """
    clusters, expected = uncertainty(requests, icc)
    ours = scoreboard.clusters
    pairs = zip((ours.icc, ours.assumed, ours.median_deff), clusters, strict=True)
    found = [f"the ranking's {ours}, not {other}" for ours, other in pairs if not same(ours, other)]
    # Where none has matured, the ranking says nothing of clusters.
    found *= any(request.matured for own in requests.values() for request in own)
    return [*found, *_of_values(scoreboard, expected), *_of_ranks(scoreboard, expected)]


def _of_values(scoreboard: Scoreboard, expected: Mapping[str]) -> Iterator[str]:
    rates = _shrunk(scoreboard, expected)
    for score in scoreboard.scores:
        body_id = score.body.body_id
        others = expected.get(body_id, {}) | {"shrunk_rate": rates.get(body_id)}
        for name in ("deff", *ENDS, "shrunk_rate"):
            # Where all requests are pending, there is a wait, but no design effect.
            is_open = name.startswith("median_wait") and not score.values["n_requests"]
            if not is_open and not same(score.values[name], others.get(name)):
                yield f"{body_id}: {name} {score.values[name]}, not {others.get(name)}"


def _shrunk(scoreboard: Scoreboard, expected: Mapping[str]) -> dict[str, float]:
    """The shrunk rates of the bodies that have requests, by category."""
    found = {}
    for category in {score.body.category for score in scoreboard.scores}:
        asked = [
            score
            for score in scoreboard.scores
            if score.body.category == category and score.values["n_requests"]
        ]
        rates = shrunk_rates([_effective(score, expected) for score in asked])
        found |= {score.body.body_id: rate for score, rate in zip(asked, rates, strict=True)}
    return found


def _of_ranks(scoreboard: Scoreboard, expected: Mapping[str]) -> Iterator[str]:
    ranked = [score for score in scoreboard.scores if score.rank]
    counts = [_effective(score, expected) for score in ranked]
    kind = scoreboard.options["rank_interval"]
    others = rank_intervals(counts, kind, [score.rank for score in ranked])
    for score, other in zip(ranked, others, strict=True):
        if (score.rank_low, score.rank_high) != other:
            yield f"{score.body.body_id}: {score.rank_low} to {score.rank_high}, not {other}"


def _effective(score: Score, expected: Mapping[str]) -> tuple[float, float]:
    n_eff = expected[score.body.body_id]["n_effective"]
    return n_eff * score.values["response_rate"], n_eff


def same(value: float | None, other: float | None) -> bool:
    """Whether two numbers are the same, up to rounding."""
    if value is None or other is None:
        return value is other
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
