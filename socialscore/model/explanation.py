"""What an explanation tells: a body's line of a scoreboard, and what became of each message.

Citizens' identifiers are in none of it, not even as pseudonyms.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["Dismissed", "ExplainedMessage", "ExplainedRequest", "Explanation", "Matched"]


@dataclass(frozen=True)
class Matched:
    """The first response to a message."""

    response_id: str
    responded_at: datetime  # aware, UTC
    redirected: bool  # it only sends elsewhere
    matched_by: str  # direct, conversation or loose


@dataclass(frozen=True)
class Dismissed:
    """A reply to a message that is no response."""

    reply_id: str
    replied_at: datetime  # aware, UTC
    reason: str  # automatic, burst, redirect, to-several, too-early, too-late or other-account


@dataclass(frozen=True)
class ExplainedRequest:
    """What became of a request."""

    request_id: str  # its first message
    message_ids: tuple[str, ...]  # of all its messages, in order of time
    asked_at: datetime  # aware, UTC
    started_at: datetime  # from where its delay runs; aware, UTC
    watched_until: datetime | None  # the end of its horizon, aware, UTC; None: it has no horizon
    question_mark: bool  # whether any of its messages has it; likewise the next two
    question: bool
    request: bool
    selected: bool  # by the ranking's selection
    matured: bool
    unwatched: bool  # due, but the body's messages were not in view to the end of its horizon
    in_time: bool  # it has a response within the horizon
    response_id: str | None  # the first response to any of its messages
    responded_at: datetime | None  # aware, UTC
    redirected: bool  # that only sends elsewhere
    delay_seconds: float | None  # on the ranking's clock; None: no response within the horizon
    calendar_delay_seconds: float | None  # of a late response, too

    @property
    def outcome(self) -> str:
        """not-selected, unwatched, pending, answered, late or unanswered."""
        if not self.selected:
            return "not-selected"
        if self.unwatched:
            return "unwatched"
        if not self.matured:
            return "pending"
        if self.in_time:
            return "answered"
        return "unanswered" if self.responded_at is None else "late"


@dataclass(frozen=True)
class ExplainedMessage:
    """What became of a message that somebody addressed to the body."""

    network: str
    handle: str  # the account that it addresses, without @
    message_id: str
    sent_at: datetime  # aware, UTC
    reason: str | None  # for which it is left out; None: it counts
    question_mark: bool  # alone, whatever the other messages of its request say
    question: bool
    request: bool
    rule_id: str | None  # the rule that selected it, or passed it over
    belongs_to: ExplainedRequest | None  # None: left out, or it goes on with an earlier request
    began_at: datetime | None  # when that request was asked, as far as was looked back; aware, UTC
    added_too_late: bool  # when its request was no longer watched: it changes nothing
    response: Matched | None
    dismissed: tuple[Dismissed, ...]  # in order of time

    @property
    def outcome(self) -> str:
        """What its request came to; or excluded, or earlier: it goes on with one of before."""
        if self.reason is not None:
            return "excluded"
        return self.belongs_to.outcome if self.belongs_to else "earlier"

    def in_selection(self, selection: str) -> bool:
        """Whether the message, alone, is demand by that selection."""
        flags = {
            "question-mark": self.question_mark,
            "questions": self.question,
            "requests": self.request,
        }
        return flags.get(selection, True)


@dataclass(frozen=True)
class Explanation:
    """How a body came by its line, message by message."""

    scoreboard: Scoreboard  # with all bodies
    score: Score  # the body's line
    calendar: str  # its opening hours, where the clock is business; else empty
    messages: tuple[ExplainedMessage, ...]  # in order of time
    rules: Mapping[str, str]  # what the rules are for, by the rule_id of the messages
    texts: Mapping[tuple[str, str], str] | None = field(default=None, repr=False)
    """By network and message_id, of messages, responses and replies; empty: it is kept no longer.
    None: texts are not to be shown."""

    def in_period(self, message: ExplainedMessage) -> bool:
        """Whether the message was sent in the period; its request may have been asked before."""
        return self.scoreboard.since <= message.sent_at < self.scoreboard.until

    @property
    def n_addressed(self) -> int:
        """The messages of the period."""
        return sum(map(self.in_period, self.messages))

    @property
    def n_excluded(self) -> Mapping[str, int]:
        """The messages of the period that are left out, by reason."""
        return Counter(message.reason for message in self.messages if message.reason)

    @property
    def n_counted(self) -> int:
        """The messages of the period that are not left out."""
        return self.n_addressed - sum(self.n_excluded.values())

    @property
    def n_earlier(self) -> int:
        """Those of them that go on with a request from before the period."""
        return sum(message.outcome == "earlier" for message in self.messages)

    @property
    def n_outside(self) -> int:
        """Messages from outside the period that belong to requests that are counted."""
        return sum(not self.in_period(message) for message in self.messages)

    @property
    def n_redirected(self) -> int:
        """The answered requests whose first response only sends elsewhere."""
        requests = {
            (message.network, message.belongs_to.request_id): message.belongs_to
            for message in self.messages
            if message.belongs_to
        }
        return sum(r.outcome == "answered" and r.redirected for r in requests.values())
