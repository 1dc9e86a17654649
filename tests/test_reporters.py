from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len
from scoreboards import (
    EXAMPLES,
    METRICS,
    PARIS,
    bands,
    business,
    by_category,
    by_hour_of_week,
    compared,
    devoted,
    nothing_ranked,
    ordinary,
    prompt,
    provisional,
    score,
    scoreboard,
    since,
)
from shell import read_only

from socialscore.errors import UnknownName, UsageError
from socialscore.model.breakdown import Line
from socialscore.model.messages import Body
from socialscore.model.scoreboard import Band, Change, Score
from socialscore.reporters import REPORTERS, formatting, render
from socialscore.reporters.console import bar
from socialscore.reporters.files import write_output
from socialscore.reporters.markdown import escaped
from socialscore.reporters.scoreboards import worded_scoreboard

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.model.breakdown import Breakdown
    from socialscore.model.scoreboard import Scoreboard

# --- golden files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(
    ("format_name", "width", "suffix"),
    [
        ("table", 80, "80.txt"),
        ("table", 120, "120.txt"),
        ("csv", 80, "csv"),
        ("json", 80, "json"),
        ("markdown", 80, "md"),
    ],
)
def test_a_report_reads_as_its_golden_file(
    name: str, format_name: str, width: int, suffix: str, golden: Callable[[str, str], str]
) -> None:
    example = EXAMPLES[name]()

    text = render(example, format_name, width=width)

    assert text == golden(f"reporters/{name}.{suffix}", text)


# --- any scoreboard -------------------------------------------------------------------------------

NAMES = st.text(min_size=1, max_size=70)
COUNTS = st.integers(0, 9_999_999)
SHARES = st.floats(0, 1)
UNITS = {
    "count": COUNTS | st.integers(-9_999_999, 0),
    "share": SHARES,
    "seconds": st.floats(0, 86_400 * 999),
}


VALUES = st.fixed_dictionaries({metric.name: st.none() | UNITS[metric.unit] for metric in METRICS})
RANKS = st.integers(1, 9_999)
DIFFERENCES = st.none() | st.floats(-1, 1)
CHANGES = st.builds(
    Change,
    VALUES,
    st.none() | RANKS,
    DIFFERENCES,
    DIFFERENCES,
    DIFFERENCES,
    st.sampled_from([None, "up", "down"]),
    st.sampled_from([None, "new", "back"]),
)
BANDS = st.lists(
    st.builds(
        Band,
        NAMES,
        st.just({"response_rate": 0.65}) | st.just({}),
        st.just({"median_delay": 900}) | st.just({}),
    ),
    max_size=3,
)


@st.composite
def scores(draw: st.DrawFn, names: st.SearchStrategy[str], *, ranked: bool) -> Score:
    category = draw(st.sampled_from(["", "city", "région", "市"]))
    body, values = Body("b", draw(names), category), draw(VALUES)
    change = draw(st.none() | CHANGES)
    if not ranked:
        reason = draw(st.sampled_from(["too-few", "suspect", "closed"]))
        return Score(body, values, reason=reason, change=change)
    rank, low, high = draw(RANKS), draw(st.none() | RANKS), draw(RANKS)
    percentile, band = draw(SHARES), draw(st.none() | names)
    return Score(
        body, values, rank, None, low, high, percentile=percentile, band=band, change=change
    )


