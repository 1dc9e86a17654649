"""`socialscore adoption`: which bodies can be written to at all."""

from __future__ import annotations

from typing import Annotated

import typer

from socialscore.commands.common import PanelOption, StoreOption, chosen_panel, settings_here
from socialscore.errors import UnknownName

__all__ = ["command"]


def command(
    panel: PanelOption = None,
    store: StoreOption = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Only this network; may be repeated.")
    ] = None,
) -> None:
    """Count, by category, the bodies that have an account."""
    from socialscore.model import NETWORKS
    from socialscore.panel import adoption
    from socialscore.reporters.humane import share

    for name in network or []:
        if name not in NETWORKS:
            raise UnknownName("network", name, NETWORKS)
    settings = settings_here()
    bodies = chosen_panel(store or settings.store, panel, settings.panel)
    rows = adoption(bodies, tuple(network or NETWORKS))
    typer.echo(f"{'category':<30} {'bodies':>7} {'with account':>13} {'adoption':>9}")
    for category, (n_bodies, n_adopting) in rows.items():
        text = share(n_adopting / n_bodies)
        typer.echo(f"{category or '–':<30} {n_bodies:>7} {n_adopting:>13} {text:>9}")
