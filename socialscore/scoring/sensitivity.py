"""How much a ranking depends on which messages it selects.

What counts as a request is a choice. Each body's requests and answers are counted under every
selection, so rates and ranks under the others follow from any scoreboard, a published one too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialscore.errors import option
from socialscore.inputs.options import OPTIONS
from socialscore.model.sensitivity import Alternatives, Selected, Sensitivity
from socialscore.scoring.order import ranks_of, reason_by_counts
from socialscore.scoring.uncertainty import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.scoreboard import Metric, Score, Scoreboard

__all__ = ["SELECTIONS", "sensitivity", "why_not"]

SELECTIONS = next(option.choices for option in OPTIONS if option.name == "selection")
"""Each contains the one before."""

_BY_COUNTS = ("too-few", "suspect", None)
"""Reasons for no rank that depend on the selection; the others are of accounts and coverage."""


def why_not(options: Mapping[str, Any]) -> str:
    """Why ranks under the other selections do not follow from the counts, and the way out.

    Args:
        options: of a ranking, by name.

    Returns:
        A clause; empty: they do.
    """
    if options["by"] != "response_rate":
        key = options["by"]
        way_out = option("by", "response_rate")
        return f"it compares ranks by the response rate, not by {key}; say {way_out}"
    if options["latest"]:
        return "`latest` adds requests of the ranking's own selection; set it to 0"
    return ""


def sensitivity(board: Scoreboard) -> Sensitivity:
    """Rates and ranks of a scoreboard under every selection.

    Where rates are equal, requests count under another selection by the design effect of the own
    one, and delays, which are not known, do not tell.

    Args:
        board: one that `why_not` has nothing against, with the counts under each selection.
    """
    key = next(metric for metric in board.metrics if metric.name == board.key)
    ranks = {selection: _ranks(board, key, selection) for selection in SELECTIONS}
    return Sensitivity(
        board, SELECTIONS, tuple(_alternatives(board, score, ranks) for score in board.scores)
    )


def _ranks(board: Scoreboard, key: Metric, selection: str) -> dict[str, int | None]:
    """By body, its rank under a selection."""
    if selection == board.selection:
        return {score.body.body_id: score.rank for score in board.scores}
    scores = [_under(score, selection) for score in board.scores if score.reason in _BY_COUNTS]
    allowed = [it for it in scores if not reason_by_counts(it.values, board.min_requests, key)]
    ranked, ranks = ranks_of(allowed, key)
    return {score.body.body_id: rank for score, rank in zip(ranked, ranks, strict=True)}


def _under(score: Score, selection: str) -> Score:
    """The score with the counts of a selection for its own."""
    k, n = _counts(score, selection)
    deff = score.values["deff"] or 1.0
    low, high = wilson(k / deff, n / deff) if n else (None, None)
    values = {
        "n_requests": n,
        "n_answered": k,
        "n_replies": score.values["n_replies"],
        "response_rate": k / n if n else None,
        "wilson_low": low,
        "wilson_high": high,
    }
    return replace(score, values=values)


def _counts(score: Score, selection: str) -> tuple[int, int]:
    """Answered requests, and all of them, under a selection."""
    name = selection.replace("-", "_")
    k, n = (score.values[f"{counted}_{name}"] for counted in ("n_answered", "n_selected"))
    return int(k or 0), int(n or 0)


def _alternatives(
    board: Scoreboard, score: Score, ranks: Mapping[str, Mapping[str, int | None]]
) -> Alternatives:
    found = {}
    for selection in SELECTIONS:
        k, n = _counts(score, selection)
        rank = ranks[selection].get(score.body.body_id)
        found[selection] = Selected(n, k, k / n if n else None, rank)
    low, high = score.rank_low, score.rank_high
    leaves = tuple(
        selection
        for selection, it in found.items()
        if selection != board.selection
        and it.rank is not None
        and low is not None
        and high is not None
        and not low <= it.rank <= high
    )
    return Alternatives(score, found, leaves)
