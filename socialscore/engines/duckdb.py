"""DuckDB, the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pyarrow as pa

from socialscore.embedded import connect, steady
from socialscore.engines.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["DuckDB"]


class DuckDB:
    """Runs statements over named relations; close it, or use it in a `with`.

    Instants are naive UTC everywhere, whatever the machine's timezone.
    """

    def __init__(self) -> None:
        self._connection = connect()
        # The order of rows means nothing to a statement, and keeping it costs memory.
        self._connection.execute("SET preserve_insertion_order = false")
        # Sizes cannot be guessed through so many conditions, and a wrong guess builds the table of
        # a join from its large side. The statements name the large side first.
        self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def relation(self, name: str, data: pa.Table | Rows | Sequence[str]) -> None:
        """Make a table, a few rows, or a list of Parquet files (at least one) known by a name."""
        if isinstance(data, pa.Table):
            self._connection.register(name, data)
        elif isinstance(data, Rows):
            columns = ", ".join(f"{column} {kind}" for column, kind in data.columns.items())
            self._connection.execute(
                f"CREATE TABLE {name} AS SELECT UNNEST($rows::STRUCT({columns})[], max_depth := 2)",
                {"rows": [dict(row) for row in data.rows]},
            )
        else:
            with steady():
                files = self._connection.read_parquet(list(data), hive_partitioning=True)
            files.create_view(name)

    def view(self, name: str, sql: str) -> None:
        """Make the rows of a statement, which names what is known already, known by a name."""
        self._connection.sql(sql).create_view(name)

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The rows of one statement; `$name` in it stands for a parameter."""
        with steady():
            return self._connection.sql(sql, params=dict(parameters)).to_arrow_table()
