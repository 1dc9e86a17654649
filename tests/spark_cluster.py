"""Every metric of presets, by DuckDB and by a cluster of two workers: prints what differs.

`python tests/spark_cluster.py FOLDER [PRESET …]` makes a store of 200,000 messages in the folder,
and takes the fewest presets that between them have every relation, unless told which.
The workers are processes of their own, which find the store on the disk and end with this one.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from math import isclose
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import psutil
import pyarrow.parquet as pq
from random_worlds import ACCOUNTS, SINCE, UNTIL, panel_of, side_by_side, written
from worlds import END, START, world

from socialscore.engines.spark import Spark
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import preset_names
from socialscore.model.messages import Coverage
from socialscore.scoring import MessageSource, score
from socialscore.scoring.question import ask
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.scoreboard import Scoreboard

N_WORLDS = 168  # four of them, 42 times
PANEL = panel_of(N_WORLDS)
OPTIONS: dict[str, Any] = {"period": f"{SINCE}..{UNTIL}", "calendar": "office", "min_requests": 1}
CLUSTER = "local-cluster[2,1,1024]"  # two workers of one core and 1024 MB
# It works for minutes only: no time to optimise what was compiled, nor to collect in parallel.
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=160m -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.extraJavaOptions": JAVA,
    "spark.driver.memory": "1g",
    "spark.executor.extraJavaOptions": JAVA,
    "spark.sql.shuffle.partitions": "2",
}
N_AT_ONCE = 3  # presets: while one is planned, the workers count for another


def great_store(root: Path) -> Store:
    """A store of some 200,000 messages to 504 bodies."""
    random = Random(20261123)
    few = [written(random, ACCOUNTS, 600) for _ in range(4)]
    table = world(side_by_side(few * (N_WORLDS // 4)), PANEL).table
    sent_at = [row["sent_at"] for rows in few for row in rows]
    store = Store.create(root, key_id="key")
    store.save(
        [table.drop_columns(["month", "collected_at"])],
        first=min(sent_at),
        last=max(sent_at),
        collected_at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    rows = [
        Coverage(account.network, account.account_id, stream, START, END + timedelta(days=30))
        for _, account in PANEL.accounts()
        for stream in ("inbound", "outbound")
    ]
    store.cover(rows, run_id="great", collected_at=datetime(2026, 12, 1, tzinfo=UTC))
    return store


def differences(found: Scoreboard, expected: Scoreboard) -> list[str]:
    """What two scoreboards say otherwise of any body, to a billionth."""
    others = {line.body.body_id: line for line in found.scores}
    return [
        f"{line.body.body_id}, {name}: {value} by DuckDB, {other.values[name]} by Spark"
        for line in expected.scores
        if (other := others[line.body.body_id])
        for name, value in line.values.items()
        if not is_same(value, other.values[name])
    ]


def is_same(value: float | None, other: float | None) -> bool:
    if value is None or other is None:
        return value is other
    return isclose(value, other, rel_tol=1e-9)


def as_of(ranking: Ranking) -> str:
    """A moment at which some requests have matured, and others have not."""
    age = timedelta(seconds=max(ranking.horizon or 0, ranking.min_age or 0, 7 * 86400))
    return (datetime(2026, 10, 27, 9, tzinfo=UTC) + age).strftime("%Y-%m-%dT%H:%M")


def addresses(process: psutil.Process) -> set[str]:
    """Where a process listens."""
    return {
        connection.laddr.ip.removeprefix("::ffff:")
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }


def cluster() -> Spark:
    """Two workers, which end with this process."""
    return Spark(CLUSTER, SETTINGS)


def compared(store: Store, preset: str) -> dict[str, Any]:
    """What Spark counts, where DuckDB counts otherwise, and the seconds of both."""
    ranking = load_ranking(None, {"preset": preset, **OPTIONS})
    begun = time.monotonic()
    expected = score(MessageSource(store), PANEL, ranking, as_of=as_of(ranking))
    halfway = time.monotonic()
    board = score(MessageSource(store, engine=cluster), PANEL, ranking, as_of=as_of(ranking))
    return {
        "n_requests": sum(line.values["n_requests"] for line in board.scores),
        "differences": differences(board, expected),
        "seconds": [round(halfway - begun, 1), round(time.monotonic() - halfway, 1)],
    }


def of_all_relations() -> list[str]:
    """A few presets whose statements have every relation that any preset's has, word for word."""
    covered = world([], PANEL).covered
    rankings = {name: load_ranking(None, {"preset": name, **OPTIONS}) for name in preset_names()}
    relations = {
        name: set(ask(covered, PANEL, ranking, as_of=as_of(ranking)).sql.split("\n),\n\n"))
        for name, ranking in rankings.items()
    }
    chosen: list[str] = []
    left = set().union(*relations.values())
    while left:
        chosen.append(max(relations, key=lambda name: len(relations[name] & left)))
        left -= relations[chosen[-1]]
    return chosen


def main(folder: str, *presets: str) -> None:
    """Print what was found as JSON."""
    store = great_store(Path(folder) / "store")
    files = store.messages(START, END)
    found: dict[str, Any] = {"n_messages": sum(pq.read_metadata(f).num_rows for f in files)}
    cluster()  # all use this one
    chosen = presets or of_all_relations()
    with ThreadPoolExecutor(N_AT_ONCE) as pool:
        comparisons = pool.map(partial(compared, store), chosen)
        found["presets"] = dict(zip(chosen, comparisons, strict=True))
    children = psutil.Process().children(recursive=True)
    java = [process for process in children if process.status() != psutil.STATUS_ZOMBIE]
    found["listening"] = sorted(set().union(*map(addresses, java)))
    found["n_workers"] = sum("CoarseGrainedExecutorBackend" in " ".join(p.cmdline()) for p in java)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
