"""Counts what pages show of a body besides its line: networks, hours of the week, waits."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from socialscore.inputs.ranking import override
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.scoring.execution import run
from socialscore.scoring.question import ask
from socialscore.scoring.uncertainty import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.period import Period
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring.source import MessageSource

__all__ = ["WEEKS", "count_details", "weeks_before"]

WEEKS = 13
"""Those whose hours are counted: a week alone has too few requests in most hours."""


def count_details(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    icc: float | None,
    *,
    as_of: str | None = None,
) -> Details:
    """What the messages say of networks, hours and waits of each body.

    Args:
        source: the messages.
        panel: the bodies.
        ranking: the options; its period is that of networks and waits, and the hours are those of
            the 13 weeks that end with it.
        icc: how alike requests of one body and day are, as the scoreboard says; None: there are
            none.
        as_of: as in `ask`.
    """
    asked = partial(ask, source.coverage(), panel, as_of=as_of, rulebook=source.rulebook)
    question = asked(ranking, target="networked", by="network")
    networks = [_of_network(row, icc or 0.0) for row in run(question, source)]
    waits = [
        WaitLine(row["line_id"], row["after_seconds"], row["waiting"])
        for row in run(asked(ranking, target="waiting"), source)
    ]
    weeks = override(ranking, {"period": weeks_before(question.period)})
    rows = run(asked(weeks, target="hourly", by="hour-of-week"), source)
    return Details(
        tuple(sorted(networks, key=lambda it: (it.body_id, it.network))),
        tuple(sorted(map(_of_hour, rows), key=lambda it: (it.body_id, it.weekday, it.hour))),
        tuple(sorted(waits, key=lambda it: (it.body_id, it.after_seconds))),
    )


def weeks_before(period: Period | Scoreboard) -> str:
    """The 13 weeks that end with the last day of a period, as an option of a ranking."""
    last = (period.until - timedelta(microseconds=1)).date()
    return f"{last - timedelta(weeks=WEEKS, days=-1)}..{last}"


def _of_network(row: Mapping[str, Any], icc: float) -> NetworkLine:
    k, n = int(row["n_answered"]), int(row["n_requests"])
    deff = max(1.0, 1 + (int(row["sum_of_squares"]) / n - 1) * icc)
    low, high = wilson(k / deff, n / deff)
    redirected = int(row["n_redirected"])
    return NetworkLine(row["body_id"], row["network"], n, k, redirected, k / n, low, high)


def _of_hour(row: Mapping[str, Any]) -> HourLine:
    weekday, hour = map(int, row["hour_id"].split())
    return HourLine(row["body_id"], weekday + 1, hour, row["n_requests"], row["n_answered"])
