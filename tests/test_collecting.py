from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from collected import END, START, Crash, a_store, days, failing, kept, n_kept, run, seen
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import METRO, NOW, PANEL, VILLE, Scripted, World, inbound, outbound

import socialscore.collecting.asking
from socialscore.collecting import (
    missing,
    plan,
    refresh,
    standings,
    status,
)
from socialscore.collecting.reading import read
from socialscore.collectors.base import Capabilities, Interval, Page, Refused, Stopped, Task
from socialscore.engines.duckdb import DuckDB
from socialscore.errors import (
    AuthError,
    Gone,
    NetworkError,
    PermissionDenied,
    ProtocolDrift,
    QuotaExhausted,
    RateLimited,
    StoreError,
    Transient,
)
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body, Coverage
from socialscore.store.journal import collecting, left
from socialscore.store.lake import Store, coverage_row

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path)


Outcome = tuple[list[Any], dict[Any, Any]]


@pytest.fixture(scope="session")
def fault_free(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a run without any fault brings of the busy world."""
    return brought(World.busy(), tmp_path_factory.mktemp("fault-free"))


def brought(world: World, folder: Path) -> Outcome:
    """What a run without any fault brings of a world."""
    store = a_store(folder)
    run(Scripted(world), store)
    return kept(store), seen(store)


# --- what is missing ---------------------------------------------------------------------------


def covering(
    first: float, last: float, reason: str | None = None, stream: str = "inbound"
) -> dict[str, Any]:
    """A row of the coverage table, from so many days before the end to so many days before it."""
    row = coverage_row(Coverage("twitter", "1", stream, days(first), days(last), reason))
    return row | {"run_id": "collect-twitter-1", "collected_at": NOW.replace(tzinfo=None)}


def lacking(*rows: dict[str, Any], stream: str = "inbound") -> list[tuple[float, float]]:
    found = missing(rows, VILLE, stream, days(30), days(0))
    return [((END - each.since).days, (END - each.until).days) for each in found]


def test_everything_is_missing_of_a_stream_that_nobody_collected() -> None:
    assert lacking() == [(30, 0)]


def test_what_is_missing_comes_newest_first() -> None:
    assert lacking(covering(20, 15), covering(10, 5)) == [(5, 0), (15, 10), (30, 20)]


def test_intervals_that_overlap_or_touch_are_one() -> None:
    assert lacking(covering(30, 20), covering(25, 15), covering(15, 3)) == [(3, 0)]


def test_nothing_is_missing_of_what_is_covered() -> None:
    assert lacking(covering(40, 0)) == []


@pytest.mark.parametrize("reason", ["cap-reached", "out-of-reach"])
def test_what_the_network_no_longer_shows_is_not_asked_for_again(reason: str) -> None:
    assert lacking(covering(30, 10, reason), covering(10, 2)) == [(2, 0)]


@pytest.mark.parametrize("reason", ["repeated-cursor", "no-new-items"])
def test_what_the_network_stumbled_over_is_asked_for_again(reason: str) -> None:
    assert lacking(covering(30, 10, reason), covering(10, 2)) == [(2, 0), (30, 10)]


def test_another_stream_covers_nothing() -> None:
    assert lacking(covering(30, 0), stream="outbound") == [(30, 0)]


def test_where_calls_bring_both_streams_what_either_lacks_is_missing() -> None:
    rows = [covering(30, 5), covering(20, 0, stream="outbound")]

    assert lacking(*rows, stream="all") == [(5, 0), (30, 20)]


def test_an_empty_period_lacks_nothing() -> None:
    assert missing([], VILLE, "inbound", days(0), days(0)) == []


BOUNDS = st.tuples(st.integers(0, 40), st.integers(1, 10), st.sampled_from([None, "cap-reached"]))


@given(st.lists(BOUNDS, max_size=8))
def test_what_is_missing_and_what_is_covered_is_everything(
    bounds: list[tuple[int, int, str | None]],
) -> None:
    rows = [covering(first, first - length, reason) for first, length, reason in bounds]

    covered = {day for first, length, _ in bounds for day in range(first - length, first)}
    lacked = [day for first, last in lacking(*rows) for day in range(last, first)]

    assert sorted(lacked) == [day for day in range(30) if day not in covered]


# --- the plan ----------------------------------------------------------------------------------

ONE = Panel("one", (Body("ville", "Montsabran", "", (VILLE,)),))
LIMITS = Capabilities("twitter", ("inbound",))


def planned(
    *rows: dict[str, Any],
    panel: Panel = ONE,
    limits: Capabilities = LIMITS,
    since: datetime | None = None,
) -> list[tuple[float, float]]:
    tasks = plan(panel, limits, rows, now=NOW, since=since).tasks
    return [((END - t.interval.since).days, (END - t.interval.until).days) for t in tasks]


def test_the_first_run_goes_back_thirty_days() -> None:
    assert planned() == [(30, 0)]


def test_a_run_leaves_the_last_half_minute_to_the_next() -> None:
    (task,) = plan(ONE, LIMITS, [], now=NOW).tasks

    assert task.interval.until == NOW - timedelta(seconds=30)


def test_a_later_run_begins_where_the_one_before_ended() -> None:
    assert planned(covering(50, 40)) == [(40, 0)]


def test_what_an_interrupted_first_run_left_is_asked_for_too() -> None:
    assert planned(covering(12, 3)) == [(3, 0), (30, 12)]


def test_an_archive_that_was_imported_does_not_make_the_first_run_longer() -> None:
    imported = covering(3000, 2900) | {"run_id": "x-jsonl"}

    assert planned(imported) == [(30, 0)]


def test_since_says_how_far_back_to_go() -> None:
    assert planned(covering(30, 0), since=days(90)) == [(90, 30)]


def test_an_account_is_asked_for_while_it_is_the_bodys() -> None:
    bounds = {"valid_from": days(20).date(), "valid_until": days(10).date()}
    panel = Panel("one", (Body("ville", "Montsabran", "", (replace(VILLE, **bounds),)),))

    ((since, until),) = planned(panel=panel)

    assert 20 <= since <= 22
    assert 8 <= until <= 10


def test_an_account_that_moved_to_another_body_is_asked_for_once() -> None:
    change = days(10).date()
    panel = Panel(
        "moved",
        (
            Body("new", "New", "", (replace(VILLE, valid_from=change),)),
            Body("old", "Old", "", (replace(VILLE, valid_until=change),)),
        ),
    )

    assert planned(panel=panel) == [(30, 0)]


def test_accounts_of_other_networks_are_left_out() -> None:
    other = Account("facebook", "9", "montsabran")
    panel = Panel("two", (Body("ville", "Montsabran", "", (VILLE, other)),))

    assert planned(panel=panel) == [(30, 0)]


def test_the_newest_of_every_stream_comes_before_the_holes() -> None:
    rows = [covering(20, 10), covering(20, 10, stream="outbound")]
    tasks = plan(ONE, replace(LIMITS, streams=("inbound", "outbound")), rows, now=NOW).tasks

    assert [(task.stream, (END - task.interval.until).days) for task in tasks] == [
        ("inbound", 0), ("outbound", 0), ("inbound", 20), ("outbound", 20)
    ]  # fmt: skip


def test_what_is_out_of_reach_is_told_apart() -> None:
    limits = replace(LIMITS, reach={"inbound": timedelta(days=7)})

    wanted = plan(ONE, limits, [], now=NOW)

    edge = NOW - timedelta(days=7)
    assert [task.interval for task in wanted.tasks] == [Interval(edge, END)]
    assert [task.interval for task in wanted.beyond] == [Interval(START, edge)]


def test_another_way_of_asking_that_reaches_further_is_tried() -> None:
    assert planned(covering(30, 7, "out-of-reach"), covering(7, 0)) == [(30, 7)]


# --- a run -------------------------------------------------------------------------------------


def test_a_run_brings_every_message_once_under_each_account(store: Store) -> None:
    world = World.busy()

    report = run(Scripted(world), store)

    ids = [
        (account_id, message.message_id)
        for (account_id, _), messages in world.streams.items()
        for message in messages
    ]
    assert sorted((row["account_id"], row["message_id"]) for row in kept(store)) == sorted(ids)
    assert report.exit_code == 0
    assert report.saved.n_new == len(ids)
    assert all(task.complete for task in report.tasks)


def test_what_is_complete_is_covered_to_its_beginning(store: Store) -> None:
    run(Scripted(World.busy()), store)

    assert set(map(tuple, seen(store).values())) == {((START, END, "view"),)}


def test_citizens_are_kept_under_pseudonyms_and_bodies_are_not(store: Store) -> None:
    run(Scripted(World.busy()), store)

    authors = {row["author_id"] for row in kept(store)}
    assert {"1", "2"} < authors
    assert not [author for author in authors if author.startswith("citizen")]


def test_the_stream_says_whom_a_message_addresses_where_the_message_does_not(store: Store) -> None:
    nameless = replace(inbound(1, days(1), VILLE), mentioned_handles=())
    world = World({("1", "inbound"): [nameless], ("2", "inbound"): [nameless]})

    run(Scripted(world), store)

    assert [row["account_id"] for row in kept(store)] == ["1", "2"]


def test_a_message_that_comes_alone_may_have_an_identifier_that_ends_with_zeros(
    store: Store,
) -> None:
    alone = replace(inbound(1, days(1), VILLE), message_id="2118123520000000000")
    answer = outbound(2, days(0.5), METRO, alone)
    world = World({("1", "inbound"): [alone], ("2", "outbound"): [answer]})

    run(Scripted(world), store)

    found = {row["message_id"]: row["reply_to_id"] for row in kept(store)}
    assert found == {alone.message_id: None, answer.message_id: alone.message_id}


def test_where_both_streams_come_at_once_messages_say_themselves_whom_they_address(
    store: Store,
) -> None:
    to_nobody = replace(inbound(1, days(1), VILLE), mentioned_handles=())
    world = World({("1", "inbound"): [to_nobody, inbound(2, days(2), VILLE)]})

    run(Scripted(world, limits=Capabilities("twitter", ("all",))), store)

    assert [row["message_id"] for row in kept(store)] == ["1000002"]
    assert seen(store)["1", "inbound"] == seen(store)["1", "outbound"] == [(START, END, "view")]


def test_a_second_run_right_after_asks_one_page_of_each_stream_at_the_most(store: Store) -> None:
    run(Scripted(World.busy()), store)
    again = Scripted(World.busy())

    report = run(again, store, now=lambda: NOW + timedelta(minutes=1))

    assert [call.name for call in again.calls] == [task.task.name for task in report.tasks]
    assert len(report.tasks) == 4
    assert not again.served


def test_a_run_in_the_same_second_asks_nothing(store: Store) -> None:
    run(Scripted(World.busy()), store)
    again = Scripted(World.busy())

    assert run(again, store).n_tasks == 0
    assert not again.calls


def test_every_page_is_on_the_disk_before_the_next_is_asked_for(store: Store) -> None:
    collector = Scripted(World.busy())
    paid: list[int] = []
    durable: list[int] = []

    def on_page() -> None:
        lines = [p.read_text().count('"page":') for p in left(store.root, "twitter")]
        paid.append(len(collector.calls))
        durable.append(sum(lines))

    collector.on_page = on_page

    run(collector, store)

    assert durable == [n - 1 for n in paid]
    assert left(store.root, "twitter") == []


def test_large_runs_are_merged_as_they_go(
    store: Store, monkeypatch: pytest.MonkeyPatch, fault_free: Outcome
) -> None:
    monkeypatch.setattr(socialscore.collecting.asking, "BATCH", 25)
    merged: list[int] = []
    collector = Scripted(World.busy())
    collector.on_page = lambda: merged.append(store.coverage().num_rows)

    run(collector, store)

    assert merged[-1] > 2
    assert (kept(store), seen(store)) == fault_free


def test_the_report_counts_by_task(store: Store) -> None:
    report = run(Scripted(World.busy(), price=0.005), store)

    told = [(t.task.name, t.n_pages, t.n_requests, t.n_messages, t.n_known) for t in report.tasks]
    assert told == [
        ("twitter-2-inbound", 6, 6, 58, 0),
        ("twitter-2-outbound", 2, 2, 19, 0),
        ("twitter-1-inbound", 6, 6, 58, 1),
        ("twitter-1-outbound", 2, 2, 19, 0),
    ]  # one citizen wrote to both, which the second time is known
    assert report.tasks[0].cost == pytest.approx(58 * 0.005)
    assert report.cost == pytest.approx(sum(task.cost for task in report.tasks))


def test_messages_that_the_store_had_are_told_from_new_ones(store: Store) -> None:
    world = World({("1", "inbound"): [inbound(n, days(1), VILLE) for n in range(5)]})
    run(Scripted(world), store, limit=3)  # all five were written in one second

    report = run(Scripted(world), store)

    (task,) = [each for each in report.tasks if each.n_messages]
    assert (task.n_messages, task.n_known) == (5, 3)
    assert (report.saved.n_new, report.saved.n_known) == (2, 3)


def test_items_that_cannot_be_messages_are_counted_by_reason(store: Store) -> None:
    items = [inbound(n, days(n), VILLE) for n in range(1, 30)]
    for place in (3, 15):
        items[place] = replace(items[place], text="")
    absurd = inbound(30, datetime(1999, 1, 1, tzinfo=UTC), VILLE)
    collector = Scripted(World({("1", "inbound"): [*items, absurd]}))

    report = run(collector, store, since=datetime(1998, 1, 1, tzinfo=UTC))

    (refused,) = [task.refused for task in report.tasks if task.refused]
    assert refused == {"no text": 2, "dated 1999-01-01": 1}
    assert report.saved.n_new == 27


def test_an_item_that_is_dated_later_than_its_page_is_refused() -> None:
    later = NOW + timedelta(days=30)
    items = [*(inbound(n, days(n), VILLE) for n in range(1, 6)), inbound(6, later, VILLE)]
    task = Task(VILLE, "inbound", Interval(NOW - timedelta(days=30), NOW))
    collector: Any = SimpleNamespace(messages=lambda _: items)

    *read_well, refused = read(collector, Page(task, {}, 6, None, 0.0, answered_at=NOW))

    assert read_well == items[:-1]
    assert refused == Refused(
        items[-1].message_id,
        f"dated {later:%F}, later than now",
        Interval(task.interval.since, items[-2].sent_at + timedelta(seconds=1)),
    )


def test_progress_is_told_after_every_page(store: Store) -> None:
    told: list[Any] = []
    collector = Scripted(World.busy(), price=0.01)

    run(collector, store, progress=told.append)

    assert len(told) == len(collector.calls)
    assert [each.n_messages for each in told[:6]] == [10, 20, 30, 40, 50, 58]
    assert told[1].cost == pytest.approx(0.2)
    assert {(each.n_task, each.n_tasks) for each in told} == {(n, 4) for n in range(1, 5)}


def test_the_plan_is_told_before_anything_is_asked(store: Store) -> None:
    collector = Scripted(World.busy())
    n_calls: list[int] = []

    run(collector, store, planned=lambda _: n_calls.append(len(collector.calls)))

    assert n_calls == [0]


def test_the_networks_clock_bounds_what_is_covered(store: Store) -> None:
    answered_at = END - timedelta(minutes=10)

    class Behind(Scripted):
        def pages(self, task: Task) -> Iterator[Page]:
            return (replace(page, answered_at=answered_at) for page in super().pages(task))

    run(Behind(World.busy()), store)

    assert {view[0][1] for view in seen(store).values()} == {answered_at}


# --- the ends of a run -------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 1, 10, 33])
def test_a_limit_is_exact(store: Store, limit: int) -> None:
    report = run(Scripted(World.busy()), store, limit=limit)

    assert sum(task.n_messages for task in report.tasks) == limit
    assert n_kept(store) == limit
    assert report.exit_code == 0


def test_runs_with_limits_end_where_one_without_ends(store: Store, fault_free: Outcome) -> None:
    reports = [run(Scripted(World.busy()), store, limit=41) for _ in range(5)]

    assert (kept(store), seen(store)) == fault_free
    assert not reports[-1].interrupted


def test_a_budget_is_never_exceeded(store: Store) -> None:
    collector = Scripted(World.busy(), price=0.01)

    report = run(collector, store, budget=0.55)

    assert isinstance(report.error, QuotaExhausted)
    assert "budget of $0.55, of which $0.50 are spent" in str(report.error)
    assert report.cost == pytest.approx(0.50)
    assert len(collector.calls) == 5
    assert report.exit_code == 4
    assert n_kept(store) == 50


def test_a_budget_that_suffices_is_none_that_is_exhausted(store: Store) -> None:
    world = World({("2", "inbound"): World.busy().streams["2", "inbound"]})

    report = run(Scripted(world, price=0.01), store, budget=0.58 + 3 * 0.10)

    assert report.cost == pytest.approx(0.58)
    assert report.exit_code == 0


def test_a_limit_that_suffices_leaves_nothing_to_ask_again(store: Store) -> None:
    world = World({("2", "inbound"): World.busy().streams["2", "inbound"]})
    limits = Capabilities("twitter", ("inbound",))

    report = run(Scripted(world, limits=limits), store, limit=58)

    assert report.tasks[0].complete
    assert seen(store)["2", "inbound"] == [(START, END, "view")]


def test_a_last_page_of_which_a_part_was_wanted_is_not_the_end(store: Store) -> None:
    limits = Capabilities("twitter", ("inbound",))

    report = run(Scripted(World.busy(), limits=limits), store, limit=55)

    assert not report.tasks[0].complete
    assert seen(store)["2", "inbound"][0][0] > START


def test_a_budget_below_one_page_buys_nothing(store: Store) -> None:
    collector = Scripted(World.busy(), price=0.01)

    report = run(collector, store, budget=0.09)

    assert not collector.calls
    assert report.exit_code == 4


def test_whoever_asks_it_to_stop_gets_what_came(store: Store) -> None:
    collector = Scripted(World.busy())

    report = run(collector, store, stopping=lambda: len(collector.calls) == 3)

    assert report.interrupted
    assert report.exit_code == 130
    assert n_kept(store) == 30
    assert left(store.root, "twitter") == []


def test_what_an_interrupted_task_covers_begins_after_the_second_of_its_oldest(
    store: Store,
) -> None:
    collector = Scripted(World.busy())

    run(collector, store, stopping=lambda: len(collector.calls) == 1)

    oldest = collector.world.of(collector.calls[0])[9].sent_at
    assert seen(store)["2", "inbound"] == [(oldest + timedelta(seconds=1), END, "view")]


def test_an_interrupted_task_of_a_network_without_order_covers_nothing(store: Store) -> None:
    collector = Scripted(World.busy(), orderly=False)

    run(collector, store, stopping=lambda: len(collector.calls) == 3)

    assert n_kept(store) == 30
    assert store.coverage().num_rows == 0


def test_an_interrupt_from_within_is_an_interrupt(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[None, None, KeyboardInterrupt()])  # type: ignore[list-item]

    report = run(collector, store)

    assert report.exit_code == 130
    assert n_kept(store) == 20


@pytest.mark.parametrize("kind", [AuthError, QuotaExhausted])
def test_what_no_further_request_can_mend_ends_the_run(
    store: Store, kind: type[NetworkError]
) -> None:
    collector = Scripted(World.busy(), faults=[None, failing(kind)])

    report = run(collector, store)

    assert len(collector.calls) == 2
    assert isinstance(report.error, kind)
    assert report.tasks[-1].error is report.error
    assert report.exit_code == 4
    assert n_kept(store) == 10


@pytest.mark.parametrize("kind", [Gone, Transient])
def test_what_concerns_one_account_ends_its_task_only(
    store: Store, kind: type[NetworkError]
) -> None:
    collector = Scripted(World.busy(), faults=[None, failing(kind)])

    report = run(collector, store)

    assert [type(task.error) for task in report.tasks] == [kind, *[type(None)] * 3]
    assert [task.complete for task in report.tasks] == [False, True, True, True]
    assert report.exit_code == 4
    assert report.error is None


def test_a_network_that_fails_for_two_accounts_in_a_row_is_left_alone(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[failing(Transient)] * 4)

    report = run(collector, store)

    assert [task.account for task in collector.calls] == [METRO, METRO, VILLE]
    assert isinstance(report.error, Transient)


def test_an_account_that_the_network_fails_to_show_does_not_end_the_run(store: Store) -> None:
    run(Scripted(World.busy(), faults=[None, Stopped("no-new-items")]), store)  # leaves a hole
    collector = Scripted(World.busy(), faults=[failing(Transient)] * 2)

    report = run(collector, store, now=lambda: NOW + timedelta(minutes=5))

    planned = [each.task.account for each in report.tasks]
    asked = [task.account for task in collector.calls]
    assert asked.count(METRO) == 2 < planned.count(METRO)
    assert [each.task.account for each in report.tasks if each.complete] == [VILLE] * 2
    assert (report.error, report.exit_code) == (None, 4)


def test_a_stream_that_is_gone_is_not_asked_for_its_holes(store: Store) -> None:
    run(Scripted(World.busy(), faults=[None, Stopped("no-new-items")]), store)
    later = Scripted(World.busy(), faults=[failing(Gone)])

    report = run(later, store, now=lambda: NOW + timedelta(minutes=5))

    of_metro = [task for task in report.tasks if task.task.name == "twitter-2-inbound"]
    assert len(of_metro) == 2
    assert [call.name for call in later.calls].count("twitter-2-inbound") == 1
    assert all(isinstance(task.error, Gone) for task in of_metro)


def test_a_pause_that_is_too_long_ends_the_run_to_be_tried_again(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[None, failing(RateLimited)])

    report = run(collector, store)

    assert report.exit_code == 75
    assert n_kept(store) == 10


def test_who_waits_goes_on_where_the_run_stood(store: Store, fault_free: Outcome) -> None:
    collector = Scripted(World.busy(), faults=[None, None, failing(RateLimited)])
    kept_meanwhile: list[int] = []

    def waiter(_: RateLimited) -> bool:
        kept_meanwhile.append(n_kept(store))
        return True

    report = run(collector, store, waiter=waiter)

    assert kept_meanwhile == [20]
    assert report.exit_code == 0
    assert (kept(store), seen(store)) == fault_free
    assert len(report.tasks) == 4


def test_a_page_of_an_unknown_shape_is_set_aside_and_covers_nothing(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[None, None, failing(ProtocolDrift)])

    report = run(collector, store)

    (aside,) = (store.root / "journal").glob("*.jsonl")
    record = json.loads(aside.read_text())
    assert aside.name == "twitter-2-inbound.drift.jsonl"
    assert "does not want to" in record["problem"]
    assert len(record["page"]["payload"]["data"]) == 10
    assert isinstance(report.tasks[0].error, ProtocolDrift)
    assert report.tasks[0].n_messages == 10
    oldest = collector.world.of(collector.calls[0])[9].sent_at
    assert seen(store)["2", "inbound"] == [(oldest + timedelta(seconds=1), END, "view")]
    assert all(task.complete for task in report.tasks[1:])


def test_a_page_that_cannot_be_read_is_set_aside_too(store: Store) -> None:
    world = World.busy()
    third_page = world.streams["2", "inbound"][25].message_id
    collector = Scripted(world, unreadable={third_page})

    report = run(collector, store)

    (aside,) = (store.root / "journal").glob("*.jsonl")
    assert third_page in aside.read_text()
    assert isinstance(report.tasks[0].error, ProtocolDrift)
    assert report.tasks[0].n_messages == 20
    assert [task.complete for task in report.tasks] == [False, True, True, True]


def test_a_journal_with_a_page_that_can_no_longer_be_read_is_merged_up_to_it(store: Store) -> None:
    with pytest.raises(Crash):
        run(Scripted(World.busy(), faults=[None, None, None, Crash()]), store)
    world = World.busy()
    second_page = world.streams["2", "inbound"][15].message_id

    run(Scripted(world, unreadable={second_page}), store, limit=0)

    assert n_kept(store) == 10
    assert left(store.root, "twitter") == []
    assert [path.name for path in (store.root / "journal").iterdir()] == [
        "twitter-2-inbound.drift.jsonl"
    ]


@pytest.mark.parametrize("kind", [AuthError, PermissionDenied])
def test_where_every_account_has_its_own_credentials_one_that_is_refused_fails_alone(
    store: Store, kind: type[NetworkError]
) -> None:
    limits = Capabilities("twitter", ("inbound", "outbound"), one_credential=False)
    collector = Scripted(World.busy(), limits=limits, faults=[failing(kind)])

    report = run(collector, store)

    assert report.error is None
    assert [type(task.error) for task in report.tasks] == [kind, kind, type(None), type(None)]
    assert len({call.account for call in collector.calls[1:]}) == 1
    assert report.exit_code == 4


def test_the_most_serious_exit_code_counts(store: Store) -> None:
    faults = [failing(Gone), None, failing(RateLimited)]

    report = run(Scripted(World.busy(), faults=faults), store)  # type: ignore[arg-type]

    assert isinstance(report.error, RateLimited)
    assert report.exit_code == 4


# --- gaps --------------------------------------------------------------------------------------


def test_a_cap_leaves_a_gap_that_is_not_asked_for_again(store: Store) -> None:
    limits = Capabilities("twitter", ("inbound",), depth={"inbound": 20})
    collector = Scripted(World.busy(), limits=limits)

    report = run(collector, store)

    oldest = collector.world.of(collector.calls[0])[19].sent_at + timedelta(seconds=1)
    gap = Coverage("twitter", "2", "inbound", START, oldest, "cap-reached")
    assert report.tasks[0].gap == gap
    assert gap in report.gaps
    assert report.exit_code == 0
    assert not run(collector, store).n_tasks


def test_a_hole_below_the_cap_is_a_gap_without_being_asked_for(store: Store) -> None:
    world = World.busy()
    run(Scripted(world, faults=[None, None, Stopped("no-new-items")]), store)
    limits = Capabilities("twitter", ("inbound", "outbound"), depth={"inbound": 19})
    collector = Scripted(world, limits=limits)

    report = run(collector, store)

    holes = [task for task in report.tasks if task.task.name == "twitter-2-inbound"]
    assert [task.gap and task.gap.reason for task in holes] == ["cap-reached"]
    assert not collector.calls


def test_a_hole_above_the_cap_is_asked_for_with_what_is_newer(store: Store) -> None:
    world = World.busy()
    run(Scripted(world, faults=[None, None, Stopped("no-new-items")]), store)
    limits = Capabilities("twitter", ("inbound", "outbound"), depth={"inbound": 30})
    collector = Scripted(world, limits=limits)

    run(collector, store)

    assert collector.calls[0].n_newer == 19  # the oldest may share its second with others
    assert seen(store)["2", "inbound"][-1][2] == "cap-reached"
    assert len([row for row in kept(store) if row["account_id"] == "2"]) >= 29


def test_what_is_out_of_reach_becomes_a_gap(store: Store) -> None:
    limits = Capabilities("twitter", ("inbound",), reach={"inbound": timedelta(days=7)})

    report = run(Scripted(World({}), limits=limits), store)

    edge = NOW - timedelta(days=7)
    assert Coverage("twitter", "1", "inbound", START, edge, "out-of-reach") in report.gaps
    assert seen(store)["1", "inbound"] == [(edge, END, "view"), (START, edge, "out-of-reach")]


def test_a_network_may_tell_from_where_a_stream_is_complete(store: Store) -> None:
    edge = days(7)
    collector = Scripted(World({}), faults=[Stopped("out-of-reach", edge)])

    run(collector, store)

    assert seen(store)["2", "inbound"] == [(edge, END, "view"), (START, edge, "out-of-reach")]


# --- what is left by a killed run --------------------------------------------------------------

KILLED = """
import itertools, os, signal, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import socialscore.collecting.asking as asking, socialscore.collecting.part as part
import socialscore.store.lake as lake
from scripted import NOW, PANEL, Scripted, World
from socialscore.collecting import collect
from socialscore.store.journal import Journal

moment, ticks = int(sys.argv[3]), itertools.count(1)

def ticking(owner, name):
    function = getattr(owner, name)
    def ticked(*arguments, **options):
        tick()
        try:
            return function(*arguments, **options)
        finally:
            tick()
    setattr(owner, name, ticked)

def tick():
    if next(ticks) == moment:
        os.kill(os.getpid(), signal.SIGKILL)

asking.BATCH = 30
for owner, name in ((Journal, "append"), (lake.Store, "save"), (lake.Store, "cover"),
                    (lake.Store, "compact"), (part.Part, "remove")):
    ticking(owner, name)
served = open(sys.argv[4], "a")
collector = Scripted(World.busy())
def on_page():
    served.write(f"{collector.calls[-1].name}\\n")
    served.flush()
    tick()
collector.on_page = on_page
collect(collector, lake.Store.open(Path(sys.argv[2])), PANEL, bytes(32), now=lambda: NOW)
print(next(ticks) - 1)
"""


def killed_at(moment: int, store: Store, served: Path) -> subprocess.CompletedProcess[str]:
    arguments = [str(Path(__file__).parent), str(store.root), str(moment), str(served)]
    return subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], capture_output=True, text=True, check=False
    )


N_MOMENTS = 110
MOMENTS = sorted(random.Random(4).sample(range(1, N_MOMENTS), 12))


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_loses_nothing_and_pays_for_one_page_at_most_twice(
    store: Store, tmp_path: Path, fault_free: Outcome, moment: int
) -> None:
    served = tmp_path / "served.txt"
    killed = killed_at(moment, store, served)
    collector = Scripted(World.busy())

    report = run(collector, store)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (kept(store), seen(store)) == fault_free
    assert report.exit_code == 0
    calls = served.read_text().split() if served.exists() else []
    calls += [call.name for call in collector.calls]
    needed = {"inbound": 6, "outbound": 2}
    for name in {call.name for call in collector.calls} | set(calls):
        assert calls.count(name) <= needed[name.rpartition("-")[2]] + 1
    assert left(store.root, "twitter") == []


@pytest.mark.slow
def test_the_moments_above_are_all_there_are(store: Store, tmp_path: Path) -> None:
    done = killed_at(10**9, store, tmp_path / "served.txt")

    assert done.stdout.split() == [str(N_MOMENTS)], done.stderr


def test_what_lies_in_journals_is_merged_before_anything_is_asked(store: Store) -> None:
    with pytest.raises(Crash):
        run(Scripted(World.busy(), faults=[None, None, Crash()]), store)
    collector = Scripted(World.busy())

    report = run(collector, store)

    assert report.n_replayed == 2
    assert [call.interval.until < END for call in collector.calls[:1]] == [True]
    assert max(collector.served.values()) == 1


def test_a_journal_torn_at_its_end_costs_one_page(store: Store, fault_free: Outcome) -> None:
    with pytest.raises(Crash):
        run(Scripted(World.busy(), faults=[None, None, Crash()]), store)
    (journal,) = left(store.root, "twitter")
    journal.write_bytes(journal.read_bytes()[:-7])

    report = run(Scripted(World.busy()), store)

    assert report.n_replayed == 1
    assert (kept(store), seen(store)) == fault_free


def test_a_journal_torn_in_its_header_is_removed(store: Store) -> None:
    with pytest.raises(Crash):
        run(Scripted(World.busy(), faults=[None, Crash()]), store)
    (journal,) = left(store.root, "twitter")
    journal.write_bytes(b'{"format":1')

    assert run(Scripted(World.busy()), store).n_replayed == 0
    assert left(store.root, "twitter") == []


def test_a_limit_holds_for_what_is_replayed(store: Store) -> None:
    with pytest.raises(Crash):
        run(
            Scripted(World.busy()), store, limit=15,
            progress=lambda told: _crash_at(told.n_messages, 15),
        )  # fmt: skip

    run(Scripted(World({})), store, limit=0)

    assert len(kept(store)) == 15


def _crash_at(number: int, most: int) -> None:
    if number == most:
        raise Crash


def test_the_journals_of_other_networks_are_left_to_their_runs(store: Store) -> None:
    with pytest.raises(Crash):
        run(Scripted(World.busy(), faults=[None, Crash()]), store)
    facebook = Capabilities("facebook", ("all",))

    report = run(Scripted(World({}), limits=facebook), store)

    assert report.n_replayed == 0
    assert len(left(store.root, "twitter")) == 1


FAULTS = st.lists(
    st.sampled_from([None, None, AuthError, QuotaExhausted, RateLimited, Gone, Transient, "stop"]),
    max_size=12,
)


@pytest.fixture(scope="session")
def fault_free_quarter(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a run without any fault brings of a world that is a quarter as busy."""
    return brought(World.busy(15), tmp_path_factory.mktemp("fault-free-quarter"))


@settings(max_examples=6)
@given(FAULTS, st.sampled_from([7, 25, 20_000]), st.booleans())
def test_any_sequence_of_faults_that_ends_gives_the_fault_free_store(
    tmp_path_factory: pytest.TempPathFactory,
    fault_free_quarter: Outcome,
    faults: list[Any],
    batch: int,
    orderly: bool,
) -> None:
    script = [
        Stopped("repeated-cursor") if each == "stop" else each and failing(each) for each in faults
    ]
    store = a_store(tmp_path_factory.mktemp("faults"))
    collector = Scripted(World.busy(15), size=4, faults=script, orderly=orderly)

    with pytest.MonkeyPatch.context() as small:
        small.setattr(socialscore.collecting.asking, "BATCH", batch)
        n_runs = 0
        while script or not n_runs:
            run(collector, store)
            n_runs += 1
        last = run(collector, store)

    assert (kept(store), seen(store)) == fault_free_quarter
    assert last.exit_code == 0
    assert n_runs <= len(faults) + 1


def test_the_coverage_of_many_runs_is_kept_in_few_files(store: Store) -> None:
    run(Scripted(World.busy()), store)
    for number in range(9):
        row = Coverage("twitter", "3", "inbound", days(2 * number + 1), days(2 * number))
        with store.writing():
            store.cover([row], run_id="run", collected_at=NOW)
    before = store.coverage().num_rows

    run(Scripted(World.busy()), store, now=lambda: NOW + timedelta(hours=1))

    assert store.coverage().num_rows == before + 4
    assert len(DeltaTable(store.root / "coverage").file_uris()) == 1


# --- others at the same time -------------------------------------------------------------------


def test_two_collectors_of_one_network_do_not_run_at_once(store: Store) -> None:
    collector = Scripted(World.busy())

    with (
        collecting(store.root, "twitter"),
        pytest.raises(StoreError, match="another run is collecting from twitter") as refused,
    ):
        run(collector, store)

    assert refused.value.exit_code == 75
    assert not collector.calls


def test_the_second_collector_may_wait(store: Store) -> None:
    first_is_at_work, first_may_end = threading.Event(), threading.Event()
    first = Scripted(World.busy())

    def on_page() -> None:
        first_is_at_work.set()
        first_may_end.wait(timeout=60)

    first.on_page = on_page
    thread = threading.Thread(target=run, args=(first, store))
    thread.start()
    assert first_is_at_work.wait(timeout=60)
    second = Scripted(World.busy())

    threading.Timer(0.3, first_may_end.set).start()
    report = run(second, store, timeout=-1)

    thread.join()
    assert report.n_tasks == 0
    assert not second.calls


def test_readers_always_get_an_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socialscore.collecting.asking, "BATCH", 30)
    numbers: list[int] = []
    done = threading.Event()

    def reading() -> None:
        while not done.is_set():
            numbers.append(len(kept(store)))

    reader = threading.Thread(target=reading)
    reader.start()
    run(Scripted(World.busy()), store)
    done.set()
    reader.join()

    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 2


