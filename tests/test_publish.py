"""Publishing: what is published when, what it is compared to, and what is refused."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from publications import (
    BODIES,
    BOURG,
    GARE,
    HEAD,
    METRO,
    THIN,
    UNSEEN,
    VILLE,
    Desk,
    contents,
    document,
    is_whole,
    manifest,
    rows,
)
from shell import CHECKOUT, begin, read_only, run

from socialscore.errors import UsageError
from socialscore.publishing.manifest import digest
from socialscore.publishing.series import adding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILES = (
    "chart.fr.svg", "chart.svg", "datapackage.json", "hours.csv", "leaderboard.csv",
    "leaderboard.fr.csv", "manifest.json", "method.txt", "networks.csv", "options.json",
    "panel.csv", "quotes.fr.md", "quotes.md", "ranking.csv", "ranking.excel-fr.csv",
    "ranking.fr.xlsx", "ranking.json", "ranking.long.csv", "ranking.md", "ranking.xlsx",
    "waits.csv",
)  # fmt: skip
CALENDARS = CHECKOUT / "calendars"
FOUR = ["2026-W40", "2026-W41", "2026-W42", "2026-W43"]


@pytest.fixture
def desk(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder with the four bodies and a weekly ranking of them."""
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(project / "pseudonym.key"))
    desk = Desk(tmp_path, project / "socialscore-data")
    desk.panel(*BODIES)
    desk.ranking()
    return desk


