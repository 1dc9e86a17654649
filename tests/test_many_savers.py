"""Eight processes save into one store at once while four others rank.

A few seconds of it are in the suite. `SOCIALSCORE_SECONDS=120 python -m pytest -s
tests/test_many_savers.py` goes on for two minutes each, and tells how much was done.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from savers import save
from worlds import PANEL

from socialscore.engines.duckdb import DuckDB
from socialscore.store.lake import Store

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("SOCIALSCORE_SECONDS", "4"))
TESTS = Path(__file__).parent
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def begun(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(TESTS / "savers.py"), *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=SECONDS + 180)
    assert process.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    return told


def killed_often(store: Store, pause: float) -> tuple[int, list[str]]:
    """Start a saver again and again, and end each in the middle of something."""
    over = threading.Event()
    threading.Timer(SECONDS, over.set).start()
    n_killed, errors = 0, []
    while not over.is_set():
        victim = begun("save", store.location, 1_000 + n_killed, 3_600, "none")
        over.wait(pause * (1 + n_killed % 7 / 7))
        victim.send_signal(signal.SIGKILL)
        _, err = victim.communicate()
        n_killed += 1
        errors += [err] if err else []
    return n_killed, errors


def numbers(store: Store) -> dict[str, int]:
    """How often each message is there."""
    with DuckDB() as engine:
        engine.relation("message", store.messages(*EVER))
        rows = engine.query("SELECT message_id, COUNT(*) AS n FROM message GROUP BY ALL", {})
        return {row["message_id"]: row["n"] for row in rows}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", key_id="key")
    store.remember(PANEL)
    save(store, Random(0), lock=False)
    return store


def savers(store: Store, n: int, lock: str) -> list[subprocess.Popen[str]]:
    return [begun("save", store.location, number, SECONDS, lock) for number in range(n)]


@pytest.mark.parametrize("lock", ["lock", "none"])
@pytest.mark.parametrize("kill", [False, True])
def test_nothing_is_lost_and_nothing_is_there_twice(store: Store, lock: str, kill: bool) -> None:
    n_before = sum(numbers(store).values())

    running = savers(store, 7 if kill else 8, lock)
    rankers = [begun("rank", store.location, SECONDS) for _ in range(4)]
    n_killed, errors = killed_often(store, 5 if SECONDS > 60 else 1.5) if kill else (0, [])
    saved, ranked = [said(each) for each in running], [said(each) for each in rankers]

    found = numbers(store)
    n_saves, n_new, n_retries = (
        sum(each[name] for each in saved) for name in ("n_saves", "n_new", "n_retries")
    )
    n_rankings = sum(len(each["seen"]) for each in ranked)
    print(
        f"\n{lock}, {n_killed} killed: {n_saves} saves, {n_retries} tried again, "
        f"{n_rankings} rankings, {len(found)} messages"
    )
    assert not errors
    assert set(found.values()) == {1}
    brought = n_before + n_new
    assert len(found) == brought or (kill and len(found) > brought)
    for each in ranked:
        assert each["seen"] == sorted(each["seen"])
        assert each["n_requests"] == sorted(each["n_requests"])
    assert n_saves > 0
    assert n_rankings > 0
    rows = store.coverage().to_pylist()
    intervals = [(row["covered_from"], row["covered_until"]) for row in rows]
    assert len(intervals) == len(set(intervals))
