"""What a file would be read as, before anything of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["FilePreview", "PreviewColumn", "PreviewRow"]


@dataclass(frozen=True)
class PreviewColumn:
    """A column of ours, and what of the file it is."""

    ours: str  # empty: the file's is not read
    theirs: str
    example: str  # the first value that there is, as in the file


@dataclass(frozen=True)
class PreviewRow:
    """A row as it would be understood."""

    line: int  # of the file, from 1
    refusal: str | None = None  # why it would be refused; it has nothing else then
    sent_at: datetime | None = None  # aware, in the timezone of the ranking; None: not known
    sent_text: str = ""  # as the file says it, where that is not known
    author: str = ""  # the handle, or else the identifier
    written_by: str = ""  # the body of the panel that wrote it; empty: none did
    addressed_to: tuple[str, ...] = ()  # bodies of the panel
    reply_to: str | None = None  # the message that it answers
    kind: str = ""
    rule_id: str | None = None  # the language rule that fits
    response_class: str = ""  # of a message that a body wrote
    text: str = ""


@dataclass(frozen=True)
class FilePreview:
    """What a file would be read as."""

    path: str
    container: str  # in words, such as `CSV with semicolons`
    layout: str  # in words; empty: nobody knows
    columns: tuple[PreviewColumn, ...]
    unread: tuple[str, ...] = ()  # columns of the file that nobody needs
    times: str = ""  # how the file writes them, in words
    rows: tuple[PreviewRow, ...] = ()  # the first ones
    n_rows: int = 0
    n_concerned: int = 0  # messages by or to bodies of the panel
    n_elsewhere: int = 0  # messages that concern no body of it
    n_repeated: int = 0  # rows that say again what an earlier one said
    n_refused: int = 0
    n_damaged: int = 0
    refusals: tuple[tuple[int, str, str], ...] = ()  # line, outcome and reason of the first ones
    first: datetime | None = None  # when the first message was sent, as `PreviewRow.sent_at`
    last: datetime | None = None
    panel: str = ""  # whose messages would be kept, in words
    doubts: tuple[str, ...] = ()  # what is not sure, in sentences
    problem: str = ""  # why it cannot be imported like this; empty: it can
