"""The records of a CSV file: as fast as Arrow where the file is clean, one by one where it is not.

The grammar is that of Python's `csv` module. A record ends with its line, unless the line end
stands in a quoted cell; a cell is quoted if it begins with `"`, and `""` in it is one quote; any
other quote is a character like the rest. Blank lines are no records.

Lines are counted as editors do: LF, CR LF and a CR alone each end one, in a quoted cell too.

A record that cannot be read is refused, and takes no other with it. Where a quote is never closed,
or only by the quote of a later record, the line that opened it is refused, and reading goes on with
the next line.

The file is read in blocks. A block in which every quote opens a cell, closes one or is doubled goes
to Arrow as a whole. Any other goes there in windows, and only windows that Arrow cannot read, or
would read otherwise than said here, are read record by record. Where blocks and windows end makes
no difference to what is read.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from socialscore.errors import InputError, UsageError
from socialscore.importers.source import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from socialscore.importers.source import Source

    _Cell = tuple[str, str]  # what is quoted in it, and what stands after that
    Octets = npt.NDArray[np.uint8]
    Positions = npt.NDArray[np.intp]

__all__ = ["MAX_RECORD_LINES", "CsvFile", "read_csv"]

MAX_RECORD_LINES = 1000
"""A record of more lines than this is taken for one whose quote was never closed."""

# Arrays of 32 MiB and more come from the system anew each time, which costs a quarter more time.
_BLOCK_BYTES = 24 * 1024 * 1024
_WINDOW_BYTES = 128 * 1024
_CHUNK_BYTES = 4 * 1024 * 1024  # what Arrow parses, and DuckDB later scans, in one thread

_LF, _CR, _QUOTE = b'\n\r"'
_BLANK = (b"\n", b"\r\n", b"\r")
_OURS = ("line", "refusal")

_LINE_END = rb"(?:\r?\n|\r(?=[^\n]))"  # a CR with nothing after it may be half of a CR LF
_LINE = re.compile(rb"[^\r\n]*+" + _LINE_END)
_QUOTED = rb'"(?:[^"]++|"")*+"'
_HEADER = re.compile(
    rb'(?:\xef\xbb\xbf)?+(?P<blank>[\r\n]*+)(?P<row>(?:%b|[^"\r\n]++)++)%b' % (_QUOTED, _LINE_END)
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header has been read."""

    columns: tuple[str, ...]  # the header's names, stripped; `line` and `refusal` as `line_` …
    delimiter: str
    _layout: _Layout
    _blocks: Iterator[bytes]  # what follows the header, as UTF-8
    _line: int  # the line on which that begins

    def tables(self) -> Iterator[pa.Table]:
        """The records in the order of the file, in tables of some 24 MB; they can be had once.

        A row is a record. Its columns are `line`, the line on which it begins, from 1; `refusal`,
        why it cannot be read, or NULL; and each of `columns` as a string. Refused records have
        NULLs there, and they alone: an empty cell is an empty string.

        Raises:
            InputError: the file is damaged, or cannot be decoded any further.
        """
        rest, line = b"", self._line
        for block in chain(self._blocks, [None]):
            # The last line may lack its end. Where it has one, this is a blank line more.
            text = rest + (b"\n" if block is None else block)
            part = _read(text, line, self._layout, at_end=block is None)
            if part.table.num_rows:
                yield part.table
            rest, line = _abridged(text[part.n_bytes :]), line + part.n_lines


def read_csv(
    source: Source,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    block_bytes: int = _BLOCK_BYTES,
) -> CsvFile:
    """Read the header of a CSV file, and get ready to read its records.

    Args:
        source: the file, of which nothing has been read yet.
        encoding: any that Python knows.
        delimiter: None: a comma or, where the header has none, a semicolon, a tab or a bar.
        block_bytes: how much is read at a time.

    Raises:
        InputError: there is no header, it does not tell the columns apart, or the file is no text.
        UsageError: there is no such encoding, or the delimiter is not one ASCII character.
    """
    blocks = _utf8_blocks(source, encoding, block_bytes)
    text, header = _header(blocks, source.path)
    place = f"{source.path}:{1 + _n_lines(header['blank'])}"
    if delimiter is None:
        delimiter = _delimiter_of(header["row"])
    grammar = _Grammar(_checked(delimiter))
    if _CONTROL.search(header["row"]):
        raise InputError(place, "is not text; save a spreadsheet as CSV first")
    if not grammar.record.fullmatch(header["row"] + b"\n"):
        raise InputError(place, "a quote in the header stands in the middle of a name")
    if not _is_text(header["row"]):
        raise InputError(place, f"the header is {_foreign(encoding)}")
    columns = _names(_joined(grammar.cells(header["row"])), place)
    return CsvFile(
        columns,
        grammar.delimiter,
        _Layout(columns, grammar, encoding),
        chain([text[header.end() :]], blocks),
        1 + _n_lines(header[0]),
    )


