"""`socialscore adoption`: which bodies can be written to at all, and which of them write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    EngineOption,
    PanelOption,
    StoreOption,
    chosen_engine,
    chosen_panel,
    settings_here,
)
from socialscore.commands.output import FormatOption, chosen_format, put_listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.adoption import Activity

__all__ = ["command"]

_COLUMNS = (
    "category", "n_bodies", "n_with_account", "adoption", "n_active", "active_adoption",
)  # fmt: skip


def command(
    panel: PanelOption = None,
    store: StoreOption = None,
    network: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=completion.networks, help="Only this network. May be repeated."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Look at the 30 days before this time. Default: the latest time at which at least "
            "half of the accounts are still in view.",
        ),
    ] = None,
    engine: EngineOption = None,
    format_name: FormatOption = None,
) -> None:
    """Count, by category, the bodies that have an account and those that use it.

    A body is active if it wrote a post of its own in the last 30 days, which needs a store.
    """
    from socialscore.inputs.panel import adoption
    from socialscore.inputs.ranking import load_ranking
    from socialscore.model.period import parse_as_of
    from socialscore.scoring import MessageSource
    from socialscore.scoring.adoption import activity
    from socialscore.store.lake import Store

    format_name = chosen_format(format_name)
    ranking = load_ranking(None, {"networks": network or None})
    end = parse_as_of(as_of, ranking.zone) if as_of else None
    settings = settings_here()
    root = store or settings.store
    bodies = chosen_panel(root, panel, settings.panel)
    messages = Store.open(root) if store else Store.find(root)
    source = MessageSource(messages, engine=chosen_engine(engine, settings)) if messages else None
    posted = activity(source, bodies, ranking, as_of=end) if source else None
    counts = adoption(bodies, ranking.networks)
    n_active = _n_active(bodies, counts, posted) if posted else None
    rows = (_record(it, *counts[it], n_active) for it in counts)
    put_listing(format_name, _COLUMNS, rows, lambda: _table(counts, n_active))
    if posted is None:
        typer.echo(
            f"socialscore: no active_adoption, for {root} has nothing of these bodies yet; "
            "`socialscore import FILE` adds messages",
            err=True,
        )
    else:
        typer.echo(_said(posted, ranking), err=True)


def _n_active(
    panel: Panel, counts: Mapping[str, tuple[int, int]], posted: Activity
) -> dict[str, int]:
    """How many bodies are active, by category."""
    found = dict.fromkeys(counts, 0)
    for body in panel.bodies:
        found[body.category] += body.body_id in posted.active
    return found


def _record(
    category: str, n_bodies: int, n_adopting: int, n_active: Mapping[str, int] | None
) -> dict[str, Any]:
    """The line of a category, shares from 0 to 1."""
    active = n_active[category] if n_active else None
    share = None if active is None else active / n_bodies
    values = (category, n_bodies, n_adopting, n_adopting / n_bodies, active, share)
    return dict(zip(_COLUMNS, values, strict=True))


def _table(
    counts: Mapping[str, tuple[int, int]], n_active: Mapping[str, int] | None
) -> Iterator[str]:
    """The lines, by category; the last two columns only where it is known who is active."""
    from socialscore.reporters.formatting import share

    header = f"{'category':<30} {'bodies':>7} {'with account':>13} {'adoption':>9}"
    yield header + (f" {'active':>7} {'active_adoption':>16}" if n_active is not None else "")
    for category, (n_bodies, n_adopting) in counts.items():
        line = f"{category or '–':<30} {n_bodies:>7} {n_adopting:>13}"
        line += f" {share(n_adopting / n_bodies):>9}"
        if n_active is not None:
            line += f" {n_active[category]:>7} {share(n_active[category] / n_bodies):>16}"
        yield line


def _said(posted: Activity, ranking: Ranking) -> str:
    """What the columns of activity rest on."""
    from socialscore.reporters.formatting import days

    when = days(posted.since.astimezone(ranking.zone), posted.as_of.astimezone(ranking.zone))
    text = f"active: a post of its own, {when} ({ranking.timezone})"
    if n_unseen := len(posted.unseen):
        bodies = "1 body" if n_unseen == 1 else f"{n_unseen} bodies"
        text += f"; of {bodies} with an account, posts of these days were not collected"
    return text
