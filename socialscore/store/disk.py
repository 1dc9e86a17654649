"""What lies on the disk: Delta tables, and files that are replaced as a whole."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable, WriterProperties
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from socialscore.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ZSTD", "cause_of", "delta", "files", "partitions", "put_month", "sweep", "write_whole"]

ZSTD = WriterProperties(compression="ZSTD")


def delta(path: Path) -> DeltaTable | None:
    """A table as it is now; None before the first row.

    Raises:
        StoreError: it is damaged.
    """
    try:
        return DeltaTable(path) if DeltaTable.is_deltatable(str(path)) else None
    except (DeltaError, OSError) as error:
        raise StoreError(f"{path}: cannot be read: {cause_of(error)}") from None


def files(path: Path, months: Sequence[tuple[str, str, str]] = ()) -> list[str]:
    """The Parquet files of a table; the table library gives them as addresses."""
    table = delta(path)
    uris = table.file_uris(file_pruning_predicate=list(months) or None) if table else []
    return [unquote(uri) for uri in uris]


def partitions(path: Path) -> dict[tuple[str, str], list[str]]:
    """The Parquet files of the message table by network and month, the newest month first."""
    found: dict[tuple[str, str], list[str]] = {}
    if table := delta(path):
        for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
            place = (file["partition.network"], file["partition.month"])
            found.setdefault(place, []).append(str(path / unquote(file["path"])))
    return dict(sorted(found.items(), key=lambda each: each[0][1], reverse=True))


def put_month(
    path: Path, network: str, month: str, rows: duckdb.DuckDBPyRelation, schema: pa.Schema
) -> None:
    """Let a month of the message table consist of these rows, in one step.

    The table library would hold a whole month in memory; DuckDB writes it as it reads it.

    Args:
        path: the table.
        network: whose month.
        month: such as 2026-11.
        rows: in the columns of the table, but for the two that name the month.
        schema: of the table.

    Raises:
        StoreError: the disk is full or read-only; the month is as it was.
    """
    name = f"network={network}/month={month}/{uuid4()}.zstd.parquet"
    file = path / name
    try:
        rows.write_parquet(str(file), compression="zstd")
    except duckdb.Error as error:
        file.unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be written: {str(error).splitlines()[0]}") from None
    added = [_added(file, name, {"network": network, "month": month})]
    DeltaTable(path).create_write_transaction(
        [action for action in added if action],
        mode="overwrite",
        schema=schema,
        partition_by=["network", "month"],
        partition_filters=[("network", "=", network), ("month", "=", month)],
    )


def _added(file: Path, name: str, place: dict[str, str]) -> AddAction | None:
    """What the log says of a new file: of its content no more than the times; None: it is empty."""
    sent_at = pq.read_table(file, columns=["sent_at"], partitioning=None)["sent_at"]
    if not len(sent_at):
        return None
    span = pc.min_max(sent_at).as_py()
    first, last = ({"sent_at": span[edge].isoformat()} for edge in ("min", "max"))
    statistics = {"numRecords": len(sent_at), "minValues": first, "maxValues": last}
    about = file.stat()
    return AddAction(
        name, about.st_size, place, int(about.st_mtime * 1000), True,
        json.dumps(statistics | {"nullCount": {"sent_at": 0}}),
    )  # fmt: skip


def sweep(path: Path) -> None:
    """Remove what lies in the folder of a table and is no part of it any more, however young.

    The table library leaves half-written files of a writer that was killed. To be called by the
    only writer; readers that have begun may miss their files.
    """
    if (table := delta(path)) is None:
        return
    actions = pa.table(table.get_add_actions(flatten=True))
    used = {path / unquote(each) for each in actions["path"].to_pylist()}
    for file in path.rglob("*"):
        if file.is_file() and file not in used and "_delta_log" not in file.parts:
            file.unlink()


def write_whole(path: Path, text: str) -> None:
    """All of the text or, when the disk is full, what was there before."""
    temporary = path.with_suffix(".new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def cause_of(error: Exception) -> str:
    """The reason behind an error of the table library, which wraps it in paths and layers."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    found = re.search(r"([^:]+) \(os error \d+\)", str(error))
    return found[1].strip() if found else str(error).splitlines()[0]
