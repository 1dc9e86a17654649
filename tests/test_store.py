from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PANEL, START, answers, asks, at

from socialscore.engines.duckdb import DuckDB
from socialscore.errors import Damaged, Overtaken, StoreError
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body, Coverage
from socialscore.store import compacting
from socialscore.store.erase import erase
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.inventory import seen_until
from socialscore.store.lake import Saved, Store
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FILLED_BY_THE_STORE = (
    "month", "edited_seen_at", "deleted_seen_at", "collected_at", "rejudged_at",
)  # fmt: skip
ARRIVING = pa.schema([column for column in MESSAGE if column.name not in FILLED_BY_THE_STORE])


def naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def table(*rows: dict[str, Any]) -> pa.Table:
    instants = [
        {name: naive(row[name]) for name in ("sent_at", "deleted_at") if row.get(name)}
        for row in rows
    ]
    return pa.Table.from_pylist(
        [row | instant for row, instant in zip(rows, instants, strict=True)], schema=ARRIVING
    )


def save(store: Store, *rows: dict[str, Any], collected_at: datetime = NOW) -> Saved:
    moments = [row["sent_at"] for row in rows]
    with store.writing():
        return store.save(
            [table(*rows)], first=min(moments), last=max(moments), collected_at=collected_at
        )


def kept(store: Store) -> list[dict[str, Any]]:
    """All rows of the store, as an engine reads them."""
    files = store.messages(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    if not files:
        return []
    with DuckDB() as engine:
        engine.relation("message", files)
        sql = "SELECT * FROM message ORDER BY network, account_id, message_id"
        return engine.query(sql, {})


def the(store: Store, message_id: str) -> dict[str, Any]:
    (row,) = [row for row in kept(store) if row["message_id"] == message_id]
    return row


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store", key_id="key")


# --- saving ------------------------------------------------------------------------------------


def test_what_is_saved_is_read_with_its_month_and_when_it_came(store: Store) -> None:
    saved = save(store, asks("m1", at(days=1), text="Quand ?"), answers("m2", "m1", at(days=40)))

    assert saved == Saved(n_new=2, n_new_messages=2)
    assert [row["month"] for row in kept(store)] == ["2026-09", "2026-10"]
    assert the(store, "m1")["text"] == "Quand ?"
    assert the(store, "m1")["collected_at"] == naive(NOW)


def test_saving_twice_changes_nothing(store: Store) -> None:
    rows = [asks("m1", at(days=1)), answers("m2", "m1", at(days=2))]
    save(store, *rows)
    before = kept(store)

    again = save(store, *rows, collected_at=NOW + timedelta(days=1))

    assert again == Saved(n_known=2)
    assert kept(store) == before


def test_a_message_stands_once_under_each_account_that_it_addresses(store: Store) -> None:
    save(store, asks("m1", at(days=1)), asks("m1", at(days=1), account_id="2"))

    assert [row["account_id"] for row in kept(store)] == ["1", "2"]


def test_saving_nothing_is_no_trouble(store: Store) -> None:
    with store.writing():
        saved = store.save([], first=START, last=START, collected_at=NOW)

    assert saved == Saved()
    assert kept(store) == []


def test_only_files_of_the_months_asked_for_are_read(store: Store) -> None:
    save(store, asks("september", at(days=1)), asks("october", at(days=40)))

    (file,) = store.messages(at(days=40), at(days=41))

    assert "month=2026-10" in file


# --- edits and deletions -----------------------------------------------------------------------


def test_an_edit_replaces_text_and_judgements_and_keeps_the_time(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="Quand ?", text_digest="a"))

    edit = asks("m1", at(days=1), text="Merci", text_digest="b", question=False, n_edits=1)
    saved = save(store, edit, collected_at=NOW + timedelta(days=1))

    row = the(store, "m1")
    assert saved == Saved(n_changed=1, n_changed_messages=1)
    assert (row["text"], row["text_digest"], row["question"]) == ("Merci", "b", False)
    assert (row["sent_at"], row["collected_at"]) == (naive(at(days=1)), naive(NOW))
    assert row["edited_seen_at"] == naive(NOW + timedelta(days=1))


