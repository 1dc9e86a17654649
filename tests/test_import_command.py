from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from pathlib import Path
from random import Random
from threading import Thread
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shell import SHARED, Result, begin, command, read_only, run, run_apart, zstd

from socialscore.store import lake
from socialscore.store.lake import Store
from socialscore.store.location import Folder
from socialscore.store.table_files import delta

if TYPE_CHECKING:
    from collections.abc import Iterator

CARE = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"
ASKED, ANSWERED = "Tue Oct 31 22:10:47 +0000 2017", "Tue Oct 31 22:20:47 +0000 2017"
ASKS = f"1,115,True,{ASKED},@montsabran Où est le marché ?,2,"
ANSWERS = f"2,montsabran,False,{ANSWERED},@115 Place du Four.,,1.0"

TABLE = "message_id,author_id,sent_at,text"
EPISODES = ("--unit", "episode", "--match", "loose", "--exclude", "default")
PANEL = """\
body_id,body,category,network,account_id,handle
ville,Ville de Montsabran,ville,twitter,,montsabran
metro,Métro de Valdoine,transport,twitter,,valdoine
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    return begin(tmp_path, monkeypatch)


def lines(*rows: str, name: str = "messages.csv", header: str = CARE) -> Path:
    path = Path(name)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def take(path: Path, *options: object) -> Result:
    """Import a file for the two bodies of the panel."""
    return run("import", path, "--panel", "panel.csv", *options)


def stored(column: str = "message_id", root: str = "socialscore-data") -> list[str]:
    """What the store holds, in the order of the identifiers."""
    table = delta(Folder(Path(root)), "message")  # as it is on the disk
    rows = table.to_pyarrow_table().to_pylist() if table else []
    return [
        row[column] for row in sorted(rows, key=lambda row: (row["message_id"], row["account_id"]))
    ]


def scores(*options: object) -> dict[str, dict[str, str]]:
    """The ranking's rows by body, every inbound message counted."""
    counting = (
        "--unit message --selection all --match direct --exclude none --min-requests 1 "
        "--period all "
        "--horizon none --format csv"
    )
    result = run("rank", *counting.split(), *options)
    assert result.code == 0, result.err
    return {row["body_id"]: row for row in csv.DictReader(result.out.splitlines())}


# --- the usual way -----------------------------------------------------------------------------


def test_an_import_says_what_became_of_every_row() -> None:
    unrelated = f"3,116,True,{ASKED},nothing to do with it,,"

    result = take(lines(ASKS, ANSWERS, unrelated, f"4,,True,{ASKED},@montsabran,,"))

    assert (result.code, result.out) == (0, "")
    assert result.err == (
        "messages.csv (care): 4 rows read, 1 of them replies; 2 messages kept; 0 already known;"
        " 1 neither by nor to a body of the panel; 1 refused\n"
        "  line 5: refused: author_id is empty\n"
    )
    assert stored() == ["1", "2"]


def test_importing_twice_changes_nothing_and_says_so() -> None:
    path = lines(ASKS, ANSWERS)
    take(path)
    before = stored("collected_at")

    result = take(path)

    assert result.code == 0
    assert "0 messages kept; 2 already known; 0 neither" in result.err
    assert result.err.endswith("0 refused; no message changed\n")
    assert stored("collected_at") == before


def test_messages_are_counted_and_apart_from_them_the_accounts_that_they_concern() -> None:
    Path("both.csv").write_text(
        "body_id,body,network,account_id,handle\na,A,X,1,alpha\nb,B,X,2,beta\n", encoding="utf-8"
    )
    Path("a.csv").write_text("body_id,body,network,account_id,handle\na,A,X,1,alpha\n")
    head = "message_id,author_id,sent_at,text,n_edits\n"
    first = "11,9,2026-10-07T08:00Z,@alpha @beta Quand ?,0\n12,9,2026-10-07T09:00Z,@alpha Où ?,0\n"

    def told(text: str, panel: str) -> str:
        Path("t.csv").write_text(head + text, encoding="utf-8")
        result = run("import", "t.csv", "--panel", panel, "--store", "both")
        return result.err.split("replies; ")[1].splitlines()[0].removesuffix("; 0 refused")

    nobody = "0 neither by nor to a body of the panel"
    assert told(first, "both.csv") == (
        "2 messages kept (3, counted once under each account that they concern); 0 already known; "
        f"{nobody}"
    )
    assert told(first, "both.csv").startswith(f"0 messages kept; 2 already known; {nobody}")
    assert told(first.replace(",0\n", ",1\n"), "both.csv") == (
        f"0 messages kept; 0 already known; 2 changed by an edit or a deletion; {nobody}"
    )
    (runs, *_) = json.loads(run("status", "--runs", "--format", "json", "--store", "both").out)
    assert (runs["n_messages"], runs["n_accounts"]) == (2, 2)


def test_a_message_that_is_known_under_one_account_is_kept_under_another() -> None:
    Path("t.csv").write_text(
        "message_id,author_id,sent_at,text\n11,9,2026-10-07T08:00Z,@alpha @beta Quand ?\n",
        encoding="utf-8",
    )
    head = "body_id,body,network,account_id,handle\na,A,X,1,alpha\n"
    for name, rows in (("a.csv", ""), ("both.csv", "b,B,X,2,beta\n")):
        Path(name).write_text(head + rows, encoding="utf-8")

    first, again = (
        run("import", "t.csv", "--panel", panel, "--store", "both").err
        for panel in ("a.csv", "both.csv")
    )

    assert "1 message kept; 0 already known" in first
    assert "1 message kept; 0 already known" in again


