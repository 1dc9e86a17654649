"""What a store holds after a network misbehaved: the truth, or a gap by its name."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from collected import KEY, a_store, kept
from fakes import FakeGraph, FakeX, Fault, World
from fakes.faults import said
from fakes.graph_access import page_token
from fakes.twitter import TOKEN

from socialscore.collecting import collect
from socialscore.collectors import collector
from socialscore.collectors.base import Options, Outside
from socialscore.errors import AuthError, PermissionDenied, ProtocolDrift, Transient
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.server import Fake

    from socialscore.collecting import CollectionReport
    from socialscore.errors import NetworkError
    from socialscore.store.lake import Store

START = datetime(2026, 9, 7, tzinfo=UTC)
NOW = START + timedelta(days=29)
ACCOUNTS = {
    "twitter": Account("twitter", "900000000000001", "Ville0"),
    "facebook": Account("facebook", "900000000000100", "ville.0"),
}


def world_of(network: str, n_written: int, n_deleted: int = 0) -> World:
    """A world in which citizens ask, every half hour; so many of the latest have been deleted."""
    account = ACCOUNTS[network]
    world = World([Body("ville-0", "Ville 0", accounts=(account,))], NOW)
    anna = world.person(network, "9000000000010", "anna")
    wall = account.account_id if network == "facebook" else None
    for number in range(n_written):
        text = "La piscine ?" if wall else f"@Ville0 la piscine n° {number} ?"
        world.write(anna, text, START + timedelta(minutes=30 * number), page=wall, language="fr")
    for post in list(world.posts.values())[n_written - n_deleted :]:
        world.delete(post)
    return world


def serving(network: str, world: World, *faults: Fault) -> Fake:
    return (FakeX if network == "twitter" else FakeGraph)(world, faults=faults)


def run(fake: Fake, network: str, store: Store) -> CollectionReport:
    """One run, by whom nobody has to wait."""
    world = fake.world
    tokens = {"bearer_token": TOKEN} | {
        f"page_token:{each.account_id}": page_token(each.account_id)
        for each in world.accounts("facebook")
    }
    outside = Outside(
        now=lambda: world.now,
        monotonic=time.monotonic,
        sleep=lambda _: None,
        wait=lambda *_: None,
        chance=lambda: 0.0,
    )
    source = collector(network, tokens, Options(address=fake.base_url), outside)
    return collect(
        source, store, panel(world), KEY, now=lambda: world.now, since=START - timedelta(hours=1)
    )


def panel(world: World) -> Panel:
    return Panel("towns", tuple(world.bodies))


def lost(world: World, store: Store) -> int:
    """How many true messages the store has not, none of them at a time that it calls in view."""
    there = {row["message_id"] for row in kept(store)}
    absent = [message for message in world.expected() if message.message_id not in there]
    view = [
        (row["covered_from"].replace(tzinfo=UTC), row["covered_until"].replace(tzinfo=UTC))
        for row in store.coverage().to_pylist()
        if row["stream"] == "inbound" and row["reason"] is None
    ]
    assert [m for m in absent if any(since <= m.sent_at < until for since, until in view)] == []
    return len(absent)


def misplaced(answer: Any) -> None:
    """The 40th of the posts is an old one."""
    of_x = "created_at" in answer["data"][40]
    old = {"created_at": "2026-09-06T23:30:00.000Z", "id": "5", "edit_history_tweet_ids": ["5"]}
    answer["data"][40] |= old if of_x else {"created_time": "2026-09-06T23:30:00+0000"}


def moved(answer: Any) -> None:
    """What leads to the next page stands elsewhere, by another name."""
    below = answer["meta"] if "meta" in answer else answer["paging"]
    answer["following"] = below.pop("next_token" if "meta" in answer else "next")


@dataclass(frozen=True)
class Trouble:
    """What a network does, and what becomes of it."""

    name: str
    network: str
    faults: tuple[Fault, ...]
    error: type[NetworkError] | None  # that ends the stream of what citizens wrote
    reason: str | None  # of a gap
    n_lost: int  # messages that the first run does not bring
    n_requests: int  # of the first run
    n_lost_for_good: int = 0  # after a second one, when the network behaves again
    n_written: int = 250
    n_deleted: int = 0


DOWN = Fault("503", path="mentions", nth=2, times=5)
DOWN_ON_FACEBOOK = Fault("503", path="feed", nth=2, times=5)
TROUBLES = (
    Trouble("hidden under a cap", "twitter", (), None, "cap-reached", 50, 10, 50, 850, 80),
    Trouble("the end of a cap", "twitter", (), None, "cap-reached", 50, 10, 50, 850),
    Trouble("moved cursor", "twitter", (Fault("said", path="mentions", nth=2, change=moved),),
            ProtocolDrift, None, 150, 3),
    Trouble("no cursor", "twitter",
            (Fault("said", path="mentions", nth=2, change=said(None, "meta", "next_token")),),
            None, None, 0, 4),
    Trouble("cursor that is an object", "twitter",
            (Fault("said", path="mentions", change=said({"at": 2}, "meta", "next_token")),),
            ProtocolDrift, None, 250, 2),
    Trouble("no count", "twitter",
            (Fault("said", path="mentions", nth=3, change=said([], "meta")),),
            ProtocolDrift, None, 50, 4),
    Trouble("an identifier that is none", "twitter",
            (Fault("said", path="mentions", change=said("1.7E18", "data", 30, "id")),),
            None, "refused-items:1", 1, 4),
    Trouble("an item that is a number", "twitter",
            (Fault("said", path="mentions", nth=2, change=said(17, "data", 0)),),
            None, "refused-items:1", 1, 4),
    Trouble("naive date", "twitter",
            (Fault("said", path="mentions",
                   change=said("2026-09-12T01:00:00", "data", 9, "created_at")),),
            None, "refused-items:1", 1, 4),
    Trouble("out of order, then down", "twitter",
            (Fault("said", path="mentions", change=misplaced), DOWN), Transient, None, 151, 7),
    Trouble("in order, then down", "twitter", (DOWN,), Transient, None, 150, 7),
    Trouble("a protected account", "twitter", (Fault("said", path="mentions", status=403,
            change=lambda _: {"type": "https://api.x.com/2/problems/not-authorized-for-resource"}),),
            PermissionDenied, None, 250, 1),
    Trouble("an app without a project", "twitter", (Fault("403", path="mentions"),),
            AuthError, None, 250, 1),
    Trouble("as much as is shown of a year", "facebook", (), None, "cap-reached", 100, 7, 100, 700),
    Trouble("moved cursor", "facebook", (Fault("said", path="feed", nth=2, change=moved),),
            ProtocolDrift, None, 150, 2),
    Trouble("no cursor", "facebook",
            (Fault("said", path="feed", nth=2, change=said(None, "paging", "next")),),
            None, None, 0, 3),
    Trouble("cursor that is a number", "facebook",
            (Fault("said", path="feed", change=said(2, "paging", "next")),),
            ProtocolDrift, None, 250, 1),
    Trouble("an identifier that is a number", "facebook",
            (Fault("said", path="feed", change=said(17, "data", 30, "id")),),
            None, "refused-items:1", 1, 3),
    Trouble("naive date", "facebook",
            (Fault("said", path="feed",
                   change=said("2026-09-12T01:00:00", "data", 9, "created_time")),),
            None, "refused-items:1", 1, 3),
    Trouble("out of order, then down", "facebook",
            (Fault("said", path="feed", change=misplaced), DOWN_ON_FACEBOOK),
            Transient, None, 150, 6),
)  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: f"{each.network}: {each.name}")
def test_whatever_a_network_does_the_store_has_the_truth_or_names_the_gap(
    tmp_path: Path, trouble: Trouble
) -> None:
    world = world_of(trouble.network, trouble.n_written, trouble.n_deleted)
    store = a_store(tmp_path)

    with serving(trouble.network, world, *map(replace, trouble.faults)) as fake:
        report = run(fake, trouble.network, store)
        inbound = next(each for each in report.tasks if each.task.stream != "outbound")
        n_requests = len(fake.requests)
        n_lost = lost(world, store)
        world.advance(days=2)  # a stream that cannot be read is left alone for a while
        run(fake, trouble.network, store)

    assert type(inbound.error) is (trouble.error or type(None))
    assert [gap.reason for gap in report.gaps if gap.stream == "inbound"] == (
        [trouble.reason] if trouble.reason else []
    )
    assert (n_lost, n_requests) == (trouble.n_lost, trouble.n_requests)
    assert lost(world, store) == trouble.n_lost_for_good
