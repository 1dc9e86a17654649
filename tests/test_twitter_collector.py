"""X's collector, over the real tweepy, against a server that holds a world."""

from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest
from fakes import FakeX, Fault, World, random_world
from fakes.faults import said
from fakes.twitter import TOKEN
from hypothesis import given, settings
from hypothesis import strategies as st

from socialscore.collectors import collector
from socialscore.collectors.base import (
    CollectionPlan,
    Interval,
    Options,
    Outside,
    Page,
    Refused,
    Stopped,
    Task,
)
from socialscore.errors import (
    AuthError,
    Gone,
    NetworkError,
    PermissionDenied,
    ProtocolDrift,
    QuotaExhausted,
    RateLimited,
    Transient,
    UnknownName,
)
from socialscore.model.messages import Account, Body, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from socialscore.collectors.base import Collector

START = datetime(2026, 9, 7, tzinfo=UTC)
NOW = START + timedelta(days=6)
ALL = Interval(datetime(2026, 9, 1, tzinfo=UTC), NOW)
VILLE = Account("twitter", "900000000000001", "Ville0")


class Waits:
    """Whoever waits: time passes in the world, and nowhere else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said: list[str] = []

    def outside(self) -> Outside:
        return Outside(
            now=lambda: self.world.now,
            monotonic=time.monotonic,
            sleep=lambda _: None,
            wait=self._wait,
            chance=lambda: 0.0,
        )

    def _wait(self, until: datetime, cause: str) -> None:
        self.said.append(cause)
        self.world.now = until


def on(x: FakeX, **options: Any) -> Collector:
    """The collector of a server."""
    asked = {"address": x.base_url, "max_wait": timedelta(hours=1), **options}
    return collector("twitter", {"bearer_token": TOKEN}, Options(**asked), Waits(x.world).outside())


def busy(n_mentions: int, n_replies: int = 0) -> World:
    """A world in which somebody asks every minute, and the account answers the first ones."""
    world = World([Body("ville-0", "Ville 0", accounts=(VILLE,))], NOW)
    anna = world.person("twitter", "9000000000010", "anna_des_quais")
    for number in range(n_mentions):
        at = START + timedelta(minutes=number)
        question = world.write(anna, f"@Ville0 la piscine n° {number} ?", at)
        if number < n_replies:
            world.write(
                world.of(VILLE), "@anna_des_quais oui", at + timedelta(seconds=30), parent=question
            )
    return world


def inbound(account: Account = VILLE, interval: Interval = ALL, n_newer: int = 0) -> Task:
    return Task(account, "inbound", interval, n_newer)


def outbound(account: Account = VILLE, interval: Interval = ALL) -> Task:
    return Task(account, "outbound", interval)


def messages(source: Collector, pages: Iterable[Page]) -> dict[str, Message]:
    """What the pages hold, none of it refused."""
    found = [each for page in pages for each in source.messages(page)]
    assert all(isinstance(each, Message) for each in found)
    return {each.message_id: each for each in found if isinstance(each, Message)}


def true(world: World, accounts: list[Account], *, reposts: bool = True) -> dict[str, Message]:
    """What is true, as X says it without being paid for more."""
    found = world.expected(accounts, reposts=reposts, expanded=False)
    return {message.message_id: message for message in found}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("spelling", ["old", "new"])
@pytest.mark.parametrize("strategy", ["timelines", "recent", "archive"])
def test_all_that_was_written_is_collected(seed: int, spelling: str, strategy: str) -> None:
    world = random_world(seed)
    accounts = world.accounts("twitter")
    interval = Interval(world.now - timedelta(days=6, hours=23), world.now)

    with FakeX(world, spelling=spelling) as x:
        source = on(x, settings={"strategy": strategy})
        tasks = [
            Task(each, stream, interval) for each in accounts for stream in ("inbound", "outbound")
        ]
        found = messages(source, (page for task in tasks for page in source.pages(task)))

    assert found == true(world, accounts, reposts=strategy == "timelines")


def test_a_task_asks_for_its_interval_and_nothing_else() -> None:
    world = busy(300)
    interval = Interval(START + timedelta(minutes=50), START + timedelta(minutes=200))

    with FakeX(world) as x:
        source = on(x)
        found = messages(source, source.pages(inbound(interval=interval)))

    assert sorted(each.sent_at for each in found.values()) == [
        START + timedelta(minutes=number) for number in range(50, 200)
    ]
    assert (x.n_paid, len(x.requests)) == (150, 2)


def test_an_interval_between_seconds_loses_nothing_at_its_ends() -> None:
    world = busy(10)
    halfway = timedelta(milliseconds=500)
    interval = Interval(
        START + timedelta(minutes=2) - halfway, START + timedelta(minutes=4) + halfway
    )

    with FakeX(world) as x:
        source = on(x)
        found = messages(source, source.pages(inbound(interval=interval)))

    assert len(found) == 3


def test_pages_tell_how_far_they_reach_and_what_they_cost() -> None:
    with FakeX(busy(250)) as x:
        pages = list(on(x).pages(inbound()))

    assert [page.n_items for page in pages] == [100, 100, 50]
    assert [page.oldest for page in pages] == [
        START + timedelta(minutes=number) for number in (151, 51, 1)
    ]
    assert [page.n_places for page in pages] == [100, 100, 100]
    assert [page.n_requests for page in pages] == [1, 1, 1]
    assert sum(page.cost for page in pages) == pytest.approx(x.spent)
    assert all(json.loads(json.dumps(page.payload)) == page.payload for page in pages)


def test_time_is_told_by_the_networks_clock() -> None:
    world = busy(1)

    with FakeX(world, clock=lambda: (NOW - timedelta(hours=2)).timestamp()) as x:
        (page,) = on(x).pages(inbound())

    assert page.answered_at == NOW - timedelta(hours=2)


def test_an_edited_post_does_not_make_a_page_reach_further_than_it_does() -> None:
    world = busy(3)
    first = next(iter(world.posts.values()))
    world.edit(first, "@Ville0 la piscine n° 0, je veux dire ?", START + timedelta(minutes=25))

    with FakeX(world) as x:
        (page,) = on(x).pages(inbound())

    assert page.oldest == START + timedelta(minutes=2)


def test_somebody_who_stops_asking_has_asked_for_no_more() -> None:
    with FakeX(busy(250)) as x:
        pages = on(x).pages(inbound())
        next(pages)
        next(pages)

    assert len(x.requests) == 2


PASSING = [
    (Fault("429", nth=2, seconds=40), 1),
    (Fault("429-no-reset", nth=2), 1),
    (Fault("429-no-reset", nth=2, times=2), 2),
    (Fault("503", nth=1), 1),
    (Fault("503", nth=2, times=4), 4),
    (Fault("reset", nth=2), 1),
    (Fault("truncated", nth=3), 1),
    (Fault("bad-json", nth=2), 1),
    (Fault("drip", nth=2, seconds=0.02), 1),
    (Fault("hang", nth=2, seconds=5.0), 1),
    (Fault("no-content-type", nth=2), 0),
    (Fault("duplicates", nth=2), 0),
    (Fault("empty-page", nth=2), 1),
    (Fault("empty-page", nth=1, times=3), 3),
]


def hurried(fault: Fault) -> dict[str, float]:
    """Options for a fault that takes long: a deadline that a busy machine keeps otherwise."""
    return {"deadline": 0.6} if fault.kind in ("hang", "drip") else {}


def named(value: object) -> str | None:
    return f"{value.kind}-{value.nth}-{value.times}" if isinstance(value, Fault) else None


@pytest.mark.parametrize(("fault", "n_more"), PASSING, ids=named)
def test_a_fault_that_passes_changes_nothing(fault: Fault, n_more: int) -> None:
    world = busy(250)

    with FakeX(world, faults=[replace(fault)]) as x:
        source = on(x, **hurried(fault))
        pages = list(source.pages(inbound()))
        found = messages(source, pages)

    assert found == true(world, [VILLE])
    assert len(x.requests) == 3 + n_more
    assert sum(page.n_requests for page in pages) == len(x.requests)


# What passes by itself; no call meets more than four of them.
TROUBLE = st.builds(
    Fault,
    st.sampled_from(["429", "503", "reset", "truncated", "bad-json", "duplicates", "empty-page"]),
    nth=st.integers(1, 4),
)


@given(st.lists(TROUBLE, max_size=4))
@settings(max_examples=25)
def test_whatever_passes_changes_nothing_in_any_order(faults: list[Fault]) -> None:
    world = busy(250)

    with FakeX(world, faults=[replace(fault) for fault in faults]) as x:
        source = on(x)
        found = messages(source, source.pages(inbound()))

    assert found == true(world, [VILLE])
    assert len(x.requests) <= 3 + len(faults)


LASTING: list[tuple[Fault, type[NetworkError], int]] = [
    (Fault("402"), QuotaExhausted, 1),
    (Fault("402", variant=1), QuotaExhausted, 1),
    (Fault("429-usage-capped"), QuotaExhausted, 1),
    (Fault("429-no-reset", times=math.inf), QuotaExhausted, 3),
    (Fault("429", times=math.inf), RateLimited, 11),
    (Fault("401"), AuthError, 1),
    (Fault("403"), AuthError, 1),
    (Fault("404"), Gone, 1),
    (Fault("400-list"), ProtocolDrift, 1),
    (Fault("503", times=math.inf), Transient, 5),
    (Fault("reset", times=math.inf), Transient, 5),
    (Fault("truncated", times=math.inf), Transient, 5),
    (Fault("bad-json", times=math.inf), Transient, 5),
]


def run(pages: Iterable[Page]) -> tuple[list[Page], Exception | None]:
    """The pages, and what ended them early."""
    kept = []
    try:
        for page in pages:
            kept.append(page)  # noqa: PERF402 - those before the end are wanted
    except (NetworkError, Stopped) as end:
        return kept, end
    return kept, None


@pytest.mark.parametrize(("fault", "error", "n_tries"), LASTING, ids=named)
def test_a_fault_that_stays_is_named_after_the_pages_before_it(
    fault: Fault, error: type[NetworkError], n_tries: int
) -> None:
    with FakeX(busy(250), faults=[replace(fault, nth=2)]) as x:
        pages, end = run(on(x).pages(inbound()))

    assert type(end) is error
    assert [page.n_items for page in pages] == [100]
    assert len(x.requests) == 1 + n_tries


@pytest.mark.parametrize(
    "fault", [Fault("hang", seconds=5.0), Fault("drip", seconds=0.03)], ids=named
)
def test_a_network_that_never_comes_to_an_end_is_given_up_after_five_tries(fault: Fault) -> None:
    with FakeX(busy(3), faults=[replace(fault, times=math.inf)]) as x:
        pages, end = run(on(x, deadline=0.25).pages(inbound()))

    assert type(end) is Transient
    assert (len(pages), len(x.requests)) == (0, 5)


@pytest.mark.parametrize("fault", [fault for fault, *_ in LASTING], ids=named)
def test_no_token_is_in_anything_that_is_said(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with FakeX(busy(3), faults=[replace(fault)]) as x:
        source = on(x)
        _, end = run(source.pages(inbound()))

    assert end
    told = "".join(format_exception(end)) + str(end) + repr(end) + repr(source) + caplog.text
    assert "Making API request" in caplog.text  # tweepy did log
    assert TOKEN not in told


def test_who_does_not_want_to_wait_is_told_until_when() -> None:
    with FakeX(busy(250), faults=[Fault("429", nth=2, seconds=40)]) as x:
        pages, end = run(on(x, max_wait=timedelta(0)).pages(inbound()))

    assert isinstance(end, RateLimited)
    assert end.retry_at
    assert timedelta(seconds=40) <= end.retry_at - NOW <= timedelta(seconds=42)
    assert (len(pages), len(x.requests)) == (1, 2)


def test_a_clock_that_is_wrong_does_not_change_how_long_one_waits() -> None:
    world = busy(3)
    ahead = FakeX(world, faults=[Fault("429", seconds=40)], clock=lambda: time.time() + 7200)

    with ahead as x:
        _, end = run(on(x, max_wait=timedelta(0)).pages(inbound()))

    assert isinstance(end, RateLimited)
    assert end.retry_at
    assert end.retry_at - NOW <= timedelta(seconds=42)


def test_the_reason_of_a_wait_names_what_is_waited_for() -> None:
    world = busy(3)
    waits = Waits(world)

    with FakeX(world, faults=[Fault("429", seconds=40)]) as x:
        options = Options(address=x.base_url)
        source = collector("twitter", {"bearer_token": TOKEN}, options, waits.outside())
        list(source.pages(inbound()))

    assert waits.said == ["twitter: too many requests (GET /2/users/:id/mentions, HTTP 429)"]


def test_a_cursor_that_comes_again_leaves_a_gap_that_the_next_run_fills() -> None:
    world = busy(250)

    with FakeX(world, faults=[Fault("repeated-cursor", nth=2)]) as x:
        source = on(x)
        pages, end = run(source.pages(inbound()))
        oldest = pages[-1].oldest
        assert oldest
        rest = Interval(ALL.since, oldest + timedelta(seconds=1))
        pages += source.pages(inbound(interval=rest, n_newer=200))

    assert isinstance(end, Stopped)
    assert end.reason == "repeated-cursor"
    assert messages(source, pages) == true(world, [VILLE])
    assert len(x.requests) == 3


def test_pages_without_end_that_hold_nothing_are_given_up() -> None:
    with FakeX(busy(3), faults=[Fault("empty-page", times=math.inf)]) as x:
        _, end = run(on(x).pages(inbound()))

    assert isinstance(end, Stopped)
    assert end.reason == "no-new-items"
    assert len(x.requests) == 10


@pytest.mark.parametrize(("fault", "kept"), [(Fault("drift"), 0), (Fault("drift", variant=1), 100)])
def test_a_page_in_an_unknown_shape_is_handed_on_before_it_is_reported(
    fault: Fault, kept: int
) -> None:
    with FakeX(busy(250, n_replies=250), faults=[fault]) as x:
        source = on(x)
        pages, end = run(source.pages(outbound()))

    assert isinstance(end, ProtocolDrift)
    assert [page.n_items for page in pages] == [kept]
    with pytest.raises(ProtocolDrift):  # also when a later run finds it in the journal
        source.messages(pages[0])
    assert "2026-09-07" in json.dumps(pages[0].payload)
    assert len(x.requests) == 1


def renamed(answer: dict[str, Any]) -> None:
    answer["meta"]["nextToken"] = answer["meta"].pop("next_token")


def moved(answer: dict[str, Any]) -> None:
    answer["paging"] = {"next": answer["meta"].pop("next_token")}


@pytest.mark.parametrize(
    "change",
    [
        renamed,
        moved,
        said(None, "meta"),
        said([{"result_count": 100}], "meta"),
        said("100", "meta"),
        said(None, "meta", "result_count"),
        said("100", "meta", "result_count"),
        said(99, "meta", "result_count"),
        said({"place": "2"}, "meta", "next_token"),
        said(17, "meta", "next_token"),
        said("", "meta", "next_token"),
    ],
)
def test_an_end_that_is_none_is_another_protocol(change: Callable[[dict[str, Any]], None]) -> None:
    with FakeX(busy(250), faults=[Fault("said", nth=2, change=change)]) as x:
        source = on(x)
        pages, end = run(source.pages(inbound()))

    assert isinstance(end, ProtocolDrift)
    assert [page.n_items for page in pages] == [100, 100]
    assert len(source.messages(pages[0])) == 100
    with pytest.raises(ProtocolDrift):
        source.messages(pages[1])
    assert len(x.requests) == 2


@pytest.mark.parametrize("n_written", [250, 200])
def test_a_full_page_that_does_not_say_what_follows_is_followed_by_time(n_written: int) -> None:
    world = busy(n_written)
    nameless = said(None, "meta", "next_token")
    faults = [Fault("said", nth=2, change=nameless)] if n_written > 200 else []

    with FakeX(world, faults=faults, dedup=True) as x:
        source = on(x)
        found = messages(source, source.pages(inbound()))

    assert found == true(world, [VILLE])
    assert len(x.requests) == 3
    assert x.paid_twice == []


def test_a_full_page_of_one_second_that_does_not_say_what_follows_leaves_a_gap() -> None:
    world = World([Body("ville-0", "Ville 0", accounts=(VILLE,))], NOW)
    anna = world.person("twitter", "9000000000010", "anna_des_quais")
    for number in range(150):
        world.write(anna, f"@Ville0 la piscine n° {number} ?", START)
    nameless = said(None, "meta", "next_token")

    with FakeX(world, faults=[Fault("said", change=nameless, times=math.inf)]) as x:
        _, end = run(on(x).pages(inbound()))

    assert isinstance(end, Stopped)
    assert len(x.requests) == 2


@pytest.mark.parametrize("place", [0, 40, 99])
def test_one_old_post_on_a_page_does_not_make_the_middle_look_collected(place: int) -> None:
    def misplace(answer: dict[str, Any]) -> None:
        old = {**answer["data"][place], "id": "1", "created_at": "2026-09-01T00:00:00.000Z"}
        answer["data"][place] = old | {"edit_history_tweet_ids": ["1"]}

    faults = [Fault("said", change=misplace), Fault("503", nth=2, times=5)]
    with FakeX(busy(250), faults=faults) as x:
        (page,), end = run(on(x).pages(inbound()))

    assert isinstance(end, Transient)
    assert page.oldest is None or page.oldest >= START + timedelta(minutes=150)


def test_errors_in_place_of_posts_are_no_quiet_account() -> None:
    said_so = {"meta": {"result_count": 0}, "errors": [{"title": "Over capacity"}]}

    with FakeX(busy(3), faults=[Fault("said", change=lambda _: said_so)]) as x:
        pages, end = run(on(x).pages(inbound()))

    assert isinstance(end, ProtocolDrift)
    assert pages == []


def test_posts_that_do_not_say_who_wrote_them_are_another_protocol() -> None:
    with FakeX(busy(3), faults=[Fault("missing-from")]) as x:
        pages, end = run(on(x).pages(inbound()))

    assert isinstance(end, ProtocolDrift)
    assert len(pages) == 1


def test_one_post_that_cannot_be_a_message_is_refused_by_name() -> None:
    with FakeX(busy(3), faults=[Fault("invalid-item")]) as x:
        source = on(x)
        (page,) = source.pages(inbound())

    refused, *others = source.messages(page)
    assert (page.n_items, len(others)) == (3, 2)
    assert not isinstance(refused, Message)
    assert refused.reason == "no created_at"


@pytest.mark.parametrize(
    ("change", "minute"),
    [
        (said("1.7E18", "data", 1, "id"), 1),
        (said("12a", "data", 1, "id"), 1),
        (said(None, "data", 1, "author_id"), 1),
        (said("2026-09-07T00:01:00", "data", 1, "created_at"), 1),
        (said(17, "data", 1), 1),
    ],
)
def test_a_post_that_is_refused_says_when_one_is_missing(
    change: Callable[[dict[str, Any]], None], minute: int
) -> None:
    with FakeX(busy(3), faults=[Fault("said", change=change)]) as x:
        source = on(x)
        (page,) = source.pages(inbound())

    _, refused, _ = source.messages(page)
    assert isinstance(refused, Refused)
    assert refused.span
    asked = START + timedelta(minutes=minute)
    assert refused.span.since <= asked < refused.span.until
    assert refused.span.until - refused.span.since <= timedelta(minutes=2, seconds=1)


@pytest.mark.parametrize("answer", [{}, {"meta": {"total_tweet_count": "7"}}, []], ids=str)
def test_a_count_that_is_none_is_another_protocol(answer: object) -> None:
    plan = CollectionPlan((inbound(),))
    silent = FakeX(busy(3), faults=[Fault("said", change=lambda _: answer)])

    with silent as x, pytest.raises(ProtocolDrift):
        on(x, count=True).estimate(plan)


def test_an_identifier_that_is_none_is_not_asked_with() -> None:
    users = {"data": [{"username": "Ville0", "id": "1/../2"}]}
    by_handle = replace(VILLE, account_id="ville0")

    with FakeX(busy(3), faults=[Fault("said", change=lambda _: users)]) as x:
        _, end = run(on(x).pages(inbound(by_handle)))

    assert isinstance(end, Gone)
    assert len(x.requests) == 1


def test_what_x_leaves_out_of_a_page_is_counted() -> None:
    source = on_nothing()
    lack = {"resource_id": "1", "title": "Authorization Error", "type": "x"}
    payload = {"data": [], "errors": [lack], "meta": {"result_count": 0}}
    page = Page(inbound(), payload, 0, None, 0.0)

    (refused,) = source.messages(page)

    assert not isinstance(refused, Message)
    assert (refused.item_id, refused.reason) == ("1", "Authorization Error")


def on_nothing(**options: Any) -> Collector:
    """A collector that cannot reach anything."""
    asked = Options(address="http://127.0.0.1:9", **options)
    return collector("twitter", {"bearer_token": TOKEN}, asked, Waits(busy(0)).outside())


@pytest.mark.parametrize(
    ("n_written", "n_deleted", "n_shown", "n_pages", "reason"),
    [
        (850, 80, 720, 9, "cap-reached"),
        (850, 0, 800, 9, "cap-reached"),
        (800, 799, 1, 8, "cap-reached"),  # nobody can know that there was no more
        (690, 0, 690, 7, None),
        (690, 300, 390, 7, None),
    ],
)
def test_a_timeline_that_may_have_ended_at_its_cap_leaves_a_gap(
    n_written: int, n_deleted: int, n_shown: int, n_pages: int, reason: str | None
) -> None:
    world = busy(n_written)
    for post in list(world.posts.values())[-n_deleted or n_written :]:
        world.delete(post)

    with FakeX(world) as x:
        pages, end = run(on(x).pages(inbound()))

    assert getattr(end, "reason", None) == reason
    assert sum(page.n_items for page in pages) == n_shown
    assert len(x.requests) == n_pages


@pytest.mark.parametrize(
    ("n_newer", "n_walked", "reason"),
    [
        (200, 0, "cap-reached"),  # as many may be hidden
        (199, 0, None),
        (0, 400, "cap-reached"),
        (0, 399, None),
    ],
)
def test_a_cap_counts_what_is_newer_and_what_may_be_hidden_there(
    n_newer: int, n_walked: int, reason: str | None
) -> None:
    task = replace(inbound(n_newer=n_newer), n_walked=n_walked)

    with FakeX(busy(350)) as x:
        pages, end = run(on(x).pages(task))

    assert sum(page.n_items for page in pages) == 350
    assert getattr(end, "reason", None) == reason


def test_what_lies_below_the_cap_is_not_asked_for() -> None:
    with FakeX(busy(900)) as x:
        _, end = run(on(x).pages(inbound(n_newer=800)))

    assert isinstance(end, Stopped)
    assert (end.reason, x.requests) == ("cap-reached", [])


def test_a_recent_search_says_how_far_back_it_saw() -> None:
    world = busy(10)
    world.advance(days=1.5)
    interval = Interval(START, world.now)

    with FakeX(world) as x:
        _, end = run(on(x, settings={"strategy": "recent"}).pages(inbound(interval=interval)))

    assert isinstance(end, Stopped)
    assert end.reason == "out-of-reach"
    assert end.complete_from == world.now - timedelta(days=7) + timedelta(minutes=20)


def test_a_recent_search_that_waits_for_a_rate_limit_is_still_within_reach() -> None:
    world = busy(10)
    world.advance(days=1.5)
    interval = Interval(START, world.now)

    with FakeX(world, faults=[Fault("429", seconds=14 * 60)]) as x:
        pages, end = run(on(x, settings={"strategy": "recent"}).pages(inbound(interval=interval)))

    assert len(pages) == 1
    assert isinstance(end, Stopped)


def test_what_lies_beyond_reach_is_not_asked_for() -> None:
    interval = Interval(START - timedelta(days=9), START - timedelta(days=8))

    with FakeX(busy(1)) as x:
        _, end = run(on(x, settings={"strategy": "recent"}).pages(inbound(interval=interval)))

    assert isinstance(end, Stopped)
    assert (end.complete_from, x.requests) == (interval.until, [])


def test_a_handle_without_an_identifier_is_looked_up_once_and_paid() -> None:
    world = busy(3, n_replies=3)
    by_handle = replace(VILLE, account_id="ville0")

    with FakeX(world) as x:
        source = on(x)
        asked, answered = (
            list(source.pages(inbound(by_handle))),
            list(source.pages(outbound(by_handle))),
        )

    assert x.count("/2/users/by") == 1
    assert [asked[0].n_requests, answered[0].n_requests] == [2, 1]
    assert sum(page.cost for page in asked + answered) == pytest.approx(x.spent)
    assert {each.author_handle for each in messages(source, answered).values()} == {"Ville0"}
    assert {each.author_handle for each in messages(source, asked).values()} == {None}


def test_an_account_that_is_not_there_is_named() -> None:
    nobody = Account("twitter", "nobody_at_all", "nobody_at_all")

    with FakeX(busy(0)) as x:
        _, end = run(on(x).pages(inbound(nobody)))

    assert isinstance(end, Gone)
    assert "@nobody_at_all" in str(end)


@pytest.mark.parametrize(("protected", "error"), [(True, PermissionDenied), (False, Gone)])
def test_an_account_that_shows_nothing_is_an_error_and_not_a_quiet_account(
    protected: bool, error: type[NetworkError]
) -> None:
    world = busy(0)
    hidden = Account("twitter", "9000000000099", "hidden")
    if protected:
        world.person("twitter", hidden.account_id, hidden.handle, protected=True)

    with FakeX(world) as x:
        _, end = run(on(x).pages(inbound(hidden)))

    assert type(end) is error


def test_what_still_exists_is_asked_for_in_hundreds() -> None:
    world = busy(150)
    ids = [message.message_id for message in world.expected([VILLE])]
    for post_id in (ids[0], ids[120]):
        world.delete(world.posts["twitter", post_id])

    with FakeX(world) as x:
        found = on(x).exist(VILLE, ids)

    assert found == set(ids) - {ids[0], ids[120]}
    assert len(x.requests) == 2


@pytest.mark.parametrize(
    "answer", [{}, [], {"data": {}}, {"data": []}, {"errors": [{"value": ["1"]}]}], ids=str
)
def test_posts_that_x_says_nothing_about_are_not_taken_for_deleted(answer: object) -> None:
    world = busy(3)
    ids = [message.message_id for message in world.expected([VILLE])]

    silent = FakeX(world, faults=[Fault("said", change=lambda _: answer)])
    with silent as x, pytest.raises(ProtocolDrift):
        on(x).exist(VILLE, ids)


def test_nothing_of_a_hundred_may_exist_any_more() -> None:
    world = busy(2)
    ids = [message.message_id for message in world.expected([VILLE])]
    for post_id in ids:
        world.delete(world.posts["twitter", post_id])

    with FakeX(world) as x:
        assert on(x).exist(VILLE, ids) == set()


@pytest.mark.parametrize(
    ("strategy", "account_id", "dollars"),
    [("timelines", "ville0", 0.51), ("timelines", VILLE.account_id, 0.5), ("archive", "", 0.5)],
)
def test_no_page_costs_more_than_is_said(strategy: str, account_id: str, dollars: float) -> None:
    source = on_nothing(settings={"strategy": strategy})
    task = inbound(replace(VILLE, account_id=account_id))

    assert source.page_cost(task) == pytest.approx(dollars)


def test_no_money_is_kept_back_for_a_lookup_that_was_made() -> None:
    task = inbound(replace(VILLE, account_id="ville0"))

    with FakeX(busy(3)) as x:
        source = on(x)
        list(source.pages(task))

    assert source.page_cost(task) == pytest.approx(0.5)


def test_a_lookup_after_which_no_page_came_is_part_of_what_the_next_page_costs() -> None:
    by_handle = replace(VILLE, account_id="ville0")

    with FakeX(busy(3), faults=[Fault("404", nth=2)]) as x:
        source = on(x)
        run(source.pages(inbound(by_handle)))
        most = source.page_cost(inbound())
        (page,) = source.pages(inbound())

    assert most == pytest.approx(0.51)
    assert page.cost == pytest.approx(0.01 + 3 * 0.005)


def test_without_counting_an_estimate_is_the_most_that_x_may_give() -> None:
    estimate = on_nothing().estimate(CollectionPlan((inbound(), outbound())))

    assert (estimate.n_items, estimate.n_requests) == (800 + 3200, 8 + 32)
    assert (estimate.dollars, estimate.exact) == (20.0, False)
    assert estimate.prices_of == "2026-08-22"


def test_a_handle_to_look_up_is_part_of_an_estimate() -> None:
    by_handle = replace(VILLE, account_id="Ville0")

    estimate = on_nothing().estimate(CollectionPlan((inbound(by_handle), outbound(by_handle))))

    assert (estimate.dollars, estimate.n_requests) == (20.01, 41)


def test_x_counts_what_a_plan_will_bring_if_it_may() -> None:
    with FakeX(busy(250, n_replies=30)) as x:
        estimate = on(x, count=True).estimate(CollectionPlan((inbound(), outbound())))

    assert (estimate.n_items, estimate.n_requests, estimate.exact) == (280, 4, True)
    assert estimate.dollars == 1.4
    assert x.n_paid == 0


def test_what_a_recent_search_shows_is_counted_at_the_price_of_recent_counts() -> None:
    seconds = count()  # the clock goes on between two looks at it

    with FakeX(busy(10)) as x:
        outside = replace(
            Waits(x.world).outside(), now=lambda: NOW + timedelta(seconds=next(seconds))
        )
        asked = Options(address=x.base_url, settings={"strategy": "recent"}, count=True)
        source = collector("twitter", {"bearer_token": TOKEN}, asked, outside)
        week = inbound(interval=Interval(NOW - timedelta(days=7), NOW))
        estimate = source.estimate(CollectionPlan((week,)))

    assert estimate.exact
    assert (x.count("counts/recent"), x.count("counts/all")) == (1, 0)


def test_x_counts_a_year_month_by_month() -> None:
    task = inbound()
    year = replace(task, interval=Interval(NOW - timedelta(days=360), NOW))

    with FakeX(busy(30)) as x:
        estimate = on(x, count=True).estimate(CollectionPlan((year,)))

    assert (estimate.n_items, estimate.exact) == (30, True)
    assert x.count("counts") > 10


def test_an_estimate_that_may_not_count_says_so() -> None:
    with FakeX(busy(250), faults=[Fault("403", path="counts", times=math.inf)]) as x:
        estimate = on(x, count=True).estimate(CollectionPlan((inbound(),)))

    assert (estimate.n_items, estimate.exact) == (800, False)


def test_rate_limits_take_their_time() -> None:
    tasks = [inbound(replace(VILLE, account_id=str(9000 + n), handle=f"v{n}")) for n in range(60)]

    estimate = on_nothing().estimate(CollectionPlan(tuple(tasks)))

    assert estimate.n_requests == 480
    assert 900 <= estimate.seconds < 1200


def test_a_good_token_is_found_good_for_little_money() -> None:
    with FakeX(busy(3)) as x:
        findings = on(x).check([VILLE])

    assert [finding.good for finding in findings] == [True, True, True]
    assert x.spent == 0


@pytest.mark.parametrize(
    ("fault", "about", "word"),
    [
        (Fault("401"), "token", "auth set twitter"),
        (Fault("403", path="mentions"), "inbound of @Ville0 by timelines", "access level"),
        (Fault("402", path="mentions"), "inbound of @Ville0 by timelines", "credit"),
        (Fault("429-usage-capped", path="mentions"), "inbound of @Ville0 by timelines", "cap"),
    ],
    ids=named,
)
def test_a_check_names_what_is_missing(fault: Fault, about: str, word: str) -> None:
    with FakeX(busy(3), faults=[fault]) as x:
        bad = [finding for finding in on(x).check([VILLE]) if not finding.good]

    assert [finding.about for finding in bad] == [about]
    assert word in bad[0].says


def test_without_a_token_nothing_is_asked() -> None:
    with pytest.raises(AuthError, match="auth set twitter"):
        collector("twitter", {}, Options(), Waits(busy(0)).outside())


def test_an_unknown_strategy_is_refused_with_a_proposal() -> None:
    with pytest.raises(UnknownName, match="did you mean 'archive'"):
        on_nothing(settings={"strategy": "archives"})


def test_an_unknown_network_is_refused_with_a_proposal() -> None:
    with pytest.raises(UnknownName, match="did you mean 'twitter'"):
        collector("twiter", {}, Options(), Waits(busy(0)).outside())


def test_the_collectors_are_known_without_their_libraries() -> None:
    program = (
        "import sys, socialscore.collectors\n"
        "assert not {'tweepy', 'facebook', 'requests'} & {*sys.modules}"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
