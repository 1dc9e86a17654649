"""`socialscore metrics`: what the columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.errors import UnknownName

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Metric

__all__ = ["command"]

_COLUMNS = ("name", "label", "label_fr", "unit", "better", "description")


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", autocompletion=completion.metrics, help="Describe only this metric."
        ),
    ] = None,
    preset: Annotated[
        str,
        typer.Option(autocompletion=completion.presets, help="Preset whose metrics to describe."),
    ] = "default",
    format_name: FormatOption = None,
) -> None:
    """Describe every metric: name, unit, which direction is better, and meaning."""
    format_name = chosen_format(format_name)
    from socialscore.inputs.ranking import load_ranking
    from socialscore.scoring.metrics import metrics_for

    metrics = {
        metric.name: metric for metric in metrics_for(load_ranking(None, {"preset": preset}))
    }
    if name is not None and name not in metrics:
        raise UnknownName("metric", name, metrics)
    described = [*metrics.values()] if name is None else [metrics[name]]
    rows = ({column: getattr(metric, column) for column in _COLUMNS} for metric in described)
    put_listing(format_name, _COLUMNS, rows, lambda: map(_described, described))


def _described(metric: Metric) -> str:
    better = f", {metric.better} is better" if metric.better else ""
    return f"{metric.name} ({metric.unit}{better})\n    {metric.description}"
