"""JSON: one document with the ranking's facts, its data dictionary and its scores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from socialscore.reporters.facts import badge_of, context

if TYPE_CHECKING:
    from socialscore.model import Metric, Score, Scoreboard
    from socialscore.reporters.facts import Badge

__all__ = ["to_json"]


def to_json(scoreboard: Scoreboard) -> str:
    """Numbers in full precision; no value is null."""
    badge = badge_of(scoreboard)
    document = {
        "title": scoreboard.title,
        **context(scoreboard),
        **({"badge": vars(badge)} if badge else {}),
        "metrics": [_declaration(metric) for metric in scoreboard.metrics],
        "scores": [_score(score, scoreboard.metrics, badge) for score in scoreboard.scores],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _declaration(metric: Metric) -> dict[str, str | None]:
    return {
        "name": metric.name,
        "label": metric.label,
        "unit": metric.unit,
        "better": metric.better,
        "description": metric.description,
    }


def _score(
    score: Score, metrics: tuple[Metric, ...], badge: Badge | None
) -> dict[str, str | float | None]:
    return {
        "rank": score.rank,
        "body_id": score.body.body_id,
        "body": score.body.name,
        "category": score.body.category,
        "reason": score.reason,
        **({"badge": badge.held_by(score)} if badge else {}),
        **{metric.name: score.values.get(metric.name) for metric in metrics},
    }
