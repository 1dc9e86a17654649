"""How much a ranking depends on which messages it selects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.scoreboard import Score, Scoreboard


@dataclass(frozen=True)
class Selected:
    """What one body has under one selection."""

    n_requests: int  # mature ones
    n_answered: int
    response_rate: float | None  # None: there is no request
    rank: int | None  # that of the ranking if it selected so; None: it would not rank the body


@dataclass(frozen=True)
class Alternatives:
    """One body's line under every selection."""

    score: Score  # under the ranking's own
    by_selection: Mapping[str, Selected]
    leaves: tuple[str, ...]  # selections under which its rank lies outside of its rank interval


@dataclass(frozen=True)
class Sensitivity:
    """A ranking under every selection."""

    scoreboard: Scoreboard  # the ranking under its own
    selections: tuple[str, ...]  # each contains the one before
    lines: tuple[Alternatives, ...]  # in the order of the scoreboard
