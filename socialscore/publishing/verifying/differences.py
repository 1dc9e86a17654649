"""Where a published file says something else than it should, down to the cell."""

from __future__ import annotations

import csv
import io
import json
import math
import operator
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zipfile import BadZipFile, ZipFile

from socialscore.reporters.delimited import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    Document = dict[str, Any]
    Kind = Literal["problem", "touched", "note"]

__all__ = [
    "NOTHING",
    "Difference",
    "Finding",
    "in_csv",
    "in_document",
    "in_workbook",
    "is_near",
    "told",
]

NOTHING = object()
"""What a file says where it says nothing."""

_LONGEST = 60  # signs of a value that is quoted
_MOST = 20  # differences of one kind that are listed
_RELATIVE = 1e-9  # by which fractions may differ between engines; they do by up to 1e-12
_ABSOLUTE = 1e-12  # likewise, for differences of fractions that are near 0


class Finding(NamedTuple):
    """Something that a verification has to say of a publication."""

    kind: Kind  # touched: by what was erased, edited or judged otherwise since
    text: str


@dataclass(frozen=True)
class Difference:
    """A value that is not the one that it should be."""

    body_id: str  # empty: it is of no body
    body: str  # its name; likewise
    column: str
    published: Any
    expected: Any


def told(differences: Iterable[Difference], path: str, source: str) -> Iterator[str]:
    """Lines for people, of which the last counts those that are too many to list.

    Args:
        differences: in what.
        path: the file.
        source: what says the right values.
    """
    found = list(differences)
    for it in found[:_MOST]:
        cell = f"{it.body}, {it.column}" if it.body else it.column
        one, other = _quoted(it.published, it.expected)
        yield f"{path}: {cell}: {one} published, {other} by {source}"
    if len(found) > _MOST:
        yield f"{path}: {len(found) - _MOST:,} other cells differ"


