"""X: what citizens write to an account, and what it writes.

Posts are paid for one by one, so nothing is asked for that is not needed: no authors, which cost
more than posts, and nothing that was seen before. What X does not show it does not mention either:
a timeline ends after its newest 800 mentions or 3,200 posts as if there were no more, and of these
it leaves out what was deleted or is hidden. So an end is believed only where that is not possible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import Capabilities, Interval, Page, Refused, Stopped
from socialscore.collectors.http import Refusal
from socialscore.collectors.mapping import mapped, placed
from socialscore.collectors.paging import SECOND, Order, Walk
from socialscore.collectors.twitter.api import LOOKUP_SIZE, PAGE_SIZE, REACH, TwitterApi
from socialscore.collectors.twitter.estimate import check, estimate
from socialscore.collectors.twitter.listing import Listing, items_of, moment_of, written_at
from socialscore.collectors.twitter.prices import x_prices
from socialscore.collectors.twitter.refusals import of_list
from socialscore.errors import ProtocolDrift
from socialscore.payloads.twitter import Included, to_message
from socialscore.payloads.values import as_object, as_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from socialscore.collectors.base import (
        CollectionPlan,
        CredentialFinding,
        Estimate,
        Options,
        Outside,
        Task,
    )
    from socialscore.collectors.http import Answer
    from socialscore.model.messages import Account, Message

    Json = Mapping[str, Any]

__all__ = ["TwitterCollector"]

_STREAMS = ("inbound", "outbound")
_HIDDEN = 2  # places of a timeline by post that is shown: more are not believed to be hidden
_N_REPLIES = 20  # without any reference, after which it is not by chance


class TwitterCollector:
    """X, with the bearer token of an app; arguments and errors are those of `TwitterApi`."""

    def __init__(self, credentials: Mapping[str, str], options: Options, outside: Outside) -> None:
        self._api = TwitterApi(credentials, options, outside)
        self._prices = x_prices()
        self._may_count = options.count
        self._unbooked = 0.0  # dollars spent since the last page
        self._n_booked = 0  # requests that pages have told of

    def capabilities(self) -> Capabilities:
        """What the strategy shows."""
        most = self._prices.most
        depth = {"inbound": most["mentions"], "outbound": most["posts"]}
        timelines = self._api.strategy == "timelines"
        return Capabilities(
            "twitter",
            _STREAMS,
            reach=dict.fromkeys(_STREAMS, REACH) if self._api.strategy == "recent" else {},
            depth=depth if timelines else {},
        )

    def check(self, accounts: Sequence[Account]) -> list[CredentialFinding]:
        """Whether the token will do, by calls that cost little or nothing."""
        return check(self._api, accounts)

    def estimate(self, plan: CollectionPlan) -> Estimate:
        """What a plan costs; exact where X may be asked to count (`Options.count`)."""
        depth = self.capabilities().depth
        return estimate(self._api, plan, self._prices, depth, may_count=self._may_count)

    def page_cost(self, task: Task) -> float:
        """What a full page costs, with look-ups: that of its account, and any not booked yet."""
        lookup = self._prices.dollars["user"] if self._api.must_look_up(task.account) else 0.0
        return PAGE_SIZE * self._prices.dollars["post"] + lookup + self._unbooked

    def pages(self, task: Task) -> Iterator[Page]:
        """The pages of a task: see `Collector.pages`."""
        interval, reached = task.interval, self._api.reached()
        if task.n_newer >= self._depth(task):
            raise Stopped("cap-reached")
        clipped = Interval(max(interval.since, reached), interval.until)
        if clipped.since < clipped.until:
            yield from self._list(task, clipped)
        if self.capabilities().reach and interval.since < reached:
            raise Stopped("out-of-reach", min(reached, interval.until))

    def _list(self, task: Task, interval: Interval) -> Iterator[Page]:
        walk, order, replies = Walk(), Order(), _Replies()
        self._n_booked = self._api.wire.n_requests
        n_users = self._api.resolve([task.account])
        self._unbooked += n_users * self._prices.dollars["user"]
        room = self._depth(task) - _HIDDEN * task.n_newer - task.n_walked
        cursor: str | None = None
        while True:
            answer = self._api.page(task.account, task.stream, interval, cursor)
            if refusal := of_list(answer):
                raise self._api.wire.error(refusal, answer)
            listing = Listing.of(answer.body)
            ids = [str(post.get("id")) for post in listing.posts]
            new = (post for post in listing.posts if str(post.get("id")) not in walk.ids)
            reached = order.continued(map(written_at, new))
            room -= max(PAGE_SIZE, listing.n_items)
            cursor = listing.cursor
            ends = not cursor and (room <= 0 or listing.n_items < PAGE_SIZE)
            yield self._page(task, answer, listing, reached, last=ends)
            if drift := listing.drift or replies.drift(task, listing.posts):
                raise self._api.wire.error(Refusal(ProtocolDrift, drift), answer)
            if ends:
                break
            if not cursor:  # the end, or a page that does not say what follows: time tells which
                interval = _before(interval, reached)
                if interval.since >= interval.until:
                    return
            walk.on(ids, cursor or interval)
        if room <= 0:
            raise Stopped("cap-reached")

    def _depth(self, task: Task) -> float:
        """How many places of a stream can be seen, counted from its newest."""
        return self.capabilities().depth.get(task.stream, math.inf)

    def _page(
        self, task: Task, answer: Answer, listing: Listing, oldest: datetime | None, *, last: bool
    ) -> Page:
        cost = self._unbooked + listing.n_items * self._prices.dollars["post"]
        n_requests = self._api.wire.n_requests - self._n_booked
        self._unbooked, self._n_booked = 0.0, self._api.wire.n_requests
        return Page(
            task,
            payload=answer.body if isinstance(answer.body, dict) else {"unknown": answer.body},
            n_items=listing.n_items,
            oldest=oldest,
            cost=cost,
            n_requests=n_requests,
            answered_at=answer.answered_at,
            last=last,
            n_places=max(PAGE_SIZE, listing.n_items),
        )

    def messages(self, page: Page) -> list[Message | Refused]:
        """The posts of a page, and what X says that it left out."""
        listing = Listing.of(page.payload)
        if drift := listing.drift or _Replies().drift(page.task, listing.posts):
            raise ProtocolDrift("twitter", "", drift)
        included, posts = Included.of(page.payload), [*map(as_object, items_of(page.payload))]
        moments = [moment_of(post) for post in posts]
        found = [
            mapped(post.get("id"), partial(_message, post, included, page.task)) for post in posts
        ]
        found = placed(found, moments, page.task.interval)
        for lack in as_objects(page.payload.get("errors")):
            left_out = lack.get("resource_id") or lack.get("value") or "?"
            why = str(lack.get("title") or "an error of X's")
            found.append(Refused(str(left_out)[:100], why[:100]))
        return found

    def exist(self, account: Account, message_ids: Sequence[str]) -> set[str]:  # noqa: ARG002 - by id alone
        """Those of the posts that X still shows, whosever they are; each shown is paid for."""
        found: set[str] = set()
        for first in range(0, len(message_ids), LOOKUP_SIZE):
            answer = self._api.posts(message_ids[first : first + LOOKUP_SIZE])
            shown = {str(post.get("id")) for post in as_objects(answer.said.get("data"))}
            lacks = as_objects(answer.said.get("errors"))
            told = {str(lack.get("resource_id") or lack.get("value")) for lack in lacks}
            if unknown := {*message_ids[first : first + LOOKUP_SIZE]} - shown - told:
                drift = f"the answer does not say what became of {len(unknown)} posts"
                raise self._api.wire.error(Refusal(ProtocolDrift, drift), answer)
            self._unbooked += len(shown) * self._prices.dollars["post"]
            found |= shown
        return found.intersection(message_ids)


def _message(post: Json, included: Included, task: Task) -> Message:
    message = to_message(post, included)
    if task.stream == "outbound" and message.author_id != task.account.account_id:
        # The panel knows the account by its handle alone, and this is what it wrote.
        return replace(message, author_handle=task.account.handle)
    return message


def _before(interval: Interval, reached: datetime | None) -> Interval:
    """What of an interval lies before the moment that a list has reached."""
    if reached is None:  # the list says neither what follows nor how far it has come
        raise Stopped("no-cursor")
    return replace(interval, until=min(interval.until, reached + SECOND))


@dataclass
class _Replies:
    """A canary: an account that answers people has posts that say what they answer."""

    n_replies: int = 0
    n_references: int = 0

    def drift(self, task: Task, posts: Sequence[Json]) -> str | None:
        """What is wrong if none of many replies says it any more."""
        if task.stream != "outbound":
            return None  # citizens often begin with a handle without answering anything
        for post in posts:
            own = post.get("in_reply_to_user_id") in (None, post.get("author_id"))
            self.n_replies += not own or str(post.get("text", "")).startswith("@")
            self.n_references += bool(post.get("referenced_posts") or post.get("referenced_tweets"))
        if self.n_replies >= _N_REPLIES and not self.n_references:
            return f"none of {self.n_replies} replies says any more what it answers"
        return None
