"""Panels: the fixed lists of bodies that rankings compare, one CSV row per account.

    body_id,body,category,network,account_id,handle,role,valid_from,valid_until,calendar,closed,
    other_ids

Rows that begin with # are comments. `body_id`, `body`, `network` and `handle` are needed; a body
that has no account keeps `network` and `handle` empty. Where a network's identifier is unknown, the
handle stands for it, and `other_ids` has what imports learn. `category` and `calendar` are the
body's, on any of its rows; `closed` is `yes` where citizens cannot write.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import itemgetter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from socialscore.errors import InputError, SocialscoreError, UnknownName
from socialscore.inputs.formulas import cell_text, unguarded
from socialscore.inputs.toml_files import FilePosition, read_whole
from socialscore.inputs.value_errors import first_of, raise_all
from socialscore.model.identifiers import is_decimal, shortened
from socialscore.model.messages import Account, Body
from socialscore.model.network import BY_NAME, NETWORKS, network_named
from socialscore.model.period import PLAUSIBLE_YEARS, YEARS_IN_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    _Row = tuple[FilePosition, Mapping[str, str]]

__all__ = [
    "COLUMNS",
    "ROLES",
    "TEMPLATE",
    "Panel",
    "PanelReading",
    "adoption",
    "bodies_from_handles",
    "examine_panel",
    "format_panel",
    "is_blank",
    "read_panel",
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
# `socialscore panel check` lists what is wrong.
"""
"""What `init` writes: a panel that names nobody yet."""

_MOST_BYTES = 100_000_000
_LONGEST_CELL, _SHOWN = 1_000, 60  # characters
_OF_BODY = ("body_id", "body", "category", "calendar")
NEEDED = ("body_id", "body", "network", "handle")
COLUMNS = (
    "body_id", "body", "category", "network", "account_id", "handle", "role",
    "valid_from", "valid_until", "calendar", "closed", "other_ids",
)  # fmt: skip
_RARE = (
    "calendar",
    "closed",
    "other_ids",
)  # only where one says something: digests are to last
_NONE = Account("", "", "", "")  # in the row of a body that has no account
_NUMBERED = {network.name for network in BY_NAME.values() if network.integer_ids}
_COMMENT = "#"  # what the first cell of a row begins with that is none
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
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
        return Panel(self.name, _in_order(bodies.values()))

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
        first = re.sub(rf"\A'*{_COMMENT}", r"'\g<0>", first)
        cells = [cell_text(cell) if isinstance(cell, str) else cell for cell in (first, *cells)]
        writer.writerow(cells)
    return text.getvalue()


def is_blank(path: Path) -> bool:
    """Whether a panel has nothing but a header and comments, as `init` writes it."""
    problems: list[SocialscoreError] = []  # whoever reads it says so
    return next(_rows(path, None, problems), None) is None and not problems


@dataclass(frozen=True)
class PanelReading:
    """What a panel says."""

    panel: Panel  # without what is wrong
    problems: tuple[SocialscoreError, ...]  # everything that is wrong, in the order of the file
    places: Mapping[str, FilePosition]  # of each body, by its body_id: the first row that names it


def read_panel(path: Path | str, content: bytes | None = None, *, accepted: bool = False) -> Panel:
    """Read and check a panel.

    Args:
        path: of the file, or another address of it.
        content: what it holds. None: it is read.
        accepted: it was checked when it came into a store or a publication, and nobody can mend it:
            days of implausible years, rounded identifiers and addresses in place of handles are
            taken, as earlier versions took them.

    Raises:
        InputError: naming the line, and the column where it is one that is wrong.
        UnknownName: for a column, a network or a role that does not exist.
        SeveralProblems: several things are wrong.
    """
    reading = examine_panel(path, content, accepted=accepted)
    raise_all(reading.problems)
    return reading.panel


def examine_panel(
    path: Path | str, content: bytes | None = None, *, accepted: bool = False
) -> PanelReading:
    """As `read_panel`, with everything that is wrong as a list."""
    problems: list[SocialscoreError] = []
    rows = _rows(path, content, problems)
    if not accepted:
        rows = _in_plausible_years(_not_rounded(rows, problems), problems)
        rows = _with_handles(rows, problems)
    bodies, places = _bodies(rows, problems)
    if not (bodies or problems or accepted):
        problems.append(InputError(path, "the panel names no body; write a line for each account"))
    return PanelReading(Panel(PurePath(path).stem, _in_order(bodies)), tuple(problems), places)


