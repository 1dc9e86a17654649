"""Counting some bodies at a time, where the messages of all do not fit into memory.

What is counted of one body depends on no other's messages. What the bodies of its category add
follows from the counts of all: `Question.parts`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.engines.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.engines.base import Engine
    from socialscore.scoring.question import Question

__all__ = ["Slice", "in_slices", "slices"]

# The bounds leave out groups of rows of the files, the join what lies between.
_SLICED = """
SELECT known.*
FROM known
SEMI JOIN slice USING (network, account_id)
WHERE known.account_id BETWEEN '{first}' AND '{last}'
"""

_COUNTED = """
SELECT network, account_id, COUNT(*) AS n_messages
FROM stored
WHERE sent_at >= $read_from AND sent_at < $read_until
GROUP BY network, account_id
"""

Key = tuple[str, str]  # network and account_id


@dataclass(frozen=True)
class Slice:
    """Bodies that are counted together."""

    body: Rows  # as the relation of all bodies
    accounts: Rows  # one row per network and account of theirs

    @property
    def messages(self) -> str:
        """Which of the messages `known` stand under one of the accounts, which are `slice`."""
        account_ids = [account_id for _, account_id in self.accounts.rows]
        first, last = (edge(account_ids).replace("'", "''") for edge in (min, max))
        return _SLICED.format(first=first, last=last)


def slices(running: Engine, question: Question, body: Rows, account: Rows) -> list[Slice]:
    """The bodies of a question, with as many messages at a time as the engine can do with.

    Bodies whose accounts are neighbours in the files are counted together.

    Args:
        running: an engine that knows the relation `stored`.
        question: what it will be asked.
        body: the relation.
        account: the relation.

    Returns:
        Nothing where all can be counted at once.
    """
    most = running.most_messages
    if most is None or question.target != "score":
        return []
    [stored] = running.query("SELECT COUNT(*) AS n FROM stored", {})
    if stored["n"] <= most:
        return []
    accounts = _accounts(account)
    n_messages = _n_messages(running, question)
    sizes = {
        body_id: sum(n_messages[key] for key in accounts.get(body_id, ()))
        for body_id, *_ in body.rows
    }
    n_before, n_in_all = 0, sum(sizes.values())
    if n_in_all <= most:
        return []
    n_slices = -(-n_in_all // most)
    parted: dict[int, list[Sequence[Any]]] = {}
    for row in sorted(body.rows, key=lambda row: min(accounts.get(row[0], [("", "")]))):
        parted.setdefault(n_before * n_slices // n_in_all, []).append(row)
        n_before += sizes[row[0]]
    return [_slice(body, rows, accounts) for rows in parted.values()]


def in_slices(running: Engine, question: Question, slices: Sequence[Slice]) -> list[dict[str, Any]]:
    """The rows of a question's relation, counted slice by slice.

    Args:
        running: an engine with the messages `known`, that makes `message` of `original_message`.
        question: whose.
        slices: all of its bodies.
    """
    of_some, of_all = question.parts
    counted = pa.concat_tables(_by_slice(running, question, of_some, slices))
    running.relation("counted", counted)
    return running.query(of_all, question.used_in(of_all))


def _by_slice(
    running: Engine, question: Question, sql: str, slices: Sequence[Slice]
) -> Iterator[pa.Table]:
    """The rows of a statement about the messages of each body, slice by slice."""
    for each in slices:
        running.relation("body", each.body)
        running.relation("slice", each.accounts)
        running.view("original_message", each.messages)
        yield running.query_table(sql, question.used_in(sql))


def _accounts(account: Rows) -> dict[str, list[Key]]:
    """The network and identifier of each account, by body."""
    columns = account.by_column()
    found: dict[str, list[Key]] = {}
    keys = zip(columns["network"], columns["account_id"], strict=True)
    for body_id, key in zip(columns["body_id"], keys, strict=True):
        found.setdefault(body_id, []).append(key)
    return found


def _n_messages(running: Engine, question: Question) -> Counter[Key]:
    """The number of messages that matter, by network and account."""
    rows = running.query(_COUNTED, question.used_in(_COUNTED))
    return Counter({(row["network"], row["account_id"]): row["n_messages"] for row in rows})


def _slice(body: Rows, rows: list[Sequence[Any]], accounts: dict[str, list[Key]]) -> Slice:
    keys = sorted({key for body_id, *_ in rows for key in accounts.get(body_id, ())})
    columns = {"network": "VARCHAR", "account_id": "VARCHAR"}
    return Slice(Rows(body.columns, rows), Rows(columns, keys))