def test_another_writer_is_waited_for(store: Store) -> None:
    collector = Scripted(World.busy())
    writing, may_end = threading.Event(), threading.Event()

    def importing() -> None:
        with store.writing():
            writing.set()
            may_end.wait(timeout=60)

    thread = threading.Thread(target=importing)

    def on_page() -> None:
        if not thread.ident:
            thread.start()
            assert writing.wait(timeout=60)
            threading.Timer(0.5, may_end.set).start()

    collector.on_page = on_page

    report = run(collector, store)

    thread.join()
    assert report.exit_code == 0
    assert report.saved.n_new > 100


# --- deletions ---------------------------------------------------------------------------------


def deleted(store: Store) -> dict[tuple[str, str], datetime]:
    with DuckDB() as engine:
        engine.relation("message", store.messages(days(400), days(0)))
        rows = engine.query("SELECT * FROM message WHERE deleted_at IS NOT NULL", {})
    assert all(row["deleted_at"] <= row["deleted_seen_at"] for row in rows)
    return {(r["account_id"], r["message_id"]): r["deleted_at"].replace(tzinfo=UTC) for r in rows}


def test_what_the_network_no_longer_shows_is_marked_from_when_it_was_missed(store: Store) -> None:
    collector = Scripted(World.busy())
    run(collector, store)
    collector.gone = {"1009999", "2000003"}  # one to both accounts, one that the city wrote
    later = NOW + timedelta(days=1)

    found = refresh(collector, store, PANEL, since=days(30), now=lambda: later)

    assert deleted(store) == dict.fromkeys(
        [("1", "1009999"), ("2", "1009999"), ("1", "2000003")], later
    )
    assert sum(each.n_gone for each in found) == 2
    assert sum(each.n_asked for each in found) == len({r["message_id"] for r in kept(store)})


