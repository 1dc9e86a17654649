"""Pages and tasks as they stand in a journal, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import Interval, Page, Task
from socialscore.model.messages import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Record", "as_instant", "as_page", "as_task", "of_page", "of_task"]

Record = dict[str, Any]


def of_task(task: Task) -> Record:
    """What a journal says of a task."""
    return {
        "account": {name: _text(value) for name, value in asdict(task.account).items()},
        "stream": task.stream,
        "since": task.interval.since.isoformat(),
        "until": task.interval.until.isoformat(),
        "n_newer": task.n_newer,
    }


def as_task(record: Mapping[str, Any]) -> Task:
    """The task; raises anything where the record is none of ours."""
    days = {
        name: day and date.fromisoformat(day)
        for name, day in record["account"].items()
        if name.startswith("valid_")
    }
    return Task(
        Account(**record["account"] | days),
        record["stream"],
        Interval(datetime.fromisoformat(record["since"]), datetime.fromisoformat(record["until"])),
        record["n_newer"],
    )


def of_page(page: Page, most: int | None) -> Record:
    """What a journal says of a page, of which the first `most` messages are wanted."""
    told = {name: _text(value) for name, value in vars(page).items() if name != "task"}
    return {"page": told, "most": most}


def as_page(record: Mapping[str, Any], task: Task) -> Page:
    """The page; raises anything where the record is none of ours."""
    instants = {name: as_instant(record["page"][name]) for name in ("oldest", "answered_at")}
    return Page(task=task, **record["page"] | instants)


def as_instant(text: str | None) -> datetime | None:
    """The moment that a journal tells of, if any."""
    return None if text is None else datetime.fromisoformat(text)


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
