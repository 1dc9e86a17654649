"""Small relations, as plain rows.

Not as Arrow tables: the first Arrow array that Python makes imports pandas where it is installed,
which takes longer than most rankings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """A relation of few rows."""

    columns: Mapping[str, str]  # SQL types by name
    rows: Sequence[Mapping[str, Any]]  # each with every column
