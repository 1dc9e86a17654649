"""Reading JSON that anybody may have written: what has the wrong shape counts as absent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from socialscore.model.period import LATEST
from socialscore.payloads import PayloadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Json = Mapping[str, Any]

__all__ = ["as_instant", "as_moment", "as_object", "as_objects", "whole_characters"]

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def as_object(value: object) -> Json:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Json]:
    """The JSON objects of an array; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def as_moment(value: object) -> datetime | None:
    """A moment in UTC; None for what is none, or does not say in which timezone."""
    try:
        moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def as_instant(payload: Json, name: str, network: str, opened: datetime) -> datetime:
    """A field that says when something was written, in UTC.

    Args:
        payload: what has the field.
        name: of the field.
        network: as people call it.
        opened: before this moment nobody can have written there.

    Raises:
        PayloadError: the field is absent, or no moment at which anybody can have written.
    """
    written = payload.get(name)
    if not written:
        raise PayloadError(f"no {name}")
    try:
        instant = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        raise PayloadError(f"{name} is not a date") from None
    if instant.tzinfo is None:
        raise PayloadError(f"{name} has no timezone")
    if not opened <= instant < LATEST:
        raise PayloadError(f"{name} is before {network}'s first post or absurdly late")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def whole_characters(text: str) -> str:
    """The text without halves of characters: an emoji cut in two cannot be stored."""
    if text.isascii():
        return text
    # Never "?", which would make a question.
    return _HALF_A_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)
