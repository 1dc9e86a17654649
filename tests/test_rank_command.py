from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from shell import Result, begin, command, run, run_apart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PANEL = """\
body_id,body,category,network,account_id,handle
ville,Ville de Montsabran,ville,twitter,1,montsabran
metro,Métro de Valdoine,transport,twitter,2,valdoine
gare,Gare de Roz,transport,twitter,3,gareroz
"""
MESSAGES = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
101,901,ida,2026-09-07T08:00Z,@montsabran Où est le marché ?,
102,1,montsabran,2026-09-07T08:30Z,@ida Place du Four.,101
103,902,omar,2026-09-08T10:00Z,@valdoine La ligne 2 est en panne ?,
104,903,rita,2026-09-09T10:00Z,@montsabran Pourquoi est-ce fermé ?,
105,1,montsabran,2026-09-09T12:00Z,@rita Les vacances.,104
106,904,saul,2026-09-10T11:00Z,@montsabran Merci !,
107,905,nour,2026-10-29T11:00Z,@montsabran Quand ouvrez-vous ?,
"""
COVERED = "2026-09-07..2026-11-01"
WEEK = ("--period", "2026-W37", "--min-requests", "1")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with settings, a panel and a store, which no test changes."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        (folder / "panel.csv").write_text(PANEL, encoding="utf-8")
        (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
        done = run("import", "messages.csv", "--panel", "panel.csv", "--covers", COVERED)
        assert done.code == 0, done.err
    return folder


@pytest.fixture(autouse=True)
def _there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)


def rank(*arguments: object) -> Result:
    return run("rank", *WEEK, *arguments)


def rows(result: Result) -> dict[str, dict[str, str]]:
    assert result.code == 0, result.err
    return {row["body_id"]: row for row in csv.DictReader(result.out.splitlines())}


def ranked(*arguments: object) -> dict[str, str]:
    """The rank of each body; empty where it has none."""
    found = rows(rank("--format", "csv", *arguments))
    return {body_id: row["rank"] for body_id, row in found.items()}


# --- how much the selection matters -------------------------------------------------------------


def test_sensitivity_shows_rates_and_ranks_under_every_selection() -> None:
    result = rank("--sensitivity")

    assert (result.code, result.err) == (0, "")
    assert re.search(r"body +question-mark +questions +requests +all\n", result.out)
    assert re.search(r"Ville de Montsabran +100 % \(1\) +100 % \(1\) ", result.out)
    assert "0 of 2 bodies would leave their rank interval\n" in result.out


def test_sensitivity_has_every_format() -> None:
    row = rows(rank("--sensitivity", "--format", "csv"))["ville"]
    (first, *_) = json.loads(rank("--sensitivity", "--format", "json").out)["scores"]
    page = rank("--sensitivity", "--format", "markdown")

    assert (row["rank_all"], row["n_selected_all"], row["n_answered_all"]) == ("1", "3", "2")
    assert first["by_selection"]["all"] == {
        "n_requests": 3,
        "n_answered": 2,
        "response_rate": pytest.approx(2 / 3),
        "rank": 1,
    }
    assert "| question-mark | questions | requests | all |" in page.out


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--by", "median_wait"), "by the response rate, not by median_wait; say --by response_r"),
        (("--sql",), "cannot be combined with --sql"),
        (("--by-group", "network"), "cannot be combined with --sql, --compare-to or --by-group"),
        (("--compare-to", "previous"), "cannot be combined with --sql, --compare-to or --by-gro"),
    ],
)
def test_what_sensitivity_cannot_say_is_refused(options: tuple[str, ...], problem: str) -> None:
    result = rank("--sensitivity", *options)

    assert result.code == 2
    assert problem in result.err


# --- what is ranked ----------------------------------------------------------------------------


def test_bodies_are_ranked_by_their_response_rate() -> None:
    result = rank()

    assert (result.code, result.err) == (0, "")
    assert re.search(
        r"\n1 +\(1–2\) +Ville de Montsabran .*\n2 +\(1–2\) +Métro de Valdoine ", result.out
    )


def test_options_say_what_counts() -> None:
    assert rows(rank("--format", "csv"))["ville"]["n_requests"] == "2"
    assert rows(rank("--format", "csv", "--selection", "all"))["ville"]["n_requests"] == "3"


def test_a_file_says_what_counts_and_options_override_it(tmp_path: Path) -> None:
    (tmp_path / "panel.csv").write_text("\n".join(PANEL.splitlines()[:2]), encoding="utf-8")
    path = tmp_path / "towns.toml"
    path.write_text(
        'title = "Towns"\npanel = "panel.csv"\nselection = "all"\nunit = "message"\n'
        'period = "2026-W37"\nmin_requests = 1\n'
    )

    as_written = json.loads(run("rank", path, "--format", "json").out)
    overridden = json.loads(run("rank", path, "--format", "json", "--selection", "questions").out)

    assert as_written["title"] == "Towns"
    assert (as_written["selection"], overridden["selection"]) == ("all", "questions")
    assert as_written["unit"] == overridden["unit"] == "message"
    assert [len(board["scores"]) for board in (as_written, overridden)] == [1, 1]


def test_a_panel_given_goes_before_the_one_that_the_store_knows(tmp_path: Path) -> None:
    panel = tmp_path / "metro.csv"
    panel.write_text("\n".join([PANEL.splitlines()[0], PANEL.splitlines()[2]]), encoding="utf-8")

    assert ranked("--panel", panel) == {"metro": "1"}


@pytest.mark.parametrize(
    ("authors", "n_requests", "n_excluded"),
    [
        (["901"], "1", "1"),
        (["twitter:901"], "1", "1"),
        (["twitter:901", "901", "901"], "1", "1"),
        (["facebook:901"], "2", "0"),
    ],
)
def test_authors_are_ignored_by_the_identifiers_that_their_network_gave(
    tmp_path: Path, authors: list[str], n_requests: str, n_excluded: str
) -> None:
    path = tmp_path / "ignoring.toml"
    path.write_text(f"ignore = {authors}\n")

    row = rows(rank(path, "--format", "csv"))["ville"]

    assert (row["n_requests"], row["n_excluded_listed"]) == (n_requests, n_excluded)
    assert row["n_ignored"] == str(len(set(authors)))


def test_ignored_authors_who_are_not_in_the_data_are_named_beside_the_ranking(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ignoring.toml"
    path.write_text('ignore = ["901", "77712", "facebook:902", "twitter:902"]\n')

    result = rank(path, "--format", "json")

    assert result.err == (
        "socialscore: 2 of 4 ignored authors wrote nothing that is in the data: 77712, "
        "facebook:902; check their ids, unless they were erased\n"
    )
    assert "77712" not in result.out


def test_a_body_that_is_counted_as_an_author_can_be_ignored(tmp_path: Path) -> None:
    panel = tmp_path / "panel.csv"
    panel.write_text(PANEL.replace("twitter,1,", "twitter,8,"), encoding="utf-8")
    path = tmp_path / "ignoring.toml"
    path.write_text('ignore = ["1"]\ninclude_institutions = true\n')

    assert "ignored authors" not in rank(path, "--panel", panel).err


def test_without_the_key_of_the_store_nobody_can_be_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = tmp_path / "ignoring.toml", tmp_path / "pseudonym.key"
    path.write_text('ignore = ["901"]\n')
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(key))

    missing = rank(path)
    key.write_text("ab" * 32)
    key.chmod(0o600)
    another = rank(path)

    assert (missing.code, another.code) == (3, 5)
    assert f"{key}: the pseudonym key is missing; without it nobody can tell" in missing.err
    assert "its pseudonyms were made with another key; restore that key" in another.err


def test_the_data_end_where_they_are_told_to() -> None:
    early = rows(rank("--format", "csv", "--as-of", "2026-09-12"))["ville"]
    late = rows(rank("--format", "csv", "--as-of", "2026-10-12"))["ville"]

    assert (early["n_requests"], early["n_pending"]) == ("0", "2")
    assert (late["n_requests"], late["n_pending"]) == ("2", "0")


# --- compared to another period ----------------------------------------------------------------

LATER = ("--period", "2026-W44", "--horizon", "1d")


def test_a_ranking_is_compared_to_a_period_by_its_name() -> None:
    found = rows(rank(*LATER, "--compare-to", "2026-W37", "--format", "csv"))

    ville, metro = found["ville"], found["metro"]
    assert (ville["compared_to"], ville["rank"], ville["previous_rank"]) == ("2026-W37", "1", "1")
    assert (ville["previous_response_rate"], ville["difference"]) == ("1.0", "-1.0")
    assert (metro["rank"], metro["previous_rank"], metro["difference"]) == ("", "2", "")


def test_a_ranking_is_compared_to_the_period_before() -> None:
    found = rows(rank("--period", "2026-W38", "--compare-to", "previous", "--format", "csv"))

    assert {row["compared_to"] for row in found.values()} == {"2026-W37"}


def test_who_is_gone_and_how_ranks_moved_stands_in_the_table() -> None:
    result = rank(*LATER, "--compare-to", "2026-W37")

    assert result.code == 0
    assert "\ncompared to   2026-W37\n" in result.out
    assert re.search(r"\n1 += +\(1–1\) +Ville de Montsabran .* −100", result.out)
    assert "\ngone: Métro de Valdoine\n" in result.out


def test_who_is_new_stands_in_the_table() -> None:
    result = rank("--compare-to", "previous")

    assert re.search(r"\n1 +new +\(1–2\) +Ville de Montsabran ", result.out)
    assert "new: not ranked in 2026-W36" in result.out


# --- by something else than bodies -------------------------------------------------------------

BY_CATEGORY = ("--by-group", "category")


@pytest.mark.parametrize(
    ("format_name", "line"),
    [
        ("table", r"\nville +1 +2 +100 % \(34–100\) +100 % "),
        ("csv", r"\ncategory,ville,1,2,2,1\.0,"),
        ("markdown", r"\n\| ville \| 1 \| 2 \| 100 % \(34–100\) \| 100 % \| "),
    ],
)
def test_requests_are_counted_by_category(format_name: str, line: str) -> None:
    result = rank(*BY_CATEGORY, "--format", format_name)

    assert (result.code, result.err) == (0, "")
    assert re.search(line, result.out)


def test_a_json_document_keeps_pooled_numbers_and_medians_of_bodies_apart() -> None:
    document = json.loads(rank(*BY_CATEGORY, "--format", "json").out)

    transport, ville = document["lines"]
    assert (document["by"], transport["label"], ville["label"]) == (
        "category",
        "transport",
        "ville",
    )
    assert (ville["pooled"]["n_requests"], ville["pooled"]["response_rate"]) == (2, 1.0)
    assert ville["median_of_bodies"]["response_rate"] == 1.0


@pytest.mark.parametrize(
    ("group", "labels"),
    [
        ("day", ["2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10"]),
        ("week", ["2026-W37"]),
        ("hour-of-week", ["Mon 10", "Tue 12", "Wed 12", "Thu 13"]),  # in Paris
        ("network", ["twitter"]),
        (
            "account",
            ["Ville de Montsabran, twitter @montsabran", "Métro de Valdoine, twitter @valdoine"],
        ),
    ],
)
def test_requests_are_counted_by_other_groups(group: str, labels: list[str]) -> None:
    result = rank("--by-group", group, "--selection", "all", "--format", "csv")

    assert result.code == 0
    assert [row["label"] for row in csv.DictReader(result.out.splitlines())] == labels


# --- formats and files -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["table", "csv", "json", "markdown"])
def test_a_file_has_what_would_stand_on_the_screen(tmp_path: Path, name: str) -> None:
    path = tmp_path / "result"

    shown = rank("--format", name)
    written = rank("--format", name, "--output", path)

    assert (written.code, written.out) == (0, "")
    assert path.read_text(encoding="utf-8") == shown.out != ""
    assert [each.name for each in tmp_path.iterdir()] == ["result"]


def test_no_colours_are_written_to_a_file_or_a_pipe() -> None:
    assert "\x1b" not in rank().out


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    result = rank("--output", tmp_path / "missing" / "result.csv")

    assert result.code == 2
    assert "missing/result.csv: there is no folder" in result.err


@pytest.mark.skipif(os.name != "posix", reason="this system limits no files")
def test_a_file_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("what was there")

    result = run_apart("rank", *WEEK, "--format", "json", "--output", path, preexec_fn=small_disk)

    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "result.json: cannot be written (File too large)" in result.err
    assert path.read_text() == "what was there"
    assert [each.name for each in tmp_path.iterdir()] == ["result.json"]


def small_disk() -> None:
    """To call in a process before it begins: no file of it gets longer than that."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


