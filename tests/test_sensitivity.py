"""How much a ranking depends on which messages it selects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from worlds import answers, asks, at, board

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body
from socialscore.reporters.wording import sensitivity as in_words
from socialscore.scoring.sensitivity import SELECTIONS, sensitivity, why_not

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.model.sensitivity import Alternatives

BODIES = Panel(
    "towns",
    tuple(
        Body(name.lower(), name, "town", (Account("twitter", str(n), name.lower()),))
        for n, name in enumerate(("Argol", "Brest", "Crozon"), start=1)
    ),
)
LEVELS: tuple[dict[str, bool], ...] = (
    {},
    {"question_mark": False},
    {"question_mark": False, "question": False},
    {"question_mark": False, "question": False, "request": False},
)


def town(n: int, *counts: tuple[int, int]) -> list[dict[str, Any]]:
    """Answered and unanswered messages to a town that each of the selections adds."""
    rows = []
    for level, (n_answered, n_silent) in enumerate(counts):
        for number in range(n_answered + n_silent):
            name, account = f"{n}-{level}-{number}", {"account_id": str(n)}
            columns = account | LEVELS[level] | {"author_id": f"citizen-{name}"}
            when = at(days=number % 5, minutes=number)
            rows.append(asks(name, when, **columns))
            if number < n_answered:
                reply = {"author_id": str(n), "citizen": f"citizen-{name}"} | account
                rows.append(answers(f"{name}-reply", name, at(days=number % 5, hours=9), **reply))
    return rows


# Argol answers questions and leaves the rest; Crozon does the opposite; Brest is always the same.
WORLD = [
    *town(1, (45, 5), (0, 5), (0, 10), (0, 80)),
    *town(2, (25, 25), (5, 5), (5, 5), (20, 20)),
    *town(3, (5, 45), (5, 0), (5, 0), (100, 0)),
]


def towns(rows: list[dict[str, Any]] = WORLD, **options: Any) -> Scoreboard:
    options = {"selection": "question-mark", "icc": 0, "min_requests": 10} | options
    return board(rows, BODIES, **options)


def lines(of: Scoreboard) -> dict[str, Alternatives]:
    return {line.score.body.body_id: line for line in sensitivity(of).lines}


@pytest.mark.parametrize("own", SELECTIONS)
def test_rates_and_ranks_are_those_of_the_ranking_under_each_selection(own: str) -> None:
    found = lines(towns(selection=own))

    for selection in SELECTIONS:
        for score in towns(selection=selection).scores:
            its = found[score.body.body_id].by_selection[selection]
            values = score.values
            assert (its.n_requests, its.n_answered) == (values["n_requests"], values["n_answered"])
            assert (its.response_rate, its.rank) == (values["response_rate"], score.rank)


def test_who_leaves_its_rank_interval_is_flagged_with_the_selections() -> None:
    found = sensitivity(towns())

    assert [(line.score.body.name, line.leaves) for line in found.lines] == [
        ("Argol", ("all",)),
        ("Brest", ()),
        ("Crozon", ("all",)),
    ]
    assert list(in_words(found)) == [
        "under the other selections, 2 of 3 bodies would leave their rank interval: "
        "Argol (all), Crozon (all)"
    ]


def test_where_nobody_leaves_that_is_said_too() -> None:
    assert list(in_words(sensitivity(towns(town(1, (45, 5)) + town(3, (5, 45)))))) == [
        "under the other selections, 0 of 2 bodies would leave their rank interval"
    ]


def test_a_body_with_too_few_requests_under_a_selection_has_no_rank_there() -> None:
    few = town(1, (9, 0), (20, 0)) + town(2, (25, 25))

    found = lines(towns(few, selection="questions"))

    assert found["argol"].score.rank == 1
    assert found["argol"].by_selection["question-mark"].rank is None
    assert found["argol"].by_selection["question-mark"].response_rate == 1
    assert found["brest"].by_selection["question-mark"].rank == 1


def test_a_body_that_is_unranked_for_its_accounts_is_so_under_every_selection() -> None:
    example = towns()
    closed = replace(example.scores[0], rank=None, reason="closed")

    found = lines(replace(example, scores=(*example.scores[1:], closed)))

    assert {its.rank for its in found["argol"].by_selection.values()} == {None}
    assert found["brest"].by_selection["all"].rank == 2


def test_a_ranking_without_ranks_says_nothing_of_intervals() -> None:
    assert list(in_words(sensitivity(towns(min_requests=1000)))) == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"by": "median_wait"}, "it compares ranks by the response rate, not by median_wait; say"),
        ({"latest": 10}, "`latest` adds requests of the ranking's own selection; set it to 0"),
    ],
)
def test_rankings_that_counts_do_not_tell_are_refused_with_the_reason(
    options: dict[str, Any], why: str
) -> None:
    assert why_not({"by": "response_rate", "latest": 0} | options).startswith(why)
    assert why_not(towns().options) == ""
