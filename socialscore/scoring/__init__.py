"""Scoring: from messages to a scoreboard.

The principles of the measure, before the code:

1. A request counts in the period in which the citizen wrote, however late the answer.
2. Every request is watched equally long: the horizon. One that has not been watched to the end is
   pending, and in no rate, answered or not.
3. Silence counts. A request without a response is in the N of every share, and a median over the
   answered alone never stands without the rate beside it.
4. Nothing is left out silently: every exclusion has a reason, and the reasons are counted.
5. The data end at `as_of`, a parameter; by default, with what half of the accounts are in view for.
   No clock is read.
6. A number says how sure it is, and a body with too little data has no rank.

The numbers themselves are SQL: see `sql/`, and `socialscore rank --sql`.
"""

from __future__ import annotations

from datetime import UTC
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import reported
from socialscore.inputs.ranking import compared, overridden, promise_of
from socialscore.model.breakdown import Breakdown, Line
from socialscore.model.scoreboard import Band, Clusters, Score, Scoreboard
from socialscore.scoring import inputs, notes
from socialscore.scoring.execution import run
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.order import in_order, reason_for_no_rank
from socialscore.scoring.question import Question, ask
from socialscore.scoring.slots import SLOTS
from socialscore.scoring.source import Messages, MessageSource, MessageTable
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking

__all__ = [
    "GROUPS",
    "MessageSource",
    "MessageTable",
    "Messages",
    "Question",
    "ask",
    "break_down",
    "clusters_of",
    "described",
    "ranked",
    "run",
    "score",
]

GROUPS = ("account", "network", "category", *SLOTS)
"""What requests can be counted by, besides bodies."""


def score(
    source: MessageSource, panel: Panel, ranking: Ranking, *, as_of: str | None = None
) -> Scoreboard:
    """Rank the bodies of a panel.

    Args:
        source: the messages.
        panel: the bodies to compare.
        ranking: the options.
        as_of: as in `ask`.
    """
    question = ask(source.coverage(), panel, ranking, as_of=as_of, rulebook=source.rulebook)
    return ranked(run(question, source), question)


def ranked(rows: Iterable[Mapping[str, Any]], question: Question) -> Scoreboard:
    """The scoreboard that follows from the numbers of each body.

    Args:
        rows: the body_id and every metric of each body, in any order.
        question: to which they are the answer.
    """
    panel, ranking = question.panel, question.ranking
    key = key_metric(ranking)
    bodies = {body.body_id: body for body in panel.bodies}
    scores = []
    clustering: dict[str, Any] = {}
    for row in rows:
        values = dict(row)
        clustering = {name: values.pop(name) for name in ("icc", "assumed")}
        body = bodies[values.pop("body_id")]
        reason = reason_for_no_rank(body, values, ranking, key)
        promise = str(promise_of(body, ranking) or "")
        scores.append(Score(body, values, reason=reason, promise=promise))
    clusters = clusters_of(clustering, (score.values for score in scores))
    judged = [score.values for score in scores]
    return _scoreboard(in_order(scores, key, ranking), clusters, question, judged)


def break_down(
    source: MessageSource, panel: Panel, ranking: Ranking, by: str, *, as_of: str | None = None
) -> Breakdown:
    """Count the requests of a ranking by something else than bodies.

    Args:
        source: the messages.
        panel: the bodies whose requests are counted.
        ranking: the options.
        by: account, network, category, day, week, hour or hour-of-week.
        as_of: as in `ask`.
    """
    asked = partial(ask, source.coverage(), panel, ranking, as_of=as_of, rulebook=source.rulebook)
    # How alike requests are is one number for the ranking, whatever they are counted by.
    clustering = run(asked(target="clustering"), source)
    question = asked(target="breakdown", by=by)
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
        for row in sorted(run(question, source, clustering), key=lambda row: str(row["line_id"]))
    ]
    metrics = tuple(m for m in metrics_for(ranking) if m.over in ("wait", "tally"))
    of_rates = next((row for row in clustering if row["outcome"] == "response_rate"), {})
    clusters = clusters_of(of_rates, (line.pooled for line in lines))
    of_bodies = {body.body_id for body in compared(panel, ranking)}
    judged = [row for row in run(asked(target="judged"), source) if row["body_id"] in of_bodies]
    frame = _scoreboard((), clusters, question, judged)
    return Breakdown(frame, by, metrics, tuple(lines))


def clusters_of(of_rates: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Clusters:
    """How alike requests are: the row of rates in the relation `clustering`, and all lines."""
    deffs = [line["deff"] for line in lines if line["deff"] is not None]
    return Clusters(
        icc=of_rates.get("icc"),
        assumed=bool(of_rates.get("assumed")),
        median_deff=median(deffs) if deffs else None,
    )


def _scoreboard(
    scores: tuple[Score, ...],
    clusters: Clusters,
    question: Question,
    judged: Iterable[Mapping[str, Any]],
) -> Scoreboard:
    """The scoreboard; `judged`: the two numbers of `judged.sql`, of each body."""
    panel, ranking = question.panel, question.ranking
    return Scoreboard(
        **described(panel, ranking),
        period=question.period.label,
        since=question.period.since,
        until=question.period.until,
        as_of=question.as_of,
        provisional=question.period.until.astimezone(UTC) + ranking.maturing > question.as_of,
        scores=scores,
        clusters=clusters,
        notes=(
            *notes.of_period(question.period),
            *notes.of_accounts(compared(panel, ranking), ranking.networks, question.period),
            *notes.of_promises(scores),
            *notes.of_rules(judged),
            *notes.of_losses(question),
        ),
    )


def described(panel: Panel, ranking: Ranking) -> dict[str, Any]:
    """What a scoreboard has from its ranking and panel alone, by the names of its fields."""
    return {
        "title": ranking.title,
        "title_fr": ranking.title_fr,
        "description": ranking.description,
        "description_fr": ranking.description_fr,
        "panel": panel.name,
        "preset": ranking.preset,
        "options": reported(ranking),
        "overridden": overridden(ranking),
        "version": __version__,
        "ranking_digest": ranking.digest,
        "panel_digest": panel.digest,
        "metrics": metrics_for(ranking),
        "show": ranking.show,
        "bands": tuple(
            Band(it.label, it.at_least, it.at_most, it.label_fr) for it in ranking.bands
        ),
    }
