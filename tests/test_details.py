"""Networks, hours of the week and waits of each body, as they are counted.

That Spark counts networks and waits alike, publications of both engines show: they are the same
bytes. Hours need more requests than those have.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from engines import engine
from test_breakdown import AID, TOWNS, exchange
from worlds import ALL, END, PANEL, asks, at, board, world

from socialscore.inputs.ranking import load_ranking
from socialscore.model.details import HourLine
from socialscore.scoring import MessageSource
from socialscore.scoring.details import count_details

if TYPE_CHECKING:
    from collections.abc import Iterable

    from socialscore.inputs.panel import Panel
    from socialscore.model.details import Details

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def counted(
    rows: Iterable[dict[str, Any]], panel: Panel = PANEL, icc: float = 0.0, **options: Any
) -> Details:
    """What is counted of each body, in a world where every message is watched for a week."""
    source = MessageSource(world(list(rows), panel), engine=engine)
    return count_details(source, panel, load_ranking(None, ALL | options), icc)


def at_once(*delays: timedelta | None, first: int = 0, **columns: Any) -> list[dict[str, Any]]:
    """Requests of different people at one moment, answered after these delays."""
    return [
        row
        for n, delay in enumerate(delays, start=first)
        for row in exchange(f"q{n}", at(1, 9), delay, **columns)
    ]


def test_each_network_of_a_body_is_a_line_and_together_they_are_its_requests() -> None:
    on_page = {"network": "facebook", "account_id": "1"}
    rows = [
        *at_once(HOUR, None, HOUR),
        *at_once(None, HOUR, first=10, account_id=AID.account_id),
        *at_once(None, first=20, **on_page),
    ]

    lines = counted(rows, TOWNS).networks

    assert [(it.body_id, it.network, it.n_requests, it.n_answered) for it in lines] == [
        ("ville", "facebook", 1, 0),
        ("ville", "twitter", 5, 3),
    ]
    whole = next(it for it in board(rows, TOWNS).scores if it.body.body_id == "ville")
    assert sum(it.n_requests for it in lines) == whole.values["n_requests"]


def test_the_interval_of_a_network_knows_that_requests_of_a_day_resemble_each_other() -> None:
    rows = at_once(*[HOUR] * 6, *[None] * 4)

    (alone,), (clustered,) = (counted(rows, icc=icc).networks for icc in (0.0, 0.5))

    assert alone.response_rate == clustered.response_rate == 0.6
    assert (alone.wilson_low, alone.wilson_high) == pytest.approx((0.3127, 0.8318), abs=1e-4)
    # deff = 1 + (100 / 10 - 1) * 0.5 = 5.5: as many as 1.8 independent requests.
    assert clustered.wilson_low < 0.15
    assert clustered.wilson_high > 0.93


@pytest.mark.parametrize(("n_asked", "n_shown"), [(4, 0), (5, 1)])
def test_an_hour_with_fewer_than_five_requests_is_left_out(n_asked: int, n_shown: int) -> None:
    hours = counted(at_once(*[HOUR] * n_asked)).hours

    assert hours == (HourLine("ville", 2, 9, n_asked, n_asked),) * n_shown


@pytest.mark.both_engines
def test_hours_are_those_of_the_thirteen_weeks_that_end_with_the_period() -> None:
    period = "2026-09-21..2026-09-27"
    days = [at(14 + 1, 9) - timedelta(weeks=n) for n in range(3)]
    rows = [
        row
        for n, when in enumerate(days)
        for copy in range(2)
        for row in exchange(f"q{n}{copy}", when, HOUR)
    ]
    later = [row for n in range(9) for row in exchange(f"r{n}", at(22, 9), HOUR)]

    found = counted([*rows, *later], period=period)

    assert found.hours == (HourLine("ville", 2, 9, 6, 6),)
    assert [it.n_requests for it in found.networks] == [2]


def test_hours_are_those_of_the_timezone_and_an_hour_that_comes_twice_is_one() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Paris, and again an hour later
    rows = [row for n in range(5) for row in exchange(f"q{n}", night + (n % 2) * HOUR, MINUTE)]

    assert counted(rows, timezone="Europe/Paris").hours == (HourLine("ville", 7, 2, 5, 5),)


def test_the_curve_of_waits_falls_at_the_round_times_after_which_responses_came() -> None:
    rows = at_once(MINUTE, 2 * MINUTE, 7 * MINUTE, HOUR, None)

    waits = {it.after_seconds: it.waiting for it in counted(rows).waits}

    assert waits[60] == pytest.approx(0.8)
    assert waits[120] == waits[300] == pytest.approx(0.6)
    assert waits[600] == pytest.approx(0.4)
    assert waits[3_600] == waits[7 * 86_400] == pytest.approx(0.2)
    assert max(waits) == 7 * 86_400  # the horizon


def test_a_wait_that_is_not_over_yet_leaves_the_curve_when_it_is_seen_no_longer() -> None:
    asked_late = [asks(f"late{n}", END - 2 * HOUR, author_id=f"l{n}") for n in range(5)]

    waits = counted([*at_once(*[HOUR] * 5), *asked_late]).waits

    assert [it.waiting for it in waits if it.after_seconds >= 3_600] == pytest.approx([0.5, 0.5])
    assert max(it.after_seconds for it in waits) == 7_200


def test_of_fewer_than_five_requests_nobodys_wait_is_told() -> None:
    assert counted(at_once(*[HOUR] * 4)).waits == ()
