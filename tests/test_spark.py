"""Spark says what DuckDB says: every number, of every preset, of one world and of many."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engines import ON_SPARK, spark
from publications import BODIES as PUBLISHED
from publications import Desk, contents
from random_worlds import ACCOUNTS, panel_of, side_by_side, written
from shell import begin, run, run_apart
from spark_cluster import OPTIONS, addresses, as_of, differences, is_same, of_all_relations
from worlds import ALL, PANEL, at, world

import socialscore
from socialscore.engines import engine
from socialscore.engines.duckdb import DuckDB
from socialscore.engines.rows import Rows
from socialscore.engines.spark import located
from socialscore.errors import StoreError, UsageError
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import preset_names
from socialscore.publishing.verifying import recomputing
from socialscore.publishing.verifying.differences import is_near
from socialscore.scoring import GROUPS, MessageSource, MessageTable, break_down, score
from socialscore.scoring.explanation import explain
from socialscore.scoring.question import ask
from socialscore.scoring.slots import SLOTS
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.model.breakdown import Line

N_WORLDS = 3
BODIES = panel_of(N_WORLDS)

pytestmark = [*ON_SPARK, pytest.mark.usefixtures("java")]


@cache
def messages() -> MessageTable:
    """Some thousand messages, at any microsecond."""
    random = Random(20261123)
    worlds = [written(random, ACCOUNTS, 400) for _ in range(N_WORLDS)]
    fine = {row["message_id"]: random.randrange(1_000_000) for rows in worlds for row in rows}
    for rows in worlds:
        for row in rows:
            row["sent_at"] += timedelta(microseconds=fine[row["message_id"]])
    return world(side_by_side(worlds), BODIES)


# The numbers ------------------------------------------------------------------------------------


# A cluster counts the others, in `test_spark_servers.py`.
@pytest.mark.parametrize("preset", sorted({*preset_names()} - {*of_all_relations()}))
def test_every_metric_of_a_preset_is_that_of_duckdb(preset: str) -> None:
    ranking = load_ranking(None, {"preset": preset, **OPTIONS})

    expected = score(MessageSource(messages()), BODIES, ranking, as_of=as_of(ranking))
    found = score(MessageSource(messages(), engine=spark), BODIES, ranking, as_of=as_of(ranking))

    assert sum(line.values["n_requests"] for line in expected.scores) > 10
    assert differences(found, expected) == []


OF_OTHER_STATEMENTS = [by for by in GROUPS if by not in SLOTS[1:]]


def statement(by: str) -> str:
    ranking = load_ranking(None, OPTIONS)
    return ask(
        messages().covered, BODIES, ranking, as_of=as_of(ranking), target="breakdown", by=by
    ).sql


def test_all_breakdowns_by_time_are_one_statement_with_other_rows_to_join() -> None:
    assert len({*map(statement, GROUPS)}) == len(OF_OTHER_STATEMENTS)
    assert len({*map(statement, SLOTS)}) == 1


@pytest.mark.parametrize("by", OF_OTHER_STATEMENTS)
def test_every_breakdown_is_that_of_duckdb(by: str) -> None:
    ranking = load_ranking(None, OPTIONS)

    expected = break_down(MessageSource(messages()), BODIES, ranking, by, as_of=as_of(ranking))
    found = break_down(
        MessageSource(messages(), engine=spark), BODIES, ranking, by, as_of=as_of(ranking)
    )

    assert [line.label for line in found.lines] == [line.label for line in expected.lines]
    for mine, theirs in zip(found.lines, expected.lines, strict=True):
        others = numbers(theirs)
        assert [n for n, value in numbers(mine).items() if not is_same(value, others[n])] == []


def numbers(line: Line) -> dict[str, float | None]:
    return {**line.pooled, **line.median_of_bodies, "n_bodies": line.n_bodies}


def test_an_explanation_is_that_of_duckdb() -> None:  # of episodes, the command has one below
    ranking = load_ranking(None, {**OPTIONS, "unit": "message", "match": "loose"})
    body = BODIES.bodies[-1]

    expected, found = (
        explain(source, BODIES, ranking, body, as_of=as_of(ranking), with_text=True)
        for source in (MessageSource(messages()), MessageSource(messages(), engine=spark))
    )

    assert len(expected.messages) > 50
    assert found.messages == expected.messages
    assert found.texts == expected.texts


def test_messages_as_they_were_known_earlier_are_those_of_duckdb() -> None:
    ranking = load_ranking(None, OPTIONS)
    known = MessageTable(*(
        table.set_column(
            table.column_names.index("collected_at"),
            "collected_at",
            pa.array([at(days % 3).replace(tzinfo=None) for days in range(len(table))]),
        )
        for table in (messages().table, messages().covered)
    ))  # fmt: skip
    then = MessageSource(known, seen_until=at(1))

    expected = score(then, BODIES, ranking, as_of=as_of(ranking))
    found = score(replace(then, engine=spark), BODIES, ranking, as_of=as_of(ranking))

    assert expected != score(MessageSource(known), BODIES, ranking, as_of=as_of(ranking))
    assert differences(found, expected) == []


def test_microseconds_add_up_beyond_64_bits() -> None:
    waits = Rows({"line_id": "VARCHAR", "elapsed_us": "BIGINT"}, [("a", 2**62)] * 3)

    with spark() as running:
        running.relation("wait", waits)
        rows = running.query("SELECT SUM(elapsed_us) / (1e6 * COUNT(*)) AS mean FROM wait", {})

    assert rows == [{"mean": pytest.approx(2**62 / 1e6)}]


@pytest.mark.parametrize(
    "value",
    ["", "it's", "a\\nb\\", "été «?»", "$read_from", 0, 2**40, 0.1, True, False, None,
     at().replace(tzinfo=None, year=1), at(minutes=0.123456789).replace(tzinfo=None)],
    ids=repr,
)  # fmt: skip
def test_a_parameter_arrives_as_it_is(value: object) -> None:
    with spark() as running, DuckDB() as other:
        (row,) = running.query("SELECT $value AS value", {"value": value})
        (same,) = other.query("SELECT $value AS value", {"value": value})

    assert row == {"value": value}
    assert same == {"value": value}


def test_a_list_is_searched_even_if_it_is_empty() -> None:
    sql = "SELECT message_id FROM message WHERE message_id = ANY($ids)"
    rows = Rows({"message_id": "VARCHAR"}, [("it's",), ("b",)])

    with spark() as running:
        running.relation("message", rows)
        some = running.query(sql, {"ids": ["it's", "c"]})
        none = running.query(sql, {"ids": []})

    assert some == [{"message_id": "it's"}]
    assert none == []


# The store --------------------------------------------------------------------------------------


def test_a_store_is_ranked_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)
    assert run("demo", "--store", "a store, of mine").code == 0
    arguments = ("rank", "demo", "--store", "a store, of mine", "--format", "csv")

    expected = run(*arguments)
    found = run(*arguments, "--engine", "local")

    assert found.code == 0, found.err
    assert found.out == expected.out


def test_files_of_several_versions_are_read_together(tmp_path: Path) -> None:
    rows = messages().table
    files = []
    for name, lacking in (("of_today", []), ("earlier", ["rulebook"])):
        file = tmp_path / "network=twitter" / "month=2026-10" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows.drop_columns(["network", "month", *lacking]), file)
        files.append(str(file))

    with spark() as running:
        running.relation("message", files, MESSAGE)
        (found,) = running.query(
            "SELECT COUNT(*) AS n, COUNT(rulebook) AS n_known FROM message", {}
        )

    assert found == {"n": 2 * len(rows), "n_known": rows.num_rows - rows["rulebook"].null_count}


def test_a_store_that_is_rewritten_while_it_is_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "network=twitter" / "month=2026-10" / "part.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(messages().table.drop_columns(["network", "month"]), file)

    with spark() as running:
        running.relation("message", [str(file)])
        months = running.query("SELECT DISTINCT network, month FROM message", {})
        file.unlink()
        with pytest.raises(StoreError, match="was rewritten while it was read") as later:
            running.query("SELECT COUNT(message_id) FROM message", {})
        with pytest.raises(StoreError, match="was rewritten while it was read"):
            running.relation("message", [str(file)])

    assert months == [{"network": "twitter", "month": "2026-10"}]
    assert later.value.exit_code == 75


def test_a_bucket_needs_what_reads_it() -> None:
    with spark() as running, pytest.raises(UsageError) as caught:
        running.relation("message", ["s3://b/message/network=twitter/month=2026-10/a.parquet"])

    assert str(caught.value) == (
        "this Spark cannot read buckets; start it with the package hadoop-aws (docs/scale.md)"
    )


def test_files_of_a_bucket_are_asked_for_below_the_root_of_their_table() -> None:
    paths = [f"s3://b/c/message/network=twitter/month=2026-1{n}/a.parquet" for n in (0, 1)]

    assert located(paths) == (
        "s3a://b/c/message",
        [f"s3a://b/c/message/network=twitter/month=2026-1{n}/a.parquet" for n in (0, 1)],
    )


# Commands ---------------------------------------------------------------------------------------


def test_what_counts_counts_the_same_on_spark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_STORE", str(demo))
    commands = [
        ("adoption", "--as-of", "2026-11-01"),
        ("explain", "ville-montsabran", "--ranking", "demo", "--format", "json"),
    ]

    expected = [run(*words) for words in commands]
    found = [run(*words, "--engine", "local") for words in commands]
    monkeypatch.setenv("SOCIALSCORE_ENGINE", "local")
    by_setting = run(*commands[0])

    assert [result.code for result in found] == [0, 0], found
    assert found[0].out == expected[0].out
    assert to_a_billionth(found[1].out) == to_a_billionth(expected[1].out)
    assert by_setting == found[0]


def to_a_billionth(document: str) -> Any:
    """What JSON says; engines round the last digits of fractions differently."""
    return json.loads(document, parse_float=lambda number: f"{float(number):.9g}")


def test_python_names_the_engine_too(demo: Path) -> None:
    expected = socialscore.rank(demo, period="2026-W45")
    found = socialscore.rank(demo, period="2026-W45", engine="local")

    assert differences(found, expected) == []
    with pytest.raises(UsageError, match="unknown engine 'spark'"):
        socialscore.rank(demo, engine="spark")


def test_publications_of_both_engines_are_the_same_byte_for_byte(
    project: Path, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, project / "socialscore-data")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path)
        desk.panel(*PUBLISHED)
        desk.ranking(period="2026-W45")

        ours = desk.published("2026-11-23", "--out", "ours")
        theirs = desk.published("2026-11-23", "--out", "theirs", "--engine", "local")
        verified = run("verify", "theirs", "--store", desk.store)

    assert ours == theirs == ["2026-W45"]
    found = contents(tmp_path / "ours")
    assert contents(tmp_path / "theirs") == found
    for name in ("networks.csv", "waits.csv"):
        (table,) = (it for path, it in found.items() if path.endswith(name))
        assert len(table.splitlines()) > 1, name
    assert verified.code == 0, verified.err


def test_the_last_digits_of_what_one_engine_published_may_be_those_of_another(
    demo: Path, tmp_path: Path
) -> None:
    near: list[Any] = []

    def noted(value: Any, other: Any) -> bool:
        same = is_near(value, other)
        if same and value != other:
            near.append((value, other))
        return same

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(recomputing, "is_near", noted)

        published = run("publish", "demo", "--store", demo)
        by_duckdb = run("verify", "published/demo", "--store", demo)
        verified = run("verify", "published/demo", "--store", demo, "--engine", "local")

    assert (published.code, verified.code) == (0, 0), verified.err
    assert "cells computed again: as published" in verified.out
    assert by_duckdb.out == verified.out
    assert near  # there are such digits


# What is asked for ------------------------------------------------------------------------------


def test_an_engine_that_is_none_is_refused() -> None:
    done = run("rank", "demo", "--engine", "sparc://somewhere")

    assert done.code == 2
    assert "unknown engine 'sparc://somewhere'; use duckdb, local" in done.err
    assert engine("duckdb") is DuckDB


def test_what_spark_needs_is_said(demo: Path, tmp_path: Path) -> None:
    arguments = ("rank", "demo", "--store", demo, "--engine", "local")
    bare = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}

    done = run_apart(*arguments, env=bare | {"PATH": str(tmp_path)})

    assert done.code == 2
    assert done.err.endswith("socialscore: the engine local needs Java 17 or newer; install it\n")


def test_pyspark_is_only_needed_by_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)

    with pytest.raises(UsageError, match=r"pip install 'socialscore\[spark\]'"):
        score(MessageSource(world([]), engine=engine("local")), PANEL, load_ranking(None, ALL))


def test_spark_listens_on_this_machine_only() -> None:
    with spark() as running:
        running.query("SELECT 1 AS one", {})
    processes = psutil.Process().children(recursive=True)

    listening = set().union(*map(addresses, processes))

    assert listening == {"127.0.0.1"}
