"""A table for a terminal or a pipe: the same layout, with colours only where they are asked for.

Numbers are never cut. In a narrow window whole columns give way, the least needed first, and long
names fold over several lines: cut off, many would read alike.
"""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from socialscore.reporters import humane, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from socialscore.model import Scoreboard
    from socialscore.reporters.wording import Fact, Line

__all__ = ["bar", "to_console"]

# All widths are in cells of the screen.
_NARROWEST = 60
_GAP = 2  # between two columns
_SHORT_NAME = 18  # a longer name folds before any column gives way
_LONG_NAME = 32  # a longer name folds before the bars are cut short
_SHORT_BAR, _LONG_BAR = 7, 24

_GIVE_WAY = ("category", "answered", "bar", "delay")
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def to_console(scoreboard: Scoreboard, *, width: int = 80, colour: bool = False) -> str:
    """The scoreboard for a screen of `width` cells; one below 60 has to wrap the lines for 60."""
    width = max(width, _NARROWEST)
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
        for part in _parts(scoreboard, width):
            screen.print(part)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _parts(scoreboard: Scoreboard, width: int) -> Iterator[RenderableType]:
    yield Text(humane.one_line(scoreboard.title), style="bold")
    if warning := wording.provisional(scoreboard):
        yield Text(warning, style="yellow")
    yield Text()
    yield from _facts(scoreboard)
    yield Text()
    yield from _blocks(scoreboard, width)
    for note in wording.notes(scoreboard):
        yield Text(note)
    yield Text(wording.origin(scoreboard), style="dim")


def _facts(scoreboard: Scoreboard) -> Iterator[Table]:
    """What is compared on a line each, then the terms in two halves side by side."""
    subject, terms = wording.subject(scoreboard), wording.terms(scoreboard)
    label_width = max(len(fact.name) for fact in (*subject, *terms))
    half = len(terms) // 2
    yield _grid([(fact,) for fact in subject], label_width)
    yield _grid(list(zip(terms[:half], terms[half:], strict=True)), label_width)


def _grid(rows: Sequence[tuple[Fact, ...]], label_width: int) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(min_width=label_width)
    for row in rows:
        pairs = ((Text(fact.name, "dim", no_wrap=True), Text(fact.value)) for fact in row)
        grid.add_row(*(text for pair in pairs for text in pair))
    return grid


def _blocks(scoreboard: Scoreboard, width: int) -> Iterator[RenderableType]:
    """The ranked bodies, then the others with their reasons, in columns of the same widths."""
    lines = wording.lines(scoreboard)
    ranked = [line for line in lines if line.place]
    key = wording.extra_key(scoreboard)
    columns = _fitted(_columns(lines, ranked, key.label.lower() if key else None), ranked, width)
    if sentence := wording.nothing_ranked(scoreboard):
        yield Text(sentence, style="bold")
    else:
        yield _table(columns, range(len(ranked)))
    yield Text()
    if len(ranked) < len(lines):
        yield _table(_with_reasons(columns, lines, width), range(len(ranked), len(lines)))
        yield Text()


@dataclass(frozen=True)
class _Column:
    """A column of the table; numbers in it have exactly its width, names and reasons fold."""

    header: str
    cells: Sequence[Text]  # one per line of the scoreboard, or only the ranked ones, who come first
    width: int


def _columns(lines: list[Line], ranked: list[Line], key: str | None) -> dict[str, _Column]:
    """Every column that has something to show, at its natural width, in order."""
    columns = {
        "place": _numbers("", [line.place for line in lines], sign="="),
        "body": _words("body", [line.body for line in lines]),
        "category": _words("category", [line.category for line in lines]),
        "requests": _numbers("requests", [line.requests for line in lines]),
        "answered": _numbers("answered", [line.answered for line in lines]),
        "rate": _rates(ranked),
        "bar": _bars(ranked, _SHORT_BAR),
        "delay": _delays(ranked),
        "wait": _numbers("median\nwait", [line.wait for line in ranked]),
    }
    if not ranked:
        del columns["place"]
    if len({line.category for line in lines}) < 2:
        del columns["category"]
    if key is not None:
        header = textwrap.fill(key, 12, break_long_words=False)
        columns["key"] = _numbers(header, [line.key for line in ranked])
    return columns


