"""The simulation of clustered requests: its arithmetic is the reference's, and its bodies' too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference_uncertainty as by_hand
from hypothesis import given
from hypothesis import strategies as st
from worlds import answers, asks, at, board

from bench import clustered, intervals
from bench.clustered import Cell, draw_bodies, draw_week
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

WEEKEND = np.array([False] * 5 + [True] * 2)
CELL = Cell(0.1, 12, 40)

bodies = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
effective = st.tuples(bodies, st.floats(1, 5)).map(lambda of: (of[0][0] / of[1], of[0][1] / of[1]))


def week(seed: int, cell: Cell = CELL) -> tuple[Any, Any]:
    """Requests and answers of a world, by body and day."""
    random = np.random.default_rng(seed)
    drawn = draw_week(random, cell, draw_bodies(random, cell, 1))
    return drawn.m[0], drawn.k[0]


@pytest.mark.parametrize("n_bodies", [1, 5, 12])
@pytest.mark.parametrize("seed", range(10))
def test_clusters_are_those_of_the_reference(seed: int, n_bodies: int) -> None:
    m, k = week(seed, Cell(0.1, n_bodies, 40))
    m[0] = k[0] = 0

    icc, deff = intervals.clusters_of_days(m, k, WEEKEND)

    days = [(body, day) for body in range(n_bodies) for day in range(7)]
    of = [((body, WEEKEND[day]), int(m[body, day]), int(k[body, day])) for body, day in days]
    assert icc == pytest.approx(by_hand.correlation(of)[0], abs=1e-12)
    for body in range(n_bodies):
        expected = by_hand.design_effect([int(size) for size in m[body]], icc)
        assert deff[body] == pytest.approx(expected or 1)


@given(effective)
def test_wilsons_interval_is_that_of_the_reference(of: tuple[float, float]) -> None:
    found = intervals.wilson(*(np.array([number]) for number in of))

    assert [end[0] for end in found] == pytest.approx(by_hand.wilson(*of), abs=1e-12)


@pytest.mark.parametrize("kind", ["pairwise", "simultaneous"])
@given(counts=st.lists(effective, min_size=1, max_size=9))
def test_ranks_are_those_of_the_reference(kind: Any, counts: list[tuple[float, float]]) -> None:
    low, high = intervals.rank_intervals(*np.array(counts).T, kind)

    expected = by_hand.rank_intervals(counts, kind)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(effective, effective), min_size=1, max_size=9))
def test_arrows_are_those_of_the_reference(
    pairs: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    columns = np.array([(*earlier, *later) for earlier, later in pairs]).T

    assert intervals.arrows(*columns).tolist() == by_hand.arrows(pairs)


def test_invented_weeks_are_as_correlated_as_they_should_be() -> None:
    cell = Cell(0.2, 300, 150)

    m, k = week(1, cell)

    icc, _ = intervals.clusters_of_days(m, k, WEEKEND)
    assert icc == pytest.approx(0.2, abs=0.04)  # about three standard errors
    assert m.sum(axis=1).mean() == pytest.approx(150, rel=0.2)
    assert m[:, 5:].mean() < 0.5 * m[:, :5].mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_statement_finds_the_clusters_that_are_simulated(seed: int) -> None:
    m, k = week(seed)
    panel = Panel("simulated", tuple(body(n) for n in range(len(m))))
    rows = [
        row
        for n, day in np.ndindex(m.shape)
        for i in range(m[n, day])
        for row in request(n, day, i, i < k[n, day])
    ]

    scoreboard = board(rows, panel)

    icc, deff = intervals.clusters_of_days(m, k, WEEKEND)
    assert scoreboard.clusters.icc == pytest.approx(icc)
    found = {score.body.body_id: score.values["deff"] for score in scoreboard.scores}
    assert [found[str(n)] or 1 for n in range(len(m))] == pytest.approx(deff.tolist())


def body(n: int) -> Body:
    return Body(str(n), f"Body {n}", "ville", (Account("twitter", str(n), f"body{n}"),))


def request(n: int, day: int, i: int, answered: bool) -> list[dict[str, Any]]:
    name, citizen, asked = {"account_id": str(n)}, f"c{n}-{day}-{i}", f"{n}-{day}-{i}"
    rows = [asks(asked, at(day, minutes=i), author_id=citizen, **name)]
    if answered:
        own = name | {"author_id": str(n), "citizen": citizen}
        rows.append(answers(f"a{asked}", asked, at(day, minutes=i + 30), **own))
    return rows


def test_simulated_clusters_are_covered_about_as_often_as_promised() -> None:
    rates, ranks, arrows = clustered.tables(40)

    assert [title for title, _, _ in (rates, ranks, arrows)] == [
        clustered.RATES, clustered.RANKS, clustered.ARROWS,
    ]  # fmt: skip
    for what, independent, share in rates[2][:16]:
        assert 91 <= points(share) <= 98, what
        assert "ICC 0," in what or points(independent) < 93, what
    for what, _, pairwise, simultaneous, *_ in ranks[2][:-1]:
        assert points(pairwise) >= 95, what
        assert points(simultaneous) >= 98, what
    for what, _, share, *_ in arrows[2][:-1]:
        assert points(share) <= 7, what


def points(cell: str) -> float:
    return float(cell.split()[0])