def test_a_first_version_that_came_edited_was_not_seen_to_be_edited(store: Store) -> None:
    save(store, asks("m1", at(days=1), n_edits=3))

    assert the(store, "m1")["edited_seen_at"] is None


def test_an_older_edit_after_a_newer_one_changes_nothing(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="third", n_edits=2))

    saved = save(store, asks("m1", at(days=1), text="second", n_edits=1))

    assert saved == Saved(n_known=1)
    assert the(store, "m1")["text"] == "third"


def test_a_deletion_is_noted_with_when_it_was_learnt(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="Quand ?"))

    later = NOW + timedelta(days=1)
    deleted = asks("m1", at(days=1), text="", deleted_at=at(days=3))
    saved = save(store, deleted, collected_at=later)

    row = the(store, "m1")
    assert saved == Saved(n_changed=1, n_changed_messages=1)
    assert (row["deleted_at"], row["deleted_seen_at"]) == (naive(at(days=3)), naive(later))
    assert row["text"] == ""
    assert row["edited_seen_at"] is None


def test_a_message_that_comes_deleted_has_no_text(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="Quand ?", deleted_at=at(days=3)))

    assert the(store, "m1")["text"] == ""


def test_an_edit_of_a_deleted_message_brings_no_text(store: Store) -> None:
    save(store, asks("m1", at(days=1), text="Quand ?", deleted_at=at(days=3)))

    save(store, asks("m1", at(days=1), text="new", n_edits=1))

    assert (the(store, "m1")["text"], the(store, "m1")["n_edits"]) == ("", 1)


def test_a_deletion_is_not_taken_back_by_an_older_copy(store: Store) -> None:
    save(store, asks("m1", at(days=1), deleted_at=at(days=3)))

    saved = save(store, asks("m1", at(days=1)))

    assert saved == Saved(n_known=1)
    assert the(store, "m1")["deleted_at"] == naive(at(days=3))


def test_only_the_rows_that_changed_are_changed(store: Store) -> None:
    save(store, *(asks(f"m{n}", at(days=n), text="old") for n in range(4)))

    save(store, asks("m1", at(days=1), text="new", n_edits=1), asks("m2", at(days=2), text="old"))

    assert [row["text"] for row in kept(store)] == ["old", "new", "old", "old"]


VERSIONS = st.builds(
    lambda number, n_edits, deleted: asks(
        f"m{number}",
        at(days=20 * number),
        text=f"m{number}, version {n_edits}",
        n_edits=n_edits,
        deleted_at=at(days=99) if deleted else None,
    ),
    st.integers(1, 3),
    st.integers(0, 2),
    st.booleans(),
)
BATCHES = st.lists(
    st.lists(VERSIONS, min_size=1, max_size=4, unique_by=lambda row: row["message_id"]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None)
@given(BATCHES)
def test_the_order_of_arrival_is_irrelevant(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[dict[str, Any]]]
) -> None:
    store = Store.create(tmp_path_factory.mktemp("arrivals") / "store", key_id="key")

    for batch in batches:
        save(store, *batch)

    arrived = [row for batch in batches for row in batch]
    latest = {row["message_id"]: row for row in sorted(arrived, key=lambda row: row["n_edits"])}
    deleted = {row["message_id"] for row in arrived if row["deleted_at"]}
    found = {row["message_id"]: (row["text"], row["deleted_at"] is not None) for row in kept(store)}
    assert found == {
        name: ("" if name in deleted else row["text"], name in deleted)
        for name, row in latest.items()
    }


# --- all or nothing ----------------------------------------------------------------------------


