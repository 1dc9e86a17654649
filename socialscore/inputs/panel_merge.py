"""Merging what a register says into a panel that people keep: every line that is theirs stays.

Whether two accounts are the same, their identifiers say and, where one of them has none, their
handles. What a panel says of a body or an account is never overruled: only a handle that the
account gave up is replaced, an identifier that was empty filled in, and, if somebody says when, an
account ended that the register has no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.inputs.panel_file import examine_panel
from socialscore.inputs.panel_text import PanelText
from socialscore.inputs.value_errors import raise_all
from socialscore.model.network import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Account, Body

    # What of the panel goes by a name on a network: identifiers and handles in small letters.
    _Index = dict[tuple[str, str], list[tuple[Body, Account]]]

__all__ = ["EMPTY", "PanelChange", "merged_panel", "panel_changes"]

EMPTY = "body_id,body,category,network,account_id,handle\n"
"""A panel that names nobody yet."""


@dataclass(frozen=True)
class PanelChange:
    """A difference between a panel and a register."""

    what: str  # new body, new account, renamed, identified, account gone, body gone, conflict
    body: Body  # as the panel has it, or the register where only it does
    account: Account | None  # as the register has it, or the panel where only it does
    note: str = ""  # for people: what was before, or why nothing is done
    before: Account | None = None  # as the panel has it, where it is changed


def panel_changes(panel: Panel, bodies: Iterable[Body]) -> list[PanelChange]:
    """What a register changes in a panel: first what it adds, then what it no longer has.

    Gone are bodies of the categories in which panel and register have bodies in common, and
    accounts on networks that the register has, unless the panel ended them.
    """
    listed = {body.body_id: body for body in bodies}
    known = {body.body_id: body for body in panel.bodies}
    index: _Index = {}
    for body, account in panel.accounts():
        for name in {account.account_id.lower(), *account.other_ids, account.handle.lower()}:
            index.setdefault((account.network, name), []).append((body, account))
    changes: list[PanelChange] = []
    seen: set[int] = set()  # accounts of the panel that the register has
    for body in listed.values():
        mine = known.get(body.body_id)
        found = [_found(account, index) for account in body.accounts]
        holders = {whose.body_id for whose, _ in filter(None, found)} - {body.body_id}
        seen |= {id(theirs) for _, theirs in filter(None, found)}
        if mine is None and holders:  # perhaps it is one of these by another name
            changes += _all_in_conflict(body, " and ".join(sorted(holders)))
            continue
        if mine is None:
            changes.append(PanelChange("new body", body, None))
        for account, same in zip(body.accounts, found, strict=True):
            changes += _of_account(mine or body, account, same, index)
    return changes + list(_gone(known, listed, seen))


def _found(account: Account, index: _Index) -> tuple[Body, Account] | None:
    """The same account in the panel, with whose it is."""
    named = (account.account_id.lower(), account.handle.lower())
    there = (it for name in named for it in index.get((account.network, name), ()))
    return next((it for it in there if _is_same(account, it[1])), None)


def _all_in_conflict(body: Body, holders: str) -> Iterator[PanelChange]:
    note = f"the panel has an account of this body under {holders}"
    return (PanelChange("conflict", body, account, note) for account in body.accounts)


def _of_account(
    body: Body, account: Account, same: tuple[Body, Account] | None, index: _Index
) -> Iterator[PanelChange]:
    """What an account of the register changes, which the panel may have."""
    if same is None:
        if others := index.get((account.network, account.handle.lower())):
            note = f"the panel has this handle with account_id {others[0][1].account_id}"
            yield PanelChange("conflict", body, account, note)
        else:
            yield PanelChange("new account", body, account)
        return
    whose, mine = same
    if whose.body_id != body.body_id:
        yield PanelChange("conflict", body, account, f"the panel has it under {whose.body_id}")
    elif mine.handle.lower() != account.handle.lower():
        yield PanelChange("renamed", body, account, f"was {mine.handle}", mine)
    elif mine.is_unidentified and not account.is_unidentified:
        yield PanelChange("identified", body, account, f"is {account.account_id}", mine)


def _is_same(theirs: Account, mine: Account) -> bool:
    if theirs.account_id in (mine.account_id, *mine.other_ids):
        return True
    unknown = theirs.is_unidentified or (mine.is_unidentified and not mine.other_ids)
    return unknown and theirs.handle.lower() == mine.handle.lower()


def _gone(
    known: Mapping[str, Body], listed: Mapping[str, Body], seen: set[int]
) -> Iterator[PanelChange]:
    categories = {known[it].category for it in listed if it in known}
    networks = {account.network for body in listed.values() for account in body.accounts}
    for body in known.values():
        if body.body_id not in listed:
            is_over = body.accounts and all(it.valid_until for it in body.accounts)
            if body.category not in categories or is_over:
                continue
            yield PanelChange("body gone", body, None)
        for account in body.accounts:
            is_theirs = account.network in networks and account.valid_until is None
            if is_theirs and id(account) not in seen:
                yield PanelChange("account gone", body, account, before=account)


# --- the text -------------------------------------------------------------------------------------


def merged_panel(
    path: Path | str, text: str, changes: Sequence[PanelChange], ended: date | None = None
) -> str:
    """The text of a panel with the changes; comments, order and all other cells stay.

    Args:
        path: of the panel, for errors.
        text: what it says.
        changes: from `panel_changes`.
        ended: when accounts ended that are gone. None: they stay as they are.

    Raises:
        InputError: the panel would have something wrong, such as an end before a beginning.
    """
    panel = PanelText(text)
    new = [it for it in changes if it.what in ("new body", "new account")]
    gone = [it for it in changes if it.what == "account gone"] if ended else []
    panel.need(_columns_of(new, changes, ended=bool(gone)))
    with_accounts = {it.body.body_id for it in new if it.account}
    for it in new:
        if it.account or it.body.body_id not in with_accounts:
            _add(panel, it.body, it.account)
    for it in changes:
        if it.account and it.what in ("renamed", "identified"):
            values = {"account_id": _identifier(it.account)}
            if it.what == "renamed":
                values["handle"] = it.account.handle
            _change(panel, it, values)
    for it in gone:
        _change(panel, it, {"valid_until": f"{ended}"})
    merged = str(panel)
    raise_all(examine_panel(path, merged.encode()).problems)
    return merged


def _columns_of(
    new: Sequence[PanelChange], changes: Sequence[PanelChange], *, ended: bool
) -> Iterator[str]:
    """Columns that somebody's panel may lack, and that have something to say."""
    if any(it.body.category for it in new):
        yield "category"
    if any(it.account and _identifier(it.account) for it in changes):
        yield "account_id"
    if any(it.account and it.account.role != "main" for it in new):
        yield "role"
    if ended:
        yield "valid_until"


def _identifier(account: Account) -> str:
    """The identifier of an account; empty where the handle only stands for it."""
    is_one = re.search(BY_NAME[account.network].id_in_handle, account.handle)
    return "" if account.is_unidentified and not is_one else account.account_id


def _add(panel: PanelText, body: Body, account: Account | None) -> None:
    of_account = {}
    if account:
        of_account = {
            "network": account.network,
            "account_id": _identifier(account),
            "handle": account.handle,
            "role": account.role.replace("main", ""),
        }
    vacant = panel.vacant_row(body.body_id)
    if vacant:  # it named the body for want of an account
        panel.change(vacant, of_account)
    else:
        of_body = {"body_id": body.body_id, "body": body.name, "category": body.category}
        panel.add(of_body | of_account)


def _change(panel: PanelText, change: PanelChange, values: Mapping[str, str]) -> None:
    if change.before:
        panel.change(panel.row_of(change.body.body_id, change.before), values)
