"""Reading panels: everything that is wrong with one, with its line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from socialscore.errors import InputError, SocialscoreError, UnknownName
from socialscore.inputs.addresses import account_named, wrong_handle
from socialscore.inputs.formulas import unguarded
from socialscore.inputs.panel import COLUMNS, COMMENT, NEEDED, ROLES, Panel, in_order, overlap
from socialscore.inputs.toml_files import FilePosition, read_whole
from socialscore.inputs.value_errors import first_of, raise_all
from socialscore.model.identifiers import is_decimal, shortened
from socialscore.model.messages import Account, Body
from socialscore.model.network import BY_NAME, NETWORKS, network_named
from socialscore.model.period import PLAUSIBLE_YEARS, YEARS_IN_WORDS
from socialscore.model.promise import parse_promise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    _Row = tuple[FilePosition, Mapping[str, str]]

__all__ = ["PanelReading", "examine_panel", "is_blank", "read_panel"]

_MOST_BYTES = 100_000_000
_LONGEST_CELL, _SHOWN = 1_000, 60  # characters
_OF_BODY = ("body_id", "body", "category", "calendar")
_NUMBERED = {network.name for network in BY_NAME.values() if network.integer_ids}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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
    return PanelReading(Panel(PurePath(path).stem, in_order(bodies)), tuple(problems), places)


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
    header = next((it for it in lines if it.strip() and not it.startswith((COMMENT, '"#'))), "")
    delimiter = max(",;\t", key=header.count)  # spreadsheets of some countries write ; or tabs
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    place = FilePosition(path)
    blank = dict.fromkeys(COLUMNS, "")  # columns that a row does not have
    try:
        # Spreadsheets leave rows of empty cells.
        records = (it for it in reader if "".join(it).strip() and not it[0].startswith(COMMENT))
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
            cells[0] = re.sub(rf"\A'('*{COMMENT})", r"\1", cells[0])  # a guard of `format_panel`
            row = blank | dict(zip(columns, map(_text, cells), strict=False))
            yield place, row | {"network": network_named(row["network"])}
    except csv.Error as error:
        begin = FilePosition(path, place.line and place.line + 1)  # of the row that has no end
        problems.append(InputError(begin, f"the panel is not CSV ({error})"))


def _text(cell: str) -> str:
    """What a cell says: without control characters, and without the guard of `format_panel`."""
    return unguarded(_CONTROL.sub(" ", cell).strip())


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
        promise = _promise(place, row, problems)
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
            bodies[body_id] = Body(body_id, name, category, accounts, calendar, promise)
            places[body_id] = place
            continue
        said = (
            (mine.name, name),
            (mine.category, category),
            (mine.calendar, calendar),
            (mine.promise, promise),
        )
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
            mine.promise or promise,
        )
    problems += _promises_without_hours(bodies.values(), places)
    return bodies.values(), places


def _promise(place: FilePosition, row: Mapping[str, str], problems: list[SocialscoreError]) -> str:
    """What a row promises, as `Promise` writes it; empty: nothing, or nothing that can be read."""
    if not row["promise"]:
        return ""
    try:
        return str(parse_promise(row["promise"]))
    except ValueError as error:
        problem = f"promise is {row['promise'][:_SHOWN]!r}; {error}"
        problems.append(InputError(place, problem))
        return ""


def _promises_without_hours(
    bodies: Iterable[Body], places: Mapping[str, FilePosition]
) -> Iterator[SocialscoreError]:
    for body in bodies:
        if body.promise and not body.calendar and parse_promise(body.promise).is_open_time:
            yield InputError(
                places[body.body_id],
                f"body {body.body_id!r} promises {body.promise!r} and has no opening hours; name "
                "them in the column calendar, or promise a time of all hours such as 24h",
            )


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
            if overlap(account, other):
                yield InputError(
                    place,
                    f"the {account.network} account {name!r} is in line {other_place.line} "
                    "already; remove one, or give both validity dates that do not overlap",
                )
        same.append((place, account))


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
        network, handle = BY_NAME.get(row["network"]), row["handle"].removeprefix("@")
        if "/" in handle:
            problem = f"handle {handle!r} is not one; write the name alone, without an address"
            problems.append(InputError(place, f"{problem}{_meant(row)}"))
        elif network and handle and (problem := wrong_handle(network, handle)):
            problems.append(InputError(place, problem))
        yield place, row


def _meant(row: Mapping[str, str]) -> str:
    """The handle that an address shows, for the way out."""
    try:
        return f": {account_named(row['handle'], row['network']).handle}"
    except (KeyError, ValueError):
        return ""


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
