"""What every report says around its table, in the words that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters import facts, formatting
from socialscore.reporters.report import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.scoreboard import Scoreboard

__all__ = ["left_out", "notes", "origin", "presentation", "provisional", "subject", "terms"]


def subject(scoreboard: Scoreboard) -> tuple[Fact, ...]:
    """Who is compared, and when."""
    days = formatting.days(scoreboard.since, scoreboard.until)
    period = f"{scoreboard.period} ({days}, {scoreboard.timezone})"
    known = (Fact("panel", formatting.one_line(scoreboard.panel)), Fact("period", period))
    if scoreboard.compared_to is None:
        return known
    return (*known, Fact("compared to", scoreboard.compared_to))


def terms(scoreboard: Scoreboard) -> tuple[Fact, ...]:
    """How they are compared."""
    as_of = formatting.instant(scoreboard.as_of.astimezone(scoreboard.since.tzinfo))
    horizon = scoreboard.horizon_seconds
    return (
        Fact("as of", as_of),
        Fact("preset", scoreboard.preset),
        Fact("ranked by", facts.metric_named(scoreboard, scoreboard.key).label.lower()),
        Fact("horizon", f"none, until {as_of}" if horizon is None else formatting.span(horizon)),
        Fact("selection", scoreboard.selection),
        Fact("unit", scoreboard.unit),
        Fact("match", scoreboard.match),
        Fact("clock", scoreboard.clock),
        Fact("responders", scoreboard.responders),
        Fact("strict", "yes" if scoreboard.strict else "no"),
        Fact("min_requests", formatting.count(scoreboard.min_requests)),
    )


def provisional(scoreboard: Scoreboard) -> str:
    """A warning; empty if every request of the period has matured."""
    if not scoreboard.provisional:
        return ""
    return "provisional: some requests of the period have not matured"


def presentation(scoreboard: Scoreboard) -> tuple[str, ...]:
    """The title in French and the descriptions, where the ranking has them."""
    return tuple(map(formatting.one_line, facts.presentation(scoreboard).values()))


def notes(scoreboard: Scoreboard) -> tuple[str, ...]:
    """What is unusual about the period or the panel."""
    return tuple(map(formatting.one_line, scoreboard.notes))


def left_out(scoreboard: Scoreboard) -> Iterator[str]:
    """How many messages were excluded over all bodies, by the labels of their metrics."""
    parts = []
    for metric in scoreboard.metrics:
        if metric.name.startswith("n_excluded_"):
            n_excluded = sum(score.values.get(metric.name) or 0 for score in scoreboard.scores)
            if n_excluded:
                parts.append(f"{formatting.count(n_excluded)} {metric.label.lower()}")
    if parts:
        yield f"left out: {', '.join(parts)}"


def origin(scoreboard: Scoreboard) -> str:
    """What made the numbers: the version and the beginnings of the digests."""
    return (
        f"socialscore {scoreboard.version} · "
        f"ranking {scoreboard.ranking_digest[:12]} · panel {scoreboard.panel_digest[:12]}"
    )
