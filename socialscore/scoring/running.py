"""Gives an engine all that a question needs, and asks it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from socialscore.again import undisturbed
from socialscore.engines import Unconvertible
from socialscore.engines.duckdb import DuckDB
from socialscore.scoring import inputs
from socialscore.scoring.numbered import can_be_numbered, views
from socialscore.scoring.slices import in_slices, slices
from socialscore.scoring.slots import SLOTS, slots
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from socialscore.engines import Engine
    from socialscore.engines.rows import Rows
    from socialscore.panel import Panel
    from socialscore.ranking import Ranking
    from socialscore.scoring.question import Question

    Pseudonym = Callable[[str, str], str]

__all__ = ["Messages", "run"]


class Messages(Protocol):
    """Where messages come from: a store, or a table in memory."""

    def messages(self, first: datetime, last: datetime) -> pa.Table | Sequence[str]:
        """A table, or the Parquet files, with at least all messages of `[first, last]`."""

    def coverage(self) -> pa.Table:
        """What was in view, and when."""


@undisturbed
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
    given: dict[str, Rows] = {
        "account": inputs.accounts(panel, ranking),
        "presence": inputs.presences(panel, ranking),
        "body": inputs.bodies(panel, ranking),
        "ignored": inputs.ignored(ranking, pseudonym),
    }
    if ranking.clock == "business":
        given["stretch"] = inputs.stretches(panel, ranking, question, beside)
    if by in SLOTS:
        given["slot"] = slots(by, question, ranking)
    found = messages.messages(question.read_from, question.read_until)
    if not names_messages and not isinstance(found, pa.Table) and can_be_numbered(panel, ranking):
        with suppress(Unconvertible):  # somebody's identifiers are no numbers after all
            return _asked(engine, question, found, given, seen_until, views())
    return _asked(engine, question, found, given, seen_until, {})


def _asked(
    engine: Callable[[], Engine],
    question: Question,
    messages: pa.Table | Sequence[str],
    given: Mapping[str, Rows],
    seen_until: datetime | None,
    numbered: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The rows of a question's relation, once its engine has everything."""
    with engine() as running:
        numbered = numbered if running.counts_in_numbers else {}
        for name, data in {"coverage": question.coverage, **given}.items():
            running.relation(f"original_{name}" if name in numbered else name, data)
        running.relation("stored", messages if len(messages) else MESSAGE.empty_table())
        sliced = slices(running, question, given["body"], given["account"])
        # Each is made of the one before.
        steps = {
            "known": inputs.as_seen(seen_until) if seen_until else "SELECT * FROM stored",
            "original_message": "SELECT * FROM known",
            "message": "SELECT * FROM original_message",
        }
        for name, sql in {**steps, **numbered}.items():
            running.view(name, sql)
        if sliced:
            rows = in_slices(running, question, sliced)
        else:
            rows = running.query(question.sql, question.parameters)
        found: list[dict[str, Any]] = rows.to_pylist()
        return found