@pytest.mark.parametrize("seed", range(2))
def test_neither_order_nor_repetition_of_rows_and_imports_changes_a_number(seed: int) -> None:
    random, rows = Random(seed), correspondence(Random(seed), 40)
    header = f"{TABLE},author_handle,reply_to_id"
    shuffled = random.sample(rows, len(rows)) + random.choices(rows, k=20)
    once = lines(*rows, name="once.csv", header=header)
    again = lines(*shuffled, name="again.csv", header=header)

    take(once)
    for path in (again, once, again):
        take(path, "--store", "other")

    assert stored(root="other") == stored()
    assert len(stored()) > 40
    assert scores("--store", "other") == scores()
    assert scores("--store", "other", *EPISODES) == scores(*EPISODES)


def correspondence(random: Random, n: int) -> list[str]:
    """Questions to both bodies, and their replies to some of them."""
    rows = []
    for number in range(n):
        handle, citizen = random.choice(["montsabran", "valdoine"]), random.choice("abcd")
        when = datetime(2026, 9, 7, tzinfo=UTC) + timedelta(minutes=random.randint(0, 10_000))
        rows.append(f"1{number},{citizen},{when:%FT%TZ},@{handle} Où est-ce ?,,")
        if random.random() < 0.7:
            then = when + timedelta(minutes=random.randint(1, 3000))
            rows.append(f"2{number},{handle},{then:%FT%TZ},@{citizen} Ici.,{handle},1{number}")
    return rows


def test_the_store_knows_its_bodies_for_the_next_time() -> None:
    take(lines(ASKS))

    result = run("import", lines(ANSWERS, name="more.csv"))

    assert result.code == 0
    assert stored() == ["1", "2"]


def test_the_panel_of_the_settings_holds() -> None:
    with Path("socialscore.toml").open("a") as settings:
        settings.write('panel = "panel.csv"\n')

    assert run("import", lines(ASKS)).code == 0
    assert stored() == ["1"]


def test_without_a_panel_one_is_asked_for() -> None:
    result = run("import", lines(ASKS))

    assert result == Result(
        2,
        "",
        "socialscore: whose messages? Write the bodies into the panel that `socialscore init` "
        "makes, or give --panel FILE, or --bodies-from-data to take all bodies\n",
    )


def test_a_panel_and_bodies_from_the_data_contradict_each_other() -> None:
    result = take(lines(ASKS), "--bodies-from-data")

    assert result.code == 2
    assert "--panel and --bodies-from-data contradict each other" in result.err


def test_bodies_can_be_taken_from_the_data() -> None:
    path = lines(ASKS, ANSWERS, f"3,valdoine,False,{ASKED},Bonjour !,,")

    result = run("import", path, "--bodies-from-data")

    assert result.code == 0
    assert [body.body_id for body in Store.open(Path("socialscore-data")).panel().bodies] == [
        "montsabran",
        "valdoine",
    ]


def test_bodies_from_the_data_do_not_change_those_that_the_store_knows() -> None:
    path = lines(ASKS, ANSWERS)
    take(path)
    before = Store.open(Path("socialscore-data")).panel()

    run("import", path, "--bodies-from-data")

    assert Store.open(Path("socialscore-data")).panel() == before


def test_the_case_of_a_handle_means_nothing() -> None:
    asks, answers = (row.replace("montsabran", "MontSabran") for row in (ASKS, ANSWERS))

    take(lines(asks, answers))

    assert scores()["ville"]["n_answered"] == "1"


def test_no_identifier_of_a_citizen_is_kept() -> None:
    asks = "101,citizen-471104711047,2026-09-07T08:00:00Z,bonjour @montsabran,Ida"
    answers = "102,montsabran,2026-09-07T09:00:00Z,bonjour @Ida,"

    take(lines(asks, answers, header=f"{TABLE},author_handle"))

    files = [path for path in Path("socialscore-data").rglob("*") if path.is_file()]
    texts = [str(pq.read_table(p).to_pylist()) for p in files if p.suffix == ".parquet"]
    assert stored() == ["101", "102"]
    assert len(set(stored("author_id"))) == 2
    assert not [text for text in texts if "471104711047" in text]
    assert not [path for path in files if b"471104711047" in path.read_bytes()]


def test_several_files_are_imported_one_after_the_other() -> None:
    result = take(lines(ASKS, name="a.csv"), lines(ANSWERS, name="b.csv"))

    assert result.code == 0
    assert [line.split(" ")[0] for line in result.err.splitlines()] == ["a.csv", "b.csv"]
    assert stored() == ["1", "2"]


def test_what_came_before_a_file_with_something_wrong_is_kept() -> None:
    result = take(lines(ASKS, name="a.csv"), "missing.csv")

    assert result.code == 3
    assert "missing.csv: there is no such file" in result.err
    assert stored() == ["1"]


def test_a_file_covers_its_own_time_for_the_accounts_that_occur() -> None:
    take(lines(ASKS, ANSWERS))

    rows = Store.open(Path("socialscore-data")).coverage().to_pylist()
    assert {(row["account_id"], row["stream"]) for row in rows} == {
        ("montsabran", "inbound"),
        ("montsabran", "outbound"),
    }
    assert {str(row["covered_from"]) for row in rows} == {"2017-10-31 22:10:47"}
    assert {str(row["covered_until"]) for row in rows} == {"2017-10-31 22:20:48"}


def test_what_is_declared_is_covered_for_every_account() -> None:
    take(lines(ASKS, ANSWERS), "--covers", "2017-11")

    rows = Store.open(Path("socialscore-data")).coverage().to_pylist()
    assert {row["account_id"] for row in rows} == {"montsabran", "valdoine"}
    assert {str(row["covered_from"]) for row in rows} == {"2017-10-31 23:00:00"}
    assert {str(row["covered_until"]) for row in rows} == {"2017-11-30 23:00:00"}


@pytest.mark.parametrize(
    ("period", "problem"),
    [
        ("all", "--covers all: name the period, as in 2026-W46"),
        ("november", "cannot read the period 'november'; write 2026-W46"),
        ("2017-12-01..2017-11-01", "the period 2017-12-01..2017-11-01 is empty"),
    ],
)
def test_what_is_covered_is_a_period(period: str, problem: str) -> None:
    result = take(lines(ASKS), "--covers", period)

    assert result.code == 2
    assert problem in result.err


