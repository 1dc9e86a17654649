"""The header of a table: where it stands, and which of its columns are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    IsHeader = Callable[[Sequence[str]], bool]

__all__ = ["HEADER_ROWS", "check_flat", "column_names", "places_of"]

HEADER_ROWS = 20
"""The header is looked for in so many rows: exports have a title, filters or dates above it."""


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The names in a header, stripped; `line`, which is ours, as `line_`, and so on."""
    names = (cell.strip() for cell in cells)
    return tuple(f"{name}_" if name.casefold() in NOTES.names else name for name in names)


def places_of(columns: Sequence[str], asked: Sequence[str], place: object) -> tuple[int, ...]:
    """Where in a row the columns are that are needed. The others may have any name, or none.

    Raises:
        UnknownName: there is no such column.
        InputError: a needed one has no name, or another has the same.
    """
    for name in asked:
        if name not in columns:
            raise UnknownName("column", name, [known for known in columns if known], place)
        if name == "":
            number = 1 + columns.index("")
            raise InputError(place, f"column {number} of {len(columns)} has no name")
        if columns.count(name) > 1:
            raise InputError(place, f"two columns have the name {name!r}; rename one")
    return tuple(map(columns.index, asked))


def check_flat(rows: str, what: str, place: object) -> None:
    """Make sure that nobody looks for rows within the rows of a table.

    Raises:
        InputError: somebody does.
    """
    if rows:
        raise InputError(place, f"is {what}; only JSON holds rows under {rows}")
