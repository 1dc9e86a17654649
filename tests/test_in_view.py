"""What coverage decides besides ranks: where the data end, and which requests nobody watched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from engines import engine
from worlds import ALL, PANEL, START, answers, asks, at, values, world

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body
from socialscore.reporters import render
from socialscore.reporters.explanation import render_explanation
from socialscore.reporters.sentences import in_sentences
from socialscore.scoring import MessageSource, MessageTable, ask, break_down, score
from socialscore.scoring.adoption import activity
from socialscore.scoring.explanation import body_named, explain
from socialscore.store.schema import COVERAGE


def covered(account_id: str, *days: tuple[float, float], **columns: Any) -> list[dict[str, Any]]:
    """The account's rows of the coverage: both streams, each from day to day."""
    return [
        {
            "network": "twitter", "account_id": account_id, "stream": stream,
            "covered_from": at(since).replace(tzinfo=None),
            "covered_until": at(until).replace(tzinfo=None),
        } | columns
        for since, until in days
        for stream in ("inbound", "outbound")
    ]  # fmt: skip


def source(rows: list[dict[str, Any]], coverage: list[dict[str, Any]]) -> MessageSource:
    """The messages of a world, of which this was in view."""
    known = world(rows).table
    return MessageSource(
        MessageTable(known, pa.Table.from_pylist(coverage, schema=COVERAGE)), engine=engine
    )


def bodies(n: int) -> Panel:
    """So many bodies with an account each: 0, 1, 2 …"""
    return Panel(
        "test",
        tuple(
            Body(str(i), f"Body {i}", "", (Account("twitter", str(i), f"b{i}"),)) for i in range(n)
        ),
    )


# --- where the data end --------------------------------------------------------------------------


def end_of(coverage: list[dict[str, Any]], n: int) -> Any:
    """The default end of the data of so many bodies, in days."""
    ranking = load_ranking(None, ALL | {"period": "2026-W37"})
    return (score(source([], coverage), bodies(n), ranking).as_of - START).total_seconds() / 86400


@pytest.mark.parametrize(
    ("ends", "end"),
    [
        ((20,), 20),
        ((20, 10), 20),  # one of two is half of them
        ((20, 10, 10), 10),
        ((20, 20, 10), 20),
        ((20, 15, 10, 5), 15),
        ((40, 20, 20, 20, 1), 20),  # neither the longest nor one that was given up moves it
    ],
)
def test_the_data_end_when_half_of_the_accounts_are_out_of_view(
    ends: tuple[float, ...], end: float
) -> None:
    coverage = [row for i, until in enumerate(ends) for row in covered(str(i), (0, until))]

    assert end_of(coverage, len(ends)) == end


def test_an_account_that_was_never_in_view_does_not_count() -> None:
    gap = covered("2", (0, 40), reason="out-of-reach")

    assert end_of([*covered("0", (0, 20)), *covered("1", (0, 20)), *gap], 9) == 20


def test_neither_other_networks_nor_other_accounts_count() -> None:
    others = [
        *covered("9", (0, 40)), *covered("8", (0, 40)),
        *(covered("0", (0, 40), network="facebook") * 3),
    ]  # fmt: skip

    assert end_of([*covered("0", (0, 20)), *covered("1", (0, 10)), *others], 3) == 20


def test_bodies_that_are_not_ranked_do_not_count() -> None:
    panel = Panel(
        "test",
        tuple(replace(it, category="ab"[int(it.body_id) > 1]) for it in bodies(5).bodies),
    )
    coverage = [row for i in range(5) for row in covered(str(i), (0, 20 if i < 2 else 10))]
    ranking = load_ranking(None, ALL | {"period": "2026-W37", "categories": ["a"]})

    found = score(source([], coverage), panel, ranking).as_of

    assert (found - START).total_seconds() / 86400 == 20


def test_a_message_does_not_move_the_end() -> None:
    ranking = load_ranking(None, ALL)
    rows = [asks("q", at(30))]

    assert score(source(rows, covered("1", (0, 20))), PANEL, ranking).as_of == at(20)


def test_adoption_ends_where_rankings_do() -> None:
    coverage = [row for i in range(3) for row in covered(str(i), (0, 40 if i == 1 else 20))]

    found = activity(source([], coverage), bodies(3), load_ranking())

    assert found
    assert found.as_of == at(20)


# --- requests that nobody watched ----------------------------------------------------------------

WHOLE = covered("1", (0, 60))


def outbound(account_id: str, *days: tuple[float, float]) -> list[dict[str, Any]]:
    """The account with what citizens write in view all the time, what it writes on these days."""
    rows = [row for row in covered(account_id, *days) if row["stream"] == "outbound"]
    return rows + covered(account_id, (0, 60), stream="inbound")[:1]


