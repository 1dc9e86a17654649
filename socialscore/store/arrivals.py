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

_ROWS_AT_ONCE = 250_000
_KNOWN = """
CREATE TEMP TABLE known (
    network VARCHAR,
    account_id VARCHAR,
    message_id VARCHAR,
    changed BOOLEAN,
    deleted BOOLEAN
)
"""
# Numbers instead of names: of a hundred million messages, hardly ever two have the same.
_ARRIVED = "CREATE TEMP TABLE arrived (message UBIGINT, changed BOOLEAN)"
_SHARE = 1 / 2  # of the memory: the arriving rows come from databases that take the rest


class Arrivals:
    """Parts arriving rows into new, known and changed ones, against what the store has.

    The keys of the store in the interval of the arrivals are read once, so that a small save into a
    large store reads little.
    """

    def __init__(
        self, files: Sequence[str], first: datetime, last: datetime, run_id: str | None = None
    ) -> None:
        self.changed: list[pa.Table] = []
        self.error: Exception | None = None  # what stopped the rows from arriving
        self.n_rows = self.n_new = 0
        self.n_known = 0  # that another run has brought before
        self._run_id = run_id
        self._connection = connect(_SHARE)
        with files_may_vanish():
            if files:
                read_files(self._connection, files, MESSAGE).create_view("message")
            else:
                self._connection.register("message", MESSAGE.empty_table())
            self._connection.execute(
                f"CREATE TEMP TABLE kept AS SELECT {', '.join(MESSAGE_KEY)}, n_edits, deleted_at, "
                "run_id IS NOT DISTINCT FROM $run_id AS own "
                "FROM message WHERE sent_at BETWEEN $first AND $last",
                {"first": utc(first), "last": utc(last), "run_id": run_id},
            )
            self._connection.execute(_KNOWN)
            self._connection.execute(_ARRIVED)

    @property
    def n_changed(self) -> int:
        """How many rows an edit or a deletion changes."""
        return sum(table.num_rows for table in self.changed)

    def new(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The rows whose key the store does not have; the others are sorted out meanwhile."""
        try:
            yield from self._new(tables)
        except Exception as error:
            self.error = error  # the table library, which asks for rows, makes its own of it
            raise

    def _new(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        import pyarrow.compute as pc  # takes its time, and who reads a store does without

        for table in tables:
            self.n_rows += table.num_rows
            row = pa.array(range(table.num_rows), pa.int64())
            met = self._met(table.append_column("row", row))
            changed = met.filter(met["changed"])
            if changed.num_rows:
                self.changed.append(table.take(changed["row"]))
                self._note(changed, changed=True)
            if met.num_rows:
                self._keep_known(met)
                table = table.filter(pc.invert(pc.is_in(row, met["row"].combine_chunks())))
            self.n_new += table.num_rows
            if table.num_rows:
                self._note(table, changed=False)
                yield table

    def n_messages(self) -> tuple[int, int]:
        """How many messages have new rows, and how many others have changed ones."""
        with within_limits():
            [(n_new, n_changed)] = self._connection.sql(
                "SELECT COUNT(*) FILTER (WHERE NOT changed), COUNT(*) FILTER (WHERE changed) FROM "
                "(SELECT message, BOOL_AND(changed) AS changed FROM arrived GROUP BY message)"
            ).fetchall()
        return n_new, n_changed

    @within_limits()
    def _note(self, rows: pa.Table, *, changed: bool) -> None:
        """Note which messages rows are of; most are of one that has no other."""
        self._connection.register("rows_of", rows.select(["network", "message_id"]))
        self._connection.execute(
            "INSERT INTO arrived SELECT DISTINCT HASH(network, message_id), $changed FROM rows_of",
            {"changed": changed},
        )

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
                seen.network,
                seen.account_id,
                seen.message_id,
                kept.own,
                seen.deleted_at IS NOT NULL AS deleted,
                COALESCE(
                    seen.n_edits > kept.n_edits
                    OR (seen.deleted_at IS NOT NULL AND kept.deleted_at IS NULL),
                    FALSE
                ) AS changed
            FROM seen
            INNER JOIN kept USING (network, account_id, message_id)
            """
        ).to_arrow_table()

    @within_limits()
    def _keep_known(self, met: pa.Table) -> None:
        if self._run_id is None:
            return
        self._connection.register("met", met)
        [(n_rows,)] = self._connection.execute(
            f"INSERT INTO known SELECT {', '.join(MESSAGE_KEY)}, changed, deleted "
            "FROM met WHERE NOT own"
        ).fetchall()
        self.n_known += n_rows

    def known(self, moment: datetime) -> pa.RecordBatchReader:
        """The rows of the arrival table, of what other runs have brought before."""
        return self._connection.sql(
            f"SELECT {', '.join(MESSAGE_KEY)}, $run_id AS run_id, changed, deleted, "
            "CAST($moment AS TIMESTAMP) AS collected_at FROM known ORDER BY ALL",
            params={"run_id": self._run_id, "moment": utc(moment)},
        ).to_arrow_reader(_ROWS_AT_ONCE)
