"""A run: task by task and page by page, until it is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from socialscore.collecting.coverage import (
    REFUSED,
    UNREADABLE,
    interval_of,
    kind_of,
    rows_for,
    rows_of,
    seen_of,
    streams_of,
)
from socialscore.collecting.drifting import Drifts, reread
from socialscore.collecting.failures import Failures
from socialscore.collecting.part import Earlier, Part
from socialscore.collecting.reading import read, unreadable
from socialscore.collecting.report import CollectionReport, Progress, TaskCounts
from socialscore.collectors.base import LONGEST_WAIT, Interval, Stopped
from socialscore.errors import (
    NetworkError,
    ProtocolDrift,
    QuotaExhausted,
    RateLimited,
    SocialscoreError,
)
from socialscore.store.aside import set_journal_aside
from socialscore.store.inventory import newer
from socialscore.store.journal import DamagedJournal, left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

    from socialscore.collecting.coverage import Row
    from socialscore.collecting.merging import Merger
    from socialscore.collectors.base import Collector, Page, Task
    from socialscore.model.messages import Coverage
    from socialscore.store.lake import Store

__all__ = ["BATCH", "Run", "RunOptions"]

BATCH = 20_000
"""Messages that are merged at once, while the next ones come: few and large merges are cheap."""

_CLOCKS_AGREE = timedelta(minutes=5)
"""By how much our clock and the network's may differ without a word."""

_ROUNDING = 1e-9  # what a sum of prices may be wrong by


@dataclass(frozen=True)
class RunOptions:
    """What `collect` was asked for."""

    now: Callable[[], datetime]
    budget: float | None
    limit: int | None
    stopping: Callable[[], bool]
    waiter: Callable[[RateLimited], bool]
    progress: Callable[[Progress], object]


