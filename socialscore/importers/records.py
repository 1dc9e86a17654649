"""The records in a piece of CSV text, and what is refused of it.

Lines are counted as editors do: LF, CR LF and a CR alone each end one, in a cell too. Blank lines
are no records.

A record without a cell for each column, or of which a quote is never closed, is refused with all
lines up to the next sound record, so that it takes no other with it.

Text in which every quote opens a cell, closes one or is doubled goes to Arrow as a whole. Text that
Arrow cannot read, or would read otherwise than said here, is read record by record.
"""

from __future__ import annotations

import codecs
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from socialscore.importers.source import MAX_RECORD_BYTES
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    import numpy.typing as npt

    from socialscore.importers.csv_grammar import Grammar

    Octets = npt.NDArray[np.uint8]
    Positions = npt.NDArray[np.intp]

__all__ = ["MAX_RECORD_LINES", "RecordLayout", "Records", "read_records"]

MAX_RECORD_LINES = 1000
"""A record of more lines than this is taken for one whose quote was never closed."""

_LF, _CR, _QUOTE = b'\n\r"'


@dataclass(frozen=True)
class RecordLayout:
    """What the records of one file look like, and which of their cells are read."""

    columns: tuple[str, ...]
    kept: tuple[str, ...]  # columns that somebody needs
    grammar: Grammar
    undecodable: str  # why a record that is not UTF-8 is refused

    @cached_property
    def schema(self) -> pa.Schema:
        """That of the tables: see `read_records`."""
        return pa.schema([*NOTES, *((name, pa.string()) for name in self.kept)])

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where in a record the cells are that are kept."""
        return tuple(map(self.columns.index, self.kept))

    @cached_property
    def sound(self) -> tuple[re.Pattern[bytes], ...]:
        """The patterns of a record with a cell for each column."""
        return self.grammar.records(len(self.columns))


@dataclass(frozen=True)
class Records:
    """The records of a piece of text, from its beginning up to the end of a record."""

    table: pa.Table
    n_bytes: int
    n_lines: int


def read_records(text: bytes, line: int, layout: RecordLayout, *, at_end: bool = False) -> Records:
    """All records of a text that can be told without what follows it; `at_end`, all of them.

    A row is a record. Its columns are `line`, the line on which it begins; `n_lines`, how many it
    has; `refusal`, why it cannot be read, or NULL; and each that is kept as a string. Refused
    records have NULLs there, and they alone: an empty cell is an empty string.

    Args:
        text: UTF-8 where the file is what it should be; it begins with a record.
        line: the number of its first line.
        layout: what its records look like.
        at_end: whether the file ends with it, which then ends with a line end.
    """
    octets = np.frombuffer(text, np.uint8)
    starts = _line_starts(octets)
    if part := _read_at_once(text, octets, starts, line, layout):
        return part
    return _Lines(text, [0, *starts.tolist()], layout, at_end).read(line)


def _line_starts(octets: Octets) -> Positions:
    """What follows each line end: LF, CR LF, or a CR alone."""
    feeds, returns = np.flatnonzero(octets == _LF), np.flatnonzero(octets[:-1] == _CR)
    alone = returns[octets[returns + 1] != _LF]
    return 1 + (np.sort(np.concatenate((feeds, alone))) if len(alone) else feeds)


# --- by Arrow ------------------------------------------------------------------------------------


def _read_at_once(
    text: bytes, octets: Octets, starts: Positions, line: int, layout: RecordLayout
) -> Records | None:
    """All records that end in a text, by Arrow; None if its reading might differ from ours."""
    quotes = np.flatnonzero(octets == _QUOTE)
    # This holds as long as no quote is a mere character, which is made sure of below.
    outside = np.searchsorted(quotes, starts) % 2 == 0
    # Where records or blank lines begin, and at last where the text left over does.
    starts = np.concatenate(([0], starts[outside]))
    lines = np.concatenate(([0], np.flatnonzero(outside) + 1))
    n_bytes, n_lines = int(starts[-1]), np.diff(lines)
    if (
        n_bytes == 0
        or np.diff(starts).max() > MAX_RECORD_BYTES
        or n_lines.max() > MAX_RECORD_LINES
        or not _well_quoted(octets[:n_bytes], quotes[quotes < n_bytes], layout.grammar.delimiter)
        or not (layout.grammar.cr_ends_records or np.all(octets[starts[1:] - 1] == _LF))
        or text.find(b"\0", 0, n_bytes) >= 0
        or text.startswith(codecs.BOM_UTF8)  # Arrow would take it for the beginning of a file
    ):
        return None
    firsts = octets[starts[:-1]]
    records = (firsts != _LF) & (firsts != _CR)
    try:
        cells = _parsed_by_arrow(text, n_bytes, layout)
    except pa.ArrowInvalid:
        return None
    ours = [line + lines[:-1][records], n_lines[records], pa.nulls(len(cells), pa.string())]
    table = pa.table([*ours, *cells.columns], schema=layout.schema)
    return Records(table, n_bytes, int(lines[-1]))


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


def _parsed_by_arrow(text: bytes, n_bytes: int, layout: RecordLayout) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(text).slice(0, n_bytes)),
        arrow_csv.ReadOptions(column_names=layout.columns, block_size=n_bytes, use_threads=False),
        arrow_csv.ParseOptions(delimiter=layout.grammar.delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(column_types=layout.schema, include_columns=layout.kept),
    )


# --- one by one ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lines:
    """The lines of a text, counted from 0."""

    text: bytes
    starts: list[int]  # of the lines, and at last of what has no line end yet
    layout: RecordLayout
    at_end: bool

    def read(self, line: int) -> Records:
        """All records that can be told; `line` is the number of the first line in the file."""
        rows: list[tuple[Any, ...]] = []
        i = 0
        while i < self._n_lines:
            end = i + 1
            if self.text[self.starts[i]] not in b"\r\n":  # no blank line
                if sound := self._sound(i):
                    end = bisect_left(self.starts, sound.end("record"), i)
                    refusal, cells = self._content(sound["cells"])
                elif resumption := self._resumption(i):
                    end = resumption
                    refusal, cells = self._fault(i, end), self._no_cells
                else:
                    break
                rows.append((line + i, end - i, refusal, *cells))
            i = end
        columns = zip(*rows, strict=True) if rows else [()] * len(self.layout.schema)
        table = pa.table([list(column) for column in columns], schema=self.layout.schema)
        return Records(table, self.starts[i], i)

    @property
    def _n_lines(self) -> int:
        return len(self.starts) - 1

    @property
    def _no_cells(self) -> list[None]:
        return [None] * len(self.layout.kept)

    def _limit(self, i: int) -> int:
        """Where a record that begins with a line ends at the latest."""
        stop = i + MAX_RECORD_LINES
        limit = self.starts[i] + MAX_RECORD_BYTES
        return min(limit, self.starts[stop]) if stop <= self._n_lines else limit

    def _is_known(self, i: int) -> bool:
        """Whether it makes no difference to a line's record what follows the text."""
        return self.at_end or self._limit(i) < len(self.text)

    def _sound(self, i: int) -> re.Match[bytes] | None:
        """A record with a cell for each column that begins with a line."""
        first, *others = self.layout.sound
        if (match := self._match(first, i)) or not self._is_known(i):
            return match  # before the others, what the first may still match has to be seen
        matches = (self._match(pattern, i) for pattern in others)
        return next(filter(None, matches), None)

    def _match(self, pattern: re.Pattern[bytes], i: int) -> re.Match[bytes] | None:
        limit = self._limit(i)
        # One byte more: a CR ends a line only if no LF follows.
        match = pattern.match(self.text, self.starts[i], limit + 1)
        return match if match and match.end() <= limit else None

    def _content(self, record: bytes) -> tuple[str | None, Sequence[str | None]]:
        """Why a record is refused, if it is, and its cells."""
        if b"\0" in record:
            return "holds a NUL byte", self._no_cells
        try:
            cells = self.layout.grammar.cells(record.decode())
        except UnicodeDecodeError:
            return self.layout.undecodable, self._no_cells
        return None, [cells[place] for place in self.layout.places]

    def _resumption(self, i: int) -> int | None:
        """The line at which reading goes on after one with which no sound record begins.

        That is at the end of the record if it has one; at the next sound record, if that comes
        first; and at the latest where no record could reach. None: what follows the text decides.
        """
        if not self._is_known(i):
            return None
        closed = self._match(self.layout.grammar.any_record, i)
        stop = closed.end() if closed else self._limit(i)
        for j in range(i + 1, self._n_lines + 1):
            end = self.starts[j + 1] if j < self._n_lines else len(self.text)
            if end > stop or self._sound(j):
                return j
            if not self._is_known(j):
                return None
        return self._n_lines

    def _fault(self, i: int, stop: int) -> str:
        """What is wrong with the lines from one up to another."""
        if self.starts[i + 1] - self.starts[i] > MAX_RECORD_BYTES:
            return f"longer than {MAX_RECORD_BYTES // 1024**2} MiB"
        lines = self.text[self.starts[i] : self.starts[stop]].rstrip(b"\r\n")
        closed = self.layout.grammar.any_record.fullmatch(lines + b"\n")
        if not closed:
            return "quote never closed"
        n_cells = len(self.layout.grammar.cells(lines.decode(errors="replace")))
        plural = "" if n_cells == 1 else "s"
        return f"{n_cells} column{plural} instead of {len(self.layout.columns)}"