@pytest.fixture(scope="module")
def five(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Five weeks as published, of which the first was provisional; no test adds to them."""
    folder = tmp_path_factory.mktemp("five")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        desk = Desk(folder, project / "socialscore-data")
        desk.panel(*BODIES)
        desk.ranking()
        desk.published("2026-10-01")
        assert desk.published("2026-10-29") == ["2026-W39.r2", *FOUR]
    return desk


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """When each file was written, and which one it is."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def notes(folder: Path) -> list[str]:
    """What ranking.json notes; ranking.md says it too."""
    said: list[str] = document(folder)["notes"]
    text = (folder / "ranking.md").read_text(encoding="utf-8")
    assert all(f"- {note}\n" in text for note in said)
    return said


# --- a publication -----------------------------------------------------------------------------


def test_a_week_that_is_over_is_published_as_a_folder(desk: Desk) -> None:
    result = desk.publish("2026-10-08")

    folder = desk.at("2026-W40")
    assert (result.code, result.out) == (0, f"{folder}\n")
    assert result.err == "socialscore: 2026-W40: published, provisional\n"
    assert tuple(contents(folder)) == FILES
    assert is_whole(folder)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


def test_the_picture_has_the_numbers_of_the_table(five: Desk) -> None:
    folder = five.at("2026-W39")
    with (folder / "ranking.csv").open(encoding="utf-8") as file:
        ranked = [row for row in csv.DictReader(file) if row["rank"]]
    told = {
        "body": "body_id", "rank": "rank", "rate": "response_rate", "low": "wilson_low",
        "high": "wilson_high", "requests": "n_requests",
    }  # fmt: skip

    for name in ("chart.svg", "chart.fr.svg"):
        picture = (folder / name).read_text(encoding="utf-8")
        for attribute, column in told.items():
            drawn = re.findall(f'data-{attribute}="([^"]*)"', picture)
            if attribute == "body":
                assert drawn == [row[column] for row in ranked]
            else:
                right = [float(row[column]) for row in ranked]
                assert list(map(float, drawn)) == pytest.approx(right, abs=1e-6), attribute


def test_sentences_to_quote_are_there_in_both_languages(five: Desk) -> None:
    folder = five.at("2026-W39")
    english, french = (
        (folder / name).read_text(encoding="utf-8") for name in ("quotes.md", "quotes.fr.md")
    )

    assert english.startswith("# ")
    assert "\nTo cite: " in english
    assert "\nPour citer\u00a0: " in french
    assert 3 <= english.count("\n- ") <= 5


def test_the_manifest_says_what_it_rests_on(five: Desk) -> None:
    said = manifest(five.at("2026-W39"))

    assert (said["ranking"], said["panel"], said["period"]) == ("weekly", "panel", "2026-W39")
    assert (said["revision"], said["state"]) == (1, "provisional")
    assert said["as_of"] == "2026-09-30T22:00:00+00:00"
    assert (said["supersedes"], said["compared_to"], said["ignored_digest"]) == (None, None, None)
    assert set(said["versions"]) == {"socialscore", "duckdb", "holidays", "pyarrow"}
    assert "fr.toml" in said["rules"]
    assert said["calendars"] == {}


def test_all_formats_say_the_same(five: Desk) -> None:
    folder = five.at("2026-W41")

    in_csv = {body: float(row["response_rate"]) for body, row in rows(folder).items()}
    in_json = {line["body_id"]: line["response_rate"] for line in document(folder)["scores"]}
    with (folder / "ranking.long.csv").open(encoding="utf-8", newline="") as file:
        in_long_form = {
            row["body_id"]: float(row["value"])
            for row in csv.DictReader(file)
            if row["metric"] == "response_rate"
        }

    assert len(in_csv) == 4
    assert in_csv == in_long_form == pytest.approx(in_json, abs=1e-6)


def test_the_method_says_what_was_counted_and_how(five: Desk) -> None:
    text = (five.at("2026-W41") / "method.txt").read_text(encoding="utf-8")

    assert "Selection (selection): questions\n" in text
    assert "n_excluded_duplicate: 0 (" in text
    assert "WHERE collected_at <= TIMESTAMP '20" in text
    assert "FROM score" in text


def test_the_method_says_how_much_the_selection_matters(five: Desk) -> None:
    text = (five.at("2026-W41") / "method.txt").read_text(encoding="utf-8")

    assert "under the other selections, 0 of 4 bodies would leave their rank interval\n" in text


# --- when what is published --------------------------------------------------------------------


def test_there_is_nothing_to_publish_the_second_time(desk: Desk) -> None:
    desk.published("2026-10-08")
    before = stamps(desk.folder / "published")

    again = desk.publish("2026-10-08")

    assert (again.code, again.out) == (0, "")
    assert again.err == (
        "socialscore: 2026-W40: is published as provisional, final from 12 Oct 2026 00:00\n"
        "socialscore: nothing to publish\n"
    )
    assert stamps(desk.folder / "published") == before


def test_a_provisional_week_is_published_again_beside_the_first_when_it_has_matured(
    five: Desk,
) -> None:
    first, final = (five.at(name) for name in ("2026-W39", "2026-W39.r2"))

    assert is_whole(first)
    said = manifest(final)
    assert (said["revision"], said["state"]) == (2, "final")
    assert said["supersedes"]["folder"] == "2026-W39"
    assert said["supersedes"]["manifest"] == digest((first / "manifest.json").read_bytes())
    assert manifest(five.at("2026-W40"))["compared_to"]["folder"] == "2026-W39.r2"
    assert {row["n_pending"] for row in rows(final).values()} == {"0"}
    assert {row["n_pending"] for row in rows(first).values()} != {"0"}


def test_weeks_that_were_missed_are_caught_up_in_order_each_compared_to_the_one_before(
    five: Desk,
) -> None:
    compared = [manifest(five.at(name))["compared_to"]["folder"] for name in FOUR]

    assert compared == ["2026-W39.r2", *FOUR[:-1]]
    for name, earlier in zip(FOUR, compared, strict=True):
        reference = manifest(five.at(name))["compared_to"]["manifest"]
        assert reference == digest((five.at(earlier) / "manifest.json").read_bytes())
    assert {row["compared_to"] for row in rows(five.at("2026-W42")).values()} == {"2026-W41"}
    assert [manifest(five.at(name))["state"] for name in FOUR] == [*3 * ["final"], "provisional"]


def test_what_is_caught_up_says_what_it_would_have_said_in_time(five: Desk, desk: Desk) -> None:
    for as_of in ("2026-10-08", "2026-10-12"):
        desk.published(as_of, "--period", "2026-W40")

    def scored(folder: Path) -> dict[str, tuple[object, ...]]:
        lines = document(folder)["scores"]
        return {it["body_id"]: (it["rank"], it["n_answered"], it["median_wait"]) for it in lines}

    assert scored(desk.at("2026-W40.r2")) == scored(five.at("2026-W40"))


def test_the_first_run_begins_where_it_is_told_to(desk: Desk) -> None:
    assert desk.published("2026-10-22", "--since", "2026-W43") == []
    assert desk.published("2026-10-22", "--since", "last-week") == ["2026-W42"]
    assert desk.published("2026-10-22", "--out", "other", "--since", "2026-W41") == [
        "2026-W41",
        "2026-W42",
    ]


def first_run(desk: Desk, as_of: str) -> tuple[list[str], str]:
    """The folders that a first run makes which is told nothing, and what it says."""
    result = run("publish", "weekly.toml", "--store", desk.store, "--as-of", as_of)
    assert result.code == 0, result.err
    return [Path(line).name for line in result.out.splitlines()], result.err


def test_the_first_run_begins_with_the_first_week_that_was_in_view_and_has_matured(
    desk: Desk,
) -> None:
    made, said = first_run(desk, "2026-10-08")

    assert made == ["2026-W39", "2026-W40"]
    assert said.splitlines() == [
        "socialscore: 2026-W39: the series begins with it and goes to 2026-W40: it is the first of "
        "which enough was in view and every request has matured; --since begins with another",
        "socialscore: 2026-W39: published, final",
        "socialscore: 2026-W40: published, provisional",
    ]
    assert first_run(desk, "2026-10-08")[0] == []
    assert desk.published("2026-10-15") == ["2026-W40.r2", "2026-W41"]


def test_the_first_run_begins_with_the_last_week_while_none_has_matured(desk: Desk) -> None:
    made, said = first_run(desk, "2026-10-01")

    assert (made, said) == (["2026-W39"], "socialscore: 2026-W39: published, provisional\n")


def test_a_week_that_has_matured_is_published_where_the_last_one_waits(desk: Desk) -> None:
    desk.ranking("[assert]", "min_requests_total = 5")  # which no week has at once

    made, said = first_run(desk, "2026-10-05")

    assert made == ["2026-W39"]
    assert "2026-W40: waits, final from 12 Oct 2026 00:00" in said


def test_the_first_run_counts_weeks_after_the_last_time_without_anything(gap: Desk) -> None:
    made, said = first_run(gap, "2026-12-01")

    assert made == ["2026-W48"]
    assert "the series begins" not in said


def test_a_week_of_which_too_little_was_in_view_is_not_the_first(desk: Desk) -> None:
    desk.ranking(min_coverage=0.99)  # the data begin on Monday at two o'clock

    assert first_run(desk, "2026-10-15")[0] == ["2026-W40", "2026-W41"]


def test_earlier_weeks_can_be_added(desk: Desk) -> None:
    desk.published("2026-10-22")

    assert desk.published("2026-10-22", "--since", "2026-W41") == ["2026-W41"]


@pytest.mark.parametrize("since", ["2026-10", "2027-Q1", "2026-W99", "soon", "all"])
def test_the_first_week_is_named_as_the_others_are(since: str, desk: Desk) -> None:
    result = desk.publish("2026-10-22", "--since", since)

    assert (result.code, result.out) == (2, "")
    assert since in result.err


def test_one_period_can_be_published_and_no_other(desk: Desk) -> None:
    assert desk.published("2026-10-29", "--period", "2026-W41") == ["2026-W41"]
    assert desk.published("2026-10-29", "--period", "last-week") == ["2026-W43"]


def test_one_period_is_no_series(desk: Desk) -> None:
    result = desk.publish("2026-10-29", "--period", "2026-W41", "--since", "2026-W40")

    assert result.code == 2
    assert "--since goes with" in result.err


def test_a_week_is_not_published_before_it_is_over(desk: Desk) -> None:
    result = desk.publish("2026-10-08", "--period", "2026-W41")

    assert (result.code, result.out) == (2, "")
    assert "the period 2026-W41 is not over: the data end on 8 Oct 2026 00:00" in result.err


def test_a_series_that_begins_after_the_data_end_waits(desk: Desk) -> None:
    result = desk.publish("2026-10-08", "--since", "2026-W50")

    assert (result.code, result.out) == (0, "")
    assert "2026-W50: waits, it is not over: the data end on 8 Oct 2026 00:00\n" in result.err


def test_a_week_is_over_at_midnight_in_the_timezone_of_the_ranking(desk: Desk) -> None:
    desk.ranking(horizon="1h")

    assert desk.published("2026-10-11T21:59Z") == ["2026-W40"]
    assert desk.published("2026-10-11T22:00Z") == ["2026-W41"]


def test_all_that_was_collected_is_no_period_to_publish(desk: Desk) -> None:
    desk.ranking(period="all")

    result = desk.publish("2026-10-08")

    assert (result.code, result.out) == (2, "")
    assert "the period `all` has no fixed end" in result.err


def test_the_setting_says_where_to(desk: Desk) -> None:
    settings = desk.folder / "socialscore.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + 'published = "www"\n')

    assert desk.published("2026-10-08") == ["2026-W40"]
    assert is_whole(desk.folder / "www" / "weekly" / "2026-W40")


def test_the_data_end_where_the_collection_does(desk: Desk) -> None:
    desk.ranking(horizon="1d")

    result = run("publish", "weekly.toml", "--store", desk.store, "--since", "last-week")

    assert [Path(line).name for line in result.out.splitlines()] == ["2027-W14"]


# --- other periods -----------------------------------------------------------------------------


def test_a_period_of_its_own_is_published_once(desk: Desk) -> None:
    desk.ranking(period="2026-10-05..2026-10-11")

    assert desk.published("2026-10-15") == ["2026-10-05..2026-10-11"]
    assert desk.published("2026-10-15") == []
    assert desk.published("2026-11-15") == ["2026-10-05..2026-10-11.r2"]
    assert desk.published("2026-11-15") == []


def test_a_ranking_without_a_period_is_a_series_of_weeks_that_have_matured(desk: Desk) -> None:
    desk.ranking(period="last-matured-week")

    waiting = desk.publish("2026-09-28")

    assert (waiting.code, waiting.out) == (0, "")
    assert "2026-W39: waits, final from 5 Oct 2026 00:00\n" in waiting.err
    assert desk.published("2026-10-05") == ["2026-W39"]
    assert manifest(desk.at("2026-W39"))["state"] == "final"
    assert desk.published("2026-10-18") == ["2026-W40"]
    assert desk.published("2026-10-19") == ["2026-W41"]


def test_a_matured_week_that_was_not_in_view_is_not_passed_over(gap: Desk) -> None:
    gap.ranking(period="last-matured-week")

    result = gap.publish("2026-10-26", "--since", "2026-W41")

    assert result.code == 6
    assert "2026-W42: too little data: " in result.err


def test_hours_make_a_name_that_every_file_system_takes(desk: Desk) -> None:
    desk.ranking(period="2026-10-05T08:00..2026-10-12T20:00")

    assert desk.published("2026-11-15") == ["2026-10-05T0800..2026-10-12T2000"]
    assert desk.published("2026-11-15") == []


def test_months_are_published_like_weeks(desk: Desk) -> None:
    desk.ranking(period="last-month", name="monthly", min_coverage=0.5)

    names = desk.published("2026-12-03", "--since", "2026-10", name="monthly")

    assert names == ["2026-10", "2026-11"]
    assert manifest(desk.at("2026-11", "monthly"))["compared_to"]["folder"] == "2026-10"


def test_quarters_are_published_like_weeks(desk: Desk) -> None:
    desk.ranking(period="last-quarter", name="quarterly", min_coverage=0.9)

    names = desk.published("2027-04-02", "--since", "2026-Q4", name="quarterly")

    assert names == ["2026-Q4", "2027-Q1"]
    assert manifest(desk.at("2027-Q1", "quarterly"))["compared_to"]["folder"] == "2026-Q4"


# --- too little data ---------------------------------------------------------------------------


def test_a_week_with_too_little_data_is_named_and_later_ones_are_published(desk: Desk) -> None:
    desk.ranking("[assert]", "min_requests_total = 8", horizon="1d")
    since = ("--since", "2026-W45")

    alone = desk.publish("2026-11-17", *since)
    with_later = desk.publish("2026-11-29")
    after = desk.publish("2026-11-29")

    problem = (
        f"{THIN}: too little data: requests that have matured: 4, assert.min_requests_total is 8 ("
    )
    assert (alone.code, alone.out) == (6, f"{desk.at('2026-W45')}\n")
    assert problem in alone.err
    assert "Gare de Roz: 1, Métro de Valdoine: 1" in alone.err
    assert f"socialscore: {THIN}: nothing was published; collect more" in alone.err
    assert not desk.at(THIN).exists()
    assert (with_later.code, with_later.out) == (0, f"{desk.at('2026-W47')}\n")
    assert (after.code, after.out) == (0, "")
    assert problem in with_later.err
    assert problem in after.err
    assert manifest(desk.at("2026-W47"))["compared_to"] is None


def test_a_week_that_was_not_collected_is_not_published(desk: Desk) -> None:
    result = desk.publish("2026-12-07", "--period", UNSEEN)

    assert (result.code, result.out) == (6, "")
    assert f"{UNSEEN}: too little data: bodies with a rank: 0, assert.min_bodies is 1" in result.err
    assert "Ville de Montsabran: gaps in the collection" in result.err
    assert not list((desk.folder / "published" / "weekly").glob("[!.]*"))


# --- nothing in view ---------------------------------------------------------------------------


@pytest.fixture
def gap(desk: Desk, tmp_path: Path) -> Desk:
    """A week, six of which nobody knows anything, and a day in December that a file speaks of."""
    desk = replace(desk, store=tmp_path / "gap")
    desk.ranking(horizon="1d")
    text = "message_id,author_id,sent_at,text,reply_to_id\n"
    weeks = {"2026-10-05..2026-10-11": "2026-10-07", "2026-11-23..2026-11-29": "2026-11-25"}
    for number, (covers, day) in enumerate(weeks.items(), 1):
        rows = [
            f"{number}1,7,{day}T08:00Z,@montsabran ?,",
            f"{number}2,101,{day}T09:00Z,Oui.,{number}1",
        ]
        Path("messages.csv").write_text(text + "\n".join(rows), encoding="utf-8")
        options = ("--panel", "panel.csv", "--store", desk.store, "--covers", covers)
        assert run("import", "messages.csv", *options).code == 0
    return desk


def test_a_series_whose_data_jump_ahead_is_not_gone_on_with(gap: Desk) -> None:
    result = gap.publish("2026-11-30", "--since", "2026-W40")

    assert (result.code, result.out) == (6, "")
    assert result.err == (
        "socialscore: the data end on 30 Nov 2026 00:00, and nothing is in view for 6 periods "
        "before: 2026-W41: something in view; 2026-W42 to 2026-W47 (6 periods): nothing in view; "
        "2026-W48: something in view. Nothing was published. If an import said too much, "
        "`socialscore withdraw` takes it back; if nobody collected, "
        "publish --period 2026-W48 goes on after the gap\n"
    )
    assert not list((gap.folder / "published" / "weekly").glob("[!.]*"))


def test_a_series_whose_data_end_after_weeks_of_nothing_is_not_gone_on_with(gap: Desk) -> None:
    assert gap.published("2026-10-14", "--since", "2026-W41") == ["2026-W41"]

    result = gap.publish("2026-11-17")

    assert (result.code, result.out) == (6, "")
    assert "2026-W41: something in view; 2026-W42 to 2026-W46 (5 periods): nothing" in result.err
    assert "if nobody collected, collect what lacks\n" in result.err


def test_a_series_goes_on_after_a_gap_from_where_it_is_told_to(gap: Desk) -> None:
    assert gap.published("2026-10-14", "--since", "2026-W41") == ["2026-W41"]
    assert gap.published("2026-11-30", "--period", "2026-W48") == ["2026-W48"]

    result = gap.publish("2026-11-30")

    assert (result.code, result.out) == (0, "")
    assert "socialscore: 2026-W42 to 2026-W47 (6 periods): nothing was in view\n" in result.err


def test_weeks_before_anything_was_in_view_are_told_together(gap: Desk) -> None:
    result = gap.publish("2026-10-14", "--since", "2026-W32")

    assert (result.code, result.out) == (0, f"{gap.at('2026-W41')}\n")
    assert "socialscore: 2026-W32 to 2026-W40 (9 periods): nothing was in view\n" in result.err


def test_a_publication_says_which_bodies_lost_replies(desk: Desk, tmp_path: Path) -> None:
    desk = replace(desk, store=tmp_path / "lossy")
    desk.ranking(horizon="1d")
    Path("messages.csv").write_text(
        "message_id,author_id,sent_at,text,reply_to_id\n"
        "1,7,2026-10-07T08:00Z,@montsabran @gareroz ?,\n"
        "2,101,2026-10-07T09:00Z,Oui.,1\n"
        "3,103,2026-10-07T10:00Z,Non.,1E+05\n"
        "0x4,103,2026-10-07T11:00Z,Non.,1\n"
        "5\n",
        encoding="utf-8",
    )
    options = ("--panel", "panel.csv", "--store", desk.store, "--covers", "2026-10-05..2026-10-13")
    assert run("import", "messages.csv", *options).code == 0

    assert desk.published("2026-10-14", "--since", "2026-W41") == ["2026-W41"]

    rounded, gare = "as identifiers in imported files were rounded", "Gare de Roz (1)"
    assert notes(desk.at("2026-W41")) == [
        f"replies may be missing, as rows of imported files were refused: {gare}",
        f"it is unknown which messages some replies answer, {rounded}: {gare}",
        "1 row of imported files could not be read: any body may have lost replies",
    ]
    for options in ((), ("--store", desk.store)):
        assert run("verify", desk.at("2026-W41"), *options).code == 0


def test_a_week_that_may_still_fill_up_is_waited_for(desk: Desk) -> None:
    desk.ranking("[assert]", "min_requests_total = 8")

    soon = desk.publish("2026-10-05T08:00")

    assert (soon.code, soon.out) == (0, "")
    assert "2026-W40: waits, final from 12 Oct 2026 00:00\n" in soon.err
    assert soon.err.endswith("socialscore: nothing to publish\n")
    assert desk.published("2026-10-10") == ["2026-W40"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("min_bodies = 5", "bodies with a rank: 4, assert.min_bodies is 5"),
        ("min_requests_total = 500", ", assert.min_requests_total is 500 ("),
        ("min_coverage = 1", "% of the period was in view, assert.min_coverage is 100 % ("),
    ],
)
def test_each_assertion_stops_a_publication(line: str, problem: str, desk: Desk) -> None:
    desk.ranking("[assert]", line, min_coverage=0, period="2026-11")

    result = desk.publish("2026-12-15")

    assert (result.code, result.out) == (6, "")
    assert problem in result.err
    assert not list((desk.folder / "published" / "weekly").glob("[!.]*"))