class Run:
    """What a run has so far."""

    def __init__(
        self,
        collector: Collector,
        store: Store,
        merger: Merger,
        disk: Executor,
        run_id: str,
        options: RunOptions,
    ) -> None:
        self._collector, self._capabilities = collector, collector.capabilities()
        self._store, self._merger, self._disk = store, merger, disk
        self._run_id, self._options = run_id, options
        self._tallies: list[TaskCounts] = []
        self._part: Part  # that pages are added to
        self._parts: list[Part] = []  # to which nothing will be added: to be merged
        self._gaps: list[Coverage] = []
        self._n_replayed = 0
        self._latest: dict[tuple[str, str], datetime] = {}  # by account and stream: what was seen
        self._rows: dict[tuple[str, str, str], list[Row]] = {}  # of the coverage, by stream
        self._drifts = Drifts(store.root)
        self._clock_ahead: timedelta | None = None  # of the network's; None: nobody knows
        self._damaged: list[str] = []
        self._error: NetworkError | None = None
        self._interrupted = False

    # --- before and after ------------------------------------------------------------------

    def replay(self) -> None:
        """Merge what a run left that was killed, and what this version has learnt to read."""
        network = self._capabilities.network
        if paths := left(self._store.root, network):
            self._rows = rows_of(self._store.coverage().to_pylist())
        for path in paths:
            try:
                part = Part.replayed(self._collector, self._store.root, path, self._earlier)
            except DamagedJournal as error:
                self._damaged.append(f"{error}; it is {set_journal_aside(path).name} now")
                continue
            if part is None:
                path.unlink()
            else:
                self._n_replayed += part.tally.n_pages
                self._parts.append(part)
        self._merge()
        self._merger.finish()
        for parts in reread(self._collector, self._store.root, network):
            self._n_replayed += len(parts)
            self._parts += parts
            self._merge()
            self._merger.finish()

    def give_up(self, tasks: Iterable[Task]) -> None:
        """Note what is further back than the network shows, by its own clock."""
        if not any(tally.n_pages for tally in self._tallies):
            return  # it has not answered, and ours may be wrong
        present = self._options.now() - (self._worth_saying() or timedelta())
        for task in tasks:
            edge = present - self._capabilities.reach[task.stream]
            interval = Interval(task.interval.since, min(task.interval.until, edge))
            if interval.since < interval.until:
                part = Part(replace(task, interval=interval), earlier=self._earlier(task))
                part.end("out-of-reach")
                self._parts.append(part)

    def _earlier(self, task: Task) -> Earlier:
        """What earlier runs made of the interval of a task."""
        mine = rows_for(self._rows, task.account, task.stream)
        refused = [row for row in mine if kind_of(row["reason"]) in (REFUSED, UNREADABLE)]
        return Earlier(
            seen=tuple(seen_of(self._rows, task)), refused=tuple(map(interval_of, refused))
        )

    def finish(self) -> None:
        """Merge what is left, and tidy the store."""
        self._merge()
        self._merger.finish()
        if self._tallies or self._n_replayed:
            with self._store.writing():
                self._store.compact()

    def report(self, n_tasks: int) -> CollectionReport:
        """What became of it."""
        return CollectionReport(
            tasks=tuple(tally.report() for tally in self._tallies),
            n_tasks=n_tasks,
            n_replayed=self._n_replayed,
            saved=self._merger.saved,
            cost=self._cost(),
            gaps=tuple(self._gaps),
            error=self._error,
            interrupted=self._interrupted,
            damaged=tuple(self._damaged),
            clock_ahead=self._worth_saying(),
        )

    def _worth_saying(self) -> timedelta | None:
        ahead = self._clock_ahead
        return ahead if ahead and abs(ahead) > _CLOCKS_AGREE else None

    def _merge(self) -> None:
        parts, self._parts = self._parts, []
        self._gaps += [row for part in parts for row in part.coverage() if row.reason]
        self._merger.merge(parts, self._options.now())

    # --- task by task ----------------------------------------------------------------------

    def ask(self, tasks: Sequence[Task], rows: Iterable[Row]) -> None:
        """Ask for every task, until they are done or something ends the run."""
        self._rows = rows_of(rows)
        for (_, account_id, stream), mine in self._rows.items():
            until = max(row["covered_until"] for row in mine)
            self._note(account_id, stream, until.replace(tzinfo=UTC))
        failures = Failures(one_credential=self._capabilities.one_credential)
        for number, task in enumerate(tasks, 1):
            whose = (task.account.account_id, task.stream)
            tally = TaskCounts(task, error=failures.of(*whose))
            tally.error = tally.error or self._drifts.error(task, self._options.now())
            self._tallies.append(tally)
            try:
                if not tally.error:
                    self._ask(task, tally, (number, len(tasks)))
                    failures.went_well()
            except NetworkError as error:
                tally.error = error
                self._error = error if failures.ends(*whose, error) else None
            except KeyboardInterrupt:
                self._interrupted = True
            if tally.complete:
                self._drifts.over(task)
            if self._error or self._enough():
                return

    def _ask(self, task: Task, tally: TaskCounts, place: tuple[int, int]) -> None:
        """Ask for one task, as often as the pauses that the network wants make it necessary."""
        part = Part(self._placed(task), tally, self._earlier(task))
        while part.task.interval.since < part.task.interval.until:
            self._part = part
            try:
                self._read(place)
            except RateLimited as error:
                self._merge()
                self._merger.finish()
                if self._is_far(error) or not self._options.waiter(error):
                    raise
                part = self._part.rest()
            else:
                return

    def _is_far(self, error: RateLimited) -> bool:
        return error.retry_at is not None and error.retry_at - self._options.now() > LONGEST_WAIT

    def _placed(self, task: Task) -> Task:
        """The task, with how much of the network's depth newer messages take up."""
        account, until = task.account, task.interval.until
        latest = self._latest.get((account.account_id, task.stream), until)
        for stream in streams_of(task.stream):
            self._note(account.account_id, stream, until)
        if task.stream not in self._capabilities.depth or latest <= until:
            return task
        self._merge()
        self._merger.finish()
        counts = newer(self._store, account.network, account.account_id, until)
        return replace(task, n_newer=sum(counts.get(each, 0) for each in streams_of(task.stream)))

    def _note(self, account_id: str, stream: str, until: datetime) -> None:
        before = self._latest.get((account_id, stream), until)
        self._latest[account_id, stream] = max(until, before)

    # --- page by page ----------------------------------------------------------------------

    def _read(self, place: tuple[int, int]) -> None:
        """Take in the pages of the current part, and of those that follow from it."""
        task = self._part.task
        try:
            pages = iter(self._collector.pages(task))
            at_the_end = False
            while at_the_end or not self._enough():
                if not at_the_end:
                    self._afford()
                page = self._next(pages)
                if page is None:
                    self._part.end()
                    return
                is_whole = self._take(page)
                at_the_end = page.last and is_whole
                self._tell(place)
        except Stopped as stopped:
            self._part.end(stopped.reason, stopped.complete_from)
        except ProtocolDrift as error:
            if error.status in (None, 200):  # else it was refused, and cost nothing
                self._drifts.note(task, self._part.complete_from, error, self._options.now())
            self._part.drop_last(self._store.root, error.problem)
            raise
        finally:
            self._part.close()
            self._parts.append(self._part)

    def _next(self, pages: Iterator[Page]) -> Page | None:
        """The next page; whatever the collector cannot make of an answer is the network's drift."""
        try:
            return next(pages, None)
        except (SocialscoreError, Stopped, MemoryError):
            raise
        except Exception as error:
            raise unreadable(self._capabilities.network, error) from error

    def _take(self, page: Page) -> bool:
        """Make a page durable, then read it; merge where enough has come.

        Returns:
            Whether all of it was wanted.
        """
        limit = self._options.limit
        most = None if limit is None else limit - self._n_messages()
        part = self._part
        full = sum(each.n_messages for each in (*self._parts, part)) >= BATCH
        if full:
            part.close()
            self._parts.append(part)
            self._part = part.rest()
        # The disk takes its time; meanwhile the page can be read.
        on_disk = self._disk.submit(self._part.keep, self._store.root, page, self._run_id, most)
        drift, items = None, []
        try:
            items = read(self._collector, page, part.earlier.refused)
        except ProtocolDrift as error:
            drift = error
        finally:
            on_disk.result()
        if full:
            self._merge()
        is_whole = self._part.add(page, items, most)  # without items it is one to drop
        if drift:
            raise drift
        self._part.keep_refused(self._store.root, items)
        if page.answered_at and self._clock_ahead is None:
            self._clock_ahead = self._options.now() - page.answered_at
        return is_whole

    def _enough(self) -> bool:
        """Whether the run has what it was to bring, or is asked to end."""
        self._interrupted = self._interrupted or self._options.stopping()
        limit = self._options.limit
        return self._interrupted or (limit is not None and self._n_messages() >= limit)

    def _afford(self) -> None:
        budget, next_cost = self._options.budget, self._collector.page_cost(self._part.task)
        if budget is not None and self._cost() + next_cost > budget + _ROUNDING:
            raise QuotaExhausted(
                self._capabilities.network,
                "collect",
                f"the next page could exceed the budget of ${budget:,.2f}, of which "
                f"${self._cost():,.2f} are spent; raise --budget to go on",
            )

    def _tell(self, place: tuple[int, int]) -> None:
        part = self._part
        self._options.progress(
            Progress(
                task=part.tally.task,
                n_task=place[0],
                n_tasks=place[1],
                n_pages=part.tally.n_pages,
                n_messages=part.tally.n_messages,
                complete_from=part.reached,
                cost=self._cost(),
            )
        )

    def _n_messages(self) -> int:
        return sum(tally.n_messages for tally in self._tallies)

    def _cost(self) -> float:
        return sum(tally.cost for tally in self._tallies)
