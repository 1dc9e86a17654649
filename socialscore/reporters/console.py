"""A table for a terminal or a pipe: the same layout, with colours only where they are asked for.

Numbers are never cut. In a narrow window whole columns give way, the least needed first, and long
names fold over several lines: cut off, many would read alike.
"""

from __future__ import annotations

import io
import re
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from socialscore.reporters.report import NAME, REASON, Column, Fact, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from socialscore.reporters.report import Cell, Report

__all__ = ["bar", "page_to_console", "to_console"]

# All widths are in cells of the screen.
_NARROWEST = 60
_GAP = 2  # between two columns
_SHORT_HEADER, _LONG_HEADER = 9, 12  # between them, a header's lines are as wide as its cells
_SHORT_NAME = 18  # a longer name folds before any column gives way; other words fold at once
_LONG_NAME = 32  # a longer name folds before the bars are cut short
_SHORT_BAR, _LONG_BAR = 7, 24

_NOT_RANKED = "not ranked"  # the header of names in the second table
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def to_console(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The report for a screen of `width` cells; one below 60 has to wrap the lines for 60."""
    width = max(width, _NARROWEST)
    return _printed(_parts(report, width), width, colour)


def page_to_console(
    parts: Iterable[Paragraph | Sequence[Fact] | Sequence[Column]],
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """Paragraphs, facts and tables of words, one after the other, for a screen as above."""
    width = max(width, _NARROWEST)
    return _printed((part for each in parts for part in _laid_out(each, width)), width, colour)


def _printed(parts: Iterable[RenderableType], width: int, colour: bool) -> str:
    screen = Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        _environ={},  # NO_COLOR and COLUMNS are for the caller to read
    )
    with screen.capture() as captured:
        for part in parts:
            screen.print(part)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _parts(report: Report, width: int) -> Iterator[RenderableType]:
    yield Text(report.title, style="bold")
    if report.warning:
        yield Text(report.warning, style="yellow")
    yield Text()
    yield from _facts(report, width)
    yield Text()
    columns = _fitted(report, width) if report.columns else {}
    yield from _tables(columns, report, width)
    kept = (column for column in report.columns if column.name in columns)
    notes = dict.fromkeys(note for column in kept for note in column.notes)
    for note in (*notes, *report.notes):
        yield Text(note)
    yield Text(report.origin, style="dim")


def _laid_out(
    part: Paragraph | Sequence[Fact] | Sequence[Column], width: int
) -> Iterator[RenderableType]:
    if isinstance(part, Paragraph):
        yield Padding(Text(part.text, part.style), (0, 0, 0, part.indent))
    elif facts := [each for each in part if isinstance(each, Fact)]:
        label_width = max(len(fact.name) for fact in facts)
        yield _grid([(fact,) for fact in facts], label_width)
    elif columns := [each for each in part if isinstance(each, Column)]:
        yield _words(columns, width)


def _words(columns: Sequence[Column], width: int) -> Table:
    """A table of words: the first column keeps its width, and the others share what is left."""
    laid: dict[str, _Laid] = {}
    for n_after, column in reversed(list(enumerate(reversed(columns)))):
        taken = sum(it.width + _GAP for it in laid.values())
        share = (width - taken - n_after * _GAP) // (n_after + 1) if laid else width
        cells = [Text(cell.words, "dim" if cell.doubtful else "") for cell in column.cells]
        natural = _widest([column.header, *(cell.words for cell in column.cells)])
        laid[column.name] = _Laid(column.header, cells, min(natural, share))
    return _table(laid, len(columns[0].cells))


# --- the facts ------------------------------------------------------------------------------------


def _facts(report: Report, width: int) -> Iterator[Table]:
    """What is compared on a line each, then the terms: in two halves side by side if they fit."""
    label_width = max(len(fact.name) for fact in (*report.subject, *report.terms))
    yield _grid([(fact,) for fact in report.subject], label_width)
    half = (len(report.terms) + 1) // 2
    left, right = report.terms[:half], report.terms[half:]
    values = (max(cell_len(fact.value) for fact in facts) for facts in (left, right))
    if 2 * label_width + sum(values) + 3 * _GAP <= width:
        rows = [tuple(report.terms[row::half]) for row in range(half)]
    else:
        rows = [(fact,) for fact in report.terms]
    yield _grid(rows, label_width)


def _grid(rows: Sequence[tuple[Fact, ...]], label_width: int) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(min_width=label_width)
    for row in rows:
        pairs = ((Text(fact.name, "dim", no_wrap=True), Text(fact.value)) for fact in row)
        grid.add_row(*(text for pair in pairs for text in pair))
    return grid


# --- the tables -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Laid:
    """A column on the screen; numbers in it have exactly its width, names and other words fold."""

    header: str
    cells: Sequence[Text]  # one per line
    width: int


def _tables(columns: dict[str, _Laid], report: Report, width: int) -> Iterator[RenderableType]:
    """The lines of the report, then those without a rank, in columns of the same widths."""
    if columns:
        yield _table(columns, len(report.columns[0].cells))
    else:
        yield Text(report.nothing, style="bold")
    yield Text()
    if report.unranked:
        yield _table(_beneath(columns, report, width), len(report.unranked[0].cells))
        yield Text()


def _laid(column: Column, beneath: Sequence[Cell] = ()) -> _Laid:
    """Numbers aligned to the right and what is behind them to the left, over both tables."""
    cells = (*column.cells, *beneath)
    numbers = max(cell_len(cell.number) for cell in cells)
    words = max(cell_len(cell.words) for cell in cells)
    header = _wrapped(column.header, min(max(_SHORT_HEADER, numbers + words), _LONG_HEADER))
    if numbers and words <= len("="):  # more than a sign, an interval, has the header to the left
        numbers = max(numbers, _widest(header))
        header = [line.rjust(numbers) for line in header]
    elif not numbers and column.name not in (NAME, REASON):
        words = min(words, _SHORT_NAME)
    texts = (cell.number.rjust(numbers) + cell.words for cell in cells)
    styles = ("dim" if cell.doubtful else "" for cell in cells)
    return _Laid(
        "\n".join(header),
        [Text(text, style) for text, style in zip(texts, styles, strict=True)],
        max(numbers + words, _widest(header)),
    )


def _wrapped(header: str, width: int) -> list[str]:
    """The lines of a header, in which a number stays with its unit."""
    glued = re.sub(r"(?<=\d) ", "\xa0", header)
    lines = textwrap.wrap(glued, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _bars(shares: Sequence[float | None], width: int) -> _Laid:
    cells = [Text(bar(share, width), "cyan") for share in shares]
    return _Laid("0" + "100 %".rjust(width - 1), cells, width)


def bar(share: float | None, width: int) -> str:
    """A share as blocks on a scale of `width` cells, to the eighth of a cell."""
    eighths = round(min(share or 0, 1) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def _fitted(report: Report, width: int) -> dict[str, _Laid]:
    """The columns that leave the names enough room; names and bars share what is left over."""
    beneath = {column.name: column.cells for column in report.unranked}
    shares: Sequence[float | None] = ()
    columns = {}
    for column in report.columns:
        columns[column.name] = _laid(column, beneath.get(column.name, ()))
        if column.shares:
            shares, columns["bar"] = column.shares, _bars(column.shares, _SHORT_BAR)
    natural = max(columns[NAME].width, len(_NOT_RANKED) if beneath else 0)
    columns = _with_room(columns, min(natural, _SHORT_NAME), report.give_way, width)
    columns = _widened(columns, NAME, min(natural, _LONG_NAME), width)
    if "bar" in columns:
        columns["bar"] = _bars(shares, min(_LONG_BAR, _room(columns, "bar", width)))
    return _widened(columns, NAME, natural, width)


def _beneath(above: dict[str, _Laid], report: Report, width: int) -> dict[str, _Laid]:
    """The second table, each column under its like; the reasons fill what is left of the width."""
    own = {column.name: _laid(column) for column in report.unranked}
    n_lines = len(report.unranked[0].cells)
    reach, lead = width, []
    if above:
        reach = width - _room(above, NAME, width) + above[NAME].width
        lead = list(above)[: list(above).index(NAME)]
        shared = {name: above[name] for name in own if name in above}
        own = {
            **{name: _Laid("", [Text()] * n_lines, above[name].width) for name in lead},
            **{name: replace(it, cells=it.cells[-n_lines:]) for name, it in shared.items()},
            REASON: own[REASON],
        }
    name_width = max(own[NAME].width, len(_NOT_RANKED))
    own[NAME] = replace(own[NAME], header=_NOT_RANKED, width=name_width)
    natural = own[REASON].width
    own[REASON] = replace(own[REASON], width=min(natural, _SHORT_NAME))
    give_way = [name for name in report.give_way if name not in lead]
    own = _with_room(own, len(_NOT_RANKED), give_way, width)
    own = _widened(own, NAME, name_width, width)
    return _widened(own, REASON, max(natural, _room(own, REASON, reach)), width)


def _with_room(
    columns: dict[str, _Laid], least: int, give_way: Sequence[str], width: int
) -> dict[str, _Laid]:
    """The columns without those that had to give way for names to have at least so many cells."""
    columns = dict(columns)
    for name in give_way:
        if _room(columns, NAME, width) >= least:
            break
        columns.pop(name, None)
    return columns


def _widened(columns: dict[str, _Laid], name: str, wanted: int, width: int) -> dict[str, _Laid]:
    """The columns with one of them as wide as wanted, or as the others let it be."""
    granted = min(wanted, _room(columns, name, width))
    return {**columns, name: replace(columns[name], width=granted)}


def _room(columns: dict[str, _Laid], name: str, width: int) -> int:
    """What the other columns leave for one of them."""
    others = (column.width for other, column in columns.items() if other != name)
    return width - sum(others) - _GAP * (len(columns) - 1)


def _table(columns: dict[str, _Laid], n_lines: int) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),  # the box's own divider is the other cell of the gap
        header_style="bold",
        border_style="dim",
    )
    for column in columns.values():
        table.add_column(Text(column.header), width=column.width, overflow="fold")
    for line in range(n_lines):
        table.add_row(*(_folded(column, line) for column in columns.values()))
    return table


def _folded(column: _Laid, line: int) -> Text:
    """A cell, broken at hyphens too where it is longer than the column: rich knows only spaces."""
    cell = column.cells[line]
    if cell_len(cell.plain) <= column.width:
        return cell
    return Text(textwrap.fill(cell.plain, column.width), cell.style)


def _widest(texts: Sequence[str]) -> int:
    return max((cell_len(text) for text in texts), default=0)
