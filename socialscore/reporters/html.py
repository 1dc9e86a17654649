"""HTML without a page around it, as notebooks show it: tables under the facts to judge them by."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.reporters.report import Column, Report

__all__ = ["preformatted", "to_html"]

_NUMBER, _WORDS = 'style="text-align: right"', 'style="text-align: left"'


def to_html(report: Report) -> str:
    """Headings, lists and tables; whatever names and texts hold, they are no markup."""
    return "\n".join(_lines(report)) + "\n"


def preformatted(text: str) -> str:
    """A text in the lines that it has."""
    return f"<pre>{escape(text)}</pre>\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"<h3>{escape(report.title)}</h3>"
    yield from (f"<p>{escape(text)}</p>" for text in report.presentation)
    if report.warning:
        yield f"<p><strong>{escape(report.warning)}</strong></p>"
    yield from _list([f"{fact.name}: {fact.value}" for fact in (*report.subject, *report.terms)])
    yield from _table(report.columns) if report.columns else [f"<p>{escape(report.nothing)}</p>"]
    if report.unranked:
        yield "<h4>Not ranked</h4>"
        yield from _table(report.unranked)
    notes = dict.fromkeys(note for column in report.columns for note in column.notes)
    yield from _list([*notes, *report.notes, report.origin])


def _list(items: Sequence[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{escape(item)}</li>" for item in items)
    yield "</ul>"


def _table(columns: Sequence[Column]) -> Iterator[str]:
    styles = [_NUMBER if any(it.number for it in column.cells) else _WORDS for column in columns]
    yield "<table>"
    headers = zip(styles, (column.header for column in columns), strict=True)
    cells = "".join(f"<th {style}>{escape(header)}</th>" for style, header in headers)
    yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    for row in zip(*(column.cells for column in columns), strict=True):
        each = zip(styles, (cell.text for cell in row), strict=True)
        cells = "".join(f"<td {style}>{escape(text)}</td>" for style, text in each)
        yield f"<tr>{cells}</tr>"
    yield "</tbody>"
    yield "</table>"
