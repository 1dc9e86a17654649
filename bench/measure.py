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

__all__ = [
    "FINDINGS",
    "PARTS",
    "WORLD_TITLES",
    "Figure",
    "Job",
    "Part",
    "found",
    "measured",
    "run_once",
]

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


WORLD_TITLES = {
    "1m": "Ranking of a million messages, 25 weeks, 35,000 bodies",
    "10m": "Ranking of 10 million messages, 25 weeks, 35,000 bodies",
    "100m": "Ranking of 100 million messages, 25 weeks, 35,000 bodies",
}
"""By the name of the world."""


def _of_world(world: str) -> Part:
    """The whole of a world by the default preset, and by other means."""
    jobs = [
        Job(f"{world}-by-hand-message", "DuckDB, unit message by hand"),
        Job(f"{world}-message", "score(), unit message", f"{world}-by-hand-message", 1.2),
        Job(f"{world}-by-hand-episode", "DuckDB, unit episode by hand", f"{world}-by-hand-message"),
        Job(f"{world}-episode", "score(), unit episode", f"{world}-by-hand-episode", 1.2),
        Job(
            f"{world}-by-hand-two-windows",
            "DuckDB, unit episode by hand, two windows",
            f"{world}-episode",
        ),
    ]
    needs = [f"{world}-world"]
    if world == "100m":
        jobs += [
            Job(
                f"{world}-message-in-1-gb", "score(), unit message, memory_limit 1 GB", jobs[1].name
            ),
            Job(
                f"{world}-episode-in-1-gb", "score(), unit episode, memory_limit 1 GB", jobs[3].name
            ),
        ]
    else:
        jobs += [
            Job(f"{world}-polars", "Polars, unit message", f"{world}-message"),
            Job(f"{world}-pandas", "pandas, unit message", f"{world}-message"),
        ]
        compared = ("message", "episode", "two-windows", "frames")
        needs += [f"{world}-compare-{name}" for name in compared]
    return Part(WORLD_TITLES[world], tuple(jobs), tuple(needs))


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
    "posts": Part(
        "Import of {posts} posts of X, JSON Lines",
        (
            Job("twarc-csv", "twarc-csv, JSON Lines to CSV"),
            Job("import-posts", "socialscore import, into a new store", "twarc-csv", 0.1),
        ),
        needs=("posts", "twarc"),
    ),
    "table": Part(
        "Import of {rows} rows of Parquet",
        (
            Job("duckdb-table", "DuckDB, Parquet to Parquet"),
            Job("import-table", "socialscore import, into a new store", "duckdb-table"),
        ),
        needs=("table",),
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
    **{f"world-{name}": _of_world(name) for name in WORLD_TITLES},
    "direct": Part(
        "Direct replies without rules: ranking of 10 million messages",
        (
            Job("10m-by-hand-counting", "DuckDB, query written by hand"),
            Job("10m-counting", "score(), the same figures", "10m-by-hand-counting", 1.2),
        ),
        needs=("10m-world", "10m-compare-counting"),
    ),
    "week": Part(
        "One week, of 4 million messages where the store has 4 million a week",
        (
            Job("dense-week-message", "of 10 million in 2.5 weeks, unit message"),
            Job("100m-week-message", "of 100 million, unit message", "dense-week-message", 1.5),
            Job("100m-week-episode", "of 100 million, unit episode", "100m-week-message", 3),
            Job("100m-week-by-hand", "the same by hand, unit message", "100m-week-message"),
            Job(
                "10m-week-message", "of 10 million in 25 weeks, unit message", "dense-week-message"
            ),
            Job("1m-week-message", "of a million, unit message", "dense-week-message"),
        ),
        needs=("1m-world", "10m-world", "100m-world", "dense-world"),
    ),
    "publish": Part(
        "socialscore publish: one week, 35,000 bodies",
        (
            Job("dense-publish", "of 10 million in 2.5 weeks"),
            Job("100m-publish", "of 100 million", "dense-publish"),
        ),
        needs=("dense-world", "100m-world"),
    ),
    "save": Part(
        "Save of 5,000 messages",
        (
            Job("1m-save", "into a store of a million"),
            Job("10m-save", "into a store of 10 million", "1m-save"),
            Job("100m-save", "into a store of 100 million", "1m-save", 3),
        ),
        needs=("1m-world", "10m-world", "100m-world"),
    ),
    "site": Part(
        "socialscore site: pages of every body and week, in two languages",
        (
            Job("site-24x8", "24 bodies, 8 weeks"),
            Job("site-1000x52", "1,000 bodies, 52 weeks"),
            Job("site-again", "the same, of which 51 weeks were built before", "site-1000x52"),
            Job("site-35000x4", "35,000 bodies, 4 weeks"),
        ),
        needs=tuple(f"{it}-publications" for it in ("24x8", "1000x51", "1000x52", "35000x4")),
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
            Job("rank-demo", "socialscore rank, on the store of the demo", "libraries", 2),
            Job("ten-messages", "score() of ten messages, once", "libraries"),
            Job("ten-messages-20-times", "score() of ten messages, 20 times more", "libraries"),
        ),
        needs=("demo-store",),
    ),
}
"""By the name under which a part can be asked for alone."""

FINDINGS = {
    "coverage": "bench.coverage",
    "language": "bench.replies",
}
"""Parts that measure no time: by name, the module that writes its tables as JSON when it is run."""


def measured(part: Part, folder: Path, runs: int) -> dict[str, Figure]:
    """The figures of a part's jobs.

    The jobs take turns, so that whatever else the machine does hits all of them alike; the first
    round warms the caches and is not counted, unless it is the only one.
    """
    rounds = [[run_once(job.name, folder) for job in part.jobs] for _ in range(1 + runs)]
    return {
        job.name: Figure(tuple(run[0] for run in of_job), max(run[1] for run in of_job))
        for job, of_job in zip(part.jobs, zip(*(rounds[1:] or rounds), strict=True), strict=True)
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


def found(module: str) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, header and lines of each table that a module writes in a new process."""
    child = subprocess.run(
        [sys.executable, "-m", module],
        cwd=_ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return [tuple(table) for table in json.loads(child.stdout.splitlines()[-1])]
