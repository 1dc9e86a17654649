"""JSON as a table: what stands under dotted names of its objects."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.errors import InputError
from socialscore.importers.json_lines import decoded_json, documents, form_of
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.importers.json_lines import Documents
    from socialscore.importers.source import Source

    Row = tuple[int, object]  # line, and an object or why there is none

__all__ = ["JsonFile", "read_json"]

_ROWS_OF_A_TABLE = 50_000
_ROWS_AT_ONCE = 500  # more would only keep Python busy with looking for cycles in them
_DOCUMENTS_WITH_NAMES = 1000
_BYTES_WITH_NAMES = 16 * 1024 * 1024
_DEPTH = 20  # of objects within objects, as far as their names are looked for


@dataclass(frozen=True)
class JsonFile:
    """JSON of which the names in the first documents are known."""

    what: str
    place: Path
    columns: tuple[str, ...]
    _documents: Documents
    remark: str = ""

    def tables(
        self, columns: Sequence[str], lists: Collection[str] = (), rows: str = ""
    ) -> Iterator[pa.Table]:
        """What stands under these names as text; what is missing is NULL.

        Args:
            columns: dotted names. After `[]`, each part of a list is looked at; what is found
                becomes one text with spaces.
            lists: those under which a list may stand, which becomes such a text too.
            rows: where in a document its rows are; empty: it is one.
        """
        schema = pa.schema([*NOTES, *((name, pa.string()) for name in columns)])
        cells = [_cell_under(name, may_be_list=name in lists) for name in columns]
        found = (_row(line, value, cells) for line, value in self._rows(rows))
        while True:
            values: list[list[object]] = [[] for _ in schema]
            while len(values[0]) < _ROWS_OF_A_TABLE and (part := [*islice(found, _ROWS_AT_ONCE)]):
                for column, more in zip(values, zip(*part, strict=True), strict=True):
                    column += more
            if not values[0]:
                return
            yield pa.table(values, schema=schema)

    def _rows(self, path: str) -> Iterator[Row]:
        if not path:
            yield from self._documents
            return
        steps = tuple(path.split("."))
        whole = tuple(path.removesuffix("[]").split("."))
        for line, document in self._documents:
            if isinstance(document, ValueError):
                yield line, document
            elif any(True for _ in _under(document, whole)):
                yield from ((line, row) for row in _under(document, steps))
            else:
                yield line, ValueError(f"has no {path}")


def read_json(source: Source) -> JsonFile:
    """Read the names in the first thousand documents, and get ready to read their rows.

    Raises:
        InputError: there is no object among them, or the file is one document that is broken.
    """
    n_bytes = 0

    def decoded(text: bytes) -> object:
        nonlocal n_bytes
        n_bytes += len(text)
        return decoded_json(text)

    what = form_of(source.peek())
    found = documents(source, decoded)
    first = []
    for each in islice(found, _DOCUMENTS_WITH_NAMES):
        first.append(each)
        if n_bytes > _BYTES_WITH_NAMES:
            break
    names = {name: None for _, each in first if isinstance(each, dict) for name in _names(each)}
    if not names:
        raise InputError(source.path, _without_objects(first))
    return JsonFile(what, source.path, tuple(names), chain(first, found))


def _without_objects(first: list[tuple[int, object]]) -> str:
    if not first:
        return "has no objects; expected one on each line"
    (line, problem), (last, _) = first[0], first[-1]
    reason = problem if isinstance(problem, ValueError) else "no JSON object with names"
    return f"has no object up to line {last} (line {line}: {reason}); expected one on each line"


def _names(value: Mapping[str, object], before: str = "", depth: int = 1) -> Iterator[str]:
    """The dotted names of all values in an object that are no objects themselves."""
    for key, inner in value.items():
        name = before + key
        parts = [inner] if isinstance(inner, dict) else inner if isinstance(inner, list) else []
        objects = [part for part in parts if isinstance(part, dict) and part]
        if not objects or depth == _DEPTH:
            yield name
            continue
        mark = "." if isinstance(inner, dict) else "[]."
        for part in objects[:_DOCUMENTS_WITH_NAMES]:
            yield from _names(part, name + mark, depth + 1)


def _under(value: object, steps: tuple[str, ...]) -> Iterator[object]:
    """What stands under a dotted name; a key may have dots itself."""
    if not steps:
        yield value
        return
    if not isinstance(value, dict):
        return
    for n in range(1, len(steps) + 1):
        key = ".".join(steps[:n])
        if key in value:
            yield from _under(value[key], steps[n:])
            return
        if key.endswith("[]") and isinstance(parts := value.get(key[:-2]), list):
            for part in parts:
                yield from _under(part, steps[n:])
            return


def _row(
    line: int, value: object, cells: Iterable[Callable[[Mapping[str, object]], str | None]]
) -> tuple[object, ...]:
    """The cells of a row, NOTES first."""
    if isinstance(value, ValueError):
        return line, None, str(value), *(None for _ in cells)
    if not isinstance(value, dict):
        return line, None, "not a JSON object", *(None for _ in cells)
    try:
        return line, None, None, *(cell(value) for cell in cells)
    except ValueError as error:
        return line, None, str(error), *(None for _ in cells)


def _cell_under(name: str, *, may_be_list: bool) -> Callable[[Mapping[str, object]], str | None]:
    """Makes the text under a name of an object.

    The function raises ValueError where something stands there that is none.
    """
    steps, is_list = tuple(name.split(".")), "[]" in name

    def plain(value: Mapping[str, object]) -> str | None:
        return _text(name, value.get(name), may_be_list)

    def cell(value: Mapping[str, object]) -> str | None:
        found = _under(value, steps)
        if is_list:
            return (
                " ".join(filter(None, (_text(name, part, may_be_list) for part in found))) or None
            )
        return _text(name, next(found, None), may_be_list)

    return plain if len(steps) == 1 and not is_list else cell


def _text(name: str, value: object, may_be_list: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, list) and may_be_list:
        return " ".join(filter(None, (_text(name, part, False) for part in value)))
    if isinstance(value, dict | list):
        raise ValueError(f"{name} holds {'a list' if isinstance(value, list) else 'an object'}")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    if text.isascii():
        return text
    # Half a surrogate pair, which JSON can write, is no character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
