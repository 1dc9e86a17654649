"""Replies that were lost in reading a file: rows of the coverage table with the name of the file.

Their reason is one of those here, with a number after a colon. A later row of the same file that
reaches as far replaces an earlier one: the mended file, imported again, has the number 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from socialscore.model.period import EARLIEST, utc

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    Row: TypeAlias = Mapping[str, Any]

__all__ = ["REFUSED_ROWS", "UNKNOWN_PARENTS", "UNREADABLE_ROWS", "kind_and_number", "standing"]

REFUSED_ROWS = "refused-rows"
"""Rows that the account wrote were refused."""

UNREADABLE_ROWS = "unreadable-rows"
"""Rows of which nobody can tell who wrote them were refused."""

UNKNOWN_PARENTS = "unknown-parents"
"""Nobody can tell which messages replies of the account answer."""

_REASONS = tuple(f"{kind}:" for kind in (REFUSED_ROWS, UNREADABLE_ROWS, UNKNOWN_PARENTS))


def kind_and_number(row: Row) -> tuple[str, int]:
    """What was lost, and how many rows that were."""
    kind, _, number = row["reason"].partition(":")
    return kind, int(number)


def standing(coverage: pa.Table) -> list[Row]:
    """The losses, of all rows of the coverage table, that no later import made good."""
    if coverage["file_name"].null_count == len(coverage):  # as nearly always
        return []
    import pyarrow.compute as pc  # takes its time

    rows = coverage.filter(pc.is_valid(coverage["file_name"])).to_pylist()
    found: dict[tuple[str, ...], list[Row]] = {}
    lost = [row for row in rows if row["reason"].startswith(_REASONS)]
    for row in sorted(lost, key=lambda row: row["collected_at"] or utc(EARLIEST)):
        kind, _ = kind_and_number(row)
        key = (row["network"], row["account_id"], row["file_name"], kind)
        found[key] = [earlier for earlier in found.get(key, []) if not _reaches(row, earlier)]
        found[key].append(row)
    return [row for rows in found.values() for row in rows if kind_and_number(row)[1]]


def _reaches(row: Row, other: Row) -> bool:
    return bool(
        row["covered_from"] <= other["covered_from"]
        and other["covered_until"] <= row["covered_until"]
    )
