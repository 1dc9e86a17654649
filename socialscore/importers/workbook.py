"""Workbooks: the rows of one sheet of an .xlsx, .xlsm or .ods file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import python_calamine
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from socialscore.errors import InputError, UnknownName
from socialscore.importers.header import HEADER_ROWS, check_flat, column_names, places_of
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from python_calamine import CalamineSheet

    from socialscore.importers.header import IsHeader
    from socialscore.importers.source import Source

__all__ = ["Workbook", "read_workbook"]

_ROWS_OF_A_TABLE = 20_000
_ROWS_AT_ONCE = 500  # more would only keep Python busy with looking for cycles in them
_EXACT = 2**53  # up to here floating point holds all whole numbers
_SAVE_AGAIN = "save it again as .xlsx or CSV"


@dataclass(frozen=True)
class Workbook:
    """A sheet of a workbook whose header has been found."""

    what: str
    place: str  # path:line of the header
    columns: tuple[str, ...]
    _sheet: CalamineSheet
    _header: int  # its line
    remark: str = ""

    def tables(
        self,
        columns: Sequence[str],
        lists: Collection[str] = (),  # noqa: ARG002 (lists are texts in cells)
        rows: str = "",
    ) -> Iterator[pa.Table]:
        """These columns as text, with the lines that spreadsheets count; empty rows are left out.

        A row is NOTES, none of which refuses it, and the columns: see `_text`.

        Raises:
            InputError: a column has no name, or a name that another has too.
            UnknownName: there is no such column.
        """
        check_flat(rows, self.what, self.place)
        return self._tables(columns, places_of(self.columns, columns, self.place))

    def _tables(self, names: Sequence[str], places: Sequence[int]) -> Iterator[pa.Table]:
        schema = pa.schema([*NOTES, *((name, pa.string()) for name in names)])
        texts = [_Texts() for _ in places]
        rows = islice(enumerate(self._sheet.iter_rows(), start=1), self._header, None)
        while True:
            lines: list[int] = []
            cells: list[list[str]] = [[] for _ in places]
            while len(lines) < _ROWS_OF_A_TABLE and (part := [*islice(rows, _ROWS_AT_ONCE)]):
                filled = [(line, row) for line, row in part if row.count("") < len(row)]
                lines += [line for line, _ in filled]
                columns = list(zip(*(row for _, row in filled), strict=True))
                for column, text, place in zip(cells, texts, places, strict=True):
                    column += text.of(columns[place]) if filled else ()
            if not lines:
                return
            notes = [lines, pa.nulls(len(lines), pa.int32()), pa.nulls(len(lines), pa.string())]
            yield pa.table([*notes, *cells], schema=schema)


class _Texts:
    """The cells of one column as text."""

    def __init__(self) -> None:
        self._has_times = False  # of the day

    def of(self, cells: Sequence[Any]) -> Sequence[str]:
        """The texts of the next cells.

        To the reader of workbooks midnight is a date alone. It is a time in a column in which
        others are.
        """
        kinds = set(map(type, cells))
        if kinds <= {str}:
            return cells
        self._has_times = self._has_times or dt.datetime in kinds
        if self._has_times:
            midnight = dt.time()
            cells = [
                dt.datetime.combine(cell, midnight) if cell.__class__ is dt.date else cell
                for cell in cells
            ]
        return [cell if cell.__class__ is str else _text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """A cell as somebody would type it: a spreadsheet makes numbers and truth values of texts.

    Times are ISO 8601, without an offset; a date alone has no time of day. A number of more digits
    than floating point holds has an exponent, so that nobody takes it for an exact one.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)


def read_workbook(
    source: Source,
    *,
    is_header: IsHeader,
    skip_lines: int | None = None,
    sheet: str | None = None,
) -> Workbook:
    """Choose the sheet of a workbook, and find its header.

    Args:
        source: the file.
        is_header: whether names are those of a header that is looked for: the sheet in which it is
            found is the one.
        skip_lines: so many rows stand above the header; None: see `is_header`.
        sheet: the name of the sheet.

    Raises:
        InputError: it cannot be read, or it does not tell which sheet is meant.
        UnknownName: there is no such sheet.
        OutOfRoom: it has to be copied to the disk, which has no room for it.
    """
    try:
        book = CalamineWorkbook.from_object(source.on_disk())
    except (CalamineError, OSError) as error:
        problem = f"cannot be read as a workbook ({error}); {_SAVE_AGAIN}"
        raise InputError(source.path, problem) from None
    names = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if sheet is not None and sheet not in names:
        raise UnknownName("sheet", sheet, names, source.path)
    shown = [each.name for each in book.sheets_metadata if _is_shown(each)]
    wanted = shown if sheet is None else [sheet]
    found = [each for name in wanted if (each := _found(book, name, is_header, skip_lines, source))]
    fitting = [each for each, fits in found if fits] or [each for each, _ in found]
    if not fitting:
        what = f"sheet {sheet!r} is empty" if sheet else "has no sheet with anything in it"
        raise InputError(source.path, what)
    if len(fitting) > 1:
        listed = ", ".join(repr(each._sheet.name) for each in fitting)
        option = f'--sheet "{fitting[0]._sheet.name}"'
        problem = f"has several sheets: {listed}; say which, as in {option}"
        raise InputError(source.path, problem)
    return fitting[0]


def _is_shown(sheet: python_calamine.SheetMetadata) -> bool:
    return sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible


def _found(
    book: CalamineWorkbook,
    name: str,
    is_header: IsHeader,
    skip_lines: int | None,
    source: Source,
) -> tuple[Workbook, bool] | None:
    """A sheet with its header, and whether that is one that is looked for; None: it is empty."""
    try:
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, OSError) as error:
        problem = f"sheet {name!r} cannot be read ({error}); {_SAVE_AGAIN}"
        raise InputError(source.path, problem) from None
    first = [
        (line, column_names([*map(_text, row)])) for line, row in _first_rows(sheet, skip_lines)
    ]
    if not first:
        return None
    fitting = [] if skip_lines is not None else [each for each in first if is_header(each[1])]
    line, columns = (fitting or first)[0]
    workbook = Workbook(
        f"sheet {name!r} of a workbook", f"{source.path}:{line}", columns, sheet, line
    )
    return workbook, bool(fitting) or is_header(columns)


def _first_rows(sheet: CalamineSheet, skip_lines: int | None) -> Iterable[tuple[int, list[Any]]]:
    """The rows among which the header is, and their lines."""
    rows = islice(enumerate(sheet.iter_rows(), start=1), skip_lines or 0, None)
    filled = ((line, row) for line, row in rows if any(cell != "" for cell in row))
    return islice(filled, HEADER_ROWS)