def test_readers_see_a_save_when_it_is_done_and_not_before(store: Store) -> None:
    save(store, asks("m1", at(days=1)))
    before = store.messages(at(), at(days=9))
    seen_meanwhile = []

    def arriving() -> Iterator[pa.Table]:
        yield table(asks("m2", at(days=2)))
        with ThreadPoolExecutor() as pool:  # a reader is somebody else
            seen_meanwhile.extend(pool.submit(kept, store).result())
        yield table(asks("m3", at(days=3)))

    with store.writing():
        store.save(arriving(), first=at(days=2), last=at(days=3), collected_at=NOW)

    assert [row["message_id"] for row in seen_meanwhile] == ["m1"]
    assert [row["message_id"] for row in kept(store)] == ["m1", "m2", "m3"]
    assert set(before) < set(store.messages(at(), at(days=9)))


@pytest.mark.parametrize(
    ("error", "seen", "message"),
    [
        (OSError, StoreError, "store: cannot be written: the disk is gone$"),
        (ZeroDivisionError, ZeroDivisionError, "^the disk is gone$"),
    ],
)
def test_a_save_that_breaks_off_leaves_nothing_and_says_why(
    store: Store, error: type[Exception], seen: type[Exception], message: str
) -> None:
    def arriving() -> Iterator[pa.Table]:
        yield table(asks("m1", at(days=1)))
        raise error("the disk is gone")

    with pytest.raises(seen, match=message), store.writing():
        store.save(arriving(), first=at(), last=at(days=2), collected_at=NOW)

    assert kept(store) == []


def test_a_second_writer_is_told_to_wait(store: Store) -> None:
    with (
        store.writing(),
        pytest.raises(Overtaken, match="another process is writing; try again later") as late,
        Store.open(store.root).writing(timeout=0.1),
    ):
        pass  # the second writer gets no further than its door
    assert late.value.exit_code == 75


def test_the_lock_is_given_back(store: Store) -> None:
    with store.writing():
        pass

    assert save(Store.open(store.root), asks("m1", at())) == Saved(n_new=1, n_new_messages=1)


# --- compaction --------------------------------------------------------------------------------


def of_two_accounts(day: int) -> list[dict[str, Any]]:
    return [
        asks(f"m{day}-{n}", at(days=day, hours=n), account_id=account)
        for n, account in enumerate(("2", "1", "2", "1"))
    ]


def places(files: Sequence[str]) -> list[list[tuple[date, str, datetime]]]:
    """For each file the day, the account and the time of its rows, as they stand."""
    tables = [pq.read_table(file.removeprefix("file://"), partitioning=None) for file in files]
    return [
        [(row["sent_at"].date(), row["account_id"], row["sent_at"]) for row in table.to_pylist()]
        for table in tables
    ]


def test_compaction_keeps_all_rows_in_fewer_files_sorted_by_day_and_account(store: Store) -> None:
    for day in (5, 3, 9, 1, 7, 2, 8, 4, 6):
        save(store, *of_two_accounts(day))
    before, n_before = kept(store), len(store.messages(at(), at(days=20)))

    store.compact()

    (rows,) = places(store.messages(at(), at(days=20)))
    assert n_before == 9
    assert kept(store) == before
    assert rows == sorted(rows)
    assert len(rows) == 36


def test_compaction_removes_the_cache_of_months_that_former_versions_kept(store: Store) -> None:
    save(store, asks("1", at()))
    cached = store.root / "settled"
    cached.mkdir()
    (cached / "digest.json").write_text("{}")

    store.compact()

    assert not cached.exists()
    assert len(kept(store)) == 1


def test_large_files_are_sorted_once_and_each_for_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "_LARGE", 1)
    for day in range(9):
        save(store, *of_two_accounts(day))
    before = kept(store)

    store.compact()
    once = store.messages(at(), at(days=20))
    save(store, *of_two_accounts(10))
    store.compact()
    again = store.messages(at(), at(days=20))

    assert len(once) == 9
    assert len(again) == 10
    assert all(rows == sorted(rows) for rows in places(again))
    assert [row for row in kept(store) if row in before] == before
    assert set(once) < set(again)


