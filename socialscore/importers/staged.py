"""What every importer yields: one message a row, before it is known whom the message concerns."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.model.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

__all__ = ["NOTES", "STAGED", "Clock", "StagedRows", "from_messages"]

NOTES = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),  # in the file, from 1
        pa.field("n_lines", pa.int32()),  # that the row takes there; NULL: one
        # Why the row cannot be a message; such a row has nothing else. NULL: it is one.
        pa.field("refusal", pa.string()),
    ]
)
"""What is noted of every row of a file, beside its own columns."""

STAGED = pa.schema(
    [
        *NOTES,
        # What is damaged in a row that is a message all the same. NULL: nothing seen.
        pa.field("damage", pa.string()),
        pa.field("network", pa.string()),
        pa.field("message_id", pa.string()),
        pa.field("author_id", pa.string()),
        pa.field("author_handle", pa.string()),
        pa.field("sent_at", pa.timestamp("us")),  # naive UTC
        pa.field("sent_text", pa.string()),  # as the file writes it, where `sent_at` is NULL
        pa.field("kind", pa.string()),
        pa.field("text", pa.string()),
        pa.field("reply_to_id", pa.string()),
        pa.field("reply_to_author_id", pa.string()),
        pa.field("conversation_id", pa.string()),
        pa.field("mentioned_handles", pa.list_(pa.string())),  # without @; case does not matter
        pa.field("mentioned_ids", pa.list_(pa.string())),
        pa.field("account", pa.string()),  # identifier or handle addressed, where the file says it
        pa.field("official", pa.bool_()),  # whether a body wrote it; NULL: the file does not say
        pa.field("language", pa.string()),
        pa.field("bot", pa.bool_()),
        pa.field("n_edits", pa.int32()),
        pa.field("deleted_at", pa.timestamp("us")),
        pa.field("deleted_text", pa.string()),  # likewise
        # What the row is instead of a message, such as a deletion in a stream. NULL: none of these.
        pa.field("notice", pa.string()),
        pa.field("row_key", pa.string()),  # the file's own number of the row
        pa.field("reply_to_row_key", pa.string()),  # by which others name it as their parent
        pa.field("wall", pa.string()),  # the page on whose wall it stands, or seems to
    ]
)
"""Order of columns is not significant; a missing column is NULL in every row."""

_OF_A_MESSAGE = [column.name for column in STAGED if column.name in Message.__dataclass_fields__]
_cells = attrgetter(*_OF_A_MESSAGE)
_NO_CELLS = (None,) * len(_OF_A_MESSAGE)


@dataclass(frozen=True)
class Clock:
    """How a file writes its times, as far as it is said."""

    date_format: str | None = None  # as of strptime; None: found by the whole column
    timezone: ZoneInfo | None = None  # of times without an offset; None: they end the import


@dataclass(frozen=True)
class StagedRows:
    """A file being read."""

    pieces: Iterator[pa.Table]  # its rows, in the columns of its own layout
    select: str = "SELECT * FROM piece"  # makes staged rows of them
    # From our columns to those of the file, where they are called otherwise.
    names: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    # A whole file: threads that nobody names follow from its replies. Of a batch, they would follow
    # from where it was cut.
    is_whole: bool = False
    digits_are_exact: bool = False  # no program that rounds identifiers wrote them


def from_messages(rows: Iterable[tuple[int, Message | str]]) -> pa.Table:
    """The staged rows of pairs (line number, message, or why the row is refused)."""
    rows = list(rows)
    if not rows:
        return STAGED.empty_table()
    columns: dict[str, Sequence[Any]] = {
        "line": [line for line, _ in rows],
        "refusal": [message if isinstance(message, str) else None for _, message in rows],
    }
    # Column by column: Arrow takes twice as long to sort out rows that are dictionaries.
    cells = [_NO_CELLS if isinstance(message, str) else _cells(message) for _, message in rows]
    columns |= zip(_OF_A_MESSAGE, zip(*cells, strict=True), strict=True)
    columns["mentioned_handles"] = [
        handles and [handle.lower() for handle in handles]
        for handles in columns["mentioned_handles"]
    ]
    # Arrow takes aware instants to UTC.
    return pa.Table.from_arrays(
        [
            pa.array(columns[column.name], column.type)
            if column.name in columns
            else pa.nulls(len(rows), column.type)
            for column in STAGED
        ],
        schema=STAGED,
    )
