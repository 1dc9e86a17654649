"""A ranking under every selection, in the words that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters import formatting, reasons, wording
from socialscore.reporters.cells import words_column
from socialscore.reporters.report import NAME, REASON, Cell, Column, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.sensitivity import Alternatives, Sensitivity

__all__ = ["worded_sensitivity"]


def worded_sensitivity(result: Sensitivity) -> Report:
    """The ranked bodies in one table, the others in a second one with their reasons."""
    board = result.scoreboard
    ranked = [line for line in result.lines if line.score.rank is not None]
    unranked = [line for line in result.lines if line.score.rank is None]
    return Report(
        title=formatting.one_line(board.title),
        warning=wording.provisional(board),
        subject=wording.subject(board),
        terms=wording.terms(board),
        columns=tuple(_columns(result, ranked)) if ranked else (),
        nothing="No body is ranked.",
        unranked=tuple(_reasoned(result, unranked)) if unranked else (),
        give_way=("rank_interval", *_others(result)),
        notes=(
            *wording.sensitivity(result),
            *wording.notes(board),
            *wording.left_out(board),
            *wording.intervals(board),
            wording.audited(board),
        ),
        origin=wording.origin(board),
        presentation=wording.presentation(board),
    )


def _others(result: Sensitivity) -> list[str]:
    """The selections but the ranking's own, the widest first."""
    return [it for it in reversed(result.selections) if it != result.scoreboard.selection]


def _columns(result: Sensitivity, lines: list[Alternatives]) -> Iterator[Column]:
    yield Column("place", "", tuple(Cell(str(line.score.rank)) for line in lines))
    intervals = [(line.score.rank_low, line.score.rank_high) for line in lines]
    texts = [f"({low}–{high})" for low, high in intervals]
    yield words_column("rank_interval", "rank (95 %)", texts)
    yield words_column(NAME, "body", [line.score.body.name for line in lines])
    yield from _of_selections(result, lines)


def _reasoned(result: Sensitivity, lines: list[Alternatives]) -> Iterator[Column]:
    scores = [line.score for line in lines]
    yield words_column(NAME, "body", [score.body.name for score in scores])
    board = result.scoreboard
    texts = [reasons.in_english(board, it.reason, it.values.get("n_requests")) for it in scores]
    yield words_column(REASON, "because", texts)


def _of_selections(result: Sensitivity, lines: list[Alternatives]) -> Iterator[Column]:
    """The rate and the rank under each selection."""
    own = result.scoreboard.selection
    note = (
        f"( ): the rank under that selection; *: outside of the interval of its rank under {own}",
    )
    for selection in result.selections:
        cells = tuple(_cell(line, selection) for line in lines)
        yield Column(selection, selection, cells, notes=note)


def _cell(line: Alternatives, selection: str) -> Cell:
    its = line.by_selection[selection]
    rank = formatting.NO_VALUE if its.rank is None else str(its.rank)
    star = "*" if selection in line.leaves else ""
    return Cell(formatting.share(its.response_rate), f" ({rank}){star}")
