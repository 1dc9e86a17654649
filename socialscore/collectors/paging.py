"""From page to page, without going round in circles.

Networks have been seen to give the same cursor, or the same items, for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialscore.collectors.base import Stopped

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

__all__ = ["Walk"]

_N_EMPTY = 10  # pages in a row without an item, though each says that there is another


@dataclass
class Walk:
    """What was seen of one list of pages."""

    ids: set[str] = field(default_factory=set)
    _cursors: set[Hashable] = field(default_factory=set)
    _n_empty: int = 0

    def on(self, ids: Collection[str], cursor: Hashable) -> None:
        """Go on to the page at `cursor`, after one that held items with these `ids`.

        Raises:
            Stopped: the cursor has been used before, or there are pages without end that bring
                nothing.
        """
        if cursor in self._cursors:
            raise Stopped("repeated-cursor")
        if ids and self.ids.issuperset(ids):
            raise Stopped("no-new-items")
        self._n_empty = 0 if ids else self._n_empty + 1
        if self._n_empty == _N_EMPTY:
            raise Stopped("no-new-items")
        self._cursors.add(cursor)
        self.ids.update(ids)
