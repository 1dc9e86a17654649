"""Why a body has its line: what became of each message, in agreement with the ranking."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from engines import engine
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from random_worlds import AS_OF, SINCE, UNTIL
from random_worlds import PANEL as RANDOM_PANEL
from random_worlds import worlds as random_worlds
from shell import begin, run
from worlds import ALL, END, METRO, PANEL, START, VILLE, answers, asks, at, world

from socialscore.errors import UnknownName, UsageError
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.language import rules
from socialscore.model.messages import Account, Body
from socialscore.reporters.explanation import render_explanation, render_messages
from socialscore.scoring import MessageSource
from socialscore.scoring.explanation import body_named, explain, messages_named
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from random_worlds import World

    from socialscore.inputs.ranking import Ranking
    from socialscore.model.explanation import ExplainedMessage, Explanation

WEEK = {"period": "2026-09-14..2026-09-20"}  # the second week of the world
EPISODES = {"unit": "episode", "match": "conversation"}


def look(
    *rows: dict[str, Any],
    panel: Panel = PANEL,
    body: Body = VILLE,
    as_of: str | None = None,
    with_text: bool = False,
    **options: Any,
) -> Explanation:
    """The explanation of a world; options are those of a ranking, over `ALL`."""
    ranking = load_ranking(None, ALL | options)
    return explain(
        MessageSource(world(list(rows), panel), engine=engine),
        panel,
        ranking,
        body,
        as_of=as_of,
        with_text=with_text,
    )


def only(*rows: dict[str, Any], **options: Any) -> ExplainedMessage:
    """What became of the only message of a world."""
    (message,) = look(*rows, **options).messages
    return message


def told(explanation: Explanation, message_id: str) -> str:
    """What is said of a message, on one line."""
    found = [it for it in explanation.messages if it.message_id == message_id]
    return " ".join(render_messages(explanation, found, "table").split())


# --- what became of a message --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "answered_at"),
    [
        ("answered", at(8)),
        ("late", at(8, seconds=1)),
        ("unanswered", at(15, seconds=1)),
    ],
)
def test_a_request_is_answered_late_or_unanswered(outcome: str, answered_at: Any) -> None:
    message = only(asks("q", at(1)), answers("a", "q", answered_at))

    assert message.outcome == outcome


def test_a_request_is_pending_while_it_is_watched() -> None:
    rows = asks("q", at(1)), answers("a", "q", at(2))

    explanation = look(*rows, as_of="2026-09-12")

    assert explanation.messages[0].outcome == "pending"
    assert "it is watched until 15 Sep 2026 00:00 (horizon 7 d). So far it has a response." in told(
        explanation, "q"
    )


def test_a_message_that_is_no_question_is_not_selected() -> None:
    row = asks("q", at(1), question_mark=False, question=False, rule_id="fr.request.svp")

    explanation = look(row, selection="questions")

    assert explanation.messages[0].outcome == "not-selected"
    assert "Not selected (selection questions): the rule that fits is fr.request.svp (" in told(
        explanation, "q"
    )
    assert "The request is not counted: none of its messages is selected" in told(explanation, "q")


@pytest.mark.parametrize(
    ("reason", "columns"),
    [
        ("own-group", {"author_id": "3"}),
        ("third-party", {"third_party": True}),
        ("institution", {"author_id": "2"}),
        ("repost", {"kind": "repost"}),
        ("duplicate", {"text_digest": "same"}),
        ("mass-mention", {"n_addressed": 4}),
        ("private", {"kind": "direct"}),
        ("deleted", {"deleted_at": at(2, 1).replace(tzinfo=None)}),
    ],
)
def test_a_message_that_is_left_out_says_why(reason: str, columns: dict[str, Any]) -> None:
    sisters = (*VILLE.accounts, Account("twitter", "3", "montsabran_aide", "care"))
    ville = Body("ville", "Ville de Montsabran", "ville", sisters)
    rows = asks("earlier", at(1, 12), text_digest="same"), asks("q", at(2), **columns)

    explanation = look(*rows, panel=Panel("test", (METRO, ville)), body=ville, exclude="default")

    message = explanation.messages[1]
    assert (message.outcome, message.reason, message.belongs_to) == ("excluded", reason, None)
    assert dict(explanation.n_excluded) == {reason: 1}
    assert f"({reason})." in told(explanation, "q")
    assert "It is left out: " in told(explanation, "q")


def test_counts_go_from_addressed_over_left_out_to_counted() -> None:
    rows = [asks(f"q{n}", at(n)) for n in range(5)]
    rows[1] |= {"kind": "repost"}

    explanation = look(*rows, exclude="default")

    assert (explanation.n_addressed, explanation.n_counted) == (5, 4)


def test_messages_to_another_body_are_not_explained() -> None:
    assert not look(asks("q", at(1), account_id="2")).messages


# --- requests ------------------------------------------------------------------------------------


def test_the_messages_of_an_episode_are_one_request() -> None:
    rows = asks("q1", at(1)), asks("q2", at(1, 1)), answers("a", "q2", at(1, 2))

    explanation = look(*rows, **EPISODES)

    first, second = explanation.messages
    assert first.belongs_to == second.belongs_to
    assert first.belongs_to
    assert first.belongs_to.message_ids == ("q1", "q2")
    assert first.belongs_to.calendar_delay_seconds == 2 * 3600
    assert (first.response, first.belongs_to.response_id) == (None, "a")
    assert "The first response to the request is a, 8 Sep 2026 02:00." in told(explanation, "q1")
    assert (
        "It is one of 2 messages without a response in between, which are one request "
        "(unit episode): q1, 8 Sep 2026 00:00, this one q2, 8 Sep 2026 01:00" in told(
            explanation, "q1"
        )
    )  # fmt: skip


def test_a_delay_may_run_from_the_last_message() -> None:
    rows = asks("q1", at(1)), asks("q2", at(1, 1)), answers("a", "q2", at(1, 2))

    its = look(*rows, clock_start="last", **EPISODES).messages[0].belongs_to

    assert its
    assert (its.started_at, its.delay_seconds) == (at(1, 1), 3600)
    assert its.watched_until == at(8)


def test_one_selected_message_selects_its_request() -> None:
    rows = asks("q1", at(1), question=False), asks("q2", at(1, 1))

    explanation = look(*rows, selection="questions", **EPISODES)

    assert [message.outcome for message in explanation.messages] == ["unanswered"] * 2
    assert "Another message of it is selected" in told(explanation, "q1")
    assert "Another message of it is selected" not in told(explanation, "q2")


def test_a_message_may_go_on_with_a_request_from_before_the_period() -> None:
    rows = asks("q1", at(6, 20)), asks("q2", at(7, 8)), asks("q3", at(8, 20))

    explanation = look(*rows, **EPISODES, **WEEK)

    assert [(it.message_id, it.outcome) for it in explanation.messages] == [
        ("q2", "earlier"), ("q3", "unanswered"),
    ]  # fmt: skip
    assert (explanation.n_earlier, explanation.n_counted) == (1, 2)
    assert "--period 2026-W37 says what became of that." in told(explanation, "q2")


def test_a_request_may_go_on_after_the_period() -> None:
    rows = asks("q1", at(13, 20)), asks("q2", at(14, 8))

    explanation = look(*rows, **EPISODES, **WEEK)

    assert [it.message_id for it in explanation.messages] == ["q1", "q2"]
    assert (explanation.n_addressed, explanation.n_outside) == (1, 1)
    assert "1; 1 from outside the period belong to its requests" in render_explanation(
        explanation, "table"
    )


def test_a_ranking_by_the_latest_requests_goes_back_before_the_period() -> None:
    rows = asks("q1", at(1)), asks("q2", at(2)), asks("q3", at(8))

    explanation = look(*rows, latest=2, **WEEK)

    assert [it.message_id for it in explanation.messages] == ["q2", "q3"]
    assert explanation.score.values["n_requests"] == 2


def test_what_is_added_when_nobody_watches_any_more_changes_nothing() -> None:
    rows = asks("q1", at(1)), asks("q2", at(5)), answers("a", "q2", at(6))

    explanation = look(*rows, unit="author", horizon="1d")

    assert [it.added_too_late for it in explanation.messages] == [False, True]
    assert explanation.messages[0].outcome == "unanswered"
    assert "changes nothing" in told(explanation, "q2")
    assert "The first response to the request" not in told(explanation, "q1")


# --- responses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "columns"),
    [
        ("direct", {"to": "q", "conversation_id": "c"}),
        ("conversation", {"to": "x", "conversation_id": "c"}),
        ("loose", {"to": None}),
    ],
)
def test_the_strictest_way_in_which_a_response_matches_is_told(
    match: str, columns: dict[str, Any]
) -> None:
    rows = asks("q", at(1), conversation_id="c"), answers("a", when=at(1, 1), **columns)

    message = only(*rows, match="loose")

    assert message.response
    assert (message.response.response_id, message.response.matched_by) == ("a", match)


def test_of_an_answer_and_a_redirect_in_one_second_the_answer_counts() -> None:
    rows = (
        asks("q", at(1)),
        answers("a1", "q", at(1, 1), response_class="redirect"),
        answers("a2", "q", at(1, 1)),
    )

    message = only(*rows)

    assert message.response
    assert (message.response.response_id, message.response.redirected) == ("a2", False)
    assert message.belongs_to
    assert (message.belongs_to.response_id, message.belongs_to.redirected) == ("a2", False)


def test_redirects_are_counted_and_told() -> None:
    rows = asks("q", at(1)), answers("a", "q", at(1, 1), response_class="redirect")

    explanation = look(*rows)

    assert explanation.n_redirected == 1
    assert "1 answered (1 redirect)" in render_explanation(explanation, "table")
    assert "The request was answered, by a redirect after 1 h 00" in told(explanation, "q")


@pytest.mark.parametrize(
    ("reason", "options", "when", "columns"),
    [
        ("automatic", {}, at(1, 1), {"response_class": "automatic"}),
        ("automatic", {}, at(1, 1), {"bot": True}),
        ("redirect", {"strict": True}, at(1, 1), {"response_class": "redirect"}),
        (
            "to-several",
            {"replies_to_several": False},
            at(1, 1),
            {"addressed_ids": ["citizen", "other"]},
        ),
        ("too-early", {}, at(1, seconds=-61), {}),
        ("too-late", {}, at(15, seconds=1), {}),
        ("other-account", {"responders": "same"}, at(1, 1), {"account_id": "3", "author_id": "3"}),
    ],
)
def test_a_reply_that_is_no_response_says_why(
    reason: str, options: dict[str, Any], when: Any, columns: dict[str, Any]
) -> None:
    sisters = (*VILLE.accounts, Account("twitter", "3", "montsabran_aide", "care"))
    ville = Body("ville", "Ville de Montsabran", "ville", sisters)
    rows = asks("q", at(1)), answers("a", "q", when, **columns)

    explanation = look(*rows, panel=Panel("test", (METRO, ville)), body=ville, **options)

    (message,) = explanation.messages
    assert (message.outcome, message.response) == ("unanswered", None)
    assert [(it.reply_id, it.reason) for it in message.dismissed] == [("a", reason)]
    assert "No response to it was seen. Replies to it that do not count: a, " in told(
        explanation, "q"
    )
    assert f"({reason})." in told(explanation, "q")


def test_a_burst_of_equal_replies_is_dismissed() -> None:
    pairs = [
        (
            asks(f"q{n}", at(1, n), author_id=f"c{n}"),
            answers(f"a{n}", f"q{n}", at(1, n, seconds=5), text_digest="t", citizen=f"c{n}"),
        )
        for n in range(5)
    ]

    with_bursts = look(*chain(*pairs)).messages
    without = look(*chain(*pairs), exclude_bursts=False).messages

    assert [it.dismissed[0].reason for it in with_bursts] == ["burst"] * 5
    assert {it.outcome for it in with_bursts} == {"unanswered"}
    assert {(it.outcome, it.dismissed) for it in without} == {("answered", ())}


def test_what_counts_is_not_dismissed() -> None:
    rows = asks("q", at(1)), answers("a", "q", at(1, 1)), answers("b", "q", at(1, 2))

    assert not only(*rows).dismissed


def test_on_the_business_clock_both_delays_are_told() -> None:
    # From Friday, half an hour before the offices in Paris close, to a quarter past nine on Monday.
    rows = asks("q", at(4, 14, 30)), answers("a", "q", at(7, 7, 15))

    explanation = look(*rows, clock="business", calendar="office")

    its = explanation.messages[0].belongs_to
    assert its
    assert (its.delay_seconds, its.calendar_delay_seconds) == (45 * 60, (64 * 60 + 45) * 60)
    assert "after 45 min of open hours (office), 2 d 17 h by the calendar" in told(explanation, "q")
    assert "answered after 45 min of open hours" in render_explanation(explanation, "table")


def test_exports_name_the_opening_hours_of_the_body_where_the_ranking_has_none() -> None:
    ville = replace(VILLE, calendar="town-hall")
    rows = asks("q", at(1)), answers("a", "q", at(1, 1))

    explanation = look(*rows, panel=Panel("test", (ville,)), body=ville, clock="business")

    row = next(csv.DictReader(render_explanation(explanation, "csv").splitlines()))
    document = json.loads(render_explanation(explanation, "json"))
    assert (row["calendar"], document["calendar"]) == ("town-hall", "town-hall")


def test_an_account_is_called_as_it_was_then() -> None:
    day = date(2026, 9, 10)
    renamed = (
        Account("twitter", "1", "before", valid_until=day),
        Account("twitter", "1", "after", valid_from=day),
    )
    ville = Body("ville", "Ville de Montsabran", "ville", renamed)

    explanation = look(
        asks("q1", at(2)), asks("q2", at(3)), panel=Panel("test", (ville,)), body=ville
    )

    assert [it.handle for it in explanation.messages] == ["before", "after"]


# --- agreement with the ranking ------------------------------------------------------------------


def recounted(explanation: Explanation) -> dict[str, Any]:
    """The counts of the body's line, from its messages."""
    requests = {
        (it.network, it.belongs_to.request_id): it.belongs_to
        for it in explanation.messages
        if it.belongs_to
    }.values()
    outcomes = Counter(it.outcome for it in requests)
    mature = [it for it in requests if it.matured]
    n_answered = outcomes["answered"]
    return {
        "n_requests": n_answered + outcomes["late"] + outcomes["unanswered"],
        "n_answered": n_answered,
        "n_late": outcomes["late"],
        "n_pending": outcomes["pending"],
        "n_selected_question_mark": sum(it.question_mark for it in mature),
        "n_selected_questions": sum(it.question for it in mature),
        "n_selected_requests": sum(it.request for it in mature),
        "n_selected_all": len(mature),
        "redirect_rate": explanation.n_redirected / n_answered if n_answered else None,
        "mean_delay": sum(
            it.delay_seconds or 0 for it in requests if it.outcome == "answered"
        ) / n_answered if n_answered else None,
    } | {
        name: explanation.n_excluded.get(name.removeprefix("n_excluded_").replace("_", "-"), 0)
        for name in explanation.score.values
        if name.startswith("n_excluded_")
    }  # fmt: skip


