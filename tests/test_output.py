"""`--format` of the commands that list something, and what the suffix of a file means."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from publications import BODIES, Desk
from python_calamine import load_workbook
from shell import Result, begin, run

LISTINGS = {
    "status": ("status",),
    "runs": ("status", "--runs"),
    "store check": ("store", "check"),
    "adoption": ("adoption",),
    "check": ("check", "wrong.toml"),
    "panel": ("panel", "check", "panel.csv"),
    "wrong panel": ("panel", "check", "weekly.toml"),
    "presets": ("presets",),
    "one preset": ("presets", "sprout"),
    "metrics": ("metrics",),
    "one metric": ("metrics", "deff"),
    "auth check": ("auth", "check", "twitter"),
    "verify": ("verify", "published"),
}
CODES = {"check": 3, "wrong panel": 3, "auth check": 4, "verify": 3}


@pytest.fixture(scope="module")
def folder(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication, one of whose files was changed, and a ranking with mistakes."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        desk = Desk(folder, project / "socialscore-data")
        desk.panel(*BODIES)
        desk.ranking()
        desk.ranking(unit="mesage", name="wrong")
        desk.published("2026-11-16T09:00", "--since", "2026-W43")
        desk.at("2026-W43").joinpath("ranking.md").write_text("Changed.", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _there(folder: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOCIALSCORE_STORE", str(project / "socialscore-data"))
    monkeypatch.delenv("SOCIALSCORE_TWITTER_BEARER_TOKEN", raising=False)


def listed(name: str, *more: str) -> Result:
    result = run(*LISTINGS[name], *more)
    assert result.code == CODES.get(name, 0), result.err
    return result


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTINGS)
def test_lists_have_the_same_names_and_rows_in_csv_and_json(name: str) -> None:
    header, *rows = csv.reader(listed(name, "--format", "csv").out.splitlines(keepends=True))

    records = json.loads(listed(name, "--format", "json").out)

    assert all(list(record) == header for record in records)
    assert len(records) == len(rows)
    assert bool(rows) == (name != "store check")


@pytest.mark.parametrize("name", LISTINGS)
def test_the_table_is_what_a_list_is_without_format(name: str) -> None:
    assert listed(name, "--format", "table").out == listed(name).out


@pytest.mark.parametrize("name", LISTINGS)
def test_a_format_that_there_is_not_is_likened_to_one(name: str) -> None:
    result = run(*LISTINGS[name], "--format", "cvs")

    assert (result.code, result.out) == (2, "")
    assert "unknown format 'cvs'; did you mean 'csv'?" in result.err


def test_shares_are_numbers() -> None:
    known = json.loads(run("adoption", "--format", "json").out)

    assert {record["adoption"] for record in known} == {1.0}
    assert [record["category"] for record in known] == ["transport", "ville"]
    assert {type(record["active_adoption"]) for record in known} == {float}


def test_a_problem_stands_beside_its_place() -> None:
    (row,) = csv.DictReader(listed("check", "--format", "csv").out.splitlines())

    lines = Path("wrong.toml").read_text(encoding="utf-8").splitlines()
    assert (row["file"], row["key"]) == ("wrong.toml", "unit")
    assert lines[int(row["line"]) - 1] == 'unit = "mesage"'
    assert row["problem"].startswith("unknown unit 'mesage'; did you mean")


def test_a_list_for_spreadsheets_runs_no_formula_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text('body_id,body,category,network,account_id,handle\na,A,"=1+1,x",twitter,101,a\n')

    (row,) = csv.DictReader(run("adoption", "--panel", path, "--format", "csv").out.splitlines())

    assert row["category"] == "'=1+1,x"


def test_verify_says_of_each_publication_what_is_wrong_with_it() -> None:
    records = json.loads(listed("verify", "--format", "json").out)

    wrong = {record["publication"]: record["problems"] for record in records}
    assert {record["publication"]: record["as_published"] for record in records} == {
        name: not problems for name, problems in wrong.items()
    }
    assert "ranking.md" in " ".join(wrong["2026-W43"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("auth", "clear", "twitter"), "--format is for `socialscore auth check`"),
        (("audit", "weekly.toml"), "--format is of the figures that --read prints"),
    ],
)
def test_what_lists_nothing_has_no_format(arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments, "--format", "json")

    assert result.code == 2
    assert says in result.err


# --- files ----------------------------------------------------------------------------------------

RANK = ("rank", "weekly.toml", "--period", "2026-W45")
HISTORY = ("history", "--ranking", "weekly")
EXPLAIN = ("explain", "ville", "--period", "2026-W45")
BEGINNINGS = {
    ".txt": "The week",
    ".csv": "rank,",
    ".json": "{\n",
    ".md": "# The week",
    ".CSV": "rank,",
}


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_the_suffix_decides_the_format_where_nobody_names_one(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ranking{suffix}"

    result = run(*RANK, "--output", path)

    assert (result.code, result.out) == (0, "")
    assert path.read_text(encoding="utf-8").startswith(BEGINNINGS[suffix])
    assert "\x1b" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [HISTORY, EXPLAIN])
def test_every_command_that_writes_a_file_goes_by_its_suffix(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    for suffix, beginning in ((".csv", "sent_at,|rank,"), (".json", "{\n")):
        path = tmp_path / f"result{suffix}"

        result = run(*command, "--output", path)

        assert result.code == 0, result.err
        assert path.read_text(encoding="utf-8").startswith(tuple(beginning.split("|")))


@pytest.mark.parametrize(
    ("command", "sheets"),
    [
        ((*RANK, "--by-group", "category"), ["Breakdown"]),
        ((*RANK, "--sensitivity"), ["Sensitivity"]),
        (HISTORY, ["History"]),
    ],
)
def test_a_workbook_has_the_rows_of_the_csv(
    tmp_path: Path, command: tuple[str, ...], sheets: list[str]
) -> None:
    result = run(*command, "--output", tmp_path / "result.xlsx")
    assert result.code == 0, result.err
    plain = run(*command, "--format", "csv")

    workbook = load_workbook(tmp_path / "result.xlsx")

    header, *rows = csv.reader(plain.out.splitlines())
    found = workbook.get_sheet_by_index(0).to_python()
    assert workbook.sheet_names == sheets
    assert len(found) == len(rows) + 1
    if len(sheets) == 1:
        assert found[0] == header


@pytest.mark.parametrize(
    ("labels", "sheet"),
    [
        ((), "Leaderboard"),
        (("--labels", "en"), "Leaderboard"),
        (("--labels", "fr"), "Classement"),
    ],
)
def test_the_workbook_of_a_ranking_is_in_the_language_of_the_labels(
    tmp_path: Path, labels: tuple[str, ...], sheet: str
) -> None:
    result = run(*RANK, *labels, "--output", tmp_path / "result.xlsx")
    assert result.code == 0, result.err
    plain = run(*RANK, "--format", "csv")

    workbook = load_workbook(tmp_path / "result.xlsx")

    assert workbook.sheet_names[0] == sheet
    assert len(workbook.get_sheet_by_index(1).to_python()) == len(plain.out.splitlines())


def test_the_workbook_of_a_breakdown_takes_labels_in_its_header(tmp_path: Path) -> None:
    result = run(*RANK, "--by-group", "day", "--labels", "fr", "--output", tmp_path / "result.xlsx")
    assert result.code == 0, result.err

    workbook = load_workbook(tmp_path / "result.xlsx")

    assert workbook.get_sheet_by_index(0).to_python()[0][:3] == ["Par", "Ligne", "Organismes"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            (*RANK, "--output", "x.foo"),
            "choose .txt, .csv, .json, .md, .xlsx, .svg or .png, or add",
        ),
        ((*EXPLAIN, "--output", "x.md"), "choose .txt, .csv or .json, or add --format"),
        ((*RANK, "--output", "x.csv", "--format", "json"), "means csv, and --format says json"),
        ((*RANK, "--output", "x.txt", "--format", "csv"), "means table, and --format says csv"),
        ((*RANK, "--output", "x.csv", "--sql"), "no format has that suffix; choose .sql"),
        ((*RANK, "--format", "xlsx"), "name its file with --output FILE.xlsx"),
        ((*RANK, "--output", "x.json", "--labels", "fr"), "--labels needs --format csv"),
        ((*RANK, "--output", "x.xlsx", "--labels", "names"), "a workbook of a ranking is in en or"),
        ((*RANK, "--output", "x.xlsx", "--csv-dialect", "excel-fr"), "needs --format csv or lead"),
        ((*RANK, "--output", "x.json", "--format", "leaderboard"), "and --format says leaderboard"),
        ((*RANK, "--format", "leaderboard", "--by-group", "day"), "lists the bodies of a ranking"),
        ((*RANK, "--format", "leaderboard", "--sensitivity"), "lists the bodies of a ranking"),
    ],
)
def test_a_suffix_that_fits_nothing_is_refused(
    folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = run(*arguments)

    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert not list(folder.glob("x.*"))


def test_a_suffix_of_ones_own_takes_the_format_that_is_named(tmp_path: Path) -> None:
    for name in ("ranking.data", "ranking"):
        assert run(*RANK, "--format", "csv", "--output", tmp_path / name).code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("rank,")


def test_a_french_csv_needs_no_format_beside_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "classement.csv"

    assert run(*RANK, "--csv-dialect", "excel-fr", "--output", path).code == 0

    assert path.read_text(encoding="utf-8").startswith("\ufeffrank;")


def test_a_script_goes_to_a_file_of_sql(tmp_path: Path) -> None:
    assert run(*RANK, "--sql", "--output", tmp_path / "x.sql").code == 0

    assert (tmp_path / "x.sql").read_text(encoding="utf-8").startswith("-- The week")
