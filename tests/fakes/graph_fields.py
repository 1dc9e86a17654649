"""Graph's `fields`: names with modifiers and fields of their own, to any depth.

id,from{id,name},comments.filter(stream).limit(25){id,message,parent{id}}
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["BadFields", "Wanted", "parsed"]

_NAME = re.compile(r"\s*(\w+)\s*")
_MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")


class BadFields(Exception):
    """Graph refuses the list, with a code; `str(error)` says why."""

    def __init__(self, message: str, code: int = 2500) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Wanted:
    """A field that is wanted."""

    modifiers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Wanted] = field(default_factory=dict)  # of the object; none: the usual ones


def parsed(text: str) -> dict[str, Wanted]:
    """The wanted fields, by name.

    Raises:
        BadFields: it is no list of fields.
    """
    wanted, place = _list(text, 0)
    if place != len(text):
        raise BadFields(f"Syntax error at character {place}")
    return wanted


def _list(text: str, place: int) -> tuple[dict[str, Wanted], int]:
    """Fields apart by commas, and where they end."""
    found: dict[str, Wanted] = {}
    while True:
        name = _NAME.match(text, place)
        if name is None:
            raise BadFields(f"Syntax error at character {place}")
        place, modifiers = name.end(), {}
        while modifier := _MODIFIER.match(text, place):
            modifiers[modifier[1]], place = modifier[2], modifier.end()
        fields: dict[str, Wanted] = {}
        if text[place : place + 1] == "{":
            fields, place = _list(text, place + 1)
            if text[place : place + 1] != "}":
                raise BadFields(f"Expected end of braces at character {place}")
            place += 1
        found[name[1]] = Wanted(modifiers, fields)
        if text[place : place + 1] != ",":
            return found, place
        place += 1
