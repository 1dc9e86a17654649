"""Panels: the fixed lists of bodies that rankings compare, one CSV row per account.

    body_id,body,category,network,account_id,handle,role,valid_from,valid_until,calendar,closed

`body_id`, `body`, `network` and `handle` are needed; a body that has no account keeps `network` and
`handle` empty. Where a network's identifier is unknown, the handle stands for it. `category` and
`calendar` are the body's, on any of its rows; `closed` is `yes` where citizens cannot write.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName
from socialscore.model import NETWORKS, Account, Body

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "COLUMNS",
    "ROLES",
    "Panel",
    "adoption",
    "bodies_from_handles",
    "format_panel",
    "read_panel",
]

_OF_BODY = ("body_id", "body", "category", "calendar")
NEEDED = ("body_id", "body", "network", "handle")
COLUMNS = (
    "body_id", "body", "category", "network", "account_id", "handle", "role",
    "valid_from", "valid_until", "calendar", "closed",
)  # fmt: skip
_RARE = ("calendar", "closed")  # written only where one says something: digests are to last
_EARLIEST_YEAR = 1990  # of a date that is no slip of the pen
ROLES = ("main", "care", "alert", "person")


@dataclass(frozen=True)
class Panel:
    """The bodies of a ranking, in order of `body_id`."""

    name: str
    bodies: tuple[Body, ...]

    @property
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
            if mine:
                bodies[body.body_id] = replace(mine, accounts=mine.accounts + new)
            elif new or not body.accounts:
                bodies[body.body_id] = replace(body, accounts=new)
        return Panel(self.name, _in_order(bodies.values()))

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
            if _overlap(mine, theirs)
        ]


def adoption(panel: Panel, networks: Collection[str]) -> dict[str, tuple[int, int]]:
    """By category, how many bodies there are, and how many have an account on a network."""
    counts: dict[str, tuple[int, int]] = {}
    for body in panel.bodies:
        n_bodies, n_adopting = counts.get(body.category, (0, 0))
        adopts = any(account.network in networks for account in body.accounts)
        counts[body.category] = (n_bodies + 1, n_adopting + adopts)
    return dict(sorted(counts.items()))


def bodies_from_handles(network: str, accounts: Iterable[tuple[str, str]], name: str) -> Panel:
    """A panel in which every pair of account id and handle is a body of its own."""
    bodies = [
        Body(handle, handle, "", (Account(network, account_id, handle),))
        for account_id, handle in accounts
    ]
    return Panel(name, _in_order(bodies))


def format_panel(panel: Panel) -> str:
    """The panel as the CSV that `read_panel` reads."""
    rows = [_row(body, account) for body in panel.bodies for account in (body.accounts or (None,))]
    silent = {column for column in _RARE if not any(row.get(column) for row in rows)}
    columns = [column for column in COLUMNS if column not in silent]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_panel(path: Path) -> Panel:
    """Read and check a panel.

    Raises:
        InputError: naming the line, and the column where it is one that is wrong.
        UnknownName: for a column, a network or a role that does not exist.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        header = text.partition("\n")[0]
        delimiter = max(",;\t", key=header.count)  # spreadsheets of some countries write ; or tabs
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
        _check_columns(path, reader.fieldnames)
        rows = [(f"{path}:{reader.line_num}", row) for row in reader]
    except OSError as error:
        raise InputError(path, f"the panel cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(path, "the panel is not UTF-8; save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise InputError(path, f"the panel is not CSV ({error})") from None
    return Panel(path.stem, _in_order(_bodies(rows)))


def _row(body: Body, account: Account | None) -> dict[str, object]:
    row: dict[str, object] = {
        "body_id": body.body_id, "body": body.name, "category": body.category,
        "calendar": body.calendar,
    }  # fmt: skip
    if account is None:
        return row
    return row | vars(account) | {"closed": "yes" if account.closed else ""}


def _check_columns(path: Path, columns: Iterable[str] | None) -> None:
    if not columns:
        raise InputError(path, f"the panel is empty; its first line must be {','.join(COLUMNS)}")
    found = list(columns)
    for column in found:
        if column not in COLUMNS:
            raise UnknownName("column", column, COLUMNS, f"{path}:1")
        if found.count(column) > 1:
            raise InputError(f"{path}:1", f"the panel has the column {column} twice")
    missing = [column for column in NEEDED if column not in found]
    if missing:
        raise InputError(f"{path}:1", f"the panel lacks the column {', '.join(missing)}")


def _bodies(rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Body]:
    bodies: dict[str, Body] = {}
    seen: dict[tuple[str, str], list[tuple[str, Account]]] = {}
    for place, row in rows:
        if None in row:
            problem = "there are more cells than columns; does one with a comma lack its quotes?"
            raise InputError(place, problem)
        body_id, name, category, calendar = (_cell(row, column) for column in _OF_BODY)
        if not body_id or not name:
            raise InputError(place, "body_id and body must not be empty")
        account = _account(place, row)
        if account:
            _check_unique(place, account, seen)
        mine = bodies.get(body_id, Body(body_id, name))
        said = ((mine.name, name), (mine.category, category), (mine.calendar, calendar))
        for above, here in said:
            if above and here and above != here:
                problem = f"body {body_id!r} is {above!r} in a line above, {here!r} here"
                raise InputError(place, problem)
        bodies[body_id] = Body(
            body_id,
            name,
            mine.category or category,
            (*mine.accounts, account) if account else mine.accounts,
            mine.calendar or calendar,
        )
    return iter(bodies.values())


def _account(place: str, row: Mapping[str, str]) -> Account | None:
    network, handle = _cell(row, "network"), _cell(row, "handle").removeprefix("@")
    if not network and not handle:
        return None
    if network not in NETWORKS:
        raise UnknownName("network", network, NETWORKS, place)
    if not handle:
        raise InputError(place, "the account has no handle")
    role = _cell(row, "role") or "main"
    if role not in ROLES:
        raise UnknownName("role", role, ROLES, place)
    return Account(
        network,
        _cell(row, "account_id") or handle,
        handle,
        role,
        _day(place, row, "valid_from"),
        _day(place, row, "valid_until"),
        _closed(place, row),
    )


def _closed(place: str, row: Mapping[str, str]) -> bool:
    text = _cell(row, "closed")
    if text not in ("", "yes"):
        raise InputError(place, f"closed is {text!r}; write yes, or nothing")
    return text == "yes"


def _check_unique(
    place: str, account: Account, seen: dict[tuple[str, str], list[tuple[str, Account]]]
) -> None:
    """A handle or an identifier may come back, but not for the same days."""
    for name in {account.handle.lower(), account.account_id}:
        for other_place, other in seen.setdefault((account.network, name), []):
            if _overlap(account, other):
                line = other_place.rpartition(":")[2]
                raise InputError(
                    place,
                    f"the {account.network} account {name!r} is in line {line} already; "
                    "remove one, or give both validity dates that do not overlap",
                )
        seen[account.network, name].append((place, account))


def _key(account: Account) -> tuple[str, str]:
    return account.network, account.account_id


def _overlap(one: Account, other: Account) -> bool:
    return (one.valid_from or date.min) < (other.valid_until or date.max) and (
        other.valid_from or date.min
    ) < (one.valid_until or date.max)


def _cell(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _day(place: str, row: Mapping[str, str], column: str) -> date | None:
    text = _cell(row, column)
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day and day.year < _EARLIEST_YEAR:
        raise InputError(place, f"{column} {text!r} is not a date such as 2026-11-23")
    return day


def _in_order(bodies: Iterable[Body]) -> tuple[Body, ...]:
    return tuple(sorted(bodies, key=lambda body: body.body_id))
