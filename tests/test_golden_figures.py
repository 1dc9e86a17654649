"""The published and worked figures that docs/method.md promises to reproduce."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from engines import engine
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint
from worlds import answers, asks, at, board, values

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body
from socialscore.model.scoreboard import Clusters, Score, Scoreboard
from socialscore.reporters.formatting import share
from socialscore.scoring.adoption import adoption
from socialscore.scoring.comparison import compare
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.order import in_order
from socialscore.scoring.statement import compose

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

pytestmark = pytest.mark.both_engines

DEFAULT = load_ranking()
METRICS = metrics_for(DEFAULT)
VARIANTS = {
    "reply": "direct", "spoken": "direct", "membership": "message", "request": "message",
    "eligible": "period", "clocked": "calendar", "grouping": "body",
}  # fmt: skip


def statement(target: str, given: Collection[str]) -> str:
    return compose(METRICS, VARIANTS, target=target, given=given)


def measured(*counts: tuple[int, int]) -> list[dict[str, Any]]:
    """What lines of the table derive from two counts alone: answered of requests."""
    zeros = {metric.name: 0.0 for metric in METRICS if metric.over not in ("tally", "category")}
    no_wait = dict.fromkeys(("median_wait_low", "median_wait_high"))
    no_delay = dict.fromkeys(("median_delay_low", "median_delay_high", "trimmed_delay"))
    lines = [
        {"n_requests": n, "n_answered": k, "response_rate": k / n, "median_wait": None}
        for k, n in counts
    ]
    given = {
        "counted": [{**zeros, "category": "", **line} for line in lines],
        "effect": [{"deff": 1.0, "promise_deff": 1.0, "n_promised": 0}] * len(lines),
        "wait_spread": [no_wait] * len(lines),
        "spread": [no_delay] * len(lines),
    }
    with engine() as running:
        for name, rows in given.items():
            numbered = [{"line_id": f"{nth:02}", **row} for nth, row in enumerate(rows)]
            running.relation(name, pa.Table.from_pylist(numbered))
        found = running.query(statement("measured", given), {})
    return sorted(found, key=lambda row: str(row["line_id"]))


def scored(n_answered: int, n_requests: int) -> dict[str, Any]:
    """What one line derives from its counts."""
    return measured((n_answered, n_requests))[0]


def order_of(*counts: tuple[int, int]) -> list[str]:
    """The bodies with these counts, answered of requests, in order of rank."""
    scores = [
        Score(Body(f"{k}/{n}", f"{k}/{n}"), row | {"median_delay": None})
        for (k, n), row in zip(counts, measured(*counts), strict=True)
    ]
    return [score.body.body_id for score in in_order(scores, key_metric(DEFAULT), DEFAULT)]


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
    assert round(found["wilson_low"], 4) == 0.3025
    assert round(found["wilson_high"], 4) == 0.3039
    assert found["devoted_index"] == -619_819


def test_3_vodafone_uk_in_the_last_quarter_of_2012() -> None:
    found = scored(5_462, 7_030)

    assert round(found["response_rate"], 4) == 0.7770
    assert round(found["wilson_low"], 4) == 0.7671
    assert round(found["wilson_high"], 4) == 0.7865
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

    assert round(found["wilson_low"], 4) == low
    assert round(found["wilson_high"], 4) == high


def test_wilsons_interval_is_that_of_scipy() -> None:
    sizes, parts = (1, 2, 7, 50, 1_000, 1_574_775), (0.0, 0.01, 0.5, 0.97, 1.0)
    counts = [(round(part * n), n) for n in sizes for part in parts]

    found = [(row["wilson_low"], row["wilson_high"]) for row in measured(*counts)]

    oracles = [binomtest(k, n).proportion_ci(0.95, method="wilson") for k, n in counts]
    assert found == [pytest.approx((it.low, it.high), abs=1e-12) for it in oracles]


@pytest.mark.parametrize(
    ("n_adopting", "n_bodies", "text"),
    [(21, 26, "81 %"), (34, 50, "68 %"), (24, 26, "92 %"), (42, 50, "84 %")],
)
def test_6_adoption_as_counted_by_the_institut_edgar_quinet(
    n_adopting: int, n_bodies: int, text: str
) -> None:
    categories = {str(n): "region" for n in range(n_bodies)}
    on = {str(n): {"twitter"} for n in range(n_adopting)}

    (line,) = adoption(categories, on, ["twitter"])

    assert (line.with_account.n, line.with_account.of) == (n_adopting, n_bodies)
    assert share(line.with_account.value) == text


SEVEN = """
title = "From {opens}"
timezone = "Europe/Paris"

