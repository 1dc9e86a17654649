"""Mapping the items of a page: what does not come out as a message is told apart and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.collectors.base import Refused
from socialscore.payloads import PayloadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.collectors.base import Interval
    from socialscore.model.messages import Message

__all__ = ["mapped"]


def mapped(
    item_id: object, span: Interval | None, mapping: Callable[[], Message]
) -> Message | Refused:
    """What an item is: a message, or refused by name.

    Args:
        item_id: as the network says it, whatever that is.
        span: when it was written; None if no message is missing where it cannot be one.
        mapping: makes a message of it.
    """
    try:
        return mapping()
    except PayloadError as error:
        return Refused(str(item_id or "?")[:100], str(error), span)
