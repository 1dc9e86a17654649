"""Streams that cannot be read, and what is done about them in later runs.

A page that cannot be read was paid for, and the next run would pay for it again. So a stream whose
answers cannot be read is left alone for a day, then for two, for four and for a week each time,
until it can be read or socialscore is of another version. That version tries first to read the
pages that were kept.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collecting.part import Part
from socialscore.errors import ProtocolDrift
from socialscore.store.aside import (
    forget_drift,
    known_drifts,
    note_drift,
    pages_aside,
    rewrite_aside,
)
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from socialscore.collectors.base import Collector, Task
    from socialscore.errors import NetworkError

__all__ = ["Drift", "Drifts", "reread"]

_PAUSES = tuple(timedelta(days=number) for number in (1, 2, 4, 7))


@dataclass(frozen=True)
class Drift:
    """A stream that cannot be read."""

    problem: str
    reached: datetime  # what was written before cannot be read
    n_tries: int
    retry_at: datetime
    version: str  # of socialscore, that could not read it

    def holds_back(self, task: Task, now: datetime) -> bool:
        """Whether a task is not to be asked for yet."""
        waits = now < self.retry_at <= now + _PAUSES[-1]  # later was noted by a wrong clock
        return waits and self.version == __version__ and task.interval.since < self.reached

    def next_step(self, now: datetime) -> str:
        """What to do about it; empty: the next run tries it."""
        if self.version != __version__ or now >= self.retry_at:
            return ""
        again = f"{self.retry_at:%Y-%m-%d %H:%M} UTC"
        return f"update socialscore; it is tried again from {again}: {self.problem}"

    @classmethod
    def of(cls, record: dict[str, Any]) -> Drift | None:
        """What was noted; None where that is nothing of ours."""
        try:
            moments = {
                name: datetime.fromisoformat(record[name]) for name in ("reached", "retry_at")
            }
            found = cls(**record | moments)
            aware = all(each.utcoffset() is not None for each in moments.values())
        except (KeyError, TypeError, ValueError):
            return None
        return found if aware and type(found.n_tries) is int and found.n_tries > 0 else None


class Drifts:
    """The streams of a store that cannot be read, by the names of their journals."""

    def __init__(self, root: Path) -> None:
        found = {name: Drift.of(record) for name, record in known_drifts(root).items()}
        self.known = {name: drift for name, drift in found.items() if drift}
        self._root = root

    def error(self, task: Task, now: datetime) -> ProtocolDrift | None:
        """Why a task is not asked for; None: it is."""
        drift = self.known.get(task.name)
        if not drift or not drift.holds_back(task, now):
            return None
        problem = (
            f"{drift.problem}; not asked again before {drift.retry_at:%Y-%m-%d %H:%M} UTC, or until"
            " socialscore is updated"
        )
        return ProtocolDrift(task.account.network, "", problem)

    def note(self, task: Task, reached: datetime, error: NetworkError, now: datetime) -> None:
        """A task met with a page that cannot be read, back from a moment."""
        before, n_tries = self.known.get(task.name), 1
        if before and before.version == __version__:
            held_back = now < before.retry_at  # and something newer was asked for, which drifts too
            n_tries = before.n_tries if held_back else before.n_tries + 1
        pause = _PAUSES[min(n_tries, len(_PAUSES)) - 1]
        drift = Drift(error.problem, reached, n_tries, now + pause, __version__)
        self.known[task.name] = drift
        moments = {name: getattr(drift, name).isoformat() for name in ("reached", "retry_at")}
        note_drift(self._root, task.name, asdict(drift) | moments)

    def over(self, task: Task) -> None:
        """A task is complete, so what could not be read of it can be."""
        drift = self.known.get(task.name)
        if drift and task.interval.since < drift.reached:
            del self.known[task.name]
            forget_drift(self._root, task.name)


def reread(collector: Collector, root: Path, network: str) -> Iterator[tuple[Part, ...]]:
    """Read with this version the pages that others could not read, file by file.

    Yields the parts that come of a file; they must be in the store when it goes on, for then the
    file is left with what still cannot be read.
    """
    for path, lines in pages_aside(root, network):
        parts, rest = [], []
        for line in lines:
            part, kept = _reread(collector, line)
            parts += [part] if part else []
            rest += [] if part else [kept]
        yield tuple(parts)
        if rest != lines:
            rewrite_aside(path, rest)


def _reread(collector: Collector, line: bytes) -> tuple[Part | None, bytes]:
    """The part that comes of a line; if none does, the line, as it is to be kept."""
    part = None
    try:
        record = json.loads(line)
        if record["version"] == __version__:
            return None, line
        with suppress(ProtocolDrift):
            part = Part.reread(collector, record)
    except Exception:  # noqa: BLE001 - whatever it holds, it is no reason to end a run
        return None, line
    return part, f"{json.dumps(record | {'version': __version__})}\n".encode()
