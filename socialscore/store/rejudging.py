"""Judging again: what still has its text gets the judgements of the rules of today.

Nothing is done as long as the store notes that these rules have judged it. Otherwise each month
with rows that other rules judged is written anew, as for an erasure; what has lost its text stays
as it was judged. A run that is killed is completed by the next one, for the note comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from socialscore.language.judge import JUDGEMENTS, judge
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.period import utc
from socialscore.runtime.duckdb import connect, files_may_vanish, read_files, register_object_store
from socialscore.runtime.retrying import retry
from socialscore.store.schema import MESSAGE
from socialscore.store.table_files import addresses, delta, partitions, put_month, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import duckdb

    from socialscore.store.lake import Store

__all__ = ["Rejudged", "rejudge"]

_ROWS_AT_ONCE = 250_000
_SHARE = 1 / 4  # of the memory: one database reads, one writes, and one judges in between
_WRITTEN = pa.schema([column for column in MESSAGE if column.name not in ("network", "month")])
_DECIDED = ("language", *JUDGEMENTS)

_COUNTED = """
SELECT
    COUNT(*) FILTER (text <> ''),
    COUNT(*) FILTER (COALESCE(text, '') = '')
FROM message
WHERE rulebook IS DISTINCT FROM $rulebook
"""


@dataclass
class Rejudged:
    """What became of the rows that other rules had judged."""

    n_judged: int = 0  # that were judged again
    n_changed: int = 0  # of these, otherwise than before
    n_kept: int = 0  # that have lost their text, and stay as they were judged


def rejudge(store: Store, *, salt: str, judged_at: datetime) -> Rejudged:
    """Judge again what other rules have judged, unless the store notes that none have.

    Args:
        store: whose messages.
        salt: of the digests of texts, by the key that the store was made with.
        judged_at: the moment to note, aware, unless the store has noted later ones.

    Raises:
        Overtaken: others were faster in every try.
        StoreError: the disk is full or read-only; what was judged again stays so.
    """
    found = Rejudged()
    if store.rulebook == rulebook_digest():
        return found
    with store.writing():
        for month in partitions(delta(store.location, "message")):
            work = _Month(store, month, salt, judged_at)
            retry(work.do)
            found.n_judged += work.counts.n_judged
            found.n_changed += work.counts.n_changed
            found.n_kept += work.counts.n_kept
        store.note_rulebook(rulebook_digest(), store.moment(judged_at))
    return found


@dataclass
class _Month:
    """One month of one network."""

    store: Store
    month: tuple[str, str]
    salt: str
    judged_at: datetime

    def do(self) -> None:
        """Write it anew, if that is needed."""
        self.counts = Rejudged()
        location, table = self.store.location, delta(self.store.location, "message")
        logged = partitions(table).get(self.month)
        if table is None or logged is None:
            return
        upgrade(table, MESSAGE)
        with files_may_vanish(), connect(_SHARE) as reading, connect(_SHARE) as writing:
            files = addresses(location, "message", logged)
            register_object_store(writing, files)
            rows = read_files(reading, files, MESSAGE)
            rows.create_view("message")
            n_due, n_kept = self._counted(reading)
            self.counts.n_kept = n_kept
            if n_due:
                self._moment = self.store.moment(self.judged_at)
                batches = rows.project(", ".join(_WRITTEN.names)).to_arrow_reader(_ROWS_AT_ONCE)
                again = pa.RecordBatchReader.from_batches(_WRITTEN, self._again(batches))
                put_month(location, table, self.month, logged, writing.from_arrow(again))

    def _counted(self, reading: duckdb.DuckDBPyConnection) -> tuple[int, int]:
        """How many rows other rules have judged, with a text and without."""
        [(n_due, n_kept)] = reading.execute(_COUNTED, {"rulebook": rulebook_digest()}).fetchall()
        return n_due, n_kept

    def _again(self, batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = pa.Table.from_batches([batch]).cast(_WRITTEN).combine_chunks()
            yield from self._judged(rows).to_batches()

    def _judged(self, rows: pa.Table) -> pa.Table:
        """The rows, with other judgements where they are due."""
        has_text = pc.fill_null(pc.not_equal(rows["text"], ""), False)
        is_of_today = pc.fill_null(pc.equal(rows["rulebook"], rulebook_digest()), False)
        due = pc.and_not(has_text, is_of_today).combine_chunks()
        before = rows.filter(due)
        if not before.num_rows:
            return rows
        after = judge(_to_judge(before), salt=self.salt)
        differs = reduce(pc.or_, (_differs(before[it], after[it]) for it in _DECIDED))
        self.counts.n_judged += before.num_rows
        self.counts.n_changed += pc.sum(differs).as_py()
        stamp = pa.scalar(utc(self._moment), pa.timestamp("us"))
        after = after.append_column(
            "rejudged_at", pc.if_else(differs, stamp, before["rejudged_at"])
        )
        for name in (*_DECIDED, "rulebook", "rejudged_at"):
            new = after[name].cast(_WRITTEN.field(name).type).combine_chunks()
            column = pc.replace_with_mask(rows[name].combine_chunks(), due, new)
            rows = rows.set_column(rows.schema.get_field_index(name), _WRITTEN.field(name), column)
        return rows


def _to_judge(rows: pa.Table) -> pa.Table:
    """What `judge` reads of messages: without a language where it was our guess."""
    given = pc.fill_null(rows["language_given"], True)
    return pa.table(
        {
            "text": rows["text"],
            "language": pc.if_else(given, rows["language"], pa.scalar(None, pa.string())),
            "outbound": pc.is_valid(rows["response_class"]),
        }
    )


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where two columns differ; nothing is like nothing."""
    unlike = pc.fill_null(pc.not_equal(one, other), False)
    return pc.or_(unlike, pc.xor(pc.is_null(one), pc.is_null(other)))
