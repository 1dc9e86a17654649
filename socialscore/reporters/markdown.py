"""Markdown: tables that GitHub renders, under the facts a reader needs to judge them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from socialscore.reporters.report import Column, Report

__all__ = ["escaped", "literal", "table", "to_markdown"]

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&$#]")
"""What would begin markup inside a line or a cell of a table."""

_LINKED = re.compile(r"(?i)(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bGH)(?=-\d)")
"""Where sites find a link, somebody's name or a number of theirs in a text without markup."""

_JOINER = "\u2060"  # which nobody sees; escapes are undone before sites look for links


def to_markdown(report: Report) -> str:
    """Headings, lists and tables; every name appears as it is written, and mentions nobody."""
    return "\n".join(_lines(report)) + "\n"


def escaped(text: str) -> str:
    """The text on one line, without any meaning to Markdown or HTML, that links to nobody."""
    return literal(formatting.one_line(text))


def literal(line: str) -> str:
    """The same of what is one line already, whose spaces stay: French has some of its own."""
    return _SPECIAL.sub(r"\\\g<0>", _LINKED.sub(_JOINER, line))


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int] = ()
) -> list[str]:
    """The lines of a table of words.

    Args:
        header: the names of its columns.
        rows: as many cells each, in Markdown.
        numbers: the places of columns that are aligned to the right.
    """
    rules = ("---:" if place in numbers else "---" for place in range(len(header)))
    return [_row(map(escaped, header)), _row(rules), *map(_row, rows)]


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}"
    yield ""
    for text in report.presentation:
        yield from (_paragraph(text), "")
    if report.warning:
        yield from (f"**{report.warning}**", "")
    for fact in (*report.subject, *report.terms):
        yield f"- {fact.name}: {escaped(fact.value)}"
    yield ""
    yield from _table(report.columns) if report.columns else [report.nothing]
    yield ""
    if report.unranked:
        yield from ("## Not ranked", "", *_table(report.unranked), "")
    notes = dict.fromkeys(note for column in report.columns for note in column.notes)
    for note in (*notes, *report.notes, report.origin):
        yield f"- {escaped(note)}"


def _paragraph(text: str) -> str:
    """The text on a line of its own, where its first signs would make a list or a heading too."""
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped(text))


def _table(columns: Sequence[Column]) -> Iterator[str]:
    yield _row(escaped(column.header) for column in columns)
    yield _row("---:" if any(cell.number for cell in column.cells) else "---" for column in columns)
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield _row(cell.text if cell.number else escaped(cell.words) for cell in cells)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
