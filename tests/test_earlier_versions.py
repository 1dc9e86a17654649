"""What an earlier version published stays readable, verifiable, and the beginning of its series."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
from shell import begin, run

PUBLISHED = Path(__file__).parents[1] / "fixtures" / "published-0.1.0"
SERIES = ("business", "calendar")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    begin(tmp_path, monkeypatch)
    for name in SERIES:
        copytree(PUBLISHED / name, tmp_path / "published" / name)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_it_is_as_published() -> None:
    verified = run("verify", "published")

    assert verified.code == 0, verified.out + verified.err
    assert verified.out.count("as published") == 2
    assert "socialscore 0.1.0 made it" in verified.out + verified.err


@pytest.mark.parametrize("name", SERIES)
def test_a_number_that_was_changed_is_found(folder: Path, name: str) -> None:
    path = folder / "published" / name / "2026-W40" / "ranking.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",12,", ",13,", 1), encoding="utf-8")

    verified = run("verify", f"published/{name}")

    assert verified.code == 3
    assert "ranking.csv: " in verified.err


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.usefixtures("folder")
def test_its_history_is_told(name: str) -> None:
    told = run("history", "ville", "--ranking", name)

    assert told.code == 0, told.err
    assert "2026-W40" in told.out
    assert "ranked by" in told.out


def test_a_site_is_built_of_it(folder: Path) -> None:
    built = run("site")

    assert built.code == 0, built.err
    page = (folder / "site" / "business" / "2026-W40.html").read_text(encoding="utf-8")
    assert "off-hours replies" in page
    assert "business (" not in page


@pytest.mark.parametrize("name", SERIES)
def test_the_week_after_is_compared_with_it(folder: Path, name: str) -> None:
    imported = run(
        *("import", PUBLISHED / "messages.csv", "--panel", PUBLISHED / "panel.csv"),
        *("--covers", "2026-09-28..2026-11-02"),
    )
    assert imported.code == 0, imported.err

    published = run("publish", PUBLISHED / f"{name}.toml", "--as-of", "2026-10-24T00:00")

    assert published.code == 0, published.err
    week = folder / "published" / name / "2026-W41"
    document = json.loads((week / "ranking.json").read_text(encoding="utf-8"))
    assert document["compared_to"] == "2026-W40"
    assert not [note for note in document["notes"] if note.startswith("not compared")]
    assert run("verify", f"published/{name}").code == 0
