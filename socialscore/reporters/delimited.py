"""CSV: one row per body or line, every metric a column, and on each row what it all rests on."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from socialscore.reporters.facts import COMPARISON, comparison, context, median_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialscore.model import Breakdown, Metric, Score, Scoreboard

__all__ = ["breakdown_to_csv", "scoreboard_to_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a text that begins like this."""


def scoreboard_to_csv(scoreboard: Scoreboard) -> str:
    """Numbers in plain notation, no value as an empty cell, texts that no spreadsheet runs."""
    shared = {name: _cell(value) for name, value in context(scoreboard).items()}
    header = [
        *("rank", "rank_low", "rank_high", "percentile", "body_id", "body", "category"),
        *(metric.name for metric in scoreboard.metrics),
        *(COMPARISON if scoreboard.compared_to is not None else ()),
        *shared,
        *("band", "reason"),
    ]
    return _written(header, (_row(scoreboard, score, shared) for score in scoreboard.scores))


def _row(scoreboard: Scoreboard, score: Score, shared: Mapping[str, str]) -> list[str]:
    compared = comparison(score).values() if scoreboard.compared_to is not None else ()
    return [
        *map(_cell, (score.rank, score.rank_low, score.rank_high, score.percentile)),
        *map(_cell, (score.body.body_id, score.body.name, score.body.category)),
        *_numbers(scoreboard.metrics, score.values),
        *map(_cell, compared),
        *shared.values(),
        *map(_cell, (score.band, score.reason)),
    ]


def breakdown_to_csv(breakdown: Breakdown) -> str:
    """The same notation; the metrics of a line are pooled unless their column says otherwise."""
    medians = median_metrics(breakdown)
    shared = {name: _cell(value) for name, value in context(breakdown.scoreboard).items()}
    header = [
        *("by", "label", "n_bodies"),
        *(metric.name for metric in breakdown.metrics),
        *(f"median_of_bodies_{metric.name}" for metric in medians),
        *shared,
    ]
    rows = (
        [
            *(_cell(breakdown.by), _cell(line.label), _cell(line.n_bodies)),
            *_numbers(breakdown.metrics, line.pooled),
            *(_cell(line.median_of_bodies.get(metric.name)) for metric in medians),
            *shared.values(),
        ]
        for line in breakdown.lines
    )
    return _written(header, rows)


def _written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return lines.getvalue()


def _numbers(metrics: Sequence[Metric], values: Mapping[str, float | int | None]) -> list[str]:
    """Only counts are whole numbers; an engine may say a share of 1 as an integer."""
    cells = []
    for metric in metrics:
        value = values.get(metric.name)
        cells.append(_cell(value if value is None or metric.unit == "count" else float(value)))
    return cells


def _cell(value: str | float | list[str] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(round(value, 6))  # arithmetic leaves 668.4000000000002
    text = value if isinstance(value, str) else " ".join(value)
    guard = "'" if text.startswith(_FORMULA) else ""
    # The csv module does not quote a lone carriage return, and readers would end the row there.
    return guard + text.replace("\r\n", "\n").replace("\r", "\n")
