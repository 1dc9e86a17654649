"""The relations that a ranking gives to the statement, besides messages and coverage."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from socialscore.engines.rows import Rows
from socialscore.errors import UsageError, option
from socialscore.inputs.author_ids import networks_of
from socialscore.inputs.ranking import calendar_of, compared, promise_of
from socialscore.inputs.shipped import calendar_path
from socialscore.model.opening_hours import OpenTime
from socialscore.model.opening_hours import stretches as stretches_of
from socialscore.model.period import utc
from socialscore.scoring.slots import hours_of_day, hours_of_week
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.messages import Body
    from socialscore.model.opening_hours import Calendar
    from socialscore.model.promise import Promise
    from socialscore.scoring.question import Question

__all__ = [
    "accounts",
    "as_seen",
    "bodies",
    "calendars",
    "clustering",
    "ignored",
    "ignored_digest",
    "labels",
    "names_of",
    "stretches",
    "terms",
]

_ALWAYS = (date(1, 1, 2), date(9999, 12, 30))  # a day from the ends of what a datetime can hold
_DAY = timedelta(days=1)


def as_seen(seen_until: datetime) -> str:
    """The messages of the relation `stored` as the store knew them at an instant."""
    instant = f"TIMESTAMP '{utc(seen_until).isoformat(sep=' ')}'"
    return (
        f"SELECT\n    {', '.join(name for name in MESSAGE.names if name != 'deleted_at')},\n"
        f"    CASE WHEN deleted_seen_at <= {instant} THEN deleted_at END AS deleted_at\n"
        f"FROM stored\nWHERE collected_at <= {instant}\n"
    )


def bodies(panel: Panel, ranking: Ranking) -> Rows:
    """One row per body that the ranking compares, with its opening hours and what it promises."""
    return Rows(
        {
            "body_id": "VARCHAR", "category": "VARCHAR", "calendar_id": "VARCHAR",
            "promise": "VARCHAR",
            "promise_us": "BIGINT",  # at all hours; empty: in opening hours only, or nothing
        },
        [
            (
                body.body_id,
                body.category,
                calendar_of(body, ranking),
                str(promise) if promise else None,
                promise.seconds * 1_000_000 if promise and not promise.is_open_time else None,
            )
            for body in compared(panel, ranking)
            for promise in [promise_of(body, ranking)]
        ],
    )  # fmt: skip


def accounts(panel: Panel, ranking: Ranking) -> Rows:
    """One row per account in view, with the instants between which it was the body's.

    All accounts of a body on one network have one number, so that joins meet on it, and not on two
    texts.
    """
    numbers: dict[tuple[str, str], int] = {}
    rows = []
    for body in panel.bodies:
        networks = [account.network for account in body.accounts]
        rows += [
            (
                body.body_id,
                numbers.setdefault((body.body_id, account.network), len(numbers)),
                account.network,
                account.account_id,
                _midnight(account.valid_from or _ALWAYS[0], ranking.timezone),
                _midnight(account.valid_until or _ALWAYS[1], ranking.timezone),
                networks.count(account.network) > 1,
            )
            for account in body.accounts
            if account.network in ranking.networks
        ]
    return Rows(
        {
            "body_id": "VARCHAR",
            "presence_id": "INTEGER",
            "network": "VARCHAR",
            "account_id": "VARCHAR",
            "valid_from": "TIMESTAMP",
            "valid_until": "TIMESTAMP",
            "has_sister": "BOOLEAN",
        },
        rows,
    )


def ignored(ranking: Ranking, pseudonym: Callable[[str, str], str] | None) -> Rows:
    """One row per network and author that the ranking ignores, as the messages name them."""
    pairs = {pair for author in ranking.ignore for pair in names_of(author, pseudonym)}
    columns = {"network": "VARCHAR", "author_id": "VARCHAR"}
    return Rows(columns, sorted(pair for pair in pairs if pair[0] in ranking.networks))


def names_of(author: str, pseudonym: Callable[[str, str], str] | None) -> Iterator[tuple[str, str]]:
    """Network and identifier under which messages may name an author whom a ranking ignores.

    In a store, that is a pseudonym; accounts of bodies have none there.
    """
    networks, identifier = networks_of(author)
    for network in networks:
        yield network, identifier
        if pseudonym:
            yield network, pseudonym(network, identifier)


def ignored_digest(ranking: Ranking, pseudonym: Callable[[str, str], str] | None) -> str | None:
    """A keyed digest of whom the ranking ignores; None: nobody, or there is no key."""
    if not ranking.ignore or pseudonym is None:
        return None
    return pseudonym("ignored", "\n".join(sorted(ranking.ignore)))


def clustering(rows: Iterable[Mapping[str, Any]]) -> Rows:
    """The rows of the relation of that name, for the lines of a breakdown."""
    columns = {"outcome": "VARCHAR", "assumed": "BOOLEAN", "icc": "DOUBLE"}
    return Rows(columns, [[row[name] for name in columns] for row in rows])


def calendars(panel: Panel, ranking: Ranking) -> set[str]:
    """The names of the calendars that clocks read; empty: of a body that lacks the one it needs."""
    return {
        calendar_of(body, ranking)
        for body in compared(panel, ranking)
        if body.accounts and (ranking.clock == "business" or _promises_open_time(body, ranking))
    }


def _promises_open_time(body: Body, ranking: Ranking) -> bool:
    promise = promise_of(body, ranking)
    return promise is not None and promise.is_open_time


def stretches(panel: Panel, ranking: Ranking, question: Question, beside: Sequence[Path]) -> Rows:
    """One row per calendar, UTC day and stretch of open or closed time in it.

    Raises:
        UsageError: a body has no calendar.
        UnknownName: there is no calendar of that name.
        InputError: a calendar says something wrong.
    """
    names = calendars(panel, ranking)
    if "" in names:
        n_bodies = sum(not body.calendar for body in compared(panel, ranking) if body.accounts)
        raise UsageError(
            f"{n_bodies} of the bodies have no opening hours; name their calendars in the panel's "
            f"column calendar, or one for all with {option('calendar', 'office')}"
        )
    return Rows(
        {
            "calendar_id": "VARCHAR", "stretch_id": "INTEGER", "day": "DATE",
            "starts_at": "TIMESTAMP", "ends_at": "TIMESTAMP",
            "is_open": "BOOLEAN", "open_us": "BIGINT",
        },
        [
            (name, it.stretch_id, it.day, it.starts_at, it.ends_at, it.is_open, it.open_us)
            for name in sorted(names)
            for it in stretches_of(_calendar(name, beside), *_known(question))
        ],
    )  # fmt: skip


def terms(panel: Panel, ranking: Ranking, question: Question, beside: Sequence[Path]) -> Rows:
    """One row per calendar, promise of open time, and moments of a UTC day: when it is over.

    Raises:
        UsageError: a body that promises an answer in open time has no calendar.
        UnknownName: there is no calendar of that name.
        InputError: a calendar says something wrong.
    """
    pairs: dict[tuple[str, Promise], Body] = {}
    for body in compared(panel, ranking):
        promise = promise_of(body, ranking)
        if promise and promise.is_open_time and body.accounts:
            pairs.setdefault((calendar_of(body, ranking), promise), body)
    for (name, promise), body in pairs.items():
        if not name:
            raise UsageError(
                f"the promise of {body.name} is {promise}, and it has no opening hours; name them "
                "in the panel's column calendar, or let its category promise a time such as 24h"
            )
    since, until = _known(question)
    return Rows(
        {
            "calendar_id": "VARCHAR", "promise": "VARCHAR", "day": "DATE",
            "starts_at": "TIMESTAMP", "ends_at": "TIMESTAMP",
            "due_at": "TIMESTAMP", "is_open": "BOOLEAN",
        },
        [
            (name, str(promise), it.day, it.starts_at, it.ends_at, it.due_at, it.is_open)
            for name, promise in sorted(pairs, key=str)
            for it in OpenTime(_calendar(name, beside), since, until).terms(
                timedelta(seconds=promise.seconds)
            )
        ],
    )  # fmt: skip


def _calendar(name: str, beside: Sequence[Path]) -> Calendar:
    from socialscore.inputs.calendar import read_calendar  # takes time; few rankings need it

    return read_calendar(calendar_path(name, beside=beside))


def _known(question: Question) -> tuple[datetime, datetime]:
    """Of what time the opening hours are needed."""
    return question.read_from - _DAY, question.as_of + _DAY


def labels(panel: Panel, by: str) -> dict[str, str]:
    """What the lines of a breakdown are called, where that is not their identifier."""
    if by in ("hour", "hour-of-week"):
        return hours_of_day() if by == "hour" else hours_of_week()
    if by != "account":
        return {}
    return {
        f"{account.network}:{account.account_id}": f"{body.name}, {account.network} "
        f"@{account.handle}"
        for body, account in panel.accounts()
    }


@cache  # accounts are many, and the days on which they change are few
def _midnight(day: date, timezone: str) -> datetime:
    return utc(datetime.combine(day, time(), ZoneInfo(timezone)))
