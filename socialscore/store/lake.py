"""The store: Delta tables in one folder, appended to by one writer at a time and read by anybody.

    socialscore-data/
      store.json     marks the folder, and tells which key made the pseudonyms
      panel.csv      the accounts whose messages are kept
      message/       Delta table, partitioned by network and month, sorted by time when compacted
      coverage/      Delta table: what was in view, and when
      erasure/       Delta table: how much was erased, of which account and day

Saving is idempotent by key. What is new is appended; only what changed (edits, deletions) is
merged, because a merge reads and rewrites whole files.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from socialscore.ahead import ahead
from socialscore.embedded import connect, steady
from socialscore.errors import StoreError
from socialscore.panel import Panel, format_panel, read_panel
from socialscore.period import utc
from socialscore.store import inventory
from socialscore.store.arrivals import Arrivals
from socialscore.store.disk import ZSTD, cause_of, delta, files, write_whole
from socialscore.store.schema import COVERAGE, ERASURE, MESSAGE, MESSAGE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from socialscore.model import Coverage

__all__ = ["Saved", "Store", "coverage_row"]

_FORMAT = 2  # 1 had no edited_seen_at
_UNUSABLE = frozenset("[]^|%\\")  # the table library takes a path for an address
# Statistics stand in the Delta log in the clear: of texts and authors there must be none.
_STATISTICS = {"delta.dataSkippingStatsColumns": "sent_at"}
_DELETION = ("deleted_at", "deleted_seen_at")
_FIXED = (*MESSAGE_KEY, *_DELETION, "month", "sent_at", "collected_at")  # whatever is edited
# Texts of deleted messages lie in the files of former versions. X gives us 24 hours to be rid of
# them, the library's default is a week; a reader may take up to an hour for its statement. What is
# younger than that goes with the next run.
_HOURS_FOR_READERS = 1
_MANY_FILES = 8  # in one month: more small files than this are made into one, sorted by time


@dataclass(frozen=True)
class Saved:
    """What a save did."""

    n_new: int = 0  # rows that were not there
    n_known: int = 0  # rows that were, and stay as they were
    n_changed: int = 0  # rows that an edit or a deletion changed


class Store:
    """A folder of messages. Make one with `Store.open` or `Store.create`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for sign in root.absolute().as_posix():
            if sign in _UNUSABLE:
                problem = f"no store can be in a folder with {sign} in its path; choose another"
                raise StoreError(f"{root}: {problem}")

    @classmethod
    def open(cls, root: Path) -> Store:
        """The store in `root`.

        Raises:
            StoreError: there is none, or another version of socialscore wrote it.
        """
        return cls(root)._checked()

    @classmethod
    def find(cls, root: Path) -> Store | None:
        """The store in `root`; None where one can be made: nothing is there, or an empty folder.

        Raises:
            StoreError: something else is there.
        """
        store = cls(root)
        try:
            vacant = not root.exists() or (root.is_dir() and not any(root.iterdir()))
        except OSError as error:
            raise StoreError(f"{root}: the store cannot be read ({error.strerror})") from None
        return None if vacant else store._checked()

    @classmethod
    def create(cls, root: Path, *, key_id: str) -> Store:
        """The store in `root`, made when the folder is missing or empty.

        Raises:
            StoreError: the folder holds something else, cannot be written, or its pseudonyms were
                made with another key.
        """
        store = cls.find(root)
        if store is None:
            try:
                root.mkdir(parents=True, exist_ok=True)
                about = {"format": _FORMAT, "key_id": key_id}
                write_whole(root / "store.json", json.dumps(about) + "\n")
            except OSError as error:
                raise StoreError(f"{root}: the store cannot be made ({error.strerror})") from None
            return cls(root)
        if store._about().get("key_id") != key_id:
            raise StoreError(
                f"{root}: its pseudonyms were made with another key; put that key back "
                "(key_file in socialscore.toml), or import into a new store"
            )
        return store

    def _checked(self) -> Store:
        found = self._about().get("format")
        if found != _FORMAT:
            problem = f"the store has format {found}, this socialscore reads {_FORMAT}; "
            earlier = isinstance(found, int) and found < _FORMAT
            way_out = "import and collect into a new one (--store DIR)" if earlier else "update it"
            raise StoreError(f"{self.root}: {problem}{way_out}")
        return self

    def _about(self) -> dict[str, Any]:
        try:
            about = json.loads((self.root / "store.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            if self.root.exists():
                raise StoreError(f"{self.root}: is not a store of socialscore") from None
            raise StoreError(
                f"{self.root}: there is no store yet; "
                f"`socialscore import FILE --store {self.root}` makes one"
            ) from None
        except OSError as error:
            problem = f"store.json cannot be read ({error.strerror})"
            raise StoreError(f"{self.root}: {problem}") from None
        except ValueError:
            raise StoreError(f"{self.root}: store.json is damaged") from None
        return about if isinstance(about, dict) else {}

    @contextmanager
    def writing(self, *, patience: float = 0) -> Iterator[None]:
        """Holds the store against other writers; readers are not held up.

        Args:
            patience: seconds to wait for another writer.

        Raises:
            StoreError: another writer is at work, or the disk is full or read-only.
        """
        lock = FileLock(self.root / "writer.lock", timeout=patience)
        try:
            with lock:
                yield
        except Timeout:
            raise StoreError(f"{self.root}: another process is writing; try again later") from None
        except (DeltaError, OSError) as error:
            raise StoreError(f"{self.root}: cannot be written: {cause_of(error)}") from None

    # --- the panel -------------------------------------------------------------------------

    def panel(self) -> Panel:
        """The bodies whose messages are kept."""
        path = self.root / "panel.csv"
        return read_panel(path) if path.exists() else Panel("panel", ())

    def remember(self, panel: Panel) -> Panel:
        """The panel with what else the store knows; the store knows all of it from now on.

        Raises:
            StoreError: the store knows a handle of the panel as that of another account.
        """
        known = self.panel()
        for account, other in panel.rivals(known):
            raise StoreError(
                f"{self.root}: the messages of the {other.network} account {other.handle!r} are "
                f"kept under {other.account_id!r}, the panel says {account.account_id!r}; give the "
                "panel the account_id of the store, or import into a new store"
            )
        merged = panel.merged(known)
        write_whole(self.root / "panel.csv", format_panel(merged))
        return merged

    # --- messages --------------------------------------------------------------------------

    def save(
        self, tables: Iterable[pa.Table], *, first: datetime, last: datetime, collected_at: datetime
    ) -> Saved:
        """Append the rows whose key is new, and merge those that an edit or deletion changed.

        Args:
            tables: rows of the message table without `month` and `collected_at`; no key twice.
            first: the earliest `sent_at` among them.
            last: the latest.
            collected_at: the moment to note in each new row.
        """
        table = self._table("message", MESSAGE, ["network", "month"])
        arrivals = Arrivals(self.messages(first, last), first, last)
        new = arrivals.new(_complete(rows, collected_at) for rows in ahead(tables))
        head = next(new, None)
        if head is not None:
            reader = pa.RecordBatchReader.from_batches(MESSAGE, _chain(head, new))
            try:
                write_deltalake(table, reader, mode="append", writer_properties=ZSTD)
            except DeltaError as error:
                raise arrivals.error or error from None
        if arrivals.changed:
            self._merge(pa.concat_tables(arrivals.changed))
        n_known = arrivals.n_rows - arrivals.n_new - arrivals.n_changed
        return Saved(arrivals.n_new, n_known, arrivals.n_changed)

    def messages(self, first: datetime, last: datetime) -> list[str]:
        """The Parquet files that may hold messages of `[first, last]`, for an engine to read."""
        months = [("month", ">=", _month(first)), ("month", "<=", _month(last))]
        return files(self.root / "message", months)

    def _merge(self, rows: pa.Table) -> None:
        table = DeltaTable(self.root / "message")
        same = " AND ".join(f"kept.{name} = seen.{name}" for name in (*MESSAGE_KEY, "month"))
        months = ", ".join(f"'{month}'" for month in sorted(set(rows["month"].to_pylist())))
        edited = "CASE WHEN seen.n_edits > kept.n_edits THEN seen.{0} ELSE kept.{0} END"
        updates = {name: edited.format(name) for name in MESSAGE.names if name not in _FIXED}
        updates |= {name: f"COALESCE(kept.{name}, seen.{name})" for name in _DELETION}
        updates["edited_seen_at"] = (
            "CASE WHEN seen.n_edits > kept.n_edits THEN seen.collected_at "
            "ELSE kept.edited_seen_at END"
        )
        updates["text"] = (
            f"CASE WHEN {updates['deleted_at']} IS NOT NULL THEN '' ELSE {updates['text']} END"
        )
        table.merge(
            rows,
            predicate=f"{same} AND kept.month IN ({months})",
            source_alias="seen",
            target_alias="kept",
            writer_properties=ZSTD,
        ).when_matched_update(updates).execute()

    def compact(self) -> None:
        """Make the many small files of a month into one, sorted by time; drop what is unused."""
        if table := delta(self.root / "message"):
            found = pa.table(table.get_add_actions(flatten=True)).to_pylist()
            n_files = Counter((f["partition.network"], f["partition.month"]) for f in found)
            for (network, month), n in n_files.items():
                if n > _MANY_FILES:
                    this = [("network", "=", network), ("month", "=", month)]
                    table.optimize.z_order(
                        ["sent_at"], partition_filters=this, writer_properties=ZSTD
                    )
            _drop_unused(table)
        coverage = delta(self.root / "coverage")
        if coverage and len(coverage.file_uris()) > _MANY_FILES:
            coverage.optimize.compact(writer_properties=ZSTD)
            _drop_unused(coverage)

    # --- coverage --------------------------------------------------------------------------

    def coverage(self) -> pa.Table:
        """All rows of the coverage table."""
        return self._rows("coverage", COVERAGE)

    def cover(self, rows: Sequence[Coverage], *, run_id: str, collected_at: datetime) -> None:
        """Note what was in view; an interval that lies within a noted one adds nothing."""
        table = self._table("coverage", COVERAGE, [])
        noted: dict[tuple[object, ...], list[dict[str, Any]]] = {}
        for row in self.coverage().to_pylist():
            noted.setdefault(_stream(row), []).append(row)
        new = [
            row
            for row in map(coverage_row, rows)
            if not any(_within(row, each) for each in noted.get(_stream(row), ()))
        ]
        if new:
            stamp = {"run_id": run_id, "collected_at": utc(collected_at)}
            data = pa.Table.from_pylist([row | stamp for row in new], schema=COVERAGE)
            write_deltalake(table, data, mode="append", writer_properties=ZSTD)

    # --- erasures --------------------------------------------------------------------------

    def erasures(self) -> pa.Table:
        """All rows of the erasure table: what `socialscore forget` removed, without whose it was.

        It may say more than was removed, where a run was killed and began again, and never less.
        """
        return self._rows("erasure", ERASURE)

    def note_erasures(self, rows: pa.Table) -> None:
        """Add rows of the erasure table."""
        write_deltalake(self._table("erasure", ERASURE, []), rows, mode="append")

    # --- the tables as such ----------------------------------------------------------------

    def seen_until(self) -> datetime | None:
        """The newest moment noted in the store, aware, UTC: when it last learnt or lost something.

        None: it is empty.
        """
        return inventory.newest(self)

    def _rows(self, name: str, schema: pa.Schema) -> pa.Table:
        found = files(self.root / name)
        if not found:
            return schema.empty_table()
        with steady(), connect() as connection:
            rows = connection.read_parquet(found).to_arrow_table()
        return rows.select(schema.names).cast(schema)

    def _table(self, name: str, schema: pa.Schema, partitions: list[str]) -> DeltaTable:
        return DeltaTable.create(
            self.root / name,
            schema,
            mode="ignore",
            partition_by=partitions,
            configuration=_STATISTICS if name == "message" else None,
        )


def _drop_unused(table: DeltaTable) -> None:
    """Remove the files of former versions, and those of writers that were killed."""
    table.vacuum(_HOURS_FOR_READERS, dry_run=False, enforce_retention_duration=False, full=True)


def _complete(table: pa.Table, collected_at: datetime) -> pa.Table:
    """The arriving rows with the columns that only the store fills, in the order of the schema."""
    # Few months, many rows: each month is written out once.
    months = pc.floor_temporal(table["sent_at"], unit="month").combine_chunks().dictionary_encode()
    month = pc.strftime(months.dictionary, format="%Y-%m").take(months.indices)
    stamp = pa.repeat(pa.scalar(utc(collected_at), pa.timestamp("us")), table.num_rows)
    seen = pc.if_else(pc.is_valid(table["deleted_at"]), stamp, pa.scalar(None, stamp.type))
    filled = {
        "month": month,
        "collected_at": stamp,
        "deleted_seen_at": seen,
        "edited_seen_at": pa.nulls(table.num_rows, stamp.type),
        "text": pc.if_else(pc.is_valid(table["deleted_at"]), "", table["text"]),
    }
    columns = [filled[name] if name in filled else table[name] for name in MESSAGE.names]
    return pa.Table.from_arrays(columns, names=MESSAGE.names).cast(MESSAGE)


def _chain(first: pa.RecordBatch, rest: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _month(instant: datetime) -> str:
    return f"{utc(instant):%Y-%m}"


def coverage_row(row: Coverage) -> dict[str, Any]:
    """The row of the coverage table, without what only the store fills."""
    instants = {"covered_from": utc(row.covered_from), "covered_until": utc(row.covered_until)}
    return {**vars(row), **instants}


def _stream(row: dict[str, Any]) -> tuple[object, ...]:
    """Whose coverage it is, and whether it is any."""
    return tuple(row[name] for name in ("network", "account_id", "stream", "reason"))


def _within(row: dict[str, Any], noted: dict[str, Any]) -> bool:
    return bool(
        noted["covered_from"] <= row["covered_from"]
        and row["covered_until"] <= noted["covered_until"]
    )