def test_assertions_that_hold_stop_nothing(desk: Desk) -> None:
    desk.ranking("[assert]", "min_bodies = 4", "min_requests_total = 8", "min_coverage = 1")

    assert desk.published("2026-10-22", "--period", "2026-W41") == ["2026-W41"]


# --- a final week that differs now -------------------------------------------------------------


def test_a_final_week_is_revised_if_asked_and_if_it_differs(desk: Desk) -> None:
    desk.published("2026-10-29", "--period", "2026-W41")
    desk.panel(VILLE.replace("Ville de", "Commune de"), BOURG, METRO, GARE)

    left = desk.published("2026-10-29", "--period", "2026-W41")
    revised = desk.published("2026-10-29", "--period", "2026-W41", "--revise")

    assert (left, revised) == ([], ["2026-W41.r2"])
    said = manifest(desk.at("2026-W41.r2"))
    assert (said["state"], said["supersedes"]["folder"]) == ("final", "2026-W41")
    assert rows(desk.at("2026-W41"))["ville"]["body"] == "Ville de Montsabran"
    assert rows(desk.at("2026-W41.r2"))["ville"]["body"] == "Commune de Montsabran"


def test_a_week_that_does_not_differ_is_not_revised(desk: Desk) -> None:
    desk.published("2026-10-22", "--since", "2026-W41")

    result = desk.publish("2026-10-22", "--revise")

    assert (result.code, result.out) == (0, "")
    assert "2026-W41: is published, and nothing in it would change" in result.err
    assert "2026-W42: is published, and nothing in it would change" in result.err


