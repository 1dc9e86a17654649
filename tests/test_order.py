"""Who is ranked and who is not, in which order, and what the rank says of a body."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scoreboards import scoreboard
from worlds import METRO, VILLE, answers, asks, at, board, line, values, world

from socialscore.errors import UsageError
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body
from socialscore.model.scoreboard import Score
from socialscore.scoring import MessageSource, score
from socialscore.scoring.metrics import key_metric
from socialscore.scoring.order import in_order, reason_for_no_rank, with_simultaneous_ranks

# --- why a body has no rank --------------------------------------------------------------------

OPEN = Account("twitter", "1", "montsabran")
CLOSED = replace(OPEN, closed=True)
ENOUGH = {"n_requests": 20, "n_answered": 12, "n_replies": 15, "coverage": 1.0}
NOTHING = {"n_requests": 20, "n_answered": 0, "n_replies": 0}  # it looks suspect


def reason(
    accounts: tuple[Account, ...] = (OPEN,), options: dict[str, Any] | None = None, **found: Any
) -> str | None:
    """Why a body of which this was found has no rank."""
    ranking = load_ranking(None, options)
    body = Body("ville", "Ville de Montsabran", "ville", accounts)
    return reason_for_no_rank(body, ENOUGH | found, ranking, key_metric(ranking))


def test_a_body_that_has_enough_of_everything_is_ranked() -> None:
    assert reason() is None


def test_each_reason_goes_before_the_next() -> None:
    unseen = NOTHING | {"coverage": 0.0}

    assert reason((), **unseen) == "no-account"
    assert reason((CLOSED,), **unseen) == "closed"
    assert reason(**unseen) == "not-collected"
    assert reason(**NOTHING, coverage=0.94) == "low-coverage"
    assert reason(**NOTHING, options={"min_requests": 50}) == "suspect"
    assert reason(options={"min_requests": 50}) == "too-few"


def test_a_body_is_closed_if_nobody_can_write_to_any_of_its_accounts() -> None:
    elsewhere = Account("facebook", "4", "montsabran")

    assert reason((CLOSED, elsewhere)) is None
    assert reason((CLOSED, replace(elsewhere, closed=True))) == "closed"
    assert reason((CLOSED, elsewhere), {"networks": ["twitter"]}) == "closed"


def test_a_body_without_an_account_on_the_networks_of_the_ranking_has_none() -> None:
    assert reason((OPEN,), {"networks": ["facebook"]}) == "no-account"


@pytest.mark.parametrize(("coverage", "expected"), [(0.8, None), (0.79, "low-coverage")])
def test_how_much_must_have_been_in_view_says_the_ranking(
    coverage: float, expected: str | None
) -> None:
    assert reason(options={"min_coverage": 0.8}, coverage=coverage) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"n_requests": 10}, "suspect"),
        ({"n_requests": 9}, "too-few"),
        ({"n_replies": 1}, None),  # it replies, though to none of these
    ],
)
def test_ten_requests_without_a_single_reply_are_suspect(
    found: dict[str, int], expected: str | None
) -> None:
    assert reason(**NOTHING | found) == expected


@pytest.mark.parametrize(("n_requests", "expected"), [(10, None), (9, "too-few")])
def test_how_many_requests_are_needed_says_the_ranking(
    n_requests: int, expected: str | None
) -> None:
    assert reason(options={"min_requests": 10}, n_requests=n_requests) == expected


def test_without_any_request_there_is_nothing_to_rank() -> None:
    assert reason(options={"min_requests": 0}, n_requests=0, n_answered=0) == "too-few"


@pytest.mark.parametrize("by", ["median_delay", "median_wait", "p90_delay"])
def test_ranking_by_a_time_needs_five_answers(by: str) -> None:
    assert reason(options={"by": by}, n_answered=5) is None
    assert reason(options={"by": by}, n_answered=4) == "too-few"
    assert reason(n_answered=4) is None


def test_reasons_are_found_from_messages_to_table() -> None:
    quiet = Body("quiet", "Quiet", "", (Account("twitter", "9", "quiet"),))
    shut = Body("shut", "Shut", "", (Account("twitter", "8", "shut", closed=True),))
    panel = Panel("all", (Body("absent", "Absent"), METRO, quiet, shut, VILLE))
    rows = [asks(f"q{n}", at(n), author_id=f"c{n}") for n in range(10)]

    scoreboard = board(rows, panel, min_requests=3)

    assert {score.body.body_id: score.reason for score in scoreboard.scores} == {
        "absent": "no-account",
        "metro": "too-few",
        "quiet": "too-few",
        "shut": "closed",
        "ville": "suspect",
    }


def test_a_body_whose_account_was_in_view_too_little_has_low_coverage() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1))]

    scoreboard = board(rows, until=at(3.5), period="2026-W37")

    assert values(scoreboard)["coverage"] == 0.5
    assert line(scoreboard).reason == "low-coverage"


def test_a_body_that_was_not_in_view_at_all_is_not_collected() -> None:
    scoreboard = board([asks("q", at(1))], period="2027-01", as_of="2027-03-01")

    assert line(scoreboard).reason == "not-collected"


def test_where_nothing_was_collected_the_way_out_is_named() -> None:
    other = Panel("other", (Body("x", "X", "", (Account("twitter", "99", "x"),)),))
    ranking = load_ranking(None, {"period": "all"})

    with pytest.raises(UsageError, match="nothing was collected for the bodies of the panel"):
        score(MessageSource(world([])), other, ranking)


# --- order and ties ----------------------------------------------------------------------------


def of(name: str, **found: Any) -> Score:
    """A body with the values that order looks at."""
    counted = {
        "n_requests": 20, "n_answered": 10, "response_rate": 0.5, "wilson_low": 0.3,
        "wilson_high": 0.7, "median_delay": 3600.0, "median_wait": None, "within_24h": 0.4,
        "shrunk_rate": 0.5, "devoted_index": 0,
    }  # fmt: skip
    reason = found.pop("reason", None)
    return Score(Body(name, name.title()), counted | found, reason=reason)


def rate(name: str, n_answered: int, n_requests: int) -> Score:
    counted = {"n_answered": n_answered, "n_requests": n_requests}
    return of(name, response_rate=n_answered / n_requests, **counted)


def ordered(*scores: Score, **options: Any) -> tuple[Score, ...]:
    ranking = load_ranking(None, options)
    return in_order(scores, key_metric(ranking), ranking)


def ranks(*scores: Score, **options: Any) -> dict[str, int | None]:
    return {score.body.body_id: score.rank for score in ordered(*scores, **options)}


def test_equal_bodies_share_a_rank_in_order_of_name() -> None:
    scores = [of("d", response_rate=0.9), of("c"), of("b"), of("a", response_rate=0.1)]

    found = [(score.rank, score.body.body_id) for score in ordered(*scores)]

    assert found == [(1, "d"), (2, "b"), (2, "c"), (4, "a")]


@pytest.mark.parametrize(
    ("by", "first", "second"),
    [
        ("response_rate", {"response_rate": 0.6}, {"response_rate": 0.5}),
        ("median_delay", {"median_delay": 60.0}, {"median_delay": 61.0}),
        ("median_wait", {"median_wait": 9.0}, {"median_wait": None}),  # longer than the horizon
        ("devoted_index", {"devoted_index": -1}, {"devoted_index": -2}),
        ("wilson_low", {"wilson_low": 0.4}, {"wilson_low": 0.3}),
        ("shrunk_rate", {"shrunk_rate": 0.4}, {"shrunk_rate": 0.3}),
    ],
)
def test_the_better_value_goes_first(
    by: str, first: dict[str, float], second: dict[str, float]
) -> None:
    assert ranks(of("a", **second), of("b", **first), by=by) == {"b": 1, "a": 2}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"wilson_low": 0.4}, {"wilson_low": 0.3, "wilson_high": 0.9}),
        ({"wilson_high": 0.8}, {"wilson_high": 0.7, "median_delay": 1.0}),
        ({"median_delay": 60.0}, {"median_delay": 61.0}),
        ({"median_delay": 60.0}, {"median_delay": None}),
    ],
)
def test_ties_fall_to_the_interval_and_then_to_the_delay(
    first: dict[str, float], second: dict[str, float]
) -> None:
    assert ranks(of("a", **second), of("b", **first)) == {"b": 1, "a": 2}


def test_bodies_without_a_rank_follow_by_name() -> None:
    scores = [of("z", reason="too-few"), of("m"), of("b", reason="suspect", response_rate=1.0)]

    assert list(ranks(*scores).items()) == [("m", 1), ("b", None), ("z", None)]


# --- intervals and percentiles -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "has_interval"),
    [
        ("response_rate", True),
        ("within_24h", True),
        ("wilson_low", True),
        ("shrunk_rate", True),
        ("median_delay", False),
        ("median_wait", False),
        ("devoted_index", False),
    ],
)
def test_a_rank_has_an_interval_where_the_key_is_a_share_of_requests(
    by: str, has_interval: bool
) -> None:
    found = ordered(of("a", median_wait=1.0), of("b", median_wait=2.0), by=by)

    for each in found:
        assert (each.rank_low is not None, each.rank_high is not None) == (has_interval,) * 2


def test_the_more_requests_the_surer_is_a_rank() -> None:
    few = ordered(rate("a", 6, 10), rate("b", 5, 10), rate("c", 4, 10))
    many = ordered(rate("a", 6000, 10_000), rate("b", 5000, 10_000), rate("c", 4000, 10_000))

    assert [(score.rank_low, score.rank_high) for score in few] == [(1, 3)] * 3
    assert [(score.rank_low, score.rank_high) for score in many] == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("key", ["response_rate", "within_24h"])
def test_simultaneous_intervals_are_those_that_a_ranking_of_these_would_show(key: str) -> None:
    rates = [900, 880, 700, 400, 390]
    lines = [
        of(f"b{rate}", response_rate=rate / 1000, within_24h=rate / 1000, n_requests=1000,
           n_answered=rate)
        for rate in rates
    ]  # fmt: skip
    unranked = Score(lines[0].body, lines[0].values, reason="low-coverage")
    shown = ordered(*lines, by=key, rank_interval="simultaneous")

    found = with_simultaneous_ranks(scoreboard(*ordered(*lines, by=key), unranked, by=key)).scores

    assert [(it.rank_low, it.rank_high) for it in shown] == [
        (it.rank_simultaneous_low, it.rank_simultaneous_high) for it in found[:-1]
    ]
    assert found[0].rank_high != found[-2].rank_high
    assert found[-1] == unranked


def test_a_key_without_intervals_has_no_simultaneous_ones() -> None:
    lines = ordered(of("a", median_wait=1.0), of("b", median_wait=2.0), by="median_wait")

    found = with_simultaneous_ranks(scoreboard(*lines, by="median_wait"))

    assert {it.rank_simultaneous_low for it in found.scores} == {None}


def test_the_interval_of_a_rank_within_a_time_is_that_of_its_share() -> None:
    late = {"response_rate": 1.0, "n_answered": 1000, "n_requests": 1000, "within_24h": 0.1}
    soon = {"response_rate": 0.5, "n_answered": 500, "n_requests": 1000, "within_24h": 0.5}

    found = ordered(of("late", **late), of("soon", **soon), by="within_24h")

    assert [(s.body.body_id, s.rank_low, s.rank_high) for s in found] == [
        ("soon", 1, 1), ("late", 2, 2),
    ]  # fmt: skip


def test_bodies_without_a_rank_have_no_interval_percentile_or_band_and_disturb_none() -> None:
    ranked = [rate("a", 6, 10), rate("b", 5, 10)]
    bands = [{"label": "all", "at_least": {"response_rate": 0}}]

    alone = ordered(*ranked, bands=bands)
    among = ordered(*ranked, of("x", reason="too-few"), bands=bands)

    assert among[:2] == alone
    last = among[2]
    assert (last.rank_low, last.rank_high, last.percentile, last.band) == (None,) * 4


def test_a_percentile_is_the_share_of_the_others_that_stand_below() -> None:
    found = ordered(rate("a", 9, 10), of("b"), of("c"), rate("d", 1, 10), rate("e", 0, 10))

    percentiles = {score.body.body_id: score.percentile for score in found}
    assert percentiles == {"a": 1.0, "b": 0.5, "c": 0.5, "d": 0.25, "e": 0.0}


def test_one_body_alone_has_no_percentile() -> None:
    assert ordered(of("a"))[0].percentile is None


# --- bands -------------------------------------------------------------------------------------

BANDS = (
    {"label": "gold", "at_least": {"response_rate": 0.9}, "at_most": {"median_delay": 900}},
    {"label": "silver", "at_least": {"response_rate": 0.9}},
    {"label": "bronze", "at_least": {"response_rate": 0.5}},
)


@pytest.mark.parametrize(
    ("found", "band"),
    [
        ({"response_rate": 0.9, "median_delay": 900.0}, "gold"),
        ({"response_rate": 1.0, "median_delay": 901.0}, "silver"),
        ({"response_rate": 0.89, "median_delay": 1.0}, "bronze"),
        ({"response_rate": 0.49, "median_delay": 1.0}, None),
        ({"response_rate": 0.95, "median_delay": None}, "silver"),  # no value meets no condition
    ],
)
def test_a_body_is_in_the_first_band_of_which_all_conditions_hold(
    found: dict[str, float | None], band: str | None
) -> None:
    assert ordered(of("a", **found), bands=BANDS)[0].band == band


def test_bands_are_found_from_messages_to_table() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1))]
    rows += [asks("q2", at(1), account_id="2")]

    scoreboard = board(rows, bands=BANDS)

    assert [(score.body.body_id, score.band) for score in scoreboard.scores] == [
        ("ville", "silver"), ("metro", None),
    ]  # fmt: skip
    assert [band.label for band in scoreboard.bands] == ["gold", "silver", "bronze"]
