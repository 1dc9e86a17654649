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
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from socialscore.engines.duckdb import DuckDB
from socialscore.inputs.options import reported
from socialscore.inputs.ranking import overridden
from socialscore.model.breakdown import Breakdown, Line
from socialscore.model.period import utc
from socialscore.model.scoreboard import Band, Score, Scoreboard
from socialscore.scoring import inputs, notes
from socialscore.scoring.execution import Messages, run
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.order import in_order, reason_for_no_rank
from socialscore.scoring.question import Question, ask
from socialscore.scoring.slots import SLOTS
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from socialscore.engines.base import Engine
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking

    Pseudonym = Callable[[str, str], str]

__all__ = [
    "GROUPS",
    "MessageTable",
    "Messages",
    "Question",
    "ask",
    "break_down",
    "in_view",
    "ranked",
    "run",
    "score",
]

GROUPS = ("account", "network", "category", *SLOTS)
"""What requests can be counted by, besides bodies."""


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
    seen_until: datetime | None = None,
    pseudonym: Pseudonym | None = None,
    beside: Sequence[Path] = (),
    engine: Callable[[], Engine] = DuckDB,
) -> Scoreboard:
    """Rank the bodies of a panel.

    Args:
        messages: a store, or a table in memory.
        panel: the bodies to compare.
        ranking: the options.
        as_of: as in `ask`.
        seen_until: an instant, to score the messages as the store knew them then: without what came
            or was seen to be deleted since.
        pseudonym: from network and author to the identifier under which the store knows the author;
            needed when the ranking ignores authors.
        beside: the files of panel and ranking, beside which their calendars are looked for.
        engine: makes what runs the statement.
    """
    question = ask(in_view(messages, seen_until), panel, ranking, as_of=as_of)
    rows = run(
        question,
        messages,
        panel,
        ranking,
        seen_until=seen_until,
        pseudonym=pseudonym,
        beside=beside,
        engine=engine,
        names_messages=False,
    )
    return ranked(rows, question, panel, ranking)


def ranked(
    rows: Iterable[Mapping[str, Any]], question: Question, panel: Panel, ranking: Ranking
) -> Scoreboard:
    """The scoreboard that follows from the numbers of each body.

    Args:
        rows: the body_id and every metric of each body, in any order.
        question: as of which period and moment they are.
        panel: the bodies.
        ranking: the options.
    """
    key = key_metric(ranking)
    bodies = {body.body_id: body for body in panel.bodies}
    scores = []
    for row in rows:
        values = dict(row)
        body = bodies[values.pop("body_id")]
        scores.append(Score(body, values, reason=reason_for_no_rank(body, values, ranking, key)))
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
    engine: Callable[[], Engine] = DuckDB,
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
        engine: as in `score`.
    """
    question = ask(messages.coverage(), panel, ranking, as_of=as_of, target="breakdown", by=by)
    rows = run(
        question,
        messages,
        panel,
        ranking,
        pseudonym=pseudonym,
        beside=beside,
        by=by,
        engine=engine,
        names_messages=by == "account",
    )
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


def in_view(messages: Messages, seen_until: datetime | None) -> pa.Table:
    """What was in view, as far as it was noted by an instant."""
    rows = messages.coverage()
    return rows if seen_until is None else rows.filter(pc.field("collected_at") <= utc(seen_until))


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
        options=reported(ranking),
        overridden=overridden(ranking),
        as_of=question.as_of,
        provisional=question.period.until.astimezone(UTC) + maturing > question.as_of,
        version=__version__,
        ranking_digest=ranking.digest,
        panel_digest=panel.digest,
        metrics=metrics_for(ranking),
        scores=scores,
        show=ranking.show,
        title_fr=ranking.title_fr,
        description=ranking.description,
        description_fr=ranking.description_fr,
        notes=(
            *notes.of_period(question.period),
            *notes.of_accounts(inputs.compared(panel, ranking), ranking.networks, question.period),
        ),
        bands=tuple(Band(band.label, band.at_least, band.at_most) for band in ranking.bands),
    )
