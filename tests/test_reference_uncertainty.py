"""The second scorer's clusters, ranks and changes: golden figures, oracles, and the product."""

from __future__ import annotations

import math
import warnings
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_scorer import reference
from reference_uncertainty import (
    Request,
    arrows,
    benjamini_hochberg,
    correlation,
    design_effect,
    holm,
    median_delay_interval,
    median_wait,
    moderated,
    movements,
    newcombe,
    outer_rank,
    rank_intervals,
    score_of,
    shrunk_rates,
    two_sided,
    uncertainty,
    wilson,
)
from same_uncertainty import differences
from scipy.stats import CensoredData, binom, ecdf, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from worlds import ALL, answers, asks, at, board

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Sequence

MONDAY = date(2026, 9, 7)
GOLDEN = {"A": (10, 10, 10, 0, 0), "B": (6, 6, 6, 6, 6)}  # answered of ten, Monday to Friday

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
shares = st.lists(
    st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.05, 0.3]) | st.floats(0, 1), max_size=9
)


def golden() -> dict[str, list[Request]]:
    return {
        body: [
            Request(MONDAY + timedelta(n), 60.0, i < k, True, i < k)
            for n, k in enumerate(days)
            for i in range(10)
        ]
        for body, days in GOLDEN.items()
    }


# Clusters ----------------------------------------------------------------------------------------


def test_12_two_bodies_alone_are_too_few_to_estimate_a_correlation() -> None:
    clusters, found = uncertainty(golden())

    assert clusters == (0.05, True, pytest.approx(1.45))
    assert found["A"]["n_effective"] == pytest.approx(50 / 1.45)


def test_12_the_correlation_and_the_effective_number_of_requests() -> None:
    # The same two bodies eight times: between and within stay what they are.
    clusters = [((n, b), 10, k) for n in range(8) for b, ks in GOLDEN.items() for k in ks]

    assert correlation(clusters) == (pytest.approx(0.50617, abs=5e-6), False)
    whole, found = uncertainty(golden(), 41 / 81)
    assert found["A"]["deff"] == found["B"]["deff"] == pytest.approx(5.5556, abs=5e-5)
    assert found["A"]["n_effective"] == pytest.approx(9.0, abs=1e-12)
    assert whole.median_deff == found["A"]["deff"]
    assert not whole.assumed


def test_the_correlation_is_that_of_an_analysis_of_variance_within_strata() -> None:
    random = Random(20261130)
    for _ in range(50):
        clusters = []
        for stratum in range(random.randint(3, 8)):
            for _ in range(random.randint(11, 20)):
                m = random.choice([1, 2, random.randint(1, 30)])
                p = random.choice([0.1, 0.5, 0.9])
                clusters.append((stratum, m, sum(random.random() < p for _ in range(m))))

        rho, assumed = correlation(clusters)

        assert (rho, assumed) == (pytest.approx(by_least_squares(clusters), abs=1e-9), False)


def by_least_squares(clusters: Sequence[tuple[int, int, int]]) -> float:
    """The same from residuals of regressions on indicators of strata, and of clusters."""
    y = np.concatenate([[1.0] * k + [0.0] * (m - k) for _, m, k in clusters])
    cluster = np.repeat(np.arange(len(clusters)), [m for _, m, _ in clusters])
    stratum = np.repeat([s for s, _, _ in clusters], [m for _, m, _ in clusters])
    squares = []
    for of in (stratum, cluster):
        design = (of[:, np.newaxis] == np.unique(of)).astype(float)
        fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
        squares.append(((y - fitted) ** 2).sum())
    degrees = len(clusters) - len(np.unique(stratum))
    between = (squares[0] - squares[1]) / degrees
    within = squares[1] / (len(y) - len(clusters))
    weights = [
        sum(m * m for s, m, _ in clusters if s == t) / sum(m for s, m, _ in clusters if s == t)
        for t in np.unique(stratum)
    ]
    size = (len(y) - sum(weights)) / degrees
    return max(0.0, (between - within) / (between + (size - 1) * within))


