"""What a run shows while it goes on: a table that lives on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

import typer

from socialscore.commands.waiting import ENDING
from socialscore.model.network import BY_NAME
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Group
    from rich.table import Table

    from socialscore.collecting.report import Progress
    from socialscore.collectors.base import CollectionPlan
    from socialscore.model.messages import Account

__all__ = ["Lines", "Screen", "clock_time", "is_watched", "name_of", "say", "screen"]

_AROUND = 8  # lines of a terminal that are not for accounts


class Screen(Protocol):
    """Shows where a run stands. Use it in a `with`."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""

    def planned(self, plan: CollectionPlan) -> None:
        """What will be asked of a network."""

    def progress(self, progress: Progress) -> None:
        """A page is safe on the disk."""

    def waiting(self, until: datetime | None, cause: str) -> None:
        """A network allows no more requests until then; None: it does again."""


def screen(stopping: Callable[[], bool]) -> Screen:
    """The one that suits whoever looks; `stopping` tells whether the run is about to end."""
    return LiveTable(stopping) if is_watched() else Lines()


def is_watched() -> bool:
    """Whether somebody sees what happens."""
    return sys.stderr.isatty()


def say(text: str) -> None:
    """A line for people."""
    typer.echo(f"socialscore: {text}", err=True)


def name_of(account: Account) -> str:
    """How people know an account."""
    return formatting.one_line(BY_NAME[account.network].written(account.handle))


def clock_time(moment: datetime) -> str:
    """`14:32:05`, on the clock of whoever looks; with the day where it is not today."""
    local, today = moment.astimezone(), datetime.now(UTC).astimezone().date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M:%S}"


class Lines:
    """For files and pipes: a line when something lasts; what became of it is said at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to put in order."""

    def planned(self, plan: CollectionPlan) -> None:
        """Silent: the end says it all."""

    def progress(self, progress: Progress) -> None:
        """Silent as well."""

    def waiting(self, until: datetime | None, cause: str) -> None:
        """Until when, and why: cron's log is read afterwards."""
        if until:
            say(f"waiting until {clock_time(until)}: {cause}")


class LiveTable:
    """For a terminal: a line for each account, and beneath them the run, its waits and money."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        from rich.console import Console
        from rich.live import Live

        self._stopping = stopping
        self._network = ""
        self._accounts: dict[str, str] = {}  # name by identifier, in the order of the plan
        self._last_tasks: dict[str, int] = {}  # by account, the number of its last task
        self._told: dict[int, Progress] = {}  # by task, the last page
        self._wait: tuple[datetime, str] | None = None
        self._console = Console(stderr=True, markup=False, emoji=False)
        self._live = Live(
            console=self._console,
            get_renderable=self._drawn,
            refresh_per_second=4,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def planned(self, plan: CollectionPlan) -> None:
        accounts = [task.account for task in plan.tasks]
        self._network = accounts[0].network if accounts else ""
        self._accounts = {account.account_id: name_of(account) for account in accounts}
        self._last_tasks = {a.account_id: number for number, a in enumerate(accounts, 1)}
        self._told = {}

    def progress(self, progress: Progress) -> None:
        self._told[progress.n_task] = progress

    def waiting(self, until: datetime | None, cause: str) -> None:
        self._wait = (until, cause) if until else None

    def _drawn(self) -> Group:
        from rich.console import Group
        from rich.text import Text

        told = dict(self._told)  # this runs in a thread of its own
        latest = told[max(told)] if told else None
        return Group(self._table(latest, told), Text(self._caption(latest, told)))

    def _table(self, latest: Progress | None, told: dict[int, Progress]) -> Table:
        from rich import box
        from rich.table import Table

        n_now = latest.n_task if latest else 0
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column(self._network, no_wrap=True)
        for header in ("pages", "messages", "back to"):
            table.add_column(header, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for account_id in self._visible(latest):
            mine = [one for one in told.values() if one.task.account.account_id == account_id]
            asked = latest is not None and latest.task.account.account_id == account_id
            done = self._last_tasks[account_id] < n_now
            back_to = mine[-1].complete_from if mine else None
            table.add_row(
                self._accounts[account_id],
                formatting.count(sum(one.n_pages for one in mine)),
                formatting.count(sum(one.n_messages for one in mine)),
                f"{back_to:%Y-%m-%d %H:%M}" if back_to else "",
                "being asked" if asked else "done" if done else "",
            )
        return table

    def _visible(self, latest: Progress | None) -> list[str]:
        """As many accounts as the terminal has room for, the one that is asked among them."""
        ids = list(self._accounts)
        room = max(self._console.height - _AROUND, 1)
        place = ids.index(latest.task.account.account_id) if latest else 0
        first = max(min(place - room // 2, len(ids) - room), 0)
        return ids[first : first + room]

    def _caption(self, latest: Progress | None, told: dict[int, Progress]) -> str:
        parts = []
        if latest:
            n_messages = sum(one.n_messages for one in told.values())
            parts += [
                f"{latest.n_task} of {latest.n_tasks} streams",
                f"{n_messages:,} messages",
                f"${latest.cost:,.2f}",
            ]
        wait = self._wait
        if wait:
            left = max((wait[0] - datetime.now(UTC)).total_seconds(), 0)
            minutes, seconds = divmod(int(left), 60)
            parts.append(f"waiting until {clock_time(wait[0])} ({minutes}:{seconds:02}): {wait[1]}")
        if self._stopping():
            parts.append(ENDING)
        return " · ".join(parts)
