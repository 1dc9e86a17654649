"""A scoreboard in the words that people read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from socialscore.reporters import formatting, reasons, wording
from socialscore.reporters.cells import is_delay, metric_column, words_column
from socialscore.reporters.facts import metric_named, movement
from socialscore.reporters.report import NAME, REASON, Cell, Column, Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.scoreboard import Metric, Score, Scoreboard

__all__ = ["worded_scoreboard"]

_ENTERED = {
    "new": "new: not ranked in {then}",
    "back": "back: ranked once, and not in {then}",
}
_ARROWS = {"up": "▲ ", "down": "▼ ", None: ""}


def worded_scoreboard(scoreboard: Scoreboard) -> Report:
    """The ranked bodies in one table, the others in a second one with their reasons."""
    ranked = list(scoreboard.ranked)
    unranked = [score for score in scoreboard.scores if score.rank is None]
    shown = _shown(scoreboard)
    return Report(
        title=formatting.one_line(scoreboard.title),
        warning=wording.provisional(scoreboard),
        subject=wording.subject(scoreboard),
        terms=wording.terms(scoreboard),
        columns=tuple(_columns(scoreboard, shown, ranked)) if ranked else (),
        nothing=_nothing_ranked(scoreboard),
        unranked=tuple(_reasoned(scoreboard, shown, unranked)) if unranked else (),
        give_way=_give_way(scoreboard, shown),
        notes=(
            *wording.notes(scoreboard),
            *_gone(scoreboard),
            *wording.left_out(scoreboard),
            *wording.unwatched([score.values for score in scoreboard.scores]),
            *wording.intervals(scoreboard),
            wording.audited(scoreboard),
        ),
        origin=wording.origin(scoreboard),
        presentation=wording.presentation(scoreboard),
    )


def _shown(scoreboard: Scoreboard) -> list[Metric]:
    """The metrics that tables show, the one that ranks among them."""
    names = dict.fromkeys((*scoreboard.show, scoreboard.key))
    return [metric_named(scoreboard, name) for name in names]


def _give_way(scoreboard: Scoreboard, shown: list[Metric]) -> tuple[str, ...]:
    """Names of columns, the least needed first; the rank, the body and the key always stay."""
    optional = [metric for metric in reversed(shown) if metric.name != scoreboard.key]
    delays = [metric.name for metric in optional if is_delay(metric)]
    others = [metric.name for metric in optional if not is_delay(metric)]
    return (
        "category",
        "bar",
        "promise",
        *delays,
        "rank_interval",
        *others,
        "band",
        "movement",
        "change",
    )


def _columns(scoreboard: Scoreboard, shown: list[Metric], ranked: list[Score]) -> Iterator[Column]:
    """Every column that has something to show, in order."""
    shared = Counter(score.rank for score in ranked)
    places = ((score.rank, "=" if shared[score.rank] > 1 else "") for score in ranked)
    yield Column("place", "", tuple(Cell(str(rank), sign) for rank, sign in places))
    if scoreboard.compared_to is not None:
        movements = [_movement(score) for score in ranked]
        notes = [text for word, text in _ENTERED.items() if word in movements]
        notes = [note.format(then=scoreboard.compared_to) for note in notes]
        yield words_column("movement", "", movements, notes)
    if any(score.rank_low is not None for score in ranked):
        yield words_column("rank_interval", "rank (95 %)", [_ranks(score) for score in ranked])
    yield from _names(scoreboard, ranked)
    for metric in shown:
        lines = [score.values for score in ranked]
        yield metric_column(metric, lines, scoreboard.horizon)
        if metric.name == "within_promise":
            yield words_column("promise", "promise", [score.promise for score in ranked])
    if len(scoreboard.bands) > 1:
        labels = [score.band or "" for score in ranked]
        yield words_column("band", "band", labels, _conditions(scoreboard))
    if scoreboard.compared_to is not None:
        yield _changes(f"rate since {scoreboard.compared_to}", scoreboard.scores)


def _names(scoreboard: Scoreboard, scores: Sequence[Score]) -> Iterator[Column]:
    """Who the bodies are; the category where there are several."""
    only_one = len(scoreboard.bands) == 1
    names = [score.body.name + ("*" if only_one and score.band else "") for score in scores]
    notes = [f"* {condition}" for condition in _conditions(scoreboard)] if only_one else []
    yield words_column(NAME, "body", names, notes)
    if len({score.body.category for score in scoreboard.scores}) > 1:
        yield words_column("category", "category", [score.body.category for score in scores])


def _reasoned(
    scoreboard: Scoreboard, shown: list[Metric], unranked: list[Score]
) -> Iterator[Column]:
    """The bodies without a rank: what was counted of them, and why they have none."""
    yield from _names(scoreboard, unranked)
    for metric in shown:
        if metric.unit == "count" and metric.better is None:
            yield metric_column(metric, [score.values for score in unranked], None)
    yield words_column(REASON, "because", [_reason(scoreboard, score) for score in unranked])


def _reason(scoreboard: Scoreboard, score: Score) -> str:
    return reasons.in_english(scoreboard, score.reason, score.values.get("n_requests"))


def _ranks(score: Score) -> str:
    return "" if score.rank_low is None else f"({score.rank_low}–{score.rank_high})"


def _movement(score: Score) -> str:
    rose_by = movement(score)
    if rose_by is None:
        return (score.change and score.change.entered) or ""
    return f"↑{rose_by}" if rose_by > 0 else f"↓{-rose_by}" if rose_by else "="


def _changes(header: str, scores: Sequence[Score]) -> Column:
    """Differences in percentage points; an arrow only where that is more than chance."""
    changes = [score.change for score in scores if score.change and score.change.low is not None]
    n_arrows = sum(change.direction is not None for change in changes)
    note = f"{n_arrows} of {len(changes)} differences, in points, are more than chance"
    if n_arrows:
        note = f"▲ ▼: {note}; about one in ten of these or fewer may be chance all the same"
    cells = tuple(_difference(score) for score in scores if score.rank)
    return Column("change", header, cells, notes=(note,) if changes else ())


def _difference(score: Score) -> Cell:
    change = score.change
    if change is None or change.difference is None:
        return Cell(formatting.NO_VALUE)
    number = _ARROWS[change.direction] + formatting.points(change.difference)
    if change.low is None or change.high is None:
        return Cell(number)
    return Cell(number, f" ({formatting.points(change.low)}–{formatting.points(change.high)})")


def _conditions(scoreboard: Scoreboard) -> Iterator[str]:
    """What a body must do to be in each band."""
    for band in scoreboard.bands:
        limits = [(name, "at least", value) for name, value in band.at_least.items()]
        limits += [(name, "at most", value) for name, value in band.at_most.items()]
        parts = []
        for name, side, value in limits:
            metric = metric_named(scoreboard, name)
            parts.append(f"{metric.label.lower()} {side} {formatting.limit(value, metric.unit)}")
        yield f"{formatting.one_line(band.label)}: {', '.join(parts) or 'all others'}"


def _gone(scoreboard: Scoreboard) -> Iterator[str]:
    """Who was ranked in the earlier period, and is not any more."""
    if scoreboard.gone:
        yield f"gone: {', '.join(formatting.one_line(body.name) for body in scoreboard.gone)}"


def _nothing_ranked(scoreboard: Scoreboard) -> str:
    return "No body is ranked." if scoreboard.scores else "No body is ranked: the panel has none."
