"""The fakes of X and Facebook are true to life: the real clients page through them and stumble.

What the clients make of each fault is what NETWORKS.md found with real servers; if a fake is not as
it says there, tests of collectors prove nothing.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import facebook
import pytest
import requests
import tweepy
from fakes import FakeGraph, FakeX, Fault, World, demo_world, random_world, serve_demo
from fakes.facebook import PUBLIC_TOKEN, USER_TOKEN, Access, page_token
from fakes.invented import START
from fakes.openapi import answer_schema, faults_of
from fakes.twitter import TOKEN
from fakes.twitter_posts import new_names
from requests.adapters import HTTPAdapter
from shell import SHARED

from socialscore.inputs.shipped import demo_messages
from socialscore.model.messages import Account, Body
from socialscore.payloads import facebook as facebook_payloads
from socialscore.payloads.twitter import Included, to_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fakes.server import Fake
    from fakes.world import Post

    from socialscore.model.messages import Message

POST_FIELDS = (
    "created_at", "author_id", "conversation_id", "in_reply_to_user_id", "referenced_tweets",
    "lang", "note_tweet", "edit_history_tweet_ids", "entities",
)  # fmt: skip
NEW_FIELDS = (
    "created_at,author_id,conversation_id,in_reply_to_user_id,referenced_posts,lang,note_post,"
    "edit_history_post_ids,entities,edit_controls,public_metrics"
)
COMMENT_FIELDS = "id,created_time,from,message,parent{id,from}"
FEED_FIELDS = "id,created_time,from,message,is_published"

VILLE = Account("twitter", "9000001", "Montsabran")
AIDE = Account("twitter", "9000002", "MontsabranAide", "care")
PAGE = Account("facebook", "9000003", "ville.montsabran")


class Redirected(HTTPAdapter):
    """Sends to a fake what is meant for the network."""

    def __init__(self, origin: str, fake: Fake, timeout: float | None, retries: int = 0) -> None:
        self._origin, self._base, self._timeout = origin, fake.base_url, timeout
        super().__init__(max_retries=retries)

    def send(
        self, request: requests.PreparedRequest, *arguments: Any, **options: Any
    ) -> requests.Response:
        request.url = str(request.url).replace(self._origin, self._base, 1)
        return super().send(request, *arguments, **options | {"timeout": self._timeout})


def tweepy_client(fake: FakeX, token: str = TOKEN, timeout: float | None = None) -> tweepy.Client:
    client = tweepy.Client(token, return_type=dict)
    origin = "https://api.twitter.com"
    client.session.mount(origin, Redirected(origin, fake, timeout))
    return client


def graph_client(
    fake: FakeGraph, token: str | None = None, timeout: float | None = None
) -> facebook.GraphAPI:
    session = requests.Session()
    origin = "https://graph.facebook.com"
    session.mount(origin, Redirected(origin, fake, timeout))
    token = token or page_token(fake.world.accounts("facebook")[0].account_id)
    client = facebook.GraphAPI(token, session=session)
    client.version = "v26.0"
    return client


def small_world(n_questions: int = 3, now: datetime = START + timedelta(days=2)) -> World:
    """One city that was asked some things on both networks, a minute apart, without an answer."""
    world = World([Body("ville", "Montsabran", "ville", (VILLE, AIDE, PAGE))], now)
    for network, account in (("twitter", VILLE), ("facebook", PAGE)):
        citizen = world.person(network, "9000999", "passante_z1")
        name = f"@{VILLE.handle} " if network == "twitter" else ""
        page = PAGE.account_id if network == "facebook" else None
        for n in range(n_questions):
            at = START + timedelta(minutes=n)
            world.write(citizen, f"{name}Quand ouvre le n° {n} ?", at, page=page)
        assert len(world.inbound(account)) == n_questions
    return world


def asked(world: World, network: str = "twitter") -> Post:
    """The first question."""
    return world.inbound(VILLE if network == "twitter" else PAGE)[0]


@pytest.fixture
def world() -> World:
    return small_world()


# --- everything is there ----------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["old", "new"])
@pytest.mark.parametrize("seed", range(5))
def test_paging_through_x_gives_exactly_the_world(seed: int, spelling: str) -> None:
    world = random_world(seed)

    with FakeX(world, spelling=spelling) as x:
        client = tweepy_client(x)
        found = {
            message.message_id: message
            for account in world.accounts("twitter")
            for method in (client.get_users_mentions, client.get_users_tweets)
            for message in paged_messages(method, account.account_id)
        }

    assert found == {m.message_id: m for m in world.expected(world.accounts("twitter"))}


def paged_messages(method: Any, *arguments: str) -> Iterator[Message]:
    pages = tweepy.Paginator(
        method,
        *arguments,
        max_results=10,
        tweet_fields=list(POST_FIELDS),
        expansions=["referenced_tweets.id"],
    )
    for page in pages:
        included = Included.of(page)
        yield from (to_message(post, included) for post in page.get("data", ()))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("holes", [{}, {"short_pages": 2}, {"empty_pages": 3}], ids=str)
def test_paging_through_graph_gives_exactly_the_world(seed: int, holes: dict[str, Any]) -> None:
    world = random_world(seed)

    with FakeGraph(world, **holes) as graph:
        found = [
            message
            for account in world.accounts("facebook")
            for message in messages_of_page(graph, account.account_id)
        ]

    expected = world.expected(world.accounts("facebook"))
    assert {m.message_id: m for m in found} == {m.message_id: m for m in expected}
    assert len(found) == len(expected)


def messages_of_page(graph: FakeGraph, page_id: str) -> Iterator[Message]:
    client = graph_client(graph, page_token(page_id))
    everything = partial(client.get_all_connections, limit=7)
    for post in everything(page_id, "feed", fields=FEED_FIELDS):
        yield facebook_payloads.to_message(post, page_id)
        comments = everything(post["id"], "comments", filter="stream", fields=COMMENT_FIELDS)
        for comment in comments:
            yield facebook_payloads.to_message(comment, page_id, post)


def test_comments_come_inside_the_feed_and_go_on_outside() -> None:
    world = small_world(1)
    post = asked(world, "facebook")
    citizen = world.people["facebook", "9000999"]
    for n in range(8):
        world.write(citizen, f"Et le {n} ?", START + timedelta(hours=1, minutes=n), parent=post)

    with FakeGraph(world) as graph:
        client = graph_client(graph)
        fields = "comments.filter(stream).order(reverse_chronological).limit(5){id,message}"
        [shown] = client.get_connections(PAGE.account_id, "feed", fields=fields)["data"]
        after = shown["comments"]["paging"]["cursors"]["after"]
        rest = client.get_connections(
            post.post_id, "comments", filter="stream", order="reverse_chronological", after=after
        )

    said = [each["message"] for each in (*shown["comments"]["data"], *rest["data"])]
    assert said == [f"Et le {n} ?" for n in reversed(range(8))]
    assert len(shown["comments"]["data"]) == 5
    assert "next" in shown["comments"]["paging"]
    assert "next" not in rest["paging"]


def test_the_world_of_the_demo_is_the_demo() -> None:
    with gzip.open(demo_messages(), "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    world = demo_world(flat=False)

    posts = dict(zip((row["message_id"] for row in rows), world.posts.values(), strict=True))
    found = [
        {
            "network": message.network,
            "author_id": message.author_id,
            "sent_at": f"{message.sent_at:%Y-%m-%dT%H:%M:%SZ}",
            "kind": message.kind,
            "text": message.text,
            "mentioned_handles": " ".join(message.mentioned_handles),
            "account": post.page or "",
            "language": post.language or "",
        }
        for post in posts.values()
        for message in [world.message(post)]
    ]

    assert found == [
        {name: row[name] for name in each} for row, each in zip(rows, found, strict=True)
    ]
    assert [post.parent for post in posts.values()] == [
        posts.get(row["reply_to_id"]) for row in rows
    ]
    assert [post.root for post in posts.values()] == [posts[row["conversation_id"]] for row in rows]


def test_the_demo_can_begin_later_with_whole_conversations() -> None:
    since = datetime(2026, 11, 8, 23, tzinfo=UTC)

    with serve_demo(since) as (world, x, graph):
        page = tweepy_client(x).get_users_mentions(world.accounts("twitter")[0].account_id)
        feed = graph_client(graph).get_connections("me", "feed")

    expected = world.expected()
    assert 2_000 < len(expected) < 4_000
    assert min(message.sent_at for message in expected) >= since
    assert {m.reply_to_id for m in expected} - {None} <= {p.post_id for p in world.posts.values()}
    assert page["data"]
    assert feed["data"]


# --- each fault is what clients know it as ----------------------------------------------------


def raised(call: Any) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the caller looks at it
        call()
    return caught.value


X_FAULTS: list[tuple[Fault, type[Exception], int | None]] = [
    (Fault("429"), tweepy.TooManyRequests, 429),
    (Fault("429-no-reset"), tweepy.TooManyRequests, 429),
    (Fault("429-usage-capped"), tweepy.TooManyRequests, 429),
    (Fault("402"), tweepy.HTTPException, 402),
    (Fault("402", variant=1), tweepy.HTTPException, 402),
    (Fault("401"), tweepy.Unauthorized, 401),
    (Fault("403"), tweepy.Forbidden, 403),
    (Fault("404"), tweepy.NotFound, 404),
    (Fault("400-list"), AttributeError, None),
    (Fault("503"), tweepy.TwitterServerError, 503),
    (Fault("reset"), requests.ConnectionError, None),
    (Fault("truncated"), requests.exceptions.ChunkedEncodingError, None),
    (Fault("bad-json"), requests.exceptions.JSONDecodeError, None),
    (Fault("hang"), requests.ReadTimeout, None),
]


@pytest.mark.parametrize(
    ("fault", "error", "status"), X_FAULTS, ids=lambda v: getattr(v, "kind", "")
)
def test_tweepy_raises_what_it_raises_for_x(
    world: World, fault: Fault, error: type[Exception], status: int | None
) -> None:
    with FakeX(world, faults=[replace(fault)]) as x:
        client = tweepy_client(x, timeout=0.3)
        caught = raised(lambda: client.get_users_mentions(VILLE.account_id))
        again = client.get_users_mentions(VILLE.account_id)

    assert type(caught) is error
    assert status == getattr(getattr(caught, "response", None), "status_code", None)
    assert len(again["data"]) == 3
    assert [request.fault for request in x.requests] == [fault.kind, None]


@pytest.mark.parametrize(("kind", "seconds"), [("429", 30), ("429-no-reset", None)])
def test_x_says_when_a_limit_ends_or_not(world: World, kind: str, seconds: int | None) -> None:
    with FakeX(world, faults=[Fault(kind, seconds=30)]) as x:
        caught = raised(lambda: tweepy_client(x).get_users_mentions(VILLE.account_id))

    assert isinstance(caught, tweepy.TooManyRequests)
    until = seconds and int(world.now.timestamp()) + seconds
    assert caught.reset_time == until


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("429-usage-capped"), "usage-capped"),
        (Fault("429-no-reset"), "about:blank"),
        (Fault("402"), "CreditsDepleted"),
        (Fault("402", variant=1), "credits-depleted"),
    ],
    ids=["capped", "limited", "depleted", "depleted-otherwise"],
)
def test_x_words_refusals_as_seen_in_the_wild(world: World, fault: Fault, says: str) -> None:
    with FakeX(world, faults=[replace(fault)]) as x:
        caught = raised(lambda: tweepy_client(x).get_users_mentions(VILLE.account_id))

    assert isinstance(caught, tweepy.HTTPException)
    assert says in caught.response.text


GRAPH_CODES = (1, 2, 4, 10, 12, 17, 32, 100, 102, 190, 200, 341, 368, 613, 80001)


@pytest.mark.parametrize("code", GRAPH_CODES)
def test_facebook_sdk_carries_the_code_of_graph(world: World, code: int) -> None:
    with FakeGraph(world, faults=[Fault("graph", code=code)]) as graph:
        caught = raised(lambda: graph_client(graph).get_connections(PAGE.account_id, "feed"))

    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.code == code
    assert caught.result["error"]["type"] == "OAuthException"
    assert caught.result["error"].get("is_transient", False) is (code in (1, 2))


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467])
def test_facebook_sdk_keeps_the_subcode_in_the_result(world: World, subcode: int) -> None:
    with FakeGraph(world, faults=[Fault("graph", code=190, subcode=subcode)]) as graph:
        caught = raised(lambda: graph_client(graph).get_connections(PAGE.account_id, "feed"))

    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.result["error"]["error_subcode"] == subcode


GRAPH_FAULTS: list[tuple[str, type[Exception], int | None]] = [
    ("429", facebook.GraphAPIError, 80001),
    ("429-no-reset", facebook.GraphAPIError, 4),
    ("401", facebook.GraphAPIError, 190),
    ("403", facebook.GraphAPIError, 200),
    ("404", facebook.GraphAPIError, 100),
    ("503", facebook.GraphAPIError, None),
    ("reset", requests.ConnectionError, None),
    ("truncated", requests.exceptions.ChunkedEncodingError, None),
    ("bad-json", requests.exceptions.JSONDecodeError, None),
    ("hang", requests.ReadTimeout, None),
    ("no-content-type", KeyError, None),
]


@pytest.mark.parametrize(("kind", "error", "code"), GRAPH_FAULTS)
def test_facebook_sdk_raises_what_it_raises_for_graph(
    world: World, kind: str, error: type[Exception], code: int | None
) -> None:
    with FakeGraph(world, faults=[Fault(kind)]) as graph:
        client = graph_client(graph, timeout=0.3)
        caught = raised(lambda: client.get_connections(PAGE.account_id, "feed"))
        again = client.get_connections(PAGE.account_id, "feed")

    assert type(caught) is error
    assert getattr(caught, "code", None) == code
    assert len(again["data"]) == 3


def test_a_503_of_facebook_is_no_json_and_has_no_code(world: World) -> None:
    with FakeGraph(world, faults=[Fault("503")]) as graph:
        caught = raised(lambda: graph_client(graph).get_connections(PAGE.account_id, "feed"))

    assert str(caught) == "Maintype was not text, image, or querystring"


def test_the_token_is_in_what_facebook_sdk_says_after_its_last_try(world: World) -> None:
    with FakeGraph(world, faults=[Fault("reset", times=math.inf)]) as graph:
        client = graph_client(graph)
        origin = "https://graph.facebook.com"
        client.session.mount(origin, Redirected(origin, graph, None, retries=2))
        caught = raised(lambda: client.get_connections(PAGE.account_id, "feed"))

    assert isinstance(caught, requests.ConnectionError)
    assert page_token(PAGE.account_id) in str(caught)
    assert graph.count("feed") == 3


def test_a_slow_drip_passes_every_read_timeout(world: World) -> None:
    with FakeX(world, faults=[Fault("drip", seconds=0.002)]) as x:
        began = time.monotonic()
        page = tweepy_client(x, timeout=0.2).get_users_mentions(VILLE.account_id)

    assert len(page["data"]) == 3
    assert time.monotonic() - began > 0.4


def test_the_server_stops_though_something_hangs(world: World) -> None:
    began = time.monotonic()
    with FakeX(world, faults=[Fault("hang", seconds=3600)]) as x:
        raised(lambda: tweepy_client(x, timeout=0.05).get_users_mentions(VILLE.account_id))

    assert time.monotonic() - began < 5


def test_a_network_refuses_to_have_faults_of_another_one(world: World) -> None:
    with pytest.raises(ValueError, match="knows no fault '402'"):
        FakeGraph(world, faults=[Fault("402")])


def test_a_mistake_of_the_fake_itself_is_not_lost(world: World) -> None:
    with pytest.raises(ZeroDivisionError), FakeX(world, clock=lambda: 1 / 0) as x:
        raised(lambda: tweepy_client(x).get_users_mentions(VILLE.account_id))


def test_every_answer_takes_its_time(world: World) -> None:
    with FakeX(world, latency=0.05) as x:
        began = time.monotonic()
        for _ in range(3):
            tweepy_client(x).get_users_mentions(VILLE.account_id)

    assert time.monotonic() - began >= 0.15


def test_a_fault_befalls_the_requests_that_it_says_and_no_others(world: World) -> None:
    with FakeX(world, faults=[Fault("503", path="mentions", nth=2, times=2)]) as x:
        client = tweepy_client(x)
        client.get_users_tweets(VILLE.account_id)
        for _ in range(2):
            client.get_users_mentions(VILLE.account_id)
            raised(lambda: client.get_users_mentions(VILLE.account_id))
            raised(lambda: client.get_users_mentions(VILLE.account_id))
            client.get_users_mentions(VILLE.account_id)
            x.add_fault(Fault("503", path="mentions", nth=2, times=2))

    assert [request.status for request in x.requests] == [200, *[200, 503, 503, 200] * 2]
    assert (x.count("mentions"), x.count()) == (8, 9)


# --- answers that are not true ----------------------------------------------------------------


def x_pages(x: FakeX, n_pages: int = 9) -> list[dict[str, Any]]:
    """The pages of the city's mentions, five each, no more than so many."""
    method = tweepy_client(x).get_users_mentions
    fields = ["created_at", "author_id", "referenced_tweets"]
    paging = tweepy.Paginator(method, VILLE.account_id, max_results=5, tweet_fields=fields)
    return list(islice(paging, n_pages))


