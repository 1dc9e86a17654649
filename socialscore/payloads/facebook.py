"""Posts and comments of Facebook's Graph API, as messages.

Everything stands on the wall of a page: the page's own posts, posts of visitors, and comments under
both. A comment on a comment names it as `parent`; Facebook hangs every further answer under that
same first comment, so a citizen who answers the page's answer seems to answer themself.

Facebook keeps back who wrote an item (`from`) when a person did not permit it, but never for the
page itself. Such an author is a citizen of whom nothing is known, not even what else they wrote:
each item has an author of its own, and therefore counts as an episode of its own.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from socialscore.model.messages import UNKNOWN_AUTHOR, Message
from socialscore.payloads import PayloadError
from socialscore.payloads.values import as_instant, as_object, as_objects, whole_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

    Json = Mapping[str, Any]

__all__ = ["to_message"]

_OPENED = datetime(2004, 2, 4, tzinfo=UTC)
_ID = re.compile(r"[0-9]+(?:_[0-9]+)*")


def to_message(item: Json, page_id: str, post: Json | None = None) -> Message:
    """A post of a page's feed, or a comment under one, as a message.

    Args:
        item: the post or comment.
        page_id: of the page on whose wall it stands, or whose feed shows it.
        post: the post under which a comment stands: its `id` and `from`; None for a post.

    Raises:
        PayloadError: it has no usable id or date, or is not published.
    """
    return _post(item, page_id) if post is None else _comment(item, page_id, post)


def _post(post: Json, page_id: str) -> Message:
    post_id, author_id = _required_id(post), _author_id(post)
    if post.get("is_published") is False:
        raise PayloadError("not published")
    own = author_id == page_id
    # Feeds also show what others write on their own walls and tag the page in.
    on_the_wall = post_id.startswith(f"{page_id}_")
    return Message(
        network="facebook",
        message_id=post_id,
        author_id=author_id,
        sent_at=as_instant(post, "created_time", "Facebook", _OPENED),
        text=_text(post),
        kind="post" if own else "wall-post" if on_the_wall else "mention",
        conversation_id=post_id,
        mentioned_ids=_named(() if own else (page_id,), post),
    )


def _comment(comment: Json, page_id: str, post: Json) -> Message:
    comment_id, author_id = _required_id(comment), _author_id(comment)
    parent = as_object(comment.get("parent"))
    answered = parent if _id(parent) else post
    answered_author_id = _author_id(answered) if _id(answered) else None
    to_page = author_id != page_id and _addresses_page(author_id, answered_author_id)
    return Message(
        network="facebook",
        message_id=comment_id,
        author_id=author_id,
        sent_at=as_instant(comment, "created_time", "Facebook", _OPENED),
        text=_text(comment),
        kind="comment",
        reply_to_id=_id(answered),
        reply_to_author_id=answered_author_id,
        conversation_id=_id(post),
        mentioned_ids=_named((page_id,) if to_page else (), comment),
    )


def _addresses_page(author_id: str, answered_author_id: str | None) -> bool:
    """Whether a citizen's comment is meant for the page, though it may answer another one's words.

    Citizens also talk to each other. Their own earlier words they only seem to answer, and where
    one of both is not known, the page may be meant.
    """
    either = (author_id, answered_author_id or UNKNOWN_AUTHOR)
    return author_id == answered_author_id or any(
        each.startswith(UNKNOWN_AUTHOR) for each in either
    )


def _author_id(item: Json) -> str:
    """Who wrote an item that has an id; an author of its own where Facebook does not say."""
    return _id(as_object(item.get("from"))) or f"{UNKNOWN_AUTHOR}{_id(item)}"


def _text(item: Json) -> str:
    """What was typed; nothing where somebody posted a picture or a sticker alone."""
    text = item.get("message")
    return whole_characters(text) if isinstance(text, str) else ""


def _named(addressed: tuple[str, ...], item: Json) -> tuple[str, ...]:
    """Whom an item addresses: by where it stands, and by the tags in its text."""
    tags = item.get("message_tags")
    # Older versions of Graph sort them by their place in the text.
    places = tags.values() if isinstance(tags, dict) else [tags]
    tagged = (_id(tag) for place in places for tag in as_objects(place))
    return tuple(dict.fromkeys((*addressed, *filter(None, tagged))))


def _required_id(item: Json) -> str:
    if not item.get("id"):
        raise PayloadError("no id")
    if (identifier := _id(item)) is None:
        raise PayloadError("id is not digits, joined by underscores")
    return identifier


def _id(item: Json) -> str | None:
    value = item.get("id")
    return value if isinstance(value, str) and _ID.fullmatch(value) else None
