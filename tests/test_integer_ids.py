"""Identifiers given to the engine as numbers change no number of a ranking."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import AS_OF, PANEL, SINCE, UNTIL, panel_of, side_by_side
from random_worlds import worlds as random_worlds
from worlds import ALL, END, Files, answers, asks, at, world

from socialscore.engines.duckdb import DuckDB
from socialscore.inputs.ranking import load_ranking
from socialscore.scoring import MessageSource, break_down, score

if TYPE_CHECKING:
    from random_worlds import World

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring import MessageTable

OPTIONS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["message", "episode", "author"]),
        "match": st.sampled_from(["direct", "conversation", "loose"]),
        "responders": st.sampled_from(["group", "same"]),
        "exclude": st.sampled_from(["none", "default"]),
        "exclude_bursts": st.booleans(),
        "include_institutions": st.booleans(),
        "latest": st.sampled_from([None, 2]),
    }
)


class Watched(DuckDB):
    """Notes which relations have digests."""

    views: tuple[str, ...] = ()

    def view(self, name: str, sql: str) -> None:
        Watched.views += (name,) if "HASH(" in sql else ()
        super().view(name, sql)


@pytest.fixture(autouse=True)
def forget() -> None:
    Watched.views = ()


def in_file(table: MessageTable, folder: Path) -> Files:
    pq.write_table(table.table, folder / "messages.parquet")
    return Files([str(folder / "messages.parquet")], table.covered)


def numbers(scoreboard: Scoreboard) -> dict[str, Any]:
    return {
        line.body.body_id: (line.rank, line.reason, dict(line.values)) for line in scoreboard.scores
    }


def with_numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with numbers for the identifiers of messages, in the same order."""
    names = sorted(
        {row["message_id"] for row in rows} | {row.get("reply_to_id") or "" for row in rows}
    )
    number = {name: str(1_750_000_000_000_000_000 + n) for n, name in enumerate(names)}
    return [
        row
        | {
            "message_id": number[row["message_id"]],
            "reply_to_id": number[row["reply_to_id"]] if row.get("reply_to_id") else None,
        }
        for row in rows
    ]


@settings(max_examples=15, database=None)
@given(st.lists(random_worlds(), min_size=4, max_size=6), OPTIONS, st.sampled_from(AS_OF))
def test_numbers_and_texts_rank_alike(worlds: list[World], options: Any, as_of: str) -> None:
    chosen = ALL | options | {"period": f"{SINCE}..{UNTIL}", "networks": ["twitter"]}
    ranking = load_ranking(None, chosen)
    panel = panel_of(len(worlds))
    table = world(with_numbers(side_by_side(worlds)), panel, END)
    in_texts = score(MessageSource(table), panel, ranking, as_of=as_of)
    Watched.views = ()

    with TemporaryDirectory() as folder:
        source = MessageSource(in_file(table, Path(folder)), engine=Watched)
        in_numbers = score(source, panel, ranking, as_of=as_of)

    assert Watched.views == ("message", "coverage", "account", "ignored")
    assert numbers(in_numbers) == numbers(in_texts)


ROWS = [
    asks("17", at(1), conversation_id="17"),
    answers("18", "17", at(1, hours=2), conversation_id="17"),
    asks("19", at(2), author_id="20", conversation_id="19"),
]


def test_authors_who_are_ignored_are_ignored_by_number_too(tmp_path):
    ranking = load_ranking(
        None, ALL | {"networks": ["twitter"], "exclude": ["listed"], "ignore": ["20"]}
    )
    files = in_file(world(ROWS, PANEL), tmp_path)

    board = score(MessageSource(files, engine=Watched), PANEL, ranking)

    assert Watched.views
    assert sum(line.values["n_requests"] for line in board.scores) == 1
    assert sum(line.values["n_excluded_listed"] for line in board.scores) == 1


def test_identifiers_that_are_no_numbers_are_compared_as_texts(tmp_path):
    ranking = load_ranking(None, ALL | {"networks": ["twitter"]})
    files = in_file(world([asks("a17", at(1)), answers("a18", "a17", at(2))], PANEL), tmp_path)

    board = score(MessageSource(files, engine=Watched), PANEL, ranking)

    assert Watched.views  # which was tried first
    assert sum(line.values["n_answered"] for line in board.scores) == 1


def test_a_ranking_of_another_network_too_compares_texts(tmp_path):
    ranking = load_ranking(None, ALL | {"networks": ["twitter", "facebook"]})
    files = in_file(world(ROWS, PANEL), tmp_path)

    score(MessageSource(files, engine=Watched), PANEL, ranking)

    assert not Watched.views


def test_lines_that_are_accounts_keep_their_names(tmp_path):
    ranking = load_ranking(None, ALL | {"networks": ["twitter"]})
    files = in_file(world(ROWS, PANEL), tmp_path)

    table = break_down(MessageSource(files, engine=Watched), PANEL, ranking, "account")

    assert [line.label for line in table.lines] == ["Ville de Montsabran, twitter @montsabran"]
    assert not Watched.views


def test_an_engine_may_be_told_to_count_without(tmp_path):
    ranking = load_ranking(None, ALL | {"networks": ["twitter"]})
    files = in_file(world(ROWS, PANEL), tmp_path)

    score(MessageSource(files, engine=lambda: Watched(allow_hashed_ids=False)), PANEL, ranking)

    assert not Watched.views
