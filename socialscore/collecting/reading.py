"""Reading a page: whatever is wrong with it is the network's drift, and never the end of a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from socialscore.collecting.intervals import meets
from socialscore.collectors.base import Refused
from socialscore.collectors.paging import spans
from socialscore.errors import ProtocolDrift, SocialscoreError
from socialscore.model.messages import Message
from socialscore.model.period import CLOCKS_DIFFER, PLAUSIBLE_YEARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.collectors.base import Collector, Interval, Page

__all__ = ["lacking", "read", "unreadable"]

_TOLERATED = 5  # of so many messages one may be refused; of more, the network speaks differently


def read(
    collector: Collector, page: Page, expected: Sequence[Interval] = ()
) -> list[Message | Refused]:
    """The items of a page.

    Args:
        collector: whose page it is.
        page: as it came.
        expected: where it is known that messages cannot be read.

    Raises:
        ProtocolDrift: the mapping fails, or refuses more than one message in five.
    """
    network = page.task.account.network
    try:
        items = _dated(collector.messages(page), page)
    except (SocialscoreError, MemoryError):
        raise
    except Exception as error:
        raise unreadable(network, error) from error
    lacks = [item for item in lacking(items) if item.span and not meets(item.span, expected)]
    n_messages = sum(isinstance(item, Message) for item in items) + len(lacks)
    if len(lacks) * _TOLERATED > n_messages:
        reasons = Counter(item.reason for item in lacks).most_common()
        why = ", ".join(f"{reason} ({n:,})" for reason, n in reasons)
        problem = f"{len(lacks):,} of the {n_messages:,} messages of a page cannot be read: {why}"
        raise ProtocolDrift(network, "", problem)
    return items


def lacking(items: Sequence[Message | Refused]) -> list[Refused]:
    """The items that were refused though they are messages."""
    return [item for item in items if isinstance(item, Refused) and item.span]


def unreadable(network: str, error: Exception) -> ProtocolDrift:
    """What it means that code of ours fails on what a network sent; of that it says nothing."""
    at = extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}"
    return ProtocolDrift(network, "", f"an answer cannot be read ({place})")


def _dated(items: Sequence[Message | Refused], page: Page) -> list[Message | Refused]:
    """The items, without those whose date is a mistake: these are from between their neighbours."""
    problems = [_misdated(item, page) for item in items]
    moments = [
        item.sent_at if isinstance(item, Message) and not problem else None
        for item, problem in zip(items, problems, strict=True)
    ]
    between = spans(moments, page.task.interval)
    return [
        Refused(item.message_id, problem, span) if isinstance(item, Message) and problem else item
        for item, problem, span in zip(items, problems, between, strict=True)
    ]


def _misdated(item: Message | Refused, page: Page) -> str | None:
    """What is wrong with the date of a message."""
    if isinstance(item, Refused):
        return None
    latest = page.answered_at and page.answered_at + CLOCKS_DIFFER
    is_later = bool(latest and item.sent_at > latest)
    if item.sent_at.year in PLAUSIBLE_YEARS and not is_later:
        return None
    return f"dated {item.sent_at:%Y-%m-%d}{', later than now' if is_later else ''}"