def graph_pages(graph: FakeGraph, n_items: int = 100) -> list[str]:
    """The ids in the feed of the page, five a page, no more than so many."""
    client = graph_client(graph)
    feed = client.get_all_connections(PAGE.account_id, "feed", limit=5)
    return [post["id"] for post in islice(feed, n_items)]


def ids(page: dict[str, Any]) -> list[str]:
    return [post["id"] for post in page.get("data", ())]


def test_a_repeated_cursor_sends_clients_round_and_round() -> None:
    world = small_world(12)
    fault = partial(Fault, "repeated-cursor", nth=2, times=math.inf)

    with FakeX(world, faults=[fault()]) as x, FakeGraph(world, faults=[fault()]) as graph:
        pages = x_pages(x)
        found = graph_pages(graph)

    assert len(pages) == 9
    assert all(ids(page) == ids(pages[1]) for page in pages[2:])
    assert len({page["meta"]["next_token"] for page in pages[1:]}) == 1
    assert len(found) == 100
    assert len(set(found)) == 10


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_empty_page_with_a_next_one_loses_nothing(nth: int) -> None:
    world = small_world(12)
    faults = [Fault("empty-page", nth=nth)]

    with FakeX(world, faults=list(map(replace, faults))) as x:
        pages = x_pages(x)
    with FakeGraph(world, faults=faults) as graph:
        found = graph_pages(graph)

    assert [len(ids(page)) for page in pages].index(0) == nth - 1
    assert "data" not in pages[nth - 1]
    assert len({each for page in pages for each in ids(page)}) == 12
    assert len({page["meta"].get("next_token") for page in pages}) == len(pages)
    assert len(found) == len(set(found)) == 12


