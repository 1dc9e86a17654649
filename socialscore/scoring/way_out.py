"""Where a ranking ranks nobody: why, and what would rank somebody. What is proposed was tried."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count, product
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from socialscore.inputs.ranking import Ranking, override
from socialscore.model.messages import Coverage
from socialscore.model.period import LAST_MATURED_WEEK, day_in_words
from socialscore.reporters import formatting
from socialscore.reporters.formatting import counted
from socialscore.scoring import break_down, score
from socialscore.scoring.imported_files import are_covered, between, days_of, files_around
from socialscore.scoring.in_view import in_view
from socialscore.store.lake import coverage_row
from socialscore.store.schema import COVERAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.scoring import Messages, MessageSource
    from socialscore.store.runs import RunSummary

    Span = tuple[datetime, datetime]

__all__ = ["Step", "WayOut", "way_out", "way_out_of_counts"]

_STREAMS: tuple[Literal["inbound", "outbound"], ...] = ("inbound", "outbound")
_TRIES = 3  # weeks, of those that have the requests
_MOST_TRIES = 8  # in all; each takes as long as the ranking itself
_SHORTER = {"24h": timedelta(days=1), "1h": timedelta(hours=1)}  # horizons


@dataclass(frozen=True)
class Step:
    """Something to do, after which somebody has a rank."""

    what: str  # what it leads to
    options: Mapping[str, str]  # over those with which nobody was ranked, by key
    files: tuple[str, ...] = ()  # names of files, without folders, to import again before
    covers: str = ""  # the period for which to say that they are complete


@dataclass(frozen=True)
class WayOut:
    """Why nobody has a rank, and what to do."""

    why: str  # a clause, after "no body is ranked:"
    steps: tuple[Step, ...]  # the best first; none: nothing that is stored ranks anybody


def way_out(
    board: Scoreboard,
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    runs: Sequence[RunSummary] = (),
) -> WayOut:
    """What to do where none of the bodies of a scoreboard has a rank.

    Args:
        board: the scoreboard; only the bodies that it lists are to be ranked.
        source: what it was computed from, as are the following.
        panel: the bodies.
        ranking: the options.
        as_of: as in `ask`.
        runs: of the store; the files of its imports may be imported again.
    """
    known = _Covered(source.messages, source.messages.coverage())  # which is read once
    source = replace(source, messages=known)
    tried = _Trial(source, panel, ranking, as_of, {it.body.body_id for it in board.scores})
    begin, _ = tried.data
    if board.as_of <= begin:
        return WayOut(f"nothing was collected before {formatting.instant(begin)}", ())
    steps = []
    with suppress(_TriedEnough):
        for step in _steps(board, tried, runs):
            steps.append(step)  # noqa: PERF402 - what was found before is kept
    return WayOut(_why(board, tried), tuple(steps))


def way_out_of_counts(board: Scoreboard) -> WayOut:
    """The same of a table of counts."""
    most = max((_number(it, "n_requests") for it in board.scores), default=0)
    why = f"the most requests of a body are {most:,}, and min_requests is {board.min_requests:,}"
    fewer = Step("small numbers are ranked too", {"min_requests": str(most)})
    return WayOut(why, (fewer,) if 0 < most < board.min_requests else ())


# --- why nobody is ranked ------------------------------------------------------------------------


def _why(board: Scoreboard, tried: _Trial) -> str:
    """All that keeps most bodies from a rank."""
    reasons = Counter(it.reason for it in board.scores)
    if reasons.keys() - {"no-account", "closed"} == {"not-collected"}:
        data = formatting.days(*tried.data)
        return f"nothing was collected in {board.period}, the data are from {data}"
    clauses = list(_not_watched(board, tried.ranking))
    if reasons["low-coverage"] > len(board.scores) / 2:
        most = max(it.values["coverage"] or 0.0 for it in board.scores)
        least = formatting.limit(tried.ranking.min_coverage, "share")
        seen = f"{formatting.share(most)} of {board.period} was in view"
        clauses.insert(0, f"{seen}, and min_coverage is {least}")
    if not clauses and reasons["suspect"]:
        who = "no body with enough requests" if reasons["too-few"] else "no body"
        clauses = [
            f"{who} wrote a reply in {board.period}, so either what they wrote is not in the "
            "data, or these are not their accounts"
        ]
    if not clauses and reasons["too-few"]:
        clauses = [_too_few(board)]
    return "; ".join(clauses) or "the table says why"


def _not_watched(board: Scoreboard, ranking: Ranking) -> Iterator[str]:
    """Which requests are in no rate, and until when."""
    n_unwatched, n_pending = (
        sum(_number(it, name) for it in board.scores) for name in ("n_unwatched", "n_pending")
    )
    if n_unwatched:
        end = f"horizon ({formatting.span(board.horizon)})" if board.horizon else "data"
        yield (
            f"{counted(n_unwatched, 'request')} of {board.period} cannot count, since replies "
            f"were not in view to the end of the {end}"
        )
    if n_pending:
        final = (board.until.astimezone(UTC) + ranking.maturing).astimezone(ranking.zone)
        yield (
            f"{counted(n_pending, 'request')} of {board.period} may still be answered in time, "
            f"and it is final once the data reach {day_in_words(final.date())}"
        )


def _too_few(board: Scoreboard) -> str:
    most = max(_number(it, "n_requests") for it in board.scores)
    if most == 0:
        return f"no request was written in {board.period}"
    least = f"min_requests is {board.min_requests:,}"
    return f"the most requests of a body in {board.period} are {most:,}, and {least}"


def _named(period: str) -> str:
    return "all that was collected" if period == "all" else period


def _number(line: Score, name: str) -> int:
    return int(line.values.get(name) or 0)


# --- what would rank somebody --------------------------------------------------------------------


class _TriedEnough(Exception):
    """Each try takes as long as the ranking did: there is an end to it."""


@dataclass(frozen=True)
class _Trial:
    """A ranking that is tried with other options, or with more in view."""

    source: MessageSource
    panel: Panel
    ranking: Ranking
    as_of: str | None
    wanted: set[str]  # the bodies of which one is to be ranked
    tries: Iterator[int] = field(default_factory=count)

    @cached_property
    def data(self) -> Span:
        """Where the data begin and end, in the timezone of the ranking."""
        begin, end = in_view(self.source.coverage(), self.panel, self.ranking)
        return begin.astimezone(self.ranking.zone), end.astimezone(self.ranking.zone)

    def board(self, covers: Span | None = None, /, **options: Any) -> Scoreboard:
        """The scoreboard; `covers`: as if all accounts were in view in that interval.

        Raises:
            _TriedEnough: too many were tried before.
        """
        if next(self.tries) == _MOST_TRIES:
            raise _TriedEnough
        source = self._with(covers) if covers else self.source
        return score(source, self.panel, override(self.ranking, options), as_of=self.as_of)

    def ranked(self, board: Scoreboard) -> str:
        """How many of the bodies have a rank, in words; empty: none."""
        n = sum(it.rank is not None and it.body.body_id in self.wanted for it in board.scores)
        return f"{n:,} {'body is' if n == 1 else 'bodies are'} ranked" if n else ""

    @cached_property
    def weeks(self) -> dict[str, int]:
        """The matured requests of each week of the last year that has any, the last one first."""
        year = override(self.ranking, {"period": "last-366-days"})
        lines = break_down(self.source, self.panel, year, "week", as_of=self.as_of).lines
        found = {it.label: int(it.pooled["n_requests"] or 0) for it in reversed(lines)}
        return {label: n for label, n in found.items() if n}

    def _with(self, covers: Span) -> MessageSource:
        rows = [
            coverage_row(Coverage(account.network, account.account_id, stream, *covers))
            for _, account in self.panel.accounts()
            for stream in _STREAMS
        ]
        more = pa.Table.from_pylist(rows, schema=COVERAGE)
        seen = pa.concat_tables([self.source.coverage().select(COVERAGE.names), more])
        return replace(self.source, messages=_Covered(self.source.messages, seen), seen_until=None)


@dataclass(frozen=True)
class _Covered:
    """Messages of which something else was in view."""

    inner: Messages
    covered: pa.Table

    def messages(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """As they are."""
        return self.inner.messages(first, last)

    def coverage(self) -> pa.Table:
        """What is taken to be in view."""
        return self.covered


def _steps(board: Scoreboard, tried: _Trial, runs: Sequence[RunSummary]) -> Iterator[Step]:
    first = _import_again(board, tried, runs) or _other_period(board, tried)
    if first:
        yield first
    fewer = _fewer(board, tried)
    if fewer:
        yield fewer
    if not (first or fewer) and (last := _last_resort(board, tried, runs)):
        yield last


def _import_again(
    board: Scoreboard, tried: _Trial, runs: Sequence[RunSummary], **shorter: str
) -> Step | None:
    """To say for what files are complete: else each is from its first message to its last."""
    files = files_around(board, runs)
    if not files:
        return None
    n = len({file.name for file in files})
    periods: list[dict[str, str]] = [{}, {"period": board.period}]
    if tried.ranking.period != LAST_MATURED_WEEK:
        periods[1:] = [{"period": LAST_MATURED_WEEK}]
    spans = dict.fromkeys(days_of(files, whole_weeks=it) for it in (False, True))
    for (first, last), options in product(spans, periods):
        covers = between(first, last)
        if are_covered(files, covers):
            continue
        then = tried.board(covers, **options, **shorter)
        if ranked := tried.ranked(then):
            what = (
                f"if {'the file is' if n == 1 else f'the {n} files are'} complete for "
                f"{formatting.days(*covers)}, say so (with --map, --timezone and the like as "
                f"before); then {ranked} in {then.period}{_within(shorter)}"
            )
            names = tuple(dict.fromkeys(it.name for it in files))
            named = {"period": then.period} if options else {}
            return Step(what, named | shorter, names, f"{first}..{last}")
    return None


def _within(options: Mapping[str, str]) -> str:
    return f" by what was answered within {options['horizon']}" if "horizon" in options else ""


def _other_period(board: Scoreboard, tried: _Trial) -> Step | None:
    """The last week that ranks somebody, or all that was collected."""
    enough = [label for label, n in tried.weeks.items() if n >= tried.ranking.min_requests]
    for label in [it for it in enough if it != board.period][:_TRIES] + ["all"] * bool(tried.weeks):
        then = tried.board(period=label)
        if ranked := tried.ranked(then):
            return _period_with(ranked, then, label)
    return None


def _period_with(ranked: str, then: Scoreboard, label: str) -> Step:
    n = sum(_number(it, "n_requests") for it in then.scores)
    what = f"{_named(label)} has {counted(n, 'matured request')}, and {ranked}"
    return Step(what, {"period": label})


def _fewer(board: Scoreboard, tried: _Trial, **options: Any) -> Step | None:
    """The number of requests with which the body that has most is ranked."""
    few = [_number(it, "n_requests") for it in board.scores if it.reason == "too-few"]
    n = max(few, default=0)
    if not 0 < n < tried.ranking.min_requests:
        return None
    ranked = tried.ranked(tried.board(min_requests=n, **options))
    where = f"{_named(board.period)}{_within(options)}"
    what = f"{ranked} in {where} if {counted(n, 'request')} are enough"
    return Step(what, {**options, "min_requests": str(n)}) if ranked else None


def _last_resort(board: Scoreboard, tried: _Trial, runs: Sequence[RunSummary]) -> Step | None:
    """As many requests as there are of one kind: those of a week, all, or all of a short horizon.

    Where little was collected, nothing else has matured.
    """
    choices = [{"period": "all"}]
    if tried.weeks:
        choices.insert(0, {"period": max(tried.weeks, key=tried.weeks.__getitem__)})
    shorter = [
        {"horizon": horizon} for horizon, span in _SHORTER.items() if tried.ranking.maturing > span
    ]
    for options in [*choices, *({"period": "all"} | it for it in shorter)]:
        then = tried.board(**options)
        if ranked := tried.ranked(then):
            if "horizon" in options:
                return Step(f"{ranked}{_within(options)}", options)
            return _period_with(ranked, then, options["period"])
        if step := _fewer(then, tried, **options):
            return step
    again = (_import_again(board, tried, runs, **it) for it in shorter)
    return next(filter(None, again), None)
