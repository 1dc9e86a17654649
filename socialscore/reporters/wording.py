"""A scoreboard in the words that people read; the console and Markdown only lay them out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.reporters import humane
from socialscore.reporters.facts import badge_of, metric_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model import Metric, Score, Scoreboard

__all__ = [
    "Fact",
    "Line",
    "extra_key",
    "lines",
    "notes",
    "nothing_ranked",
    "origin",
    "provisional",
    "subject",
    "terms",
]

FEW_ANSWERED = 5
"""A delay over fewer answers than this is shown with a warning, and ranks nobody."""

_SHOWN_ANYWAY = ("n_requests", "n_answered", "response_rate", "median_delay", "median_wait")

_REASONS = {
    "closed": "nobody can write there",
    "low-coverage": "gaps in the collection",
    "no-account": "has no account",
    "not-collected": "not collected",
    "suspect": "no reply at all: check the handle",
}


@dataclass(frozen=True)
class Line:
    """One body's line, in words."""

    place: str  # `1`, `2=` where the rank is shared, empty where there is none
    body: str  # followed by * where the body holds the badge
    category: str
    requests: str
    answered: str
    rate: str  # 72 %
    interval: str  # (66–78), empty if there is none
    delay: str  # 12 min, in parentheses if it rests on few answers
    wait: str  # 1 h 20, or > 7 d where half the requests waited longer than they were watched
    key: str  # the metric that ranks, if it is none of the above; otherwise empty
    reason: str  # why the body is not ranked, empty if it is
    share: float | None  # the rate, for a bar
    doubtful: bool  # the delay rests on few answers


def lines(scoreboard: Scoreboard) -> list[Line]:
    """One line per score, in the scoreboard's order."""
    shared_ranks = Counter(score.rank for score in scoreboard.scores)
    return [_line(scoreboard, score, shared_ranks[score.rank] > 1) for score in scoreboard.scores]


def _line(scoreboard: Scoreboard, score: Score, rank_is_shared: bool) -> Line:
    values, badge, key = score.values, badge_of(scoreboard), extra_key(scoreboard)
    delay = humane.duration(values.get("median_delay"))
    doubtful = delay != humane.NO_VALUE and (values.get("n_answered") or 0) < FEW_ANSWERED
    return Line(
        place="" if score.rank is None else f"{score.rank}{'=' if rank_is_shared else ''}",
        body=humane.one_line(score.body.name) + ("*" if badge and badge.held_by(score) else ""),
        category=humane.one_line(score.body.category),
        requests=humane.count(values.get("n_requests")),
        answered=humane.count(values.get("n_answered")),
        rate=humane.share(values.get("response_rate")),
        interval=_interval(values.get("response_rate_low"), values.get("response_rate_high")),
        delay=f"({delay})" if doubtful else delay,
        wait=_wait(scoreboard, score),
        key=humane.quantity(values.get(key.name), key.unit) if key else "",
        reason="" if score.rank is not None else _reason(scoreboard, score),
        share=values.get("response_rate"),
        doubtful=doubtful,
    )


def _wait(scoreboard: Scoreboard, score: Score) -> str:
    """The median wait; longer than anybody watched, it has no value but is not missing."""
    values, horizon = score.values, scoreboard.horizon_seconds
    if values.get("median_wait") is None and values.get("n_requests"):
        return "not yet" if horizon is None else f"> {humane.span(horizon)}"
    return humane.duration(values.get("median_wait"))


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"({round(100 * low)}–{round(100 * high)})"


def _reason(scoreboard: Scoreboard, score: Score) -> str:
    if score.reason != "too-few":
        return _REASONS.get(score.reason or "", score.reason or "")
    if (score.values.get("n_requests") or 0) >= scoreboard.min_requests:
        return f"fewer than {FEW_ANSWERED} answered"
    if scoreboard.min_requests == 1:
        return "no request"
    return f"fewer than {scoreboard.min_requests} requests"


def extra_key(scoreboard: Scoreboard) -> Metric | None:
    """The metric that ranks, if a table does not show it in any case."""
    return None if scoreboard.key in _SHOWN_ANYWAY else metric_named(scoreboard, scoreboard.key)


@dataclass(frozen=True)
class Fact:
    """Something that a reader must know to judge the ranking."""

    name: str
    value: str


def subject(scoreboard: Scoreboard) -> list[Fact]:
    """Who is compared, and when."""
    days = humane.days(scoreboard.since, scoreboard.until)
    return [
        Fact("panel", humane.one_line(scoreboard.panel)),
        Fact("period", f"{scoreboard.period} ({days}, {scoreboard.timezone})"),
    ]


def terms(scoreboard: Scoreboard) -> list[Fact]:
    """How they are compared."""
    key = metric_named(scoreboard, scoreboard.key)
    as_of = humane.instant(scoreboard.as_of.astimezone(scoreboard.since.tzinfo))
    horizon = scoreboard.horizon_seconds
    return [
        Fact("as of", as_of),
        Fact("preset", scoreboard.preset),
        Fact("ranked by", key.label.lower() if key else scoreboard.key),
        Fact("horizon", f"none, until {as_of}" if horizon is None else humane.span(horizon)),
        Fact("selection", scoreboard.selection),
        Fact("unit", scoreboard.unit),
        Fact("match", scoreboard.match),
        Fact("clock", scoreboard.clock),
        Fact("responders", scoreboard.responders),
        Fact("min_requests", humane.count(scoreboard.min_requests)),
    ]


def provisional(scoreboard: Scoreboard) -> str:
    """A warning; empty if every request of the period has matured."""
    if not scoreboard.provisional:
        return ""
    return "provisional: some requests of the period have not matured"


def nothing_ranked(scoreboard: Scoreboard) -> str:
    """A sentence in place of the table; empty if some body is ranked."""
    if any(score.rank is not None for score in scoreboard.scores):
        return ""
    return "No body is ranked." if scoreboard.scores else "No body is ranked: the panel has none."


def notes(scoreboard: Scoreboard) -> list[str]:
    """What explains the signs in the table, each only where it occurs, and what was left out."""
    return [*_legend(scoreboard), *_left_out(scoreboard)]


def _legend(scoreboard: Scoreboard) -> Iterator[str]:
    if badge := badge_of(scoreboard):
        metric = metric_named(scoreboard, badge.metric)
        label, unit = (metric.label.lower(), metric.unit) if metric else (badge.metric, "share")
        yield f"* {badge.label}: {label} at least {humane.quantity(badge.at_least, unit)}"
    doubtful = [line.delay for line in lines(scoreboard) if line.place and line.doubtful]
    if doubtful:
        yield f"{doubtful[0]}: median of fewer than {FEW_ANSWERED} answers"


def _left_out(scoreboard: Scoreboard) -> Iterator[str]:
    """How many messages were excluded over all bodies, by the labels of their metrics."""
    parts = []
    for metric in scoreboard.metrics:
        if metric.name.startswith("n_excluded_"):
            n_excluded = sum(score.values.get(metric.name) or 0 for score in scoreboard.scores)
            if n_excluded:
                parts.append(f"{humane.count(n_excluded)} {metric.label.lower()}")
    if parts:
        yield f"left out: {', '.join(parts)}"


def origin(scoreboard: Scoreboard) -> str:
    """What made the numbers: the version and the beginnings of the digests."""
    return (
        f"socialscore {scoreboard.version} · "
        f"ranking {scoreboard.ranking_digest[:12]} · panel {scoreboard.panel_digest[:12]}"
    )