def test_items_can_come_twice_late_or_without_what_they_need(world: World) -> None:
    kinds = ["duplicates", "clock-skew", "missing-from", "invalid-item"]
    faults = [Fault(kind, nth=n, seconds=3600) for n, kind in enumerate(kinds, 1)]
    true = [f"2026-09-07T00:0{n}:00.000Z" for n in (2, 1, 0)]

    with FakeX(world, faults=faults) as x:
        twice, late, nobodys, invalid = (x_pages(x)[0]["data"] for _ in kinds)

    assert [post["created_at"] for post in twice] == [at for at in true for _ in range(2)]
    assert [post["created_at"] for post in late] == [at.replace("T00", "T01") for at in true]
    assert not any("author_id" in post for post in nobodys)
    assert ["created_at" in post for post in invalid] == [False, True, True]


def test_drift_is_an_unknown_shape_or_references_by_an_unknown_name() -> None:
    world = small_world(2)
    world.write(
        world.of(VILLE), "@passante_z1 À 9 h.", START + timedelta(hours=1), parent=asked(world)
    )
    faults = [Fault("drift"), Fault("drift", nth=2, variant=1)]

    with FakeX(world, faults=faults) as x:
        client = tweepy_client(x)
        shape, names, true = (
            client.get_users_tweets(VILLE.account_id, tweet_fields=["referenced_tweets"])
            for _ in range(3)
        )

    assert "entries" in shape["data"]["timeline"]
    assert "referenced_tweets" not in names["data"][0]
    assert "referenced_tweets" in true["data"][0]