def _quoted(published: Any, expected: Any) -> tuple[str, str]:
    """Both values so that a reader sees the difference: of long texts, the part that has it.

    There, characters that look like others, or like nothing, are escapes. Letters of ours with an
    accent stay: everybody sees it.
    """
    one, other = (
        "nothing" if it is NOTHING else json.dumps(it, ensure_ascii=False)
        for it in (published, expected)
    )
    begin = 0
    if max(len(one), len(other)) > _LONGEST:
        pairs = enumerate(zip(one, other, strict=False))
        alike = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
        begin = max(0, alike - _LONGEST // 2)
    one, other = (_part(text, begin) for text in (one, other))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return (
        "".join(_shown(one[a:b], kind) for kind, a, b, _, _ in blocks),
        "".join(_shown(other[a:b], kind) for kind, _, _, a, b in blocks),
    )


def _shown(text: str, kind: str) -> str:
    """A part of a value, by what `SequenceMatcher` says of it."""
    if kind == "equal":
        return text
    is_extra = kind in ("delete", "insert")  # where a space too many would not be seen
    return _escaped(text).replace(" ", "\\u0020") if is_extra and text.isspace() else _escaped(text)


def _part(text: str, begin: int) -> str:
    """At most so many signs of a text, with marks where it is cut."""
    end = begin + _LONGEST
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


def _escaped(text: str) -> str:
    plain = (it.isascii() or it == "…" or _is_accented(it) for it in text)
    pairs = zip(text, plain, strict=True)
    return "".join(it if is_plain else json.dumps(it)[1:-1] for it, is_plain in pairs)


def _is_accented(character: str) -> bool:
    parts = unicodedata.normalize("NFD", character)
    return len(parts) > 1 and parts[0].isascii()


# --- JSON -----------------------------------------------------------------------------------------


def in_document(
    published: Document, expected: Document, same: Callable[[Any, Any], bool] = operator.eq
) -> Iterator[Difference]:
    """Where two documents of a ranking differ: in what all bodies share, and body by body.

    Args:
        published: what was published.
        expected: what should have been.
        same: whether two values are the same.
    """
    yield from _in_object(_without_scores(published), _without_scores(expected), same)
    theirs = {line["body_id"]: line for line in published["scores"]}
    ours = {line["body_id"]: line for line in expected["scores"]}
    for body_id, line in ours.items():
        yield from _in_object(theirs.get(body_id, {}), line, same, body_id, line["body"])
    if list(theirs) != list(ours):
        order = (", ".join(each) for each in (theirs, ours))
        yield Difference("", "", "order", *order)


def is_near(value: Any, other: Any) -> bool:
    """Whether two values are the same, but for the order in which an engine summed fractions.

    Ranks and counts are whole numbers, of which each counts.
    """
    if isinstance(value, float) and isinstance(other, float):
        return math.isclose(value, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return bool(value == other)


def _in_object(
    published: Document,
    expected: Document,
    same: Callable[[Any, Any], bool],
    body_id: str = "",
    body: str = "",
) -> Iterator[Difference]:
    for name in dict.fromkeys((*expected, *published)):
        one, other = published.get(name, NOTHING), expected.get(name, NOTHING)
        if not same(one, other):
            yield Difference(body_id, body, name, one, other)


def _without_scores(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "scores"}


# --- CSV ------------------------------------------------------------------------------------------


def in_csv(
    published: bytes, expected: bytes, dialect: str, *, only: Collection[str] | None = None
) -> Iterator[Difference]:
    """Where two tables differ, cell by cell.

    Args:
        published: the bytes of the file.
        expected: those that it should have.
        dialect: one of DIALECTS.
        only: headers; look only at those columns, and only if both tables have them.

    Raises:
        ValueError: the published one is no CSV.
    """
    theirs, ours = (_table(content, dialect) for content in (published, expected))
    header, wanted = theirs[0], ours[0]
    names = wanted if only is None else [it for it in wanted if it in header and it in only]
    if only is None and header != wanted:
        yield Difference("", "", "header", header, wanted)
    for number, (line, right) in enumerate(zip_longest(theirs[1:], ours[1:]), start=2):
        if line is None or right is None:
            n_rows = (len(table) - 1 for table in (theirs, ours))
            yield Difference("", "", "rows", *n_rows)
            return
        cells, others = dict(zip(header, line, strict=False)), dict(zip(wanted, right, strict=True))
        for name in names:
            if cells.get(name, NOTHING) != others[name]:
                row = f"line {number}, {_body(others)}"
                yield Difference(row, row, name, cells.get(name, NOTHING), others[name])


def _body(cells: dict[str, str]) -> str:
    """Who a row is about; in the long form, of which metric."""
    name = next((cells[it] for it in ("body", "Body", "Organisme") if it in cells), "")
    return f"{name}, {cells['metric']}" if "metric" in cells else name


def _table(content: bytes, dialect_name: str) -> list[list[str]]:
    text, dialect = content.decode(), DIALECTS[dialect_name]
    lines = io.StringIO(text.removeprefix(dialect.beginning), newline="")
    try:
        table = list(csv.reader(lines, delimiter=dialect.delimiter, strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return table or [[]]


# --- XLSX -----------------------------------------------------------------------------------------

_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"')


def in_workbook(published: bytes, expected: bytes) -> Iterator[str]:
    """Which parts of two workbooks differ, a clause each; of a sheet, the first cell that does.

    Raises:
        ValueError: the published one is no workbook.
    """
    try:
        with ZipFile(io.BytesIO(published)) as theirs, ZipFile(io.BytesIO(expected)) as ours:
            if _parts(theirs) != _parts(ours):
                yield "has other parts than a workbook of ours"
                return
            for name in ours.namelist():
                right = ours.read(name)
                with theirs.open(name) as part:
                    found = part.read(len(right) + 1)  # however much more there is
                if found != right:
                    yield f"{name}{_first_cell(found, right)} says something else than ranking.json"
    except (BadZipFile, NotImplementedError, OSError, EOFError) as error:
        raise ValueError(str(error)) from None


def _parts(workbook: ZipFile) -> list[tuple[str, int, int]]:
    """What is in it, uncompressed and unencrypted in one of ours."""
    return [(part.filename, part.compress_type, part.flag_bits) for part in workbook.infolist()]


def _first_cell(found: bytes, right: bytes) -> str:
    pairs = enumerate(zip(found, right, strict=False))
    n_alike = next((n for n, (one, other) in pairs if one != other), len(found))
    # What differs first may be the name of the cell itself.
    cells = _CELL.findall(right[: n_alike + 16])
    return f", cell {cells[-1].decode()}," if cells else ""