def test_few_files_that_are_large_together_are_made_into_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (3, 1, 2):
        save(store, *of_two_accounts(day))
    before, files = kept(store), list((store.root / "message").rglob("*.parquet"))
    monkeypatch.setattr(compacting, "_LARGE", sum(file.stat().st_size for file in files))

    store.compact()
    once = store.messages(at(), at(days=20))
    store.compact()

    (rows,) = places(once)
    assert rows == sorted(rows)
    assert kept(store) == before
    assert store.messages(at(), at(days=20)) == once


def test_few_files_are_left_as_they_are(store: Store) -> None:
    for day in (1, 2, 3):
        save(store, asks(f"m{day}", at(days=day)))
    before = store.messages(at(), at(days=20))

    store.compact()

    assert store.messages(at(), at(days=20)) == before


def test_a_reader_that_began_before_a_compaction_reads_to_the_end(store: Store) -> None:
    for day in range(9):
        save(store, asks(f"m{day}", at(days=day)))
    files = store.messages(at(), at(days=20))

    store.compact()

    with DuckDB() as engine:
        engine.relation("message", files)
        assert engine.query("SELECT COUNT(*) AS n FROM message", {}) == [{"n": 9}]


def files_aged(store: Store, hours: float) -> list[str]:
    """The files of the table when it has been compacted, so many hours after all was written."""
    log = store.root / "message" / "_delta_log"
    for path in log.glob("*.json"):
        text = path.read_text()
        for moment in set(re.findall(r'"deletionTimestamp":(\d+)', text)):
            text = text.replace(moment, str(int(moment) - int(hours * 3_600_000)))
        path.write_text(text)
    rmtree(store.root / "spare")  # which would tell
    store.compact()
    return sorted(path.name for path in (store.root / "message").rglob("*.parquet"))


@pytest.mark.parametrize(("hours", "n_files"), [(0.9, 2), (1.1, 1)])
def test_what_was_rewritten_goes_when_readers_had_an_hour(
    store: Store, hours: float, n_files: int
) -> None:
    save(store, asks("m1", at(days=1), text="Quand ?"))
    save(store, asks("m1", at(days=1), text="Quand ?", deleted_at=at(days=3)))

    assert len(files_aged(store, hours)) == n_files


# --- when it last learnt something --------------------------------------------------------------


def test_an_empty_store_was_never_told_anything(store: Store) -> None:
    assert seen_until(store) is None


def test_the_newest_moment_is_that_of_any_table(store: Store) -> None:
    moments = [NOW + timedelta(days=day) for day in range(6)]
    seen = []

    save(store, asks("m1", at(days=1)), collected_at=moments[0])
    seen.append(seen_until(store))
    save(store, asks("m1", at(days=1), n_edits=1), collected_at=moments[1])
    seen.append(seen_until(store))
    save(store, asks("m1", at(days=1), deleted_at=at(days=2)), collected_at=moments[2])
    seen.append(seen_until(store))
    with store.writing():
        store.cover([covering((0, 7))], run_id="run", collected_at=moments[3])
    seen.append(seen_until(store))
    erase(store, ErasureRequest("before", until=at(days=2)), erased_at=moments[4])
    seen.append(seen_until(store))
    save(store, asks("m2", at(days=3)), collected_at=moments[5])
    seen.append(seen_until(store))

    # What is done in several steps has a moment for each.
    for moment, found in zip(moments, seen, strict=True):
        assert found
        assert moment <= found < moment + timedelta(seconds=1)


# --- what the log tells ------------------------------------------------------------------------


