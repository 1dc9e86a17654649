"""Two periods side by side: differences, movements, who is new and who is gone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from worlds import METRO, VILLE, answers, asks, at, board, line

from socialscore.errors import UsageError
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body
from socialscore.model.period import parse_period, period_before
from socialscore.model.scoreboard import Change, Scoreboard
from socialscore.scoring.comparison import compare, period_to_compare

PARIS = ZoneInfo("Europe/Paris")
COVERED = (datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
THEN, NOW = "2026-W37", "2026-W38"


def week(
    number: int, n_answered: int, n_requests: int, account_id: str = "1"
) -> list[dict[str, Any]]:
    """The requests to a body in one of the weeks, of which the first ones are answered."""
    rows = []
    for n in range(n_requests):
        message_id, when = f"{account_id}-{number}-{n}", at(7 * number, hours=n)
        rows.append(asks(message_id, when, author_id=f"c{message_id}", account_id=account_id))
        if n < n_answered:
            by = {"account_id": account_id, "author_id": account_id}
            rows.append(answers(f"a{message_id}", message_id, at(7 * number, hours=n + 1), **by))
    return rows


def compared(rows: list[dict[str, Any]], panel: Panel | None = None, **options: Any) -> Scoreboard:
    """The second week, compared to the first."""
    panels = {} if panel is None else {"panel": panel}
    now, then = (board(rows, period=period, **panels, **options) for period in (NOW, THEN))
    return compare(now, then)


def change(scoreboard: Scoreboard, body_id: str = "ville") -> Change:
    found = line(scoreboard, body_id).change
    assert found is not None
    return found


# --- what changed ------------------------------------------------------------------------------


def test_a_body_is_compared_to_what_it_was() -> None:
    rows = [*week(0, 30, 50), *week(1, 42, 60)]

    scoreboard = compared(rows)

    found = change(scoreboard)
    assert scoreboard.compared_to == THEN
    assert (found.previous["n_requests"], found.previous["n_answered"]) == (50, 30)
    assert found.difference == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("n_then", "n_now", "direction"), [(5, 35, "up"), (35, 5, "down"), (18, 22, None)]
)
def test_a_direction_needs_an_interval_without_zero(
    n_then: int, n_now: int, direction: str | None
) -> None:
    found = change(compared([*week(0, n_then, 40), *week(1, n_now, 40)]))

    assert found.direction == direction


def test_of_many_differences_only_clear_ones_have_a_direction() -> None:
    """One of forty that is just clear by itself is what chance makes of forty."""
    bodies = [
        Body(f"{n}", f"Ville {n}", "", (Account("twitter", f"{n}", f"v{n}"),)) for n in range(40)
    ]
    panel = Panel("test", tuple(bodies))
    still = [row for n in range(1, 40) for w in (0, 1) for row in week(w, 10, 20, f"{n}")]
    rows = [*week(0, 10, 20, "0"), *week(1, 17, 20, "0"), *still]

    alone = change(compared(rows, Panel("test", (bodies[0],)), icc=0), "0")
    among_forty = change(compared(rows, panel, icc=0), "0")

    assert (alone.direction, among_forty.direction) == ("up", None)
    assert (alone.low, alone.high) == (among_forty.low, among_forty.high)


def test_the_earlier_rank_is_kept_beside_the_later_one() -> None:
    rows = [*week(0, 3, 4), *week(1, 1, 4), *week(0, 2, 4, "2"), *week(1, 2, 4, "2")]

    scoreboard = compared(rows)

    ranks = {
        name: (change(scoreboard, name).previous_rank, line(scoreboard, name).rank)
        for name in ("ville", "metro")
    }
    assert ranks == {"ville": (1, 2), "metro": (2, 1)}
    assert scoreboard.gone == ()


def test_a_body_that_was_not_ranked_before_is_new() -> None:
    rows = [*week(0, 1, 2), *week(1, 3, 5)]

    found = compared(rows, min_requests=5)

    assert (line(found).rank, change(found).previous_rank) == (1, None)
    assert change(found).difference == pytest.approx(0.1)  # the rates are known all the same


def test_a_body_that_is_not_ranked_any_more_is_gone() -> None:
    rows = [*week(0, 3, 5), *week(1, 1, 2)]

    found = compared(rows, min_requests=5)

    assert (line(found).rank, change(found).previous_rank) == (None, 1)
    assert found.gone == (VILLE,)


def test_a_body_without_requests_in_one_of_the_periods_has_no_difference() -> None:
    found = change(compared(week(1, 3, 5)))

    assert (found.difference, found.low, found.high, found.direction) == (None,) * 4
    assert found.previous["n_requests"] == 0


def test_a_body_that_joined_the_panel_later_is_new() -> None:
    rows = [*week(0, 3, 5), *week(1, 3, 5)]
    now = board(rows, period=NOW)
    then = board(rows, Panel("test", (METRO,)), period=THEN)

    found = change(compare(now, then))

    assert found == Change({}, None, None, None, None, None, "new")


def test_a_body_that_left_the_panel_is_gone() -> None:
    rows = [*week(0, 3, 5), *week(1, 3, 5)]
    now = board(rows, Panel("test", (METRO,)), period=NOW)
    then = board(rows, period=THEN)

    assert compare(now, then).gone == (VILLE,)


def test_a_body_whose_account_was_its_own_later_only_was_not_ranked_before() -> None:
    account = Account("twitter", "1", "montsabran", valid_from=date(2026, 9, 14))
    panel = Panel("test", (Body("ville", "Ville", "", (account,)),))

    found = compared([*week(0, 3, 5), *week(1, 3, 5)], panel)

    assert (line(found).rank, change(found).previous_rank) == (1, None)
    assert change(found).difference is None


# --- which period comes before -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("2026-W46", "2026-W45"),
        ("2026-W01", "2025-W52"),
        ("2026-W53", "2026-W52"),
        ("2027-W01", "2026-W53"),
        ("2026-W44", "2026-W43"),  # the week in which clocks went back
        ("2026-11", "2026-10"),
        ("2027-01", "2026-12"),
        ("2026-03", "2026-02"),
        ("2026-Q4", "2026-Q3"),
        ("2027-Q1", "2026-Q4"),
        ("2026-10-11..2026-10-17", "2026-10-04..2026-10-10"),
        ("2026-10-20..2026-10-31", "2026-10-08..2026-10-19"),  # whole days, whatever clocks do
        ("2026-10-11T08:00..2026-10-11T20:00", "2026-10-10T20:00..2026-10-11T08:00"),
        ("2026-10-11..2026-10-12T12:00", "2026-10-09T12:00..2026-10-10"),
        ("2026-10-11T08:00:30..2026-10-11T09:00", "2026-10-11T07:01..2026-10-11T08:00:30"),
        ("last-week", "2027-W07"),
        ("last-30-days", "2026-12-31..2027-01-29"),
    ],
)
def test_the_period_before_has_the_same_kind_and_length(label: str, before: str) -> None:
    period = parse_period(label, PARIS, covered=COVERED)

    assert period_before(period) == before


@pytest.mark.parametrize("label", ["2026-W44", "2026-W53", "2027-03", "2026-Q4", "last-9-days"])
def test_the_period_before_ends_where_the_period_begins(label: str) -> None:
    period = parse_period(label, PARIS, covered=COVERED)

    before = parse_period(period_before(period), PARIS, covered=COVERED)

    assert before.until == period.since


def test_nothing_comes_before_the_whole() -> None:
    with pytest.raises(UsageError, match="no period precedes `all`; name the one to compare with"):
        period_before(parse_period("all", PARIS, covered=COVERED))


def test_the_earlier_period_is_named_or_the_one_before() -> None:
    scoreboard = board(week(1, 1, 1), period=NOW)

    assert period_to_compare(scoreboard, "previous") == THEN
    assert period_to_compare(scoreboard, "2026-W30") == "2026-W30"
