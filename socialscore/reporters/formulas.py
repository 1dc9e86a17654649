"""Texts that a spreadsheet would run, and what keeps it from doing so.

Names, titles and labels come from files that others write. A spreadsheet takes a cell for a formula
by its first sign, and may find that behind spaces, quotes and signs that nobody sees, or in the
wide forms of East Asian typesetting. And one that takes another separator than we wrote, as a
French one does where we wrote commas, begins a cell in the middle of a text.
"""

from __future__ import annotations

import re

__all__ = ["harmless", "is_formula"]

_SKIPPED = r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\"“”„«»`´‘’]*"
_SIGN = r"[=+\-@\u207a\u207b\u207c\u208a-\u208c\u2212\ufe62\ufe63\ufe66\ufe6b＝＋－＠]"
_BEGINS = re.compile(rf"[\t\r\n]|{_SKIPPED}{_SIGN}")
_CONTINUES = re.compile(rf"(?<=[,;\t\r\n])(?={_SKIPPED}{_SIGN})")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a cell that says this."""
    return _BEGINS.match(text) is not None


def harmless(text: str) -> str:
    """The text with an apostrophe wherever a cell could begin with a formula: it says “text”."""
    guarded = _CONTINUES.sub("'", text)
    return f"'{guarded}" if is_formula(text) else guarded