@st.composite
def any_scoreboard(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> Scoreboard:
    ranked = draw(st.lists(scores(names, ranked=True), max_size=4))
    unranked = draw(st.lists(scores(names, ranked=False), max_size=3))
    shown = st.lists(st.sampled_from([metric.name for metric in METRICS]), unique=True)
    return scoreboard(
        *ranked,
        *unranked,
        title=draw(NAMES),
        panel=draw(NAMES),
        by=draw(st.sampled_from([metric.name for metric in METRICS if metric.better])),
        horizon=draw(st.none() | st.integers(1, 60 * 86_400)),
        provisional=draw(st.booleans()),
        show=tuple(draw(shown)),
        bands=tuple(draw(BANDS)),
        compared_to=draw(st.none() | st.just("2026-W45")),
        gone=tuple(draw(st.lists(st.builds(Body, st.just("b"), NAMES), max_size=2))),
    )


@given(any_scoreboard(), st.integers(60, 160))
@settings(max_examples=60, deadline=None)
def test_no_line_on_the_console_is_wider_than_the_screen(example: Scoreboard, width: int) -> None:
    lines = render(example, "table", width=width).splitlines()

    assert max(map(cell_len, lines)) <= width


@given(any_scoreboard(names=st.sampled_from(["Roz", "Brec'h", "Île"])), st.integers(60, 160))
@settings(max_examples=60, deadline=None)
def test_the_console_cuts_no_number(example: Scoreboard, width: int) -> None:
    columns = worded_scoreboard(example).columns
    known = {re.sub(" +", " ", cell.text) for column in columns for cell in column.cells}

    lines = _table_lines(render(example, "table", width=width))

    for line in lines:
        words = re.sub("[█▏▎▍▌▋▊▉]+", "", line)
        assert set(re.split(" {2,}", words.strip())) - {""} <= known
    assert len(lines) == sum(shown.rank is not None for shown in example.scores)


@given(any_scoreboard(), st.integers(60, 160))
@settings(max_examples=60, deadline=None)
def test_the_console_always_shows_rank_and_key(example: Scoreboard, width: int) -> None:
    columns = {column.name: column for column in worded_scoreboard(example).columns}

    text = render(example, "table", width=width)

    for column in columns and (columns["place"], columns[example.key]):
        for cell in column.cells:
            assert cell.number in text


def _table_lines(text: str) -> list[str]:
    """The lines of the first table."""
    if "No body is ranked" in text:
        return []
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("──")) + 1
    return lines[start : lines.index("", start)]


@given(any_scoreboard())
@settings(max_examples=60, deadline=None)
def test_a_csv_says_the_same_numbers(example: Scoreboard) -> None:
    rows = list(csv.DictReader(io.StringIO(render(example, "csv"), newline="")))

    assert len(rows) == len(example.scores)
    for row, shown in zip(rows, example.scores, strict=True):
        assert row["rank"] == ("" if shown.rank is None else str(shown.rank))
        for metric in METRICS:
            value = shown.values[metric.name]
            read = float(row[metric.name]) if row[metric.name] else None
            assert read == (value and round(value, 6))


@given(any_scoreboard())
@settings(max_examples=60, deadline=None)
def test_a_json_document_keeps_every_number_and_name(example: Scoreboard) -> None:
    document = json.loads(render(example, "json"))

    for read, shown in zip(document["scores"], example.scores, strict=True):
        assert read["body"] == shown.body.name
        assert {metric.name: read[metric.name] for metric in METRICS} == shown.values


@given(NAMES)
def test_a_name_in_markdown_reads_as_it_is_written(name: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| x{escaped(name)} | y |\n"

    html = MarkdownIt().enable("table").render(table).replace("\u2060", "")
    cells = re.findall(r"<td>(.*?)</td>", html)

    assert cells == [_html(f"x{formatting.one_line(name)}"), "y"]


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example/x",
        "HTTP://evil.example",
        "www.evil.example",
        "ftp://evil.example",
        "somebody@evil.example",
        "mailto:somebody@evil.example",
        "@channel",
        "@somebody",
        "owner/project#12",
        "#12",
        "GH-12",
    ],
)
def test_markdown_links_and_mentions_nobody(name: str) -> None:
    html = MarkdownIt().render(escaped(f"Ville {name}"))

    # What sites look for in the text, once escapes are undone.
    assert not re.search(r"(?i)\w://|www\.|[@#]\w|\bGH-\d|<a", html)
    assert html.replace("\u2060", "") == f"<p>Ville {name}</p>\n"


def _html(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text.strip()


# --- the registry ---------------------------------------------------------------------------------


def test_an_unknown_format_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="unknown format 'markdwon'; did you mean 'markdown'"):
        render(ordinary(), "markdwon")


@pytest.mark.parametrize("format_name", REPORTERS)
def test_every_format_ends_with_one_newline(format_name: str) -> None:
    text = render(ordinary(), format_name)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("format_name", ["csv", "json", "markdown"])
