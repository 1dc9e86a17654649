"""What is a response to a citizen's message, and what is none: one rule each."""

from __future__ import annotations

import pytest
from worlds import answers, asks, at, board, counts, values

HORIZON = 7


def test_a_reply_within_the_horizon_answers() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1 + HORIZON))]))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 1, 0)


def test_a_reply_after_the_horizon_is_late() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1 + HORIZON, seconds=1))]))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, 1)


def test_without_a_horizon_a_reply_may_come_at_any_time() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(50))], horizon="none"))

    assert found["n_answered"] == 1
    assert found["median_delay"] == 49 * 86_400


def test_the_first_of_several_responses_counts() -> None:
    rows = [asks("q", at(1)), answers("b", "q", at(1, 9)), answers("a", "q", at(1, 2))]

    assert values(board(rows))["median_delay"] == 2 * 3600


def test_a_reply_of_another_body_is_no_response() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), account_id="2", author_id="2")]

    assert counts(board(rows)) == (0, 1)


def test_a_reply_of_another_citizen_is_no_response() -> None:
    rows = [asks("q", at(1)), asks("q2", at(1, 1), author_id="other", reply_to_id="q")]

    assert counts(board(rows)) == (0, 2)


@pytest.mark.parametrize("kind", ["repost", "direct"])
def test_what_is_not_said_in_public_and_in_own_words_is_no_response(kind: str) -> None:
    assert counts(board([asks("q", at(1)), answers("a", "q", at(1, 1), kind=kind)])) == (0, 1)


@pytest.mark.parametrize(
    ("seconds", "n_answered", "delay", "n_too_early"), [(-60, 1, 0.0, 0), (-61, 0, None, 1)]
)
def test_up_to_a_minute_early_is_clock_skew(
    seconds: int, n_answered: int, delay: float | None, n_too_early: int
) -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1, seconds=seconds))]))

    assert found["n_answered"] == n_answered
    assert found["median_delay"] == delay
    assert found["n_too_early"] == n_too_early


def test_a_later_reply_answers_where_an_impossible_one_is_ignored() -> None:
    rows = [asks("q", at(1)), answers("x", "q", at(0)), answers("a", "q", at(1, 3))]

    assert values(board(rows))["median_delay"] == 3 * 3600


def test_a_response_that_was_deleted_later_still_counts() -> None:
    deleted_at = at(2).replace(tzinfo=None)
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), deleted_at=deleted_at)]

    assert counts(board(rows)) == (1, 1)


# --- in the same conversation ------------------------------------------------------------------


def test_in_a_conversation_a_message_to_the_author_answers() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", "other", at(1, 2), conversation_id="t"),
    ]

    assert counts(board(rows, match="conversation")) == (1, 1)
    assert counts(board(rows, match="direct")) == (0, 1)


def test_in_a_conversation_it_answers_every_open_request_of_that_author() -> None:
    rows = [
        asks("q1", at(1), conversation_id="t"),
        asks("q2", at(1, 1), conversation_id="t"),
        asks("q3", at(1, 1), conversation_id="t", author_id="other"),
        answers("a", "q2", at(1, 2), conversation_id="t"),
    ]

    assert counts(board(rows, match="conversation")) == (2, 3)


def test_a_message_in_another_conversation_answers_nothing() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(1, 2), conversation_id="u"),
    ]

    assert counts(board(rows, match="conversation")) == (0, 1)


def test_an_earlier_message_in_the_conversation_answers_nothing() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(1, seconds=-1), conversation_id="t"),
    ]

    assert counts(board(rows, match="conversation")) == (0, 1)


def test_in_a_conversation_a_message_to_several_answers_each_of_them() -> None:
    rows = [
        asks("q1", at(1), conversation_id="t"),
        asks("q2", at(1), conversation_id="t", author_id="other"),
        answers("a", None, at(1, 2), conversation_id="t", addressed_ids=["citizen", "other"]),
    ]

    assert counts(board(rows, match="conversation")) == (2, 2)


# --- loosely -----------------------------------------------------------------------------------


def test_loosely_a_message_to_the_author_alone_answers_wherever_it_stands() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(1, 2), conversation_id="u", kind="post"),
    ]

    assert counts(board(rows, match="loose")) == (1, 1)
    assert counts(board(rows, match="conversation")) == (0, 1)


def test_loosely_a_message_to_several_answers_nobody() -> None:
    rows = [
        asks("q", at(1)),
        answers("a", None, at(1, 2), kind="post", addressed_ids=["citizen", "other"]),
    ]

    assert counts(board(rows, match="loose")) == (0, 1)


OWN_THREAD = answers("a2", "a1", at(1, 2), reply_to_author_id="1", addressed_ids=["1", "citizen"])


