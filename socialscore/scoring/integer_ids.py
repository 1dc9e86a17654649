"""Identifiers as numbers of 64 bits, which joins and windows handle in half the memory.

On some networks the identifier of a message is a number, and is given to the statement as that
number: with its order and its equality. What is compared and never put in order (authors, threads,
texts) is digested. Two that share a digest would have to meet at one body to change anything: among
ten million authors of one body, that happens once in 370,000 cases. `socialscore verify` counts
without digests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.model.network import BY_NAME
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking

__all__ = ["has_integer_ids", "views"]

_NETWORKS = tuple(network.name for network in BY_NAME.values() if network.integer_ids)
_PUT_IN_ORDER = ("message_id", "reply_to_id")
_COMPARED = ("account_id", "author_id", "reply_to_author_id", "conversation_id", "text_digest")
_ELSEWHERE = {"coverage": "account_id", "account": "account_id", "ignored": "author_id"}


def has_integer_ids(panel: Panel, ranking: Ranking) -> bool:
    """Whether all messages of a ranking have numbers on their networks."""
    networks = {account.network for _, account in panel.accounts()}
    return networks & set(ranking.networks) <= set(_NETWORKS)


def views() -> dict[str, str]:
    """For each relation with identifiers, how it follows from `original_` and its name."""
    columns = ",\n    ".join(map(_as_integer, MESSAGE.names))
    networks = ", ".join(f"'{network}'" for network in _NETWORKS)
    message = f"SELECT\n    {columns}\nFROM original_message\nWHERE network IN ({networks})"
    return {"message": message} | {
        name: f"SELECT * REPLACE ({_digest(column)} AS {column}) FROM original_{name}"
        for name, column in _ELSEWHERE.items()
    }


def _as_integer(name: str) -> str:
    if name in _PUT_IN_ORDER:
        return f"CAST({name} AS BIGINT) AS {name}"
    if name in _COMPARED:
        return f"{_digest(name)} AS {name}"
    if name == "addressed_ids":
        return f"LIST_TRANSFORM({name}, LAMBDA one: {_digest('one')}) AS {name}"
    return name


def _digest(value: str) -> str:
    # What is not known has a digest too, and would be equal to itself.
    return f"CASE WHEN {value} IS NOT NULL THEN HASH({value}) END"
