"""How many bodies have an account, and how many use it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ANYWHERE", "AdoptionLine", "Share"]

ANYWHERE = ""
"""In the place of a network: on any of them."""


@dataclass(frozen=True)
class Share:
    """A number of bodies among all of a category, with what chance allows."""

    n: int
    of: int  # at least one
    low: float  # of Wilson's 95 % interval, from 0 to 1
    high: float

    @property
    def value(self) -> float:
        """From 0 to 1."""
        return self.n / self.of


@dataclass(frozen=True)
class AdoptionLine:
    """The bodies of a category on one network, or on any."""

    category: str
    network: str  # ANYWHERE: those that are on any of them
    with_account: Share
    active: Share | None = None  # None: nobody knows who is
    n_unseen: int | None = None  # with an account, of which no posts of these days were collected
    # The share that had an account at an earlier date, and by how much it changed since, with
    # Newcombe's 95 % interval, as shares; None: it is compared with no date.
    before: Share | None = None
    difference: tuple[float, float, float] | None = None
