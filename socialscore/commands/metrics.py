"""`socialscore metrics`: what the columns mean."""

from __future__ import annotations

from typing import Annotated

import typer

from socialscore.errors import UnknownName

__all__ = ["command"]


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Describe only this metric.")
    ] = None,
    preset: Annotated[str, typer.Option(help="Preset whose metrics to describe.")] = "default",
) -> None:
    """Describe every metric: name, unit, which direction is better, and meaning."""
    from socialscore.inputs.ranking import load_ranking
    from socialscore.scoring.metrics import metrics_for

    metrics = {
        metric.name: metric for metric in metrics_for(load_ranking(None, {"preset": preset}))
    }
    if name is not None and name not in metrics:
        raise UnknownName("metric", name, metrics)
    for metric in metrics.values() if name is None else [metrics[name]]:
        better = f", {metric.better} is better" if metric.better else ""
        typer.echo(f"{metric.name} ({metric.unit}{better})\n    {metric.description}")
