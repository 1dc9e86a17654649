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
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from socialscore import __version__
from socialscore.engines.duckdb import DuckDB
from socialscore.model import Band, Breakdown, Line, Score, Scoreboard
from socialscore.period import utc
from socialscore.scoring import inputs
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.order import in_order, reason_for_no_rank
from socialscore.scoring.question import Question, ask
from socialscore.scoring.slots import SLOTS, slots
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from socialscore.panel import Panel
    from socialscore.ranking import Ranking

    Pseudonym = Callable[[str, str], str]

__all__ = ["GROUPS", "MessageTable", "Messages", "Question", "ask", "break_down", "run", "score"]

GROUPS = ("account", "network", "category", *SLOTS)
"""What requests can be counted by, besides bodies."""


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


def score(
    messages: Messages,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    pseudonym: Pseudonym | None = None,
    beside: Sequence[Path] = (),
) -> Scoreboard:
    """Rank the bodies of a panel.

    Args:
        messages: a store, or a table in memory.
        panel: the bodies to compare.
        ranking: the options.
        as_of: as in `ask`.
        pseudonym: from network and author to the identifier under which the store knows the author;
            needed when the ranking ignores authors.
        beside: the files of panel and ranking, beside which their calendars are looked for.
    """
    key = key_metric(ranking)
    question = ask(messages.coverage(), panel, ranking, as_of=as_of)
    rows = run(question, messages, panel, ranking, pseudonym=pseudonym, beside=beside)
    bodies = {body.body_id: body for body in panel.bodies}
    scores = []
    for row in rows:
        body = bodies[row.pop("body_id")]
        scores.append(Score(body, row, reason=reason_for_no_rank(body, row, ranking, key)))
    return _scoreboard(in_order(scores, key, ranking), question, panel, ranking)


def break_down(
    messages: Messages,
    panel: Panel,
    ranking: Ranking,
    by: str,
    *,
    as_of: str | None = None,
    pseudonym: Pseudonym | None = None,
    beside: Sequence[Path] = (),
) -> Breakdown:
    """Count the requests of a ranking by something else than bodies.

    Args:
        messages: a store, or a table in memory.
        panel: the bodies whose requests are counted.
        ranking: the options.
        by: account, network, category, day, week or hour-of-week.
        as_of: as in `ask`.
        pseudonym: as in `score`.
        beside: as in `score`.
    """
    question = ask(messages.coverage(), panel, ranking, as_of=as_of, target="breakdown", by=by)
    rows = run(question, messages, panel, ranking, pseudonym=pseudonym, beside=beside, by=by)
    labels = inputs.labels(panel, by)
    lines = [
        Line(
            label=labels.get(line_id := row.pop("line_id"), line_id),
            n_bodies=row.pop("n_bodies"),
            median_of_bodies={
                "response_rate": row.pop("typical_rate"),
                "median_delay": row.pop("typical_delay"),
            },
            pooled=row,
        )
        for row in sorted(rows, key=lambda row: str(row["line_id"]))
    ]
    metrics = tuple(m for m in metrics_for(ranking) if m.over in ("wait", "tally"))
    return Breakdown(_scoreboard((), question, panel, ranking), by, metrics, tuple(lines))


def run(
    question: Question,
    messages: Messages,
    panel: Panel,
    ranking: Ranking,
    *,
    pseudonym: Pseudonym | None = None,
    beside: Sequence[Path] = (),
    by: str = "body",
) -> list[dict[str, Any]]:
    """The rows of a question's relation."""
    with DuckDB() as engine:
        found = messages.messages(question.read_from, question.read_until)
        engine.relation("message", found if len(found) else MESSAGE.empty_table())
        engine.relation("coverage", question.coverage)
        engine.relation("account", inputs.accounts(panel, ranking))
        engine.relation("presence", inputs.presences(panel, ranking))
        engine.relation("body", inputs.bodies(panel, ranking))
        engine.relation("ignored", inputs.ignored(ranking, pseudonym))
        if ranking.clock == "business":
            engine.relation("stretch", inputs.stretches(panel, ranking, question, beside))
        if by in SLOTS:
            engine.relation("slot", slots(by, question, ranking))
        rows: list[dict[str, Any]] = engine.query(question.sql, question.parameters).to_pylist()
        return rows


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
        clock=ranking.clock_in_words,
        responders=ranking.responders,
        strict=ranking.strict,
        exclude=ranking.exclude,
        min_requests=ranking.min_requests,
        key=ranking.by,
        as_of=question.as_of,
        provisional=question.period.until + maturing > question.as_of,
        version=__version__,
        ranking_digest=ranking.digest,
        panel_digest=panel.digest,
        metrics=metrics_for(ranking),
        scores=scores,
        show=ranking.show,
        bands=tuple(Band(band.label, band.at_least, band.at_most) for band in ranking.bands),
    )
