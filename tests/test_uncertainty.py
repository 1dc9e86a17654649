"""Intervals of ranks and of differences, shrunk rates, and order statistics, against oracles."""

from __future__ import annotations

import csv
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pytest
from engines import engine
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from shell import SHARED
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from bench import coverage
from bench.__main__ import main
from bench.measure import FINDINGS
from bench.report import section
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Body
from socialscore.model.scoreboard import Score
from socialscore.scoring import uncertainty
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.order import in_order
from socialscore.scoring.statement import compose
from socialscore.scoring.uncertainty import kept, newcombe, p_value, rank_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PUBLISHED = SHARED / "league_table" / "writetothem_2005_2008.csv"

Kind = Literal["pairwise", "simultaneous"]

Counts = tuple[int, int]
"""Answered requests, and requests."""

counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def rows(
    given: Mapping[str, Mapping[str, Sequence[Any]]], target: str, *names: str
) -> list[dict[str, Any]]:
    """The rows of a relation with these metrics, from others that are given."""
    metrics = [metric for metric in metrics_for(load_ranking()) if metric.name in names]
    sql = compose(metrics, {}, target=target, given=given)
    with engine() as running:
        for name, columns in given.items():
            running.relation(name, pa.table(dict(columns)))
        return running.query(sql, {"trim": 0.0} if "$trim" in sql else {})


# Ranks -------------------------------------------------------------------------------------------


def by_hand(bodies: Sequence[Counts], kind: str) -> list[Counts]:
    """The intervals, pair by pair."""
    rates = [Fraction(2 * k + 1, 2 * n + 2) for k, n in bodies]
    variances = [p * (1 - p) / (n + 1) for p, (_, n) in zip(rates, bodies, strict=True)]
    found = []
    for i in range(len(bodies)):
        others = [j for j in range(len(bodies)) if j != i]
        z = [float(rates[j] - rates[i]) / float(variances[i] + variances[j]) ** 0.5 for j in others]
        p_values = 2 * norm.sf(np.abs(z))
        sure = multipletests(p_values, method="holm")[0] if kind != "pairwise" else p_values < 0.05
        above = sum(bool(yes) and it > 0 for yes, it in zip(sure, z, strict=True))
        below = sum(bool(yes) and it < 0 for yes, it in zip(sure, z, strict=True))
        found.append((1 + above, len(bodies) - below))
    return found


@pytest.mark.parametrize("kind", ["pairwise", "simultaneous"])
def test_a_rank_may_be_that_of_any_body_that_cannot_be_told_apart(kind: Kind) -> None:
    random = Random(20261123)
    for _ in range(3):
        bodies = [(random.randint(0, n), n) for n in (random.randint(1, 300) for _ in range(10))]

        assert rank_intervals(bodies, kind) == by_hand(bodies, kind)


def test_bodies_far_apart_are_sure_of_their_ranks() -> None:
    assert rank_intervals([(10, 1000), (990, 1000), (500, 1000)]) == [(3, 3), (1, 1), (2, 2)]


@pytest.mark.parametrize("kind", ["pairwise", "simultaneous"])
@pytest.mark.parametrize(("bodies", "expected"), [([], []), ([(3, 10)], [(1, 1)])])
def test_nobody_and_one_body_alone_leave_nothing_to_doubt(
    bodies: list[Counts], expected: list[Counts], kind: Kind
) -> None:
    assert rank_intervals(bodies, kind) == expected


@given(bodies=st.lists(counts, max_size=12), random=st.randoms())
def test_the_order_of_bodies_changes_no_interval(bodies: list[Counts], random: Random) -> None:
    shuffled = random.sample(bodies, len(bodies))

    expected = sorted(zip(bodies, rank_intervals(bodies), strict=True))

    assert sorted(zip(shuffled, rank_intervals(shuffled), strict=True)) == expected


@given(bodies=st.lists(counts, min_size=1, max_size=6))
def test_bodies_with_the_same_counts_have_the_same_interval(bodies: list[Counts]) -> None:
    found = rank_intervals(bodies * 2)

    assert found[: len(bodies)] == found[len(bodies) :]
    assert all(1 <= low <= high <= 2 * len(bodies) for low, high in found)


