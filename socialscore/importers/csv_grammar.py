"""What a record of a CSV file looks like.

The grammar is that of Python's `csv` module. A record ends with its line, unless the line break
stands in a quoted cell; a cell is quoted if it begins with `"`, and `""` in it is one quote; any
other quote is a character like the rest. One thing is stricter: a record of several lines has no
quotes but those that open cells, close them or are doubled (RFC 4180). Others show that a quote was
never closed, and that it is the opening quote of a later record that seems to have closed it.

A CR alone ends records where it ends the header. Elsewhere it is a character like the rest, unless
only reading it as an end makes whole records of what stands before it and after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

__all__ = ["LINE_END", "QUOTED", "Grammar"]

LINE_END = rb"(?:\r?\n|\r(?=[^\n]))"  # a CR with nothing after it may be half of a CR LF
QUOTED = rb'"(?:[^"]++|"")*+"'

_QUOTED_ON_ONE_LINE = rb'"(?:[^"\r\n]++|"")*+"'
_LF = rb"\r?\n"
_CR = rb"\r(?!\n)"


@dataclass(frozen=True)
class Grammar:
    """The grammar of one file.

    The patterns have two groups: `record`, and `cells`, which is all of it but its line end.
    """

    delimiter: str  # one ASCII character
    cr_ends_records: bool

    @cached_property
    def any_record(self) -> re.Pattern[bytes]:
        """A record of any number of cells; it does not match where a quote is never closed."""
        return re.compile(self._record(b"*+"))

    def records(self, n_cells: int) -> tuple[re.Pattern[bytes], ...]:
        """A record of so many cells: the first of these patterns that matches says where it ends.

        A match may reach beyond its record, to what has to be seen to tell that this is one.
        """
        others = b"{%d}+" % (n_cells - 1)
        either_side = self._cells(others)
        by_cr = rb"(?P<record>(?P<cells>%b)%b)%b%b" % (either_side, _CR, either_side, LINE_END)
        patterns = [self._record(others)] + [by_cr] * (not self.cr_ends_records)
        return tuple(map(re.compile, patterns))

    def cells(self, record: str) -> list[str]:
        """The cells of a record without its line end."""
        found = self._cell.findall(self.delimiter + record)
        return [quoted.replace('""', '"') + after if quoted else after for quoted, after in found]

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        delimiter = re.escape(self.delimiter)
        return re.compile(rf'{delimiter}(?:"((?:[^"]++|"")*+)"|(?!"))([^{delimiter}]*+)')

    def _record(self, others: bytes) -> bytes:
        if self.cr_ends_records:
            cells, end = self._cells(others), LINE_END
        else:
            cells, end = self._cells(others, b"|" + _CR), _LF
        return rb"(?P<record>(?P<cells>%b)%b)" % (cells, end)

    def _cells(self, others: bytes, or_character: bytes = b"") -> bytes:
        """A cell, and as many others as the quantifier says."""
        delimiter = re.escape(self.delimiter).encode()
        characters = rb"(?:[^%b\r\n]++%b)*+" % (delimiter, or_character)
        on_one_line = rb'(?:%b%b|(?!")%b)' % (_QUOTED_ON_ONE_LINE, characters, characters)
        no_quotes = rb'(?:[^"%b\r\n]++%b)*+' % (delimiter, or_character)
        on_several = rb"(?:%b|%b)" % (QUOTED, no_quotes)
        either = (
            rb"%b(?:%b%b)%b" % (cell, delimiter, cell, others) for cell in (on_one_line, on_several)
        )
        return rb"(?:%b)" % b"|".join(either)