def agree(explanation: Explanation) -> None:
    counted = recounted(explanation)
    line = {name: explanation.score.values[name] for name in counted}
    assert counted == pytest.approx(line)
    for message in explanation.messages:
        its = message.belongs_to
        if its and its.responded_at:
            assert its.response_id


OPTIONS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["message", "episode", "author"]),
        "match": st.sampled_from(["direct", "conversation", "loose"]),
        "selection": st.sampled_from(["all", "requests", "questions", "question-mark"]),
        "responders": st.sampled_from(["group", "same"]),
        "replies_to_several": st.booleans(),
        "strict": st.booleans(),
        "clock_start": st.sampled_from(["first", "last"]),
        "horizon": st.sampled_from(["7d", "1d", "none"]),
        "exclude": st.sampled_from(["none", "default"]),
        "latest": st.sampled_from([0, 0, 2]),
    }
)


@seed(20261123)
@settings(max_examples=12, database=None)
@given(
    rows=random_worlds(),
    options=OPTIONS,
    as_of=st.sampled_from(AS_OF),
    body=st.sampled_from(RANDOM_PANEL.bodies),
)
def test_explanations_agree_with_the_ranking_of_random_worlds(
    rows: World, options: dict[str, Any], as_of: str, body: Body
) -> None:
    ranking = load_ranking(
        None, ALL | options | {"period": f"{SINCE}..{UNTIL}", "timezone": "Europe/Paris"}
    )

    explanation = explain(
        MessageSource(world(list(rows), RANDOM_PANEL, END), engine=engine),
        RANDOM_PANEL,
        ranking,
        body,
        as_of=as_of,
    )

    agree(explanation)


