"""Compacting: of the many files that savers leave, few that are sorted.

By day, so that a reader of a week leaves out the rest; and within a day by account, so that a
reader of some accounts does.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.runtime.duckdb import connect, files_may_vanish, read_files
from socialscore.store.commits import fence, next_version
from socialscore.store.schema import ARRIVAL, COVERAGE, MESSAGE, RUN
from socialscore.store.spare import folder_of, keep_log, prune
from socialscore.store.table_files import ZSTD, addresses, delta, put_month, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deltalake import DeltaTable

    from socialscore.store.location import Location

__all__ = ["compact"]

_MANY = 8  # small files of one month, or of a small table: with more it is time to compact
# Files of this size, and small ones that have it together, are sorted once and left alone from then
# on, so that a month of millions of messages is not written anew after every few saves.
_LARGE = 64_000_000  # bytes
_SMALL = {"coverage": COVERAGE, "run": RUN, "arrival": ARRIVAL}  # tables without months
_SORTED = "sorted-"  # so begin the names of files that are
_ORDER = "CAST(sent_at AS DATE), account_id, sent_at"
# Texts of deleted messages lie in the files of former versions. X gives us 24 hours to be rid of
# them, the library's default is a week; a reader may take up to an hour for its statement. What is
# younger than that goes with the next run.
_HOURS_FOR_READERS = 1
_FORMER_CACHE = "settled"  # of months that `socialscore settle`, which is gone, had counted


def compact(location: Location) -> None:
    """Make the many small files of each month into one, sorted; drop what is unused.

    Raises:
        Overtaken: another host was faster.
        StoreError: the disk is full or read-only.
    """
    if table := delta(location, "message"):
        upgrade(table, MESSAGE)
        for month, files in _loose_files(table):
            _sort(location, table, month, files)
        _drop_unused(table)
    for name, schema in _SMALL.items():
        small = delta(location, name)
        if small and len(small.file_uris()) > _MANY:
            upgrade(small, schema)
            fence(small)
            with next_version(small):
                small.optimize.compact(writer_properties=ZSTD)
            _drop_unused(small)
    location.remove_folder(_FORMER_CACHE)


def _loose_files(table: DeltaTable) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """The files of the message table that are to be made into one, with their network and month.

    As its log names them: each large one that is not sorted yet, and the small ones of a month
    where they are many, or large together.
    """
    small: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for file in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        month = (file["partition.network"], file["partition.month"])
        if file["size_bytes"] < _LARGE:
            small.setdefault(month, []).append(file)
        elif not PurePosixPath(file["path"]).name.startswith(_SORTED):
            yield month, [file["path"]]
    for month, files in small.items():
        if len(files) > _MANY or sum(file["size_bytes"] for file in files) >= _LARGE:
            yield month, [file["path"] for file in files]


def _sort(location: Location, table: DeltaTable, month: tuple[str, str], loose: list[str]) -> None:
    files = addresses(location, "message", loose)
    columns = ", ".join(name for name in MESSAGE.names if name not in ("network", "month"))
    with files_may_vanish(), connect() as connection:
        rows = read_files(connection, files, MESSAGE).project(columns).order(_ORDER)
        put_month(location, table, month, loose, rows, name=_SORTED)


def _drop_unused(table: DeltaTable) -> None:
    """Remove the files of former versions, and those of writers that were killed."""
    options: Any = {"enforce_retention_duration": False, "full": True}
    if table.vacuum(_HOURS_FOR_READERS, dry_run=True, **options):
        fence(table)  # some may be those of a writer that has not been done for an hour
        table.vacuum(_HOURS_FOR_READERS, dry_run=False, **options)
        if folder := folder_of(table):
            keep_log(folder)  # what was removed is a commit as well
            prune(folder)
