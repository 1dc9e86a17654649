"""What readers must know of an unusual period, or of a panel that was edited, in plain sentences.

Each sentence stands on a line of its own, without a capital at its beginning and without a full
stop, like the other notes under a table.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

from socialscore.inputs.ranking import compared
from socialscore.model.period import day_in_words, utc
from socialscore.store import losses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from socialscore.model.messages import Account, Body
    from socialscore.model.period import Period
    from socialscore.model.scoreboard import Score
    from socialscore.scoring.question import Question

    Edit = tuple[str, str, list[str]]
    Key = tuple[str, str]  # network and account_id

__all__ = [
    "is_of_losses",
    "of_accounts",
    "of_losses",
    "of_panels",
    "of_period",
    "of_promises",
    "of_rules",
]

_MOST = 10  # names on a line
_DAY = timedelta(days=1)


# --- the period ----------------------------------------------------------------------------------


def of_period(period: Period) -> tuple[str, ...]:
    """Changes of clocks in it, a 53rd week, a week that lies in two years."""
    return (*_clocks(period), *_week(period))


def _clocks(period: Period) -> Iterator[str]:
    hours = (period.until.astimezone(UTC) - period.since.astimezone(UTC)) / timedelta(hours=1)
    length = f"the period has {round(hours, 1):,g} hour{'s' * (hours != 1)}"
    changes = [
        f"{'forward' if shift > timedelta() else 'back'} on {day_in_words(day)}"
        for day, shift in _shifts(period)
    ]
    if len(changes) > 2:
        yield f"clocks change {len(changes)} times: {length}"
    elif changes:
        yield f"clocks go {' and '.join(changes)}: {length}"


def _shifts(period: Period) -> Iterator[tuple[date, timedelta]]:
    """The days of the period on which clocks change, and by how much they are put forward."""
    timezone, day = period.since.tzinfo, period.since.date()
    while day <= period.until.date():
        begin = max(period.since, datetime.combine(day, time(), timezone))
        end = min(period.until, datetime.combine(day + _DAY, time(), timezone))
        shift = (end.utcoffset() or timedelta()) - (begin.utcoffset() or timedelta())
        if shift:
            yield day, shift
        day += _DAY


def _week(period: Period) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}-W\d{2}", period.label):
        return
    if period.label.endswith("W53"):
        yield f"{period.label} is a 53rd week, which only some years have"
    first, last = period.since.date(), period.until.date() - _DAY
    if first.year != last.year:
        yield (
            f"{period.label} reaches from {day_in_words(first)} to {day_in_words(last)}; "
            "ISO weeks belong to the year of their Thursday"
        )


# --- accounts that began or ended in it ----------------------------------------------------------


def of_accounts(
    bodies: Iterable[Body], networks: Collection[str], period: Period
) -> tuple[str, ...]:
    """The accounts that became a body's, were renamed or were given up inside the period."""
    found = [
        note
        for body in bodies
        if any(account.valid_from or account.valid_until for account in body.accounts)
        for note in _of_accounts(
            body.name, [a for a in body.accounts if a.network in networks], period
        )
    ]
    if len(found) <= _MOST:
        return tuple(found)
    return (*found[:_MOST], f"{len(found) - _MOST} other accounts began or ended in the period")


def _of_accounts(body: str, accounts: Iterable[Account], period: Period) -> Iterator[str]:
    for same in _by_key(accounts).values():
        begun = {account.valid_from: account for account in same}
        ended = {account.valid_until: account for account in same}
        for account in same:
            named = f"the account {_named(account)} of {body}"
            begin, end = account.valid_from, account.valid_until
            if begin not in ended and _inside(begin, period):
                yield f"{named} counts from {day_in_words(begin)} only"
            if end not in begun and _inside(end, period):
                yield f"{named} counts until {day_in_words(end - _DAY)} only"
            elif _inside(end, period) and begun[end].handle != account.handle:
                yield f"{named} is @{begun[end].handle} from {day_in_words(end)}"


def _inside(day: date | None, period: Period) -> TypeGuard[date]:
    """Whether there is such a day, and it begins in the period but not with it."""
    if day is None:
        return False
    return period.since < datetime.combine(day, time(), period.since.tzinfo) < period.until


# --- promises that cannot be judged --------------------------------------------------------------


def of_promises(scores: Iterable[Score]) -> Iterator[str]:
    """The bodies that had requests, none of them with a promise that was over at the horizon."""
    names = [
        f"{score.body.name} ({score.promise})"
        for score in scores
        if score.promise and score.values["n_requests"] and score.values["within_promise"] is None
    ]
    if names:
        yield f"promises that are longer than the horizon have no value: {_listed(names)}"


# --- language rules that changed -----------------------------------------------------------------


