"""Numbers, durations and dates as a person reads them, in English; `locale.py` says how.

Thousands are set apart by commas, shares are whole percents, and a missing value is a dash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters.locale import ENGLISH, NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = [
    "NO_VALUE",
    "aligned",
    "count",
    "counted",
    "days",
    "duration",
    "instant",
    "limit",
    "one_line",
    "plain_decimal",
    "points",
    "quantity",
    "ratio",
    "share",
    "span",
]

count = ENGLISH.count
days = ENGLISH.days
duration = ENGLISH.duration
instant = ENGLISH.instant
limit = ENGLISH.limit
points = ENGLISH.points
quantity = ENGLISH.quantity
ratio = ENGLISH.ratio
share = ENGLISH.share
span = ENGLISH.span


def plain_decimal(value: float) -> str:
    """As the exports write it: never with an exponent, `0.719626`, `653.0`.

    Arithmetic leaves 668.4000000000002, of which six decimals stay.
    """
    whole, _, decimals = f"{value:.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def counted(number: int, noun: str) -> str:
    """`1 body`, `1,200 bodies`."""
    several = "bodies" if noun == "body" else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the writing around."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())


def aligned(rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> list[str]:
    """Lines of columns as wide as what stands in them; those of numbers end where they end.

    Args:
        rows: the header first.
        numbers: places of columns of numbers.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
