"""Tables that people filled in by hand: CSV as any spreadsheet saves it, or a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.importers.source import Source
from socialscore.importers.tabular import tabular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.importers.tabular import Tabular

__all__ = ["FilledSheet", "read_sheet"]


@dataclass(frozen=True)
class FilledSheet:
    """A table under its header; rows in which nothing is written are left out."""

    path: Path
    columns: tuple[str, ...]  # names that are not empty, in lower case
    rows: tuple[tuple[int, Mapping[str, str]], ...]  # number, as spreadsheets count, and cells


def read_sheet(path: Path, *, header: str) -> FilledSheet:
    """The table of a file, whatever order its columns have.

    Args:
        path: any that `tabular` reads.
        header: the name of a column; the first row that has it is the header.

    Raises:
        InputError: the file cannot be read, a row is broken, or there is no such column.
    """
    with Source(path) as source:
        table = tabular(source, is_header=lambda names: header in _lowered(names))
        if header not in _lowered(table.columns):
            problem = f"has no column {header!r}: read back the sheet with its header"
            raise InputError(path, problem)
        names = tuple(filter(None, _lowered(table.columns)))
        return FilledSheet(path, names, tuple(_rows(table, path)))


def _lowered(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _rows(table: Tabular, path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    names = [name for name in table.columns if name]
    n_more = 0  # lines that a row of several has beyond its first: spreadsheets count rows
    for piece in table.tables(names):
        for row in piece.to_pylist():
            if row["refusal"]:
                raise InputError(f"{path}:{row['line']}", row["refusal"])
            cells = {name.lower(): (row[name] or "").strip() for name in names}
            if any(cells.values()):
                yield row["line"] - n_more, cells
            n_more += (row["n_lines"] or 1) - 1
