"""XLSX: the ranking in English and in French, what its columns are, and what it rests on.

A ZIP keeps times, and its compression differs between builds of zlib: written anew without either,
the same scoreboard gives the same bytes everywhere.
"""

from __future__ import annotations

import io
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter

from socialscore.inputs.formulas import is_formula
from socialscore.reporters import columns, reasons, records
from socialscore.reporters.delimited import LABELS
from socialscore.reporters.facts import presentation
from socialscore.reporters.wording import audited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field
    from socialscore.reporters.records import Record, Value

    Reason = Callable[[Scoreboard, str | None, float | None], str]
    Row = Iterable[tuple[Value, str]]

__all__ = ["form_to_xlsx", "records_to_xlsx", "scoreboard_to_xlsx"]

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_NUMBERS = {"count": "#,##0", "share": "0.0%", "hours": "#,##0.00", "ratio": "0.00"}
"""How a number is shown, by unit; spreadsheets write the separators of their language."""

_WIDTH = 13  # of a column of numbers, in digits
_WIDTHS = {"body": 34, "category": 18, "band": 22, "reason": 34}
_LONG = 32_767  # signs that a cell can hold
_SOME_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook has no timezone; always the same

_DIRECTIONS = {"up": "hausse", "down": "baisse"}

_DICTIONARY = ("Column", "Label", "Label in French", "Type", "Unit", "Meaning")

_SELF = {  # what a ranking says of itself
    "title_fr": ("Title in French", "Titre en français"),
    "description": ("Description", "Description en anglais"),
    "description_fr": ("Description in French", "Description"),
    "note": ("Note", "Remarque (en anglais)"),
    "audit": ("What intervals cover", "Portée des intervalles (en anglais)"),
}


@dataclass(frozen=True)
class _Book:
    """A workbook, and the formats of its cells."""

    workbook: Any
    header: Any
    quoted: Any  # a text that stays one when somebody edits the cell
    numbers: dict[str, Any]  # by unit


def scoreboard_to_xlsx(scoreboard: Scoreboard) -> bytes:
    """Sheets Ranking, Classement, Columns and About; durations in hours, and no formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:
        book = _book(workbook, scoreboard.as_of.astimezone(UTC).replace(tzinfo=None))
        _ranking(book, "Ranking", scoreboard, "en", reasons.in_english, {})
        _ranking(book, "Classement", scoreboard, "fr", reasons.in_french, _DIRECTIONS)
        _columns(book, scoreboard)
        _about(book, scoreboard)
    return _stored(file)


def records_to_xlsx(name: str, columns: Sequence[str], rows: Iterable[Record]) -> bytes:
    """One sheet of plain records: the columns and values of the CSV, durations in seconds."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:
        cells: list[Row] = [[(row[column], "") for column in columns] for row in rows]
        widths = [_WIDTHS.get(column, _WIDTH) for column in columns]
        _sheet(_book(workbook, _SOME_TIME), name, columns, cells, widths)
    return _stored(file)


