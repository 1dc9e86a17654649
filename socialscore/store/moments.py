"""Moments: when a store learnt or lost something, by what is noted in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from socialscore.runtime.duckdb import files_may_vanish, reader, register_object_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["newest"]

_NEWEST = """
SELECT MAX(CAST(stats_max_value AS TIMESTAMP)) AS seen_at
FROM parquet_metadata($files)
WHERE path_in_schema IN ('collected_at', 'edited_seen_at', 'deleted_seen_at', 'rejudged_at')
"""


def newest(
    messages: Sequence[str], coverage: pa.Table, erasures: pa.Table, judged_at: datetime | None
) -> datetime | None:
    """The newest moment noted, aware, UTC; None: none is.

    Args:
        messages: the files of the message table.
        coverage: the rows of the coverage table.
        erasures: those of the erasure table.
        judged_at: when all messages were judged by other rules, aware.
    """
    import pyarrow.compute as pc  # takes its time, and who reads a store does without

    moments = [
        pc.max(coverage["collected_at"]).as_py(),
        pc.max(erasures["erased_at"]).as_py(),
    ]
    known = [each.replace(tzinfo=UTC) for each in moments if each]
    if judged_at:
        known.append(judged_at)
    if of_messages := _newest_of(messages):
        known.append(of_messages)
    return max(known, default=None)


def _newest_of(files: Sequence[str]) -> datetime | None:
    """The newest moment noted in files of messages, aware, UTC; None: there are none."""
    if not files:
        return None
    with files_may_vanish(), reader(files) as connection:  # by statistics: no row is read
        register_object_store(connection, files)
        found = connection.execute(_NEWEST, {"files": files}).fetchone()
    return found[0].replace(tzinfo=UTC) if found and found[0] else None
