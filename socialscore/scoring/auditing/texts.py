"""What people read of the requests of an audit, and of the replies to them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.model.audit import SheetRow
from socialscore.model.period import EARLIEST, LATEST
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring.execution import run
from socialscore.scoring.statement import compose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from socialscore.scoring.auditing.source import AuditSource

    Row = Mapping[str, Any]
    Request = tuple[str, str, str]  # body_id, network and request_id
    Key = tuple[str, str]  # network and message_id

__all__ = ["of_replies", "of_requests"]

_SKEW = timedelta(minutes=1)  # by which a response may be dated before what it answers
_MOST_BEFORE = 6  # messages of the thread that are shown before a request
_NO_TEXT = "(no text, or it has expired)"


def of_requests(source: AuditSource, chosen: Iterable[Row]) -> list[SheetRow]:
    """The text of each request and what came before it, in the order of their rows."""
    requests = _requests(source, chosen)
    threads = _Threads.around(source, requests.values())
    return [
        _sheet_row(source, row, first, threads.before(row["body_id"], first), _text(requests, row))
        for row in _in_order(chosen)
        for first in requests[_request(row)][:1]
    ]


def of_replies(source: AuditSource, chosen: Iterable[Row]) -> list[SheetRow]:
    """The text of the response to each request and that of the request, likewise.

    Without those that have no text, or whose text has expired.
    """
    requests = _requests(source, chosen)
    found = _thread(source, (row["response_id"] for row in chosen if row["response_id"]), ())
    return [
        _sheet_row(source, row, reply, _text(requests, row), reply["message_text"])
        for row in _in_order(chosen)
        if (reply := found.get((row["network"], row["response_id"]))) and _is_written(reply)
    ]


def _sheet_row(source: AuditSource, row: Row, about: Row, context: str, text: str) -> SheetRow:
    """A row of a sheet; `about` is the message whose time it tells."""
    name = next(it.name for it in source.panel.bodies if it.body_id == row["body_id"])
    sent_at: datetime = about["sent_at"].replace(tzinfo=UTC)
    local = sent_at.astimezone(source.ranking.zone)
    return SheetRow(row["row"], name, row["network"], local, context, text)


def _in_order(chosen: Iterable[Row]) -> list[Row]:
    return sorted(chosen, key=lambda row: str(row["row"]))


def _text(requests: Mapping[Request, Sequence[Row]], row: Row) -> str:
    return "\n\n".join(_shown(it) for it in requests[_request(row)])


def _shown(message: Row) -> str:
    return str(message["message_text"]) if _is_written(message) else _NO_TEXT


def _is_written(message: Row) -> bool:
    return bool((message["message_text"] or "").strip())


def _request(row: Row) -> Request:
    return row["body_id"], row["network"], row["request_id"]


def _requests(source: AuditSource, chosen: Iterable[Row]) -> dict[Request, list[Row]]:
    """The messages of each request, in order of time."""
    ids = sorted({row["request_id"] for row in chosen})
    rows = run(source.question("audit_message", request_ids=ids), source.messages)
    found: dict[Request, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["sent_at"], row["message_id"])):
        found[_request(row)].append(row)
    return found


@retry_reading
def _thread(
    source: AuditSource, message_ids: Iterable[str], conversation_ids: Iterable[str]
) -> dict[Key, Row]:
    """Messages by their identifiers, and those of whole threads, whenever they were sent."""
    with source.messages.engine() as running:
        running.relation("message", source.messages.stored(EARLIEST, LATEST))
        rows = running.query(
            compose((), {}, target="thread"),
            {
                "message_ids": sorted(set(message_ids)),
                "conversation_ids": sorted(set(conversation_ids)),
            },
        )
    return {(row["network"], row["message_id"]): row for row in rows}


@dataclass(frozen=True)
class _Threads:
    """What the store has of the threads in which requests were written."""

    names: Mapping[str, str]  # of bodies by body_id
    authors: Mapping[Key, str]  # body_id by network and account_id
    found: Mapping[Key, Row]
    threads: Mapping[Key, Sequence[Row]]  # by network and conversation_id, in order of time

    @classmethod
    def around(cls, source: AuditSource, requests: Iterable[Sequence[Row]]) -> _Threads:
        firsts = [messages[0] for messages in requests]
        found = _thread(
            source,
            (it["reply_to_id"] for it in firsts if it["reply_to_id"]),
            (it["conversation_id"] for it in firsts if it["conversation_id"]),
        )
        threads: dict[Key, list[Row]] = defaultdict(list)
        for row in sorted(found.values(), key=lambda row: (row["sent_at"], row["message_id"])):
            threads[row["network"], row["conversation_id"]].append(row)
        return cls(
            {body.body_id: body.name for body in source.panel.bodies},
            {(it.network, it.account_id): body.body_id for body, it in source.panel.accounts()},
            found,
            threads,
        )

    def before(self, body_id: str, first: Row) -> str:
        """What came before a request, a line per message; what answers it is not there.

        Args:
            body_id: to whom it was addressed.
            first: its first message.
        """
        return "\n".join(self._lines(body_id, first))

    def _lines(self, body_id: str, first: Row) -> Iterator[str]:
        network, replied_to = first["network"], first["reply_to_id"]
        parent = self.found.get((network, replied_to))
        thread = [it for it in self._thread(first) if self._came_before(it, first, body_id)]
        shown = thread[-_MOST_BEFORE:]
        if parent and parent not in shown:
            shown = [parent, *shown]
        if replied_to and not parent:
            yield "(replies to a message that the store does not have)"
        if n_others := len([it for it in thread if it not in shown]):
            yield f"({n_others:,} more before)"
        for it in shown:
            mark = "↳ " if it is parent else ""
            yield f"{mark}{self._who(it, first)}: {_shown(it)}"

    def _thread(self, first: Row) -> Sequence[Row]:
        if first["conversation_id"] is None:
            return ()
        return self.threads.get((first["network"], first["conversation_id"]), ())

    def _came_before(self, it: Row, first: Row, body_id: str) -> bool:
        """Whether a message is surely older than a request, and so no response to it."""
        is_own = self.authors.get((it["network"], it["author_id"])) == body_id
        margin = _SKEW if is_own else timedelta()
        return bool(it["sent_at"] < first["sent_at"] - margin)

    def _who(self, it: Row, first: Row) -> str:
        body_id = self.authors.get((it["network"], it["author_id"]))
        if body_id is not None:
            return self.names[body_id]
        return "same person" if it["author_id"] == first["author_id"] else "somebody else"
