"""What can be saved of a damaged store is saved, and what is lost is named and a gap."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from typing import TYPE_CHECKING, Any

import pytest
from deltalake import DeltaTable
from shell import run
from test_damage import LOG, commit, cut, data_file, empty, flip, store
from test_earlier_stores import EARLIER
from test_store import NOW, cover, covering, kept, naive, save
from worlds import PANEL, asks, at

from socialscore.errors import Overtaken, StoreError
from socialscore.store import compacting, table_files
from socialscore.store.checking import check
from socialscore.store.checksums import BLOCK
from socialscore.store.damaged_coverage import withdrawn
from socialscore.store.erase import erase, expire
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.journal import Journal, collecting
from socialscore.store.lake import Store
from socialscore.store.rebuilding import settled
from socialscore.store.repairing import Repair, repair

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["store"]

LATER = NOW + timedelta(days=1)


def repaired(store: Store) -> list[Repair]:
    """What was done; the store is sound then."""
    done = list(repair(store, repaired_at=LATER, act=True))
    assert list(check(store)) == []
    return done


def ids(store: Store) -> list[str]:
    return sorted(row["message_id"] for row in kept(store))


def intervals(store: Store) -> list[tuple[datetime, datetime, str | None]]:
    rows = store.coverage().to_pylist()
    return sorted((row["covered_from"], row["covered_until"], row["reason"]) for row in rows)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def aside(store: Store) -> set[str]:
    """The names of what was moved aside."""
    return {path.name for path in (store.root / "damaged").rglob("*") if path.is_file()}


def without_spare(store: Store) -> None:
    rmtree(store.root / "spare")


# --- checking -------------------------------------------------------------------------------------


def test_a_sound_store_has_no_findings_and_nothing_to_repair(store: Store) -> None:
    before = contents(store.root)

    assert list(check(store)) == []
    assert repaired(store) == []
    assert contents(store.root) == before


def test_a_store_of_an_earlier_version_is_sound(tmp_path: Path) -> None:
    copytree(EARLIER / "store", tmp_path / "store")

    assert list(check(Store(tmp_path / "store"))) == []


def test_what_is_erased_meanwhile_is_no_damage(store: Store) -> None:
    request = ErasureRequest("before", until=at(days=2))

    def erasing(_: str) -> None:
        erase(store, request, erased_at=LATER)

    assert list(check(store, erasing)) == []
    assert ids(store) == ["m2"]


def test_files_without_checksums_are_counted(tmp_path: Path) -> None:
    copytree(EARLIER / "store", tmp_path / "store")

    checked = run("store", "check", "--store", tmp_path / "store")

    assert checked.code == 0
    assert re.search(r"\d data files of an earlier version without checksums", checked.err)


def test_an_edited_panel_is_mentioned(store: Store) -> None:
    path = store.root / "panel.csv"
    path.write_text(path.read_text().replace("Ville de Montsabran", "Montsabran"))

    checked = run("store", "check", "--store", store.root)

    assert checked.code == 0
    assert "panel.csv was edited since the last import" in checked.err


@pytest.mark.parametrize("format_name", ["table", "csv", "json"])
def test_findings_and_repairs_are_listed_in_every_format(store: Store, format_name: str) -> None:
    path = data_file(store)
    flip(path)

    checked = run("store", "check", "--store", store.root, "--format", format_name)
    planned = run("store", "repair", "--store", store.root, "--format", format_name, "--dry-run")

    assert checked.code == 5
    assert planned.code == 0
    assert path.name in checked.out
    assert path.name in planned.out


def test_lists_of_damage_fit_a_screen_and_name_the_command_that_repairs(store: Store) -> None:
    path = data_file(store)
    flip(path)

    checked = run("store", "check", "--store", store.root)
    repaired = run("store", "repair", "--store", store.root, "--yes")

    file, *cells = checked.out.splitlines()
    assert file == path.relative_to(store.root).as_posix()
    assert cells[0] == "  problem  is not what was written"
    assert max(map(len, cells)) <= 80
    assert f"`socialscore store repair --store {store.root}` saves" in checked.err
    assert repaired.out.startswith(f"{file}\n  action  moved aside\n  lost    1 of 1 rows")
    assert repaired.err.endswith("then collect or import what was lost\n")


def test_nobody_is_sent_for_what_was_not_lost(store: Store) -> None:
    (store.root / "store.json").unlink()

    repaired = run("store", "repair", "--store", store.root, "--yes")

    assert repaired.out == "store.json\n  action  restored from its spare copy\n  lost    nothing\n"
    assert "collect or import" not in repaired.err


def test_without_a_terminal_nothing_is_repaired_unless_it_is_confirmed(store: Store) -> None:
    flip(data_file(store))
    before = contents(store.root)

    asked = run("store", "repair", "--store", store.root)

    assert asked.code == 2
    assert "add --yes" in asked.err
    assert contents(store.root) == before


def test_without_checksums_rows_that_the_log_does_not_know_are_found(store: Store) -> None:
    one, other = data_file(store), max((store.root / "message").rglob("*.parquet"))
    one = min((store.root / "message").rglob("*.parquet"))
    without_spare(store)
    one.write_bytes(other.read_bytes())

    found = list(check(store))

    assert [each.file for each in found] == [str(one)]
    assert "the log names" in found[0].problem


def test_everything_that_is_wrong_is_found_at_once(store: Store) -> None:
    damaged = [store.root / "panel.csv", data_file(store), data_file(store, "coverage")]
    for path in damaged:
        empty(path)
    (store.root / "files.lock").unlink()
    (store.root / "files.lock").mkdir()

    found = {Path(each.file).name for each in check(store)}

    assert found == {path.name for path in damaged} | {"files.lock"}


# --- data files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_the_time_of_lost_messages_is_a_gap(store: Store, damage: Callable[[Path], None]) -> None:
    path = data_file(store)
    damage(path)

    [done] = repaired(store)

    assert done.file == str(path)
    assert done.lost.startswith("1 of 1 rows of twitter 2026-09; their time is a gap")
    assert ids(store) == ["m2"]
    lost_from, lost_until = naive(at(days=1)), naive(at(days=1, seconds=1))
    assert intervals(store) == [
        (naive(at()), lost_from, None),
        (lost_from, lost_until, "damaged"),
        (lost_until, naive(at(days=9)), None),
    ]
    assert aside(store) == ({path.name} if damage is not Path.unlink else set())
    assert ("moved aside" in done.action) == (damage is not Path.unlink)


def test_the_sound_groups_of_a_flipped_file_are_saved(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "_GROUP", 2_048)  # the fewest that DuckDB makes a group of
    monkeypatch.setattr(compacting, "_MANY", 0)
    texts = [secrets.token_hex(BLOCK // 200) for _ in range(3 * 2_048 - 2)]
    save(store, *(asks(f"n{n}", at(minutes=n), text=text) for n, text in enumerate(texts)))
    store.compact()
    path = next((store.root / "message").rglob("sorted-*.parquet"))
    flip(path)

    [done] = repaired(store)

    assert done.action == "moved aside; 4,096 sound rows saved"
    assert done.lost.startswith("2,048 of 6,144 rows")
    assert len(ids(store)) == 4_096
    assert [reason for *_, reason in intervals(store)].count("damaged") == 1


def test_what_was_lost_can_be_brought_again(store: Store) -> None:
    data_file(store).unlink()
    repaired(store)

    save(store, asks("m1", at(days=1)))
    cover(store, covering((0, 9)))

    assert ids(store) == ["m1", "m2"]


def test_lost_coverage_counts_as_not_collected(store: Store) -> None:
    flip(data_file(store, "coverage"))

    [done] = repaired(store)

    assert "counts as not collected" in done.lost
    assert intervals(store) == []


# --- the log --------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_commit_is_restored_to_the_byte(
    store: Store, version: int, damage: Callable[[Path], None]
) -> None:
    path = commit(store, version)
    before = path.read_bytes()
    damage(path)

    assert [each.file for each in repaired(store)] == [str(path)]
    assert path.read_bytes() == before
    assert ids(store) == ["m1", "m2"]


def test_a_log_whose_folder_is_gone_is_restored(store: Store) -> None:
    rmtree(store.root / LOG)

    assert {each.lost for each in repaired(store)} == {"nothing"}
    assert ids(store) == ["m1", "m2"]


def test_the_rows_of_a_table_whose_folder_is_gone_are_lost(store: Store) -> None:
    rmtree(store.root / "message")

    repaired(store)

    assert ids(store) == []
    assert "damaged" in [reason for *_, reason in intervals(store)]


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_a_checkpoint_is_restored(store: Store, damage: Callable[[Path], None]) -> None:
    DeltaTable(store.root / "message").create_checkpoint()
    save(store, asks("m3", at(days=3)))
    damage(store.root / LOG / f"{2:020}.checkpoint.parquet")

    repaired(store)

    assert ids(store) == ["m1", "m2", "m3"]


@pytest.mark.parametrize("damage", [cut, empty])
def test_a_damaged_note_of_the_last_checkpoint_is_moved_aside(
    store: Store, damage: Callable[[Path], None]
) -> None:
    DeltaTable(store.root / "message").create_checkpoint()
    save(store, asks("m3", at(days=3)))
    damage(store.root / LOG / "_last_checkpoint")

    [done] = repaired(store)

    assert done.file.endswith("_last_checkpoint")
    assert ids(store) == ["m1", "m2", "m3"]


def test_a_damaged_copy_is_made_again(store: Store) -> None:
    copy = store.root / "spare" / LOG / f"{1:020}.json.copy"
    before = copy.read_bytes()
    flip(copy)

    assert [each.file for each in repaired(store)] == [str(copy)]
    assert copy.read_bytes() == before


@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
@pytest.mark.parametrize("version", [0, 1])
def test_without_spare_copies_a_table_is_put_together_from_its_files(
    store: Store, version: int, damage: Callable[[Path], None]
) -> None:
    without_spare(store)
    damage(commit(store, version))

    done = repaired(store)

    assert done[0].action == "made anew from the data files"
    assert ids(store) == ["m1", "m2"]
    assert len(aside(store)) >= 4  # commits and data files


def test_what_a_compaction_has_replaced_does_not_come_back_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "_MANY", 0)
    store.compact()
    assert len(list((store.root / "message").rglob("*.parquet"))) == 3
    without_spare(store)
    max((store.root / LOG).glob("*.json")).unlink()
    empty(commit(store, 1))

    repaired(store)

    assert ids(store) == ["m1", "m2"]


def test_of_an_edited_message_the_last_version_stays(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="new", n_edits=1))
    without_spare(store)
    empty(commit(store, 3))

    repaired(store)

    assert {row["message_id"]: row["text"] for row in kept(store)} == {"m1": "new", "m2": None}


def test_what_was_erased_does_not_come_back(store: Store, tmp_path: Path) -> None:
    copytree(store.root / "message", tmp_path / "former")
    erase(store, ErasureRequest("before", until=at(days=1, hours=1)), erased_at=NOW)
    without_spare(store)
    for path in (tmp_path / "former").rglob("*.parquet"):  # as if they had not been removed yet
        former = store.root / "message" / path.relative_to(tmp_path / "former")
        former.write_bytes(path.read_bytes())
    for path in (store.root / LOG).glob("*.json"):
        empty(path)

    done = repaired(store)

    assert "m1" not in ids(store)
    assert any("may hold what was erased" in each.action for each in done)
    assert "damaged" in {reason for *_, reason in intervals(store)}


def test_what_only_went_out_of_view_keeps_no_file_out(store: Store) -> None:
    store.cover([covering((9, 12))], run_id="gone", collected_at=NOW)
    erase(store, ErasureRequest("run", run_id="gone"), erased_at=datetime.now(UTC))
    assert store.erasures().num_rows == 1
    without_spare(store)
    empty(commit(store, 1))

    repaired(store)

    assert ids(store) == ["m1", "m2"]


def test_if_erasures_cannot_be_read_no_file_without_a_commit_is_used(
    store: Store, tmp_path: Path
) -> None:
    copytree(store.root / "message", tmp_path / "former")
    erase(store, ErasureRequest("before", until=at(days=1, hours=1)), erased_at=NOW)
    without_spare(store)
    for path in (tmp_path / "former").rglob("*.parquet"):
        former = store.root / "message" / path.relative_to(tmp_path / "former")
        former.write_bytes(path.read_bytes())
    for path in (*(store.root / LOG).glob("*.json"), data_file(store, "erasure")):
        empty(path)

    list(repair(store, repaired_at=LATER, act=True))

    assert "m1" not in ids(store)


def test_a_run_that_was_withdrawn_stays_withdrawn() -> None:
    erasures = [{"cause": "run", "run_id": "gone", "network": "twitter", "account_id": "1"}]
    runs = [{"run_id": "gone", "withdrawn_at": LATER}, {"run_id": "gone", "withdrawn_at": None}]
    covered = [row(0, 9, run_id="gone"), row(0, 3)]

    assert settled("run", runs, erasures) == runs[:1]
    assert settled("coverage", covered, erasures) == covered[1:]
    assert settled("arrival", [{"run_id": "gone"}, {"run_id": "run"}], erasures) == [
        {"run_id": "run"}
    ]


# --- the other files ------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_store_json_is_restored(store: Store, damage: Callable[[Path], None]) -> None:
    path = store.root / "store.json"
    before = path.read_bytes()
    damage(path)

    repaired(store)

    assert path.read_bytes() == before


def test_without_a_copy_nobody_guesses_which_key_made_the_pseudonyms(store: Store) -> None:
    without_spare(store)
    empty(store.root / "store.json")

    with pytest.raises(StoreError, match=r"store\.json: has no spare copy; .* from a backup"):
        list(repair(store, repaired_at=LATER, act=True))


@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
def test_the_panel_is_restored(store: Store, damage: Callable[[Path], None]) -> None:
    damage(store.root / "panel.csv")

    repaired(store)

    assert store.panel().account_keys == PANEL.account_keys


def test_names_that_were_edited_and_can_be_read_stay(store: Store) -> None:
    path = store.root / "panel.csv"
    lines = path.read_text().replace("Métro de Valdoine", "Métro").splitlines(keepends=True)
    path.write_text("".join(lines[:2]))

    repaired(store)

    assert {body.name for body in store.panel().bodies} == {"Métro", "Ville de Montsabran"}


def test_damaged_pages_and_locks_are_moved_aside(store: Store) -> None:
    journal = Journal(store.root, "twitter-1-inbound", {"stream": "inbound"})
    journal.append({"page": 1})
    journal.append({"page": 2})
    journal.close()
    journal.path.write_bytes(journal.path.read_bytes().replace(b'{"page":1}', b'{"page" 1}'))
    (store.root / "writer.lock").unlink()
    (store.root / "writer.lock").mkdir()

    done = repaired(store)

    assert [Path(each.file).name for each in done] == ["writer.lock", journal.path.name]
    assert "the next `socialscore collect` asks for them" in done[1].lost
    assert aside(store) == {journal.path.name}


def test_a_dry_run_changes_nothing(store: Store) -> None:
    flip(data_file(store))
    empty(store.root / "panel.csv")
    before = contents(store.root)

    planned = list(repair(store, repaired_at=LATER, act=False))

    assert contents(store.root) == before
    assert planned == repaired(store)


def test_nobody_repairs_while_somebody_collects(store: Store) -> None:
    flip(data_file(store))

    with collecting(store.root, "twitter"), pytest.raises(Overtaken, match="is collecting"):
        list(repair(store, repaired_at=LATER, act=True))


# --- what was moved aside -------------------------------------------------------------------------


def test_what_was_moved_aside_goes_with_the_next_erasure(store: Store) -> None:
    flip(data_file(store))
    repaired(store)
    assert aside(store)

    erase(store, ErasureRequest("account", "twitter", "2"), erased_at=LATER)

    assert not aside(store)


def test_what_somebody_puts_beside_what_was_moved_aside_stops_no_erasure(store: Store) -> None:
    flip(data_file(store))
    repaired(store)
    (store.root / "damaged" / ".DS_Store").touch()

    expire(store, before=LATER + timedelta(days=1))
    left = aside(store)
    erase(store, ErasureRequest("account", "twitter", "2"), erased_at=LATER)

    assert left == {".DS_Store"}
    assert not (store.root / "damaged").exists()


@pytest.mark.parametrize(("days", "stays"), [(0, True), (2, False)])
def test_what_was_moved_aside_goes_when_texts_of_its_day_expire(
    store: Store, days: int, stays: bool
) -> None:
    flip(data_file(store))
    repaired(store)

    expire(store, before=NOW + timedelta(days=days))

    assert bool(aside(store)) == stays


# --- coverage -------------------------------------------------------------------------------------


def row(since: int, until: int, **columns: Any) -> dict[str, Any]:
    interval = {"covered_from": naive(at(days=since)), "covered_until": naive(at(days=until))}
    whose = {"network": "twitter", "account_id": "1", "stream": "inbound"}
    noted = {"reason": None, "run_id": "run", "collected_at": naive(NOW)}
    return whose | interval | noted | columns


def test_other_networks_and_gaps_keep_their_coverage() -> None:
    rows = [row(0, 9, network="facebook"), row(0, 9, reason="cap-reached"), row(0, 1)]

    lost = [(naive(at(days=2)), naive(at(days=3)))]

    assert withdrawn(rows, "twitter", "2026-09", lost, LATER) == rows


def test_of_a_lost_month_without_known_times_all_is_withdrawn() -> None:
    rows = [row(0, 60)]  # from 7 September on

    october = withdrawn(rows, "twitter", "2026-10", [], LATER)

    assert [(it["covered_from"], it["covered_until"], it["reason"]) for it in october] == [
        (naive(at()), datetime(2026, 10, 1), None),  # noqa: DTZ001
        (datetime(2026, 10, 1), datetime(2026, 11, 1), "damaged"),  # noqa: DTZ001
        (datetime(2026, 11, 1), naive(at(days=60)), None),  # noqa: DTZ001
    ]


def test_intervals_that_overlap_lose_the_same_part_once() -> None:
    rows = [row(0, 9), row(1, 9)]

    after = withdrawn(rows, "twitter", "2026-09", [(naive(at(days=2)), naive(at(days=3)))], LATER)

    assert sum(it["reason"] == "damaged" for it in after) == 1