# --- what X does of its own accord ------------------------------------------------------------


def test_beyond_the_newest_mentions_x_says_nothing() -> None:
    world = small_world(30)

    with FakeX(world, mention_cap=20) as x:
        pages = x_pages(x)
        older = tweepy_client(x).get_users_mentions(
            VILLE.account_id, end_time=START + timedelta(minutes=5)
        )

    assert [len(ids(page)) for page in pages] == [5, 5, 5, 5, 0]
    assert pages[-1] == {"meta": {"result_count": 0}}
    assert older == {"meta": {"result_count": 0}}


def test_without_replies_x_looks_back_to_800_posts_only() -> None:
    world = small_world(0)
    for n in range(900):
        world.write(world.of(VILLE), f"Avis {n}", START + timedelta(minutes=n))

    with FakeX(world) as x:
        client = tweepy_client(x)
        counts = [
            sum(
                len(ids(page))
                for page in tweepy.Paginator(
                    client.get_users_tweets, VILLE.account_id, max_results=100, **options
                )
            )
            for options in ({}, {"exclude": ["replies"]})
        ]

    assert counts == [900, 800]


def test_an_interval_includes_its_first_instant_and_not_its_last() -> None:
    world = small_world(10)

    with FakeX(world) as x:
        page = tweepy_client(x).get_users_mentions(
            VILLE.account_id,
            start_time=START + timedelta(minutes=2),
            end_time=START + timedelta(minutes=5),
        )

    expected = [post.post_id for post in world.inbound(VILLE)[2:5]]
    assert ids(page) == expected[::-1]


def test_the_limit_of_a_window_ends_when_it_says() -> None:
    world = small_world()
    with FakeX(world, limits={"mentions": 2}, window=60) as x:
        client = tweepy_client(x)
        for _ in range(2):
            client.get_users_mentions(VILLE.account_id)
        caught = raised(lambda: client.get_users_mentions(VILLE.account_id))
        assert isinstance(caught, tweepy.TooManyRequests)
        client.get_users_tweets(VILLE.account_id)

        world.now = datetime.fromtimestamp(caught.reset_time or 0, UTC)
        page = client.get_users_mentions(VILLE.account_id)

    assert len(page["data"]) == 3
    assert [request.status for request in x.requests] == [200, 200, 429, 200, 200]


def test_posts_cost_money_until_there_is_none(world: World) -> None:
    with FakeX(world, balance=0.031) as x:
        client = tweepy_client(x)
        for _ in range(2):
            client.get_users_mentions(VILLE.account_id)
        caught = raised(lambda: client.get_users_mentions(VILLE.account_id))

    assert isinstance(caught, tweepy.HTTPException)
    assert caught.response.status_code == 402
    assert x.spent == pytest.approx(0.030)
    assert x.n_paid == 6
    assert len(x.paid_twice) == 3


