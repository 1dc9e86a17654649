"""Engines: what runs the statements of scoring over named relations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from socialscore.engines.rows import Rows

__all__ = ["Engine", "Unconvertible", "engine"]


class Unconvertible(ValueError):
    """A value is not of the type that a statement makes of it."""


class Engine(Protocol):
    """Runs statements, written for DuckDB, over named relations."""

    takes_shortcuts: bool
    """Whether it may be given numbers for identifiers."""

    most_messages: int | None
    """How many messages it counts well at a time; None: it sees to that itself."""

    def __enter__(self) -> Self:
        """Itself, to be closed at the end of the `with`."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def relation(self, name: str, data: pa.Table | Rows | Sequence[str]) -> None:
        """Make a table, a few rows, or a list of Parquet files (at least one) known by a name."""

    def view(self, name: str, sql: str) -> None:
        """Make the rows of a statement, which names what is known already, known by a name."""

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The rows of one statement; `$name` in it stands for a parameter."""


def engine(address: str, *, takes_shortcuts: bool = True) -> Callable[[], Engine]:
    """What makes the engine of an address: `duckdb`, `local`, spark://HOST:PORT or sc://HOST:PORT.

    Args:
        address: of the engine.
        takes_shortcuts: whether DuckDB may, as `Engine` has it; Spark never does.

    Raises:
        UsageError: no engine has such an address.
    """
    if address == "duckdb":
        from socialscore.engines.duckdb import DuckDB

        return DuckDB if takes_shortcuts else partial(DuckDB, takes_shortcuts=False)
    if address == "local" or address.startswith(("spark://", "sc://")):
        from socialscore.engines.spark import Spark

        return partial(Spark, address)
    raise UsageError(
        f"there is no engine {address!r}; take duckdb, local (Spark on this machine), "
        "spark://HOST:PORT (a cluster) or sc://HOST:PORT (Spark Connect)"
    )
