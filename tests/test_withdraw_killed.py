"""Imports, withdrawals, publications and erasures, killed in the middle: nothing lost or doubled.

SOCIALSCORE_KILLS=50 kills more often than usual; `--log-cli-level=info` tells what each one hit.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from publications import Desk, contents, is_whole
from shell import CHECKOUT, begin, run

from socialscore.engines.duckdb import DuckDB
from socialscore.model.period import EARLIEST, LATEST
from socialscore.store.lake import Store
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

_log = logging.getLogger(__name__)

N_KILLS = int(os.environ.get("SOCIALSCORE_KILLS", "12"))
JOBS = ("import", "withdraw", "publish", "forget")
AS_OF = "2026-10-25"
HEAD = "message_id,author_id,sent_at,text,reply_to_id"
ASKED = [f"{n},9{n},2026-10-06T{n}:00:00Z,@montsabran pourquoi {n} ?," for n in range(10, 20)]
RIGHT = [*ASKED, "101,1,2026-10-07T10:00:00Z,parce que,10"]
WRONG = [
    *ASKED[:5],
    "122,1,2026-10-07T11:00:00Z,parce que,12",
    "5,9,2026-09-30T11:00:00Z,@montsabran ?,",
]
MORE = [
    *ASKED[3:],
    "141,1,2026-10-08T10:00:00Z,parce que,14",
    "6,9,2026-09-30T12:00:00Z,@montsabran ?,",
]


@dataclass(frozen=True)
class State:
    """What is in a store, and what was published from it."""

    messages: dict[str, str]  # with their texts
    in_view: frozenset[tuple[Any, ...]]
    published: dict[str, bytes]


@dataclass(frozen=True)
class Template:
    """A folder, and what becomes of it by each job if nobody interferes."""

    folder: Path
    run_id: str  # the wrong one
    before: State
    after: dict[str, State]
    n_syncs: dict[str, int]  # how often each job asks the disk
    seconds: dict[str, float]  # that each takes

    def arguments(self, job: str) -> list[str]:
        return {
            "import": ["import", "more.csv", "--panel", "panel.csv", "--covers",
                       "2026-09-25..2026-10-29"],
            "withdraw": ["withdraw", self.run_id, "--yes"],
            "publish": ["publish", "weekly.toml", "--as-of", AS_OF, "--since", "2026-W40"],
            "forget": ["forget", "--author", "twitter:917", "--yes"],
        }[job]  # fmt: skip

    def start(self, job: str, folder: Path, kill_at: int = 0) -> subprocess.Popen[str]:
        script = CHECKOUT / "tests" / "slow_disk.py"
        return subprocess.Popen(
            [sys.executable, str(script), *self.arguments(job)],
            cwd=folder, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=os.environ | {"SOCIALSCORE_KILL_AT": str(kill_at)},
        )  # fmt: skip


def state(folder: Path) -> State:
    """What is there; no message stands there twice."""
    store = Store.open(folder / "socialscore-data")
    with DuckDB() as engine:
        engine.relation("message", store.messages(EARLIEST, LATEST), MESSAGE)
        rows = engine.query("SELECT message_id, text FROM message", {})
    messages = {row["message_id"]: row["text"] for row in rows}
    assert len(messages) == len(rows)
    columns = ("account_id", "stream", "covered_from", "covered_until", "reason")
    covered = store.coverage().to_pylist()
    in_view = frozenset(tuple(row[name] for name in columns) for row in covered)
    return State(messages, in_view, contents(folder / "published"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("template") / "here"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        desk = Desk(folder, folder / "socialscore-data")
        desk.panel("ville,Ville,ville,twitter,1,montsabran")
        desk.ranking(timezone="UTC")
        for name, rows in (("right", RIGHT), ("wrong", WRONG), ("more", MORE)):
            Path(f"{name}.csv").write_text("\n".join([HEAD, *rows, ""]))
        for name in ("right", "wrong"):
            covers = ("--covers", "2026-09-28..2026-10-27")
            assert run("import", f"{name}.csv", "--panel", "panel.csv", *covers).code == 0
        [_, wrong] = json.loads(run("status", "--runs", "--format", "json").out)
        made = Template(folder, wrong["run_id"], state(folder), {}, {}, {})
        for job in JOBS:
            copy = folder.with_name(job)
            shutil.copytree(folder, copy)
            begun = time.monotonic()
            done = made.start(job, copy)
            _, err = done.communicate()
            assert done.returncode == 0, err
            made.seconds[job] = time.monotonic() - begun
            made.n_syncs[job] = int(re.findall(r"asked (\d+) times", err)[0])
            made.after[job] = state(copy)
        yield made


def test_each_job_does_something(template: Template) -> None:
    assert template.after["import"].messages.keys() - template.before.messages == {"141", "6"}
    assert template.before.messages.keys() - template.after["withdraw"].messages == {"122", "5"}
    assert template.before.messages.keys() - template.after["forget"].messages == {"17"}
    assert len({path.split("/")[1] for path in template.after["publish"].published}) >= 2


@pytest.mark.parametrize("seed", range(N_KILLS))
def test_what_is_killed_loses_nothing_and_the_next_run_completes(
    seed: int, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, job, folder = Random(seed), JOBS[seed % len(JOBS)], tmp_path / "here"
    shutil.copytree(template.folder, folder)
    before, after = template.before, template.after[job]

    if random.random() < 0.75:
        process = template.start(job, folder, random.randint(1, template.n_syncs[job]))
    else:
        process = template.start(job, folder)
        time.sleep(random.uniform(0.2, 0.7) * template.seconds[job])
        process.send_signal(signal.SIGKILL)
    process.communicate()

    left = state(folder)
    _log.info("%s: %s, %d of %d messages, %d files", job, process.returncode, len(left.messages),
              len(before.messages), len(left.published))  # fmt: skip
    assert before.messages.keys() & after.messages <= left.messages.keys()
    assert left.messages.keys() <= before.messages.keys() | after.messages
    assert all(is_whole(each.parent) for each in folder.glob("published/weekly/2*/manifest.json"))

    monkeypatch.chdir(folder)
    assert run(*template.arguments(job)).code == 0
    assert state(folder) == after

    if job == "import":  # the killed run goes, and what the next one brought stays
        ids = [row["run_id"] for row in Store.open(Path("socialscore-data")).runs().to_pylist()]
        for run_id in ids[2:-1]:
            assert run("withdraw", run_id, "--yes").code == 0
        assert state(folder) == after
