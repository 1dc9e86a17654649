"""Mapping the items of a page: what does not come out as a message is named, with its time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.collectors.base import Refused
from socialscore.collectors.paging import spans
from socialscore.payloads import PayloadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from socialscore.collectors.base import Interval
    from socialscore.model.messages import Message

__all__ = ["mapped", "placed"]


def mapped(item_id: object, mapping: Callable[[], Message]) -> Message | Refused:
    """What a mapping makes of an item: a message, or its refusal by name, whatever that is."""
    try:
        return mapping()
    except PayloadError as error:
        return Refused(str(item_id or "?")[:100], str(error))


def placed(
    items: Sequence[Message | Refused], moments: Sequence[datetime | None], whole: Interval
) -> list[Message | Refused]:
    """The items of a list, those that were refused with the time at which a message is missing.

    Args:
        items: the newest first.
        moments: when each says that it was written; None for one that does not say.
        whole: the time of all of them.
    """
    good = [
        None if isinstance(item, Refused) else moment
        for item, moment in zip(items, moments, strict=True)
    ]
    return [
        replace(item, span=span) if isinstance(item, Refused) else item
        for item, span in zip(items, spans(good, whole, moments), strict=True)
    ]
