"""Two periods side by side: how each body's response rate and rank moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from socialscore.model.period import Period, period_before
from socialscore.model.scoreboard import Change
from socialscore.scoring.notes import of_panels
from socialscore.scoring.uncertainty import effective_counts, kept, newcombe, p_value

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Score, Scoreboard

__all__ = ["compare", "period_to_compare", "ranked_before"]


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
    once = set(earlier.ranked_before)
    changes = _changes([(score, before.get(score.body.body_id)) for score in later.scores])
    scores = tuple(
        replace(score, change=replace(change, entered=_entered(score, change, once)))
        for score, change in zip(later.scores, changes, strict=True)
    )
    ranked = {score.body.body_id for score in later.scores if score.rank}
    gone = (s.body for s in earlier.scores if s.rank and s.body.body_id not in ranked)
    notes = later.notes
    if later.panel_digest != earlier.panel_digest:
        bodies = _bodies(earlier, earlier_panel), _bodies(later, panel)
        notes += of_panels(*bodies, earlier.period)
    return replace(
        later,
        scores=scores,
        compared_to=earlier.period,
        gone=tuple(gone),
        ranked_before=ranked_before(later, earlier),
        notes=notes,
    )


def ranked_before(later: Scoreboard, earlier: Scoreboard) -> tuple[str, ...]:
    """The body_ids of those that an earlier edition ranked, and the later one does not."""
    ranked = {score.body.body_id for score in later.scores if score.rank}
    then = {score.body.body_id for score in earlier.scores if score.rank}
    return tuple(sorted((then | set(earlier.ranked_before)) - ranked))


def _entered(score: Score, change: Change, once: Collection[str]) -> Literal["new", "back"] | None:
    if score.rank is None or change.previous_rank is not None:
        return None
    return "back" if score.body.body_id in once else "new"


def _bodies(scoreboard: Scoreboard, panel: Panel | None) -> tuple[Body, ...]:
    """In order of their names."""
    bodies = panel.bodies if panel else (score.body for score in scoreboard.scores)
    return tuple(sorted(bodies, key=lambda body: (body.name, body.body_id)))


def _changes(pairs: Sequence[tuple[Score, Score | None]]) -> list[Change]:
    """How each body differs from what it was; a direction where that is more than chance."""
    counts = [
        (effective_counts(then.values) if then else (0.0, 0.0), effective_counts(now.values))
        for now, then in pairs
    ]
    comparable = [number for number, (then, now) in enumerate(counts) if then[1] and now[1]]
    real = kept([p_value(*counts[number]) for number in comparable])
    clear = {number for number, is_real in zip(comparable, real, strict=True) if is_real}
    return [
        _change(then, newcombe(*counts[number]), is_clear=number in clear)
        for number, (_, then) in enumerate(pairs)
    ]


def _change(
    then: Score | None, difference: tuple[float, float, float] | None, *, is_clear: bool
) -> Change:
    middle, low, high = difference or (None, None, None)
    direction: Literal["up", "down"] | None = None
    if is_clear and low is not None and high is not None and not low <= 0 <= high:
        direction = "up" if low > 0 else "down"
    previous, rank = ({}, None) if then is None else (then.values, then.rank)
    return Change(previous, rank, middle, low, high, direction)
