"""What to ask an engine for a ranking: the statement, and all that it needs but the messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from socialscore.errors import UsageError
from socialscore.inputs.options import EXCLUSIONS, OPTIONS
from socialscore.inputs.ranking import compared
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.period import (
    LAST_MATURED_WEEK,
    Period,
    parse_as_of,
    parse_period,
    utc,
)
from socialscore.scoring.in_view import in_view, last_matured_week
from socialscore.scoring.metrics import key_metric, metrics_for
from socialscore.scoring.slots import SLOTS
from socialscore.scoring.statement import INPUTS, compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking

__all__ = ["Question", "ask"]

_DAY = timedelta(days=1)
_PACKED = ("length", "clustered")  # what intervals are made of, once all bodies are counted
_FOREVER = timedelta(days=36500)  # the horizon where there is none
_REPEATED = 2 * _DAY  # for so long before the period it is known which repeats count
_AT_ONCE = timedelta(minutes=1)  # of a prompt reply, and between clocks that differ


@dataclass(frozen=True)
class Question:
    """One statement with everything that it needs but the messages."""

    panel: Panel
    ranking: Ranking
    target: str  # the relation that it computes
    by: str  # what lines are, as in `ask`
    sql: str
    parameters: dict[str, object]
    period: Period
    as_of: datetime  # aware, UTC
    asked_from: datetime  # no request is older
    read_from: datetime  # the earliest message that matters
    read_until: datetime  # the first moment that no longer does
    coverage: pa.Table  # what was in view, and when
    topics: pa.Table | None = None  # of a breakdown by topic: the line of each request

    @property
    def names_messages(self) -> bool:
        """Whether the rows hold identifiers of messages or accounts.

        Without, the engine may be given numbers for them.
        """
        of_bodies = ("score", "breakdown", "hourly", "networked", "waiting")
        return self.target not in of_bodies or self.by in ("account", "topic")

    @property
    def parts(self) -> tuple[str, str]:
        """The relation `score` in two statements.

        The first says what each body's own messages tell, which can be asked of some bodies at a
        time; the second what follows from all that, the relation `counted`.
        """
        composed = partial(_composed, self.ranking, self.by, packed=_PACKED)
        return composed("counted"), composed("score", given=(*INPUTS, "counted"))

    def used_in(self, sql: str) -> dict[str, object]:
        """The parameters that a statement has."""
        return _used(self.parameters, sql)

    @property
    def text(self) -> str:
        """The statement under the values of its parameters, for people to read."""
        values = "".join(f"-- ${name} = {value!r}\n" for name, value in self.parameters.items())
        return f"{values}\n{self.sql}"


def ask(
    coverage: pa.Table,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    target: str = "score",
    by: str = "body",
    body_id: str | None = None,
    rulebook: str | None = None,
) -> Question:
    """What to ask an engine for this ranking.

    Args:
        coverage: what was in view, and when.
        panel: the bodies to compare.
        ranking: the options.
        as_of: the moment at which the data is taken to end; by default, as in `in_view`.
        target: the relation to compute.
        by: what the lines of a table are: body, account, network, category, day, week, hour,
            hour-of-week, or topic, where the question is then given `topics`.
        body_id: the body that `explanation` and what else is about one body speaks of.
        rulebook: the digest of the language rules in force; by default, those of today.

    Raises:
        UsageError: nothing was collected for the panel, the ranking leaves the body out, or a time
            cannot be read.
        UnknownName: a metric that the ranking names does not exist.
    """
    key_metric(ranking)
    begin, end = in_view(coverage, panel, ranking)
    end = end if as_of is None else parse_as_of(as_of, ranking.zone)
    period = (
        last_matured_week(coverage, panel, ranking, end)
        if ranking.period == LAST_MATURED_WEEK
        else parse_period(ranking.period, ranking.zone, covered=(begin, end))
    )
    _must_be_compared(body_id, panel, ranking)
    horizon = timedelta(seconds=ranking.horizon) if ranking.horizon else _FOREVER
    # What is still open is not what came too late.
    watched = _FOREVER if target == "unanswered" else min(2 * horizon, _FOREVER)
    asked_from = min(begin, period.since) if ranking.latest else period.since
    # Lengths of time, which clocks that change do not alter.
    read_from = asked_from.astimezone(UTC) - _lookback(ranking)
    # A burst of replies may go on after the last response that counts.
    read_until = min(end, period.until.astimezone(UTC) + watched + ranking.exclude_bursts * _DAY)
    parameters: dict[str, object] = {
        "since": utc(period.since),
        "until": utc(period.until),
        "as_of": utc(end),
        "asked_from": utc(asked_from),
        "read_from": utc(read_from),
        "read_until": utc(read_until),
        "repeated_from": utc(asked_from.astimezone(UTC) - _REPEATED),
        # An episode may go on after the period in which it was asked.
        "asked_until": utc(read_until if ranking.unit == "episode" else min(end, period.until)),
        # Accounts are not collected at one moment: without a horizon, the last day may be missing.
        "seen_enough_at": utc(end if ranking.horizon else end - _DAY),
        "horizon_us": horizon // timedelta(microseconds=1),
        "watched_us": watched // timedelta(microseconds=1),
        "maturing_us": ranking.maturing // timedelta(microseconds=1),
        "body_id": body_id,
        "rulebook": rulebook or rulebook_digest(),
    }
    # Each option is a parameter of its name.
    parameters |= {option.name: _plain(getattr(ranking, option.name)) for option in OPTIONS}
    if ranking.unit != "episode":
        parameters["clock_start"] = "first"
    if ranking.icc == "estimate":
        parameters["icc"] = None
    # Reasons one by one: the planner leaves out a join whose condition is FALSE, and would not see
    # that through a list.
    for reason in EXCLUSIONS:
        parameters[f"exclude_{reason.replace('-', '_')}"] = reason in ranking.exclude
    given = (*INPUTS, "clustering") if target == "breakdown" else INPUTS
    sql = _composed(ranking, by, target, given)
    return Question(
        panel,
        ranking,
        target,
        by,
        sql,
        _used(parameters, sql),
        period,
        end,
        asked_from,
        read_from,
        read_until,
        coverage,
    )


def _must_be_compared(body_id: str | None, panel: Panel, ranking: Ranking) -> None:
    if body_id is not None and body_id not in {it.body_id for it in compared(panel, ranking)}:
        categories = ", ".join(ranking.categories)
        raise UsageError(f"the ranking leaves out {body_id!r}: its categories are {categories}")


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _composed(
    ranking: Ranking,
    by: str,
    target: str,
    given: Sequence[str] = INPUTS,
    packed: Sequence[str] = (),
) -> str:
    metrics, variants = metrics_for(ranking), _variants(ranking, by)
    return compose(metrics, variants, target=target, given=given, packed=packed)


def _used(parameters: Mapping[str, object], sql: str) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", sql)}


def _variants(ranking: Ranking, by: str) -> dict[str, str]:
    """For each relation that an option defines, the file to take."""
    return {
        "reply": ranking.match,
        "spoken": "direct" if ranking.match == "direct" else "conversation",
        "membership": ranking.unit,
        "request": "message" if ranking.unit == "message" else "joint",
        "eligible": "latest" if ranking.latest else "period",
        "clocked": ranking.clock,
        "grouping": "slot" if by in SLOTS else by,
    }


def _lookback(ranking: Ranking) -> timedelta:
    """How far before the period a message matters: it may be continued, repeated, or in a burst.

    Replies are looked for from a day before the request, to count those that are too early.
    """
    earlier = _REPEATED if "duplicate" in ranking.exclude else (ranking.unit == "episode") * _DAY
    return max(earlier + ranking.exclude_bursts * _DAY, _DAY) + 2 * _AT_ONCE
