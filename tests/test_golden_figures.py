"""The published and worked figures that docs/method.md promises to reproduce."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from scipy.stats import CensoredData, binomtest, ecdf
from worlds import answers, asks, at, board, values

from socialscore.engines.duckdb import DuckDB
from socialscore.model import Account, Body, Score
from socialscore.panel import Panel, adoption
from socialscore.reporters.humane import share
from socialscore.scoring.metrics import METRICS, key_metric
from socialscore.scoring.order import in_order
from socialscore.scoring.statement import compose

VARIANTS = {"response": "direct", "spoken": "direct", "request": "message"}


def scored(n_answered: int, n_requests: int) -> dict[str, Any]:
    """What the score relation derives from two counts alone."""
    counts = {m.name: [0] for m in METRICS if m.over == "wait" and m.unit == "count"}
    delays = {m.name: [0.0] for m in METRICS if m.over == "wait" and m.unit != "count"}
    tally = {"body_id": ["a"], **counts, **delays}
    tally |= {"n_requests": [n_requests], "n_answered": [n_answered]}
    excluded = {m.name: [0] for m in METRICS if m.over == "exclusion"}
    given = {
        "body": {"body_id": ["a"]},
        "tally": tally | {"response_rate": [n_answered / n_requests]},
        "patience": {"body_id": ["a"], "median_wait": [0.0]},
        "excluded": {"body_id": ["a"], **excluded},
        "collected": {"body_id": ["a"], "coverage": [1.0]},
        "activity": {"body_id": ["a"], "n_replies": [n_answered]},
    }
    with DuckDB() as engine:
        for name, columns in given.items():
            engine.relation(name, pa.table(columns))
        (row,) = engine.query(compose(VARIANTS, given=given), {}).to_pylist()
    return row


def order_of(*counts: tuple[int, int]) -> list[str]:
    """The bodies with these counts, answered of requests, in order of rank."""
    scores = [
        Score(Body(f"{k}/{n}", f"{k}/{n}"), scored(k, n) | {"median_delay": None})
        for k, n in counts
    ]
    return [score.body.body_id for score in in_order(scores, key_metric("response_rate"))]


def test_1_the_worked_example_of_fanpage_karma() -> None:
    delays = [10, 45, 120, 1200, 53]
    rows = [asks(f"q{i}", at(i), author_id=f"c{i}") for i in range(5)]
    rows += [answers(f"a{i}", f"q{i}", at(i, minutes=delay)) for i, delay in enumerate(delays)]

    found = values(board(rows, horizon="none"))

    assert found["median_delay"] == 53 * 60
    assert found["mean_delay"] == pytest.approx(285.6 * 60)
    assert scored(11, 20)["response_rate"] == 0.55


def test_2_all_questions_that_socialbakers_counted_in_spring_2012() -> None:
    found = scored(477_478, 1_574_775)

    assert round(found["response_rate"], 4) == 0.3032
    assert round(found["response_rate_low"], 4) == 0.3025
    assert round(found["response_rate_high"], 4) == 0.3039
    assert found["devoted_index"] == -619_819


def test_3_vodafone_uk_in_the_last_quarter_of_2012() -> None:
    found = scored(5_462, 7_030)

    assert round(found["response_rate"], 4) == 0.7770
    assert round(found["response_rate_low"], 4) == 0.7671
    assert round(found["response_rate_high"], 4) == 0.7865
    assert found["devoted_index"] == 3_894


def test_4_the_ends_of_the_order_of_abgeordnetenwatch_2018() -> None:
    assert order_of((36, 36), (67, 67), (52, 52)) == ["67/67", "52/52", "36/36"]
    assert order_of((0, 58), (0, 33), (0, 43)) == ["0/33", "0/43", "0/58"]
    assert round(scored(5_221, 7_056)["response_rate"], 4) == 0.7399


@pytest.mark.parametrize(
    ("n_answered", "n_requests", "low", "high"),
    [(8, 48, 0.0870, 0.2958), (56, 131, 0.3460, 0.5131), (3, 3, 0.4385, 1.0)],
)
def test_5_wilsons_interval(n_answered: int, n_requests: int, low: float, high: float) -> None:
    found = scored(n_answered, n_requests)

    assert round(found["response_rate_low"], 4) == low
    assert round(found["response_rate_high"], 4) == high


@pytest.mark.parametrize("n_requests", [1, 2, 7, 50, 1_000, 1_574_775])
@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.97, 1.0])
def test_wilsons_interval_is_that_of_scipy(n_requests: int, part: float) -> None:
    n_answered = round(part * n_requests)

    found = scored(n_answered, n_requests)

    oracle = binomtest(n_answered, n_requests).proportion_ci(0.95, method="wilson")
    assert found["response_rate_low"] == pytest.approx(oracle.low, abs=1e-12)
    assert found["response_rate_high"] == pytest.approx(oracle.high, abs=1e-12)


@pytest.mark.parametrize(
    ("n_adopting", "n_bodies", "text"),
    [(21, 26, "81 %"), (34, 50, "68 %"), (24, 26, "92 %"), (42, 50, "84 %")],
)
def test_6_adoption_as_counted_by_the_institut_edgar_quinet(
    n_adopting: int, n_bodies: int, text: str
) -> None:
    account = Account("twitter", "1", "somebody")
    bodies = [
        Body(str(n), str(n), "region", (account,) if n < n_adopting else ())
        for n in range(n_bodies)
    ]

    counted = adoption(Panel("test", tuple(bodies)), ["twitter"])

    assert counted == {"region": (n_bodies, n_adopting)}
    assert share(n_adopting / n_bodies) == text


@pytest.mark.parametrize(("clock_start", "hours"), [("first", 32), ("last", 9)])
def test_8_two_messages_within_24_hours_are_one_episode(clock_start: str, hours: int) -> None:
    rows = [
        asks("m1", datetime(2026, 10, 10, 12, tzinfo=UTC)),
        asks("m2", datetime(2026, 10, 11, 11, tzinfo=UTC)),
        answers("a1", "m2", datetime(2026, 10, 11, 20, tzinfo=UTC)),
    ]

    found = values(board(rows, unit="episode", clock_start=clock_start))

    assert found["n_requests"] == 1
    assert found["median_delay"] == hours * 3600


def test_8_a_minute_more_than_24_hours_makes_two_episodes() -> None:
    rows = [
        asks("m1", datetime(2026, 10, 10, 12, tzinfo=UTC)),
        asks("m2", datetime(2026, 10, 11, 12, 1, tzinfo=UTC)),
        answers("a1", "m2", datetime(2026, 10, 11, 20, tzinfo=UTC)),
    ]

    found = values(board(rows, unit="episode"))

    assert (found["n_requests"], found["n_answered"]) == (2, 1)


def test_9_a_median_over_the_answered_rewards_silence() -> None:
    rows = [asks(f"q{i}", at(i), author_id=f"c{i}") for i in range(10)]
    rows += [answers(f"a{i}", f"q{i}", at(i, minutes=5)) for i in range(4)]

    found = values(board(rows))

    assert found["response_rate"] == 0.4
    assert found["median_delay"] == 300
    assert found["median_wait"] is None  # longer than the horizon: "> 7 d"


def test_the_median_wait_is_the_one_of_scipys_kaplan_meier_estimate() -> None:
    random = Random(20261123)
    samples = {
        f"body {n}": [
            # Whole minutes make ties; a wait that no response ended is censored.
            (60.0 * random.randint(1, 30), random.random() < 0.6)
            for _ in range(random.randint(1, 40))
        ]
        for n in range(200)
    }
    waits = [
        {"body_id": name, "elapsed_seconds": seconds, "ended": ended, "selected": True}
        for name, sample in samples.items()
        for seconds, ended in sample
    ]

    with DuckDB() as engine:
        engine.relation("wait", pa.Table.from_pylist(waits))
        rows = engine.query(compose(VARIANTS, target="patience", given=["wait"]), {}).to_pylist()

    found = {row["body_id"]: row["median_wait"] for row in rows}
    for name, sample in samples.items():
        censored = CensoredData(
            uncensored=[seconds for seconds, ended in sample if ended],
            right=[seconds for seconds, ended in sample if not ended],
        )
        steps = ecdf(censored).sf
        reached = steps.quantiles[steps.probabilities <= 0.5 + 1e-12]
        assert found.get(name) == (reached[0] if len(reached) else None)
