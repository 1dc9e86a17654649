"""The calls of Facebook's Graph API that we need, over facebook-sdk: one method, one answer."""

from __future__ import annotations

import warnings
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import requests

from socialscore.collectors.facebook.refusals import (
    TooMuch,
    of_code,
    regained_after,
    usages,
)
from socialscore.collectors.headers import as_number
from socialscore.collectors.http import Wire
from socialscore.collectors.retry_policy import with_retries
from socialscore.errors import AuthError, RateLimited

with warnings.catch_warnings():
    # Its regular expressions are written in a way that Python has come to warn of.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import facebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from socialscore.collectors.base import Options, Outside
    from socialscore.collectors.http import Answer
    from socialscore.model.messages import Account

__all__ = ["LOOKUP_SIZE", "N_COMMENTS", "N_MORE_COMMENTS", "FacebookApi"]

LOOKUP_SIZE = 50

_ORIGIN = "https://graph.facebook.com"  # facebook-sdk has it built in
_AUTHOR = "from{id}"
_OF_COMMENTS = f"id,created_time,{_AUTHOR},message,message_tags,parent{{id,{_AUTHOR}}}"
_OF_POSTS = f"id,created_time,{_AUTHOR},message,message_tags,is_published"
_N_POSTS = 100  # on a page, each with its newest comments; fewer if that is too much for Graph
N_COMMENTS = 25  # with each post
N_MORE_COMMENTS = 100  # on a page of their own
_NEWEST_FIRST = "reverse_chronological"

_BUSY = 90  # percent of an allowance, above which the network is left in peace
_REST = timedelta(minutes=15)  # where Facebook does not say for how long


class FacebookApi:
    """Graph, with the tokens of pages.

    Args:
        credentials: `page_token`, or `page_token:ID` for each of several pages.
        options: the address, the version of Graph, how long to wait.
        outside: the clock, and who waits.

    Raises:
        UsageError: a token must not be sent to the address.
    """

    def __init__(self, credentials: Mapping[str, str], options: Options, outside: Outside) -> None:
        self.version = options.settings["version"]
        self.wire = Wire(
            "facebook", _ORIGIN, options.address, of_code, outside, whole=options.deadline
        )
        self._credentials = dict(credentials)
        self._outside = outside
        self._max_wait = options.max_wait
        session = requests.Session()
        self.wire.mount(session)
        # With a token facebook-sdk would write it into every address; the wire adds it.
        self._graph = facebook.GraphAPI(access_token=None, session=session)
        # The constructor knows no version later than 3.1.
        self._graph.version = self.version
        self.n_posts = _N_POSTS  # on a page of a feed
        self._busy: RateLimited | None = None  # what the last answer asks us to wait for

    def __repr__(self) -> str:
        return f"FacebookApi({self.wire!r})"

    def has_token(self, account: Account) -> bool:
        """Whether there is a token for a page."""
        return self._token(account) is not None

    def feed(self, account: Account, since: int, until: int, cursor: Mapping[str, str]) -> Answer:
        """A page of what stands on a page's wall, newest first, each with its newest comments.

        Args:
            account: the page.
            since: seconds since 1970, inclusive.
            until: the same.
            cursor: parameters of the page; none for the first one.
        """
        try:
            return self._feed(account, since, until, cursor)
        except TooMuch:
            if self.n_posts == 1:
                raise
            self.n_posts = max(self.n_posts // 4, 1)
            return self.feed(account, since, until, cursor)

    def _feed(self, account: Account, since: int, until: int, cursor: Mapping[str, str]) -> Answer:
        comments = f"comments.filter(stream).order({_NEWEST_FIRST}).limit({N_COMMENTS})"
        wanted = {
            "fields": f"{_OF_POSTS},{comments}{{{_OF_COMMENTS}}}",
            "limit": self.n_posts,
            "since": since,
            "until": until,
            **cursor,
        }
        return self._connections(account, account.account_id, "feed", wanted)

    def comments(self, account: Account, post_id: str, cursor: Mapping[str, str]) -> Answer:
        """A page of the comments under a post, at all depths, newest first."""
        wanted = {
            "fields": _OF_COMMENTS,
            "filter": "stream",
            "order": _NEWEST_FIRST,
            "limit": N_MORE_COMMENTS,
            **cursor,
        }
        return self._connections(account, post_id, "comments", wanted)

    def objects(self, account: Account, ids: Sequence[str]) -> Answer:
        """Those of at most 50 posts and comments that there are."""
        return self._ask(account, partial(self._graph.get_objects, list(ids), fields="id"))

    def me(self, account: Account) -> Answer:
        """Whose the token of a page is."""
        return self._ask(account, partial(self._graph.get_object, "me", fields="id,name"))

    def one_post(self, account: Account) -> Answer:
        """One post of the wall, which shows whether the wall may be read."""
        wanted = {"fields": f"id,{_AUTHOR},comments.limit(1){{id,{_AUTHOR}}}", "limit": 1}
        return self._connections(account, account.account_id, "feed", wanted)

    def _connections(
        self, account: Account, node: str, edge: str, wanted: Mapping[str, Any]
    ) -> Answer:
        return self._ask(account, partial(self._graph.get_connections, node, edge, **wanted))

    def _ask(self, account: Account, call: Callable[[], object]) -> Answer:
        if not (token := self._token(account)):
            problem = (
                f"there is no token for the page {account.handle}; give it"
                " (`socialscore auth set facebook`), or import what its owner exports"
            )
            raise AuthError("facebook", "", problem)
        self.wire.token = token
        return with_retries(partial(self._politely, call), self._outside, self._max_wait)

    def _politely(self, call: Callable[[], object]) -> Answer:
        """Ask, unless the last answer said that it is enough: who calls on is blocked longer."""
        if self._busy:
            busy, self._busy = self._busy, None
            raise busy
        answer = self.wire.answered(call)
        shares = [
            as_number(use.get(name))
            for use in usages(answer)
            for name in ("call_count", "total_cputime", "total_time")
        ]
        if max(shares, default=0) > _BUSY:
            self._busy = RateLimited(
                "facebook",
                answer.endpoint,
                f"{max(shares):.0f} % of what Facebook allows are used",
                retry_at=self._outside.now() + (regained_after(answer) or _REST),
            )
        return answer

    def _token(self, account: Account) -> str | None:
        own = self._credentials.get(f"page_token:{account.account_id}")
        return own or self._credentials.get("page_token")
