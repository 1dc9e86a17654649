"""The fields that `twitter.to_message` and `Included` read: a decoder may skip all others unread.

Most of what X answers is none of our business (counts, annotations, profiles), and making Python
objects of it takes longer than all the rest of an import. What has another shape than it says here
needs a decoder that reads everything.
"""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["Document"]


class _User(TypedDict, total=False):
    id: Any
    username: Any


class _Link(TypedDict, total=False):
    url: Any
    expanded_url: Any
    media_key: Any


class _Entities(TypedDict, total=False):
    mentions: list[_User]
    urls: list[_Link]


class _Note(TypedDict, total=False):
    text: Any
    entities: _Entities


class _Reference(TypedDict, total=False):
    type: Any
    id: Any
    edit_history_post_ids: Any
    edit_history_tweet_ids: Any


class _Post(TypedDict, total=False):
    id: Any
    author_id: Any
    author: _User
    username: Any
    created_at: Any
    text: Any
    note_post: _Note
    note_tweet: _Note
    lang: Any
    entities: _Entities
    conversation_id: Any
    in_reply_to_user_id: Any
    referenced_posts: list[_Reference]
    referenced_tweets: list[_Reference]
    edit_history_post_ids: Any
    edit_history_tweet_ids: Any


class _Includes(TypedDict, total=False):
    users: list[_User]
    posts: list[_Reference]
    tweets: list[_Reference]


class _Meta(TypedDict, total=False):
    result_count: Any


class Document(_Post, total=False):
    """A page, or a post."""

    data: list[_Post] | _Post
    includes: _Includes
    meta: _Meta
    errors: Any
