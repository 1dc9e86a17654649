"""What tests of collections need: runs of the scripted collector, and what is in the store then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scripted import NOW, PANEL, Scripted

from socialscore.collecting import CollectionReport, collect, standings
from socialscore.engines.duckdb import DuckDB
from socialscore.store.lake import Store
from socialscore.store.privacy import Pseudonyms

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.errors import NetworkError
    from socialscore.inputs.panel import Panel

KEY = bytes(32)
START = NOW - timedelta(days=30, seconds=30)
END = NOW - timedelta(seconds=30)
FILLED_BY_RUNS = ("collected_at", "source", "run_id", "deleted_seen_at")


def days(number: float) -> datetime:
    """So many days before the end of what is collected."""
    return END - timedelta(days=number)


def a_store(folder: Path) -> Store:
    return Store.create(folder / "store", key_id=Pseudonyms(KEY).key_id)


def run(
    collector: Scripted, store: Store, *, panel: Panel = PANEL, **options: Any
) -> CollectionReport:
    return collect(collector, store, panel, KEY, **{"now": lambda: NOW} | options)


def kept(store: Store) -> list[dict[str, Any]]:
    """The rows of the store, without what depends on the run that brought them."""
    files = store.messages(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    if not files:
        return []
    with DuckDB() as engine:
        engine.relation("message", files)
        sql = "SELECT * FROM message ORDER BY network, account_id, message_id"
        rows = engine.query(sql, {})
    return [{k: v for k, v in row.items() if k not in FILLED_BY_RUNS} for row in rows]


def n_kept(store: Store) -> int:
    """How many messages the store has, whatever number of accounts they stand under."""
    return len({row["message_id"] for row in kept(store)})


def seen(store: Store) -> dict[tuple[str, str], list[tuple[datetime, datetime, str | None]]]:
    """By account and stream: the intervals in view, without those that only repeat or touch."""
    found = {}
    for standing in standings(PANEL, store.coverage().to_pylist(), {}, NOW):
        gaps = [(gap.since, gap.until, gap.reason) for gap in standing.gaps]
        view = [(standing.since, standing.until, "view")] if standing.since else []
        found[standing.account.account_id, standing.stream] = view + gaps
    return found


class Crash(BaseException):
    """What nobody expects."""


def failing(kind: type[NetworkError]) -> NetworkError:
    return kind("twitter", "GET /somewhere", "does not want to")
