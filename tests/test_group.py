"""The accounts of one body: sisters, those that come and go, and those that change their name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from worlds import METRO, answers, asks, at, board, counts, values

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body


def panel(*accounts: Account) -> Panel:
    """The city with these accounts, and another body."""
    return Panel("group", (METRO, Body("ville", "Ville de Montsabran", "ville", accounts)))


CITY = Account("twitter", "1", "montsabran")
AID = Account("twitter", "3", "montsabran_aide", "care")
SISTERS = panel(CITY, AID)
BY_AID = {"account_id": "3", "author_id": "3"}


def to_both(message_id: str, **columns: Any) -> list[dict[str, Any]]:
    """A message that addresses both accounts stands once under each."""
    message = asks(message_id, at(5), n_addressed=2, **columns)
    return [message, message | {"account_id": "3"}]


# --- who responds ------------------------------------------------------------------------------


def test_a_sister_account_answers_for_the_body() -> None:
    rows = [asks("q", at(5)), answers("a", "q", at(5, 1), **BY_AID)]

    assert counts(board(rows, SISTERS)) == (1, 1)


def test_where_the_same_account_must_answer_a_sister_does_not() -> None:
    rows = [asks("q", at(5)), answers("a", "q", at(5, 1), **BY_AID), answers("b", "q", at(5, 3))]

    found = values(board(rows, SISTERS, responders="same"))

    assert (found["n_answered"], found["median_delay"]) == (1, 3 * 3600)


@pytest.mark.parametrize("account_id", ["1", "3"])
def test_where_the_same_account_must_answer_either_may_if_both_were_addressed(
    account_id: str,
) -> None:
    reply = answers("a", "q", at(5, 1), account_id=account_id, author_id=account_id)

    assert counts(board([*to_both("q"), reply], SISTERS, responders="same")) == (1, 1)


def test_where_the_same_account_must_answer_a_third_may_not() -> None:
    alerts = Account("twitter", "4", "montsabran_alerte", "alert")
    reply = answers("a", "q", at(5, 1), account_id="4", author_id="4")
    three = panel(CITY, AID, alerts)

    assert counts(board([*to_both("q"), reply], three, responders="same")) == (0, 1)
    assert counts(board([*to_both("q"), reply], three)) == (1, 1)


def test_zendesk_counts_the_first_reply_of_any_account_of_the_body() -> None:
    rows = [asks("q", at(5)), answers("a", "q", at(5, 1), **BY_AID), answers("b", "q", at(5, 3))]

    own = {"unit": None, "match": None, "exclude": None, "calendar": "always"}
    scoreboard = board(rows, SISTERS, preset="zendesk", **own)

    assert values(scoreboard)["median_delay"] == 3600


def test_an_account_of_another_network_is_no_sister() -> None:
    elsewhere = Account("facebook", "3", "montsabran")
    reply = answers("a", "q", at(5, 1), network="facebook", **BY_AID)

    assert counts(board([asks("q", at(5)), reply], panel(CITY, elsewhere))) == (0, 1)


# --- whom a message addresses ------------------------------------------------------------------


def test_a_message_to_two_accounts_of_one_body_counts_once() -> None:
    assert counts(board(to_both("q"), SISTERS)) == (0, 1)


def test_a_message_to_two_bodies_counts_for_each() -> None:
    rows = [asks("q", at(5), n_addressed=2), asks("q", at(5), n_addressed=2, account_id="2")]
    scoreboard = board(rows)

    assert [counts(scoreboard, name) for name in ("ville", "metro")] == [(0, 1), (0, 1)]


def test_what_a_sister_account_writes_is_never_demand() -> None:
    rows = [asks("q", at(5), author_id="3")]

    found = values(board(rows, SISTERS, include_institutions=True))

    assert (found["n_requests"], found["n_excluded_own_group"]) == (0, 1)


# --- validity ----------------------------------------------------------------------------------

SINCE_DAY_3 = panel(CITY, Account("twitter", "3", "montsabran_aide", valid_from=date(2026, 9, 10)))
UNTIL_DAY_3 = panel(CITY, Account("twitter", "3", "montsabran_aide", valid_until=date(2026, 9, 10)))


@pytest.mark.parametrize(("seconds", "n_requests"), [(-1, 0), (0, 1)])
def test_a_message_before_the_account_was_the_bodys_is_not_the_bodys(
    seconds: int, n_requests: int
) -> None:
    rows = [asks("q", at(3, seconds=seconds), account_id="3")]

    assert counts(board(rows, SINCE_DAY_3)) == (0, n_requests)


@pytest.mark.parametrize(("seconds", "n_requests"), [(-1, 1), (0, 0)])
def test_a_message_after_the_account_was_the_bodys_is_not_the_bodys(
    seconds: int, n_requests: int
) -> None:
    rows = [asks("q", at(3, seconds=seconds), account_id="3")]

    assert counts(board(rows, UNTIL_DAY_3)) == (0, n_requests)


def test_before_an_account_is_the_bodys_it_answers_nothing() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), **BY_AID)]

    assert counts(board(rows, SINCE_DAY_3)) == (0, 1)


def test_once_an_account_is_no_longer_the_bodys_it_answers_nothing() -> None:
    rows = [asks("q", at(2), account_id="3"), answers("a", "q", at(3, 1), **BY_AID)]

    assert counts(board(rows, UNTIL_DAY_3)) == (0, 1)


def test_days_of_validity_begin_in_the_timezone_of_the_ranking() -> None:
    rows = [asks("q", at(2, 22, 30), account_id="3")]  # half past midnight in Paris

    assert counts(board(rows, SINCE_DAY_3, timezone="Europe/Paris")) == (0, 1)
    assert counts(board(rows, SINCE_DAY_3, timezone="UTC")) == (0, 0)


def test_an_account_that_goes_from_one_body_to_another_counts_for_each_in_its_time() -> None:
    day = date(2026, 9, 10)
    bodies = (
        Body("metro", "Métro", "", (Account("twitter", "9", "velos", valid_from=day),)),
        Body("ville", "Ville", "", (Account("twitter", "9", "velos", valid_until=day),)),
    )
    rows = [asks(f"q{n}", at(n), account_id="9") for n in (1, 4, 5)]

    scoreboard = board(rows, Panel("handed over", bodies))

    assert [counts(scoreboard, name) for name in ("ville", "metro")] == [(0, 1), (0, 2)]


# --- renamed -----------------------------------------------------------------------------------

RENAMED = panel(
    Account("twitter", "1", "montsabran", valid_until=date(2026, 9, 10)),
    Account("twitter", "1", "ville_montsabran", valid_from=date(2026, 9, 10)),
)


def test_an_account_under_a_new_name_is_the_same() -> None:
    rows = [
        asks("q1", at(2)),
        asks("q2", at(4)),
        answers("a1", "q1", at(3, 1)),
        answers("a2", "q2", at(4, 1)),
    ]

    assert counts(board(rows, RENAMED, responders="same")) == (2, 2)


def test_a_renamed_account_is_in_view_once() -> None:
    found = board([asks("q", at(2))], RENAMED, period="2026-W37")

    assert values(found)["coverage"] == 1.0


def test_an_episode_goes_on_when_an_account_is_renamed() -> None:
    rows = [asks("q1", at(2, 23)), asks("q2", at(3, 1))]

    assert counts(board(rows, RENAMED, unit="episode")) == (0, 1)
