"""What of an arriving batch is new to the store, and what changes something in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.model.period import utc
from socialscore.runtime.duckdb import (
    connect,
    files_may_vanish,
    read_files,
    within_limits,
)
from socialscore.store.schema import MESSAGE, MESSAGE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

__all__ = ["Arrivals"]

_SHARE = 1 / 2  # of the memory: the arriving rows come from databases that take the rest


class Arrivals:
    """Parts arriving rows into new, known and changed ones, against what the store has.

    The keys of the store in the interval of the arrivals are read once, so that a small save into a
    large store reads little.
    """

    def __init__(self, files: Sequence[str], first: datetime, last: datetime) -> None:
        self.changed: list[pa.Table] = []
        self.error: Exception | None = None  # what stopped the rows from arriving
        self.n_rows = self.n_new = 0
        self._connection = connect(_SHARE)
        with files_may_vanish():
            if files:
                read_files(self._connection, files, MESSAGE).create_view("message")
            else:
                self._connection.register("message", MESSAGE.empty_table())
            self._connection.execute(
                f"CREATE TEMP TABLE kept AS SELECT {', '.join(MESSAGE_KEY)}, n_edits, deleted_at "
                "FROM message WHERE sent_at BETWEEN $first AND $last",
                {"first": utc(first), "last": utc(last)},
            )

    @property
    def n_changed(self) -> int:
        """How many rows an edit or a deletion changes."""
        return sum(table.num_rows for table in self.changed)

    def new(self, tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
        """The rows whose key the store does not have; the others are sorted out meanwhile."""
        try:
            yield from self._new(tables)
        except Exception as error:
            self.error = error  # the table library, which asks for rows, makes its own of it
            raise

    def _new(self, tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
        import pyarrow.compute as pc  # takes its time, and who reads a store does without

        for table in tables:
            self.n_rows += table.num_rows
            row = pa.array(range(table.num_rows), pa.int64())
            met = self._met(table.append_column("row", row))
            changed = met.filter(met["changed"])
            if changed.num_rows:
                self.changed.append(table.take(changed["row"]))
            if met.num_rows:
                table = table.filter(pc.invert(pc.is_in(row, met["row"].combine_chunks())))
            self.n_new += table.num_rows
            yield from table.to_batches()

    @within_limits()
    def _met(self, rows: pa.Table) -> pa.Table:
        """The arriving rows that the store has: their number, and whether they change it."""
        self._connection.register(
            "seen", rows.select([*MESSAGE_KEY, "n_edits", "deleted_at", "row"])
        )
        return self._connection.sql(
            """
            SELECT
                seen.row,
                seen.n_edits > kept.n_edits
                OR (seen.deleted_at IS NOT NULL AND kept.deleted_at IS NULL) AS changed
            FROM seen
            INNER JOIN kept USING (network, account_id, message_id)
            """
        ).to_arrow_table()
