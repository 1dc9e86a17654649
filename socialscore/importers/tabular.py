"""Rows under named columns, whatever file they come from: what it is, its first bytes tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from socialscore.errors import InputError, UsageError
from socialscore.importers.archive import ZIP_MAGIC, check_workbook
from socialscore.importers.csv_file import read_csv
from socialscore.importers.foreign import foreign
from socialscore.importers.json_lines import is_json
from socialscore.importers.json_table import read_json
from socialscore.importers.parquet_file import PARQUET_MAGIC, read_parquet
from socialscore.importers.source import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pyarrow as pa

    from socialscore.importers.header import IsHeader
    from socialscore.importers.source import Source

__all__ = ["Tabular", "tabular"]


class Tabular(Protocol):
    """Rows under named columns, whatever file they come from."""

    @property
    def what(self) -> str:
        """For people, such as `CSV with semicolons` or `sheet 'Export' of a workbook`."""

    @property
    def place(self) -> object:
        """For errors: the path, with the line of the header where there is one."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names as in the file: of a column that has none, an empty one; some may occur twice.

        Of JSON, those of its first thousand documents, dotted, with `[]` after a list of objects:
        `user.screen_name`, `statuses[].id_str`.
        """

    @property
    def remark(self) -> str:
        """What should be said of it when it has been read, such as an encoding that was guessed."""

    def tables(
        self, columns: Sequence[str], lists: Collection[str] = (), rows: str = ""
    ) -> Iterator[pa.Table]:
        """NOTES and these columns, as text or, in Parquet, typed; they can be had once.

        Args:
            columns: names of the file.
            lists: those of them under which there may be lists, which become texts with spaces.
            rows: for JSON: where the rows of a document are, as `statuses[]`; the columns are
                named from there.

        Raises:
            InputError: the file is damaged, or a column is not what it should be.
            UnknownName: there is no such column. What JSON lacks is NULL.
        """


def tabular(
    source: Source,
    *,
    is_header: IsHeader,
    encoding: str | None = None,
    skip_lines: int | None = None,
    sheet: str | None = None,
) -> Tabular:
    """Begin to read a file: Parquet, a sheet of a workbook, JSON, or else CSV.

    Args:
        source: the file, of which nothing has been read yet.
        is_header: whether some names are those of a header. The first row of which it holds is the
            header, or else the first row of all.
        encoding: of a CSV file. None: what its mark says, or else UTF-8 or, where it cannot be
            that, cp1252.
        skip_lines: so many lines of CSV, or rows of a sheet, stand above the header.
        sheet: the name of a sheet of a workbook.

    Raises:
        InputError: the file cannot be read, or is something else; the way out is named.
        UsageError: an option does not go with what the file is.
        OutOfRoom: it has to be copied to the disk, which has no room for it.
    """
    head = source.peek(HEAD_BYTES)
    if problem := foreign(head):
        raise InputError(source.path, problem)
    if head.startswith(PARQUET_MAGIC):
        _check_options("Parquet", encoding=encoding, skip_lines=skip_lines, sheet=sheet)
        return read_parquet(source)
    if head.startswith(ZIP_MAGIC):
        _check_options("a workbook", encoding=encoding)
        # Whoever reads no workbook does not wait for the library.
        from socialscore.importers.workbook import read_workbook

        check_workbook(source)
        return read_workbook(source, is_header=is_header, skip_lines=skip_lines, sheet=sheet)
    if is_json(head):
        _check_options("JSON", encoding=encoding, skip_lines=skip_lines, sheet=sheet)
        return read_json(source)
    _check_options("CSV", sheet=sheet)
    return read_csv(source, is_header=is_header, encoding=encoding, skip_lines=skip_lines)


_GO_WITH = {
    "encoding": "--encoding goes with CSV files",
    "skip_lines": "--skip-lines goes with CSV files and workbooks",
    "sheet": "--sheet goes with workbooks",
}


def _check_options(what: str, **options: object) -> None:
    for option, value in options.items():
        if value is not None:
            raise UsageError(f"{_GO_WITH[option]}; this is {what}")