def test_only_the_table_loads_rich(format_name: str) -> None:
    program = (
        "import sys; from scoreboards import ordinary; from socialscore.reporters import render;"
        f"render(ordinary(), {format_name!r}); sys.exit('rich' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent, check=False)

    assert done.returncode == 0


# --- the console ----------------------------------------------------------------------------------


def test_there_is_no_escape_sequence_without_colour() -> None:
    assert "\x1b" not in render(ordinary(), "table", colour=False)


def test_colour_changes_nothing_but_the_colours() -> None:
    plain, coloured = (render(ordinary(), "table", colour=colour) for colour in (False, True))

    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)

    assert "\x1b[" in coloured
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(ordinary(), "table", colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")

    after = render(ordinary(), "table", colour=True)

    assert after == before


def test_a_name_cannot_send_escape_sequences_to_the_terminal() -> None:
    example = scoreboard(score("Ker\x1b[31mmor\u202evan\r", 20, 10, 60.0, rank=1))

    text = render(example, "table")

    assert "Ker [31mmor van" in text


def test_a_name_cannot_use_the_markup_of_the_table() -> None:
    example = scoreboard(score("Ker [bold]mor :smile:", 20, 10, 60.0, rank=1))

    assert "Ker [bold]mor :smile:" in render(example, "table", width=100)


def test_only_an_interval_of_none_and_all_ends_at_0_and_100() -> None:
    example = scoreboard(
        score("Kermorvan", 3_000, 2_999, 60.0, rank=1), score("Lannebec", 3_000, 1, 60.0, rank=2)
    )

    text = render(example, "markdown")

    assert ">99 % (>99–>99)" in text
    assert "<1 % (<1–<1)" in text


def test_equal_ranks_are_marked() -> None:
    places = re.findall(r"^(\d+=?)", render(ordinary(), "table"), re.MULTILINE)

    assert places == ["1", "2=", "2=", "4", "5", "6", "7"]


def test_a_delay_over_few_answers_stands_in_parentheses_and_is_explained() -> None:
    text = render(ordinary(), "table")

    assert "(12 min) " in text
    assert "( ): a delay over fewer than 5 answers\n" in text


def test_parentheses_are_not_explained_where_there_are_none() -> None:
    assert "fewer than 5 answers" not in render(provisional(), "table")


def test_parentheses_are_not_explained_where_their_column_gave_way() -> None:
    assert "fewer than 5 answers" not in render(ordinary(), "table", width=60)


def test_the_only_band_is_a_sign_behind_the_name_with_a_legend() -> None:
    text = render(devoted(), "table")

    assert "Kermorvan Télécom* " in text
    assert "* Socially Devoted: response rate at least 65 %\n" in text


@pytest.mark.parametrize("rank", [None, 1])
def test_the_table_of_reasons_too_gives_way_where_many_counts_are_shown(rank: int | None) -> None:
    counts = tuple(replace(METRICS[0], name=f"n_{n}", label="Conversations") for n in range(4))
    example = scoreboard(
        *([replace(score("Kermorvan", 20, 10), rank=rank)] if rank else []),
        score("Roz", 9, 0, reason="too-few"),
        metrics=(*METRICS, *counts),
        show=("n_requests", *(count.name for count in counts)),
    )

    text = render(example, "table", width=60)

    assert max(map(cell_len, text.splitlines())) <= 60
    assert re.search(r"^ *not ranked +requests .*because$", text, re.MULTILINE)
    assert re.search(r"^ *Roz .* 9 .*fewer than 10", text, re.MULTILINE)


def test_a_body_outside_the_only_band_has_no_sign() -> None:
    text = render(devoted(), "table")

    assert "Fibre Armorelle " in text
    assert "Petit Câble " in text


def test_conditions_of_a_band_on_several_metrics_are_joined() -> None:
    text = render(prompt(), "table", width=120)

    assert (
        "* Very responsive to messages: "
        "response rate at least 90 %, mean delay at most 15 min\n" in text
    )


def test_several_bands_are_a_column_and_a_legend() -> None:
    text = render(bands(), "table")

    assert re.search(r"^3  Trémeur-les-Bains .* Good$", text, re.MULTILINE)
    assert "\nGood: response rate at least 80 %\n" in text


def test_a_band_without_conditions_takes_all_others() -> None:
    example = replace(bands(), bands=(Band("Good", {"response_rate": 0.8}), Band("Poor")))

    assert "\nPoor: all others\n" in render(example, "table")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.65, "share", "65 %"),
        (0.995, "share", "99.5 %"),
        (900.0, "seconds", "15 min"),
        (5_430, "seconds", "5430 s"),
        (-1_000, "count", "−1,000"),
    ],
)
def test_the_limit_of_a_band_is_said_exactly(value: float, unit: str, words: str) -> None:
    assert formatting.limit(value, unit) == words


