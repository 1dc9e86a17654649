"""The leaderboard: the bodies that have a rank, and the ten columns that an article needs.

Rank and rate stand with their intervals, since neither may be told without. The tenth column is
what the ranking ranks by, else the median wait: movements between two periods are mostly chance,
and a first edition has none. Those without a rank are in every other export, with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.reporters import columns, records
from socialscore.reporters.delimited import check_notation, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field
    from socialscore.reporters.records import Record, Value

__all__ = ["exact_columns", "leaderboard_columns", "leaderboard_to_csv"]

_FIRST = ("rank", "rank_low", "rank_high", "body", "category")
_NUMBERS = ("response_rate", "wilson_low", "wilson_high", "n_requests")
_LAST = ("median_wait", "n_answered")  # the first that there is: counts tell no waits


def exact_columns(scoreboard: Scoreboard) -> tuple[Field, ...]:
    """The ten columns as every export has them: shares from 0 to 1, durations in seconds."""
    known = {field.name: field for field in columns.of_numbers(scoreboard)}
    last = next(it for it in (scoreboard.key, *_LAST) if it in known and it not in _NUMBERS)
    return tuple(known[name] for name in (*_FIRST, *_NUMBERS, last))


def leaderboard_columns(scoreboard: Scoreboard) -> tuple[Field, ...]:
    """The same as people read them: percents and hours, of which the header says so."""
    return tuple(map(_readable, exact_columns(scoreboard)))


def leaderboard_to_csv(
    scoreboard: Scoreboard, *, labels: str = "en", dialect: str | None = None
) -> str:
    """A row per ranked body, in order of rank.

    Args:
        scoreboard: what was computed.
        labels: one of LABELS.
        dialect: one of DIALECTS; None: that of the spreadsheets in the language of the labels.

    Raises:
        UnknownName: nobody declared that dialect, or those labels.
    """
    dialect = dialect or ("excel-fr" if labels == "fr" else "standard")
    check_notation(dialect, labels)
    return written(leaderboard_columns(scoreboard), _rows(scoreboard), dialect, labels)


def _rows(scoreboard: Scoreboard) -> Iterator[Record]:
    pairs = [(field, _readable(field)) for field in exact_columns(scoreboard)]
    for record in records.of_bodies(scoreboard):
        if record["rank"] is not None:
            yield {shown.name: _converted(record[it.name], it.unit) for it, shown in pairs}


def _readable(field: Field) -> Field:
    if field.unit == "share":
        return columns.in_percent(field)
    if field.unit == "seconds":
        return replace(columns.in_hours(field), decimals=2)
    return field


def _converted(value: Value, unit: str) -> Value:
    """A value as it is read: only none at all is 0 %, and only all is 100 %."""
    if value is None or unit not in ("share", "seconds"):
        return value
    number = float(value)
    if unit == "seconds":
        return number / 3_600
    # Engines may miss 0 and 1 by a hair.
    return min(max(100 * number, 0.1), 99.9) if 1e-9 < number < 1 - 1e-9 else 100 * number
