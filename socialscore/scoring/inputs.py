"""The relations that a ranking gives to the statement, besides messages and coverage."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from socialscore.engines.rows import Rows
from socialscore.period import utc

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.panel import Panel
    from socialscore.ranking import Ranking

__all__ = ["accounts", "bodies", "ignored", "presences"]

_ALWAYS = (date(1, 1, 2), date(9999, 12, 30))  # a day from the ends of what a datetime can hold


def bodies(panel: Panel) -> Rows:
    """One row per body of the panel."""
    return Rows({"body_id": "VARCHAR"}, [{"body_id": body.body_id} for body in panel.bodies])


def presences(panel: Panel, ranking: Ranking) -> Rows:
    """One row per body and network, numbered: joins meet on a number instead of on two texts."""
    numbers = _numbered(panel, ranking)
    return Rows(
        {"presence_id": "INTEGER", "body_id": "VARCHAR"},
        [{"presence_id": number, "body_id": body} for (body, _), number in numbers.items()],
    )


def accounts(panel: Panel, ranking: Ranking) -> Rows:
    """One row per account in view, with the instants between which it was the body's."""
    numbers = _numbered(panel, ranking)
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
        [
            {
                "body_id": body.body_id,
                "presence_id": numbers[body.body_id, account.network],
                "network": account.network,
                "account_id": account.account_id,
                "valid_from": _midnight(account.valid_from or _ALWAYS[0], ranking),
                "valid_until": _midnight(account.valid_until or _ALWAYS[1], ranking),
                "has_sister": sum(a.network == account.network for a in body.accounts) > 1,
            }
            for body, account in panel.accounts()
            if account.network in ranking.networks
        ],
    )


def ignored(ranking: Ranking, pseudonym: Callable[[str, str], str] | None) -> Rows:
    """One row per network and author that the ranking ignores."""
    return Rows(
        {"network": "VARCHAR", "author_id": "VARCHAR"},
        [
            {"network": network, "author_id": pseudonym(network, author) if pseudonym else author}
            for network in ranking.networks
            for author in ranking.ignore
        ],
    )


def _numbered(panel: Panel, ranking: Ranking) -> dict[tuple[str, str], int]:
    pairs = ((body.body_id, network) for body in panel.bodies for network in ranking.networks)
    return {pair: number for number, pair in enumerate(pairs)}


def _midnight(day: date, ranking: Ranking) -> datetime:
    return utc(datetime.combine(day, time(), ranking.zone))
