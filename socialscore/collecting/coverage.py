"""What the coverage table says of a stream: what is in view, what is missing, and why."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from socialscore.collecting.intervals import difference, islands
from socialscore.collectors.base import Interval
from socialscore.store.erasure_request import ERASED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from socialscore.collectors.base import Task
    from socialscore.model.messages import Account

__all__ = [
    "FINAL_GAPS",
    "REFUSED",
    "RUN",
    "UNREADABLE",
    "Row",
    "interval_of",
    "kind_of",
    "missing",
    "rows_for",
    "rows_of",
    "seen_of",
    "spans",
    "streams_of",
]

Row: TypeAlias = "Mapping[str, Any]"
"""A row of the coverage table; instants are naive UTC."""

RUN = "collect-"
"""What the `run_id` of a collection begins with; that of an import names its format."""

REFUSED = "refused-items"
"""Why there is a gap where messages cannot be read; their number follows after a colon."""

UNREADABLE = "unreadable-items"
"""The same, when they were asked for again, and still cannot."""

FINAL_GAPS = frozenset({"cap-reached", "out-of-reach", ERASED, UNREADABLE})
"""Reasons of gaps that no later run can fill, or may."""


def streams_of(stream: str) -> tuple[Literal["inbound", "outbound"], ...]:
    """The streams of the coverage table that a stream of a collector covers."""
    if stream == "all":
        return ("inbound", "outbound")
    return ("inbound",) if stream == "inbound" else ("outbound",)


def rows_of(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    """The rows by network, account and stream."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["network"], row["account_id"], row["stream"]), []).append(row)
    return found


def rows_for(
    of_stream: Mapping[tuple[str, str, str], list[Row]], account: Account, stream: str
) -> list[Row]:
    """The rows of what a stream of a collector covers."""
    return [
        row
        for each in streams_of(stream)
        for row in of_stream.get((account.network, account.account_id, each), ())
    ]


def interval_of(row: Row) -> Interval:
    """What a row of the coverage table speaks of."""
    return Interval(
        row["covered_from"].replace(tzinfo=UTC), row["covered_until"].replace(tzinfo=UTC)
    )


def kind_of(reason: str | None) -> str | None:
    """The reason of a gap without the number of messages that it may tell."""
    return reason and reason.partition(":")[0]


def spans(rows: Iterable[Row], final: Collection[str] = ()) -> list[Interval]:
    """Their intervals, of those that are collected, or gaps for a final reason."""
    return [
        interval_of(row) for row in rows if row["reason"] is None or kind_of(row["reason"]) in final
    ]


def missing(
    rows: Iterable[Row],
    account: Account,
    stream: str,
    since: datetime,
    until: datetime,
    *,
    final: Collection[str] = FINAL_GAPS,
) -> list[Interval]:
    """What of `[since, until)` is neither collected nor known to be lost, newest first.

    Args:
        rows: of the coverage table.
        account: whose stream.
        stream: `inbound`, `outbound`, or `all`, which is missing where either is.
        since: first instant that is wanted.
        until: first instant that is not.
        final: reasons of gaps that are not asked for again.
    """
    if since >= until:
        return []
    of_stream = rows_of(rows)
    lacking = [
        hole
        for each in streams_of(stream)
        for hole in difference(
            [Interval(since, until)],
            spans(of_stream.get((account.network, account.account_id, each), ()), final),
        )
    ]
    return list(reversed(islands(lacking)))


def seen_of(of_stream: Mapping[tuple[str, str, str], list[Row]], task: Task) -> list[Interval]:
    """What of the interval of a task earlier runs and imports saw, oldest first."""
    whole, mine = task.interval, rows_for(of_stream, task.account, task.stream)
    unseen = missing(mine, task.account, task.stream, whole.since, whole.until, final=())
    return difference([whole], unseen)
