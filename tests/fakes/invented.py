"""Worlds to collect: the shipped demo as two networks would hold it, and small random ones."""

from __future__ import annotations

import csv
import gzip
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from fakes.facebook import FakeGraph
from fakes.twitter import FakeX
from fakes.world import World
from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.shipped import demo_messages, demo_panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fakes.world import Person, Post

__all__ = ["DEMO_ENDS", "demo_world", "random_world", "serve_demo"]

DEMO_ENDS = datetime(2026, 11, 22, 23, tzinfo=UTC)  # the last request has matured then
_DEMO_BEGINS = datetime(2026, 10, 25, 23, tzinfo=UTC)  # a Monday in Paris
START = datetime(2026, 9, 7, tzinfo=UTC)  # of random worlds, a Monday


def demo_world(
    since: datetime | None = None, now: datetime = DEMO_ENDS, *, flat: bool = True
) -> World:
    """The shipped, invented messages, with identifiers as the networks mint them.

    Args:
        since: leave out the conversations that began earlier.
        now: the clock of the world.
        flat: see World; the file has comments that answer comments at any depth.
    """
    world = World(read_panel(demo_panel()).bodies, now, flat=flat)
    posts: dict[str, Post] = {}
    latest: dict[str, Post] = {}  # by handle, what it last posted of its own accord
    with gzip.open(demo_messages(), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["sent_at"])
            parent = posts.get(row["reply_to_id"])
            if (since and at < since) or (row["reply_to_id"] and parent is None):
                continue
            post = posts[row["message_id"]] = world.write(
                _author(world, row),
                row["text"],
                at,
                parent=parent,
                about=_about(latest, row),
                repost=row["kind"] == "repost",
                page=row["account"] or None,
                language=row["language"] or None,
            )
            if row["kind"] == "post":
                latest[row["author_handle"]] = post
    return world


@contextmanager
def serve_demo(
    since: datetime = _DEMO_BEGINS, *, latency: float = 0.0
) -> Iterator[tuple[World, FakeX, FakeGraph]]:
    """The last weeks of the demo on both networks, for as long as the `with` lasts.

    Over three weeks no account has more mentions than X gives; over eight, one has.
    """
    world = demo_world(since)
    with FakeX(world, latency=latency) as x, FakeGraph(world, latency=latency) as graph:
        yield world, x, graph


def _author(world: World, row: Mapping[str, str]) -> Person:
    known = world.people.get((row["network"], row["author_id"]))
    return known or world.person(row["network"], row["author_id"], row["author_handle"])


def _about(latest: Mapping[str, Post], row: Mapping[str, str]) -> Post | None:
    """What a quote or repost refers to: the file does not say it, the last post will do."""
    if row["kind"] not in ("quote", "repost"):
        return None
    return latest.get(row["mentioned_handles"].split()[0])


def random_world(seed: int, n_posts: int = 300, n_bodies: int = 3, days: int = 5) -> World:
    """A few bodies, of which the first has a sister account on X, with edits and deletions.

    The clock stands a day after the last post. The same seed gives the same world.
    """
    dice = Random(seed)
    world = World(map(_body, range(n_bodies)), START + timedelta(days=days + 1))
    citizens = {
        network: [
            world.person(network, f"90000000{place}{n:04}", f"passant_z{n:05}") for n in range(20)
        ]
        for place, network in enumerate(("twitter", "facebook"))
    }
    moments = sorted(dice.randrange(days * 86_400) for _ in range(n_posts))
    written: dict[str, list[Post]] = {"twitter": [], "facebook": []}  # of the network, in order
    for second in moments:
        account = dice.choice(world.accounts())
        before = written[account.network]
        citizen = dice.choice(citizens[account.network])
        at = START + timedelta(seconds=second)
        before.append(_happening(world, dice, account, citizen, at, before[-30:]))
        if dice.random() < 0.05:
            _change_of_mind(world, dice, before[-1])
    return world


def _body(number: int) -> Body:
    accounts = [
        Account("twitter", f"90000000000000{number:02}1", f"Ville{number}"),
        Account("facebook", f"9000000000{number:02}2", f"ville.{number}"),
    ]
    if number == 0:
        accounts.append(Account("twitter", "90000000000000003", "Ville0_aide", "care"))
    return Body(f"ville-{number}", f"Ville {number}", "ville", tuple(accounts))


def _happening(
    world: World, dice: Random, account: Account, citizen: Person, at: datetime, before: list[Post]
) -> Post:
    """Somebody asks, answers, quotes, reposts, or the account posts."""
    own, name = world.of(account), f"@{account.handle} " if account.network == "twitter" else ""
    text = f"à quelle heure ouvre la piscine n° {dice.randrange(1000)} ? <&>"
    here = [post for post in before if account.network == "twitter" or post.page == own.person_id]
    chance = dice.random()
    page = own.person_id if account.network == "facebook" else None
    if not here or chance < 0.15:
        return world.write(own, f"Voici {text}", at, page=page, language="fr")
    other = dice.choice(here)
    if chance < 0.45:
        to = f"@{other.author.handle} " if name else ""
        return world.write(own, f"{to}Bonjour, à 9 h.", at, parent=other, language="fr")
    if chance < 0.6:
        return world.write(citizen, name + text, at, parent=other, language="fr")
    if name and chance < 0.7:
        repost = chance < 0.65
        text = f"RT @{other.author.handle}: {other.versions[-1].text}" if repost else name + text
        return world.write(citizen, text, at, about=other, repost=repost, language="fr")
    long = " Merci." * 50 if chance > 0.95 else ""
    return world.write(citizen, name + text + long, at, page=page, language="fr")


def _change_of_mind(world: World, dice: Random, post: Post) -> None:
    """An edit within half an hour, or a deletion within a week."""
    if dice.random() < 0.5:
        again = post.versions[-1].text + " (corrigé)"
        world.edit(post, again, post.sent_at + timedelta(seconds=dice.randrange(1, 1800)))
    else:
        world.delete(post, post.sent_at + timedelta(seconds=dice.randrange(1, 7 * 86_400)))