def of_demo(root: Path, body_id: str, **options: Any) -> Explanation:
    store = Store.open(root)
    panel = store.panel()
    ranking = load_ranking(None, options)
    return explain(MessageSource(store, engine=engine), panel, ranking, body_named(panel, body_id))


@pytest.mark.parametrize(
    ("body_id", "options"),
    [
        ("ville-montsabran", {"preset": "default", "period": "2026-W46"}),
        ("ville-montsabran", {"preset": "socially-devoted", "period": "2026-10"}),
        ("trains-orvanie", {"preset": "abgeordnetenwatch", "period": "2026-W43..2026-W44"}),
        ("trains-orvanie", {"preset": "sprout", "period": "2026-W45"}),
        ("entraide-orvanie", {"preset": "zendesk", "period": "2026-10"}),
        ("entraide-orvanie", {"preset": "facebook-2018"}),
        ("valdoine-mobilites", {"preset": "writetothem", "period": "2026-10"}),
        ("valdoine-mobilites", {"preset": "quintly", "period": "2026-W44"}),
        ("ville-corvaize", {"preset": "conversocial", "period": "2026-W44"}),
        ("navettes-ambrelle", {"unit": "author", "match": "loose", "period": "all"}),
        ("tram-brevanche", {"unit": "message", "strict": True, "period": "all"}),
        ("lusambus", {"unit": "episode", "clock_start": "last", "period": "2026-W46"}),
    ],
)
def test_explanations_agree_with_the_ranking_of_the_demo(
    demo: Path, body_id: str, options: dict[str, str]
) -> None:
    agree(of_demo(demo, body_id, **options))


