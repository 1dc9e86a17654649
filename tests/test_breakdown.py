"""Requests counted by account, network, category or time, instead of by body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from worlds import END, METRO, PANEL, VILLE, answers, asks, at, board, breakdown

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body
from socialscore.scoring import GROUPS

if TYPE_CHECKING:
    from socialscore.model.breakdown import Breakdown

AID = Account("twitter", "3", "montsabran_aide", "care")
PAGE = Account("facebook", "1", "montsabran")
ROZ = Body("roz", "Ville de Roz", "ville", (Account("twitter", "5", "roz"),))
TOWNS = Panel(
    "towns", (METRO, ROZ, Body("ville", VILLE.name, "ville", (*VILLE.accounts, AID, PAGE)))
)


def exchange(
    message_id: str, when: datetime, delay: timedelta | None = None, **columns: Any
) -> list[dict[str, Any]]:
    """A message, and its answer where there is a delay."""
    rows = [asks(message_id, when, author_id=f"c{message_id}", **columns)]
    if delay is not None:
        by = {"author_id": columns.get("account_id", "1")}
        rows.append(answers(f"a{message_id}", message_id, when + delay, **columns | by))
    return rows


def asked(*texts: str) -> list[dict[str, Any]]:
    """Requests at these moments, in UTC."""
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]
    return [row for n, when in enumerate(moments) for row in exchange(f"q{n}", when)]


def requests(result: Breakdown) -> dict[str, Any]:
    """The number of requests of each line."""
    return {line.label: line.pooled["n_requests"] for line in result.lines}


# --- by what bodies are ------------------------------------------------------------------------


def test_by_account_a_request_counts_where_it_was_sent() -> None:
    rows = [
        *exchange("q1", at(1)),
        *exchange("q2", at(2), account_id="3"),
        *exchange("q3", at(3), account_id="3"),
        *exchange("q4", at(4), network="facebook"),
        *exchange("q5", at(5), account_id="2"),
    ]

    assert requests(breakdown(rows, "account", TOWNS)) == {
        "Ville de Montsabran, facebook @montsabran": 1,
        "Ville de Montsabran, twitter @montsabran": 1,
        "Métro de Valdoine, twitter @valdoine": 1,
        "Ville de Montsabran, twitter @montsabran_aide": 2,
    }


def test_by_account_a_message_to_two_of_a_body_counts_in_one_line() -> None:
    message = asks("q", at(1), n_addressed=2)

    found = breakdown([message, message | {"account_id": "3"}], "account", TOWNS)

    assert sum(requests(found).values()) == 1


def test_by_account_an_episode_counts_where_it_began() -> None:
    rows = [asks("q1", at(1), account_id="3"), asks("q2", at(1, 1))]

    found = breakdown(rows, "account", TOWNS, unit="episode")

    assert requests(found) == {"Ville de Montsabran, twitter @montsabran_aide": 1}


def test_by_network_all_bodies_count_together() -> None:
    rows = [
        *exchange("q1", at(1), timedelta(hours=1)),
        *exchange("q2", at(2), account_id="2"),
        *exchange("q3", at(3), network="facebook"),
    ]

    found = breakdown(rows, "network", TOWNS)

    assert requests(found) == {"facebook": 1, "twitter": 2}
    assert [line.pooled["response_rate"] for line in found.lines] == [0.0, 0.5]


def test_a_category_is_given_pooled_and_as_the_median_of_its_bodies() -> None:
    rows = exchange("q0", at(0), timedelta(hours=8), account_id="5")
    for n in range(1, 5):
        rows += exchange(f"q{n}", at(n), timedelta(hours=n) if n == 2 else None)

    towns = breakdown(rows, "category", TOWNS).lines[-1]

    assert (towns.label, towns.n_bodies) == ("ville", 2)
    assert towns.pooled["response_rate"] == 2 / 5
    assert towns.median_of_bodies["response_rate"] == (1 + 1 / 4) / 2
    assert towns.pooled["median_delay"] == towns.median_of_bodies["median_delay"] == 5 * 3600


def test_the_median_of_bodies_is_not_that_of_requests() -> None:
    panel = Panel("three", tuple(
        Body(name, name, "town", (Account("twitter", name, name),)) for name in "abc"
    ))  # fmt: skip
    delays = {"a": [1, 1, 1, 1, 1], "b": [10], "c": [20]}
    rows = [
        row
        for name, hours in delays.items()
        for n, delay in enumerate(hours)
        for row in exchange(f"{name}{n}", at(n), timedelta(hours=delay), account_id=name)
    ]

    (line,) = breakdown(rows, "category", panel).lines

    assert line.pooled["median_delay"] == 3600
    assert line.median_of_bodies["median_delay"] == 10 * 3600


def test_a_body_with_several_accounts_is_one_body() -> None:
    rows = [*exchange("q1", at(1)), *exchange("q2", at(2), account_id="3")]

    (line,) = breakdown(rows, "category", TOWNS).lines

    assert (line.n_bodies, line.pooled["n_requests"]) == (1, 2)


def test_a_body_without_a_mature_request_is_none_of_a_lines_bodies() -> None:
    rows = [*exchange("q1", at(1)), *exchange("q2", at(55), account_id="5")]

    (line,) = breakdown(rows, "category", TOWNS).lines

    assert (line.n_bodies, line.pooled["n_requests"], line.pooled["n_pending"]) == (1, 1, 1)


# --- by time -----------------------------------------------------------------------------------


def test_days_are_those_of_the_timezone() -> None:
    rows = asked("2026-09-08T21:59", "2026-09-08T22:00", "2026-09-10T10:00")

    found = requests(breakdown(rows, "day", timezone="Europe/Paris"))

    assert found == {"2026-09-08": 1, "2026-09-09": 1, "2026-09-10": 1}


def test_a_request_belongs_to_the_day_on_which_it_was_asked_however_late_the_answer() -> None:
    found = breakdown(exchange("q", at(1), timedelta(days=3)), "day")

    (line,) = found.lines
    assert (line.label, line.pooled["n_answered"]) == ("2026-09-08", 1)


def test_an_episode_belongs_to_the_day_on_which_it_began_wherever_its_delay_begins() -> None:
    rows = [asks("q1", at(1, 23)), asks("q2", at(2, 1)), answers("a", "q2", at(2, 4))]

    found = breakdown(rows, "day", unit="episode", clock_start="last")

    (line,) = found.lines
    assert (line.label, line.pooled["median_delay"]) == ("2026-09-08", 3 * 3600)


def test_weeks_begin_on_monday_in_the_timezone() -> None:
    rows = asked("2026-09-13T21:59", "2026-09-13T22:00", "2026-09-16T10:00")

    found = requests(breakdown(rows, "week", timezone="Europe/Paris"))

    assert found == {"2026-W37": 1, "2026-W38": 2}


def test_a_week_at_the_end_of_a_year_is_one() -> None:
    rows = asked("2026-12-31T10:00", "2027-01-03T10:00", "2027-01-04T10:00")

    found = breakdown(rows, "week", until=datetime(2027, 2, 1, tzinfo=UTC))

    assert requests(found) == {"2026-W53": 2, "2027-W01": 1}


def test_hours_of_the_week_stand_in_their_order() -> None:
    rows = asked("2026-09-13T09:10", "2026-09-07T10:00", "2026-09-14T10:59", "2026-09-08T08:00")

    found = requests(breakdown(rows, "hour-of-week"))

    assert list(found.items()) == [("Mon 10", 2), ("Tue 08", 1), ("Sun 09", 1)]


def test_hours_of_the_day_are_those_of_working_days_and_of_weekends() -> None:
    rows = asked("2026-09-13T09:10", "2026-09-07T10:00", "2026-09-15T10:59", "2026-09-12T09:00")

    found = requests(breakdown(rows, "hour"))

    assert list(found.items()) == [("Mon–Fri 10", 2), ("Sat–Sun 09", 2)]


def test_the_hour_that_comes_twice_when_clocks_go_back_is_one_line() -> None:
    rows = asked("2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30")

    found = requests(breakdown(rows, "hour-of-week", timezone="Europe/Paris"))

    assert found == {"Sun 01": 1, "Sun 02": 2, "Sun 03": 1}


def test_the_hour_that_is_missing_when_clocks_go_forward_has_no_request() -> None:
    rows = asked("2027-03-28T00:30", "2027-03-28T01:00", "2027-03-28T02:30")

    found = breakdown(
        rows, "hour-of-week", timezone="Europe/Paris", until=datetime(2027, 4, 10, tzinfo=UTC)
    )

    assert requests(found) == {"Sun 01": 1, "Sun 03": 1, "Sun 04": 1}


def test_hours_begin_where_clocks_show_them_to() -> None:
    rows = asked("2026-09-08T06:29", "2026-09-08T06:30")  # half past six is noon in India

    found = requests(breakdown(rows, "hour-of-week", timezone="Asia/Kolkata"))

    assert found == {"Tue 11": 1, "Tue 12": 1}


def test_hours_are_right_where_clocks_are_set_by_half_an_hour() -> None:
    # On Lord Howe Island clocks go from 2:00 to 2:30, which is half past three in UTC.
    rows = asked("2026-10-03T15:29", "2026-10-03T15:30", "2026-10-03T15:59", "2026-10-03T16:00")

    found = requests(breakdown(rows, "hour-of-week", timezone="Australia/Lord_Howe"))

    assert found == {"Sun 01": 1, "Sun 02": 2, "Sun 03": 1}


def test_on_the_day_that_is_longer_every_request_has_its_hour_and_day() -> None:
    rows = asked(*(f"2026-10-25T{hour:02d}:59:59" for hour in range(24)))

    by_day, by_hour = (
        requests(breakdown(rows, by, timezone="Europe/Paris", period="2026-10-25..2026-10-25"))
        for by in ("day", "hour-of-week")
    )

    assert by_day == {"2026-10-25": 23}  # the last was asked in the first hour of the next day
    assert len(by_hour) == 22  # of 24, the first two hours began the day before
    assert sum(by_hour.values()) == 23


def test_requests_before_the_period_that_are_a_bodys_latest_have_their_day() -> None:
    rows = asked("2026-09-08T10:00", "2026-09-22T10:00")

    found = breakdown(rows, "day", period="2026-W39", latest=2)

    assert requests(found) == {"2026-09-08": 1, "2026-09-22": 1}


# --- the whole ---------------------------------------------------------------------------------


def many() -> list[dict[str, Any]]:
    """Requests to all accounts over two months, answered, late, pending or not at all."""
    random, rows = Random(20261123), []
    places = [("twitter", account_id) for account_id in "1235"] + [("facebook", "1")]
    for n in range(60):
        network, account_id = random.choice(places)
        delay = random.choice([None, timedelta(minutes=random.randint(0, 20_000))])
        when = at(minutes=random.randint(0, 60 * 1440 - 1))
        rows += exchange(f"q{n}", when, delay, network=network, account_id=account_id)
    return rows


COUNTS = ("n_requests", "n_answered", "n_late", "n_pending", "n_selected_all", "devoted_index")


@pytest.mark.parametrize("by", GROUPS)
@pytest.mark.parametrize("unit", ["message", "author"])
def test_the_lines_add_up_to_the_whole(by: str, unit: str) -> None:
    options: dict[str, Any] = {"timezone": "Europe/Paris", "unit": unit}
    whole = board(many(), TOWNS, **options)

    lines = breakdown(many(), by, TOWNS, **options).lines

    assert len(lines) > 1
    for name in COUNTS:
        expected = sum(score.values[name] for score in whole.scores)
        assert sum(line.pooled[name] for line in lines) == expected


def test_the_bodies_of_a_category_are_those_of_the_ranking() -> None:
    whole = board(many(), TOWNS)

    found = {line.label: line for line in breakdown(many(), "category", TOWNS).lines}

    for category in ("transport", "ville"):
        rates = [s.values["response_rate"] for s in whole.scores if s.body.category == category]
        assert found[category].n_bodies == len(rates)
        assert found[category].median_of_bodies["response_rate"] == pytest.approx(median(rates))


def test_a_breakdown_says_what_it_breaks_down() -> None:
    found = breakdown([*asked("2026-09-08T10:00")], "network", selection="questions")

    assert (found.by, found.scoreboard.selection, found.scoreboard.scores) == (
        "network", "questions", (),
    )  # fmt: skip
    assert {metric.name for metric in found.metrics} == set(found.lines[0].pooled)


def test_without_requests_there_are_no_lines() -> None:
    assert breakdown([], "category").lines == ()


def test_what_is_left_out_is_in_no_line() -> None:
    rows = [asks("q", at(1), kind="repost"), asks("q2", END + timedelta(hours=1))]

    assert breakdown(rows, "network", PANEL, exclude="default").lines == ()