def test_the_log_tells_neither_texts_nor_authors(store: Store) -> None:
    def secrets(n_edits: int) -> dict[str, Any]:
        return {
            "author_id": "SECRET-author", "text": f"SECRET-text-{n_edits}", "n_edits": n_edits,
            "text_digest": "SECRET-digest", "conversation_id": "SECRET-thread",
            "reply_to_author_id": "SECRET-other", "addressed_ids": ["SECRET-person"],
        }  # fmt: skip

    for day in range(10):
        save(store, asks(f"SECRET-{day}", at(days=day), **secrets(n_edits=0)))
    save(store, asks("SECRET-1", at(days=1), **secrets(n_edits=1)))
    store.compact()
    DeltaTable(store.root / "message").create_checkpoint()

    log = store.root / "message" / "_delta_log"
    entries = [line for path in log.glob("*.json") for line in path.read_text().splitlines()]
    entries += [str(pq.read_table(path).to_pylist()) for path in log.glob("*.parquet")]
    statistics = [
        json.loads(json.loads(entry)["add"]["stats"])
        for entry in entries
        if entry.startswith('{"add"')
    ]
    assert len(entries) > 20
    assert not [entry for entry in entries if "SECRET" in entry]
    assert {name for each in statistics for name in each["minValues"]} == {"sent_at"}


# --- coverage ----------------------------------------------------------------------------------


def covering(days: tuple[float, float], reason: str | None = None) -> Coverage:
    return Coverage("twitter", "1", "inbound", at(days=days[0]), at(days=days[1]), reason)


def cover(store: Store, *rows: Coverage) -> None:
    with store.writing():
        store.cover(rows, run_id="run", collected_at=NOW)


def test_coverage_is_noted_once(store: Store) -> None:
    cover(store, covering((0, 7)))
    cover(store, covering((0, 7)), covering((2, 3)))

    (row,) = store.coverage().to_pylist()
    assert row == {
        "network": "twitter",
        "account_id": "1",
        "stream": "inbound",
        "covered_from": naive(at()),
        "covered_until": naive(at(days=7)),
        "reason": None,
        "file_name": None,
        "run_id": "run",
        "collected_at": naive(NOW),
    }


def test_what_goes_beyond_or_is_a_gap_is_noted_too(store: Store) -> None:
    cover(store, covering((0, 7)))

    cover(store, covering((5, 9)), covering((1, 2), reason="cap"))

    assert store.coverage().num_rows == 3


def test_a_new_store_covers_nothing(store: Store) -> None:
    assert store.coverage().num_rows == 0


# --- the panel that the store knows --------------------------------------------------------------


def test_the_store_remembers_every_panel(store: Store) -> None:
    other = Panel("more", (Body("gare", "Gare", "", (Account("mastodon", "9", "gare"),)),))

    store.remember(PANEL)
    merged = store.remember(other)

    assert merged.bodies == store.panel().bodies
    assert {body.body_id for body in merged.bodies} == {"gare", "metro", "ville"}


def test_an_account_that_changed_its_handle_is_known_by_the_new_one(store: Store) -> None:
    store.remember(PANEL)

    renamed = Body("ville", "Montsabran", "ville", (Account("twitter", "1", "ville_montsabran"),))
    store.remember(Panel("new", (renamed,)))

    assert renamed in store.panel().bodies


def test_an_account_under_another_identifier_is_refused(store: Store) -> None:
    store.remember(PANEL)
    before = store.panel()
    other = Body("v", "Ville", "", (Account("twitter", "7", "Montsabran"),))

    with pytest.raises(StoreError, match="'montsabran' are kept under '1', the panel says '7'"):
        store.remember(Panel("new", (other,)))

    assert store.panel() == before


def test_an_account_of_which_a_panel_has_the_handle_alone_is_the_one_that_is_kept(
    store: Store,
) -> None:
    before = store.remember(PANEL)
    other = Body("ville", "Ville", "", (Account("twitter", "Montsabran", "Montsabran"),))

    panel = store.remember(Panel("new", (other,)))

    assert panel.account_keys == before.account_keys
    assert not any(account.other_ids for _, account in panel.accounts())


