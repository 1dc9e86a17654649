"""A breakdown in the words that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters import formatting, wording
from socialscore.reporters.cells import metric_column, words_column
from socialscore.reporters.report import NAME, Cell, Column, Fact, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.breakdown import Breakdown

__all__ = ["worded_breakdown"]

_POOLED = ("n_requests", "response_rate", "median_delay", "median_wait")
"""The metrics that a table shows, each over all requests of a line."""

_GIVE_WAY = ("bar", "median_delay", "n_bodies", "median_wait", "median_of_bodies")


def worded_breakdown(breakdown: Breakdown) -> Report:
    """The lines in one table, pooled and as the median of their bodies, and labelled so."""
    scoreboard = breakdown.scoreboard
    return Report(
        title=formatting.one_line(scoreboard.title),
        warning=wording.provisional(scoreboard),
        subject=(*wording.subject(scoreboard), Fact("by", _by(breakdown))),
        terms=wording.terms(scoreboard),
        columns=tuple(_columns(breakdown)) if breakdown.lines else (),
        nothing="There is no request to break down.",
        unranked=(),
        give_way=_GIVE_WAY,
        notes=(
            "pooled: all requests of a line together (Σk/ΣN); "
            "median of bodies: each body counts once",
            *wording.notes(scoreboard),
            *wording.left_out(scoreboard),
            *wording.unwatched([line.pooled for line in breakdown.lines]),
            *wording.intervals(scoreboard),
            wording.audited(scoreboard),
        ),
        origin=wording.origin(scoreboard),
        presentation=wording.presentation(scoreboard),
    )


def _columns(breakdown: Breakdown) -> Iterator[Column]:
    labels = [line.label or formatting.NO_VALUE for line in breakdown.lines]
    yield words_column(NAME, _by(breakdown), labels)
    n_bodies = tuple(Cell(formatting.count(line.n_bodies)) for line in breakdown.lines)
    yield Column("n_bodies", "bodies", n_bodies)
    declared = {metric.name: metric for metric in breakdown.metrics}
    lines = [line.pooled for line in breakdown.lines]
    for name in _POOLED:
        yield metric_column(declared[name], lines, breakdown.scoreboard.horizon)
        if name == "response_rate":
            yield _medians(breakdown)


def _medians(breakdown: Breakdown) -> Column:
    rates = (line.median_of_bodies.get("response_rate") for line in breakdown.lines)
    cells = tuple(Cell(formatting.share(rate)) for rate in rates)
    return Column("median_of_bodies", "median of bodies", cells)


def _by(breakdown: Breakdown) -> str:
    return breakdown.by.replace("-", " ")