def _utf8_blocks(source: Source, encoding: str, block_bytes: int) -> Iterator[bytes]:
    blocks = iter(lambda: source.read(block_bytes), b"")
    if not _is_utf8(encoding):
        return _transcoded(blocks, encoding, source.path)
    if source.peek(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        problem = "is UTF-16; convert it to UTF-8, or say --encoding utf-16"
        raise InputError(source.path, problem)
    return blocks


def _is_utf8(encoding: str) -> bool:
    try:
        "".encode(encoding)  # codecs has encodings of other things than text
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        problem = f"there is no encoding {encoding!r}; try utf-8, latin-1, cp1252 or utf-16"
        raise UsageError(problem) from None


def _transcoded(blocks: Iterable[bytes], encoding: str, path: Path) -> Iterator[bytes]:
    """The text as UTF-8: invalid exactly where it was, so that only these records are refused."""
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    errors = "surrogatepass" if wide else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise InputError(path, f"is not {encoding} ({error.reason})") from None


def _header(blocks: Iterator[bytes], path: Path) -> tuple[bytes, re.Match[bytes]]:
    """What had to be read to find the header, and where the header lies in it."""
    text = b""
    for block in chain(blocks, [b"\n"]):
        text += block
        if header := _HEADER.match(text):
            return text, header
        if len(text) > MAX_RECORD_BYTES:
            break
    if text.removeprefix(codecs.BOM_UTF8).strip(b"\r\n"):
        raise InputError(path, "has no header: the first line is too long, or leaves a quote open")
    raise InputError(path, "has no header: its lines are blank")


def _checked(delimiter: str) -> str:
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    raise UsageError(f"a delimiter is one ASCII character other than a quote, not {delimiter!r}")


def _delimiter_of(header: bytes) -> str:
    unquoted = re.sub(_QUOTED, b"", header)
    return next((each for each in ",;\t|" if each.encode() in unquoted), ",")


def _names(header: Sequence[str], place: str) -> tuple[str, ...]:
    stripped = [name.strip() for name in header]
    if "" in stripped:
        raise InputError(place, f"column {1 + stripped.index('')} of {len(stripped)} has no name")
    names = tuple(f"{name}_" if name.casefold() in _OURS else name for name in stripped)
    in_sql = [name.casefold() for name in names]  # where case does not tell columns apart
    for name in names:
        if in_sql.count(name.casefold()) > 1:
            raise InputError(place, f"two columns have the name {name!r}; rename one")
    return names


def _foreign(encoding: str) -> str:
    if _is_utf8(encoding):
        return "not UTF-8 (is the file latin-1? try --encoding latin-1)"
    return f"not {encoding}"


def _n_lines(text: bytes, start: int = 0, stop: int | None = None) -> int:
    """The number of line ends in a part of a text."""
    n_feeds, n_returns = text.count(b"\n", start, stop), text.count(b"\r", start, stop)
    return n_feeds + n_returns - (text.count(b"\r\n", start, stop) if n_returns else 0)


def _abridged(rest: bytes) -> bytes:
    """What has to be kept of text that awaits more: of an overlong line only what proves it."""
    if len(rest) <= MAX_RECORD_BYTES + 1 or _LINE.match(rest):
        return rest
    return rest[:MAX_RECORD_BYTES] + rest[-1:]  # the last byte may be half of a CR LF


@dataclass(frozen=True)
class _Grammar:
    """What a record looks like."""

    delimiter: str

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        """A record and its end; it does not match while a quote is open."""
        delimiter = re.escape(self.delimiter).encode()
        cell = rb'(?:%b|(?!"))[^%b\r\n]*+' % (_QUOTED, delimiter)
        return re.compile(rb"%b(?:%b%b)*+%b" % (cell, delimiter, cell, _LINE_END))

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        delimiter = re.escape(self.delimiter)
        return re.compile(rf'{delimiter}(?:"((?:[^"]++|"")*+)"|(?!"))([^{delimiter}\r\n]*+)')

    def cells(self, record: bytes) -> list[_Cell]:
        """The cells of a whole record, their quotes still doubled."""
        text = record.decode("utf-8", "surrogateescape")
        return self._cell.findall(self.delimiter + text)


@dataclass(frozen=True)
class _Layout:
    """What the records of one file look like."""

    columns: tuple[str, ...]
    grammar: _Grammar
    encoding: str

    @cached_property
    def schema(self) -> pa.Schema:
        strings = ((name, pa.string()) for name in ("refusal", *self.columns))
        return pa.schema([("line", pa.int64()), *strings])


@dataclass(frozen=True)
class _Part:
    """The records of a piece of text, from its beginning up to the end of a record."""

    table: pa.Table
    n_bytes: int
    n_lines: int


def _read(text: bytes, line: int, layout: _Layout, *, at_end: bool) -> _Part:
    """All records that end in a text; `at_end`, all that begin in it."""
    if whole := _read_fast(text, line, layout):
        return whole
    tables, n_bytes, n_lines = [layout.schema.empty_table()], 0, 0
    while n_bytes < len(text):
        window = range(n_bytes, min(n_bytes + _WINDOW_BYTES, len(text)))
        part = _read_fast(text[window.start : window.stop], line + n_lines, layout)
        part = part or _read_one_by_one(text, window, line + n_lines, layout, at_end=at_end)
        if not part.n_bytes:
            break
        tables.append(part.table)
        n_bytes += part.n_bytes
        n_lines += part.n_lines
    return _Part(pa.concat_tables(tables), n_bytes, n_lines)


def _read_fast(text: bytes, line: int, layout: _Layout) -> _Part | None:
    """All records that end in a text, by Arrow; None if its reading might differ from ours."""
    octets = np.frombuffer(text, np.uint8)
    ends, quotes = _line_ends(octets), np.flatnonzero(octets == _QUOTE)
    # This holds as long as no quote is a mere character, which is made sure of below.
    outside = np.searchsorted(quotes, ends) % 2 == 0
    # Where records or blank lines begin, and at last where the text left over does.
    starts = np.concatenate(([0], ends[outside] + 1))
    lines = np.concatenate(([0], np.flatnonzero(outside) + 1))
    n_bytes, n_lines = int(starts[-1]), int(lines[-1])
    if (
        n_bytes == 0
        or np.diff(starts).max() > MAX_RECORD_BYTES
        or np.diff(lines).max() > MAX_RECORD_LINES
        or not _well_quoted(octets[:n_bytes], quotes[quotes < n_bytes], layout.grammar.delimiter)
        or text.find(b"\0", 0, n_bytes) >= 0
        or text.startswith(codecs.BOM_UTF8)  # Arrow would take it for the beginning of a file
    ):
        return None
    firsts = octets[starts[:-1]]
    records = (firsts != _LF) & (firsts != _CR)
    try:
        cells = _parsed_by_arrow(pa.py_buffer(text).slice(0, n_bytes), layout)
    except pa.ArrowInvalid:
        return None
    ours = [line + lines[:-1][records], pa.nulls(len(cells), pa.string())]
    return _Part(pa.table([*ours, *cells.columns], schema=layout.schema), n_bytes, n_lines)


def _line_ends(octets: Octets) -> Positions:
    """Where lines end: at LF, at CR LF, or at a CR alone."""
    feeds, returns = np.flatnonzero(octets == _LF), np.flatnonzero(octets[:-1] == _CR)
    alone = returns[octets[returns + 1] != _LF]
    return np.sort(np.concatenate((feeds, alone))) if len(alone) else feeds


def _well_quoted(octets: Octets, quotes: Positions, delimiter: str) -> bool:
    """Whether every quote opens a cell, closes one, or is half of a doubled one."""
    opening, closing = quotes[::2], quotes[1::2]
    border = np.isin(np.arange(256), (ord(delimiter), _LF, _CR))
    # Before a quote that is the first byte stands, at -1, the last one: the end of a line, as it is
    # in the file.
    opens, closes = border[octets[opening - 1]], border[octets[closing + 1]]
    doubled = closing[:-1] + 1 == opening[1:]
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())


