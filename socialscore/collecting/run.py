"""One run on one network, from what an earlier one left to the report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from socialscore.collecting.asking import Run, RunOptions
from socialscore.collecting.coverage import RUN
from socialscore.collecting.merging import Merger, Target
from socialscore.collecting.planning import plan
from socialscore.store.journal import collecting
from socialscore.store.runs import new_run_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from socialscore.collecting.report import CollectionReport, Progress
    from socialscore.collectors.base import CollectionPlan, Collector
    from socialscore.errors import RateLimited
    from socialscore.inputs.panel import Panel
    from socialscore.store.lake import Store

__all__ = ["collect"]


def collect(
    collector: Collector,
    store: Store,
    panel: Panel,
    key: bytes,
    *,
    now: Callable[[], datetime],
    since: datetime | None = None,
    overlap: timedelta = timedelta(),
    budget: float | None = None,
    limit: int | None = None,
    timeout: float = 0,
    stopping: Callable[[], bool] = lambda: False,
    waiter: Callable[[RateLimited], bool] = lambda _: False,
    planned: Callable[[CollectionPlan], object] = lambda _: None,
    progress: Callable[[Progress], object] = lambda _: None,
) -> CollectionReport:
    """Bring what is missing of a network into the store.

    Args:
        collector: the network.
        store: where the messages go; what it covers says what is missing.
        panel: whose accounts.
        key: of the pseudonyms, the one that the store was made with.
        now: the clock, aware.
        since: how far back to go; see `plan`.
        overlap: what is read again; see `plan`.
        budget: US dollars that the run may cost; it ends before a page that could exceed them.
        limit: messages that the run may bring; it ends with exactly so many, or with fewer.
        timeout: seconds to wait for another run on the same network; negative: to its end.
        stopping: asked between pages whether somebody wants the run to end.
        waiter: asked when the network allows no requests for longer than the collector waits:
            True when it has waited, and the run is to go on. All that has come is merged by then.
        planned: told what will be asked, before it is.
        progress: told where the run stands, after every page.

    Raises:
        StoreError: another run is collecting from the network (exit code 75), or the store cannot
            be written. What came lies in the journal, and the next run merges it.
    """
    network = collector.capabilities().network
    options = RunOptions(now, budget, limit, stopping, waiter, progress)
    with collecting(store.root, network, timeout=timeout):
        store.remember(panel)  # what does not fit is said before anything is paid for
        started = now()
        run_id = new_run_id(f"{RUN}{network}", started)
        target = Target(store, panel, key, network, run_id)
        with Merger(target) as merger, ThreadPoolExecutor(1) as disk:
            run = Run(collector, store, merger, disk, run_id, options)
            run.replay()
            rows = store.coverage().to_pylist()
            wanted = plan(
                panel, collector.capabilities(), rows, now=started, since=since, overlap=overlap
            )
            planned(wanted)
            run.ask(wanted.tasks, rows)
            run.give_up(wanted.beyond)
            run.finish()
    return run.report(len(wanted.tasks))