def of_city(
    rows: list[dict[str, Any]],
    coverage: list[dict[str, Any]],
    panel: Panel = PANEL,
    as_of: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """What the scoreboard says of the city, of which this was in view."""
    ranking = load_ranking(None, ALL | {"min_coverage": 0} | options)
    return values(score(source(rows, coverage), panel, ranking, as_of=as_of))


def watched(found: dict[str, Any]) -> tuple[int, int, int]:
    return found["n_requests"], found["n_pending"], found["n_unwatched"]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (((0, 60),), (1, 0, 0)),
        (((10, 17),), (1, 0, 0)),  # from the first moment to the last of its horizon
        (((0, 16.99),), (0, 0, 1)),
        (((10.01, 60),), (0, 0, 1)),
        (((0, 12), (12.01, 60)), (0, 0, 1)),  # a gap in between
        (((0, 12), (12, 60)), (1, 0, 0)),
        (((0, 14), (13, 60)), (1, 0, 0)),
        (((0, 9), (18, 60)), (0, 0, 1)),
    ],
)
def test_a_request_matures_only_if_the_body_was_in_view_to_the_end_of_its_horizon(
    seen: tuple[tuple[float, float], ...], expected: tuple[int, int, int]
) -> None:
    rows = [asks("q", at(10))]

    assert watched(of_city(rows, outbound("1", *seen), as_of="2026-10-20")) == expected


def test_an_unwatched_request_is_in_no_rate_even_if_it_was_answered() -> None:
    rows = [asks("q1", at(10)), answers("a", "q1", at(10, 1)), asks("q2", at(30))]

    found = of_city(rows, outbound("1", (0, 12), (20, 60)))

    assert (found["n_requests"], found["n_answered"], found["n_unwatched"]) == (1, 0, 1)
    assert (found["response_rate"], found["n_selected_all"], found["n_late"]) == (0, 1, 0)


def test_before_its_horizon_has_passed_a_request_is_pending_whatever_is_in_view() -> None:
    found = of_city([asks("q", at(10))], outbound("1", (0, 11)), as_of="2026-09-20")

    assert watched(found) == (0, 1, 0)


def test_citizens_out_of_view_leave_a_request_watched() -> None:
    coverage = [row for row in WHOLE if row["stream"] == "outbound"]

    found = of_city([asks("q", at(10))], coverage)

    assert watched(found) == (1, 0, 0)


@pytest.mark.parametrize(("seen", "expected"), [(60, (1, 0, 0)), (59, (1, 0, 0)), (58, (0, 0, 1))])
def test_without_a_horizon_it_is_watched_to_the_end_but_for_a_day(
    seen: float, expected: tuple[int, int, int]
) -> None:
    rows = [asks("q", at(10))]

    found = of_city(rows, outbound("1", (0, seen)), as_of="2026-11-06", horizon="none")

    assert watched(found) == expected


def test_without_a_horizon_a_gap_in_the_last_day_counts_no_request_twice() -> None:
    rows = [asks("q1", at(10)), asks("q2", at(59.7)), asks("q3", at(59.5))]

    found = of_city(rows, outbound("1", (0, 59.4), (59.6, 60)), as_of="2026-11-06", horizon="none")

    assert watched(found) == (2, 0, 1)  # the last one was asked while nobody looked


def test_the_wait_for_what_was_out_of_view_is_known_for_as_long_as_it_was_seen() -> None:
    rows = [asks(f"q{n}", at(10), author_id=f"c{n}") for n in range(3)]
    rows += [answers("a", "q0", at(11)), answers("b", "q1", at(13))]

    seen_for_two_days = of_city(rows, outbound("1", (0, 12), (20, 60)))
    never_seen = of_city(rows, outbound("1", (20, 60)))

    assert seen_for_two_days["n_unwatched"] == never_seen["n_unwatched"] == 3
    # One response in two days: a third. The second came when nobody could have seen the third.
    assert seen_for_two_days["median_wait"] is None
    assert never_seen["median_wait"] is None
    assert of_city(rows, WHOLE)["median_wait"] == 3 * 86_400


AID = Account("twitter", "3", "montsabran_aide", "care")


def city(*accounts: Account) -> Panel:
    return Panel("test", (Body("ville", "Ville de Montsabran", "ville", accounts),))


CITY = Account("twitter", "1", "montsabran")


@pytest.mark.parametrize(
    ("aid", "seen", "expected"),
    [
        (AID, (0, 60), (1, 0, 0)),
        (AID, (0, 16), (0, 0, 1)),  # it might have answered
        (AID, (50, 60), (0, 0, 1)),
        (replace(AID, valid_until=date(2026, 9, 12)), (0, 5), (1, 0, 0)),  # day 5: was given up
        (replace(AID, valid_from=date(2026, 10, 7)), (30, 60), (1, 0, 0)),  # day 30: came later
        (replace(AID, network="facebook"), (0, 1), (1, 0, 0)),  # answers there are others
    ],
)
def test_all_accounts_of_the_body_on_the_network_must_be_in_view_while_they_are_the_bodys(
    aid: Account, seen: tuple[float, float], expected: tuple[int, int, int]
) -> None:
    coverage = [*WHOLE, *(row | {"network": aid.network} for row in covered("3", seen))]

    found = of_city([asks("q", at(10))], coverage, city(CITY, aid), as_of="2026-10-20")

    assert watched(found) == expected


