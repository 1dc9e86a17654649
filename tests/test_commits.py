"""What several writers do to one table, one step at a time; test_many_savers.py lets them run."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from deltalake import DeltaTable
from test_store import NOW, kept, save, table
from worlds import PANEL, START, asks, at

from socialscore.errors import Overtaken, StoreError
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body, Coverage
from socialscore.runtime.retrying import retry, retry_reading
from socialscore.scoring import MessageSource, score
from socialscore.store import erase as erase_module
from socialscore.store import spare
from socialscore.store.commits import fence, next_version
from socialscore.store.erase import erase
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.lake import Saved, Store
from socialscore.store.table_files import delta, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa


class Arriving:
    """Rows; before they arrive for the first time, somebody else does something."""

    def __init__(self, meanwhile: Callable[[], object], *rows: dict[str, Any]) -> None:
        self.meanwhile = meanwhile
        self.rows = table(*rows)
        self.n_times = 0

    def __iter__(self) -> Iterator[pa.Table]:
        self.n_times += 1
        if self.n_times == 1:
            self.meanwhile()
        yield self.rows


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", key_id="key")
    save(store, asks("m1", at(days=1)))
    return store


def brought(store: Store, rows: Any) -> Saved:
    return store.save(rows, first=START, last=at(days=9), collected_at=NOW)


def ids(store: Store) -> list[str]:
    return [row["message_id"] for row in kept(store)]


def test_what_another_brings_meanwhile_is_known(store: Store) -> None:
    both = asks("m2", at(days=2))
    rows = Arriving(lambda: save(store, both), both, asks("m3", at(days=3)))

    saved = brought(store, rows)

    assert saved == Saved(n_new=1, n_known=1, n_new_messages=1)
    assert rows.n_times == 2
    assert ids(store) == ["m1", "m2", "m3"]


def test_an_edit_of_what_another_brings_meanwhile_is_merged(store: Store) -> None:
    rows = Arriving(
        lambda: save(store, asks("m2", at(days=2), text="old")),
        asks("m2", at(days=2), text="new", n_edits=1),
    )

    assert brought(store, rows) == Saved(n_changed=1, n_changed_messages=1)
    assert [row["text"] for row in kept(store)][1:] == ["new"]


def test_rows_that_can_be_gone_through_once_are_not_saved_in_vain(store: Store) -> None:
    rows = Arriving(lambda: save(store, asks("m2", at(days=2))), asks("m3", at(days=3)))

    with pytest.raises(Overtaken, match="another process was writing") as late:
        brought(store, iter(rows))

    assert late.value.exit_code == 75
    assert ids(store) == ["m1", "m2"]


def test_who_is_always_outrun_gives_up_in_the_end() -> None:
    tries = []

    def attempt() -> None:
        tries.append(1)
        raise Overtaken("again")

    with pytest.raises(Overtaken):
        retry(attempt, 3)
    with pytest.raises(Overtaken):
        retry_reading(attempt)()
    assert len(tries) == 3 + 5


def test_an_error_that_nobody_else_caused_is_told_at_once(store: Store) -> None:
    found = delta(store.location, "message")
    assert found

    with pytest.raises(Exception, match="No field named") as error, next_version(found):
        found.delete("no_such_column = 1")
    assert not isinstance(error.value, Overtaken)


def test_coverage_that_two_note_at_once_is_noted_once(store: Store) -> None:
    row = Coverage("twitter", "1", "inbound", at(), at(days=7))

    with ThreadPoolExecutor(4) as pool:
        notes = [pool.submit(store.cover, [row], run_id="run", collected_at=NOW) for _ in range(4)]
    for note in notes:
        note.result()

    assert store.coverage().num_rows == 1


def test_bodies_that_are_remembered_at_once_are_all_there(store: Store) -> None:
    def remembered(number: int) -> None:
        account = Account("twitter", f"9{number}", f"body{number}")
        store.remember(Panel("p", (Body(f"body-{number}", f"Body {number}", "", (account,)),)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(remembered, range(12)))

    assert {body.body_id for body in store.panel().bodies} == {f"body-{n}" for n in range(12)}


# --- compaction ----------------------------------------------------------------------------------


def test_of_two_compactions_that_overlap_one_gives_way(store: Store) -> None:
    save(store, asks("m2", at(days=2)))
    first = DeltaTable(store.location.at("message"))
    fence(first)
    second = DeltaTable(store.location.at("message"))
    fence(second)

    second.optimize.z_order(["sent_at"])
    with pytest.raises(Overtaken), next_version(first):
        first.optimize.z_order(["sent_at"])

    assert ids(store) == ["m1", "m2"]


def test_a_save_that_is_under_way_while_files_are_compacted_is_whole(store: Store) -> None:
    for day in range(2, 11):
        save(store, asks(f"m{day}", at(days=day)))
    rows = Arriving(store.compact, asks("m2", at(days=2)), asks("n", at(days=2)))

    assert brought(store, rows) == Saved(n_new=1, n_known=1, n_new_messages=1)
    assert len(ids(store)) == len(set(ids(store))) == 11


# --- erasing -------------------------------------------------------------------------------------


def test_a_save_that_is_under_way_while_files_are_removed_is_whole(store: Store) -> None:
    stray = store.root / "message" / "network=twitter" / "month=2026-09" / "stray.parquet"
    stray.write_bytes(b"half")
    rows = Arriving(lambda: sweep(store.location, "message"), asks("m2", at(days=2)))

    assert brought(store, rows) == Saved(n_new=1, n_new_messages=1)
    assert rows.n_times == 2
    assert not stray.exists()
    assert ids(store) == ["m1", "m2"]


@pytest.mark.parametrize("change", ["append", "merge", "compact"])
def test_what_others_do_while_something_is_erased_is_neither_lost_nor_spared(
    store: Store, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    save(store, asks("m2", at(days=2), author_id="other"))
    if change == "compact":
        for day in range(3, 12):
            save(store, asks(f"m{day}", at(days=day), author_id="other"))
    before = set(ids(store))
    meanwhile = {
        "append": lambda: save(
            store, asks("new", at(days=3)), asks("newer", at(days=3), author_id="other")
        ),
        "merge": lambda: save(store, asks("m2", at(days=2), author_id="other", n_edits=1)),
        "compact": store.compact,
    }
    put_month, calls = erase_module.put_month, []

    def interrupted(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            meanwhile[change]()
        put_month(*arguments)

    monkeypatch.setattr(erase_module, "put_month", interrupted)

    # As on another host: the lock of this one is not held.
    work = erase_module._Work(store, ErasureRequest("author", "twitter", "citizen", "citizen"), NOW)
    work.do()

    appended = {"append": {"newer"}}.get(change, set())
    assert set(ids(store)) == before - {"m1"} | appended
    assert work.n_erased == (2 if change == "append" else 1)
    assert sum(row["n_erased"] for row in store.erasures().to_pylist()) == work.n_erased


# --- readers -------------------------------------------------------------------------------------


class Disturbed:
    """A store from which somebody is forgotten while it is read for the first time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.n_times = 0

    def coverage(self) -> pa.Table:
        return self.store.coverage()

    def messages(self, first: datetime, last: datetime) -> list[str]:
        self.n_times += 1
        files = self.store.messages(first, last)
        if self.n_times == 1:
            erase(
                self.store, ErasureRequest("author", "twitter", "citizen", "citizen"), erased_at=NOW
            )
        return files


def test_a_ranking_whose_files_vanish_is_made_of_the_new_ones(store: Store) -> None:
    save(store, asks("m2", at(days=2), author_id="other"))
    in_view = [Coverage("twitter", "1", it, at(), at(days=30)) for it in ("inbound", "outbound")]
    store.cover(in_view, run_id="run", collected_at=NOW)
    disturbed = Disturbed(store)
    ranking = load_ranking(None, {"period": "all", "unit": "message", "selection": "all"})

    board = score(MessageSource(disturbed), PANEL, ranking)

    counted = {each.body.body_id: each.values["n_requests"] for each in board.scores}
    assert disturbed.n_times > 1
    assert counted["ville"] == 1


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_what_ends_a_rewriting_after_its_commit_takes_no_message_with_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    save(store, asks("m2", at(days=2)))
    note = spare.note_checksums

    def failing(file: Path, folder: Path) -> None:
        if folder.name == "message":
            raise error
        note(file, folder)

    monkeypatch.setattr(spare, "note_checksums", failing)
    with pytest.raises((StoreError, KeyboardInterrupt)):
        erase(store, ErasureRequest("before", until=at(days=1, hours=1)), erased_at=NOW)
    monkeypatch.undo()

    assert ids(store) == ["m2"]
