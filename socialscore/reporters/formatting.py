"""Numbers, durations and dates as a person reads them, in English; `locale.py` says how.

Thousands are set apart by commas, shares are whole percents, and a missing value is a dash.
"""

from __future__ import annotations

from socialscore.reporters.locale import ENGLISH, NO_VALUE

__all__ = [
    "NO_VALUE",
    "count",
    "counted",
    "days",
    "duration",
    "instant",
    "limit",
    "one_line",
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


def counted(number: int, noun: str) -> str:
    """`1 body`, `1,200 bodies`."""
    several = "bodies" if noun == "body" else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the writing around."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())
