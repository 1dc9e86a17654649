"""What a body, or a whole ranking, is to know of a period on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.model.topics import TopicLine
    from socialscore.model.unanswered import Unanswered

__all__ = ["AnsweredRequest", "Digest", "HourOfDay"]


@dataclass(frozen=True)
class HourOfDay:
    """An hour of all working days, or of all weekends, over 13 weeks."""

    is_weekend: bool
    hour: int  # 0 to 23, in the ranking's timezone
    n_requests: int  # matured, at least five for each body
    n_answered: int
    # How many were asked of one body on one day, as one of them sees it: the mean over requests.
    n_per_day: float

    @property
    def rate(self) -> float:
        """The share that was answered, 0 to 1."""
        return self.n_answered / self.n_requests


@dataclass(frozen=True)
class AnsweredRequest:
    """A request of the period that was answered."""

    network: str
    message_id: str  # the first message of the request
    permalink: str | None  # its address on the network; None: the identifier does not tell it
    asked_at: datetime  # aware, in the ranking's timezone
    wait_seconds: float  # to the first response, at all hours


@dataclass(frozen=True)
class Digest:
    """The figures of a period, what changed, and what is still open."""

    board: Scoreboard  # compared to the period before
    body: Body | None  # whose digest it is; None: that of the ranking
    n_hours: int  # hours in which enough was asked to compare them
    best_hours: tuple[HourOfDay, ...]  # more is answered than otherwise, beyond chance; best first
    worst_hours: tuple[HourOfDay, ...]  # less; worst first
    longest: tuple[AnsweredRequest, ...]  # that waited longest, longest first; of a body alone
    unanswered: Unanswered  # of the last 30 days of the data
    # What most people asked about in these days, by category and number of people; None: nobody
    # looked, for scikit-learn is not installed.
    topics: tuple[TopicLine, ...] | None = None

    @property
    def score(self) -> Score | None:
        """The line of the body."""
        return next((it for it in self.board.scores if it.body == self.body), None)
