"""`socialscore status`: what of every account is in view, what is not, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import PanelOption, StoreOption, settings_here
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.errors import UnknownName, UsageError
from socialscore.model.network import NETWORKS
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.collecting.status import Standing

__all__ = ["command"]


def command(
    network: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=completion.networks, help="Only this network. May be repeated."
        ),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
    format_name: FormatOption = None,
    runs: Annotated[
        bool,
        typer.Option(
            "--runs", help="List the imports and collections instead, as `withdraw` takes them."
        ),
    ] = False,
) -> None:
    """Show since when each account has been collected, its gaps, and what to do next.

    A stream is inbound (what citizens write to the account) or outbound (what it writes). A gap
    is a time that was not collected, with the reason. All times are UTC.
    """
    from socialscore.collecting.status import status
    from socialscore.commands import run_list
    from socialscore.commands.access import whose_messages
    from socialscore.commands.waiting import now
    from socialscore.store.lake import Store

    for name in network or ():
        if name not in NETWORKS:
            raise UnknownName("network", name, NETWORKS)
    format_name = chosen_format(format_name)
    settings = settings_here()
    root = store or settings.store
    messages = Store.open(root)
    if runs:
        if network or panel:
            raise UsageError("--runs lists all runs of the store, without --network and --panel")
        run_list.put_runs(messages, format_name)
        return
    bodies = whose_messages(root, panel, settings.panel)
    found = [
        each
        for each in status(messages, bodies, now())
        if not network or each.account.network in network
    ]
    record = _record if format_name == "json" else _row
    put_listing(format_name, _COLUMNS, map(record, found), lambda: _lines(found))


def _lines(standings: Sequence[Standing]) -> Iterator[str]:
    """A line per stream; under them the gaps, and every step to take once."""
    from socialscore.commands.outcomes import why
    from socialscore.commands.screens import name_of

    header = ("network", "account", "stream", "since", "until", "gaps", "messages", "last run")
    rows = [
        (
            each.account.network,
            name_of(each.account),
            each.stream,
            _minute(each.since),
            _minute(each.until),
            formatting.count(len(each.gaps)),
            formatting.count(each.n_messages),
            _minute(each.collected_at),
        )
        for each in standings
    ]
    yield from formatting.aligned([header, *rows], numbers=(5, 6))
    if any(each.gaps for each in standings):
        yield "\ngaps"
    for each in standings:
        for gap in each.gaps:
            span = formatting.days(gap.since, gap.until)
            whose = f"{each.account.network} {name_of(each.account)} {each.stream}"
            yield f"  {whose}, {span}: {why(gap.reason)}"
    steps: dict[str, int] = {}
    for each in standings:
        if each.next_step:
            steps[each.next_step] = steps.get(each.next_step, 0) + 1
    if steps:
        yield "\nnext"
    for step, n_streams in steps.items():
        yield f"  {step} ({n_streams:,} stream{'' if n_streams == 1 else 's'})"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


_COLUMNS = (
    "body_id", "network", "account_id", "handle", "stream", "since", "until", "gaps",
    "n_messages", "collected_at", "next_step",
)  # fmt: skip


def _record(standing: Standing) -> dict[str, Any]:
    account = standing.account
    gaps = [
        {
            "since": gap.since.isoformat(),
            "until": gap.until.isoformat(),
            "reason": gap.reason or "not-collected",
        }
        for gap in standing.gaps
    ]
    values = (
        standing.body.body_id,
        account.network,
        account.account_id,
        account.handle,
        standing.stream,
        _iso(standing.since),
        _iso(standing.until),
        gaps,
        standing.n_messages,
        _iso(standing.collected_at),
        standing.next_step,
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _row(standing: Standing) -> dict[str, Any]:
    """The record with its gaps in one cell."""
    record = _record(standing)
    gaps = (f"{gap['since']}..{gap['until']} {gap['reason']}" for gap in record["gaps"])
    return record | {"gaps": "; ".join(gaps)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
