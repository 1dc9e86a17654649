"""What has come of a task since the last merge: one journal, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialscore.collecting.coverage import REFUSED, UNREADABLE, streams_of
from socialscore.collecting.intervals import difference, intersection, islands, meets
from socialscore.collecting.reading import lacking, read
from socialscore.collecting.records import as_instant, as_page, as_task, of_page, of_task
from socialscore.collecting.report import TaskCounts
from socialscore.collectors.base import Interval, Refused
from socialscore.collectors.paging import SECOND
from socialscore.errors import ProtocolDrift, StoreError
from socialscore.model.messages import Coverage, Message
from socialscore.store.aside import set_aside
from socialscore.store.journal import DamagedJournal, Journal, replay
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Self

    from socialscore.collecting.records import Record
    from socialscore.collectors.base import Collector, Page, Task

__all__ = ["Earlier", "Part"]


@dataclass(frozen=True)
class Earlier:
    """What earlier runs made of the interval of a task."""

    seen: tuple[Interval, ...] = ()  # in view
    refused: tuple[Interval, ...] = ()  # where messages could not be read


class Part:
    """Pages of a task from the end of its interval backwards, and how far they are complete.

    The last page waits until the collector goes on: its shape may yet turn out to be one that
    nobody knows, and then the page counts for nothing.
    """

    def __init__(
        self, task: Task, tally: TaskCounts | None = None, earlier: Earlier | None = None
    ) -> None:
        self.task = task
        self.tally = tally or TaskCounts(task)
        self.earlier = earlier or Earlier()
        self.messages: list[Message] = []
        self.complete_from = task.interval.until
        self.path: Path | None = None  # of its journal, once there is a page
        self.run_id: str | None = None  # the run that asked for it, likewise
        self._journal: Journal | None = None
        self._n_walked = task.n_walked
        self._until = task.interval.until
        self._reason: str | None = None
        self._refused: list[Interval] = []  # in each of which a message cannot be read
        self._last: tuple[Record, list[Message], datetime, list[Interval]] | None = None

    @property
    def n_messages(self) -> int:
        """How many messages it holds, the last page's included."""
        return len(self.messages) + (len(self._last[1]) if self._last else 0)

    @property
    def reached(self) -> datetime:
        """How far back the task is complete, if the last page is good."""
        return self._last[2] if self._last else self.complete_from

    def rest(self) -> Self:
        """A part for what the task still lacks."""
        interval = Interval(self.task.interval.since, self.complete_from)
        task = replace(self.task, interval=interval, n_walked=self._n_walked)
        rest = type(self)(task, self.tally, self.earlier)
        rest._refused = self._refused  # they may reach further back than this part
        return rest

    def coverage(self) -> list[Coverage]:
        """What is in view now, and what never will be, by stream."""
        since, until = self.task.interval.since, self._until
        edge = min(self.complete_from, until)
        view = [Interval(edge, until)] if edge < until else []
        lost = list(self._lost(view))
        rows = [(each, None) for each in difference(view, [each for each, _ in lost])] + lost
        if self._reason and since < edge:
            unseen = difference([Interval(since, edge)], self.earlier.seen)
            rows += [(each, self._reason) for each in unseen]
        account = self.task.account
        return [
            Coverage(account.network, account.account_id, stream, each.since, each.until, reason)
            for each, reason in rows
            for stream in streams_of(self.task.stream)
        ]

    def _lost(self, view: Sequence[Interval]) -> Iterator[tuple[Interval, str]]:
        """The times in view in which messages could not be read, and why nothing is known."""
        spans = difference(intersection(self._refused, view), self.earlier.seen)
        for gap in islands(spans):
            reason = UNREADABLE if meets(gap, self.earlier.refused) else REFUSED
            yield gap, f"{reason}:{sum(meets(gap, [each]) for each in self._refused)}"

    # --- as a run goes on ------------------------------------------------------------------

    def keep(self, root: Path, page: Page, run_id: str, most: int | None) -> None:
        """Make a page durable, of which the first `most` messages are wanted."""
        self.run_id = run_id
        if self._journal is None:
            self._journal = Journal(root, self.task.name, {"run_id": run_id, **of_task(self.task)})
            self.path = self._journal.path
        self._journal.append(of_page(page, most))

    def add(self, page: Page, items: Sequence[Message | Refused], most: int | None) -> bool:
        """Take in a page that was read, as far as it is wanted; was all of it?"""
        self.accept_last()
        messages = [item for item in items if isinstance(item, Message)]
        wanted, surplus = messages[:most], messages[len(messages[:most]) :]
        complete_from = self.complete_from
        spans = [item.span for item in lacking(items) if item.span]
        if page.oldest:
            latest_unseen = max([page.oldest, *(message.sent_at for message in surplus)])
            if spans:  # it may be one of theirs, which are not to be trusted
                latest_unseen = max(
                    latest_unseen, min((m.sent_at for m in messages), default=complete_from)
                )
            complete_from = min(complete_from, _next_second(latest_unseen))
        if page.answered_at:  # what came later by the network's clock cannot be in it
            self._until = min(self._until, page.answered_at)
        complete_from = max(complete_from, self.task.interval.since)
        self._last = (of_page(page, most), wanted, complete_from, spans)
        self._n_walked += page.n_places
        self.tally.n_pages += 1
        self.tally.n_messages += len(wanted)
        self.tally.n_requests += page.n_requests
        self.tally.cost += page.cost
        self.tally.refused.update(item.reason for item in items if isinstance(item, Refused))
        return not surplus

    def accept_last(self) -> None:
        """The last page is good."""
        if self._last:
            _, messages, self.complete_from, spans = self._last
            self.messages += messages
            self._refused += spans
            self._last = None

    def end(self, reason: str | None = None, complete_from: datetime | None = None) -> None:
        """The network gives no more; without a reason, because there is no more."""
        self.accept_last()
        if self._journal:
            told = complete_from and complete_from.isoformat()
            self._journal.append({"end": reason, "complete_from": told})
        if reason is None:
            complete_from = self.task.interval.since
        if complete_from:
            edge = max(complete_from, self.task.interval.since)
            self.complete_from = min(self.complete_from, edge)
        self._reason = reason
        if reason:
            gaps = [row for row in self.coverage() if row.reason]
            self.tally.gap = gaps[0] if gaps else None

    def mistake(self, root: Path, page: Page, problem: str) -> None:
        """A page cannot even be read."""
        self.add(page, (), None)
        self.drop_last(root, problem)

    def drop_last(self, root: Path, problem: str) -> None:
        """The last page is in a shape that nobody knows: keep it for whoever mends that."""
        if self._last is None:
            return
        record, messages, *_ = self._last
        self._set_aside(root, record, problem)
        if self._journal:
            self._journal.append({"drift": problem})
        self._last = None
        self.tally.n_messages -= len(messages)

    def keep_refused(self, root: Path, items: Sequence[Message | Refused]) -> None:
        """Keep the last page, of which some messages cannot be read, for whoever mends that."""
        if self._last and (lacks := lacking(items)):
            problem = ", ".join(dict.fromkeys(item.reason for item in lacks))
            self._set_aside(root, self._last[0], problem)

    def _set_aside(self, root: Path, record: Record, problem: str) -> None:
        """Keep a page with what is needed to take it in: it goes on where those before it end."""
        interval = Interval(self.task.interval.since, self.complete_from)
        task = of_task(replace(self.task, interval=interval))
        told = {"problem": problem, "run_id": self.run_id, "version": __version__, "task": task}
        set_aside(root, self.task.name, told | record)

    def close(self) -> None:
        """No page of this part will come any more."""
        self.accept_last()
        if self.complete_from <= self.task.interval.since:
            self.tally.complete = True
        if self._journal:
            self._journal.close()

    def remove(self) -> None:
        """The store has it all."""
        if self.path:
            self.path.unlink(missing_ok=True)

    # --- after a run was killed ------------------------------------------------------------

    @classmethod
    def replayed(
        cls,
        collector: Collector,
        root: Path,
        path: Path,
        earlier: Callable[[Task], Earlier],
    ) -> Self | None:
        """The part that a journal tells of; None where its header is torn.

        Raises:
            DamagedJournal: it holds what no run can have written.
        """
        records = replay(path)
        if not records:
            return None
        try:
            return cls._replayed(collector, root, path, records, earlier)
        except (StoreError, MemoryError):
            raise
        except Exception as error:
            raise DamagedJournal(f"{path}: is damaged ({type(error).__name__})") from error

    @classmethod
    def _replayed(
        cls,
        collector: Collector,
        root: Path,
        path: Path,
        records: Sequence[Record],
        earlier: Callable[[Task], Earlier],
    ) -> Self:
        task = as_task(records[0])
        part = cls(task, earlier=earlier(task))
        part.path = path
        part.run_id = records[0]["run_id"]
        for record in records[1:]:
            if "page" in record:
                page = as_page(record, task)
                try:
                    items = read(collector, page, part.earlier.refused)
                except ProtocolDrift as error:
                    part.mistake(root, page, str(error))
                    break  # what follows is of no use without it
                part.add(page, items, record["most"])
                part.keep_refused(root, items)
            elif "end" in record:
                part.end(record["end"], as_instant(record["complete_from"]))
            else:
                part.drop_last(root, record["drift"])
        part.close()
        return part

    @classmethod
    def reread(cls, collector: Collector, record: Record) -> Self | None:
        """The part that a page makes which an earlier version set aside; None: it still cannot."""
        task = as_task(record["task"])
        page = as_page(record, task)
        items = read(collector, page)
        if lacking(items) or not any(isinstance(item, Message) for item in items):
            return None
        part = cls(task)
        part.run_id = record["run_id"]  # it was read then, and goes with what that run brought
        part.add(page, items, None)
        part.close()
        return part


def _next_second(instant: datetime) -> datetime:
    """Where a stream is complete of which messages of this second may be missing."""
    return instant.replace(microsecond=0) + SECOND
