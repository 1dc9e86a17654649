from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from shell import begin, run

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
