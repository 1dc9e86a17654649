"""The calls of X's API that we need, over tweepy: one method, one request, one answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import requests
import tweepy

from socialscore.collectors.base import RATE_LIMIT_WAIT
from socialscore.collectors.http import Refusal, Wire
from socialscore.collectors.retry_policy import with_retries
from socialscore.collectors.twitter.refusals import of_status
from socialscore.errors import AuthError, Gone
from socialscore.payloads.values import as_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from socialscore.collectors.base import Interval, Options, Outside
    from socialscore.collectors.http import Answer
    from socialscore.model.messages import Account

__all__ = ["LOOKUP_SIZE", "PAGE_SIZE", "REACH", "TwitterApi", "has_id"]

PAGE_SIZE = 100  # the most of a timeline; the archive would give more, and a budget control less
LOOKUP_SIZE = 100
REACH = timedelta(days=7)  # of a recent search

_ORIGIN = "https://api.twitter.com"  # tweepy has it built in
_NO_TOKEN = "added-on-the-way"  # noqa: S105 - tweepy logs what it is given
# tweepy sends the names of before August 2026; those of the answers may be either.
_FIELDS = (
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "entities",
    "in_reply_to_user_id",
    "lang",
    "note_tweet",
    "referenced_tweets",
)
_OPENED = datetime(2010, 11, 6, tzinfo=UTC)  # X takes no earlier start
_INDEXING_LAG = timedelta(seconds=15)  # X refuses ends that are nearer to the present
# By which we stay inside of what a search reaches: X refuses what is a second older, and a wait may
# come between the plan and any of its pages.
_MARGIN = RATE_LIMIT_WAIT + timedelta(minutes=5)
_DIGITS = re.compile(r"[0-9]+")


class TwitterApi:
    """X, with the bearer token of an app.

    Args:
        credentials: `bearer_token`.
        options: the address, the strategy, how long to wait.
        outside: the clock, and who waits.

    Raises:
        AuthError: there is no token.
        UsageError: the token must not be sent to the address.
    """

    def __init__(self, credentials: Mapping[str, str], options: Options, outside: Outside) -> None:
        if not (token := credentials.get("bearer_token")):
            problem = "there is no bearer token; give one: `socialscore auth set twitter`"
            raise AuthError("twitter", "", problem)
        self.strategy = options.settings["strategy"]
        self.wire = Wire(
            "twitter", _ORIGIN, options.address, of_status, outside, whole=options.deadline
        )
        self.wire.token = token
        self._outside = outside
        self._max_wait = options.max_wait
        self._client = tweepy.Client(bearer_token=_NO_TOKEN, return_type=requests.Response)
        self.wire.mount(self._client.session)
        self._user_ids: dict[str, str] = {}  # by handle, lower case, as far as it was asked for

    def now(self) -> datetime:
        """The present, by our own clock."""
        return self._outside.now()

    def reached(self) -> datetime:
        """How far back the strategy shows anything."""
        return self.now() - REACH + _MARGIN if self.strategy == "recent" else _OPENED

    def page(
        self,
        account: Account,
        stream: str,
        interval: Interval,
        cursor: str | None,
        size: int = PAGE_SIZE,
    ) -> Answer:
        """A page of what an account receives or writes, newest first."""
        fields = {"max_results": size, "tweet_fields": list(_FIELDS), **self._times(interval)}
        if self.strategy == "timelines":
            inbound = stream == "inbound"
            timeline = self._client.get_users_mentions if inbound else self._client.get_users_tweets
            return self._ask(
                partial(timeline, self._user_id(account), pagination_token=cursor, **fields)
            )
        recent = self.strategy == "recent"
        search = self._client.search_recent_tweets if recent else self._client.search_all_tweets
        return self._ask(partial(search, _query(account, stream), next_token=cursor, **fields))

    def count(
        self, account: Account, stream: str, interval: Interval, cursor: str | None
    ) -> Answer:
        """A page of how many posts a stream has; each costs a little."""
        recent = interval.since > self.now() - REACH
        client = self._client
        counts = client.get_recent_tweets_count if recent else client.get_all_tweets_count
        # Only counts of the archive have pages.
        paging = {"next_token": cursor} if cursor else {}
        times = self._times(interval)
        query = _query(account, stream)
        return self._ask(partial(counts, query, granularity="day", **paging, **times))

    def posts(self, ids: Sequence[str]) -> Answer:
        """Those of at most 100 posts that there are."""
        return self._ask(partial(self._client.get_tweets, list(ids)))

    def usage(self) -> Answer:
        """How many posts were read this month; it is free, and tweepy has no method for it."""
        return self._ask(partial(self._client.request, "GET", "/2/usage/tweets"))

    def must_look_up(self, account: Account) -> bool:
        """Whether a timeline is wanted of an account whose identifier nobody knows yet."""
        known = has_id(account) or account.handle.lower() in self._user_ids
        return self.strategy == "timelines" and not known

    def resolve(self, accounts: Sequence[Account]) -> int:
        """Learn the identifiers of accounts of which the panel has the handle alone, if needed.

        Returns:
            How many users X gave, each of which is paid for.

        Raises:
            Gone: X knows no account of that handle.
        """
        wanted = [*dict.fromkeys(each.handle for each in accounts if self.must_look_up(each))]
        n_given = 0
        for first in range(0, len(wanted), LOOKUP_SIZE):
            names = wanted[first : first + LOOKUP_SIZE]
            answer = self._ask(partial(self._client.get_users, usernames=names))
            users = as_objects(answer.said.get("data"))
            n_given += len(users)
            self._user_ids |= {
                str(user.get("username")).lower(): user_id
                for user in users
                if _DIGITS.fullmatch(user_id := str(user.get("id")))
            }
            if missing := [name for name in names if name.lower() not in self._user_ids]:
                problem = f"there is no account @{missing[0]}; mend its handle in the panel"
                raise self.wire.error(Refusal(Gone, problem), answer)
        return n_given

    def _user_id(self, account: Account) -> str:
        return account.account_id if has_id(account) else self._user_ids[account.handle.lower()]

    def _ask(self, call: Callable[[], object]) -> Answer:
        answer = with_retries(partial(self.wire.answered, call), self._outside, self._max_wait)
        if self.strategy == "archive":
            self._outside.sleep(1.0)  # it takes one request a second
        return answer

    def _times(self, interval: Interval) -> dict[str, datetime]:
        """The interval in whole seconds, as X takes it; without an end if that is the present."""
        times = {"start_time": max(interval.since, _OPENED)}
        if interval.until <= self.now() - _INDEXING_LAG:
            times["end_time"] = interval.until + timedelta(microseconds=999_999)
        return times


def has_id(account: Account) -> bool:
    """Whether the panel knows more of an account than its handle."""
    own = account.account_id.lower() != account.handle.lower()
    return own and bool(_DIGITS.fullmatch(account.account_id))


def _query(account: Account, stream: str) -> str:
    handle = account.handle
    return f"from:{handle}" if stream == "outbound" else f"@{handle} -is:retweet -from:{handle}"