def form_to_xlsx(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    choices: Mapping[str, Sequence[str]],
    guide: Sequence[str],
) -> bytes:
    """A sheet for people to fill in, and one that says how.

    Args:
        header: names of the columns.
        rows: texts, which wrap.
        widths: of the columns, in digits.
        choices: by column, what can be chosen in its cells.
        guide: lines of text.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as workbook:
        workbook.set_properties({"created": _SOME_TIME})
        bold = workbook.add_format({"bold": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        sheet = workbook.add_worksheet("Audit")
        for column, (name, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
            if name in choices:
                valid = {"validate": "list", "source": list(choices[name])}
                sheet.data_validation(1, column, len(rows), column, valid)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(number, column, text[:_LONG], wrapped)
        sheet.freeze_panes(1, 0)
        about = workbook.add_worksheet("Guide")
        about.set_column(0, 0, 100)
        for number, line in enumerate(guide):
            about.write_string(number, 0, line, wrapped)
    return _stored(file)


def _book(workbook: Any, created: datetime) -> _Book:
    workbook.set_properties({"created": created})
    return _Book(
        workbook,
        header=workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        quoted=workbook.add_format({"quote_prefix": True}),
        numbers={
            unit: workbook.add_format({"num_format": shown}) for unit, shown in _NUMBERS.items()
        },
    )


def _ranking(
    book: _Book,
    name: str,
    scoreboard: Scoreboard,
    labels: str,
    reason: Reason,
    directions: dict[str, str],
) -> None:
    """A row per body, those without a rank at the end with the reason for it in words."""
    fields = columns.of_numbers(scoreboard)
    shown = [columns.in_hours(field) if field.unit == "seconds" else field for field in fields]
    rows = []
    every = records.with_hours(records.of_bodies(scoreboard), fields)
    for score, its in zip(scoreboard.scores, every, strict=True):
        its["reason"] = reason(scoreboard, score.reason, score.values.get("n_requests")) or None
        if "direction" in its:
            its["direction"] = directions.get(str(its["direction"]), its["direction"])
        rows.append([(its[field.name], field.unit) for field in shown])
    widths = [_WIDTHS.get(field.name, _WIDTH) for field in shown]
    _sheet(book, name, [LABELS[labels](field) for field in shown], rows, widths)


def _columns(book: _Book, scoreboard: Scoreboard) -> None:
    """The data dictionary: of ranking.csv, and of the columns that are in hours here."""
    rows = [
        [(text, "") for text in astuple(field)[: len(_DICTIONARY)]]
        for field in columns.with_hours(columns.of_bodies(scoreboard))
    ]
    _sheet(book, "Columns", _DICTIONARY, rows, (32, 34, 38, 10, 10, 90))


def _about(book: _Book, scoreboard: Scoreboard) -> None:
    """What the numbers rest on, a line each."""
    context = records.common(scoreboard)
    title = [field for field in columns.of_context() if field.name == "title"]
    others = [field for field in columns.of_context() if field.name != "title"]
    rows: list[Row] = [_fact(field, context) for field in title]
    said = [*presentation(scoreboard).items(), *(("note", note) for note in scoreboard.notes)]
    said.append(("audit", audited(scoreboard)))
    rows += [[*((label, "") for label in _SELF[name]), (text, "")] for name, text in said]
    rows += [_fact(field, context) for field in others]
    _sheet(book, "About", ("What", "Quoi", "Value · Valeur"), rows, (26, 26, 100))


def _fact(field: Field, context: Record) -> Row:
    # A number without its format: it stands among texts, and its label says the unit.
    return [(field.label, ""), (field.label_fr, ""), (context[field.name], "")]


def _sheet(
    book: _Book,
    name: str,
    header: Sequence[str],
    rows: Sequence[Row],
    widths: Sequence[int],
) -> None:
    """A table under a header that stays in view, and by which it can be filtered."""
    sheet = book.workbook.add_worksheet(name)
    for column, (text, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, book.header)
    for number, row in enumerate(rows, start=1):
        for column, (value, unit) in enumerate(row):
            _write(book, sheet, number, column, value, unit)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)


def _write(book: _Book, sheet: Any, row: int, column: int, value: Value, unit: str) -> None:
    if isinstance(value, bool):  # LibreOffice would read a truth value as the formula FALSE()
        sheet.write_string(row, column, str(value).lower())
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, book.numbers.get(unit))
    elif value is not None:
        sheet.write_string(row, column, value[:_LONG], book.quoted if is_formula(value) else None)


def _stored(file: io.BytesIO) -> bytes:
    """The same parts in the same order, not compressed and without times."""
    target = io.BytesIO()
    with ZipFile(file) as parts, ZipFile(target, "w") as archive:
        for name in parts.namelist():
            part = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.create_system = 3  # as on Unix, wherever this runs
            part.external_attr = 0o600 << 16
            archive.writestr(part, parts.read(name), ZIP_STORED)
    return target.getvalue()
