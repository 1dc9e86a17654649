"""What lies in the location of a store: Delta tables and their files."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, Schema, WriterProperties
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from socialscore.errors import Damaged, SocialscoreError, StoreError
from socialscore.runtime.duckdb import connect, out_of_room, register_object_store
from socialscore.runtime.object_storage import BUCKETS, reason
from socialscore.store.commits import NEXT, fence, next_version, replace
from socialscore.store.delta_log import damage_of, hint_damage
from socialscore.store.location import Folder
from socialscore.store.spare import folder_of, prune, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.store.location import Location

__all__ = [
    "ZSTD",
    "addresses",
    "cause_of",
    "delta",
    "files",
    "partitions",
    "put_file",
    "put_month",
    "sweep",
    "undescribed",
    "upgrade",
]

# Groups of rows are what a reader can leave out: by their times, a reader of one week or of a batch
# reads little more than that; and by their accounts, where a month is sorted, a reader of some.
ZSTD = WriterProperties(compression="ZSTD", max_row_group_size=131_072)
_GROUP = 8_192  # rows of a day of a large store, of neighbouring accounts


def delta(location: Location, name: str) -> DeltaTable | None:
    """A table as it is now; None before the first row.

    Raises:
        Damaged: a file of its log is not what was written.
        StoreError: it cannot be reached.
    """
    path = location.at(name)
    folder = Path(path) if isinstance(location, Folder) else None
    try:
        # Twice: a log that is tidied up at this moment may seem to have a hole.
        if folder and any(damage_of(folder)) and (found := next(damage_of(folder), None)):
            raise Damaged(found.file, found.problem)
        return DeltaTable(path) if DeltaTable.is_deltatable(path) else None
    except (DeltaError, OSError) as error:
        if folder and (found := hint_damage(folder)):
            raise Damaged(found.file, found.problem) from None
        raise StoreError(f"{path}: cannot be read: {cause_of(error)}") from None


def upgrade(table: DeltaTable, schema: pa.Schema) -> None:
    """Add the columns that a table of an earlier version lacks; its files stay as they are.

    Raises:
        Overtaken: another process was writing.
        StoreError: a later version has added columns, which this one would lose.
    """
    known = {column.name for column in table.schema().fields}
    if later := known - set(schema.names):
        problem = f"a later version of socialscore has added {', '.join(sorted(later))}"
        raise StoreError(f"{table.table_uri}: {problem}; update this one to write to the store")
    if lacking := [column for column in schema if column.name not in known]:
        with next_version(table):
            columns = Schema.from_arrow(pa.schema(lacking)).fields
            table.alter.add_columns(columns, commit_properties=NEXT)


def undescribed(schema: pa.Schema) -> pa.Schema:
    """The columns without their descriptions, to write with.

    A table keeps those of the version that made it, and accepts no others.
    """
    return pa.schema([column.remove_metadata() for column in schema])


def files(table: DeltaTable | None, months: Sequence[tuple[str, str, str]] = ()) -> list[str]:
    """The Parquet files of a table; the table library gives them as addresses.

    Raises:
        Damaged: one is not what was written.
        Vanished: one is missing.
    """
    if table is None:
        return []
    found = [unquote(uri) for uri in table.file_uris(file_pruning_predicate=list(months) or None)]
    if folder := folder_of(table):
        verify(found, folder)
    return found


def partitions(table: DeltaTable | None) -> dict[tuple[str, str], list[str]]:
    """The files of the message table, as its log names them, by network and month, newest first."""
    found: dict[tuple[str, str], list[str]] = {}
    if table:
        for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
            month = (file["partition.network"], file["partition.month"])
            found.setdefault(month, []).append(file["path"])
    return dict(sorted(found.items(), key=lambda each: each[0][1], reverse=True))


def addresses(location: Location, name: str, logged: Sequence[str]) -> list[str]:
    """Where files of a table are, by their names in its log; raises as `files`."""
    found = [location.at(f"{name}/{unquote(each)}") for each in logged]
    if isinstance(location, Folder):
        verify(found, Path(location.at(name)))
    return found


def put_month(
    location: Location,
    table: DeltaTable,
    month: tuple[str, str],
    old: Sequence[str],
    rows: duckdb.DuckDBPyRelation,
    *,
    name: str = "",
) -> None:
    """Replace files of one month of the message table by these rows, in one step.

    The table library would hold a whole month in memory; DuckDB writes it as it reads it.

    Args:
        location: of the store.
        table: the message table, as it was when the old files were read.
        month: whose, and which, such as 2026-11.
        old: the names of the files in its log.
        rows: in the columns of the table, but for the two that name the month.
        name: what the name of the new file begins with.

    Raises:
        Overtaken: somebody else has replaced the old files; the month is as they left it.
        StoreError: the disk is full or read-only, or memory is; the month is as it was.
    """
    network, when = month
    logged = f"network={network}/month={when}/{name}{uuid4()}.zstd.parquet"
    file = f"message/{logged}"
    put_file(location, file, rows, n_grouped=_GROUP)
    added = _added(location, file, logged, {"network": network, "month": when})
    try:
        replace(table, old, [added] if added else [])
    except BaseException:
        with suppress(SocialscoreError):  # then it may be part of the table, and stays
            _remove_unused(location, file)
        raise
    if not added:
        location.remove(file)


def _remove_unused(location: Location, file: str) -> None:
    """Remove a new file of messages, unless it was committed before something went wrong."""
    table = delta(location, "message")
    if table is None or file not in _used(table, "message"):
        location.remove(file)


def put_file(
    location: Location, file: str, rows: duckdb.DuckDBPyRelation, *, n_grouped: int
) -> None:
    """Write rows, in their order, as a Parquet file.

    Args:
        location: of the store.
        file: its name.
        rows: of a database that may reach the location.
        n_grouped: how many rows are a group.

    Raises:
        StoreError: the disk is full or read-only, or memory is; nothing is left of the file.
    """
    try:
        rows.write_parquet(location.at(file), compression="zstd", row_group_size=n_grouped)
    except duckdb.Error as error:
        location.remove(file)
        folder = location.at(file.split("/")[0])
        problem = f"{folder}: cannot be written: {str(error).splitlines()[0]}"
        raise out_of_room(error) or StoreError(problem) from None


def _added(location: Location, file: str, logged: str, month: dict[str, str]) -> AddAction | None:
    """What the log says of a new file: of its content no more than the times; None: it is empty."""
    with connect() as connection:
        register_object_store(connection, [location.at(file)])
        sent_at = "SELECT COUNT(*), MIN(sent_at), MAX(sent_at) FROM read_parquet($file)"
        found = connection.execute(sent_at, {"file": location.at(file)}).fetchone()
    n_rows, first, last = found or (0, None, None)
    if not n_rows:
        return None
    statistics = {
        "numRecords": n_rows,
        "minValues": {"sent_at": first.isoformat()},
        "maxValues": {"sent_at": last.isoformat()},
        "nullCount": {"sent_at": 0},
    }
    size, modified = location.about(file)
    return AddAction(logged, size, month, modified, True, json.dumps(statistics))


def sweep(location: Location, name: str) -> None:
    """Remove what lies in the folder of a table and is no part of it any more, however young.

    The table library leaves half-written files of a writer that was killed. Whoever is writing on
    another host, and whose files may be among these, begins anew; a reader may miss its files.

    Raises:
        Overtaken: somebody has replaced files meanwhile.
    """
    if (table := delta(location, name)) is None:
        return
    lying = {file for file in location.names(name) if "_delta_log" not in file.split("/")}
    if not lying - _used(table, name):
        return
    fence(table)  # after the list: whose files are on it can commit them no more
    if table := delta(location, name):
        for file in lying - _used(table, name):
            location.remove(file)
        if folder := folder_of(table):
            prune(folder)


def _used(table: DeltaTable, name: str) -> set[str]:
    """The files that a table consists of."""
    actions = pa.table(table.get_add_actions(flatten=True))
    return {f"{name}/{unquote(path)}" for path in actions["path"].to_pylist()}


def cause_of(error: Exception) -> str:
    """The reason behind an error of the table library, which wraps it in paths and layers."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if BUCKETS in str(error) or "S3 error" in str(error):
        return reason(str(error))
    found = re.search(r"([^:]+) \(os error \d+\)", str(error))
    return found[1].strip() if found else str(error).splitlines()[0]
