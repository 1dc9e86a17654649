"""`socialscore chart`, and the pictures of `rank`."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from publications import BOURG, GARE, VILLE, Desk, lay_store
from shell import Result, run

if TYPE_CHECKING:
    from collections.abc import Iterator

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", autouse=True)
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Weeks 44 and 45, published."""
    folder = lay_store(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        desk = Desk(folder, folder / "socialscore-data")
        desk.ranking()
        desk.panel(VILLE, BOURG, GARE)
        desk.published("2026-11-17", "--since", "2026-W44")
        yield


def drawn(result: Result) -> list[dict[str, str]]:
    """The attributes of the marks of a chart."""
    assert result.code == 0, result.err
    picture = ElementTree.fromstring(result.out)  # noqa: S314 - our own
    return [dict(it.attrib) for it in picture.findall(f"{SVG}g")]


def asked(*arguments: object) -> Result:
    return run(*arguments, "weekly.toml", "--period", "2026-W44", "--as-of", "2026-11-17")


def test_a_ranking_is_drawn_alike_by_both_commands() -> None:
    chart, ranked = asked("chart", "ranking"), asked("rank", "--format", "svg")

    assert chart == ranked
    assert {it["data-body"] for it in drawn(chart)} <= {"ville", "bourg", "gare"}
    assert len(drawn(chart)) > 1


def test_the_suffix_of_a_file_makes_a_picture() -> None:
    result = asked("rank", "--output", "week.svg")

    assert (result.code, result.out) == (0, "")
    assert Path("week.svg").read_text(encoding="utf-8") == asked("chart", "ranking").out


def test_a_ranking_is_shared_alike_by_both_commands() -> None:
    for command in (("chart", "ranking"), ("rank",)):
        result = asked(*command, "--labels", "fr", "--output", f"{command[0]}.png")
        assert (result.code, result.out) == (0, "")

    assert Path("rank.png").read_bytes().startswith(b"\x89PNG")
    assert Path("rank.png").read_bytes() == Path("chart.png").read_bytes()
    french = asked("rank", "--format", "svg", "--labels", "fr").out
    assert french == asked("chart", "ranking", "--labels", "fr").out
    assert "demandes" in french


def test_hours_and_funnel_are_drawn_of_a_ranking() -> None:
    hours, broken_down = (
        asked("chart", "hours"),
        asked("rank", "--by-group", "hour-of-week", "--format", "svg"),
    )

    assert hours == broken_down
    assert all(int(it["data-requests"]) >= 5 for it in drawn(hours))
    assert {it["data-body"] for it in drawn(asked("chart", "funnel"))} == {
        it["data-body"] for it in drawn(asked("chart", "ranking"))
    }


def test_a_trend_is_drawn_of_what_was_published() -> None:
    result = run("chart", "trend", "ville", "--ranking", "weekly")

    periods = [it["data-period"] for it in drawn(result)]
    assert periods == ["2026-W44", "2026-W45"]


def test_ranks_over_the_periods_are_drawn_of_what_was_published() -> None:
    assert run("chart", "bump", "weekly") == run("chart", "bump", "--ranking", "weekly")
    assert "rangs sur 2 périodes" in run("chart", "bump", "weekly", "--labels", "fr").out


def test_a_wait_is_drawn_of_what_was_published_of_the_last_period() -> None:
    folder = Path("published/weekly/2026-W45")
    with (folder / "waits.csv").open(encoding="utf-8", newline="") as file:
        published = [it for it in csv.DictReader(file) if it["body_id"] == "ville"]

    marks = drawn(run("chart", "wait", "ville", "--ranking", "weekly"))

    assert len(published) > 5
    assert [(it["data-after"], it["data-waiting"]) for it in marks] == [
        (it["after_seconds"], it["waiting"]) for it in published
    ]


def test_a_publication_without_waits_says_so(tmp_path: Path) -> None:
    shutil.copytree("published", tmp_path / "old")
    for name in ("waits.csv", "hours.csv", "networks.csv"):
        (tmp_path / "old/weekly/2026-W45" / name).unlink()

    result = run("chart", "wait", "ville", "--ranking", "weekly", "--out", tmp_path / "old")

    assert (result.code, "has no waits.csv" in result.err) == (3, True)


def test_a_sparkline_is_a_small_file_of_its_own() -> None:
    picture = ElementTree.fromstring(run("chart", "sparkline", "ville", "--ranking", "weekly").out)  # noqa: S314

    assert len((picture.get("data-rates") or "").split()) == 2


def test_a_chart_can_be_a_picture_for_sharing_and_a_page() -> None:
    for suffix, start in {"png": b"\x89PNG", "pdf": b"%PDF"}.items():
        result = asked("chart", "ranking", "--labels", "fr", "--output", f"week.{suffix}")

        assert (result.code, result.out) == (0, "")
        assert Path(f"week.{suffix}").read_bytes().startswith(start)


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)

    result = asked("chart", "ranking", "--output", "week.png")

    assert (result.code, "pip install 'socialscore[charts]'" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("chart", "rankings"), "unknown chart 'rankings'; did you mean 'ranking'?"),
        (("chart", "trend"), "of whom? Name it: chart trend BODY --ranking R"),
        (
            ("chart", "trend", "ville", "--ranking", "weekly", "--unit", "message"),
            "takes --ranking",
        ),
        (("chart", "ranking", "--ranking", "weekly"), "--ranking and --out go with trend"),
        (("chart", "bump"), "of whom? Name it: chart bump RANKING"),
        (("chart", "ranking", "--output", "x.gif"), "choose .svg, .png or .pdf"),
        (("chart", "ranking", "--labels", "fra"), "did you mean 'fr'?"),
        (
            ("chart", "sparkline", "ville", "--ranking", "weekly", "--output", "x.png"),
            "choose .svg",
        ),
        (("rank", "--format", "png"), "name its file with --output FILE.png"),
        (("rank", "--format", "svg", "--labels", "names"), "a picture is in en or fr"),
        (("rank", "--by-group", "day", "--format", "svg"), "a chart draws a ranking, or requests"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(arguments: tuple[str, ...], problem: str) -> None:
    result = run(*arguments)

    assert (result.code, problem in result.err) == (2, True), result.err
