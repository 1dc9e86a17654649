"""What is measured beside what, and how often.

This process imports nothing large: Linux counts the memory of a process to the peak of those that
it starts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["FINDINGS", "PARTS", "Figure", "Job", "Part", "found", "measured", "run_once"]

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Job:
    """A line of the table."""

    name: str  # in bench.jobs.JOBS
    what: str  # for people
    rival: str | None = None  # the job of the same part by whose time its own is divided
    target: float | None = None  # the ratio that it should not exceed


@dataclass(frozen=True)
class Part:
    """Jobs that belong side by side."""

    title: str
    jobs: tuple[Job, ...]
    needs: tuple[str, ...] = ()  # jobs that must have been run once before


@dataclass(frozen=True)
class Figure:
    """What the runs of one job took."""

    seconds: tuple[float, ...]  # of each run
    peak_mb: float  # the largest resident memory of any run

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)


PARTS = {
    "import": Part(
        "Import of {rows} rows",
        (
            Job("duckdb", "DuckDB, CSV to Parquet"),
            Job("duckdb-judged", "DuckDB, with four judgements", "duckdb"),
            Job("polars", "Polars, CSV to Parquet", "duckdb"),
            Job("import", "socialscore import, into a new store", "duckdb", 6.0),
        ),
    ),
    "rank": Part(
        "Ranking of {rows} rows",
        (
            Job("rank-by-hand", "DuckDB, query written by hand"),
            Job("rank", "score(), the same figures", "rank-by-hand", 1.5),
        ),
        needs=("import", "compare"),
    ),
    "units": Part(
        "Units: ranking of {rows} rows by the default preset",
        (
            Job("rank-message", "score(), unit message"),
            Job("rank-episode", "score(), unit episode", "rank-message", 2.5),
            Job("rank-author", "score(), unit author", "rank-message"),
            Job("rank-loose", "score(), unit episode, match loose", "rank-message"),
            Job("rank-business", "score(), unit episode, clock business", "rank-message"),
        ),
        needs=("import",),
    ),
    "judge": Part(
        "The language rules",
        (Job("judge", "judge(), 250,000 texts or all there are"),),
    ),
    "help": Part(
        "Whole commands",
        (
            Job("libraries", "Python, importing the libraries alone"),
            Job("help", "socialscore --help", "libraries"),
            Job("metrics", "socialscore metrics", "libraries"),
            Job("rank-demo", "socialscore rank, on the store of the demo", "libraries"),
        ),
        needs=("demo-store",),
    ),
}
"""By the name under which a part can be asked for alone."""

FINDINGS = {
    "coverage": "bench.coverage",
    "language": "bench.language",
}
"""Parts that measure no time: by name, the module that writes its table as JSON when it is run."""


def measured(part: Part, folder: Path, runs: int) -> dict[str, Figure]:
    """The figures of a part's jobs.

    The jobs take turns, so that whatever else the machine does hits all of them alike; the first
    round warms the caches and is not counted.
    """
    rounds = [[run_once(job.name, folder) for job in part.jobs] for _ in range(1 + runs)]
    return {
        job.name: Figure(tuple(run[0] for run in of_job), max(run[1] for run in of_job))
        for job, of_job in zip(part.jobs, zip(*rounds[1:], strict=True), strict=True)
    }


def run_once(job: str, folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of one run in a new process."""
    child = subprocess.run(
        [sys.executable, "-m", "bench.child", job, str(folder)],
        cwd=_ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    outcome = json.loads(child.stdout.splitlines()[-1])
    return outcome["seconds"], outcome["peak_mb"]


def found(module: str) -> tuple[str, list[str], list[list[str]]]:
    """Title, header and lines of a table that a module writes in a new process."""
    child = subprocess.run(
        [sys.executable, "-m", module],
        cwd=_ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    table = json.loads(child.stdout.splitlines()[-1])
    return table["title"], table["header"], table["lines"]
