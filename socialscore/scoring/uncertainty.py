"""How sure comparisons are: of ranks, and of two periods. Single values bring their own intervals.

Every interval is at 95 %.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["newcombe", "rank_intervals"]

_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
_TAIL = 0.083  # beyond either end of two intervals that just touch if a test at 5 % just rejects

_TOGETHER = 64  # bodies that are drawn out of one stream: a megabyte of draws


def rank_intervals(
    counts: Sequence[tuple[int, int]], seed: int, draws: int = 2000
) -> list[tuple[int, int]]:
    """The best and the worst rank that each body may have, given everybody's counts.

    For each body, rates are drawn from Beta(k + ½, N - k + ½), its posterior under Jeffreys's
    prior. Two bodies are told apart where the middle 83.4 % of their draws do not overlap, which is
    a test of their difference at 5 % (Goldstein and Healy, 1995). The best rank comes after the
    bodies that are surely better, the worst one before those that are surely worse.

    Args:
        counts: for each ranked body, its answered requests k and its requests N. Their order does
            not matter, and bodies with the same counts have the same interval.
        seed: the same seed and counts give the same intervals.
        draws: how many.
    """
    bodies = sorted(set(counts))
    together = [bodies[first : first + _TOGETHER] for first in range(0, len(bodies), _TOGETHER)]
    with ThreadPoolExecutor() as workers:
        middles = workers.map(partial(_middles, seed, draws), range(len(together)), together)
        ends = np.concatenate([np.empty((0, 2)), *middles])
    n_alike = Counter(counts)
    lows, highs = np.sort(np.repeat(ends, [n_alike[body] for body in bodies], axis=0), axis=0).T
    best = len(counts) - lows.searchsorted(ends[:, 1], side="right") + 1
    worst = len(counts) - highs.searchsorted(ends[:, 0], side="left")
    found = dict(zip(bodies, zip(best.tolist(), worst.tolist(), strict=True), strict=True))
    return [found[body] for body in counts]


def _middles(
    seed: int, draws: int, number: int, bodies: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    """The ends of the middle of each body's draws, a row per body; for bodies drawn together."""
    # RandomState is frozen: the same numbers from every version of numpy since 1.16 (NEP 19). The
    # newer Generator may change its streams, and published intervals could not be computed again.
    random = np.random.RandomState([seed, number])
    k, n = np.array(bodies).T[:, :, np.newaxis]
    rates = random.beta(k + 0.5, n - k + 0.5, (len(bodies), draws))
    beyond = int(_TAIL * draws)
    rates.partition((beyond, draws - 1 - beyond))
    return rates[:, [beyond, draws - 1 - beyond]]


def newcombe(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float, float] | None:
    """The difference between two rates, later minus earlier, and its interval; as shares.

    Newcombe's hybrid score interval (1998, method 10): Wilson's intervals of both rates, put
    together.

    Args:
        k1: answered requests of the earlier period.
        n1: requests of the earlier period.
        k2: answered requests of the later period.
        n2: requests of the later period.

    Returns:
        The difference, and the lower and upper end; None if a period has no requests.
    """
    if not (n1 and n2):
        return None
    earlier, later = k1 / n1, k2 / n2
    earlier_low, earlier_high = _wilson(k1, n1)
    later_low, later_high = _wilson(k2, n2)
    difference = later - earlier
    low = difference - sqrt((later - later_low) ** 2 + (earlier_high - earlier) ** 2)
    high = difference + sqrt((later_high - later) ** 2 + (earlier - earlier_low) ** 2)
    return difference, low, high


def _wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval of a rate, as metrics.py has it in SQL."""
    middle, half = k + _Z**2 / 2, _Z * sqrt(k * (n - k) / n + _Z**2 / 4)
    return (middle - half) / (n + _Z**2), (middle + half) / (n + _Z**2)