def test_the_interval_of_a_rank_stands_beside_it() -> None:
    lines = _table_lines(render(ordinary(), "table"))

    assert lines[0].startswith("1   (1–2)   Kermorvan")
    assert lines[1].startswith("2=  (2–4)   Bus de l'Aulnaie")


def test_there_is_no_column_for_intervals_of_ranks_that_nobody_has() -> None:
    text = render(provisional(), "markdown")

    assert "|  | rank (95 %) | body |" in render(ordinary(), "markdown")
    assert "|  | body |" in text


def test_a_table_shows_the_metrics_of_the_ranking_in_its_order_then_the_key() -> None:
    example = replace(business(), show=("within_8h", "n_requests"))

    assert "| body | within 8 h | requests | response rate (95 %) |" in render(example, "markdown")


def test_every_delay_over_few_answers_stands_in_parentheses() -> None:
    assert " (15 min)\n" in render(business(), "table", width=120)


def test_a_median_wait_without_an_upper_bound_is_longer_than_the_horizon() -> None:
    example = scoreboard(
        score("Kermorvan", 20, 10, 60.0, rank=1),
        metrics=(*METRICS, replace(METRICS[6], name="median_wait_high")),
        show=("median_wait_high",),
    )

    assert "> 7 d" in render(example, "markdown")


# --- the console: comparisons ---------------------------------------------------------------------


def test_a_difference_whose_interval_contains_0_has_no_arrow() -> None:
    change = since(30, 50, 42, 60)

    assert change.difference == pytest.approx(0.1)
    assert (change.low, change.high) == pytest.approx((-0.076, 0.271), abs=5e-4)
    assert re.search(r"Trémeur-les-Bains .*   \+10 \(−8–\+27\)$", _compared(), re.MULTILINE)


def test_a_difference_whose_interval_excludes_0_has_an_arrow() -> None:
    assert " ▲ +10 (+6–+13)\n" in _compared()
    assert " ▼ −49 (−59–−38)\n" in _compared()
    assert "▲ ▼: 2 of 6 differences, in points, are more than chance; about one in" in _compared()


def test_arrows_are_not_explained_where_there_are_none() -> None:
    change = since(30, 50, 42, 60, rank=1)
    example = scoreboard(
        score("Kermorvan", 60, 42, 60.0, rank=1, change=change), compared_to="2026-W45"
    )

    assert "▲" not in render(example, "table")


def test_a_movement_says_how_many_ranks_a_body_rose_or_fell() -> None:
    movements = [line.split()[1] for line in _table_lines(_compared())]

    assert movements == ["↑2", "=", "↑2", "back", "new", "↓5"]


def test_who_is_new_is_explained_and_who_is_gone_is_named() -> None:
    assert "new: not ranked in 2026-W45\n" in _compared()
    assert "back: ranked once, and not in 2026-W45\n" in _compared()
    assert "gone: Eaux de Roz, Lannebec\n" in _compared()


def test_nothing_is_compared_where_there_is_no_earlier_period() -> None:
    example = replace(compared(), compared_to=None, gone=(), ranked_before=())

    for sign in ("▲", "↑2", "new", "gone", "W45"):
        assert sign not in render(example, "table", width=120)


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.1, "+10"), (-0.081, "−8"), (0.0, "0"), (0.001, "0"), (-0.001, "0")],
)
def test_a_difference_is_said_in_points_with_its_sign(difference: float, words: str) -> None:
    assert formatting.points(difference) == words


def _compared() -> str:
    return render(compared(), "table", width=120)


# --- the console: facts ---------------------------------------------------------------------------


def test_terms_that_do_not_fit_side_by_side_stand_below_each_other() -> None:
    calendar = "calendar           every-day-9-17"

    assert f"\n{calendar}\n" in render(business(), "table", width=80)
    assert f"  {calendar}\n" in render(business(), "table", width=120)


def test_opening_hours_are_told_only_where_they_are_counted() -> None:
    assert "off-hours replies" in render(business(), "table")
    assert "off-hours replies" not in render(ordinary(), "table")