# --- the page ------------------------------------------------------------------------------------


def rank_of_demo(demo: Path, *arguments: str) -> dict[str, dict[str, str]]:
    result = run("rank", "--store", demo, "--format", "csv", *arguments)
    return {row["body_id"]: row for row in csv.DictReader(result.out.splitlines())}


def test_the_page_says_what_rank_says(demo: Path) -> None:
    options = ("--period", "2026-W46")
    line = rank_of_demo(demo, *options)["trains-orvanie"]
    table = run("rank", "--store", demo, *options).out

    page = run("explain", "trains-orvanie", "--store", demo, *options).out

    n_requests, n_answered = line["n_requests"], line["n_answered"]
    assert f"of questions          {n_requests}: {n_answered} answered (3 redirects)," in page
    assert f"question-mark {line['n_selected_question_mark']}, questions {n_requests}, " in page
    assert f"({line['rank_low']}–{line['rank_high']}) of 21" in page
    rate = re.search(r"Trains d'Orvanie +\d+ +(\d+ % \(\d+–\d+\)) +(\S+ min|.*?)  ", table)
    assert rate
    assert f"response rate (95 %)  {rate[1]}\n" in page
    for term in ("as of ", "horizon ", "unit ", "match ", "clock ", "responders ", "strict "):
        assert f"\n{term}" in page


