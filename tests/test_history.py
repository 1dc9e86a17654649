"""History: what was published of a body, period after period."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from publications import BOURG, GARE, METRO, VILLE, Desk, lay_store, rows
from shell import Result, begin, run, run_apart

from socialscore.publishing.history.report import BLOCKS, sparkline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RENAMED = GARE.replace("Gare de Roz", "Gare de Roz-Lanmeur")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weeks 44 to 47 and 49, the last one provisional.

    From week 46 the bourg is not in the panel any more, the metro is, and the station is renamed.
    """
    folder = lay_store(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        desk = Desk(folder, folder / "socialscore-data")
        desk.ranking()
        desk.panel(VILLE, BOURG, GARE)
        for as_of in ("2026-11-03", "2026-11-17"):
            desk.published(as_of, "--since", "2026-W44")
        desk.panel(VILLE, METRO, RENAMED)
        desk.published("2026-12-08")
    return folder / "published"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)  # where there is no store


@pytest.fixture
def history(published: Path) -> Callable[..., Result]:
    def of(*arguments: object) -> Result:
        return run("history", *arguments, "--ranking", "weekly", "--out", published)

    return of


def table(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return result.out.splitlines()


def line(result: Result, begin: str) -> str:
    """The line that begins so."""
    return next(each for each in table(result) if each.strip().startswith(begin))


def records(result: Result) -> list[dict[str, str]]:
    assert result.code == 0, result.err
    return list(csv.DictReader(io.StringIO(result.out)))


# --- a body ------------------------------------------------------------------------------------


def test_a_body_has_a_line_per_period(
    history: Callable[..., Result], golden: Callable[[str, str], str]
) -> None:
    result = history("gare")

    text = result.out.rpartition("socialscore ")[0]  # without version and digests
    assert text == golden("history/body.txt", text)
    assert [each[:8] for each in table(result) if each.startswith("2026-W4")][:6] == [
        f"2026-W{number}" for number in range(44, 50)
    ]


def test_a_renamed_body_is_one_series_under_all_its_names(history: Callable[..., Result]) -> None:
    found = [history(name).out for name in ("gare", "Gare de Roz", "gare de roz-lanmeur")]

    assert found[0].startswith("Gare de Roz-Lanmeur\n")
    assert len(set(found)) == 1


def test_a_period_without_the_body_is_a_hole_that_says_why(history: Callable[..., Result]) -> None:
    assert "not in the panel" in line(history("metro"), "2026-W45")
    assert "not in the panel" in line(history("bourg"), "2026-W49")
    assert "not published" in line(history("gare"), "2026-W48")
    assert line(history("metro"), "response rate ").split()[-1][:2] == "··"
    assert line(history("bourg"), "response rate ").split()[-1][-4:] == "····"


def test_a_provisional_period_is_marked(history: Callable[..., Result]) -> None:
    result = history("gare")

    assert line(result, "2026-W49").startswith("2026-W49*")
    assert "* provisional: some requests of the period have not matured" in result.out


def test_the_latest_revision_counts(history: Callable[..., Result], published: Path) -> None:
    right = rows(published / "weekly" / "2026-W44.r2")["gare"]

    found = records(history("gare", "--format", "csv"))[0]

    assert (found["period"], found["revision"]) == ("2026-W44", "2")
    assert {name: found[name] for name in right} == right


def test_another_metric_can_be_drawn(history: Callable[..., Result]) -> None:
    result = history("gare", "--metric", "p90_delay")

    trend = line(result, "90 % within").split()[-1]
    assert trend[-2] == "·"
    assert max(trend.replace("·", "")) == BLOCKS[-1]
    assert sum("90 %" in each for each in table(result)) == 2  # and the head of its column


# --- all bodies ----------------------------------------------------------------------------------


def test_all_bodies_have_a_line_each(
    history: Callable[..., Result], golden: Callable[[str, str], str]
) -> None:
    result = history()

    text = result.out.rpartition("socialscore ")[0]
    assert text == golden("history/all.txt", text)
    assert line(result, "Bourg de Lusambre")  # which is in it no longer


# --- for programs --------------------------------------------------------------------------------


def test_the_csv_has_a_row_per_body_and_period(
    history: Callable[..., Result], published: Path
) -> None:
    found = records(history("--format", "csv"))

    expected = {
        (row["body_id"], period.split(".")[0])
        for period in ("2026-W44.r2", "2026-W45", "2026-W46", "2026-W49")
        for row in rows(published / "weekly" / period).values()
    }
    assert {(row["body_id"], row["period"]) for row in found} == expected
    assert len(found) == len(expected) == 12
    assert all(row["revision"] for row in found)


def test_the_csv_says_what_was_published(history: Callable[..., Result], published: Path) -> None:
    found = {row["period"]: row for row in records(history("ville", "--format", "csv"))}

    for period in ("2026-W45", "2026-W46", "2026-W49"):
        right = rows(published / "weekly" / period)["ville"]
        assert {name: found[period][name] for name in right} == right


def test_the_json_has_every_period_and_no_line_in_a_hole(history: Callable[..., Result]) -> None:
    result = history("metro", "--format", "json")

    said: dict[str, Any] = json.loads(result.out)
    periods = {each["period"]: each for each in said["periods"]}
    assert list(periods) == [f"2026-W{number}" for number in range(44, 50)]
    assert (periods["2026-W44"]["revision"], periods["2026-W48"]["revision"]) == (2, None)
    assert periods["2026-W49"]["provisional"] is True
    [body] = said["bodies"]
    assert (body["body_id"], body["body"]) == ("metro", "Métro de Valdoine")
    assert [each["period"] for each in body["series"]] == ["2026-W46", "2026-W49"]


def test_it_can_be_written_to_a_file(history: Callable[..., Result], tmp_path: Path) -> None:
    result = history("--format", "csv", "--output", tmp_path / "history.csv")

    assert (result.code, result.out) == (0, "")
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == history("--format", "csv").out


# --- the sparkline -------------------------------------------------------------------------------


def test_a_sparkline_is_as_high_as_the_values() -> None:
    assert sparkline([0.0, 0.5, 1.0, None], 1.0) == "▁▅█·"
    assert sparkline([0, 30, 60, 90], 90) == "▁▃▆█"


def test_a_sparkline_of_nothing_is_flat() -> None:
    assert sparkline([0, 0, None], 0) == "▁▁·"
    assert sparkline([-3, -1], 1) == "▁▁"


def test_a_screen_without_blocks_gets_ascii(published: Path) -> None:
    options = ("--ranking", "weekly", "--out", published)

    result = run_apart("history", "ville", *options, env={"PYTHONIOENCODING": "ascii"})

    assert result.code == 0, result.err
    assert result.out.isascii()
    assert not any(block in result.out for block in BLOCKS)
    assert set(line(result, "response rate ").split(maxsplit=2)[2]) <= set("_.-~=+*# ")


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("gard",), 2, "unknown body 'gard'; did you mean 'gare' (Gare de Roz-Lanmeur)?"),
        (("gare", "--metric", "response"), 2, "did you mean 'response_rate'?"),
        (("gare", "--format", "xml"), 2, "unknown format 'xml'"),
    ],
)
def test_what_is_not_known_is_refused(
    arguments: tuple[str, ...], code: int, said: str, history: Callable[..., Result]
) -> None:
    result = history(*arguments)

    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_a_series_that_is_not_there_is_refused(published: Path) -> None:
    result = run("history", "--ranking", "weakly.toml", "--out", published)

    assert result.code == 2
    assert "unknown series 'weakly'; did you mean 'weekly'?" in result.err


def test_where_nothing_is_published_the_way_out_is_said(tmp_path: Path) -> None:
    result = run("history", "--ranking", "weekly", "--out", tmp_path / "none")

    assert result.code == 3
    assert "run `socialscore publish RANKING` first" in result.err
