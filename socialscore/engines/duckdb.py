"""DuckDB, the embedded engine."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa

from socialscore.engines.base import Unconvertible
from socialscore.engines.rows import Rows
from socialscore.runtime.duckdb import (
    connect,
    files_may_vanish,
    memory_of,
    read_files,
    register_object_store,
    within_limits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["DuckDB"]


_MEMORY_OF_A_MESSAGE = 400  # bytes, by the default preset
_MOST_MESSAGES = 2_500_000  # more at a time take gigabytes, and hardly less time


class DuckDB:
    """Runs statements over named relations; close it, or use it in a `with`.

    Instants are naive UTC everywhere, whatever the machine's timezone.
    """

    def __init__(self, *, allow_hashed_ids: bool = True, most_messages: int | None = None) -> None:
        """Open an empty database.

        Args:
            allow_hashed_ids: as `Engine` has it.
            most_messages: how many messages it counts at a time; by default what goes into memory.
        """
        self.allow_hashed_ids = allow_hashed_ids
        self._connection = connect()
        room = memory_of(self._connection) // _MEMORY_OF_A_MESSAGE
        self.most_messages: int | None = most_messages or max(1, min(room, _MOST_MESSAGES))
        # A ranking in slices asks for the same files again, and files do not change under a name.
        self._connection.execute("SET parquet_metadata_cache = true")
        # The order of rows means nothing to a statement, and keeping it costs memory.
        self._connection.execute("SET preserve_insertion_order = false")
        # Sizes cannot be guessed through so many conditions, and a wrong guess builds the table of
        # a join from its large side. The statements name the large side first.
        self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @within_limits()
    def relation(
        self, name: str, data: pa.Table | Rows | Sequence[str], schema: pa.Schema | None = None
    ) -> None:
        """Make a table, a few rows, or a list of Parquet files (at least one) known by a name."""
        if isinstance(data, pa.Table):
            self._connection.register(name, data)
        elif isinstance(data, Rows):
            # A list per column: one of structures takes ten times as long to hand over.
            columns = (f"UNNEST(${it}::{kind}[]) AS {it}" for it, kind in data.columns.items())
            sql = f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join(columns)}"
            self._connection.execute(sql, data.by_column())
        else:
            with files_may_vanish():
                if schema:
                    files = read_files(self._connection, data, schema)
                else:
                    register_object_store(self._connection, data)
                    files = self._connection.read_parquet(list(data), hive_partitioning=True)
            files.create_view(name)

    def view(self, name: str, sql: str) -> None:
        """Make the rows of a statement, which names what is known already, known by a name."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def query(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """The rows of one statement; `$name` in it stands for a parameter.

        Raises:
            Unconvertible: a text is not the number that it should be.
        """
        with _converting():
            # A relation of its own, `sql()`, has to read the statement several times.
            done = self._connection.execute(_parsed(sql), dict(parameters))
            names = [column[0] for column in done.description]
            return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def query_table(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The same rows, for an engine to read; raises the same."""
        with _converting():
            return self._connection.sql(sql, params=dict(parameters)).to_arrow_table()


@lru_cache(maxsize=64)
def _parsed(sql: str) -> duckdb.Statement:
    """A statement as DuckDB reads it: of a small ranking, reading takes a sixth of the time."""
    (statement,) = duckdb.extract_statements(sql)
    return statement


@contextmanager
def _converting() -> Iterator[None]:
    try:
        with files_may_vanish():
            yield
    except duckdb.ConversionException as error:
        raise Unconvertible(str(error)) from error
