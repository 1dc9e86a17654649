"""Texts in the cells of tables: what a spreadsheet would run, and what keeps it from doing so.

Names, titles and labels come from files that others write. A spreadsheet takes a cell for a formula
by its first sign, and may find that behind spaces, quotes and signs that nobody sees, or in the
wide forms of East Asian typesetting. And one that takes another separator than we wrote, as a
French one does where we wrote commas, begins a cell in the middle of a text.
"""

from __future__ import annotations

import re

__all__ = ["cell_text", "harmless", "is_formula", "unguarded"]

_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_SKIPPED = rf"[\s\x00-\x1f\x7f-\x9f{_INVISIBLE}\"“”„«»`´‘’]*"
_SIGN = r"[=+\-@\u207a\u207b\u207c\u208a-\u208c\u2212\ufe62\ufe63\ufe66\ufe6b＝＋－＠]"
_BEGINS = re.compile(rf"[\t\r\n]|{_SKIPPED}{_SIGN}")
_SEPARATOR = re.compile(r"[,;\t\r\n]")
# It takes what is skipped without a sign too: text full of line feeds is read once and not anew
# from each of them.
_CONTINUES = re.compile(rf"[,;\t\r\n]{_SKIPPED}+({_SIGN})?")
_GUARDS = re.compile(rf"\A'+(?=[\t\r\n]|{_SKIPPED}{_SIGN})|(?<=[,;\t\r\n])'+(?={_SKIPPED}{_SIGN})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a cell that says this."""
    return _BEGINS.match(text) is not None


def harmless(text: str) -> str:
    """The text with an apostrophe wherever a cell could begin with a formula: it says “text”."""
    guarded = _CONTINUES.sub(_guarded, text)
    return f"'{guarded}" if is_formula(text) else guarded


def _guarded(found: re.Match[str]) -> str:
    """A separator with what is skipped after it, where a sign follows with apostrophes."""
    return _SEPARATOR.sub(r"\g<0>'", found[0]) if found[1] else found[0]


def unguarded(text: str) -> str:
    """The text that `harmless` guarded, or that somebody guarded likewise."""
    while (found := _GUARDS.sub("", text)) != text:  # a guard may hide the one before it
        text = found
    return text


def cell_text(text: str) -> str:
    """The text as every table of ours has it: harmless to spreadsheets and to terminals.

    Instead of control characters there are spaces. Lines end with a line feed: the csv module does
    not quote a lone carriage return, and readers would end the row there.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return harmless(_CONTROL.sub(" ", lines))
