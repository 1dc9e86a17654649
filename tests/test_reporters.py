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
    devoted,
    nothing_ranked,
    ordinary,
    provisional,
    score,
    scoreboard,
)
from shell import read_only

from socialscore.errors import UnknownName, UsageError
from socialscore.model import Body, Score
from socialscore.reporters import REPORTERS, humane, render
from socialscore.reporters.console import bar
from socialscore.reporters.files import write_atomically
from socialscore.reporters.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.model import Scoreboard

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


@st.composite
def scores(draw: st.DrawFn, *, ranked: bool) -> Score:
    values = {metric.name: draw(st.none() | UNITS[metric.unit]) for metric in METRICS}
    body = Body(draw(NAMES), draw(NAMES), draw(st.sampled_from(["", "city", "région", "市"])))
    if ranked:
        return Score(body, values, rank=draw(st.integers(1, 99)))
    return Score(body, values, reason=draw(st.sampled_from(["too-few", "suspect", "closed"])))


@st.composite
def any_scoreboard(draw: st.DrawFn) -> Scoreboard:
    ranked = draw(st.lists(scores(ranked=True), max_size=4))
    unranked = draw(st.lists(scores(ranked=False), max_size=3))
    return scoreboard(
        *ranked,
        *unranked,
        title=draw(NAMES),
        panel=draw(NAMES),
        key=draw(st.sampled_from([metric.name for metric in METRICS if metric.better])),
        horizon_seconds=draw(st.none() | st.integers(1, 60 * 86_400)),
        provisional=draw(st.booleans()),
        badge=draw(
            st.just({})
            | st.just({"label": "Prompt", "metric": "median_delay", "at_least": 60})
            | st.just({"label": "Devoted", "metric": "response_rate", "at_least": 0.65})
        ),
    )


@given(any_scoreboard(), st.integers(60, 160))
@settings(max_examples=60, deadline=None)
def test_no_line_on_the_console_is_wider_than_the_screen(example: Scoreboard, width: int) -> None:
    lines = render(example, "table", width=width).splitlines()

    assert max(map(cell_len, lines)) <= width


@given(any_scoreboard(), st.integers(60, 160))
@settings(max_examples=60, deadline=None)
def test_the_console_cuts_no_number(example: Scoreboard, width: int) -> None:
    text = render(example, "table", width=width)

    for shown in example.scores:
        assert humane.count(shown.values["n_requests"]) in text
        if shown.rank is not None:
            assert humane.share(shown.values["response_rate"]) in text
            if shown.values[example.key] is not None:
                assert humane.quantity(shown.values[example.key], _unit(example.key)) in text


def _unit(name: str) -> str:
    return next(metric.unit for metric in METRICS if metric.name == name)


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

    cells = re.findall(r"<td>(.*?)</td>", MarkdownIt().enable("table").render(table))

    assert cells == [_html(f"x{humane.one_line(name)}"), "y"]


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


def test_equal_ranks_are_marked() -> None:
    places = re.findall(r"^(\d+=?)", render(ordinary(), "table"), re.MULTILINE)

    assert places == ["1", "2=", "2=", "4", "5", "6", "7"]


def test_a_delay_over_few_answers_stands_in_parentheses_and_is_explained() -> None:
    text = render(ordinary(), "table")

    assert "(12 min) " in text
    assert "(12 min): median of fewer than 5 answers\n" in text


def test_parentheses_are_not_explained_where_there_are_none() -> None:
    assert "fewer than 5 answers" not in render(provisional(), "table")


def test_the_badge_is_a_sign_behind_the_name_with_a_legend() -> None:
    text = render(devoted(), "table")

    assert "Kermorvan Télécom* " in text
    assert "* Socially Devoted: response rate at least 65 %\n" in text


def test_an_unranked_body_holds_no_badge() -> None:
    assert "Petit Câble*" not in render(devoted(), "table")


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
    example = scoreboard(score("Kermorvan", 30, 4, 60.0, reason="too-few"), key="median_delay")

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
        "rank,body_id,body,category,"
        "n_requests,n_answered,response_rate,response_rate_low,response_rate_high,median_delay,"
        "devoted_index,"
        "period,period_from,period_until,timezone,horizon_seconds,unit,selection,match,clock,"
        "responders,exclude,min_requests,key,as_of,provisional,title,panel,preset,version,"
        "ranking_digest,panel_digest,badge,reason"
    )


def test_a_csv_without_badge_has_no_such_column() -> None:
    assert "badge" not in render(ordinary(), "csv").splitlines()[0].split(",")


