"""What every engine offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from socialscore.engines.rows import Rows

__all__ = ["Engine", "Unconvertible"]


class Unconvertible(ValueError):
    """A value is not of the type that a statement makes of it."""


class Engine(Protocol):
    """Runs statements, written for DuckDB, over named relations."""

    allow_hashed_ids: bool
    """Whether it may be given numbers for identifiers."""

    most_messages: int | None
    """How many messages it counts well at a time; None: it sees to that itself."""

    def __enter__(self) -> Self:
        """Itself, to be closed at the end of the `with`."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def relation(
        self, name: str, data: pa.Table | Rows | Sequence[str], schema: pa.Schema | None = None
    ) -> None:
        """Make a table, a few rows, or a list of Parquet files (at least one) known by a name.

        Files of several versions have the columns of `schema`: NULL where one lacks them.
        """

    def view(self, name: str, sql: str) -> None:
        """Make the rows of a statement, which names what is known already, known by a name."""

    def query(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """The rows of one statement; `$name` in it stands for a parameter."""

    def query_table(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The same rows, for an engine to read."""
