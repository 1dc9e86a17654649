from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import vl_convert
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

from socialscore.reporters.charts import (
    Chart,
    Course,
    Point,
    axis_head,
    bump,
    funnel,
    mark,
    ranking,
    raster,
    shared_ranking,
    sparkline,
    standalone,
    trend,
    wait,
    week_hours,
)
from socialscore.reporters.charts.drawing import Axis, fitting, length, lines, periods_across
from socialscore.reporters.delimited import scoreboard_to_csv
from socialscore.reporters.formatting import plain_decimal
from socialscore.reporters.locale import ENGLISH, FRENCH, LOCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from socialscore.reporters.locale import Locale

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = {
    "rank": "rank",
    "rate": "response_rate",
    "low": "wilson_low",
    "high": "wilson_high",
    "requests": "n_requests",
}
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


STEPS = [(60, 0.97), (600, 0.72), (3_600, 0.55), (10_800, 0.5), (86_400, 0.2), (604_800, 0.08)]
PERIODS = [f"2026-W{week}" for week in range(44, 48)]
COURSES = [
    Course("ville", "Ville de Ker", (9, 7, 3, 2), (None, None, "up", None)),
    Course("tram", "Tram <Ker>", (1, 2, None, 6), (None, None, None, "down")),
    Course("bus", "Bus", (2, 1, 1, 1), (None, None, None, None)),
]

CHARTS: dict[str, Callable[[Locale], Chart]] = {
    "ranking": lambda it: ranking(with_rank_intervals(ordinary()), it),
    "ranking-compared": lambda it: ranking(compared(), it),
    "ranking-of-few-rows": lambda it: ranking(compared(), it, most=1),
    "ranking-of-nobody": lambda it: ranking(nothing_ranked(), it),
    "ranking-provisional": lambda it: ranking(provisional(), it),
    "funnel": lambda it: funnel(ordinary(), it),
    "funnel-of-nobody": lambda it: funnel(nothing_ranked(), it),
    "hours": lambda it: week_hours(by_hour_of_week(), it),
    "trend": lambda it: trend("Ville de Ker", "weekly", POINTS, "socialscore", it),
    "trend-narrow": lambda it: trend("Ker", "weekly", POINTS, "socialscore", it, width=400),
    "trend-of-nothing": lambda it: trend("Ker", "weekly", [Point("2026-W46", None)], "soc", it),
    "wait": lambda it: wait("Ville de Ker", "weekly", STEPS, 10_800, "socialscore", it),
    "wait-narrow": lambda it: wait("Ker", "weekly", STEPS, 86_400, "socialscore", it, width=400),
    "wait-too-long": lambda it: wait("Ker", "weekly", [(60, 0.9), (604_800, 0.6)], None, "s", it),
    "wait-of-nobody": lambda it: wait("Ker", "weekly", [], None, "socialscore", it),
    "bump": lambda it: bump("Weekly", "ranks", PERIODS, COURSES, "socialscore", it),
    "bump-of-nobody": lambda it: bump("Weekly", "ranks", PERIODS, COURSES[2:], "socialscore", it),
}
NAMES = [f"{name}.{code}" for name in CHARTS for code in LOCALES]


def example(name: str) -> Chart:
    name, _, code = name.partition(".")
    return CHARTS[name](LOCALES[code])


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_the_same_bytes_for_the_same_numbers(
    name: str, golden: Callable[[str, str], str]
) -> None:
    svg = example(name).svg

    assert svg == golden(f"charts/{name.removesuffix('.en')}.svg", svg)


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_says_in_words_what_it_shows_and_fetches_nothing(name: str) -> None:
    svg = example(name).svg
    picture = parsed(svg)

    assert picture.get("role") == "img"
    assert len(picture.findtext(f"{SVG}title") or "") > 0
    assert len(picture.findtext(f"{SVG}desc") or "") > 20
    assert svg.count("http") == 1  # the name of the format
    assert "<script" not in svg


