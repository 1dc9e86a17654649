"""What is not what was written is noticed, named, and counted by nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable
from test_store import NOW, kept, save
from worlds import PANEL, START, asks, at

from socialscore.errors import Damaged, Overtaken, Vanished
from socialscore.model.messages import Coverage
from socialscore.runtime.retrying import retry
from socialscore.store import spare as spare_module
from socialscore.store.checksums import BLOCK, changed, checksums, seal, unseal
from socialscore.store.erase import erase
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.lake import Store
from socialscore.store.spare import checksums_of

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = Path("message", "_delta_log")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three commits of messages, one of coverage, and a panel."""
    store = Store.create(tmp_path / "store", key_id="key")
    store.remember(PANEL)
    save(store, asks("m1", at(days=1)))
    save(store, asks("m2", at(days=2)))
    row = Coverage("twitter", "1", "inbound", START, at(days=9))
    store.cover([row], run_id="run", collected_at=NOW)
    return store


def data_file(store: Store, table: str = "message") -> Path:
    """The file of a table that was written first."""
    found = (store.root / table).rglob("*.parquet")
    return min(found, key=lambda path: path.stat().st_mtime_ns)


def commit(store: Store, version: int) -> Path:
    return store.root / LOG / f"{version:020}.json"


def flip(path: Path) -> None:
    """One bit in the middle of a file is another one."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Half of a file is left."""
    os.truncate(path, path.stat().st_size // 2)


def cut_after_a_line(path: Path) -> None:
    """The first line of a file is left."""
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def empty(path: Path) -> None:
    """Nothing of a file is left but its name."""
    os.truncate(path, 0)


# --- checksums ------------------------------------------------------------------------------------


def test_a_changed_block_is_found_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(3 * BLOCK + 5))
    noted = checksums(path)
    content = bytearray(path.read_bytes())
    content[BLOCK + 7] ^= 4
    path.write_bytes(content)

    assert changed(path, noted) == [1]


