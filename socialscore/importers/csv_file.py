"""CSV files: what their header says, and their records, read in pieces of bounded size."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.errors import InputError, UsageError
from socialscore.importers.csv_grammar import LINE_END, QUOTED, Grammar
from socialscore.importers.records import Layout, read_records
from socialscore.importers.source import MAX_RECORD_BYTES
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from socialscore.importers.records import Records
    from socialscore.importers.source import Source

__all__ = ["CsvFile", "read_csv"]

_BLOCK_BYTES = 1024 * 1024  # a bad record makes the reading of its block slow
_TABLE_BYTES = 24 * 1024 * 1024

_HEADER = re.compile(
    rb'(?:\xef\xbb\xbf)?+(?P<blank>[\r\n]*+)(?P<row>(?:%b|[^"\r\n]++)++)%b' % (QUOTED, LINE_END)
)
_LINE = re.compile(rb"[^\r\n]*+" + LINE_END)
_HOLDS_RECORDS = re.compile(r"[\r\n][^\r\n]*[,;\t|]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header has been read."""

    columns: tuple[str, ...]  # the header's names, stripped; `line` as `line_`, and so on
    delimiter: str
    _layout: Layout
    _blocks: Iterator[bytes]  # what follows the header, as UTF-8
    _line: int  # the line on which that begins

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The records in the order of the file, in tables of some 24 MB; they can be had once.

        What a row is, `read_records` says.

        Args:
            columns: those that are needed; None: all.

        Raises:
            InputError: the file is damaged, or cannot be decoded any further.
        """
        kept = self.columns if columns is None else tuple(columns)
        tables: list[pa.Table] = []
        for part in self._parts(replace(self._layout, kept=kept)):
            tables.append(part.table)
            if sum(table.nbytes for table in tables) >= _TABLE_BYTES:
                yield pa.concat_tables(tables)
                tables.clear()
        if any(tables):
            yield pa.concat_tables(tables)

    def _parts(self, layout: Layout) -> Iterator[Records]:
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
    row, undecodable = header["row"], _undecodable(encoding)
    place = f"{source.path}:{1 + _n_lines(header['blank'])}"
    grammar = Grammar(
        _checked(_delimiter_of(row) if delimiter is None else delimiter),
        cr_ends_records=header[0].endswith(b"\r"),
    )
    if _CONTROL.search(row):
        raise InputError(place, "is not text; save a spreadsheet as CSV first")
    if not grammar.any_record.fullmatch(row + b"\n"):
        raise InputError(place, "a quote in the header stands in the middle of a name")
    try:
        columns = _names(grammar.cells(row.decode()), place)
    except UnicodeDecodeError:
        raise InputError(place, f"the header is {undecodable}") from None
    return CsvFile(
        columns,
        grammar.delimiter,
        Layout(columns, columns, grammar, undecodable),
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
    unquoted = re.sub(QUOTED, b"", header)
    return next((each for each in ",;\t|" if each.encode() in unquoted), ",")


def _names(header: Sequence[str], place: str) -> tuple[str, ...]:
    stripped = [name.strip() for name in header]
    if any(_HOLDS_RECORDS.search(name) for name in stripped):
        raise InputError(place, "a quote in the header is closed some records later, or never")
    if "" in stripped:
        raise InputError(place, f"column {1 + stripped.index('')} of {len(stripped)} has no name")
    names = tuple(f"{name}_" if name.casefold() in NOTES.names else name for name in stripped)
    in_sql = Counter(name.casefold() for name in names)  # where case tells no columns apart
    for name in names:
        if in_sql[name.casefold()] > 1:
            raise InputError(place, f"two columns have the name {name!r}; rename one")
    return names


def _undecodable(encoding: str) -> str:
    if _is_utf8(encoding):
        return "not UTF-8 (is the file latin-1? try --encoding latin-1)"
    return f"not {encoding}"


def _n_lines(text: bytes) -> int:
    return len(re.findall(rb"\r?\n|\r", text))


def _abridged(rest: bytes) -> bytes:
    """What has to be kept of text that awaits more: of an overlong line only what proves it."""
    if len(rest) <= MAX_RECORD_BYTES + 1 or _LINE.match(rest):
        return rest
    return rest[:MAX_RECORD_BYTES] + rest[-1:]  # the last byte may be half of a CR LF
