"""DuckDB in the process, set up in the same way wherever it is used."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from socialscore.errors import Damaged, OutOfRoom, Vanished
from socialscore.runtime.limits import limits
from socialscore.runtime.object_storage import BUCKETS, file_system
from socialscore.runtime.temp_folder import temp_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.errors import StoreError

__all__ = [
    "connect",
    "files_may_vanish",
    "memory_of",
    "out_of_room",
    "read_files",
    "reader",
    "register_object_store",
    "within_limits",
]


def connect(share: float = 1) -> duckdb.DuckDBPyConnection:
    """A new database in memory: instants are naive UTC, and nothing is drawn on the terminal.

    Args:
        share: of the memory that `limits` allow to all databases of the process; those that are
            open at the same time divide it.

    Raises:
        StoreError: there is no folder for what does not fit.
    """
    allowed = limits()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # It would be drawn on stdout, among the data, whenever a statement takes over two seconds.
    connection.execute("SET enable_progress_bar = false")
    # It would be `.tmp` in the working folder, readable by everybody.
    connection.execute("SET temp_directory = $path", {"path": str(temp_folder(allowed.folder))})
    connection.execute("SET memory_limit = $memory", {"memory": allowed.memory_for(share)})
    if allowed.threads:
        connection.execute("SET threads = $threads", {"threads": allowed.threads})
    return connection


def reader(files: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """A connection for reading a few files, in which nothing is made.

    Making a database takes longer than reading a small table, so the process keeps one; files in
    buckets are read by one of their own, since what reads buckets stays with a database.

    Raises:
        StoreError: as `connect`.
    """
    return connect() if files[0].startswith(BUCKETS) else _kept().cursor()


@cache
def _kept() -> duckdb.DuckDBPyConnection:
    return connect()


def memory_of(connection: duckdb.DuckDBPyConnection) -> int:
    """The bytes that a database may take."""
    asked = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    [size] = connection.execute(asked).fetchone() or (0,)
    return int(size)


def register_object_store(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Let a database read files, and write beside them, be they on a disk or in a bucket.

    Raises:
        StoreError: they are in a bucket, and what reads buckets is not installed.
    """
    if files and files[0].startswith(BUCKETS) and not connection.filesystem_is_registered("s3"):
        connection.register_filesystem(file_system())


def read_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str], schema: pa.Schema
) -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files in the columns of a schema.

    Columns that files of an earlier version lack are NULL there; others that they have are left
    out.
    """
    register_object_store(connection, files)
    found = connection.read_parquet(list(files), hive_partitioning=True, union_by_name=True)
    columns = {name: name for name in found.columns}
    if lacking := [column for column in schema if column.name not in columns]:
        nothing = connection.from_arrow(pa.schema(lacking).empty_table())
        for name, kind in zip(nothing.columns, nothing.types, strict=True):
            columns[name] = f"NULL::{kind} AS {name}"
    return found.project(", ".join(columns[name] for name in schema.names))


@contextmanager
def files_may_vanish() -> Iterator[None]:
    """Tells of files that vanish while they are read, and of damaged ones.

    `socialscore forget` waits for nobody.

    Raises:
        Damaged: a file cannot be read.
        OutOfRoom: as `within_limits`.
        Vanished: a file is gone.
    """
    try:
        with within_limits():
            yield
    # What comes as a stream has its errors from Arrow, in DuckDB's words.
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if problem := _of_files(error):
            raise problem from None
        raise


_VANISHED = ("No files found", "No such file")
_UNREADABLE = re.compile(
    "Parquet|Decompression failure|TProtocolException|Out of buffer|orrupted|magic bytes|Varint"
)
_FILE = re.compile(r"""["']([^"'\n]+\.parquet)["']""")


def _of_files(error: Exception) -> StoreError | None:
    """What to say of an error if it is that a file is gone or damaged."""
    said = str(error)
    named = _FILE.search(said)
    if any(sign in said for sign in _VANISHED):
        return Vanished(named[1] if named else "")
    if _UNREADABLE.search(said) and not isinstance(error, duckdb.InternalException):
        first = said.splitlines()[0]
        return Damaged(named[1] if named else "a data file", f"cannot be read ({first})")
    return None


@contextmanager
def within_limits() -> Iterator[None]:
    """Tells of memory, and of the disk that stands in for it, that is used up.

    Raises:
        OutOfRoom: it is.
    """
    try:
        yield
    # What comes as a stream has its errors from Arrow, in DuckDB's words.
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if known := out_of_room(error):
            raise known from None
        raise


def out_of_room(error: Exception) -> OutOfRoom | None:
    """What to say of an error if it is that memory, or the disk for the rest, is used up."""
    said = str(error)
    is_disk_full = "No space left" in said and "duckdb_temp_" in said
    if "Out of Memory Error" not in said and not is_disk_full:
        return None
    allowed = limits()
    if is_disk_full or "max_temp_directory_size" in said:
        where = allowed.folder or "the system's temporary folder"
        return OutOfRoom(
            f"temporary files have filled the disk of {where}; free some space, or "
            "set temp_directory to a folder elsewhere"
        )
    size = f"{allowed.memory / 10**6:,.0f} MB" if allowed.memory else "half of what there is"
    return OutOfRoom(
        f"DuckDB's memory limit of {size} is not enough; raise memory_limit, or lower threads"
    )
