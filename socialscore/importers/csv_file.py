"""CSV files: what their header says, and their records, read in pieces of bounded size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.errors import InputError, UsageError
from socialscore.importers.csv_grammar import LINE_END, QUOTED, Grammar
from socialscore.importers.header import HEADER_ROWS, check_flat, column_names, places_of
from socialscore.importers.records import RecordLayout, read_records
from socialscore.importers.source import HEAD_BYTES, MAX_RECORD_BYTES
from socialscore.importers.text_encoding import Utf8Blocks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from socialscore.importers.header import IsHeader
    from socialscore.importers.records import Records
    from socialscore.importers.source import Source

__all__ = ["CsvFile", "read_csv"]

_BLOCK_BYTES = 1024 * 1024  # a bad record makes the reading of its block slow
_TABLE_BYTES = 24 * 1024 * 1024
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_ROW = re.compile(rb'(?P<blank>[\r\n]*+)(?P<row>(?:%b|[^"\r\n]++)++)%b' % (QUOTED, LINE_END))
_LINE = re.compile(rb"[^\r\n]*+" + LINE_END)
_SAYS_DELIMITER = re.compile(rb'"?sep=([^"\r\n\0\x80-\xff])"?(?:\r?\n|\r)')  # for Excel
_HOLDS_RECORDS = re.compile(r"[\r\n][^\r\n]*[,;\t|]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header has been read."""

    columns: tuple[str, ...]  # the header's names, stripped; `line` as `line_`, and so on
    place: str  # path:line of the header
    _grammar: Grammar
    _text: Utf8Blocks
    _blocks: Iterator[bytes]  # what follows the header
    _line: int  # the line on which that begins

    @property
    def what(self) -> str:
        """Its delimiter and, once that is known, its encoding."""
        delimiter = self._grammar.delimiter
        name = f"CSV with {_DELIMITERS.get(delimiter, repr(delimiter))}"
        return f"{name}, {self._text.name}" if self._text.name else name

    @property
    def remark(self) -> str:
        """Once some of it has been read: whether the encoding was guessed."""
        return "read as cp1252; --encoding says otherwise" if self._text.is_cp1252 else ""

    def tables(
        self,
        columns: Sequence[str] | None = None,
        lists: Collection[str] = (),  # noqa: ARG002 (lists are texts in CSV)
        rows: str = "",
    ) -> Iterator[pa.Table]:
        """The records in the order of the file, in tables of some 24 MB; they can be had once.

        What a row is, `read_records` says.

        Args:
            columns: those that are needed; None: all.
            lists: those that hold lists, as text.
            rows: empty.

        Raises:
            InputError: the file is damaged, or cannot be decoded any further; or a column has no
                name, or the name of another.
            UnknownName: there is no such column.
        """
        check_flat(rows, self.what, self.place)
        kept = self.columns if columns is None else tuple(columns)
        places = places_of(self.columns, kept, self.place)
        # Arrow tells columns apart by their names.
        names = [name if i in places else f"\0{i}" for i, name in enumerate(self.columns)]
        return self._tables(RecordLayout(tuple(names), kept, self._grammar, self._text.undecodable))

    def _tables(self, layout: RecordLayout) -> Iterator[pa.Table]:
        tables: list[pa.Table] = []
        for part in self._parts(layout):
            tables.append(part.table)
            if sum(table.nbytes for table in tables) >= _TABLE_BYTES:
                yield pa.concat_tables(tables)
                tables.clear()
        if any(tables):
            yield pa.concat_tables(tables)

    def _parts(self, layout: RecordLayout) -> Iterator[Records]:
        text, n_tried, line = b"", 0, self._line
        for block in self._blocks:
            text += block
            if len(text) < n_tried * 5 // 4:
                continue  # so that a record of many blocks is not tried at each of them
            part = read_records(text, line, layout)
            yield part
            text, line = _abridged(text[part.n_bytes :]), line + part.n_lines
            n_tried = len(text)
        # The last line may lack its end.
        text = text if text.endswith(b"\n") else text + b"\n"
        yield read_records(text, line, layout, at_end=True)


def read_csv(
    source: Source,
    *,
    is_header: IsHeader | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    skip_lines: int | None = None,
    block_bytes: int = _BLOCK_BYTES,
) -> CsvFile:
    """Read the header of a CSV file, and get ready to read its records.

    Args:
        source: the file, of which nothing has been read yet.
        is_header: whether names are those of a header that is looked for. The first row of which
            it holds is the header. None, or if there is none such: the first row is.
        encoding: any that Python knows; None: see `Utf8Blocks`.
        delimiter: None: what a first line such as `sep=;` says. Otherwise a comma, a semicolon, a
            tab or a bar: what makes a header that is looked for or, without one, most names.
        skip_lines: so many lines stand above the header, whatever they are.
        block_bytes: how much is read at a time.

    Raises:
        InputError: there is no header, or the file is no text.
        UsageError: there is no such encoding, or the delimiter is not one ASCII character.
    """
    blocks = Utf8Blocks(source, encoding, block_bytes)
    remaining = iter(blocks)
    text, rows = _beginning(remaining, skip_lines)
    if said := _SAYS_DELIMITER.match(text):
        delimiter = delimiter or said[1].decode("latin-1")
    delimiters = [_checked(delimiter)] if delimiter is not None else list(_DELIMITERS)
    if not rows:
        raise InputError(source.path, _without_header(text, skip_lines))
    header = _found(rows if skip_lines is None else rows[:1], delimiters, is_header)
    header = header or _first(rows[0], delimiters, source.path, blocks.undecodable)
    return CsvFile(
        _without_trailing(header, text),
        f"{source.path}:{1 + _n_lines(text[: header.row.start('row')])}",
        header.grammar,
        blocks,
        chain([text[header.row.end() :]], remaining),
        1 + _n_lines(text[: header.row.end()]),
    )