@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        ([("a", 10, 5)] * 30, (0.05, True)),  # 29 more clusters than strata
        ([("a", 10, 5)] * 31, (0.0, False)),
        ([("a", 1, 1), ("a", 1, 0)] * 30, (0.05, True)),  # no cluster of two
        ([("a", 10, 10)] * 40, (0.0, False)),  # nothing differs between or within
        ([("a", 10, 10), ("a", 10, 0)] * 20, (1.0, False)),
        ([("a", 1, 1)] * 40 + [("b", 4, 2)], (0.0, False)),  # what can be compared does not differ
        ([("a", 10, 10)] * 3, (0.05, True)),  # too few, though nothing differs
    ],
)
def test_edges_of_the_correlation(clusters: Any, expected: tuple[float, bool]) -> None:
    assert correlation(clusters) == expected


def test_a_regular_weekend_is_no_correlation() -> None:
    def of(n_days: int, day: int) -> list[Request]:
        return [
            Request(MONDAY + timedelta(7 * week + day + n), 60.0, yes, True, yes)
            for week in range(8)
            for n in range(n_days)
            for yes in [day == 0] * 9 + [day != 0]
        ]

    clusters, found = uncertainty({"a": of(5, 0) + of(2, 5), "b": of(5, 0) + of(2, 5)})

    assert clusters == (0.0, False, 1.0)
    assert found["a"]["n_effective"] == 560


@pytest.mark.parametrize(
    ("sizes", "icc", "deff"),
    [([], 0.5, None), ([1, 1, 1], 0.5, 1.0), ([10], 1.0, 10.0), ([1, 3], 0.2, 1.3), ([5], 0, 1.0)],
)
def test_the_design_effect(sizes: list[int], icc: float, deff: float | None) -> None:
    assert design_effect(sizes, icc) == deff


# Intervals of single values ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "expected"),
    [(8, 48, (0.0870, 0.2958)), (56, 131, (0.3460, 0.5131)), (3, 3, (0.4385, 1))],
)
def test_5_wilsons_interval(k: int, n: int, expected: tuple[float, float]) -> None:
    assert wilson(k, n) == pytest.approx(expected, abs=5e-5)


@given(counts, st.floats(1, 30))
def test_wilsons_interval_of_effective_numbers_is_that_of_statsmodels(
    of: tuple[int, int], deff: float
) -> None:
    k, n = of

    low, high = wilson(k / deff, n / deff)

    expected = proportion_confint(k / deff, n / deff, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-12)
    assert (low == 0.0) == (k == 0)
    assert (high == 1.0) == (k == n)


def test_without_clusters_the_order_statistics_are_those_of_the_binomial_distribution() -> None:
    for k in range(2000):
        assert outer_rank(k, 1.0) == (int(binom.ppf(0.025, k, 0.5)) if k >= 6 else 0)


@pytest.mark.parametrize(
    ("k", "deff", "rank"),
    [
        (100, 1.0, 40),  # Binomial(100, ½): 40 and 61
        (100, 4.0, 31),  # Binomial(25, ½) is at most 7.79 from its middle 13: 50.5 ± 4 · 4.85
        (40, 5.0, 7),  # 20.5 ± 5 · 2.69
        (20, 5.0, 1),  # 10.5 ± 5 · 1.84
        (20, 6.0, 0),  # 10.5 ± 6 · 1.65 would be 0.6: there is none
        (6, 1.0, 1),
        (5, 1.0, 0),
    ],
)
def test_the_order_statistics_of_fewer_effective_delays(k: int, deff: float, rank: int) -> None:
    delays = [60.0 * n for n in range(k, 0, -1)]

    assert outer_rank(k, deff) == rank
    expected = (60.0 * rank, 60.0 * (k + 1 - rank)) if rank else (None, None)
    assert median_delay_interval(delays, deff) == expected


@given(st.integers(6, 500), st.floats(0, 1), st.floats(0, 1))
def test_more_correlation_never_narrows_the_interval_of_the_median_delay(
    k: int, one: float, other: float
) -> None:
    # At most, all requests are of one day and alike.
    less, more = (1 + (k - 1) * part for part in sorted((one, other)))

    assert outer_rank(k, less) >= outer_rank(k, more)


waits = st.lists(st.tuples(st.integers(1, 20).map(float), st.booleans()), min_size=1, max_size=40)


