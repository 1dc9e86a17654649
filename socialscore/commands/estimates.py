"""What a collection would take and cost, before anything is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from socialscore.commands.output import put_listing
from socialscore.commands.waiting import now, outside, stoppable
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.collecting.coverage import Row
    from socialscore.collectors.base import Task
    from socialscore.commands.access import Access, CollectRequest
    from socialscore.store.lake import Store

__all__ = ["show"]


_COLUMNS = ("network", "n_streams", "n_requests", "n_messages", "seconds", "dollars", "exact")
_HEADER = ("network", "streams", "requests", "messages", "time", "cost")


def show(wanted: list[Access], request: CollectRequest, format_name: str, *, count: bool) -> None:
    """Print what each network would take; without `count`, no network is asked anything."""
    from socialscore.collecting.planning import plan
    from socialscore.store.lake import Store

    kept = Store.find(request.root)
    rows = kept.coverage().to_pylist() if kept else []
    records = []
    notes = []
    with stoppable() as stop:
        for access in wanted:
            asked = access if count else access.without_asking()
            collector = asked.collector(
                outside(stop, lambda _until, _cause: None),
                strategy=request.strategy,
                max_wait=request.max_wait,
                count=count,
            )
            tasks = plan(
                access.panel,
                collector.capabilities(),
                rows,
                now=now(),
                since=request.since,
                overlap=request.settings.overlap,
            )
            most = collector.estimate(tasks)
            n_streams, exact = len(tasks.tasks), most.exact or not tasks.tasks
            taken = (most.n_requests, most.n_items, most.seconds, most.dollars)
            values = (access.network, n_streams, *taken, exact)
            records.append(dict(zip(_COLUMNS, values, strict=True)))
            if kept and (again := _read_again(kept, rows, tasks.tasks)):
                dollars = again * most.dollars / most.n_items if most.n_items else 0.0
                notes.append(
                    f"{access.network}: of this, at most ${dollars:,.2f} is for reading again what "
                    f"was read early (messages: {again:,}; `overlap` in socialscore.toml)"
                )
            notes.append(f"{access.network}: prices and limits of {most.prices_of}")
            if access.closed:
                notes.append(f"{access.network}: {access.lacks()}")
    put_listing(
        format_name,
        _COLUMNS,
        records,
        lambda: formatting.aligned([_HEADER, *map(_line, records)], numbers=(1, 2, 3, 4, 5)),
    )
    for note in notes:
        typer.echo(note, err=True)


def _line(record: Mapping[str, Any]) -> tuple[str, ...]:
    """A network for people; what it may take at most is marked so."""
    bound = "" if record["exact"] else "≤ "
    n_messages, dollars = record["n_messages"], record["dollars"]
    return (
        record["network"],
        f"{record['n_streams']:,}",
        f"{bound}{record['n_requests']:,}",
        "unknown" if n_messages is None else f"{bound}{n_messages:,}",
        f"{bound}{formatting.duration(record['seconds'])}",
        f"{bound if dollars else ''}${dollars:,.2f}",
    )


def _read_again(kept: Store, rows: Sequence[Row], tasks: Sequence[Task]) -> int:
    """How many messages the store has of what is read again."""
    from socialscore.collecting.coverage import rows_of, seen_of
    from socialscore.store.inventory import n_within

    of_stream = rows_of(rows)
    spans = [
        (task.account.network, task.account.account_id, task.stream, seen.since, seen.until)
        for task in tasks
        for seen in seen_of(of_stream, task)
    ]
    return n_within(kept, spans) if spans else 0
