"""Collecting: what is missing of a network comes into the store, page by page.

A command drives it so, and everything of the outside is given to it::

    collector = collectors.collector(network, credentials, options, outside)
    store = Store.create(root, key_id=Pseudonyms(key).key_id)

    # --estimate: what a run would ask, and what that would take
    wanted = plan(panel, collector.capabilities(), store.coverage().to_pylist(), now=now())
    collector.estimate(wanted)

    # one network; two may run in two threads or one after the other
    report = collect(
        collector, store, panel, key,
        now=lambda: datetime.now(UTC),
        since=None,               # --since; None: 30 days on the first run, then what is missing
        overlap=six_hours,        # `overlap`; what was read sooner after it was written, again
        budget=5.00,              # --budget: ends before a page that could exceed it; exit code 4
        limit=1_000,              # --limit, exact
        timeout=0,                # seconds to wait for another run; then StoreError, exit code 75
        stopping=stopped.is_set,  # set by the handlers of SIGINT and SIGTERM; exit code 130
        waiter=...,               # given a RateLimited, waits until its retry_at and returns True
        planned=table.begin,      # a CollectionPlan, once
        progress=table.update,    # a Progress after every page; report.tasks say it in the end
    )
    report.exit_code              # 0, 4, 75 or 130: that of the most serious thing that happened

    refresh(collector, store, panel, since=..., now=...)  # `socialscore refresh`: what is gone
    status(store, panel, now())                           # `socialscore status`: every stream

What holds, whatever happens: a page is on the disk before the next is asked for; a run that is
killed loses nothing, and of each stream at most the page that was on its way is asked for twice;
what is noted as covered is in the store; what a network did not show, or nobody could read, is
noted as a gap. `collect` raises only what is of the store: what networks do is in its report.
"""

from __future__ import annotations

from socialscore.collecting.coverage import missing
from socialscore.collecting.planning import plan
from socialscore.collecting.refreshing import Refreshed, refresh
from socialscore.collecting.report import CollectionReport, Progress, TaskReport
from socialscore.collecting.run import collect
from socialscore.collecting.status import Gap, Standing, standings, status

__all__ = [
    "CollectionReport",
    "Gap",
    "Progress",
    "Refreshed",
    "Standing",
    "TaskReport",
    "collect",
    "missing",
    "plan",
    "refresh",
    "standings",
    "status",
]
