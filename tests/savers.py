"""Runs one of many processes that use a store at once: `python tests/savers.py JOB STORE …`.

    savers.py save STORE SEED SECONDS LOCK   save batches until the time is over, or forever
    savers.py rank STORE SECONDS             rank, and read how many messages there are

A saver brings messages out of 2,000, most of which another saver brings as well, now and then an
edit, and tidies the store. A ranker tells every number of messages that it saw. Each ends by
writing a line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from random import Random
from typing import Any

import pyarrow as pa
from worlds import ALL, PANEL, START, asks, at

from socialscore.engines.duckdb import DuckDB
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Coverage
from socialscore.scoring import MessageSource, score
from socialscore.store.lake import Store
from socialscore.store.schema import MESSAGE

N_MESSAGES = 2_000
_FILLED_BY_THE_STORE = (
    "month", "edited_seen_at", "deleted_seen_at", "collected_at", "rejudged_at",
)  # fmt: skip
_ARRIVING = pa.schema([column for column in MESSAGE if column.name not in _FILLED_BY_THE_STORE])
_NOW = datetime(2026, 11, 23, tzinfo=UTC)


def message(number: int, n_edits: int) -> dict[str, Any]:
    """One of the messages, over two months."""
    row = asks(f"m{number}", at(minutes=30 * number), text=f"Quand ? {number}", n_edits=n_edits)
    return row | {"sent_at": row["sent_at"].replace(tzinfo=None)}


class _Retries(logging.Handler):
    """Counts what was tried again."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    def emit(self, _record: logging.LogRecord) -> None:
        self.n += 1


def save(store: Store, random: Random, *, lock: bool) -> int:
    """Save a batch, note what is in view and remember a body; how many messages were new."""
    first = random.randrange(N_MESSAGES - 50)
    numbers = random.sample(range(first, first + 50), 20)
    rows = [message(number, int(random.random() < 0.05)) for number in numbers]
    table = pa.Table.from_pylist(rows, schema=_ARRIVING)
    span = {"first": at(minutes=30 * min(numbers)), "last": at(minutes=30 * max(numbers))}

    def work() -> int:
        saved = store.save([table], **span, collected_at=_NOW)
        day = random.randrange(40)
        interval = Coverage("twitter", "1", "inbound", at(days=day), at(days=day + 1))
        store.cover([interval], run_id="run", collected_at=_NOW)
        if random.random() < 0.1:
            store.compact()
        return saved.n_new

    if not lock:
        return work()
    with store.writing():
        return work()


def saving(address: str, seed: str, seconds: str, lock: str) -> dict[str, int]:
    retries = _Retries()
    logger = logging.getLogger("socialscore.runtime.retrying")
    logger.addHandler(retries)
    logger.setLevel(logging.INFO)
    random, store = Random(int(seed)), Store.open(address)
    end = time.monotonic() + float(seconds)
    n_saves = n_new = 0
    while time.monotonic() < end:
        n_new += save(store, random, lock=lock == "lock")
        n_saves += 1
    return {"n_saves": n_saves, "n_new": n_new, "n_retries": retries.n}


def ranking(address: str, seconds: str) -> dict[str, Any]:
    store = Store.open(address)
    chosen = load_ranking(None, ALL | {"period": "2026-09-01..2026-11-30"})
    end = time.monotonic() + float(seconds)
    seen, n_requests = [], []
    while time.monotonic() < end:
        board = score(MessageSource(store), PANEL, chosen)
        n_requests.append(
            next(s.values["n_requests"] for s in board.scores if s.body.body_id == "ville")
        )
        with DuckDB() as engine:
            engine.relation("message", store.messages(START, _NOW))
            [counted] = engine.query("SELECT COUNT(*) AS n FROM message", {})
            seen.append(counted["n"])
    return {"seen": seen, "n_requests": n_requests}


if __name__ == "__main__":
    job, *arguments = sys.argv[1:]
    print(json.dumps({"save": saving, "rank": ranking}[job](*arguments)), flush=True)
