from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from scoreboards import (
    by_hour_of_week,
    compared,
    nothing_ranked,
    ordinary,
    provisional,
    score,
    scoreboard,
    with_rank_intervals,
)

from socialscore.reporters.charts import Point, funnel, hours, ranking, trend
from socialscore.reporters.charts.drawing import Axis, fitting

if TYPE_CHECKING:
    from collections.abc import Callable

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'&]]>",
    "Ville\x00 de \x1b[31mRouge",
    "\u202eelliV",
    "بلدية",
    "W" * 300,
    "",
]

POINTS = (
    Point("2026-W44", 0.5, 0.31, 0.69, 28, 0.6, "2"),
    Point("2026-W45", 0.62, 0.45, 0.77, 34, 0.61, "2"),
    Point("2026-W46", None, median=0.58, method="2"),
    Point("2026-W47", 0.7, 0.52, 0.83, 30, 0.59, "2"),
)


def example_trend() -> str:
    return trend("Ville de Ker", "weekly · share of requests answered", POINTS, "socialscore")


CHARTS: dict[str, Callable[[], str]] = {
    "ranking": lambda: ranking(with_rank_intervals(ordinary())),
    "ranking-compared": lambda: ranking(compared()),
    "ranking-of-nobody": lambda: ranking(nothing_ranked()),
    "ranking-provisional": lambda: ranking(provisional()),
    "funnel": lambda: funnel(ordinary()),
    "funnel-of-nobody": lambda: funnel(nothing_ranked()),
    "hours": lambda: hours(by_hour_of_week()),
    "trend": example_trend,
    "trend-of-nothing": lambda: trend("Ker", "weekly", [Point("2026-W46", None)], "socialscore"),
}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_the_same_bytes_for_the_same_numbers(
    name: str, golden: Callable[[str, str], str]
) -> None:
    svg = CHARTS[name]()

    assert svg == golden(f"charts/{name}.svg", svg)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_says_in_words_what_it_shows_and_fetches_nothing(name: str) -> None:
    svg = CHARTS[name]()
    picture = parsed(svg)

    assert picture.get("role") == "img"
    assert len(picture.findtext(f"{SVG}title") or "") > 0
    assert len(picture.findtext(f"{SVG}desc") or "") > 20
    assert svg.count("http") == 1  # the name of the format
    assert "<script" not in svg


@pytest.mark.parametrize("name", CHARTS)
def test_everything_lies_within_the_picture(name: str) -> None:
    picture = parsed(CHARTS[name]())
    width, height = float(picture.get("width") or 0), float(picture.get("height") or 0)

    for each in picture.iter():
        for key, most in {"x": width, "cx": width, "y": height, "cy": height}.items():
            assert 0 <= float(each.get(key, 0)) <= most, ElementTree.tostring(each)


def test_the_numbers_of_a_ranking_stand_in_its_chart() -> None:
    board = with_rank_intervals(ordinary())

    rows = parsed(ranking(board)).findall(f"{SVG}g")

    ranked = [it for it in board.scores if it.rank is not None]
    assert [it.get("data-body") for it in rows] == [it.body.body_id for it in ranked]
    for row, line in zip(rows, ranked, strict=True):
        assert row.get("data-rank") == str(line.rank)
        for name, metric in {
            "rate": "response_rate",
            "low": "wilson_low",
            "high": "wilson_high",
            "requests": "n_requests",
        }.items():
            assert row.get(f"data-{name}") == str(line.values[metric])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_chart(name: str) -> None:
    board = scoreboard(score(name, 40, 30, 60.0, rank=1), score(f"{name} 2", 400, 30, rank=2))
    board = replace(board, title=name)

    for svg in (ranking(board), funnel(board), trend(name, name, POINTS, name)):
        picture = parsed(svg)
        assert "<script" not in svg
        assert all(len(it.text or "") < 130 for it in picture.iter(f"{SVG}text"))


def test_bodies_that_cannot_be_told_apart_stand_on_common_ground() -> None:
    def ranked(place: int, low: int, high: int) -> object:
        line = score(f"Body {place}", 40, 40 - 4 * place, 60.0, rank=place)
        return replace(line, rank_low=low, rank_high=high)

    lines = [ranked(1, 1, 2), ranked(2, 1, 2), ranked(3, 3, 4), ranked(4, 3, 5), ranked(5, 4, 5)]
    picture = parsed(ranking(scoreboard(*lines)))  # type: ignore[arg-type]

    grounds = [it for it in picture.findall(f"{SVG}rect") if it.get("class") == "band"]
    assert [float(it.get("height") or 0) for it in grounds] == [52]  # the first two
    assert float(grounds[0].get("y") or 0) == 84


def test_a_funnel_names_who_is_farther_from_the_common_rate_than_chance_allows() -> None:
    board = scoreboard(
        score("Usual", 400, 200, 60.0, rank=2),
        score("Few", 4, 4, 60.0, rank=1),
        score("Silent", 400, 40, 60.0, rank=3),
        score("Other", 800, 500, 60.0, rank=4),
    )

    dots = parsed(funnel(board)).findall(f"{SVG}g")

    outside = {it.get("data-body"): it.get("data-outside") for it in dots}
    assert (outside["few"], outside["silent"], outside["other"]) == ("no", "below", "above")
    labels = {it.findtext(f"{SVG}text") for it in dots}
    assert "Silent" in labels
    assert "Few" not in labels


def test_an_hour_with_fewer_than_five_requests_is_blank() -> None:
    breakdown = by_hour_of_week()
    few = replace(breakdown.lines[0], pooled=breakdown.lines[0].pooled | {"n_requests": 4})
    enough = replace(breakdown.lines[1], pooled=breakdown.lines[1].pooled | {"n_requests": 5})

    picture = parsed(hours(replace(breakdown, lines=(few, enough))))

    shown = [it.get("data-hour") for it in picture.findall(f"{SVG}g")]
    assert shown == [enough.label]


def test_no_line_joins_numbers_of_two_methods_or_crosses_a_gap() -> None:
    later = [replace(it, period=f"{it.period}b", method="3") for it in POINTS[:2]]

    picture = parsed(trend("Ker", "weekly", [*POINTS, *later], "socialscore"))

    curves = [it for it in picture.findall(f"{SVG}polyline") if it.get("class") == "curve"]
    assert [len((it.get("points") or "").split()) for it in curves] == [2, 1, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ville de Ker", "Ville de Ker"), ("W" * 40, "W" * 10 + "…"), ("i" * 32, "i" * 32), ("", "")],
)
def test_a_text_is_cut_where_its_line_ends(text: str, expected: str) -> None:
    assert fitting(text, 130, 13) == expected


def test_a_value_outside_of_an_axis_lies_at_its_end() -> None:
    axis = Axis(0, 1, 100, 0)

    assert [axis.at(it) for it in (-1, 0, 0.25, 1, 2)] == [100, 100, 75, 0, 0]
