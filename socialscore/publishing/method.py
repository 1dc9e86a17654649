"""The method as a text: what was counted, what was left out, and the statement that did it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.reporters import wording
from socialscore.reporters.facts import context
from socialscore.reporters.formatting import one_line
from socialscore.reporters.wording import audited, in_words, intervals
from socialscore.scoring.inputs import as_seen
from socialscore.scoring.sensitivity import sensitivity, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.basis import Basis

__all__ = ["method_text"]


def method_text(board: Scoreboard, basis: Basis) -> str:
    """Everything that somebody needs who wants to count again.

    Args:
        board: what was counted.
        basis: what that was computed from.
    """
    of_options = {option.column for option in OPTIONS}
    facts = {name: value for name, value in context(board).items() if name not in of_options}
    facts["seen_until"] = basis.seen_until.isoformat()
    said = (board.description, *board.notes, *_caveats(board))
    parts = {
        one_line(board.title): "\n".join(map(one_line, filter(None, said))),
        "What it rests on": _listed(facts),
        "The options": "\n".join(_options(board)),
        "Messages that were left out, over all bodies": "\n".join(_left_out(board)),
        "The audit": _audit(board),
        **({"Withdrawn from the store": "\n".join(_withdrawn(basis))} if basis.withdrawn else {}),
        "The messages that the store had by then": "-- `stored` is its table `message`\n"
        + as_seen(basis.seen_until),
        "The statement": basis.question(board.period).text,
    }
    texts = (f"{head}\n{'=' * len(head)}\n\n{text.strip()}\n" for head, text in parts.items())
    return _printable("\n\n".join(texts))


def _printable(text: str) -> str:
    """The text without what would steer a terminal, or turn the writing around."""
    lines = (
        line if line.isprintable() else "".join(it if it.isprintable() else " " for it in line)
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _audit(board: Scoreboard) -> str:
    if board.audit is None:
        return audited(board)
    return f"{audited(board)}\n{_listed(asdict(board.audit))}"


def _withdrawn(basis: Basis) -> Iterator[str]:
    """The runs that are not counted any more, though their messages would be."""
    for it in basis.withdrawn:
        messages = "1 message" if it.n_messages == 1 else f"{it.n_messages:,} messages"
        yield f"{it.run_id}, on {it.withdrawn_on}: {messages}"


def _caveats(board: Scoreboard) -> Iterator[str]:
    """How sure the numbers are, and how much they depend on the selection, where that is known."""
    yield from intervals(board)
    counted = {metric.name for metric in board.metrics}
    if "n_answered_all" in counted and not why_not(board.options):
        yield from wording.sensitivity(sensitivity(board))


def _options(board: Scoreboard) -> Iterator[str]:
    for option in OPTIONS:
        mark = " (not the preset's)" if option.name in board.overridden else ""
        yield f"{option.label} ({option.name}): {in_words(option, board)}{mark}"


def _listed(values: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()
    )


def _left_out(board: Scoreboard) -> Iterator[str]:
    for metric in board.metrics:
        if metric.name.startswith("n_excluded_"):
            n_excluded = sum(int(score.values[metric.name] or 0) for score in board.scores)
            yield f"{metric.name}: {n_excluded} ({metric.description})"
