"""Files that people have: small inputs of the kinds that once failed, with what is right.

They lie beside the checkout, where not everybody has them.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from shell import SHARED, begin, run, run_apart

CASES = SHARED.parent / "cases" / "files"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the checkout")

PARIS = ("--timezone", "Europe/Paris")
TOWN_HALL = ("--panel", "panel-townhall.csv")
THREE = ("--panel", "panel.csv")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with copies of the inputs."""
    begin(tmp_path, monkeypatch)
    for path in CASES.iterdir():
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def ranks(*options: str) -> list[tuple[str, str, str]]:
    """Rank, body and response rate."""
    ranked = run("rank", *options, "--format", "csv")
    assert ranked.code == 0, ranked.err
    rows = csv.DictReader(io.StringIO(ranked.out))
    return [(row["rank"], row["body"], row["response_rate"]) for row in rows if row["rank"]]


@pytest.mark.parametrize(
    ("file", "options", "said"),
    [
        ("pandas_index.csv", ["--bodies-from-data"], "care): 2 rows read"),
        ("care_isodates.csv", ["--bodies-from-data"], "care): 2 rows read"),
        ("records.json", THREE, "table): 2 rows read"),
        ("messages.xlsx", THREE, "table): 2 rows read"),
        ("utf16_tab.csv", THREE, "table): 2 rows read"),
        ("v11.jsonl", THREE, "x-v1): 1 row read"),
        ("preamble.csv", [*THREE, "--timezone", "UTC"], "headers): 1 row read"),
        ("author_is_handle.csv", THREE, "2 messages kept"),
        ("author_is_handle.csv", ["--panel", "panel_x.csv"], "2 messages kept"),
        ("export-excel-cp1252.csv", [*TOWN_HALL, *PARIS], "headers): 402 rows read"),
        ("export-excel-utf8bom.csv", [*TOWN_HALL, *PARIS], "headers): 402 rows read"),
        (
            "export-excel-utf8bom.csv",
            [*TOWN_HALL, *PARIS, "--layout", "map.toml"],
            "map): 402 rows read",
        ),
        (
            "float_parent.csv",
            THREE,
            "reply_to_id: 1 of 1 look rounded by a spreadsheet or pandas; 1 matched",
        ),
    ],
)
def test_a_file_is_read(file: str, options: list[str], said: str) -> None:
    seen = run("import", file, *options, "--preview")
    done = run("import", file, *options)

    assert seen.code == done.code == 0, seen.out + done.err
    assert said in done.err
    assert "; 0 refused" in done.err


@pytest.mark.parametrize(
    ("file", "options", "problem"),
    [
        ("author_is_handle.csv", ["--panel", "panel_sci.csv"], "panel_sci.csv:2"),
        ("export-excel-utf8bom.csv", TOWN_HALL, "--timezone Europe/Paris"),
        ("tweets.js", THREE, "account.js"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(
    file: str, options: list[str], problem: str
) -> None:
    refused = run("import", file, *options)

    assert refused.code == 3
    assert problem in refused.err


@pytest.mark.parametrize(
    ("line", "options", "understood"),
    [
        (2, PARIS, "says BST, which Europe/Paris does not use at that time"),
        (3, PARIS, "9 Jul 2026 14:05 +02:00"),  # CEST, of Paris
        (4, (), "9 Jul 2026 14:05 +02:00"),
        (5, (), "9 Nov 2026 15:00 +01:00"),
        (6, (*PARIS, "--date-format", "%d/%m/%Y %H:%M"), "9 Jul 2026 14:05 +02:00"),
        (6, PARIS, "can be read in two ways"),
        (7, PARIS, "is a date without a time of day"),
        (8, PARIS, "9 Jul 2026 14:05 +02:00"),
        (8, (), "has no offset from UTC"),
    ],
)
def test_a_time_is_understood_or_asked_for(
    line: int, options: tuple[str, ...], understood: str
) -> None:
    header, *rows = Path("dates.csv").read_text(encoding="utf-8").splitlines()
    Path("date.csv").write_text(f"{header}\n{rows[line - 2]}\n", encoding="utf-8")

    seen = run("import", "date.csv", *THREE, *options, "--preview")

    assert understood in " ".join(seen.out.split())


@pytest.mark.parametrize("file", ["retweets_twarc.csv", "retweets_kind.csv"])
def test_reposts_are_no_requests(file: str) -> None:
    assert run("import", file, "--panel", "panel2.csv", "--covers", "2026-11").code == 0

    assert ranks("--period", "2026-W45") == [("1", "Ville Alpha", "0.9"), ("2", "Tram Beta", "0.6")]


def test_a_town_halls_export_ranks_alike_by_its_headers_and_by_a_layout() -> None:
    towns = [*TOWN_HALL, *PARIS]
    by_headers = run("import", "export-excel-cp1252.csv", *towns, "--store", "a")
    by_layout = run(
        "import", "export-excel-utf8bom.csv", *towns, "--store", "b", "--layout", "map.toml"
    )

    assert by_headers.code == by_layout.code == 0, by_headers.err + by_layout.err
    found = ranks("--period", "2026-W46", "--store", "a", "--min-requests", "1")
    assert found
    assert found == ranks("--period", "2026-W46", "--store", "b", "--min-requests", "1")


def test_a_file_comes_through_a_pipe() -> None:
    content = Path("author_is_handle.csv").read_text(encoding="utf-8")

    done = run_apart("import", "-", *THREE, input=content)

    assert done.code == 0, done.err
    assert "2 rows read" in done.err
