"""How sure comparisons are: of ranks, and of two periods. Single values bring their own intervals.

Every interval is at 95 %. Counts are of requests that are independent of each other, as which all
of a body's say no more than N / deff: they need not be whole.
"""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = tuple[float, float]  # answered requests, and all of them

__all__ = ["Z", "effective_counts", "kept", "newcombe", "p_value", "rank_intervals", "wilson"]

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

_EXACT = 5000  # with more bodies, variances are rounded up to one of _GRADES, which only widens
_GRADES = 256
_HOLM = 1000  # with more bodies, simultaneous intervals are Bonferroni's, which are wider


def effective_counts(
    values: Mapping[str, float | int | None], share: str = "response_rate"
) -> tuple[float, float]:
    """How many requests have a share's property, and how many there are, of independent ones.

    Args:
        values: by metric name.
        share: the metric, a share of the requests.
    """
    n_effective = (values.get("n_requests") or 0) / (values.get("deff") or 1.0)
    return (values.get(share) or 0) * n_effective, n_effective


def rank_intervals(
    counts: Sequence[Counts], kind: Literal["pairwise", "simultaneous"] = "pairwise"
) -> list[tuple[int, int]]:
    """The best and the worst rank that each body may have, given everybody's counts.

    A body stands surely above another where the difference of their rates is more than chance
    makes it: the best rank comes after those that are surely above, the worst before those that
    are surely below.

    Args:
        counts: for each ranked body, its answered requests k and its requests N, at least 1. Their
            order does not matter, and bodies with the same counts have the same interval.
        kind: whether each interval is right for a body taken at random (every pair of bodies is
            tested at 5 %), or for each body wherever it stands (Holm's procedure, 1979, over all
            others).
    """
    if not counts:
        return []
    k, n = np.array(counts, dtype=float).T
    rates, variances = _rates(k, n)
    if kind == "pairwise":
        above, below = _beyond(rates, variances, Z)
    elif len(counts) > _HOLM:
        above, below = _beyond(rates, variances, _normal(0.025 / (len(counts) - 1)))
    else:
        above, below = _beyond_by_holm(rates, variances)
    return list(zip((1 + above).tolist(), (len(counts) - below).tolist(), strict=True))


def _rates(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Each rate and its variance, drawn a little towards a half: neither is sure after few."""
    rates = (k + 0.5) / (n + 1)
    return rates, rates * (1 - rates) / (n + 1)


def _normal(tail: float) -> float:
    """How many standard deviations leave that share beyond one end."""
    return -NormalDist().inv_cdf(tail)


def _beyond(rates: Floats, variances: Floats, z: float) -> tuple[Floats, Floats]:
    """How many bodies are surely above each, and how many below."""
    if len(rates) > _EXACT:
        step = variances.max() / _GRADES
        variances = np.ceil(variances / step) * step
    above, below = np.zeros(len(rates), dtype=int), np.zeros(len(rates), dtype=int)
    grades, of = np.unique(variances, return_inverse=True)
    for number, grade in enumerate(grades):
        others = np.sort(rates[of == number])
        margin = z * np.sqrt(variances + grade)
        above += len(others) - others.searchsorted(rates + margin, side="right")
        below += others.searchsorted(rates - margin, side="left")
    return above, below


def _beyond_by_holm(rates: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """The same, where each body is compared to all others at once."""
    n_others = len(rates) - 1
    # The clearest difference must be as clear as among all others, the next as among one less.
    needed = np.array([_normal(0.025 / (n_others - place)) for place in range(n_others)])
    above, below = np.zeros(len(rates), dtype=int), np.zeros(len(rates), dtype=int)
    for body in range(len(rates)):
        z = (rates - rates[body]) / np.sqrt(variances + variances[body])
        z = np.delete(z, body)
        order = np.argsort(-np.abs(z), kind="stable")
        unclear = np.abs(z[order]) <= needed
        clear = z[order[: unclear.argmax() if unclear.any() else n_others]]
        above[body], below[body] = (clear > 0).sum(), (clear < 0).sum()
    return above, below


def newcombe(earlier: Counts, later: Counts) -> tuple[float, float, float] | None:
    """The difference between two rates, later minus earlier, and its interval; as shares.

    Newcombe's hybrid score interval (1998, method 10): Wilson's intervals of both rates, put
    together.

    Args:
        earlier: answered requests, and all of them.
        later: likewise.

    Returns:
        The difference, and the lower and upper end; None if a period has no requests.
    """
    if not (earlier[1] and later[1]):
        return None
    rate, (low, high) = earlier[0] / earlier[1], wilson(*earlier)
    later_rate, (later_low, later_high) = later[0] / later[1], wilson(*later)
    difference = later_rate - rate
    return (
        difference,
        difference - sqrt((later_rate - later_low) ** 2 + (high - rate) ** 2),
        difference + sqrt((later_high - later_rate) ** 2 + (rate - low) ** 2),
    )


def wilson(k: float, n: float) -> tuple[float, float]:
    """Wilson's interval of k of n, at least one, as metrics.py has it in SQL."""
    middle, half = k + Z**2 / 2, Z * sqrt(k * (n - k) / n + Z**2 / 4)
    return (middle - half) / (n + Z**2), (middle + half) / (n + Z**2)


def p_value(earlier: Counts, later: Counts) -> float:
    """How often chance alone makes two rates differ so much or more, either way.

    Args:
        earlier: answered requests, and all of them, at least 1.
        later: likewise.
    """
    k, n = np.array([earlier, later]).T
    rates, variances = _rates(k, n)
    # If nothing changed, both periods tell of one rate; with a variance of each its own, few
    # requests look clearer than they are. The larger of both variances is safe in all cases.
    pooled = (k.sum() + 1) / (n.sum() + 2)
    variance = max(variances.sum(), pooled * (1 - pooled) * (1 / (n + 1)).sum())
    return erfc(abs(rates[1] - rates[0]) / sqrt(2 * variance))


def kept(p_values: Sequence[float], share: float = 0.1) -> list[bool]:
    """Which differences to show, so that at most that share of them is expected to be chance.

    Benjamini and Hochberg's procedure (1995).

    Args:
        p_values: of all differences that are looked at.
        share: q, the false discovery rate.
    """
    limits = (share * (place + 1) / len(p_values) for place in range(len(p_values)))
    passing = [p for p, limit in zip(sorted(p_values), limits, strict=True) if p <= limit]
    return [p <= max(passing, default=-1.0) for p in p_values]
