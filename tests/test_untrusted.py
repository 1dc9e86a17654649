"""Values that no network should send: none is believed, none is a traceback, nothing is lost."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from fakes import FakeGraph, FakeX, Fault, World
from fakes.graph_access import page_token
from fakes.twitter import TOKEN

from socialscore.collectors import collector
from socialscore.collectors.base import Interval, Options, Outside, Refused, Stopped, Task
from socialscore.errors import NetworkError, RateLimited
from socialscore.model.messages import Account, Body, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.server import Fake

    from socialscore.collectors.base import Collector, Page

START = datetime(2026, 9, 7, tzinfo=UTC)
NOW = START + timedelta(days=6)
WHOLE = Interval(START - timedelta(days=1), NOW)
ACCOUNTS = {
    "twitter": Account("twitter", "900000000000001", "Ville0"),
    "facebook": Account("facebook", "900000000000100", "ville.0"),
}
STREAMS = {"twitter": "inbound", "facebook": "all"}
N_ASKED = 24


@cache
def world_of(network: str) -> World:
    """A world in which somebody asks every hour."""
    account = ACCOUNTS[network]
    world = World([Body("ville-0", "Ville 0", accounts=(account,))], NOW)
    anna = world.person(network, "9000000000010", "anna")
    for number in range(N_ASKED):
        at = START + timedelta(hours=number)
        if network == "twitter":
            world.write(anna, f"@Ville0 la piscine n° {number} ?", at)
        else:
            post = world.write(world.of(account), f"Avis {number}", at, page=account.account_id)
            world.write(anna, "À quelle heure ?", at + timedelta(minutes=1), parent=post)
    return world


def serving(network: str, *faults: Fault) -> Fake:
    fake = {"twitter": FakeX, "facebook": FakeGraph}[network]
    return fake(world_of(network), faults=faults)


def on(fake: Fake, network: str) -> Collector:
    token = {"bearer_token": TOKEN, "page_token": page_token(ACCOUNTS["facebook"].account_id)}
    outside = Outside(
        now=lambda: NOW,
        monotonic=time.monotonic,
        sleep=lambda _: None,
        wait=lambda *_: None,
        chance=lambda: 0.0,
    )
    return collector(network, token, Options(address=fake.base_url, max_wait=timedelta(0)), outside)


@pytest.fixture(params=ACCOUNTS)
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    """Each network, with what was asked in the past and no faults."""
    with serving(request.param) as running:
        yield running


def outcome(fake: Fake, fault: Fault) -> Exception | None:
    """What ends a collection that meets a fault; what it shows is there, or is said to be missing.

    That is what a driver makes of pages: a last one in an unknown shape counts for nothing, an item
    that is refused leaves a gap.
    """
    network = fake.world.accounts()[0].network
    fake.add_fault(fault)
    source, n_before = on(fake, network), len(fake.requests)
    pages: list[Page] = []
    items: list[Message | Refused] = []
    end: Exception | None = None
    try:
        for page in source.pages(Task(ACCOUNTS[network], STREAMS[network], WHOLE)):
            pages.append(page)
            items += source.messages(page)
    except (NetworkError, Stopped) as error:
        end = error
    assert len(fake.requests) - n_before <= 12
    assert all(json.loads(json.dumps(page.payload)) == page.payload for page in pages)
    if end is None:
        assert_complete(fake.world, items)
    return end


def assert_complete(world: World, items: list[Message | Refused]) -> None:
    found = {item.message_id for item in items if isinstance(item, Message)}
    spans = [item.span for item in items if isinstance(item, Refused) and item.span]
    lost = [message for message in world.expected() if message.message_id not in found]
    assert [
        message
        for message in lost
        if not any(span.since <= message.sent_at < span.until for span in spans)
    ] == []


def put(value: object, *path: str | int) -> Callable[[Any], None]:
    """Put a value into an answer, if it has the place."""

    def change(answer: Any) -> None:
        *above, name = path
        for each in above:
            if isinstance(answer, dict) and each not in answer:
                return
            answer = answer[each]
        answer[name] = value

    return change


def instead(answer: object) -> Callable[[Any], object]:
    """Say that and nothing else."""
    return lambda _: answer


VALUES: tuple[Any, ...] = (
    None, True, 7, -1, 1.5, 10**400, "", " ", "7.0", "²", "１", "x", [], [[]], ["7"], {}, {"id": 7},
    "2026-09-07", "2026-09-07T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "\ud800",
)  # fmt: skip
FIELDS = {
    "twitter": (
        "id", "author_id", "created_at", "text", "entities", "conversation_id", "lang",
        "note_tweet", "referenced_tweets", "edit_history_tweet_ids", "in_reply_to_user_id",
    ),
    "facebook": ("id", "created_time", "from", "message", "message_tags", "comments"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("fake", "name"),
    [(network, name) for network, names in FIELDS.items() for name in names],
    indirect=["fake"],
)
def test_whatever_stands_in_a_field_of_an_item(fake: Fake, name: str) -> None:
    for number, value in enumerate(VALUES):
        if name == "id" and value == 7:
            continue  # an identifier, though as a number
        outcome(fake, Fault("said", change=put(value, "data", number, name)))


PLACES: dict[str, tuple[tuple[str | int, ...], ...]] = {
    "twitter": (
        ("data",), ("data", 12), ("meta",), ("meta", "next_token"), ("meta", "result_count"),
        ("errors",), ("includes",),
    ),
    "facebook": (
        ("data",), ("data", 12), ("paging",), ("paging", "next"), ("paging", "cursors"), ("error",),
        ("data", 12, "comments", "data"), ("data", 12, "comments", "paging"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("fake", "path"),
    [(network, path) for network, paths in PLACES.items() for path in paths],
    indirect=["fake"],
    ids=str,
)
def test_whatever_stands_in_an_answer(fake: Fake, path: tuple[str | int, ...]) -> None:
    for value in VALUES:
        if value != [] or path[-1] != "data":  # Graph does give empty lists
            outcome(fake, Fault("said", change=put(value, *path)))


def test_whatever_stands_in_place_of_an_answer(fake: Fake) -> None:
    for value in ("null", *VALUES[1:]):
        end = outcome(fake, Fault("said", change=instead(value), times=5))

        assert isinstance(end, NetworkError)


LIMITS: list[tuple[str, int, dict[str, str]]] = [
    ("twitter", 429, {"x-rate-limit-reset": str(int(NOW.timestamp()) * 1000)}),
    ("twitter", 429, {"x-rate-limit-reset": "9" * 300}),
    ("twitter", 429, {"x-rate-limit-reset": "²"}),
    ("twitter", 429, {"x-rate-limit-reset": "-1"}),
    ("twitter", 429, {"x-rate-limit-reset": "inf"}),
    ("twitter", 429, {"x-rate-limit-reset": "1\r\nX-Rate-Limit-Reset: 2"}),
    ("twitter", 429, {"Retry-After": "1e12"}),
    ("twitter", 429, {"Retry-After": "1000000000000"}),
    ("twitter", 429, {"Retry-After": "5\r\nRetry-After: 7"}),
    ("twitter", 429, {"Retry-After": "7", "Date": "Fri, 31 Dec 9999 23:59:59 -1400"}),
    ("twitter", 503, {"Retry-After": "inf"}),
    ("facebook", 429, {"Retry-After": "1000000000000"}),
    *(
        ("facebook", status, {header: usage})
        for status in (200, 400)
        for header in ("X-App-Usage", "X-Business-Use-Case-Usage")
        for usage in (
            '{"1": [{"call_count": Infinity, "estimated_time_to_regain_access": Infinity}]}',
            '{"1": [{"call_count": NaN, "estimated_time_to_regain_access": NaN}]}',
            '{"1": [{"call_count": 1e999, "estimated_time_to_regain_access": 1e999}]}',
            '{"1": [{"call_count": "100", "estimated_time_to_regain_access": "7"}]}',
            '{"1": [{"call_count": [100], "estimated_time_to_regain_access": [7]}]}',
            '{"1": [{"call_count": true, "estimated_time_to_regain_access": -7}]}',
            '{"call_count": 100, "estimated_time_to_regain_access": 1000000000000}',
            '{"1": 100}', '{"1": [100]}', "[100]", "100", "²", "{", "[" * 10_000,
            '{"call_count": 100}\r\nX-App-Usage: {"call_count": 91}',
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("network", "status", "headers"), LIMITS, ids=str)
def test_whatever_a_header_says_nobody_waits_longer_than_a_day(
    network: str, status: int, headers: dict[str, str]
) -> None:
    change = None if status == 200 else instead({"error": {"code": 80001, "message": "too many"}})

    with serving(network) as fake:
        end = outcome(fake, Fault("said", change=change, status=status, headers=headers))

    if isinstance(end, RateLimited):
        assert end.retry_at
        assert NOW <= end.retry_at <= NOW + timedelta(days=1)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
def test_whatever_an_error_says_it_is_an_error_of_the_network(fake: Fake, status: int) -> None:
    for value in VALUES:
        for error in (
            {"error": {"code": value, "error_subcode": value, "message": value}},
            {"error": {"code": 190, "error_subcode": value}},
            {"errors": [value], "title": value, "detail": value, "type": value, "reason": value},
        ):
            end = outcome(fake, Fault("said", change=instead(error), status=status, times=5))

            assert isinstance(end, NetworkError)
