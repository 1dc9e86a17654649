"""What is wanted of a network, and not there yet: it follows from the coverage alone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Literal

from socialscore.collectors.base import CollectionPlan, Interval, Task
from socialscore.store.erasure_request import ERASED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from socialscore.collectors.base import Capabilities
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Account

    Row = Mapping[str, Any]  # of the coverage table, instants naive UTC

__all__ = [
    "FINAL_GAPS",
    "RUN",
    "difference",
    "islands",
    "missing",
    "plan",
    "rows_of",
    "spans",
    "streams_of",
]

RUN = "collect-"
"""What the `run_id` of a collection begins with; that of an import names its format."""

FINAL_GAPS = frozenset({"cap-reached", "out-of-reach", ERASED})
"""Reasons of gaps that no later run can fill, or may."""

_FIRST_REACH = timedelta(days=30)
"""How far back the first run goes: as far as `last-30-days`, at a price that does not surprise."""

_INDEXING_LAG = timedelta(seconds=30)
"""What was written a moment ago may not be in a network's index yet; the next run sees it."""

_DAY = timedelta(days=1)


def plan(
    panel: Panel,
    capabilities: Capabilities,
    rows: Sequence[Row],
    *,
    now: datetime,
    since: datetime | None = None,
) -> CollectionPlan:
    """What to ask of a network, the newest of every stream first.

    Args:
        panel: whose accounts.
        capabilities: the network's streams, and how far back they reach.
        rows: of the coverage table, as `store.coverage().to_pylist()` gives them.
        now: where the plan ends, but for the last half a minute.
        since: where it begins. None: 30 days ago, or with what earlier runs have collected, where
            that is earlier; so what they missed is asked for again.
    """
    until = _whole_second(now - _INDEXING_LAG)
    wanted: list[list[Task]] = []
    beyond: list[Task] = []
    of_stream = rows_of(rows)
    for account, valid in _accounts(panel, capabilities.network):
        for stream in capabilities.streams:
            mine = [
                row for each in streams_of(stream)
                for row in of_stream.get((account.network, account.account_id, each), ())
            ]  # fmt: skip
            first = _whole_second(since) if since else _first(mine, until)
            intervals = [
                part
                for gap in missing(
                    mine, account, stream, first, until, final=_final(capabilities, stream)
                )
                for part in _within(gap, valid)
            ]
            reach = capabilities.reach.get(stream)
            edge = now - reach if reach else datetime.min.replace(tzinfo=UTC)
            beyond += [Task(account, stream, old) for old in _before(intervals, edge)]
            wanted.append([Task(account, stream, each) for each in _after(intervals, edge)])
    tasks = (task for task in chain.from_iterable(zip_longest(*wanted)) if task)
    return CollectionPlan(tuple(tasks), tuple(beyond))


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


def spans(rows: Iterable[Row], final: Collection[str] = ()) -> list[Interval]:
    """Their intervals, of those that are collected, or gaps for a final reason."""
    return [
        Interval(row["covered_from"].replace(tzinfo=UTC), row["covered_until"].replace(tzinfo=UTC))
        for row in rows
        if row["reason"] is None or row["reason"] in final
    ]


def islands(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants in as few intervals as can be, oldest first."""
    found: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: each.since):
        if found and interval.since <= found[-1].until:
            found[-1] = Interval(found[-1].since, max(found[-1].until, interval.until))
        else:
            found.append(interval)
    return found


def difference(intervals: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """The instants of the first that are not in the others, oldest first."""
    holes: list[Interval] = []
    away = islands(others)
    for interval in islands(intervals):
        since = interval.since
        for other in away:
            if other.until <= since or other.since >= interval.until:
                continue
            if since < other.since:
                holes.append(Interval(since, other.since))
            since = max(since, other.until)
        if since < interval.until:
            holes.append(Interval(since, interval.until))
    return holes


def _accounts(panel: Panel, network: str) -> Iterator[tuple[Account, list[Interval]]]:
    """Every account of a network once, with when it was some body's."""
    accounts: dict[str, Account] = {}
    valid: dict[str, list[Interval]] = {}
    for _, account in panel.accounts():
        if account.network == network:
            accounts[account.account_id] = account  # the last one has the newest handle
            valid.setdefault(account.account_id, []).append(_validity(account))
    return ((account, islands(valid[account.account_id])) for account in accounts.values())


def _validity(account: Account) -> Interval:
    """The account's days, with one more on either side: a day begins at another time elsewhere."""
    since, until = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if account.valid_from:
        since = datetime.combine(account.valid_from, time(), UTC) - _DAY
    if account.valid_until:
        until = datetime.combine(account.valid_until, time(), UTC) + _DAY
    return Interval(since, until)


def _first(rows: Iterable[Row], until: datetime) -> datetime:
    """Where a stream begins that nobody has said anything about."""
    ours = spans(row for row in rows if row["run_id"].startswith(RUN))
    return min([until - _FIRST_REACH, *(each.since for each in ours)])


def _final(capabilities: Capabilities, stream: str) -> set[str]:
    """The reasons that still hold: another way of asking may reach further."""
    return {ERASED} | {
        reason
        for reason, limits in (
            ("cap-reached", capabilities.depth), ("out-of-reach", capabilities.reach)
        )
        if stream in limits
    }  # fmt: skip


def _within(interval: Interval, valid: Iterable[Interval]) -> Iterator[Interval]:
    """The parts of an interval in which it is valid, newest first."""
    for other in reversed(list(valid)):
        since, until = max(interval.since, other.since), min(interval.until, other.until)
        if since < until:
            yield Interval(since, until)


def _before(intervals: Iterable[Interval], edge: datetime) -> Iterator[Interval]:
    return chain.from_iterable(
        _within(each, [Interval(datetime.min.replace(tzinfo=UTC), edge)]) for each in intervals
    )


def _after(intervals: Iterable[Interval], edge: datetime) -> Iterator[Interval]:
    return chain.from_iterable(
        _within(each, [Interval(edge, datetime.max.replace(tzinfo=UTC))]) for each in intervals
    )


def _whole_second(instant: datetime) -> datetime:
    """The networks' own clocks are no finer."""
    return instant.astimezone(UTC).replace(microsecond=0)