@pytest.mark.parametrize("size", [0, 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 5, 4 * BLOCK])
def test_a_file_of_another_size_is_changed_at_its_end(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    whole = os.urandom(3 * BLOCK)
    path.write_bytes(whole)
    noted = checksums(path)
    path.write_bytes((whole + bytes(BLOCK))[:size])

    found = changed(path, noted)

    assert found == list(range(min(size, 3 * BLOCK) // BLOCK, max(-(-size // BLOCK), 3)))


def test_what_was_sealed_and_is_damaged_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(seal(b"content"))
    assert unseal(path) == b"content"

    for damage in (flip, cut, empty, Path.unlink):
        path.write_bytes(seal(b"content"))
        damage(path)
        assert unseal(path) is None


# --- data files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut, empty])
def test_no_row_of_a_file_that_has_changed_is_read(
    store: Store, damage: Callable[[Path], None]
) -> None:
    path = data_file(store)
    damage(path)

    with pytest.raises(Damaged, match=f"{path.name}: is not what was written; .* store check"):
        kept(store)


@pytest.mark.parametrize("damage", [cut, empty])
def test_a_file_without_checksums_that_cannot_be_read_is_named(
    store: Store, damage: Callable[[Path], None]
) -> None:
    path = data_file(store)
    checksums_of(path, store.root / "message").unlink()
    damage(path)

    with pytest.raises(Damaged, match=f"{path.name}: cannot be read"):
        kept(store)


def test_a_missing_file_is_damage_once_it_was_looked_for_several_times(store: Store) -> None:
    path = data_file(store, "coverage")
    path.unlink()

    with pytest.raises(Damaged, match=f"{path.name}: is missing") as found:
        store.coverage()
    assert found.value.exit_code == 5


def test_files_that_vanish_one_after_the_other_are_somebody_elses_doing() -> None:
    names = iter(range(9))

    def attempt() -> None:
        raise Vanished(f"file-{next(names)}")

    with pytest.raises(Overtaken) as late:
        retry(attempt, 5)
    assert late.value.exit_code == 75
    assert next(names) == 5


def test_a_file_that_changes_after_it_was_read_is_noticed(store: Store) -> None:
    assert len(kept(store)) == 2

    flip(data_file(store))

    with pytest.raises(Damaged):
        kept(store)


# --- the log --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("damage", [flip, cut, cut_after_a_line, empty, Path.unlink])
def test_a_commit_that_is_not_what_was_written_is_named(
    store: Store, version: int, damage: Callable[[Path], None]
) -> None:
    path = commit(store, version)
    damage(path)

    with pytest.raises(Damaged, match=path.name):
        kept(store)


@pytest.mark.parametrize(
    ("version", "damage"), [(1, Path.unlink), (1, empty), (2, empty), (2, cut)]
)
def test_without_spare_copies_holes_and_broken_commits_are_found(
    store: Store, version: int, damage: Callable[[Path], None]
) -> None:
    for copy in (store.root / "spare" / LOG).iterdir():
        copy.unlink()
    path = commit(store, version)
    damage(path)

    with pytest.raises(Damaged, match=path.name):
        kept(store)


def test_a_table_whose_log_is_gone_is_not_an_empty_one(store: Store) -> None:
    for path in (store.root / LOG, store.root / "spare" / LOG):
        for each in path.iterdir():
            each.unlink()
        path.rmdir()

    with pytest.raises(Damaged, match="_delta_log: is missing"):
        kept(store)


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_a_damaged_checkpoint_is_named(store: Store, damage: Callable[[Path], None]) -> None:
    DeltaTable(store.root / "message").create_checkpoint()
    save(store, asks("m3", at(days=3)))
    path = store.root / LOG / f"{2:020}.checkpoint.parquet"
    damage(path)

    with pytest.raises(Damaged, match=path.name):
        kept(store)


@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
def test_without_the_note_of_the_last_checkpoint_all_is_read(
    store: Store, damage: Callable[[Path], None]
) -> None:
    DeltaTable(store.root / "message").create_checkpoint()
    damage(store.root / LOG / "_last_checkpoint")

    assert len(kept(store)) == 2


def test_a_note_of_a_checkpoint_that_is_not_there_is_named(store: Store) -> None:
    hint = store.root / LOG / "_last_checkpoint"
    hint.write_text('{"version":1,"size":7}')

    with pytest.raises(Damaged, match="_last_checkpoint: is not what was written"):
        kept(store)


def test_nothing_is_added_to_a_table_whose_log_is_damaged(store: Store) -> None:
    flip(commit(store, 0))

    with pytest.raises(Damaged):
        save(store, asks("m3", at(days=3)))
    assert not commit(store, 3).exists()


# --- the other files ------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_a_damaged_store_json_is_named(store: Store, damage: Callable[[Path], None]) -> None:
    damage(store.root / "store.json")

    with pytest.raises(Damaged, match=r"store\.json: is "):
        Store.open(store.root)


@pytest.mark.parametrize("damage", [cut, cut_after_a_line, empty, Path.unlink])
def test_a_damaged_panel_is_named(store: Store, damage: Callable[[Path], None]) -> None:
    damage(store.root / "panel.csv")

    with pytest.raises(Damaged, match=r"panel\.csv"):
        store.panel()
    with pytest.raises(Damaged, match=r"panel\.csv"):
        store.remember(PANEL)


def test_a_panel_of_which_only_the_last_name_is_cut_is_named(store: Store) -> None:
    path = store.root / "panel.csv"
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(Damaged, match=r"panel\.csv: is cut short"):
        store.panel()


def test_names_in_the_panel_can_be_edited_by_hand(store: Store) -> None:
    path = store.root / "panel.csv"
    path.write_text(path.read_text().replace("Ville de Montsabran", "Montsabran"))

    assert "Montsabran" in {body.name for body in store.panel().bodies}


# --- what is committed reaches the disk ----------------------------------------------------------


def test_a_commit_and_its_files_are_on_the_disk_before_it_is_announced(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    save(store, asks("m3", at(days=3)))

    folder = store.root / "message"
    new = [str(Path(path)) for path in DeltaTable(folder).file_uris()]
    newest = max(new, key=os.path.getmtime)
    assert newest in synced
    assert str(Path(newest).parent) in synced
    assert synced.index(newest) < synced.index(str(commit(store, 3).parent))
    assert str(commit(store, 3)) in synced


def test_what_a_killed_writer_has_committed_is_kept_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(spare_module, "keep_log", lambda _: None)
        save(store, asks("m3", at(days=3)))
    save(store, asks("m4", at(days=4)))

    commit(store, 3).unlink()

    with pytest.raises(Damaged, match=commit(store, 3).name):
        kept(store)


def test_every_commit_has_a_copy_after_a_compaction_too(store: Store) -> None:
    erase(store, ErasureRequest("before", until=at(days=1, hours=1)), erased_at=NOW)
    (store.root / "message" / "left.parquet").touch()
    os.utime(store.root / "message" / "left.parquet", (0, 0))

    store.compact()

    commits = {path.name for path in (store.root / LOG).glob("*.json")}
    copies = {path.name.removesuffix(".copy") for path in (store.root / "spare" / LOG).iterdir()}
    assert copies == commits
    assert "VACUUM END" in (store.root / LOG / max(commits)).read_text()


def test_checksums_go_with_the_files_that_are_erased(store: Store) -> None:
    erase(store, ErasureRequest("before", until=at(days=1, hours=1)), erased_at=NOW)

    noted = {path.with_suffix("").name for path in (store.root / "spare").rglob("*.crc")}
    lying = {path.name for path in store.root.rglob("*.parquet")}
    assert noted == lying
