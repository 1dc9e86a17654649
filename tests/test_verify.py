"""Verifying: what was published is what is there, and what the store says."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from deltalake import DeltaTable
from publications import BODIES, BOURG, GARE, HEAD, METRO, VILLE, Desk, manifest
from shell import Result, begin, run
from test_publish import FILES

from socialscore.publishing import edition
from socialscore.publishing.basis import Basis
from socialscore.publishing.manifest import digest
from socialscore.publishing.verifying import Evidence, consistency, verify
from socialscore.publishing.verifying.differences import NOTHING, Difference, is_near
from socialscore.publishing.verifying.differences import told as told_in_lines
from socialscore.store.lake import Store
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.model.scoreboard import Score, Scoreboard

WEEK = "2026-W45.r2"  # the publication that most tests are about
WEEKS = ("2026-W43", "2026-W44", "2026-W44.r2", "2026-W45", WEEK)
LATER = "TIMESTAMP '2030-01-01 00:00:00'"
IN_THE_WEEK = "sent_at >= '2026-11-02T00:00:00' AND sent_at < '2026-11-08T00:00:00'"


@pytest.fixture(scope="module")
def series(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks, two of them first as provisional, which no test changes."""
    folder = tmp_path_factory.mktemp("series")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        desk = Desk(folder, project / "socialscore-data")
        desk.panel(*BODIES)
        desk.ranking()
        for as_of in ("2026-11-03", "2026-11-10", "2026-11-16T09:00"):
            desk.published(as_of, "--since", "2026-W43")
    return desk.at("")


@pytest.fixture
def weekly(series: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the series that can be changed."""
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(project / "pseudonym.key"))
    shutil.copytree(series, tmp_path / "weekly")
    for path in (tmp_path / "weekly").rglob("*.*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "weekly"


@pytest.fixture
def week(weekly: Path) -> Path:
    return weekly / WEEK


@pytest.fixture
def store(project: Path, tmp_path: Path) -> Path:
    """A copy of the store that can be changed."""
    return Path(shutil.copytree(project / "socialscore-data", tmp_path / "store"))


def problems(*arguments: object) -> list[str]:
    """What is wrong, by the command."""
    result = run("verify", *arguments)
    assert (result.code, "NOT as published" in result.out) == (3, True), result
    return _lines(result)


def verified(*arguments: object) -> str:
    """What the command says of publications with which nothing is wrong."""
    result = run("verify", *arguments)
    assert result.code == 0, result.err
    return result.out


def told(*arguments: object) -> list[str]:
    """The same, of what it says besides."""
    result = run("verify", *arguments)
    assert result.code == 0, result.err
    return _lines(result)


def _lines(result: Result) -> list[str]:
    """What is said on stderr, but for what nobody vouched for."""
    lines = [line.removeprefix(f"socialscore: {WEEK}: ") for line in result.err.splitlines()]
    return [line for line in lines if not line.endswith("nobody vouched for them")]


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file, in its own notation."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def forge(folder: Path) -> None:
    """Give the manifest the digests of the files as they are now."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {
        path.relative_to(folder).as_posix(): digest(path.read_bytes())
        for path in found
        if path.name != "manifest.json"
    }
    edit(folder / "manifest.json", lambda said: said.update(files=files))


def change_cell(folder: Path, name: str) -> None:
    """Change one number of a file that has many."""
    path = folder / name
    if name.endswith(".xlsx"):
        path.write_bytes(_with_another_cell(path.read_bytes()))
    elif name == "ranking.json":
        edit(path, lambda said: said["scores"][0].update(n_answered=0))
    else:
        sign = ";" if "fr" in name else ","
        rank = "Rang" if "fr" in name else "Rank" if "leader" in name else "rank"
        lines = path.read_bytes().decode().splitlines(keepends=True)
        cells = lines[1].split(sign)
        heads = lines[0].removeprefix("\ufeff").split(sign)
        cells[heads.index(rank)] = "9"
        path.write_bytes("".join([lines[0], sign.join(cells), *lines[2:]]).encode())


def _with_another_cell(content: bytes) -> bytes:
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as book, zipfile.ZipFile(changed, "w") as other:
        for part in book.infolist():
            data = book.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<v>4</v>", b"<v>5</v>", 1)
            other.writestr(part, data)
    return changed.getvalue()


# --- what was published ------------------------------------------------------------------------


def test_a_series_is_as_it_was_published(weekly: Path) -> None:
    out = verified(weekly)

    assert out.splitlines() == [
        f"{name}: {len(FILES)} files, 4 bodies: as published" for name in WEEKS
    ]


def test_a_series_is_what_the_store_says(weekly: Path, store: Path) -> None:
    out = verified(weekly, "--store", store)

    assert out.splitlines() == [
        f"{name}: {len(FILES)} files, 4 bodies, {n} cells computed again: as published"
        for name, n in zip(WEEKS, (236, 268, 268, 268, 268), strict=True)
    ]


def test_all_series_can_be_verified_at_once(weekly: Path) -> None:
    shutil.copytree(weekly / "2026-W43", weekly.parent / "monthly" / "2026-W43")

    out = verified(weekly.parent)

    names = ["monthly/2026-W43", *(f"weekly/{name}" for name in WEEKS)]
    assert [line.split(":")[0] for line in out.splitlines()] == names


def test_the_file_of_one_ranking_says_nothing_of_other_series(weekly: Path) -> None:
    shutil.copytree(weekly / "2026-W43", weekly.parent / "monthly" / "2026-W43")

    result = run("verify", weekly.parent, "--ranking", "weekly.toml")

    several = "there are several: monthly, weekly; name one of them"
    problem = f"socialscore: --ranking is the file of one series, and {several}\n"
    assert (result.code, result.out, result.err) == (2, "", problem)


def test_publications_can_be_named_one_by_one(weekly: Path) -> None:
    out = verified(weekly / WEEK, weekly / "2026-W44")

    assert [line.split(":")[0] for line in out.splitlines()] == [WEEK, "2026-W44"]


def test_a_folder_that_is_not_there_is_named() -> None:
    result = run("verify", "nowhere")

    assert (result.code, result.err) == (3, "socialscore: nowhere: there is no such folder\n")


