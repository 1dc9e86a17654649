"""A collector over messages in memory, which does what a script of faults says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import (
    Capabilities,
    CollectionPlan,
    CredentialFinding,
    Estimate,
    Interval,
    Page,
    Refused,
    Stopped,
    Task,
)
from socialscore.errors import ProtocolDrift
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

VILLE = Account("twitter", "1", "montsabran")
METRO = Account("twitter", "2", "valdoine")
PANEL = Panel(
    "scripted",
    (Body("metro", "Métro de Valdoine", "", (METRO,)), Body("ville", "Montsabran", "", (VILLE,))),
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

Fault = Exception | None


def inbound(number: int, when: datetime, *to: Account, text: str = "Quand ?") -> Message:
    """A citizen's message to one or more accounts."""
    return Message(
        "twitter",
        str(1_000_000 + number),
        f"citizen-{number % 7}",
        when,
        f"{' '.join(f'@{each.handle}' for each in to)} {text}",
        "mention",
        language="fr",  # with others unknown, the rules of all languages would be compiled
        conversation_id=str(1_000_000 + number),
        mentioned_handles=tuple(each.handle for each in to),
    )


def outbound(number: int, when: datetime, author: Account, to: Message | None = None) -> Message:
    """A message that an account wrote, in answer to a citizen's where one is given."""
    return Message(
        "twitter",
        str(2_000_000 + number),
        author.account_id,
        when,
        "Demain.",
        "reply" if to else "post",
        author_handle=author.handle,
        language="fr",
        reply_to_id=to and to.message_id,
        reply_to_author_id=to and to.author_id,
    )


@dataclass
class World:
    """What there is to collect: messages by account and stream."""

    streams: dict[tuple[str, str], list[Message]]

    @classmethod
    def busy(cls, n: int = 57, now: datetime = NOW) -> World:
        """`n` messages of citizens to each account in 20 days, some in one second, and answers."""
        streams: dict[tuple[str, str], list[Message]] = {}
        for place, account in enumerate((VILLE, METRO)):
            asked = [
                inbound(
                    1_000 * place + number, now - timedelta(hours=8.0 * (number // 2 + 1)), account
                )
                for number in range(n)
            ]
            answered = [
                outbound(
                    1_000 * place + number, message.sent_at + timedelta(hours=1), account, message
                )
                for number, message in enumerate(asked)
                if number % 3 == 0
            ]
            streams[account.account_id, "inbound"] = asked
            streams[account.account_id, "outbound"] = answered
        to_both = inbound(9_999, now - timedelta(days=3, minutes=5), VILLE, METRO)
        for account in (VILLE, METRO):
            streams[account.account_id, "inbound"].append(to_both)
        return cls(streams)

    def of(self, task: Task) -> list[Message]:
        """The messages of a task's interval, newest first."""
        streams = ("inbound", "outbound") if task.stream == "all" else (task.stream,)
        found = [
            message
            for stream in streams
            for message in self.streams.get((task.account.account_id, stream), ())
            if task.interval.since <= message.sent_at < task.interval.until
        ]
        return sorted(found, key=lambda m: (m.sent_at, m.message_id), reverse=True)


@dataclass
class Scripted:
    """A network that serves a world in pages.

    Before each page it takes the next fault of its script; when the script is over, all goes well.
    """

    world: World
    size: int = 10
    faults: list[Fault] = field(default_factory=list)
    limits: Capabilities = field(
        default_factory=lambda: Capabilities("twitter", ("inbound", "outbound"))
    )
    price: float = 0.0  # of one message
    orderly: bool = True  # pages say how far back they are complete
    gone: set[str] = field(default_factory=set)  # messages that are no longer shown
    unreadable: set[str] = field(default_factory=set)  # messages that spoil their page
    on_page: Callable[[], object] = lambda: None  # called when a page has been paid for
    served: Counter[tuple[str, str]] = field(default_factory=Counter)  # by task name and id
    calls: list[Task] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return self.limits

    def check(self, accounts: Sequence[Account]) -> list[CredentialFinding]:
        return [CredentialFinding(True, account.handle, "is there") for account in accounts]

    def estimate(self, plan: CollectionPlan) -> Estimate:
        n_items = sum(len(self.world.of(task)) for task in plan.tasks)
        return Estimate(n_items, n_items, 0.0, n_items * self.price, "2026-11-01", True)

    def page_cost(self, task: Task) -> float:  # noqa: ARG002 - all cost the same
        return self.price * self.size

    def pages(self, task: Task) -> Iterator[Page]:
        messages = self.world.of(task)
        if task.n_newer >= self.limits.depth.get(task.stream, task.n_newer + 1):
            raise Stopped("cap-reached")
        room = self.limits.depth.get(task.stream, 10**9) - task.n_newer - task.n_walked
        for start in range(0, max(len(messages), 1), self.size):
            self.calls.append(task)
            if self.faults and (fault := self.faults.pop(0)):
                raise fault
            some = messages[start : start + self.size][: max(room - start, 0)]
            self.served.update((task.name, message.message_id) for message in some)
            self.on_page()
            yield Page(
                task,
                {"data": [_payload(message) for message in some]},
                len(some),
                some[-1].sent_at if some and self.orderly else None,
                len(some) * self.price,
                last=start + self.size >= len(messages),
                n_places=len(some),
            )
            if start + len(some) < len(messages) and start + len(some) >= room:
                raise Stopped("cap-reached")

    def messages(self, page: Page) -> list[Message | Refused]:
        if any(payload["message_id"] in self.unreadable for payload in page.payload["data"]):
            raise ProtocolDrift("twitter", "GET /somewhere", "speaks in tongues")
        items = [_item(payload) for payload in page.payload["data"]]
        return [_between(items, place, page.task.interval) for place in range(len(items))]

    def exist(self, account: Account, message_ids: Sequence[str]) -> set[str]:
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        assert account in (VILLE, METRO)
        return set(message_ids) - self.gone


def _between(items: Sequence[Message | Refused], place: int, wanted: Interval) -> Message | Refused:
    """An item; one that was refused with the time between its neighbours."""
    if isinstance(item := items[place], Message):
        return item
    older = (each.sent_at for each in items[place:] if isinstance(each, Message))
    newer = (each.sent_at for each in items[place::-1] if isinstance(each, Message))
    span = Interval(next(older, wanted.since), next(newer, wanted.until) + timedelta(seconds=1))
    return replace(item, span=span)


def _payload(message: Message) -> dict[str, Any]:
    told = {name: value for name, value in vars(message).items() if value is not None}
    return told | {"sent_at": message.sent_at.isoformat()}


def _item(payload: dict[str, Any]) -> Message | Refused:
    if not payload.get("text"):
        return Refused(payload["message_id"], "no text")
    lists = {name: tuple(payload[name]) for name in ("mentioned_handles", "mentioned_ids")}
    sent_at = datetime.fromisoformat(payload["sent_at"])
    return Message(**payload | lists | {"sent_at": sent_at})
