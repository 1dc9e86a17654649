"""What is one request: a message, an episode, an author; and to which period it belongs."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import answers, asks, at, board, counts, line, values

NO_REQUEST = {"question_mark": False, "question": False, "request": False}


# --- episodes ----------------------------------------------------------------------------------


def test_an_episode_is_selected_if_any_of_its_messages_is() -> None:
    rows = [asks("q1", at(1), **NO_REQUEST), asks("q2", at(1, 1))]

    assert counts(board(rows, unit="episode", selection="question-mark")) == (0, 1)


def test_a_new_episode_starts_after_a_response() -> None:
    rows = [asks("q1", at(1)), answers("a", "q1", at(1, 1)), asks("q2", at(1, 2))]

    assert counts(board(rows, unit="episode")) == (1, 2)


@pytest.mark.parametrize(("seconds", "n_requests"), [(0, 1), (1, 2)])
def test_a_new_episode_starts_after_24_hours_of_silence(seconds: int, n_requests: int) -> None:
    rows = [asks("q1", at(1)), asks("q2", at(2, seconds=seconds))]

    assert counts(board(rows, unit="episode")) == (0, n_requests)


def test_an_episode_may_last_for_days() -> None:
    rows = [asks(f"q{n}", at(1, 20 * n)) for n in range(5)]
    rows.append(answers("a", "q4", at(1, 81)))

    found = values(board(rows, unit="episode"))

    assert (found["n_requests"], found["median_delay"]) == (1, 81 * 3600)


def test_what_the_body_says_to_others_does_not_end_an_episode() -> None:
    rows = [
        asks("q1", at(1)),
        asks("x", at(1), author_id="other"),
        answers("a", "x", at(1, 1), citizen="other"),
        asks("q2", at(1, 2)),
    ]

    assert values(board(rows, unit="episode"))["n_requests"] == 2


def test_an_automatic_reply_does_not_end_an_episode() -> None:
    rows = [
        asks("q1", at(1)),
        answers("a", "q1", at(1, 1), response_class="automatic"),
        asks("q2", at(1, 2)),
    ]

    assert counts(board(rows, unit="episode")) == (0, 1)


def test_an_episode_belongs_to_the_period_in_which_it_began() -> None:
    rows = [asks("q1", at(6, 23)), asks("q2", at(7, 1)), answers("a", "q2", at(7, 2))]

    weeks = [board(rows, unit="episode", period=week) for week in ("2026-W37", "2026-W38")]

    assert [counts(week) for week in weeks] == [(1, 1), (0, 0)]


# --- authors -----------------------------------------------------------------------------------


def test_by_author_everything_that_one_wrote_in_the_period_is_one_request() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(5)), asks("q3", at(3), author_id="other")]

    assert counts(board(rows, unit="author")) == (0, 2)


def test_by_author_a_response_to_any_message_answers() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(3)), answers("a", "q2", at(3, 1))]

    found = values(board(rows, unit="author"))

    assert (found["n_requests"], found["n_answered"]) == (1, 1)
    assert found["median_delay"] == 49 * 3600  # it runs from the first message


def test_by_author_a_response_does_not_begin_another_request() -> None:
    rows = [asks("q1", at(1)), answers("a", "q1", at(1, 1)), asks("q2", at(4))]

    assert counts(board(rows, unit="author")) == (1, 1)


def test_by_author_the_horizon_runs_from_the_first_message() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(8)), answers("a", "q2", at(8, 1))]

    found = values(board(rows, unit="author"))

    assert (found["n_answered"], found["n_late"]) == (0, 1)


def test_by_author_one_who_writes_in_two_periods_is_a_request_of_each() -> None:
    rows = [asks("q1", at(6)), asks("q2", at(8)), answers("a", "q2", at(8, 1))]

    weeks = [board(rows, unit="author", period=week) for week in ("2026-W37", "2026-W38")]

    assert [counts(week) for week in weeks] == [(0, 1), (1, 1)]


def test_an_author_who_writes_to_two_bodies_is_a_request_to_each() -> None:
    scoreboard = board([asks("q1", at(1)), asks("q2", at(2), account_id="2")], unit="author")

    assert [counts(scoreboard, name) for name in ("ville", "metro")] == [(0, 1), (0, 1)]


def test_an_author_is_selected_by_any_message_of_the_period() -> None:
    rows = [asks("q1", at(1), **NO_REQUEST), asks("q2", at(5))]

    assert counts(board(rows, unit="author", selection="question-mark")) == (0, 1)


def test_only_episodes_may_run_from_their_last_message() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(1, 4)), answers("a", "q2", at(1, 5))]

    delays = {
        unit: values(board(rows, unit=unit, clock_start="last"))["median_delay"]
        for unit in ("episode", "author", "message")
    }

    assert delays == {"episode": 3600, "author": 5 * 3600, "message": 3600}


# --- maturity ----------------------------------------------------------------------------------


def test_a_request_that_was_not_watched_to_the_end_is_pending() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(20)), answers("a", "q2", at(20, 1))]

    scoreboard = board(rows, as_of=at(21).isoformat())

    found = values(scoreboard)
    assert (found["n_requests"], found["n_answered"], found["n_pending"]) == (1, 0, 1)
    assert scoreboard.provisional


def test_what_happened_after_as_of_is_not_seen() -> None:
    rows = [asks("q1", at(1)), answers("a", "q1", at(5))]

    found = values(board(rows, horizon="3d", as_of=at(4.5).isoformat()))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, 0)


# --- the latest, however old -------------------------------------------------------------------

LATEST = {"period": "2026-W39", "latest": 3}  # from day 14 on


def weekly(*days: float) -> list[dict[str, Any]]:
    """A request on each of these days, answered after as many hours as days had passed."""
    rows = []
    for day in days:
        rows.append(asks(f"q{day}", at(day), author_id=f"c{day}"))
        rows.append(answers(f"a{day}", f"q{day}", at(day, day), citizen=f"c{day}"))
    return rows


def test_a_body_with_few_requests_in_the_period_is_given_older_ones() -> None:
    found = values(board(weekly(1, 2, 5, 15), **LATEST))

    assert found["n_requests"] == 3
    assert found["median_delay"] == 5 * 3600  # of days 2, 5 and 15


def test_a_body_with_enough_requests_is_given_none() -> None:
    assert values(board(weekly(5, 14, 15, 16, 17), **LATEST))["n_requests"] == 4


def test_each_body_is_given_its_own_older_requests() -> None:
    elsewhere = [
        row | {"account_id": "2", "message_id": f"m{row['message_id']}"}
        | ({"author_id": "2", "reply_to_id": f"m{row['reply_to_id']}"} if row["author_id"] == "1"
           else {})
        for row in weekly(3, 4)
    ]  # fmt: skip

    scoreboard = board(weekly(1, 14, 15, 16) + elsewhere, **LATEST)

    assert [counts(scoreboard, name) for name in ("ville", "metro")] == [(3, 3), (2, 2)]


def test_older_requests_count_only_if_they_are_selected_and_have_matured() -> None:
    rows = [
        *weekly(1, 15),
        asks("x", at(4), author_id="x", **NO_REQUEST),
        asks("y", at(19), author_id="y"),
    ]

    found = values(board(rows, **LATEST, selection="questions", as_of=at(23).isoformat()))

    assert (found["n_requests"], found["n_pending"]) == (2, 1)


def test_coverage_and_what_is_left_out_remain_those_of_the_period() -> None:
    rows = [*weekly(1, 5), asks("x", at(4), kind="repost"), asks("y", at(15), kind="repost")]

    scoreboard = board(rows, **LATEST, exclude="repost", until=at(17.5), horizon="1d")

    found = values(scoreboard)
    assert (found["n_requests"], found["n_excluded_repost"]) == (2, 1)
    assert found["coverage"] == 0.5
    assert line(scoreboard).reason == "low-coverage"


def test_replies_remain_those_of_the_period() -> None:
    assert values(board(weekly(1, 2, 15), **LATEST))["n_replies"] == 1


def test_requests_after_the_period_are_not_its_latest() -> None:
    rows = weekly(1, 15, 22)

    assert values(board(rows, **LATEST, horizon="1d"))["n_requests"] == 2