[hours]
{days} = ["{opens}-{closes}"]
"""
DAILY = "monday-sunday"


@pytest.mark.parametrize(
    ("days", "opens", "closes", "asked", "answered", "off_hours_reply", "minutes"),
    [
        (DAILY, "09:00", "17:00", "2026-09-09T06:00", "2026-09-09T09:05", "zero", 5),
        (DAILY, "09:00", "17:00", "2026-09-09T06:00", "2026-09-09T08:45", "zero", 0),
        (DAILY, "09:00", "17:00", "2026-09-09T06:00", "2026-09-09T08:45", "elapsed", 165),
        # Monday to Friday: an open hour after Friday 16:30 it is Monday 09:30.
        ("monday-friday", "09:00", "17:00", "2026-09-11T16:30", "2026-09-14T09:30", "zero", 60),
        (DAILY, "07:00", "18:00", "2026-09-09T18:00", "2026-09-10T08:00", "zero", 60),
    ],
)
def test_7_delays_in_open_hours(
    days: str,
    opens: str,
    closes: str,
    asked: str,
    answered: str,
    off_hours_reply: str,
    minutes: int,
    tmp_path: Path,
) -> None:
    (tmp_path / "calendars").mkdir()
    content = SEVEN.format(days=days, opens=opens, closes=closes)
    (tmp_path / "calendars" / "seven.toml").write_text(content, encoding="utf-8")
    paris = ZoneInfo("Europe/Paris")
    rows = [
        asks("q", datetime.fromisoformat(asked).replace(tzinfo=paris)),
        answers("a", "q", datetime.fromisoformat(answered).replace(tzinfo=paris)),
    ]
    options = {"clock": "business", "calendar": "seven", "off_hours_reply": off_hours_reply}

    found = values(board(rows, beside=[tmp_path / "ranking.toml"], **options))

    assert found["median_delay"] == 60 * minutes
    assert found["median_wait"] == 60 * minutes


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


def test_10_a_difference_that_may_be_chance_has_no_arrow() -> None:
    rows = [asks(f"q{i}", at(hours=i), author_id=f"c{i}") for i in range(50)]
    rows += [answers(f"a{i}", f"q{i}", at(hours=i, minutes=5)) for i in range(30)]
    rows += [asks(f"r{i}", at(7, hours=i), author_id=f"d{i}") for i in range(60)]
    rows += [answers(f"b{i}", f"r{i}", at(7, hours=i, minutes=5)) for i in range(42)]
    then, now = (board(rows, period=week, horizon="1d", icc=0) for week in ("2026-W37", "2026-W38"))

    compared = compare(now, then)

    change = next(s for s in compared.scores if s.body.body_id == "ville").change
    assert change is not None
    assert change.difference == pytest.approx(0.1)
    assert (round(change.low, 3), round(change.high, 3)) == (-0.076, 0.271)
    assert change.direction is None


# Ten requests each on five working days: how many of them have a response.
ALL_OR_NOTHING, EVERY_DAY_ALIKE = (10, 10, 10, 0, 0), (6, 6, 6, 6, 6)


def clustered(n_pairs: int, **options: Any) -> Scoreboard:
    """Bodies that answer all or nothing on a day, and bodies that answer six of ten each day."""
    answered = {
        str(2 * pair + kind): days
        for pair in range(n_pairs)
        for kind, days in enumerate((ALL_OR_NOTHING, EVERY_DAY_ALIKE))
    }
    bodies = [Body(it, it, "", (Account("twitter", it, f"v{it}"),)) for it in answered]
    rows = []
    for body_id, days in answered.items():
        own = {"account_id": body_id}
        for day, n_answered in enumerate(days):
            for n in range(10):
                name, when = f"{body_id}-{day}-{n}", at(day, hours=n)
                rows.append(asks(name, when, author_id=f"c{name}", **own))
                if n < n_answered:
                    reply = own | {"author_id": body_id}
                    rows.append(answers(f"a{name}", name, when, **reply))
    return board(rows, Panel("test", tuple(bodies)), period="2026-W37", **options)


def test_12_requests_of_one_day_that_share_their_fate_say_less() -> None:
    found = clustered(1)
    assert found.clusters == Clusters(icc=0.05, assumed=True, median_deff=pytest.approx(1.45))

    found = clustered(1, icc=0.50617)

    assert [score.values["deff"] for score in found.scores] == [pytest.approx(5.5556, abs=1e-4)] * 2
    low, high = proportion_confint(0.6 * 9.0, 9.0, method="wilson")
    for score in found.scores:
        assert score.values["wilson_low"] == pytest.approx(low, abs=1e-5)
        assert score.values["wilson_high"] == pytest.approx(high, abs=1e-5)


def test_12_how_alike_they_are_is_estimated_from_thirty_days_or_more() -> None:
    clusters = clustered(4).clusters  # 4 times 8 days more than there are working weeks

    assert clusters is not None
    assert not clusters.assumed
    assert clusters.icc == pytest.approx((1.5 - 2 / 15) / (1.5 + 9 * 2 / 15), abs=1e-9)
    assert round(clusters.icc, 5) == 0.50617


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({"deleted_at": at(1, minutes=3).replace(tzinfo=None)}, "deleted"),
        ({"kind": "direct"}, "private"),
    ],
)
def test_14_what_is_left_out_leaves_nothing_else_out(first: dict[str, Any], reason: str) -> None:
    rows = [
        asks("1", at(1), text_digest="the lamp is off") | first,
        asks("2", at(1, minutes=5), text_digest="the lamp is off"),
    ]

    found = values(board(rows, unit="episode", exclude="default"))

    assert (found["n_requests"], found[f"n_excluded_{reason}"]) == (1, 1)
    assert found["n_excluded_duplicate"] == 0
