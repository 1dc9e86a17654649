"""What became of a collection, in lines for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from socialscore.collectors.base import LONGEST_WAIT
from socialscore.commands.screens import clock_time, name_of
from socialscore.reporters import formatting
from socialscore.reporters.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.collecting.report import CollectionReport, TaskReport
    from socialscore.model.messages import Coverage

__all__ = ["lines", "why"]

_MOST_NAMES = 5  # of accounts, with an error

REASONS = {
    "cap-reached": "the network shows no more of an account than its newest",
    "out-of-reach": "the network shows nothing that old",
    "repeated-cursor": "the network began to repeat itself; the next run asks again",
    "no-new-items": "the network gave no more, and said that there was; the next run asks again",
    "no-cursor": "the network did not say what follows; the next run asks again",
    "refused-items": "{n} could not be read; the next run asks once more",
    "unreadable-items": "{n} could not be read, twice; an update of socialscore may read them",
    "damaged": "lost from a damaged file; collect or import it again",
    "erased": "erased by `socialscore forget`; it is not asked for again",
    None: "not collected yet",
}
"""Why something is not in view, by the reason in the coverage table."""


def why(reason: str | None) -> str:
    """Why something is not in view, in words."""
    kind, _, number = (reason or "").partition(":")
    words = REASONS.get(kind or None, kind)
    return words.format(n=counted(int(number), "message")) if number.isdecimal() else words


def lines(report: CollectionReport, network: str) -> Iterator[str]:
    """The accounts, the gaps, what went wrong, and the sum."""
    by_account: dict[str, list[TaskReport]] = {}
    for task in report.tasks:
        by_account.setdefault(task.task.account.account_id, []).append(task)
    rows = [_of_account(tasks) for tasks in by_account.values()]
    if rows:
        header = (network, "pages", "messages", "known", "cost", "")
        yield from formatting.aligned([header, *rows], numbers=(1, 2, 3, 4))
    names = {each.task.account.account_id: name_of(each.task.account) for each in report.tasks}
    gaps = _joined(report.gaps)
    yield from _gaps(gaps, names)
    refused: Counter[str] = Counter()
    for task in report.tasks:
        refused.update(task.refused)
    yield from (f"  {n:,} left out: {formatting.one_line(why)}" for why, n in refused.most_common())
    if n_late := sum(task.n_late for task in report.tasks):
        yield f"  {counted(n_late, 'message')} shown late: an earlier run had read that time"
    yield from (f"  {problem}; its time is asked for again" for problem in report.damaged)
    yield from _clock(report, network)
    yield from _errors(report)
    yield f"{network}: {_sum(report, len(gaps))}"


def _of_account(tasks: Sequence[TaskReport]) -> tuple[str, ...]:
    unfinished = [task for task in tasks if not task.complete]
    if any(task.error for task in unfinished):
        state = "failed, as said below"
    elif any(task.gap for task in unfinished):
        state = "with a gap"
    else:
        state = "not to the end" if unfinished else "complete"
    return (
        name_of(tasks[0].task.account),
        f"{sum(task.n_pages for task in tasks):,}",
        f"{sum(task.n_messages for task in tasks):,}",
        f"{sum(task.n_known for task in tasks):,}",
        f"${sum(task.cost for task in tasks):,.2f}",
        state,
    )


def _joined(gaps: Sequence[Coverage]) -> list[Coverage]:
    """The gaps, those that touch and have one reason as one: tasks are no matter for people."""
    joined: list[Coverage] = []
    for gap in sorted(gaps, key=lambda g: (*_stream(g), g.covered_from)):
        last = joined[-1] if joined else None
        if last and _stream(last) == _stream(gap) and gap.covered_from <= last.covered_until:
            until = max(last.covered_until, gap.covered_until)
            joined[-1] = replace(last, covered_until=until)
        else:
            joined.append(gap)
    return joined


def _stream(gap: Coverage) -> tuple[str, str, str]:
    return gap.account_id, gap.stream, gap.reason or ""


def _gaps(gaps: Sequence[Coverage], names: dict[str, str]) -> Iterator[str]:
    for gap in gaps:
        whose = names.get(gap.account_id, gap.account_id)
        span = formatting.days(gap.covered_from, gap.covered_until)
        yield f"  gap: {whose} {gap.stream}, {span} (UTC): {why(gap.reason)}"


def _clock(report: CollectionReport, network: str) -> Iterator[str]:
    if report.clock_ahead:
        direction = "ahead of" if report.clock_ahead > timedelta() else "behind"
        by = formatting.duration(abs(report.clock_ahead).total_seconds())
        yield f"  the clock of this machine is {by} {direction} that of {network}; set it right"


def _errors(report: CollectionReport) -> Iterator[str]:
    """Each error once, with the accounts that it concerns."""
    accounts: dict[str, dict[str, None]] = {str(report.error): {}} if report.error else {}
    for task in report.tasks:
        if task.error:
            accounts.setdefault(str(task.error), {})[name_of(task.task.account)] = None
    for text, names in accounts.items():
        some = [*names][:_MOST_NAMES]
        more = f" and {len(names) - len(some):,} more" if len(names) > len(some) else ""
        yield "  " + (f"{', '.join(some)}{more}: " if names else "") + text
    errors = [report.error, *(task.error for task in report.tasks)]
    retry_at = [error.retry_at for error in errors if error and error.retry_at]
    if retry_at:
        until = max(retry_at)
        far = until - datetime.now(UTC) > LONGEST_WAIT
        beyond = "; nothing waits for longer than a day" if far else ""
        yield f"  the network allows no more requests until {clock_time(until)}{beyond}"


def _sum(report: CollectionReport, n_gaps: int) -> str:
    """The closing line."""
    n_messages = sum(task.n_messages for task in report.tasks)
    n_pages = sum(task.n_pages for task in report.tasks)
    parts = [
        f"{counted(n_messages, 'message')} in {counted(n_pages, 'page')}",
        f"{counted(report.saved.n_new, 'row')} new in the store",
        f"${report.cost:,.2f}",
    ]
    if report.n_replayed:
        parts.insert(1, f"{counted(report.n_replayed, 'page')} from a run that was cut off")
    if n_left := report.n_tasks - len(report.tasks):
        parts.append(f"{n_left:,} of {counted(report.n_tasks, 'stream')} not asked")
    if n_gaps:
        parts.append(counted(n_gaps, "gap"))
    return "; ".join(parts) if report.n_tasks or report.n_replayed else "nothing is missing"
