"""The results as plain text and as Markdown."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.measure import Figure, Part

__all__ = ["HEADER", "facts", "markdown", "plain", "rows", "section", "with_section"]

HEADER = ("what", "median", "range", "peak memory", "ratio", "target")
_LIBRARIES = ("socialscore", "duckdb", "pyarrow", "deltalake", "polars")


def rows(part: Part, figures: Mapping[str, Figure]) -> list[tuple[str, ...]]:
    """The cells of a part's lines, in the order of HEADER."""
    lines: list[tuple[str, ...]] = []
    for job in part.jobs:
        figure, ratio = figures[job.name], ""
        if job.rival:
            ratio = f"{figure.median / figures[job.rival].median:.2f}"
        elif any(other.rival == job.name for other in part.jobs):
            ratio = "1"
        lines.append(
            (
                job.what,
                f"{figure.median:.2f} s",
                f"{min(figure.seconds):.2f}–{max(figure.seconds):.2f} s",
                f"{figure.peak_mb:,.0f} MB",
                ratio,
                f"≤ {job.target:g}" if job.target else "",
            )
        )
    return lines


def plain(title: str, lines: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """A table for a terminal."""
    table = [(title, *header[1:]), *lines]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "".join(
        f"{line[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True))
        + "\n"
        for line in table
    )


def markdown(lines: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """A table."""
    table = [header, ("---", *["---:"] * (len(header) - 1)), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in table)


def with_section(results: str, about: str, title: str, content: str) -> str:
    """RESULTS.md with one section renewed, or added at its end, and all others as they were."""
    parts = results.split("\n## ")[1:]
    sections = dict(part.split("\n\n", 1) for part in parts)
    sections[title] = content
    text = "".join(f"\n## {name}\n\n{body.rstrip()}\n" for name, body in sections.items())
    return (
        f"# Results\n\nWritten by `make bench`; README.md says how to read them.\n\n{about}\n{text}"
    )


def section(results: str, title: str) -> str:
    """The table under a heading of RESULTS.md, for pages that show it too."""
    return results.split(f"\n## {title}\n\n")[1].split("\n\n")[0].strip()


def facts() -> str:
    """The machine and the versions, in one sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, {versions}."
    )
