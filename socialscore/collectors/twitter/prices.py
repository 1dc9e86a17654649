"""What X charges and allows: `prices.toml`, which has a date, since it does not last."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["XPrices", "x_prices"]


@dataclass(frozen=True)
class XPrices:
    """What X charges and allows."""

    as_of: date
    source: str
    dollars: Mapping[str, float]  # by what is read: post, user, count_recent, count_all
    most: Mapping[str, int]  # by list: the most posts that it shows
    per_quarter_hour: Mapping[str, int]  # requests by endpoint


def x_prices() -> XPrices:
    """As X said on the day of `as_of`."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return XPrices(**tomllib.loads(text))
