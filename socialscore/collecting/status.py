"""What of every stream is in view, what is not and why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collecting.coverage import FINAL_GAPS, RUN, interval_of, kind_of, rows_of, spans
from socialscore.collecting.drifting import Drifts
from socialscore.collecting.intervals import difference, islands
from socialscore.collectors.base import Interval
from socialscore.model.network import COLLECTED
from socialscore.store.erasure_request import ERASED
from socialscore.store.inventory import counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.collecting.drifting import Drift
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Account, Body
    from socialscore.store.lake import Store

__all__ = ["Gap", "Standing", "standings", "status"]

_STALE = timedelta(days=7)

_RECENT = timedelta(days=30)
"""Older gaps are told, and are no reason to do anything now."""

_LOST = "collect more often, and import what is missing: the network shows no more"


@dataclass(frozen=True)
class Gap:
    """A time that is not in view, between others that are or were wanted."""

    since: datetime  # aware, UTC, as below
    until: datetime
    reason: str | None  # of the last attempt; None: it was not asked for, or a run broke off


@dataclass(frozen=True)
class Standing:
    """One stream of an account."""

    body: Body
    account: Account
    stream: str  # inbound or outbound
    since: datetime | None  # first instant in view; None: nothing is
    until: datetime | None  # first instant after the last one in view
    gaps: tuple[Gap, ...]  # oldest first
    n_messages: int
    collected_at: datetime | None  # when a run last brought something of it; None: never
    next_step: str  # in words; empty: nothing is to be done


def status(store: Store, panel: Panel, now: datetime) -> list[Standing]:
    """Every stream of the panel's accounts, in the order of the panel."""
    rows, drifts = store.coverage().to_pylist(), Drifts(store.root)
    return standings(panel, rows, counts(store), now, drifts.known)


def standings(
    panel: Panel,
    rows: Sequence[Mapping[str, Any]],
    n_messages: Mapping[tuple[str, str, str], int],
    now: datetime,
    drifts: Mapping[str, Drift] | None = None,
) -> list[Standing]:
    """The same, from the rows of the coverage table and the number of messages by stream.

    Args:
        panel: whose accounts.
        rows: of the coverage table.
        n_messages: by network, account and stream.
        now: the present.
        drifts: the streams that cannot be read, by name.
    """
    of_stream = rows_of(rows)
    found = []
    for body, account in panel.accounts():
        for stream in ("inbound", "outbound"):
            key = (account.network, account.account_id, stream)
            mine = of_stream.get(key, [])
            seen = islands(spans(row for row in mine if row["reason"] is None))
            gaps = tuple(_gaps(mine, seen))
            drift = _drift(account, stream, drifts or {})
            step = drift and drift.next_step(now)
            runs = [row["collected_at"] for row in mine if row["run_id"].startswith(RUN)]
            found.append(
                Standing(
                    body=body,
                    account=account,
                    stream=stream,
                    since=seen[0].since if seen else None,
                    until=seen[-1].until if seen else None,
                    gaps=gaps,
                    n_messages=n_messages.get(key, 0),
                    collected_at=max(runs).replace(tzinfo=UTC) if runs else None,
                    next_step=step or _next_step(account, seen, gaps, now),
                )
            )
    return found


def _drift(account: Account, stream: str, drifts: Mapping[str, Drift]) -> Drift | None:
    """What is the matter with a stream, or with the one that brings it together with the other."""
    names = (f"{account.network}-{account.account_id}-{each}" for each in (stream, "all"))
    return next((drifts[name] for name in names if name in drifts), None)


def _gaps(rows: Sequence[Mapping[str, Any]], seen: Sequence[Interval]) -> Iterator[Gap]:
    """What is not in view of the time that any row speaks of, by the last reason given."""
    told = [row for row in rows if row["reason"] is not None]
    every = islands([*seen, *map(interval_of, told)])
    if not every:
        return
    whole = Interval(every[0].since, every[-1].until)
    reasons: list[tuple[str | None, list[Interval]]] = [
        (row["reason"], [interval_of(row)])
        for row in sorted(told, key=lambda row: row["collected_at"], reverse=True)
    ]
    holes = difference([whole], seen)
    gaps = []
    for reason, intervals in [*reasons, (None, [whole])]:
        rest = difference(holes, intervals)
        gaps += [Gap(each.since, each.until, reason) for each in difference(holes, rest)]
        holes = rest
    yield from _joined(sorted(gaps, key=lambda gap: gap.since))


def _joined(gaps: Sequence[Gap]) -> Iterator[Gap]:
    """The gaps, those that touch and have the same reason as one."""
    last: Gap | None = None
    for gap in gaps:
        if last and last.until == gap.since and last.reason == gap.reason:
            last = replace(last, until=gap.until)
            continue
        if last:
            yield last
        last = gap
    if last:
        yield last


def _next_step(
    account: Account, seen: Sequence[Interval], gaps: Sequence[Gap], now: datetime
) -> str:
    ended = account.valid_until and account.valid_until < now.date()
    if account.network not in COLLECTED:
        command = "`socialscore import FILE` (there is no collector for this network)"
    else:
        command = f"`socialscore collect --network {account.network}`"
    if not seen and not gaps:
        return "" if ended else f"{command}: nothing is there yet"
    if not ended and (not seen or now - seen[-1].until > _STALE):
        return f"{command}: the last {_STALE.days} days are not there"
    recent = [gap for gap in gaps if now - gap.until < _RECENT and gap.reason != ERASED]
    if not recent:
        return ""
    return (
        _LOST
        if kind_of(recent[-1].reason) in FINAL_GAPS
        else f"{command}: a gap may still be filled"
    )
