"""Adoption: which bodies have an account, and active adoption: which wrote something lately."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from socialscore.model.adoption import ANYWHERE, AdoptionLine, Share
from socialscore.model.period import utc
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring import inputs
from socialscore.scoring.in_view import in_view
from socialscore.scoring.statement import compose
from socialscore.scoring.uncertainty import newcombe, wilson
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring import MessageSource

    Where = tuple[str, str]  # a body_id and a network

__all__ = ["DAYS", "Activity", "activity", "adoption", "compared_with", "held", "used_networks"]

DAYS = 30
"""Whoever wrote something in so many days is active."""


# --- who has an account ---------------------------------------------------------------------------


def held(panel: Panel, day: date) -> dict[str, frozenset[str]]:
    """The networks on which each body has an account on a day, by body_id."""
    return {
        body.body_id: frozenset(
            account.network
            for account in body.accounts
            if (account.valid_from or date.min) <= day < (account.valid_until or date.max)
        )
        for body in panel.bodies
    }


def used_networks(*held: Mapping[str, Collection[str]]) -> list[str]:
    """The networks on which any body has an account, in order of their names."""
    return sorted({network for each in held for names in each.values() for network in names})


def adoption(
    categories: Mapping[str, str],
    held: Mapping[str, Collection[str]],
    networks: Sequence[str],
    posted: Activity | None = None,
) -> tuple[AdoptionLine, ...]:
    """A line per category for any of the networks, and one for each of several.

    Args:
        categories: of every body, by body_id.
        held: as the function of that name says it; a body that is not in it has no account.
        networks: those that count.
        posted: who is active; None: nobody knows.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for body_id, category in categories.items():
        members[category].append(body_id)
    lines = []
    wanted = networks if len(networks) == 1 else (ANYWHERE, *networks)
    for category, body_ids in sorted(members.items()):
        for network in wanted:
            among = [network] if network else networks
            having = [it for it in body_ids if any(name in held.get(it, ()) for name in among)]
            line = AdoptionLine(category, network, _share(len(having), len(body_ids)))
            if posted:
                line = _with_activity(line, body_ids, having, among, posted)
            lines.append(line)
    return tuple(lines)


def _share(n: int, of: int) -> Share:
    return Share(n, of, *wilson(n, of))


def _with_activity(
    line: AdoptionLine,
    body_ids: Sequence[str],
    having: Iterable[str],
    networks: Sequence[str],
    posted: Activity,
) -> AdoptionLine:
    """The line with who wrote something; who had no account at the end may have had one before."""

    def is_in(pairs: Collection[Where], body_id: str) -> bool:
        return any((body_id, network) in pairs for network in networks)

    active = [it for it in body_ids if is_in(posted.active, it)]
    unseen = [it for it in having if it not in active and is_in(posted.unseen, it)]
    return replace(line, active=_share(len(active), len(body_ids)), n_unseen=len(unseen))


def compared_with(
    lines: Iterable[AdoptionLine], earlier: Iterable[AdoptionLine]
) -> tuple[AdoptionLine, ...]:
    """The lines with what they were at an earlier date; one that was not has no difference."""
    before = {(it.category, it.network): it.with_account for it in earlier}

    def compared(line: AdoptionLine) -> AdoptionLine:
        then = before.get((line.category, line.network))
        if then is None:
            return line
        now = line.with_account
        return replace(line, before=then, difference=newcombe((then.n, then.of), (now.n, now.of)))

    return tuple(map(compared, lines))


# --- who uses it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Activity:
    """Which bodies wrote a post of their own in the days before a moment, and where."""

    since: datetime  # aware
    as_of: datetime  # aware; the first moment that no longer counts
    active: frozenset[Where]
    unseen: frozenset[Where]  # with an account there whose posts of these days nobody collected


@retry_reading
def activity(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: datetime | None = None,
    days: int = DAYS,
) -> Activity | None:
    """Who is active; None where nothing was collected for the panel, and nobody can say.

    Args:
        source: the messages.
        panel: the bodies.
        ranking: says which networks count, and where the days of validity begin.
        as_of: the moment before which to look; by default, the end of what is in view.
        days: how many before it.
    """
    accounts = {
        (account.network, account.account_id): (body.body_id, account.network)
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
    # By the calendar, whatever the clocks do.
    since = until.astimezone(ranking.zone) - timedelta(days=days)
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
        span = {"read_from": utc(since), "read_until": utc(until)}
        rows = running.query(compose((), {}, target="active"), span)
    active = frozenset((row["body_id"], row["network"]) for row in rows)
    return Activity(since, until, active, frozenset(accounts.values()) - seen - active)