def _rows(
    path: Path | str, content: bytes | None, problems: list[SocialscoreError]
) -> Iterator[_Row]:
    """The rows, as far as they can be read; what is wrong with the file goes to `problems`."""
    try:
        if content is None:
            content = read_whole(Path(path), "the panel", _MOST_BYTES)
        text = content.decode("utf-8-sig")
    except InputError as error:
        problems.append(error)
        return
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        problem = "the panel is not UTF-8; save it as CSV in UTF-8"
        problems.append(InputError(FilePosition(path, line), problem))
        return
    lines = io.StringIO(text, newline="")
    header = next((it for it in lines if it.strip() and not it.startswith((_COMMENT, '"#'))), "")
    delimiter = max(",;\t", key=header.count)  # spreadsheets of some countries write ; or tabs
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    place = FilePosition(path)
    blank = dict.fromkeys(COLUMNS, "")  # columns that a row does not have
    try:
        # Spreadsheets leave rows of empty cells.
        records = (it for it in reader if "".join(it).strip() and not it[0].startswith(_COMMENT))
        columns = next(records, None)
        place = FilePosition(path, reader.line_num)
        wrong = list(_wrong_columns(path, columns))
        problems += wrong
        if columns is None or any(isinstance(problem, InputError) for problem in wrong):
            return
        for cells in records:
            place = FilePosition(path, reader.line_num)
            if len(cells) > len(columns):
                problem = "there are more cells than columns; does one with a comma lack its "
                problems.append(InputError(place, f"{problem}quotes?"))
                continue
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                problem = f"a cell has more than {_LONGEST_CELL:,} characters; is a quote missing?"
                problems.append(InputError(place, problem))
                continue
            cells[0] = re.sub(rf"\A'('*{_COMMENT})", r"\1", cells[0])  # a guard of `format_panel`
            row = blank | dict(zip(columns, map(_text, cells), strict=False))
            yield place, row | {"network": network_named(row["network"])}
    except csv.Error as error:
        begin = FilePosition(path, place.line and place.line + 1)  # of the row that has no end
        problems.append(InputError(begin, f"the panel is not CSV ({error})"))


def _text(cell: str) -> str:
    """What a cell says: without control characters, and without the guard of `format_panel`."""
    return unguarded(_CONTROL.sub(" ", cell).strip())


def _row(body: Body, account: Account) -> tuple[object, ...]:
    """The cells of a row, one for each of COLUMNS."""
    return (
        body.body_id, body.name, body.category, account.network, account.account_id, account.handle,
        account.role, account.valid_from, account.valid_until, body.calendar,
        "yes" if account.closed else "", " ".join(account.other_ids),
    )  # fmt: skip


def _wrong_columns(path: Path | str, columns: Iterable[str] | None) -> Iterator[SocialscoreError]:
    if not columns:
        problem = f"the panel is empty; its first line must be {','.join(COLUMNS)}"
        yield InputError(path, problem)
        return
    found, place = Counter(columns), FilePosition(path, 1)
    unknown = [column for column in found if column not in COLUMNS]
    yield from first_of(unknown, lambda it: UnknownName("column", it[:_SHOWN], COLUMNS, place))
    for column, n in found.items():
        if n > 1:
            yield InputError(place, f"the panel has the column {column[:_SHOWN]} twice")
    missing = [column for column in NEEDED if column not in found]
    if missing:
        yield InputError(place, f"the panel lacks the column {', '.join(missing)}")


def _bodies(
    rows: Iterable[_Row], problems: list[SocialscoreError]
) -> tuple[Iterable[Body], dict[str, FilePosition]]:
    """The bodies of the rows, and where each stands first."""
    bodies: dict[str, Body] = {}
    places: dict[str, FilePosition] = {}
    seen: dict[tuple[str, str], list[tuple[FilePosition, Account]]] = {}
    for place, row in rows:
        body_id, name, category, calendar = (row[column] for column in _OF_BODY)
        if not body_id or not name:
            problems.append(InputError(place, "body_id and body must not be empty"))
        account = _account(place, row, problems)
        if account:
            problems += list(_clashes(place, account, seen))[:1]
        if not body_id:
            continue
        accounts = (account,) if account else ()
        mine = bodies.get(body_id)
        if mine is None:
            bodies[body_id] = Body(body_id, name, category, accounts, calendar)
            places[body_id] = place
            continue
        said = ((mine.name, name), (mine.category, category), (mine.calendar, calendar))
        for above, here in said:
            if above and here and above != here:
                problem = f"body {body_id!r} is {above!r} in a line above, {here!r} here"
                problems.append(InputError(place, problem))
        bodies[body_id] = Body(
            body_id,
            mine.name,
            mine.category or category,
            mine.accounts + accounts,
            mine.calendar or calendar,
        )
    return bodies.values(), places


def _account(
    place: FilePosition, row: Mapping[str, str], problems: list[SocialscoreError]
) -> Account | None:
    """The account of a row; None if it has none, or one with something wrong."""
    network, handle = row["network"], row["handle"].removeprefix("@")
    role = row["role"] or "main"
    if not network and not handle and not row["account_id"]:
        return None
    wrong = list(_wrong_cells(place, row))
    problems += wrong
    if wrong:
        return None
    return Account(
        network,
        row["account_id"] or handle,
        handle,
        role,
        _day(row, "valid_from"),
        _day(row, "valid_until"),
        row["closed"] == "yes",
        tuple(row["other_ids"].split()),
    )