def _words(header: str, texts: list[str]) -> _Column:
    return _Column(header, [Text(text) for text in texts], _widest([*header.split("\n"), *texts]))


def _numbers(header: str, texts: list[str], sign: str = "") -> _Column:
    """Aligned to the right by hand, so that digits stand under digits beside a closing `sign`."""
    room = " " if sign and any(text.endswith(sign) for text in texts) else ""
    texts = [text if room and text.endswith(sign) else text + room for text in texts]
    headers = [part + room for part in header.split("\n")]
    width = _widest([*headers, *texts])
    cells = [Text(text.rjust(width)) for text in texts]
    return _Column("\n".join(part.rjust(width) for part in headers), cells, width)


def _rates(ranked: list[Line]) -> _Column:
    width = _widest([line.rate for line in ranked])
    texts = [f"{line.rate.rjust(width)} {line.interval}" for line in ranked]
    return _words("response\nrate (95 %)", texts)


def _delays(ranked: list[Line]) -> _Column:
    column = _numbers("median\ndelay", [line.delay for line in ranked], sign=")")
    styles = ("dim" if line.doubtful else "" for line in ranked)
    cells = [Text(cell.plain, style) for cell, style in zip(column.cells, styles, strict=True)]
    return replace(column, cells=cells)


def _bars(ranked: list[Line], width: int) -> _Column:
    cells = [Text(bar(line.share, width), "cyan") for line in ranked]
    return _Column("0" + "100 %".rjust(width - 1), cells, width)


def bar(share: float | None, width: int) -> str:
    """A share as blocks on a scale of `width` cells, to the eighth of a cell."""
    eighths = round(min(share or 0, 1) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def _fitted(columns: dict[str, _Column], ranked: list[Line], width: int) -> dict[str, _Column]:
    """The columns that leave the names enough room; names and bars share what is left over."""
    natural = columns["body"].width
    for name in _GIVE_WAY:
        if _room(columns, "body", width) >= min(natural, _SHORT_NAME):
            break
        columns = {other: column for other, column in columns.items() if other != name}
    columns = _widened(columns, "body", min(natural, _LONG_NAME), width)
    if "bar" in columns:
        columns["bar"] = _bars(ranked, min(_LONG_BAR, _room(columns, "bar", width)))
    return _widened(columns, "body", natural, width)


def _widened(columns: dict[str, _Column], name: str, wanted: int, width: int) -> dict[str, _Column]:
    """The columns with one of them as wide as wanted, or as the others let it be."""
    granted = min(wanted, _room(columns, name, width))
    return {**columns, name: replace(columns[name], width=granted)}


def _room(columns: dict[str, _Column], name: str, width: int) -> int:
    """What the other columns leave for one of them."""
    others = (column.width for other, column in columns.items() if other != name)
    return width - sum(others) - _GAP * (len(columns) - 1)


def _with_reasons(columns: dict[str, _Column], lines: list[Line], width: int) -> dict[str, _Column]:
    """What an unranked body has, and why it is not ranked; as wide as the table above."""
    reach = width - _room(columns, "body", width) + columns["body"].width
    kept = ("place", "body", "category", "requests", "answered")
    columns = {name: column for name, column in columns.items() if name in kept}
    columns["body"] = replace(columns["body"], header="not ranked")
    columns["reason"] = _words("because", [line.reason for line in lines])
    wanted = max(columns["reason"].width, _room(columns, "reason", reach))
    return _widened(columns, "reason", wanted, width)


def _table(columns: dict[str, _Column], rows: range) -> Table:
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
    for row in rows:
        table.add_row(*(_folded(column, row) for column in columns.values()))
    return table


def _folded(column: _Column, row: int) -> Text:
    """A cell, broken at hyphens too where it is longer than the column: rich knows only spaces."""
    cell = column.cells[row]
    if cell_len(cell.plain) <= column.width:
        return cell
    return Text(textwrap.fill(cell.plain, column.width), cell.style)


def _widest(texts: list[str]) -> int:
    return max((cell_len(text) for text in texts), default=0)