def without_colours(element: ElementTree.Element) -> tuple[object, ...]:
    """The form of a mark: what is left of it in one colour, wherever it lies."""
    classes = {"mark": "filled", "within": "hollow"}.get(element.get("class") or "", "")
    path = (element.get("d") or "").partition(" ")[2]
    return element.tag, classes, element.get("r"), path, element.text


def test_what_differs_differs_in_form_and_not_by_colour_alone() -> None:
    moves = parsed(example("ranking-compared.en").svg)
    dots = parsed(example("funnel.en").svg).iter(f"{SVG}g")
    courses = parsed(example("bump.en").svg)

    arrows = [
        without_colours(it) for it in moves.iter() if it.get("class") in ("up end", "down end")
    ]
    inside, outside = (
        {without_colours(it.findall(f"{SVG}circle")[0]) for it in group}
        for group in split(dots, lambda it: it.get("data-outside") != "no")
    )
    up, down = (
        {without_colours(it) for it in courses.iter() if it.get("class") == f"{way} ringed"}
        for way in ("up", "down")
    )

    assert [str(it[-1])[0] for it in arrows] == ["▲", "▼"]
    assert inside
    assert outside
    assert not inside & outside
    assert up
    assert down
    assert not up & down


def split(
    marks: Iterable[ElementTree.Element], apart: Callable[[ElementTree.Element], bool]
) -> tuple[list[ElementTree.Element], list[ElementTree.Element]]:
    everything = list(marks)
    return [it for it in everything if not apart(it)], [it for it in everything if apart(it)]


@pytest.mark.parametrize("name", NAMES)
def test_everything_lies_within_the_picture(name: str) -> None:
    picture = parsed(example(name).svg)
    width, height = float(picture.get("width") or 0), float(picture.get("height") or 0)

    for each in picture.iter():
        for key, most in {"x": width, "cx": width, "y": height, "cy": height}.items():
            assert 0 <= float(each.get(key, 0)) <= most, ElementTree.tostring(each)


def ends(text: ElementTree.Element) -> tuple[float, float]:
    """Where a text begins and ends, about."""
    classes = (text.get("class") or "").split()
    small = {"soft", "name", "of-median"} & set(classes)
    size = 11 if small else float(text.get("font-size", 13))
    x, long = float(text.get("x") or 0), length(text.text or "", size)
    left = x - long if "end" in classes else x - long / 2 if "middle" in classes else x
    return left, left + long


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_cut_off_by_the_edge_of_the_picture(name: str) -> None:
    picture = parsed(example(name).svg)

    outside = [
        (it.text, ends(it))
        for it in picture.iter(f"{SVG}text")
        if ends(it)[0] < 0 or ends(it)[1] > float(picture.get("width") or 0)
    ]
    assert outside == []


def test_the_numbers_of_charts_are_those_of_the_exports() -> None:
    board = with_rank_intervals(ordinary())
    exported = {row["body_id"]: row for row in csv.DictReader(StringIO(scoreboard_to_csv(board)))}

    drawn = {
        chart: [dict(it.attrib) for it in parsed(draw(board).svg).findall(f"{SVG}g")]
        for chart, draw in {"ranking": ranking, "funnel": funnel}.items()
    }
    drawn["mark"] = [dict(parsed(mark(it, None)).attrib) for it in board.scores if it.rank]

    n_ranked = sum(it.rank is not None for it in board.scores)
    assert {chart: len(marks) for chart, marks in drawn.items()} == dict.fromkeys(drawn, n_ranked)
    for each in chain.from_iterable(drawn.values()):
        row = exported[each["data-body"]]
        for name, column in COLUMNS.items():
            assert each.get(f"data-{name}", row[column]) == row[column]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_chart(name: str) -> None:
    board = scoreboard(score(name, 40, 30, 60.0, rank=1), score(f"{name} 2", 400, 30, rank=2))
    board = replace(board, title=name)

    course = Course(name, name, (1, 2, 3, 4), ("up", None, None, None))
    charts = [
        ranking(board), funnel(board), trend(name, name, POINTS, name),
        wait(name, name, STEPS, 600, name), bump(name, name, PERIODS, [course], name),
    ]  # fmt: skip
    cells = [mark(board.scores[0], 0.5), sparkline(POINTS)]
    for svg in [*(it.svg for it in charts), *(it.inline("a") for it in charts), *cells]:
        picture = parsed(svg)
        assert "<script" not in svg
        assert all(len(it.text or "") < 130 for it in picture.iter(f"{SVG}text"))


