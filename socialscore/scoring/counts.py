"""Scoring of a table of counts: rates, intervals, ranks and changes, without any message.

The relations that follow from what is counted of each body are those of any ranking. How alike the
requests of a day are cannot be told from counts, so that is assumed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialscore.engines.duckdb import DuckDB
from socialscore.engines.rows import Rows
from socialscore.errors import UsageError
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import compared, load_ranking
from socialscore.model.period import EARLIEST
from socialscore.model.scoreboard import Score, Scoreboard
from socialscore.scoring import clusters_of, described
from socialscore.scoring.comparison import compare
from socialscore.scoring.metrics import metrics_for
from socialscore.scoring.order import in_order, reason_by_counts
from socialscore.scoring.statement import INPUTS, compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.inputs.ranking import Ranking
    from socialscore.model.counts import CountedBody
    from socialscore.model.scoreboard import Metric

    Counts = Mapping[str, tuple[int, int]]  # by body_id: requests, and those that were answered

__all__ = ["OPTIONS_OF_COUNTS", "score_counts"]

OPTIONS_OF_COUNTS = ("categories", "by", "min_requests", "rank_interval", "icc")
"""The options that say something of counts; the others are of how messages are counted."""

_METRICS = (
    "n_requests", "n_answered", "response_rate", "wilson_low", "wilson_high", "deff", "shrunk_rate",
    "devoted_index",
)  # fmt: skip
_DESCRIPTIONS = {  # without the horizon, which nobody knows
    "n_requests": "Requests, as the table has them: the N of every share.",
    "n_answered": "Answered requests, as the table has them: k.",
    "response_rate": "Share of the requests that were answered; without requests there is no rate.",
}
_EARLIER = "the earlier period"

_COUNTED = {
    "line_id": "VARCHAR",
    "category": "VARCHAR",
    "n_requests": "BIGINT",
    "n_answered": "BIGINT",
    "response_rate": "DOUBLE",
}
_CLUSTERED = {
    "outcome": "VARCHAR",
    "line_id": "VARCHAR",
    "n_trials": "BIGINT",
    "n_squared": "DOUBLE",
    "n_clusters": "BIGINT",
    "n_strata": "BIGINT",
    "mean_size": "DOUBLE",
    "ss_between": "DOUBLE",
    "ss_within": "DOUBLE",
}


def score_counts(
    counted: Sequence[CountedBody], ranking: Ranking, *, name: str, n_days: int = 7
) -> Scoreboard:
    """Rank bodies by their counts, with what changed since the earlier period if that is counted.

    Args:
        counted: the bodies, each once.
        ranking: the options, of which OPTIONS_OF_COUNTS are read.
        name: of the table.
        n_days: over how many days the requests are taken as spread evenly.

    Raises:
        UsageError: the ranking needs numbers that counts do not tell.
    """
    metrics = tuple(
        replace(it, description=_DESCRIPTIONS.get(it.name, it.description))
        for it in metrics_for(ranking)
        if it.name in _METRICS
    )
    _check(ranking, metrics)
    panel = Panel(name, tuple(each.body for each in counted))
    now = {each.body.body_id: (each.n_requests, each.n_answered) for each in counted}
    before = {each.body.body_id: each.before for each in counted if each.before}
    board = _scoreboard(now, panel, ranking, metrics, n_days=n_days, period=_days(n_days))
    if not before:
        return board
    earlier = _scoreboard(before, panel, ranking, metrics, n_days=n_days, period=_EARLIER)
    return compare(board, earlier)


def _days(n_days: int) -> str:
    return f"{n_days} day{'s' * (n_days != 1)}"


def _check(ranking: Ranking, metrics: Sequence[Metric]) -> None:
    """Refuse a ranking that needs what counts do not tell."""
    known = {metric.name: metric for metric in metrics}
    if ranking.by not in known or not known[ranking.by].better:
        keys = ", ".join(name for name, metric in known.items() if metric.better)
        raise UsageError(
            f"a table of counts says nothing of {ranking.by}, by which the ranking is; say --by "
            f"with one of {keys}"
        )
    for band in ranking.bands:
        for name in (*band.at_least, *band.at_most):
            if name not in known:
                raise UsageError(
                    f"a table of counts says nothing of {name}, which the band {band.label!r} "
                    "needs; take a ranking or a preset without it"
                )


def _scoreboard(
    counts: Counts,
    panel: Panel,
    ranking: Ranking,
    metrics: tuple[Metric, ...],
    *,
    n_days: int,
    period: str,
) -> Scoreboard:
    bodies = {it.body_id: it for it in compared(panel, ranking) if it.body_id in counts}
    categories = {body_id: body.category for body_id, body in bodies.items()}
    rows = _computed({it: counts[it] for it in bodies}, categories, ranking, metrics, n_days)
    key = next(metric for metric in metrics if metric.name == ranking.by)
    scores = []
    clustering: dict[str, Any] = {}
    for values in rows:
        clustering = {name: values.pop(name) for name in ("icc", "assumed")}
        body = bodies[values.pop("body_id")]
        reason = reason_by_counts(values, ranking.min_requests, key)
        scores.append(Score(body, values, reason=reason))
    return Scoreboard(
        **_described(panel, ranking, metrics),
        period=period,
        since=EARLIEST,
        until=EARLIEST,
        as_of=EARLIEST,
        provisional=False,
        scores=in_order(scores, key, ranking),
        clusters=clusters_of(clustering, (score.values for score in scores)),
        notes=(
            "from counts: what was counted as a request and as an answer, and when, is not known; "
            f"requests are taken as spread evenly over {_days(n_days)}",
        ),
        from_counts=True,
    )


def _described(panel: Panel, ranking: Ranking, metrics: tuple[Metric, ...]) -> dict[str, Any]:
    """What the ranking says, without what it says of messages."""
    said = described(panel, ranking)
    preset = load_ranking(None, {"preset": ranking.preset})
    names = [metric.name for metric in metrics]
    # A preset describes how it counts messages.
    of_preset = {it for it in ("description", "description_fr") if said[it] == getattr(preset, it)}
    return (
        said
        | dict.fromkeys(of_preset, "")
        | {
            "options": {name: said["options"][name] for name in OPTIONS_OF_COUNTS},
            "overridden": tuple(it for it in said["overridden"] if it in OPTIONS_OF_COUNTS),
            "metrics": metrics,
            "show": tuple(name for name in ranking.show if name in names),
        }
    )


def _computed(
    counts: Counts,
    categories: Mapping[str, str],
    ranking: Ranking,
    metrics: Sequence[Metric],
    n_days: int,
) -> list[dict[str, Any]]:
    """The metrics of each body, by the relations that say what follows from counts."""
    parts = {
        "counted": Rows(
            _COUNTED,
            [(it, categories[it], n, k, k / n if n else None) for it, (n, k) in counts.items()],
        ),
        # One day in one stratum, whatever its size: nothing from which to estimate anything.
        "clustered": Rows(
            _CLUSTERED,
            [
                ("response_rate", it, n, n * n / n_days, 1, 1, n, 0, 0)
                for it, (n, _) in counts.items()
                if n
            ],
        ),
        # Delays, which nobody knows.
        "spread": Rows({"line_id": "VARCHAR"}, []),
        "wait_spread": Rows({"line_id": "VARCHAR"}, []),
    }
    sql = compose(metrics, {}, given=(*INPUTS, *parts))
    with DuckDB() as engine:
        for name, rows in parts.items():
            engine.relation(name, rows)
        return engine.query(sql, {"icc": None if ranking.icc == "estimate" else ranking.icc})
