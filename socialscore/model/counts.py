"""What a table of counts says of a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialscore.model.messages import Body


@dataclass(frozen=True)
class CountedBody:
    """A body of which somebody counted the requests."""

    body: Body
    n_requests: int
    n_answered: int  # no more than that
    # The same of an earlier period: requests and those of them that were answered.
    before: tuple[int, int] | None = None  # None: not counted then