def test_bodies_that_cannot_be_told_apart_stand_on_common_ground() -> None:
    def ranked(place: int, low: int, high: int) -> object:
        line = score(f"Body {place}", 40, 40 - 4 * place, 60.0, rank=place)
        return replace(line, rank_low=low, rank_high=high)

    lines = [ranked(1, 1, 2), ranked(2, 1, 2), ranked(3, 3, 4), ranked(4, 3, 5), ranked(5, 4, 5)]
    picture = parsed(ranking(scoreboard(*lines)).svg)  # type: ignore[arg-type]

    grounds = [it for it in picture.findall(f"{SVG}rect") if it.get("class") == "band"]
    places = [(float(it.get("y") or 0), float(it.get("height") or 0)) for it in grounds]
    assert places == [(84, 52), (84 + 4 * 26, 26)]  # the first two; and the last, not the middle


def test_a_funnel_names_who_is_farther_from_the_common_rate_than_chance_allows() -> None:
    board = scoreboard(
        score("Usual", 400, 200, 60.0, rank=2),
        score("Few", 4, 4, 60.0, rank=1),
        score("Silent", 400, 40, 60.0, rank=3),
        score("Other", 800, 500, 60.0, rank=4),
    )

    dots = parsed(funnel(board).svg).findall(f"{SVG}g")

    outside = {it.get("data-body"): it.get("data-outside") for it in dots}
    assert (outside["few"], outside["silent"], outside["other"]) == ("no", "below", "above")
    labels = {it.findtext(f"{SVG}text") for it in dots}
    assert "Silent" in labels
    assert "Few" not in labels


def test_an_hour_with_fewer_than_five_requests_is_blank() -> None:
    breakdown = by_hour_of_week()
    few = replace(breakdown.lines[0], pooled=breakdown.lines[0].pooled | {"n_requests": 4})
    enough = replace(breakdown.lines[1], pooled=breakdown.lines[1].pooled | {"n_requests": 5})

    picture = parsed(week_hours(replace(breakdown, lines=(few, enough))).svg)

    shown = [it.get("data-hour") for it in picture.findall(f"{SVG}g")]
    assert shown == [enough.label]


def test_lines_of_reference_have_their_numbers_too() -> None:
    board = ordinary()
    ranked = [it.values for it in board.scores if it.rank]
    n_answered, n_requests = (
        sum(it[name] or 0 for it in ranked) for name in ("n_answered", "n_requests")
    )

    trends, means, waits = (parsed(example(f"{it}.en").svg) for it in ("trend", "funnel", "wait"))

    shown = [it.get("data-median") for it in trends.iter(f"{SVG}g")]
    assert shown == [f"{it.median}" for it in POINTS if it.rate is not None]
    assert numbers(means, "data-mean") == [plain_decimal(n_answered / n_requests)]
    assert numbers(waits, "data-median") == ["10800"]


def numbers(picture: ElementTree.Element, name: str) -> list[str]:
    return [it.attrib[name] for it in picture.iter(f"{SVG}line") if name in it.attrib]


def test_no_line_joins_numbers_of_two_methods_or_crosses_a_gap() -> None:
    later = [replace(it, period=f"{it.period}b", method="3") for it in POINTS[:2]]

    picture = parsed(trend("Ker", "weekly", [*POINTS, *later], "socialscore").svg)

    curves = [it for it in picture.findall(f"{SVG}polyline") if it.get("class") == "curve"]
    assert [len((it.get("points") or "").split()) for it in curves] == [2, 1, 2]


