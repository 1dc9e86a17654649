"""What networks charge and allow: `prices.toml`, which has a date, since it does not last."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["FacebookTerms", "XPrices", "facebook_terms", "x_prices"]


@dataclass(frozen=True)
class XPrices:
    """What X charges and allows."""

    as_of: date
    source: str
    dollars: Mapping[str, float]  # by what is read: post, user, count_recent, count_all
    most: Mapping[str, int]  # by list: the most posts that it shows
    per_quarter_hour: Mapping[str, int]  # requests by endpoint


@dataclass(frozen=True)
class FacebookTerms:
    """What Facebook allows, and for how long."""

    as_of: date
    source: str
    posts_per_year: int  # about as many as a page's feed shows
    versions: Mapping[str, date]  # when each version of Graph is switched off


def x_prices() -> XPrices:
    """As X said on the day of `as_of`."""
    return XPrices(**_read()["twitter"])


def facebook_terms() -> FacebookTerms:
    """As Facebook said on the day of `as_of`."""
    return FacebookTerms(**_read()["facebook"])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))
