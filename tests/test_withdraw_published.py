"""What a withdrawal means for publications: they stay, and what became of them is said."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from publications import Desk, document
from shell import Result, begin, run

from socialscore.commands import import_

WEEK, AS_OF = "2026-W41", "2026-10-25"  # from 5 October on; it matures on the 19th
HEAD = "message_id,author_id,sent_at,text,reply_to_id"
RIGHT = [f"{n},9{n},2026-10-06T{n}:00:00Z,@montsabran pourquoi {n} ?," for n in range(10, 20)]
RIGHT += [f"{n}1,1,2026-10-07T10:{n}:00Z,parce que {n},{n}" for n in (10, 11)]
WRONG = [f"{n}2,1,2026-10-07T11:{n}:00Z,parce que {n},{n}" for n in range(12, 20)]
LATE = ["900,901,2026-10-07T09:00:00Z,@montsabran pourquoi encore ?,"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with a right file in its store, and then a wrong one, published as a final week."""
    begin(tmp_path, monkeypatch)
    desk = Desk(tmp_path, tmp_path / "socialscore-data")
    desk.panel("ville,Ville,ville,twitter,1,montsabran")
    desk.ranking(timezone="UTC")
    imported("right", RIGHT)
    imported("wrong", WRONG)
    assert desk.published(AS_OF, "--since", WEEK)[0] == WEEK
    return desk


def imported(name: str, rows: list[str]) -> None:
    Path(f"{name}.csv").write_text("\n".join([HEAD, *rows, ""]))
    covers = ("--covers", "2026-10-01..2026-10-31")
    assert run("import", f"{name}.csv", "--panel", "panel.csv", *covers).code == 0


def withdrawn(name: str) -> str:
    """The run that imported a file, which is taken back."""
    runs = json.loads(run("status", "--runs", "--format", "json").out)
    run_id = next(str(each["run_id"]) for each in runs if each["file_name"] == f"{name}.csv")
    assert run("withdraw", run_id, "--yes").code == 0
    return run_id


def verified(folder: str = WEEK) -> Result:
    vouched = ("--store", "socialscore-data", "--ranking", "weekly.toml")
    return run("verify", f"published/weekly/{folder}", *vouched)


def rate(desk: Desk, folder: str) -> float:
    found: float = document(desk.at(folder))["scores"][0]["response_rate"]
    return found


def test_an_edition_before_a_withdrawal_is_touched_by_it_and_not_changed(desk: Desk) -> None:
    before = verified()
    run_id = withdrawn("wrong")

    after = verified()

    assert (before.code, before.err) == (0, "")
    assert after.code == 0
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert f"{WEEK}: 8 rows of Ville were withdrawn since ({run_id}, {today})" in after.err
    assert "response_rate: 1.0 published, 0.2 by the store" in after.err
    assert rate(desk, WEEK) == 1.0


@pytest.mark.usefixtures("desk")
def test_what_was_lost_to_damage_is_told_of_like_what_was_erased() -> None:
    for path in Path("socialscore-data", "message").rglob("part-*.parquet"):
        os.truncate(path, path.stat().st_size // 2)
    assert run("store", "repair", "--yes").code == 0

    found = verified()

    assert found.code == 0
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    why = f"lost since, as files of the store were damaged (repaired, {today})"
    assert f"{WEEK}: days of Ville were {why}" in found.err


@pytest.mark.usefixtures("desk")
def test_an_edition_stays_right_where_another_run_brought_the_same() -> None:
    imported("both", RIGHT + WRONG)
    for name in ("right", "wrong"):
        withdrawn(name)

    found = verified()

    assert (found.code, found.err) == (0, "")


def test_a_corrected_edition_follows_the_old_one_and_says_what_was_withdrawn(desk: Desk) -> None:
    run_id = withdrawn("wrong")

    asked = desk.publish(AS_OF)
    revised = desk.published(AS_OF, "--revise")
    again = desk.publish(AS_OF)

    assert asked.code == 0
    assert f"{WEEK}: counts {run_id}, which was withdrawn on" in asked.err
    assert f"{WEEK}.r2" in revised
    assert "counts" not in again.err
    manifest = document(desk.at(f"{WEEK}.r2"), "manifest.json")
    assert manifest["supersedes"]["folder"] == WEEK
    assert [(it["run_id"], it["n_messages"]) for it in manifest["withdrawn"]] == [(run_id, 8)]
    assert rate(desk, f"{WEEK}.r2") == 0.2
    method = (desk.at(f"{WEEK}.r2") / "method.txt").read_text(encoding="utf-8")
    assert f"Withdrawn from the store\n{'=' * 24}\n\n{run_id}, on " in method
    for folder in (WEEK, f"{WEEK}.r2"):
        assert verified(folder).code == 0
    assert verified(f"{WEEK}.r2").err == ""


def test_a_withdrawal_that_is_not_told_of_is_found_by_the_store(desk: Desk) -> None:
    withdrawn("wrong")
    desk.published(AS_OF, "--revise")
    path = desk.at(f"{WEEK}.r2") / "manifest.json"
    path.chmod(0o644)
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"withdrawn": []}, indent=2, ensure_ascii=False) + "\n")

    found = verified(f"{WEEK}.r2")

    assert found.code == 3
    assert "does not say that import-" in found.err


def test_days_that_went_out_of_view_are_told_of(desk: Desk) -> None:
    imported("more", [LATE[0].replace("2026-10-07", "2026-08-07")])  # before what is read
    for name in ("right", "wrong"):
        withdrawn(name)
    run_id = withdrawn("more")

    found = verified()

    assert found.code == 0
    assert f"days of Ville were withdrawn since ({run_id}, " in found.err
    assert "cannot be computed again" in found.err
    assert rate(desk, WEEK) == 1.0


def test_what_is_imported_by_a_clock_that_is_late_changes_no_edition(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, _tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(hours=3)

    monkeypatch.setattr(import_, "datetime", Late)
    imported("late", LATE)

    found = verified()

    assert (found.code, found.err) == (0, "")
    monkeypatch.undo()
    monkeypatch.chdir(desk.folder)
    assert desk.published(AS_OF, "--revise", "--period", WEEK) == [f"{WEEK}.r2"]