def test_a_post_is_paid_once_a_day_where_x_keeps_its_promise(world: World) -> None:
    with FakeX(world, dedup=True) as x:
        client = tweepy_client(x)
        for _ in range(2):
            client.get_users_mentions(VILLE.account_id)
        same_day = x.n_paid, len(x.delivered_twice)
        world.advance(days=1)
        client.get_users_mentions(VILLE.account_id)

    assert same_day == (3, 3)
    assert x.n_paid == 6


def test_own_posts_cost_a_fifth_and_users_and_counts_cost_too(world: World) -> None:
    with FakeX(world, me=VILLE.account_id) as x:
        client = tweepy_client(x)
        client.get_users_mentions(VILLE.account_id)
        spent = [x.spent]
        client.get_users_mentions(VILLE.account_id, expansions=["author_id"])
        spent.append(x.spent)
        client.get_recent_tweets_count("@Montsabran")
        spent.append(x.spent)

    assert spent == pytest.approx([0.003, 0.016, 0.021])


def test_what_a_broken_answer_held_is_paid_and_a_refusal_costs_nothing(world: World) -> None:
    with FakeX(world, faults=[Fault("truncated"), Fault("503", nth=2)]) as x:
        client = tweepy_client(x)
        for _ in range(2):
            raised(lambda: client.get_users_mentions(VILLE.account_id))

    assert x.n_paid == 3


def test_the_cap_of_the_month_is_no_limit_that_ends_soon(world: World) -> None:
    with FakeX(world, monthly_cap=5) as x:
        client = tweepy_client(x)
        client.get_users_mentions(VILLE.account_id)
        caught = raised(lambda: client.get_users_mentions(VILLE.account_id))
        usage = get(x, "/2/usage/tweets")

    assert isinstance(caught, tweepy.TooManyRequests)
    assert (caught.reset_time, "usage-capped" in caught.response.text) == (None, True)
    assert usage["data"]["project_usage"] == "3"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("@Montsabran -is:retweet -from:Montsabran", ["ask", "again", "quote"]),
        ("to:Montsabran", []),
        ("from:Montsabran is:reply", ["answer"]),
        ("from:Montsabran OR from:MontsabranAide", ["post", "answer", "aide"]),
        ("(from:Montsabran OR from:MontsabranAide) is:reply", ["answer", "aide"]),
        ("conversation_id:{ask}", ["ask", "answer", "aide"]),
        ("in_reply_to_tweet_id:{ask}", ["answer", "aide"]),
        ("quotes_of_tweet_id:{post}", ["quote"]),
        ("9 -from:Montsabran", ["aide"]),
        ("@Montsabran lang:fr", ["ask"]),
    ],
)
def test_searches_find_what_they_say(query: str, expected: list[str]) -> None:
    world, posts = conversation()

    with FakeX(world) as x:
        known = {name: post.post_id for name, post in posts.items()}
        page = tweepy_client(x).search_recent_tweets(query.format(**known))

    assert set(ids(page)) == {known[name] for name in expected}


def conversation() -> tuple[World, dict[str, Post]]:
    """A post, a question with two answers, another one, a quote and a repost."""
    world = small_world(0)
    citizen, ville, aide = world.people["twitter", "9000999"], world.of(VILLE), world.of(AIDE)
    at = [START + timedelta(hours=n) for n in range(7)]
    post = world.write(ville, "Voici le programme", at[0])
    ask = world.write(citizen, "@Montsabran à quelle heure ?", at[1], language="fr")
    posts = {
        "post": post,
        "ask": ask,
        "answer": world.write(ville, "@passante_z1 À 9 h", at[2], parent=ask),
        "aide": world.write(aide, "@passante_z1 Ou à 9 h 30", at[3], parent=ask),
        "again": world.write(citizen, "@Montsabran @MontsabranAide merci", at[4]),
        "quote": world.write(citizen, "@Montsabran vraiment ?", at[5], about=post),
        "repost": world.write(
            citizen, "RT @Montsabran: Voici le programme", at[6], about=post, repost=True
        ),
    }
    return world, posts


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("is:reply", "standalone operator"),
        ("a" * 513, "Query length"),
        ("(a", "closing parenthesis"),
        ("near:here a", "invalid operator"),
    ],
    ids=["not-alone", "long", "open", "unknown"],
)
def test_x_refuses_bad_queries(world: World, query: str, says: str) -> None:
    with FakeX(world) as x:
        caught = raised(lambda: tweepy_client(x).search_recent_tweets(query))

    assert isinstance(caught, tweepy.BadRequest)
    assert says in str(caught)


def test_the_recent_search_reaches_back_a_week_and_the_archive_further() -> None:
    world = small_world(3, now=START + timedelta(days=8))

    with FakeX(world) as x:
        client = tweepy_client(x)
        recent = client.search_recent_tweets("@Montsabran")
        everything = client.search_all_tweets("@Montsabran")
        caught = raised(lambda: client.search_recent_tweets("@Montsabran", start_time=START))

    assert (len(ids(recent)), len(ids(everything))) == (0, 3)
    assert isinstance(caught, tweepy.BadRequest)


def test_counts_are_those_of_the_search() -> None:
    world = small_world(90)

    with FakeX(world) as x:
        client = tweepy_client(x)
        recent = client.get_recent_tweets_count("@Montsabran", granularity="hour")
        pages = tweepy.Paginator(
            client.get_all_tweets_count,
            "@Montsabran",
            start_time=START - timedelta(days=60),
            granularity="day",
        )
        totals = [page["meta"]["total_tweet_count"] for page in pages]

    assert recent["meta"]["total_tweet_count"] == 90
    assert [each["tweet_count"] for each in recent["data"] if each["tweet_count"]] == [60, 30]
    assert totals == [90, 0]


