"""Posts of the X API v2, saved as JSON: pages as X answers them, twarc's flattened posts, or posts.

One page or post a line is the usual form. A file that is one document is read too, be it a page
printed over many lines or an array of posts or pages; its rows all stand under line 1.
"""

from __future__ import annotations

import gc
import json
import re
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import msgspec

from socialscore.errors import InputError
from socialscore.importers.json_lines import documents, is_json
from socialscore.importers.staged import StagedRows, from_messages
from socialscore.model.messages import Message
from socialscore.payloads import PayloadError
from socialscore.payloads.twitter import Included, to_message
from socialscore.payloads.twitter_fields import Document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from socialscore.importers.source import Source

    Row = tuple[int, Message | str]  # line number, and the message or why it is refused

__all__ = ["claims", "read"]

_N_ROWS = 20_000  # in a table
_N_DOUBTFUL = 100  # lines refused from the start, after which the file is given up

_DECODER = msgspec.json.Decoder(Document)

# Nobody else has these names; inside a text their quotation marks would be escaped.
_OF_X_ALONE = re.compile(
    rb'"(?:referenced_(?:tweets|posts)|edit_history_(?:tweet|post)_ids|in_reply_to_user_id'
    rb'|newest_id|result_count|__twarc)"\s*:'
)
_OF_A_POST = [re.compile(rb'"%s"\s*:' % name) for name in (b"id", b"author_id", b"created_at")]


def claims(head: bytes) -> bool:
    """Whether a file that begins with `head` looks like posts or pages of the X API v2."""
    if not is_json(head):
        return False
    return bool(_OF_X_ALONE.search(head)) or all(name.search(head) for name in _OF_A_POST)


def read(source: Source) -> StagedRows:
    """The posts of a file, staged in tables of at most 20,000 rows.

    What cannot be a message is a refused row under its line, or under the line of its page. Posts
    that a page merely includes are no rows, and neither are its notes about posts it lacks.

    Raises:
        InputError: nothing in the file, or in its first hundred lines, is what X answers.
    """
    lines = (_rows(number, document) for number, document in documents(source, _decoded))
    rows = chain.from_iterable(_recognised(lines, source.path))
    return StagedRows(_tables(rows))


def _tables(rows: Iterator[Row]) -> Iterator[pa.Table]:
    while (table := _table(rows)).num_rows:
        yield table


def _table(rows: Iterator[Row]) -> pa.Table:
    """The next rows; none at the end."""
    # What JSON says and what becomes of it hold no cycles. Python would look for some whenever
    # enough is held, which takes a third of the time.
    looks_for_cycles = gc.isenabled()
    gc.disable()
    try:
        return from_messages(islice(rows, _N_ROWS))
    finally:
        if looks_for_cycles:
            gc.enable()


def _decoded(line: bytes) -> object:
    """The JSON value in a line, or a `PayloadError` where there is none."""
    if b"\0" in line:
        raise PayloadError("NUL bytes")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PayloadError("not UTF-8") from None
    # A line of another shape, or one that only Python takes for JSON: let Python read all of it.
    with suppress(msgspec.MsgspecError, RecursionError):
        return _DECODER.decode(line)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise PayloadError("not JSON") from None


def _rows(line: int, document: object) -> list[Row]:
    """One row for each post in a line; none for an empty page."""
    if isinstance(document, ValueError):
        return [(line, str(document))]
    if not isinstance(document, dict) or (posts := _posts(document)) is None:
        return [(line, "neither a post nor a page of posts")]
    included = Included.of(document)
    return [(line, _message(post, included)) for post in posts]


def _posts(document: dict[str, Any]) -> list[object] | None:
    """The posts that a page answers with, or a post itself; None for anything else."""
    match document:
        case {"data": list(posts)}:
            return posts
        case {"data": dict(post)}:
            return [post]
        case {"id": _}:
            return [document]
        case {"meta": {"result_count": _}} | {"errors": [*_]}:
            return []
    return None


def _message(post: object, included: Included) -> Message | str:
    if not isinstance(post, dict):
        return "not a post"
    try:
        return to_message(post, included)
    except PayloadError as error:
        return str(error)


def _recognised(lines: Iterator[list[Row]], path: Path) -> Iterator[list[Row]]:
    """The same lines, once one of the first hundred has a message or is an empty page."""
    doubtful = []
    for rows in islice(lines, _N_DOUBTFUL):
        doubtful.append(rows)
        if not rows or any(isinstance(message, Message) for _, message in rows):
            return chain(doubtful, lines)
    raise InputError(path, _not_from_x(doubtful))


def _not_from_x(doubtful: list[list[Row]]) -> str:
    """What is wrong with a file none of whose lines was accepted, and the way out."""
    if not doubtful:
        return "has nothing but blank lines"
    (line, reason), (last, _) = doubtful[0][0], doubtful[-1][0]
    problem = f"no post of the X API v2 up to line {last} (line {line}: {reason})"
    expected = "expected pages or posts, one a line, with author_id and created_at"
    return f"{problem}; {expected}; name another layout with --layout"
