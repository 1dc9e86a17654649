"""Replies that nobody wrote are no responses: flagged, listed, or five equal ones at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from worlds import answers, asks, at, board, counts, values

if TYPE_CHECKING:
    from datetime import datetime


def exchange(n: int, when: datetime, delay: float = 5, **columns: Any) -> list[dict[str, Any]]:
    """A message, and a reply some seconds later, by default the same text for everybody."""
    citizen = f"c{n}"
    reply = {"text_digest": "thanks", "citizen": citizen} | columns
    return [
        asks(f"q{n}", when, author_id=citizen),
        answers(f"a{n}", f"q{n}", when + timedelta(seconds=delay), **reply),
    ]


def exchanges(n: int, hours_apart: float = 1, first: datetime | None = None, **columns: Any) -> Any:
    """Several of them, one after the other."""
    begin = first or at(1)
    return [
        row
        for i in range(n)
        for row in exchange(i, begin + i * timedelta(hours=hours_apart), **columns)
    ]


@pytest.mark.parametrize("columns", [{"response_class": "automatic"}, {"bot": True}])
def test_a_reply_that_is_flagged_as_automatic_is_no_response(columns: dict[str, Any]) -> None:
    assert counts(board([asks("q", at(1)), answers("a", "q", at(1, 1), **columns)])) == (0, 1)


def test_a_reply_of_a_person_after_an_automatic_one_is_the_response() -> None:
    rows = [
        asks("q", at(1)),
        answers("x", "q", at(1, seconds=2), response_class="automatic"),
        answers("a", "q", at(1, 4)),
    ]

    assert values(board(rows))["median_delay"] == 4 * 3600


# --- bursts ------------------------------------------------------------------------------------


def test_five_equal_replies_that_come_at_once_within_a_day_are_automatic() -> None:
    assert counts(board(exchanges(5))) == (0, 5)


def test_four_are_not() -> None:
    assert counts(board(exchanges(4))) == (4, 4)


def test_a_ranking_may_count_them() -> None:
    assert counts(board(exchanges(5), exclude_bursts=False)) == (5, 5)


def test_different_texts_are_no_burst() -> None:
    rows = exchanges(4) + exchange(4, at(1, 4), text_digest="another")

    assert counts(board(rows)) == (5, 5)


def test_texts_that_are_not_known_are_no_burst() -> None:
    assert counts(board(exchanges(5, text_digest=None))) == (5, 5)


@pytest.mark.parametrize(("hours_apart", "n_answered"), [(6, 0), (6.001, 5)])
def test_a_burst_lasts_24_hours_at_most(hours_apart: float, n_answered: int) -> None:
    assert counts(board(exchanges(5, hours_apart))) == (n_answered, 5)


@pytest.mark.parametrize(("delay", "n_answered"), [(59, 0), (60, 5), (-59, 0)])
def test_at_once_is_less_than_a_minute(delay: float, n_answered: int) -> None:
    assert counts(board(exchanges(5, delay=delay))) == (n_answered, 5)


def test_a_slow_reply_of_the_same_text_is_a_response() -> None:
    rows = exchanges(5) + exchange(5, at(1, 2, 30), delay=600)

    assert counts(board(rows)) == (1, 6)


def test_a_slow_reply_makes_no_burst_of_four_quick_ones() -> None:
    rows = exchanges(4) + exchange(4, at(1, 2, 30), delay=600)

    assert counts(board(rows)) == (5, 5)


def test_a_reply_belongs_to_a_burst_with_any_four_others_of_its_day() -> None:
    rows = exchanges(5) + exchange(5, at(2, 0.5)) + exchange(6, at(4))

    assert counts(board(rows)) == (1, 7)  # the seventh came days later


def test_two_bodies_make_no_burst_together() -> None:
    rows = exchanges(4)
    rows += [
        asks("q4", at(1, 5), account_id="2"),
        answers("a4", "q4", at(1, 5, seconds=5), account_id="2", author_id="2")
        | {"text_digest": "thanks"},
    ]
    scoreboard = board(rows)

    assert [counts(scoreboard, name) for name in ("ville", "metro")] == [(4, 4), (1, 1)]


def test_a_burst_across_the_edge_of_a_period_is_one_in_both() -> None:
    rows = exchanges(6, first=at(6, 21))
    weeks = [board(rows, period=week) for week in ("2026-W37", "2026-W38")]

    assert [counts(week) for week in weeks] == [(0, 3), (0, 3)]


def test_a_burst_of_which_four_replies_lie_before_the_period_is_known() -> None:
    rows = exchanges(5, hours_apart=6, first=at(6, 0, 1))

    assert counts(board(rows, period="2026-W38")) == (0, 1)


def test_a_burst_of_which_four_replies_follow_the_period_and_the_horizon_is_known() -> None:
    rows = exchanges(5, hours_apart=6, first=at(6, 23))

    assert counts(board(rows, period="2026-W37", horizon="1h")) == (0, 1)


def test_a_burst_of_24_hours_is_known_whatever_its_first_reply_answers() -> None:
    rows = exchange(0, at(6, seconds=-50), delay=50)
    rows += [row for n in (1, 2, 3) for row in exchange(n, at(6, 6 * n))]
    rows += exchange(4, at(7, seconds=-5), delay=5)

    # Fifty seconds are longer than what lies between the period and the last message.
    assert counts(board(rows, period="2026-09-13T23:59:50..2026-09-20")) == (0, 1)
