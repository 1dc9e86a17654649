"""`socialscore settle`: count the months that are over once, for all rankings of their weeks."""

from __future__ import annotations

import typer

from socialscore.commands.common import (
    PanelOption,
    PresetOption,
    RankingArgument,
    StoreOption,
    subject,
)
from socialscore.commands.screens import say

__all__ = ["command"]


def command(
    ranking: RankingArgument = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    preset: PresetOption = None,
) -> None:
    """Count the months that are over, so that rankings of their weeks are quick.

    A month is settled once its requests have been watched to the end and no answer can come any
    more: by the default preset 22 days after it. What is counted is kept in the store, and
    used where nothing that it was counted from has changed; otherwise it is as if it were not
    there, and can be settled again. `socialscore verify` never uses it. For stores of millions of
    messages a week.
    """
    from socialscore.scoring.settling import settle

    asked = subject(ranking, {"preset": preset}, store=store, panel=panel, as_of=None)
    pseudonym = asked.details["pseudonym"]
    month = None
    for month in settle(asked.messages, asked.panel, asked.ranking, pseudonym=pseudonym):
        how = "is settled already" if month.n_rows is None else f"settled, {month.n_rows:,} rows"
        typer.echo(f"{month.label}: {how}")
    if month is None:
        say("no month can be settled yet: none has been over for long enough")
