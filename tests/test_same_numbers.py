"""The numbers are the same to the last bit, however the rows lie and whatever the threads.

Rows are shuffled, cut into files and row groups of odd sizes, and read by one, two and seven
threads. Times have microseconds: sums of whole seconds are exact even where nobody takes care.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_worlds import ACCOUNTS, SINCE, UNTIL, panel_of, side_by_side, written
from worlds import Files, world

from socialscore.engines import duckdb
from socialscore.inputs.ranking import load_ranking
from socialscore.runtime import duckdb as runtime_duckdb
from socialscore.scoring import GROUPS, MessageSource, MessageTable, ask, break_down, run, score

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.model.breakdown import Line
    from socialscore.model.scoreboard import Score

N_WORLDS = 4
PANEL = panel_of(N_WORLDS)
AS_OF = "2026-11-03T09:00"  # not everything has matured
OPTIONS: dict[str, Any] = {
    "period": f"{SINCE}..{UNTIL}",
    "calendar": "office",
    "exclude": ["repost", "duplicate", "mass-mention", "deleted"],
    "min_requests": 1,
}
PRESETS = ("default", "zendesk", "facebook-2018", "fanpage-karma", "sprout")
THREADS = (1, 7, 2, 7, 2)  # one for each of the sources


@cache
def in_memory() -> MessageTable:
    """Some thousand messages to twelve bodies."""
    random = Random(20261123)
    worlds = [written(random, ACCOUNTS, 600) for _ in range(N_WORLDS)]
    fine = {row["message_id"]: random.randrange(1_000_000) for rows in worlds for row in rows}
    for rows in worlds:
        for row in rows:
            row["sent_at"] += timedelta(microseconds=fine[row["message_id"]])
    return world(side_by_side(worlds), PANEL)


def shuffled(seed: int) -> pa.Table:
    table = in_memory().table
    return table.take(Random(seed).sample(range(len(table)), len(table)))


def in_batches(seed: int) -> MessageTable:
    """The messages in another order, in batches of an odd size."""
    batches = shuffled(seed).combine_chunks().to_batches(max_chunksize=53)
    return MessageTable(pa.Table.from_batches(batches), in_memory().covered)


def in_files(folder: Path, seed: int, n_files: int, row_group_size: int) -> Files:
    """The messages in another order, dealt out to files."""
    table, random = shuffled(seed), Random(seed)
    cuts = sorted([0, len(table), *random.sample(range(1, len(table)), n_files - 1)])
    paths = [str(folder / f"{seed}-{cut}.parquet") for cut in cuts[:-1]]
    for path, begin, end in zip(paths, cuts, cuts[1:], strict=False):
        pq.write_table(table.slice(begin, end - begin), path, row_group_size=row_group_size)
    return Files(paths, in_memory().covered)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[MessageTable | Files]:
    """The same messages in several shapes."""
    folder = tmp_path_factory.mktemp("shapes")
    return [
        in_memory(),
        in_batches(1),
        in_files(folder, 2, n_files=1, row_group_size=37),
        in_files(folder, 3, n_files=5, row_group_size=101),
        in_files(folder, 4, n_files=13, row_group_size=100_000),
    ]


def connect_with(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """Let every engine begin with a statement."""

    def connect() -> Any:
        connection = runtime_duckdb.connect()
        connection.execute(statement)
        return connection

    monkeypatch.setattr(duckdb, "connect", connect)


def numbers(rows: tuple[Score, ...] | tuple[Line, ...]) -> dict[str, str]:
    """Every number by its body or line and its name, as written out to the last bit."""
    return {
        f"{row.body.body_id if hasattr(row, 'body') else row.label}, {name}": repr(value)
        for row in rows
        for name, value in (row.values if hasattr(row, "body") else row.pooled).items()
    }


@pytest.mark.parametrize("preset", PRESETS)
def test_a_scoreboard_is_the_same_whatever_the_order_and_the_threads(
    preset: str, sources: list[MessageTable | Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    ranking = load_ranking(None, {"preset": preset, **OPTIONS})
    expected = score(MessageSource(sources[0]), PANEL, ranking, as_of=AS_OF)

    for source, number in zip(sources, THREADS, strict=True):
        connect_with(monkeypatch, f"SET threads = {number}")
        found = score(MessageSource(source), PANEL, ranking, as_of=AS_OF)

        assert numbers(found.scores) == numbers(expected.scores)
        assert found == expected


@pytest.mark.parametrize("by", GROUPS)
def test_a_breakdown_is_the_same_whatever_the_order_and_the_threads(
    by: str, sources: list[MessageTable | Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    ranking = load_ranking(None, OPTIONS)
    expected = break_down(MessageSource(sources[0]), PANEL, ranking, by, as_of=AS_OF)

    for source, number in zip(sources[1:], THREADS[1:], strict=True):
        connect_with(monkeypatch, f"SET threads = {number}")
        found = break_down(MessageSource(source), PANEL, ranking, by, as_of=AS_OF)

        assert numbers(found.lines) == numbers(expected.lines)
        assert found == expected


def test_the_messages_are_enough_to_tell() -> None:
    """There are requests of every fate, and the delays have fractions."""
    found = score(MessageSource(in_memory()), PANEL, load_ranking(None, OPTIONS), as_of=AS_OF)

    assert len(in_memory().table) > 4000
    for name, least in {"n_requests": 13, "n_answered": 8}.items():
        assert min(line.values[name] or 0 for line in found.scores) >= least
    for name in ("n_pending", "n_late", "median_wait", "trimmed_delay"):
        assert any(line.values[name] for line in found.scores)
    assert all((line.values["mean_delay"] or 0) % 1 for line in found.scores)


# --- by their types ----------------------------------------------------------------------------

EXACT = """
CREATE MACRO exact(x) AS
CASE WHEN TYPEOF(x) IN ('DOUBLE', 'FLOAT') THEN ERROR('fractions are added up') ELSE x END
"""


def checked(sql: str) -> str:
    """The statement, which stops where SUM or AVG are given a fraction."""
    for match in reversed(list(re.finditer(r"\b(?:SUM|AVG)\(", sql))):
        end, depth = match.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        sql = f"{sql[: match.end()]}exact({sql[match.end() : end - 1]}){sql[end - 1 :]}"
    return sql


@pytest.mark.parametrize("by", ["body", "network", "day"])
@pytest.mark.parametrize("preset", PRESETS)
def test_only_whole_numbers_and_decimals_are_added_up(
    preset: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranking = load_ranking(None, {"preset": preset, **OPTIONS})
    target = "score" if by == "body" else "breakdown"
    question = ask(in_memory().covered, PANEL, ranking, as_of=AS_OF, target=target, by=by)
    connect_with(monkeypatch, EXACT)

    rows = run(replace(question, sql=checked(question.sql)), MessageSource(in_memory()))

    assert question.sql.count("SUM(") > 5
    assert len(rows) > 1