def test_a_deletion_is_never_taken_back(store: Store) -> None:
    collector = Scripted(World.busy(), gone={"1000004"})
    run(collector, store)
    refresh(collector, store, PANEL, since=days(30), now=lambda: NOW)
    before = deleted(store)
    collector.gone = set()

    refresh(collector, store, PANEL, since=days(30), now=lambda: NOW + timedelta(days=2))
    run(collector, store, since=days(60))

    assert list(before) == [("1", "1000004")]
    assert deleted(store) == before


def test_only_messages_of_the_days_asked_for_are_asked_about(store: Store) -> None:
    collector = Scripted(World.busy())
    run(collector, store)

    found = refresh(collector, store, PANEL, since=days(2), now=lambda: NOW)

    recent = {
        row["message_id"] for row in kept(store) if row["sent_at"].replace(tzinfo=UTC) >= days(2)
    }
    assert sum(each.n_asked for each in found) == len(recent)


def test_when_nothing_is_shown_any_more_nothing_is_marked(store: Store) -> None:
    collector = Scripted(World.busy())
    run(collector, store)
    collector.gone = {row["message_id"] for row in kept(store)}

    found = refresh(collector, store, PANEL, since=days(30), now=lambda: NOW)

    assert {type(each.error) for each in found} == {ProtocolDrift}
    assert deleted(store) == {}