# --- rows with something wrong -----------------------------------------------------------------


def test_one_bad_row_never_stops_a_file() -> None:
    rows = [
        ASKS,
        f"x,116,True,{ASKED},@montsabran,,",
        f"4,116,perhaps,{ASKED},@montsabran,,",
        "5,116,True,yesterday,@montsabran,,",
        f"6,116,True,{ASKED},@montsabran,,nobody",
        f"7,116,True,{ASKED}",
        f'8,116,True,{ASKED},"@montsabran,,',
        f"9,116,True,{ASKED},@montsabran a NUL \0 byte,,",
        "10,116,True,Mon Jan 01 00:00:00 +0000 0001,@montsabran,,",
        ANSWERS,
    ]

    result = take(lines(*rows))

    assert result.code == 0
    assert "10 rows read, 1 of them replies; 2 messages kept; " in result.err
    assert result.err.splitlines()[1:] == [
        "  line 3: refused: tweet_id is not a string of digits",
        "  line 4: refused: inbound is neither true nor false",
        "  line 5: refused: created_at 'yesterday' is not a time",
        "  line 6: refused: in_response_to_tweet_id is not a string of digits",
        "  line 7: refused: 4 columns instead of 7",
        "  line 8: refused: quote never closed",
        "  line 9: refused: holds a NUL byte",
        "  line 10: refused: dated 0001-01-01",
    ]
    assert stored() == ["1", "2"]


def test_replies_to_rounded_parents_are_kept_and_their_column_is_named() -> None:
    file = lines(
        "2119588004623286620,115,2026-09-07T08:00:00Z,@montsabran Où est le marché ?,",
        "2119590000000000001,montsabran,2026-09-07T09:00:00Z,Place du Four.,2.1195880046232867e+18",
        "2119590000000000002,montsabran,2026-09-07T10:00:00Z,À midi.,2.11959E+18",
        header=f"{TABLE},parent",
    )

    result = take(file, "--map", "reply_to_id=parent")

    assert "3 rows read, 2 of them replies; 3 messages kept" in result.err
    assert result.err.splitlines()[1:] == [
        "  parent: 2 of 2 look rounded by a spreadsheet or pandas; "
        "1 matched to the one message they can mean, 1 unknown; keep identifiers as text"
    ]
    assert stored("reply_to_id") == [None, "2119588004623286620", None]
    assert scores()["ville"]["n_answered"] == "1"


# --- replies that are lost -----------------------------------------------------------------------

LOSSES = (
    "101,901,2026-09-07T08:00:00Z,@montsabran @valdoine Où ?,",
    "102,montsabran,2026-09-07T09:00:00Z,Ici.,101",
    "0x67,montsabran,2026-09-07T10:00:00Z,Là.,101",
    "104,valdoine,2026-09-07T10:00:00Z,Là.,1.23E+18",
    "105,901,no day,Où ?,",
    "a record of one cell",
    "107,901,2026-09-07T11:00:00Z,@montsabran Où ?,",
)
MENDED = (
    *LOSSES[:2], LOSSES[2].replace("0x67", "103"), LOSSES[3].replace("1.23E+18", "101"), LOSSES[6],
)  # fmt: skip


def losses_of(*rows: str, store: str = "lossy", folder: str = ".") -> None:
    Path(folder).mkdir(exist_ok=True)
    file = lines(*rows, name=f"{folder}/export.csv", header=f"{TABLE},reply_to_id")
    assert take(file, "--store", store).code == 0


def noted(period: str = "2026-W37", store: str = "lossy") -> list[str]:
    """What a ranking notes of replies that were lost."""
    result = run("rank", "--store", store, "--period", period, "--format", "json")
    assert result.code == 0, result.err
    return [note for note in json.loads(result.out)["notes"] if "files" in note or "repl" in note]


def test_a_ranking_says_which_bodies_lost_replies() -> None:
    losses_of(*LOSSES)

    assert noted() == [
        "replies may be missing, as rows of imported files were refused: Ville de Montsabran (1)",
        "it is unknown which messages some replies answer, as identifiers in imported files were "
        "rounded: Métro de Valdoine (1)",
        "1 row of imported files could not be read: any body may have lost replies",
    ]
    assert noted("2026-W38") == []


def test_a_file_that_lost_nothing_is_not_spoken_of() -> None:
    losses_of(*MENDED)

    assert noted() == []


def test_the_mended_file_brings_back_what_was_refused_and_the_note_goes() -> None:
    losses_of(*LOSSES)

    losses_of(*MENDED, folder="mended")

    assert noted() == [
        "it is unknown which messages some replies answer, as identifiers in imported files were "
        "rounded: Métro de Valdoine (1)"
    ]
    losses_of(*LOSSES)
    assert len(noted()) == 3


def test_another_file_of_the_same_time_brings_back_nothing() -> None:
    losses_of(*LOSSES)
    file = lines(*MENDED[:1], *MENDED[4:], name="other.csv", header=f"{TABLE},reply_to_id")

    take(file, "--store", "lossy")

    assert len(noted()) == 3


def test_what_was_lost_is_told_once_however_often_the_file_comes() -> None:
    losses_of(*LOSSES)
    before = noted()

    losses_of(*LOSSES)

    assert noted() == before


def test_what_two_imports_have_lost_is_lost_when_one_of_them_is_withdrawn() -> None:
    losses_of(*LOSSES)
    before = noted()
    losses_of(*LOSSES)
    listed = json.loads(run("status", "--runs", "--store", "lossy", "--format", "json").out)

    assert run("withdraw", listed[0]["run_id"], "--yes", "--store", "lossy").code == 0

    assert noted() == before


