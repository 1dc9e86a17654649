"""The files that were imported around a period, and for what they may be complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from socialscore.inputs.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.store.runs import RunSummary

    Span = tuple[datetime, datetime]

__all__ = ["ImportedFile", "are_covered", "between", "days_of", "files_around"]

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_INSTANT = timedelta(microseconds=1)
_QUIET_DAYS = 2


@dataclass(frozen=True)
class ImportedFile:
    """A file that was imported, and what it put in view."""

    name: str  # of the archive, for one that lies in it
    since: datetime
    until: datetime
    imported_at: datetime


def _is_named(run: RunSummary) -> bool:
    """Whether its file can be named on a command line: standard input has no name."""
    return run.file_name not in (None, "-") and str(run.file_name).isprintable()


def files_around(board: Scoreboard, runs: Sequence[RunSummary]) -> list[ImportedFile]:
    """The files that follow each other and meet the period, or else the last ones that do."""
    files = [
        ImportedFile((it.file_name or "").split("/")[0], it.since, it.until, it.started_at)
        for it in runs
        if _is_named(it) and it.since and it.until and it.started_at and not it.withdrawn_at
    ]
    chains: list[list[ImportedFile]] = []
    for file in sorted(files, key=lambda it: it.since):
        if not chains or file.since - max(it.until for it in chains[-1]) >= _WEEK:
            chains.append([])  # there may have been another one between them
        chains[-1].append(file)
    meeting = [
        chain
        for chain in chains
        if chain[0].since < board.until and board.since < max(it.until for it in chain)
    ]
    return (meeting or chains or [[]])[-1]


def days_of(files: Sequence[ImportedFile], *, whole_weeks: bool) -> tuple[date, date]:
    """The first and the last day of files, in the timezone of `import --covers`.

    Whole weeks begin and end with the days on which nobody wrote, where these are few. The day of
    the import is none of them: it was not over.
    """
    zone = Ranking().zone
    first = min(it.since for it in files).astimezone(zone).date()
    imported_on = max(it.imported_at for it in files).astimezone(zone).date()
    last = (max(it.until for it in files) - _INSTANT).astimezone(zone).date()
    last = min(last, imported_on - _DAY)
    if not whole_weeks:
        return first, last
    n_before, n_after = first.weekday(), 6 - last.weekday()
    if n_before <= _QUIET_DAYS:
        first -= n_before * _DAY
    if n_after <= _QUIET_DAYS and last + n_after * _DAY < imported_on:
        last += n_after * _DAY
    return first, last


def are_covered(files: Sequence[ImportedFile], covers: Span) -> bool:
    """Whether the files were said to be complete for all of it."""
    reached, until = covers
    for file in files:
        if file.since <= reached:
            reached = max(reached, file.until)
    return reached >= until


def between(first: date, last: date) -> Span:
    """From the beginning of one day to the end of another."""
    zone = Ranking().zone
    return datetime.combine(first, time(), zone), datetime.combine(last + _DAY, time(), zone)