def test_an_error_ends_a_refresh_and_keeps_what_was_learnt(store: Store) -> None:
    collector = Scripted(World.busy())
    run(collector, store)
    collector.gone, collector.faults = {"1001000"}, [None, failing(RateLimited)]

    found = refresh(collector, store, PANEL, since=days(30), now=lambda: NOW)

    assert [type(each.error) for each in found] == [type(None), RateLimited]
    assert list(deleted(store)) == [("2", "1001000")]


# --- status ------------------------------------------------------------------------------------


def test_status_tells_what_is_in_view_how_much_and_what_to_do(store: Store) -> None:
    run(Scripted(World.busy()), store)

    found = status(store, PANEL, NOW)

    assert [(each.account, each.stream, each.n_messages) for each in found] == [
        (METRO, "inbound", 58), (METRO, "outbound", 19),
        (VILLE, "inbound", 58), (VILLE, "outbound", 19),
    ]  # fmt: skip
    assert {(each.since, each.until, each.gaps) for each in found} == {(START, END, ())}
    assert {each.next_step for each in found} == {""}
    assert {each.collected_at - NOW < timedelta(seconds=1) for each in found} == {True}


def test_status_of_an_account_that_was_never_collected(store: Store) -> None:
    first, *_ = status(store, PANEL, NOW)

    assert (first.since, first.gaps, first.collected_at) == (None, (), None)
    assert first.next_step == "`socialscore collect --network twitter`: nothing is there yet"


