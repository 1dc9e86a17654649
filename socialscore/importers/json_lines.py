"""JSON: a document on each line, or a file that is one document."""

from __future__ import annotations

import json
import math
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.errors import InputError
from socialscore.importers.source import MAX_RECORD_BYTES
from socialscore.importers.staged import NOTES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from socialscore.importers.source import Source

    Documents = Iterator[tuple[int, object]]

__all__ = ["begin_to_read_objects", "documents", "is_json", "object_tables"]

_MEBIBYTES = MAX_RECORD_BYTES // 1024**2
_ROWS_AT_ONCE = 100_000
_ROWS_WITH_NAMES = 1000
_LINES_LOOKED_AT = 10

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
_ONE_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[|\{[ \t]*\r?\n)")


def is_json(head: bytes) -> bool:
    """Whether a file that begins so holds objects, or an array; its first line may be broken."""
    lines = [line for line in head.splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    n_objects = sum(map(_is_object, lines))
    return bool(_OPENING.match(head)) or n_objects > len(lines) / 2


def documents(source: Source, decoded: Callable[[bytes], object]) -> Documents:
    """Pairs of line number and what stands there, or a ValueError that says why nothing does.

    A file that is one document, printed over many lines or an array, stands under line 1: whole, or
    as the parts of the array.

    Args:
        source: the file.
        decoded: makes a document of text; it raises ValueError where it cannot.

    Raises:
        InputError: the file is one document that is too long, or is broken.
    """
    if not _is_one_document(source.peek()):
        yield from ((number, _tried(decoded, line)) for number, line in source.lines())
        return
    text = source.read(MAX_RECORD_BYTES + 1)
    if len(text) > MAX_RECORD_BYTES:
        problem = f"is one JSON document of more than {_MEBIBYTES} MiB"
        raise InputError(source.path, f"{problem}; write its parts one a line: jq -c '.[]'")
    document = _tried(decoded, text)
    if isinstance(document, ValueError):
        problem = f"is one JSON document that cannot be read ({document})"
        raise InputError(source.path, f"{problem}; if it is several, write each on a line: jq -c .")
    yield from ((1, each) for each in (document if isinstance(document, list) else [document]))


def _is_one_document(head: bytes) -> bool:
    """Whether a file is; a broken first line does not make a document of those after it."""
    if not _ONE_DOCUMENT.match(head):
        return False
    _, second, third, *_ = [*filter(bytes.strip, head.splitlines()), b"", b"", b""]
    return not _is_object(second) or third.lstrip()[:1] in (b",", b"]")


def _is_object(line: bytes) -> bool:
    return isinstance(_tried(_decoded, line), dict)


def _tried(decoded: Callable[[bytes], object], text: bytes | None) -> object:
    if text is None:
        return ValueError(f"longer than {_MEBIBYTES} MiB")
    try:
        return decoded(text)
    except ValueError as error:
        return error


# --- tables -------------------------------------------------------------------------------------


def begin_to_read_objects(source: Source) -> tuple[list[str], Documents]:
    """The names in the first thousand objects of a file, and all that stands in it.

    Raises:
        InputError: there is no object among them.
    """
    found = documents(source, _decoded)
    first = list(islice(found, _ROWS_WITH_NAMES))
    names = {name: None for _, each in first if isinstance(each, dict) for name in each}
    if not names:
        raise InputError(source.path, _without_objects(first))
    return list(names), chain(first, found)


def _without_objects(first: list[tuple[int, object]]) -> str:
    if not first:
        return "has no objects; expected one on each line"
    (line, problem), (last, _) = first[0], first[-1]
    reason = problem if isinstance(problem, ValueError) else "no JSON object with names"
    return f"has no object up to line {last} (line {line}: {reason}); expected one on each line"


def object_tables(
    found: Documents, names: Collection[str], lists: Collection[str]
) -> Iterator[pa.Table]:
    """What stands under these names as text, and lists as names apart by spaces.

    Args:
        found: line numbers, and objects or errors.
        names: what is missing under one of them is NULL.
        lists: those under which a list may stand.
    """
    schema = pa.schema([*NOTES, *((name, pa.string()) for name in names)])
    rows = (_row(line, each, names, lists) for line, each in found)
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        yield pa.Table.from_pylist(part, schema=schema)


def _row(
    line: int, value: Any, names: Iterable[str], lists: Collection[str]
) -> dict[str, int | str | None]:
    if isinstance(value, ValueError):
        return {"line": line, "refusal": str(value)}
    if not isinstance(value, dict):
        return {"line": line, "refusal": "not a JSON object"}
    try:
        return {"line": line} | {
            name: _cell(name, value.get(name), name in lists) for name in names
        }
    except ValueError as error:
        return {"line": line, "refusal": str(error)}


def _decoded(text: bytes) -> object:
    try:
        return json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None


def _cell(name: str, value: object, may_be_list: bool) -> str | None:
    if isinstance(value, list) and may_be_list:
        return " ".join(filter(None, (_cell(name, part, False) for part in value)))
    if isinstance(value, dict | list):
        raise ValueError(f"{name} holds {'a list' if isinstance(value, list) else 'an object'}")
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    # Half a surrogate pair, which JSON can write, is no character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