# --- opening and making ------------------------------------------------------------------------


def test_a_store_is_found_again(store: Store) -> None:
    save(store, asks("m1", at()))

    assert kept(Store.create(store.root, key_id="key")) == kept(store)


@pytest.mark.parametrize("name", ["with space", "Données", "a*b?", "o'clock", 'say "x"', "a#b&c"])
def test_a_store_may_be_in_a_folder_of_any_usual_name(tmp_path: Path, name: str) -> None:
    store = Store.create(tmp_path / name / "store", key_id="key")

    save(store, asks("m1", at()))
    save(store, asks("m1", at(), text="new", n_edits=1), asks("m2", at()))
    cover(store, covering((0, 7)))

    assert [row["message_id"] for row in kept(store)] == ["m1", "m2"]
    assert store.coverage().num_rows == 1


@pytest.mark.parametrize("name", ["[2026]", "100%", "a|b"])
def test_a_folder_that_the_table_library_mistakes_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="in its path; choose another"):
        Store.create(tmp_path / name, key_id="key")

    assert not (tmp_path / name).exists()


def test_a_store_that_is_not_there_is_none_yet(tmp_path: Path) -> None:
    assert Store.find(tmp_path / "missing") is None
    with pytest.raises(StoreError, match="there is no store yet; `socialscore import FILE --store"):
        Store.open(tmp_path / "missing")


def test_an_empty_folder_may_become_a_store(tmp_path: Path) -> None:
    assert Store.find(tmp_path) is None
    assert Store.create(tmp_path, key_id="key").panel() == Panel("panel", ())


def test_a_folder_with_something_else_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()

    for use in (Store.open, Store.find, lambda root: Store.create(root, key_id="key")):
        with pytest.raises(StoreError, match="is not a socialscore store"):
            use(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_store_can_be_made_where_one_that_made_it_was_killed(tmp_path: Path) -> None:
    (tmp_path / ".socialscore-0123456789abcdef.tmp").write_text('{"form')

    Store.create(tmp_path, key_id="key")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["files.lock", "spare", "store.json"]


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="is not a socialscore store"):
        Store.create(tmp_path / "file", key_id="key")


@pytest.mark.parametrize("found", ["4", '"2"', "null"])
def test_a_store_of_another_format_asks_for_an_update(store: Store, found: str) -> None:
    (store.root / "store.json").write_text(f'{{"format": {found}, "key_id": "key"}}')

    with pytest.raises(StoreError, match="this socialscore reads 3; update it"):
        Store.open(store.root)


def test_a_store_of_an_earlier_format_leads_to_a_new_one(store: Store) -> None:
    (store.root / "store.json").write_text('{"format": 1, "key_id": "key"}')

    with pytest.raises(StoreError, match=r"has format 1, .* import and collect into a new one"):
        Store.open(store.root)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_a_damaged_mark_is_named(store: Store, content: bytes) -> None:
    (store.root / "store.json").write_bytes(content)

    with pytest.raises(StoreError, match=r"store\.json: is not what was written; .* store repair"):
        Store.open(store.root)


def test_a_store_with_pseudonyms_of_another_key_is_left_alone(store: Store) -> None:
    with pytest.raises(StoreError, match="its pseudonyms were made with another key"):
        Store.create(store.root, key_id="other")


@pytest.mark.parametrize("name", ["message", "coverage"])
def test_a_damaged_log_is_an_error_of_the_store(store: Store, name: str) -> None:
    save(store, asks("m1", at()))
    cover(store, covering((0, 7)))
    (store.root / name / "_delta_log" / f"{0:020}.json").write_text("{broken")

    with pytest.raises(Damaged, match=f"{name}/_delta_log/0+.json: is not what was written"):
        store.messages(at(), at(days=9)) if name == "message" else store.coverage()
