"""Killed in the middle: what is seen is whole, and the next run completes.

SOCIALSCORE_KILLS=50 kills more often than usual; `--log-cli-level=info` tells what each one hit.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from publications import BODIES, Desk, contents, is_whole
from shell import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

_log = logging.getLogger(__name__)

N_KILLS = int(os.environ.get("SOCIALSCORE_KILLS", "12"))
EXPECTED = {"2026-W39", "2026-W39.r2", "2026-W40"}
AS_OF = "2026-10-10"


@dataclass(frozen=True)
class Stage:
    """A series of one provisional week, and what becomes of it if nobody interferes."""

    desk: Desk
    before: Path
    retry_reading: dict[str, bytes]
    seconds: float  # that it takes, on a slow disk

    def start(self, out: Path) -> subprocess.Popen[bytes]:
        """Begin to publish the weeks that are missing, and the provisional one as final."""
        arguments = ("weekly.toml", "--store", self.desk.store, "--as-of", AS_OF, "--out", out)
        script = CHECKOUT / "tests" / "slow_disk.py"
        command = [sys.executable, str(script), "publish", *map(str, arguments)]
        return subprocess.Popen(command, cwd=self.desk.folder, stderr=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL)  # fmt: skip


@pytest.fixture(scope="module")
def stage(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        desk = Desk(folder, project / "socialscore-data")
        desk.panel(*BODIES)
        desk.ranking()
        desk.published("2026-10-01", "--out", "before")
        shutil.copytree("before", "retry_reading")
        begun = time.monotonic()
        stage = Stage(desk, folder / "before", {}, 0.0)
        assert stage.start(Path("retry_reading")).wait() == 0
        seconds = time.monotonic() - begun
        yield Stage(desk, folder / "before", contents(folder / "retry_reading"), seconds)


def test_nobody_interferes(stage: Stage) -> None:
    assert {path.split("/")[1] for path in stage.retry_reading} == EXPECTED


@pytest.mark.parametrize("seed", range(N_KILLS))
def test_a_killed_run_leaves_whole_folders_and_the_next_one_completes(
    seed: int, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "published"
    shutil.copytree(stage.before, out)
    process = stage.start(out)

    _await_moment(Random(seed), process, stage, out)
    process.send_signal(signal.SIGKILL)
    process.wait()

    seen = [folder for folder in (out / "weekly").iterdir() if not folder.name.startswith(".")]
    unfinished = list(out.glob("weekly/.unfinished-*/*"))
    hit = f"a folder with {len(unfinished)} files" if unfinished else "other work"
    _log.info("%s, %d folders seen", hit if process.returncode else "nothing", len(seen))
    assert {folder.name for folder in seen} <= EXPECTED
    assert all(map(is_whole, seen))
    monkeypatch.chdir(stage.desk.folder)
    stage.desk.published(AS_OF, "--out", out)
    assert contents(out) == stage.retry_reading
    assert not list(out.glob("weekly/.unfinished-*"))


def _await_moment(
    random: Random, process: subprocess.Popen[bytes], stage: Stage, out: Path
) -> None:
    """Wait for a random moment of the run, or for the n-th file: half of the times each."""
    n_there = len(_files(out))
    deadline = time.monotonic() + random.uniform(0.2, 1.0) * stage.seconds
    n_files = random.randint(1, len(stage.retry_reading) - n_there) if random.random() < 0.5 else 0
    while process.poll() is None:
        n_new = len(_files(out)) - n_there
        if n_new >= n_files if n_files else time.monotonic() >= deadline:
            return
        time.sleep(0.002)


def _files(out: Path) -> list[Path]:
    """Those of all publications, whether finished or not."""
    return list(out.glob("weekly/*/*"))
