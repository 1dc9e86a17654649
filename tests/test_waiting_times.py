"""What is said of waiting times, against scipy and statsmodels: 200 random cases, in one statement.

Whole minutes make ties, and between a tenth and nine tenths of the waits are censored. Each test
goes through all cases: a test of its own for each would cost more than what it compares.
"""

from __future__ import annotations

import warnings
from functools import cache
from random import Random
from typing import Any

import engines
import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import CensoredData, binom, ecdf
from statsmodels.duration.survfunc import SurvfuncRight

from socialscore.inputs.ranking import load_ranking
from socialscore.scoring.metrics import metrics_for
from socialscore.scoring.statement import compose

Sample = list[tuple[float, bool]]
"""Waits: the seconds, and whether a response ended it."""

TRIM = 0.1

pytestmark = pytest.mark.both_engines


def random_sample(random: Random) -> Sample:
    share = random.uniform(0.1, 0.9)
    longest = random.choice([5, 30, 500])
    return [
        (60.0 * random.randint(1, longest), random.random() < share)
        for _ in range(random.randint(1, random.choice([8, 40, 200])))
    ]


@cache
def samples() -> dict[str, Sample]:
    random = Random(20261123)
    return {f"case {number:03d}": random_sample(random) for number in range(200)}


def found(target: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a relation over the waits of all samples, by sample."""
    return _found(target, engines.in_use)


@cache
def _found(target: str, _engine: str) -> dict[str, list[dict[str, Any]]]:
    waits = [
        {
            "line_id": name, "elapsed_us": round(seconds * 1e6), "selected": True,
            "ended": ended, "answered": ended,
        }
        for name, sample in samples().items()
        for seconds, ended in sample
    ]  # fmt: skip
    # As if no two requests resembled each other.
    effect = [{"line_id": name, "delay_deff": 1.0, "wait_deff": 1.0} for name in samples()]
    sql = compose(metrics_for(load_ranking()), {}, target=target, given=["wait", "effect"])
    with engines.engine() as running:
        running.relation("wait", pa.Table.from_pylist(waits))
        running.relation("effect", pa.Table.from_pylist(effect))
        rows = running.query(sql, {"trim": TRIM} if "$trim" in sql else {})
    by_case: dict[str, list[dict[str, Any]]] = {name: [] for name in samples()}
    for row in rows:
        by_case[row.pop("line_id")].append(row)
    return by_case


def scipy_curve(sample: Sample) -> tuple[Any, Any]:
    """The share that is still waiting, and its interval."""
    ended = [seconds for seconds, ended in sample if ended]
    data = CensoredData(uncensored=ended, right=[s for s, ended in sample if not ended])
    curve = ecdf(data).sf
    with warnings.catch_warnings():  # it warns where everybody, or nobody, is waiting
        warnings.simplefilter("ignore", RuntimeWarning)
        return curve, curve.confidence_interval(0.95, method="log-log")


def first_time(curve: Any) -> float | None:
    """The first time at which half or less are waiting; a share of NaN is none."""
    reached = curve.quantiles[np.asarray(curve.probabilities) <= 0.5 + 1e-12]
    return float(reached[0]) if len(reached) else None


def test_the_median_wait_and_its_interval_are_scipys() -> None:
    for case, sample in samples().items():
        curve, band = scipy_curve(sample)

        (row,), (median,) = found("wait_spread")[case], found("median_wait")[case]

        assert median["median_wait"] == first_time(curve), case
        assert row["median_wait_low"] == first_time(band.low), case
        assert row["median_wait_high"] == first_time(band.high), case


def test_the_share_still_waiting_and_its_interval_are_scipys() -> None:
    for case, sample in samples().items():
        curve, band = scipy_curve(sample)

        by_time = {row["elapsed_us"]: row for row in found("survival")[case]}
        for row in found("survival_interval")[case]:
            by_time[row["elapsed_us"]] |= row
        rows = [by_time[elapsed_us] for elapsed_us in sorted(by_time)]

        assert [row["elapsed_us"] / 1e6 for row in rows] == list(curve.quantiles), case
        for column, expected in (
            ("survival", curve.probabilities),
            ("survival_low", band.low.probabilities),
            ("survival_high", band.high.probabilities),
        ):
            ours = [np.nan if row[column] is None else row[column] for row in rows]
            np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-9, err_msg=case)


def test_the_interval_of_the_median_wait_is_that_of_statsmodels() -> None:
    for case, sample in samples().items():
        seconds, ended = zip(*sample, strict=True)
        if not any(ended):
            continue
        with np.errstate(all="ignore"):  # where nobody is left it divides by 0
            function = SurvfuncRight(np.array(seconds), np.array(ended, dtype=int))
            low, high = function.quantile_ci(0.5, method="cloglog")

        (row,) = found("wait_spread")[case]

        if np.isnan(low):  # the interval is a single time, of which statsmodels knows none
            assert row["median_wait_low"] == row["median_wait_high"], case
            continue
        # Where nobody is left there is no variance, and the interval stays open at the top.
        is_open = function.surv_prob[-1] == 0 and high == function.surv_times[-1]
        assert row["median_wait_low"] == low, case
        assert row["median_wait_high"] == (None if is_open or np.isinf(high) else high), case


def test_the_interval_of_the_median_delay_lies_between_order_statistics() -> None:
    for case, sample in samples().items():
        delays = sorted(seconds for seconds, ended in sample if ended)
        rank = int(binom.ppf(0.025, len(delays), 0.5)) if delays else 0

        rows = found("spread")[case]

        row = rows[0] if rows else {"median_delay_low": None, "median_delay_high": None}
        assert row["median_delay_low"] == (delays[rank - 1] if rank else None), case
        assert row["median_delay_high"] == (delays[-rank] if rank else None), case


def test_the_trimmed_delay_leaves_out_the_slowest() -> None:
    for case, sample in samples().items():
        delays = sorted(seconds for seconds, ended in sample if ended)
        kept = delays[: len(delays) - int(TRIM * len(delays))]

        rows = found("spread")[case]

        expected = [pytest.approx(sum(kept) / len(kept))] if kept else []
        assert [row["trimmed_delay"] for row in rows] == expected, case
