"""`socialscore refresh`: learn which messages are gone from their network."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import PanelOption, StoreOption, settings_here
from socialscore.commands.screens import clock_time, is_watched, name_of, say
from socialscore.commands.waiting import (
    MaxWaitOption,
    longest_wait,
    now,
    outside,
    stoppable,
)
from socialscore.model.network import COLLECTED, either
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from socialscore.collecting.refreshing import Refreshed

__all__ = ["command"]

_MOST_SERIOUS_FIRST = (4, 130, 75)


def command(
    days: Annotated[
        int, typer.Option(metavar="N", min=1, help="Check messages of the last N days.")
    ] = 30,
    network: Annotated[
        list[str] | None,
        typer.Option(help=f"{either(COLLECTED)}; may be repeated. Default: those of the panel."),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
    max_wait: MaxWaitOption = None,
) -> None:
    """Check with the networks which stored messages still exist, and mark the deleted.

    A network that charges for what it shows charges for every message that still exists. A message
    counts as deleted from the moment it was first found missing. If all messages of an account are
    missing, and there are 20 or more, none is marked, since something else must be wrong.
    """
    from socialscore.collecting.refreshing import refresh
    from socialscore.commands.access import accesses, whose_messages
    from socialscore.errors import AuthError
    from socialscore.store.lake import Store

    settings = settings_here()
    root = store or settings.store
    wait = longest_wait(max_wait, watched=is_watched())
    messages = Store.open(root)
    wanted = accesses(network, whose_messages(root, panel, settings.panel), settings)
    if not any(access.open for access in wanted):
        raise AuthError(
            wanted[0].network,
            "",
            f"there are no credentials; give them: `socialscore auth set {wanted[0].network}`",
        )
    codes = {0}
    with stoppable() as stop:
        for access in wanted:
            if not access.open:
                say(f"{access.network}: no credentials, so nothing is asked of it")
                continue
            found = refresh(
                access.collector(outside(stop, _waiting), max_wait=wait),
                messages,
                access.panel,
                since=now() - timedelta(days=days),
                now=now,
                stopping=stop,
            )
            _tell(access.network, found)
            codes |= {each.error.exit_code for each in found if each.error}
        if stop.asked:
            codes.add(130)
        with messages.writing():
            messages.compact()  # files with texts of messages that an earlier run found deleted
    raise typer.Exit(next((code for code in _MOST_SERIOUS_FIRST if code in codes), 0))


def _waiting(until: datetime | None, cause: str) -> None:
    if until:
        say(f"waiting until {clock_time(until)}: {cause}")


def _tell(network: str, found: Sequence[Refreshed]) -> None:
    rows = [(name_of(each.account), f"{each.n_asked:,}", f"{each.n_gone:,}") for each in found]
    for line in formatting.aligned([(network, "asked", "gone"), *rows], numbers=(1, 2)):
        typer.echo(line, err=True)
    for text in dict.fromkeys(str(each.error) for each in found if each.error):
        typer.echo(f"  {text}", err=True)