# --- what it is compared to --------------------------------------------------------------------


def test_weeks_that_count_differently_are_not_compared(desk: Desk) -> None:
    desk.published("2026-10-08")
    desk.ranking(unit="message", horizon="3d")

    desk.published("2026-10-15", "--period", "2026-W41")

    folder = desk.at("2026-W41")
    note = "not compared with 2026-W40, which was counted by another horizon, unit"
    assert notes(folder) == [note]
    assert manifest(folder)["compared_to"] is None
    assert {row["compared_to"] for row in rows(folder).values()} <= {""}


def test_weeks_that_are_told_differently_are_compared(desk: Desk) -> None:
    desk.published("2026-10-08")
    desk.ranking(title="Another title", title_fr="Un autre titre", icc=0.2)

    desk.published("2026-10-15", "--period", "2026-W41")

    assert manifest(desk.at("2026-W41"))["compared_to"]["folder"] == "2026-W40"


def test_a_week_without_the_one_before_is_compared_to_nothing(desk: Desk) -> None:
    desk.published("2026-10-22", "--period", "2026-W40")
    desk.published("2026-10-22", "--period", "2026-W42")

    assert manifest(desk.at("2026-W42"))["compared_to"] is None


def entered(folder: Path) -> dict[str, str]:
    return {body_id: row["entered"] for body_id, row in rows(folder).items()}


