"""What every collector offers: one interface over networks that differ in everything else.

A collector asks a network for one page at a time and hands it on as it came; it knows neither the
store nor the clock nor the journal. Whoever drives it (`socialscore.collecting`) makes each page
durable before the next is asked for.

Time is collected backwards in intervals: a stream of an account is wanted from `since` to `until`,
and networks give the newest first. What is missing of an interval after a run is seen from the
coverage, so there is no other cursor to keep.

What a collector raises says how much is refused. `AuthError` is about the credentials or their app:
the same credentials will fare no better with another account. `PermissionDenied` and `Gone` are
about one account, `ProtocolDrift` is about one stream of it: the others may be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from socialscore.model.messages import Account, Message

__all__ = [
    "LONGEST_WAIT",
    "RATE_LIMIT_WAIT",
    "Capabilities",
    "CollectionPlan",
    "Collector",
    "CredentialFinding",
    "Estimate",
    "Interval",
    "Options",
    "Outside",
    "Page",
    "Refused",
    "Stopped",
    "Task",
]

Json = dict[str, Any]

RATE_LIMIT_WAIT = timedelta(minutes=15)
"""The longest that is usually waited for a rate limit: X's last no longer."""

LONGEST_WAIT = timedelta(hours=24)
"""The longest that is ever waited, whatever a network says."""


@dataclass(frozen=True)
class Interval:
    """`[since, until)`: both aware, UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Task:
    """One stream of one account, wanted for one interval."""

    account: Account
    stream: str  # one of Capabilities.streams
    interval: Interval
    # Messages of the stream after the interval that the store has: caps count them, and as many
    # that were deleted or are hidden as nobody knows.
    n_newer: int = 0
    n_walked: int = 0  # places of the list after the interval that this run has walked: `n_places`

    @property
    def name(self) -> str:
        """Of its journal, and in messages to people: `twitter-123-inbound`."""
        return f"{self.account.network}-{self.account.account_id}-{self.stream}"


@dataclass(frozen=True)
class CollectionPlan:
    """Everything that a run wants of one network, in order."""

    tasks: tuple[Task, ...]
    beyond: tuple[Task, ...] = ()  # wanted too, but further back than the network shows


@dataclass(frozen=True)
class Page:
    """What one call brought.

    `payload` is the network's JSON with nothing in it that is secret; it goes to the journal and is
    mapped by `Collector.messages` afterwards, so that a page that cannot be mapped is not lost.
    """

    task: Task
    payload: Json
    n_items: int
    # With this page and those before it the stream is complete from here, aware, UTC; what shares
    # its second may still follow. None: the page is empty, or says nothing yet.
    oldest: datetime | None
    cost: float  # US dollars, by the price list; 0 where the network charges nothing
    n_requests: int = 1  # calls that it took, retries and waits included
    answered_at: datetime | None = None  # by the network's clock, aware, UTC
    last: bool = False  # known to be the task's last: what follows costs nothing
    # Places of the network's list that it took up at most: caps count hidden items as well.
    n_places: int = 0


@dataclass(frozen=True)
class Refused:
    """An item of a page that cannot be a message."""

    item_id: str  # the network's identifier, or `?`
    reason: str
    # When it was written, as far as its neighbours tell: a message of that time is missing. None:
    # none is, since what was refused is no message.
    span: Interval | None = None


@dataclass(frozen=True)
class Capabilities:
    """What a network lets us see."""

    network: str
    streams: tuple[str, ...]  # inbound and outbound, or `all` where calls bring both at once
    reach: Mapping[str, timedelta] = field(default_factory=dict)  # by stream; absent: everything
    depth: Mapping[str, int] = field(default_factory=dict)  # newest items, by stream; absent: all
    one_credential: bool = True  # the same for all accounts: one that is refused ends the run


@dataclass(frozen=True)
class Estimate:
    """What a plan will take, at most."""

    n_requests: int
    n_items: int | None  # None: nobody can tell
    seconds: float  # by the rate limits
    dollars: float
    prices_of: str  # the date of the price list, 2026-11-01
    exact: bool  # the network counted the items; otherwise they are the most that it may give


@dataclass(frozen=True)
class CredentialFinding:
    """One line of `socialscore auth check`."""

    good: bool
    about: str  # what was looked at: token, scope pages_read_user_content, credit, Graph version
    says: str  # what is the matter, and the way out


@dataclass(frozen=True)
class Options:
    """How a network is to be asked."""

    address: str | None = None  # to ask instead of the network's own: https, or loopback
    settings: Mapping[str, str] = field(default_factory=dict)  # that it declares, by name
    max_wait: timedelta = RATE_LIMIT_WAIT  # the longest that a rate limit is waited for
    deadline: float = 60.0  # seconds that one call may take, however it goes on
    count: bool = False  # an estimate may ask how many items there are, which may cost a little


@dataclass(frozen=True)
class Outside:
    """The clock and the waits of whoever runs a collector, which itself has neither."""

    now: Callable[[], datetime]  # aware, UTC
    monotonic: Callable[[], float]  # seconds, from anywhere
    sleep: Callable[[float], object]  # seconds; raises if it is interrupted
    # Until when, and why: shows both, and raises if it is interrupted.
    wait: Callable[[datetime, str], object]
    chance: Callable[[], float]  # from 0 to 1, any as likely: spreads what is tried again


class Stopped(Exception):
    """The depth or the reach of a network ended a task before its interval was complete.

    Args:
        reason: of the gap that remains: `cap-reached`, `out-of-reach`, `repeated-cursor`,
            `no-new-items`, `no-cursor`.
        complete_from: the instant from which everything was seen, where that is not told by the
            `oldest` of the last page, such as the edge of what a search reaches.
    """

    def __init__(self, reason: str, complete_from: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.complete_from = complete_from


class Collector(Protocol):
    """A network, as `socialscore collect` sees it."""

    def capabilities(self) -> Capabilities:
        """What can be seen, and how far back."""

    def check(self, accounts: Sequence[Account]) -> list[CredentialFinding]:
        """The cheapest calls that tell whether the credentials will do."""

    def estimate(self, plan: CollectionPlan) -> Estimate:
        """What a plan will take; asks the network to count where that costs next to nothing."""

    def page_cost(self, task: Task) -> float:
        """The most that the next page of a task may cost, US dollars."""

    def pages(self, task: Task) -> Iterator[Page]:
        """The pages of a task, newest first, until its interval is complete.

        Raises:
            Stopped: the network gives no more, though the interval is not complete.
            NetworkError: it refused or failed for longer than we try.
        """

    def messages(self, page: Page) -> list[Message | Refused]:
        """The items of a page, mapped; pure.

        Raises:
            ProtocolDrift: the page is in a shape that cannot be mapped.
        """

    def exist(self, account: Account, message_ids: Sequence[str]) -> set[str]:
        """Those of the messages that the network still shows."""
