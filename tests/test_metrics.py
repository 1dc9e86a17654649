"""The numbers of a body that are more than counts, from messages to values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import METRO, PANEL, VILLE, answers, asks, at, board, line, values

from socialscore.errors import UnknownName
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

DELAYS = (3, 1, 40, 7, 2, 90, 5, 12, 20, 60)  # hours


def delayed(*hours: float) -> list[dict[str, Any]]:
    """Requests that were answered after so many hours each."""
    rows = []
    for n, delay in enumerate(hours):
        rows.append(asks(f"q{n}", at(n), author_id=f"c{n}"))
        rows.append(answers(f"a{n}", f"q{n}", at(n, delay), citizen=f"c{n}"))
    return rows


# --- delays ------------------------------------------------------------------------------------


def test_the_times_of_the_shares_within_are_those_of_the_ranking() -> None:
    scoreboard = board([*delayed(1, 2, 2.001), asks("q", at(9))], within="2h, 90m")

    names = [
        metric.name for metric in scoreboard.metrics if metric.name[:8] in ("within_2", "within_9")
    ]
    assert names == ["within_2h", "within_90m"]
    assert values(scoreboard)["within_2h"] == 2 / 4
    assert values(scoreboard)["within_90m"] == 1 / 4


def test_a_share_within_a_time_can_rank_where_the_ranking_has_that_time() -> None:
    assert board(delayed(1), within="2h", by="within_2h").key == "within_2h"
    with pytest.raises(UnknownName, match="unknown metric to rank by 'within_24h'"):
        board(delayed(1), within="2h", by="within_24h")


def test_within_a_time_longer_than_the_horizon_are_those_within_the_horizon() -> None:
    found = values(board(delayed(1, 30), horizon="1d", within="3d"))

    assert found["within_3d"] == found["response_rate"] == 1 / 2


@pytest.mark.parametrize(("trim", "n_kept"), [(0, 10), (0.1, 9), (0.25, 8), (0.99, 1)])
def test_a_trimmed_delay_leaves_out_the_slowest(trim: float, n_kept: int) -> None:
    found = values(board(delayed(*DELAYS), trim=trim))

    assert found["trimmed_delay"] == pytest.approx(3600 * np.mean(sorted(DELAYS)[:n_kept]))


def test_of_equal_delays_a_trimmed_one_leaves_out_as_many_as_of_others() -> None:
    found = values(board(delayed(2, 2, 2, 1), trim=0.5))

    assert found["trimmed_delay"] == 1.5 * 3600


def test_quantiles_of_delays_are_those_of_type_7() -> None:
    found = values(board(delayed(*DELAYS)))

    assert found["median_delay"] == pytest.approx(3600 * np.quantile(DELAYS, 0.5))
    assert found["p90_delay"] == pytest.approx(3600 * np.quantile(DELAYS, 0.9))
    assert found["mean_delay"] == pytest.approx(3600 * np.mean(DELAYS))


def test_without_requests_there_is_no_rate_and_no_time() -> None:
    found = values(board([], within="24h"))

    none = ("response_rate", "wilson_low", "wilson_high", "shrunk_rate", "within_24h")
    none += ("median_delay", "p90_delay", "mean_delay", "trimmed_delay", "median_wait")
    assert {name: found[name] for name in none} == dict.fromkeys(none)
    assert (found["n_requests"], found["devoted_index"]) == (0, 0)


# --- conversationality -------------------------------------------------------------------------


def posts(message_id: str, hours: float, **columns: Any) -> dict[str, Any]:
    """What the city writes to nobody, unless the columns say otherwise."""
    row = answers(message_id, None, at(1, hours), kind="post", citizen=None)
    return row | {"addressed_ids": [], "n_addressed": 0} | columns


def test_conversationality_is_the_share_of_replies_among_what_a_body_wrote() -> None:
    rows = [answers("a1", "x", at(1)), posts("p1", 1), posts("p2", 2), posts("p3", 3)]

    assert values(board(rows))["conversationality"] == 0.25


def test_a_body_that_goes_on_with_its_own_thread_converses_with_nobody() -> None:
    thread = {"kind": "reply", "reply_to_id": "p1", "reply_to_author_id": "1"}
    rows = [answers("a1", "x", at(1)), posts("p1", 1), posts("p2", 2, **thread)]

    assert values(board(rows))["conversationality"] == pytest.approx(1 / 3)


def test_a_sister_account_is_not_another_one_to_converse_with() -> None:
    aid = Account("twitter", "3", "montsabran_aide")
    sisters = Panel("sisters", (Body("ville", "Ville", "", (*VILLE.accounts, aid)),))
    to_aid = {"kind": "reply", "reply_to_id": "p9", "reply_to_author_id": "3"}

    found = values(board([posts("p1", 1), posts("p2", 2, **to_aid)], sisters))

    assert found["conversationality"] == 0.0


def test_reposts_are_nothing_that_a_body_wrote() -> None:
    rows = [answers("a1", "x", at(1)), posts("p1", 1), posts("p2", 2, kind="repost")]

    assert values(board(rows))["conversationality"] == 0.5


def test_what_a_body_wrote_outside_the_period_does_not_count() -> None:
    rows = [answers("a1", "x", at(1)), posts("p1", 24), posts("p2", 24 * 8)]

    assert values(board(rows, period="2026-W37"))["conversationality"] == 0.5


def test_a_body_that_wrote_nothing_has_no_conversationality() -> None:
    assert values(board([asks("q", at(1))]))["conversationality"] is None


# --- shrunk rates ------------------------------------------------------------------------------


def town(name: str, category: str = "town") -> Body:
    return Body(name, name, category, (Account("twitter", name, name),))


def of_town(name: str, n_answered: int, n_requests: int) -> list[dict[str, Any]]:
    rows = []
    for n in range(n_requests):
        me = {"account_id": name}
        rows.append(asks(f"{name}{n}", at(n), author_id=f"c{n}", **me))
        if n < n_answered:
            rows.append(answers(f"a{name}{n}", f"{name}{n}", at(n, 1), author_id=name, **me))
    return rows


COUNTED = {"a": (1, 2), "b": (4, 5), "c": (0, 6), "d": (9, 9), "e": (3, 10)}


def kleinman(k: int, n: int) -> float:
    """The rate of one of these towns, drawn to that of all by Kleinman's moments (1973)."""
    total = sum(requests for _, requests in COUNTED.values())
    mean = sum(answered for answered, _ in COUNTED.values()) / total
    spread = sum(
        requests * (answered / requests - mean) ** 2 for answered, requests in COUNTED.values()
    )
    most = sum((requests - 1) * (1 - requests / total) for _, requests in COUNTED.values())
    alike = (spread / (mean * (1 - mean)) - len(COUNTED) + 1) / most
    return (alike * k + (1 - alike) * mean) / (alike * n + 1 - alike)


