from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from shell import Result, begin, command, run

from socialscore.commands import panel
from socialscore.importers.registers import REGISTERS
from socialscore.inputs.panel_file import read_panel

HEADER = "body_id,body,category,network,account_id,handle"
SOUND = f"""\
{HEADER}
a,Arzal,ville,X,12,arzal
a,Arzal,ville,FB,,arzal.officiel
b,Brest,ville,X,,brest
c,Car,bus,,,
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as `init` leaves it."""
    begin(tmp_path, monkeypatch)
    Path("socialscore.toml").unlink()
    assert run("init").code == 0
    return tmp_path


def test_the_panel_of_init_is_edited_and_checked() -> None:
    text = Path("panel.csv").read_text(encoding="utf-8")

    before, named = run("panel", "check"), run("panel", "check", "panel.csv")
    Path("panel.csv").write_text(re.sub(r"(?m)^# (?=(town|tram)-)", "", text), encoding="utf-8")
    after = run("panel", "check")

    assert before.code == 2
    assert "no body is named yet: write a line for each account into panel.csv" in before.err
    assert (named.code, named.out) == (
        3,
        "panel.csv: the panel names no body; write a line for each account\n",
    )
    assert (after.code, "bodies" in after.out, "no problem" in after.err) == (0, True, True)


def test_init_keeps_a_panel_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    Path("panel.csv").write_text(SOUND, encoding="utf-8")

    result = run("init")

    assert result.code == 0
    assert "wrote socialscore.toml; next: look through panel.csv" in result.err
    assert Path("panel.csv").read_text(encoding="utf-8") == SOUND


def test_init_says_what_it_wrote_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)

    first, again = run("init"), run("init")

    assert "wrote socialscore.toml and panel.csv; next: write the bodies into" in first.err
    assert (again.code, "already exists" in again.err) == (2, True)


def test_a_sound_panel_is_summed_up() -> None:
    Path("panel.csv").write_text(SOUND, encoding="utf-8")

    result = run("panel", "check")

    assert result.code == 0
    assert result.out.splitlines() == [
        "what                         of        number  which",
        "bodies                                      3",
        "bodies by category           bus            1",
        "bodies by category           ville          2",
        "bodies without an account                   1  Car",
        "accounts by network          facebook       1",
        "accounts by network          twitter        2",
        "accounts without account_id  facebook       1  arzal.officiel",
        "accounts without account_id  twitter        1  brest",
    ]


def test_the_summary_is_a_table_for_programs_too() -> None:
    Path("panel.csv").write_text(SOUND, encoding="utf-8")

    rows = list(csv.DictReader(run("panel", "check", "--format", "csv").out.splitlines()))
    records = json.loads(run("panel", "check", "--format", "json").out)

    assert rows[-1] == {
        "what": "accounts without account_id",
        "of": "twitter",
        "number": "1",
        "which": "brest",
    }
    assert records[-1] == rows[-1] | {"number": 1, "which": ["brest"]}
    assert len(rows) == len(records) == 8


def test_every_mistake_is_listed_with_its_line() -> None:
    Path("wrong.csv").write_text(
        f"{HEADER}\n# bodies\na,Arzal,ville,twiter,12,arzal\n,Brest,ville,X,,brest\n"
        "c,Car,bus,X,34,\nd,Dol,ville,X,2.5E+10,dol\n",
        encoding="utf-8",
    )

    result = run("panel", "check", "wrong.csv")
    records = json.loads(run("panel", "check", "wrong.csv", "--format", "json").out)

    assert result.code == 3
    assert [line.split(": ")[0] for line in result.out.splitlines()] == [
        f"wrong.csv:{line}" for line in (3, 4, 5, 6)
    ]
    assert result.err.strip() == "socialscore: 4 problems"
    assert records[0] == {
        "file": "wrong.csv",
        "line": 3,
        "key": None,
        "problem": "unknown network 'twiter'; did you mean 'twitter'?",
    }


def test_the_panel_that_the_store_remembers_is_checked_where_no_other_is_named() -> None:
    Path("given.csv").write_text(SOUND, encoding="utf-8")
    Path("messages.csv").write_text(
        "message_id,author_id,sent_at,text\n1,9,2026-10-07T08:00Z,@arzal Quand ?\n",
        encoding="utf-8",
    )
    taken = run("import", "messages.csv", "--panel", "given.csv")

    result = run("panel", "check")

    assert taken.code == 0, taken.err
    assert (result.code, result.out.splitlines()[1].split()) == (0, ["bodies", "3"])
    assert "socialscore-data/panel.csv: no problem" in result.err