def _parsed_by_arrow(records: pa.Buffer, layout: _Layout) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(records),
        arrow_csv.ReadOptions(column_names=layout.columns, block_size=_CHUNK_BYTES),
        arrow_csv.ParseOptions(delimiter=layout.grammar.delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(column_types=layout.schema),
    )


def _read_one_by_one(
    text: bytes, window: range, line: int, layout: _Layout, *, at_end: bool
) -> _Part:
    """The records that begin in a window of a text, up to the first whose end is yet to come."""
    found: list[tuple[int, list[str] | str]] = []
    start, n_lines = window.start, 0
    while start < window.stop and (record := _record(text, start, layout, at_end=at_end)):
        if record.content is not None:
            found.append((line + n_lines, record.content))
        start += record.n_bytes
        n_lines += record.n_lines
    table = [
        [number for number, _ in found],
        [content if isinstance(content, str) else None for _, content in found],
        *(
            [None if isinstance(content, str) else content[i] for _, content in found]
            for i in range(len(layout.columns))
        ),
    ]
    return _Part(pa.table(table, schema=layout.schema), start - window.start, n_lines)


@dataclass(frozen=True)
class _Record:
    """A record, a blank line, or a line refused for the quote that it opens."""

    n_bytes: int
    n_lines: int
    content: list[str] | str | None  # its cells; why it is refused; None: it is blank


