"""What is wanted of a network, and not there yet: it follows from the coverage alone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from socialscore.collecting.coverage import RUN, UNREADABLE, missing, rows_for, rows_of, spans
from socialscore.collecting.intervals import difference, islands
from socialscore.collectors.base import CollectionPlan, Interval, Task
from socialscore.store.erasure_request import ERASED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from socialscore.collecting.coverage import Row
    from socialscore.collectors.base import Capabilities
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Account

__all__ = ["plan"]

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
    overlap: timedelta = timedelta(),
) -> CollectionPlan:
    """What to ask of a network, the newest of every stream first.

    Args:
        panel: whose accounts.
        capabilities: the network's streams, and how far back they reach.
        rows: of the coverage table, as `store.coverage().to_pylist()` gives them.
        now: where the plan ends, but for the last half a minute.
        since: where it begins. None: 30 days ago, or with what earlier runs have collected, where
            that is earlier; so what they missed is asked for again.
        overlap: how late a network may show messages. What a run has read sooner after it was
            written is asked for again.
    """
    until = _whole_second(now - _INDEXING_LAG)
    wanted: list[list[Task]] = []
    beyond: list[Task] = []
    of_stream, sure = rows_of(rows), rows_of(_sure(rows, overlap, until))
    for account, valid in _accounts(panel, capabilities.network):
        for stream in capabilities.streams:
            mine = rows_for(of_stream, account, stream)
            first = _whole_second(since) if since else _first(mine, until)
            final = _final(capabilities, stream)
            lacks = missing(mine, account, stream, first, until, final=final)
            unsure = missing(
                rows_for(sure, account, stream), account, stream, first, until, final=final
            )
            intervals = [part for gap in _asked(lacks, unsure) for part in _within(gap, valid)]
            reach = capabilities.reach.get(stream)
            edge = now - reach if reach else datetime.min.replace(tzinfo=UTC)
            beyond += [Task(account, stream, old) for old in _before(intervals, edge)]
            wanted.append([Task(account, stream, each) for each in _after(intervals, edge)])
    tasks = (task for task in chain.from_iterable(zip_longest(*wanted)) if task)
    return CollectionPlan(tuple(tasks), tuple(beyond))


def _asked(lacks: Sequence[Interval], unsure: Sequence[Interval]) -> list[Interval]:
    """What is missing, and what is to be read again, which is among `unsure`.

    Mostly the end of the stream is missing, and what is read again joins it: then one page may do.
    Where more is missing, all of that comes first; else a run with a budget might not get to it.
    """
    if len(lacks) == 1:
        return list(unsure)
    return [*lacks, *reversed(difference(unsure, lacks))]


def _sure(rows: Sequence[Row], overlap: timedelta, until: datetime) -> list[Row]:
    """The rows, those of runs without what they read too early to have seen all of it."""
    read_at: dict[str, datetime] = {}  # by run and the network's clock: a run ends at the present
    for row in rows:
        if row["run_id"].startswith(RUN) and row["reason"] is None:
            read_at[row["run_id"]] = max(
                row["covered_until"], read_at.get(row["run_id"], row["covered_until"])
            )
    present, found = until.replace(tzinfo=None), []
    for row in rows:
        at = read_at.get(row["run_id"])
        if at and at < present and row["reason"] is None:
            row = {**row, "covered_until": min(row["covered_until"], at - overlap)}
        if row["covered_from"] < row["covered_until"]:
            found.append(row)
    return found


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
    return {ERASED, UNREADABLE} | {
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