@pytest.mark.slow
def test_the_output_does_not_depend_on_the_timezone_or_language_of_the_machine(
    tmp_path: Path,
) -> None:
    outputs = []
    for zone, language in (("UTC", "C.UTF-8"), ("Pacific/Auckland", "C")):
        environment = os.environ | {
            "TZ": zone,
            "LC_ALL": language,
            "SOCIALSCORE_STORE": str(tmp_path / zone),
        }
        imported = run_apart(
            "import", "messages.csv", "--panel", "panel.csv", "--covers", COVERED, env=environment
        )
        outputs += [imported.err]
        outputs += [
            run_apart("rank", *WEEK, "--format", name, env=environment, encoding="utf-8").out
            for name in ("csv", "table")
        ]

    assert "7 messages kept" in outputs[0]
    assert "Métro de Valdoine" in outputs[1]
    assert outputs[:3] == outputs[3:]


@pytest.mark.parametrize("arguments", [["rank", *WEEK], ["--help"], ["metrics"]])
def test_a_reader_that_has_seen_enough_is_no_trouble(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    result = run_apart(*arguments, stdout=writing)

    os.close(writing)
    assert result.code == 1
    assert result.err == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_an_interruption_ends_a_command_without_a_word(tmp_path: Path) -> None:
    pipe = tmp_path / "slow.csv"
    os.mkfifo(pipe)

    process = subprocess.Popen(
        command("import", pipe, "--bodies-from-data"), stderr=subprocess.PIPE, text=True
    )
    with pipe.open("w"):  # waits until the command reads
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said == ""


# --- what is wrong is said in one line ---------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["--preset", "defualt"], 2, "unknown preset 'defualt'; did you mean 'default'?"),
        (["--format", "markdwon"], 2, "unknown format 'markdwon'; did you mean 'markdown'?"),
        (["--by", "median_wiat"], 2, "'median_wiat'; did you mean 'median_wait'?"),
        (["--unit", "mesage"], 2, "unknown unit 'mesage'; did you mean 'message'?"),
        (
            ["--selection", "question"],
            2,
            "unknown selection 'question'; did you mean 'questions' or ",
        ),
        (["--network", "twiter"], 2, "unknown network 'twiter'; did you mean 'twitter'?"),
        (["--exclude", "repots"], 2, "unknown reason 'repots'; did you mean 'repost'?"),
        (["--horizon", "a week"], 2, "--horizon a week: write a time such as 7d, 24h or 90m"),
        (["--timezone", "Paris"], 2, "'Paris' is not a timezone such as Europe/Paris"),
        (["--period", "soon"], 2, "cannot read the period 'soon'; write 2026-W46, 2026-11"),
        (["--period", "2026-02-01..2026-01-01"], 2, "is empty: it ends at or before its beginning"),
        (["--as-of", "soon"], 2, "--as-of soon: write a day or a time such as 2026-11-23T09:00"),
        (["--as-of", "0001-01-03"], 2, "--as-of 0001-01-03: write a day or a time such as"),
        (["--as-of", "2003-12-31"], 2, "such as 2026-11-23T09:00, from 2004 to 2099"),
        (["--period", "all", "--as-of", "2004-01-02"], 2, "the period all is empty"),
        (["--by-group", "categry"], 2, "unknown group 'categry'; did you mean 'category'?"),
        (["--by-group", "day", "--compare-to", "previous"], 2, "cannot be combined with"),
        (["--compare-to", "soon"], 2, "cannot read the period 'soon'; write 2026-W46"),
        (["--period", "all", "--compare-to", "previous"], 2, "no period precedes `all`"),
        (["--sql", "--compare-to", "previous"], 2, "it cannot be combined with --format"),
        (["--sql", "--engine", "local"], 2, "it cannot be combined with --format, --compare-to or"),
        (["--clock", "business"], 2, "3 of the bodies have no opening hours; name their calendars"),
        (["--calendar", "ofice", "--clock", "business"], 2, "'ofice'; did you mean 'office'?"),
        (["--within", "none"], 2, "--within none: write times such as 1h, 24h or 7d"),
        (["--show", "median_wiat"], 2, "'median_wiat'; did you mean 'median_wait'?"),
        (["--panel", "missing.csv"], 3, "missing.csv: the panel cannot be read (No such file"),
        (["missing.toml"], 3, "missing.toml"),
        (["--store", "missing"], 5, "there is no store yet; `socialscore import FILE --store mis"),
        (["--store", "."], 5, ".: is not a socialscore store"),
    ],
)
def test_a_mistake_costs_one_line_with_the_way_out(
    arguments: list[str], code: int, problem: str
) -> None:
    result = rank(*arguments)

    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("socialscore: ")
    assert problem in result.err
    assert result.err.count("\n") == 1