def test_a_body_that_was_ranked_before_is_back_and_not_new(desk: Desk) -> None:
    publish_in_turn(
        desk, {"2026-W40": (VILLE, BOURG), "2026-W41": (VILLE,), "2026-W42": (VILLE, BOURG, GARE)}
    )

    assert entered(desk.at("2026-W42")) == {"ville": "", "bourg": "back", "gare": "new"}
    assert "back: ranked once, and not in 2026-W41" in (
        desk.at("2026-W42") / "ranking.md"
    ).read_text(encoding="utf-8")
    verified(desk)


def test_a_week_that_was_not_published_makes_nobody_new(desk: Desk) -> None:
    publish_in_turn(
        desk, {"2026-W40": (VILLE, BOURG), "2026-W42": (VILLE,), "2026-W43": (VILLE, BOURG)}
    )

    assert entered(desk.at("2026-W43")) == {"ville": "", "bourg": "back"}
    verified(desk)


def test_who_was_ranked_before_is_known_where_nothing_is_compared(
    desk: Desk, tmp_path: Path
) -> None:
    publish_in_turn(desk, {"2026-W40": (VILLE, BOURG)})
    desk.ranking(unit="message")
    publish_in_turn(desk, {"2026-W41": (VILLE,), "2026-W42": (VILLE, BOURG)})
    alone = tmp_path / "alone" / "2026-W41"
    shutil.copytree(desk.at("2026-W41"), alone)

    assert entered(desk.at("2026-W42")) == {"ville": "", "bourg": "back"}
    verified(desk)
    assert run("verify", alone).code == 0