def _wrong_cells(place: FilePosition, row: Mapping[str, str]) -> Iterator[SocialscoreError]:
    """What is wrong with the account of a row."""
    network, role, closed = (row[column] for column in ("network", "role", "closed"))
    handle = row["handle"].removeprefix("@")
    if not network and not handle:
        yield InputError(place, f"the account {row['account_id']} has no network and no handle")
        return
    if not network:
        yield InputError(place, f"the account {handle!r} has no network")
    elif network not in NETWORKS:
        yield UnknownName("network", network, NETWORKS, place)
    if not handle:
        yield InputError(place, "the account has no handle")
    if role and role not in ROLES:
        yield UnknownName("role", role, ROLES, place)
    for column in ("valid_from", "valid_until"):
        try:
            _day(row, column)
        except ValueError:
            yield _no_day(place, row, column)
    if closed not in ("", "yes"):
        yield InputError(place, f"closed is {closed!r}; write yes, or nothing")


def _clashes(
    place: FilePosition,
    account: Account,
    seen: dict[tuple[str, str], list[tuple[FilePosition, Account]]],
) -> Iterator[SocialscoreError]:
    """What names the account as another row does: none may come back for the same days."""
    for name in dict.fromkeys((account.handle.lower(), account.account_id, *account.other_ids)):
        same = seen.setdefault((account.network, name), [])
        for other_place, other in same:
            if _overlap(account, other):
                yield InputError(
                    place,
                    f"the {account.network} account {name!r} is in line {other_place.line} "
                    "already; remove one, or give both validity dates that do not overlap",
                )
        same.append((place, account))


def _key(account: Account) -> tuple[str, str]:
    return account.network, account.account_id


def _is_same(mine: Account, theirs: Account) -> bool:
    if mine.account_id in (theirs.account_id, *theirs.other_ids):
        return True
    if theirs.account_id in mine.other_ids:
        return True
    unknown = mine.is_unidentified or (theirs.is_unidentified and not theirs.other_ids)
    return unknown and mine.handle.lower() == theirs.handle.lower() and _overlap(mine, theirs)


def _overlap(one: Account, other: Account) -> bool:
    return (one.valid_from or date.min) < (other.valid_until or date.max) and (
        other.valid_from or date.min
    ) < (one.valid_until or date.max)


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = row[column]
    return date.fromisoformat(text) if text else None


def _in_plausible_years(rows: Iterable[_Row], problems: list[SocialscoreError]) -> Iterator[_Row]:
    """The rows; days of years that no date can mean, and ends before begins, go to `problems`."""
    for place, row in rows:
        begin, end = days = row["valid_from"], row["valid_until"]
        for column, day in zip(("valid_from", "valid_until"), days, strict=True):
            found = re.fullmatch(r"([0-9]{4})-[0-9]{2}-[0-9]{2}", day)
            # What is no date at all is told with the rest of its row.
            if day and _is_day(day) and not (found and int(found[1]) in PLAUSIBLE_YEARS):
                problems.append(_no_day(place, row, column))
        if _is_day(begin) and _is_day(end) and begin >= end:
            problems.append(InputError(place, "valid_until must come after valid_from"))
        yield place, row


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _with_handles(rows: Iterable[_Row], problems: list[SocialscoreError]) -> Iterator[_Row]:
    """The rows; what nobody can write to in place of a handle goes to `problems`."""
    for place, row in rows:
        network, handle = BY_NAME.get(row["network"]), row["handle"]
        if "/" in handle or (network and network.handle_prefix and " " in handle):
            problem = f"handle {handle!r} is not one; write the name alone, without an address"
            problems.append(InputError(place, problem))
        yield place, row


def _not_rounded(rows: Iterable[_Row], problems: list[SocialscoreError]) -> Iterator[_Row]:
    """The rows; identifiers that a spreadsheet rounded go to `problems`."""
    places = {}
    for place, row in rows:
        for identifier in (row["account_id"], *row["other_ids"].split()):
            if is_decimal(identifier):
                problems.append(_rounded(place, identifier))
            elif row["network"] in _NUMBERED:
                places[identifier] = place
        yield place, row
    found = shortened(places)  # which the whole column tells
    problems += [_rounded(place, each) for each, place in places.items() if each in found]


def _rounded(place: FilePosition, account_id: str) -> InputError:
    way_out = "format the column as text and enter it again, or leave it empty"
    return InputError(place, f"account_id {account_id!r} was rounded by a spreadsheet; {way_out}")


def _no_day(place: FilePosition, row: Mapping[str, str], column: str) -> InputError:
    example = f"2026-11-23, {YEARS_IN_WORDS}"
    return InputError(place, f"{column} {row[column]!r} is not a date such as {example}")


def _in_order(bodies: Iterable[Body]) -> tuple[Body, ...]:
    return tuple(sorted(bodies, key=lambda body: body.body_id))