@pytest.mark.parametrize(
    ("body_id", "because"),
    [
        ("navettes-ambrelle", "fewer than 10 requests"),
        ("ville-corvaize", "no reply at all: check the handle"),
    ],
)
def test_the_page_says_why_a_body_is_not_ranked(demo: Path, body_id: str, because: str) -> None:
    page = run("explain", body_id, "--store", demo, "--ranking", "demo").out

    assert re.search(rf"\nnot ranked +{because}\n", page)


def test_a_page_takes_the_options_of_rank(demo: Path) -> None:
    options = ("--period", "2026-W45", "--unit", "author", "--horizon", "2h", "--by", "mean_delay")
    where = ("--store", demo, "--format", "json")

    board = json.loads(run("rank", "demo", *options, *where).out)
    page = json.loads(run("explain", "tram-brevanche", "--ranking", "demo", *options, *where).out)

    line = next(line for line in board["scores"] if line["body_id"] == "tram-brevanche")
    assert page["rank"] == line["rank"]
    assert page["metrics"] == {name: line[name] for name in page["metrics"]}
    assert (page["unit"], page["horizon_seconds"]) == ("author", 7_200)


def test_a_page_lists_the_latest_messages_and_all_where_asked(demo: Path) -> None:
    command = ("explain", "lusambus", "--store", demo, "--period", "2026-W46")
    sent = re.compile(r"(?m)^ ?\d+ \w+ 2026 \d\d:\d\d +(\w+) +(\d+)")

    twenty, three, everything, none = (
        [found[1] for found in sent.findall(run(*command, *options).out)]
        for options in ((), ("--limit", "3"), ("--all",), ("--limit", "0"))
    )

    assert len(twenty) == 20
    assert len(everything) > 20
    assert (everything[-20:], everything[-3:], none) == (twenty, three, [])


