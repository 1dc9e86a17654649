"""Choosing the sample of an audit from the requests that there are."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from socialscore.model.audit import AuditCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

__all__ = ["FEWEST", "allocated", "cells", "sample"]

FEWEST = 30
"""Requests of each stratum, unless there are fewer."""

_stratum = itemgetter("group_id", "selected", "answered")
_cell = itemgetter("group_id", "selection", "answered")
_in_order = itemgetter("draw_order", "body_id", "network", "request_id")


def cells(rows: Iterable[Row]) -> tuple[AuditCell, ...]:
    """What the rows of the relation `drawn` say of all requests."""
    found = {
        _cell(row): AuditCell(
            group=row["group_id"],
            selection=row["selection"],
            answered=row["answered"],
            n_requests=row["n_requests"],
            n_without_text=row["n_requests"] - row["n_with_text"],
        )
        for row in rows
    }
    return tuple(found[key] for key in sorted(found))


def sample(rows: Iterable[Row], n: int) -> list[Row]:
    """The requests to show, in no order that tells anything.

    Args:
        rows: of the relation `drawn`.
        n: how many of each group, if there are so many; at least `FEWEST` of each stratum.
    """
    chosen: list[Row] = []
    for _, group in groupby(sorted(rows, key=_stratum), key=itemgetter("group_id")):
        strata = [list(each) for _, each in groupby(group, key=_stratum)]
        sizes = [_over_cells(each, "n_requests") for each in strata]
        limits = [_over_cells(each, "n_with_text") for each in strata]
        for stratum, wanted in zip(strata, allocated(sizes, limits, n), strict=True):
            shown = sorted((row for row in stratum if row["with_text"]), key=_in_order)
            chosen += shown[:wanted]
    return chosen


def _over_cells(stratum: Iterable[Row], count: str) -> int:
    return sum({_cell(row): int(row[count]) for row in stratum}.values())


def allocated(sizes: Sequence[int], limits: Sequence[int], n: int) -> list[int]:
    """How many to draw of each stratum: `FEWEST` of each, and the rest in proportion to size.

    Args:
        sizes: requests of each stratum.
        limits: how many of them can be drawn.
        n: in all.
    """
    wanted = [min(FEWEST, limit) for limit in limits]
    while sum(wanted) < n:
        unfilled = [place for place, limit in enumerate(limits) if wanted[place] < limit]
        if not unfilled:
            break
        # The stratum of which one drawn request stands for most.
        wanted[max(unfilled, key=lambda place: sizes[place] / (wanted[place] + 1))] += 1
    return wanted
