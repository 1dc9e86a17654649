"""Tables that people filled in by hand: CSV as any spreadsheet saves it, or a workbook."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["FilledSheet", "read_sheet"]

_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_DELIMITERS = (",", ";", "\t")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_FIRST = 10  # rows among which the header is looked for: some people write a title above it


@dataclass(frozen=True)
class FilledSheet:
    """A table under its header; rows in which nothing is written are left out."""

    path: Path
    columns: tuple[str, ...]  # names that are not empty, in lower case
    rows: tuple[tuple[int, Mapping[str, str]], ...]  # number, as spreadsheets count, and cells


def read_sheet(path: Path, *, header: str) -> FilledSheet:
    """The table of a file, whatever order its columns have.

    Args:
        path: CSV with commas, semicolons or tabs, or .xlsx or .ods.
        header: the name of a column; the first row that has it is the header.

    Raises:
        InputError: the file cannot be read, or has no such column.
    """
    reader = _of_workbook if path.suffix.lower() in _WORKBOOKS else _of_csv
    try:
        tables = list(reader(path))
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error})") from None
    for table in tables:
        for place, row in enumerate(table[:_FIRST]):
            names = [name.strip().lower() for name in row]
            if header in names:
                return _under(path, names, place, table)
    raise InputError(path, f"has no column {header!r}: read back the sheet with its header")


def _under(
    path: Path, names: Sequence[str], place: int, table: Sequence[Sequence[str]]
) -> FilledSheet:
    """What stands under the header, which is the row at `place`."""
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise InputError(f"{path}:{place + 1}", f"two columns are named {doubled[0]!r}; keep one")
    below = enumerate(table[place + 1 :], start=place + 2)
    rows = ((number, dict(zip(names, map(str.strip, row), strict=False))) for number, row in below)
    return FilledSheet(
        path,
        tuple(filter(None, names)),
        tuple((number, row) for number, row in rows if any(row.values())),
    )


def _of_csv(path: Path) -> Iterator[list[list[str]]]:
    """The table by each delimiter; the header tells which one it is."""
    content = path.read_bytes()
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:  # of an older Excel; keys and labels are the same in both
        text = content.decode("cp1252", errors="replace")
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            yield list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _of_workbook(path: Path) -> Iterator[list[list[str]]]:
    """The sheets of a workbook, in order."""
    import python_calamine  # only who audits with workbooks waits for it

    try:
        with path.open("rb") as file, python_calamine.CalamineWorkbook.from_object(file) as book:
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                yield [[_written(cell) for cell in row] for row in rows]
    except python_calamine.CalamineError as error:
        problem = f"cannot be read as a workbook ({error}); save it again as .xlsx or CSV"
        raise InputError(path, problem) from None


def _written(cell: Any) -> str:
    """A cell as somebody would type it: a spreadsheet makes numbers and truth values of texts."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
