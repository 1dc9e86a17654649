"""Puts together what a digest tells: figures, what changed, hours, waits, and what is open."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from socialscore.inputs.ranking import override
from socialscore.model.digest import AnsweredRequest, Digest, HourOfDay
from socialscore.scoring import ask, run, score
from socialscore.scoring.comparison import compare, period_to_compare
from socialscore.scoring.details import WEEKS, weeks_before
from socialscore.scoring.explanation import explain
from socialscore.scoring.order import with_simultaneous_ranks
from socialscore.scoring.unanswered import permalink, unanswered
from socialscore.scoring.uncertainty import kept, p_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.explanation import ExplainedMessage
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring.source import MessageSource

__all__ = ["digest", "telling_hours"]

_N_LONGEST = 3
_WORKING_DAYS = 5
_FEWEST_DAYS = 5  # of each body, on which an hour was asked anything


def digest(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    body: Body | None = None,
    *,
    as_of: str | None = None,
) -> Digest:
    """The digest of a body, or of all that a ranking compares.

    Args:
        source: the messages.
        panel: the bodies.
        ranking: the options; the period is compared with the one before it.
        body: whose digest; None: that of the ranking.
        as_of: as in `ask`.

    Raises:
        UsageError: nothing was collected for the panel, or no period precedes this one.
    """
    now = score(source, panel, ranking, as_of=as_of)
    earlier = override(ranking, {"period": period_to_compare(now, "previous")})
    before = score(source, panel, earlier, as_of=as_of)
    board = with_simultaneous_ranks(compare(now, before))
    hours = _hours(source, panel, ranking, now, body, as_of)
    known = (it.clusters.icc for it in (now, before) if it.clusters)
    best, worst = telling_hours(hours, next((icc for icc in known if icc is not None), None))
    return Digest(
        board=board,
        body=body,
        n_hours=len(hours),
        best_hours=best,
        worst_hours=worst,
        longest=_longest(source, panel, ranking, body, now, as_of) if body else (),
        unanswered=unanswered(source, panel, ranking, body, as_of=as_of),
    )


# --- hours ----------------------------------------------------------------------------------------


def _hours(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    board: Scoreboard,
    body: Body | None,
    as_of: str | None,
) -> list[HourOfDay]:
    """Those in which enough was asked in the 13 weeks that end with a period, in order."""
    weeks = override(ranking, {"period": weeks_before(board)})
    question = ask(
        source.coverage(),
        panel,
        weeks,
        as_of=as_of,
        target="hourly",
        by="hour",
        rulebook=source.rulebook,
    )
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    squared: Counter[str] = Counter()
    for row in run(question, source):
        if body is None or row["body_id"] == body.body_id:
            asked[row["hour_id"]] += row["n_requests"]
            answered[row["hour_id"]] += row["n_answered"]
            squared[row["hour_id"]] += row["n_squared"]
    return [
        HourOfDay(bool(int(part)), int(hour), n, answered[hour_id], squared[hour_id] / n)
        for hour_id, n in sorted(asked.items())
        for part, hour in [hour_id.split()]
    ]


def telling_hours(
    hours: Sequence[HourOfDay], icc: float | None
) -> tuple[tuple[HourOfDay, ...], tuple[HourOfDay, ...]]:
    """The hours in which more is answered than in all others, and those in which less is.

    As with arrows between periods, of those that are named at most one in ten is expected to be
    chance (Benjamini and Hochberg over all hours).

    Args:
        hours: all that are known.
        icc: how alike requests of one body and day are; None: nobody knows, and no hour is told.

    Returns:
        Those with more, best first, and those with less, worst first.
    """
    n, k = sum(it.n_requests for it in hours), sum(it.n_answered for it in hours)
    # One bad evening tells nothing of its hour: as many days of equal weight as Kish counts them.
    hours = [it for it in hours if it.n_requests / it.n_per_day >= _FEWEST_DAYS]
    others = [(k - it.n_answered, n - it.n_requests) for it in hours]
    if not hours or n == hours[0].n_requests or icc is None:
        return (), ()
    p_values = [
        p_value(
            _effective(its_k, its_n, its_n / (WEEKS * _WORKING_DAYS), icc),
            _effective(it.n_answered, it.n_requests, it.n_per_day, icc),
        )
        for it, (its_k, its_n) in zip(hours, others, strict=True)
    ]
    told = [
        (it, it.rate - its_k / its_n)
        for it, (its_k, its_n), real in zip(hours, others, kept(p_values), strict=True)
        if real
    ]
    told.sort(key=lambda pair: -pair[1])
    best = tuple(it for it, difference in told if difference > 0)
    return best, tuple(it for it, difference in reversed(told) if difference < 0)


def _effective(k: float, n: float, n_per_day: float, icc: float) -> tuple[float, float]:
    """Counts of as many independent requests."""
    deff = max(1.0, 1 + (n_per_day - 1) * icc)
    return k / deff, n / deff


# --- waits ----------------------------------------------------------------------------------------


def _longest(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    body: Body,
    board: Scoreboard,
    as_of: str | None,
) -> tuple[AnsweredRequest, ...]:
    """The answered requests of the period that waited longest."""
    explanation = explain(source, panel, ranking, body, as_of=as_of)
    found = list(_answered(explanation.messages, body, board))
    found.sort(key=lambda it: (-it.wait_seconds, it.asked_at, it.message_id))
    return tuple(found[:_N_LONGEST])


def _answered(
    messages: Iterable[ExplainedMessage], body: Body, board: Scoreboard
) -> Iterator[AnsweredRequest]:
    for message in messages:
        request = message.belongs_to
        if request is None or request.request_id != message.message_id or not request.selected:
            continue
        if (wait := request.calendar_delay_seconds) is None:
            continue
        yield AnsweredRequest(
            message.network,
            message.message_id,
            permalink(body, message.network, message.message_id),
            request.asked_at.astimezone(board.since.tzinfo),
            wait,
        )