def test_while_the_panel_of_the_settings_names_nobody_the_store_s_bodies_are_ranked() -> None:
    Path("given.csv").write_text(SOUND, encoding="utf-8")
    Path("messages.csv").write_text(
        "message_id,author_id,sent_at,text\n1,9,2026-10-07T08:00Z,@arzal Quand ?\n",
        encoding="utf-8",
    )
    assert run("import", "messages.csv", "--panel", "given.csv").code == 0

    ranked = run("rank", "--period", "all", "--min-requests", "1", "--format", "csv")

    assert {row["body_id"] for row in csv.DictReader(ranked.out.splitlines())} == {"a", "b", "c"}


def test_a_command_without_any_body_says_where_to_write_them() -> None:
    Path("messages.csv").write_text("message_id,author_id,sent_at,text\n", encoding="utf-8")

    result = run("import", "messages.csv")

    assert result.code == 2
    assert "Write the bodies into the panel that `socialscore init` makes" in result.err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("chek",), "unknown action 'chek'; did you mean 'check'?"),
        (("check", "--format", "cvs"), "unknown format 'cvs'; did you mean 'csv'?"),
    ],
)
def test_an_action_or_a_format_that_does_not_exist_is_named(
    arguments: tuple[str, ...], problem: str
) -> None:
    result = run("panel", *arguments)

    assert (result.code, problem in result.err) == (2, True)


# --- import


TOWNS = """\
nom;compte;page
Arzal;arzal;https://www.facebook.com/arzal.officiel
Brest;@brest;
Car;NA;
"""
MAPPED = ("--map", "body=nom", "--map", "twitter=compte", "--map", "facebook=page")


def imported(*options: str, text: str = TOWNS) -> Result:
    Path("towns.csv").write_text(text, encoding="utf-8")
    return run("panel", "import", "towns.csv", "--as", "csv", *MAPPED, *options)


def test_a_table_becomes_a_panel_that_is_sound() -> None:
    shown = imported("--category", "ville")
    written = imported("--category", "ville", "--output", "panel.csv", "--refused", "refused.csv")

    assert shown.out == Path("panel.csv").read_text(encoding="utf-8")
    assert shown.out.splitlines() == [
        HEADER,
        "arzal,Arzal,ville,twitter,,arzal",
        "arzal,Arzal,ville,facebook,,arzal.officiel",
        "brest,Brest,ville,twitter,,brest",
        "car,Car,ville,,,",
    ]
    assert shown.err.splitlines() == [
        "socialscore: towns.csv: 3 bodies, 1 on Facebook, 2 on X",
        "socialscore: towns.csv: without an account: 1: Car",
        "  towns.csv:4: Car: 'NA' is taken to mean that there is no account",
    ]
    assert (written.code, written.out) == (0, "")
    assert Path("refused.csv").read_text(encoding="utf-8").splitlines() == [
        "file,line,key,problem",
        "towns.csv,4,,Car: 'NA' is taken to mean that there is no account",
    ]
    assert run("panel", "check").code == 0


def test_a_panel_that_names_bodies_is_merged_into_and_never_overwritten() -> None:
    Path("panel.csv").write_text(SOUND, encoding="utf-8")

    overwriting = imported("--output", "panel.csv")
    asked = imported("--into", "panel.csv", "--format", "json")
    after_asking = Path("panel.csv").read_text(encoding="utf-8")
    done = imported("--into", "panel.csv", "--yes")

    assert (overwriting.code, "--into panel.csv merges" in overwriting.err) == (2, True)
    assert (asked.code, "add --yes to write without asking" in asked.err) == (2, True)
    assert json.loads(asked.out)[0] == {
        "change": "conflict",
        "body_id": "arzal",
        "body": "Arzal",
        "network": "twitter",
        "handle": "arzal",
        "note": "the panel has an account of this body under a",
    }
    assert after_asking == SOUND
    assert (done.code, "wrote panel.csv" in done.err) == (0, True)
    assert Path("panel.csv").read_text(encoding="utf-8") == f"{SOUND}car,Car,,,,\n"


