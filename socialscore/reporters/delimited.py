"""CSV: one row per body, every metric a column, and on each row what the ranking rests on."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from socialscore.reporters.facts import badge_of, context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model import Metric, Score, Scoreboard
    from socialscore.reporters.facts import Badge

__all__ = ["to_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a text that begins like this."""


def to_csv(scoreboard: Scoreboard) -> str:
    """Numbers in plain notation, no value as an empty cell, texts that no spreadsheet runs."""
    badge = badge_of(scoreboard)
    shared = {name: _cell(value) for name, value in context(scoreboard).items()}
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        [
            *("rank", "body_id", "body", "category"),
            *(metric.name for metric in scoreboard.metrics),
            *shared,
            *(["badge"] if badge else []),
            "reason",
        ]
    )
    for score in scoreboard.scores:
        writer.writerow(_row(score, scoreboard.metrics, shared, badge))
    return lines.getvalue()


def _row(
    score: Score, metrics: tuple[Metric, ...], shared: Mapping[str, str], badge: Badge | None
) -> list[str]:
    return [
        _cell(score.rank),
        _cell(score.body.body_id),
        _cell(score.body.name),
        _cell(score.body.category),
        *(_number(score.values.get(metric.name), metric) for metric in metrics),
        *shared.values(),
        *([_cell(badge.held_by(score))] if badge else []),
        _cell(score.reason),
    ]


def _number(value: float | None, metric: Metric) -> str:
    if value is None:
        return ""
    if metric.unit == "count":
        return repr(value)
    return repr(round(float(value), 6))  # arithmetic leaves 668.4000000000002


def _cell(value: str | int | list[str] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else " ".join(value)
    guard = "'" if text.startswith(_FORMULA) else ""
    # The csv module does not quote a lone carriage return, and readers would end the row there.
    return guard + text.replace("\r\n", "\n").replace("\r", "\n")
