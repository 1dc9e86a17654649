"""What has come of a task since the last merge: one journal, and what it says."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collecting.planning import streams_of
from socialscore.collecting.report import TaskCounts
from socialscore.collectors.base import Interval, Page, Refused, Task
from socialscore.errors import ProtocolDrift
from socialscore.model.messages import Account, Coverage, Message
from socialscore.model.period import PLAUSIBLE_YEARS
from socialscore.store.journal import Journal, replay, set_aside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self

    from socialscore.collectors.base import Collector

__all__ = ["Part"]

_SECOND = timedelta(seconds=1)

Record = dict[str, Any]


class Part:
    """Pages of a task from the end of its interval backwards, and how far they are complete.

    The last page waits until the collector goes on: its shape may yet turn out to be one that
    nobody knows, and then the page counts for nothing.
    """

    def __init__(self, task: Task, tally: TaskCounts | None = None) -> None:
        self.task = task
        self.tally = tally or TaskCounts(task)
        self.messages: list[Message] = []
        self.complete_from = task.interval.until
        self.path: Path | None = None  # of its journal, once there is a page
        self._journal: Journal | None = None
        self._n_walked = task.n_walked
        self._until = task.interval.until
        self._reason: str | None = None
        self._last: tuple[Record, list[Message], datetime] | None = None

    @property
    def n_messages(self) -> int:
        """How many messages it holds, the last page's included."""
        return len(self.messages) + (len(self._last[1]) if self._last else 0)

    @property
    def reached(self) -> datetime:
        """How far back the task is complete, if the last page is good."""
        return self._last[2] if self._last else self.complete_from

    def rest(self) -> Task:
        """What the task still lacks."""
        interval = Interval(self.task.interval.since, self.complete_from)
        return replace(self.task, interval=interval, n_walked=self._n_walked)

    def coverage(self) -> list[Coverage]:
        """What is in view now, and what never will be, by stream."""
        since, until = self.task.interval.since, self._until
        rows = []
        if self.complete_from < until:
            rows += self._rows(self.complete_from, until, None)
        if self._reason and since < self.complete_from:
            rows += self._rows(since, self.complete_from, self._reason)
        return rows

    def _rows(self, since: datetime, until: datetime, reason: str | None) -> list[Coverage]:
        account = self.task.account
        return [
            Coverage(account.network, account.account_id, stream, since, until, reason)
            for stream in streams_of(self.task.stream)
        ]

    # --- as a run goes on ------------------------------------------------------------------

    def keep(self, root: Path, page: Page, run_id: str, most: int | None) -> None:
        """Make a page durable, of which the first `most` messages are wanted."""
        if self._journal is None:
            self._journal = Journal(root, self.task.name, _header(self.task, run_id))
            self.path = self._journal.path
        self._journal.append(_record(page, most))

    def add(self, page: Page, items: Iterable[Message | Refused], most: int | None) -> bool:
        """Take in a page that was mapped, as far as it is wanted; was all of it?"""
        self.accept_last()
        items = [_dated(item) for item in items]
        messages = [item for item in items if isinstance(item, Message)]
        wanted, surplus = messages[:most], messages[len(messages[:most]) :]
        complete_from = self.complete_from
        if page.oldest:
            latest_unseen = max([page.oldest, *(message.sent_at for message in surplus)])
            complete_from = min(complete_from, _next_second(latest_unseen))
        if page.answered_at:  # what came later by the network's clock cannot be in it
            self._until = min(self._until, page.answered_at)
        self._last = (_record(page, most), wanted, max(complete_from, self.task.interval.since))
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
            _, messages, self.complete_from = self._last
            self.messages += messages
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
        record, messages, _ = self._last
        set_aside(root, self.task.name, {"problem": problem, **record})
        if self._journal:
            self._journal.append({"drift": problem})
        self._last = None
        self.tally.n_messages -= len(messages)

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
    def replayed(cls, collector: Collector, root: Path, path: Path) -> Self | None:
        """The part that a journal tells of; None where its header is torn."""
        records = replay(path)
        if not records:
            return None
        part = cls(_task(records[0]))
        part.path = path
        for record in records[1:]:
            if "page" in record:
                page = _page(record, part.task)
                try:
                    part.add(page, collector.messages(page), record["most"])
                except ProtocolDrift as error:
                    part.mistake(root, page, str(error))
                    break  # what follows is of no use without it
            elif "end" in record:
                part.end(record["end"], _instant(record["complete_from"]))
            else:
                part.drop_last(root, record["drift"])
        part.close()
        return part


def _dated(item: Message | Refused) -> Message | Refused:
    """The item, refused where its date is a mistake."""
    if isinstance(item, Message) and item.sent_at.year not in PLAUSIBLE_YEARS:
        return Refused(item.message_id, f"dated {item.sent_at:%Y-%m-%d}")
    return item


def _next_second(instant: datetime) -> datetime:
    """Where a stream is complete of which messages of this second may be missing."""
    return instant.replace(microsecond=0) + _SECOND


# What stands in a journal -------------------------------------------------------------------------


def _header(task: Task, run_id: str) -> Record:
    return {
        "run_id": run_id,
        "account": {name: _text(value) for name, value in asdict(task.account).items()},
        "stream": task.stream,
        "since": task.interval.since.isoformat(),
        "until": task.interval.until.isoformat(),
        "n_newer": task.n_newer,
    }


def _task(header: Record) -> Task:
    days = {
        name: day and date.fromisoformat(day)
        for name, day in header["account"].items()
        if name.startswith("valid_")
    }
    return Task(
        Account(**header["account"] | days),
        header["stream"],
        Interval(datetime.fromisoformat(header["since"]), datetime.fromisoformat(header["until"])),
        header["n_newer"],
    )


def _record(page: Page, most: int | None) -> Record:
    told = {name: _text(value) for name, value in vars(page).items() if name != "task"}
    return {"page": told, "most": most}


def _page(record: Record, task: Task) -> Page:
    instants = {name: _instant(record["page"][name]) for name in ("oldest", "answered_at")}
    return Page(task=task, **record["page"] | instants)


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