def test_a_body_that_nobody_wrote_to_has_a_page() -> None:
    page = render_explanation(look(asks("q", at(1)), body=METRO), "table")

    assert "Nobody addressed a message to it." in page
    assert re.search(r"\nnot ranked +no request\n", page)


def test_no_line_is_wider_than_the_screen(demo: Path) -> None:
    explanation = of_demo(demo, "entraide-orvanie", period="2026-W46", preset="zendesk")

    page = render_explanation(explanation, "table", width=100)

    assert max(map(len, page.splitlines())) <= 100


# --- files ---------------------------------------------------------------------------------------


def test_a_csv_has_one_row_per_message_with_the_facts_of_the_ranking(demo: Path) -> None:
    result = run("explain", "lusambus", "--store", demo, "--period", "2026-W46", "--format", "csv")

    rows = list(csv.DictReader(result.out.splitlines()))
    explanation = of_demo(demo, "lusambus", period="2026-W46")
    assert [row["message_id"] for row in rows] == [it.message_id for it in explanation.messages]
    assert [row["outcome"] for row in rows] == [it.outcome for it in explanation.messages]
    assert {row["selection"] for row in rows} == {"questions"}
    assert {row["body_id"] for row in rows} == {"lusambus"}
    assert rows[0]["sent_at"].endswith("+01:00")


def test_json_has_the_counts_and_every_message(demo: Path) -> None:
    command = ("explain", "lusambus", "--store", demo, "--period", "2026-W46", "--format", "json")

    whole, limited = (json.loads(run(*command, *more).out) for more in ((), ("--limit", "2")))

    assert whole["n_addressed"] == whole["n_counted"] + sum(whole["n_excluded"].values())
    assert len(whole["messages"]) >= whole["n_addressed"]
    assert limited["messages"] == whole["messages"][-2:]
    assert whole["metrics"]["n_requests"] == int(
        rank_of_demo(demo, "--period", "2026-W46")["lusambus"]["n_requests"]
    )
    assert "texts" not in whole


def test_an_explanation_is_written_to_a_file(demo: Path, tmp_path: Path) -> None:
    command = ("explain", "lusambus", "--store", demo, "--period", "2026-W46")
    target = tmp_path / "page.txt"

    result = run(*command, "--output", target)

    assert (result.code, result.out) == (0, "")
    assert target.read_text(encoding="utf-8") == run(*command).out


# --- nothing personal ----------------------------------------------------------------------------

