"""Identifiers that are numbers, and what programs make of them that know only decimal numbers.

Such a program keeps some 15 digits of a number of 16 or more. What is left names another message,
and perhaps one that exists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DECIMAL",
    "EXACT",
    "KEEP_AS_TEXT",
    "KEPT_DIGITS",
    "ZEROS",
    "is_decimal",
    "is_whole",
    "shortened",
]

DECIMAL = r"[0-9]+[.,][0-9]*(?:[eE]\+?[0-9]+)?|[0-9]+[eE]\+[0-9]+"
"""A number with a decimal point, a comma or an exponent, as no identifier has: an expression."""

KEPT_DIGITS = 15
"""As many digits a spreadsheet keeps, and a floating-point number of 64 bits at least."""

ZEROS = 8
"""So many zeros, at the ends of several identifiers together, are no chance. Identifiers of X are
mostly multiples of 4096: of these, one in five ends with a zero, one in 625 with four."""

KEEP_AS_TEXT = "an identifier was rounded; keep identifiers as text"
"""Why a message whose own identifier, or author's, was rounded is refused."""

EXACT = 2**53
"""Up to here every whole number is a floating-point number."""

_LARGEST = 2**63 - 1
_whole = re.compile("0|[1-9][0-9]{0,18}").fullmatch
_decimal = re.compile(DECIMAL).fullmatch


def is_whole(text: str) -> bool:
    """Whether a text is an identifier of a network that has numbers of less than 64 bits."""
    return bool(_whole(text)) and int(text) <= _LARGEST


def is_decimal(text: str) -> bool:
    """Whether a text is a number as programs write it that know only decimal numbers."""
    return bool(_decimal(text))


def shortened(texts: Iterable[str]) -> set[str]:
    """The numbers of which a spreadsheet kept 15 digits, where more end so than by chance."""
    n_zeros = {
        text: len(text) - KEPT_DIGITS for text in texts if is_whole(text) and int(text) > EXACT
    }
    found = {text for text, n in n_zeros.items() if text.endswith("0" * n)}
    by_chance = 5 * sum(0.1**n for n in n_zeros.values())
    no_chance = sum(n_zeros[text] for text in found) >= ZEROS or len(n_zeros) == 1
    return found if no_chance and len(found) > max(0.05 * len(n_zeros), by_chance) else set()
