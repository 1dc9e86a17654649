"""DuckDB in the process, set up in the same way wherever it is used."""

from __future__ import annotations

import duckdb

__all__ = ["connect"]


def connect() -> duckdb.DuckDBPyConnection:
    """A new database in memory: instants are naive UTC, and nothing is drawn on the terminal."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # It would be drawn on stdout, among the data, whenever a statement takes over two seconds.
    connection.execute("SET enable_progress_bar = false")
    return connection