def test_loosely_a_message_in_the_bodys_own_thread_addresses_the_author_alone() -> None:
    others = OWN_THREAD | {"addressed_ids": ["1", "citizen", "other"]}

    assert counts(board([asks("q", at(1)), OWN_THREAD], match="loose")) == (1, 1)
    assert counts(board([asks("q", at(1)), others], match="loose")) == (0, 1)


def test_an_account_of_another_body_is_not_the_bodys_own() -> None:
    with_metro = OWN_THREAD | {"addressed_ids": ["2", "citizen"]}

    assert counts(board([asks("q", at(1)), with_metro], match="loose")) == (0, 1)


@pytest.mark.parametrize(("seconds", "n_answered", "n_late"), [(0, 1, 0), (1, 0, 0)])
def test_loosely_a_message_answers_within_the_horizon_only(
    seconds: int, n_answered: int, n_late: int
) -> None:
    rows = [asks("q", at(1)), answers("a", None, at(1 + HORIZON, seconds=seconds), kind="post")]

    found = values(board(rows, match="loose"))

    assert (found["n_answered"], found["n_late"]) == (n_answered, n_late)


def test_loosely_a_reply_in_the_conversation_may_still_come_late() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(9), conversation_id="t"),
    ]

    assert values(board(rows, match="loose"))["n_late"] == 1


def test_loosely_an_earlier_message_answers_nothing() -> None:
    rows = [asks("q", at(1)), answers("a", None, at(1, seconds=-1), kind="post")]

    assert counts(board(rows, match="loose")) == (0, 1)


# --- replies to several people -----------------------------------------------------------------


def test_a_reply_that_addresses_several_answers_unless_the_ranking_says_otherwise() -> None:
    to_both = answers("a", "q", at(1, 2), addressed_ids=["citizen", "other"])
    rows = [asks("q", at(1)), to_both]

    assert counts(board(rows)) == (1, 1)
    assert counts(board(rows, replies_to_several=False)) == (0, 1)


def test_a_reply_to_one_answers_where_one_to_several_does_not() -> None:
    to_both = answers("a", "q", at(1, 2), addressed_ids=["citizen", "other"])
    rows = [asks("q", at(1)), to_both, answers("b", "q", at(1, 5))]

    assert values(board(rows, replies_to_several=False))["median_delay"] == 5 * 3600


def test_a_reply_in_the_bodys_own_thread_addresses_not_several() -> None:
    rows = [asks("q", at(1), conversation_id="t"), OWN_THREAD | {"conversation_id": "t"}]

    board_of_both = board(rows, match="conversation", replies_to_several=False)

    assert counts(board_of_both) == (1, 1)


def test_a_reply_that_names_nobody_addresses_not_several() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 2), addressed_ids=None)]

    assert counts(board(rows, replies_to_several=False)) == (1, 1)


# --- redirects ---------------------------------------------------------------------------------

SENT_AWAY = [
    asks("q", at(1)),
    answers("r", "q", at(1, 1), response_class="redirect"),
    answers("a", "q", at(1, 6)),
]


def test_a_redirect_is_a_response_and_is_shown_apart() -> None:
    found = values(board(SENT_AWAY))

    assert (found["n_answered"], found["redirect_rate"]) == (1, 1.0)
    assert found["median_delay"] == 3600


def test_strictly_the_answer_after_a_redirect_is_the_response() -> None:
    found = values(board(SENT_AWAY, strict=True))

    assert (found["n_answered"], found["redirect_rate"]) == (1, 0.0)
    assert found["median_delay"] == 6 * 3600


def test_strictly_a_redirect_alone_answers_nothing() -> None:
    found = values(board(SENT_AWAY[:2], strict=True))

    assert (found["n_answered"], found["redirect_rate"]) == (0, None)


def test_a_redirect_after_an_answer_does_not_count_as_one() -> None:
    rows = [
        asks("q", at(1)),
        answers("a", "q", at(1, 1)),
        answers("r", "q", at(1, 6), response_class="redirect"),
    ]

    assert values(board(rows))["redirect_rate"] == 0.0


def test_of_an_answer_and_a_redirect_in_one_second_the_answer_counts() -> None:
    rows = [
        asks("q", at(1)),
        answers("a", "q", at(1, 1)),
        answers("r", "q", at(1, 1), response_class="redirect"),
    ]

    assert values(board(rows))["redirect_rate"] == 0.0


def test_the_share_of_redirects_is_one_of_the_answered() -> None:
    rows = [asks(f"q{n}", at(n), author_id=f"c{n}") for n in range(5)]
    rows += [answers(f"a{n}", f"q{n}", at(n, 1)) for n in range(3)]
    rows.append(answers("r", "q3", at(3, 1), response_class="redirect"))

    assert values(board(rows))["redirect_rate"] == 0.25
