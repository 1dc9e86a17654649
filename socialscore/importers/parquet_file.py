"""Parquet files, and tables in memory: numbered rows in which what is text is UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from socialscore.errors import InputError
from socialscore.importers.header import check_flat
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from socialscore.importers.source import Source

__all__ = [
    "PARQUET_MAGIC",
    "ArrowTable",
    "ParquetFile",
    "check_columns",
    "numbered",
    "read_parquet",
]

PARQUET_MAGIC = b"PAR1"

_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file whose end, where its columns stand, has been read."""

    place: Path
    _parquet: pq.ParquetFile
    what: str = "Parquet"
    remark: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the top level."""
        return tuple(self._parquet.schema_arrow.names)

    def tables(
        self, columns: Sequence[str], lists: Collection[str] = (), rows: str = ""
    ) -> Iterator[pa.Table]:
        """These columns, as `numbered` gives them.

        Raises:
            InputError: the file is damaged, or a column holds something nested.
        """
        check_flat(rows, self.what, self.place)
        check_columns(self._parquet.schema_arrow, columns, lists, self.place)
        return self._tables(columns)

    def _tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        n_rows = 0
        try:
            for batch in self._parquet.iter_batches(_ROWS_AT_ONCE, columns=columns):
                yield numbered(pa.Table.from_batches([batch]).select(columns), n_rows)
                n_rows += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            problem = f"the Parquet file is damaged after row {n_rows:,} ({error})"
            raise InputError(self.place, problem) from None


def read_parquet(source: Source) -> ParquetFile:
    """Read what columns a Parquet file has, and get ready to read its rows.

    Raises:
        InputError: it is none, or damaged.
        OutOfRoom: it has to be copied to the disk, which has no room for it.
    """
    file = source.on_disk()
    try:
        return ParquetFile(source.path, pq.ParquetFile(file, page_checksum_verification=True))
    except (pa.ArrowException, OSError) as error:
        raise InputError(source.path, f"is not a Parquet file ({error})") from None


@dataclass(frozen=True)
class ArrowTable:
    """A table in memory."""

    data: pa.Table
    what: str = "a table"
    place: str = "the table"
    remark: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the top level."""
        return tuple(self.data.schema.names)

    def tables(
        self, columns: Sequence[str], lists: Collection[str] = (), rows: str = ""
    ) -> Iterator[pa.Table]:
        """These columns, as `numbered` gives them, in one piece.

        Raises:
            InputError: a column holds something nested.
        """
        check_flat(rows, self.what, self.place)
        check_columns(self.data.schema, columns, lists, self.place)
        return iter([numbered(self.data.select(columns), 0)])


def check_columns(
    schema: pa.Schema, columns: Collection[str], lists: Collection[str], place: object
) -> None:
    """Make sure that columns hold values, and `lists` values or lists of them.

    Raises:
        InputError: one holds something nested, or there are two of the name.
    """
    for name in columns:
        if len(schema.get_all_field_indices(name)) > 1:
            raise InputError(place, f"two columns have the name {name!r}; rename one")
        kind = schema.field(name).type
        if pa.types.is_nested(kind.value_type if name in lists and _is_list(kind) else kind):
            wanted = "values or lists of them" if name in lists else "values"
            raise InputError(place, f"column {name!r} holds {kind}; {wanted} are needed")


def numbered(table: pa.Table, n_before: int) -> pa.Table:
    """The rows with their number in the file as `line`, and lists as names apart by spaces.

    A row with text that is not UTF-8 is refused.
    """
    n_rows = table.num_rows
    undecodable: set[int] = set()
    columns = [_plain(column, undecodable) for column in table.columns]
    lines = pa.array(range(n_before + 1, n_before + n_rows + 1), pa.int64())
    refusals = ["not UTF-8" if row in undecodable else None for row in range(n_rows)]
    notes = [lines, pa.nulls(n_rows, pa.int32()), pa.array(refusals, pa.string())]
    return pa.table([*notes, *columns], names=[*NOTES.names, *table.column_names])


def _plain(column: pa.ChunkedArray, undecodable: set[int]) -> pa.ChunkedArray:
    """A column of values; the rows of which the text is not UTF-8 are added to a set."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), undecodable)
    if pa.types.is_floating(kind):  # where NaN is how pandas writes that a number is missing
        return pc.if_else(pc.is_nan(column), None, column)
    if _is_list(kind):
        is_text = _is_text(kind.value_type)
        lists = column.cast(pa.list_(pa.binary() if is_text else pa.string()))
        return _plain(pc.binary_join(lists, b" " if is_text else " "), undecodable)
    return _decoded(column.cast(pa.binary()), undecodable) if _is_text(kind) else column


def _decoded(column: pa.ChunkedArray, undecodable: set[int]) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())  # of strings, Arrow would believe that they are UTF-8
    except pa.ArrowInvalid:
        values = column.to_pylist()
        texts = [value and value.decode(errors="ignore") for value in values]
        pairs = enumerate(zip(texts, values, strict=True))
        undecodable |= {row for row, (text, value) in pairs if value and text.encode() != value}
        return pa.chunked_array([pa.array(texts, pa.string())])


def _is_list(kind: pa.DataType) -> bool:
    is_any = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_kind(kind) for is_kind in is_any)


def _is_text(kind: pa.DataType) -> bool:
    of_text = (pa.types.is_string, pa.types.is_large_string)
    of_bytes = (pa.types.is_binary, pa.types.is_large_binary)  # old writers say no more of text
    return any(is_kind(kind) for is_kind in (*of_text, *of_bytes))
