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

from socialscore.errors import InputError, SocialscoreError, UnknownName
from socialscore.model import NETWORKS, Account, Body
from socialscore.written import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    _Row = tuple[Place, Mapping[str, str]]

__all__ = [
    "COLUMNS",
    "ROLES",
    "Panel",
    "PanelReading",
    "adoption",
    "bodies_from_handles",
    "examine_panel",
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


@dataclass(frozen=True)
class PanelReading:
    """What a panel says."""

    panel: Panel  # without what is wrong
    problems: tuple[SocialscoreError, ...]  # everything that is wrong, in the order of the file
    places: Mapping[str, Place]  # of each body, by its body_id: the first row that names it


def read_panel(path: Path) -> Panel:
    """Read and check a panel.

    Raises:
        InputError: naming the line, and the column where it is one that is wrong.
        UnknownName: for a column, a network or a role that does not exist.
    """
    reading = examine_panel(path)
    for problem in reading.problems:
        raise problem
    return reading.panel


def examine_panel(path: Path) -> PanelReading:
    """As `read_panel`, with everything that is wrong instead of the first of it."""
    problems: list[SocialscoreError] = []
    rows = _rows(path, problems)
    bodies, places = _bodies(rows, problems)
    return PanelReading(Panel(path.stem, _in_order(bodies)), tuple(problems), places)


def _rows(path: Path, problems: list[SocialscoreError]) -> list[_Row]:
    """The rows, as far as they can be read; what is wrong with the file goes to `problems`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(InputError(path, f"the panel cannot be read ({error.strerror})"))
        return []
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        problem = "the panel is not UTF-8; save it as CSV in UTF-8"
        problems.append(InputError(Place(path, line), problem))
        return []
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)  # spreadsheets of some countries write ; or tabs
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    rows: list[_Row] = []
    try:
        wrong = list(_wrong_columns(path, reader.fieldnames))
        problems += wrong
        if not any(isinstance(problem, InputError) for problem in wrong):
            rows += ((Place(path, reader.line_num), row) for row in reader)
    except csv.Error as error:
        last = rows[-1][0].line if rows else None
        place = Place(path, last and last + 1)  # where the row begins that has no end
        problems.append(InputError(place, f"the panel is not CSV ({error})"))
    return rows


def _row(body: Body, account: Account | None) -> dict[str, object]:
    row: dict[str, object] = {
        "body_id": body.body_id, "body": body.name, "category": body.category,
        "calendar": body.calendar,
    }  # fmt: skip
    if account is None:
        return row
    return row | vars(account) | {"closed": "yes" if account.closed else ""}


def _wrong_columns(path: Path, columns: Iterable[str] | None) -> Iterator[SocialscoreError]:
    if not columns:
        problem = f"the panel is empty; its first line must be {','.join(COLUMNS)}"
        yield InputError(path, problem)
        return
    found, place = list(columns), Place(path, 1)
    for column in dict.fromkeys(found):
        if column not in COLUMNS:
            yield UnknownName("column", column, COLUMNS, place)
        if found.count(column) > 1:
            yield InputError(place, f"the panel has the column {column} twice")
    missing = [column for column in NEEDED if column not in found]
    if missing:
        yield InputError(place, f"the panel lacks the column {', '.join(missing)}")


def _bodies(
    rows: Iterable[_Row], problems: list[SocialscoreError]
) -> tuple[Iterable[Body], dict[str, Place]]:
    """The bodies of the rows, and where each stands first."""
    bodies: dict[str, Body] = {}
    places: dict[str, Place] = {}
    seen: dict[tuple[str, str], list[tuple[Place, Account]]] = {}
    for place, row in rows:
        if None in row:
            problem = "there are more cells than columns; does one with a comma lack its quotes?"
            problems.append(InputError(place, problem))
            continue
        body_id, name, category, calendar = (_cell(row, column) for column in _OF_BODY)
        if not body_id or not name:
            problems.append(InputError(place, "body_id and body must not be empty"))
        account = _account(place, row, problems)
        if account:
            problems += list(_clashes(place, account, seen))[:1]
        if not body_id:
            continue
        mine = bodies.get(body_id, Body(body_id, name))
        said = ((mine.name, name), (mine.category, category), (mine.calendar, calendar))
        for above, here in said:
            if above and here and above != here:
                problem = f"body {body_id!r} is {above!r} in a line above, {here!r} here"
                problems.append(InputError(place, problem))
        places.setdefault(body_id, place)
        bodies[body_id] = Body(
            body_id,
            mine.name,
            mine.category or category,
            (*mine.accounts, account) if account else mine.accounts,
            mine.calendar or calendar,
        )
    return bodies.values(), places


def _account(
    place: Place, row: Mapping[str, str], problems: list[SocialscoreError]
) -> Account | None:
    """The account of a row; None if it has none, or one with something wrong."""
    network, handle = _cell(row, "network"), _cell(row, "handle").removeprefix("@")
    role = _cell(row, "role") or "main"
    if not network and not handle:
        return None
    wrong = list(_wrong_cells(place, row))
    problems += wrong
    if wrong:
        return None
    return Account(
        network,
        _cell(row, "account_id") or handle,
        handle,
        role,
        _day(row, "valid_from"),
        _day(row, "valid_until"),
        _cell(row, "closed") == "yes",
    )


def _wrong_cells(place: Place, row: Mapping[str, str]) -> Iterator[SocialscoreError]:
    """What is wrong with the account of a row."""
    network, role, closed = (_cell(row, column) for column in ("network", "role", "closed"))
    if network not in NETWORKS:
        yield UnknownName("network", network, NETWORKS, place)
    if not _cell(row, "handle").removeprefix("@"):
        yield InputError(place, "the account has no handle")
    if role and role not in ROLES:
        yield UnknownName("role", role, ROLES, place)
    for column in ("valid_from", "valid_until"):
        try:
            _day(row, column)
        except ValueError:
            problem = f"{column} {_cell(row, column)!r} is not a date such as 2026-11-23"
            yield InputError(place, problem)
    if closed not in ("", "yes"):
        yield InputError(place, f"closed is {closed!r}; write yes, or nothing")


def _clashes(
    place: Place, account: Account, seen: dict[tuple[str, str], list[tuple[Place, Account]]]
) -> Iterator[SocialscoreError]:
    """What names the account as another row does: none may come back for the same days."""
    for name in dict.fromkeys((account.handle.lower(), account.account_id)):
        for other_place, other in seen.setdefault((account.network, name), []):
            if _overlap(account, other):
                yield InputError(
                    place,
                    f"the {account.network} account {name!r} is in line {other_place.line} "
                    "already; remove one, or give both validity dates that do not overlap",
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


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = _cell(row, column)
    day = date.fromisoformat(text) if text else None
    if day and day.year < _EARLIEST_YEAR:
        raise ValueError(text)
    return day


def _in_order(bodies: Iterable[Body]) -> tuple[Body, ...]:
    return tuple(sorted(bodies, key=lambda body: body.body_id))
