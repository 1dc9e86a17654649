"""What was in view: when it begins and ends, and which weeks a ranking can count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName, UsageError
from socialscore.inputs.ranking import compared
from socialscore.model.period import Period, parse_as_of, parse_period, period_before, week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking

    _Key = tuple[str, str]  # network and account_id
    _Spans = list[tuple[int, int]]  # in order and apart, in microseconds since 1970

__all__ = ["anybody_in_view", "in_view", "last_matured_week", "recently"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RECENT = timedelta(days=30)  # as long as texts are kept by default


def in_view(coverage: pa.Table, panel: Panel, ranking: Ranking) -> tuple[datetime, datetime]:
    """The first instant at which an account that is ranked was in view, and the end of what is.

    That is the latest moment at which at least half of the ranking's accounts that were ever in
    view still are: neither one message nor one account moves it.

    Raises:
        UnknownName: no body of the panel is of the ranking's categories.
        UsageError: none ever was.
    """
    begins: dict[_Key, int] = {}
    ends: dict[_Key, int] = {}
    for key, _, begin, end in _spans(coverage, panel, ranking):
        begins[key] = min(begin, begins.get(key, begin))
        ends[key] = max(end, ends.get(key, end))
    if not ends:
        if panel.bodies and not compared(panel, ranking):
            known = {body.category for body in panel.bodies} - {""}
            raise UnknownName("category of the panel", ranking.categories[0], known)
        raise UsageError(
            f"nothing was collected for the bodies of the panel {panel.name!r} yet: "
            "`socialscore import FILE` adds messages"
        )
    in_order = sorted(ends.values(), reverse=True)
    return _instant(min(begins.values())), _instant(in_order[(len(in_order) - 1) // 2])


def recently(coverage: pa.Table, panel: Panel, ranking: Ranking, as_of: str | None) -> str:
    """The 30 days before the data end, and the day on which they do, as a ranking's period.

    Args:
        coverage: what was in view, and when.
        panel: the bodies.
        ranking: whose accounts and timezone count.
        as_of: the moment at which the data end; None: as in `in_view`.
    """
    moment = parse_as_of(as_of, ranking.zone) if as_of else in_view(coverage, panel, ranking)[1]
    end = moment.astimezone(ranking.zone)
    return f"{end.date() - _RECENT}..{end.isoformat()}"


def anybody_in_view(
    coverage: pa.Table, panel: Panel, ranking: Ranking
) -> list[tuple[datetime, datetime]]:
    """The intervals in which an account that is ranked was in view, in order and apart."""
    spans = ((begin, end) for *_, begin, end in _spans(coverage, panel, ranking))
    return [(_instant(begin), _instant(end)) for begin, end in _apart(spans)]


def last_matured_week(
    coverage: pa.Table, panel: Panel, ranking: Ranking, as_of: datetime
) -> Period:
    """The last ISO week that was in view and whose requests have all matured.

    It was in view if `min_coverage` of it was, for at least half of the ranking's accounts that
    ever were. Where there is no such week, it is the last matured one of which anything was in
    view; where there is none of these either, the one in which the data end or the one before,
    whichever was in view for longer.

    Args:
        coverage: what was in view, and when.
        panel: the bodies to compare.
        ranking: the options.
        as_of: where the data are taken to end.
    """
    streams: dict[_Key, dict[str, _Spans]] = {}
    for key, stream, begin, end in _spans(coverage, panel, ranking):
        streams.setdefault(key, {}).setdefault(stream, []).append((begin, end))
    accounts = [[_apart(spans) for spans in of.values()] for of in streams.values()]
    partly = None
    for week in _matured_weeks(accounts, ranking, as_of):
        shares = [_share(spans, week) for spans in accounts]
        if 2 * sum(share >= max(ranking.min_coverage, 1e-9) for share in shares) >= len(shares):
            return week
        if partly is None and any(shares):
            partly = week
    return partly or _last_week(accounts, ranking, as_of)


def _last_week(accounts: Iterable[list[_Spans]], ranking: Ranking, as_of: datetime) -> Period:
    """The week in which the data end, or the one before if that was in view for longer."""
    covered = as_of, as_of
    last = parse_period(week_of(as_of - _MICROSECOND, ranking.zone), ranking.zone, covered=covered)
    before = parse_period(period_before(last), ranking.zone, covered=covered)
    return max(last, before, key=lambda week: sum(_share(spans, week) for spans in accounts))


def _matured_weeks(
    accounts: Iterable[list[_Spans]], ranking: Ranking, as_of: datetime
) -> Iterator[Period]:
    """The weeks whose requests have matured, the last one first, back to the first in view."""
    first = _instant(min(spans[0][0] for streams in accounts for spans in streams))
    label = week_of(as_of - ranking.maturing, ranking.zone)
    week = parse_period(label, ranking.zone, covered=(as_of, as_of))
    while week.since > first:
        week = parse_period(period_before(week), ranking.zone, covered=(as_of, as_of))
        yield week


def _share(streams: Iterable[_Spans], week: Period) -> float:
    """The share of a week in which an account was in view: both streams count alike."""
    since, until = ((edge - _EPOCH) // _MICROSECOND for edge in (week.since, week.until))
    seen = sum(
        max(min(end, until) - max(begin, since), 0) for spans in streams for begin, end in spans
    )
    return seen / (2 * (until - since))


def _apart(spans: Iterable[tuple[int, int]]) -> _Spans:
    """The same time in intervals that are in order and do not touch."""
    apart: _Spans = []
    for begin, end in sorted(spans):
        if apart and begin <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((begin, end))
    return apart


def _spans(
    coverage: pa.Table, panel: Panel, ranking: Ranking
) -> Iterator[tuple[_Key, str, int, int]]:
    """The accounts that are ranked with what of their streams was in view, in microseconds."""
    ranked = {
        (account.network, account.account_id)
        for body in compared(panel, ranking)
        for account in body.accounts
        if account.network in ranking.networks
    }
    # Lists of plain values: making a dictionary and two instants of every row takes seconds.
    names = ("network", "account_id", "stream", "reason")
    rows = zip(*(coverage[name].to_pylist() for name in names), strict=True)
    edges = (_microseconds(coverage[edge]) for edge in ("covered_from", "covered_until"))
    for (network, account_id, stream, reason), begin, end in zip(rows, *edges, strict=True):
        if reason is None and (network, account_id) in ranked:
            yield (network, account_id), stream, begin, end


def _microseconds(instants: pa.ChunkedArray) -> Iterator[int]:
    return chain.from_iterable(chunk.view("int64").to_pylist() for chunk in instants.chunks)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