def test_the_newest_period_of_an_axis_is_named_and_each_year_said_once() -> None:
    periods = [f"2026-W{it}" for it in range(48, 54)] + ["2027-W01", "2027-W02"]

    ticks = periods_across(periods, Axis(0, 7, 0, 240), FRENCH)

    assert [(it["label"], it["year"]) for it in ticks] == [
        ("S49", "2026"), ("S51", ""), ("S53", ""), ("S2", "2027")
    ]  # fmt: skip
    assert [it["x"] for it in ticks] == [34.29, 102.86, 171.43, 240]


def test_periods_have_short_names_in_each_language() -> None:
    labels = ["2026-W07", "2026-Q3", "2026-11", "2026-11-01..2026-11-09"]

    names = [[locale.short_period(it)[0] for it in labels] for locale in (ENGLISH, FRENCH)]

    assert names == [
        ["W7", "Q3", "Nov", "2026-11-01..2026-11-09"],
        ["S7", "T3", "novembre", "2026-11-01..2026-11-09"],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ville de Ker", "Ville de Ker"),
        ("W" * 40, "W" * 9 + "…"),
        ("V" * 40, "V" * 13 + "…"),
        ("市" * 40, "市" * 9 + "…"),
        ("i" * 32, "i" * 32),
        ("", ""),
    ],
)
def test_a_text_is_cut_where_its_line_ends(text: str, expected: str) -> None:
    assert fitting(text, 130, 13) == expected


def test_a_title_is_broken_between_words_and_cut_at_the_end() -> None:
    assert lines("Who answers in Armorelle?", 800, 42, most=2) == ["Who answers in Armorelle?"]
    assert lines("Who answers in Armorelle?", 400, 42, most=2) == ["Who answers in", "Armorelle?"]
    assert lines("W" * 99, 400, 42, most=2) == ["W" * 8 + "…"]
    assert lines("", 400, 42, most=2) == [""]


def test_a_value_outside_of_an_axis_lies_at_its_end() -> None:
    axis = Axis(0, 1, 100, 0)

    assert [axis.at(it) for it in (-1, 0, 0.25, 1, 2)] == [100, 100, 75, 0, 0]


@pytest.mark.parametrize("name", NAMES)
def test_the_plot_on_a_page_has_the_marks_of_the_file_and_no_style(name: str) -> None:
    chart = example(name)
    alone, on_page = parsed(chart.svg), parsed(chart.inline("c1"))

    assert marks(on_page) == marks(alone)
    assert "style" not in chart.inline("c1")
    assert {it.get("id") for it in on_page.iter() if it.get("id")} == {"c1-title", "c1-desc"}


def marks(picture: ElementTree.Element) -> list[bytes]:
    return [ElementTree.tostring(it) for it in picture.iter(f"{SVG}g")]


@pytest.mark.parametrize("name", [name for name in NAMES if "nobody" not in name])
def test_a_chart_has_a_table_of_what_it_draws(name: str) -> None:
    chart = example(name)

    assert len(chart.rows) > 0
    assert {len(row) for row in chart.rows} == {len(chart.header)}


def test_the_marks_of_a_wait_are_its_numbers() -> None:
    picture = parsed(example("wait.en").svg)

    shown = [(it.get("data-after"), it.get("data-waiting")) for it in picture.iter(f"{SVG}g")]
    assert shown == [(str(seconds), str(share)) for seconds, share in STEPS]
    assert "half have a response within 3 h" in "".join(picture.itertext())


def test_a_curve_of_waits_never_rises_and_meets_one_half_at_the_median() -> None:
    points = [(60, 0.9), (600, 0.6), (3_600, 0.6), (86_400, 0.1)]

    picture = parsed(wait("Ker", "weekly", points, 43_200.5, "s").svg)

    (curve,) = [it for it in picture.iter(f"{SVG}polyline") if it.get("class") == "curve"]
    corners = [tuple(map(float, it.split(","))) for it in (curve.get("points") or "").split()]
    assert corners == sorted(corners)  # heights are counted from above
    assert [y for _, y in corners] == sorted(y for _, y in corners)
    (half,) = [it for it in picture.iter(f"{SVG}line") if it.get("class") == "middle-line"]
    assert (float(half.get("x1") or 0), 200.0) in corners


