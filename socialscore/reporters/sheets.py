"""Sheets of a workbook: their cells, how they print, and the same bytes everywhere.

A ZIP keeps times, and its compression differs between builds of zlib: written anew without either,
the same values give the same bytes everywhere.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter

from socialscore.inputs.formulas import is_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from socialscore.reporters.records import Value

    Row = Iterable[tuple[Value, str]]

__all__ = ["LINE", "LONGEST", "Book", "n_lines", "printed", "put_table", "put_text", "saved"]

LINE = 15  # height of a line of text, in points

LONGEST = 32_767  # signs that a cell can hold

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_NUMBERS = {"count": "#,##0", "share": "0.0%", "hours": "#,##0.00", "ratio": "0.00"}
"""How a number is shown, by unit; spreadsheets write the separators of their language."""

_A4 = 9  # as spreadsheets number paper


@dataclass(frozen=True)
class Book:
    """A workbook, and the formats of its cells."""

    workbook: Any
    header: Any
    quoted: Any  # a text that stays one when somebody edits the cell
    numbers: dict[str, Any]  # by unit


@contextmanager
def saved(file: io.BytesIO, created: datetime) -> Iterator[Book]:
    """A workbook that is in the file afterwards.

    Args:
        file: what to write to.
        created: the one time that the workbook tells, naive.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _OPTIONS) as workbook:
        workbook.set_properties({"created": created})
        yield Book(
            workbook,
            header=workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            quoted=workbook.add_format({"quote_prefix": True}),
            numbers={
                unit: workbook.add_format({"num_format": shown}) for unit, shown in _NUMBERS.items()
            },
        )
    with ZipFile(made) as parts, ZipFile(file, "w") as archive:
        for name in parts.namelist():
            part = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.create_system = 3  # as on Unix, wherever this runs
            part.external_attr = 0o600 << 16
            archive.writestr(part, parts.read(name), ZIP_STORED)


def put_table(
    book: Book, name: str, header: Sequence[str], rows: Sequence[Row], widths: Sequence[int]
) -> Any:
    """A sheet of a table under a header that stays in view, and by which it can be filtered.

    Args:
        book: the workbook.
        name: of the sheet.
        header: what heads the columns.
        rows: values with their units.
        widths: of the columns, in digits.
    """
    sheet = book.workbook.add_worksheet(name)
    for column, (text, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, book.header)
    # LibreOffice does not look for the height that texts need.
    sheet.set_row(0, LINE * n_lines(header, widths))
    for number, row in enumerate(rows, start=1):
        for column, (value, unit) in enumerate(row):
            _write(book, sheet, number, column, value, unit)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    printed(sheet, header_rows=1)
    return sheet


def printed(sheet: Any, *, header_rows: int, pages_wide: int = 1) -> None:
    """Let a sheet print on landscape pages of A4 that repeat its first rows."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.fit_to_pages(pages_wide, 0)
    sheet.repeat_rows(0, header_rows - 1)
    sheet.set_footer("&L&A&R&P / &N", {"margin": 0.3})


def n_lines(texts: Sequence[str], widths: Sequence[int]) -> int:
    """How many lines the texts of a row need in columns of those widths, in digits."""
    pairs = zip(texts, widths, strict=True)
    return max(1, *(len(wrap(text, width)) for text, width in pairs))


def _write(book: Book, sheet: Any, row: int, column: int, value: Value, unit: str) -> None:
    if isinstance(value, bool):  # LibreOffice would read a truth value as the formula FALSE()
        sheet.write_string(row, column, str(value).lower())
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, book.numbers.get(unit))
    elif value is not None:
        put_text(book, sheet, row, column, value)


def put_text(book: Book, sheet: Any, row: int, column: int, text: str, shown: Any = None) -> None:
    """A text in a cell, which stays a text.

    Args:
        book: the workbook.
        sheet: of the workbook.
        row: from 0.
        column: from 0.
        text: what to write.
        shown: its format, but for what would be a formula.
    """
    sheet.write_string(row, column, text[:LONGEST], book.quoted if is_formula(text) else shown)
