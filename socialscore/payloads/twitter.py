"""Posts of the X API v2, as messages.

X renamed its fields in 2026 (`referenced_tweets` became `referenced_posts`), and archives keep the
names of their day; both are read. Each edit of a post is a new post with an id of its own: all
versions are one message, which has the id and the time of the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from socialscore.model.identifiers import KEEP_AS_TEXT, is_decimal, is_whole
from socialscore.model.messages import HTML_ESCAPES, NO_LANGUAGE, REPOST, Message
from socialscore.model.network import BY_NAME
from socialscore.payloads import PayloadError
from socialscore.payloads.values import as_instant, as_object, as_objects, whole_characters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Json = Mapping[str, Any]

__all__ = ["NOTHING", "Included", "minted_at", "to_message"]

_KINDS = {"retweeted": "repost", "replied_to": "reply", "quoted": "quote"}
"""Kind of message by type of reference; of several the first one here holds."""

_FIRST_POST = datetime(2006, 3, 21, tzinfo=UTC)

_is_repost = re.compile(REPOST).match
_is_handle = re.compile(r"[A-Za-z0-9_]+").fullmatch
_is_language = re.compile(rf"(?!{NO_LANGUAGE})[a-z]{{2,3}}(?:-[A-Za-z0-9]{{2,8}})*").fullmatch


@dataclass(frozen=True)
class Included:
    """What a page says about the users and posts that its own posts refer to."""

    handles: Mapping[str, str] = field(default_factory=dict)  # by user id, without @
    user_ids: Mapping[str, str] = field(default_factory=dict)  # by handle, lower case
    first_versions: Mapping[str, str] = field(default_factory=dict)  # post id by later version's id

    @classmethod
    def of(cls, page: Json) -> Self:
        """What the `includes` of a page say; nothing where it has none."""
        includes = as_object(page.get("includes"))
        handles = {
            user_id: handle
            for user in as_objects(includes.get("users"))
            if (user_id := _id(user.get("id"))) and (handle := _handle(user.get("username")))
        }
        histories = [
            _versions(post_id, post)
            for post in as_objects(includes.get("posts") or includes.get("tweets"))
            if (post_id := _id(post.get("id")))
        ]
        return cls(
            handles=handles,
            user_ids={handle.lower(): user_id for user_id, handle in handles.items()},
            first_versions={later: first for first, *edits in histories for later in edits},
        )


NOTHING = Included()


def to_message(post: Json, included: Included = NOTHING) -> Message:
    """One element of a page's `data`, or a line of what twarc made of it, as a message.

    Args:
        post: the post.
        included: what its page says about others; a post that twarc flattened has that inside.

    Raises:
        PayloadError: it has no usable id, author, date or text.
    """
    post_id, author_id = _required_id(post, "id"), _required_id(post, "author_id")
    # Of this version; X leaves out what is below a second.
    created_at = as_instant(post, "created_at", "X", _FIRST_POST)
    versions = _versions(post_id, post)
    references = as_objects(post.get("referenced_posts") or post.get("referenced_tweets"))
    parent = next((each for each in references if each.get("type") == "replied_to"), None)
    note = as_object(post.get("note_post") or post.get("note_tweet"))  # above 280 characters
    mentions = _mentions(post, note)
    text = _text(post, note, versions)
    return Message(
        network="twitter",
        message_id=versions[0],
        author_id=author_id,
        sent_at=created_at if post_id == versions[0] else minted_at(versions[0]),
        text=text,
        kind=_kind(references, mentions, text),
        author_handle=_author_handle(post) or included.handles.get(author_id),
        reply_to_id=_answered(parent, included) if parent else None,
        # Without a parent this field only says that the text begins with somebody's handle.
        reply_to_author_id=_id(post.get("in_reply_to_user_id")) if parent else None,
        conversation_id=_id(post.get("conversation_id")),
        mentioned_handles=_mentioned_handles(mentions),
        mentioned_ids=_mentioned_ids(mentions, included),
        language=_language(post.get("lang")),
        n_edits=versions.index(post_id),
    )


def minted_at(post_id: str) -> datetime:
    """When X gave out an id, which it does by the clock; to the second, as in `created_at`."""
    milliseconds = (int(post_id) >> 22) + BY_NAME["twitter"].snowflakes_since_ms
    return datetime.fromtimestamp(milliseconds // 1000, UTC)


def _versions(post_id: str, post: Json) -> list[str]:
    """The ids of a post's versions, the first one first; its own alone where no other is known."""
    history = post.get("edit_history_post_ids") or post.get("edit_history_tweet_ids")
    if history == [post_id]:  # as nearly always
        return [post_id]
    noted = map(_id, history) if isinstance(history, list) else ()
    versions = [version for version in noted if version]
    return versions if post_id in versions else [post_id]