def test_a_folder_of_something_else_is_named(tmp_path: Path) -> None:
    result = run("verify", tmp_path)

    assert result.code == 3
    assert "is neither a publication nor a folder of publications" in result.err


def test_a_publication_alone_is_verified_but_for_its_chain(week: Path, tmp_path: Path) -> None:
    alone = tmp_path / "download" / WEEK
    shutil.copytree(week, alone)

    assert told(alone) == [
        "not checked: 2026-W45 is not beside it",
        "not checked: 2026-W44.r2 is not beside it",
    ]


def test_nothing_is_written(week: Path, store: Path) -> None:
    def state() -> dict[Path, int]:
        places = (*week.parent.rglob("*"), *store.rglob("*"))
        return {path: path.stat().st_mtime_ns for path in places}

    before = state()
    verified(week, "--store", store)

    assert state() == before


def test_weeks_that_were_counted_or_composed_differently_are_verified(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, monkeypatch)
    desk = Desk(tmp_path, project / "socialscore-data")
    desk.panel(VILLE, BOURG, METRO)
    desk.ranking()
    desk.published("2026-10-13", "--since", "2026-W41")
    desk.panel(VILLE, GARE, METRO.replace("Métro de", "Tram de"))
    desk.published("2026-10-20")
    desk.ranking(selection="all")
    desk.published("2026-10-27")

    said = told(desk.at(""), "--store", desk.store, "--ranking", "weekly.toml")

    assert all(
        "which came later" in line or line.endswith("; panel.csv has it as published")
        for line in said
    )
    alone = tmp_path / "alone" / "2026-W42.r2"
    shutil.copytree(desk.at("2026-W42.r2"), alone)
    assert "not compared with 2026-W41" in (alone / "ranking.json").read_text(encoding="utf-8")
    assert [line.rpartition("not checked: ")[2] for line in told(alone)] == [
        "2026-W42 is not beside it",
        "2026-W41 is not beside it",
    ]


# --- what somebody changed -----------------------------------------------------------------------

TABLES = (
    "ranking.csv", "ranking.long.csv", "ranking.excel-fr.csv", "ranking.json", "ranking.xlsx",
    "leaderboard.csv", "leaderboard.fr.csv", "ranking.fr.xlsx",
)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_changed_cell_is_found_by_the_digest(name: str, week: Path) -> None:
    change_cell(week, name)

    assert f"{name}: is not the file that was published, its digest differs" in problems(week)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ranking.csv", "ranking.csv: line 2, "),
        ("ranking.long.csv", "ranking.long.csv: line 2, "),
        ("ranking.excel-fr.csv", "ranking.excel-fr.csv: line 2, "),
        ("leaderboard.csv", "leaderboard.csv: line 2, "),
        ("leaderboard.fr.csv", "leaderboard.fr.csv: line 2, "),
        ("ranking.xlsx", "ranking.xlsx: xl/worksheets/sheet1.xml, cell "),
        ("ranking.fr.xlsx", "ranking.fr.xlsx: xl/worksheets/sheet1.xml, cell "),
        ("ranking.json", "ranking.csv: line 2, "),
    ],
)
def test_a_changed_cell_whose_digest_was_forged_is_named(name: str, said: str, week: Path) -> None:
    change_cell(week, name)
    forge(week)

    found = problems(week)

    assert not any("digest" in line for line in found)
    assert any(line.startswith(said) for line in found), found