def publish_in_turn(desk: Desk, weeks: Mapping[str, tuple[str, ...]]) -> None:
    """Each week with a panel of its own, once all of its requests have matured."""
    for week, bodies in weeks.items():
        desk.panel(*bodies)
        sunday = datetime.fromisoformat(f"{week}-7")
        desk.published(f"{sunday + timedelta(days=9):%Y-%m-%d}", "--period", week)


def verified(desk: Desk) -> None:
    result = run("verify", desk.folder / "published" / "weekly", "--store", desk.store)
    assert result.code == 0, result.err


# --- the calendar ------------------------------------------------------------------------------


def test_week_53_follows_week_52_and_the_first_of_the_year_follows_week_53(desk: Desk) -> None:
    names = desk.published("2027-01-14", "--since", "2026-W52")

    assert names == ["2026-W52", "2026-W53", "2027-W01"]
    compared = [manifest(desk.at(name))["compared_to"] for name in names]
    assert [each and each["folder"] for each in compared] == [None, "2026-W52", "2026-W53"]
    said = notes(desk.at("2026-W53"))
    assert "2026-W53 is a 53rd week, which only some years have" in said
    assert any(note.startswith("2026-W53 reaches from 28 Dec 2026 to 3 Jan 2027") for note in said)
    assert sum(line["n_requests"] for line in document(desk.at("2026-W53"))["scores"]) > 8


@pytest.mark.parametrize(
    ("week", "as_of", "note"),
    [
        ("2026-W43", "2026-11-05", "clocks go back on 25 Oct 2026: the period has 169 hours"),
        ("2027-W12", "2027-04-08", "clocks go forward on 28 Mar 2027: the period has 167 hours"),
    ],
)
def test_a_week_in_which_clocks_change_is_as_long_as_it_is(
    week: str, as_of: str, note: str, desk: Desk
) -> None:
    desk.published(as_of, "--period", week)

    row = rows(desk.at(week))["ville"]
    since, until = (datetime.fromisoformat(row[name]) for name in ("period_from", "period_until"))
    assert (since.hour, until.hour) == (0, 0)
    assert f"has {(until - since) / timedelta(hours=1):.0f} hours" in note
    assert note in notes(desk.at(week))


