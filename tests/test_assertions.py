"""What must hold before a scoreboard is published, and what is said of what falls short."""

from __future__ import annotations

import pytest
from scoreboards import score, scoreboard

from socialscore.inputs.options import Assertions
from socialscore.model.scoreboard import Score, Scoreboard
from socialscore.publishing.assertions import shortfalls


def line(name: str, n_requests: int | None, coverage: float | None = 1.0, **said: object) -> Score:
    """A body with half of its requests answered."""
    found = score(name, n_requests, n_requests and n_requests // 2, **said)  # type: ignore[arg-type]
    return Score(found.body, {**found.values, "coverage": coverage}, found.rank, found.reason)


def board() -> Scoreboard:
    return scoreboard(
        line("Montsabran", 40, rank=1),
        line("Valdoine", 20, 0.96, rank=2),
        line("Roz", 4, 0.8, reason="too-few"),
        line("Lusambre", 0, None, reason="not-collected"),
        line("Corvaize", None, None, reason="no-account"),
    )


def test_what_is_not_asserted_falls_short_of_nothing() -> None:
    asserted = Assertions(min_bodies=2, min_requests_total=64, min_coverage=0.69)

    assert list(shortfalls(board(), asserted)) == []


def test_without_a_table_one_body_must_be_ranked() -> None:
    nobody = scoreboard(line("Roz", 4, reason="too-few"))

    assert list(shortfalls(board(), Assertions())) == []
    assert list(shortfalls(nobody, Assertions())) == [
        "bodies with a rank: 0, assert.min_bodies is 1 (Roz: fewer than 10 requests)"
    ]


def test_bodies_without_a_rank_are_named_with_the_reason() -> None:
    assert list(shortfalls(board(), Assertions(min_bodies=3))) == [
        "bodies with a rank: 2, assert.min_bodies is 3 "
        "(Roz: fewer than 10 requests, Lusambre: not collected, Corvaize: has no account)"
    ]


def test_bodies_with_the_fewest_requests_are_named_first() -> None:
    assert list(shortfalls(board(), Assertions(min_requests_total=65))) == [
        "requests that have matured: 64, assert.min_requests_total is 65 "
        "(Lusambre: 0, Corvaize: 0, Roz: 4, Valdoine: 20, Montsabran: 40)"
    ]


def test_bodies_that_were_least_in_view_are_named_first_and_those_without_account_not() -> None:
    assert list(shortfalls(board(), Assertions(min_coverage=0.7))) == [
        "69 % of the period was in view, assert.min_coverage is 70 % "
        "(Lusambre: 0 %, Roz: 80 %, Valdoine: 96 %)"
    ]


@pytest.mark.parametrize(("coverage", "said"), [(0.9499, "94.99 %"), (0.949999, "94.99 %")])
def test_a_share_that_falls_short_by_little_is_told_exactly(coverage: float, said: str) -> None:
    almost = scoreboard(line("Roz", 4, coverage, rank=1))

    (problem,) = shortfalls(almost, Assertions(min_coverage=0.95))

    assert problem.startswith(f"{said} of the period was in view, assert.min_coverage is 95 %")


def test_all_that_falls_short_is_told_at_once() -> None:
    asserted = Assertions(min_bodies=9, min_requests_total=900, min_coverage=1)

    assert len(list(shortfalls(board(), asserted))) == 3


def test_of_many_bodies_ten_are_named_and_the_others_counted() -> None:
    many = scoreboard(*(line(f"Ville {nth}", 1, reason="too-few") for nth in range(13)))

    (problem,) = shortfalls(many, Assertions())

    assert problem.count("fewer than") == 10
    assert problem.endswith("Ville 9: fewer than 10 requests and 3 others)")


def test_nobody_with_an_account_was_in_view() -> None:
    nobody = scoreboard(line("Corvaize", None, None, reason="no-account"))

    assert list(shortfalls(nobody, Assertions(min_bodies=0, min_coverage=0.5))) == [
        "0 % of the period was in view, assert.min_coverage is 50 %"
    ]


def test_names_stay_on_one_line() -> None:
    odd = scoreboard(line("Roz\nsur Mer", 4, reason="too-few"))

    assert list(shortfalls(odd, Assertions())) == [
        "bodies with a rank: 0, assert.min_bodies is 1 (Roz sur Mer: fewer than 10 requests)"
    ]


def test_requests_that_nobody_watched_to_the_end_are_counted() -> None:
    few = line("Roz", 4, reason="too-few")
    board = scoreboard(Score(few.body, {**few.values, "n_unwatched": 40}, None, few.reason))

    assert list(shortfalls(board, Assertions())) == [
        "bodies with a rank: 0, assert.min_bodies is 1 "
        "(Roz: fewer than 10 requests, and 40 unwatched)"
    ]