def test_on_a_terminal_it_is_asked_after_the_difference_is_shown() -> None:
    Path("panel.csv").write_text(SOUND, encoding="utf-8")
    Path("towns.csv").write_text("nom;compte;page\nDol;dol;\n", encoding="utf-8")
    leader, follower = pty.openpty()
    os.write(leader, b"n\n")

    done = subprocess.run(
        command("panel", "import", "towns.csv", "--as", "csv", *MAPPED, "--into", "panel.csv"),
        stdin=follower, stdout=subprocess.PIPE, stderr=follower, check=False,
    )  # fmt: skip

    shown = os.read(leader, 10_000).decode()
    os.close(follower)
    os.close(leader)
    assert done.returncode == 0
    assert b"new account  dol" in done.stdout
    assert "Write panel.csv? [y/N]" in shown
    assert "panel.csv was not changed" in shown
    assert Path("panel.csv").read_text(encoding="utf-8") == SOUND


def test_what_is_merged_into_the_template_of_init_keeps_its_comments() -> None:
    template = Path("panel.csv").read_text(encoding="utf-8")

    result = imported("--into", "panel.csv", "--yes")

    assert result.code == 0
    assert Path("panel.csv").read_text(encoding="utf-8").startswith(template)
    assert len(read_panel(Path("panel.csv")).bodies) == 3


def test_merging_what_is_there_writes_nothing() -> None:
    Path("panel.csv").write_text("\ufeff" + SOUND, encoding="utf-8")
    imported("--into", "panel.csv", "--yes")
    before = Path("panel.csv").read_bytes()

    again = imported("--into", "panel.csv")

    assert (again.code, "panel.csv stays as it is" in again.err) == (0, True)
    assert Path("panel.csv").read_bytes() == before
    assert before.startswith("\ufeff".encode())


def test_a_long_difference_is_cut_for_people_and_whole_for_programs() -> None:
    Path("panel.csv").write_text(SOUND, encoding="utf-8")
    table = "nom;compte;page\n" + "".join(f"Town {n};town{n};\n" for n in range(12))

    shown = imported("--into", "panel.csv", "--yes", text=table)
    Path("panel.csv").write_text(SOUND, encoding="utf-8")
    listed = imported("--into", "panel.csv", "--yes", "--format", "csv", text=table)

    assert shown.out.splitlines()[-3:] == [
        "and 2 more: new body",
        "and 2 more: new account",
        "--format csv lists them all",
    ]
    assert len(listed.out.splitlines()) == 25


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["check", "--as", "csv"], "takes --store and --format only"),
        (["check", "--yes"], "takes --store and --format only"),
        (["import"], "name a file and say what it is"),
        (["import", "towns.csv"], "--as annuaire, wikidata, congress, parlement, csv"),
        (["import", "towns.csv", "--as", "registry"], "unknown register 'registry'"),
        (["import", "towns.csv", "--as", "congress", "--map", "a=b"], "--map is for --as csv"),
        (["import", "towns.csv", "--as", "csv", "--map", "a"], "write OURS=THEIRS, as in body=nom"),
        (
            ["import", "towns.csv", "--as", "csv", "--map", "body=a", "--map", "body=b"],
            "--map names two columns for body: a and b",
        ),
        (["import", "towns.csv", "--as", "csv", "--yes"], "--into PANEL merges and takes"),
        (["import", "towns.csv", "--as", "csv", "--ended", "2026-01-01"], "--into PANEL merges"),
        (
            ["import", "towns.csv", "--as", "csv", "--into", "panel.csv", "--ended", "today"],
            "--ended today: write a day such as 2026-11-23",
        ),
    ],
)
def test_options_that_do_not_go_together_are_named(options: list[str], problem: str) -> None:
    Path("towns.csv").write_text(TOWNS, encoding="utf-8")

    result = run("panel", *options)

    assert (result.code, problem in result.err) == (2, True)


def test_a_register_that_names_nobody_makes_no_panel() -> None:
    result = imported("--output", "new.csv", text="nom;compte;page\n;;x\n")

    assert (result.code, "towns.csv: names no body" in result.err) == (3, True)
    assert not Path("new.csv").exists()


def test_the_registers_are_those_that_can_be_named() -> None:
    assert tuple(REGISTERS) == panel.REGISTERS
