"""The wall of a page, as Graph lists it: posts with their newest comments, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from socialscore.payloads.values import as_object, as_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.collectors.base import Interval

    Json = Mapping[str, Any]

__all__ = [
    "REVISIT",
    "FeedOrder",
    "Sight",
    "above",
    "entries_of",
    "goes_on",
    "is_within",
    "items_of",
    "next_page",
    "without_addresses",
]

REVISIT = timedelta(days=14)  # how old a post may be for comments under it to be looked for
_CURSOR = ("after", "until", "__paging_token")  # what leads to the next page, and is no secret


class FeedOrder:
    """How far the posts of a feed have come, as long as they come newest first.

    Args:
        until: the end of the interval.
    """

    def __init__(self, until: datetime) -> None:
        self.complete_from: datetime | None = None  # nothing is missing that is later
        self._until = until
        self._oldest: datetime | None = None
        self._holds = True

    def continued(self, posts: Sequence[Json]) -> datetime | None:
        """The same, once these posts are read with all of their comments."""
        for post in posts:
            written = _written(post)
            self._holds &= written is not None and (not self._oldest or written <= self._oldest)
            self._oldest = written
        if not self._holds:
            self.complete_from = None
        elif self._oldest and self._oldest + REVISIT < self._until:
            self.complete_from = self._oldest + REVISIT
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
    """The items of a list; None where an answer is none."""
    return as_objects(said["data"]) if isinstance(said.get("data"), list) else None


def next_page(said: Json) -> dict[str, str]:
    """What leads to the next page; nothing after the last one.

    The address that Graph gives is not kept: the token stands in it.
    """
    paging = as_object(said.get("paging"))
    if not isinstance(address := paging.get("next"), str):
        return {}
    if after := as_object(paging.get("cursors")).get("after"):
        return {"after": str(after)}
    return {name: value for name, value in parse_qsl(urlsplit(address).query) if name in _CURSOR}


def entries_of(post: Json) -> Iterator[Json]:
    """A post and the comments that came with it, each as it is mapped."""
    yield {"item": {name: value for name, value in post.items() if name != "comments"}}
    for comment in items_of(as_object(post.get("comments"))) or ():
        yield {"item": comment, "post": above(post)}


def above(post: Json) -> Json:
    """What its comments must know of a post."""
    return {name: post[name] for name in ("id", "from") if name in post}


def goes_on(comments: object, interval: Interval) -> bool:
    """Whether further comments of a post may be of the interval."""
    said = as_object(comments)
    written = [_written(each) for each in items_of(said) or ()]
    times = [each for each in written if each]
    falling = len(times) == len(written) and times == sorted(times, reverse=True)
    return bool(next_page(said)) and not (falling and times and times[-1] < interval.since)


def is_within(item: Json, interval: Interval) -> bool:
    """Whether an item belongs to an interval; one that does not say when is refused by name."""
    written = _written(item)
    return written is None or interval.since <= written < interval.until


def _written(item: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(str(item.get("created_time"))).astimezone(UTC)
    except ValueError:
        return None


def without_addresses(value: object) -> object:
    """An answer of an unknown shape, without the addresses in which Graph repeats the token."""
    if isinstance(value, dict):
        return {k: without_addresses(each) for k, each in value.items() if k != "paging"}
    return [without_addresses(each) for each in value] if isinstance(value, list) else value