def test_a_mistake_in_a_ranking_file_is_named_by_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "towns.toml"
    path.write_text('horizon = "a week"\n')

    result = rank(path)

    assert result.code == 3
    assert f"socialscore: {path}:1, key horizon: write a time such as 7d" in result.err


def test_a_panel_of_which_nothing_was_collected_is_told_to_import(tmp_path: Path) -> None:
    panel = tmp_path / "panel.csv"
    panel.write_text("body_id,body,network,handle\nroz,Roz,twitter,roz\n")

    result = rank("--panel", panel)

    assert result.code == 2
    assert "nothing was collected for the bodies of the panel 'panel' yet: `socialscore im" in (
        result.err
    )


@pytest.mark.parametrize("arguments", [["--colour"], ["a.toml", "b.toml"], ["--min-requests", "x"]])
def test_options_that_do_not_exist_are_refused(arguments: list[str]) -> None:
    result = run("rank", *arguments)

    assert (result.code, result.out) == (2, "")
    assert "Usage: socialscore rank" in result.err


def test_a_command_that_was_removed_says_what_to_do_instead() -> None:
    result = run("settle", "demo")

    assert result.code == 2
    assert "`settle` was removed: rankings count the messages themselves" in result.err


def test_a_command_that_does_not_exist_is_likened_to_one_that_does() -> None:
    result = run("rnak")

    assert result == Result(2, "", "socialscore: unknown command 'rnak'; did you mean 'rank'?\n")


# --- where nobody has a rank, what to try is said ------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        ([], "no body is ranked: no request was written in 2026-W43\n"),
        (["--period", "last-week"], "1 request of 2026-W44 may still be answered in time, and it"),
        (["--period", "2025-W40"], "nothing was collected in 2025-W40, the data are from 7 Sep"),
    ],
)
def test_where_nobody_has_a_rank_the_way_out_is_on_the_other_stream(
    arguments: list[str], way_out: str
) -> None:
    result = run("rank", *arguments)

    assert result.code == 0
    assert "Ville de Montsabran" in result.out
    assert way_out in result.err