@pytest.mark.parametrize(
    ("week", "matures"), [("2026-W42", "2026-10-25T22:00Z"), ("2027-W11", "2027-03-28T23:00Z")]
)
def test_a_week_matures_after_as_many_hours_when_clocks_change(
    week: str, matures: str, desk: Desk
) -> None:
    almost = f"{datetime.fromisoformat(matures) - timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"

    desk.published(almost, "--period", week)
    desk.published(matures, "--period", week)

    states = [manifest(desk.at(name))["state"] for name in (week, f"{week}.r2")]
    assert states == ["provisional", "final"]
    assert {row["n_pending"] for row in rows(desk.at(f"{week}.r2")).values()} == {"0"}


# --- the panel ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def edited(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week before which one body was renamed, one joined and one left, as published."""
    folder = tmp_path_factory.mktemp("edited")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        desk = Desk(folder, project / "socialscore-data")
        desk.ranking()
        desk.panel(VILLE, METRO, GARE)
        desk.published("2026-10-08")
        desk.panel(VILLE.replace("Ville de Montsabran", "Montsabran Métropole"), BOURG, METRO)
        desk.published("2026-10-18", "--period", "2026-W41")
    return desk.at("2026-W41")


@pytest.mark.parametrize(
    "note",
    [
        "the panel was edited since 2026-W40: 1 joined, 1 left, 1 renamed",
        "joined the panel: Bourg de Lusambre",
        "left the panel: Gare de Roz",
        "renamed: Montsabran Métropole (was called Ville de Montsabran in 2026-W40)",
    ],
)
def test_who_was_renamed_joined_or_left_is_noted(note: str, edited: Path) -> None:
    assert note in notes(edited)


def test_a_body_keeps_its_history_under_another_name(edited: Path) -> None:
    found = rows(edited)

    assert set(found) == {"ville", "bourg", "metro"}
    assert found["ville"]["previous_rank"] != ""
    assert found["bourg"]["previous_rank"] == found["bourg"]["previous_response_rate"] == ""
    assert "Gare de Roz" in (edited / "ranking.md").read_text(encoding="utf-8")
    assert [body["body_id"] for body in document(edited)["gone"]] == ["gare"]


def test_both_panels_are_there_to_compare(edited: Path) -> None:
    before, after = edited.with_name("2026-W40"), edited

    assert "Gare de Roz" in (before / "panel.csv").read_text(encoding="utf-8")
    assert "Gare de Roz" not in (after / "panel.csv").read_text(encoding="utf-8")
    assert manifest(before)["panel_digest"] != manifest(after)["panel_digest"]


def test_a_panel_that_stays_needs_no_note(five: Desk) -> None:
    assert notes(five.at("2026-W41")) == []


def test_some_categories_can_be_ranked_alone(desk: Desk) -> None:
    desk.ranking(categories=["ville"])

    desk.published("2026-10-08")

    assert set(rows(desk.at("2026-W40"))) == {"ville", "bourg"}
    assert "Métro de Valdoine" in (desk.at("2026-W40") / "panel.csv").read_text(encoding="utf-8")


# --- what it carries ---------------------------------------------------------------------------


def test_what_others_wrote_is_harmless_in_every_file_and_on_the_site(desk: Desk) -> None:
    long = "v" * 300
    steering = "\x1b]0;title\x07\x9b31m"
    name = "=HYPERLINK(1) https://evil.example @channel"
    desk.panel(f"{long},{name},{steering}=1,twitter,101,montsabran", BOURG)
    desk.ranking(title=f"{steering} The week", description=f"{steering}\nThe options\n===")

    desk.published("2026-10-29", "--period", "2026-W41")

    folder = desk.at("2026-W41")
    texts = {
        path.name: path.read_bytes().decode()
        for path in folder.iterdir()
        if path.suffix in (".csv", ".md", ".txt")
    }
    assert len(texts) == sum(name.endswith((".csv", ".md", ".txt")) for name in FILES)
    for path, text in texts.items():
        assert all(it.isprintable() or it in "\r\n\ufeff\u2060\u00a0\u202f" for it in text), path
    assert f"{long},'=HYPERLINK(1) https" in texts["panel.csv"]
    assert texts["method.txt"].count("\nThe options\n===") == 1
    assert not re.search(r"://|@\w", texts["ranking.md"])
    assert run("verify", folder, "--store", desk.store, "--ranking", "weekly.toml").code == 0
    assert run("site").code == 0
    page = (desk.folder / "site/en/weekly/2026-W41.html").read_text(encoding="utf-8")
    link, *_ = re.findall(r'href="[./]*?en/weekly/(body/vvv[^"]*)"', page)
    assert (desk.folder / "site/en/weekly" / link).exists()


