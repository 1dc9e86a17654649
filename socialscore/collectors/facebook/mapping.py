"""The posts and comments of a page of a wall, as messages."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import Refused
from socialscore.collectors.facebook.wall import written_at
from socialscore.collectors.mapping import mapped, placed
from socialscore.payloads.facebook import to_message
from socialscore.payloads.values import as_object, as_objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.collectors.base import Interval, Page
    from socialscore.model.messages import Message

    Json = Mapping[str, Any]

__all__ = ["messages_of"]


def messages_of(page: Page) -> list[Message | Refused]:
    """The entries of a page, mapped; see `Collector.messages`."""
    page_id, account_id = str(page.payload.get("page_id")), page.task.account.account_id
    entries = as_objects(page.payload.get("data"))
    lists: dict[str, list[int]] = {}  # the posts, and the comments of each
    for place, entry in enumerate(entries):
        lists.setdefault(str(as_object(entry.get("post")).get("id")), []).append(place)
    found: dict[int, Message | Refused] = {}
    for places in lists.values():
        some = _list([entries[place] for place in places], page_id, page.task.interval)
        found |= zip(places, some, strict=True)
    return [_renamed(found[place], page_id, account_id) for place in range(len(entries))]


def _list(entries: Sequence[Json], page_id: str, whole: Interval) -> list[Message | Refused]:
    """The posts of a page, or the comments of one post, which were not written before it."""
    items = [as_object(entry.get("item")) for entry in entries]
    found = [
        mapped(item.get("id"), partial(to_message, item, page_id, entry.get("post")))
        for item, entry in zip(items, entries, strict=True)
    ]
    posted = written_at(as_object(entries[0].get("post")))
    if posted and whole.since < posted < whole.until:
        whole = replace(whole, since=posted)
    found = placed(found, [written_at(item) for item in items], whole)
    return [
        replace(each, span=None) if isinstance(each, Refused) and _is_draft(item) else each
        for each, item in zip(found, items, strict=True)
    ]


def _is_draft(item: Json) -> bool:
    """Whether no message is missing for a post that is refused."""
    return item.get("is_published") is False


def _renamed(item: Message | Refused, page_id: str, account_id: str) -> Message | Refused:
    """A message in which the page is called as in the panel."""
    if isinstance(item, Refused) or page_id == account_id:
        return item
    names = {page_id: account_id}
    answered = item.reply_to_author_id
    return replace(
        item,
        author_id=names.get(item.author_id, item.author_id),
        reply_to_author_id=answered and names.get(answered, answered),
        mentioned_ids=tuple(names.get(each, each) for each in item.mentioned_ids),
    )