def test_strictness_is_said() -> None:
    assert "strict        yes" in render(bands(), "table")
    assert "strict        no" in render(ordinary(), "table")


def test_the_horizon_none_is_said_with_its_end() -> None:
    assert "none, until 23 Nov 2026 08:30" in render(devoted(), "table")


def test_a_provisional_ranking_says_so() -> None:
    warning = "provisional: some requests of the period have not matured\n"

    assert warning in render(provisional(), "table")
    assert warning not in render(ordinary(), "table")


def test_a_ranking_without_ranked_bodies_says_so() -> None:
    assert "No body is ranked.\n" in render(nothing_ranked(), "table")


def test_a_ranking_without_bodies_says_so() -> None:
    assert "No body is ranked: the panel has none.\n" in render(scoreboard(), "table")


def test_what_was_left_out_is_summed_over_all_bodies() -> None:
    assert "left out: 120 duplicates\n" in render(ordinary(), "table")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too-few", "fewer than 10 requests"),
        ("closed", "nobody can write there"),
        ("no-account", "has no account"),
        ("not-collected", "not collected"),
        ("low-coverage", "gaps in the collection"),
        ("suspect", "no reply at all: check the handle"),
    ],
)
def test_every_reason_is_said_in_words(reason: str, words: str) -> None:
    example = scoreboard(score("Kermorvan", 9, 0, reason=reason))

    assert words in render(example, "table")


def test_enough_requests_with_too_few_answers_are_not_called_too_few_requests() -> None:
    example = scoreboard(score("Kermorvan", 30, 4, 60.0, reason="too-few"), by="median_delay")

    assert "fewer than 5 answered" in render(example, "table")


def test_the_category_is_shown_where_there_are_several_and_room() -> None:
    assert "transport" in render(ordinary(), "table", width=120)
    assert "transport" not in render(ordinary(), "table", width=80)
    assert "category" not in render(nothing_ranked(), "table", width=120)


def test_a_narrow_screen_keeps_rank_name_requests_rate_and_key() -> None:
    text = render(devoted(), "table", width=60)

    assert re.search(r"^4  Réseau Breizel +15,240 .*32 % \(31–33\).* −5,498$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("share", "blocks"),
    [(None, ""), (0, ""), (1 / 64, "▏"), (0.5, "████"), (0.55, "████▍"), (1, "█" * 8)],
)
def test_a_bar_is_drawn_to_the_eighth_of_a_cell(share: float | None, blocks: str) -> None:
    assert bar(share, 8) == blocks


def test_a_screen_below_60_cells_gets_the_lines_for_60() -> None:
    assert render(ordinary(), "table", width=20) == render(ordinary(), "table", width=60)


# --- CSV, JSON, Markdown --------------------------------------------------------------------------


def test_the_columns_of_a_csv_keep_their_order() -> None:
    header = render(devoted(), "csv").splitlines()[0]

    assert header == (
        "rank,rank_low,rank_high,percentile,body_id,body,category,promise,"
        "n_requests,n_answered,response_rate,wilson_low,wilson_high,median_delay,median_wait,"
        "devoted_index,"
        "period,period_from,period_until,compared_to,"
        "timezone,categories,key,horizon_seconds,min_age_seconds,selection,unit,match,clock,responders,strict,"
        "min_requests,networks,kinds,exclude,include_institutions,n_ignored,replies_to_several,"
        "exclude_bursts,clock_start,calendar,off_hours_reply,latest,min_coverage,within,trim,"
        "rank_interval,icc,overridden,rho,rho_assumed,median_deff,from_counts,as_of,provisional,"
        "title,panel,preset,version,method,ranking_digest,panel_digest,"
        "band,reason"
    )


def test_a_csv_has_its_header_where_the_panel_has_no_body() -> None:
    example = scoreboard(compared_to="2026-W45")

    (header,) = csv.reader(io.StringIO(render(example, "csv")))

    assert header[-1] == "reason"
    assert "movement" in header


