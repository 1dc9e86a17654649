"""Engines: what runs the statements of scoring over named relations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.engines.base import Engine

__all__ = ["engine"]


def engine(address: str, *, allow_hashed_ids: bool = True) -> Callable[[], Engine]:
    """What makes the engine of an address: `duckdb`, `local`, spark://HOST:PORT or sc://HOST:PORT.

    Args:
        address: of the engine.
        allow_hashed_ids: whether DuckDB may, as `Engine` has it; Spark never does.

    Raises:
        UsageError: no engine has such an address.
    """
    if address == "duckdb":
        from socialscore.engines.duckdb import DuckDB

        return DuckDB if allow_hashed_ids else partial(DuckDB, allow_hashed_ids=False)
    if address == "local" or str(address).startswith(("spark://", "sc://")):
        from socialscore.engines.spark import Spark

        return partial(Spark, address)
    raise UsageError(
        f"unknown engine {address!r}; use duckdb, local (Spark on this machine), "
        "spark://HOST:PORT (a cluster) or sc://HOST:PORT (Spark Connect)"
    )
