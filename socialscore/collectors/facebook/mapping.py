"""The posts and comments of a page of a wall, as messages."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from socialscore.collectors.base import Refused
from socialscore.collectors.facebook.wall import written_at
from socialscore.collectors.mapping import mapped
from socialscore.collectors.paging import SECOND, spans
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
    found = []
    for entry, span in zip(entries, _spans(entries, page.task.interval), strict=True):
        item = as_object(entry.get("item"))
        lacks = None if item.get("is_published") is False else span
        mapping = partial(to_message, item, page_id, entry.get("post"))
        found.append(mapped(item.get("id"), lacks, mapping))
    if page_id == account_id:
        return found
    return [_renamed(each, page_id, account_id) for each in found]


def _spans(entries: Sequence[Json], whole: Interval) -> list[Interval]:
    """When each post and comment was written: comments tell only about those of their post."""
    lists: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        lists.setdefault(str(as_object(entry.get("post")).get("id")), []).append(place)
    found = [whole] * len(entries)
    for places in lists.values():
        moments = [written_at(as_object(entries[place].get("item"))) for place in places]
        posted = written_at(as_object(entries[places[0]].get("post"))) or whole.since
        since = max(whole.since, min(posted, whole.until - SECOND))
        for place, span in zip(places, spans(moments, replace(whole, since=since)), strict=True):
            found[place] = span
    return found


def _renamed(item: Message | Refused, page_id: str, account_id: str) -> Message | Refused:
    """A message in which the page is called as in the panel."""
    if isinstance(item, Refused):
        return item
    names = {page_id: account_id}
    answered = item.reply_to_author_id
    return replace(
        item,
        author_id=names.get(item.author_id, item.author_id),
        reply_to_author_id=answered and names.get(answered, answered),
        mentioned_ids=tuple(names.get(each, each) for each in item.mentioned_ids),
    )