def test_an_account_that_is_renamed_stays_in_view() -> None:
    day = date(2026, 9, 19)
    renamed = city(replace(CITY, valid_until=day), replace(CITY, handle="new", valid_from=day))

    assert watched(of_city([asks("q", at(10))], WHOLE, renamed)) == (1, 0, 0)


def test_outputs_say_how_many_requests_nobody_watched_and_why() -> None:
    rows = [asks("q1", at(10)), asks("q2", at(30)), answers("a", "q2", at(30, 1))]
    ranking = load_ranking(None, ALL | {"min_coverage": 0})
    known = source(rows, outbound("1", (0, 12), (20, 60)))

    table = render(score(known, PANEL, ranking), "markdown")
    by_network = render(break_down(known, PANEL, ranking, "network"), "markdown")
    body = body_named(PANEL, "ville")
    explained = explain(known, PANEL, ranking, body)
    page = render_explanation(explained, "table")
    (sentence,) = (it for it in in_sentences(explained, explained.messages[0]) if "view" in it)

    said = (
        "unwatched: 1 request (50 %), in no rate: what the bodies wrote was not in view to the end "
        "of the horizon"
    )
    assert said in table
    assert said in by_network
    assert "1: 1 answered, 0 late, 0 unanswered; 0 pending, 1 unwatched" in " ".join(page.split())
    assert [it.outcome for it in explained.messages] == ["unwatched", "answered"]
    assert sentence == (
        "The request is unwatched, and in no rate: what the body wrote was not in view all the "
        "time until 24 Sep 2026 00:00 (horizon 7 d)."
    )


# --- the week that is ranked where nobody names a period -----------------------------------------


def week_of(coverage: list[dict[str, Any]], as_of: str | None = None, **options: Any) -> str:
    """The period of a ranking of two bodies that names none; 2026-W37 begins on day 0."""
    ranking = load_ranking(None, {"timezone": "UTC"} | options)
    table = pa.Table.from_pylist(coverage, schema=COVERAGE)
    return ask(table, bodies(2), ranking, as_of=as_of).period.label


def both(*days: tuple[float, float]) -> list[dict[str, Any]]:
    return [*covered("0", *days), *covered("1", *days)]


@pytest.mark.parametrize(
    ("days", "week"),
    [
        ([(0, 28)], "2026-W39"),  # W40 is over, and has not matured
        ([(0, 27.999)], "2026-W38"),
        ([(0, 14)], "2026-W37"),
        ([(0, 14), (16, 28)], "2026-W38"),  # more than a twentieth of W39 is missing
        ([(0, 14), (14.1, 28)], "2026-W39"),
        ([(0, 7), (30, 43)], "2026-W37"),  # nobody collected for weeks, and W42 has not matured
        ([(1, 14)], "2026-W37"),  # not all of it, and there is no other
        ([(0, 13)], "2026-W37"),  # none has matured: the one that was in view for longer
        ([(0, 1), (7, 13)], "2026-W38"),
        ([(0, 7)], "2026-W37"),
        ([(2, 6)], "2026-W37"),
        ([(1, 7.2)], "2026-W37"),  # it ends on Monday, with an answer to what was asked before
    ],
)
def test_the_last_week_that_was_in_view_and_has_matured_is_ranked(
    days: list[tuple[float, float]], week: str
) -> None:
    assert week_of(both(*days)) == week


@pytest.mark.parametrize(
    ("options", "week"),
    [
        ({"horizon": "24h"}, "2026-W39"),
        ({"horizon": "8d"}, "2026-W38"),
        ({"horizon": "8d", "timezone": "Asia/Tokyo"}, "2026-W38"),
        ({"as_of": "2026-09-21"}, "2026-W37"),
        ({"as_of": "2026-12-01"}, "2026-W40"),  # later than the data
        ({"as_of": "2026-08-01"}, "2026-W31"),  # earlier
        ({"min_coverage": 1}, "2026-W38"),
        ({"period": "last-week"}, "2026-W40"),
    ],
)
def test_options_decide_which_week_has_matured(options: dict[str, Any], week: str) -> None:
    assert week_of(both((0, 20.8), (21, 28.5)), **options) == week


def test_half_of_the_accounts_are_enough_of_both_streams() -> None:
    outbound = [row for row in both((0, 28)) if row["stream"] == "outbound"]

    assert week_of([*covered("0", (0, 28)), *covered("1", (0, 14), (27, 28))]) == "2026-W39"
    assert week_of([*outbound, *both((0, 14), (27, 28))]) == "2026-W38"


def test_weeks_begin_at_midnight_when_clocks_change() -> None:
    ends = (datetime(2026, 11, 1, 23, tzinfo=UTC) - START) / timedelta(days=1)

    assert week_of(both((0, ends)), timezone="Europe/Paris") == "2026-W43"
    assert week_of(both((0, ends - 1 / 24)), timezone="Europe/Paris") == "2026-W42"
