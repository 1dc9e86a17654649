"""Panels: the fixed lists of bodies that rankings compare, one CSV row per account.

    body_id,body,category,network,account_id,handle,role,valid_from,valid_until,calendar,promise,
    closed,other_ids

Rows that begin with # are comments. `body_id`, `body`, `network` and `handle` are needed; a body
that has no account keeps `network` and `handle` empty. Where a network's identifier is unknown, the
handle stands for it, and `other_ids` has what imports learn. `category`, `calendar` and
`promise` are the body's, on any of its rows; `closed` is `yes` where citizens cannot write.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from socialscore.inputs.formulas import cell_text
from socialscore.model.messages import Account, Body
from socialscore.model.network import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "COLUMNS",
    "COMMENT",
    "NEEDED",
    "ROLES",
    "TEMPLATE",
    "Panel",
    "bodies_from_handles",
    "format_panel",
    "in_order",
    "overlap",
]

TEMPLATE = f"""\
body_id,body,category,network,account_id,handle
# The public bodies to compare: a line for each account. Lines that begin with # are not read.
# body_id     a short name that never changes; lines with the same one are accounts of one body
# body        the name as tables print it
# category    bodies are compared within their category; may be empty
# network     {"; ".join(NETWORKS)}; or as people say: X; FB
# account_id  the identifier that the network gave the account; may be empty
# handle      the name that people write to; with or without @
# Columns for other cases: docs/import.md. An example (take the # away or write your own lines):
# town-riverton,Town of Riverton,town,X,,TownRiverton
# town-riverton,Town of Riverton,town,FB,,townriverton
# tram-riverton,Riverton Tramways,transport,X,2244994945,RivertonTram
# `socialscore panel import` makes a panel of an open register, `panel check` lists what is wrong.
"""
"""What `init` writes: a panel that names nobody yet."""

NEEDED = ("body_id", "body", "network", "handle")
COLUMNS = (
    "body_id", "body", "category", "network", "account_id", "handle", "role",
    "valid_from", "valid_until", "calendar", "promise", "closed", "other_ids",
)  # fmt: skip
_RARE = (
    "calendar",
    "promise",
    "closed",
    "other_ids",
)  # only where one says something: digests are to last
_NONE = Account("", "", "", "")  # in the row of a body that has no account
COMMENT = "#"  # what the first cell of a row begins with that is none
ROLES = ("main", "care", "alert", "person")


@dataclass(frozen=True)
class Panel:
    """The bodies of a ranking, in order of `body_id`."""

    name: str
    bodies: tuple[Body, ...]

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with any body or account."""
        return hashlib.sha256(format_panel(self).encode()).hexdigest()[:12]

    def accounts(self) -> Iterator[tuple[Body, Account]]:
        """Every account with its body."""
        return ((body, account) for body in self.bodies for account in body.accounts)

    @cached_property
    def account_keys(self) -> frozenset[tuple[str, str]]:
        """Network and account_id of every account."""
        return frozenset(_key(account) for _, account in self.accounts())

    def merged(self, other: Panel) -> Panel:
        """This panel with the bodies and accounts that only `other` has."""
        taken = self.account_keys | {_key(theirs) for _, theirs in self.rivals(other)}
        bodies = {body.body_id: body for body in self.bodies}
        for body in other.bodies:
            new = tuple(account for account in body.accounts if _key(account) not in taken)
            mine = bodies.get(body.body_id)
            if mine and new:
                bodies[body.body_id] = replace(mine, accounts=mine.accounts + new)
            elif not mine and (new or not body.accounts):
                bodies[body.body_id] = replace(body, accounts=new)
        return Panel(self.name, in_order(bodies.values()))

    def reconciled(self, known: Panel) -> Panel:
        """This panel with the identifiers under which `known` keeps the same accounts.

        Accounts are the same under one identifier, or under one handle where one of the panels has
        nothing else.
        """
        index: dict[tuple[str, str], list[Account]] = {}
        for _, account in known.accounts():
            for name in {account.account_id, *account.other_ids, account.handle.lower()}:
                index.setdefault((account.network, name), []).append(account)

        def kept(mine: Account) -> Account:
            names = (mine.account_id, *mine.other_ids, mine.handle.lower())
            found = (it for name in names for it in index.get((mine.network, name), ()))
            theirs = next((it for it in found if _is_same(mine, it)), mine)
            ids = {mine.account_id, *mine.other_ids, *theirs.other_ids} - {theirs.account_id}
            others = tuple(sorted(it for it in ids if it.lower() != mine.handle.lower()))
            return replace(mine, account_id=theirs.account_id, other_ids=others)

        return self._with_accounts(kept)

    def identified(self, found: Mapping[tuple[str, str], str]) -> Panel:
        """This panel with further identifiers of accounts, by network and account_id."""

        def told(account: Account) -> Account:
            identifier = found.get(_key(account))
            return replace(account, other_ids=(identifier,)) if identifier else account

        return self._with_accounts(told)

    def _with_accounts(self, change: Callable[[Account], Account]) -> Panel:
        bodies = (replace(it, accounts=tuple(map(change, it.accounts))) for it in self.bodies)
        return Panel(self.name, tuple(bodies))

    def rivals(self, other: Panel) -> list[tuple[Account, Account]]:
        """Pairs of an account here and one that only `other` has, with one handle at one time."""
        by_handle: dict[tuple[str, str], list[Account]] = {}
        for _, account in self.accounts():
            by_handle.setdefault((account.network, account.handle.lower()), []).append(account)
        return [
            (mine, theirs)
            for _, theirs in other.accounts()
            if _key(theirs) not in self.account_keys
            for mine in by_handle.get((theirs.network, theirs.handle.lower()), ())
            if overlap(mine, theirs)
        ]


