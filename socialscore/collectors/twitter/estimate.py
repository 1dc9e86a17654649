"""What X will cost and allow, before anything is collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from socialscore.collectors.base import CredentialFinding, Estimate, Interval
from socialscore.collectors.http import Refusal
from socialscore.collectors.paging import Walk, is_cursor
from socialscore.collectors.twitter.api import LOOKUP_SIZE, PAGE_SIZE, has_id
from socialscore.errors import AuthError, NetworkError, PermissionDenied, ProtocolDrift
from socialscore.payloads.values import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.collectors.base import CollectionPlan, Task
    from socialscore.collectors.twitter.api import TwitterApi
    from socialscore.collectors.twitter.prices import XPrices
    from socialscore.model.messages import Account

__all__ = ["check", "estimate"]

_QUARTER = 900.0  # seconds of a rate limit
_CALL = 0.5  # seconds that an answer takes
_GLANCE = timedelta(minutes=1)
_SMALLEST = 10  # posts on a page, the least that every endpoint takes


def check(api: TwitterApi, accounts: Sequence[Account]) -> list[CredentialFinding]:
    """Whether the token will do: what was read this month, and the last minute of one account."""
    try:
        findings = [CredentialFinding(True, "token", _used(api))]
    except AuthError as error:
        return [CredentialFinding(False, "token", error.problem)]
    except NetworkError as error:
        findings = [CredentialFinding(False, "usage", error.problem)]
    for account in accounts[:1]:
        glance = Interval(api.now() - _GLANCE, api.now())
        for stream in ("inbound", "outbound"):
            about = f"{stream} of @{account.handle} by {api.strategy}"
            try:
                api.resolve([account])
                api.page(account, stream, glance, None, size=_SMALLEST)
            except NetworkError as error:
                findings.append(CredentialFinding(False, about, error.problem))
            else:
                findings.append(CredentialFinding(True, about, "can be read"))
    return findings


def _used(api: TwitterApi) -> str:
    usage = as_object(api.usage().said.get("data"))
    used, cap = usage.get("project_usage"), usage.get("project_cap")
    known = all(str(each).isdecimal() for each in (used, cap))
    return f"good; {used} of {cap} posts read this month" if known else "good"


@dataclass
class _Sum:
    """What the tasks of a plan take together."""

    n_items: int = 0
    n_requests: int = 0
    dollars: float = 0.0
    exact: bool = True


def estimate(
    api: TwitterApi,
    plan: CollectionPlan,
    prices: XPrices,
    depth: Mapping[str, int],
    *,
    may_count: bool,
) -> Estimate:
    """What a plan takes: as X counts it, or the most that it may give.

    Args:
        api: where to ask.
        plan: what is wanted.
        prices: of posts and users.
        depth: the most posts that a stream shows.
        may_count: whether X may be asked, which costs a little for each task.
    """
    total, n_calls = _Sum(), dict.fromkeys(prices.per_quarter_hour, 0)
    for task in plan.tasks:
        counted = _counted(api, task) if may_count else None
        most = depth.get(task.stream, prices.most["month"])
        n_items = most if counted is None else min(counted, most)
        n_pages = max(-(-n_items // PAGE_SIZE), 1)
        total.n_items += n_items
        total.n_requests += n_pages
        total.dollars += n_items * prices.dollars["post"]
        total.exact &= counted is not None
        n_calls[_limit(api.strategy, task.stream)] += n_pages
    unknown = {task.account.handle.lower() for task in plan.tasks if not has_id(task.account)}
    if api.strategy == "timelines":
        total.n_requests += -(-len(unknown) // LOOKUP_SIZE)
        total.dollars += len(unknown) * prices.dollars["user"]
    waits = (max(-(-n // prices.per_quarter_hour[name]) - 1, 0) for name, n in n_calls.items())
    return Estimate(
        n_requests=total.n_requests,
        n_items=total.n_items,
        seconds=max(waits, default=0) * _QUARTER + total.n_requests * _CALL,
        dollars=round(total.dollars, 3),
        prices_of=prices.as_of.isoformat(),
        exact=total.exact,
    )


def _limit(strategy: str, stream: str) -> str:
    """Which rate limit the pages of a stream fall under."""
    timeline = "mentions" if stream == "inbound" else "posts"
    return timeline if strategy == "timelines" else strategy


def _counted(api: TwitterApi, task: Task) -> int | None:
    """How many posts X counts; None where it does not let us."""
    walk, cursor, total = Walk(), None, 0
    interval = task.interval
    if api.strategy == "recent":
        interval = Interval(max(interval.since, api.reached()), interval.until)
    try:
        while True:
            answer = api.count(task.account, task.stream, interval, cursor)
            meta = as_object(answer.said.get("meta"))
            counted = meta.get("total_tweet_count", meta.get("total_post_count"))
            cursor = meta.get("next_token")
            if type(counted) is not int or not (cursor is None or is_cursor(cursor)):
                problem = "the answer does not say how many posts there are"
                raise api.wire.error(Refusal(ProtocolDrift, problem), answer)
            total += counted
            if cursor is None:
                return total
            walk.on((cursor,), cursor)  # a page of counts has no items; the cursor is what is new
    except (AuthError, PermissionDenied) as error:
        if error.status == 403:  # plans that show posts may not count them
            return None
        raise