def gaps(*rows: dict[str, Any]) -> list[tuple[int, int, str | None]]:
    (inward, _) = standings(ONE, rows, {}, NOW)
    return [((END - g.since).days, (END - g.until).days, g.reason) for g in inward.gaps]


def test_a_gap_has_the_reason_that_was_given_last() -> None:
    older = covering(30, 10, "repeated-cursor") | {"collected_at": datetime(2026, 1, 1)}  # noqa: DTZ001

    assert gaps(older, covering(30, 20, "cap-reached"), covering(10, 0)) == [
        (30, 20, "cap-reached"), (20, 10, "repeated-cursor")
    ]  # fmt: skip


def test_gaps_that_touch_and_have_the_same_reason_are_one() -> None:
    later = covering(20, 10, "cap-reached") | {"collected_at": datetime(2026, 12, 1)}  # noqa: DTZ001

    assert gaps(covering(30, 20, "cap-reached"), later, covering(10, 0)) == [
        (30, 10, "cap-reached")
    ]


def test_a_gap_that_was_filled_later_is_none() -> None:
    assert gaps(covering(30, 10, "repeated-cursor"), covering(30, 0)) == []


def test_what_nobody_asked_for_between_two_runs_is_a_gap_without_a_reason() -> None:
    assert gaps(covering(30, 20), covering(10, 0)) == [(20, 10, None)]


@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        ([covering(30, 0)], ""),
        ([covering(30, 8)], "the last 7 days are not there"),
        ([covering(30, 9, "cap-reached"), covering(9, 0)], "collect more often, and import"),
        ([covering(30, 20), covering(10, 0)], "a gap may still be filled"),
        ([covering(90, 60, "cap-reached"), covering(60, 0)], ""),
    ],
)
def test_the_next_step_is_said_in_words(rows: list[dict[str, Any]], advice: str) -> None:
    inward, _ = standings(ONE, rows, {}, NOW)

    assert advice in inward.next_step
    assert bool(advice) == bool(inward.next_step)


def test_nothing_is_advised_for_an_account_that_was_given_up() -> None:
    old = replace(VILLE, valid_until=days(50).date())
    panel = Panel("old", (Body("ville", "Montsabran", "", (old,)),))

    inward, _ = standings(panel, [covering(90, 49)], {}, NOW)

    assert inward.next_step == ""


def test_what_cannot_be_collected_is_to_be_imported() -> None:
    panel = Panel("m", (Body("gare", "Gare", "", (Account("mastodon", "9", "gare"),)),))

    inward, _ = standings(panel, [], {}, NOW)

    assert inward.next_step.startswith("`socialscore import FILE`")