def test_what_is_deleted_or_protected_is_an_error_in_a_good_answer(world: World) -> None:
    first, second, third = (post.post_id for post in world.inbound(VILLE))
    hidden = world.person("twitter", "9000888", "timide_z1")
    secret = world.write(hidden, "@Montsabran chut", START + timedelta(hours=1)).post_id
    world.delete(asked(world))
    world.person("twitter", "9000888", "timide_z1", protected=True)

    with FakeX(world) as x:
        client = tweepy_client(x)
        answer = client.get_tweets([first, second, third, secret, "77"])
        timeline = client.get_users_tweets("9000888")

    assert ids(answer) == [second, third]
    assert [(e["resource_id"], e["title"]) for e in answer["errors"]] == [
        (first, "Not Found Error"),
        (secret, "Authorization Error"),
        ("77", "Not Found Error"),
    ]
    assert timeline["errors"][0]["title"] == "Authorization Error"
    assert "data" not in timeline


def test_an_edited_post_stands_under_its_newest_id_and_keeps_its_history(world: World) -> None:
    first = asked(world)
    later = world.edit(first, "@Montsabran Quand ferme le n° 0 ?", START + timedelta(minutes=20))

    with FakeX(world) as x:
        page = tweepy_client(x).get_users_mentions(VILLE.account_id)
        both = tweepy_client(x).get_tweets([first.post_id, later.version_id])

    assert page["data"][0]["id"] == later.version_id
    assert page["data"][0]["edit_history_tweet_ids"] == [first.post_id, later.version_id]
    assert [post["text"][12:22] for post in both["data"]] == ["Quand ouvr", "Quand ferm"]
    assert len(ids(page)) == 3


def test_users_are_looked_up_by_name_and_id(world: World) -> None:
    with FakeX(world, me=VILLE.account_id, user_tokens=["UserToken"]) as x:
        client = tweepy_client(x)
        one = client.get_user(username="montsabran")
        two = client.get_users(ids=[VILLE.account_id, "77"])
        me = tweepy_client(x, "UserToken").get_me(user_auth=False)
        caught = raised(lambda: client.get_me(user_auth=False))

    assert one["data"]["id"] == VILLE.account_id
    assert (len(two["data"]), two["errors"][0]["value"]) == (1, "77")
    assert me["data"]["username"] == "Montsabran"
    assert isinstance(caught, tweepy.Forbidden)


def test_x_knows_its_token(world: World) -> None:
    with FakeX(world) as x:
        caught = raised(lambda: tweepy_client(x, "Other").get_users_mentions(VILLE.account_id))

    assert isinstance(caught, tweepy.Unauthorized)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("post_fields", "lang"),
        ("tweet.fields", "colour"),
        ("user.fields", "colour"),
        ("expansions", "colour"),
        ("max_results", "101"),
        ("max_results", "4"),
        ("pagination_token", "colour"),
    ],
)
def test_x_refuses_what_it_does_not_know(world: World, name: str, value: str) -> None:
    with FakeX(world) as x:
        answer = get(x, f"/2/users/{VILLE.account_id}/mentions", **{name: value})

    assert answer["title"] == "Invalid Request"
    assert x.requests[0].status == 400


def test_names_are_answered_as_they_were_asked(world: World) -> None:
    with FakeX(world) as x:
        old, new = (
            get(x, f"/2/users/{VILLE.account_id}/mentions", **{f"{name}.fields": "lang"})
            for name in ("tweet", "post")
        )

    assert "edit_history_tweet_ids" in old["data"][0]
    assert "edit_history_post_ids" in new["data"][0]