def test_a_number_that_was_changed_everywhere_is_found_with_the_store(
    week: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish_lie(week, monkeypatch)
    verified(week)

    found = problems(week, "--store", store)

    assert len(found) == 2
    assert "p90_delay: 1.5 published, " in found[0]
    assert found[0].endswith(" by the store")


def test_a_wait_that_was_changed_with_all_digests_is_found_with_the_store(
    week: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = week / "waits.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    body_id, seconds, _ = first.split(",")
    text = "\n".join([header, f"{body_id},{seconds},0.123456", *rest])
    path.write_text(f"{text}\n", encoding="utf-8", newline="")
    _write_anew(week, monkeypatch)
    verified(week)

    found, _summary = problems(week, "--store", store)

    assert found.startswith("waits.csv: ")
    assert f", {seconds}, waiting: 0.123456 published, " in found


def test_requests_of_networks_must_be_together_those_of_the_body(
    week: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = week / "networks.csv"
    cells = path.read_text(encoding="utf-8").split("\n")[1].split(",")
    line = ",".join(cells)
    more = ",".join([*cells[:2], f"{int(cells[2]) + 1}", *cells[3:]])
    text = path.read_text(encoding="utf-8").replace(line, more)
    path.write_text(text, encoding="utf-8", newline="")
    _write_anew(week, monkeypatch)

    found, _summary = problems(week)

    assert found.startswith("networks.csv: ")
    assert f"{int(cells[2]) + 1} requests over all networks, {cells[2]} by ranking.json" in found


def _publish_lie(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write all files of a publication anew, after a change of a number that nothing else needs."""
    change = lambda said: said["scores"][0].update(p90_delay=1.5)  # noqa: E731
    edit(folder / "ranking.json", change)
    _write_anew(folder, monkeypatch)


def _write_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write all files of a publication as its numbers would have them, changed as some may be."""
    written: dict[str, bytes] = {}
    with monkeypatch.context() as patch:
        made = edition.files

        def kept(*arguments: Any, **options: Any) -> dict[str, bytes]:
            written.update(made(*arguments, **options))
            return written

        patch.setattr(consistency.edition, "files", kept)
        verify(folder)
    for path, content in written.items():
        (folder / path).write_bytes(content)
    forge(folder)


def test_a_rank_must_follow_from_the_numbers(week: Path) -> None:
    first = json.loads((week / "ranking.json").read_text(encoding="utf-8"))["scores"][0]

    edit(week / "ranking.json", lambda said: said["scores"][0].update(rank=4))
    forge(week)

    cell = f"ranking.json: {first['body']}, rank: 4 published, 1 by the other files"
    assert cell in problems(week)


def test_a_comparison_must_follow_from_what_was_published_before(week: Path) -> None:
    edit(week / "ranking.json", lambda said: said["scores"][0].update(previous_rank=9))
    forge(week)

    assert any("previous_rank: 9 published" in line for line in problems(week))


def test_many_changed_cells_are_counted(week: Path) -> None:
    def change(said: dict[str, Any]) -> None:
        for line in said["scores"]:
            line.update({name: 0 for name in line if name.startswith("n_")})

    edit(week / "ranking.json", change)

    found = problems(week)

    assert sum(line.startswith("ranking.csv: line") for line in found) == 20
    assert any(line.endswith("other cells differ") for line in found)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("panel.csv", "Ville de Montsabran", "Ville de Valdoine", ".json: Ville de Valdoine, body"),
        ("panel.csv", "ville,Ville", "bourgade,Ville", "its bodies are not those of panel.csv"),
        ("panel.csv", "montsabran", "montsabrun", "manifest.json: panel_digest: "),
        ("options.json", '"horizon": 604800', '"horizon": 86400', ".json: horizon_seconds: "),
        ("options.json", '"horizon": 604800', '"horizon": "7d"', "options.json: does not say"),
        ("options.json", '"trim": 0.1', '"trim": 0.2', "manifest.json: ranking_digest: "),
        ("options.json", '"unit": "episode"', '"unit": "day"', "options.json: is not a ranking: "),
        ("method.txt", "SELECT", "SELECT DISTINCT", "method.txt: does not say what the other"),
        ("ranking.md", "The week", "The month", "ranking.md: does not say what the other files"),
        ("datapackage.json", "share", "count", "datapackage.json: does not say what the other"),
        ("ranking.json", '"rank"', '"place"', "ranking.json: is not what `publish` writes: "),
        ("ranking.json", '"title": "', '"title": "Not ', "ranking.json: title: "),
    ],
)  # fmt: skip
def test_what_was_changed_is_named_by_its_digest_and_without(
    name: str, old: str, new: str, said: str, week: Path
) -> None:
    text = (week / name).read_text(encoding="utf-8")
    assert old in text
    (week / name).write_text(text.replace(old, new), encoding="utf-8")
    by_digest = problems(week)
    forge(week)

    found = problems(week)

    assert f"{name}: is not the file that was published, its digest differs" in by_digest
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revision": 1}, "rename it back"),
        ({"period": "2026-W44"}, "rename it back"),
        ({"state": "provisional"}, 'state: "provisional" published, "final" by the other files'),
        ({"panel": "another"}, 'ranking.json: panel: "panel" published, "another" by'),
        ({"as_of": "2026-11-15T00:00:00+00:00"}, "ranking.json: as_of: "),
        ({"seen_until": "2026-11-15T00:00:00+00:00"}, "method.txt: does not say"),
        ({"panel_digest": "0" * 12}, "manifest.json: panel_digest: "),
        ({"ranking_digest": "0" * 12}, "manifest.json: ranking_digest: "),
        ({"calendars": {"office": "0" * 64}}, "manifest.json: calendars: "),
        ({"n_ignored": 3}, "ranking.json: ranking_digest: "),
        ({"compared_to": None}, "ranking.json: compared_to: "),
        ({"supersedes": None}, "manifest.json: replaces nothing, but is revision 2"),
    ],
)
def test_a_manifest_must_say_what_the_files_say(
    change: dict[str, Any], said: str, week: Path
) -> None:
    edit(week / "manifest.json", lambda manifest: manifest.update(change))

    found = problems(week)

    assert any(said in line for line in found), found


def test_another_rule_is_named(week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition, "rules", lambda: manifest(week)["rules"] | {"fr.toml": "0"})

    assert "rules/fr.toml is not that of the publication" in problems(week)


def test_a_missing_and_an_extra_file_are_named(week: Path) -> None:
    (week / "ranking.md").unlink()
    (week / "ranking.pdf").write_text("?")

    found = problems(week)

    assert "ranking.md: is missing" in found
    assert "ranking.pdf: was not published" in found


def test_an_extra_file_that_the_manifest_lists_is_named(week: Path) -> None:
    (week / "ranking.pdf").write_text("?")
    forge(week)

    assert "ranking.pdf: is not a file of this publication" in problems(week)


def test_swapped_folders_are_named(weekly: Path) -> None:
    (weekly / "2026-W44.r2").rename(weekly / "other")
    (weekly / WEEK).rename(weekly / "2026-W44.r2")
    (weekly / "other").rename(weekly / WEEK)

    found = problems(weekly)

    assert sum("its manifest is that of" in line for line in found) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2026-W44.r2", "2026-W44.r2 beside it is not the publication that it was compared to"),
        ("2026-W45", "2026-W45 beside it is not the publication that it replaces"),
    ],
)
def test_a_broken_chain_is_named(name: str, said: str, weekly: Path) -> None:
    edit(weekly / name / "manifest.json", lambda manifest: manifest.update(panel="Another"))

    assert said in problems(weekly / WEEK)


def test_a_damaged_predecessor_is_named(weekly: Path) -> None:
    change_cell(weekly / "2026-W44.r2", "ranking.json")

    found = problems(weekly / WEEK)

    assert "2026-W44.r2: ranking.json: is not the file that was published" in "\n".join(found)


@pytest.mark.parametrize("folder", ["../2026-W44.r2", "/etc", "..", "", "a" * 5000, "2026-W43"])
def test_a_predecessor_is_beside_it(folder: str, week: Path) -> None:
    other = {"folder": folder, "manifest": "0" * 64}

    edit(week / "manifest.json", lambda manifest: manifest.update(compared_to=other))

    assert any(line.startswith("manifest.json: ") for line in problems(week))


def test_another_version_is_told_and_numbers_are_compared(week: Path) -> None:
    def made_by_another(said: dict[str, Any]) -> None:
        said["versions"] |= {"socialscore": "0.0.9", "duckdb": "1.9"}
        said["rules"] |= {"fr.toml": "0" * 64}

    for path in week.iterdir():
        if path.suffix in (".csv", ".json"):
            path.write_bytes(path.read_bytes().replace(__version__.encode(), b"0.0.9"))
    edit(week / "manifest.json", made_by_another)
    forge(week)
    notes = told(week)
    change_cell(week, "ranking.csv")
    forge(week)

    found = problems(week)

    assert any(line.startswith("socialscore 0.0.9 made it, here is ") for line in notes)
    assert any(line.startswith("duckdb 1.9 made it, here is ") for line in notes)
    assert "rules/fr.toml is not that of the publication" in notes
    assert any(line.startswith("ranking.csv: line 2") for line in found)


