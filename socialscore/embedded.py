"""DuckDB in the process, set up in the same way wherever it is used."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from socialscore.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["connect", "rewritten", "steady"]

_LATER = 75  # exit code


def connect() -> duckdb.DuckDBPyConnection:
    """A new database in memory: instants are naive UTC, and nothing is drawn on the terminal."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # It would be drawn on stdout, among the data, whenever a statement takes over two seconds.
    connection.execute("SET enable_progress_bar = false")
    return connection


@contextmanager
def steady() -> Iterator[None]:
    """Tells of files that vanish while they are read: `socialscore forget` waits for nobody.

    Raises:
        StoreError: a file is gone; the exit code says to try again later.
    """
    try:
        yield
    except duckdb.IOException as error:
        if "No files found" not in str(error) and "No such file" not in str(error):
            raise
        raise rewritten() from None


def rewritten() -> StoreError:
    """The error of a reader whose files are gone."""
    gone = StoreError("the store was rewritten while it was read; try again")
    gone.exit_code = _LATER
    return gone
