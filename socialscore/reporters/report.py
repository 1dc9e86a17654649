"""A result in the words that people read: the console and Markdown only lay it out."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NAME", "REASON", "Cell", "Column", "Fact", "Paragraph", "Report"]

NAME = "name"
"""The column of names: the one that folds and never gives way."""

REASON = "reason"
"""The last column of the lines without a rank: why they have none."""


@dataclass(frozen=True)
class Cell:
    """What stands in a column for one line."""

    number: str = ""  # digits stand under digits
    words: str = ""  # behind the number, and under the words of other lines
    doubtful: bool = False  # rests on too little to be read without a warning

    @property
    def text(self) -> str:
        """Both, as a reader sees them."""
        return self.number + self.words


@dataclass(frozen=True)
class Column:
    """A column of a table, in words."""

    name: str  # a metric's name, or what else it is of
    header: str
    cells: tuple[Cell, ...]  # one per line
    shares: tuple[float | None, ...] = ()  # per line, for bars beside the numbers
    notes: tuple[str, ...] = ()  # what explains the signs in it


@dataclass(frozen=True)
class Fact:
    """Something that a reader must know to judge the numbers."""

    name: str
    value: str


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a heading of a page, which wraps."""

    text: str = ""
    style: str = ""  # bold, dim, or the name of a colour
    indent: int = 0  # cells


@dataclass(frozen=True)
class Report:
    """A scoreboard or a breakdown in words."""

    title: str
    warning: str  # empty: there is none
    subject: tuple[Fact, ...]  # who is compared, and when
    terms: tuple[Fact, ...]  # how
    columns: tuple[Column, ...]  # the table; none: there is nothing to show, as `nothing` says
    nothing: str  # a sentence in place of the table
    unranked: tuple[Column, ...]  # a second table, its columns named as above; none: no line in it
    give_way: tuple[str, ...]  # columns that a narrow screen leaves out, the least needed first
    notes: tuple[str, ...]  # what to know besides, after the notes of the columns
    origin: str  # what made the numbers
    presentation: tuple[str, ...] = ()  # paragraphs for readers of a page, under the title
