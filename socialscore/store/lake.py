"""The store: Delta tables in one location, written and read by anybody at any time.

    socialscore-data/
      store.json     marks the folder, and tells which key made the pseudonyms, which rules judged
      panel.csv      the accounts whose messages are kept
      message/       Delta table, partitioned by network and month, sorted when compacted
      coverage/      Delta table: what was in view, and when
      run/           Delta table: the imports and collections that brought something
      arrival/       Delta table: which runs brought a message that was there already
      erasure/       Delta table: how much was erased, of which account and day
      spare/         copies of the log and of the two files, and checksums of the tables' files

Saving is idempotent by key. What is new is appended; only what changed (edits, deletions) is
merged, because a merge reads and rewrites whole files. Either is committed if nobody else committed
anything since the store was read, and otherwise done again: `commits.py` says why. That holds
between hosts; on one machine writers take turns besides (`Store.writing`), so that they rarely do
anything twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from socialscore.errors import Overtaken, StoreError
from socialscore.model.period import utc
from socialscore.runtime.duckdb import files_may_vanish, read_files, reader
from socialscore.runtime.prefetch import prefetch
from socialscore.runtime.retrying import TRIES, retry, retry_reading
from socialscore.store.arrivals import Arrivals
from socialscore.store.commits import NEXT, next_version
from socialscore.store.compacting import compact
from socialscore.store.known_panel import amend_panel, known_panel
from socialscore.store.location import location_at
from socialscore.store.mark import amend_mark, is_of_today, make_mark, read_mark, upgrade_mark
from socialscore.store.moments import newest
from socialscore.store.schema import (
    ARRIVAL,
    COVERAGE,
    ERASURE,
    MESSAGE,
    MESSAGE_KEY,
    RUN,
    TABLES,
)
from socialscore.store.table_files import ZSTD, cause_of, delta, files, undescribed, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Coverage
    from socialscore.store.location import Where

__all__ = ["Saved", "Store", "coverage_row"]

_TIMEOUT = 120.0  # seconds for which another writer of this machine is waited for
_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)
_NEWEST = "newest_moment"  # in store.json: the latest one that was given to a writer
_AS_LOGGED = "%Y-%m-%d %H:%M:%S.%f"
_POLL = 0.01  # seconds: who writes without a pause would leave no gap for those who ask less often
# Statistics stand in the Delta log in the clear: of texts, authors and messages there must be none.
_STATISTICS = {
    "message": {"delta.dataSkippingStatsColumns": "sent_at"},
    "arrival": {"delta.dataSkippingStatsColumns": "collected_at"},
}
_DELETION = ("deleted_at", "deleted_seen_at")
_FIXED = (  # whatever is edited
    *MESSAGE_KEY, *_DELETION, "month", "sent_at", "collected_at", "run_id",
)  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """What a save did."""

    n_new: int = 0  # rows that were not there
    n_known: int = 0  # rows that were, and stay as they were
    n_changed: int = 0  # rows that an edit or a deletion changed
    n_new_messages: int = 0  # of the new rows: one has a row under each account that it concerns
    n_changed_messages: int = 0  # of the changed rows, without those that have new ones as well


class Store:
    """A location full of messages. Make one with `Store.open` or `Store.create`.

    Args:
        where: a folder, or an address such as s3://bucket/folder.

    Raises:
        StoreError: no store can be there.
    """

    def __init__(self, where: Where) -> None:
        self.location = location_at(where)
        self._is_earlier = False  # whether its format is that of an earlier version

    @property
    def root(self) -> Path:
        """The folder on a disk of this machine with the locks and the journal.

        Of a store that is a folder, it is that folder.
        """
        return self.location.here

    @classmethod
    def open(cls, where: Where) -> Store:
        """The store in a location.

        Raises:
            StoreError: there is none, or a version of socialscore wrote it that this one cannot
                read.
        """
        return cls(where).checked()

    @classmethod
    def find(cls, where: Where) -> Store | None:
        """The store in a location; None where one can be made: nothing is there.

        Raises:
            StoreError: something else is there.
        """
        store = cls(where)
        try:
            vacant = store.location.vacant()
        except OSError as error:
            raise StoreError(f"{where}: the store cannot be read ({error.strerror})") from None
        return None if vacant else store.checked()

    @classmethod
    def create(cls, where: Where, *, key_id: str) -> Store:
        """The store in a location, made when nothing is there.

        Raises:
            StoreError: something else is there, nothing can be written, or its pseudonyms were made
                with another key.
        """
        store = cls.find(where)
        if store is None:
            store = cls(where)
            make_mark(store.location, key_id)
        if read_mark(store.location).get("key_id") != key_id:
            raise StoreError(
                f"{where}: its pseudonyms were made with another key; restore that key "
                "(key_file in socialscore.toml), or import into a new store"
            )
        return store

    def checked(self) -> Store:
        """The store itself, if it can be read.

        Raises:
            StoreError: there is none, its mark is damaged, or another version wrote it.
        """
        self._is_earlier = not is_of_today(self.location)
        return self

    @property
    def rulebook(self) -> str | None:
        """The digest of the rules that judged all that still had its text; None: nobody knows."""
        return read_mark(self.location).get("rulebook")

    @property
    def judged_at(self) -> datetime | None:
        """When later rules judged it again, aware, UTC; None: they never did."""
        noted = read_mark(self.location).get("judged_at")
        return datetime.fromisoformat(noted) if noted else None

    def moment(self, now: datetime) -> datetime:
        """The moment to note for what is written next; none is given twice.

        A reader who has seen everything up to a moment has seen all that was noted by then, so
        what comes is later than that, whatever the clocks of the writers say.

        Args:
            now: by the clock, aware.

        Returns:
            That, or the next microsecond after the newest moment of the store; aware, UTC.
        """

        def advanced(mark: dict[str, Any]) -> dict[str, Any]:
            noted = mark.get(_NEWEST)
            last = datetime.fromisoformat(noted) if noted else self._newest()
            moment = max(now.astimezone(UTC), last + _TICK) if last else now.astimezone(UTC)
            return mark | {_NEWEST: moment.isoformat()}

        return datetime.fromisoformat(amend_mark(self.location, advanced)[_NEWEST])

    def _newest(self) -> datetime | None:
        messages = files(delta(self.location, "message"))
        return newest(messages, self.coverage(), self.erasures(), self.judged_at)

    def note_rulebook(self, digest: str, judged_at: datetime) -> None:
        """Note that rules have judged all that still has its text."""
        noted = {"rulebook": digest, "judged_at": judged_at.astimezone(UTC).isoformat()}
        amend_mark(self.location, lambda mark: mark | noted)

    @contextmanager
    def writing(self, *, timeout: float | None = None) -> Iterator[None]:
        """Makes the writers of this machine take turns; readers are not held up.

        Args:
            timeout: seconds to wait for another writer; by default two minutes.

        Raises:
            Overtaken: another writer is still at work.
            StoreError: the disk is full or read-only.
        """
        wait = _TIMEOUT if timeout is None else timeout
        try:
            with FileLock(self.root / "writer.lock", timeout=wait, poll_interval=_POLL):
                if self._is_earlier:
                    upgrade_mark(self.location)
                    self._is_earlier = False
                yield
        except Timeout:
            raise Overtaken(
                f"{self.location}: another process is writing; try again later"
            ) from None
        except (DeltaError, OSError) as error:
            raise StoreError(f"{self.location}: cannot be written: {cause_of(error)}") from None

    # --- the panel -------------------------------------------------------------------------

    def panel(self) -> Panel:
        """The bodies whose messages are kept."""
        return known_panel(self.location)

    def amend_panel(self, change: Callable[[Panel], Panel]) -> Panel:
        """Let the store know what becomes of the panel that it knows, whoever else amends it."""
        try:
            return amend_panel(self.location, change)
        except OSError as error:
            raise StoreError(f"{self.location}: cannot be written: {cause_of(error)}") from None

    def remember(self, panel: Panel) -> Panel:
        """The panel with what else the store knows; the store knows all of it from now on.

        Accounts keep the identifiers under which the store has their messages.

        Raises:
            StoreError: the store knows a handle of the panel as that of another account.
        """

        def merged(known: Panel) -> Panel:
            ours = panel.reconciled(known)
            for account, other in ours.rivals(known):
                raise StoreError(
                    f"{self.location}: the messages of the {other.network} account "
                    f"{other.handle!r} are kept under {other.account_id!r}, the panel says "
                    f"{account.account_id!r}; give the panel the account_id of the store, or "
                    "import into a new store"
                )
            return ours.merged(known)

        return self.amend_panel(merged)

    # --- messages --------------------------------------------------------------------------

    def save(
        self,
        tables: Iterable[pa.Table],
        *,
        first: datetime,
        last: datetime,
        collected_at: datetime,
        run_id: str | None = None,
    ) -> Saved:
        """Append the rows whose key is new, and merge those that an edit or deletion changed.

        Others may save at the same time, here and on other hosts.

        Args:
            tables: rows of the message table without the columns that only the store fills; no key
                twice. They are gone through again where another writer was faster.
            first: the earliest `sent_at` among them.
            last: the latest.
            collected_at: the moment to note in each new row, unless the store has noted later ones.
            run_id: the run that brings them; None: it only knows what became of messages.

        Raises:
            Overtaken: others were faster in every try, or in the only one where the tables can be
                gone through but once.
        """
        tries = 1 if isinstance(tables, Iterator) else TRIES
        arrivals = retry(lambda: self._append(tables, first, last, collected_at, run_id), tries)
        if run_id and arrivals.n_known:
            retry(lambda: self._note_known(arrivals, collected_at))
        if arrivals.changed:
            changed = pa.concat_tables(arrivals.changed)
            retry(lambda: self._merge(changed, collected_at))
        n_known = arrivals.n_rows - arrivals.n_new - arrivals.n_changed
        return Saved(arrivals.n_new, n_known, arrivals.n_changed, *arrivals.n_messages())

    def _append(
        self,
        tables: Iterable[pa.Table],
        first: datetime,
        last: datetime,
        collected_at: datetime,
        run_id: str | None,
    ) -> Arrivals:
        table = self._table("message", MESSAGE, ["network", "month"])
        arrivals = Arrivals(files(table, _months(first, last)), first, last, run_id)
        new = arrivals.new(prefetch(tables))
        head = next(new, None)
        if head is not None:
            moment = self.moment(collected_at)
            rows = (_complete(each, moment, run_id) for each in chain([head], new))
            batches = (batch for each in rows for batch in each.to_batches())
            reader = pa.RecordBatchReader.from_batches(undescribed(MESSAGE), batches)
            with next_version(table):
                try:
                    write_deltalake(
                        table,
                        reader,
                        mode="append",
                        writer_properties=ZSTD,
                        commit_properties=NEXT,
                    )
                except DeltaError as error:
                    raise arrivals.error or error from None
        return arrivals

    def _note_known(self, arrivals: Arrivals, collected_at: datetime) -> None:
        """Note that a run brought what was there: it stays when the run that has it goes."""
        table = self._table("arrival", ARRIVAL, [])
        with next_version(table):
            write_deltalake(
                table,
                arrivals.known(self.moment(collected_at)),
                mode="append",
                writer_properties=ZSTD,
                commit_properties=NEXT,
            )

    def messages(self, first: datetime, last: datetime) -> list[str]:
        """The Parquet files that may hold messages of `[first, last]`, for an engine to read."""
        return files(delta(self.location, "message"), _span(first, last))

    def _merge(self, rows: pa.Table, collected_at: datetime) -> None:
        table = self._table("message", MESSAGE, ["network", "month"])
        rows = _complete(rows, self.moment(collected_at), None)
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
        with next_version(table):
            table.merge(
                rows,
                predicate=f"{same} AND kept.month IN ({months})",
                source_alias="seen",
                target_alias="kept",
                writer_properties=ZSTD,
            ).when_matched_update(updates).execute()

    def compact(self) -> None:
        """Make the many small files of a month into one, sorted; drop what is unused.

        Where another host is faster, it is left to the next time.
        """
        with suppress(Overtaken):
            retry(lambda: compact(self.location))

    # --- coverage --------------------------------------------------------------------------

    def version(self) -> int | None:
        """The version of the message table; None before the first message."""
        table = delta(self.location, "message")
        return table.version() if table else None

    def coverage_files(self) -> list[str]:
        """The Parquet files of the coverage table."""
        return files(delta(self.location, "coverage"))

    @retry_reading
    def coverage(self) -> pa.Table:
        """All rows of the coverage table."""
        return _rows(delta(self.location, "coverage"), COVERAGE)

    def cover(self, rows: Sequence[Coverage], *, run_id: str, collected_at: datetime) -> None:
        """Note what was in view; an interval that lies within one of the run adds nothing.

        Neither does a gap that lies within one of any run, of the same reason.
        """
        retry(lambda: self._cover(rows, run_id, collected_at))

    def _cover(self, rows: Sequence[Coverage], run_id: str, collected_at: datetime) -> None:
        table = self._table("coverage", COVERAGE, [])
        noted: dict[tuple[object, ...], list[dict[str, Any]]] = {}
        for row in _rows(table, COVERAGE).to_pylist():
            if row["reason"] or row["run_id"] == run_id:
                noted.setdefault(_stream(row), []).append(row)
        new = [
            row
            for row in map(coverage_row, rows)
            # What was lost in a file and mended may be lost again.
            if row["file_name"] or not any(_within(row, it) for it in noted.get(_stream(row), ()))
        ]
        if new:
            stamp = {"run_id": run_id, "collected_at": utc(self.moment(collected_at))}
            _append_rows(table, COVERAGE, [row | stamp for row in new])

    def amend_coverage(
        self, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
    ) -> None:
        """Let the coverage table have the rows that become of those that it has."""
        retry(lambda: self._amend_rows("coverage", COVERAGE, change))

    def _amend_rows(
        self,
        name: str,
        schema: pa.Schema,
        change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    ) -> None:
        table = self._table(name, schema, [])
        before = _rows(table, schema).to_pylist()
        after = change(before)
        if after != before:
            _append_rows(table, schema, after, mode="overwrite")

    # --- runs ------------------------------------------------------------------------------

    @retry_reading
    def runs(self) -> pa.Table:
        """All rows of the run table: what brought something, in the order of its coming."""
        return _rows(delta(self.location, "run"), RUN).sort_by("started_at")

    def note_run(self, row: dict[str, Any]) -> None:
        """Note a run, unless it is noted; `row` has the columns of the run table that are known."""
        retry(lambda: self._note_run(row))

    def _note_run(self, row: dict[str, Any]) -> None:
        table = self._table("run", RUN, [])
        if row["run_id"] not in _rows(table, RUN)["run_id"].to_pylist():
            _append_rows(table, RUN, [row])

    def amend_runs(self, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        """Let the run table have the rows that become of those that it has."""
        retry(lambda: self._amend_rows("run", RUN, change))

    @retry_reading
    def arrivals(self) -> list[str]:
        """The Parquet files of the arrival table."""
        return files(delta(self.location, "arrival"))

    # --- erasures --------------------------------------------------------------------------

    @retry_reading
    def erasures(self) -> pa.Table:
        """All rows of the erasure table: what `socialscore forget` removed, without whose it was.

        It may say more than was removed, where a run was killed and began again, and never less.
        """
        return _rows(delta(self.location, "erasure"), ERASURE)

    def note_erasures(self, rows: pa.Table) -> None:
        """Add rows of the erasure table."""
        rows = rows.cast(undescribed(rows.schema))
        retry(lambda: self._note_erasures(rows))

    def _note_erasures(self, rows: pa.Table) -> None:
        table = self._table("erasure", ERASURE, [])
        with next_version(table):
            write_deltalake(
                table, rows, mode="append", writer_properties=ZSTD, commit_properties=NEXT
            )

    # --- the tables as such ----------------------------------------------------------------

    def created(self, name: str) -> DeltaTable:
        """One of the tables, made if it has no log, whatever data files lie in its folder.

        Raises:
            StoreError: nothing can be written there.
        """
        return self._created(name, TABLES[name], ["network", "month"] if name == "message" else [])

    def _table(self, name: str, schema: pa.Schema, partitions: list[str]) -> DeltaTable:
        table = delta(self.location, name) or self._created(name, schema, partitions)
        upgrade(table, schema)
        return table

    def _created(self, name: str, schema: pa.Schema, partitions: list[str]) -> DeltaTable:
        try:
            return DeltaTable.create(
                self.location.at(name),
                schema,
                mode="ignore",
                partition_by=partitions,
                configuration=_STATISTICS.get(name),
            )
        except DeltaError:
            if (made := delta(self.location, name)) is None:
                raise
            return made  # by another process, at this moment


def _rows(table: DeltaTable | None, schema: pa.Schema) -> pa.Table:
    """All rows of a small table."""
    found = files(table)
    if not found:
        return schema.empty_table()
    with files_may_vanish(), reader(found) as connection:
        return read_files(connection, found, schema).to_arrow_table()


def _append_rows(
    table: DeltaTable,
    schema: pa.Schema,
    rows: Sequence[dict[str, Any]],
    mode: Literal["append", "overwrite"] = "append",
) -> None:
    """Write rows of a small table."""
    data = pa.Table.from_pylist(list(rows), schema=undescribed(schema))
    with next_version(table):
        write_deltalake(table, data, mode=mode, writer_properties=ZSTD, commit_properties=NEXT)


def _complete(table: pa.Table, collected_at: datetime, run_id: str | None) -> pa.Table:
    """The arriving rows with the columns that only the store fills, in the order of the schema."""
    import pyarrow.compute as pc  # takes its time, and who reads a store does without

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
        "rejudged_at": pa.nulls(table.num_rows, stamp.type),
        "run_id": pa.repeat(pa.scalar(run_id, pa.string()), table.num_rows),
        "text": pc.if_else(pc.is_valid(table["deleted_at"]), "", table["text"]),
    }
    columns = [filled[name] if name in filled else table[name] for name in MESSAGE.names]
    return pa.Table.from_arrays(columns, names=MESSAGE.names).cast(MESSAGE)


def _months(first: datetime, last: datetime) -> list[tuple[str, str, str]]:
    """The months of `[first, last]`, as the table library asks for them."""
    return [("month", ">=", f"{utc(first):%Y-%m}"), ("month", "<=", f"{utc(last):%Y-%m}")]


def _span(first: datetime, last: datetime) -> list[tuple[str, str, str]]:
    """The months and times of `[first, last]`, as the table library asks for them.

    A second more on either side: its log may have times in milliseconds.
    """
    times = ((">=", utc(first) - _SECOND), ("<=", utc(last) + _SECOND))
    return [*_months(first, last), *(("sent_at", sign, f"{at:{_AS_LOGGED}}") for sign, at in times)]


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
