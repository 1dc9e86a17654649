"""The values of metrics as cells of a table, for a body as for any other line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters import formatting
from socialscore.reporters.report import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialscore.model.scoreboard import Metric

    Values = Mapping[str, float | int | None]

__all__ = ["FEW_ANSWERED", "is_delay", "metric_column", "words_column"]

FEW_ANSWERED = 5
"""A delay over fewer answers than this is shown with a warning, and ranks nobody."""

_NOTES = (f"( ): a delay over fewer than {FEW_ANSWERED} answers",)

_INTERVALS = {
    "response_rate": ("wilson_low", "wilson_high"),
    "within_promise": ("within_promise_low", "within_promise_high"),
}
"""The metrics that are shown with their interval, and those that are its ends."""

_WAITS = ("median_wait", "median_wait_low", "median_wait_high")


def is_delay(metric: Metric) -> bool:
    """Whether the metric is of the answered requests alone, and rewards silence."""
    return metric.unit == "seconds" and metric.name not in _WAITS


def metric_column(metric: Metric, lines: Sequence[Values], horizon_seconds: int | None) -> Column:
    """What the lines have of a metric; rates with their intervals, the response rate as a bar."""
    cells = tuple(_cell(metric, values, horizon_seconds) for values in lines)
    header = metric.label.lower() + " (95 %)" * (metric.name in _INTERVALS)
    if metric.name != "response_rate":
        doubtful = any(cell.doubtful for cell in cells)
        return Column(metric.name, header, cells, notes=_NOTES if doubtful else ())
    shares = tuple(values.get("response_rate") for values in lines)
    return Column(metric.name, header, cells, shares)


def words_column(name: str, header: str, texts: Sequence[str], notes: Iterable[str] = ()) -> Column:
    """Words, one text per line."""
    cells = tuple(Cell(words=formatting.one_line(text)) for text in texts)
    return Column(name, header, cells, notes=tuple(notes))


def _cell(metric: Metric, values: Values, horizon_seconds: int | None) -> Cell:
    value = values.get(metric.name)
    if value is None and metric.name in _WAITS and values.get("n_requests"):
        # Longer than anybody watched: it has no value, but is not missing.
        longer = "not yet" if horizon_seconds is None else f"> {formatting.span(horizon_seconds)}"
        return Cell(longer)
    text = formatting.quantity(value, metric.unit)
    if ends := _INTERVALS.get(metric.name):
        return Cell(text, _interval(*map(values.get, ends)))
    if value is not None and is_delay(metric) and (values.get("n_answered") or 0) < FEW_ANSWERED:
        return Cell(f"({text}", ")", doubtful=True)
    return Cell(text)


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    ends = (formatting.share(end).removesuffix(" %") for end in (low, high))
    return f" ({'–'.join(ends)})"
