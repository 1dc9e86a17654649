"""Whole collections from a server that holds a world, against what is true in it.

Nothing may be missing that is claimed as collected: whatever is not in the store lies in a time
that the coverage does not claim.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from collected import a_store, kept
from fakes import FakeX, Fault, World, random_world
from fakes.twitter import TOKEN

from socialscore.collecting import CollectionReport, collect
from socialscore.collecting.coverage import spans
from socialscore.collectors import collector
from socialscore.collectors.base import Options, Outside
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.store.lake import Store

START = datetime(2026, 9, 7, tzinfo=UTC)
VILLE = Account("twitter", "900000000000001", "Ville0")
SIX = timedelta(hours=6)


def ask(
    x: FakeX, store: Store, *, overlap: timedelta = SIX, wrong: timedelta = timedelta()
) -> CollectionReport:
    """One run, by a clock that may be wrong."""

    def now() -> datetime:
        return x.world.now + wrong

    outside = Outside(now, lambda: 0.0, lambda _: None, lambda _until, _why: None, lambda: 0.0)
    network = collector("twitter", {"bearer_token": TOKEN}, Options(x.base_url), outside)
    panel = Panel("world", x.world.bodies)
    return collect(network, store, panel, bytes(32), now=now, since=START, overlap=overlap)


def true(world: World) -> dict[tuple[str, str, str], dict[str, datetime]]:
    """What each stream must bring: by network, account and stream, ids with their times."""
    found = {}
    for account in world.accounts("twitter"):
        for stream, posts in (("inbound", world.inbound), ("outbound", world.outbound)):
            key = ("twitter", account.account_id, stream)
            found[key] = {
                post.post_id: post.sent_at
                for post in posts(account)
                if world.exists(post)
                and not world.people["twitter", post.author.person_id].protected
            }
    return found


def claimed_and_missing(world: World, store: Store) -> list[tuple[str, datetime]]:
    """Messages that the store lacks of a time that the coverage claims."""
    have = {row["message_id"] for row in kept(store)}
    rows = store.coverage().to_pylist()
    missing = []
    for key, posts in true(world).items():
        mine = [row for row in rows if (row["network"], row["account_id"], row["stream"]) == key]
        for post_id, sent_at in posts.items():
            claimed = any(each.since <= sent_at < each.until for each in spans(mine))
            if claimed and post_id not in have:
                missing.append((post_id, sent_at))
    return missing


def lacking(world: World, store: Store) -> set[str]:
    """Messages that the store lacks."""
    have = {row["message_id"] for row in kept(store)}
    return {post_id for posts in true(world).values() for post_id in posts} - have


# --- what is shown late --------------------------------------------------------------------------


@dataclass(frozen=True)
class Collected:
    """What runs over two days brought of 240 mentions, three tenths of which are shown late."""

    n_requests: int
    dollars: float
    n_late: int
    n_lost: int


def two_days(folder: Path, overlap: timedelta) -> Collected:
    """Somebody asks every twelve minutes; X shows three tenths of that up to 45 minutes late."""
    dice, store = Random(6), a_store(folder)
    world = World([Body("ville-0", "Ville 0", accounts=(VILLE,))], START)
    anna = world.person("twitter", "9000000000010", "anna_des_quais")
    moments = [START + timedelta(minutes=12 * number) for number in range(240)]
    shown = sorted(
        (at + timedelta(minutes=dice.randrange(1, 46) if dice.random() < 0.3 else 0), at)
        for at in moments
    )
    n_late = 0
    with FakeX(world, dedup=True) as x:
        for hour in range(3, 55, 3):
            world.now = START + timedelta(hours=hour)
            while shown and shown[0][0] <= world.now:
                world.write(anna, f"@Ville0 la piscine à {shown[0][1]} ?", shown.pop(0)[1])
            report = ask(x, store, overlap=overlap)
            assert report.exit_code == 0
            n_late += sum(task.n_late for task in report.tasks)
        return Collected(len(x.requests), round(x.spent, 3), n_late, len(lacking(world, store)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overlap", "expected"),
    [(timedelta(), Collected(36, 1.135, 0, 13)), (SIX, Collected(36, 1.495, 13, 0))],
    ids=["no overlap", "six hours"],
)
def test_what_is_shown_late_is_found_at_the_price_of_an_overlap(
    tmp_path: Path, overlap: timedelta, expected: Collected
) -> None:
    assert two_days(tmp_path, overlap) == expected


# --- what goes wrong -----------------------------------------------------------------------------

FAULTS = (
    Fault("invalid-item"), Fault("invalid-item", lacking="id"),
    Fault("invalid-item", lacking="author_id"), Fault("drift"), Fault("missing-from"),
    Fault("403"), Fault("404"), Fault("429-no-reset"), Fault("truncated"), Fault("empty-page"),
    Fault("repeated-cursor"), Fault("duplicates"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_missing_that_is_claimed_whatever_goes_wrong(tmp_path: Path, seed: int) -> None:
    dice, world, store = Random(seed), random_world(seed, n_posts=120), a_store(tmp_path)
    with FakeX(world) as x:
        for day in range(1, 7):
            world.now = START + timedelta(days=day)
            for fault in dice.sample(FAULTS, 3):
                again = Fault(fault.kind, nth=dice.randrange(1, 6), lacking=fault.lacking)
                x.add_fault(again)
            ask(x, store)
            assert claimed_and_missing(world, store) == []
        for _ in range(3):  # no stream is left alone for longer than a week
            world.now += timedelta(days=8)
            report = ask(x, store)

    assert report.exit_code == 0
    assert claimed_and_missing(world, store) == []
    rows = store.coverage().to_pylist()
    assert not lacking(world, store) or "unreadable-items:1" in {row["reason"] for row in rows}


def test_a_message_that_can_never_be_read_is_a_gap_between_its_neighbours(tmp_path: Path) -> None:
    world, store = random_world(3, n_posts=120), a_store(tmp_path)
    account = world.accounts("twitter")[0]
    earlier, bad, later = sorted(world.inbound(account), key=lambda post: post.sent_at)[2:5]

    with FakeX(world) as x:
        x.add_fault(misnamed(bad.post_id))
        for _ in range(3):
            ask(x, store)
            world.now += timedelta(hours=8)
        n_before = len(x.requests)
        ask(x, store)
        n_asked = len(x.requests) - n_before

    gaps = [row for row in store.coverage().to_pylist() if row["reason"]]
    assert {row["reason"] for row in gaps} == {"refused-items:1", "unreadable-items:1"}
    between = earlier.sent_at, later.sent_at + timedelta(seconds=1)
    assert {(row["covered_from"], row["covered_until"]) for row in gaps} == {
        tuple(each.replace(tzinfo=None) for each in between)
    }
    assert n_asked == 2 * len(world.accounts("twitter"))  # nothing is asked for it any more
    assert lacking(world, store) == {bad.post_id}
    assert claimed_and_missing(world, store) == []


def misnamed(post_id: str) -> Fault:
    """X gives one post no proper identifier, for ever."""

    def change(answer: dict[str, Any]) -> None:
        for post in answer.get("data", ()):
            if post["id"] == post_id:
                post["id"] = f"x{post_id}"

    return Fault("said", times=math.inf, change=change)


@pytest.mark.parametrize("minutes", [-90, -4, 4, 90, 60 * 24 * 40])
def test_a_clock_that_is_wrong_claims_nothing_of_the_future_and_loses_nothing(
    tmp_path: Path, minutes: int
) -> None:
    world, store = random_world(5, n_posts=120), a_store(tmp_path)
    with FakeX(world) as x:
        report = ask(x, store, wrong=timedelta(minutes=minutes))

        rows = store.coverage().to_pylist()
        assert all(row["covered_until"].replace(tzinfo=UTC) <= world.now for row in rows)
        assert bool(report.clock_ahead) == (abs(minutes) > 5)
        world.now += timedelta(days=1)
        ask(x, store)

    assert lacking(world, store) == set()
