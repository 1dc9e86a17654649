"""Worlds of messages to rank: the 35,000 bodies of a nation, and as many messages as wanted.

Bodies and people are heavy-tailed, threads have one to six questions and their answers, and one in
twenty belongs to a burst: `sql/week.sql`. A world is made and saved week by week, so that it needs
the memory of a week; the same seed makes the same world on every machine.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.inputs.panel import Panel
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.messages import Account, Body, Coverage
from socialscore.model.period import utc
from socialscore.runtime.duckdb import connect
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["BEGIN", "WORLDS", "World", "make_world", "place_of", "write_world"]

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
_WEEK = timedelta(days=7)
_PER_THREAD = 2.55  # messages, on average
_SEED = 20261123
_SQL = (Path(__file__).parent / "sql" / "week.sql").read_text(encoding="utf-8")
_CATEGORIES = ("town", "agency", "operator", "ministry")


@dataclass(frozen=True)
class World:
    """How large a world is."""

    n_messages: int  # about
    n_per_week: int  # about
    n_bodies: int = 35_000

    @property
    def weeks(self) -> list[tuple[datetime, int]]:
        """The beginning of each week, with the number of threads that begin in it."""
        n_weeks = -(-self.n_messages // self.n_per_week)
        numbers = [self.n_per_week] * n_weeks
        numbers[-1] -= n_weeks * self.n_per_week - self.n_messages
        return [
            (BEGIN + i * _WEEK, round(number / _PER_THREAD)) for i, number in enumerate(numbers)
        ]


WORLDS = {
    "1m": World(1_000_000, 40_000),
    "10m": World(10_000_000, 400_000),
    "100m": World(100_000_000, 4_000_000),
    # As many messages a week as in the largest world, and a tenth of the weeks.
    "dense": World(10_000_000, 4_000_000),
}
"""By name; all but the last have 25 weeks."""


def place_of(folder: Path, name: str) -> Path:
    """Where the store of a world lies, beside the folder of the other jobs."""
    return folder.parent / "worlds" / name


def make_world(folder: Path, name: str) -> None:
    """Make the store of a world, unless it is there."""
    place = place_of(folder, name)
    if not place.exists():
        unfinished = place.with_suffix(".unfinished")
        print(f"bench: {write_world(WORLDS[name], unfinished):,} messages in {place.name}")
        unfinished.rename(place)


def write_world(world: World, root: Path) -> int:
    """Make the store of a world, and tell the number of its messages."""
    shutil.rmtree(root, ignore_errors=True)
    store = Store.create(root, key_id="bench")
    panel = _panel(world.n_bodies)
    n_messages = 0
    with store.writing(), connect() as connection:
        store.remember(panel)
        for begin, rows in _weeks(connection, world):
            end = begin + _WEEK
            saved = store.save(
                (pa.Table.from_batches([batch]) for batch in rows),
                first=begin, last=end, collected_at=end,
            )  # fmt: skip
            n_messages += saved.n_new
        coverage = [
            Coverage(account.network, account.account_id, stream, BEGIN, end)
            for _, account in panel.accounts()
            for stream in ("inbound", "outbound")
        ]
        store.cover(coverage, run_id="bench", collected_at=end)
        store.compact()
    return n_messages


def _panel(n_bodies: int) -> Panel:
    names = [f"body-{number:05}" for number in range(n_bodies)]
    return Panel(
        "world",
        tuple(
            Body(
                name,
                f"Body {number}",
                _CATEGORIES[number % len(_CATEGORIES)],
                (Account("twitter", str(10_000_000 + number), name.replace("-", "")),),
            )
            for number, name in enumerate(names)
        ),
    )


def _weeks(
    connection: duckdb.DuckDBPyConnection, world: World
) -> Iterator[tuple[datetime, pa.RecordBatchReader]]:
    """The beginning of each week with the messages sent in it, in order of time."""
    connection.execute(
        f"CREATE MACRO chance(n, name) AS (hash(n, name, {_SEED}) >> 11) / 9007199254740992.0"
    )
    # As X numbers posts: by the millisecond, and within it.
    connection.execute(
        "CREATE MACRO snowflake(sent, n) AS CAST("
        "(epoch_ms(sent) + n // 4194304 % 1000 - 1288834974657) * 4194304 + n % 4194304 AS VARCHAR)"
    )
    n_before = 0
    # Threads go on for some days: what is sent after the week waits for the next one.
    for begin, n_threads in world.weeks:
        connection.execute(
            f"CREATE TABLE known AS {_SQL}" if not n_before else f"INSERT INTO known {_SQL}",
            {
                "people": world.n_messages // 10,
                "bodies": world.n_bodies,
                "first_thread": n_before,
                "threads": n_threads,
                "week": utc(begin),
                "rulebook": rulebook_digest(),
            },
        )
        n_before += n_threads
        end = {"end": utc(begin + _WEEK)}
        this = connection.sql(
            "SELECT * FROM known WHERE sent_at < $end ORDER BY sent_at", params=end
        )
        yield begin, this.to_arrow_reader(250_000)
        connection.execute("DELETE FROM known WHERE sent_at < $end", end)
