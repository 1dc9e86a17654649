"""CSV: one row per body or line, every metric a column, and on each row what it all rests on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName
from socialscore.inputs.formulas import cell_text
from socialscore.model.breakdown import Breakdown
from socialscore.model.sensitivity import Sensitivity
from socialscore.reporters import columns, records
from socialscore.reporters.facts import median_metrics
from socialscore.reporters.formatting import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field
    from socialscore.reporters.records import Record, Value

__all__ = [
    "DIALECTS",
    "LABELS",
    "Dialect",
    "breakdown_to_csv",
    "check_notation",
    "fields_of",
    "scoreboard_to_csv",
    "scoreboard_to_long_csv",
    "sensitivity_to_csv",
    "to_csv",
    "written",
]


@dataclass(frozen=True)
class Dialect:
    """A notation of CSV."""

    delimiter: str = ","
    decimal: str = "."
    line_end: str = "\n"
    beginning: str = ""  # before the header: a byte order mark, where programs want one
    true: str = "true"
    false: str = "false"
    hours: bool = False  # every column of seconds has one of hours beside it


DIALECTS: Mapping[str, Dialect] = {
    "standard": Dialect(),
    # What a French Excel writes itself, and opens at a double click: without the mark it would take
    # UTF-8 for Windows-1252. It reads VRAI and FAUX as truth values.
    "excel-fr": Dialect(
        delimiter=";",
        decimal=",",
        line_end="\r\n",
        beginning="\ufeff",
        true="VRAI",
        false="FAUX",
        hours=True,
    ),
}
"""By the name that `--csv-dialect` takes."""

LABELS: Mapping[str, Callable[[Field], str]] = {
    "names": lambda field: field.name,
    "en": lambda field: field.label,
    "fr": lambda field: field.label_fr,
}
"""What heads a column, by the name that `--labels` takes."""


def to_csv(
    result: Scoreboard | Breakdown | Sensitivity,
    *,
    dialect: str = "standard",
    labels: str = "names",
) -> str:
    """Whatever a ranking results in; see there."""
    if isinstance(result, Sensitivity):
        return sensitivity_to_csv(result, dialect=dialect, labels=labels)
    if isinstance(result, Breakdown):
        return breakdown_to_csv(result, dialect=dialect, labels=labels)
    return scoreboard_to_csv(result, dialect=dialect, labels=labels)


def scoreboard_to_csv(
    scoreboard: Scoreboard, *, dialect: str = "standard", labels: str = "names"
) -> str:
    """Numbers in plain notation, no value as an empty cell, texts that no spreadsheet runs.

    Raises:
        UnknownName: nobody declared that dialect, or those labels.
    """
    check_notation(dialect, labels)
    fields = columns.of_bodies(scoreboard)
    return written(fields, records.of_bodies(scoreboard), dialect, labels)


def scoreboard_to_long_csv(scoreboard: Scoreboard) -> str:
    """The same notation; one row per body, period and metric, also where there is no value."""
    return written(columns.of_long_form(), records.of_long_form(scoreboard))


def breakdown_to_csv(
    breakdown: Breakdown, *, dialect: str = "standard", labels: str = "names"
) -> str:
    """The same notation; the metrics of a line are pooled unless their column says otherwise.

    Raises:
        UnknownName: nobody declared that dialect, or those labels.
    """
    check_notation(dialect, labels)
    fields = columns.of_breakdown(breakdown, median_metrics(breakdown))
    return written(fields, records.of_breakdown(breakdown), dialect, labels)


def sensitivity_to_csv(
    result: Sensitivity, *, dialect: str = "standard", labels: str = "names"
) -> str:
    """The same notation; one row per body.

    Raises:
        UnknownName: nobody declared that dialect, or those labels.
    """
    check_notation(dialect, labels)
    fields = columns.of_sensitivity(result)
    return written(fields, records.of_sensitivity(result), dialect, labels)


def check_notation(dialect: str = "standard", labels: str = "names") -> None:
    """Refuse what nobody declared, before the work that it would be for."""
    if dialect not in DIALECTS:
        raise UnknownName("CSV dialect", dialect, DIALECTS)
    if labels not in LABELS:
        raise UnknownName("kind of labels", labels, LABELS)


def fields_of(fields: Sequence[Field], dialect: Dialect) -> Sequence[Field]:
    """The columns that a dialect has of those."""
    return columns.with_hours(fields) if dialect.hours else fields


def written(
    fields: Sequence[Field],
    rows: Iterable[Record],
    dialect_name: str = "standard",
    labels: str = "names",
) -> str:
    """Records as CSV, a column for each field.

    Args:
        fields: the columns, without those that a dialect adds.
        rows: values by the names of the fields.
        dialect_name: one of DIALECTS.
        labels: one of LABELS.
    """
    dialect = DIALECTS[dialect_name]
    shown = fields_of(fields, dialect)
    lines = io.StringIO(newline="")
    lines.write(dialect.beginning)
    writer = csv.writer(lines, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    writer.writerow(_plain(LABELS[labels](field)) for field in shown)
    above: list[Value] = [None for _ in shown]
    cells = ["" for _ in shown]
    for row in records.with_hours(rows, fields) if dialect.hours else rows:
        for place, field in enumerate(shown):
            value = row[field.name]
            if value is not above[place]:  # most columns say what they say in the row above
                above[place] = value
                cells[place] = _cell(value, field, dialect)
        writer.writerow(cells)
    return lines.getvalue()


def _cell(value: Value, field: Field, dialect: Dialect) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return dialect.true if value else dialect.false
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value, field.decimals).replace(".", dialect.decimal)
    return _plain(value)


def _decimal(value: float, decimals: int | None) -> str:
    return plain_decimal(value) if decimals is None else f"{value:.{decimals}f}"


_plain = lru_cache(maxsize=1_000)(cell_text)  # most texts stand on many rows
