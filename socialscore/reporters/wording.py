"""What every report says around its table, in the words that people read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.model.period import day_in_words
from socialscore.reporters import facts, formatting
from socialscore.reporters.locale import ENGLISH
from socialscore.reporters.report import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.inputs.options import Option
    from socialscore.model.audit import AuditSummary
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.model.sensitivity import Sensitivity
    from socialscore.reporters.locale import Locale

__all__ = [
    "audit_facts",
    "audited",
    "in_words",
    "intervals",
    "left_out",
    "notes",
    "origin",
    "presentation",
    "provisional",
    "sensitivity",
    "subject",
    "terms",
    "told",
    "unwatched",
]


def subject(scoreboard: Scoreboard) -> tuple[Fact, ...]:
    """Who is compared, and when."""
    if scoreboard.from_counts:
        return _compared(scoreboard, scoreboard.period)
    days = formatting.days(scoreboard.since, scoreboard.until)
    period = f"{scoreboard.period} ({days}, {scoreboard.timezone})"
    return _compared(scoreboard, period)


def _compared(scoreboard: Scoreboard, period: str) -> tuple[Fact, ...]:
    known = (Fact("panel", formatting.one_line(scoreboard.panel)), Fact("period", period))
    if scoreboard.compared_to is None:
        return known
    return (*known, Fact("compared to", scoreboard.compared_to))


def terms(scoreboard: Scoreboard) -> tuple[Fact, ...]:
    """How they are compared: what every ranking says, and whatever is not as its preset has it."""
    return (
        *(() if scoreboard.from_counts else [Fact("as of", _as_of(scoreboard))]),
        Fact("preset", scoreboard.preset),
        *(told(option, scoreboard) for option in OPTIONS if _is_told(option, scoreboard)),
    )


def told(option: Option, scoreboard: Scoreboard) -> Fact:
    """An option under its label."""
    return Fact(option.label.lower(), in_words(option, scoreboard))


def _is_told(option: Option, scoreboard: Scoreboard) -> bool:
    if option.name not in scoreboard.options:
        return False  # nobody knows it
    if option.needs and scoreboard.options[option.needs[0]] != option.needs[1]:
        return False
    return option.always or option.name in scoreboard.overridden


def in_words(option: Option, scoreboard: Scoreboard) -> str:
    """The value of an option as people read it."""
    value = scoreboard.options[option.name]
    if option.kind == "yes-no":
        return "yes" if value else "no"
    if option.kind == "duration":
        none = option.empty or f"none, until {_as_of(scoreboard)}"
        return none if value is None else formatting.span(value)
    if option.kind == "metric":
        return facts.metric_named(scoreboard, value).label.lower()
    if option.kind == "share":
        return formatting.quantity(value, "share")
    if option.kind in ("count", "authors"):
        return formatting.count(value)
    if option.kind == "names":
        return formatting.one_line(", ".join(value)) or option.empty
    return formatting.one_line(str(value)) or option.empty


def _as_of(scoreboard: Scoreboard) -> str:
    return formatting.instant(scoreboard.as_of.astimezone(scoreboard.since.tzinfo))


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


def intervals(scoreboard: Scoreboard) -> Iterator[str]:
    """What the intervals are of, and for how independent they take the requests."""
    its = scoreboard.clusters
    if its is None or its.icc is None:
        return
    known = ", assumed: there are too few days to estimate it" if its.assumed else ""
    if its.assumed and scoreboard.from_counts:
        known = ", assumed: counts do not tell it"
    yield (
        "intervals (95 %): how a body tends to answer; what it did in the period is counted, not "
        "estimated. Requests of one day resemble each other (ICC "
        f"{its.icc:.2f}{known}; median design effect {formatting.ratio(its.median_deff)})"
    )


def audited(scoreboard: Scoreboard) -> str:
    """What the intervals do not cover, and what an audit found of it."""
    chance = "the intervals cover chance only; "
    audit = scoreboard.audit
    if audit is None:
        errors = "counting" if scoreboard.from_counts else "telling questions"
        return f"{chance}errors in {errors} are not in them"
    which = f"an audit of {formatting.one_line(audit.period)} ({audit_facts(audit)})"
    if audit.corrected is None:
        return f"{chance}{which} cannot correct the response rate"
    share, low, high = map(
        formatting.share, (audit.corrected, audit.corrected_low, audit.corrected_high)
    )
    interval = "" if audit.corrected_low is None else f" ({low}–{high})".replace(" %–", "–")
    counted = formatting.share(audit.counted)
    return (
        f"{chance}{which} puts the response rate over genuine requests at {share}{interval}, "
        f"counted as {counted}"
    )


def audit_facts(audit: AuditSummary) -> str:
    """Its date, its size and its digest."""
    day = day_in_words(date.fromisoformat(audit.read_on))
    return f"{day}, {formatting.count(audit.n_labelled)} labels, {audit.digest[:12]}"


def sensitivity(result: Sensitivity) -> Iterator[str]:
    """How many bodies would leave the intervals of their ranks under another selection, and who."""
    n_ranked = sum(line.score.rank is not None for line in result.lines)
    if not n_ranked:
        return
    leaving = [line for line in result.lines if line.leaves]
    named = ", ".join(f"{line.score.body.name} ({', '.join(line.leaves)})" for line in leaving)
    yield formatting.one_line(
        f"under the other selections, {formatting.count(len(leaving))} of "
        f"{formatting.count(n_ranked)} bodies would leave their rank interval"
        + (f": {named}" if named else "")
    )


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


def unwatched(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How many requests are in no rate since the bodies were out of view, and their share.

    Args:
        lines: the metrics of each body, or other line of a table.
    """
    n_unwatched, *others = (
        sum(int(line.get(name) or 0) for line in lines)
        for name in ("n_unwatched", "n_pending", "n_requests")
    )
    if n_unwatched:
        share = formatting.quantity(n_unwatched / (n_unwatched + sum(others)), "share")
        yield (
            f"unwatched: {formatting.count(n_unwatched)} request{'s' * (n_unwatched > 1)} "
            f"({share}), in no rate: what the bodies wrote was not in view to the end of the "
            "horizon"
        )


def origin(scoreboard: Scoreboard, locale: Locale = ENGLISH) -> str:
    """What made the numbers: the versions and the beginnings of the digests."""
    text = locale.gettext(
        "socialscore %(version)s · method %(method)s · ranking %(ranking)s · panel %(panel)s"
    )
    return text % {
        "version": scoreboard.version,
        "method": scoreboard.method,
        "ranking": scoreboard.ranking_digest[:12],
        "panel": scoreboard.panel_digest[:12],
    }
