"""The wall of a page, as Graph lists it: posts with their newest comments, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from socialscore.collectors.base import Stopped
from socialscore.collectors.paging import Order, is_cursor
from socialscore.payloads.values import as_moment, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from socialscore.collectors.base import Interval

    Json = Mapping[str, Any]

__all__ = [
    "REVISIT",
    "FeedOrder",
    "Sight",
    "above",
    "drift_of",
    "entries_of",
    "goes_on",
    "is_within",
    "items_of",
    "next_page",
    "without_addresses",
    "written_at",
]

REVISIT = timedelta(days=14)  # how old a post may be for comments under it to be looked for
_CURSOR = ("after", "until", "__paging_token")  # what leads to the next page, and is no secret
_YEAR = timedelta(days=365)
_NEARLY = 0.9  # of the posts that Facebook shows of a year, "approximately"
_AT_THE_TOP = {"data", "paging", "summary"}
_IN_PAGING = {"cursors", "next", "previous"}
_IN_POSTS = {"comments", "created_time", "from", "id", "is_published", "message", "message_tags"}


class FeedOrder:
    """How far the posts of a feed have come, as long as they come newest first.

    Args:
        until: the end of the interval.
        posts_per_year: about as many posts of a year as a feed shows.
        n_before: posts that were read of the same feed already, later ones.
    """

    def __init__(self, until: datetime, posts_per_year: int, n_before: int) -> None:
        self.complete_from: datetime | None = None  # nothing is missing that is later
        self.is_capped = False  # so many posts were in one year that others may be left out
        self._until = until
        self._order = Order()
        self._most = int(_NEARLY * posts_per_year)
        self._moments = [until] * n_before

    def continued(self, posts: Sequence[Json]) -> datetime | None:
        """The same, once these posts are read with all of their comments."""
        moments = [written for post in posts if (written := written_at(post))]
        self._moments += moments
        reached = self._order.continued(moments)
        shown = self._moments[-self._most - len(moments) :]
        self.is_capped |= any(
            later - earlier < _YEAR
            for later, earlier in zip(shown, shown[self._most - 1 :], strict=False)
        )
        if reached is None:
            self.complete_from = None
        elif reached + REVISIT < self._until and not self.is_capped:
            self.complete_from = reached + REVISIT
        return self.complete_from


class Sight:
    """Whether a wall looks as it does to those who have no token of the page.

    They see neither citizens nor what these wrote, or else comments without identifiers. To the
    page's own token a quiet wall looks the same, so it is worth a question whose the token is.
    """

    def __init__(self, page_id: str) -> None:
        self._page_id = page_id
        self._citizens_seen = False

    def is_doubtful(self, entries: Sequence[Json]) -> bool:
        """Whether no citizen was seen, neither in these nor in earlier items of the wall."""
        items = (entry["item"] for entry in entries if "id" in entry["item"])
        authors = (as_object(item.get("from")).get("id", self._page_id) for item in items)
        self._citizens_seen |= any(author != self._page_id for author in authors)
        return bool(entries) and not self._citizens_seen


def items_of(said: Json) -> list[Json] | None:
    """The items of a list, empty ones for what is no object; None where an answer is no list."""
    data = said.get("data")
    return [as_object(each) for each in data] if isinstance(data, list) else None


def next_page(said: Json, limit: int) -> dict[str, str]:
    """What leads to the next page; nothing after the last one.

    A full page, of `limit` items, is followed also where it does not say that another one follows:
    the next one may be empty. The address that Graph gives is not kept: the token stands in it.

    Raises:
        Stopped: another page may follow, and nothing leads to it.
    """
    if not _is_followed(said, limit):
        return {}
    if not (cursor := _cursor(as_object(said.get("paging")))):
        raise Stopped("no-cursor")
    return cursor


def _is_followed(said: Json, limit: int) -> bool:
    """Whether another page may follow: Graph says so, or this one is full."""
    names_one = isinstance(as_object(said.get("paging")).get("next"), str)
    return names_one or len(items_of(said) or ()) >= limit


def _cursor(paging: Json) -> dict[str, str]:
    """What leads on from a page, if anything does."""
    address, after = paging.get("next"), as_object(paging.get("cursors")).get("after")
    if is_cursor(after):
        return {"after": after}
    query = parse_qsl(urlsplit(address).query) if isinstance(address, str) else ()
    return {name: value for name, value in query if name in _CURSOR and is_cursor(value)}


def drift_of(said: Json) -> str | None:
    """What is wrong with the shape of a list, and of the lists in its items; None: nothing."""
    items, paging = items_of(said), said.get("paging")
    if items is None:
        return "the answer is no list"
    if not isinstance(paging, dict) and (items or paging is not None):
        return "the answer does not say any more whether another page follows"
    paging = as_object(paging)
    address = paging.get("next")
    if address is not None and not (isinstance(address, str) and _cursor(paging)):
        return "the answer does not say any more what leads to the next page"
    others = {name: said[name] for name in said.keys() - _AT_THE_TOP}
    others |= {name: paging[name] for name in paging.keys() - _IN_PAGING}
    unknown = sorted(name for name, each in others.items() if isinstance(each, str | dict | list))
    if unknown and "next" not in paging:
        return f"nothing leads to the next page, unless {unknown[0][:40]!r} does"
    return next(filter(None, map(_drift_below, items)), None)


def _drift_below(post: Json) -> str | None:
    """The same of the comments of a post; Graph leaves them out where there are none."""
    others = (post[name] for name in post.keys() - _IN_POSTS)
    if any(isinstance(each, dict) and "data" in each for each in others):
        return "a post has a list that was not asked for"
    return drift_of(as_object(post["comments"])) if "comments" in post else None


def entries_of(post: Json) -> Iterator[Json]:
    """A post and the comments that came with it, each as it is mapped."""
    yield {"item": {name: value for name, value in post.items() if name != "comments"}}
    for comment in items_of(as_object(post.get("comments"))) or ():
        yield {"item": comment, "post": above(post)}


def above(post: Json) -> Json:
    """What its comments must know of a post."""
    return {name: post[name] for name in ("id", "from", "created_time") if name in post}


def goes_on(comments: object, interval: Interval, limit: int) -> bool:
    """Whether comments after a page of at most `limit` may be of the interval."""
    said = as_object(comments)
    reached = Order().continued(map(written_at, items_of(said) or ()))
    return _is_followed(said, limit) and not (reached and reached < interval.since)


def is_within(item: Json, interval: Interval) -> bool:
    """Whether an item belongs to an interval; one that does not say when is refused by name."""
    written = written_at(item)
    return written is None or interval.since <= written < interval.until


def written_at(item: Json) -> datetime | None:
    """When an item was written; None where it does not say."""
    return as_moment(item.get("created_time"))


def without_addresses(value: object) -> object:
    """An answer of an unknown shape, without the addresses in which Graph repeats the token."""
    if isinstance(value, dict):
        return {k: without_addresses(each) for k, each in value.items() if k != "paging"}
    return [without_addresses(each) for each in value] if isinstance(value, list) else value