BODIES = """\
body_id,body,category,network,account_id,handle
ville,Ville de Montsabran,ville,twitter,1,montsabran
metro,Métro de Valdoine,transport,twitter,2,valdoine
"""
MESSAGES = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
101,90000001,ida_marker,2026-09-07T08:00Z,@montsabran Où est le marché ASKMARKER ?,
102,1,montsabran,2026-09-07T08:30Z,@ida_marker Place du Four REPLYMARKER.,101
103,90000002,omar_marker,2026-09-08T10:00Z,"@montsabran =1+1 ASKMARKER, en panne !",
104,90000003,rita_marker,2026-09-30T10:00Z,@montsabran Pourquoi ASKMARKER,
105,90000003,rita_marker,2026-09-08T10:00Z,@valdoine Pourquoi ASKMARKER,
"""
WHERE = ("--period", "2026-W37", "--panel", "bodies.csv")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with settings, a panel and a store, which no test changes."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        (folder / "bodies.csv").write_text(BODIES, encoding="utf-8")
        (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
        covers = "2026-09-07..2026-10-11"
        done = run("import", "messages.csv", "--panel", "bodies.csv", "--covers", covers)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def _there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)


WAYS = [
    (),
    ("--all",),
    ("--message", "101"),
    ("--format", "csv"),
    ("--format", "json"),
    ("--message", "101", "--format", "json"),
]


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_no_text_and_no_author_is_shown(way: tuple[str, ...]) -> None:
    result = run("explain", "ville", *WHERE, *way)

    assert "101" in result.out
    assert "MARKER" not in result.out.upper()
    for author in ("90000001", "90000002", *pseudonyms()):
        assert author not in result.out


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_texts_are_shown_where_they_are_asked_for_and_authors_never(way: tuple[str, ...]) -> None:
    result = run("explain", "ville", *WHERE, "--show-text", *way)

    assert "Où est le marché ASKMARKER ?" in result.out
    for author in ("90000001", "90000002", *pseudonyms()):
        assert author not in result.out


def pseudonyms() -> list[str]:
    """Under what the store knows the citizens."""
    store = Store.open(Path("socialscore-data"))
    import duckdb

    rows = duckdb.execute(
        "SELECT DISTINCT author_id FROM read_parquet($files) WHERE author_id <> account_id",
        {"files": store.messages(START, END)},
    ).fetchall()
    assert len(rows) == 3
    return [author for (author,) in rows]


@pytest.mark.usefixtures("_there")
def test_texts_of_responses_are_shown_beside_the_messages() -> None:
    result = run("explain", "ville", *WHERE, "--show-text", "--message", "101")

    assert "“@ida_marker Place du Four REPLYMARKER.”" in result.out


def test_no_spreadsheet_runs_a_text() -> None:
    store = world([asks("q", at(1), text="=1+1")])
    ranking = load_ranking(None, ALL)

    text = render_explanation(
        explain(MessageSource(store), PANEL, ranking, VILLE, with_text=True), "csv"
    )

    assert next(csv.DictReader(text.splitlines()))["text"] == "'=1+1"


def test_a_text_that_is_kept_no_longer_says_so() -> None:
    explanation = look(asks("q", at(1), text=""), asks("r", at(2), text=None), with_text=True)

    for message_id in ("q", "r"):
        assert "(its text is kept no longer, or it has none)" in told(explanation, message_id)


def test_a_text_moves_no_cursor() -> None:
    explanation = look(asks("q", at(1), text="red\x1b[31m\nline"), with_text=True)

    assert "“red [31m line”" in told(explanation, "q")


# --- one message ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("_there")
def test_one_message_is_told_in_sentences() -> None:
    result = run("explain", "Ville de Montsabran", *WHERE, "--message", "101")

    assert result.code == 0, result.err
    said = " ".join(result.out.split())
    assert "It was sent to @montsabran (twitter) on 7 Sep 2026 10:00." in said
    assert "Selected by any.question-mark (A question mark" in said
    assert "The first response to it is 102, 7 Sep 2026 10:30: it replies to the message" in said
    assert (
        "The request was answered after 30 min on the calendar clock, counted from 7 Sep 2026 "
        "10:00. It was watched until 14 Sep 2026 10:00 (horizon 7 d)." in said
    )


def test_a_question_without_the_sign_is_told_with_its_rule() -> None:
    row = asks("q", at(1), question_mark=False, rule_id="fr.question.pourquoi")

    said = told(look(row, selection="questions"), "q")

    (rule,) = (rule for rule in rules() if rule.rule_id == row["rule_id"])
    description = rule.description.rstrip(".")
    assert f"Selected by {rule.rule_id} ({description}): a question without the sign." in said


@pytest.mark.parametrize("rule_id", ["fr.question.gone", "old"])
def test_a_rule_that_is_there_no_longer_is_told_by_its_id(rule_id: str) -> None:
    said = told(look(asks("q", at(1), rule_id=rule_id), selection="questions"), "q")

    assert f"Selected by {rule_id} (a rule that is there no longer)" in said


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["ville", "--message", "109"], "there is no message '109' in the data; without --mess"),
        (["ville", "--message", "102"], "was written by Ville de Montsabran, not addressed to it; "
                                       "it replies to 101: take --message 101"),
        (["ville", "--message", "104"], "was sent on 2026-09-30, outside the period 2026-W37; "
                                       "take --period 2026-W40"),
        (["ville", "--message", "105"], "not addressed to Ville de Montsabran, it concerns metro"),
        (["vile"], "unknown body 'vile'; did you mean 'ville' (Ville de Montsabran)?"),
        (["de valdoine"], "did you mean 'metro' (Métro de Valdoine)?"),
        (["ville", "--format", "xml"], "unknown format 'xml'"),
        (["ville", "--all", "--limit", "2"], "--all lists all messages, --limit only the latest"),
        (["ville", "--message", "101", "--all"], "--message is about one message"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_says_the_way_out(arguments: list[str], problem: str) -> None:
    result = run("explain", *arguments, *WHERE)

    assert (result.code, result.out) == (2, "")
    assert problem in result.err


@pytest.mark.parametrize(
    ("row", "options", "problem"),
    [
        (asks("q", at(8)), {"networks": ["facebook", "twitter"], "kinds": ["wall-post"]},
         "is a mention, a kind that this ranking does not count"),
        (asks("q", at(8), network="facebook"), {"networks": ["twitter"]},
         "is of facebook, at which this ranking does not look"),
        (asks("q", at(8), account_id="7"), {}, "is not addressed to Ville de Montsabran, nor to"),
        (asks("q", at(12)), {"as_of": "2026-09-18"}, "was sent after 2026-09-18T00:00:00+00:00"),
        (asks("q", at(8), account_id="4"), {}, "@former was not an account of Ville de Montsabran"),
    ],
)  # fmt: skip
def test_a_message_that_the_ranking_does_not_look_at_says_why(
    row: dict[str, Any], options: dict[str, Any], problem: str
) -> None:
    accounts = (
        *VILLE.accounts,
        Account("facebook", "1", "montsabran"),
        Account("twitter", "4", "former", valid_until=date(2026, 9, 10)),
    )
    panel = Panel("test", (Body("ville", "Ville de Montsabran", "ville", accounts),))
    source = MessageSource(world([row], panel), engine=engine)
    as_of = options.pop("as_of", None)
    ranking: Ranking = load_ranking(None, ALL | WEEK | options)
    explanation = explain(source, panel, ranking, panel.bodies[0], as_of=as_of)

    with pytest.raises(UsageError, match=re.escape(problem)):
        messages_named(explanation, "q", source, panel, ranking)


def test_an_identifier_that_two_networks_use_names_both_messages() -> None:
    accounts = (*VILLE.accounts, Account("facebook", "1", "montsabran"))
    panel = Panel("test", (Body("ville", "Ville de Montsabran", "ville", accounts),))
    messages = world([asks("q", at(1)), asks("q", at(2), network="facebook")], panel)
    source = MessageSource(messages, engine=engine)
    ranking = load_ranking(None, ALL)

    explanation = explain(source, panel, ranking, panel.bodies[0])

    found = messages_named(explanation, "q", source, panel, ranking)
    assert [it.network for it in found] == ["twitter", "facebook"]


# --- which body ----------------------------------------------------------------------------------


def test_a_body_is_named_by_its_id_or_its_name() -> None:
    assert body_named(PANEL, "ville") is VILLE
    assert body_named(PANEL, "métro de VALDOINE") is METRO


def test_a_name_that_several_bodies_have_names_none() -> None:
    twin = Body("ville-2", VILLE.name)

    with pytest.raises(UsageError, match="use the body_id: ville, ville-2"):
        body_named(Panel("test", (VILLE, twin)), VILLE.name)


def test_an_unknown_body_is_an_error_of_two() -> None:
    with pytest.raises(UnknownName) as raised:
        body_named(PANEL, "vlle")

    assert raised.value.exit_code == 2


def test_all_days_of_a_week_are_read_in_the_timezone_of_the_ranking() -> None:
    late = at(7) - timedelta(hours=1)  # Sunday 23:00 in UTC, Monday 01:00 in Paris

    explanation = look(asks("q", late), timezone="Europe/Paris", **WEEK)

    assert explanation.n_addressed == 1
    assert "14 Sep 2026 01:00" in told(explanation, "q")