def test_the_calendars_of_the_business_clock_are_published_too(desk: Desk) -> None:
    shipped = (CALENDARS / "office.toml").read_bytes()
    (desk.folder / "calendars").mkdir()
    (desk.folder / "calendars" / "mornings.toml").write_bytes(shipped)
    desk.panel(f"{VILLE},office", f"{METRO},mornings", head=f"{HEAD},calendar")
    desk.ranking(clock="business")

    desk.published("2026-10-08")

    folder = desk.at("2026-W40")
    found = contents(folder)
    assert found["calendars/office.toml"] == found["calendars/mornings.toml"] == shipped
    assert set(manifest(folder)["calendars"]) == {"office", "mornings"}
    assert is_whole(folder)


def test_of_ignored_authors_who_are_not_in_the_data_only_the_number_is_told(desk: Desk) -> None:
    desk.ranking(ignore=["75432", "99999"])

    result = desk.publish("2026-10-08")

    assert "1 of 2 ignored authors wrote nothing that is in the data; check their" in result.err
    assert "99999" not in result.err


def test_of_the_authors_that_are_ignored_only_the_number_is_published(desk: Desk) -> None:
    ignored = ["75432", "75434"]
    desk.ranking(ignore=ignored)

    desk.published("2026-10-08")

    folder = desk.at("2026-W40")
    said = manifest(folder)
    assert said["n_ignored"] == 2
    assert len(said["ignored_digest"]) >= 16
    assert "ignore" not in document(folder, "options.json")
    assert not any(each.encode() in content for content in contents(folder).values()
                   for each in ignored)  # fmt: skip


# --- what is refused ---------------------------------------------------------------------------


def test_a_file_in_the_way_is_named(desk: Desk) -> None:
    Path("taken").write_text("a file")

    result = desk.publish("2026-10-08", "--out", "taken")

    assert (result.code, result.out) == (2, "")
    assert "taken/weekly: cannot be written (Not a directory); fix that or choose another --out" \
        in result.err  # fmt: skip


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    problem = r"weekly: cannot be written \(Permission denied\); fix that or choose another --out"
    with read_only(tmp_path), pytest.raises(UsageError, match=problem), adding(Path("weekly")):
        pass


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "a publication has a manifest"),
        (lambda folder: _write(folder / "manifest.json", "{"), "the manifest is damaged"),
        (lambda folder: _write(folder / "manifest.json", "[]"), "the manifest is damaged"),
        (lambda folder: _write(folder / "manifest.json", '{"format": 9}'), "has format 9"),
        (lambda folder: _write(folder / "ranking.json", "{"), "cannot be read"),
        (lambda folder: (folder / "options.json").unlink(), "cannot be read"),
        (lambda folder: _write(folder / "panel.csv", "body_id"), "panel.csv"),
        (lambda folder: folder.rename(folder.with_name("2026-W39")), "that of 2026-W40"),
        (lambda folder: folder.with_name("notes").mkdir(), "a publication has a manifest"),
    ],
)
def test_a_damaged_publication_is_named_and_nothing_is_written(
    damage: Callable[[Path], object], problem: str, five: Desk, desk: Desk
) -> None:
    shutil.copytree(five.at("2026-W40"), desk.at("2026-W40"))
    damage(desk.at("2026-W40"))
    before = stamps(desk.folder / "published")

    result = desk.publish("2026-10-18", "--period", "2026-W41")

    assert (result.code, result.out) == (3, "")
    assert problem in result.err
    assert stamps(desk.folder / "published") == before


def test_only_one_publishes_at_a_time(desk: Desk) -> None:
    desk.published("2026-10-08")

    with FileLock(desk.folder / "published" / "weekly" / ".lock"):
        result = desk.publish("2026-10-15")

    assert (result.code, result.out) == (75, "")
    assert "another run is publishing; try again when it is done" in result.err


def test_rankings_of_other_names_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.ranking(name="other")
    desk.published("2026-10-08")

    with FileLock(desk.folder / "published" / "weekly" / ".lock"):
        assert desk.published("2026-10-08", name="other") == ["2026-W40"]


def test_what_a_killed_run_left_is_cleared_away(desk: Desk) -> None:
    left = desk.at(".unfinished-2026-W40")
    (left / "calendars").mkdir(parents=True)
    (left / "ranking.csv").write_text("half")

    desk.published("2026-10-08")

    assert not left.exists()
    assert is_whole(desk.at("2026-W40"))


def test_there_must_be_a_store_to_publish_from(desk: Desk) -> None:
    result = run("publish", desk.ranking(), "--store", "nowhere")

    assert result.code == 5
    assert "nowhere" in result.err


def test_what_a_ranking_is_called_must_be_known(desk: Desk) -> None:
    result = run("publish", "weakly", "--store", desk.store)

    assert (result.code, result.out) == (2, "")
    assert "weakly" in result.err


def _write(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")
