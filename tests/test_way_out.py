"""Where nobody has a rank, commands say why, and print command lines that rank somebody."""

from __future__ import annotations

import csv
import shlex
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from shell import Result, begin, run
from worlds import ALL, PANEL, answers, asks, at, world

from socialscore.commands.hints import remember, tell
from socialscore.inputs.ranking import load_ranking
from socialscore.scoring import MessageSource, score
from socialscore.scoring.imported_files import ImportedFile, days_of, files_around
from socialscore.scoring.way_out import Step, WayOut, way_out
from socialscore.store.runs import RunSummary

if TYPE_CHECKING:
    from pathlib import Path

BODIES = """\
body_id,body,network,account_id,handle
ville,Ville de Montsabran,twitter,1,montsabran
metro,Métro de Valdoine,twitter,2,valdoine
"""
HEAD = ("message_id", "author_id", "author_handle", "sent_at", "text", "reply_to_id")
W37 = datetime(2026, 9, 7, 6, tzinfo=UTC)  # a Monday, at eight in Paris
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def write(path: Path, begin: datetime, n: int = 14, every: timedelta = 12 * HOUR) -> None:
    """So many questions to each body, all of them answered after an hour."""
    rows = []
    for number in range(n):
        for account_id, handle in ((1, "montsabran"), (2, "valdoine")):
            asked_at = begin + number * every
            name = f"1{asked_at:%m%d%H}{account_id}"
            asked = f"@{handle} Quand ouvre le guichet {name} ?"
            rows += [
                (f"{name}1", f"9{name}", f"c{name}", asked_at.isoformat(), asked, ""),
                (f"{name}2", account_id, handle, (asked_at + HOUR).isoformat(),
                 f"@c{name} Le guichet {name} est ouvert.", f"{name}1"),
            ]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([HEAD, *rows])


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a panel, three weekly files, and a store of all of them; nobody changes it."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "panel.csv").write_text(BODIES, encoding="utf-8")
    (folder / "weekly.toml").write_text('panel = "panel.csv"\nperiod = "2026-W37"\n')
    for number in range(3):
        write(folder / f"week 3{7 + number}.csv", W37 + number * WEEK)
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        imports(*(f"week 3{number}.csv" for number in (7, 8, 9)))
    return folder


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store has a week of requests, one of a few, and two of none."""
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "panel.csv").write_text(BODIES, encoding="utf-8")
    (folder / "weekly.toml").write_text('panel = "panel.csv"\n')
    write(folder / "week 37.csv", W37)
    write(folder / "few.csv", W37 + WEEK, n=4)
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        imports("week 37.csv", "few.csv", options=("--covers", "2026-09-07..2026-10-11"))
    return folder


def imports(*names: str, options: tuple[str, ...] = ()) -> None:
    done = run("import", *names, "--panel", "panel.csv", *options)
    assert done.code == 0, done.err


def command_lines(result: Result) -> list[str]:
    """The command lines that are proposed."""
    assert result.code == 0
    return [line.strip() for line in result.err.splitlines() if line.startswith("    ")]


def ranked_after(*lines: str) -> list[str]:
    """The ranks in the table of the last of some command lines."""
    done = Result(0, "", "")
    for line in lines:
        program, *arguments = shlex.split(line)
        done = run(*arguments)
        assert (program, done.code) == ("socialscore", 0), done.err
    return [line.split()[0] for line in done.out.splitlines() if "Montsabran" in line]


# --- commands ------------------------------------------------------------------------------------


def test_weekly_files_without_covers_are_to_be_imported_again_with_it(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copytree(begun, tmp_path / "folder"))

    result = run("rank", "--panel", "panel.csv", "--format", "json")
    lines = command_lines(result)
    body, publication = run("explain", "metro"), run("publish", "weekly.toml")

    assert (
        "no body is ranked: 93 % of 2026-W37 was in view, and min_coverage is 95 %; " in result.err
    )
    assert "28 requests of 2026-W37 cannot count, since replies were not in view" in result.err
    assert (
        "if the 3 files are complete for 7–27 Sep 2026, say so (with --map, --timezone and"
        in result.err
    )
    assert " as before); then 2 bodies are ranked in 2026-W38:\n" in result.err
    assert result.out.startswith("{")
    assert lines == [
        "socialscore import 'week 37.csv' 'week 38.csv' 'week 39.csv' --panel panel.csv "
        "--covers 2026-09-07..2026-09-27",
        "socialscore rank --panel panel.csv --format json",
    ]
    assert "socialscore: Métro de Valdoine is not ranked: 93 % of 2026-W37 was" in body.err
    assert command_lines(body)[1] == "socialscore explain metro"
    assert publication.code == 6
    assert "no body is ranked: 93 % of 2026-W37 was in view" in publication.err
    assert "--covers 2026-09-07..2026-09-27\n    socialscore publish weekly" in publication.err
    assert "--period all" not in publication.err
    assert ranked_after(lines[0], "socialscore rank") == ["1="]


def test_where_an_earlier_week_has_matured_it_is_named_with_its_requests(
    quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quiet)

    result = run("rank", "--panel=panel.csv", "--by", "median_wait", "--compare-to", "previous")

    assert "no body is ranked: no request was written in 2026-W40\n" in result.err
    assert "2026-W37 has 28 matured requests, and 2 bodies are ranked:\n" in result.err
    assert command_lines(result) == [
        "socialscore rank --panel=panel.csv --by median_wait --period 2026-W37"
    ]
    assert ranked_after(*command_lines(result)) == ["1="]


def test_where_a_period_was_not_collected_it_is_said_what_was(
    quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quiet)

    elsewhere, before = run("rank", "--period", "2025-W38"), run("rank", "--as-of", "2026-09-01")

    assert "nothing was collected in 2025-W38, the data are from 7 Sep – 11 Oct 2026" in (
        elsewhere.err
    )
    assert (before.code, command_lines(before)) == (0, [])
    assert "no body is ranked: nothing was collected before 7 Sep 2026 00:00\n" in before.err


def test_small_numbers_are_ranked_with_as_many_as_there_are(
    quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quiet)

    grouped = run("rank", "--period", "2026-W39", "--by-group", "category")
    result = run("rank", "--period=2026-W38")

    assert command_lines(grouped) == ["socialscore rank --by-group category --period 2026-W37"]
    assert "the most requests of a body in 2026-W38 are 4, and min_requests is 10" in result.err
    assert command_lines(result)[1] == "socialscore rank --period=2026-W38 --min-requests 4"
    assert ranked_after(command_lines(result)[1]) == ["1="]


def test_a_publication_proposes_neither_what_is_published_nor_options_that_it_lacks(
    quiet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(quiet)
    options = ("weekly.toml", "--out", tmp_path, "--as-of", "2026-09-28")

    first, again, second = (
        run("publish", *options, "--period", period)
        for period in ("2026-W37", "2026-W37", "2026-W38")
    )

    assert (first.code, again.code, second.code) == (0, 0, 6)
    assert again.err == "socialscore: nothing to publish; 2026-W37 is published\n"
    assert "if 4 requests are enough:\n    in the ranking file: min_requests = 4\n" in second.err
    assert "--period" not in second.err


def test_files_that_lie_elsewhere_are_named_with_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-it's.csv").touch()
    remember(["rank", "--store=s3://bucket/a b", "--period", "2026-W37"])
    step = Step("somebody is ranked", {}, ("-it's.csv", "two words.csv"), "2026-W37..2026-W38")

    tell(WayOut("of gaps", (step,)))

    said = capsys.readouterr()
    assert said.out == ""
    assert [shlex.split(line) for line in said.err.splitlines()[2:]] == [
        [
            *("socialscore", "import", "./-it's.csv", "FOLDER/two words.csv"),
            *("--store=s3://bucket/a b", "--covers", "2026-W37..2026-W38"),
        ],
        ["socialscore", "rank", "--store=s3://bucket/a b", "--period", "2026-W37"],
    ]


# --- why, and what to do -------------------------------------------------------------------------


def out_of(rows: list[dict[str, Any]], days: float, **options: Any) -> WayOut:
    """The way out of a world in which so many days were in view, and every message counts."""
    ranking = load_ranking(None, ALL | {"period": "2026-W37", "min_requests": 2} | options)
    source = MessageSource(world(rows, until=at(days)))
    return way_out(score(source, PANEL, ranking), source, PANEL, ranking)


def options_of(out: WayOut) -> list[dict[str, str]]:
    return [dict(step.options) for step in out.steps]


THREE = [row for n in "123" for row in (asks(n, at(int(n))), answers(f"9{n}", n, at(int(n))))]


def test_a_single_week_says_when_it_is_final_and_what_ranks_now() -> None:
    out = out_of(THREE, 7)

    assert out.why == (
        "3 requests of 2026-W37 may still be answered in time, and it is final once the data reach "
        "21 Sep 2026"
    )
    assert options_of(out) == [{"period": "all", "horizon": "24h"}]
    assert out.steps[0].what == "1 body is ranked by what was answered within 24h"


def test_of_a_single_day_is_ranked_what_was_answered_within_an_hour() -> None:
    rows = [asks(n, at(hours=int(n))) for n in "123"] + [answers("9", "1", at(hours=1))]

    enough, few = out_of(rows, 0.5), out_of(rows, 0.5, min_requests=9)

    assert options_of(enough) == [{"period": "all", "horizon": "1h"}]
    assert few.steps[0].what == (
        "1 body is ranked in all that was collected by what was answered within 1h if 3 requests "
        "are enough"
    )


def test_a_week_alone_is_ranked_by_a_short_horizon_if_its_file_is_complete() -> None:
    rows = [asks(n, at(14 + int(n))) for n in "123"] + [answers("9", "1", at(15))]
    weeks = [world(rows, since=at(begin), until=at(begin + 6.5)) for begin in (14, 35)]
    source = MessageSource(
        replace(weeks[0], covered=pa.concat_tables([it.covered for it in weeks]))
    )
    ranking = load_ranking(None, ALL | {"period": "last-matured-week", "min_requests": 2})
    runs = [replace(a_run("week 39.csv", 14), until=at(20.5))]

    out = way_out(score(source, PANEL, ranking), source, PANEL, ranking, runs=runs)

    (step,) = out.steps
    assert (step.files, step.covers) == (("week 39.csv",), "2026-09-21..2026-09-27")
    assert step.options == {"horizon": "24h"}


def test_without_a_horizon_replies_are_awaited_to_the_end_of_the_data() -> None:
    known = world(THREE, until=at(20))
    seen = known.coverage().slice(0, 3)  # of the city, only what it was asked
    source = MessageSource(replace(known, covered=seen))
    ranking = load_ranking(None, ALL | {"period": "2026-W37", "horizon": "none"})

    out = way_out(score(source, PANEL, ranking), source, PANEL, ranking)

    assert "to the end of the data" in out.why


def test_what_was_collected_without_a_request_asks_for_more() -> None:
    out = out_of([answers("1", None, at(1))], 20)

    assert (out.why, out.steps) == ("no request was written in 2026-W37", ())


def test_without_anything_that_bodies_wrote_the_data_are_in_doubt() -> None:
    out = out_of([asks(f"1{n}", at(n / 4), author_id=f"a{n}") for n in range(12)], 20)

    assert out.why.startswith("no body with enough requests wrote a reply in 2026-W37, so either")
    assert out.steps == ()


# --- files ---------------------------------------------------------------------------------------


def imported(since: datetime, days: float, imported_at: datetime | None = None) -> ImportedFile:
    until = since + timedelta(days=days)
    return ImportedFile("a.csv", since, until, imported_at or until + 9 * WEEK)


@pytest.mark.parametrize(
    ("begin", "days", "imported_after", "whole_weeks", "covered"),
    [
        (9, 5.0, 60, False, (date(2026, 9, 7), date(2026, 9, 12))),
        (9, 5.0, 60, True, (date(2026, 9, 7), date(2026, 9, 13))),
        (33, 5.0, 60, True, (date(2026, 9, 7), date(2026, 9, 13))),
        (81, 2.0, 60, True, (date(2026, 9, 10), date(2026, 9, 13))),  # three quiet days are many
        (9, 3.0, 60, True, (date(2026, 9, 7), date(2026, 9, 10))),
        (9, 5.0, 5.5, True, (date(2026, 9, 7), date(2026, 9, 11))),  # the 12th was not over
        (9, 5.0, 6.5, True, (date(2026, 9, 7), date(2026, 9, 12))),
        (9, 5.0, 5.5, False, (date(2026, 9, 7), date(2026, 9, 11))),
    ],
)
def test_files_cover_whole_days_that_were_over_and_the_quiet_ends_of_weeks(
    begin: float, days: float, imported_after: float, whole_weeks: bool, covered: tuple[date, date]
) -> None:
    since = at(hours=begin)
    file = imported(since, days, at(imported_after))

    assert days_of([file], whole_weeks=whole_weeks) == covered


def a_run(name: str | None, day: float) -> RunSummary:
    """The import of a file with a week."""
    spans = at(day), at(day + 6), None
    return RunSummary("import-1", "table", name, at(60), 1, 0, 1, *spans, 0)


def test_files_between_which_one_may_lack_are_not_taken_together() -> None:
    source = MessageSource(world(THREE, until=at(7)))
    board = score(source, PANEL, load_ranking(None, ALL | {"period": "2026-W37"}))
    runs = [a_run(*it) for it in (("c.csv", 21), ("a.csv", 0), ("b.csv", 7), (None, 7), ("-", 7))]

    assert [file.name for file in files_around(board, runs)] == ["a.csv", "b.csv"]


def test_of_files_in_an_archive_the_archive_is_to_be_imported_again() -> None:
    source = MessageSource(world(THREE, until=at(7)))
    board = score(source, PANEL, load_ranking(None, ALL | {"period": "2026-W37"}))

    (file,) = files_around(board, [a_run("weeks.zip/sent/a.csv", 0)])

    assert file.name == "weeks.zip"
