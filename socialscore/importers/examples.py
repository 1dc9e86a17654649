"""The first value of each column of a file, noted while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

__all__ = ["noting_examples"]

_MOST_BLANKS = 1_000  # at the beginning of a column


def noting_examples(
    pieces: Iterator[pa.Table], columns: Mapping[str, str], examples: dict[str, str]
) -> Iterator[pa.Table]:
    """The same pieces.

    Args:
        pieces: of a file.
        columns: from names to those that the columns have in the pieces.
        examples: by name, the first value; is filled as the pieces go by.
    """
    for piece in pieces:
        for name, place in columns.items():
            if name not in examples and (value := _first(piece[place])):
                examples[name] = value
        yield piece


def _first(column: pa.ChunkedArray) -> str:
    """The first value that says something, as text; empty: none does."""
    for chunk in column.chunks:
        for value in chunk.drop_null().slice(0, _MOST_BLANKS):
            if text := str(value.as_py()).strip():
                return text
    return ""
