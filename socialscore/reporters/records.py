"""The rows of the exports: values by the names of `columns`, not yet written in any notation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters import columns
from socialscore.reporters.facts import comparison, context, median_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from socialscore.model.breakdown import Breakdown
    from socialscore.model.scoreboard import Metric, Scoreboard
    from socialscore.model.sensitivity import Sensitivity
    from socialscore.reporters.columns import Field

    Value = str | float | bool | None
    Record = dict[str, Value]

__all__ = [
    "common",
    "of_bodies",
    "of_breakdown",
    "of_long_form",
    "of_sensitivity",
    "with_hours",
]


def of_bodies(scoreboard: Scoreboard) -> Iterator[Record]:
    """One record per body, in the order of the scoreboard."""
    shared = common(scoreboard)
    for score in scoreboard.scores:
        yield {
            "rank": score.rank,
            "rank_low": score.rank_low,
            "rank_high": score.rank_high,
            "percentile": score.percentile,
            "body_id": score.body.body_id,
            "body": score.body.name,
            "category": score.body.category,
            "promise": score.promise,
            **_numbers(scoreboard.metrics, score.values),
            **(comparison(score) if scoreboard.compared_to is not None else {}),
            **shared,
            "band": score.band,
            "reason": score.reason,
        }


def of_long_form(scoreboard: Scoreboard) -> Iterator[Record]:
    """One record per body and metric, also where the body has no value of it."""
    units = {metric.name: metric.unit for metric in scoreboard.metrics}
    of_a_row = {"metric", "unit", "value"}
    of_a_body = [field.name for field in columns.of_long_form() if field.name not in of_a_row]
    for record in of_bodies(scoreboard):
        its = {name: record[name] for name in of_a_body}
        for name, unit in units.items():
            yield {**its, "metric": name, "unit": unit, "value": record[name]}


def of_breakdown(breakdown: Breakdown) -> Iterator[Record]:
    """One record per line."""
    medians, shared = median_metrics(breakdown), common(breakdown.scoreboard)
    for line in breakdown.lines:
        yield {
            "by": breakdown.by,
            "label": line.label,
            "n_bodies": line.n_bodies,
            **_numbers(breakdown.metrics, line.pooled),
            **{
                f"median_of_bodies_{metric.name}": line.median_of_bodies.get(metric.name)
                for metric in medians
            },
            **shared,
        }


def of_sensitivity(result: Sensitivity) -> Iterator[Record]:
    """One record per body, in the order of the scoreboard."""
    shared = common(result.scoreboard)
    for line in result.lines:
        score = line.score
        record: Record = {
            "rank": score.rank,
            "rank_low": score.rank_low,
            "rank_high": score.rank_high,
            "body_id": score.body.body_id,
            "body": score.body.name,
            "category": score.body.category,
            "leaves": " ".join(line.leaves),
            "reason": score.reason,
        }
        for selection, it in line.by_selection.items():
            name = selection.replace("-", "_")
            record |= {
                f"n_selected_{name}": it.n_requests,
                f"n_answered_{name}": it.n_answered,
                f"response_rate_{name}": it.response_rate,
                f"rank_{name}": it.rank,
            }
        yield record | shared


def common(scoreboard: Scoreboard) -> Record:
    """What all records share."""
    return {
        name: " ".join(value) if isinstance(value, list) else value
        for name, value in context(scoreboard).items()
    }


def with_hours(rows: Iterable[Record], fields: Iterable[Field]) -> Iterator[Record]:
    """The records, with what they have in seconds in hours too."""
    names = [
        (field.name, columns.in_hours(field).name) for field in fields if field.unit == "seconds"
    ]
    for record in rows:
        hours: Record = {}
        for in_seconds, name in names:
            seconds = record[in_seconds]
            hours[name] = None if seconds is None else float(seconds) / 3_600
        yield record | hours


def _numbers(
    metrics: Iterable[Metric], values: Mapping[str, float | int | None]
) -> dict[str, float | int | None]:
    """Only counts are whole numbers; an engine may say a share of 1 as an integer."""
    numbers = {}
    for metric in metrics:
        value = values.get(metric.name)
        numbers[metric.name] = value if value is None or metric.unit == "count" else float(value)
    return numbers