def test_a_csv_says_the_band_and_the_interval_of_the_rank() -> None:
    rows = list(csv.DictReader(io.StringIO(render(devoted(), "csv"))))
    sure = next(csv.DictReader(io.StringIO(render(ordinary(), "csv"))))

    assert [row["band"] for row in rows] == ["Socially Devoted", "Socially Devoted", "", "", ""]
    assert (sure["rank_low"], sure["rank_high"], sure["percentile"]) == ("1", "2", "1.0")
    assert rows[0]["rank_low"] == rows[0]["percentile"] == ""


def test_a_csv_that_compares_says_then_and_how_it_changed() -> None:
    rows = list(csv.DictReader(io.StringIO(render(compared(), "csv"))))

    names = [
        "previous_rank",
        "previous_response_rate",
        "difference",
        "direction",
        "entered",
        "movement",
    ]
    assert [rows[0][name] for name in names] == ["3", "0.704", "0.095844", "up", "", "2"]
    assert [rows[4][name] for name in names] == ["", "", "", "", "new", ""]
    assert [rows[5][name] for name in names] == ["1", "0.808333", "-0.492949", "down", "", "-5"]
    assert [rows[6]["previous_rank"], rows[6]["movement"]] == ["4", ""]
    assert rows[2]["difference_low"].startswith("-0.076")
    assert {row["compared_to"] for row in rows} == {"2026-W45"}


def test_a_csv_that_does_not_compare_has_no_such_columns() -> None:
    header = render(ordinary(), "csv").splitlines()[0].split(",")

    assert not {"previous_rank", "difference", "movement"} & set(header)


def test_a_negative_number_in_a_csv_stays_a_number() -> None:
    rows = csv.DictReader(io.StringIO(render(devoted(), "csv")))

    assert [row["devoted_index"] for row in rows] == ["3894", "54", "0", "-5498", "11"]


def test_a_csv_writes_seconds_shares_and_missing_values_plainly() -> None:
    rows = list(csv.DictReader(io.StringIO(render(ordinary(), "csv"))))

    assert rows[0]["median_delay"] == "653.0"
    assert rows[0]["response_rate"] == "0.799844"
    assert rows[8]["n_requests"] == rows[8]["response_rate"] == ""


def test_a_csv_has_unix_line_ends() -> None:
    assert "\r" not in render(ordinary(), "csv")


def test_a_json_document_declares_its_metrics_and_its_bands() -> None:
    document = json.loads(render(devoted(), "json"))

    assert document["bands"] == [
        {"label": "Socially Devoted", "at_least": {"response_rate": 0.65}, "at_most": {}}
    ]
    assert document["metrics"][-1] == {
        "name": "devoted_index",
        "label": "Devoted index",
        "label_fr": "",
        "unit": "count",
        "better": "higher",
        "description": "Devoted index, as an example.",
    }
    assert document["horizon_seconds"] is None


def test_a_json_document_that_compares_says_who_is_gone() -> None:
    document = json.loads(render(compared(), "json"))

    assert document["compared_to"] == "2026-W45"
    assert [body["body"] for body in document["gone"]] == ["Eaux de Roz", "Lannebec"]
    assert document["scores"][5]["movement"] == -5
    assert "gone" not in json.loads(render(ordinary(), "json"))


def test_a_json_document_is_refused_rather_than_written_with_nan() -> None:
    broken = Score(Body("a", "A"), {"n_requests": float("nan")}, rank=1)

    with pytest.raises(ValueError, match="not JSON compliant"):
        render(replace(ordinary(), scores=(broken,)), "json")


@pytest.mark.parametrize("name", EXAMPLES)
def test_tables_in_markdown_have_as_many_cells_in_every_row(name: str) -> None:
    html = MarkdownIt().enable("table").render(render(EXAMPLES[name](), "markdown"))

    tables = html.split("<table>")[1:]
    assert tables
    for table in tables:
        rows = [row.count("<th") + row.count("<td") for row in table.split("<tr>")[1:]]
        assert len(set(rows)) == 1


# --- breakdowns -----------------------------------------------------------------------------------


def test_a_breakdown_says_that_it_is_pooled_and_what_the_median_of_bodies_is() -> None:
    text = render(by_category(), "markdown")

    header = "| category | bodies | requests | response rate (95 %) | median of bodies |"
    assert header in text
    assert "| city | 4 | 1,428 | 78 % (75–80) | 42 % |" in text
    assert "pooled: all requests of a line together (Σk/ΣN); median of bodies: each body" in text


