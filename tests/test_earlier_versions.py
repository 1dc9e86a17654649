"""What an earlier version published stays readable, verifiable, and the beginning of its series.

Its numbers are those of another method: they are neither counted again nor compared with.
"""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
from shell import begin, run

from socialscore.publishing.manifest import digest

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
    made = "socialscore 0.1.0 made it by method 1, here is method 2: its files have the digests"
    assert verified.err.count(made) == 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", SERIES)
def test_its_numbers_are_not_counted_again(name: str) -> None:
    take_messages()

    verified = run("verify", f"published/{name}", "--store", "socialscore-data")

    assert verified.code == 0, verified.err
    assert "computed again: " not in verified.out
    assert "no number was computed again" in verified.err


def test_nobody_escapes_being_counted_again_by_naming_another_method(folder: Path) -> None:
    take_messages()
    ranking = PUBLISHED / "business.toml"
    options = ("--as-of", "2026-10-24T00:00", "--period", "last-week", "--out", "now")
    published = run("publish", ranking, *options)
    assert published.code == 0, published.err
    [path] = folder.glob("now/business/*/manifest.json")
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace('"method": "2"', '"method": "1"'))

    verified = run("verify", "now")

    assert verified.code == 3
    assert "manifest.json: ranking.json names another method" in verified.err


def test_what_its_manifest_says_besides_is_no_trouble(folder: Path) -> None:
    path = folder / "published" / "business" / "2026-W40" / "manifest.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace('"seed"', '"dice": 6,\n  "seed"'))

    assert run("verify", "published/business").code == 0


@pytest.mark.parametrize("name", SERIES)
def test_a_number_that_was_changed_is_found(folder: Path, name: str) -> None:
    path = folder / "published" / name / "2026-W40" / "ranking.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",12,", ",13,", 1), encoding="utf-8")

    verified = run("verify", f"published/{name}")

    assert verified.code == 3
    assert "ranking.csv: " in verified.err


def test_a_period_from_one_day_to_another_ended_before_the_second(folder: Path) -> None:
    weeks = ("2026-09-28..2026-10-05", "2026-10-05..2026-10-12", "2026-10-12..2026-10-19T00:00")
    before = None
    for week in weeks:
        path = folder / "days" / week.replace(":", "")
        copytree(PUBLISHED / "calendar" / "2026-W40", path)
        since, until = (day[:10] for day in week.split(".."))
        said = {"period_from": f"{since}T00:00+02:00", "period_until": f"{until}T00:00+02:00"}
        document = json.loads((path / "ranking.json").read_text(encoding="utf-8"))
        (path / "ranking.json").write_text(json.dumps(document | said | {"period": week}))
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        manifest |= {"period": week, "compared_to": before}
        manifest["files"]["ranking.json"] = digest((path / "ranking.json").read_bytes())
        (path / "manifest.json").write_text(json.dumps(manifest))
        before = {
            "folder": path.name,
            "manifest": digest((path / "manifest.json").read_bytes()),
        }

    verified = run("verify", "days")

    assert verified.code == 0, verified.out + verified.err
    assert verified.out.count("as published") == 3


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
    page = (folder / "site" / "en" / "business" / "method.html").read_text(encoding="utf-8")
    assert "off-hours replies" in page
    assert "business (" not in page


@pytest.mark.parametrize("name", SERIES)
def test_the_week_after_says_why_it_is_not_compared_with_it(folder: Path, name: str) -> None:
    take_messages()
    published = run("publish", PUBLISHED / f"{name}.toml", "--as-of", "2026-10-24T00:00")

    assert published.code == 0, published.err
    week = folder / "published" / name / "2026-W41"
    document = json.loads((week / "ranking.json").read_text(encoding="utf-8"))
    assert (document["method"], document["compared_to"]) == ("2", None)
    why = "not compared with 2026-W40, which was counted by method 1, and this by method 2"
    assert document["notes"][-1] == why
    assert run("verify", f"published/{name}").code == 0
    told = run("history", "ville", "--ranking", name)
    methods = "counted by method 1 from 2026-W40, method 2 from 2026-W41"
    assert methods in " ".join(told.out.split())
    told = run("history", "--ranking", name, "--format", "json")
    assert [it["method"] for it in json.loads(told.out)["periods"]] == ["1", "2", "2"]
    assert run("site").code == 0
    page = (folder / "site" / "en" / name / "body" / "ville.html").read_text(encoding="utf-8")
    trend = page.partition('id="trend-title"')[2].partition("</svg>")[0]
    assert trend.count('<polyline class="curve"') == 2


def take_messages() -> None:
    imported = run(
        *("import", PUBLISHED / "messages.csv", "--panel", PUBLISHED / "panel.csv"),
        *("--covers", "2026-09-28..2026-11-01"),
    )
    assert imported.code == 0, imported.err
