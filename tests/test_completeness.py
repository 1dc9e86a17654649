"""What a run takes for complete, and what it does about the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from collected import END, START, Crash, a_store, days, failing, n_kept, run, seen
from scripted import METRO, NOW, PANEL, VILLE, Scripted, World, inbound

import socialscore.collecting.asking
import socialscore.collecting.drifting
import socialscore.collecting.part
from socialscore.collecting import plan, refresh, status
from socialscore.collectors.base import Capabilities, Page, Task
from socialscore.errors import (
    AuthError,
    PermissionDenied,
    ProtocolDrift,
    RateLimited,
)
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body, Message
from socialscore.store.aside import known_drifts
from socialscore.store.journal import left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from socialscore.store.lake import Store

INBOUND = Capabilities("twitter", ("inbound",))
ONE = Panel("one", (Body("ville", "Montsabran", "", (VILLE,)),))
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path)


def asking(n: int = 30, *, apart: timedelta = HOUR) -> list[Message]:
    """So many messages to Montsabran, the newest first."""
    return [inbound(number, END - apart * (number + 1), VILLE) for number in range(n)]


def one(messages: list[Message], **options: Any) -> Scripted:
    """A network with one stream."""
    return Scripted(World({("1", "inbound"): messages}), limits=INBOUND, **options)


def blank(messages: list[Message], *places: int) -> list[Message]:
    """The messages, some of which no mapping can read."""
    return [replace(m, text="") if place in places else m for place, m in enumerate(messages)]


def later(**ago: float) -> Any:
    return lambda: NOW + timedelta(**ago)


def view(store: Store) -> list[tuple[datetime, datetime, str | None]]:
    return seen(store)["1", "inbound"]


def aside(store: Store) -> list[dict[str, Any]]:
    """The pages that were set aside."""
    paths = (store.root / "journal").glob("*.drift.jsonl")
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


# --- messages that cannot be read ----------------------------------------------------------------


def test_a_message_that_cannot_be_read_is_a_gap_between_its_neighbours(store: Store) -> None:
    messages = blank(asking(), 4)

    report = run(one(messages), store, panel=ONE)

    gap = (messages[5].sent_at, messages[3].sent_at + timedelta(seconds=1), "refused-items:1")
    assert view(store) == [(START, END, "view"), gap]
    assert report.exit_code == 0
    assert [each.reason for each in report.gaps] == ["refused-items:1"]
    assert n_kept(store) == 29


def test_the_page_of_a_message_that_cannot_be_read_is_kept(store: Store) -> None:
    messages = blank(asking(), 4)

    run(one(messages), store, panel=ONE)

    (page,) = aside(store)
    assert page["problem"] == "no text"
    assert messages[4].message_id in json.dumps(page["page"]["payload"])


def test_messages_beside_each_other_that_cannot_be_read_are_one_gap_with_their_number(
    store: Store,
) -> None:
    messages = blank(asking(), 4, 5, 17)

    run(one(messages), store, panel=ONE)

    assert [reason for _, _, reason in view(store)[1:]] == ["refused-items:1", "refused-items:2"]


def test_what_could_not_be_read_is_asked_for_once_more_and_not_for_ever(store: Store) -> None:
    collector = one(blank(asking(), 4))
    run(collector, store, panel=ONE)
    n_calls = [len(collector.calls)]

    for hours in (1, 2, 3):
        run(collector, store, panel=ONE, now=later(hours=hours))
        n_calls.append(len(collector.calls))

    # The gap and the new hour, then the new hour alone.
    assert [after - before for before, after in pairwise(n_calls)] == [2, 1, 1]
    assert [reason for _, _, reason in view(store)[1:]] == ["unreadable-items:1"]


def test_what_can_be_read_when_it_is_asked_for_again_closes_the_gap(store: Store) -> None:
    run(one(blank(asking(), 4)), store, panel=ONE)

    run(one(asking()), store, panel=ONE, now=later(hours=1))

    assert view(store) == [(START, END + HOUR, "view")]
    assert n_kept(store) == 30


@pytest.mark.parametrize(("n_blank", "is_drift"), [(2, False), (3, True)])
def test_above_one_in_five_of_a_page_the_stream_is_in_drift(
    store: Store, n_blank: int, *, is_drift: bool
) -> None:
    messages = blank(asking(), *range(11, 11 + n_blank))  # of the ten on the second page

    report = run(one(messages), store, panel=ONE)

    (task,) = report.tasks
    assert isinstance(task.error, ProtocolDrift) == is_drift
    assert report.exit_code == (4 if is_drift else 0)
    assert task.n_messages == (10 if is_drift else 28)
    if is_drift:
        assert "3 of the 10 messages of a page cannot be read: no text (3)" in str(task.error)
        assert view(store) == [(messages[9].sent_at + timedelta(seconds=1), END, "view")]


def test_items_that_are_no_messages_leave_no_gap(store: Store) -> None:
    class Chatty(Scripted):
        def messages(self, page: Page) -> list[Any]:
            return [replace(each, span=None) if hasattr(each, "span") else each
                    for each in super().messages(page)]  # fmt: skip

    world = World({("1", "inbound"): blank(asking(), *range(8))})

    report = run(Chatty(world, limits=INBOUND), store, panel=ONE)

    assert report.tasks[0].refused == {"no text": 8}
    assert view(store) == [(START, END, "view")]


def test_the_time_of_a_message_that_cannot_be_read_does_not_say_how_far_a_page_goes(
    store: Store,
) -> None:
    messages = asking(10)
    absurd = replace(messages[9], sent_at=START + HOUR, text="")
    collector = one([*messages[:9], absurd, *asking(25)[10:]])
    collector.world.of = lambda _: [*messages[:9], absurd, *asking(25)[10:]]  # type: ignore[method-assign]

    run(collector, store, panel=ONE, stopping=lambda: len(collector.calls) == 1)

    assert view(store)[0][0] == messages[8].sent_at + timedelta(seconds=1)


def test_a_killed_run_had_set_aside_what_it_could_not_read(store: Store) -> None:
    collector = one(blank(asking(), 4), faults=[None, None, Crash()])  # type: ignore[list-item]
    with pytest.raises(Crash):
        run(collector, store, panel=ONE)

    run(one(asking()), store, panel=ONE, limit=0)

    assert [reason for _, _, reason in view(store)[1:]] == ["refused-items:1"]


# --- what is shown late --------------------------------------------------------------------------

SIX = timedelta(hours=6)


def test_a_message_that_was_shown_late_is_found_and_said(store: Store) -> None:
    messages = asking()
    late = inbound(500, END - timedelta(minutes=3), VILLE)
    run(one(messages), store, panel=ONE, overlap=SIX)

    report = run(one([late, *messages]), store, panel=ONE, overlap=SIX, now=later(days=1))

    (task,) = report.tasks
    assert (task.n_late, task.n_known) == (1, 6)
    assert n_kept(store) == 31


def test_without_an_overlap_it_is_lost(store: Store) -> None:
    messages = asking()
    late = inbound(500, END - timedelta(minutes=3), VILLE)
    run(one(messages), store, panel=ONE)

    report = run(one([late, *messages]), store, panel=ONE, now=later(days=1))

    assert [task.n_late for task in report.tasks] == [0]
    assert n_kept(store) == 30


def test_what_is_new_is_not_called_late(store: Store) -> None:
    run(one(asking()), store, panel=ONE, overlap=SIX)
    new = inbound(600, NOW + HOUR, VILLE)

    report = run(one([new, *asking()]), store, panel=ONE, overlap=SIX, now=later(hours=2))

    assert [(task.n_late, task.n_messages) for task in report.tasks] == [(0, 7)]


def test_the_overlap_joins_what_is_new_in_one_request(store: Store) -> None:
    collector = one(asking())
    run(collector, store, panel=ONE, overlap=SIX)
    before = len(collector.calls), store.coverage().num_rows

    run(collector, store, panel=ONE, overlap=SIX, now=later(days=1))

    asked = collector.calls[before[0] :]
    assert [task.interval.since for task in asked] == [END - SIX]
    assert store.coverage().num_rows == before[1] + 1


def test_what_was_read_late_enough_is_not_read_again(store: Store) -> None:
    collector = one(asking())
    for hours in (0, 24, 24.5):
        run(collector, store, panel=ONE, overlap=SIX, now=later(hours=hours))

    assert collector.calls[-1].interval.since == END + timedelta(hours=24) - SIX


def test_a_run_in_the_same_second_reads_nothing_again(store: Store) -> None:
    collector = one(asking())
    run(collector, store, panel=ONE, overlap=SIX)

    assert run(collector, store, panel=ONE, overlap=SIX).n_tasks == 0


def test_what_an_import_covers_is_not_read_again() -> None:
    row = {
        "network": "twitter", "account_id": "1", "stream": "inbound", "reason": None,
        "covered_from": START.replace(tzinfo=None), "covered_until": days(1).replace(tzinfo=None),
        "run_id": "x-jsonl", "collected_at": NOW.replace(tzinfo=None),
    }  # fmt: skip

    (task,) = plan(ONE, INBOUND, [row], now=NOW, overlap=SIX).tasks

    assert task.interval.since == days(1)


def test_where_more_is_missing_that_comes_before_what_is_read_again(store: Store) -> None:
    collector = one(asking(), faults=[None, failing(RateLimited)])
    run(collector, store, panel=ONE, overlap=SIX)
    reached = view(store)[0][0]

    tasks = plan(ONE, INBOUND, store.coverage().to_pylist(), now=later(days=1)(), overlap=SIX).tasks

    assert [(task.interval.since, task.interval.until) for task in tasks] == [
        (END, END + timedelta(days=1)),
        (START + timedelta(days=1), reached),
        (END - SIX, END),
    ]


def test_runs_with_a_limit_below_the_overlap_get_to_the_end(store: Store) -> None:
    messages = asking(12, apart=timedelta(minutes=15))  # 24 in six hours

    for hour in range(1, 12):
        run(one(messages), store, panel=ONE, overlap=SIX, limit=3, now=later(hours=hour))

    assert n_kept(store) == 12
    assert len(view(store)) == 1


def test_what_is_missing_of_the_overlap_after_a_limit_is_read_in_the_next_run(
    store: Store,
) -> None:
    messages = asking()
    late = inbound(500, END - timedelta(hours=5, minutes=30), VILLE)
    run(one(messages), store, panel=ONE, overlap=SIX)
    run(one([late, *messages]), store, panel=ONE, overlap=SIX, limit=3, now=later(days=1))

    report = run(one([late, *messages]), store, panel=ONE, overlap=SIX, now=later(days=2))

    assert sum(task.n_late for task in report.tasks) == 1
    assert n_kept(store) == 31
    (next_task,) = plan(
        ONE, INBOUND, store.coverage().to_pylist(), now=later(days=3)(), overlap=SIX
    ).tasks
    assert next_task.interval.since == END + timedelta(days=2) - SIX


def test_a_cap_within_the_overlap_is_no_gap(store: Store) -> None:
    limits = replace(INBOUND, depth={"inbound": 20})
    run(one(asking(15)), store, panel=ONE, overlap=SIX)
    many = [inbound(700 + n, END + timedelta(minutes=n + 1), VILLE) for n in range(18)]

    report = run(
        replace(one([*many, *asking(15)]), limits=limits), store, panel=ONE, overlap=SIX,
        now=later(hours=1),
    )  # fmt: skip

    assert report.gaps == ()
    assert len(view(store)) == 1


# --- accounts that are refused -------------------------------------------------------------------

FIVE = Panel(
    "five",
    tuple(
        Body(f"body-{n}", f"Body {n}", "", (Account("twitter", str(n), f"body{n}"),))
        for n in range(1, 6)
    ),
)


def test_a_refused_account_fails_alone_and_with_all_its_streams(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[failing(PermissionDenied)])

    report = run(collector, store)

    errors = [type(task.error) for task in report.tasks]
    assert errors == [PermissionDenied, PermissionDenied, type(None), type(None)]
    assert {call.account for call in collector.calls[1:]} == {VILLE}
    assert (report.error, report.exit_code) == (None, 4)


def test_three_refused_accounts_in_a_row_end_the_run(store: Store) -> None:
    collector = Scripted(World({}), limits=INBOUND, faults=[failing(PermissionDenied)] * 5)

    report = run(collector, store, panel=FIVE)

    assert len(collector.calls) == 3
    assert isinstance(report.error, PermissionDenied)


def test_refused_accounts_with_others_between_them_do_not_end_it(store: Store) -> None:
    refused = failing(PermissionDenied)
    collector = Scripted(World({}), limits=INBOUND, faults=[refused, refused, None, refused])

    report = run(collector, store, panel=FIVE)

    assert len(collector.calls) == 5
    assert report.error is None


def test_a_token_that_is_rejected_ends_the_run_at_once(store: Store) -> None:
    collector = Scripted(World({}), limits=INBOUND, faults=[failing(AuthError)])

    run(collector, store, panel=FIVE)

    assert len(collector.calls) == 1


def test_an_account_that_may_not_be_looked_up_does_not_end_a_refresh(store: Store) -> None:
    collector = Scripted(World.busy())
    run(collector, store)
    collector.faults = [failing(PermissionDenied)]

    found = refresh(collector, store, PANEL, since=days(30), now=lambda: NOW)

    assert [(each.account, type(each.error)) for each in found] == [
        (METRO, PermissionDenied), (VILLE, type(None))
    ]  # fmt: skip


# --- streams that cannot be read -----------------------------------------------------------------


class Tongues(Scripted):
    """A network of which, until it is mended, no page can be read."""

    mended = False

    def messages(self, page: Page) -> list[Any]:
        if not self.mended:
            return [page.payload["data"][0]["no-such-name"]]
        return list(super().messages(page))


def drifting(messages: list[Message] | None = None) -> Tongues:
    return Tongues(World({("1", "inbound"): messages or asking()}), limits=INBOUND)


def test_a_stream_in_drift_is_left_alone_for_longer_every_time(store: Store) -> None:
    collector = drifting()
    asked = []
    for day in range(24):
        before = len(collector.calls)
        report = run(collector, store, panel=ONE, now=later(days=day))
        assert report.exit_code == 4
        if len(collector.calls) > before:
            asked.append(day)

    assert asked == [0, 1, 3, 7, 14, 21]


def test_what_was_said_of_a_stream_that_is_left_alone_is_said_again(store: Store) -> None:
    collector = drifting()
    run(collector, store, panel=ONE)

    report = run(collector, store, panel=ONE, now=later(hours=1))

    (task,) = report.tasks
    assert "an answer cannot be read (KeyError at test_completeness.py:" in str(task.error)
    assert "not asked again before 2026-11-24 12:00 UTC, or until socialscore" in str(task.error)
    assert "no-such-name" not in str(task.error)


def test_a_stream_that_can_be_read_again_is_forgotten(store: Store) -> None:
    collector = drifting()
    run(collector, store, panel=ONE)
    collector.mended = True

    report = run(collector, store, panel=ONE, now=later(days=2))

    assert report.exit_code == 0
    assert known_drifts(store.root) == {}


def test_a_page_in_drift_does_not_keep_what_is_newer_from_being_asked_for(store: Store) -> None:
    messages = asking()
    collector = one(messages, unreadable={messages[15].message_id})
    run(collector, store, panel=ONE)
    n_calls = len(collector.calls)

    run(collector, store, panel=ONE, now=later(hours=1))

    (newest,) = collector.calls[n_calls:]
    assert newest.interval.since == END
    assert view(store)[0][1] == END + HOUR


def updated(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (socialscore.collecting.drifting, socialscore.collecting.part):
        monkeypatch.setattr(module, "__version__", "99.0")


def test_an_update_reads_the_pages_that_were_kept_before_it_asks(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = drifting()
    run(collector, store, panel=ONE)
    updated(monkeypatch)
    collector.mended = True

    report = run(collector, store, panel=ONE, now=later(hours=1))

    assert report.n_replayed == 1
    newest = asking()[0].message_id
    assert collector.served["twitter-1-inbound", newest] == 1
    assert view(store) == [(START + HOUR, END + HOUR, "view")]
    assert n_kept(store) == 30
    assert list((store.root / "journal").iterdir()) == []


def test_what_a_page_that_an_update_can_read_was_too_early_for_is_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = drifting()
    run(collector, store, panel=ONE, overlap=SIX)
    updated(monkeypatch)
    collector.mended = True
    run(collector, store, panel=ONE, overlap=SIX, limit=5, now=later(days=1))

    late = inbound(500, END - timedelta(minutes=3), VILLE)
    report = run(one([late, *asking()]), store, panel=ONE, overlap=SIX, now=later(days=2))

    assert sum(task.n_late for task in report.tasks) == 1
    assert n_kept(store) == 31


def test_an_update_that_does_not_help_asks_at_once_and_keeps_the_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = drifting()
    run(collector, store, panel=ONE)
    updated(monkeypatch)

    for hours in (1, 2):
        run(collector, store, panel=ONE, now=later(hours=hours))

    assert len(collector.calls) == 2
    assert [page["version"] for page in aside(store)] == ["99.0", "99.0"]


def test_a_message_that_an_update_can_read_closes_its_gap(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(one(blank(asking(), 4)), store, panel=ONE)
    run(one(blank(asking(), 4)), store, panel=ONE, now=later(hours=1))
    updated(monkeypatch)

    class Newer(Scripted):
        def messages(self, page: Page) -> list[Any]:
            for payload in page.payload["data"]:
                payload["text"] = payload.get("text") or "Quand ?"
            return list(super().messages(page))

    run(Newer(World({}), limits=INBOUND), store, panel=ONE, now=later(hours=1))

    assert view(store) == [(START, END + HOUR, "view")]
    assert n_kept(store) == 30


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00", b"[]", b'{"retry_at": 7}', b'{"retry_at": "2026-11-30", "reached": "x"}'],
)
def test_a_memory_that_cannot_be_read_is_none(store: Store, content: bytes) -> None:
    collector = drifting()
    run(collector, store, panel=ONE)
    (memory,) = (store.root / "journal").glob("*.drift.json")
    memory.write_bytes(content)

    run(collector, store, panel=ONE, now=later(hours=1))

    assert len(collector.calls) == 2


def test_a_memory_that_was_noted_by_a_clock_ahead_holds_nothing_back(store: Store) -> None:
    collector = drifting()
    run(collector, store, panel=ONE, now=later(days=60))

    run(collector, store, panel=ONE, now=later(hours=1))

    assert len(collector.calls) == 2


def test_a_request_that_is_rejected_is_tried_by_the_next_run(store: Store) -> None:
    rejected = ProtocolDrift("twitter", "GET /x", "it rejected the request", status=400)
    collector = one(asking(), faults=[rejected])
    run(collector, store, panel=ONE)

    assert run(collector, store, panel=ONE).exit_code == 0


def test_status_says_that_a_stream_cannot_be_read_until_when_and_what_helps(store: Store) -> None:
    run(drifting(), store, panel=ONE)

    inward, _ = status(store, ONE, NOW)

    assert "an answer cannot be read (KeyError" in inward.next_step
    assert "update socialscore; it is tried again from 2026-11-24 12:00 UTC" in inward.next_step


def test_whatever_a_collector_makes_of_an_answer_ends_its_stream_alone(store: Store) -> None:
    collector = Scripted(World.busy(), faults=[None, TypeError("unhashable type: 'dict'")])

    report = run(collector, store)

    assert [type(task.error) for task in report.tasks] == [ProtocolDrift, *[type(None)] * 3]
    assert "TypeError at scripted.py:" in str(report.tasks[0].error)
    assert report.exit_code == 4


# --- journals that cannot be read ----------------------------------------------------------------

HEADER = (
    b'{"format":1,"run_id":"r","account":{"network":"twitter","account_id":"2","handle":"valdoine"},'
    b'"stream":"inbound","since":"2026-11-01T00:00:00+00:00","until":"2026-11-02T00:00:00+00:00",'
    b'"n_newer":0}\n'
)


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(11, 256)) + b"\nx\n",
        b'{"format":2}\n',
        b'{"format":1}\n',
        b"[]\n[]\n",
        b"7\n",
        HEADER.replace(b'"2026-11-01T00:00:00+00:00"', b"7"),
        HEADER + b'{"page":{"payload":[]},"most":null}\n',
        HEADER + b'{"page":"x"}\n',
        HEADER + b"torn\n" + b'{"end":null,"complete_from":null}\n',
        HEADER + b'{"end":null,"complete_from":[]}\n',
        b"[" * 100_000 + b"\n\n",
    ],
    ids=lambda content: str(len(content)),
)
def test_a_journal_that_cannot_be_read_is_said_and_set_aside_and_its_time_asked_again(
    store: Store, content: bytes
) -> None:
    path = store.root / "journal" / "twitter-2-inbound.1.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)

    report = run(Scripted(World.busy()), store)

    (said,) = report.damaged
    (aside,) = path.parent.iterdir()
    assert aside.read_bytes() == content
    assert aside.name == "twitter-2-inbound.1.jsonl.damaged"
    assert said.endswith("it is twitter-2-inbound.1.jsonl.damaged now")
    assert left(store.root, "twitter") == []
    assert all(task.complete for task in report.tasks)
    assert seen(store)["2", "inbound"] == [(START, END, "view")]


def test_a_second_damaged_journal_does_not_replace_the_first(store: Store) -> None:
    folder = store.root / "journal"
    folder.mkdir()
    for number in range(2):
        (folder / "twitter-2-inbound.1.jsonl").write_text(f'{{"format":{number + 7}}}\n')
        run(Scripted(World.busy()), store, limit=0)

    assert len(list(folder.iterdir())) == 2


# --- clocks --------------------------------------------------------------------------------------


def clocked(ahead: timedelta, **options: Any) -> Scripted:
    """A network whose clock is so much behind ours."""

    class Clocked(Scripted):
        def pages(self, task: Task) -> Iterator[Page]:
            for page in super().pages(task):
                yield replace(page, answered_at=NOW - ahead)

    earlier = [replace(m, sent_at=m.sent_at - max(ahead, timedelta())) for m in asking()]
    return Clocked(World({("1", "inbound"): earlier}), limits=INBOUND, **options)


@pytest.mark.parametrize(
    ("minutes", "said"), [(4, None), (-4, None), (6, 6), (-6, -6), (60 * 24 * 30, 60 * 24 * 30)]
)
def test_a_clock_that_differs_by_over_five_minutes_is_said(
    store: Store, minutes: int, said: int | None
) -> None:
    report = run(clocked(timedelta(minutes=minutes)), store, panel=ONE)

    assert report.clock_ahead == (said and timedelta(minutes=said))


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
def test_no_coverage_ends_after_the_present_of_either_clock(store: Store, hours: int) -> None:
    run(clocked(timedelta(hours=hours)), store, panel=ONE)

    until = max(row["covered_until"] for row in store.coverage().to_pylist())
    assert until.replace(tzinfo=UTC) == min(END, NOW - timedelta(hours=hours))


def test_a_clock_that_is_ahead_gives_nothing_up_that_is_still_within_reach(store: Store) -> None:
    month = timedelta(days=30)
    limits = replace(INBOUND, reach={"inbound": timedelta(days=7)})
    collector = clocked(month)
    collector.limits = limits

    run(collector, store, panel=ONE)

    present = NOW - month
    rows = store.coverage().to_pylist()
    assert all(row["covered_until"].replace(tzinfo=UTC) <= present for row in rows)
    assert not [row for row in rows if row["reason"] == "out-of-reach"]


# --- waits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "is_waited_for"), [(23, True), (25, False)])
def test_nobody_waits_for_longer_than_a_day(
    store: Store, hours: int, *, is_waited_for: bool
) -> None:
    limited = failing(RateLimited)
    limited.retry_at = NOW + timedelta(hours=hours)
    waited: list[RateLimited] = []

    def waiter(error: RateLimited) -> bool:
        waited.append(error)
        return True

    report = run(one(asking(), faults=[limited]), store, panel=ONE, waiter=waiter)

    assert bool(waited) == is_waited_for
    assert report.exit_code == (0 if is_waited_for else 75)