def test_a_line_without_requests_shows_dashes() -> None:
    text = render(by_hour_of_week(), "markdown")

    assert "| Mon 00 | 0 | 0 | – | – | – | – |" in text


def test_a_line_is_worded_like_a_body() -> None:
    text = render(by_hour_of_week(), "markdown")

    assert "| Mon 01 | 1 | 3 | 33 % (6–79) | 33 % | (7 h 00) | > 7 d |" in text


def test_a_narrow_screen_keeps_label_requests_and_both_rates_of_a_breakdown() -> None:
    text = render(by_hour_of_week(), "table", width=60)

    assert re.search(r"^Mon 02 +1,204 +>99 % \(>99–>99\) +75 % ", text, re.MULTILINE)


def test_a_breakdown_without_lines_says_so() -> None:
    assert "There is no request to break down.\n" in render(_without_lines(), "table")


def test_a_csv_of_a_breakdown_without_lines_has_its_header() -> None:
    (header,) = csv.reader(io.StringIO(render(_without_lines(), "csv")))

    assert header[:4] == ["by", "label", "n_bodies", "n_requests"]


def test_a_nameless_line_is_a_dash() -> None:
    nameless = Line("", 1, by_category().lines[0].pooled, {})

    text = render(replace(by_category(), lines=(nameless,)), "markdown")

    assert "| – | 1 | 1,428 |" in text


def test_a_csv_of_a_breakdown_has_every_metric_pooled_and_then_as_the_median_of_bodies() -> None:
    first, *others = csv.DictReader(io.StringIO(render(by_category(), "csv")))

    assert (first["by"], first["label"], first["n_bodies"]) == ("category", "city", "4")
    assert first["response_rate"] == "0.77521"
    assert first["median_of_bodies_response_rate"] == "0.42"
    assert first["median_of_bodies_median_delay"] == "677.0"
    assert "median_of_bodies_n_requests" not in first
    assert first["panel"] == others[2]["panel"] == "Towns and services of Armorelle"


def test_a_json_document_of_a_breakdown_keeps_pooled_and_median_of_bodies_apart() -> None:
    document = json.loads(render(by_category(), "json"))

    assert document["by"] == "category"
    assert document["lines"][0]["pooled"]["n_requests"] == 1_428
    assert document["lines"][0]["median_of_bodies"] == {
        "response_rate": 0.42,
        "median_delay": 677.0,
    }


def _without_lines() -> Breakdown:
    return replace(by_category(), lines=())


# --- numbers that people read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (45.4, "45 s"),
        (59.5, "1 min"),
        (653.0, "11 min"),
        (3_569, "59 min"),
        (3_570, "1 h 00"),
        (7_500, "2 h 05"),
        (86_369, "23 h 59"),
        (86_370, "1 d 00 h"),
        (273_600, "3 d 04 h"),
    ],
)
def test_a_duration_is_rounded_to_the_last_unit_shown(seconds: float | None, words: str) -> None:
    assert formatting.duration(seconds) == words


@given(st.floats(0, 10_000_000), st.floats(0, 10_000_000))
def test_a_longer_delay_never_reads_shorter(one: float, other: float) -> None:
    shorter, longer = sorted([one, other])

    assert _seconds(formatting.duration(shorter)) <= _seconds(formatting.duration(longer))


@given(st.floats(0, 86_399), st.floats(0.0001, 60))
def test_near_the_change_of_units_too_a_longer_delay_never_reads_shorter(
    delay: float, more: float
) -> None:
    assert _seconds(formatting.duration(delay)) <= _seconds(formatting.duration(delay + more))


@given(st.floats(0, 10_000_000))
def test_a_duration_reads_within_half_of_its_last_unit(seconds: float) -> None:
    words = formatting.duration(seconds)

    last_unit = 3_600 if "d" in words else 60 if "h" in words or "min" in words else 1
    assert abs(_seconds(words) - seconds) <= last_unit / 2