# --- what is no publication at all ---------------------------------------------------------------

HOSTILE = (
    "", "null", "[]", "{}", "3", "NaN", '"manifest"', "{", "[" * 100_000, '{"a":' * 100_000,
    '{"scores": 3}', '{"scores": [3]}', '{"scores": [{}], "metrics": []}', "\x00", '"\\ud800"',
    '{"format": 1}', '{"format": 99}',
)  # fmt: skip


@pytest.mark.parametrize("name", ["manifest.json", "ranking.json", "options.json"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_hostile_file_is_a_problem_and_no_bug(name: str, text: str, week: Path) -> None:
    (week / name).write_text(text)
    if name != "manifest.json":
        forge(week)

    assert any(name in line for line in problems(week))


VALUES = (None, True, "x", [{}], -1, 10**400, float("nan"), "\ud800")


@pytest.mark.parametrize("first", range(len(VALUES)))
def test_a_value_of_another_kind_is_a_problem_wherever_it_stands(first: int, weekly: Path) -> None:
    folder = weekly / "2026-W43"
    values = cycle(VALUES[first:] + VALUES[:first])  # each key gets each of them once
    untouched = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in ("ranking.json", "options.json", "manifest.json"):
        document = json.loads(untouched[name])
        for key, value in zip(document, values, strict=False):
            changed = json.dumps(document | {key: value}, indent=2) + "\n"
            if json.loads(changed)[key] != document[key]:
                (folder / name).write_text(changed)

                assert verify(folder).problems, (name, key)
        (folder / name).write_bytes(untouched[name])
    document = json.loads(untouched["ranking.json"])
    for (key, right), value in zip(document["scores"][0].items(), values, strict=False):
        if value != right:
            scores = [document["scores"][0] | {key: value}, *document["scores"][1:]]
            (folder / "ranking.json").write_text(json.dumps(document | {"scores": scores}))

            assert verify(folder).problems, key


@pytest.mark.parametrize("name", ["ranking.csv", "ranking.excel-fr.csv", "ranking.xlsx"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'"', b"PK\x03\x04", b"a" * 200_000])
def test_a_table_that_is_none_is_a_problem(name: str, content: bytes, week: Path) -> None:
    (week / name).write_bytes(content)
    forge(week)

    assert any(line.startswith(f"{name}: ") for line in problems(week))


@pytest.mark.parametrize("name", ["chart.svg", "chart.fr.svg", "quotes.md", "quotes.fr.md"])
def test_another_sentence_or_picture_is_found_though_its_digest_was_forged(
    name: str, week: Path
) -> None:
    path = week / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("25", "97").replace("2026", "2025"), encoding="utf-8")
    assert f"{name}: is not the file that was published, its digest differs" in problems(week)
    forge(week)

    assert problems(week)[0] == f"{name}: does not say what the other files say"


def test_a_workbook_that_swells_is_not_unpacked(week: Path) -> None:
    with zipfile.ZipFile(week / "ranking.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        for part in zipfile.ZipFile(BytesIO(b"PK\x05\x06" + bytes(18))).namelist() or ["a.xml"]:
            bomb.writestr(part, bytes(10_000_000))
    forge(week)

    assert "ranking.xlsx: has other parts than a workbook of ours" in problems(week)


def test_links_are_not_followed(week: Path, tmp_path: Path) -> None:
    (week / "ranking.md").rename(tmp_path / "ranking.md")
    (week / "ranking.md").symlink_to(tmp_path / "ranking.md")
    (week / "calendars").symlink_to(tmp_path)

    found = problems(week)

    for name in ("ranking.md", "calendars"):
        assert f"{name}: cannot be read (it is no file but a link, a device or a pipe)" in found


def test_a_publication_that_lies_elsewhere_is_none_of_the_series(
    week: Path, tmp_path: Path
) -> None:
    week.rename(tmp_path / WEEK)
    week.symlink_to(tmp_path / WEEK)

    result = run("verify", week.parent)

    assert (result.code, result.out) == (3, "")
    assert f"{week}: is a link out of its series, which is not followed" in result.err


def test_a_link_to_a_publication_beside_it_is_followed(week: Path) -> None:
    (week.parent / "latest").symlink_to(WEEK)

    assert verified(week.parent / "latest").startswith(f"{WEEK}: ")
    assert verified(week.parent).count(f"{WEEK}: ") == 2


def test_a_pipe_is_not_waited_for(week: Path) -> None:
    (week / "ranking.md").unlink()
    os.mkfifo(week / "ranking.md")

    assert any(line.startswith("ranking.md: cannot be read") for line in problems(week))


def test_a_publication_without_a_manifest_is_named(weekly: Path) -> None:
    (weekly / WEEK / "manifest.json").unlink()

    assert any("a publication has a manifest" in line for line in problems(weekly / WEEK))


def test_a_folder_without_anything_among_publications_is_named(weekly: Path) -> None:
    (weekly / "2026-W99").mkdir()

    result = run("verify", weekly)

    assert result.code == 3
    assert "2026-W99: 0 files, 0 bodies: NOT as published, 1 problem" in result.out


# --- who vouches for it --------------------------------------------------------------------------

TRUST = "panel and options as published: nobody vouched for them"


@pytest.fixture
def desk(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A ranking whose publication somebody may forge."""
    begin(tmp_path, monkeypatch)
    desk = Desk(tmp_path, project / "socialscore-data")
    desk.panel(*BODIES)
    desk.ranking()
    return desk


def of_week(desk: Desk, *options: object) -> list[str]:
    """What is wrong with the only publication, published from what is on the desk."""
    desk.published("2026-11-16T09:00", "--period", "2026-W45", "--out", "forged")
    desk.panel(*BODIES)
    desk.ranking()
    found = problems(desk.folder / "forged", *options)[:-1]
    return [line.removeprefix("socialscore: 2026-W45: ") for line in found]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), TRUST),
        (("--store", "store"), "options as published: nobody vouched for them"),
        (("--ranking", "weekly.toml"), None),
        (("--store", "store", "--ranking", "weekly.toml"), None),
    ],
)
def test_what_nobody_vouched_for_is_said_once(
    options: tuple[str, ...], said: str | None, weekly: Path, store: Path
) -> None:
    desk = Desk(weekly.parent, store)
    desk.panel(*BODIES)
    desk.ranking()

    result = run("verify", weekly, *options)

    assert (result.code, result.err) == (0, f"socialscore: {said}\n" if said else "")


def test_a_ranking_without_a_panel_vouches_for_options_only(weekly: Path) -> None:
    (weekly.parent / "weekly.toml").write_text(
        'title = "The week"\nperiod = "last-week"\nmin_requests = 1\n'
    )

    result = run("verify", weekly, "--ranking", "weekly.toml")

    assert result.err == "socialscore: panel as published: nobody vouched for them\n"


def test_two_exchanged_names_are_found(desk: Desk) -> None:
    ville, bourg = VILLE.split(",")[1], BOURG.split(",")[1]
    desk.panel(VILLE.replace(ville, bourg), BOURG.replace(bourg, ville), METRO, GARE)

    found = of_week(desk, "--store", desk.store)

    assert found == [
        f'panel.csv: bourg, body: "{ville}" published, "{bourg}" by the store',
        f'panel.csv: ville, body: "{bourg}" published, "{ville}" by the store',
    ]


def test_what_is_promised_is_published_and_recomputed(desk: Desk, store: Path) -> None:
    bodies = (f"{VILLE},office,8h open", f"{METRO},,2h", f"{GARE},,", f"{BOURG},,")
    desk.panel(*bodies, head=f"{HEAD},calendar,promise")
    desk.ranking("[promises]", 'transport = "24h"')
    (name,) = desk.published("2026-11-16T09:00", "--period", "2026-W45")
    week = desk.at(name)

    document = json.loads((week / "ranking.json").read_text(encoding="utf-8"))

    promises = {line["body_id"]: line["promise"] for line in document["scores"]}
    assert promises == {"ville": "8h open", "metro": "2h", "gare": "24h", "bourg": ""}
    assert [line["body_id"] for line in document["scores"] if line["within_promise"] is None] == [
        "bourg"
    ]
    assert (week / "calendars" / "office.toml").exists()
    result = run("verify", week, "--store", store, "--ranking", "weekly.toml")
    assert (result.code, result.err) == (0, ""), result
    desk.ranking("[promises]", 'transport = "48h"')
    assert any("promises" in line for line in problems(week, "--ranking", "weekly.toml"))


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (METRO.replace(",transport", ",ville"), 'metro, category: "ville" published, "transport"'),
        (METRO.replace(",valdoine", ",valdoin"), 'twitter 102, handle: "valdoin" published, "val'),
        (METRO.replace("metro,", "tram,"), 'twitter 102, body_id: "tram" published, "metro" by'),
        (f"{METRO},2026-11-05", 'twitter 102, valid_from: "2026-11-05" published, null by'),
    ],
)
@pytest.mark.parametrize("options", [("--ranking", "weekly.toml"), ("--store", "store")])
@pytest.mark.usefixtures("store")
def test_whatever_a_panel_says_of_a_body_is_compared(
    forged: str, said: str, options: tuple[str, ...], desk: Desk
) -> None:
    desk.panel(VILLE, BOURG, forged, GARE, head=f"{HEAD},valid_from")

    assert any(line.startswith(f"panel.csv: {said}") for line in of_week(desk, *options))


def test_a_confusable_name_is_shown_so_that_the_difference_is_seen(desk: Desk) -> None:
    desk.panel(VILLE, BOURG, METRO.replace("Valdoine", "V\u0430ldoine"), GARE)

    found = of_week(desk, "--store", desk.store)

    shown, right = "Métro de V\\u0430ldoine", "Métro de Valdoine"
    assert found == [f'panel.csv: metro, body: "{shown}" published, "{right}" by the store']


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (("aа", "аa"), ('"a\\u0430"', '"\\u0430a"')),
        (("de\u200b Roz", "de Roz"), ('"de\\u200b Roz"', '"de Roz"')),
        (("de\xa0Roz", "de Roz"), ('"de\\u00a0Roz"', '"de Roz"')),
        (("de  Roz", "de Roz"), ('"de\\u0020 Roz"', '"de Roz"')),
        (("Me\u0301tro", "Métro"), ('"Me\\u0301tro"', '"Métro"')),
        (("l'Île", "Métro"), ('"l\'Île"', '"Métro"')),
        (("x" * 90 + "а", "x" * 90 + "a"), (f'…{"x" * 30}\\u0430"', f'…{"x" * 30}a"')),
        (("x" * 90, "y" * 90), (f'"{"x" * 59}…', f'"{"y" * 59}…')),
        ((1, NOTHING), ("1", "nothing")),
    ],
)
def test_the_difference_of_two_values_is_seen(
    values: tuple[object, object], shown: tuple[str, str]
) -> None:
    [line] = told_in_lines([Difference("", "", "title", *values)], "file", "us")

    assert line == f"file: title: {shown[0]} published, {shown[1]} by us"


def test_who_is_missing_from_a_panel_or_too_many_is_found_by_that_of_the_ranking(
    desk: Desk,
) -> None:
    desk.panel(VILLE, BOURG, METRO, "autre,Autre,,twitter,105,autre")

    found = of_week(desk, "--ranking", "weekly.toml")

    assert found == [
        'panel.csv: autre, body: "Autre" published, nothing by panel.csv',
        'panel.csv: twitter 105, body_id: "autre" published, nothing by panel.csv',
        'panel.csv: gare, body: nothing published, "Gare de Roz" by panel.csv',
        'panel.csv: twitter 103, body_id: nothing published, "gare" by panel.csv',
    ]


def test_an_account_that_ended_since_is_no_difference(desk: Desk) -> None:
    desk.published("2026-11-16T09:00", "--period", "2026-W45")
    desk.panel(f"{VILLE},2026-12-01", BOURG, METRO, GARE, head=f"{HEAD},valid_until")

    assert told(desk.at("2026-W45"), "--ranking", "weekly.toml") == []


def test_an_account_that_began_since_is_no_difference(desk: Desk) -> None:
    desk.published("2026-11-16T09:00", "--period", "2026-W45")
    since = VILLE.replace("101,montsabran", "901,mairie")
    desk.panel(f"{since},2026-12-01", *BODIES, head=f"{HEAD},valid_from")

    assert told(desk.at("2026-W45"), "--ranking", "weekly.toml") == []


def test_an_account_that_began_since_and_was_published_before_is_a_difference(desk: Desk) -> None:
    desk.panel(f"{VILLE},2026-12-01", BOURG, METRO, GARE, head=f"{HEAD},valid_from")

    found = of_week(desk, "--store", desk.store)

    assert found == [
        'panel.csv: twitter 101, valid_from: "2026-12-01" published, null by the store'
    ]


def test_an_account_that_only_the_store_has_is_told_and_no_failure(desk: Desk) -> None:
    desk.panel(VILLE, BOURG, METRO.replace("twitter,102,valdoine", ",,"))  # nor has it this body
    desk.published("2026-11-16T09:00", "--period", "2026-W45")

    said = told(desk.at("2026-W45"), "--store", desk.store)

    lacking = "panel.csv: lacks what the store has: twitter 102 of metro"
    assert said == [f"socialscore: 2026-W45: {lacking}"]


def test_a_changed_option_is_found_by_the_file_of_the_ranking(desk: Desk) -> None:
    desk.ranking(horizon="3d")

    found = of_week(desk, "--store", desk.store, "--ranking", "weekly.toml")

    assert found == ["options.json: horizon: 259200 published, 604800 by weekly.toml"]


def test_changed_opening_hours_are_found_by_the_file_of_the_ranking(ignoring: Desk) -> None:
    week = ignoring.at("2026-W43")
    calendars = Path(shutil.copytree(week / "calendars", ignoring.folder / "calendars"))
    (calendars / "office.toml").chmod(0o644)
    text = (calendars / "office.toml").read_text(encoding="utf-8")
    (calendars / "office.toml").write_text(text.replace("09:00", "08:00"), encoding="utf-8")

    found = problems(week, "--ranking", "weekly.toml")

    assert any("options.json: calendars/office.toml: " in line for line in found)


def test_what_was_renamed_later_is_told_and_no_failure(desk: Desk) -> None:
    desk.published("2026-11-03", "--period", "2026-W43")
    desk.panel(VILLE, BOURG, METRO.replace("Métro de", "Tram de"), GARE)
    desk.published("2026-11-10", "--period", "2026-W44")

    said = told(desk.at("2026-W43"), "--ranking", "weekly.toml")

    assert said == [
        'socialscore: 2026-W43: panel.csv: metro, body: "Métro de Valdoine" published, '
        '"Tram de Valdoine" by panel.csv and by 2026-W44, which came later'
    ]


def test_a_later_edition_that_is_damaged_explains_nothing(desk: Desk) -> None:
    desk.published("2026-11-03", "--period", "2026-W43")
    desk.panel(VILLE, BOURG, METRO.replace("Métro de", "Tram de"), GARE)
    desk.published("2026-11-10", "--period", "2026-W44")
    (desk.at("2026-W44") / "panel.csv").unlink()
    os.mkfifo(desk.at("2026-W44") / "panel.csv")

    found = problems(desk.at("2026-W43"), "--ranking", "weekly.toml")

    assert found[0].endswith('"Tram de Valdoine" by panel.csv')


def test_a_publication_that_was_removed_from_between_others_is_missed(weekly: Path) -> None:
    shutil.rmtree(weekly / "2026-W44.r2")

    found = problems(weekly)

    missing = "2026-W44.r2 is missing, to which it refers; earlier ones are there"
    assert sum(line.endswith(missing) for line in found) == 2


def test_a_publication_of_another_series_is_named(desk: Desk) -> None:
    desk.published("2026-11-03", "--period", "2026-W43")
    desk.ranking(name="draft", selection="all")
    desk.published("2026-11-10", "--period", "2026-W44", name="draft")
    shutil.copytree(desk.at("2026-W44", "draft"), desk.at("2026-W44"))

    found = problems(desk.at(""))

    problem = "manifest.json: is of the ranking draft, but 2026-W43 beside it of weekly"
    assert found[0] == f"socialscore: 2026-W44: {problem}"
    assert verified(desk.at("", "draft"))


def test_a_series_that_got_another_name_goes_on(desk: Desk) -> None:
    desk.published("2026-11-03", "--period", "2026-W43")
    desk.ranking(name="each-week")
    desk.at("").rename(desk.at("", "each-week"))
    desk.published("2026-11-10", "--period", "2026-W44", name="each-week")

    assert verified(desk.at("", "each-week")).count(": as published") == 2


@pytest.mark.parametrize(("factor", "n_problems"), [(1 + 1e-12, 0), (1 + 1e-8, 21)])
def test_the_last_digits_of_fractions_are_left_to_the_engine(
    factor: float, n_problems: int, week: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Basis.scoreboard

    def otherwise(basis: Basis, period: str) -> Scoreboard:
        board = counted(basis, period)
        return replace(board, scores=tuple(map(scaled, board.scores)))

    def scaled(score: Score) -> Score:
        values = score.values.items()
        return replace(
            score, values={n: it * factor if type(it) is float else it for n, it in values}
        )

    monkeypatch.setattr(Basis, "scoreboard", otherwise)

    assert len(verify(week, Evidence(Store.open(store))).problems) == n_problems


@pytest.mark.parametrize(
    ("value", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (0.3, 0.3 * (1 + 1e-8), False),
        (12, 12, True),
        (10**15, 10**15 + 1, False),
        (0.0, 6e-15, True),
        (0.0, 1e-9, False),
        (None, 0.0, False),
        ("0.3", "0.3", True),
    ],
)
def test_only_the_last_digits_of_fractions_are_left_to_the_engine(
    value: object, other: object, same: bool
) -> None:
    assert is_near(value, other) == is_near(other, value) == same


# --- what happens to a store ---------------------------------------------------------------------


def test_a_changed_row_of_the_store_is_named(week: Path, store: Path) -> None:
    table = DeltaTable(store / "message")
    table.update({"author_id": "'somebody'"}, predicate=f"author_id = '104' AND {IN_THE_WEEK}")

    found = problems(week, "--store", store)

    assert any(
        "Bourg de Lusambre, n_answered: " in line and "by the store" in line for line in found
    )


def test_a_row_that_was_added_by_hand_is_named(week: Path, store: Path) -> None:
    _remove_one(store)

    assert any("n_requests: " in line for line in problems(week, "--store", store))


def _remove_one(store: Path) -> None:
    """Take a question of the week away, and leave no word of it."""
    table = DeltaTable(store / "message")
    rows = table.to_pyarrow_table(columns=["message_id", "sent_at", "author_id"]).to_pylist()
    since, until = datetime(2026, 11, 3), datetime(2026, 11, 7)  # noqa: DTZ001 - as in the store
    asked = next(
        row["message_id"]
        for row in sorted(rows, key=lambda row: row["message_id"])
        if since < row["sent_at"] < until and len(row["author_id"]) > 3
    )
    table.delete(f"message_id = '{asked}'")


def test_expired_texts_and_compaction_change_nothing(week: Path, store: Path) -> None:
    Store.open(store).compact()

    assert run("forget", "--expired", "--store", store, "--yes").code == 0
    _blank_texts(store)

    assert told(week, "--store", store) == []


def _blank_texts(store: Path) -> None:
    DeltaTable(store / "message").update({"text": "''"})


def test_what_was_collected_since_changes_nothing(week: Path, store: Path) -> None:
    take_more(store)

    assert told(week, "--store", store) == []


def take_more(store: Path) -> None:
    """Import a message, and judge again what other rules have judged."""
    Path("more.csv").write_text(
        "message_id,author_id,sent_at,text,reply_to_id\n"
        "900001,8,2026-11-04T10:00:00Z,@montsabran Est-ce ouvert ?,\n",
        encoding="utf-8",
    )
    Path("panel.csv").write_text("\n".join([HEAD, *BODIES, ""]), encoding="utf-8")
    covers = ("--covers", "2026-11-02..2026-11-08")
    done = run("import", "more.csv", "--panel", "panel.csv", "--store", store, *covers)
    assert done.code == 0, done.err


def test_a_deletion_that_was_seen_since_changes_nothing(week: Path, store: Path) -> None:
    DeltaTable(store / "message").update(
        {"deleted_at": "sent_at", "deleted_seen_at": LATER}, predicate=IN_THE_WEEK
    )

    assert told(week, "--store", store) == []


def test_an_edit_that_was_seen_since_is_told_and_no_failure(week: Path, store: Path) -> None:
    DeltaTable(store / "message").update(
        {"question": "false", "question_mark": "false", "edited_seen_at": LATER},
        predicate=f"account_id = '104' AND author_id <> '104' AND {IN_THE_WEEK}",
    )

    said = told(week, "--store", store)

    assert said[0].endswith(" rows of Bourg de Lusambre were edited since (by 2030-01-01)")
    assert any("ranking.json: Bourg de Lusambre, n_requests: " in line for line in said[1:])


def test_what_was_judged_otherwise_since_is_told_and_no_failure(week: Path, store: Path) -> None:
    DeltaTable(store / "message").update(
        {"question": "false", "question_mark": "false", "rejudged_at": LATER},
        predicate=f"account_id = '104' AND author_id <> '104' AND {IN_THE_WEEK}",
    )

    said = told(week, "--store", store)

    assert said[0].endswith(
        " rows of Bourg de Lusambre were judged otherwise since (by 2030-01-01)"
    )
    assert any("ranking.json: Bourg de Lusambre, n_requests: " in line for line in said[1:])


def test_a_store_that_other_rules_judge_alike_says_the_same(
    week: Path, store: Path, other_rules: Callable[[], None]
) -> None:
    other_rules()
    assert told(week, "--store", store) == []

    take_more(store)

    assert told(week, "--store", store) == []


def test_what_earlier_rules_had_judged_is_not_counted_again(
    weekly: Path, store: Path, other_rules: Callable[[], None]
) -> None:
    other_rules()
    desk = Desk(weekly.parent, store)
    desk.panel(*BODIES)
    desk.ranking()
    desk.published("2026-11-16T09:00", "--period", "2026-W45")
    folder = desk.at("2026-W45")
    note = "messages were judged by earlier rules"
    assert note in (folder / "ranking.json").read_text(encoding="utf-8")

    take_more(store)

    assert told(folder, "--store", store) == []


def test_an_edit_does_not_excuse_other_bodies(week: Path, store: Path) -> None:
    DeltaTable(store / "message").update(
        {"edited_seen_at": LATER}, predicate=f"account_id = '104' AND {IN_THE_WEEK}"
    )
    DeltaTable(store / "message").update(
        {"author_id": "'somebody'"}, predicate=f"author_id = '101' AND {IN_THE_WEEK}"
    )

    found = problems(week, "--store", store)

    assert "were edited since" in found[0]
    assert any("Ville de Montsabran, n_answered: " in line for line in found)


def _forget(store: Path, *wish: str) -> None:
    done = run("forget", *wish, "--store", store, "--yes")
    assert done.code == 0, done.err


def test_an_author_who_was_forgotten_is_told_and_no_failure(
    week: Path, store: Path, project: Path
) -> None:
    rows = [line.split(",") for line in (project / "before.csv").read_text().splitlines()]
    asked = next(row for row in rows if row[2].startswith("2026-11-04") and len(row[1]) > 3)
    today = datetime.now(UTC)

    _forget(store, "--author", f"twitter:{asked[1]}")

    said = told(week, "--store", store)
    assert said[0].startswith("1 row of ")
    assert said[0].endswith(f"was erased since (author, {today:%Y-%m-%d})")
    assert any("n_requests: " in line for line in said)
    of_numbers = ("ranking.json: ", "networks.csv: ", "waits.csv: ", "since")
    assert all(any(it in line for it in of_numbers) for line in said)
    assert "as published, but for what was erased, edited or judged otherwise since" in verified(
        week, "--store", store
    )


def test_who_was_forgotten_does_not_touch_other_weeks(
    weekly: Path, store: Path, project: Path
) -> None:
    rows = [line.split(",") for line in (project / "before.csv").read_text().splitlines()]
    asked = next(row for row in rows if row[2].startswith("2026-11-04") and len(row[1]) > 3)

    _forget(store, "--author", f"twitter:{asked[1]}")

    assert told(weekly / "2026-W43", "--store", store) == []


def test_an_account_that_was_forgotten_is_told_and_no_failure(week: Path, store: Path) -> None:
    _forget(store, "--account", "twitter:104")

    said = told(week, "--store", store)

    assert "rows of Bourg de Lusambre were erased since (account, " in said[0]
    assert any('Bourg de Lusambre, reason: null published, "not-collected" by' in it for it in said)
    assert any("Ville de Montsabran, rank" in line for line in said)
    assert any(it.endswith("other cells differ") for it in said)
    assert any(it.startswith("networks.csv: Bourg de Lusambre, twitter") for it in said)


def test_what_was_forgotten_before_a_day_is_told_and_no_failure(week: Path, store: Path) -> None:
    _forget(store, "--before", "2026-11-05")

    said = told(week, "--store", store)

    assert any(line.startswith("days of Ville de Montsabran were erased") for line in said)
    assert any("were erased since (before, " in line for line in said)


def test_a_store_of_which_nothing_is_left_is_told(week: Path, store: Path) -> None:
    for body in BODIES:
        _forget(store, "--account", f"twitter:{body.split(',')[4]}")

    said = told(week, "--store", store)

    assert said[-1].startswith("cannot be computed again: ")


def test_a_store_of_something_else_is_no_fault_of_the_publication(
    week: Path, tmp_path: Path
) -> None:
    result = run("verify", week, "--store", tmp_path / "nothing")

    assert result.code == 5


# --- who is ignored ------------------------------------------------------------------------------


@pytest.fixture
def ignoring(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A publication of a ranking that ignores two authors, with opening hours."""
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(project / "pseudonym.key"))
    desk = Desk(tmp_path, project / "socialscore-data")
    bodies = (f"{body},office" for body in (VILLE, BOURG, METRO, GARE))
    desk.panel(*bodies, head=f"{HEAD},calendar")
    rows = [line.split(",") for line in (project / "before.csv").read_text().splitlines()]
    authors = [row[1] for row in rows if row[2].startswith("2026-10-2") and len(row[1]) > 3]
    desk.ranking(ignore=authors[:2], clock="business", latest=3)
    desk.published("2026-11-03", "--period", "2026-W43")
    return desk


def test_whom_a_ranking_ignores_is_taken_from_its_file(ignoring: Desk) -> None:
    folder = ignoring.at("2026-W43")

    out = verified(folder, "--store", ignoring.store, "--ranking", "weekly.toml")

    assert f"{len(FILES) + 1} files, 4 bodies, " in out
    assert verified(folder)


def test_without_the_file_the_numbers_are_not_computed(ignoring: Desk) -> None:
    found = problems(ignoring.at("2026-W43"), "--store", ignoring.store)

    assert "its ranking ignored 2 authors" in found[0]


def test_without_the_store_it_is_said_that_nobody_checked_whom_it_ignored(ignoring: Desk) -> None:
    ignoring.ranking(ignore=["1", "2"], clock="business", latest=3)

    said = told(ignoring.at("2026-W43"), "--ranking", "weekly.toml")

    assert "not checked: whom the ranking ignored, which takes --store and --ranking" in said[0]


def test_another_list_is_refused(ignoring: Desk) -> None:
    ignoring.ranking(ignore=["1", "2"])
    options = ("--store", ignoring.store, "--ranking", "weekly.toml")

    found = problems(ignoring.at("2026-W43"), *options)

    assert "its ranking ignored 2 authors, and not those of the file" in found[0]


def test_a_changed_calendar_is_named(ignoring: Desk) -> None:
    path = ignoring.at("2026-W43") / "calendars" / "office.toml"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("09:00", "08:00"), encoding="utf-8")
    by_digest = problems(path.parents[1])
    (path.parents[1] / "manifest.json").chmod(0o644)
    forge(path.parents[1])

    found = problems(path.parents[1])

    assert any("calendars/office.toml: is not the file" in line for line in by_digest)
    assert any("manifest.json: calendars: " in line for line in found)


def test_everything_that_is_wrong_with_a_calendar_is_a_problem_of_its_own(ignoring: Desk) -> None:
    path = ignoring.at("2026-W43") / "calendars" / "office.toml"
    path.chmod(0o644)
    text = path.read_text(encoding="utf-8").replace("09:00", "25:00").replace("Europe", "Eurpe")
    path.write_text(text, encoding="utf-8")
    (path.parents[1] / "manifest.json").chmod(0o644)
    forge(path.parents[1])

    found = problems(path.parents[1], "--store", ignoring.store, "--ranking", "weekly.toml")

    assert not any("2 problems" in line for line in found)
    assert any("is not a timezone" in line for line in found)
    assert any("key hours" in line for line in found)


# --- the result ----------------------------------------------------------------------------------


def test_a_result_can_be_read_by_programs(week: Path) -> None:
    found = verify(week)

    assert (found.n_files, found.n_bodies, found.n_cells) == (len(FILES), 4, 0)
    assert (found.problems, found.touched, found.notes) == ((), (), ())


def test_a_name_that_would_change_the_screen_is_told_in_one_line(week: Path) -> None:
    text = (week / "panel.csv").read_text(encoding="utf-8")
    (week / "panel.csv").write_text(
        text.replace("Ville de", "\x1b[2JVille\u202e"), encoding="utf-8"
    )
    forge(week)

    found = problems(week)

    assert all(line.isprintable() for line in found)
