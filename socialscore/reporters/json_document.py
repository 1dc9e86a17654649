"""JSON: one document with the ranking's facts, its data dictionary and its numbers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from socialscore.reporters.facts import comparison, context, median_metrics, presentation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.breakdown import Breakdown
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Band, Metric, Score, Scoreboard
    from socialscore.model.sensitivity import Sensitivity

__all__ = ["breakdown_to_json", "scoreboard_to_json", "sensitivity_to_json"]


def scoreboard_to_json(scoreboard: Scoreboard) -> str:
    """Numbers in full precision; no value is null."""
    compared = scoreboard.compared_to is not None
    return _written(
        {
            "title": scoreboard.title,
            **presentation(scoreboard),
            **context(scoreboard),
            "notes": list(scoreboard.notes),
            "audit": _audit(scoreboard),
            "bands": [_band(it) for it in scoreboard.bands],
            "metrics": [_declaration(metric) for metric in scoreboard.metrics],
            "scores": [_score(scoreboard, score) for score in scoreboard.scores],
            **({"gone": [_identity(body) for body in scoreboard.gone]} if compared else {}),
            **({"ranked_before": before} if (before := list(scoreboard.ranked_before)) else {}),
        }
    )


def breakdown_to_json(breakdown: Breakdown) -> str:
    """The same notation; each line has its numbers twice, pooled and as the median of bodies."""
    medians = median_metrics(breakdown)
    return _written(
        {
            "title": breakdown.scoreboard.title,
            **presentation(breakdown.scoreboard),
            **context(breakdown.scoreboard),
            "notes": list(breakdown.scoreboard.notes),
            "audit": _audit(breakdown.scoreboard),
            "by": breakdown.by,
            "metrics": [_declaration(metric) for metric in breakdown.metrics],
            "lines": [
                {
                    "label": line.label,
                    "n_bodies": line.n_bodies,
                    "pooled": {it.name: line.pooled.get(it.name) for it in breakdown.metrics},
                    "median_of_bodies": {
                        it.name: line.median_of_bodies.get(it.name) for it in medians
                    },
                }
                for line in breakdown.lines
            ],
        }
    )


def _audit(scoreboard: Scoreboard) -> dict[str, Any] | None:
    return asdict(scoreboard.audit) if scoreboard.audit else None


def sensitivity_to_json(result: Sensitivity) -> str:
    """The same notation; each body has its numbers once for every selection."""
    board = result.scoreboard
    return _written(
        {
            "title": board.title,
            **presentation(board),
            **context(board),
            "notes": list(board.notes),
            "scores": [
                {
                    "rank": line.score.rank,
                    "rank_low": line.score.rank_low,
                    "rank_high": line.score.rank_high,
                    **_identity(line.score.body),
                    "reason": line.score.reason,
                    "by_selection": {name: asdict(it) for name, it in line.by_selection.items()},
                    "leaves": list(line.leaves),
                }
                for line in result.lines
            ],
        }
    )


def _band(band: Band) -> dict[str, Any]:
    said = {"label": band.label, "label_fr": band.label_fr}
    conditions = {"at_least": dict(band.at_least), "at_most": dict(band.at_most)}
    return {name: text for name, text in said.items() if text} | conditions


def _declaration(metric: Metric) -> dict[str, str | None]:
    return {
        "name": metric.name,
        "label": metric.label,
        "label_fr": metric.label_fr,
        "unit": metric.unit,
        "better": metric.better,
        "description": metric.description,
    }


def _score(scoreboard: Scoreboard, score: Score) -> dict[str, str | float | None]:
    compared = comparison(score) if scoreboard.compared_to is not None else {}
    return {
        "rank": score.rank,
        "rank_low": score.rank_low,
        "rank_high": score.rank_high,
        "percentile": score.percentile,
        **_identity(score.body),
        "promise": score.promise,
        "band": score.band,
        "reason": score.reason,
        **{metric.name: score.values.get(metric.name) for metric in scoreboard.metrics},
        **compared,
    }


def _identity(body: Body) -> dict[str, str]:
    return {"body_id": body.body_id, "body": body.name, "category": body.category}


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