def _record(text: bytes, start: int, layout: _Layout, *, at_end: bool) -> _Record | None:
    """The record that begins at `start`; None if more of the file is needed to tell."""
    record = _whole(text, start, layout, at_end=at_end)
    if record is None:
        return None
    if record in _BLANK:
        return _Record(len(record), 1, None)
    cells, n_lines = layout.grammar.cells(record), _n_lines(record)
    if n_lines > 1 and not _sound(cells, layout):
        # Is this record what it looks like, or a line with a quote too many and what follows it?
        first_line = record.splitlines(keepends=True)[0]
        second = _whole(text, start + len(first_line), layout, at_end=at_end)
        if second is None:
            return None
        if second and _sound(layout.grammar.cells(second), layout):
            record = b""
    if not record:
        return _refused_line(text, start)
    return _Record(len(record), n_lines, _content(record, cells, layout))


def _whole(text: bytes, start: int, layout: _Layout, *, at_end: bool) -> bytes | None:
    """The record that begins at `start`; empty if it never ends; None if its end may yet come."""
    match = layout.grammar.record.match(text, start)
    stop = match.end() if match else len(text)
    n_lines = _n_lines(text, start, stop) if stop - start > MAX_RECORD_LINES else 0
    if stop - start > MAX_RECORD_BYTES or n_lines > MAX_RECORD_LINES:
        return b""
    if match:
        return match[0]
    return b"" if at_end else None


def _refused_line(text: bytes, start: int) -> _Record | None:
    line = _LINE.match(text, start)
    if not line:
        return None
    if len(line[0]) > MAX_RECORD_BYTES:
        return _Record(len(line[0]), 1, f"longer than {MAX_RECORD_BYTES // 1024**2} MiB")
    return _Record(len(line[0]), 1, "quote never closed")


def _sound(cells: list[_Cell], layout: _Layout) -> bool:
    """Whether there is a cell for each column, and none goes on after quoted lines."""
    return len(cells) == len(layout.columns) and not any(
        after and len(quoted.splitlines()) > 1 for quoted, after in cells
    )


def _content(record: bytes, cells: list[_Cell], layout: _Layout) -> list[str] | str:
    """The cells of a record, or why it is refused."""
    if b"\0" in record:
        return "holds a NUL byte"
    if not _is_text(record):
        return _foreign(layout.encoding)
    if len(cells) != len(layout.columns):
        plural = "" if len(cells) == 1 else "s"
        return f"{len(cells)} column{plural} instead of {len(layout.columns)}"
    return _joined(cells)


def _is_text(record: bytes) -> bool:
    try:
        record.decode()
    except UnicodeDecodeError:
        return False
    return True


def _joined(cells: list[_Cell]) -> list[str]:
    return [quoted.replace('""', '"') + after if quoted else after for quoted, after in cells]
