"""What a file beside another says of it: who wrote the messages of an account's archive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.json_lines import decoded_json

if TYPE_CHECKING:
    from socialscore.importers.layout import Layout
    from socialscore.importers.mapped import Mapped
    from socialscore.importers.source import Source

__all__ = ["said_beside"]


def said_beside(source: Source, layout: Layout, mapped: Mapped) -> Mapped:
    """What a layout finds in a file, with the author whom the file beside it names, if any does.

    Raises:
        InputError: that file is missing, or does not say it.
    """
    beside = layout.beside
    if beside is None:
        return mapped
    content = source.sibling(beside.file)
    if content is None:
        problem = f"does not say who wrote the messages; put {beside.file} of the same archive"
        raise InputError(source.path, f"{problem} beside it")
    place = source.path.with_name(beside.file)
    author = {
        ours: _value(content, name, place)
        for ours, name in (("author_id", beside.author_id), ("author_handle", beside.author_handle))
        if name
    }
    return replace(mapped, constants={**mapped.constants, **author})


def _value(content: bytes, name: str, place: object) -> str:
    """What a JSON document says under a dotted name; the document may be the only one of a list."""
    found: Any = None
    with suppress(ValueError, LookupError, TypeError):
        found = decoded_json(content)
        for key in name.split("."):
            found = (found[0] if isinstance(found, list) else found)[key]
    if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
        raise InputError(place, f"does not say {name}")
    return str(found)
