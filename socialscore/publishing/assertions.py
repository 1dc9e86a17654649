"""What must hold before a scoreboard is published: its ranking says it under `[assert]`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from socialscore.reporters import formatting
from socialscore.reporters.reasons import in_english

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from socialscore.inputs.options import Assertions
    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["shortfalls"]

_MOST_NAMES = 10


def shortfalls(board: Scoreboard, assertions: Assertions) -> Iterator[str]:
    """What falls short, a clause each, with the bodies to look at; none: it may be published.

    Args:
        board: the scoreboard of the period.
        assertions: what its ranking asks for.
    """
    n_ranked = len(board.ranked)
    if n_ranked < assertions.min_bodies:
        without = (f"{_name(s)}: {_why(board, s)}" for s in board.scores if s.rank is None)
        yield (
            f"bodies with a rank: {n_ranked}, assert.min_bodies is {assertions.min_bodies}"
            f"{_listed(without)}"
        )
    n_requests = sum(map(_requests, board.scores))
    if n_requests < assertions.min_requests_total:
        fewest = (
            f"{_name(score)}: {_requests(score):,}" for score in sorted(board.scores, key=_requests)
        )
        yield (
            f"requests that have matured: {n_requests:,}, assert.min_requests_total is "
            f"{assertions.min_requests_total:,}{_listed(fewest)}"
        )
    present = [score for score in board.scores if score.reason != "no-account"]
    coverage = sum(map(_coverage, present)) / len(present) if present else 0.0
    if coverage < assertions.min_coverage:
        partial = sorted((score for score in present if _coverage(score) < 1), key=_coverage)
        least = (f"{_name(score)}: {formatting.share(_coverage(score))}" for score in partial)
        yield (
            f"{formatting.limit(_rounded_down(coverage), 'share')} of the period was in view, "
            f"assert.min_coverage is {formatting.limit(assertions.min_coverage, 'share')}"
            f"{_listed(least)}"
        )


def _why(board: Scoreboard, score: Score) -> str:
    """Why a body has no rank, and how many of its requests nobody watched to the end."""
    reason = in_english(board, score.reason, _requests(score))
    n_unwatched = int(score.values.get("n_unwatched") or 0)
    return f"{reason}, and {n_unwatched:,} unwatched" if n_unwatched else reason


def _requests(score: Score) -> int:
    return int(score.values["n_requests"] or 0)


def _coverage(score: Score) -> float:
    return score.values["coverage"] or 0.0


def _rounded_down(share: float) -> float:
    """To hundredths of a percent; what falls short does not look as if it did not."""
    return math.floor(round(share * 10_000, 6)) / 10_000


def _name(score: Score) -> str:
    return formatting.one_line(score.body.name)


def _listed(parts: Iterable[str]) -> str:
    """The first ones, and how many others there are, in brackets; nothing, if there are none."""
    found = list(parts)
    n_others = len(found) - _MOST_NAMES
    others = f" and {n_others} other{'s' * (n_others > 1)}" if n_others > 0 else ""
    return f" ({', '.join(found[:_MOST_NAMES])}{others})" if found else ""
