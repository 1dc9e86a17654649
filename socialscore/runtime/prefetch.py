"""Reading ahead: the next part is made while one is used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["prefetch"]

Item = TypeVar("Item")
_END = object()


def prefetch(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order; each is made in a thread while the one before is used.

    It pays where both sides spend their time outside Python, as Arrow, DuckDB and Delta do. At most
    one item waits. What making an item raises is raised here, in its turn.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1) as worker:
        upcoming = worker.submit(next, iterator, _END)
        while (item := upcoming.result()) is not _END:
            upcoming = worker.submit(next, iterator, _END)
            yield cast("Item", item)