def test_a_badge_in_a_csv_is_empty_where_it_is_undecided() -> None:
    rows = csv.DictReader(io.StringIO(render(devoted(), "csv")))

    assert [row["badge"] for row in rows] == ["true", "true", "false", "false", ""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_no_name(name: str) -> None:
    example = scoreboard(score(name, 20, 10, 60.0, rank=1))

    (row,) = csv.DictReader(io.StringIO(render(example, "csv"), newline=""))

    assert row["body"] == "'" + name.replace("\r", "\n")


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


def test_a_json_document_declares_its_metrics_and_its_badge() -> None:
    document = json.loads(render(devoted(), "json"))

    assert document["badge"] == {
        "label": "Socially Devoted",
        "metric": "response_rate",
        "at_least": 0.65,
    }
    assert document["metrics"][-1] == {
        "name": "devoted_index",
        "label": "Devoted index",
        "unit": "count",
        "better": "higher",
        "description": "Devoted index, as an example.",
    }
    assert document["horizon_seconds"] is None


def test_a_json_document_is_refused_rather_than_written_with_nan() -> None:
    broken = Score(Body("a", "A"), {"n_requests": float("nan")}, rank=1)

    with pytest.raises(ValueError, match="not JSON compliant"):
        render(replace(ordinary(), scores=(broken,)), "json")


def test_tables_in_markdown_have_as_many_cells_in_every_row() -> None:
    html = MarkdownIt().enable("table").render(render(provisional(), "markdown"))

    rows = [row.count("<th") + row.count("<td") for row in html.split("<tr>")[1:]]

    assert rows == [9, 9, 9]


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
    assert humane.duration(seconds) == words


@given(st.floats(0, 10_000_000), st.floats(0, 10_000_000))
def test_a_longer_delay_never_reads_shorter(one: float, other: float) -> None:
    shorter, longer = sorted([one, other])

    assert _seconds(humane.duration(shorter)) <= _seconds(humane.duration(longer))


@given(st.floats(0, 86_399), st.floats(0.0001, 60))
def test_near_the_change_of_units_too_a_longer_delay_never_reads_shorter(
    delay: float, more: float
) -> None:
    assert _seconds(humane.duration(delay)) <= _seconds(humane.duration(delay + more))


@given(st.floats(0, 10_000_000))
def test_a_duration_reads_within_half_of_its_last_unit(seconds: float) -> None:
    words = humane.duration(seconds)

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
    assert humane.share(share) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (1_574_775, "1,574,775"), (-619_819, "−619,819")]
)
def test_thousands_are_set_apart(value: int | None, words: str) -> None:
    assert humane.count(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(604_800, "7 d"), (86_400, "1 d"), (129_600, "36 h"), (5_400, "90 min"), (61, "61 s")],
)
def test_a_horizon_is_said_exactly(seconds: int, words: str) -> None:
    assert humane.span(seconds) == words


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
    assert humane.days(datetime(*since, tzinfo=PARIS), datetime(*until, tzinfo=PARIS)) == words


def test_as_of_is_said_in_the_timezone_of_the_ranking() -> None:
    example = scoreboard(as_of=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))

    assert "2 Jul 2026 00:30" in render(example, "markdown")


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_written_whole_with_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    umask = os.umask(0o027)

    try:
        write_atomically(path, "é\n")
    finally:
        os.umask(umask)

    assert path.read_bytes() == "é\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old, and longer")
    path.chmod(0o604)

    write_atomically(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_who_has_the_old_file_open_goes_on_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")

    with path.open() as reader:
        write_atomically(path, "new")

        assert reader.read() == "old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "scores.csv", tmp_path / "latest.csv"
    target.write_text("old")
    link.symlink_to(target)

    write_atomically(link, "new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    link.symlink_to("scores.csv")

    write_atomically(link, "new")

    assert link.is_symlink()
    assert (tmp_path / "scores.csv").read_text() == "new"


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    link.symlink_to(link)

    with pytest.raises(UsageError, match=r"latest\.csv: is a link that leads in a circle"):
        write_atomically(link, "new")


def test_a_folder_as_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; name a file in it"):
        write_atomically(tmp_path, "new")


def test_a_missing_folder_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*/missing; create it first"):
        write_atomically(tmp_path / "missing" / "scores.csv", "new")


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name, read_only(Path(name)):
        problem = pytest.raises(UsageError, match=r"cannot be written \(Permission denied\)")
        with problem:
            write_atomically(Path(name) / "scores.csv", "new")


def test_a_name_that_the_disk_refuses_is_said_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written \(File name too long\)"):
        write_atomically(tmp_path / ("x" * 300), "new")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")
    program = (
        "import resource, signal, sys; from pathlib import Path;"
        "from socialscore.errors import UsageError;"
        "from socialscore.reporters.files import write_atomically;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        f"write_atomically(Path({str(path)!r}), 'x' * 100_000)"
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
        write_atomically(Path("/dev/full"), "new")


def test_a_device_is_written_to_and_stays_a_device() -> None:
    write_atomically(Path("/dev/null"), "new")

    assert Path("/dev/null").is_char_device()


def test_a_named_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_atomically(pipe, "new")

    reader.join(timeout=10)
    assert read == ["new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_standard_output_that_leads_to_a_file_is_not_replaced(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "redirected.txt"
    path.write_text("before\n")
    program = (
        "import sys; from pathlib import Path;"
        "from socialscore.reporters.files import write_atomically;"
        "write_atomically(Path('/dev/stdout'), 'new')"
    )

    with path.open(mode) as stdout:
        subprocess.run([sys.executable, "-c", program], stdout=stdout, check=True)

    assert path.read_text() == ("new" if mode == "wb" else "before\nnew")
