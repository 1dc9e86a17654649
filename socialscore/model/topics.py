"""What requests are about, in counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["FEWEST_AUTHORS", "OTHER", "WITHOUT_TEXT", "TopicCounts", "TopicLine"]

FEWEST_AUTHORS = 10
"""People who must have written about a topic, and used a word, before it is shown."""

OTHER = "other"
"""The label of the requests that fit no topic."""

WITHOUT_TEXT = "no text"
"""The label of the requests that have no text, or whose text has expired."""


@dataclass(frozen=True)
class TopicLine:
    """The matured requests about one topic, to one body or to all bodies of a category."""

    category: str  # empty: the line is a body's
    body_id: str  # empty: the line is a category's
    topic: str  # its words, the most telling first, separated by spaces; or one of the labels above
    n_authors: int
    n_requests: int  # matured, at least one
    n_answered: int
    response_rate: float
    wilson_low: float  # of its 95 % interval
    wilson_high: float
    median_wait: float | None  # seconds, on the ranking's clock; None: longer than the horizon
    median_wait_low: float | None  # of its 95 % interval; None: beyond what was watched
    median_wait_high: float | None

    @property
    def is_topic(self) -> bool:
        """Whether the requests have something in common."""
        return self.topic not in (OTHER, WITHOUT_TEXT)


@dataclass(frozen=True)
class TopicCounts:
    """The topics of the requests of a period."""

    since: datetime  # aware, in the ranking's timezone
    until: datetime  # exclusive
    lines: tuple[TopicLine, ...]  # topics by number of people, then OTHER, then WITHOUT_TEXT
