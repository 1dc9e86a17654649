"""Where nobody has a rank, commands say why, and print command lines that rank somebody."""

from __future__ import annotations

import csv
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from shell import Result, begin, run

if TYPE_CHECKING:
    from pathlib import Path

PANEL = """\
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


@dataclass(frozen=True)
class Town:
    """A folder with a panel, in which somebody begins."""

    folder: Path

    def imports(self, *names: str, options: tuple[str, ...] = ()) -> None:
        done = run("import", *names, "--panel", "panel.csv", *options)
        assert done.code == 0, done.err


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    begin(tmp_path, monkeypatch)
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    for number in range(3):
        write(tmp_path / f"week 3{7 + number}.csv", W37 + number * WEEK)
    return Town(tmp_path)


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


def test_weekly_files_without_covers_are_to_be_imported_again_with_it(town: Town) -> None:
    names = ("week 37.csv", "week 38.csv", "week 39.csv")
    town.imports(*names)

    result = run("rank", "--panel", "panel.csv")
    lines = command_lines(result)

    assert (
        "no body is ranked: 93 % of 2026-W37 was in view, and min_coverage is 95 %; " in result.err
    )
    assert "28 requests of 2026-W37 cannot count, since replies were not in view" in result.err
    assert (
        "if the 3 files are complete for 7–27 Sep 2026, say so (with --map, --timezone and"
        in result.err
    )
    assert " as before); then 2 bodies are ranked in 2026-W38:\n" in result.err
    assert lines == [
        "socialscore import 'week 37.csv' 'week 38.csv' 'week 39.csv' --panel panel.csv "
        "--covers 2026-09-07..2026-09-27",
        "socialscore rank --panel panel.csv",
    ]
    assert ranked_after(*lines) == ["1="]


def test_a_file_that_begins_with_a_message_covers_no_whole_week(town: Town) -> None:
    write(town.folder / "all.csv", W37 + 9 * HOUR, n=30)
    town.imports("all.csv")

    result = run("rank")

    assert (
        "no body is ranked: 90 % of 2026-W37 was in view, and min_coverage is 95 %\n" in result.err
    )
    assert command_lines(result)[0] == "socialscore import all.csv --covers 2026-09-07..2026-09-22"
    assert ranked_after(*command_lines(result)) == ["1="]


def test_a_single_week_says_when_it_is_final_and_what_ranks_now(town: Town) -> None:
    town.imports("week 37.csv")

    result = run("rank", "--panel", "panel.csv")

    assert "; 28 requests of 2026-W37 may still be answered in time, and it is final" in result.err
    assert " once the data reach 21 Sep 2026\n" in result.err
    assert command_lines(result) == [
        "socialscore rank --panel panel.csv --period all --horizon 24h"
    ]
    assert ranked_after(*command_lines(result)) == ["1="]


def test_where_an_earlier_week_has_matured_it_is_named_with_its_requests(town: Town) -> None:
    covers = ("--covers", "2026-09-07..2026-10-11")
    town.imports("week 37.csv", "week 38.csv", options=covers)

    quiet = run("rank", "--panel=panel.csv", "--by", "median_wait")
    pending = run("rank", "--period=2026-W38", "--as-of", "2026-09-21", "--compare-to", "previous")
    elsewhere = run("rank", "--period", "2025-W38")

    assert "no body is ranked: no request was written in 2026-W40\n" in quiet.err
    assert "2026-W38 has 28 matured requests, and 2 bodies are ranked:\n" in quiet.err
    assert command_lines(quiet) == [
        "socialscore rank --panel=panel.csv --by median_wait --period 2026-W38"
    ]
    assert "final once the data reach 28 Sep 2026" in pending.err
    assert command_lines(pending) == ["socialscore rank --as-of 2026-09-21 --period 2026-W37"]
    assert "nothing was collected in 2025-W38, the data are from 7 Sep – 11 Oct 2026" in (
        elsewhere.err
    )
    assert ranked_after(*command_lines(elsewhere)) == ["1="]


def test_small_numbers_are_ranked_with_as_many_as_there_are(town: Town) -> None:
    write(town.folder / "few.csv", W37, n=4)
    town.imports("few.csv", options=("--covers", "2026-09-07..2026-09-20"))

    result = run("rank")
    grouped = run("rank", "--period", "2026-W38", "--by-group", "category")

    assert "the most requests of a body in 2026-W37 are 4, and min_requests is 10" in result.err
    assert command_lines(result) == ["socialscore rank --min-requests 4"]
    assert ranked_after(*command_lines(result)) == ["1="]
    assert command_lines(grouped)[-1].endswith(
        "--by-group category --period 2026-W37 --min-requests 4"
    )


def test_what_was_collected_without_a_request_asks_for_more(town: Town) -> None:
    write(town.folder / "none.csv", W37, n=1)
    text = (town.folder / "none.csv").read_text(encoding="utf-8")
    (town.folder / "none.csv").write_text(text.replace("Quand ouvre", "Merci").replace(" ?", ""))
    town.imports("none.csv")

    result = run("rank")

    assert command_lines(result) == []
    assert "`socialscore status` shows what was collected" in result.err


def test_without_anything_that_bodies_wrote_the_data_are_in_doubt(town: Town) -> None:
    lines = (town.folder / "week 37.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (town.folder / "asked.csv").write_text("".join(it for it in lines if "est ouvert" not in it))
    town.imports("asked.csv", options=("--covers", "2026-09-07..2026-09-20"))

    result = run("rank")

    assert "no body wrote a reply in 2026-W37, so either what they wrote is not in the data" in (
        result.err
    )
    assert command_lines(result) == []


def test_files_that_lie_elsewhere_are_named_with_a_folder(town: Town) -> None:
    (town.folder / "in").mkdir()
    for path in town.folder.glob("week*.csv"):
        path.rename(town.folder / "in" / path.name)
    town.imports("in/week 37.csv", "in/week 38.csv")

    line = command_lines(run("rank"))[0]

    assert line.startswith("socialscore import 'FOLDER/week 37.csv' 'FOLDER/week 38.csv' --covers ")


def test_files_between_which_one_may_lack_do_not_cover_the_gap(town: Town) -> None:
    town.imports("week 37.csv", "week 39.csv")

    result = run("rank", "--period", "2026-W37")

    assert not any("--covers" in line for line in command_lines(result))


def test_a_body_without_requests_is_explained_with_the_same_way_out(town: Town) -> None:
    town.imports("week 37.csv", "week 38.csv", "week 39.csv")

    result = run("explain", "metro")

    assert "socialscore: Métro de Valdoine is not ranked: 93 % of 2026-W37 was" in result.err
    assert command_lines(result)[1] == "socialscore explain metro"


def test_what_cannot_be_published_says_the_same(town: Town) -> None:
    (town.folder / "weekly.toml").write_text('panel = "panel.csv"\nperiod = "2026-W37"\n')
    town.imports("week 37.csv", "week 38.csv", "week 39.csv")

    result = run("publish", "weekly.toml")

    assert result.code == 6
    assert "no body is ranked: 93 % of 2026-W37 was in view" in result.err
    assert "--covers 2026-09-07..2026-09-27\n    socialscore publish weekly.toml\n" in result.err
    assert "--period all" not in result.err


def test_a_publication_proposes_neither_what_is_published_nor_options_that_it_lacks(
    town: Town,
) -> None:
    (town.folder / "weekly.toml").write_text('panel = "panel.csv"\n')
    write(town.folder / "few.csv", W37 + WEEK, n=4)
    town.imports("week 37.csv", "few.csv", options=("--covers", "2026-09-07..2026-09-27"))

    result = run("publish", "weekly.toml", "--since", "2026-W37")
    after = run("publish", "weekly.toml")

    assert result.out.endswith("2026-W37\n")
    assert (result.code, after.code) == (6, 6)
    assert "if 4 requests are enough:\n    in the ranking file: min_requests = 4\n" in after.err
    assert "--period" not in after.err
