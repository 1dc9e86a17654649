"""Tables of counts: one CSV row per body, with its requests and how many of them were answered.

    body_id,body,category,n_requests,n_answered,n_requests_before,n_answered_before

`body_id` or `body` is needed, and the two counts. The counts of an earlier period come together;
both are empty where a body was not counted then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName
from socialscore.importers.csv_file import read_csv
from socialscore.importers.source import Source
from socialscore.inputs.toml_files import FilePosition
from socialscore.inputs.value_errors import raise_all
from socialscore.model.counts import CountedBody
from socialscore.model.messages import Body

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from socialscore.errors import SocialscoreError

    Row = Mapping[str, str]
    Problems = list[SocialscoreError]

__all__ = ["COUNT_COLUMNS", "read_counts"]

COUNT_COLUMNS = {
    "body_id": "what names the body for good; empty or missing: its name",
    "body": "the name of the body; empty or missing: its `body_id`",
    "category": "what it is compared with",
    "n_requests": "how many requests it had",
    "n_answered": "how many of them were answered",
    "n_requests_before": "the requests of an earlier period; empty: not counted then",
    "n_answered_before": "how many of those were answered; likewise",
}
"""The columns of a table of counts, in words."""

_NOW = ("n_requests", "n_answered")
_BEFORE = ("n_requests_before", "n_answered_before")
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)


def read_counts(path: Path) -> tuple[CountedBody, ...]:
    """Read and check a table of counts, in the order of the file.

    Raises:
        InputError: the file cannot be read, or something in it cannot be; the line is named.
        UnknownName: a column has another name than those above.
        SeveralProblems: several things are wrong.
    """
    problems: Problems = []
    with Source(path) as source:
        file = read_csv(source)
        raise_all(list(_wrong_columns(path, file.columns)))
        lines: dict[str, int] = {}
        found = []
        for table in file.tables():
            for row in table.to_pylist():
                place = FilePosition(path, row["line"])
                if row["refusal"]:
                    problems.append(InputError(place, row["refusal"]))
                    continue
                cells = dict.fromkeys(COUNT_COLUMNS, "")
                cells |= {name: row[name].strip() for name in file.columns}
                found.append(_counted(place, cells, lines, problems))
    if not found and not problems:
        problems.append(InputError(path, "has no rows; give each body a line"))
    raise_all(problems)
    return tuple(found)


def _wrong_columns(path: Path, columns: Collection[str]) -> Iterator[SocialscoreError]:
    place = FilePosition(path, 1)
    for column in columns:
        if column not in COUNT_COLUMNS:
            yield UnknownName("column", column, COUNT_COLUMNS, place)
    if not {"body_id", "body"} & set(columns):
        yield InputError(place, "the table lacks a column body_id, or body")
    needed = (*_NOW, *(_BEFORE if set(_BEFORE) & set(columns) else ()))
    for column in needed:
        if column not in columns:
            yield InputError(place, f"the table lacks the column {column}")


def _counted(
    place: FilePosition, row: Row, lines: dict[str, int], problems: Problems
) -> CountedBody:
    """What a row says, as far as it is right; `lines` are those of the bodies above it."""
    body_id, name = row["body_id"] or row["body"], row["body"] or row["body_id"]
    if not body_id:
        problems.append(InputError(place, "the body has no name; fill in body_id or body"))
    elif body_id in lines:
        above = f"{body_id!r} is in line {lines[body_id]} already"
        problems.append(InputError(place, f"{above}; give each body one line"))
    lines.setdefault(body_id, place.line or 0)
    n_requests, n_answered = _counts(place, row, _NOW, problems)
    before = _counts(place, row, _BEFORE, problems) if any(row[name] for name in _BEFORE) else None
    return CountedBody(Body(body_id, name, row["category"]), n_requests, n_answered, before)


def _counts(
    place: FilePosition, row: Row, names: tuple[str, str], problems: Problems
) -> tuple[int, int]:
    """Requests, and those of them that were answered; 0 for what is wrong."""
    wrong = [name for name in names if not _WHOLE.fullmatch(row[name])]
    for name in wrong:
        said = f"is {row[name]!r}" if row[name] else "is empty"
        way_out = "write a whole number such as 120, without signs or separators"
        problems.append(InputError(place, f"{name} {said}; {way_out}"))
    if wrong:
        return 0, 0
    n_requests, n_answered = (int(row[name]) for name in names)
    if n_answered > n_requests:
        more = f"{names[1]} is {n_answered}, more than {names[0]}, which is {n_requests}"
        problems.append(InputError(place, f"{more}; are the columns exchanged?"))
    return n_requests, n_answered
