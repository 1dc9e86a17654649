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
    """A relation of few rows: some ten thousand at most."""

    columns: Mapping[str, str]  # SQL types by name
    rows: Sequence[Sequence[Any]]  # each with the values of the columns, in their order

    def by_column(self) -> dict[str, list[Any]]:
        """The values of each column, from the first row to the last."""
        values = zip(*self.rows, strict=True) if self.rows else [()] * len(self.columns)
        return dict(zip(self.columns, map(list, values), strict=True))
