"""Active adoption: which bodies wrote something of their own lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from socialscore.model.period import utc
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring import inputs
from socialscore.scoring.in_view import in_view
from socialscore.scoring.statement import compose
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring import MessageSource

__all__ = ["Activity", "activity"]

_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Activity:
    """Which bodies wrote a post of their own in the 30 days before a moment."""

    since: datetime  # aware
    as_of: datetime  # aware; the first moment that no longer counts
    active: frozenset[str]  # the body_id of those that did
    unseen: frozenset[str]  # of those with an account whose posts of these days nobody collected


@retry_reading
def activity(
    source: MessageSource, panel: Panel, ranking: Ranking, *, as_of: datetime | None = None
) -> Activity | None:
    """Who is active; None where nothing was collected for the panel, and nobody can say.

    Args:
        source: the messages.
        panel: the bodies.
        ranking: says which networks count, and where the days of validity begin.
        as_of: the moment before which to look; by default, the end of what is in view.
    """
    accounts = {
        (account.network, account.account_id): body.body_id
        for body, account in panel.accounts()
        if account.network in ranking.networks
    }
    coverage = source.coverage()
    collected = [
        row
        for row in coverage.to_pylist()
        if row["reason"] is None and (row["network"], row["account_id"]) in accounts
    ]
    if not collected:
        return None
    until = as_of or in_view(coverage, panel, ranking)[1]
    since = until.astimezone(ranking.zone) - _LATELY  # by the calendar, whatever the clocks do
    seen = {
        accounts[row["network"], row["account_id"]]
        for row in collected
        if row["stream"] == "outbound"
        and row["covered_from"] < utc(until)
        and row["covered_until"] > utc(since)
    }
    with source.engine() as running:
        running.relation("message", source.stored(since, until), MESSAGE)
        running.relation("account", inputs.accounts(panel, ranking))
        days = {"read_from": utc(since), "read_until": utc(until)}
        rows = running.query(compose((), {}, target="active"), days)
    active = frozenset(row["body_id"] for row in rows)
    return Activity(since, until, active, frozenset(accounts.values()) - seen - active)
