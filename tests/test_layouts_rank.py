"""The same 858 posts, as each tool writes them, rank as those that X itself gave out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from engines import engine
from fakes.invented import demo_world
from layout_writers import WRITERS, account_js, crowdtangle, facepager, graph, x_archive, x_pages

from socialscore.importers import FileOptions, read
from socialscore.importers.source import Source
from socialscore.importers.staged import Clock, StagedRows, from_messages
from socialscore.importers.staging import Stage
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.intake import in_memory
from socialscore.payloads.facebook import to_message
from socialscore.scoring import MessageSource, MessageTable, score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fakes.world import Post, World

    Table = list[tuple[str, int | None, Mapping[str, Any]]]

BEGIN = datetime(2026, 10, 23, 18, tzinfo=UTC)  # a day and a half before summer time ends in Paris
N_POSTS = 858
PRESETS = ("default", "socially-devoted")

LOCAL = {"twint": "Europe/Paris", "crowdtangle": "America/New_York"}  # files that say no offset
UNTOLD = {  # what a file does not say cannot be counted
    "twarc-csv": {"n_judged", "n_excluded_repost"},  # who wrote what a repost repeats
    "4cat": {"n_replies", "conversationality"},  # which post a reply answers
    "twint": {"n_replies", "conversationality"},
}
OPTIONS = {"care": {"kinds": ["wall-post", "mention", "reply", "quote"]}}  # quotes are mentions
VARIANTS = {"4cat-ndjson", "snscrape", "x-v1-array", "x-v1-search", "x-v1-stream"}


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world(BEGIN)


def first(world: World, network: str) -> list[Post]:
    found = {id(post): post for post in world.posts.values() if post.network == network}
    ordered = sorted(found.values(), key=lambda post: (post.sent_at, post.post_id))
    return ordered[:N_POSTS]


def messages(path: Path, world: World, name: str = "") -> MessageTable:
    """What a file says of the bodies of the world, which is known to hold everything."""
    clock = Clock(timezone=ZoneInfo(LOCAL[name])) if name in LOCAL else Clock()
    with Source(path) as source, Stage() as stage:
        stage.read(read(source, FileOptions(clock=clock)).rows, path)
        return MessageTable(*in_memory(stage, panel_of(world), BEGIN + timedelta(days=30)))


def panel_of(world: World) -> Panel:
    return Panel("demo", world.bodies)


def tables(found: MessageTable, panel: Panel, **options: Any) -> list[Table]:
    """Every cell of two rankings, by body."""
    said = {"min_requests": 1, "period": "all"} | options
    rankings = [load_ranking(None, {"preset": preset} | said) for preset in PRESETS]
    boards = [score(MessageSource(found, engine=engine), panel, each) for each in rankings]
    return [[(it.body.body_id, it.rank, it.values) for it in board.scores] for board in boards]


def without(found: list[Table], names: set[str]) -> list[Table]:
    return [
        [
            (body, rank, {n: v for n, v in cells.items() if n not in names})
            for body, rank, cells in t
        ]
        for t in found
    ]


@pytest.fixture(scope="module")
def of_x(world: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Table]]:
    """The tables of X's own JSON, with the options that go with a layout."""
    path = tmp_path_factory.mktemp("x") / "pages.jsonl"
    path.write_text(x_pages(world, first(world, "twitter")), encoding="utf-8")
    found = messages(path, world)

    @cache
    def ranked(options: str) -> list[Table]:
        return tables(found, panel_of(world), **json.loads(options))

    return lambda name: ranked(json.dumps(OPTIONS.get(name, {})))


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in VARIANTS else []) for n in WRITERS]
)
def test_the_posts_rank_as_in_the_json_of_x(
    name: str, world: World, of_x: Callable[[str], list[Table]], tmp_path: Path
) -> None:
    ending, write = WRITERS[name]
    path, untold = tmp_path / f"posts.{ending}", UNTOLD.get(name, set())
    path.write_text(write(world, first(world, "twitter")), encoding="utf-8", newline="")

    found = tables(messages(path, world, name), panel_of(world), **OPTIONS.get(name, {}))

    assert without(found, untold) == without(of_x(name), untold)


def test_posts_and_comments_of_facepager_rank_as_in_the_json_of_facebook(
    world: World, tmp_path: Path
) -> None:
    path, posts = tmp_path / "nodes.csv", first(world, "facebook")
    path.write_text(facepager(world, posts), encoding="utf-8", newline="")
    rows = [(1, to_message(*each)) for each in graph(world, posts)]
    with Stage() as stage:
        stage.read(StagedRows(iter([from_messages(rows)])), "graph")
        of_graph = MessageTable(*in_memory(stage, panel_of(world), BEGIN + timedelta(days=30)))

    found = messages(path, world)

    assert tables(found, panel_of(world)) == tables(of_graph, panel_of(world))


# --- files that only have what an account wrote itself -------------------------------------------


def own(found: MessageTable, account_id: str) -> dict[str, dict[str, Any]]:
    """What an account wrote, by identifier; threads and quotes are not all told there."""
    names = ("sent_at", "text", "reply_to_id", "reply_to_author_id", "addressed_ids", "language")
    rows = found.table.to_pylist()
    return {
        row["message_id"]: {name: row[name] for name in names} | {"repost": row["kind"] == "repost"}
        for row in rows
        if row["account_id"] == account_id == row["author_id"]
    }


def test_an_archive_has_what_x_has_of_its_account(world: World, tmp_path: Path) -> None:
    posts = first(world, "twitter")
    person = next(post.author for post in posts if post.author.handle == "ValdoineAide")
    (tmp_path / "pages.jsonl").write_text(x_pages(world, posts), encoding="utf-8")
    (tmp_path / "account.js").write_text(account_js(person), encoding="utf-8")
    written = [post for post in posts if post.author is person]
    (tmp_path / "tweets.js").write_text(x_archive(world, written), encoding="utf-8")

    found = own(messages(tmp_path / "tweets.js", world), person.person_id)

    assert len(found) == len(written) > 20
    assert found == own(messages(tmp_path / "pages.jsonl", world), person.person_id)


def test_crowdtangle_has_the_posts_of_pages_and_no_request(world: World, tmp_path: Path) -> None:
    pages = {account.account_id for account in world.accounts("facebook")}
    posts = [
        post
        for post in first(world, "facebook")
        if post.parent is None and post.author.person_id in pages
    ]
    path = tmp_path / "posts.csv"
    path.write_text(crowdtangle(world, posts), encoding="utf-8", newline="")

    rows = messages(path, world, "crowdtangle").table.to_pylist()

    assert {row["kind"] for row in rows} == {"post"}
    assert sorted((row["author_id"], row["text"], row["sent_at"].isoformat()) for row in rows) == (
        sorted(
            (post.author.person_id, post.versions[-1].text, f"{post.sent_at:%Y-%m-%dT%H:%M:%S}")
            for post in posts
        )
    )