def test_what_is_dated_later_than_the_import_is_refused() -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    rows = "101,901,2026-09-07T08:00:00Z,@montsabran ?", f"102,901,{later:%FT%T}Z,@montsabran ?"

    result = take(lines(*rows, header=TABLE))

    assert result.code == 0
    assert "1 message kept" in result.err
    assert f"  line 3: refused: dated {later:%F}, later than now" in result.err
    assert stored() == ["101"]


def test_a_file_covers_nothing_that_is_still_to_come() -> None:
    later = datetime.now(UTC) + timedelta(days=30)

    result = take(lines(ASKS), "--covers", f"2026-09-01..{later:%F}")

    assert result.code == 2
    assert "ends later than now; name what is over, as in FROM..UNTIL" in result.err
    assert stored() == []


@pytest.mark.parametrize("name", ["broken.csv", "broken.csv.gz", "broken.csv.zst"])
@pytest.mark.parametrize("layout", ["care", "table"])
def test_a_broken_row_takes_no_sound_one_with_it(layout: str, name: str) -> None:
    if layout == "care":
        header, row = CARE, f"{{}},115,True,{ASKED},{{}},,"
    else:
        header, row = f"{TABLE},language", "{},115,2026-09-07T08:00:00Z,{},fr"
    texts = ['"@montsabran Où\nest le marché ?","', *["@montsabran ?"] * 900, '"@montsabran, ?"']
    rows = [row.format(number, text) for number, text in enumerate(texts, 1)]
    content = "\n".join([header, *rows, row.format(903, "@montsabran\rici ?")]).encode()
    pack = {".gz": gzip.compress, ".zst": zstd}.get(Path(name).suffix, bytes)
    Path(name).write_bytes(pack(content))

    result = take(Path(name), "--refused", "refused.csv")

    assert result.code == 0
    assert f"{name} ({layout}): 903 rows read" in result.err
    assert result.err.endswith(
        "1 refused on 2 lines\n  line 2: refused: quote never closed (2 lines)\n"
    )
    assert sorted(map(int, stored())) == list(range(2, 904))
    assert stored("text")[stored().index("903")] == "@montsabran\rici ?"
    assert f"{name},2,refused,quote never closed (2 lines)" in Path("refused.csv").read_text()


