"""Requests that nobody has answered, as of the end of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from socialscore.model.messages import Body

__all__ = ["Unanswered", "UnansweredRequest"]


@dataclass(frozen=True)
class UnansweredRequest:
    """A request without a response."""

    body: Body
    network: str
    handle: str  # of the account that was addressed, as it was called then
    message_id: str  # the first message of the request
    permalink: str | None  # its address on the network; None: the identifier does not tell it
    asked_at: datetime  # aware, in the ranking's timezone
    age_seconds: float  # since it was asked, at all hours
    open_age_seconds: float | None  # in opening hours only; None: the body has no calendar
    watched_until: datetime | None  # the end of its horizon, aware; None: it has no horizon
    # Until when the body promises an answer, aware; None: it promises nothing, or that is far away.
    promised_until: datetime | None
    is_pending: bool  # its horizon is not over
    is_unwatched: bool  # not all that the body wrote since was in view: an answer may be unseen
    rule_id: str | None  # of the language rule that selected it; None: no rule was needed
    n_asked_again: int  # later messages of its author to the body
    text: str | None = None  # of its first message; None: nobody asked for it, or it has expired

    @property
    def still_counts(self) -> bool:
        """Whether an answer would count: the horizon is not over, or there is none."""
        return self.is_pending or self.watched_until is None


@dataclass(frozen=True)
class Unanswered:
    """The requests of a time that have no response."""

    body: Body | None  # whose; None: those of all bodies
    since: datetime  # aware, in the ranking's timezone: none was asked earlier
    until: datetime  # likewise: none was asked later
    as_of: datetime  # likewise: where the data end
    clock: str  # the ranking's: calendar or business
    selection: str
    requests: tuple[UnansweredRequest, ...]  # oldest first
    gaps: Mapping[str, float]  # by body_id, the share in view where it is less than min_coverage

    def is_past_promise(self, request: UnansweredRequest) -> bool:
        """Whether the time is over within which the body promises an answer."""
        return request.promised_until is not None and request.promised_until < self.as_of

    def age(self, request: UnansweredRequest) -> float | None:
        """Seconds on the ranking's clock; None: the body has no calendar."""
        on_calendar = self.clock == "calendar"
        return request.age_seconds if on_calendar else request.open_age_seconds
