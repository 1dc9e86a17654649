"""Posts and users as the X API v2 writes them, in the names of before and after August 2026."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fakes.world import HANDLE

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.world import Person, Post, Version, World

__all__ = [
    "NEW_NAMES",
    "POST_FIELDS",
    "USER_FIELDS",
    "Renderer",
    "instant",
    "new_names",
    "old_names",
    "user",
]

Json = dict[str, Any]

NEW_NAMES = {  # of fields and expansions, by the old ones
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets.id": "referenced_posts",
    "pinned_tweet_id": "pinned_post_id",
}
_OLD_NAMES = {
    "note_post": "note_tweet",
    "referenced_posts": "referenced_tweets",
    "edit_history_post_ids": "edit_history_tweet_ids",
    "repost_count": "retweet_count",
    "posts": "tweets",
    "post_count": "tweet_count",
    "total_post_count": "total_tweet_count",
}
POST_FIELDS = frozenset(
    {
        "author_id", "conversation_id", "created_at", "edit_controls", "edit_history_post_ids",
        "entities", "id", "in_reply_to_user_id", "lang", "note_post", "possibly_sensitive",
        "public_metrics", "referenced_posts", "reply_settings", "source", "text", "username",
        "withheld", "attachments", "context_annotations", "geo",
    }
)  # fmt: skip
USER_FIELDS = frozenset(
    {
        "created_at", "description", "id", "location", "name", "protected", "public_metrics",
        "url", "username", "verified", "verified_type", "entities", "profile_image_url",
        "pinned_post_id", "withheld",
    }
)  # fmt: skip
_ALWAYS = {"id", "text", "edit_history_post_ids"}
_SHORT = 280
_METRICS = ("repost", "reply", "like", "quote", "bookmark", "impression")


def old_names(value: Any) -> Any:
    """An answer in the names that X used until August 2026."""
    if isinstance(value, list):
        return [old_names(each) for each in value]
    if isinstance(value, dict):
        return {_OLD_NAMES.get(name, name): old_names(each) for name, each in value.items()}
    return value


def new_names(value: Any) -> Any:
    """An answer in the names that X has used since, also of its problems and references."""
    if isinstance(value, list):
        return [new_names(each) for each in value]
    if isinstance(value, dict):
        new = {old: name for name, old in _OLD_NAMES.items()}
        return {new.get(name, name): new_names(each) for name, each in value.items()}
    return value.replace("api.twitter.com", "api.x.com") if isinstance(value, str) else value


def instant(moment: datetime) -> str:
    """A date as X writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def user(person: Person, fields: frozenset[str]) -> Json:
    """A user, in the new names."""
    everything = {
        "id": person.person_id,
        "name": person.handle.replace("_", " "),
        "username": person.handle,
        "created_at": "2012-05-01T08:00:00.000Z",
        "protected": person.protected,
        "verified": False,
        "description": "",
        "public_metrics": dict.fromkeys(
            (f"{each}_count" for each in ("followers", "following", "post", "listed")), 0
        ),
    }
    shown = fields | {"id", "name", "username"}
    return {name: value for name, value in everything.items() if name in shown}


class Renderer:
    """Writes posts, and keeps what it wrote: a version says the same as long as it is the last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept = lru_cache(maxsize=200_000)(self._written)

    def json(self, post: Post, version: Version, fields: frozenset[str], *, new: bool) -> bytes:
        """A version of a post, with those fields and the ones that X always adds."""
        n_versions = sum(each.at <= self._world.now for each in post.versions)
        return self._kept(post, version, max(n_versions, 1), fields, new)

    def _written(
        self, post: Post, version: Version, n_versions: int, fields: frozenset[str], new: bool
    ) -> bytes:
        everything = self._post(post, version, n_versions)
        shown = {name: value for name, value in everything.items() if name in fields | _ALWAYS}
        return json.dumps(shown if new else old_names(shown), ensure_ascii=False).encode()

    def _post(self, post: Post, version: Version, n_versions: int) -> Json:
        text, long = version.text, len(version.text) > _SHORT
        short = f"{text[: _SHORT - 30]}… https://t.co/invente" if long else text
        root = post.root.seen(post.root.sent_at)
        found: Json = {
            "id": version.version_id,
            "text": _escaped(short),
            "edit_history_post_ids": [each.version_id for each in post.versions[:n_versions]],
            "author_id": post.author.person_id,
            "username": post.author.handle,
            "created_at": instant(version.at),
            "conversation_id": root.version_id,
            "lang": post.language or "und",
            "public_metrics": {f"{name}_count": 0 for name in _METRICS},
            "edit_controls": {
                "edits_remaining": max(6 - n_versions, 0),
                "is_edit_eligible": post.parent is None,
                "editable_until": instant(post.sent_at + timedelta(minutes=30)),
            },
        }
        if mentions := self._mentions(short):
            found["entities"] = {"mentions": mentions}
        if long:
            found["note_post"] = {"text": _escaped(text)}
            if mentions := self._mentions(text):
                found["note_post"]["entities"] = {"mentions": mentions}
        if post.parent:
            found["in_reply_to_user_id"] = post.parent.author.person_id
        if references := _references(post):
            found["referenced_posts"] = references
        return found

    def _mentions(self, text: str) -> list[Json]:
        """Who is named, with the place of the name in what people see."""
        found = []
        for name in HANDLE.finditer(text):
            owner = self._world.named("twitter", name[1])
            identified = {"id": owner.person_id} if owner else {}
            found.append(
                {"start": name.start(), "end": name.end(), "username": name[1]} | identified
            )
        return found


def _references(post: Post) -> list[Json]:
    """The posts that a post refers to, in the version that its author saw."""
    pairs = (
        ("replied_to", post.parent),
        ("retweeted" if post.repost else "quoted", post.about),
    )
    return [
        {"type": kind, "id": other.seen(post.sent_at).version_id} for kind, other in pairs if other
    ]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
