"""The requests of a ranking, counted by something else than bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.scoreboard import Metric, Scoreboard


@dataclass(frozen=True)
class Line:
    """What a breakdown says of one network, category, day or whatever it goes by."""

    label: str
    n_bodies: int  # with at least one mature request in it
    pooled: Mapping[str, float | int | None]  # by metric name, over all requests of the line
    median_of_bodies: Mapping[str, float | None]  # by metric name: the median of its bodies' values


@dataclass(frozen=True)
class Breakdown:
    """The requests of a ranking, counted by something else than bodies."""

    scoreboard: Scoreboard  # what it breaks down; `metrics` says more than a line has
    by: str  # account, network, category, day, week, hour or hour-of-week
    metrics: tuple[Metric, ...]  # of `pooled`, in order
    lines: tuple[Line, ...]  # in order of label
