"""Moments at which one thing ends and another begins: each belongs to exactly one side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from worlds import PANEL, VILLE, answers, asks, at, board, values

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account


def test_a_message_deleted_in_the_second_of_its_response_had_one() -> None:
    rows = [asks("q", at(1), deleted_at=at(1, 2).replace(tzinfo=None)), answers("a", "q", at(1, 2))]

    found = values(board(rows, exclude="deleted"))

    assert (found["n_requests"], found["n_answered"]) == (1, 1)


@pytest.mark.parametrize(("seconds", "n_requests"), [(0, 1), (1, 0)])
def test_a_request_matures_at_the_very_end_of_its_horizon(seconds: int, n_requests: int) -> None:
    found = values(board([asks("q", at(1, seconds=seconds))], as_of="2026-09-15"))

    assert found["n_requests"] == n_requests
    assert found["n_pending"] == 1 - n_requests


@pytest.mark.parametrize(("seconds", "n_requests"), [(0, 1), (1, 0)])
def test_without_a_horizon_a_request_may_need_an_age_to_count(
    seconds: int, n_requests: int
) -> None:
    rows = [asks("q", at(1, seconds=seconds)), answers("a", "q", at(14, 23))]

    scoreboard = board(rows, as_of="2026-09-22", horizon="none", min_age="14d", period="2026-W37")
    found = values(scoreboard)

    assert (found["n_requests"], found["n_answered"]) == (n_requests, n_requests)
    assert found["n_pending"] == 1 - n_requests
    assert scoreboard.provisional


def test_with_a_horizon_no_age_is_asked_for() -> None:
    found = values(board([asks("q", at(1))], as_of="2026-09-15", min_age="14d"))

    assert found["n_requests"] == 1


@pytest.mark.parametrize(("seconds", "n_requests"), [(-1, 1), (0, 0)])
def test_a_message_at_the_end_of_the_data_is_not_known(seconds: int, n_requests: int) -> None:
    found = values(board([asks("q", at(1, seconds=seconds))], as_of="2026-09-08", horizon="none"))

    assert found["n_requests"] == n_requests


@pytest.mark.parametrize(("days", "column"), [(1, "n_answered"), (2, "n_late")])
def test_the_horizon_and_twice_the_horizon_belong_to_what_they_end(days: int, column: str) -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1 + days))]
    later = [asks("q", at(1)), answers("a", "q", at(1 + days, seconds=1))]

    assert values(board(rows, horizon="1d"))[column] == 1
    assert values(board(later, horizon="1d"))[column] == 0


def test_clocks_that_go_forward_shorten_no_watch() -> None:
    # On 4 October, Sydney's day has 23 hours. The week ends on 27 September at 14:00 UTC.
    rows = [asks("q", at(20, 13, 59)), answers("a", "q", at(34, 13, 58))]

    found = values(
        board(rows, period="2026-W39", timezone="Australia/Sydney", exclude_bursts=False)
    )

    assert found["n_late"] == 1


FOUR_DAYS = [asks(f"q{n}", at(1, 23 * n), question_mark=n > 0) for n in range(5)]
"""An episode; the last message comes 92 hours after the first."""


@pytest.mark.parametrize(("clock_start", "delay"), [("first", 95), ("last", 3)])
def test_the_horizon_runs_from_the_first_message_wherever_the_delay_does(
    clock_start: str, delay: float
) -> None:
    rows = [*FOUR_DAYS, answers("a", "q4", at(1, 95))]

    def found(hours: int, as_of: str | None = None) -> dict[str, Any]:
        options = {"unit": "episode", "clock_start": clock_start, "horizon": f"{hours}h"}
        return values(board(rows, as_of=as_of, **options))

    assert (found(95)["n_answered"], found(95)["median_delay"]) == (1, delay * 3600)
    assert (found(94)["n_answered"], found(94)["n_late"]) == (0, 1)
    # It was asked on 8 September.
    assert found(96, as_of="2026-09-12")["n_requests"] == 1
    assert found(96, as_of="2026-09-11T23:59:59")["n_pending"] == 1


@pytest.mark.parametrize(("to", "n_late"), [("q1", 1), ("q2", 0)])
def test_what_is_added_later_than_the_horizon_belongs_to_the_request_and_changes_nothing(
    to: str, n_late: int
) -> None:
    rows = [asks(f"q{n}", at(1, 20 * n), question_mark=n == 2) for n in range(3)]
    rows += [answers("a", to, at(1, 47))]
    options = {"unit": "episode", "horizon": "24h", "clock_start": "last"}

    found = values(board(rows, **options))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, n_late)
    assert found["n_selected_question_mark"] == 0


def test_late_is_late_for_the_request_whichever_of_its_messages_is_answered() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(1, 20)), asks("q3", at(1, 40))]
    rows += [answers("a", "q3", at(1, 60))]

    found = values(board(rows, unit="episode", horizon="1d"))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, 0)


@pytest.mark.parametrize(("to", "n_requests"), [("citizen", 2), ("somebody", 1)])
def test_by_direct_match_a_turn_is_a_reply_to_the_person(to: str, n_requests: int) -> None:
    rows = [asks("q1", at(1)), asks("q2", at(1, 2))]
    rows += [answers("a", "elsewhere", at(1, 1), citizen=to, addressed_ids=["citizen"])]

    found = values(board(rows, unit="episode"))

    assert found["n_requests"] == n_requests


def test_replies_to_what_is_not_selected_are_not_too_early() -> None:
    chat = asks("q", at(1), question_mark=False, question=False, request=False)
    rows = [chat, answers("a", "q", at(1, minutes=-5))]

    assert values(board(rows, selection="all"))["n_too_early"] == 1
    assert values(board(rows, selection="requests"))["n_too_early"] == 0


def test_a_reply_dated_more_than_a_day_early_is_none() -> None:
    rows = [asks("q", at(2)), answers("a", "q", at(0, 23)), answers("b", "q", at(1, 1))]

    assert values(board(rows))["n_too_early"] == 1


@pytest.mark.parametrize("bursts", [True, False])
def test_a_response_just_before_the_period_answers_its_first_request(bursts: bool) -> None:
    rows = [asks("q", at(7)), answers("a", "q", at(7, seconds=-30))]

    found = values(board(rows, period="2026-W38", exclude_bursts=bursts))

    assert (found["n_answered"], found["median_delay"]) == (1, 0)


def test_a_reply_to_an_account_that_was_no_longer_the_bodys_makes_no_burst() -> None:
    former = Account("twitter", "3", "ancien", valid_until=date(2026, 9, 10))
    panel = Panel("test", (replace(VILLE, accounts=(*VILLE.accounts, former)), PANEL.bodies[0]))
    rows = [asks(f"q{n}", at(6, n), author_id=f"c{n}") for n in range(4)]
    rows += [asks("q4", at(6, 4), author_id="c4", account_id="3")]
    for n in range(5):
        when = at(6, n, seconds=5)
        rows.append(answers(f"a{n}", f"q{n}", when, citizen=f"c{n}", text_digest="same"))

    found = values(board(rows, panel))

    assert (found["n_requests"], found["n_answered"]) == (4, 4)


@pytest.mark.parametrize(
    ("asked", "answered", "seconds"),
    [
        ("08:59:59", "09:00:00", 0),
        ("09:00:00", "09:00:01", 1),
        ("16:59:59", "17:00:00", 1),
        ("17:00:00", "17:00:01", 0),
    ],
)
def test_an_opening_holds_its_first_second_and_not_the_one_after_it(
    asked: str, answered: str, seconds: int
) -> None:
    paris = ZoneInfo("Europe/Paris")
    moments = [
        datetime.combine(date(2026, 9, 9), time.fromisoformat(text), tzinfo=paris)
        for text in (asked, answered)
    ]
    rows = [asks("q", moments[0]), answers("a", "q", moments[1])]

    found = values(board(rows, clock="business", calendar="every-day-9-17"))

    assert found["median_delay"] == seconds
