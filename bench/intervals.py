"""The arithmetic that is simulated, by arrays: that of docs/method.md, and what was before.

Ranks and changes are computed by the code that makes tables; design effects are computed here
again, for thousands of worlds at once. In ranks and changes, k and n are effective numbers of
answers and of requests: floats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import betaincinv

from socialscore.scoring import uncertainty

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "arrows",
    "clusters",
    "clusters_of_days",
    "newcombe_alone",
    "overlap_of_draws",
    "rank_intervals",
    "wilson",
]

_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
_ASSUMED, _FEWEST = 0.05, 30


# As docs/method.md has it -------------------------------------------------------------------------


def clusters(k: Ints, m: Ints, stratum: Ints, body: Ints) -> tuple[float, Floats]:
    """The ICC of a world, and the design effect of each of its bodies.

    Args:
        k: answered requests of each cluster.
        m: its requests.
        stratum: its stratum, numbered from 0.
        body: its body, numbered from 0.
    """
    total = np.bincount(body, m)
    squares = np.bincount(body, m * m)
    icc = _icc(k[m > 0], m[m > 0], stratum[m > 0])
    return icc, np.maximum(1.0, 1 + (squares / np.maximum(total, 1) - 1) * icc)


def _icc(k: Ints, m: Ints, stratum: Ints) -> float:
    n_of = np.bincount(stratum, m)
    degrees = len(m) - np.count_nonzero(n_of)
    if degrees < _FEWEST or m.sum() == len(m):
        return _ASSUMED
    n_of = np.where(n_of, n_of, 1)
    means = np.bincount(stratum, k) / n_of
    between = (m * (k / m - means[stratum]) ** 2).sum() / degrees
    within = (k * (m - k) / m).sum() / (m.sum() - len(m))
    size = (m.sum() - (np.bincount(stratum, m * m) / n_of).sum()) / degrees
    below = between + (size - 1) * within
    return max(0.0, float((between - within) / below)) if below else 0.0


def clusters_of_days(m: Ints, k: Ints, weekend: Bools) -> tuple[float, Floats]:
    """The same from tables with a row for each body and a column for each day."""
    body = np.repeat(np.arange(len(m)), m.shape[1])
    stratum = 2 * body + np.tile(weekend, len(m))
    return clusters(k.ravel(), m.ravel(), stratum, body)


def wilson(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Both ends of the interval of rates."""
    middle, half = k + _Z**2 / 2, _Z * np.sqrt(k * (n - k) / n + _Z**2 / 4)
    return (middle - half) / (n + _Z**2), (middle + half) / (n + _Z**2)


def rank_intervals(
    k: Floats, n: Floats, kind: Literal["pairwise", "simultaneous"]
) -> tuple[Ints, Ints]:
    """The best and the worst rank that each body may have."""
    low, high = np.array(uncertainty.rank_intervals(list(zip(k, n, strict=True)), kind)).T
    return low, high


def arrows(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Ints:
    """Which way each body went from an earlier to a later period: 1, -1, or 0 for none."""
    pairs = zip(zip(k1, n1, strict=True), zip(k2, n2, strict=True), strict=True)
    kept = uncertainty.kept([uncertainty.p_value(*pair) for pair in pairs])
    return np.array(kept) * newcombe_alone(k1, n1, k2, n2)


# As it was before --------------------------------------------------------------------------------


def newcombe_alone(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Ints:
    """Which way each body went by Newcombe's interval alone: 1, -1, or 0 where it holds 0."""
    (low1, high1), (low2, high2) = wilson(k1, n1), wilson(k2, n2)
    p1, p2 = k1 / n1, k2 / n2
    low = p2 - p1 - np.sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2)
    high = p2 - p1 + np.sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2)
    return (low > 0).astype(np.int64) - (high < 0)


def overlap_of_draws(k: Ints, n: Ints) -> tuple[Ints, Ints]:
    """Ranks by whether the middle 83.4 % of Beta(k + ½, n - k + ½) overlap, without the draws."""
    low, high = (betaincinv(k + 0.5, n - k + 0.5, tail) for tail in (0.083, 0.917))
    best = len(k) - np.sort(low).searchsorted(high, side="right") + 1
    return best, len(k) - np.sort(high).searchsorted(low, side="left")
