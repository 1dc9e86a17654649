"""Worlds of clustered requests: how often intervals cover, and how often chance makes an arrow.

A world is a week of some bodies, or two. Requests to a body on one day share that day's chance of
an answer, which is drawn from a beta distribution around the body's own, so that their correlation
is the ICC. Sizes are heavy-tailed (log-normal), some days are busier than others, and week-ends
have fewer requests and fewer answers. What every body tends to do is known. Beside the rules of
docs/method.md stand those that take requests for independent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from bench import intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Half = tuple[Ints, Ints, Bools]  # requests and answers by body and day; days of week-ends
    Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]

__all__ = [
    "ARROWS",
    "RANKS",
    "RATES",
    "Bodies",
    "Cell",
    "Week",
    "draw_bodies",
    "draw_week",
    "tables",
]

RATES = "Clustered requests: how often the interval of a rate covers it"
RANKS = "Clustered requests: how often the interval of a rank covers it"
ARROWS = "Clustered requests: arrows"

_WEEKEND = np.array([False] * 5 + [True] * 2)  # Monday to Sunday
_BUSY = np.where(_WEEKEND, 0.4, 1.0)  # requests of a day, relative to a working day
_SLOW = np.where(_WEEKEND, 0.7, 1.0)  # chance of an answer, likewise
_OVERALL = (_SLOW * _BUSY).sum() / _BUSY.sum()
_MIN_REQUESTS = 10
_CHANGED, _CHANGE = 0.1, 0.25  # the share of bodies that change, and by how much


@dataclass(frozen=True)
class Cell:
    """What the worlds that are counted together have in common."""

    icc: float
    n_bodies: int
    n_requests: int  # of a body in a week, on average
    rates: tuple[float, float] = (3, 2)  # the beta distribution of true rates; WriteToThem's

    def __str__(self) -> str:
        alike = ", rates nearly equal" if sum(self.rates) > 50 else ""
        return f"ICC {self.icc:g}, {self.n_bodies} bodies, N {self.n_requests}{alike}"


_CELLS = [Cell(*of) for of in product((0.0, 0.05, 0.1, 0.2), (24, 100), (40, 150))]
_FEW = [Cell(icc, 5, 150) for icc in (0.0, 0.05, 0.1, 0.2)]  # too few to estimate the ICC
_ALIKE = [Cell(icc, n, 150, (60, 40)) for icc, n in product((0.0, 0.1), (24, 100))]


@dataclass(frozen=True)
class Bodies:
    """Those of many worlds, a row for each world."""

    rate: Floats  # the chance of an answer on a working day
    size: Floats  # requests of a week

    @property
    def truth(self) -> Floats:
        """The share of their requests that they tend to answer."""
        return self.rate * _OVERALL


@dataclass(frozen=True)
class Week:
    """What happened, by world, body and day."""

    m: Ints  # requests
    k: Ints  # answered ones


def draw_bodies(random: np.random.Generator, cell: Cell, n_worlds: int) -> Bodies:
    """The bodies of so many worlds."""
    shape = (n_worlds, cell.n_bodies)
    size = random.lognormal(-0.5, 1.0, shape) * cell.n_requests
    return Bodies(random.beta(*cell.rates, shape), size)


def draw_week(random: np.random.Generator, cell: Cell, bodies: Bodies) -> Week:
    """A week of them."""
    busy = random.gamma(4.0, _BUSY / 4.0, (*bodies.size.shape, 7)) / _BUSY.sum()
    m = random.poisson(bodies.size[..., np.newaxis] * busy)
    chance = bodies.rate[..., np.newaxis] * _SLOW
    if cell.icc:
        alike = (1 - cell.icc) / cell.icc
        chance = random.beta(chance * alike, (1 - chance) * alike)
    return Week(m, random.binomial(m, chance))


def tables(n_worlds: int = 2000, seed: int = 20261130) -> Iterator[Table]:
    """The tables, with so many worlds in every line."""

    def lines(
        cells: Sequence[Cell], of: Callable[[np.random.Generator, Cell, Bodies], Iterator[str]]
    ) -> list[tuple[str, ...]]:
        random = np.random.default_rng(seed)
        return [
            (str(cell), *of(random, cell, draw_bodies(random, cell, n_worlds))) for cell in cells
        ]

    yield (
        RATES,
        ("one week", "requests taken as independent", "with clusters"),
        [*lines([*_CELLS, *_FEW], _rates), ("aim, 24 bodies or more", "", "93–97 %")],
    )
    yield (
        RANKS,
        (
            "one week: all bodies (first, last)", "overlap of draws", "pairwise", "simultaneous",
            "ranks in it: draws", "pairwise", "simultaneous",
        ),
        [
            *lines([*_CELLS, *_ALIKE], _ranks),
            ("aim", "", "≥ 95 %", "≥ 95 % (≥ 95, ≥ 95)", "", "", ""),
        ],
    )  # fmt: skip
    yield (
        ARROWS,
        (
            "two halves of a week; two weeks", "halves: arrows, independent", "arrows",
            "weeks: chance among arrows, independent", "chance among arrows", "changes found",
            "nothing changed: an arrow",
        ),
        [*lines(_CELLS, _arrows), ("aim", "", "≤ 6 %", "", "≤ 10 %", "", "≤ 10 %")],
    )  # fmt: skip


# Rates and ranks ---------------------------------------------------------------------------------


def _rates(random: np.random.Generator, cell: Cell, bodies: Bodies) -> Iterator[str]:
    """How often the interval covers what the body tends to, for the bodies that are ranked."""
    week = draw_week(random, cell, bodies)
    m, k = week.m.sum(axis=2), week.k.sum(axis=2)
    ranked = m >= _MIN_REQUESTS
    for deff in (np.ones(m.shape), _effects(week)):
        n = np.where(ranked, m, 1) / deff
        low, high = intervals.wilson(np.where(ranked, k, 0) / deff, n)
        covers = ranked & (low <= bodies.truth) & (bodies.truth <= high)
        yield _share(covers.sum(axis=1) / ranked.sum(axis=1))


def _effects(week: Week) -> Floats:
    """The deff of every body, by world."""
    worlds = zip(week.m, week.k, strict=True)
    return np.array([intervals.clusters_of_days(m, k, _WEEKEND)[1] for m, k in worlds])


def _ranks(random: np.random.Generator, cell: Cell, bodies: Bodies) -> Iterator[str]:
    """How often intervals hold the true rank: of all, first and last. How wide they are."""
    week = draw_week(random, cell, bodies)
    worlds = list(zip(week.m.sum(axis=2), week.k.sum(axis=2), _effects(week), strict=True))
    rules: list[Callable[[Ints, Ints, Floats], tuple[Ints, Ints]]] = [
        lambda k, n, _: intervals.overlap_of_draws(k, n),
        lambda k, n, deff: intervals.rank_intervals(k / deff, n / deff, "pairwise"),
        lambda k, n, deff: intervals.rank_intervals(k / deff, n / deff, "simultaneous"),
    ]
    widths = []
    for rule in rules:
        found = []
        for (n, k, deff), truth in zip(worlds, bodies.truth, strict=True):
            ranked = n >= _MIN_REQUESTS
            rank = (-truth[ranked]).argsort().argsort() + 1
            low, high = rule(k[ranked], n[ranked], deff[ranked])
            holds = (low <= rank) & (rank <= high)
            width = (high - low + 1).mean() / len(rank)
            found.append((holds.mean(), holds[rank.argmin()], holds[rank.argmax()], width))
        of_all, first, last, width = 100 * np.mean(found, axis=0)
        widths.append(f"{width:.0f} %")
        yield f"{of_all:.1f} % ({first:.1f}, {last:.1f})"
    yield from widths


# Arrows ------------------------------------------------------------------------------------------


def _arrows(random: np.random.Generator, cell: Cell, bodies: Bodies) -> Iterator[str]:
    """Arrows between the halves of a week; and among those between two, how many chance made."""
    week = draw_week(random, cell, bodies)
    halves = [_both_rules(*_halves(random, *world)) for world in zip(week.m, week.k, strict=True)]
    yield from (_share(np.array([np.mean(of[rule] != 0) for of in halves])) for rule in (0, 1))
    changed = random.uniform(size=bodies.rate.shape) < _CHANGED
    change = np.where(bodies.rate > 0.5, -_CHANGE, _CHANGE)
    after = replace(bodies, rate=np.where(changed, bodies.rate + change, bodies.rate))
    later = draw_week(random, cell, after)
    false: tuple[list[float], list[float]] = ([], [])
    found = []
    for true, *counts in zip(changed, week.m, week.k, later.m, later.k, strict=True):
        m1, k1, m2, k2 = counts
        arrows = _both_rules((m1, k1, _WEEKEND), (m2, k2, _WEEKEND))
        there = true[_compared(m1, m2)]
        for rule in (0, 1):
            made = arrows[rule] != 0
            false[rule].append(float((made & ~there).sum() / max(1, made.sum())))
        found.append(((arrows[1] != 0) & there).sum() / max(1, there.sum()))
    yield from (_share(np.array(of)) for of in (*false, found))
    again = draw_week(random, cell, bodies)
    nothing = zip(week.m, week.k, again.m, again.k, strict=True)
    yield _share(
        np.array([
            _both_rules((m1, k1, _WEEKEND), (m2, k2, _WEEKEND))[1].any()
            for m1, k1, m2, k2 in nothing
        ])
    )  # fmt: skip


def _halves(random: np.random.Generator, m: Ints, k: Ints) -> tuple[Half, Half]:
    """Three working days and one of the week-end, and the other days."""
    first = np.isin(np.arange(7), [*random.permutation(5)[:3], random.choice([5, 6])])
    one, other = ((m[:, days], k[:, days], _WEEKEND[days]) for days in (first, ~first))
    return one, other


def _compared(m1: Ints, m2: Ints) -> Bools:
    """The bodies that have enough requests on both sides."""
    return (m1.sum(axis=1) >= _MIN_REQUESTS) & (m2.sum(axis=1) >= _MIN_REQUESTS)


def _both_rules(earlier: Half, later: Half) -> tuple[Ints, Ints]:
    """The arrows if requests are taken as independent, and with clusters."""
    there = _compared(earlier[0], later[0])
    plain, effective = [], []
    for m, k, weekend in (earlier, later):
        deff = intervals.clusters_of_days(m, k, weekend)[1][there]
        counts = [of[there].sum(axis=1).astype(float) for of in (k, m)]
        plain += counts
        effective += [of / deff for of in counts]
    return intervals.newcombe_alone(*plain), intervals.arrows(*effective)


def _share(of_worlds: Floats) -> str:
    """A share with its standard error, in points: bodies of a world are not independent."""
    error = of_worlds.std(ddof=1) / sqrt(len(of_worlds))
    return f"{100 * of_worlds.mean():.1f} % ± {100 * error:.1f}"
