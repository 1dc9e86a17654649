"""From page to page, without going round in circles and without believing in more than came.

Networks have been seen to give the same cursor, or the same items, for ever; and to put an old item
among new ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeGuard

from socialscore.collectors.base import Interval, Stopped

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence
    from datetime import datetime

__all__ = ["SECOND", "Order", "Walk", "is_cursor", "spans"]

SECOND = timedelta(seconds=1)  # the networks' own clocks are no finer

_is_word = re.compile(r"[!-~]{1,8192}").fullmatch
_N_EMPTY = 10  # pages in a row without an item, though each says that there is another


def is_cursor(value: object) -> TypeGuard[str]:
    """Whether a value may lead to a page: a word that can stand in an address."""
    return isinstance(value, str) and bool(_is_word(value))


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


@dataclass
class Order:
    """How far back a list has come, as long as it comes newest first.

    The last item alone does not say so: it may be out of place, which only the next one shows. So
    what counts is the item before it; and once the order is broken, nothing counts.
    """

    reached: datetime | None = None  # nothing is missing that is later; None: that is not known
    _last: datetime | None = None
    _holds: bool = True

    def continued(self, moments: Iterable[datetime | None]) -> datetime | None:
        """The same after further items; None stands for one that does not say when."""
        for moment in filter(None, moments):
            if self._last is not None:
                self._holds = self._holds and moment <= self._last
                self.reached = self._last if self._holds else None
            self._last = moment
        return self.reached


def spans(
    moments: Sequence[datetime | None],
    whole: Interval,
    own: Sequence[datetime | None] | None = None,
) -> list[Interval]:
    """When each item of a list was written, newest first: those without a moment between others.

    Args:
        moments: of the items; None for one that does not say when, or is not to be believed.
        whole: the time of all of them.
        own: what each says of itself, which counts only where there are no others on one side.
    """
    known = [each for each in moments if each]
    if any(earlier < later for earlier, later in pairwise(known)):
        return [whole] * len(moments)  # neighbours tell nothing
    found = []
    for place, moment in enumerate(moments):
        said = moment or (own[place] if own else None)
        since = moment or next(filter(None, moments[place + 1 :]), said) or whole.since
        newest = moment or next(filter(None, reversed(moments[:place])), said)
        until = newest + SECOND if newest else whole.until
        found.append(_within(Interval(since, until), whole))
    return found


def _within(interval: Interval, whole: Interval) -> Interval:
    """What of an interval lies in the whole; the whole where nothing does."""
    since, until = max(interval.since, whole.since), min(interval.until, whole.until)
    return Interval(since, until) if since < until else whole
