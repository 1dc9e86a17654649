"""Facebook: the wall of a page, by its own token.

Graph lists posts, and under each its comments; it has no list of what was written in an interval.
So a task reads the posts of its interval and of the 14 days before it, with their comments, and
hands on what was written in the interval. A comment under an older post goes unseen.

The network is asked for nothing but what it gives to a page's own token: of other pages it shows
neither who wrote nor what answers what, without which no response can be measured.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import (
    Capabilities,
    CredentialFinding,
    Estimate,
    Page,
    Refused,
    Stopped,
)
from socialscore.collectors.facebook.api import (
    LOOKUP_SIZE,
    N_COMMENTS,
    N_MORE_COMMENTS,
    FacebookApi,
)
from socialscore.collectors.facebook.mapping import messages_of
from socialscore.collectors.facebook.prices import facebook_terms
from socialscore.collectors.facebook.wall import (
    REVISIT,
    FeedOrder,
    Sight,
    above,
    drift_of,
    entries_of,
    goes_on,
    is_within,
    items_of,
    next_page,
    without_addresses,
)
from socialscore.collectors.http import Refusal
from socialscore.collectors.paging import Walk
from socialscore.errors import Gone, NetworkError, PermissionDenied, ProtocolDrift
from socialscore.payloads.values import as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.collectors.base import CollectionPlan, Options, Outside, Task
    from socialscore.collectors.http import Answer
    from socialscore.model.messages import Account, Message

    Json = Mapping[str, Any]

__all__ = ["FacebookCollector"]

_SOON = timedelta(days=90)  # before a version of Graph is switched off
_OWN_PAGES_ONLY = (
    "of a page Facebook tells who wrote what, and what answers what, only to the page's own token;"
    " where there is none, import what the page's owner exports"
)


class FacebookCollector:
    """Facebook, with the tokens of pages; arguments and errors are those of `FacebookApi`."""

    def __init__(self, credentials: Mapping[str, str], options: Options, outside: Outside) -> None:
        self._api = FacebookApi(credentials, options, outside)
        self._outside = outside
        self._terms = facebook_terms()
        self._n_booked = 0  # requests that pages have told of
        self._holders: dict[str, Json] = {}  # by account, whose its token is, as far as asked

    def capabilities(self) -> Capabilities:
        """Posts and comments come together, whoever wrote them."""
        depth = {"all": self._terms.posts_per_year}
        return Capabilities("facebook", ("all",), depth=depth, one_credential=False)

    def check(self, accounts: Sequence[Account]) -> list[CredentialFinding]:
        """Whether each page can be read by its token, and how long the version will last."""
        findings = [self._lasting()]
        for account in accounts:
            findings += self._readable(account)
        return findings

    def estimate(self, plan: CollectionPlan) -> Estimate:
        """About what a plan takes at most: Facebook charges nothing, and counts nothing for us."""
        n_posts = 0
        for task in plan.tasks:
            length = task.interval.until - task.interval.since + REVISIT
            n_posts += int(self._terms.posts_per_year * (length / timedelta(days=365))) + 1
        # At worst every post has more comments than come with it.
        return Estimate(
            n_requests=n_posts + len(plan.tasks),
            n_items=None,  # posts have as many comments as they have
            seconds=float(n_posts + len(plan.tasks)),
            dollars=0.0,
            prices_of=self._terms.as_of.isoformat(),
            exact=False,
        )

    def page_cost(self, task: Task) -> float:  # noqa: ARG002 - Facebook charges nothing
        """Nothing."""
        return 0.0

    def pages(self, task: Task) -> Iterator[Page]:
        """The pages of a task: see `Collector.pages`.

        Posts come newest first, each with all of its comments before the next one. Once those back
        to a moment are read, nothing is missing that was written 14 days later or after.
        """
        self._n_booked = self._api.wire.n_requests
        page_id, interval = self._page_id(task.account), task.interval
        since = int((interval.since - REVISIT).timestamp())
        until = int(interval.until.timestamp()) + 1
        walk, sight = Walk(), Sight(page_id)
        order = FeedOrder(interval.until, self._terms.posts_per_year, task.n_walked)
        cursor: dict[str, str] = {}
        broken_off: Stopped | None = None  # the comments of a post, which are not all shown
        while True:
            answer = self._api.feed(task.account, since, until, cursor)
            posts = items_of(answer.said) or []
            new = [post for post in posts if str(post.get("id")) not in walk.ids]
            more = [post for post in new if goes_on(post.get("comments"), interval, N_COMMENTS)]
            before, after = order.complete_from, order.continued(new)
            entries = [entry for post in posts for entry in entries_of(post)]
            if sight.is_doubtful(entries):
                self._insist_on_own_token(task.account, page_id, answer)
            drift = drift_of(answer.said)
            # Neither a later run nor a later version learns from the page itself what it lacks.
            complete_from = None if drift or broken_off else before if more else after
            yield self._page(task, page_id, answer, entries, complete_from, n_places=len(new))
            if drift:
                raise self._error(ProtocolDrift, drift, answer)
            for post in more:
                try:
                    yield from self._rest(task, page_id, post)
                except Stopped as stopped:  # other posts can be read all the same
                    broken_off = stopped
            if not (cursor := next_page(answer.said, self._api.n_posts)):
                break
            walk.on([str(post.get("id")) for post in posts], tuple(cursor.items()))
        if broken_off:
            raise broken_off
        if order.is_capped:
            raise Stopped("cap-reached")

    def _rest(self, task: Task, page_id: str, post: Json) -> Iterator[Page]:
        """The comments of a post that did not come with it."""
        walk, comments, limit = Walk(), as_object(post.get("comments")), N_COMMENTS
        while cursor := next_page(comments, limit):
            ids = [str(each.get("id")) for each in items_of(comments) or ()]
            walk.on(ids, tuple(cursor.items()))
            answer = self._api.comments(task.account, str(post.get("id")), cursor)
            comments, limit = answer.said, N_MORE_COMMENTS
            found = items_of(comments) or ()
            entries = [{"item": comment, "post": above(post)} for comment in found]
            yield self._page(task, page_id, answer, entries, None)
            if drift := drift_of(comments):
                raise self._error(ProtocolDrift, drift, answer)
            if not goes_on(comments, task.interval, limit):
                break

    def _page(
        self,
        task: Task,
        page_id: str,
        answer: Answer,
        entries: Sequence[Json],
        complete_from: datetime | None,
        n_places: int = 0,
    ) -> Page:
        wanted = [entry for entry in entries if is_within(entry["item"], task.interval)]
        payload: dict[str, Any] = {"page_id": page_id, "data": wanted}
        if items_of(answer.said) is None:
            payload = {"unknown": without_addresses(answer.body)}
        n_requests = self._api.wire.n_requests - self._n_booked
        self._n_booked = self._api.wire.n_requests
        return Page(
            task,
            payload=payload,
            n_items=len(wanted),
            oldest=complete_from,
            cost=0.0,
            n_requests=n_requests,
            answered_at=answer.answered_at,
            n_places=n_places,
        )

    def messages(self, page: Page) -> list[Message | Refused]:
        """The posts and comments of a page."""
        return messages_of(page)

    def exist(self, account: Account, message_ids: Sequence[str]) -> set[str]:
        """Those of the posts and comments that Facebook still shows."""
        found: set[str] = set()
        for first in range(0, len(message_ids), LOOKUP_SIZE):
            found |= self._exist(account, message_ids[first : first + LOOKUP_SIZE])
        return found

    def _exist(self, account: Account, ids: Sequence[str]) -> set[str]:
        """Graph refuses a whole lookup for one object that is gone: so halve it, and look again."""
        try:
            answer = self._api.objects(account, ids)
        except Gone:
            if len(ids) == 1:
                return set()
            half = len(ids) // 2
            return self._exist(account, ids[:half]) | self._exist(account, ids[half:])
        if not isinstance(answer.body, dict) or answer.body.keys() - set(ids):
            raise self._error(ProtocolDrift, "the answer is no list of what was asked for", answer)
        return set(answer.body)

    def _insist_on_own_token(self, account: Account, page_id: str, answer: Answer) -> None:
        if self._holder(account).get("id") != page_id:
            problem = f"the token is not the page's own; {_OWN_PAGES_ONLY}"
            raise self._error(PermissionDenied, problem, answer)

    def _page_id(self, account: Account) -> str:
        """The number of a page, of which the panel may have nothing but the name."""
        if account.account_id.isdecimal():
            return account.account_id
        if not (page_id := str(self._holder(account).get("id"))).isdecimal():
            problem = "the answer does not say whose the token is"
            raise ProtocolDrift("facebook", "GET /me", problem)
        return page_id

    def _holder(self, account: Account) -> Json:
        """Whose the token of an account is: its id and name."""
        if account.account_id not in self._holders:
            self._holders[account.account_id] = self._api.me(account).said
        return self._holders[account.account_id]

    def _lasting(self) -> CredentialFinding:
        """How long the version of Graph will be answered."""
        version, about = self._api.version, "Graph version"
        ends, today = self._terms.versions.get(version), self._outside.now().date()
        if ends is None:
            return CredentialFinding(True, about, f"{version}; no end of it is known")
        if today + _SOON < ends:
            return CredentialFinding(True, about, f"{version}, until {ends:%Y-%m-%d}")
        way_out = "set facebook_version to a later one"
        verb = "was" if ends <= today else "will be"
        return CredentialFinding(
            False, about, f"{version} {verb} switched off on {ends:%Y-%m-%d}; {way_out}"
        )

    def _readable(self, account: Account) -> list[CredentialFinding]:
        """Whether a page can be read by its token."""
        about = f"page {account.handle}"
        if not self._api.has_token(account):
            return [CredentialFinding(False, about, f"no token; {_OWN_PAGES_ONLY}")]
        try:
            holder = self._holder(account)
            if account.account_id.isdecimal() and holder.get("id") != account.account_id:
                says = f"the token is not the page's own, but of {holder.get('name')}"
                return [CredentialFinding(False, about, f"{says}; {_OWN_PAGES_ONLY}")]
            self._api.one_post(account)
        except NetworkError as error:
            return [CredentialFinding(False, about, error.problem)]
        return [CredentialFinding(True, about, "its posts and comments can be read")]

    def _error(self, error: type[NetworkError], problem: str, answer: Answer) -> NetworkError:
        return self._api.wire.error(Refusal(error, problem), answer)
