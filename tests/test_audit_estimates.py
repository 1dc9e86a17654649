"""What follows from the labels of an audit: rates, precision, recall, and how sure they are."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from socialscore.model.audit import Stratum
from socialscore.scoring.auditing.estimates import agreement, corrected_rate, recall, share

GOLDEN = [
    Stratum(True, 279, 40, 28),
    Stratum(False, 321, 40, 17),
    Stratum(True, 400, 30, 1),
    Stratum(False, 1000, 30, 1),
]


def test_the_corrected_rate_is_that_of_the_specification() -> None:
    found = corrected_rate(GOLDEN)

    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.551, 0.408, 0.686), abs=5e-4)


def test_the_order_of_strata_and_empty_ones_change_nothing() -> None:
    found = corrected_rate([Stratum(True, 0, 0, 0), *reversed(GOLDEN)])

    assert found == corrected_rate(GOLDEN)


def test_where_every_request_is_labelled_the_rate_is_certain() -> None:
    found = corrected_rate([Stratum(True, 10, 10, 6), Stratum(False, 8, 8, 2)])

    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.75, 0.75, 0.75))


def test_a_stratum_that_nobody_labelled_leaves_the_rate_unknown() -> None:
    assert corrected_rate([*GOLDEN, Stratum(True, 5, 0, 0)]) is None


def test_one_label_for_several_requests_allows_no_interval() -> None:
    found = corrected_rate([*GOLDEN, Stratum(True, 5, 1, 1)])

    assert found is not None
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(("answered", "rate"), [(True, 1.0), (False, 0.0)])
def test_a_sum_of_nothing_allows_no_interval(answered: bool, rate: float) -> None:
    nothing = Stratum(not answered, 40, 30, 0)

    found = corrected_rate([Stratum(answered, 40, 30, 20), nothing])

    assert found is not None
    assert (found.value, found.low, found.high) == (rate, None, None)


def test_without_a_genuine_request_there_is_no_rate() -> None:
    assert corrected_rate([replace(it, n_genuine=0) for it in GOLDEN]) is None
    assert corrected_rate([]) is None


def test_the_share_of_one_stratum_has_the_wilson_interval_of_its_sample() -> None:
    found = share([Stratum(True, 10**9, 41, 30)])

    low, high = proportion_confint(30 * 40 / 41, 40, method="wilson")
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((30 / 41, low, high), rel=1e-4)


def test_a_share_weighs_strata_by_their_requests() -> None:
    found = share([Stratum(True, 900, 30, 30), Stratum(False, 100, 50, 0)])

    assert found is not None
    assert found.value == pytest.approx(0.9)


def test_recall_is_the_selected_part_of_genuine_requests() -> None:
    found = recall(GOLDEN[:2], GOLDEN[2:])

    assert found is not None
    assert found.value == pytest.approx(0.8767, abs=1e-4)
    assert found.low is not None
    assert found.low < 0.8


def test_finding_nothing_outside_a_selection_does_not_prove_that_nothing_is_there() -> None:
    found = recall(GOLDEN[:2], [replace(it, n_genuine=0) for it in GOLDEN[2:]])

    assert found is not None
    assert found.value == 1
    assert found.low is not None
    assert found.low < 0.95


def test_what_has_nothing_outside_finds_everything() -> None:
    found = recall(GOLDEN, [])

    assert found is not None
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_kappa_is_cohens() -> None:
    pairs = [*[("a", "a")] * 20, *[("a", "b")] * 5, *[("b", "a")] * 10, *[("b", "b")] * 15]

    found = agreement(pairs)

    assert (found.n_both, found.n_differing) == (50, 15)
    assert found.kappa == pytest.approx(cohens_kappa([[20, 5], [10, 15]]).kappa)


def test_kappa_is_undefined_where_both_always_say_the_same() -> None:
    assert agreement([(True, True)] * 9).kappa is None
    assert agreement([]).kappa is None


SHARES = (0.7, 0.45, 0.06, 0.03)  # of genuine requests, in the strata of GOLDEN


def sample(random: Random, strata: list[Stratum], genuine: list[int]) -> list[Stratum]:
    """Each stratum with what a simple random sample of it would find."""
    return [
        replace(
            it, n_genuine=sum(n < g for n in random.sample(range(it.n_requests), it.n_labelled))
        )
        for it, g in zip(strata, genuine, strict=True)
    ]


def test_intervals_cover_what_they_estimate_in_about_95_of_100_samples() -> None:
    random = Random(20261130)
    genuine = [round(it.n_requests * p) for it, p in zip(GOLDEN, SHARES, strict=True)]
    truths = {
        "rate": (genuine[0] + genuine[2]) / sum(genuine),
        "precision": sum(genuine[:2]) / 600,
        "recall": sum(genuine[:2]) / sum(genuine),
    }
    n_covered = dict.fromkeys(truths, 0)

    for _ in range(2000):
        strata = sample(random, GOLDEN, genuine)
        found = {
            "rate": corrected_rate(strata),
            "precision": share(strata[:2]),
            "recall": recall(strata[:2], strata[2:]),
        }
        for name, it in found.items():
            assert it is not None
            assert it.low is not None
            assert it.high is not None
            n_covered[name] += it.low <= truths[name] <= it.high

    assert min(n_covered.values()) >= 0.93 * 2000  # 97, 94 and 96 of 100
