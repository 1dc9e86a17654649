"""`socialscore metrics`: what the columns mean."""

from __future__ import annotations

import typer

__all__ = ["command"]


def command() -> None:
    """Describe every metric: its column, its unit, which end is better, what it says."""
    from socialscore.scoring.metrics import METRICS

    for metric in METRICS:
        better = f", {metric.better} is better" if metric.better else ""
        typer.echo(f"{metric.name} ({metric.unit}{better})\n    {metric.description}")
