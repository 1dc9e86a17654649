"""What people wrote into the sheets of an audit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import zip_longest
from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.inputs.value_errors import raise_all
from socialscore.model.audit import GENUINE, REPLY_CLASS, REPLY_CLASSES, ROW, SHEET_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.importers.sheet import FilledSheet
    from socialscore.model.audit import Audit

__all__ = ["Labels", "draw_named", "fewer_labels", "labels", "sheet_row"]

_OURS = {*SHEET_COLUMNS, GENUINE, REPLY_CLASS}

_YES = {"yes", "y", "oui", "o", "ja", "true", "vrai", "wahr", "1", "x"}
_NO = {"no", "n", "non", "nein", "false", "faux", "falsch", "0"}
_GENUINE: Mapping[str, bool | str] = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_CLASSES: Mapping[str, bool | str] = {name: name for name in REPLY_CLASSES}
_MOST_NAMED = 5  # rows with the same problem
_CHOICES = {GENUINE: ("yes or no", _GENUINE), REPLY_CLASS: (", ".join(REPLY_CLASSES), _CLASSES)}


@dataclass(frozen=True)
class Labels:
    """What one person said, in one sheet."""

    path: Path
    column: str  # GENUINE or REPLY_CLASS
    by_row: Mapping[str, bool | str]  # by the keyed digest of a row; without those left blank
    n_rows: int  # of the sheet, each once
    notes: tuple[str, ...] = ()  # sentences: what of the sheet was not read


def sheet_row(draw_id: str, row: str) -> str:
    """What the sheet of a draw calls a row."""
    return f"{draw_id}-{row}"


def draw_named(sheet: FilledSheet) -> str:
    """The identifier of the draw that made a sheet.

    Raises:
        InputError: its rows name none, or several.
    """
    found = {cells.get(ROW, "").rpartition("-")[0] for _, cells in sheet.rows} - {""}
    if len(found) != 1:
        problem = "holds rows of several draws; read each sheet on its own" if found else _NO_ROWS
        raise InputError(sheet.path, problem)
    return found.pop()


_NO_ROWS = f"names no row of an audit in its column {ROW!r}; read back the sheet as it was written"


def labels(sheet: FilledSheet, draw_id: str, drawn: Collection[str]) -> Labels:
    """What is written in a sheet, wherever its rows and columns stand.

    Args:
        sheet: of requests or of replies.
        draw_id: of its draw.
        drawn: the rows that it may have.

    Raises:
        InputError: it has no column of labels, or a row or label that cannot be; each problem is
            named once, with the first rows that have it.
    """
    column = next((name for name in (GENUINE, REPLY_CLASS) if name in sheet.columns), None)
    if column is None:
        raise _no_labels(sheet)
    known = {sheet_row(draw_id, row): row for row in drawn}
    problems: dict[str, list[int]] = defaultdict(list)  # row numbers
    found: dict[str, tuple[int, bool | str | None]] = {}
    n_repeated = n_unnamed = 0
    for number, cells in sheet.rows:
        name, said = cells.get(ROW, ""), cells.get(column, "").lower()
        what, choices = _CHOICES[column]
        if not name and not said:
            n_unnamed += 1
        elif name not in known:
            said_name = f"{name!r} is no row of this audit" if name else f"has no {ROW!r}"
            problems[f"{said_name}; remove the line or restore its key"].append(number)
        elif said and said not in choices:
            problems[f"{column} is {said!r}; write {what}"].append(number)
        elif name in found and found[name][1] != choices.get(said):
            first = found[name][0]
            problems[f"says other than line {first} of the same row"].append(number)
        else:
            n_repeated += name in found
            found.setdefault(name, (number, choices.get(said)))
    raise_all([_problem(sheet, what, numbers) for what, numbers in problems.items()])
    by_row = {known[name]: label for name, (_, label) in found.items() if label is not None}
    if not by_row:
        raise InputError(sheet.path, f"no label is filled in: write {what} in column {column}")
    return Labels(
        sheet.path, column, by_row, len(found), tuple(_notes(sheet, n_repeated, n_unnamed))
    )


def _no_labels(sheet: FilledSheet) -> InputError:
    """That a sheet has no column of labels, and which one it may have been."""
    similar = (
        f"rename {close!r} back to {name!r}"
        for name in (GENUINE, REPLY_CLASS)
        for close in get_close_matches(name, sheet.columns, n=1)
    )
    way_out = next(similar, "rename it back, or read back the sheet as it was written")
    columns = ", ".join(sheet.columns)
    problem = f"has neither a column {GENUINE!r} nor {REPLY_CLASS!r}, but {columns}; {way_out}"
    return InputError(sheet.path, problem)


def _problem(sheet: FilledSheet, what: str, numbers: Sequence[int]) -> InputError:
    """What is wrong with some rows, at the first of them."""
    first = ", ".join(map(str, numbers[:_MOST_NAMED])) + ", …" * (len(numbers) > _MOST_NAMED)
    rows = f" ({len(numbers):,} rows: {first})" if len(numbers) > 1 else ""
    return InputError(f"{sheet.path}:{numbers[0]}", f"{what}{rows}")


def _notes(sheet: FilledSheet, n_repeated: int, n_unnamed: int) -> Iterator[str]:
    if n_repeated:
        yield f"rows that stand there again, counted once: {n_repeated}"
    if n_unnamed:
        yield f"lines without row and label, left out: {n_unnamed}"
    if other := [name for name in sheet.columns if name not in _OURS]:
        yield f"columns that are not read: {', '.join(other)}"


def fewer_labels(before: Audit, after: Audit) -> str:
    """Of what an audit has more than the one after it, a clause for people; empty: of nothing."""
    kinds = (
        ("requests", _n_labels(before.genuine), _n_labels(after.genuine)),
        ("replies", _n_labels(before.replies), _n_labels(after.replies)),
    )
    return " and ".join(
        f"{_counts(more)} labels of {what} (here {_counts(fewer)})"
        for what, more, fewer in kinds
        if any(n_before > n_after for n_before, n_after in zip_longest(more, fewer, fillvalue=0))
    )


def _n_labels(labels: Mapping[str, tuple[object, ...]]) -> list[int]:
    """How many labels each person gave."""
    by_person = zip(*labels.values(), strict=False)
    return [sum(label is not None for label in person) for person in by_person]


def _counts(n_labels: list[int]) -> str:
    return " + ".join(f"{n:,}" for n in n_labels) or "none"
