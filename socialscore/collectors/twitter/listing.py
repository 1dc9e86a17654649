"""What X says when it is asked for a list of posts, believed as far as it fits together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.collectors.paging import is_cursor
from socialscore.payloads.twitter import minted_at
from socialscore.payloads.values import as_moment, as_object, as_objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    Json = Mapping[str, Any]

__all__ = ["Listing", "items_of", "moment_of", "written_at"]

_AT_THE_TOP = {"data", "errors", "includes", "meta"}
_IN_META = {"newest_id", "next_token", "oldest_id", "previous_token", "result_count"}
_is_id = re.compile(r"[0-9]{1,19}").fullmatch  # as text, or as a number


@dataclass(frozen=True)
class Listing:
    """One page of a list."""

    n_items: int  # posts, and whatever else stands among them
    posts: Sequence[Json]  # newest first
    cursor: str | None  # of the next page; None: X names none
    drift: str | None  # what is wrong with its shape; None: nothing

    @classmethod
    def of(cls, body: object) -> Listing:
        """What an answer says."""
        said = as_object(body)
        meta, items = as_object(said.get("meta")), items_of(said)
        posts, cursor = as_objects(items), meta.get("next_token")
        drift = _drift(said, meta, items, posts)
        return cls(len(items), posts, cursor if is_cursor(cursor) else None, drift)


def items_of(said: Json) -> list[Any]:
    """The elements of a list, whatever they are."""
    data = said.get("data")
    return data if isinstance(data, list) else []


def written_at(post: Json) -> datetime | None:
    """When this version was written; None where it does not say.

    Not `sent_at`, the time of the first version: X lists an edited post where its last one belongs.
    """
    return as_moment(post.get("created_at"))


def moment_of(post: Json) -> datetime | None:
    """The same, by the identifier where the date is unusable: X gives them out by the clock."""
    return written_at(post) or (
        minted_at(post_id) if _is_id(post_id := str(post.get("id"))) else None
    )


def _drift(said: Json, meta: Json, items: Sequence[Any], posts: Sequence[Json]) -> str | None:
    if not isinstance(said.get("data", []), list):
        return "the answer is no list of posts"
    if not isinstance(told := meta.get("result_count"), int):
        return "the answer does not say any more how many posts it has"
    if told != len(items):
        return f"the answer says that it has {told} posts, and has {len(items)}"
    if posts and not any(post.get("author_id") and post.get("created_at") for post in posts):
        return "no post says any more who wrote it, and when"
    cursor = meta.get("next_token")
    if cursor is not None and not is_cursor(cursor):
        return "what leads to the next page is no word"
    if cursor is None and (unknown := _may_lead_on(said, meta)):
        return f"nothing leads to the next page, unless {unknown} does"
    return None


def _may_lead_on(said: Json, meta: Json) -> str:
    """What may be a cursor by another name: numbers and flags cannot."""
    others = {name: said[name] for name in said.keys() - _AT_THE_TOP}
    others |= {name: meta[name] for name in meta.keys() - _IN_META}
    names = [name for name, value in others.items() if isinstance(value, str | dict | list)]
    return " or ".join(f"{name[:40]!r}" for name in sorted(names))