@given(bodies=st.lists(counts, min_size=1, max_size=12))
def test_simultaneous_intervals_hold_the_pairwise_ones(bodies: list[Counts]) -> None:
    pairs = zip(rank_intervals(bodies), rank_intervals(bodies, "simultaneous"), strict=True)

    assert all(wide[0] <= low and high <= wide[1] for (low, high), wide in pairs)


@pytest.mark.parametrize("kind", ["pairwise", "simultaneous"])
def test_of_very_many_bodies_intervals_are_only_wider(kind: Kind, monkeypatch: Any) -> None:
    random = Random(20261123)
    bodies = [(random.randint(0, n), n) for n in (random.randint(1, 500) for _ in range(400))]
    exact = rank_intervals(bodies, kind)
    monkeypatch.setattr(uncertainty, "_EXACT", 300)
    monkeypatch.setattr(uncertainty, "_HOLM", 300)

    found = rank_intervals(bodies, kind)

    assert all(
        wide[0] <= low and high <= wide[1] for (low, high), wide in zip(exact, found, strict=True)
    )
    assert sum(high - low for low, high in found) < 1.2 * sum(high - low for low, high in exact)


# Differences -------------------------------------------------------------------------------------


def test_10_a_difference_of_ten_points_that_may_be_none() -> None:
    found = newcombe((30, 50), (42, 60))

    assert found is not None
    assert [round(100 * share, 1) for share in found] == [10.0, -7.6, 27.1]


def test_newcombes_interval_is_that_of_statsmodels() -> None:
    random = Random(20261123)
    for _ in range(500):
        n1, n2 = random.randint(1, 2000), random.randint(1, 60)
        k1, k2 = random.choice([0, n1, random.randint(0, n1)]), random.randint(0, n2)

        found = newcombe((k1, n1), (k2, n2))

        low, high = confint_proportions_2indep(
            k2, n2, k1, n1, method="newcomb", compare="diff", alpha=0.05
        )
        assert found == pytest.approx((k2 / n2 - k1 / n1, low, high), abs=1e-12)


@pytest.mark.parametrize("periods", [(0, 0, 3, 4), (3, 4, 0, 0)])
def test_a_period_without_requests_differs_by_nothing_known(
    periods: tuple[int, int, int, int],
) -> None:
    assert newcombe(periods[:2], periods[2:]) is None


def test_differences_are_kept_as_benjamini_and_hochberg_have_it() -> None:
    random = Random(20261123)
    for _ in range(200):
        p_values = [random.random() ** random.choice([1, 4]) for _ in range(random.randint(1, 60))]

        expected = multipletests(p_values, alpha=0.1, method="fdr_bh")[0]

        assert kept(p_values) == expected.tolist()


def test_of_no_differences_none_is_kept() -> None:
    assert kept([]) == []


def test_a_difference_of_nothing_is_chance() -> None:
    assert p_value((5, 10), (5, 10)) == 1.0
    assert p_value((5, 10), (6, 12)) > 0.9
    assert p_value((1, 100), (99, 100)) < 1e-12


# Order statistics --------------------------------------------------------------------------------


def test_the_order_statistics_that_bound_a_median_are_exact_for_any_number_of_delays() -> None:
    random = Random(20261123)
    numbers = [*range(1, 5001), *(random.randint(5001, 1_000_000) for _ in range(2000))]
    # For each number n, delays around the ranks that the binomial distribution names; a delay is
    # its own rank.
    lower = {n: int(binom.ppf(0.025, n, 0.5)) for n in numbers}
    around = [
        (n, rank)
        for n in lower
        for rank in {lower[n] - 1, lower[n], n - lower[n], n - lower[n] + 1}
        if rank > 0
    ]
    step = {
        "line_id": [n for n, _ in around],
        "elapsed_us": [1_000_000 * rank for _, rank in around],
        "n_answered": [1] * len(around),
        "n_answered_so_far": [rank for _, rank in around],
        "n_answered_in_all": [n for n, _ in around],
    }

    effect = {"line_id": list(lower), "delay_deff": [1.0] * len(lower)}

    found = rows({"step": step, "effect": effect}, "spread")

    ends = {row["line_id"]: (row["median_delay_low"], row["median_delay_high"]) for row in found}
    for n, rank in lower.items():
        assert ends[n] == ((rank, n + 1 - rank) if n >= 6 else (None, None))