@given(waits)
def test_the_interval_of_the_median_wait_is_scipys(sample: list[tuple[float, bool]]) -> None:
    ended = [seconds for seconds, response in sample if response]
    curve = ecdf(CensoredData(ended, right=[s for s, response in sample if not response])).sf
    with warnings.catch_warnings():  # it warns where everybody, or nobody, is waiting
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(0.95, method="log-log")

    found = median_wait(sample)

    for time, share in zip(found, (curve, band.low, band.high), strict=True):
        reached = share.quantiles[share.probabilities <= 0.5 + 1e-12]
        assert time == (reached[0] if len(reached) else None)


@given(waits, st.integers(2, 5))
def test_as_many_copies_as_the_design_effect_leave_the_median_wait_as_unsure(
    sample: list[tuple[float, bool]], copies: int
) -> None:
    assert median_wait(sample * copies, copies) == median_wait(sample)


def test_rates_are_drawn_together_only_as_far_as_effective_numbers_allow() -> None:
    rates = [0.2, 0.35, 0.5, 0.65, 0.8]
    independent = shrunk_rates([(p * 40, 40) for p in rates])
    clustered = shrunk_rates([(p * 40 / 4, 40 / 4) for p in rates])

    # By hand: spread 40 · 0.225 / 0.25 - 4 = 32, over 5 · 39 · 0.8 = 156; then 5 over 36.
    assert independent[0] == pytest.approx(
        (32 / 156 * 8 + 124 / 156 * 0.5) / (32 / 156 * 40 + 124 / 156)
    )
    assert clustered[0] == pytest.approx((5 / 36 * 2 + 31 / 36 * 0.5) / (5 / 36 * 10 + 31 / 36))
    assert shrunk_rates([(2, 9)] * 4) == [0.25] * 4


# Comparisons -------------------------------------------------------------------------------------


def test_10_a_difference_of_ten_points_that_may_be_none() -> None:
    pair = ((30, 50), (42, 60))

    assert [round(100 * share, 1) for share in newcombe(*pair)] == [10.0, -7.6, 27.1]
    assert arrows([pair]) == [0]


@given(counts, counts)
def test_newcombes_interval_is_that_of_statsmodels(
    earlier: tuple[int, int], later: tuple[int, int]
) -> None:
    _, low, high = newcombe(earlier, later)

    expected = confint_proportions_2indep(*later, *earlier, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=25)  # statsmodels takes a tenth of a second for each
@given(shares)
def test_holm_is_that_of_statsmodels(values: list[float]) -> None:
    expected = multipletests(values, 0.05, "holm")[0] if values else []

    assert holm(values) == list(expected)


@given(shares)
def test_benjamini_and_hochberg_is_that_of_statsmodels(values: list[float]) -> None:
    expected = multipletests(values, 0.10, "fdr_bh")[0] if values else []

    assert benjamini_hochberg(values) == list(expected)


@given(st.floats(-9, 9))
def test_the_probability_of_a_score(score: float) -> None:
    assert two_sided(score) == pytest.approx(2 * norm.sf(abs(score)), rel=1e-9)


def test_a_rate_is_moderated_by_half_a_request_on_either_side() -> None:
    assert moderated(0, 9) == (0.05, pytest.approx(0.05 * 0.95 / 10))
    assert score_of((4, 9), (7, 9)) == pytest.approx(
        0.3 / math.sqrt(0.45 * 0.55 / 10 + 0.75 * 0.25 / 10)
    )


def test_bodies_are_told_apart_pair_by_pair_or_all_at_once() -> None:
    # Scores, by hand: 10 and 18 of 20, 2.93; 10 and 16, 2.02; 16 and 18, 0.83.
    bodies = [(10, 20), (16, 20), (18, 20)]

    assert rank_intervals(bodies) == [(3, 3), (1, 2), (1, 2)]
    # Of two comparisons, 0.003 is below 0.025, and then 0.043 below 0.05; 0.043 first is not.
    assert rank_intervals(bodies, "simultaneous") == [(3, 3), (1, 3), (1, 2)]


def test_one_body_alone_is_first() -> None:
    assert rank_intervals([(3, 10)]) == rank_intervals([(3, 10)], "simultaneous") == [(1, 1)]


def test_an_interval_contains_the_rank_whatever_it_ranks_by() -> None:
    bodies = [(10, 20), (16, 20), (18, 20)]

    assert rank_intervals(bodies, ranks=[1, 3, 2]) == [(1, 3), (1, 3), (1, 2)]