def _seconds(words: str) -> int:
    if match := re.fullmatch(r"(\d+) d (\d\d) h", words):
        return int(match[1]) * 86_400 + int(match[2]) * 3_600
    if match := re.fullmatch(r"(\d+) h (\d\d)", words):
        return int(match[1]) * 3_600 + int(match[2]) * 60
    number, unit = words.split(" ")
    return int(number) * {"s": 1, "min": 60}[unit]


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "–"), (0, "0 %"), (0.001, "<1 %"), (0.72, "72 %"), (0.996, ">99 %"), (1, "100 %")],
)
def test_only_none_and_all_read_as_0_and_100(share: float | None, words: str) -> None:
    assert formatting.share(share) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (1_574_775, "1,574,775"), (-619_819, "−619,819")]
)
def test_thousands_are_set_apart(value: int | None, words: str) -> None:
    assert formatting.count(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(604_800, "7 d"), (86_400, "1 d"), (129_600, "36 h"), (5_400, "90 min"), (61, "61 s")],
)
def test_a_horizon_is_said_exactly(seconds: int, words: str) -> None:
    assert formatting.span(seconds) == words


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ((2026, 11, 9), (2026, 11, 16), "9–15 Nov 2026"),
        ((2026, 11, 9), (2026, 11, 10), "9 Nov 2026"),
        ((2026, 10, 26), (2026, 11, 2), "26 Oct – 1 Nov 2026"),
        ((2025, 12, 29), (2026, 1, 5), "29 Dec 2025 – 4 Jan 2026"),
        ((2026, 11, 9, 8), (2026, 11, 10), "9 Nov 2026 08:00 – 10 Nov 2026 00:00"),
    ],
)
def test_a_period_is_said_by_its_first_and_last_day(
    since: tuple[int, ...], until: tuple[int, ...], words: str
) -> None:
    assert formatting.days(datetime(*since, tzinfo=PARIS), datetime(*until, tzinfo=PARIS)) == words


def test_as_of_is_said_in_the_timezone_of_the_ranking() -> None:
    example = scoreboard(as_of=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))

    assert "2 Jul 2026 00:30" in render(example, "markdown")


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_written_whole_with_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    umask = os.umask(0o027)

    try:
        write_output(path, "é\n")
    finally:
        os.umask(umask)

    assert path.read_bytes() == "é\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old, and longer")
    path.chmod(0o604)

    write_output(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_who_has_the_old_file_open_goes_on_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")

    with path.open() as reader:
        write_output(path, "new")

        assert reader.read() == "old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "scores.csv", tmp_path / "latest.csv"
    target.write_text("old")
    link.symlink_to(target)

    write_output(link, "new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    link.symlink_to("scores.csv")

    write_output(link, "new")

    assert link.is_symlink()
    assert (tmp_path / "scores.csv").read_text() == "new"


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    link.symlink_to(link)

    with pytest.raises(UsageError, match=r"latest\.csv: is a circular symbolic link"):
        write_output(link, "new")


def test_a_folder_as_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; name a file in it"):
        write_output(tmp_path, "new")


def test_a_missing_folder_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*/missing; create it first"):
        write_output(tmp_path / "missing" / "scores.csv", "new")


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name, read_only(Path(name)):
        problem = pytest.raises(UsageError, match=r"cannot be written \(Permission denied\)")
        with problem:
            write_output(Path(name) / "scores.csv", "new")


def test_a_name_that_the_disk_refuses_is_said_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written \(File name too long\)"):
        write_output(tmp_path / ("x" * 300), "new")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")
    program = (
        "import resource, signal, sys; from pathlib import Path;"
        "from socialscore.errors import UsageError;"
        "from socialscore.reporters.files import write_output;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        f"write_output(Path({str(path)!r}), 'x' * 100_000)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert "UsageError" in done.stderr
    assert "cannot be written (File too large)" in done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_device_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\)"):
        write_output(Path("/dev/full"), "new")


def test_a_device_is_written_to_and_stays_a_device() -> None:
    write_output(Path("/dev/null"), "new")

    assert Path("/dev/null").is_char_device()


def test_a_named_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_output(pipe, "new")

    reader.join(timeout=10)
    assert read == ["new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_standard_output_that_leads_to_a_file_is_not_replaced(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "redirected.txt"
    path.write_text("before\n")
    program = (
        "import sys; from pathlib import Path;"
        "from socialscore.reporters.files import write_output;"
        "write_output(Path('/dev/stdout'), 'new')"
    )

    with path.open(mode) as stdout:
        subprocess.run([sys.executable, "-c", program], stdout=stdout, check=True)

    assert path.read_text() == ("new" if mode == "wb" else "before\nnew")