# Shrunk rates ------------------------------------------------------------------------------------


def shrunk_rates(bodies: Sequence[Counts]) -> list[float | None]:
    """What the rates of the bodies of one category are drawn to, in exact arithmetic."""
    asked = [(k, n) for k, n in bodies if n]
    if len(asked) < 5:
        return [(k + 0.5) / (n + 1) if n else None for k, n in bodies]
    total = sum(n for _, n in asked)
    mean = Fraction(sum(k for k, _ in asked), total)
    spread = sum(n * (Fraction(k, n) - mean) ** 2 for k, n in asked)
    per_correlation = sum((n - 1) * (1 - Fraction(n, total)) for _, n in asked)
    correlation = Fraction(0)
    if 0 < mean < 1 and per_correlation:
        excess = spread / (mean * (1 - mean)) - (len(asked) - 1)
        correlation = min(max(excess / per_correlation, Fraction(0)), Fraction(1))
    return [
        float((correlation * k + (1 - correlation) * mean) / (correlation * n + 1 - correlation))
        if n
        else None
        for k, n in bodies
    ]


def random_category(random: Random) -> list[Counts]:
    """Bodies that differ a little, much or not at all; some had no requests."""
    middle, apart = random.random(), random.choice([0, 0.1, 0.5, 1])
    category = []
    for _ in range(random.randint(1, 12)):
        n = random.choice([0, 1, random.randint(2, 30), random.randint(2, 400)])
        rate = min(max(middle + apart * random.uniform(-1, 1), 0), 1)
        category.append((sum(random.random() < rate for _ in range(n)), n))
    return category


CATEGORIES = {
    "nobody answers": [(0, n) for n in (3, 4, 5, 6, 7)],
    "everybody answers": [(n, n) for n in (3, 4, 5, 6, 7)],
    "one request each": [(0, 1), (1, 1), (0, 1), (1, 1), (1, 1)],
    "all or nothing": [(0, 50), (50, 50), (0, 40), (40, 40), (30, 30)],
    "no more apart than chance": [(5, 10), (6, 12), (7, 14), (8, 16), (9, 18)],
    "four bodies": [(1, 10), (5, 10), (0, 3), (9, 9)],
    "five bodies, one of them without requests": [(1, 10), (5, 10), (0, 3), (9, 9), (0, 0)],
}
_random = Random(20261123)
CATEGORIES |= {f"random {number}": random_category(_random) for number in range(100)}


def test_rates_are_drawn_towards_their_category_as_far_as_its_bodies_are_alike() -> None:
    bodies = {
        f"{category}/{number}": (category, k, n)
        for category, members in CATEGORIES.items()
        for number, (k, n) in enumerate(members)
    }
    measured = {
        "line_id": list(bodies),
        "category": [category for category, _, _ in bodies.values()],
        "n_requests": [n for _, _, n in bodies.values()],
        "n_answered": [k for _, k, _ in bodies.values()],
        "response_rate": [k / n if n else None for _, k, n in bodies.values()],
        "deff": [1.0] * len(bodies),
    }
    clustering = {"outcome": ["response_rate"], "icc": [0.0], "assumed": [False]}

    found = rows({"measured": measured, "clustering": clustering}, "score", "shrunk_rate")

    shrunk = {row["body_id"]: row["shrunk_rate"] for row in found}
    for category, members in CATEGORIES.items():
        ours = [shrunk[f"{category}/{number}"] for number in range(len(members))]
        assert ours == pytest.approx(shrunk_rates(members), abs=1e-12), category