@given(st.lists(counts, min_size=2, max_size=8))
def test_all_at_once_less_is_sure_than_pair_by_pair(bodies: list[tuple[int, int]]) -> None:
    pairs, together = rank_intervals(bodies), rank_intervals(bodies, "simultaneous")

    assert all(a <= b <= c <= d for (b, c), (a, d) in zip(pairs, together, strict=True))


def test_an_arrow_needs_an_interval_without_zero_and_a_rank_among_the_surest() -> None:
    # 20 and 31 of 40: p = 0.012, and Newcombe from 6 to 46 points.
    sure = ((20, 40), (31, 40))
    same = ((20, 40), (20, 40))

    assert arrows([sure]) == [1]
    assert arrows([sure[::-1]]) == [-1]
    assert arrows([((20, 40), (28, 40))]) == [0]  # 0.072 is below 0.10; Newcombe from -1 to 39
    assert arrows([sure, *[same] * 4]) == [1, 0, 0, 0, 0]  # 0.012 is at most 0.10 / 5
    assert arrows([sure, *[same] * 9]) == [0] * 10


def test_who_is_new_who_is_back_and_who_is_gone() -> None:
    editions = [{"a", "b"}, {"a", "c"}, {"a", "b", "d"}]

    assert list(movements(editions)) == [
        {"new": {"c"}, "back": set(), "gone": {"b"}},
        {"new": {"d"}, "back": {"b"}, "gone": {"c"}},
    ]


# The product -------------------------------------------------------------------------------------

ALWAYS = [(at(-999), at(999))]  # on the calendar clock
BODIES = Panel(
    "clusters",
    tuple(
        Body(str(n), f"Body {n}", "ville" if n < 6 else "metro", (Account("twitter", str(n), "x"),))
        for n in range(10)
    ),
)


def clustered_world(random: Random, n_days: int) -> list[dict[str, Any]]:
    """Days on which a body answers much or little, fast or slowly, now and then very late.

    The first body answers everything, the last one is asked nothing.
    """
    rows = []
    for n in range(len(BODIES.bodies) - 1):
        name = {"account_id": str(n)}
        for day in range(n_days):
            share, pace = random.choice([0.1, 0.6, 0.9]), random.choice([1, 5, 30])
            for i in range(random.randint(0, 3 + 2 * n)):
                asked, citizen = f"{n}-{day}-{i}", f"c{n}-{day}-{i}"
                when = at(day, hours=random.uniform(0, 24))
                rows.append(asks(asked, when, author_id=citizen, **name))
                if n == 0 or random.random() < share:
                    late = timedelta(days=7 if n and random.random() < 0.05 else 0)
                    delay = late + timedelta(minutes=pace * random.randint(1, 60))
                    own = name | {"author_id": str(n), "citizen": citizen}
                    rows.append(answers(f"a{asked}", asked, when + delay, **own))
    return rows


@pytest.mark.parametrize("icc", ["estimate", 0.0, 0.3])
@pytest.mark.parametrize("kind", ["pairwise", "simultaneous"])
@pytest.mark.parametrize("n_days", [5, 24], ids=["assumed", "estimated"])
@pytest.mark.parametrize("seed", range(3))
def test_the_product_is_as_sure_as_the_reference(
    seed: int, n_days: int, kind: str, icc: float | str
) -> None:
    rows = clustered_world(Random(seed), n_days)
    options = {"timezone": "Pacific/Auckland", "icc": icc, "rank_interval": kind}

    scoreboard = board(rows, BODIES, as_of=f"{at(n_days + 5):%Y-%m-%d}", **options)

    assert sum(score.values["n_pending"] or 0 for score in scoreboard.scores) > 0
    ranking = load_ranking(None, ALL | options)
    period = (scoreboard.since, scoreboard.until)
    requests = {}
    for body in BODIES.bodies:
        own = [row for row in rows if row["account_id"] == body.body_id]
        said = reference(
            own, BODIES, body, ranking, period, scoreboard.as_of, [(at(-999), at(999))]
        )
        requests[body.body_id] = said["requests"]
    assert differences(scoreboard, requests, icc) == []