def test_a_rate_is_drawn_to_that_of_its_category() -> None:
    rows = [row for name, of in COUNTED.items() for row in of_town(name, *of)]
    elsewhere = of_town("elsewhere", 3, 4)  # in another category: it changes nothing
    panel = Panel("towns", (*map(town, COUNTED), town("elsewhere", "other")))

    scoreboard = board(rows + elsewhere, panel)

    for name, of in COUNTED.items():
        assert values(scoreboard, name)["shrunk_rate"] == pytest.approx(kleinman(*of))


def test_with_fewer_than_five_bodies_that_were_asked_the_rate_is_jeffreyss() -> None:
    asked = dict(list(COUNTED.items())[:4])
    rows = [row for name, of in asked.items() for row in of_town(name, *of)]

    scoreboard = board(rows, Panel("towns", tuple(map(town, COUNTED))))

    for name, (k, n) in asked.items():
        assert values(scoreboard, name)["shrunk_rate"] == pytest.approx((k + 0.5) / (n + 1))
    assert values(scoreboard, "e")["shrunk_rate"] is None


def test_where_all_rates_are_equal_so_are_the_shrunk_ones() -> None:
    names = "abcde"
    rows = [row for n, name in enumerate(names, 1) for row in of_town(name, n, 2 * n)]

    scoreboard = board(rows, Panel("towns", tuple(map(town, names))))

    assert {values(scoreboard, name)["shrunk_rate"] for name in names} == {0.5}


def test_ranking_by_the_shrunk_rate_does_not_put_a_single_lucky_answer_first() -> None:
    counted = {"lucky": (1, 1), "steady": (9, 10), "b": (1, 10), "c": (2, 10), "d": (3, 10)}
    rows = [row for name, of in counted.items() for row in of_town(name, *of)]
    panel = Panel("towns", tuple(map(town, counted)))

    by_rate, shrunk = board(rows, panel), board(rows, panel, by="shrunk_rate")

    assert by_rate.scores[0].body.body_id == "lucky"
    assert [line(shrunk, name).rank for name in ("steady", "lucky")] == [1, 2]


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"by": "n_requests"}, "unknown metric to rank by 'n_requests'"),
        ({"by": "median_wiat"}, "did you mean 'median_wait'"),
        ({"show": ["response_rte"]}, "unknown metric to show 'response_rte'; did you mean 'respo"),
        (
            {"bands": [{"label": "good", "at_least": {"within_2h": 0.5}}]},
            "unknown metric for the band 'good' 'within_2h'",
        ),
    ],
)
def test_a_metric_that_the_ranking_does_not_have_is_named(
    options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UnknownName, match=problem):
        board([asks("q", at(1))], **options)


def test_every_metric_that_is_declared_has_a_value_for_every_body() -> None:
    scoreboard = board([asks("q", at(1))], clock="business", calendar="always")

    names = {metric.name for metric in scoreboard.metrics}
    assert {score.body for score in scoreboard.scores} == {METRO, VILLE} == set(PANEL.bodies)
    assert all(set(score.values) == names for score in scoreboard.scores)
