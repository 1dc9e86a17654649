"""Compacting: of the many small files that savers leave, few that are sorted by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.embedded import connect, reach, steady
from socialscore.store.commits import fence, next_version
from socialscore.store.disk import ZSTD, addresses, delta, put_month
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from socialscore.store.place import Place

__all__ = ["compact"]

_MANY = 8  # small files of one month, or of a small table: more are made into one
# Files of this size are left alone, so that a month of millions of messages is not written anew
# after every few saves.
_LARGE = 64_000_000  # bytes
# Texts of deleted messages lie in the files of former versions. X gives us 24 hours to be rid of
# them, the library's default is a week; a reader may take up to an hour for its statement. What is
# younger than that goes with the next run.
_HOURS_FOR_READERS = 1


def compact(place: Place) -> None:
    """Make the many small files of each month into one, sorted by time; drop what is unused.

    Raises:
        Overtaken: another host was faster.
        StoreError: the disk is full or read-only.
    """
    if table := delta(place, "message"):
        for month, small in _small_files(table).items():
            if len(small) > _MANY:
                _merge(place, table, month, small)
        _drop_unused(table)
    coverage = delta(place, "coverage")
    if coverage and len(coverage.file_uris()) > _MANY:
        fence(coverage)
        with next_version(coverage):
            coverage.optimize.compact(writer_properties=ZSTD)
        _drop_unused(coverage)


def _small_files(table: DeltaTable) -> dict[tuple[str, str], list[str]]:
    """The small files of the message table, as its log names them, by network and month."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        if file["size_bytes"] < _LARGE:
            month = (file["partition.network"], file["partition.month"])
            found.setdefault(month, []).append(file["path"])
    return found


def _merge(place: Place, table: DeltaTable, month: tuple[str, str], small: list[str]) -> None:
    files = addresses(place, "message", small)
    columns = ", ".join(name for name in MESSAGE.names if name not in ("network", "month"))
    with steady(), connect() as connection:
        reach(connection, files)
        rows = connection.sql(
            f"SELECT {columns} FROM read_parquet($files, hive_partitioning = false) "
            "ORDER BY sent_at",
            params={"files": files},
        )
        put_month(place, table, month, small, rows)


def _drop_unused(table: DeltaTable) -> None:
    """Remove the files of former versions, and those of writers that were killed."""
    options: Any = {"enforce_retention_duration": False, "full": True}
    if table.vacuum(_HOURS_FOR_READERS, dry_run=True, **options):
        fence(table)  # some may be those of a writer that has not been done for an hour
        table.vacuum(_HOURS_FOR_READERS, dry_run=False, **options)
