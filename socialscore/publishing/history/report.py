"""A history for people: a table with a sparkline above, or one on each line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.inputs.options import OPTIONS
from socialscore.reporters import formatting, wording
from socialscore.reporters.cells import metric_column, words_column
from socialscore.reporters.console import to_console
from socialscore.reporters.facts import metric_named, movement
from socialscore.reporters.report import NAME, Cell, Column, Fact, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Metric
    from socialscore.publishing.history import Edition, History

    Values = Mapping[str, float | int | None]

__all__ = ["BLOCKS", "history_to_table", "sparkline", "worded_history"]

BLOCKS = "▁▂▃▄▅▆▇█"
"""The levels of a sparkline, lowest first."""

_PLAIN_BLOCKS = "_.-~=+*#"  # where an encoding has no others
_HOLE, _PLAIN_HOLE = "·", " "
_PLAIN_SIGNS = str.maketrans("–─−·↑↓", "----+-")

_USUAL = ("n_requests", "response_rate", "median_delay", "median_wait")
_GIVE_WAY = ("bar", "median_delay", "median_wait", "n_requests", "movement")


def sparkline(values: Sequence[float | None], most: float, *, plain: bool = False) -> str:
    """A sign per value, the higher the larger, and one that stands out where there is none.

    Args:
        values: none below 0.
        most: the largest value of the scale, which begins at 0.
        plain: take ASCII.
    """
    levels, hole = (_PLAIN_BLOCKS, _PLAIN_HOLE) if plain else (BLOCKS, _HOLE)
    top = len(levels) - 1
    return "".join(
        hole if value is None else levels[min(top, round(top * max(0, value) / (most or 1)))]
        for value in values
    )


def history_to_table(
    history: History, body: Body | None, metric: Metric, *, width: int = 80, plain: bool = False
) -> str:
    """A line per period of a body, or without one a line per body.

    Args:
        history: the series.
        body: one of it.
        metric: the number of the sparkline.
        width: cells of the screen.
        plain: draw with ASCII.
    """
    report = worded_history(history, body, metric, plain=plain)
    if not plain:
        return to_console(report, width=width)
    bare = tuple(replace(column, shares=()) for column in report.columns)
    return to_console(replace(report, columns=bare), width=width).translate(_PLAIN_SIGNS)


def worded_history(
    history: History, body: Body | None, metric: Metric, *, plain: bool = False
) -> Report:
    """The same in words, to be laid out."""
    if body:
        return _of_body(history, body, metric, plain=plain)
    return _of_all(history, metric, plain=plain)


def _of_body(history: History, body: Body, metric: Metric, *, plain: bool) -> Report:
    values = history.values(body.body_id, metric.name)
    trend = sparkline(values, _most(values, metric), plain=plain)
    return replace(
        _frame(history),
        title=formatting.one_line(body.name),
        subject=(
            Fact("ranking", formatting.one_line(history.last.board.title)),
            *_of_series(history),
            Fact(metric.label.lower(), trend),
        ),
        columns=tuple(_periods(history, body, metric)),
    )


def _periods(history: History, body: Body, metric: Metric) -> Iterator[Column]:
    """Every column of a body's table."""
    editions = [history.editions.get(period) for period in history.periods]
    lines = history.scores(body.body_id)
    provisional = [bool(edition and edition.board.provisional) for edition in editions]
    names = [
        period + ("*" if open_ else "")
        for period, open_ in zip(history.periods, provisional, strict=True)
    ]
    notes = ["* provisional: some requests of the period have not matured"]
    yield words_column(NAME, "period", names, notes if any(provisional) else ())
    yield words_column("place", "rank", [
        _place(edition, body) for edition in editions
    ])  # fmt: skip
    moves = [movement(score) if score else None for score in lines]
    if any(moves):
        yield words_column("movement", "", [_arrow(each) for each in moves])
    of_metrics: list[Values] = [score.values if score else {} for score in lines]
    for each in _shown(history, metric):
        yield metric_column(each, of_metrics, history.last.board.horizon)


