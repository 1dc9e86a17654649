"""What a collection says of itself: while it runs, and when it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from socialscore.collectors.base import Task
    from socialscore.errors import NetworkError
    from socialscore.model.messages import Coverage
    from socialscore.store.lake import Saved

__all__ = ["CollectionReport", "Progress", "TaskCounts", "TaskReport"]

_MOST_SERIOUS_FIRST = (4, 130, 75)


@dataclass(frozen=True)
class Progress:
    """Where a run stands when a page is safe on the disk."""

    task: Task
    n_task: int  # of the plan, from 1
    n_tasks: int
    n_pages: int  # of the task
    n_messages: int  # of the task
    complete_from: datetime  # how far back the task is complete; the end of its interval: not yet
    cost: float  # of the run, US dollars


@dataclass(frozen=True)
class TaskReport:
    """What became of one task."""

    task: Task
    complete: bool  # its interval is in view now, to its beginning
    n_pages: int
    n_messages: int  # that could be read
    n_known: int  # of these, what the store had
    n_late: int  # new ones, of a time that an earlier run had read: it was shown late
    refused: Mapping[str, int]  # items that cannot be messages, by reason
    n_requests: int
    cost: float  # US dollars
    gap: Coverage | None  # what the network does not show
    error: NetworkError | None  # what ended the task


@dataclass(frozen=True)
class CollectionReport:
    """What became of a run."""

    tasks: tuple[TaskReport, ...]  # those that were begun, in the order of the plan
    n_tasks: int  # that were planned
    n_replayed: int  # pages that a killed run had left, and that are merged now
    saved: Saved  # rows: a message stands once under each account that it concerns
    cost: float  # US dollars
    gaps: tuple[Coverage, ...]  # all that were noted
    error: NetworkError | None  # what ended the run before its plan was done
    interrupted: bool  # somebody asked it to stop
    damaged: tuple[str, ...]  # journals that could not be read: why, and where they are now
    clock_ahead: timedelta | None  # by which our clock is ahead; None: as good as right

    @property
    def exit_code(self) -> int:
        """That of the most serious thing that happened; 0 if all went well, gaps included."""
        errors = [self.error, *(each.error for each in self.tasks)]
        codes = {error.exit_code for error in errors if error}
        if self.interrupted:
            codes.add(130)
        return next((code for code in _MOST_SERIOUS_FIRST if code in codes), 0)


@dataclass
class TaskCounts:
    """The counts of a task while it runs."""

    task: Task
    complete: bool = False
    n_pages: int = 0
    n_messages: int = 0
    n_known: int = 0
    n_late: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    n_requests: int = 0
    cost: float = 0.0
    gap: Coverage | None = None
    error: NetworkError | None = None

    def report(self) -> TaskReport:
        """As it stands."""
        return TaskReport(**{**vars(self), "refused": dict(self.refused)})
