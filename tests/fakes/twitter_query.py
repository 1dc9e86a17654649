"""What may be asked of X: parameters, fields, intervals; what it does not know, it refuses."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes import twitter_answers as say
from fakes.twitter_posts import NEW_NAMES, POST_FIELDS, USER_FIELDS
from fakes.world import minted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.server import Answer
    from fakes.world import Post, Version

    Query = Mapping[str, str]
    # Posts in the version that is shown, newest first, by the number of that version.
    Shown = list[tuple[int, Post, Version]]

__all__ = [
    "expansions", "moment", "page_token", "post_fields", "user_fields", "whom", "within", "wrong",
]  # fmt: skip

_FIELDS = ("tweet.fields", "post.fields", "user.fields", "expansions", "media.fields",
           "poll.fields", "place.fields")  # fmt: skip
_PAGING = ("start_time", "end_time", "since_id", "until_id", "max_results", "pagination_token")
_SEARCHING = (*_PAGING, "next_token", "query", "sort_order")
_PARAMETERS = {
    "mentions": _PAGING,
    "timeline": (*_PAGING, "exclude"),
    "search_recent": _SEARCHING,
    "search_all": _SEARCHING,
    "counts_recent": (*_SEARCHING, "granularity"),
    "counts_all": (*_SEARCHING, "granularity"),
    "lookup": ("ids",),
    "me": (),
    "users": ("ids", "usernames"),
    "usage": ("days", "usage.fields"),
}
_EXPANSIONS = {
    "author_id", "referenced_posts", "in_reply_to_user_id", "edit_history_post_ids", "username",
    "entities.mentions.username", "attachments.media_keys",
}  # fmt: skip
_SIZES = {"mentions": (5, 100), "timeline": (5, 100), "search_recent": (10, 100),
          "search_all": (10, 500)}  # fmt: skip


def wrong(endpoint: str, query: Query) -> Answer | None:
    """X refuses parameters and fields that it does not know."""
    known = (*_PARAMETERS[endpoint], *_FIELDS)
    for name in query:
        if name not in known:
            message = f"The query parameter [{name}] is not one of [{','.join(known)}]"
            return say.bad_request(message, **{name: query[name]})
    asked = (
        ("tweet.fields", post_fields(query), POST_FIELDS),
        ("user.fields", user_fields(query), USER_FIELDS),
        ("expansions", expansions(query), _EXPANSIONS),
    )  # fmt: skip
    low, high = _SIZES.get(endpoint, (1, 100))
    if not low <= int(query.get("max_results", low)) <= high:
        size = query["max_results"]
        message = f"The `max_results` query parameter value [{size}] is not between {low} and"
        return say.bad_request(f"{message} {high}", max_results=size)
    for name, values, allowed in asked:
        if unknown := sorted(values - allowed):
            message = f"The `{name}` query parameter value [{unknown[0]}] is not one of"
            return say.bad_request(f"{message} [{','.join(sorted(allowed))}]")
    return None


def post_fields(query: Query) -> frozenset[str]:
    """The fields of posts that are wanted, by their new names."""
    asked = f"{query.get('tweet.fields', '')},{query.get('post.fields', '')}".split(",")
    # Since 2026 some fields are asked for by expansions.
    return frozenset(NEW_NAMES.get(name, name) for name in asked if name) | (
        expansions(query) & POST_FIELDS
    )


def expansions(query: Query) -> frozenset[str]:
    """What is wanted besides, by its new names."""
    asked = query.get("expansions", "").split(",")
    return frozenset(NEW_NAMES.get(name, name) for name in asked if name)


def page_token(query: Query) -> str | None:
    """Timelines call it so, searches otherwise."""
    return query.get("pagination_token") or query.get("next_token")


def moment(text: str | None) -> datetime | None:
    """A time of a query."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def within(shown: Shown, query: Query, before: int | None = None) -> range:
    """Where in a list the posts lie that a query, and the page before, leave.

    Args:
        shown: the list.
        query: with its bounds in time and by identifier; the earlier one is inclusive.
        before: the identifier that the last page ended with.
    """
    since, until = moment(query.get("start_time")), moment(query.get("end_time"))
    lowest = max(minted(since) if since else 0, int(query.get("since_id", -1)) + 1)
    bounds = (
        minted(until) if until else None,
        int(query["until_id"]) if "until_id" in query else None,
        before,
    )
    end = min((bound for bound in bounds if bound is not None), default=1 << 64)

    def descending(row: tuple[int, Post, Version]) -> int:
        return -row[0]

    first = bisect_right(shown, -end, key=descending)
    return range(first, max(bisect_right(shown, -lowest, key=descending), first))


def user_fields(query: Query) -> frozenset[str]:
    """The fields of users that are wanted."""
    return frozenset(filter(None, query.get("user.fields", "").split(",")))


def whom(query: Query, one: Query) -> tuple[str, list[str], bool]:
    """Which users are looked up: by what, which, and whether one alone."""
    if "username" in one:
        return "username", [one["username"]], True
    if "user_id" in one:
        return "id", [one["user_id"]], True
    name = "usernames" if "usernames" in query else "ids"
    return name, [each for each in query.get(name, "").split(",") if each], False