# A published league table ------------------------------------------------------------------------


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the shared data are not beside the checkout")
@pytest.mark.parametrize(
    ("year", "n_bodies", "rate"),
    [
        ("2005", 687, 0.6354),
        ("2006", 633, 0.6142),
        ("2007", 637, 0.5985),
        ("2008", 638, 0.6041),
    ],
)
def test_writetothem_is_ranked_from_its_counts(year: str, n_bodies: int, rate: float) -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        # The others had too few messages, a wrong address, or no wish to be counted.
        published = {
            row["person_id"]: (int(row["responded"]), int(row["responded_outof"]))
            for row in csv.DictReader(file)
            if row["year"] == year and row["category"] == "good"
        }

    ranked = ranked_by_rate(published)

    assert len(published) == n_bodies
    answered, requests = map(sum, zip(*published.values(), strict=True))
    assert round(answered / requests, 4) == rate
    places = {body: place(*published[body]) for body in published}
    in_turn = sorted(places.values())
    assert {body: rank for body, rank, _ in ranked} == {
        body: 1 + in_turn.index(places[body]) for body in published
    }
    assert [body for body, _, _ in ranked] == sorted(places, key=lambda b: (places[b], b))
    # The first and the last overall are not sure of it, but far from each other's ranks.
    assert ranked[0][2][1] < n_bodies / 2 < ranked[-1][2][0]


def ranked_by_rate(published: Mapping[str, Counts]) -> list[tuple[str, int, Counts]]:
    """The bodies in order, each with its rank and the interval of this."""
    tally = {
        "line_id": list(published),
        "n_requests": [n for _, n in published.values()],
        "n_answered": [k for k, _ in published.values()],
        "response_rate": [k / n for k, n in published.values()],
        "category": [""] * len(published),
    }
    nothing = {"line_id": pa.array([], pa.string())}
    effect = {"line_id": list(published), "deff": [1.0] * len(published)}
    found = rows(
        {"counted": tally, "effect": effect, "wait_spread": nothing, "spread": nothing},
        "measured", *tally, "wilson_low", "wilson_high",
    )  # fmt: skip
    scores = []
    for row in found:
        body_id = row.pop("line_id")
        scores.append(Score(Body(body_id, body_id), {**row, "median_delay": None}))
    ranking = load_ranking(None, {"preset": "writetothem"})
    return [
        (score.body.body_id, score.rank, (score.rank_low, score.rank_high))
        for score in in_order(scores, key_metric(ranking), ranking)
    ]


def place(k: int, n: int) -> tuple[Fraction, int]:
    """Sorts first what answers most; the more requests, the surer is a rate, be it of 0."""
    return -Fraction(k, n), -n if k else n


# Simulations -------------------------------------------------------------------------------------


def test_simulated_intervals_cover_about_as_often_as_they_promise() -> None:
    lines = coverage.lines(scale=0.05)

    shares = {(what, simulated): float(share.split()[0]) for what, simulated, _, share, _ in lines}
    for of_all in (
        ("response rate (Wilson)", "all"),
        ("median wait (log-log)", "within the horizon"),
        ("median delay (order statistics)", "all with 6 answered or more"),
    ):
        assert 91 <= shares[of_all] <= 99, of_all


def test_the_tables_of_a_part_that_measures_no_time_are_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = '[["A title", ["what", "share"], [["rate", "95 %"]]], ["Another", ["what"], []]]'
    (tmp_path / "some_findings.py").write_text(f"print({tables!r})", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(FINDINGS, "coverage", "some_findings")
    results = tmp_path / "RESULTS.md"

    main(["coverage"], data=tmp_path / "data", results=results)

    assert "A title  share\nrate      95 %\n" in capsys.readouterr().out
    text = results.read_text(encoding="utf-8")
    assert section(text, "A title") == "| what | share |\n| --- | ---: |\n| rate | 95 % |"
    assert section(text, "Another") == "| what |\n| --- |"
    assert not (tmp_path / "data").exists()
