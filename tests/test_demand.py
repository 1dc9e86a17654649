"""Which messages are demand: what is left out, with which reason, and what is selected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from worlds import END, VILLE, answers, asks, at, board, counts, values

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("third_party", {"third_party": True}),
        ("repost", {"kind": "repost"}),
        ("mass_mention", {"n_addressed": 4}),
        ("listed", {"author_id": "666"}),
        ("not_covered", {"sent_at": END + timedelta(hours=1)}),
    ],
)
def test_a_reason_that_is_chosen_leaves_out_and_counts(name: str, columns: dict[str, Any]) -> None:
    rows = [asks("q", at(1)) | columns]
    options = {"ignore": ["666"], "period": "2026-09-07..2026-12-31", "as_of": "2027-01-01"}

    left_out = values(board(rows, **options, exclude=name.replace("_", "-")))
    counted = values(board(rows, **options, exclude="none"))

    assert (left_out["n_requests"], left_out[f"n_excluded_{name}"]) == (0, 1)
    assert counted["n_requests"] + counted["n_unwatched"] == 1
    assert counted[f"n_excluded_{name}"] == 0


def test_what_other_bodies_write_is_no_demand_unless_institutions_are_included() -> None:
    rows = [asks("q", at(1), author_id="2")]

    assert values(board(rows))["n_excluded_institution"] == 1
    assert counts(board(rows, include_institutions=True)) == (0, 1)


def test_a_thread_between_citizens_is_demand_where_it_speaks_to_a_sister_account() -> None:
    sisters = (*VILLE.accounts, Account("twitter", "3", "montsabran_aide", "care"))
    panel = Panel("test", (replace(VILLE, accounts=sisters),))
    carried = asks("q", at(1), third_party=True)

    for aside, n_requests in ((True, 0), (None, 1)):
        rows = [carried, carried | {"account_id": "3", "third_party": aside}]

        assert values(board(rows, panel, exclude="third-party"))["n_requests"] == n_requests


def test_a_private_message_is_never_counted() -> None:
    found = values(board([asks("q", at(1), kind="direct")]))

    assert (found["n_requests"], found["n_excluded_private"]) == (0, 1)


@pytest.mark.parametrize(("hours", "n_requests"), [(24, 1), (24.1, 2)])
def test_the_same_text_within_24_hours_is_a_duplicate(hours: float, n_requests: int) -> None:
    rows = [asks("q1", at(1), text_digest="x"), asks("q2", at(1, hours), text_digest="x")]

    assert values(board(rows, exclude="duplicate"))["n_requests"] == n_requests


@pytest.mark.parametrize(
    ("hours", "n_requests"),
    [
        ((0, 23, 25), 2),  # the second is left out, and leaves the third in
        ((0, 24, 25), 2),
        ((0, 20, 40, 60), 2),  # the first and the third
        ((0, 25, 49, 50), 3),
        (tuple(range(0, 100, 10)), 4),  # those of hours 0, 30, 60 and 90
        ((0, 0, 24, 24, 25, 25), 2),  # of several in one second, one counts
    ],
)
def test_what_is_left_out_as_a_duplicate_leaves_no_other_out(
    hours: tuple[float, ...], n_requests: int
) -> None:
    rows = [asks(f"q{n}", at(1, hour), text_digest="x") for n, hour in enumerate(hours)]

    found = values(board(rows, exclude="duplicate"))

    assert found["n_requests"] == n_requests
    assert found["n_excluded_duplicate"] == len(hours) - n_requests


@pytest.mark.parametrize(
    "first",
    [
        {"deleted_at": at(1, 0, 3).replace(tzinfo=None)},
        {"kind": "direct"},
        {"kind": "repost"},
        {"n_addressed": 4},
        {"sent_at": at(0, -1)},  # before the account was in view
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_what_is_left_out_for_another_reason_leaves_its_repetition_in(
    first: dict[str, Any],
) -> None:
    again = at(0, 1) if "sent_at" in first else at(1, 0, 5)
    rows = [asks("q1", at(1), text_digest="x") | first, asks("q2", again, text_digest="x")]

    found = values(board(rows, exclude="default", period="2026-09-01..2026-09-30"))

    assert (found["n_requests"], found["n_excluded_duplicate"]) == (1, 0)


def test_a_message_that_was_answered_before_it_was_deleted_leaves_its_repetition_out() -> None:
    rows = [
        asks("q1", at(1), text_digest="x", deleted_at=at(1, 2).replace(tzinfo=None)),
        answers("a", "q1", at(1, 1)),
        asks("q2", at(1, 3), text_digest="x"),
    ]

    found = values(board(rows, exclude="default"))

    assert (found["n_requests"], found["n_excluded_duplicate"]) == (1, 1)


@pytest.mark.parametrize(("hours", "n_requests"), [(-47, 1), (-49, 0)])
def test_repetitions_are_followed_from_two_days_before_the_period_on(
    hours: float, n_requests: int
) -> None:
    sent = (hours, -23.5, 0.4)  # after a first message that is seen, the last one counts
    rows = [asks(f"q{n}", at(7, hour), text_digest="x") for n, hour in enumerate(sent)]

    found = values(board(rows, exclude="duplicate", period="2026-W38"))

    assert found["n_requests"] == n_requests


def test_a_duplicate_is_known_by_a_message_before_the_period() -> None:
    rows = [
        asks("q1", at(6, 23), text_digest="x"),
        asks("q2", at(7, 1), text_digest="x"),
        asks("q3", at(7, 2), text_digest="y"),
    ]

    found = values(board(rows, exclude="duplicate", period="2026-W38"))

    assert (found["n_requests"], found["n_excluded_duplicate"]) == (1, 1)


@pytest.mark.parametrize(
    ("deleted", "answered", "n_requests"),
    [(at(1, 2), None, 0), (at(1, 2), at(1, 1), 1), (at(1, 2), at(1, 3), 0), (at(9), None, 1)],
)
def test_deleted_before_any_response_and_the_horizon_is_left_out(
    deleted: Any, answered: Any, n_requests: int
) -> None:
    rows = [asks("q", at(1), deleted_at=deleted.replace(tzinfo=None))]
    rows += [answers("a", "q", answered)] if answered else []

    assert values(board(rows, exclude="deleted"))["n_requests"] == n_requests


@pytest.mark.parametrize(
    ("selection", "n_requests"),
    [("question-mark", 1), ("questions", 2), ("requests", 3), ("all", 4)],
)
def test_each_selection_contains_the_one_before(selection: str, n_requests: int) -> None:
    rows = [
        asks("q1", at(1)),
        asks("q2", at(2), question_mark=False),
        asks("q3", at(3), question_mark=False, question=False),
        asks("q4", at(4), question_mark=False, question=False, request=False),
    ]

    found = values(board(rows, selection=selection))

    assert found["n_requests"] == n_requests
    assert [found[f"n_selected_{level}"] for level in ("question_mark", "questions")] == [1, 2]
    assert [found[f"n_selected_{level}"] for level in ("requests", "all")] == [3, 4]


def test_only_the_kinds_that_the_ranking_names_are_demand() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(2), kind="wall-post"), asks("q3", at(3), kind="quote")]

    assert counts(board(rows, kinds=["mention", "wall-post"])) == (0, 2)