def _place(edition: Edition | None, body: Body) -> str:
    """Its rank among how many, or why it has none."""
    if edition is None:
        return "not published"
    score = edition.score(body.body_id)
    if score is None:
        return "not in the panel"
    if score.rank is None:
        return score.reason or formatting.NO_VALUE
    n_ranked = len(edition.board.ranked)
    return f"{score.rank} of {n_ranked}"


def _arrow(rose_by: int | None) -> str:
    return "" if not rose_by else f"↑{rose_by}" if rose_by > 0 else f"↓{-rose_by}"


def _of_all(history: History, metric: Metric, *, plain: bool) -> Report:
    return replace(
        _frame(history),
        title=formatting.one_line(history.last.board.title),
        subject=(*_of_series(history), Fact("last", _last(history))),
        columns=tuple(_bodies(history, metric, plain=plain)),
    )


def _last(history: History) -> str:
    """The period of the ranks and the values."""
    board = history.last.board
    return board.period + (" (provisional)" if board.provisional else "")


def _bodies(history: History, metric: Metric, *, plain: bool) -> Iterator[Column]:
    """Every column of the table of all bodies, in the order of the last ranking."""
    last = history.last
    here = [score.body for score in last.board.scores]
    gone = [it for it in history.bodies.values() if last.score(it.body_id) is None]
    bodies = [*here, *sorted(gone, key=lambda body: (body.name, body.body_id))]
    scores = [last.score(body.body_id) for body in bodies]
    ranks = [str(score.rank or "") if score else "" for score in scores]
    yield Column("place", "", tuple(Cell(rank) for rank in ranks))
    yield words_column(NAME, "body", [body.name for body in bodies])
    of_metrics: list[Values] = [score.values if score else {} for score in scores]
    # No bars: the sparklines need the room.
    yield replace(metric_column(metric, of_metrics, last.board.horizon), shares=())
    series = [history.values(body.body_id, metric.name) for body in bodies]
    most = _most([value for values in series for value in values], metric)
    ends = f"{history.periods[0]} – {history.periods[-1]}"
    trends = tuple(Cell(words=sparkline(values, most, plain=plain)) for values in series)
    yield Column("trend", ends, trends)


def _frame(history: History) -> Report:
    """What both tables have around them."""
    board = history.last.board
    notes = [
        f"{period}: {note}"
        for period, edition in history.editions.items()
        for note in wording.notes(edition.board)
    ]
    if len(history.methods) > 1:
        methods = (f"method {method} from {period}" for period, method in history.methods.items())
        notes.append(f"counted by {', '.join(methods)}: do not compare numbers of two methods")
    return Report(
        title="",
        warning="",
        subject=(),
        terms=tuple(wording.told(option, board) for option in OPTIONS if option.name in _TERMS),
        columns=(),
        nothing="",
        unranked=(),
        give_way=_GIVE_WAY,
        notes=tuple(notes),
        origin=wording.origin(board),
    )


_TERMS = ("by", "horizon", "selection", "unit")


def _of_series(history: History) -> tuple[Fact, ...]:
    n_missing = len(history.periods) - len(history.editions)
    missing = f", {n_missing} not published" if n_missing else ""
    periods = f"{history.periods[0]} – {history.periods[-1]} ({len(history.periods)}{missing})"
    panel = formatting.one_line(history.last.board.panel)
    return (Fact("panel", panel), Fact("periods", periods))


def _shown(history: History, metric: Metric) -> list[Metric]:
    board = history.last.board
    usual = [metric_named(board, name) for name in _USUAL]
    return usual if metric.name in _USUAL else [*usual, metric]


def _most(values: Iterable[float | int | None], metric: Metric) -> float:
    """The end of the scale: all of a share, else the largest value."""
    if metric.unit == "share":
        return 1.0
    return max((value for value in values if value is not None), default=1.0)