def test_the_first_ten_refusals_are_shown_and_all_are_listed() -> None:
    path = lines(ASKS, *(f"{n},,True,{ASKED},x,,\n" for n in range(10, 22)))

    shown = take(path)
    listed = take(path, "--refused", "refused.csv")

    assert shown.err.count("refused: author_id is empty") == 10
    assert shown.err.endswith("  and 2 more; --refused FILE lists them all\n")
    assert "more; --refused" not in listed.err
    rows = Path("refused.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "file,line,outcome,reason"
    assert rows[1] == "messages.csv,3,refused,author_id is empty"
    assert len(rows) == 13


def test_a_list_of_refusals_that_cannot_be_written_is_named_before_anything_is_kept() -> None:
    result = take(lines(ASKS), "--refused", "missing/refused.csv")

    assert result.code == 2
    assert "missing/refused.csv: there is no folder" in result.err
    assert not Path("socialscore-data").exists()


def test_a_file_of_which_no_row_can_be_read_is_refused() -> None:
    result = take(lines("1,2,3", f"2,,True,{ASKED},x,,"))

    assert result == Result(
        3,
        "",
        "socialscore: messages.csv:2: 3 columns instead of 7; and so on: none of the 2 rows can be "
        "read\n",
    )
    assert not Path("socialscore-data").exists()


def test_dates_out_of_this_world_are_refused() -> None:
    reasons = {
        "0001-01-01T00:00:00Z": "dated 0001-01-01",
        "9999-12-31T23:59:59Z": "dated 9999-12-31",
        "2003-12-31T23:59:59Z": "dated 2003-12-31",
        "2100-01-01T00:00:00Z": "dated 2100-01-01",
        "290000-01-01T00:00:00Z": "sent_at '290000-01-01T00:00:00Z' is not a time",
        "infinity": "sent_at 'infinity' is not a time",
        "2026-02-30T00:00:00Z": "sent_at '2026-02-30T00:00:00Z' is not a time",
        "": "sent_at is empty",
    }
    rows = (f"{n},116,{date},@montsabran ?" for n, date in enumerate(reasons, 10))

    result = take(lines("1,115,2026-09-07T08:00:00Z,@montsabran ?", *rows, header=TABLE))

    assert result.code == 0
    assert re.findall(r"line \d+: refused: (.*)", result.err) == list(reasons.values())
    assert stored() == ["1"]


def test_deletions_out_of_this_world_are_refused() -> None:
    reasons = {
        "0001-01-01T00:00:00Z": "deleted on 0001-01-01",
        "9999-12-31T23:59:59Z": "deleted on 9999-12-31",
        "infinity": "deleted_at 'infinity' is not a time",
        "soon": "deleted_at 'soon' is not a time",
    }
    rows = (f"{n},116,2026-09-07T09:00Z,@montsabran ?,{date}" for n, date in enumerate(reasons, 10))

    result = take(
        lines("1,115,2026-09-07T08:00Z,@montsabran ?,", *rows, header=f"{TABLE},deleted_at")
    )

    assert result.code == 0
    assert re.findall(r"line \d+: refused: (.*)", result.err) == list(reasons.values())
    assert stored() == ["1"]


def test_a_file_with_nothing_but_a_post_to_nobody_is_imported() -> None:
    result = take(lines(f"1,montsabran,False,{ASKED},Le marché ouvre demain.,,"))

    assert result.code == 0
    assert "1 message kept" in result.err
    assert stored() == ["1"]
    assert stored("addressed_ids") == [[]]
    assert scores()["ville"]["n_requests"] == "0"


def test_of_two_rows_with_one_identifier_the_first_counts() -> None:
    again, other = ASKS, ASKS.replace("le marché", "la mairie")

    result = take(lines(ASKS, ANSWERS, again, other))

    assert result.code == 0
    assert "2 messages kept; 1 already known; " in result.err
    assert "  line 5: refused: same id as line 2 but other content\n" in result.err
    assert stored("text")[0] == "@montsabran Où est le marché ?"


def test_replies_to_what_is_not_in_the_file_are_kept_and_answer_nothing() -> None:
    take(lines(ASKS, ANSWERS.replace("1.0", "99.0")))

    assert stored() == ["1", "2"]
    assert scores()["ville"]["n_requests"] == "1"
    assert scores()["ville"]["n_answered"] == "0"


@pytest.mark.parametrize(
    ("seconds_before", "n_answered", "n_too_early", "median"),
    [(61, "0", "1", ""), (60, "1", "0", "0.0"), (1, "1", "0", "0.0")],
)
def test_a_response_from_before_its_request_is_skew_of_clocks_up_to_a_minute(
    seconds_before: int, n_answered: str, n_too_early: str, median: str
) -> None:
    asked = "Tue Oct 31 22:20:00 +0000 2017"
    answered = f"Tue Oct 31 22:{19 - seconds_before // 61}:{(-seconds_before) % 60:02} +0000 2017"

    take(lines(ASKS.replace(ASKED, asked), ANSWERS.replace(ANSWERED, answered)))

    row = scores()["ville"]
    assert (row["n_requests"], row["n_answered"]) == ("1", n_answered)
    assert (row["n_too_early"], row["median_delay"]) == (n_too_early, median)


# --- files that are not what they should be ----------------------------------------------------


def bad_file(content: bytes) -> Result:
    Path("bad.csv").write_bytes(content)
    return take(Path("bad.csv"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "has no header: its lines are blank"),
        (b"no header" * 200_000, "but of no known layout; its columns are no headerno header"),
        (b",".join(b"c%d" % i for i in range(100_000)), "but of no known layout"),
        (b"[1]\n" * 100, "something follows the array; write each part on a line"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 99, "is an image; ask for the table as CSV or .xlsx"),
        (b"PK\x03\x04\x14\0\x08\x08" * 99, "the zip archive is damaged or cut off"),
        (f"{ASKS}\n{ANSWERS}\n".encode(), "but of no known layout"),
        (
            b"name,first name\nIda,Roz\n",
            "name those that are needed, as in --map message_id=COLUMN",
        ),
        (CARE.encode().replace(b"created_at", b"craeted_at"), "but of no known layout"),
        (
            gzip.compress(CARE.encode() * 999, mtime=0)[:-9],
            "the compressed file is damaged or cut off",
        ),
        (b"PAR1" + bytes(99), "is not a Parquet file"),
        (b"[]", "has no objects; expected one on each line"),
        (b'{"data": [', "has no object up to line 1 (line 1: not JSON)"),
        (b'{"id": "1", "author_id": "2", "created_at": ', "no post of the X API v2 up to line 1"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_leaves_no_store(
    content: bytes, problem: str
) -> None:
    result = bad_file(content)

    assert result.code == 3
    assert re.match(r"socialscore: bad\.csv(:\d)?: ", result.err)
    assert problem in result.err
    assert result.err.count("\n") == 1
    assert not Path("socialscore-data").exists()


def test_of_very_many_columns_a_mistake_names_some() -> None:
    header = ",".join([TABLE, *(f"c{i}" for i in range(20_000))])
    path = lines(header=header)

    unknown = take(path, "--map", "kind=öööö")
    near = take(path, "--map", "kind=c7777O")
    missing = take(lines(header=header.removeprefix("message_id,")), "--layout", "table")

    assert unknown.code == near.code == missing.code == 3
    assert "unknown column (for kind) 'öööö'; known: author_id, c0, c1, c10," in unknown.err
    assert unknown.err.endswith(" and 19,972 more\n")
    assert near.err.endswith("did you mean 'c7777'?\n")
    assert "has no column message_id; its columns are author_id, sent_at, text, c0" in missing.err
    assert len(missing.err) < 1000


def test_a_first_line_of_over_64_kilobytes_is_read() -> None:
    padding = ",".join(f"{'c' * 60}{i}" for i in range(5000))
    rows = [f"{',' * 5000}1,115,2026-09-07T08:00:00Z,@montsabran ?"]
    path = lines(*rows, header=f"\n\n{padding},{TABLE}")

    assert take(path).code == 0
    assert stored() == ["1"]


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.skipif(os.name != "posix", reason="this system has no /dev/stdin")
def test_messages_may_come_through_a_pipe(name: str) -> None:
    result = run_apart("import", name, "--panel", "panel.csv", input=f"{CARE}\n{ASKS}\n{ANSWERS}\n")

    assert (result.code, result.out) == (0, "")
    assert result.err.startswith(f"{name} (care): 2 rows read")
    assert stored() == ["1", "2"]


@pytest.mark.skipif(os.name != "posix", reason="this system has no such pipes")
def test_a_pipe_that_has_nothing_yet_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def write() -> None:
        for text in (f"{CARE}\n{ASKS[:30]}", f"{ASKS[30:]}\n", f"{ANSWERS}\n"):
            time.sleep(0.5)
            os.write(writing, text.encode())
        os.close(writing)

    Thread(target=write).start()
    result = run_apart("import", "-", "--panel", "panel.csv", stdin=reading)
    os.close(reading)

    assert result.code == 0
    assert stored() == ["1", "2"]


def test_a_header_without_rows_is_no_trouble() -> None:
    result = bad_file(f"{CARE}\n".encode())

    assert result.code == 0
    assert "0 rows read" in result.err
    assert result.err.endswith("no message changed\n")


def test_a_file_that_is_not_there_is_named() -> None:
    result = take(Path("missing.csv"))

    assert result == Result(3, "", "socialscore: missing.csv: there is no such file\n")


def test_a_folder_is_no_file() -> None:
    Path("export").mkdir()

    result = take(Path("export"))

    assert result == Result(3, "", "socialscore: export: is a folder; name the files in it\n")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    rows = (row.replace(",", delimiter) for row in (CARE, ASKS, ANSWERS))

    assert bad_file("\n".join(rows).encode()).code == 0
    assert stored() == ["1", "2"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_no_trouble(end: str) -> None:
    text = end.join([CARE, ASKS, ANSWERS, ""])

    assert bad_file(text.encode("utf-8-sig")).code == 0
    assert stored() == ["1", "2"]
    assert stored("text")[0] == "@montsabran Où est le marché ?"


def test_a_text_may_have_lines_with_any_end() -> None:
    text = "@montsabran Où\rest\r\nle\nmarché ?"
    row = ASKS.replace("@montsabran Où est le marché ?", f'"{text}"')

    result = bad_file(f"{CARE}\n{row}\n{ANSWERS}\n".encode())

    assert result.code == 0
    assert stored("text")[0] == text


def test_what_cannot_be_utf_8_is_read_as_cp1252_and_said() -> None:
    content = f"{CARE}\n{ASKS}\n{ANSWERS}\n".encode("cp1252")

    result = bad_file(content)

    assert result.code == 0
    assert "  read as cp1252; --encoding says otherwise\n" in result.err
    assert stored("text")[0] == "@montsabran Où est le marché ?"


def test_an_encoding_can_be_named() -> None:
    Path("latin.csv").write_bytes(f"{CARE}\n{ASKS}\n".encode("latin-1"))

    assert take(Path("latin.csv"), "--encoding", "latin-1").code == 0
    assert stored("text") == ["@montsabran Où est le marché ?"]


def test_an_encoding_that_nobody_knows_is_refused() -> None:
    result = take(lines(ASKS), "--encoding", "latin-one")

    assert result.code == 2
    assert "there is no encoding 'latin-one'" in result.err


def test_characters_that_were_broken_before_are_damage_and_kept() -> None:
    result = take(lines(ASKS.replace("Où", "OÃ¹")))

    assert result.code == 0
    assert "1 damaged but kept" in result.err
    assert "line 2: damaged: text has broken characters" in result.err
    assert stored() == ["1"]


# --- large lines, in little memory -------------------------------------------------------------


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(*arguments: object) -> int:
    """The peak of memory, in MiB, of a command that succeeds."""
    # The peak of a process counts what it was forked from; a small one stands in between.
    measure = [sys.executable, "-c", MEASURE, *command(*arguments)]
    done = subprocess.run(measure, check=True, capture_output=True, text=True)
    return int(done.stdout) // (1024**2 if sys.platform == "darwin" else 1024)


@pytest.mark.skipif(os.name != "posix", reason="this system does not tell the peak of memory")
def test_a_line_of_50_megabytes_is_refused_in_bounded_memory() -> None:
    small, huge = lines(ASKS, ANSWERS, name="small.csv"), lines(ASKS, name="huge.csv")
    with huge.open("ab") as file:
        file.write(f"3,116,True,{ASKED},".encode())
        file.writelines(b"x" * 1024**2 for _ in range(50))
        file.write(f",,\n{ANSWERS}\n".encode())

    peak = peak_memory("import", huge, "--panel", "panel.csv", "--refused", "refused.csv")
    usual_peak = peak_memory("import", small, "--panel", "panel.csv", "--store", "other")

    assert peak < usual_peak + 200
    assert Path("refused.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "huge.csv,3,refused,longer than 16 MiB"
    ]
    assert stored() == ["1", "2"]


# --- tables ------------------------------------------------------------------------------------


OBJECTS = (
    {
        "message_id": "101", "author_id": "901", "author_handle": "ida",
        "sent_at": "2026-09-07T10:00:00+02:00", "text": "@montsabran ?",
    },
    {
        "message_id": "102", "author_id": "montsabran", "sent_at": "2026-09-07T08:30:00Z",
        "text": "Oui.", "reply_to_id": "101", "mentioned_handles": ["ida"],
    },
)  # fmt: skip


@pytest.mark.parametrize("name", ["plain.jsonl", "packed.jsonl.gz", "table.parquet"])
def test_a_table_may_be_json_lines_or_parquet(name: str) -> None:
    text = "".join(json.dumps(row) + "\n" for row in OBJECTS)
    match name.partition(".")[2]:
        case "jsonl":
            Path(name).write_text(text, encoding="utf-8")
        case "jsonl.gz":
            Path(name).write_bytes(gzip.compress(text.encode()))
        case "parquet":
            names = {name: None for row in OBJECTS for name in row}
            pq.write_table(pa.Table.from_pylist([names | row for row in OBJECTS]), name)

    result = take(Path(name), "--layout", "table")

    assert result.code == 0, result.err
    assert stored() == ["101", "102"]
    row = scores()["ville"]
    assert (row["n_answered"], row["median_delay"]) == ("1", "1800.0")


FOREIGN = "Post ID,User,When,Words"
FOREIGN_ROW = "101,901,2026-09-07T08:00:00Z,@montsabran ?"
MAP = ("message_id=Post ID", "author_id=User", "sent_at=When", "text=Words")


def mapped(*entries: str) -> Result:
    options = [option for entry in entries for option in ("--map", entry)]
    return take(lines(FOREIGN_ROW, header=FOREIGN), *options)


def test_columns_are_named_by_a_map() -> None:
    assert mapped(*MAP).code == 0
    assert stored() == ["101"]


def test_columns_are_named_by_a_layout_of_ones_own() -> None:
    Path("mine.toml").write_text(
        'message_id = "Post ID"\nauthor_id = "User"\nsent_at = "When"\ntext = "Words"\n'
        'network = "mastodon"\n'
    )
    Path("panel.csv").write_text(PANEL.replace("twitter", "mastodon"), encoding="utf-8")

    assert take(lines(FOREIGN_ROW, header=FOREIGN), "--layout", "mine.toml").code == 0
    assert stored("network") == ["mastodon"]


@pytest.mark.parametrize(
    ("entries", "code", "problem"),
    [
        (
            ("sent_on=When",),
            2,
            "unknown column on the left of --map 'sent_on'; did you mean 'sent_",
        ),
        (
            ("When=sent_at",),
            2,
            "--map When=sent_at: ours comes first, so write --map sent_at=When",
        ),
        (
            (*MAP[:3], "text=Word"),
            3,
            "messages.csv:1: unknown column (for text) 'Word'; did you mean 'Words'?",
        ),
        (MAP[:2], 3, "has no column sent_at or text; its columns are Post ID, User, When, Words. "),
        (
            ("sent_at",),
            2,
            "--map sent_at: write OURS=THEIRS, as in sent_at=date; a file of such lines",
        ),
        (("mine.toml",), 2, "is a layout: --layout FILE.toml"),
        (("text=",), 2, "--map text=: write OURS=THEIRS, as in sent_at=date"),
        ((*MAP, "text=User"), 2, "--map names two columns for text: Words and User; where either"),
        ((*MAP, "kind=Repost"), 3, "unknown column (for kind) 'Repost'; did you mean 'repost'?"),
        ((*MAP, "network=Network"), 3, "unknown column (for network) 'Network'"),
    ],
)
def test_a_mistake_in_a_map_is_named_with_the_way_out(
    entries: tuple[str, ...], code: int, problem: str
) -> None:
    result = mapped(*entries)

    assert result.code == code
    assert problem in result.err


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('network = "Twiter"', "unknown column (for network) 'Twiter'; did you mean 'twitter'?"),
        ('rows = "posts[]"', "messages.csv:1: has nothing under posts[], where mine has rows"),
        (
            '[beside]\nfile = "../who.js"\nauthor_id = "id"',
            "mine.toml:6, key beside.file: name a file in the same folder, without the folder",
        ),
        (
            '[notices]\ndeletion = "Deleted"',
            "mine.toml:6, key notices.deletion: unknown column 'Deleted'",
        ),
    ],
)
def test_a_mistake_in_a_layout_is_named_with_its_line(line: str, problem: str) -> None:
    Path("mine.toml").write_text(
        f'message_id = "Post ID"\nauthor_id = "User"\nsent_at = "When"\ntext = "Words"\n{line}\n'
    )

    result = take(lines(FOREIGN_ROW, header=FOREIGN), "--layout", "mine.toml")

    assert (result.code, problem in result.err) == (3, True), result.err


def test_where_rows_of_json_are_is_suggested() -> None:
    Path("mine.toml").write_text('rows = "data.posts"\ntext = "message"\n')
    Path("posts.json").write_text('{"data": {"posts": [{"message": "@montsabran ?"}]}}')

    result = take(Path("posts.json"), "--layout", "mine.toml")

    assert result.code == 3
    assert "mine.toml:1, key rows: unknown rows 'data.posts'; did you mean 'data.posts[]'" in (
        result.err
    )


def test_a_pair_goes_before_what_the_layout_says() -> None:
    result = take(lines(f"{ASKS},@montsabran !", header=f"{CARE},words"), "--map", "text=words")

    assert result.code == 0
    assert stored("text") == ["@montsabran !"]


@pytest.mark.parametrize(
    ("name", "code", "problem"),
    [
        ("carre", 2, "unknown layout (nor is it a TOML file) 'carre'; did you mean 'care'?"),
        ("missing.toml", 3, "missing.toml: the layout cannot be read (No such file or directory)"),
        ("minet", 3, "has no column message_id or author_id or sent_at; its columns are tweet_id"),
    ],
)
def test_a_layout_that_is_none_or_does_not_fit_is_told(name: str, code: int, problem: str) -> None:
    result = take(lines(ASKS), "--layout", name)

    assert (result.code, problem in result.err) == (code, True), result.err


def zipped(**files: str) -> Path:
    with zipfile.ZipFile("export.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(f"data/{name.replace('_', '.')}", text)
    return Path("export.zip")


def test_files_of_an_archive_that_are_no_messages_are_passed_over_with_the_reason() -> None:
    archive = zipped(
        readme_txt="Exported on Monday",
        asks_csv=f"{CARE}\n{ASKS}\n",
        followers_json='[{"follower": {"accountId": "7"}}]',
        answers_csv=f"{CARE}\n{ANSWERS}\n",
    )

    result = take(archive)

    assert result.code == 0
    assert "export.zip/data/asks.csv (care): 1 row read" in result.err
    assert "export.zip/data/answers.csv (care): 1 row read" in result.err
    assert result.err.endswith(
        "socialscore: export.zip: passed over what cannot be read as messages:\n"
        "  is CSV with commas, but of no known layout: data/readme.txt\n"
        "  is a JSON array, but of no known layout: data/followers.json\n"
    )
    assert stored() == ["1", "2"]
    runs = json.loads(run("status", "--runs", "--format", "json").out)
    assert {it["file_name"] for it in runs} >= {"export.zip/data/asks.csv"}


def test_a_column_that_is_named_need_not_be_in_every_file_of_an_archive() -> None:
    archive = zipped(readme_txt="Exported on Monday", asks_csv=f"{CARE}\n{ASKS}\n")

    result = take(archive, "--map", "language=created_at")

    assert result.code == 0
    assert "  unknown column (for language) 'created_at': data/readme.txt\n" in result.err


def test_an_archive_without_messages_is_an_error() -> None:
    result = take(zipped(readme_txt="Exported on Monday"))

    assert result.code == 3
    assert "export.zip/data/readme.txt:1: is CSV with commas, but of no known layout" in result.err


# --- stores and disks --------------------------------------------------------------------------


def test_a_panel_with_one_handle_twice_names_both_lines() -> None:
    with Path("panel.csv").open("a") as panel:
        panel.write("gare,Gare,transport,twitter,9,Montsabran\n")

    result = take(lines(ASKS))

    assert result.code == 3
    assert "panel.csv:4: the twitter account 'montsabran' is in line 2 already" in result.err


def test_a_folder_with_something_else_in_it_is_no_store() -> None:
    result = take(lines(ASKS), "--store", ".")

    assert result == Result(5, "", "socialscore: .: is not a socialscore store\n")


def test_a_store_is_not_mixed_with_pseudonyms_of_another_key() -> None:
    take(lines(ASKS))
    Path("pseudonym.key").unlink()

    result = take(lines(ANSWERS))

    assert result.code == 5
    assert "its pseudonyms were made with another key; restore that key" in result.err
    assert stored() == ["1"]


def test_a_store_that_somebody_writes_to_for_minutes_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lake, "_TIMEOUT", 0.1)
    take(lines(ASKS))

    with Store.open(Path("socialscore-data")).writing():
        result = take(lines(ANSWERS))

    assert result.code == 75
    assert result.err.endswith("another process is writing; try again later\n")
    assert stored() == ["1"]


@pytest.fixture
def open_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that any user of the machine may enter, to work in."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "panel.csv").write_text(PANEL, encoding="utf-8")
        yield begin(path, monkeypatch)


POSIX = pytest.mark.skipif(os.name != "posix", reason="this system has other permissions")


@POSIX
def test_a_store_that_cannot_be_written_is_named_and_can_still_be_read(open_folder: Path) -> None:
    take(lines(ASKS))
    more = lines(ANSWERS, name="more.csv")
    expected = scores()

    with read_only(open_folder):
        result = take(more)
        found = scores()

    assert result.code == 5
    assert result.err == (
        f"socialscore: {open_folder}/socialscore-data: cannot be written: Permission denied\n"
    )
    assert found == expected


@POSIX
def test_a_store_that_cannot_be_made_is_named(open_folder: Path) -> None:
    take(lines(ASKS), "--store", "elsewhere")  # so that there is a key

    with read_only(open_folder):
        result = take(Path("messages.csv"))

    assert result.code == 5
    assert "socialscore-data: the store cannot be created (Permission denied)" in result.err


def small_disk() -> None:
    """To call in a process before it begins: no file of it gets longer than that."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


@POSIX
def test_a_disk_that_is_full_costs_nothing_that_was_there() -> None:
    take(lines(ASKS, ANSWERS))
    noise = ((n, sha512(n.to_bytes(2)).hexdigest()) for n in range(10, 4010))
    more = lines(*(f"{n},116,True,{ASKED},@montsabran {word},," for n, word in noise))

    result = run_apart("import", more, "--panel", "panel.csv", preexec_fn=small_disk)

    assert result.code == 5
    assert result.err.endswith("socialscore-data: cannot be written: File too large\n")
    assert "Traceback" not in result.err
    assert stored() == ["1", "2"]
    assert "4,000 messages kept" in take(more).err


def test_a_damaged_store_is_named() -> None:
    take(lines(ASKS))
    for log in Path("socialscore-data/message/_delta_log").glob("*.json"):
        log.write_text("{")

    for result in (take(Path("messages.csv")), run("rank", "--period", "all")):
        assert result.code == 5
        assert re.search(
            r"_delta_log/0+\.json: is cut short; `socialscore store check`", result.err
        )


# --- known figures -----------------------------------------------------------------------------

REAL = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data are not here")


@REAL
def test_the_figures_of_a_thousand_real_rows_are_reproduced() -> None:
    reference = SHARED / "care_tweets" / "head_1000.reference.csv"

    imported = run("import", SHARED / "care_tweets" / "head_1000.csv", "--bodies-from-data")

    with reference.open(encoding="utf-8", newline="") as file:
        expected = {row["company"]: row for row in csv.DictReader(file)}
    found = scores()
    assert imported.code == 0
    assert " 0 refused\n" in imported.err
    assert {name: int(row["n_requests"]) for name, row in found.items() if name in expected} == {
        name: int(row["n_requests"]) for name, row in expected.items()
    }
    for name, row in expected.items():
        assert found[name]["n_answered"] == row["n_answered"], name
        assert found[name]["median_delay"] == row["median_delay"], name
        assert float(found[name]["response_rate"]) == pytest.approx(
            float(row["response_rate"]), abs=1e-6
        ), name
    assert sum(int(row["n_requests"]) for row in found.values()) == 438
    assert sum(int(row["n_answered"]) for row in found.values()) == 347


@REAL
@pytest.mark.parametrize(
    ("name", "n_answered", "median"), [("head_1000", "347", "653.0"), ("sample_93", "29", "1387.0")]
)
def test_the_median_over_all_real_requests_is_reproduced(
    name: str, n_answered: str, median: str
) -> None:
    run("import", SHARED / "care_tweets" / f"{name}.csv", "--bodies-from-data")
    accounts = Store.open(Path("socialscore-data")).panel().accounts()
    rows = [f"all,All,{account.network},{account.handle}" for _, account in accounts]
    panel = lines(*rows, name="all.csv", header="body_id,body,network,handle")

    row = scores("--panel", panel)["all"]

    assert (row["n_answered"], row["median_delay"]) == (n_answered, median)


@REAL
def test_real_rows_with_broken_characters_are_kept_and_counted() -> None:
    path = SHARED / "care_tweets" / "airasia_outbound_mojibake.csv"

    result = run("import", path, "--bodies-from-data")

    assert result.code == 0
    assert "4,075 messages kept; " in result.err
    assert "; 100 damaged but kept; 0 refused\n" in result.err


@REAL
def test_real_pages_of_the_x_api_are_read_without_a_refusal() -> None:
    paths = sorted((SHARED / "x_api" / "twarc_csv").glob("*.jsonl"))

    result = run("import", *paths, "--bodies-from-data")

    assert result.code == 0
    assert len(re.findall(r"\(x-jsonl\): [\d,]+ rows? read", result.err)) == len(paths) > 0
    assert result.err.count("; 0 refused") == len(paths)
