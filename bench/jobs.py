"""The jobs that are measured.

Each function imports and opens what its job needs, and returns the call that is timed. Nothing is
imported at the top: a process has in memory only what its own job wants.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.importing import IMPORTING
from bench.keeping import KEEPING
from bench.ranking import RANKING
from bench.sites import SITES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["JOBS"]

_ROOT = Path(__file__).parents[1]
_LIBRARIES = "import duckdb, pyarrow, deltalake, pydantic, typer"


# Whole commands ----------------------------------------------------------------------------------


def command(folder: Path, *arguments: str) -> Callable[[], object]:
    """A command of socialscore as a process."""
    return process(folder, str(_ROOT / "cli.py"), *arguments)


def demo_store(folder: Path) -> Callable[[], object]:
    """The store of the demo, made anew: another version may have left one."""
    shutil.rmtree(folder / "demo-store", ignore_errors=True)
    return command(folder, "demo", "--store", "demo-store")


def process(folder: Path, *arguments: str) -> Callable[[], object]:
    """A process of Python; its output goes nowhere, and a failure stops the benchmark."""
    return partial(
        subprocess.run,
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )


JOBS: dict[str, Callable[[Path], Callable[[], object]]] = {
    **IMPORTING,
    **RANKING,
    **KEEPING,
    **SITES,
    "demo-store": demo_store,
    "help": lambda folder: command(folder, "--help"),
    "metrics": lambda folder: command(folder, "metrics"),
    "rank-demo": lambda folder: command(folder, "rank", "demo", "--store", "demo-store"),
    "libraries": lambda folder: process(folder, "-c", _LIBRARIES),
}
"""By name."""
