"""What a ranking is counted from, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from socialscore.engines.duckdb import DuckDB
from socialscore.model.period import utc
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

    from socialscore.engines.base import Engine

    Pseudonym = Callable[[str, str], str]

__all__ = ["MessageSource", "MessageTable", "Messages"]


class Messages(Protocol):
    """Where messages come from: a store, or a table in memory."""

    def messages(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """A table, or the Parquet files, with at least all messages of `[first, last]`."""

    def coverage(self) -> pa.Table:
        """What was in view, and when."""


@dataclass(frozen=True)
class MessageTable:
    """Messages in memory, in the columns of the store."""

    table: pa.Table
    covered: pa.Table

    def messages(self, first: datetime, last: datetime) -> pa.Table:
        """The messages of `[first, last]`."""
        import pyarrow.compute as pc  # takes its time, and a ranking of a store does without

        sent_at = pc.field("sent_at")
        return self.table.filter((sent_at >= utc(first)) & (sent_at <= utc(last)))

    def coverage(self) -> pa.Table:
        """What was in view, and when."""
        return self.covered


@dataclass(frozen=True)
class MessageSource:
    """Messages, with what it takes to count them."""

    messages: Messages
    # From network and author to the identifier under which the store knows the author; needed where
    # a ranking ignores authors.
    pseudonym: Pseudonym | None = None
    beside: Sequence[Path] = ()  # the files beside which calendars are looked for
    engine: Callable[[], Engine] = DuckDB  # makes what runs the statements
    # An instant, to count the messages as the store knew them then: without what came, or was seen
    # to be deleted, since.
    seen_until: datetime | None = None
    rulebook: str | None = None  # as in `ask`

    def stored(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """All that is stored of `[first, last]` at least, whenever it came, for an engine."""
        found = self.messages.messages(first, last)
        return found if len(found) else MESSAGE.empty_table()

    def coverage(self) -> pa.Table:
        """What was in view, as far as it was noted by `seen_until`."""
        rows = self.messages.coverage()
        if self.seen_until is None:
            return rows
        import pyarrow.compute as pc

        return rows.filter(pc.field("collected_at") <= utc(self.seen_until))
