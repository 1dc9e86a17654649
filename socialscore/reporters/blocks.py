"""A page of headings, paragraphs, lists and tables, as Markdown, HTML or plain text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from socialscore.reporters import formatting, markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.reporters.locale import Locale

__all__ = ["FORMATS", "Block", "Grid", "Heading", "Items", "Link", "Text", "write_blocks"]

FORMATS = ("text", "markdown", "html")

_WIDTH = 78  # of plain text, in characters
_SAFE = ":/?#[]@!$&'*+,;=%~"  # in addresses of Markdown, all of what an address has but brackets

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:1rem auto;padding:0 1rem}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;"
    "border-bottom:1px solid #ccc}th[scope=row]{font-weight:normal}a{overflow-wrap:anywhere}"
)


@dataclass(frozen=True)
class Heading:
    """A title; that of the page has level 1."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Link:
    """An address, and what it is called where it need not be read."""

    url: str
    text: str


@dataclass(frozen=True)
class Items:
    """A list; each item may end with an address."""

    items: Sequence[tuple[str, Link | None]]


@dataclass(frozen=True)
class Grid:
    """A table of words."""

    header: Sequence[str]
    rows: Sequence[Sequence[str | Link]]


Block: TypeAlias = Heading | Text | Items | Grid


def write_blocks(blocks: Sequence[Block], format_name: str, locale: Locale) -> str:
    """The page, ending with a newline.

    Args:
        blocks: what is on it; the first is its title.
        format_name: one of FORMATS.
        locale: its language, which HTML names.
    """
    if format_name == "html":
        return _page(blocks, locale)
    write = _as_text if format_name == "text" else _as_markdown
    return "\n".join("\n".join(write(block)) + "\n" for block in blocks)


# --- plain text -----------------------------------------------------------------------------------


def _as_text(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield from textwrap.wrap(text, _WIDTH, break_on_hyphens=False)
            yield ("=" if level == 1 else "-") * min(len(text), _WIDTH)
        case Text(text):
            yield from textwrap.wrap(text, _WIDTH, break_on_hyphens=False)
        case Items(items):
            for text, link in items:
                yield from textwrap.wrap(
                    f"- {text}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False
                )
                if link:
                    yield f"  {link.url}"
        case Grid(header, rows):
            cells = [[it.url if isinstance(it, Link) else it for it in row] for row in rows]
            yield from formatting.aligned([header, *cells])


# --- Markdown -------------------------------------------------------------------------------------


def _as_markdown(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {markdown.literal(text)}"
        case Text(text, strong):
            written = markdown.literal(text)
            yield f"**{written}**" if strong else written
        case Items(items):
            for text, link in items:
                yield f"- {markdown.literal(text)}" + (f" – {_in_markdown(link)}" if link else "")
        case Grid(header, rows):
            yield from markdown.table(header, [list(map(_in_markdown, row)) for row in rows])


def _in_markdown(cell: str | Link) -> str:
    if isinstance(cell, str):
        return markdown.literal(cell)
    return f"[{markdown.literal(cell.text)}]({quote(cell.url, safe=_SAFE)})"


# --- HTML -----------------------------------------------------------------------------------------


def _page(blocks: Sequence[Block], locale: Locale) -> str:
    """A whole page, which fetches nothing: fit for a mail."""
    first = blocks[0]
    title = first.text if isinstance(first, Heading) else ""
    body = "\n".join("\n".join(_as_html(block)) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{locale.code}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


def _as_html(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"<h{level}>{escape(text)}</h{level}>"
        case Text(text, strong):
            yield f"<p><strong>{escape(text)}</strong></p>" if strong else f"<p>{escape(text)}</p>"
        case Items(items):
            yield "<ul>"
            for text, link in items:
                yield f"<li>{escape(text)}{' – ' + _in_html(link) if link else ''}</li>"
            yield "</ul>"
        case Grid(header, rows):
            yield '<div class="wide"><table>'
            cells = (f'<th scope="col">{escape(it)}</th>' if it else "<td></td>" for it in header)
            yield f"<tr>{''.join(cells)}</tr>"
            for first, *others in rows:
                cells = (f"<td>{_in_html(it)}</td>" for it in others)
                yield f'<tr><th scope="row">{_in_html(first)}</th>{"".join(cells)}</tr>'
            yield "</table></div>"


def _in_html(cell: str | Link) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return f'<a href="{escape(cell.url)}">{escape(cell.text)}</a>'
