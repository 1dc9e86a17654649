"""Facebook's collector, over the real facebook-sdk, against a server that holds a world."""

from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest
from fakes import FakeGraph, Fault, World, random_world
from fakes.faults import said
from fakes.graph_access import PUBLIC_TOKEN, SCOPES, USER_TOKEN, Access, page_token
from fakes.graph_answers import error
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
    UsageError,
)
from socialscore.model.messages import Account, Body, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fakes.world import Post

    from socialscore.collectors.base import Collector

START = datetime(2026, 9, 7, tzinfo=UTC)
NOW = START + timedelta(days=40)
ALL = Interval(START - timedelta(days=1), NOW)
PAGE = Account("facebook", "900000000000100", "ville.0")


class Waits:
    """Whoever waits: time passes in the world, and nowhere else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waited: list[timedelta] = []

    def outside(self) -> Outside:
        return Outside(
            now=lambda: self.world.now,
            monotonic=time.monotonic,
            sleep=lambda _: None,
            wait=self._wait,
            chance=lambda: 0.0,
        )

    def _wait(self, until: datetime, cause: str) -> None:
        assert cause
        self.waited.append(until - self.world.now)
        self.world.now = until


def on(graph: FakeGraph, waits: Waits | None = None, token: str = "", **options: Any) -> Collector:
    """The collector of a server, with the token of every page."""
    pages = [account.account_id for account in graph.world.accounts("facebook")]
    credentials = {f"page_token:{each}": token or page_token(each) for each in pages}
    asked = {"address": graph.base_url, "max_wait": timedelta(hours=1), **options}
    outside = (waits or Waits(graph.world)).outside()
    return collector("facebook", credentials, Options(**asked), outside)


def wall(n_posts: int, n_comments: int = 0, every: timedelta = timedelta(hours=1)) -> World:
    """A world with a page that posts now and then, each time with the same number of comments."""
    world = World([Body("ville-0", "Ville 0", accounts=(PAGE,))], NOW)
    anna = world.person("facebook", "9000000000010", "anna.des.quais")
    for number in range(n_posts):
        at = START + number * every
        post = world.write(world.of(PAGE), f"Avis {number}", at, page=PAGE.account_id)
        for minute in range(n_comments):
            world.write(anna, "À quelle heure ?", at + timedelta(minutes=minute + 1), parent=post)
    return world


def first_post(world: World) -> Post:
    return world.wall(PAGE.account_id)[0]


def of(account: Account = PAGE, interval: Interval = ALL) -> Task:
    return Task(account, "all", interval)


def messages(source: Collector, pages: Iterable[Page]) -> dict[str, Message]:
    """What the pages hold, none of it refused."""
    found = [each for page in pages for each in source.messages(page)]
    assert all(isinstance(each, Message) for each in found)
    return {each.message_id: each for each in found if isinstance(each, Message)}


def true(world: World, accounts: list[Account] | None = None) -> dict[str, Message]:
    return {each.message_id: each for each in world.expected(accounts or [PAGE])}


def run(pages: Iterable[Page]) -> tuple[list[Page], Exception | None]:
    """The pages, and what ended them early."""
    kept = []
    try:
        for page in pages:
            kept.append(page)  # noqa: PERF402 - those before the end are wanted
    except (NetworkError, Stopped) as end:
        return kept, end
    return kept, None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "manner", [{}, {"short_pages": 2}, {"empty_pages": 3}, {"short_pages": 3, "empty_pages": 2}]
)
def test_all_that_was_written_is_collected(seed: int, manner: dict[str, int]) -> None:
    world = random_world(seed)
    accounts = world.accounts("facebook")

    with FakeGraph(world, **manner) as graph:
        source = on(graph)
        pages = [page for account in accounts for page in source.pages(of(account))]
        found = messages(source, pages)

    assert found == true(world, accounts)


def test_a_wall_of_many_posts_and_comments_is_read_in_few_requests() -> None:
    world = wall(250, n_comments=2)

    with FakeGraph(world) as graph:
        source = on(graph)
        pages = list(source.pages(of()))

    assert messages(source, pages) == true(world)
    assert len(graph.requests) == 3
    assert [page.n_requests for page in pages] == [1, 1, 1]
    assert all(json.loads(json.dumps(page.payload)) == page.payload for page in pages)


def test_comments_that_do_not_come_with_their_post_are_fetched() -> None:
    world = wall(2, n_comments=230)

    with FakeGraph(world) as graph:
        source = on(graph)
        pages = list(source.pages(of()))

    assert messages(source, pages) == true(world)
    assert (graph.count("/feed"), graph.count("/comments")) == (1, 6)


def test_what_was_written_before_or_after_the_interval_is_left_out() -> None:
    world = wall(10, n_comments=3)
    interval = Interval(
        START + timedelta(hours=2, minutes=2), START + timedelta(hours=5, minutes=2)
    )

    with FakeGraph(world) as graph:
        source = on(graph)
        found = messages(source, source.pages(of(interval=interval)))

    assert found == {
        key: each
        for key, each in true(world).items()
        if interval.since <= each.sent_at < interval.until
    }


def test_a_late_answer_under_a_post_of_the_last_fourteen_days_is_found() -> None:
    world = wall(1)
    late = START + timedelta(days=13)
    comment = world.write(world.of(PAGE), "Bonjour, oui.", late, parent=first_post(world))

    with FakeGraph(world) as graph:
        source = on(graph)
        interval = Interval(late - timedelta(hours=1), NOW)
        found = messages(source, source.pages(of(interval=interval)))

    assert [*found] == [comment.post_id]


def test_under_an_old_post_no_more_comments_are_read_than_the_interval_needs() -> None:
    world = wall(1, n_comments=230)
    late = START + timedelta(days=3)
    world.write(world.of(PAGE), "Bonjour, oui.", late, parent=first_post(world))

    with FakeGraph(world) as graph:
        list(on(graph).pages(of(interval=Interval(late, NOW))))

    assert graph.count("/comments") == 0


def test_a_second_task_right_after_the_first_asks_for_one_page() -> None:
    world = wall(80, n_comments=30, every=timedelta(hours=4))
    interval = Interval(START + timedelta(hours=4 * 80), START + timedelta(hours=4 * 80 + 1))

    with FakeGraph(world) as graph:
        list(on(graph).pages(of(interval=interval)))

    assert graph.count("/feed") == 1
    assert graph.count("/comments") == 0


def test_after_posts_are_read_with_their_comments_nothing_later_than_fourteen_days_is_missing() -> (
    None
):
    world = wall(250, every=timedelta(hours=3))

    with FakeGraph(world) as graph:
        pages = list(on(graph).pages(of(interval=Interval(START, NOW))))

    oldest = [START + 3 * timedelta(hours=n) + timedelta(days=14) for n in (151, 51, 1)]
    assert [page.oldest for page in pages] == oldest


def test_a_page_whose_comments_are_not_all_there_promises_no_more_than_the_one_before() -> None:
    world = wall(101, every=timedelta(hours=8))
    anna = world.person("facebook", "9000000000010", "anna.des.quais")
    for minute in range(30):
        at = START + timedelta(minutes=minute + 1)
        world.write(anna, "À quelle heure ?", at, parent=first_post(world))

    with FakeGraph(world) as graph:
        pages = list(on(graph).pages(of(interval=Interval(START, NOW))))

    edge = START + timedelta(hours=16) + timedelta(days=14)
    assert [page.oldest for page in pages] == [edge, edge, None]


def test_an_interrupted_task_and_the_task_for_the_rest_bring_everything() -> None:
    world = wall(250, n_comments=3, every=timedelta(hours=3))

    with FakeGraph(world, faults=[Fault("503", nth=2, times=5)]) as graph:
        source = on(graph)
        pages, end = run(source.pages(of()))
        oldest = pages[-1].oldest
        assert oldest
        rest = Interval(ALL.since, oldest + timedelta(seconds=1))
        pages += source.pages(of(interval=rest))

    assert isinstance(end, Transient)
    assert messages(source, pages) == true(world)


def test_citizens_whom_facebook_does_not_name_have_an_author_for_each_item() -> None:
    world = wall(1)
    hidden = world.person("facebook", "9000000000020", "somebody", anonymous=True)
    for minute in (1, 2):
        at = START + timedelta(minutes=minute)
        world.write(hidden, "Bonjour ?", at, parent=first_post(world))

    with FakeGraph(world) as graph:
        source = on(graph)
        found = messages(source, source.pages(of()))

    assert found == true(world)
    assert len({each.author_id for each in found.values()}) == 3


def test_a_page_that_is_known_by_its_name_keeps_its_name() -> None:
    world = wall(1, n_comments=1)
    by_name = replace(PAGE, account_id="ville.0")

    with FakeGraph(world) as graph:
        options = Options(address=graph.base_url)
        credentials = {"page_token": page_token(PAGE.account_id)}
        source = collector("facebook", credentials, options, Waits(world).outside())
        post, comment = messages(source, source.pages(of(by_name))).values()

    assert (post.author_id, comment.reply_to_author_id) == ("ville.0", "ville.0")


PASSING = [
    (Fault("429", nth=2, seconds=120), 1),
    (Fault("429-no-reset", nth=2), 1),
    (Fault("429-no-reset", nth=2, times=2), 2),
    (Fault("graph", nth=2, code=1), 1),
    (Fault("graph", nth=2, code=2), 1),
    (Fault("503", nth=1), 1),
    (Fault("503", nth=2, times=4), 4),
    (Fault("reset", nth=2), 1),
    (Fault("truncated", nth=3), 1),
    (Fault("bad-json", nth=2), 1),
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
    if not isinstance(value, Fault):
        return None
    return f"{value.kind}-{value.code or value.nth}-{value.times}"


@pytest.mark.parametrize(("fault", "n_more"), PASSING, ids=named)
def test_a_fault_that_passes_changes_nothing(fault: Fault, n_more: int) -> None:
    world = wall(250, n_comments=2)

    with FakeGraph(world, faults=[replace(fault)]) as graph:
        source = on(graph, **hurried(fault))
        pages = list(source.pages(of()))

    assert messages(source, pages) == true(world)
    assert len(graph.requests) == 3 + n_more
    assert sum(page.n_requests for page in pages) == len(graph.requests)


# What passes by itself; no call meets more than four of them.
TROUBLE = st.builds(
    Fault,
    st.sampled_from(["429", "503", "reset", "truncated", "bad-json", "duplicates", "empty-page"]),
    nth=st.integers(1, 5),
)


@given(st.lists(TROUBLE, max_size=4))
@settings(max_examples=25)
def test_whatever_passes_changes_nothing_in_any_order(faults: list[Fault]) -> None:
    world = wall(120, n_comments=1)
    anna = world.people["facebook", "9000000000010"]
    for minute in range(30):
        at = START + timedelta(minutes=minute + 5)
        world.write(anna, "À quelle heure ?", at, parent=first_post(world))

    with FakeGraph(world, faults=[replace(fault) for fault in faults]) as graph:
        source = on(graph)
        found = messages(source, source.pages(of()))

    assert found == true(world)
    assert len(graph.requests) <= 3 + len(faults)


@pytest.mark.parametrize("kind", ["503", "reset", "truncated", "bad-json", "drip"])
def test_a_fault_among_the_further_comments_changes_nothing(kind: str) -> None:
    world = wall(1, n_comments=30)

    with FakeGraph(world, faults=[Fault(kind, path="/comments", seconds=0.02)]) as graph:
        source = on(graph, **hurried(Fault(kind)))
        found = messages(source, source.pages(of()))

    assert found == true(world)
    assert graph.count("/comments") == 2


LASTING: list[tuple[Fault, type[NetworkError], int]] = [
    (Fault("429-no-reset", times=math.inf), QuotaExhausted, 3),
    (Fault("429", times=math.inf, seconds=60), RateLimited, 11),
    (Fault("401"), AuthError, 1),
    (Fault("403"), PermissionDenied, 1),
    (Fault("404"), Gone, 1),
    (Fault("graph", code=102), AuthError, 1),
    (Fault("graph", code=190, subcode=460), AuthError, 1),
    (Fault("graph", code=10), PermissionDenied, 1),
    (Fault("graph", code=12), Gone, 1),
    (Fault("graph", code=368, times=math.inf), QuotaExhausted, 3),
    (Fault("400-list"), ProtocolDrift, 1),
    (Fault("503", times=math.inf), Transient, 5),
    (Fault("graph", code=2, times=math.inf), Transient, 5),
    (Fault("reset", times=math.inf), Transient, 5),
    (Fault("truncated", times=math.inf), Transient, 5),
    (Fault("bad-json", times=math.inf), Transient, 5),
]


@pytest.mark.parametrize(("fault", "error", "n_tries"), LASTING, ids=named)
def test_a_fault_that_stays_is_named_after_the_pages_before_it(
    fault: Fault, error: type[NetworkError], n_tries: int
) -> None:
    with FakeGraph(wall(250, n_comments=1), faults=[replace(fault, nth=2)]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert type(end) is error
    assert [page.n_items for page in pages] == [200]
    assert len(graph.requests) == 1 + n_tries


@pytest.mark.parametrize(
    "fault", [Fault("hang", seconds=5.0), Fault("drip", seconds=0.03)], ids=named
)
def test_a_network_that_never_comes_to_an_end_is_given_up_after_five_tries(fault: Fault) -> None:
    with FakeGraph(wall(3), faults=[replace(fault, times=math.inf)]) as graph:
        pages, end = run(on(graph, deadline=0.25).pages(of()))

    assert type(end) is Transient
    assert (len(pages), len(graph.requests)) == (0, 5)


@pytest.mark.parametrize("fault", [fault for fault, *_ in LASTING], ids=named)
def test_no_token_is_in_anything_that_is_said(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with FakeGraph(wall(3), faults=[replace(fault)]) as graph:
        source = on(graph)
        _, end = run(source.pages(of()))

    assert end
    told = "".join(format_exception(end)) + str(end) + repr(end) + repr(source) + caplog.text
    assert page_token(PAGE.account_id) not in told
    assert not any(request.secrets for request in graph.requests)  # nor in an address


def test_no_token_is_in_what_is_kept() -> None:
    world = wall(120, n_comments=30)
    drift = Fault("drift", path="/comments", nth=3)

    with FakeGraph(world, faults=[drift]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, ProtocolDrift)
    assert pages
    kept = json.dumps([page.payload for page in pages])
    assert "Avis" in kept
    assert page_token(PAGE.account_id) not in kept
    assert "access_token" not in kept


def test_who_does_not_want_to_wait_is_told_until_when() -> None:
    world = wall(250, n_comments=1)

    with FakeGraph(world, faults=[Fault("429", nth=2, seconds=120)]) as graph:
        _, end = run(on(graph, max_wait=timedelta(0)).pages(of()))

    assert isinstance(end, RateLimited)
    assert end.retry_at == NOW + timedelta(minutes=2)
    assert len(graph.requests) == 2


def test_an_allowance_that_is_nearly_used_is_left_alone_before_the_block() -> None:
    world = wall(2_000, n_comments=1, every=timedelta(minutes=10))
    waits = Waits(world)

    with FakeGraph(world, budget=15, posts_a_year=5_000) as graph:
        pages, end = run(on(graph, waits, max_wait=timedelta(0)).pages(of()))

    assert isinstance(end, RateLimited)
    assert "% of what Facebook allows are used" in str(end)
    assert len(pages) == len(graph.requests) == 14
    assert all(request.status == 200 for request in graph.requests)


def test_a_rest_is_taken_where_there_is_time_for_it() -> None:
    world = wall(1_450, n_comments=1, every=timedelta(minutes=10))
    waits = Waits(world)

    with FakeGraph(world, budget=15, posts_a_year=5_000) as graph:
        source = on(graph, waits)
        pages, end = run(source.pages(of()))

    assert isinstance(end, Stopped)  # so many posts of one year are more than Facebook shows
    assert waits.waited == [timedelta(minutes=15)]
    assert messages(source, pages) == true(world)


def test_a_cursor_that_comes_again_leaves_a_gap_that_the_next_run_fills() -> None:
    world = wall(250, n_comments=1, every=timedelta(hours=3))

    with FakeGraph(world, faults=[Fault("repeated-cursor", nth=2)]) as graph:
        source = on(graph)
        pages, end = run(source.pages(of()))
        oldest = pages[-1].oldest
        assert oldest
        rest = Interval(ALL.since, oldest + timedelta(seconds=1))
        pages += source.pages(of(interval=rest))

    assert isinstance(end, Stopped)
    assert end.reason == "repeated-cursor"
    assert messages(source, pages) == true(world)


def test_comments_that_come_again_and_again_end() -> None:
    world = wall(1, n_comments=400)

    with FakeGraph(
        world, faults=[Fault("repeated-cursor", path="/comments", times=math.inf)]
    ) as graph:
        _, end = run(on(graph).pages(of()))

    assert isinstance(end, Stopped)
    assert len(graph.requests) <= 3


def test_comments_without_end_of_one_post_do_not_hide_older_posts() -> None:
    world = wall(250)
    newest = max(world.wall(PAGE.account_id), key=lambda post: post.versions[0].at)
    anna = world.person("facebook", "9000000000011", "anna")
    for minute in range(60):
        at = newest.versions[0].at + timedelta(minutes=minute + 1)
        world.write(anna, "À quelle heure ?", at, parent=newest)

    with FakeGraph(
        world, faults=[Fault("repeated-cursor", path="/comments", times=math.inf)]
    ) as graph:
        source = on(graph)
        pages, end = run(source.pages(of()))

    assert isinstance(end, Stopped)
    assert end.reason in ("repeated-cursor", "no-new-items")
    assert all(page.oldest is None for page in pages)
    posts = {each.message_id for each in true(world).values() if each.kind == "post"}
    assert posts <= messages(source, pages).keys()


def test_a_wall_that_shows_as_much_of_a_year_as_facebook_does_leaves_a_gap() -> None:
    world = wall(700, n_comments=1)

    with FakeGraph(world) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, Stopped)
    assert end.reason == "cap-reached"
    assert sum(page.n_items for page in pages) == 2 * 600
    assert len(graph.requests) == 7
    *_, oldest = (page.oldest for page in pages if page.oldest)
    assert oldest > START + timedelta(days=14, hours=100)


@pytest.mark.parametrize(("n_walked", "reason"), [(0, None), (290, "cap-reached")])
def test_what_this_run_has_read_of_a_wall_counts(n_walked: int, reason: str | None) -> None:
    with FakeGraph(wall(250)) as graph:
        _, end = run(on(graph).pages(replace(of(), n_walked=n_walked)))

    assert getattr(end, "reason", None) == reason


@pytest.mark.parametrize(("n_posts", "n_comments"), [(200, 0), (3, 25), (1, 125)])
def test_a_full_page_is_followed_by_a_look_at_what_comes_after_it(
    n_posts: int, n_comments: int
) -> None:
    world = wall(n_posts, n_comments)

    def nameless(answer: dict[str, Any]) -> None:
        answer.get("paging", {}).pop("next", None)
        for post in answer.get("data", ()):
            post.get("comments", {}).get("paging", {}).pop("next", None)

    with FakeGraph(world, faults=[Fault("said", change=nameless, times=math.inf)]) as graph:
        source = on(graph)
        pages = list(source.pages(of()))

    assert messages(source, pages) == true(world)


def test_a_full_page_from_which_nothing_leads_on_leaves_a_gap() -> None:
    with FakeGraph(wall(250), faults=[Fault("said", change=said({}, "paging"))]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, Stopped)
    assert end.reason == "no-cursor"
    assert [page.n_items for page in pages] == [100]


def test_a_full_list_of_comments_from_which_nothing_leads_on_leaves_a_gap() -> None:
    change = said({}, "data", 0, "comments", "paging")
    with FakeGraph(wall(3, n_comments=60), faults=[Fault("said", change=change)]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, Stopped)
    assert end.reason == "no-cursor"
    assert {page.oldest for page in pages} == {None}


def renamed(answer: dict[str, Any]) -> None:
    answer["paging"]["following"] = answer["paging"].pop("next")


def moved(answer: dict[str, Any]) -> None:
    answer["next"] = answer["paging"].pop("next")


def without_cursor(answer: dict[str, Any]) -> None:
    answer["paging"] = {"next": "https://graph.facebook.com/elsewhere"}


@pytest.mark.parametrize(
    "change",
    [
        renamed,
        moved,
        without_cursor,
        said(None, "paging"),
        said(["next"], "paging"),
        said(17, "paging", "next"),
        said({"after": "1"}, "paging", "next"),
        said([], "data", 0, "comments"),
        said(17, "data", 0, "comments", "paging"),
        said({"data": []}, "data", 0, "answers"),
    ],
)
def test_an_end_that_is_none_is_another_protocol(change: Callable[[dict[str, Any]], None]) -> None:
    with FakeGraph(wall(250, n_comments=1), faults=[Fault("said", nth=2, change=change)]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, ProtocolDrift)
    assert len(pages) == len(graph.requests) == 2
    assert pages[0].oldest
    assert pages[1].oldest is None


@pytest.mark.parametrize("place", [0, 40, 99])
def test_one_old_post_on_a_page_does_not_make_the_middle_look_collected(place: int) -> None:
    def misplace(answer: dict[str, Any]) -> None:
        answer["data"][place]["created_time"] = "2026-08-25T00:00:00+0000"

    faults = [Fault("said", change=misplace), Fault("503", nth=2, times=5)]
    with FakeGraph(wall(250, n_comments=1, every=timedelta(hours=3)), faults=faults) as graph:
        (page,), end = run(on(graph).pages(of()))

    assert isinstance(end, Transient)
    assert page.oldest is None or page.oldest >= START + timedelta(days=14, hours=450)


def test_one_old_comment_does_not_hide_those_after_it() -> None:
    world = wall(1, n_comments=60)
    interval = Interval(START + timedelta(seconds=1), NOW)

    with FakeGraph(
        world, faults=[Fault("said", change=said("2026-08-25T00:00:00+0000", *OLDEST_COMMENT))]
    ) as graph:
        source = on(graph)
        found = messages(source, source.pages(of(interval=interval)))

    assert len(found) == 59


OLDEST_COMMENT = ("data", 0, "comments", "data", 24, "created_time")


def test_a_page_in_an_unknown_shape_is_handed_on_before_it_is_reported() -> None:
    with FakeGraph(wall(3), faults=[Fault("drift")]) as graph:
        pages, end = run(on(graph).pages(of()))

    assert isinstance(end, ProtocolDrift)
    assert "Avis 2" in json.dumps(pages[0].payload)
    assert len(graph.requests) == 1


def test_one_item_that_cannot_be_a_message_is_refused_by_name() -> None:
    with FakeGraph(wall(3), faults=[Fault("invalid-item")]) as graph:
        source = on(graph)
        (page,) = source.pages(of())

    refused, *others = source.messages(page)
    assert len(others) == 2
    assert not isinstance(refused, Message)
    assert refused.reason == "no created_time"


@pytest.mark.parametrize(
    ("path", "hours", "minutes"),
    [
        (("data", 1, "created_time"), 1, 0),
        (("data", 1, "comments", "data", 1, "created_time"), 1, 2),
        (("data", 1, "comments", "data", 1), 1, 2),
        (("data", 1, "comments", "data", 1, "id"), 1, 2),
    ],
    ids=str,
)
def test_an_item_that_is_refused_says_when_one_is_missing(
    path: tuple[str | int, ...], hours: int, minutes: int
) -> None:
    with FakeGraph(wall(3, n_comments=3), faults=[Fault("said", change=said(17, *path))]) as graph:
        source = on(graph)
        (page,) = source.pages(of())

    (refused,) = (each for each in source.messages(page) if isinstance(each, Refused))
    assert refused.span
    written = START + timedelta(hours=hours, minutes=minutes)
    assert refused.span.since <= written < refused.span.until
    assert refused.span.until - refused.span.since <= timedelta(hours=2, seconds=1)


def test_a_post_that_is_not_published_is_not_missing() -> None:
    change = said(False, "data", 1, "is_published")

    with FakeGraph(wall(3), faults=[Fault("said", change=change)]) as graph:
        source = on(graph)
        (page,) = source.pages(of())

    (refused,) = (each for each in source.messages(page) if isinstance(each, Refused))
    assert (refused.reason, refused.span) == ("not published", None)


def test_a_holder_of_a_token_without_an_identifier_is_another_protocol() -> None:
    world = wall(1)

    with FakeGraph(world, faults=[Fault("said", change=lambda _: {"id": ["1"]})]) as graph:
        credentials = {"page_token": page_token(PAGE.account_id)}
        options = Options(address=graph.base_url)
        source = collector("facebook", credentials, options, Waits(world).outside())
        _, end = run(source.pages(of(replace(PAGE, account_id="ville.0"))))

    assert isinstance(end, ProtocolDrift)


def test_a_wall_that_is_too_much_at_once_is_asked_for_in_smaller_pages() -> None:
    too_much = "Please reduce the amount of data you're asking for, then retry your request"
    world = wall(60, n_comments=1)

    class Choosy(FakeGraph):
        def respond(self, request: Any) -> Any:
            if int(request.query.get("limit", 0)) > 30:
                return error(1, too_much)
            return super().respond(request)

    with Choosy(world) as graph:
        source = on(graph)
        found = messages(source, source.pages(of()))

    assert found == true(world)
    assert [request.query["limit"] for request in graph.requests] == ["100", "25", "25", "25"]


@pytest.mark.parametrize("token", [USER_TOKEN, PUBLIC_TOKEN])
def test_a_token_of_another_kind_is_refused_where_the_wall_looks_deserted(token: str) -> None:
    world = wall(3, n_comments=2)

    with FakeGraph(world) as graph:
        pages, end = run(on(graph, token=token).pages(of()))

    assert isinstance(end, PermissionDenied)
    assert pages == []
    assert "not the page's own" in str(end)


def test_a_deserted_wall_is_believed_to_the_pages_own_token() -> None:
    with FakeGraph(wall(3)) as graph:
        source = on(graph)
        ends = [run(source.pages(of()))[1] for _ in range(2)]

    assert ends == [None, None]
    assert (graph.count("/feed"), graph.count("/me")) == (2, 1)


@pytest.mark.parametrize("scope", SCOPES[1:])
def test_the_missing_permission_is_named(scope: str) -> None:
    scopes = tuple(each for each in SCOPES if each != scope)

    with FakeGraph(wall(3)) as graph:
        graph.tokens[page_token(PAGE.account_id)] = Access("page", PAGE.account_id, scopes)
        _, end = run(on(graph).pages(of()))

    assert isinstance(end, PermissionDenied)
    assert f"the token lacks {scope}" in str(end)


def test_a_token_that_is_refused_says_nothing_about_the_other_pages() -> None:
    world = random_world(0)
    first, second, *_ = world.accounts("facebook")

    with FakeGraph(world) as graph:
        source = on(graph)
        graph.tokens[page_token(first.account_id)] = Access(
            "page", first.account_id, refused=(190, 460)
        )
        _, refused = run(source.pages(of(first)))
        _, read = run(source.pages(of(second)))

    assert not source.capabilities().one_credential
    assert isinstance(refused, AuthError)
    assert read is None


def test_without_a_token_of_the_page_nothing_is_asked_and_the_way_out_is_said() -> None:
    world = wall(1)

    with FakeGraph(world) as graph:
        options = Options(address=graph.base_url)
        source = collector("facebook", {}, options, Waits(world).outside())
        _, end = run(source.pages(of()))

    assert isinstance(end, AuthError)
    assert "import what its owner exports" in str(end)
    assert not graph.requests


@pytest.mark.parametrize("answer", [[], {"elsewhere": {}}, {"data": []}], ids=str)
def test_items_that_graph_says_nothing_about_are_not_taken_for_deleted(answer: object) -> None:
    world = wall(3)
    ids = [message.message_id for message in world.expected([PAGE])]

    silent = FakeGraph(world, faults=[Fault("said", change=lambda _: answer)])
    with silent as graph, pytest.raises(ProtocolDrift):
        on(graph).exist(PAGE, ids)


@pytest.mark.parametrize("strict", [True, False])
def test_what_still_exists_is_found_though_graph_refuses_lookups_of_what_is_gone(
    strict: bool,
) -> None:
    world = wall(60)
    ids = [message.message_id for message in world.expected([PAGE])]
    for post_id in (ids[0], ids[33]):
        world.delete(world.posts["facebook", post_id])

    with FakeGraph(world, strict_ids=strict) as graph:
        found = on(graph).exist(PAGE, ids)

    assert found == set(ids) - {ids[0], ids[33]}
    assert len(graph.requests) <= (24 if strict else 2)


def test_a_page_with_its_own_token_is_found_readable() -> None:
    with FakeGraph(wall(1)) as graph:
        findings = on(graph).check([PAGE])

    assert [(each.good, each.about) for each in findings] == [
        (True, "Graph version"),
        (True, "page ville.0"),
    ]


@pytest.mark.parametrize(
    ("token", "words"),
    [(USER_TOKEN, "not the page's own"), (PUBLIC_TOKEN, "not the page's own"), ("EAAno", "token")],
)
def test_a_check_says_what_a_token_does_not_allow(token: str, words: str) -> None:
    with FakeGraph(wall(1)) as graph:
        _, finding = on(graph, token=token).check([PAGE])

    assert not finding.good
    assert words in finding.says


def test_a_check_says_of_the_pages_of_others_that_they_can_only_be_imported() -> None:
    world = wall(1)

    with FakeGraph(world) as graph:
        options = Options(address=graph.base_url)
        source = collector("facebook", {}, options, Waits(world).outside())
        _, finding = source.check([PAGE])

    assert not finding.good
    assert "import what the page's owner exports" in finding.says


def test_an_expired_token_is_found_expired() -> None:
    with FakeGraph(wall(1)) as graph:
        graph.tokens[page_token(PAGE.account_id)] = Access(
            "page", PAGE.account_id, expires_at=START
        )
        _, finding = on(graph).check([PAGE])

    assert finding.says == "the token has expired; give another: `socialscore auth set facebook`"


@pytest.mark.parametrize(
    ("version", "good", "says"),
    [
        ("v26.0", True, "v26.0; no end of it is known"),
        ("v22.0", True, "v22.0, until 2027-05-20"),
        (
            "v21.0",
            False,
            "v21.0 will be switched off on 2027-01-21; set facebook_version to a later one",
        ),
        (
            "v20.0",
            False,
            "v20.0 was switched off on 2026-09-24; set facebook_version to a later one",
        ),
    ],
)
def test_a_version_that_ends_within_ninety_days_is_warned_of(
    version: str, good: bool, says: str
) -> None:
    world = wall(1)
    world.now = datetime(2026, 11, 1, tzinfo=UTC)

    with FakeGraph(world) as graph:
        finding, *_ = on(graph, settings={"version": version}).check([])

    assert (finding.good, finding.says) == (good, says)


def test_the_version_that_is_set_is_the_one_that_is_asked() -> None:
    with FakeGraph(wall(1, n_comments=1)) as graph:
        list(on(graph, settings={"version": "v25.0"}).pages(of()))

    assert [request.path for request in graph.requests] == [f"/v25.0/{PAGE.account_id}/feed"]


@pytest.mark.parametrize("version", ["26.0", "v26", "latest", "v26.0/../x"])
def test_a_version_that_cannot_be_is_refused(version: str) -> None:
    with pytest.raises(UsageError, match=r"is not a version such as v26\.0"):
        collector(
            "facebook", {}, Options(settings={"version": version}), Waits(World([], NOW)).outside()
        )


def test_an_estimate_costs_nothing_and_is_no_more_than_a_guess() -> None:
    source = collector("facebook", {}, Options(), Waits(World([], NOW)).outside())

    estimate = source.estimate(
        CollectionPlan((of(interval=Interval(NOW - timedelta(days=351), NOW)),))
    )

    assert (estimate.dollars, estimate.exact) == (0.0, False)
    assert (estimate.n_items, estimate.n_requests) == (None, 602)


def test_facebook_sdk_is_imported_without_a_warning() -> None:
    program = "import socialscore.collectors.facebook.collector"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-X", "pycache_prefix=/nonexistent", "-c", program],
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
