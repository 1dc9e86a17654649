"""Merging: what journals hold goes into the store, while the next pages come.

Messages are saved first, then what was in view is noted, then the journal is removed. A crash
between these costs a second merge, which changes nothing, and never a message.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, replace
from operator import add
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.collecting.coverage import RUN
from socialscore.collecting.intervals import islands
from socialscore.collectors.base import Interval
from socialscore.importers.staged import StagedRows, from_messages
from socialscore.importers.staging import Stage
from socialscore.intake import gather
from socialscore.store.inventory import known
from socialscore.store.lake import Saved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Self

    from socialscore.collecting.part import Part
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Coverage, Message
    from socialscore.store.lake import Store

__all__ = ["Merger", "Target"]


@dataclass(frozen=True)
class Target:
    """Where a run's messages go, and what is noted with them."""

    store: Store
    panel: Panel
    key: bytes
    network: str
    run_id: str


class Merger:
    """Merges parts in a thread, one batch at a time. Use it in a `with`: its end waits."""

    def __init__(self, target: Target) -> None:
        self.saved = Saved()
        self._target = target
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="merge")
        self._under_way: Future[Saved] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown()

    def merge(self, parts: Sequence[Part], collected_at: datetime) -> None:
        """Begin to merge parts to which nothing will be added; waits for the batch before."""
        self.finish()
        if parts:
            self._under_way = self._worker.submit(_merge, self._target, parts, collected_at)

    def finish(self) -> None:
        """Wait until everything is merged, and raise what went wrong."""
        if self._under_way:
            under_way, self._under_way = self._under_way, None
            saved = under_way.result()
            self.saved = _sum(self.saved, saved)


def _merge(target: Target, parts: Sequence[Part], collected_at: datetime) -> Saved:
    """Merge parts, each as what the run brought that asked for it: one that was killed, perhaps."""
    saved = Saved()
    of_run: dict[str, list[Part]] = {}
    for part in parts:
        of_run.setdefault(part.run_id or target.run_id, []).append(part)
    for run_id, some in of_run.items():
        saved = _sum(saved, _merge_run(replace(target, run_id=run_id), some, collected_at))
    return saved


def _merge_run(target: Target, parts: Sequence[Part], collected_at: datetime) -> Saved:
    messages = [message for part in parts for message in part.messages]
    with Stage() as stage:
        if messages:
            _count_known(target, parts)
            rows = StagedRows(iter([_staged(parts)]), digits_are_exact=True)
            stage.read(rows, target.run_id)
        receipt = gather(
            stage,
            target.store,
            target.panel,
            target.key,
            source=f"{RUN}{target.network}",
            collected_at=collected_at,
            covered=_joined(row for part in parts for row in part.coverage()),
            run_id=target.run_id,
        )
    for part in parts:
        part.remove()
    return receipt.saved


def _joined(rows: Iterable[Coverage]) -> list[Coverage]:
    """The rows, those in view as few: what was read again joins what is new."""
    found: list[Coverage] = []
    in_view: dict[tuple[str, str, str], list[Coverage]] = {}
    for row in rows:
        if row.reason:
            found.append(row)
        else:
            in_view.setdefault((row.network, row.account_id, row.stream), []).append(row)
    for mine in in_view.values():
        spans = islands(Interval(row.covered_from, row.covered_until) for row in mine)
        found += [replace(mine[0], covered_from=s.since, covered_until=s.until) for s in spans]
    return found


def _count_known(target: Target, parts: Sequence[Part]) -> None:
    """Tell each task which of its messages the store has already."""
    moments = [message.sent_at for part in parts for message in part.messages]
    ids = {message.message_id for part in parts for message in part.messages}
    met = known(target.store, target.network, ids, min(moments), max(moments))
    for part in parts:
        for message in part.messages:
            if message.message_id in met:
                part.tally.n_known += 1
            elif any(each.since <= message.sent_at < each.until for each in part.earlier.seen):
                part.tally.n_late += 1
            met.add(message.message_id)  # the next time that it comes


def _staged(parts: Iterable[Part]) -> pa.Table:
    """The messages of the parts as staged rows, each once, in its last version.

    What stands in the inbound stream of an account addresses it, and in those of several them all.
    Where both streams come at once, only the messages themselves tell whom they address.
    """
    latest: dict[str, Message] = {}
    accounts: dict[str, list[str]] = {}
    for part in parts:
        incoming = part.task.stream == "inbound"
        account_id = part.task.account.account_id
        for message in part.messages:
            before = latest.setdefault(message.message_id, message)
            if message.n_edits > before.n_edits:
                latest[message.message_id] = message
            if incoming and account_id not in (
                addressed := accounts.setdefault(message.message_id, [])
            ):
                addressed.append(account_id)
    rows = []
    for name, message in latest.items():
        if others := accounts.get(name, [])[1:]:
            message = replace(message, mentioned_ids=(*message.mentioned_ids, *others))
        rows.append(message)
    table = from_messages(enumerate(rows, 1))
    first = pa.array([accounts.get(name, [None])[0] for name in latest], pa.string())
    return table.set_column(table.schema.get_field_index("account"), "account", first)


def _sum(one: Saved, other: Saved) -> Saved:
    return Saved(*map(add, astuple(one), astuple(other)))
