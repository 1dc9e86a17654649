"""Which requests nobody has answered yet, and how long they have waited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from socialscore.errors import UsageError
from socialscore.inputs.ranking import calendar_of, override, promise_of
from socialscore.inputs.shipped import calendar_path
from socialscore.model.network import BY_NAME
from socialscore.model.opening_hours import OpenTime
from socialscore.model.promise import due_at
from socialscore.model.unanswered import Unanswered, UnansweredRequest
from socialscore.scoring.execution import run
from socialscore.scoring.explanation import handle_at, texts_of
from socialscore.scoring.in_view import recently
from socialscore.scoring.question import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.messages import Body
    from socialscore.scoring.source import MessageSource

__all__ = ["permalink", "unanswered"]

_AHEAD = timedelta(days=60)  # for so long after the end of the data opening hours are reckoned


def unanswered(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    body: Body | None = None,
    *,
    period: str | None = None,
    as_of: str | None = None,
    with_text: bool = False,
) -> Unanswered:
    """The selected requests without a response, oldest first; pending ones are among them.

    Args:
        source: the messages.
        panel: all bodies: who else is one decides whose messages are left out.
        ranking: the options; its period does not matter.
        body: whose requests; None: those of all bodies.
        period: when they were asked, as in `parse_period`; None: in the 30 days before the data
            end, and on the day on which they do.
        as_of: as in `ask`.
        with_text: fetch their texts.

    Raises:
        UsageError: nothing was collected for the panel, the ranking leaves the body out, the period
            begins after the data end, or a time cannot be read.
    """
    coverage = source.coverage()
    question = ask(
        coverage,
        panel,
        override(
            ranking, {"period": period or recently(coverage, panel, ranking, as_of), "latest": 0}
        ),
        as_of=as_of,
        target="unanswered",
        body_id=None if body is None else body.body_id,
        rulebook=source.rulebook,
    )
    since, until = question.period.since, min(question.period.until, question.as_of)
    if since >= until:
        raise UsageError(
            f"the period {question.period.label} begins after the end of the data, "
            f"{question.as_of.astimezone(ranking.zone).isoformat(timespec='minutes')}"
        )
    rows = run(question, source)
    bodies = {each.body_id: each for each in panel.bodies}
    open_time = _open_time(source, question.read_from, question.as_of + _AHEAD)
    found = [
        _request(row, bodies[row["body_id"]], ranking, question.as_of, open_time) for row in rows
    ]
    if with_text:
        texts = texts_of(source, {(it.network, it.message_id) for it in found})
        found = [replace(it, text=texts.get((it.network, it.message_id)) or None) for it in found]
    return Unanswered(
        body,
        since,
        until.astimezone(ranking.zone),
        question.as_of.astimezone(ranking.zone),
        ranking.clock,
        ranking.selection,
        tuple(sorted(found, key=lambda it: (it.asked_at, it.network, it.message_id))),
        {
            body_id: share
            for body_id, share in _gaps(source, panel, ranking, since, until).items()
            if body is None or body.body_id == body_id
        },
    )


def _gaps(
    source: MessageSource, panel: Panel, ranking: Ranking, since: datetime, until: datetime
) -> dict[str, float]:
    """By body, the share of the time that was in view, where it is less than `min_coverage`."""
    time = override(ranking, {"period": f"{since.isoformat()}..{until.isoformat()}", "latest": 0})
    rows = run(ask(source.coverage(), panel, time, target="collected"), source)
    return {
        row["body_id"]: row["coverage"] for row in rows if row["coverage"] < ranking.min_coverage
    }


def permalink(body: Body, network: str, message_id: str) -> str | None:
    """The address of a message to a body; None: its identifier does not tell it.

    All identifiers of its accounts count: those of a register are names, and imports learn others.
    """
    mine = (account for account in body.accounts if account.network == network)
    ids = [it for account in mine for it in (account.account_id, *account.other_ids)]
    return BY_NAME[network].permalink(ids, message_id)


def _request(
    row: Mapping[str, Any],
    body: Body,
    ranking: Ranking,
    as_of: datetime,
    open_time: Callable[[str], OpenTime],
) -> UnansweredRequest:
    asked_at, started_at = (
        row[name].replace(tzinfo=UTC).astimezone(ranking.zone)
        for name in ("asked_at", "started_at")
    )
    network, account_id, message_id = row["network"], row["account_id"], row["request_id"]
    calendar, promise = ranking.calendar or body.calendar, promise_of(body, ranking)
    promised = calendar_of(body, ranking) if promise and promise.is_open_time else ""
    hours = open_time(promised) if promised else None
    return UnansweredRequest(
        body=body,
        network=network,
        handle=handle_at(body, network, account_id, asked_at, ranking),
        message_id=message_id,
        permalink=permalink(body, network, message_id),
        asked_at=asked_at,
        age_seconds=(as_of - started_at).total_seconds(),
        open_age_seconds=open_time(calendar).seconds(started_at, as_of) if calendar else None,
        watched_until=asked_at + timedelta(seconds=ranking.horizon) if ranking.horizon else None,
        promised_until=due_at(started_at, promise, hours) if promise else None,
        is_pending=row["pending"],
        is_unwatched=row["unwatched"],
        rule_id=row["rule_id"],
        n_asked_again=row["n_asked_again"],
    )


def _open_time(
    source: MessageSource, since: datetime, until: datetime
) -> Callable[[str], OpenTime]:
    """What counts the opening hours of a calendar of that name."""
    from socialscore.inputs.calendar import read_calendar  # takes time; not every body has one

    @cache
    def named(name: str) -> OpenTime:
        calendar = read_calendar(calendar_path(name, beside=source.beside))
        return OpenTime(calendar, since, until)

    return named