def of_rules(judged: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """How many messages earlier rules judged; `judged` has the two numbers of each body."""
    bodies = list(judged)
    n_judged, n_earlier = (
        sum(body.get(name) or 0 for body in bodies) for name in ("n_judged", "n_judged_earlier")
    )
    if n_earlier:
        yield (
            f"{n_earlier:,} of {n_judged:,} messages were judged by earlier rules: `import` or "
            "`collect` judges again those whose text is kept"
        )


# --- replies that were lost in reading -----------------------------------------------------------


def of_losses(question: Question) -> Iterator[str]:
    """The bodies of which files that were imported had rows that could not be read, or not quite.

    They are those of files with messages of the time that is looked at.
    """
    since, until = utc(question.period.since), utc(question.read_until)
    lost = [
        (row["file_name"], row["network"], row["account_id"], *losses.kind_and_number(row))
        for row in losses.standing(question.coverage)
        if row["covered_from"] < until and row["covered_until"] > since
    ]
    bodies = compared(question.panel, question.ranking)
    for kind, told in _LOST.items():
        numbers = {body.name: _n_lost(body, kind, lost) for body in bodies}
        if names := [f"{name} ({n:,})" for name, n in numbers.items() if n]:
            yield f"{told}: {_listed(names)}"
    accounts = {(account.network, account.account_id) for b in bodies for account in b.accounts}
    unreadable = {
        file_name: n
        for file_name, *key, kind, n in lost
        if kind == losses.UNREADABLE_ROWS and tuple(key) in accounts
    }
    if n_rows := sum(unreadable.values()):
        rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
        yield f"{rows} {_UNREADABLE}"


_LOST = {
    losses.REFUSED_ROWS: "replies may be missing, as rows of imported files were refused",
    losses.UNKNOWN_PARENTS: "it is unknown which messages some replies answer, as identifiers in "
    "imported files were rounded",
}
_UNREADABLE = "of imported files could not be read: any body may have lost replies"


def is_of_losses(note: str) -> bool:
    """Whether `of_losses` made a note, which only the store can tell anew."""
    return note.endswith(_UNREADABLE) or note.startswith(tuple(f"{it}: " for it in _LOST.values()))


def _n_lost(body: Body, kind: str, lost: Iterable[tuple[Any, ...]]) -> int:
    keys = {(account.network, account.account_id) for account in body.accounts}
    return sum(n for _, *key, what, n in lost if what == kind and tuple(key) in keys)


# --- the panel -----------------------------------------------------------------------------------


def of_panels(before: Sequence[Body], after: Sequence[Body], since: str) -> tuple[str, ...]:
    """What was edited between two panels that differ: a line of counts, then a line for each kind.

    Args:
        before: the bodies of the earlier panel; where none of them names accounts these are not
            known, and are not compared.
        after: the bodies of the later one.
        since: the name of the earlier period.
    """
    then, now = ({body.body_id: body for body in bodies} for bodies in (before, after))
    known = all(any(body.accounts for body in bodies) for bodies in (before, after))
    edits = [  # what the first line counts, the head of another line, and the names on that
        ("joined", "joined the panel", [now[it].name for it in now if it not in then]),
        ("left", "left the panel", [then[it].name for it in then if it not in now]),
        *_edits([(then[it], now[it]) for it in now if it in then], since, known),
    ]
    edits = [edit for edit in edits if edit[2]]
    counts = ", ".join(f"{len(names)} {what}" for what, _, names in edits)
    return (
        f"the panel was edited since {since}" + (f": {counts}" if counts else ""),
        *(f"{head}: {_listed(names)}" for _, head, names in edits),
    )


def _edits(bodies: list[tuple[Body, Body]], since: str, known: bool) -> Iterator[Edit]:
    """What became of the bodies that are in both panels."""
    renamed = [(old, new) for old, new in bodies if old.name != new.name]
    names = [f"{new.name} (was called {old.name} in {since})" for old, new in renamed]
    yield "renamed", "renamed", names
    moved = [(old, new) for old, new in bodies if old.category != new.category]
    names = [f"{new.name} (from {_category(old)} to {_category(new)})" for old, new in moved]
    yield "in another category", "moved to another category", names
    if known:
        changed = [(new, ", ".join(_account_changes(old, new))) for old, new in bodies]
        names = [f"{new.name} ({changes})" for new, changes in changed if changes]
        yield "with other accounts", "other accounts", names
        names = [new.name for old, new in bodies if old.calendar != new.calendar]
        yield "with other opening hours", "other opening hours", names
        names = [
            f"{new.name} (from {old.promise or 'none'} to {new.promise or 'none'})"
            for old, new in bodies
            if old.promise != new.promise
        ]
        yield "with another promise", "another promise", names


def _account_changes(old: Body, new: Body) -> Iterator[str]:
    """What became of the accounts of a body."""
    then, now = (_by_key(body.accounts) for body in (old, new))
    yield from (f"added {_named(now[key][-1])}" for key in now if key not in then)
    yield from (f"removed {_named(then[key][-1])}" for key in then if key not in now)
    for key in now:
        if key in then and then[key] != now[key]:
            was, is_now = then[key][-1], now[key][-1]
            other = "other dates or another role"
            what = f"now @{is_now.handle}" if was.handle != is_now.handle else other
            yield f"{_named(was)}: {what}"


def _by_key(accounts: Iterable[Account]) -> dict[Key, list[Account]]:
    """The accounts by network and identifier; one that was renamed stands several times."""
    found: dict[Key, list[Account]] = {}
    for account in accounts:
        found.setdefault((account.network, account.account_id), []).append(account)
    return found


def _category(body: Body) -> str:
    return body.category or "none"


def _named(account: Account) -> str:
    return f"@{account.handle} ({account.network})"


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    n_others = len(names) - _MOST
    others = f", and {n_others} other{'s' * (n_others > 1)}" if n_others > 0 else ""
    return f"{', '.join(names[:_MOST])}{others}"
