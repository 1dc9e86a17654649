"""The jobs that bring something new into the store of a world, or out of it: see jobs.py."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.worlds import BEGIN, WORLDS, make_world, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Job = Callable[[Path], Callable[[], object]]

__all__ = ["KEEPING"]

_ROOT = Path(__file__).parents[1]
_N_SAVED = 5_000
_MOMENT = BEGIN + timedelta(days=8, hours=12)  # in the middle of what every world has

# What is saved: messages from that moment on once more, under numbers that no thread uses.
_ARRIVING = """
SELECT
    * EXCLUDE (month, collected_at)
    REPLACE (CAST(CAST(message_id AS BIGINT) + 14 AS VARCHAR) AS message_id)
FROM read_parquet($files, hive_partitioning = true)
WHERE sent_at >= $first
ORDER BY sent_at, message_id
LIMIT $n
"""

_RANKING = """\
title = "Response to citizens"
preset = "default"
period = "last-week"
"""


def save(folder: Path, name: str) -> Callable[[], object]:
    """5,000 messages, none of which the store has; what a former run saved is taken back first."""
    import duckdb
    from deltalake import DeltaTable

    from socialscore.model.period import utc
    from socialscore.store.lake import Store

    store = Store.open(place_of(folder, name))
    table = DeltaTable(store.root / "message")
    before = store.root / "before-saving.txt"
    # A run that broke off may have saved nothing.
    if before.exists() and (version := int(before.read_text(encoding="ascii"))) < table.version():
        table.restore(version)
    before.write_text(str(DeltaTable(store.root / "message").version()), encoding="ascii")
    rows = duckdb.sql(
        _ARRIVING,
        params={
            "files": store.messages(_MOMENT, _MOMENT + timedelta(weeks=1)),
            "first": utc(_MOMENT),
            "n": _N_SAVED,
        },
    ).to_arrow_table()
    first, last = rows["sent_at"][0].as_py(), rows["sent_at"][-1].as_py()

    def run() -> None:
        with store.writing():
            saved = store.save([rows], first=first, last=last, collected_at=_MOMENT)
        if saved.n_new != rows.num_rows:
            sys.exit(f"{saved.n_new} of {rows.num_rows} messages were new")

    return run


def publish(folder: Path, name: str) -> Callable[[], object]:
    """What `socialscore publish` does for one week, into a folder that does not exist yet."""
    place = place_of(folder, name)
    ranking, out = place.parent / "world.toml", place.parent / "published"
    ranking.write_text(_RANKING, encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable, str(_ROOT / "cli.py"), "publish", str(ranking),
        "--period", "2026-W11", "--as-of", "2026-03-23", "--store", str(place), "--out", str(out),
    ]  # fmt: skip
    return partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)


def _in_each(job: Callable[[Path, str], Callable[[], object]], name: str) -> Job:
    return lambda folder: job(folder, name)


KEEPING: dict[str, Job] = {}
"""By name."""

for _name in WORLDS:
    KEEPING |= {
        f"{_name}-world": lambda folder, name=_name: partial(make_world, folder, name),
        f"{_name}-save": _in_each(save, _name),
        f"{_name}-publish": _in_each(publish, _name),
    }