# --- the header ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    """A row that is the header, by the grammar of the file."""

    row: re.Match[bytes]
    grammar: Grammar
    columns: tuple[str, ...]


def _beginning(
    blocks: Iterator[bytes], skip_lines: int | None
) -> tuple[bytes, list[re.Match[bytes]]]:
    """What had to be read to find the header, and the rows that may be it."""
    text, rows = b"", []
    for block in chain(blocks, [None]):
        if block is not None:
            text += block
        elif not text.endswith(b"\n"):  # the last line lacks its end
            text += b"\n"
        rows = list(islice(_rows(text, _start(text, skip_lines)), HEADER_ROWS))
        is_enough = len(rows) == HEADER_ROWS or (rows and len(text) >= HEAD_BYTES)
        if is_enough or len(text) > MAX_RECORD_BYTES:
            break
    return text, rows


def _start(text: bytes, skip_lines: int | None) -> int:
    """Where the rows begin; at the end, if that is not reached."""
    if skip_lines:
        ends = islice(_LINE.finditer(text), skip_lines - 1, skip_lines)
        return next((line.end() for line in ends), len(text))
    said = _SAYS_DELIMITER.match(text)
    return said.end() if said else 0


def _rows(text: bytes, start: int) -> Iterator[re.Match[bytes]]:
    while row := _ROW.match(text, start):
        yield row
        start = row.end()


def _found(
    rows: Sequence[re.Match[bytes]], delimiters: Sequence[str], is_header: IsHeader | None
) -> _Header | None:
    """The first row that is a header which is looked for."""
    for row in rows if is_header else ():
        for delimiter in _most_cells_first(row, delimiters):
            header = _by(delimiter, row)
            if header and is_header and is_header(header.columns):
                return header
    return None


def _first(
    row: re.Match[bytes], delimiters: Sequence[str], path: Path, undecodable: str
) -> _Header:
    place = f"{path}:{1 + _n_lines(row.string[: row.start('row')])}"
    if b"\0" in row["row"] and not _CONTROL.search(row["row"].replace(b"\0", b"")):
        raise InputError(place, "holds NUL bytes; if it is UTF-16, say --encoding utf-16-le")
    if _CONTROL.search(row["row"]):
        raise InputError(place, "is not text; save a spreadsheet as CSV first")
    if not _is_decodable(row["row"]):
        raise InputError(place, f"the header is {undecodable}")
    header = _by(_most_cells_first(row, delimiters)[0], row)
    if header is None:
        raise InputError(place, "a quote in the header stands in the middle of a name")
    if any(_HOLDS_RECORDS.search(name) for name in header.columns):
        raise InputError(place, "a quote in the header is closed some records later, or never")
    return header


def _most_cells_first(row: re.Match[bytes], delimiters: Sequence[str]) -> list[str]:
    unquoted = re.sub(QUOTED, b"", row["row"])
    return sorted(delimiters, key=lambda each: -unquoted.count(each.encode()))


def _by(delimiter: str, row: re.Match[bytes]) -> _Header | None:
    """A row read with a delimiter; None: that is not its delimiter, or it is no text."""
    grammar = Grammar(delimiter, cr_ends_records=row[0].endswith(b"\r"))
    is_text = not _CONTROL.search(row["row"].replace(delimiter.encode(), b"")) and _is_decodable(
        row["row"]
    )
    if not is_text or not grammar.any_record.fullmatch(row["row"] + b"\n"):
        return None
    return _Header(row, grammar, column_names(grammar.cells(row["row"].decode())))


def _without_trailing(header: _Header, text: bytes) -> tuple[str, ...]:
    """The columns, less those without a name at the end that the first record lacks too."""
    columns = header.columns
    if columns[-1] == "" and (record := _ROW.match(text, header.row.end())):
        n_cells = len(header.grammar.cells(record["row"].decode(errors="replace")))
        if n_cells < len(columns) and not any(columns[n_cells:]):
            return columns[:n_cells]
    return columns


def _without_header(text: bytes, skip_lines: int | None) -> str:
    if skip_lines and _start(text, skip_lines) == len(text):
        return f"has no header: --skip-lines {skip_lines} leaves nothing of it"
    if text.strip(b"\r\n"):
        return "has no header: the first line is too long, or leaves a quote open"
    return "has no header: its lines are blank"


def _is_decodable(row: bytes) -> bool:
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True


def _checked(delimiter: str) -> str:
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    raise UsageError(f"a delimiter is one ASCII character other than a quote, not {delimiter!r}")


def _n_lines(text: bytes) -> int:
    return len(re.findall(rb"\r?\n|\r", text))


def _abridged(rest: bytes) -> bytes:
    """What has to be kept of text that awaits more: of an overlong line only what proves it."""
    if len(rest) <= MAX_RECORD_BYTES + 1 or _LINE.match(rest):
        return rest
    return rest[:MAX_RECORD_BYTES] + rest[-1:]  # the last byte may be half of a CR LF
