"""What is in view when messages are lost: a time without them must not look like silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from socialscore.model.period import utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.store.data_files import Span

__all__ = ["LOST", "parts", "withdrawn"]

LOST = "damaged"
"""The reason of the gap that a repair leaves in the coverage; a later run may fill it."""

_RUN = "repair"  # the run_id of such a gap


def withdrawn(
    rows: Sequence[dict[str, Any]],
    network: str,
    month: str,
    lost: Sequence[Span],
    repaired_at: datetime,
) -> list[dict[str, Any]]:
    """The rows of the coverage table when messages of a network are lost.

    Args:
        rows: as they were.
        network: of the messages; nobody knows of which of its accounts they were.
        month: of them, such as 2026-11.
        lost: the first and the last moment of each lot of them; none: any of the month may be.
        repaired_at: the moment to note, aware.
    """
    gaps = [(first, last + timedelta(seconds=1)) for first, last in lost] or [_month(month)]
    stamp = {"reason": LOST, "run_id": _RUN, "collected_at": utc(repaired_at)}
    left: list[dict[str, Any]] = []
    for row in rows:
        if row["network"] != network or row["reason"] is not None:
            left.append(row)
            continue
        for since, until, is_lost in parts(row["covered_from"], row["covered_until"], gaps):
            part = row | {"covered_from": since, "covered_until": until}
            left.append(part | stamp if is_lost else part)
    return _once(left)


def parts(
    since: datetime, until: datetime, gaps: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime, bool]]:
    """The parts of an interval, and whether each is within a gap."""
    edges = {edge for gap in gaps for edge in gap if since < edge < until}
    bounds = [since, *sorted(edges), until]
    for start, end in pairwise(bounds):
        yield start, end, any(first <= start and end <= last for first, last in gaps)


def _month(month: str) -> tuple[datetime, datetime]:
    first = datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - naive UTC, as the store has it
    return first, (first + timedelta(days=32)).replace(day=1)


def _once(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without rows that stand twice: of intervals that overlapped, the same part is lost."""
    return list({tuple(sorted(row.items(), key=str)): row for row in rows}.values())
