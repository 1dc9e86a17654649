"""Arithmetic of intervals of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.collectors.base import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["difference", "intersection", "islands", "meets"]


def meets(interval: Interval, others: Iterable[Interval]) -> bool:
    """Whether an interval has an instant of any of the others."""
    return any(each.since < interval.until and interval.since < each.until for each in others)


def islands(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants in as few intervals as can be, oldest first."""
    found: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: each.since):
        if found and interval.since <= found[-1].until:
            found[-1] = Interval(found[-1].since, max(found[-1].until, interval.until))
        else:
            found.append(interval)
    return found


def intersection(intervals: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """The instants that are in both, oldest first."""
    some = islands(intervals)
    return difference(some, difference(some, others))


def difference(intervals: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """The instants of the first that are not in the others, oldest first."""
    holes: list[Interval] = []
    away = islands(others)
    for interval in islands(intervals):
        since = interval.since
        for other in away:
            if other.until <= since or other.since >= interval.until:
                continue
            if since < other.since:
                holes.append(Interval(since, other.since))
            since = max(since, other.until)
        if since < interval.until:
            holes.append(Interval(since, interval.until))
    return holes
