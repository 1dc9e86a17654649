"""Periods of a series in which nothing was in view, and the first one in which enough was."""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from socialscore.errors import TooLittleData
from socialscore.model.period import label_at, labels_between, parse_period
from socialscore.reporters import formatting
from socialscore.scoring.in_view import anybody_in_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.period import Period
    from socialscore.publishing.basis import Basis
    from socialscore.publishing.series import Series

__all__ = ["first_matured", "named", "stretches"]

_MANY = 2  # in one, a collector may have been out of order


def stretches(
    basis: Basis, series: Series, wanted: Sequence[Period]
) -> list[tuple[bool, list[Period]]]:
    """The periods in order, those one by one that may be published, and those together that cannot.

    Where several periods in a row are not published yet and nothing was in view in them, they
    cannot.

    Args:
        basis: what to publish from.
        series: what was published.
        wanted: the periods that it should have.

    Returns:
        Whether nothing was in view, and for how many periods that holds.

    Raises:
        TooLittleData: several periods after the last one with anything are such. Then the end of
            the data is in doubt, and with it which requests have matured.
    """
    if not wanted:
        return []
    coverage = basis.question(wanted[-1].label).coverage
    seen = anybody_in_view(coverage, basis.panel, basis.ranking)

    def unseen(period: Period) -> bool:
        if period.label in series.latest:
            return False
        return not any(begin < period.until and period.since < end for begin, end in seen)

    found = [(is_unseen, list(periods)) for is_unseen, periods in groupby(wanted, unseen)]
    published = [each.label for each in wanted if each.label in series.latest]
    for number, (is_unseen, periods) in enumerate(found):
        is_new = periods[-1].label > max(published, default="")
        if is_unseen and len(periods) >= _MANY and number and is_new:
            raise TooLittleData(_jump(basis, found[number - 1 :], periods))
    return found


def first_matured(basis: Basis, last: Period) -> Period | None:
    """The first period of which enough was in view, and every request has matured.

    Enough is what a body needs for a rank. Where nothing was in view for several periods in a row,
    those before do not count. None: there is no such period.

    Args:
        basis: what to publish from.
        last: the last week, month or quarter that is over.
    """
    seen = anybody_in_view(basis.question(last.label).coverage, basis.panel, basis.ranking)
    zone, first, n_unseen = basis.ranking.zone, None, 0
    if not seen:
        return None
    for label in labels_between(label_at(last.label, seen[0][0].astimezone(zone)), last.label):
        period = parse_period(label, zone, covered=(basis.as_of, basis.as_of))
        # In UTC: elsewhere, Python reckons by the clock, which changes.
        since, until = period.since.astimezone(UTC), period.until.astimezone(UTC)
        parts = (min(end, until) - max(begin, since) for begin, end in seen)
        in_view = sum((part for part in parts if part > timedelta()), timedelta())
        n_unseen = 0 if in_view else n_unseen + 1
        if n_unseen >= _MANY:
            first = None
        is_enough = in_view >= basis.ranking.min_coverage * (until - since)
        if first is None and is_enough and until + basis.ranking.maturing <= basis.as_of:
            first = period
    return first


def named(periods: Sequence[Period]) -> str:
    """`2026-W47 to 2026-W51 (5 periods)`."""
    first, last = periods[0].label, periods[-1].label
    return first if first == last else f"{first} to {last} ({len(periods)} periods)"


def _jump(basis: Basis, found: Sequence[tuple[bool, list[Period]]], gap: Sequence[Period]) -> str:
    """What is in view around a gap, and the ways out."""
    told = "; ".join(
        f"{named(periods)}: {'nothing' if is_unseen else 'something'} in view"
        for is_unseen, periods in found
    )
    end = formatting.instant(basis.as_of.astimezone(basis.ranking.zone))
    after = [periods[0].label for is_unseen, periods in found[1:] if not is_unseen]
    go_on = f"publish --period {after[0]} goes on after the gap" if after else "collect what lacks"
    return (
        f"the data end on {end}, and nothing is in view for {len(gap)} periods before: {told}. "
        "Nothing was published. If an import said too much, `socialscore withdraw` takes it back; "
        f"if nobody collected, {go_on}"
    )
