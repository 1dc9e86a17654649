"""Two periods side by side: how each body's response rate and rank moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.model.period import Period, period_before
from socialscore.model.scoreboard import Change
from socialscore.scoring.notes import of_panels
from socialscore.scoring.uncertainty import newcombe

if TYPE_CHECKING:
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["compare", "period_to_compare"]


def period_to_compare(later: Scoreboard, text: str) -> str:
    """The earlier period that `text` names: as rankings name periods, or `previous`."""
    if text != "previous":
        return text
    return period_before(Period(later.period, later.since, later.until))


def compare(
    later: Scoreboard,
    earlier: Scoreboard,
    *,
    panel: Panel | None = None,
    earlier_panel: Panel | None = None,
) -> Scoreboard:
    """The later scoreboard with each body's change since the earlier one, by the same options.

    Its notes say what was edited in the panel.

    Args:
        later: the scoreboard to show.
        earlier: the one that it is compared to.
        panel: that of the later scoreboard, whose bodies are those of the scores by default.
        earlier_panel: likewise, of the earlier one; what was published names no accounts.
    """
    before = {score.body.body_id: score for score in earlier.scores}
    scores = tuple(
        replace(score, change=_change(score, before.get(score.body.body_id)))
        for score in later.scores
    )
    ranked = {score.body.body_id for score in later.scores if score.rank}
    gone = (s.body for s in earlier.scores if s.rank and s.body.body_id not in ranked)
    notes = later.notes
    if later.panel_digest != earlier.panel_digest:
        bodies = _bodies(earlier, earlier_panel), _bodies(later, panel)
        notes += of_panels(*bodies, earlier.period)
    return replace(later, scores=scores, compared_to=earlier.period, gone=tuple(gone), notes=notes)


def _bodies(scoreboard: Scoreboard, panel: Panel | None) -> tuple[Body, ...]:
    """In order of their names."""
    bodies = panel.bodies if panel else (score.body for score in scoreboard.scores)
    return tuple(sorted(bodies, key=lambda body: (body.name, body.body_id)))


def _change(now: Score, then: Score | None) -> Change:
    previous = {} if then is None else then.values
    counts = [
        int(values.get(name) or 0)
        for values in (previous, now.values)
        for name in ("n_answered", "n_requests")
    ]
    difference, low, high = newcombe(*counts) or (None, None, None)
    return Change(previous, None if then is None else then.rank, difference, low, high)
