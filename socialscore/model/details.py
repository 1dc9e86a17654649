"""What a scoreboard does not say of a body: its networks, its hours, and how long people wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialscore.model.topics import TopicLine

__all__ = ["Details", "HourLine", "NetworkLine", "WaitLine"]


@dataclass(frozen=True)
class NetworkLine:
    """A body on one network."""

    body_id: str
    network: str
    n_requests: int  # matured, at least one
    n_answered: int
    n_redirected: int  # of the answered
    response_rate: float
    wilson_low: float  # of its 95 % interval
    wilson_high: float


@dataclass(frozen=True)
class HourLine:
    """An hour of the week, over 13 weeks, in which a body was asked something."""

    body_id: str
    weekday: int  # 1 is Monday, as ISO 8601 has it
    hour: int  # 0 to 23, in the ranking's timezone
    n_requests: int  # matured, at least five
    n_answered: int


@dataclass(frozen=True)
class WaitLine:
    """A point of the curve of who still waits."""

    body_id: str
    after_seconds: int
    waiting: float  # share of requests without a response by then (Kaplan–Meier), 0 to 1


@dataclass(frozen=True)
class Details:
    """Lines in order of body, and then of network, hour and time; those of topics as counted."""

    networks: tuple[NetworkLine, ...] = ()
    hours: tuple[HourLine, ...] = ()
    waits: tuple[WaitLine, ...] = ()
    topics: tuple[TopicLine, ...] | None = None  # None: the ranking keeps none
