"""The worlds of the benchmark are what they should be, and every way of ranking them agrees."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from bench.chart import draw
from bench.keeping import KEEPING
from bench.measure import WORLD_TITLES
from bench.ranking import compare, compare_frames
from bench.report import markdown, section, with_section
from bench.worlds import BEGIN, WORLDS, World, place_of, write_world
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from pathlib import Path

SMALL = World(30_000, 6_000, n_bodies=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the jobs, with a small world beside it, by the name of a large one."""
    folder = tmp_path_factory.mktemp("bench") / "rows"
    place_of(folder, "1m").parent.mkdir()
    write_world(SMALL, place_of(folder, "1m"))
    return folder


def rows(root: Path, columns: str) -> list[tuple[object, ...]]:
    files = str(root / "message" / "**" / "*.parquet")
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{files}')").fetchall()


@pytest.mark.parametrize("name", ["counting", "message", "episode", "two-windows"])
def test_queries_by_hand_find_the_figures_of_the_score(folder: Path, name: str) -> None:
    compare(place_of(folder, "1m"), name)()


def test_pandas_and_polars_find_the_figures_of_the_score(folder: Path) -> None:
    compare_frames(place_of(folder, "1m"))()


def test_a_world_is_about_as_large_as_it_should_be_and_has_what_is_rare(folder: Path) -> None:
    ((n, n_ids, n_people, n_deleted, n_loose, n_automatic),) = rows(
        place_of(folder, "1m"),
        "COUNT(*), COUNT(DISTINCT message_id), COUNT(DISTINCT author_id), COUNT(deleted_at), "
        "COUNT(*) FILTER (WHERE addressed_ids IS NOT NULL AND reply_to_id IS NULL), "
        "COUNT(*) FILTER (WHERE response_class = 'automatic')",
    )

    assert n == pytest.approx(SMALL.n_messages, rel=0.1)
    assert n_ids == n
    assert n > n_people > 1000
    assert min(n_deleted, n_loose, n_automatic) > 50


def test_the_same_world_comes_out_again(tmp_path: Path) -> None:
    small = World(3_000, 1_000, n_bodies=20)
    digests = []
    for name in ("one", "other"):
        write_world(small, tmp_path / name)
        found = sorted(map(repr, rows(tmp_path / name, "*")))
        digests.append(hashlib.sha256("\n".join(found).encode()).hexdigest())

    assert digests[0] == digests[1]


def test_a_save_is_taken_back_before_the_next(folder: Path) -> None:
    store = Store.open(place_of(folder, "1m"))
    span = (BEGIN, BEGIN + timedelta(days=60))
    before = duckdb.read_parquet(store.messages(*span)).shape[0]

    for _ in range(2):
        KEEPING["1m-save"](folder)()

    assert duckdb.read_parquet(store.messages(*span)).shape[0] == before + 5_000


def test_a_section_is_renewed_and_the_others_stay() -> None:
    table = markdown([("one", "1 s")], ("what", "median"))

    text = with_section("", "About.", "First", f"{table}\nA note.\n")
    text = with_section(text, "About.", "Second", table)
    text = with_section(text, "About.", "First", table.replace("1 s", "2 s"))

    assert section(text, "First") == "| what | median |\n| --- | ---: |\n| one | 2 s |"
    assert section(text, "Second").endswith("| one | 1 s |")
    assert text.count("## ") == 2


def test_the_chart_shows_what_the_results_say() -> None:
    header = ("what", "median", "range")
    results = ""
    for world, seconds in (("1m", "1.10 s"), ("10m", "12.00 s"), ("100m", "140.00 s")):
        lines = [("score(), unit message", seconds, "1–2 s"), ("unknown", "9.00 s", "")]
        results = with_section(results, "", WORLD_TITLES[world], markdown(lines, header))

    picture = draw(results)

    assert picture.startswith("<svg")
    assert "score(), unit message" in picture


def test_every_world_has_a_title_or_is_dense() -> None:
    assert set(WORLDS) == {*WORLD_TITLES, "dense"}
