"""What every export says of a ranking besides the scores, for machines to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.reporters.columns import COMPARISON

if TYPE_CHECKING:
    from socialscore.model.breakdown import Breakdown
    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.reporters.locale import Locale

__all__ = [
    "band_label",
    "comparison",
    "context",
    "median_metrics",
    "metric_named",
    "movement",
    "presentation",
]


def metric_named(scoreboard: Scoreboard, name: str) -> Metric:
    """The declaration of a metric, which is one of the scoreboard's."""
    return next(metric for metric in scoreboard.metrics if metric.name == name)


def presentation(scoreboard: Scoreboard) -> dict[str, str]:
    """What the ranking says of itself besides its title, as far as it does."""
    said = {
        "title_fr": scoreboard.title_fr,
        "description": scoreboard.description,
        "description_fr": scoreboard.description_fr,
    }
    return {name: text for name, text in said.items() if text}


def context(scoreboard: Scoreboard) -> dict[str, Any]:
    """What is the same for every body, in the order of the columns of an export.

    Lists stay lists. What a table of counts does not say is None.
    """
    unknown = scoreboard.from_counts
    return {
        "period": scoreboard.period,
        "period_from": None if unknown else scoreboard.since.isoformat(),
        "period_until": None if unknown else scoreboard.until.isoformat(),
        "compared_to": scoreboard.compared_to,
        **{option.column: _plain(scoreboard.options.get(option.name)) for option in OPTIONS},
        "overridden": list(scoreboard.overridden),
        **_clusters(scoreboard),
        "from_counts": scoreboard.from_counts,
        "as_of": None if unknown else scoreboard.as_of.isoformat(),
        "provisional": scoreboard.provisional,
        "title": scoreboard.title,
        "panel": scoreboard.panel,
        "preset": scoreboard.preset,
        "version": scoreboard.version,
        "method": scoreboard.method,
        "ranking_digest": scoreboard.ranking_digest,
        "panel_digest": scoreboard.panel_digest,
    }


def _clusters(scoreboard: Scoreboard) -> dict[str, Any]:
    its = scoreboard.clusters
    return {
        "rho": its and its.icc,
        "rho_assumed": its and its.assumed,
        "median_deff": its and its.median_deff,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def band_label(scoreboard: Scoreboard, score: Score, locale: Locale) -> str:
    """The distinction of a body as its language has it; empty if it has none."""
    labels = {band.label: locale.label(band) for band in scoreboard.bands}
    return labels.get(score.band or "", score.band or "")


def comparison(score: Score) -> dict[str, float | int | str | None]:
    """How a body's line differs from that of the earlier period, by the names of COMPARISON."""
    change = score.change
    if change is None:
        return dict.fromkeys(COMPARISON)
    return {
        "previous_rank": change.previous_rank,
        "previous_response_rate": change.previous.get("response_rate"),
        "difference": change.difference,
        "difference_low": change.low,
        "difference_high": change.high,
        "direction": change.direction,
        "entered": change.entered,
        "movement": movement(score),
    }


def movement(score: Score) -> int | None:
    """By how many ranks a body rose; None unless it has a rank now and had one then."""
    if score.rank is None or score.change is None or score.change.previous_rank is None:
        return None
    return score.change.previous_rank - score.rank


def median_metrics(breakdown: Breakdown) -> list[Metric]:
    """The metrics that a breakdown also has as the median of a line's bodies."""
    named = {name for line in breakdown.lines for name in line.median_of_bodies}
    return [metric for metric in breakdown.metrics if metric.name in named]
