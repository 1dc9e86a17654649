"""The relations that a ranking gives to the statement, besides messages and coverage."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from socialscore.engines.rows import Rows
from socialscore.errors import UsageError, option
from socialscore.inputs.author_ids import networks_of
from socialscore.inputs.ranking import compared
from socialscore.inputs.shipped import calendar_path
from socialscore.model.opening_hours import stretches as stretches_of
from socialscore.model.period import utc
from socialscore.scoring.slots import hours_of_day, hours_of_week
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
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
    """One row per body that the ranking compares, with the calendar of its opening hours."""
    return Rows(
        {"body_id": "VARCHAR", "category": "VARCHAR", "calendar_id": "VARCHAR"},
        [
            (body.body_id, body.category, ranking.calendar or body.calendar)
            for body in compared(panel, ranking)
        ],
    )


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
    """The names of the calendars that the business clock reads; empty: of a body that has none."""
    return {ranking.calendar or body.calendar for body in compared(panel, ranking) if body.accounts}


def stretches(panel: Panel, ranking: Ranking, question: Question, beside: Sequence[Path]) -> Rows:
    """One row per calendar, UTC day and stretch of open or closed time in it.

    Raises:
        UsageError: a body has no calendar.
        UnknownName: there is no calendar of that name.
        InputError: a calendar says something wrong.
    """
    from socialscore.inputs.calendar import read_calendar  # takes time; few rankings need it

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
            for it in stretches_of(
                read_calendar(calendar_path(name, beside=beside)),
                question.read_from - _DAY,
                question.as_of + _DAY,
            )
        ],
    )  # fmt: skip


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