def bodies_from_handles(network: str, accounts: Iterable[tuple[str, str]], name: str) -> Panel:
    """A panel in which every pair of account id and handle is a body of its own."""
    bodies = [
        Body(handle, handle, "", (Account(network, account_id, handle),))
        for account_id, handle in accounts
    ]
    return Panel(name, in_order(bodies))


def format_panel(panel: Panel) -> str:
    """The panel as the CSV that `read_panel` reads, in which no spreadsheet finds a formula."""
    rows = [_row(body, account) for body in panel.bodies for account in (body.accounts or (_NONE,))]
    written = [
        number
        for number, column in enumerate(COLUMNS)
        if column not in _RARE or any(row[number] for row in rows)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (COLUMNS, *rows):
        first, *cells = itemgetter(*written)(row)
        first = re.sub(rf"\A'*{COMMENT}", r"'\g<0>", first)
        cells = [cell_text(cell) if isinstance(cell, str) else cell for cell in (first, *cells)]
        writer.writerow(cells)
    return text.getvalue()


def _row(body: Body, account: Account) -> tuple[object, ...]:
    """The cells of a row, one for each of COLUMNS."""
    return (
        body.body_id, body.name, body.category, account.network, account.account_id, account.handle,
        account.role, account.valid_from, account.valid_until, body.calendar,
        body.promise, "yes" if account.closed else "", " ".join(account.other_ids),
    )  # fmt: skip


def _key(account: Account) -> tuple[str, str]:
    return account.network, account.account_id


def _is_same(mine: Account, theirs: Account) -> bool:
    if mine.account_id in (theirs.account_id, *theirs.other_ids):
        return True
    if theirs.account_id in mine.other_ids:
        return True
    unknown = mine.is_unidentified or (theirs.is_unidentified and not theirs.other_ids)
    return unknown and mine.handle.lower() == theirs.handle.lower() and overlap(mine, theirs)


def overlap(one: Account, other: Account) -> bool:
    """Whether there is a day on which both accounts hold."""
    return (one.valid_from or date.min) < (other.valid_until or date.max) and (
        other.valid_from or date.min
    ) < (one.valid_until or date.max)


def in_order(bodies: Iterable[Body]) -> tuple[Body, ...]:
    """Bodies as panels hold them: by their identifiers."""
    return tuple(sorted(bodies, key=lambda body: body.body_id))
