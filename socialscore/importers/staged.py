"""What every importer yields: one message a row, before it is known whom the message concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from socialscore.model import Message

__all__ = ["STAGED", "Reading", "from_messages"]

STAGED = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),  # in the file, from 1
        # Why the row cannot be a message; such a row has nothing else. NULL: it is one.
        pa.field("refusal", pa.string()),
        # What is damaged in a row that is a message all the same. NULL: nothing seen.
        pa.field("damage", pa.string()),
        pa.field("network", pa.string()),
        pa.field("message_id", pa.string()),
        pa.field("author_id", pa.string()),
        pa.field("author_handle", pa.string()),
        pa.field("sent_at", pa.timestamp("us")),  # naive UTC
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
    ]
)
"""Order of columns is not significant; a missing column is NULL in every row."""


@dataclass(frozen=True)
class Reading:
    """A file being read."""

    pieces: Iterator[pa.Table]  # its rows, in the columns of its own layout
    select: str = "SELECT * FROM piece"  # makes staged rows of them


def from_messages(rows: Iterable[tuple[int, Message | str]]) -> pa.Table:
    """The staged rows of pairs (line number, message, or why the row is refused)."""
    return pa.Table.from_pylist([_row(line, message) for line, message in rows], schema=STAGED)


def _row(line: int, message: Message | str) -> dict[str, object]:
    if isinstance(message, str):
        return {"line": line, "refusal": message}
    row: dict[str, object] = {**vars(message), "line": line}
    row["mentioned_handles"] = [handle.lower() for handle in message.mentioned_handles]
    row["mentioned_ids"] = list(message.mentioned_ids)
    for instant in ("sent_at", "deleted_at"):
        value = getattr(message, instant)
        row[instant] = value and value.replace(tzinfo=None)
    return row
