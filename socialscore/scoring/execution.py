"""Gives an engine all that a question needs, and asks it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from socialscore.engines.base import Unconvertible
from socialscore.engines.duckdb import DuckDB
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring import inputs
from socialscore.scoring.integer_ids import can_be_numbered, views
from socialscore.scoring.slices import in_slices, slices
from socialscore.scoring.slots import SLOTS, slots
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from socialscore.engines.base import Engine
    from socialscore.engines.rows import Rows
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.question import Question
    from socialscore.scoring.slices import Slice

    Pseudonym = Callable[[str, str], str]

__all__ = ["Messages", "run"]


class Messages(Protocol):
    """Where messages come from: a store, or a table in memory."""

    def messages(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """A table, or the Parquet files, with at least all messages of `[first, last]`."""

    def coverage(self) -> pa.Table:
        """What was in view, and when."""


@dataclass(frozen=True)
class _Asked:
    """A question with all that it is asked about."""

    question: Question
    messages: Messages
    panel: Panel
    ranking: Ranking
    given: Mapping[str, Rows]  # the relations besides messages and coverage
    seen_until: datetime | None = None  # as in `score`


@retry_reading
def run(
    question: Question,
    messages: Messages,
    panel: Panel,
    ranking: Ranking,
    *,
    seen_until: datetime | None = None,
    pseudonym: Pseudonym | None = None,
    beside: Sequence[Path] = (),
    by: str = "body",
    engine: Callable[[], Engine] = DuckDB,
    names_messages: bool = True,
) -> list[dict[str, Any]]:
    """The rows of a question's relation.

    Args:
        question: what to ask.
        messages: as in `score`, and so are those that follow.
        panel: the bodies.
        ranking: the options.
        seen_until: an instant.
        pseudonym: of authors.
        beside: where calendars are looked for.
        by: what lines are.
        engine: makes what runs the statement.
        names_messages: whether the rows hold identifiers of messages or accounts; without, the
            engine may be given numbers for them.
    """
    given = {
        "account": inputs.accounts(panel, ranking),
        "body": inputs.bodies(panel, ranking),
        "ignored": inputs.ignored(ranking, pseudonym),
    }
    if ranking.clock == "business":
        given["stretch"] = inputs.stretches(panel, ranking, question, beside)
    if by in SLOTS:
        given["slot"] = slots(by, question.asked_from, question.period.until, ranking.zone)
    asked = _Asked(question, messages, panel, ranking, given, seen_until)
    with suppress(Unconvertible):  # somebody's identifiers are no numbers after all
        return _rows(engine, asked, shortcuts=not names_messages)
    return _rows(engine, asked, shortcuts=False)


def _rows(engine: Callable[[], Engine], asked: _Asked, *, shortcuts: bool) -> list[dict[str, Any]]:
    """The rows of a question's relation, on a quicker way if shortcuts may be taken."""
    question = asked.question
    with engine() as running:
        sliced = _prepare(running, asked, shortcuts=shortcuts and running.allow_hashed_ids)
        if sliced and question.parts:
            rows = in_slices(running, question, question.parts, sliced)
        else:
            rows = running.query(question.sql, question.parameters)
        found: list[dict[str, Any]] = rows.to_pylist()
    return found


def _prepare(running: Engine, asked: _Asked, *, shortcuts: bool) -> list[Slice]:
    """Give an engine everything that a question is asked about.

    Args:
        running: the engine.
        asked: the question.
        shortcuts: whether identifiers may be numbers.

    Returns:
        The slices in which it is to be asked; none: of all bodies at once.
    """
    question, given = asked.question, asked.given
    messages = asked.messages.messages(question.read_from, question.read_until)
    counts_in_numbers = (
        shortcuts
        and not isinstance(messages, pa.Table)
        and can_be_numbered(asked.panel, asked.ranking)
    )
    numbered = views() if counts_in_numbers else {}
    for name, data in {"coverage": question.coverage, **given}.items():
        running.relation(f"original_{name}" if name in numbered else name, data)
    running.relation("stored", messages if len(messages) else MESSAGE.empty_table())
    sliced = slices(running, question, given["body"], given["account"]) if question.parts else []
    seen_until = asked.seen_until
    # Each is made of the one before.
    steps = {
        "known": inputs.as_seen(seen_until) if seen_until else "SELECT * FROM stored",
        "original_message": "SELECT * FROM known",
        "message": "SELECT * FROM original_message",
    }
    for name, sql in {**steps, **numbered}.items():
        running.view(name, sql)
    return sliced
