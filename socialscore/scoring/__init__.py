"""Scoring: from messages to a scoreboard.

The principles of the measure, before the code:

1. A request counts in the period in which the citizen wrote, however late the answer.
2. Every request is watched equally long: the horizon. One that has not been watched to the end is
   pending, and in no rate, answered or not.
3. Silence counts. A request without a response is in the N of every share, and a median over the
   answered alone never stands without the rate beside it.
4. Nothing is left out silently: every exclusion has a reason, and the reasons are counted.
5. The data end at `as_of`, which is a parameter. No clock is read.
6. A number says how sure it is, and a body with too little data has no rank.

The numbers themselves are SQL: see `sql/`, and `socialscore rank --sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from socialscore import __version__
from socialscore.engines.duckdb import DuckDB
from socialscore.errors import UsageError
from socialscore.model import Score, Scoreboard
from socialscore.period import Period, parse_instant, parse_period, utc
from socialscore.ranking import EXCLUSIONS
from socialscore.scoring import inputs
from socialscore.scoring.metrics import METRICS, key_metric
from socialscore.scoring.order import in_order, reason_for_no_rank
from socialscore.scoring.statement import compose
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialscore.panel import Panel
    from socialscore.ranking import Ranking

__all__ = ["MessageTable", "Messages", "Question", "ask", "score"]

_DAY = timedelta(days=1)
_FOREVER = timedelta(days=36500)  # the horizon where there is none


class Messages(Protocol):
    """Where messages come from: a store, or a table in memory."""

    def messages(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """A table, or the Parquet files, with at least all messages of `[first, last]`."""

    def coverage(self) -> pa.Table:
        """What was in view, and when."""


@dataclass(frozen=True)
class MessageTable:
    """Messages in memory, in the columns of the store."""

    table: pa.Table
    covered: pa.Table

    def messages(self, first: datetime, last: datetime) -> pa.Table:
        """The messages of `[first, last]`."""
        sent_at = pc.field("sent_at")
        return self.table.filter((sent_at >= utc(first)) & (sent_at <= utc(last)))

    def coverage(self) -> pa.Table:
        """What was in view, and when."""
        return self.covered


@dataclass(frozen=True)
class Question:
    """One statement with everything that it needs but the data."""

    sql: str
    parameters: dict[str, object]
    period: Period
    as_of: datetime  # aware, UTC
    read_from: datetime  # the earliest message that matters
    read_until: datetime  # the first moment that no longer does


def ask(
    messages: Messages, panel: Panel, ranking: Ranking, *, as_of: str | None = None
) -> Question:
    """What to ask an engine for this ranking.

    Args:
        messages: read only for what they cover.
        panel: the bodies to compare.
        ranking: the options.
        as_of: the moment at which the data is taken to end; by default, where they do end.

    Raises:
        UsageError: nothing was collected for the panel, or a time cannot be read.
        UnknownName: the metric that should rank, or earn the badge, does not exist.
    """
    key_metric(ranking.by)
    if ranking.badge:
        key_metric(ranking.badge.metric)
    covered = _covered(messages.coverage(), panel, ranking)
    end = _instant(as_of, ranking) if as_of else covered[1]
    period = parse_period(ranking.period, ranking.zone, covered=(covered[0], end))
    horizon = timedelta(seconds=ranking.horizon) if ranking.horizon else _FOREVER
    watched = min(2 * horizon, _FOREVER)
    read_from = period.since - _lookback(ranking)
    read_until = min(end, period.until + watched)
    parameters: dict[str, object] = {
        "since": utc(period.since),
        "until": utc(period.until),
        "as_of": utc(end),
        "seen_from": utc(read_from),
        "seen_until": utc(read_until),
        # An episode may go on after the period in which it was asked.
        "asked_until": utc(min(end, period.until if ranking.unit == "message" else read_until)),
        "horizon_us": horizon // timedelta(microseconds=1),
        "watched_us": watched // timedelta(microseconds=1),
        "maturing_us": (ranking.horizon or 0) * 1_000_000,
        "selection": ranking.selection,
        "clock_start": ranking.clock_start,
        "include_institutions": ranking.include_institutions,
        "kinds": list(ranking.kinds),
    }
    for reason in EXCLUSIONS:
        parameters[f"exclude_{reason.replace('-', '_')}"] = reason in ranking.exclude
    variants = {"response": ranking.match, "spoken": ranking.match, "request": ranking.unit}
    sql = compose(variants)
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    return Question(sql, used, period, end, read_from, read_until)


def score(
    messages: Messages,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    pseudonym: Callable[[str, str], str] | None = None,
) -> Scoreboard:
    """Rank the bodies of a panel.

    Args:
        messages: a store, or a table in memory.
        panel: the bodies to compare.
        ranking: the options.
        as_of: as in `ask`.
        pseudonym: from network and author to the identifier under which the store knows the author;
            needed when the ranking ignores authors.
    """
    key = key_metric(ranking.by)
    question = ask(messages, panel, ranking, as_of=as_of)
    with DuckDB() as engine:
        found = messages.messages(question.read_from, question.read_until)
        engine.relation("message", found if len(found) else MESSAGE.empty_table())
        engine.relation("coverage", messages.coverage())
        engine.relation("account", inputs.accounts(panel, ranking))
        engine.relation("presence", inputs.presences(panel, ranking))
        engine.relation("body", inputs.bodies(panel))
        engine.relation("ignored", inputs.ignored(ranking, pseudonym))
        rows = engine.query(question.sql, question.parameters).to_pylist()
    bodies = {body.body_id: body for body in panel.bodies}
    scores = []
    for row in rows:
        body = bodies[row.pop("body_id")]
        scores.append(Score(body, row, reason=reason_for_no_rank(body, row, ranking, key)))
    return _scoreboard(in_order(scores, key), question, panel, ranking)


def _scoreboard(
    scores: tuple[Score, ...], question: Question, panel: Panel, ranking: Ranking
) -> Scoreboard:
    maturing = timedelta(seconds=ranking.horizon or 0)
    return Scoreboard(
        title=ranking.title,
        panel=panel.name,
        preset=ranking.preset,
        period=question.period.label,
        since=question.period.since,
        until=question.period.until,
        timezone=ranking.timezone,
        horizon_seconds=ranking.horizon,
        unit=ranking.unit,
        selection=ranking.selection,
        match=ranking.match,
        clock="calendar",
        responders="group",
        exclude=ranking.exclude,
        min_requests=ranking.min_requests,
        key=ranking.by,
        as_of=question.as_of,
        provisional=question.period.until + maturing > question.as_of,
        version=__version__,
        ranking_digest=ranking.digest,
        panel_digest=panel.digest,
        metrics=METRICS,
        scores=scores,
        badge=ranking.badge.model_dump() if ranking.badge else {},
    )


def _covered(coverage: pa.Table, panel: Panel, ranking: Ranking) -> tuple[datetime, datetime]:
    """The first instant and the end of what was collected for the panel."""
    accounts = {
        (account.network, account.account_id)
        for _, account in panel.accounts()
        if account.network in ranking.networks
    }
    rows = [
        row
        for row in coverage.to_pylist()
        if row["reason"] is None and (row["network"], row["account_id"]) in accounts
    ]
    if not rows:
        raise UsageError(
            f"nothing was collected for the bodies of the panel {panel.name!r} yet: "
            "`socialscore import FILE` brings messages"
        )
    first = min(row["covered_from"] for row in rows)
    last = max(row["covered_until"] for row in rows)
    return first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)


def _instant(text: str, ranking: Ranking) -> datetime:
    try:
        return parse_instant(text, ranking.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        problem = "write a day or a time such as 2026-11-23T09:00"
        raise UsageError(f"--as-of {text}: {problem}") from None


def _lookback(ranking: Ranking) -> timedelta:
    """How far before the period a message can matter: one may continue or repeat an earlier one."""
    return (ranking.unit == "episode") * _DAY + ("duplicate" in ranking.exclude) * _DAY
