"""`socialscore rank --sql`: a script that DuckDB's own shell runs, with the numbers of `rank`."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from shell import run

from socialscore.scoring.script import view
from socialscore.store.schema import COVERAGE, MESSAGE

if TYPE_CHECKING:
    from pathlib import Path


def executed(text: str) -> list[dict[str, Any]]:
    """What the last statement gives, as text, after the shell ran one after the other."""
    with duckdb.connect() as shell:
        for statement in shell.extract_statements(text):
            done = shell.execute(statement)
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def asked(*arguments: object) -> str:
    done = run("rank", *arguments)
    assert done.code == 0, done.err
    return done.out


def same(value: Any, cell: str) -> bool:
    if isinstance(value, str | bool):
        return str(value).lower() == cell.lower()
    return value is None if cell == "" else value == pytest.approx(float(cell), abs=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--preset", "sprout"),  # the business clock, and a calendar for all
        ("--clock", "business"),  # the calendars of the panel
        ("--preset", "facebook-2018", "--period", "2026-11"),
        ("--unit", "author", "--match", "loose", "--exclude", "none", "--horizon", "none"),
        ("--as-of", "2026-11-10"),
        ("--by-group", "account"),
        ("--by-group", "category", "--clock", "business"),
        ("--by-group", "hour-of-week", "--preset", "socially-devoted"),
    ],
)
def test_the_script_gives_the_numbers_of_the_ranking(demo: Path, options: tuple[str, ...]) -> None:
    of = ("demo", "--store", demo, *options)
    key = "label" if "--by-group" in options else "body_id"

    found = {row[key]: row for row in executed(asked(*of, "--sql"))}

    cells = {row[key]: row for row in csv.DictReader(asked(*of, "--format", "csv").splitlines())}
    assert found.keys() == cells.keys()
    for line, row in found.items():
        assert row.keys() - cells[line].keys() <= {"line_id"}
        for name in row.keys() - {"line_id"}:
            assert same(row[name], cells[line][name]), (line, name)


def test_the_script_reads_stores_whose_name_has_a_quote_from_anywhere(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo, tmp_path / "l'été")
    monkeypatch.chdir(tmp_path)
    text = asked("demo", "--store", "l'été", "--sql")
    monkeypatch.chdir("/")

    rows = executed(text)

    assert len(rows) == 24


def test_a_title_with_lines_of_its_own_stays_a_comment(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine\\nSELECT 1;"', encoding="utf-8")

    text = asked(tmp_path / "mine.toml", "--store", demo, "--period", "all", "--sql")

    assert text.startswith("-- Mine SELECT 1;: every metric of each body\n")
    assert len(executed(text)) == 24


def test_columns_that_the_files_of_an_earlier_version_lack_are_null(tmp_path: Path) -> None:
    file = tmp_path / "part.parquet"
    duckdb.sql("SELECT 'twitter' AS network, 'x' AS text").write_parquet(str(file))

    with duckdb.connect() as shell:
        shell.execute(view("message", [str(file)], MESSAGE))
        found = shell.sql("SELECT network, text, addressed_ids, sent_at FROM message").fetchall()
        kinds = dict(
            shell.sql("SELECT column_name, column_type FROM (DESCRIBE message)").fetchall()
        )

    assert found == [("twitter", "x", None, None)]
    assert list(kinds) == MESSAGE.names
    assert kinds["addressed_ids"] == "VARCHAR[]"


def test_a_view_of_no_files_has_no_rows() -> None:
    with duckdb.connect() as shell:
        shell.execute(view("coverage", [], COVERAGE))
        assert shell.sql("SELECT * FROM coverage").fetchall() == []
