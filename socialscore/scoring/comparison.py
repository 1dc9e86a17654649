"""Two periods side by side: how each body's response rate and rank moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.model import Change
from socialscore.period import Period, period_before
from socialscore.scoring.uncertainty import newcombe

if TYPE_CHECKING:
    from socialscore.model import Score, Scoreboard

__all__ = ["compare", "period_to_compare"]


def period_to_compare(later: Scoreboard, text: str) -> str:
    """The earlier period that `text` names: as rankings name periods, or `previous`."""
    if text != "previous":
        return text
    return period_before(Period(later.period, later.since, later.until))


def compare(later: Scoreboard, earlier: Scoreboard) -> Scoreboard:
    """The later scoreboard with each body's change since the earlier one, by the same options."""
    before = {score.body.body_id: score for score in earlier.scores}
    scores = tuple(
        replace(score, change=_change(score, before.get(score.body.body_id)))
        for score in later.scores
    )
    ranked = {score.body.body_id for score in later.scores if score.rank}
    gone = (s.body for s in earlier.scores if s.rank and s.body.body_id not in ranked)
    return replace(later, scores=scores, compared_to=earlier.period, gone=tuple(gone))


def _change(now: Score, then: Score | None) -> Change:
    previous = {} if then is None else then.values
    counts = [
        int(values.get(name) or 0)
        for values in (previous, now.values)
        for name in ("n_answered", "n_requests")
    ]
    difference, low, high = newcombe(*counts) or (None, None, None)
    return Change(previous, None if then is None else then.rank, difference, low, high)