def get(x: FakeX, path: str, **query: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with requests.get(x.base_url + path, params=query, headers=headers, timeout=5) as answer:
        found: dict[str, Any] = answer.json()
        return found


# --- what Graph does of its own accord --------------------------------------------------------


def test_the_address_of_the_next_page_has_the_token_in_it(world: World) -> None:
    with FakeGraph(world) as graph:
        page = graph_client(graph).get_connections(PAGE.account_id, "feed", limit=2)

    assert f"access_token={page_token(PAGE.account_id)}" in page["paging"]["next"]
    assert page["paging"]["next"].startswith("https://graph.facebook.com/v26.0/9000003/feed?")
    assert "access_token" not in graph.requests[0].query


def test_a_token_in_the_header_will_do(world: World) -> None:
    with FakeGraph(world) as graph:
        client = graph_client(graph)
        client.access_token = None
        client.session.headers["Authorization"] = f"Bearer {page_token(PAGE.account_id)}"
        page = client.get_connections(PAGE.account_id, "feed")

    assert len(page["data"]) == 3
    assert graph.requests[0].secrets == {}


@pytest.mark.parametrize(
    ("token", "n_comments", "has_from", "has_ids"),
    [(None, 1, True, True), (USER_TOKEN, 0, False, True), (PUBLIC_TOKEN, 1, False, False)],
    ids=["page", "user", "public"],
)
def test_citizens_are_shown_to_their_page_alone(
    world: World, token: str | None, n_comments: int, *, has_from: bool, has_ids: bool
) -> None:
    post = asked(world, "facebook")
    world.write(post.author, "Alors ?", START + timedelta(hours=1), parent=post)

    with FakeGraph(world) as graph:
        client = graph_client(graph, token)
        feed = client.get_connections(PAGE.account_id, "feed", fields="id,from")["data"]
        comments = client.get_connections(post.post_id, "comments", fields="id,from")["data"]

    assert [("from" in each) for each in feed] == [has_from] * 3
    assert len(comments) == n_comments
    assert all(("id" in each) is has_ids for each in comments)


@pytest.mark.parametrize(
    ("access", "code", "subcode"),
    [
        (Access("page", "77"), 10, None),
        (Access("page", PAGE.account_id, scopes=("pages_read_engagement",)), 10, None),
        (Access("page", PAGE.account_id, expires_at=START), 190, 463),
        (Access("page", PAGE.account_id, refused=(190, 460)), 190, 460),
        (None, 190, None),
    ],
    ids=["another-page", "scope", "expired", "withdrawn", "unknown"],
)
def test_graph_says_why_a_token_will_not_do(
    world: World, access: Access | None, code: int, subcode: int | None
) -> None:
    with FakeGraph(world) as graph:
        if access:
            graph.tokens["EAAtried"] = access
        client = graph_client(graph, "EAAtried")
        caught = raised(lambda: client.get_connections(PAGE.account_id, "feed"))

    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.code == code
    assert caught.result["error"].get("error_subcode") == subcode


def test_graph_tells_what_a_token_is_good_for(world: World) -> None:
    with FakeGraph(world) as graph:
        graph.tokens["EAAold"] = Access("page", PAGE.account_id, expires_at=START)
        client = graph_client(graph)
        good, old, unknown = (
            client.request("v26.0/debug_token", {"input_token": token})["data"]
            for token in (page_token(PAGE.account_id), "EAAold", "EAAother")
        )

    assert [each["is_valid"] for each in (good, old, unknown)] == [True, False, False]
    assert "pages_read_user_content" in good["scopes"]
    assert old["expires_at"] == START.timestamp()
    assert not any("input_token" in request.query for request in graph.requests)


def test_a_page_that_used_up_its_calls_is_blocked_and_longer_if_it_goes_on(world: World) -> None:
    with FakeGraph(world, budget=2, regain=10) as graph:
        client = graph_client(graph)
        heard: list[dict[str, Any]] = []
        client.session.hooks["response"].append(lambda answer, **_: heard.append(usage_of(answer)))
        for _ in range(2):
            client.get_connections(PAGE.account_id, "feed")
        for _ in range(2):
            caught = raised(lambda: client.get_connections(PAGE.account_id, "feed"))
        world.advance(minutes=12)
        page = client.get_connections(PAGE.account_id, "feed")

    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.code == 80001
    assert [each["call_count"] for each in heard] == [50, 100, 100, 100, 50]
    assert [each["estimated_time_to_regain_access"] for each in heard] == [0, 0, 10, 11, 0]
    assert len(page["data"]) == 3


def usage_of(answer: requests.Response) -> dict[str, Any]:
    [[of_page]] = json.loads(answer.headers["X-Business-Use-Case-Usage"]).values()
    found: dict[str, Any] = of_page
    return found


@pytest.mark.parametrize(
    ("asked_for", "answering"), [("v26.0", "v26.0"), ("v3.1", "v21.0"), ("v20.0", "v21.0")]
)
def test_a_version_that_has_ended_is_answered_by_the_oldest_living_one(
    world: World, asked_for: str, answering: str
) -> None:
    with FakeGraph(world) as graph:
        client = graph_client(graph)
        client.version = asked_for
        found = client.get_version()

    assert f"v{found}" == answering


def test_a_version_that_does_not_exist_yet_is_an_error(world: World) -> None:
    with FakeGraph(world) as graph:
        client = graph_client(graph)
        client.version = "v99.0"
        caught = raised(lambda: client.get_object("me"))

    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.code == 2500


def test_what_is_gone_fails_a_lookup_or_is_left_out(world: World) -> None:
    posts = [post.post_id for post in world.wall(PAGE.account_id)]
    world.delete(asked(world, "facebook"))

    with FakeGraph(world) as strict, FakeGraph(world, strict_ids=False) as lenient:
        caught = raised(lambda: graph_client(strict).get_objects(posts, fields="id"))
        alone = raised(lambda: graph_client(strict).get_object(posts[0]))
        found = graph_client(lenient).get_objects(posts, fields="id")

    assert all(isinstance(error, facebook.GraphAPIError) for error in (caught, alone))
    assert alone.result["error"]["error_subcode"] == 33  # type: ignore[attr-defined]
    assert list(found) == posts[1:]


def test_a_page_tells_who_it_is_and_a_person_which_pages_they_have(world: World) -> None:
    with FakeGraph(world) as graph:
        me = graph_client(graph).get_object("me", fields="id,username")
        pages = graph_client(graph, USER_TOKEN).get_connections("me", "accounts")["data"]
        caught = raised(lambda: graph_client(graph).get_connections("me", "ratings"))

    assert me == {"id": PAGE.account_id, "username": PAGE.handle}
    assert [each["access_token"] for each in pages] == [page_token(PAGE.account_id)]
    assert isinstance(caught, facebook.GraphAPIError)
    assert caught.code == 12


def test_some_authors_are_not_told_even_to_the_page(world: World) -> None:
    world.person("facebook", "9000999", "passante_z1", anonymous=True)

    with FakeGraph(world) as graph:
        feed = graph_client(graph).get_connections(PAGE.account_id, "feed", fields="id,from")
        found = [facebook_payloads.to_message(post, PAGE.account_id) for post in messages_in(graph)]

    assert not any("from" in post for post in feed["data"])
    assert sorted(found, key=lambda m: m.sent_at) == world.expected([PAGE])


def messages_in(graph: FakeGraph) -> Sequence[dict[str, Any]]:
    client = graph_client(graph)
    page = client.get_connections(PAGE.account_id, "feed", fields=FEED_FIELDS)
    posts: list[dict[str, Any]] = page["data"]
    return posts


def test_graph_does_not_know_every_field(world: World) -> None:
    with FakeGraph(world) as graph:
        client = graph_client(graph)
        unknown = raised(lambda: client.get_connections("me", "feed", fields="id,colour"))
        broken = raised(lambda: client.get_connections("me", "feed", fields="id,from{id"))

    assert isinstance(unknown, facebook.GraphAPIError)
    assert isinstance(broken, facebook.GraphAPIError)
    assert (unknown.code, broken.code) == (100, 2500)


# --- the clock of the world -------------------------------------------------------------------


def test_what_is_written_later_is_there_later(world: World) -> None:
    in_an_hour = world.now + timedelta(hours=1)
    question = asked(world)
    world.write(world.of(AIDE), "@passante_z1 À 9 h.", in_an_hour, parent=question)
    wall_post = asked(world, "facebook")
    world.write(world.of(PAGE), "À 9 h.", in_an_hour, parent=wall_post)

    def seen(x: FakeX, graph: FakeGraph) -> tuple[int, int, int]:
        timeline = tweepy_client(x).get_users_tweets(AIDE.account_id)
        comments = graph_client(graph).get_connections(wall_post.post_id, "comments")
        return len(ids(timeline)), len(ids(comments)), len(world.expected())

    with FakeX(world) as x, FakeGraph(world) as graph:
        before = seen(x, graph)
        world.advance(hours=2)
        after = seen(x, graph)

    assert (before, after) == ((0, 0, 6), (1, 1, 8))


def test_facebook_deletes_the_comments_with_the_post(world: World) -> None:
    post, question = asked(world, "facebook"), asked(world)
    later = START + timedelta(hours=1)
    world.write(world.of(PAGE), "À 9 h.", later, parent=post)
    answer = world.write(world.of(AIDE), "@passante_z1 À 9 h.", later, parent=question)

    world.delete(post)
    world.delete(question)

    assert len(world.expected([PAGE])) == 2
    assert world.expected([AIDE]) == [world.message(answer)]


def test_answers_are_dated_by_the_clock_of_the_world(world: World) -> None:
    with FakeX(world) as x, requests.get(x.base_url, timeout=5) as answer:
        pass

    assert answer.headers["Date"] == "Wed, 09 Sep 2026 00:00:00 GMT"


def test_ids_of_x_tell_the_second_in_which_they_were_minted(world: World) -> None:
    first = asked(world)
    later = world.edit(first, "@Montsabran Et le n° 0 ?", START + timedelta(minutes=20))

    with FakeX(world) as x:
        page = get(
            x, "/2/tweets", **{"ids": later.version_id, "tweet.fields": ",".join(POST_FIELDS)}
        )

    assert to_message(page["data"][0]) == world.message(first)
    assert world.message(first).sent_at == START


def test_without_an_expansion_x_names_the_version_that_was_answered(world: World) -> None:
    first = asked(world)
    later = world.edit(first, "@Montsabran Et le n° 0 ?", START + timedelta(minutes=20))
    at = START + timedelta(hours=1)
    answer = world.write(world.of(VILLE), "@passante_z1 À 9 h.", at, parent=first)

    with FakeX(world) as x:
        [post] = tweepy_client(x).get_users_tweets(
            VILLE.account_id, tweet_fields=list(POST_FIELDS)
        )["data"]

    assert to_message(post) == world.message(answer, expanded=False)
    assert to_message(post).reply_to_id == later.version_id
    assert world.message(answer).reply_to_id == first.post_id


def test_the_same_seed_gives_the_same_world() -> None:
    assert random_world(7).expected() == random_world(7).expected()
    assert random_world(7).expected() != random_world(8).expected()


# --- X's own description ----------------------------------------------------------------------

DESCRIPTION = SHARED / "x-openapi.json"
EVERYTHING = {"post.fields": NEW_FIELDS, "expansions": "author_id,referenced_posts"}
DESCRIBED = [
    ("/2/users/{id}/mentions", "/2/users/9000001/mentions", EVERYTHING),
    ("/2/users/{id}/tweets", "/2/users/9000001/tweets", EVERYTHING),
    ("/2/users/{id}/tweets", "/2/users/77/tweets", {}),
    ("/2/tweets/search/recent", "/2/tweets/search/recent", {"query": "@Montsabran"} | EVERYTHING),
    ("/2/tweets/search/all", "/2/tweets/search/all", {"query": "@Montsabran"} | EVERYTHING),
    ("/2/tweets/counts/recent", "/2/tweets/counts/recent", {"query": "@Montsabran"}),
    ("/2/tweets/counts/all", "/2/tweets/counts/all", {"query": "@Montsabran"}),
    ("/2/tweets", "/2/tweets", {"ids": "77,{post}"} | EVERYTHING),
    ("/2/users", "/2/users", {"ids": "9000001,77", "user.fields": "protected,public_metrics"}),
    ("/2/users/by/username/{username}", "/2/users/by/username/Montsabran", {}),
    ("/2/users/me", "/2/users/me", {}),
    ("/2/usage/tweets", "/2/usage/tweets", {}),
]  # fmt: skip


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="X's description is not here")
@pytest.mark.parametrize("spelling", ["old", "new"])
@pytest.mark.parametrize(("path", "address", "query"), DESCRIBED)
def test_answers_are_as_x_describes_them(
    path: str, address: str, query: dict[str, str], spelling: str
) -> None:
    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    world, posts = conversation()
    world.edit(posts["post"], "Voici le programme (corrigé)", START + timedelta(minutes=5))
    known = {name: value.replace("{post}", posts["post"].post_id) for name, value in query.items()}

    with FakeX(world, spelling=spelling, me=VILLE.account_id, user_tokens=[TOKEN]) as x:
        answer = get(x, address, **known)

    # The description has the new names alone; the old ones are to differ in nothing else.
    named = new_names(answer) if spelling == "old" else answer
    assert faults_of(named, answer_schema(description, path), description) == []
    assert answer.get("data") or answer.get("errors")


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="X's description is not here")
def test_the_description_is_taken_at_its_word() -> None:
    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    schema = answer_schema(description, "/2/users/{id}/mentions")
    wrong = {
        "data": [{"id": 7, "colour": "red", "referenced_posts": [{"type": "liked"}]}],
        "errors": [{"title": "x"}],
    }

    found = faults_of(wrong, schema, description)

    assert found[:2] == ["$.data[0].id is no string", "$.data[0] has an unknown colour"]
    assert len(found) == 5