def test_a_body_that_moved_by_chance_is_counted_and_not_drawn() -> None:
    chart = example("bump.en")

    drawn = [it.get("data-body") for it in parsed(chart.svg).iter(f"{SVG}g")]
    assert drawn == ["ville", "tram"]
    assert "not drawn: 1 body whose movement may be chance" in chart.notes


@pytest.mark.parametrize("name", ["ranking-of-nobody", "bump-of-nobody"])
def test_a_chart_without_marks_says_so_instead_of_how_to_read_them(name: str) -> None:
    chart = example(f"{name}.en")

    assert chart.notes[0] == chart.description
    assert chart.notes[0].startswith("No body")


def test_a_cell_has_the_numbers_of_its_body_and_is_a_file_with_its_colours() -> None:
    line = ordinary().scores[0]

    cell = parsed(mark(line, 0.6, FRENCH))
    alone = parsed(standalone(sparkline(POINTS)))

    assert cell.get("data-rate") == plain_decimal(line.values["response_rate"] or 0)
    assert "rang 1" in (cell.get("aria-label") or "")
    assert len(cell.findall(f"{SVG}line")) == 6  # of the axis, and the median
    assert alone.get("data-rates") == "0.5 0.62  0.7"
    assert "--ink" in (alone.findtext(f"{SVG}style") or "")
    assert "".join(parsed(axis_head()).itertext()).split() == ["0", "25", "50", "75", "100"]


@pytest.mark.parametrize("name", ["ranking.en", "wait.fr", "bump.en", "hours.fr", "funnel.en"])
def test_a_picture_for_sharing_has_its_size_and_shows_its_texts_and_marks(name: str) -> None:
    svg = raster.flat(raster.shared(example(name)))

    content = raster.to_png(example(name))

    assert content.startswith(b"\x89PNG")
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == raster.SHARED
    assert content == vl_convert.svg_to_png(svg, scale=1)
    for what in ("text", "g"):  # what is not drawn would not be missed
        without = re.sub(rf"<{what}\b.*?</{what}>", "", svg, flags=re.DOTALL)
        assert content != vl_convert.svg_to_png(without, scale=1)


def test_a_picture_does_not_hang_on_the_fonts_of_the_machine(tmp_path: Path) -> None:
    chart = CHARTS["ranking-compared"](FRENCH)
    svg, png, none = (tmp_path / name for name in ("x.svg", "x.png", "fonts.conf"))
    svg.write_text(raster.flat(raster.shared(chart)), encoding="utf-8")
    none.write_text("<fontconfig><dir>/nowhere</dir></fontconfig>", encoding="utf-8")

    code = (
        "import vl_convert, sys, pathlib; svg, png = map(pathlib.Path, sys.argv[1:]);"
        "png.write_bytes(vl_convert.svg_to_png(svg.read_text(encoding='utf-8'), scale=1))"
    )
    without_fonts = {**os.environ, "FONTCONFIG_FILE": str(none)}
    subprocess.run([sys.executable, "-c", code, svg, png], check=True, env=without_fonts)

    assert png.read_bytes() == raster.to_png(chart)


def test_a_page_of_a_chart_is_a_pdf_of_one_page() -> None:
    content = raster.to_pdf(example("trend.fr"))

    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


@pytest.mark.parametrize("name", [*HOSTILE, "var(--nothing)", 'font-family="x"', "</style>"])
def test_any_name_can_be_shared(name: str) -> None:
    board = replace(scoreboard(score(name, 40, 30, 60.0, rank=1)), title=name)

    assert raster.to_png(shared_ranking(board)).startswith(b"\x89PNG")
    assert raster.to_pdf(ranking(board)).startswith(b"%PDF")
