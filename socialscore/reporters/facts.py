"""What every export says of a ranking besides the scores, for machines to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from socialscore.model import Metric, Score, Scoreboard

__all__ = ["Badge", "badge_of", "context", "metric_named"]


@dataclass(frozen=True)
class Badge:
    """A distinction that a preset awards to ranked bodies."""

    label: str  # Socially Devoted
    metric: str  # the name of the metric that decides
    at_least: float  # in the metric's unit

    def held_by(self, score: Score) -> bool | None:
        """None: undecided, for the body is not ranked or has no value."""
        value = score.values.get(self.metric)
        if score.rank is None or value is None:
            return None
        return value >= self.at_least


def badge_of(scoreboard: Scoreboard) -> Badge | None:
    """The badge that the preset awards; None if it has none."""
    if not scoreboard.badge:
        return None
    return Badge(
        label=str(scoreboard.badge["label"]),
        metric=str(scoreboard.badge["metric"]),
        at_least=cast("float", scoreboard.badge["at_least"]),
    )


def metric_named(scoreboard: Scoreboard, name: str) -> Metric | None:
    """The declaration of a metric; None if it is not among the columns."""
    return next((metric for metric in scoreboard.metrics if metric.name == name), None)


def context(scoreboard: Scoreboard) -> dict[str, str | int | bool | list[str] | None]:
    """What is the same for every body, in the order of the columns of an export."""
    return {
        "period": scoreboard.period,
        "period_from": scoreboard.since.isoformat(),
        "period_until": scoreboard.until.isoformat(),
        "timezone": scoreboard.timezone,
        "horizon_seconds": scoreboard.horizon_seconds,
        "unit": scoreboard.unit,
        "selection": scoreboard.selection,
        "match": scoreboard.match,
        "clock": scoreboard.clock,
        "responders": scoreboard.responders,
        "exclude": list(scoreboard.exclude),
        "min_requests": scoreboard.min_requests,
        "key": scoreboard.key,
        "as_of": scoreboard.as_of.isoformat(),
        "provisional": scoreboard.provisional,
        "title": scoreboard.title,
        "panel": scoreboard.panel,
        "preset": scoreboard.preset,
        "version": scoreboard.version,
        "ranking_digest": scoreboard.ranking_digest,
        "panel_digest": scoreboard.panel_digest,
    }
