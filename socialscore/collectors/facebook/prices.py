"""What Facebook allows: `prices.toml`, which has a date, since it does not last."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["FacebookTerms", "facebook_terms"]


@dataclass(frozen=True)
class FacebookTerms:
    """What Facebook allows, and for how long."""

    as_of: date
    source: str
    posts_per_year: int  # about as many as a page's feed shows
    versions: Mapping[str, date]  # when each version of Graph is switched off


def facebook_terms() -> FacebookTerms:
    """As Facebook said on the day of `as_of`."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return FacebookTerms(**tomllib.loads(text))
