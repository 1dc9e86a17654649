"""Which requests nobody has answered: as the second scorer says, and as people read them."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pytest
from engines import engine
from reference_scorer import reference
from shell import begin, command, run
from worlds import ALL, METRO, PANEL, VILLE, answers, asks, at, world

from socialscore.inputs.calendar import read_calendar
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import calendar_path
from socialscore.model.messages import Account, Body
from socialscore.model.network import BY_NAME, NETWORKS
from socialscore.model.opening_hours import OpenTime, open_intervals
from socialscore.reporters.unanswered import render_bodies, render_requests
from socialscore.scoring import MessageSource, MessageTable
from socialscore.scoring.unanswered import permalink, unanswered
from socialscore.store.lake import Store
from socialscore.store.schema import COVERAGE

if TYPE_CHECKING:
    from socialscore.model.unanswered import Unanswered, UnansweredRequest

PERMALINKS = {
    "twitter": ("2244994945", "1990000000000000001", "https://x.com/i/status/1990000000000000001"),
    "facebook": ("901", "77_88", "https://www.facebook.com/77?comment_id=88"),
    "bluesky": (
        "did:plc:town",
        "at://did:plc:citizen/app.bsky.feed.post/3kabc",
        "https://bsky.app/profile/did:plc:citizen/post/3kabc",
    ),
    "mastodon": (
        "42",
        "https://social.example/users/citizen/statuses/113",
        "https://social.example/users/citizen/statuses/113",
    ),
}
DAY = 86_400


def look(*rows: dict[str, Any], until: float = 10, **options: Any) -> Unanswered:
    """The unanswered requests of a world whose data end after so many days."""
    ranking = load_ranking(None, ALL | {"selection": "questions"} | options)
    source = MessageSource(world(list(rows), until=at(until)), engine=engine)
    return unanswered(source, PANEL, ranking)


def only(*rows: dict[str, Any], **options: Any) -> UnansweredRequest:
    (request,) = look(*rows, **options).requests
    return request


# --- which ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_the_second_scorer_calls_the_same_requests_of_the_demo_unanswered(
    demo: Path, clock: str
) -> None:
    store = Store.open(demo)
    source, panel = MessageSource(store), store.panel()
    ranking = load_ranking(None, {"clock": clock, "horizon": "3d"})
    found = unanswered(source, panel, ranking, period="2026-11-09..2026-11-15")
    since, as_of = found.since.astimezone(UTC), found.as_of.astimezone(UTC)
    rows = rows_of(store)
    assert len(found.requests) > 100

    for body in panel.bodies:
        intervals = open_intervals(read_calendar(calendar_path(body.calendar)), since, as_of)
        opening = list(intervals) if clock == "business" else [(since, as_of)]
        mine = [row for row in rows if row["account_id"] in {a.account_id for a in body.accounts}]
        period = (since, since + timedelta(days=7))
        expected = reference(mine, panel, body, ranking, period, as_of, opening)["unanswered"]

        assert {
            (it.network, it.message_id): (it.is_pending, it.is_unwatched, found.age(it))
            for it in found.requests
            if it.body == body
        } == expected


def rows_of(store: Store) -> list[dict[str, Any]]:
    """The messages from two days before the week to the end."""
    import duckdb

    files = store.messages(at(), at(90))
    found = duckdb.sql(
        "SELECT * FROM read_parquet($files, hive_partitioning = true) "
        "WHERE sent_at >= TIMESTAMP '2026-11-06'",
        params={"files": files},
    )
    rows = found.to_arrow_table().to_pylist()
    return [row | {"sent_at": row["sent_at"].replace(tzinfo=UTC)} for row in rows]


@pytest.mark.parametrize("days", [9, 20])
def test_an_answer_is_one_however_late(days: int) -> None:
    found = look(
        asks("late", at(1)), answers("a", "late", at(days)), asks("none", at(2), author_id="other"),
        until=25,
    )  # fmt: skip

    assert [it.message_id for it in found.requests] == ["none"]


def test_only_selected_requests_count() -> None:
    praise = {"question_mark": False, "question": False, "request": False}

    found = look(asks("q", at(1)), asks("praise", at(1), author_id="other", **praise))

    assert [it.message_id for it in found.requests] == ["q"]


def test_the_oldest_is_the_first_and_those_whose_horizon_is_not_over_are_pending() -> None:
    found = look(asks("new", at(8)), asks("old", at(1), author_id="other"))

    assert [(it.message_id, it.is_pending) for it in found.requests] == [
        ("old", False), ("new", True),
    ]  # fmt: skip


def test_where_what_the_body_wrote_was_not_in_view_an_answer_may_be_unseen() -> None:
    rows = [asks("seen", at(1)), asks("unseen", at(6), author_id="other")]
    table = world(rows, until=at(10))
    ends = [
        row | {"covered_until": at(7).replace(tzinfo=None)} if row["stream"] == "outbound" else row
        for row in table.covered.to_pylist()
    ]
    covered = table.covered.from_pylist(ends, schema=COVERAGE)
    ranking = load_ranking(None, ALL | {"horizon": "2d"})

    source = MessageSource(MessageTable(table.table, covered), engine=engine)
    found = unanswered(source, PANEL, ranking, as_of=f"{at(10):%Y-%m-%dT%H:%M}")

    assert [it.is_unwatched for it in found.requests] == [False, True]


def test_only_the_period_is_listed_though_the_ranking_takes_the_latest_requests_too() -> None:
    found = look(asks("old", at(1)), asks("new", at(12)), until=42.5, latest=10)

    assert [it.message_id for it in found.requests] == ["new"]


def test_gaps_in_the_collection_are_told() -> None:
    table = world([asks("q", at(1))], until=at(10))
    covered = table.covered.filter(pc.field("account_id") == VILLE.accounts[0].account_id)
    source = MessageSource(MessageTable(table.table, covered), engine=engine)
    ranking = load_ranking(None, ALL)

    of_all, of_metro, of_ville = (
        unanswered(source, PANEL, ranking, body, period="2026-09-07..2026-09-16")
        for body in (None, METRO, VILLE)
    )

    assert of_all.gaps == of_metro.gaps == {"metro": 0}
    assert not of_ville.gaps
    gaps = "gaps: nothing of this time was collected, so there may be more"
    assert gaps in render_requests(of_metro, "table")
    assert "gaps: of 1 body, part of this time" in render_bodies(of_all, "table")
    assert "gaps" not in render_requests(of_ville, "table")


def test_it_is_told_how_often_the_author_asked_again() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(1, hours=1)), asks("q3", at(4))]

    by_episode = look(*rows, unit="episode")
    by_message = look(*rows)

    assert [it.n_asked_again for it in by_episode.requests] == [2, 0]
    assert [it.n_asked_again for it in by_message.requests] == [2, 1, 0]


def test_who_sends_the_same_text_once_more_asks_again() -> None:
    rows = [asks("q1", at(1), text_digest="x"), asks("q2", at(1, hours=1), text_digest="x")]

    request = only(*rows, exclude="duplicate")

    assert (request.message_id, request.n_asked_again) == ("q1", 1)


def test_the_rule_is_that_of_the_first_message_that_is_selected() -> None:
    greeting = {"question_mark": False, "question": False, "request": False, "rule_id": "thanks"}

    request = only(
        asks("hello", at(1), **greeting),
        asks("q", at(1, minutes=5), rule_id="fr.question.quand"),
        unit="episode",
    )

    assert (request.message_id, request.rule_id) == ("hello", "fr.question.quand")


def test_the_default_time_is_thirty_days_and_the_last_one() -> None:
    found = look(asks("old", at(1)), asks("new", at(12)), until=42.5)

    assert (found.since, found.as_of) == (at(12), at(42.5))
    assert [it.message_id for it in found.requests] == ["new"]


def test_ages_are_on_both_clocks() -> None:
    friday = at(4, hours=16)

    request = only(asks("q", friday), until=7.5, calendar="office")  # Monday, noon in UTC

    assert request.age_seconds == 2 * DAY + 20 * 3600
    calendar = read_calendar(calendar_path("office"))
    opening = open_intervals(calendar, friday, at(7.5))
    assert request.open_age_seconds == sum((b - a).total_seconds() for a, b in opening) > 0


def test_opening_hours_are_counted_between_any_two_moments() -> None:
    calendar = read_calendar(calendar_path("office"))
    known = OpenTime(calendar, at(0), at(30))

    for hours in range(0, 300, 7):
        since, until = at(1, hours=hours), at(3, hours=2 * hours)
        intervals = open_intervals(calendar, since, until)
        assert known.seconds(since, until) == sum((b - a).total_seconds() for a, b in intervals)


def test_a_body_without_opening_hours_has_one_age() -> None:
    assert only(asks("q", at(1))).open_age_seconds is None


@pytest.mark.parametrize("network", NETWORKS)
def test_each_network_has_permalinks(network: str) -> None:
    account_id, message_id, address = PERMALINKS[network]

    assert BY_NAME[network].permalink([account_id], message_id) == address


def test_a_post_on_a_wall_has_an_address_of_its_own() -> None:
    found = BY_NAME["facebook"].permalink(["901"], "901_88")

    assert found == "https://www.facebook.com/901/posts/88"


def test_a_wall_is_known_by_any_identifier_of_its_page() -> None:
    town = Account("facebook", "town", "town", other_ids=("901",))
    body = Body("town", "Town", "", (Account("facebook", "old", "old"), town))

    found = permalink(body, "facebook", "901_88")

    assert found == "https://www.facebook.com/901/posts/88"


@pytest.mark.parametrize(
    ("network", "message_id"), [("twitter", "q1"), ("mastodon", "113"), ("bluesky", "3kabc")]
)
def test_an_identifier_that_tells_no_address_has_none(network: str, message_id: str) -> None:
    assert BY_NAME[network].permalink(["1"], message_id) is None


# --- promises -------------------------------------------------------------------------------------


def promising(promise: str, *rows: dict[str, Any], until: float = 10) -> Unanswered:
    ville = replace(VILLE, promise=promise, calendar="office")
    source = MessageSource(world(list(rows), until=at(until)))
    ranking = load_ranking(None, ALL)
    return unanswered(source, Panel("test", (METRO, ville)), ranking)


def test_what_waits_longer_than_was_promised_is_past_the_promise() -> None:
    found = promising("3d", asks("old", at(6)), asks("new", at(8), author_id="other"))

    assert [found.is_past_promise(it) for it in found.requests] == [True, False]
    assert [it.promised_until for it in found.requests] == [at(9), at(11)]


def test_a_promise_of_opening_hours_rests_when_the_body_is_closed() -> None:
    friday = at(4, hours=14)  # 16:00 in Paris, an hour before it closes

    over_the_weekend = promising("2h open", asks("q", friday), until=7.25)
    on_monday = promising("2h open", asks("q", friday), until=7.5)

    assert [it.is_past_promise(it.requests[0]) for it in (over_the_weekend, on_monday)] == [
        False, True,
    ]  # fmt: skip


def test_a_body_that_promises_nothing_is_never_past_it() -> None:
    found = look(asks("q", at(1)))

    assert not found.is_past_promise(found.requests[0])


def test_only_those_past_the_promise_are_listed(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("towns.toml").write_text('[promises]\nville = "25d"\n', encoding="utf-8")
    options = ("ville-lusambre", "--store", demo, "--format", "json", "--ranking", "towns.toml")

    rows = json.loads(run("unanswered", *options, "--past-promise").out)

    every = json.loads(run("unanswered", *options).out)
    assert 0 < len(rows) < len(every)
    assert rows == [row for row in every if row["age_seconds"] > 25 * DAY]
    assert all(row["promised_until"] < "2026-11-23" for row in rows)


def test_where_nothing_is_promised_nothing_is_past_it(demo: Path) -> None:
    result = run("unanswered", "ville-lusambre", "--store", demo, "--past-promise")

    assert result.code == 2
    assert (
        "--past-promise: Ville de Lusambre promises nothing; write what is promised" in result.err
    )


# --- what people read -----------------------------------------------------------------------------


def of_demo(demo: Path, *arguments: str) -> Any:
    return run("unanswered", *arguments, "--store", demo, "--ranking", "demo")


def test_without_a_body_each_has_a_line_those_with_most_first(demo: Path) -> None:
    rows = list(csv.DictReader(of_demo(demo, "--format", "csv").out.splitlines()))

    counts = [int(row["n_unanswered"]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert len(rows) == 23
    one = next(row for row in rows if row["body_id"] == "ville-lusambre")
    listed = of_demo(demo, "ville-lusambre", "--format", "csv").out.splitlines()
    assert len(list(csv.DictReader(listed))) == int(one["n_unanswered"])


def test_a_page_lists_the_oldest_and_says_how_to_see_all(demo: Path) -> None:
    page = of_demo(demo, "Ville de Lusambre", "--limit", "2").out

    assert page.startswith("Ville de Lusambre: 38 unanswered requests; asked 24 Oct – 22 Nov 2026")
    assert page.count("https://x.com/i/status/") == 2
    assert "the oldest 2 of 38 requests; --limit 38 lists all" in page


def test_pending_requests_are_marked_with_the_time_that_is_left(demo: Path) -> None:
    found = of_demo(demo, "ville-lusambre", "--as-of", "2026-11-20T10:00", "--format", "json").out

    pending = [row for row in json.loads(found) if row["pending"]]
    assert [row["seconds_left"] > 0 for row in pending] == [True] * 5
    assert all(row["seconds_left"] is None for row in json.loads(found) if not row["pending"])


def test_texts_are_shown_only_where_asked(demo: Path) -> None:
    without = of_demo(demo, "ville-lusambre", "--format", "json").out
    with_text = of_demo(demo, "ville-lusambre", "--format", "json", "--show-text").out

    assert "text" not in json.loads(without)[0]
    assert all(row["text"] for row in json.loads(with_text))


def test_markdown_is_a_table_that_mentions_nobody(demo: Path) -> None:
    page = of_demo(demo, "ville-lusambre", "--format", "markdown", "--show-text").out

    header, rule, first = [line for line in page.splitlines() if line.startswith("|")][:3]
    assert header.count("|") == rule.count("|") == first.count("|")
    assert "@VilleLusambre" not in page  # an invisible character keeps sites from notifying it


def test_only_those_are_listed_that_waited_longer(demo: Path) -> None:
    def ages(*arguments: str) -> list[float]:
        found = of_demo(demo, "ville-lusambre", "--format", "json", *arguments).out
        return [row["age_seconds"] for row in json.loads(found)]

    assert ages("--older-than", "20d") == [age for age in ages() if age > 20 * DAY]


@pytest.mark.parametrize(("time_", "code"), [("24h", 1), ("60d", 0)])
def test_monitoring_is_told_by_the_exit_code(demo: Path, time_: str, code: int) -> None:
    result = of_demo(demo, "ville-lusambre", "--fail-over", time_)

    assert (result.code, result.err) == (code, "")
    assert "38 unanswered requests" in result.out


def test_ages_that_decide_are_on_the_clock_of_the_ranking(demo: Path) -> None:
    by_night = of_demo(demo, "academie-orvanie", "--fail-over", "20d", "--clock", "business")

    assert (of_demo(demo, "academie-orvanie", "--fail-over", "20d").code, by_night.code) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere"], "unknown body 'nowhere'"),
        (["tram"], "did you mean 'tram-brevanche'"),
        (["--show-text"], "--show-text shows the messages to one body; name it"),
        (["--older-than", "4"], "--older-than 4: a number is no time; write its unit too"),
        (["--fail-over", "soon"], "--fail-over soon: write a time such as"),
        (["--watch"], "--watch shows a table on a terminal"),
        (["--watch", "--fail-over", "4h"], "--watch does not end by itself; use --fail-over"),
        (["--period", "2027-01"], "2027-01 begins after the end of the data, 2026-11-23T00:00"),
        (["--format", "xlsx"], "unknown format 'xlsx'"),
    ],
)
def test_what_is_wrong_is_said(demo: Path, arguments: list[str], problem: str) -> None:
    result = of_demo(demo, *arguments)

    assert result.code == 2
    assert problem in result.err


def test_a_body_that_the_ranking_leaves_out_is_not_listed_as_if_it_had_answered(demo: Path) -> None:
    for command_name in ("unanswered", "explain", "digest"):
        options = ("--store", demo, "--ranking", "demo-transport-monthly")
        result = run(command_name, "ville-lusambre", *options)

        assert result.code == 2
        assert "the ranking leaves out 'ville-lusambre': its categories are transp" in result.err


def test_without_a_horizon_what_is_pending_is_too_recent(demo: Path) -> None:
    arguments = ("ville-lusambre", "--store", demo, "--preset", "abgeordnetenwatch")

    page = run("unanswered", *arguments).out

    assert "34 of them pending" in page
    assert "pending: too recent for the rates" in page


def test_the_title_names_the_period_that_was_asked_for(demo: Path) -> None:
    assert "; asked 9–15 Nov 2026" in of_demo(demo, "--period", "2026-W46").out


def test_nothing_unanswered_is_said_too() -> None:
    assert render_requests(look(), "table").startswith("no unanswered request; asked ")


# --- on a terminal --------------------------------------------------------------------------------


HEADER = "message_id,author_id,sent_at,text,mentions\n"
QUESTION = (
    "{n},77{n},2026-11-0{n}T10:00:00+01:00,@VilleAmbre Quand rouvre la piscine ?,VilleAmbre\n"
)


@pytest.mark.slow
def test_a_terminal_shows_the_list_anew_when_the_store_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, monkeypatch)
    panel = "body_id,body,network,handle\nambre,Ville d'Ambre,twitter,VilleAmbre\n"
    Path("panel.csv").write_text(panel, encoding="utf-8")
    for n in (1, 2):
        Path(f"{n}.csv").write_text(HEADER + QUESTION.format(n=n), encoding="utf-8")
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(tmp_path / "key"))
    assert run("import", "1.csv", "--panel", "panel.csv").code == 0
    ours, theirs = pty.openpty()
    watching = subprocess.Popen(
        command("unanswered", "ambre", "--watch"), stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "160"},
    )  # fmt: skip
    os.close(theirs)
    try:
        assert read_until(ours, "1 unanswered request,")
        imported = run("import", "2.csv", "--panel", "panel.csv")
        assert imported.code == 0, imported.err
        assert read_until(ours, "2 unanswered requests")
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130
        os.close(ours)


def read_until(terminal: int, words: str) -> bool:
    """Whether the terminal shows the words within a minute."""
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65_536)
            if words.encode() in shown:
                return True
    return False
