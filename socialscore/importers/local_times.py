"""Timezones as intervals of what clocks show in them: how far ahead of UTC they are.

Where clocks are put forward, an hour is left out; where they are put back, one comes twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.model.period import EARLIEST, LATEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

__all__ = ["OFFSETS", "offsets"]

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)

OFFSETS = pa.schema(
    [
        # What the clock shows when the rest begins to hold; it ends where the next row begins.
        pa.field("starts", pa.timestamp("us")),
        # Seconds ahead of UTC before and after a change. Mostly there is none, and they are equal;
        # before is more in an hour that comes twice, and less in one that is left out.
        pa.field("before_s", pa.int32()),
        pa.field("after_s", pa.int32()),
        pa.field("name_before", pa.string()),  # such as CEST
        pa.field("name_after", pa.string()),
    ]
)


def offsets(zone: ZoneInfo, first: datetime, last: datetime) -> pa.Table:
    """How far ahead of UTC clocks are in a timezone, by what they show.

    Args:
        zone: the timezone.
        first: the earliest time that clocks showed, naive; before our years it does not matter.
        last: the latest one.
    """
    since = min(max(first.replace(tzinfo=UTC), EARLIEST + 2 * _DAY), LATEST) - 2 * _DAY
    until = max(min(last.replace(tzinfo=UTC), LATEST - 2 * _DAY), EARLIEST) + 2 * _DAY
    ahead, name = _shown(zone, since)
    rows = [(datetime(1, 1, 1), ahead, ahead, name, name)]  # noqa: DTZ001 - what a clock shows
    for instant in _changes(zone, since, until):
        (before_s, before), (after_s, after) = (
            _shown(zone, instant - _SECOND),
            _shown(zone, instant),
        )
        clock = instant.replace(tzinfo=None)
        shown = sorted(clock + timedelta(seconds=ahead) for ahead in (before_s, after_s))
        rows.append((shown[0], before_s, after_s, before, after))
        rows.append((shown[1], after_s, after_s, after, after))
    columns = [list(each) for each in zip(*rows, strict=True)]
    return pa.table(columns, schema=OFFSETS)


def _changes(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """The instants, to the second, from which clocks show something else."""
    n_days = (until - since).days
    for day in (since.replace(microsecond=0) + n * _DAY for n in range(n_days + 1)):
        was = _shown(zone, day)
        if was != _shown(zone, day + _DAY):
            low, high = 0, int(_DAY.total_seconds())
            while high - low > 1:
                middle = (low + high) // 2
                is_before = _shown(zone, day + middle * _SECOND) == was
                low, high = (middle, high) if is_before else (low, middle)
            yield day + high * _SECOND


def _shown(zone: ZoneInfo, instant: datetime) -> tuple[int, str]:
    """Seconds ahead of UTC, and what that is called."""
    local = instant.astimezone(zone)
    ahead = local.utcoffset() or timedelta()
    return int(ahead.total_seconds()), local.tzname() or ""