def _first_version(reference: Json, included: Included) -> str | None:
    """The message that a reference means: people answer the version that they see."""
    post_id = _id(reference.get("id"))
    if post_id is None:
        return None
    # twarc writes the post that is meant, history and all, into the reference.
    first = _versions(post_id, reference)[0]
    return included.first_versions.get(first, first)


def _answered(parent: Json, included: Included) -> str | None:
    """The message that is answered; as it stands, where it was rounded."""
    said = parent.get("id")
    return str(said) if is_decimal(str(said)) else _first_version(parent, included)


def _text(post: Json, note: Json, versions: Sequence[str]) -> str:
    """The whole text, as its author typed it."""
    text = note.get("text") or post.get("text")
    if not isinstance(text, str):
        raise PayloadError("no text")
    for link in _own_pictures(post, note, versions):
        text = text.replace(f" {link}", "").replace(link, "")
    if "&" in text:
        for escape, character in HTML_ESCAPES:
            text = text.replace(escape, character)
    return whole_characters(text)


def _own_pictures(post: Json, note: Json, versions: Sequence[str]) -> list[str]:
    """The links that X adds to a text, one for the pictures and one for the video that it has."""
    own = tuple(
        f"/status/{version}/{medium}/" for version in versions for medium in ("photo", "video")
    )
    return [
        link
        for said in (post, note)
        for each in as_objects(as_object(said.get("entities")).get("urls"))
        if isinstance(link := each.get("url"), str) and link
        if each.get("media_key") or any(path in str(each.get("expanded_url")) for path in own)
    ]


def _kind(references: Sequence[Json], mentions: Sequence[Json], text: str) -> str:
    if _is_repost(text):
        return "repost"
    if references:
        types = [reference.get("type") for reference in references]
        for type_, kind in _KINDS.items():
            if type_ in types:
                return kind
    return "mention" if mentions else "post"


def _mentions(post: Json, note: Json) -> list[Json]:
    """The users named in a post; those beyond its 280th character stand in the note alone."""
    mentions = as_objects(as_object(post.get("entities")).get("mentions"))
    if note:
        mentions += as_objects(as_object(note.get("entities")).get("mentions"))
    return mentions


def _mentioned_handles(mentions: Sequence[Json]) -> tuple[str, ...]:
    handles = [handle for each in mentions if (handle := _handle(each.get("username")))]
    return tuple({handle.lower(): handle for handle in handles}.values())


def _mentioned_ids(mentions: Sequence[Json], included: Included) -> tuple[str, ...]:
    ids = [
        _id(mention.get("id"))
        or included.user_ids.get((_handle(mention.get("username")) or "").lower())
        for mention in mentions
    ]
    return tuple(dict.fromkeys(filter(None, ids)))


def _author_handle(post: Json) -> str | None:
    """As twarc writes it, or as X does since it renamed its fields."""
    return _handle(as_object(post.get("author")).get("username")) or _handle(post.get("username"))


def _required_id(post: Json, name: str) -> str:
    if not post.get(name):
        raise PayloadError(f"no {name}")
    if (identifier := _id(post[name])) is None:
        rounded = is_decimal(str(post[name]))
        raise PayloadError(KEEP_AS_TEXT if rounded else f"{name} is not a string of digits")
    return identifier


def _id(value: object) -> str | None:
    """An identifier, which programs between X and us may have written as a whole number."""
    if isinstance(value, int):
        value = str(value)
    return value if isinstance(value, str) and is_whole(value) else None


def _handle(value: object) -> str | None:
    return value if isinstance(value, str) and _is_handle(value) else None


def _language(value: object) -> str | None:
    return value if isinstance(value, str) and _is_language(value) else None
