"""What a collection would take and cost, before anything is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from socialscore.commands.screens import aligned
from socialscore.commands.waiting import now, outside, stoppable

if TYPE_CHECKING:
    from socialscore.commands.access import Access, CollectRequest

__all__ = ["show"]


def show(wanted: list[Access], request: CollectRequest, *, count: bool) -> None:
    """Print what each network would take; without `count`, no network is asked anything."""
    from socialscore.collecting.planning import plan
    from socialscore.reporters.formatting import duration
    from socialscore.store.lake import Store

    kept = Store.find(request.root)
    rows = kept.coverage().to_pylist() if kept else []
    lines = [("network", "streams", "requests", "messages", "time", "cost")]
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
                access.panel, collector.capabilities(), rows, now=now(), since=request.since
            )
            most = collector.estimate(tasks)
            bound = "" if most.exact or not tasks.tasks else "≤ "
            lines.append(
                (
                    access.network,
                    f"{len(tasks.tasks):,}",
                    f"{bound}{most.n_requests:,}",
                    "unknown" if most.n_items is None else f"{bound}{most.n_items:,}",
                    f"{bound}{duration(most.seconds)}",
                    f"{bound if most.dollars else ''}${most.dollars:,.2f}",
                )
            )
            notes.append(f"{access.network}: prices and limits of {most.prices_of}")
            if access.closed:
                notes.append(f"{access.network}: {access.lacks()}")
    typer.echo("\n".join(aligned(lines, numbers=(1, 2, 3, 4, 5))))
    for note in notes:
        typer.echo(note, err=True)
