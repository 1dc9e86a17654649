"""Gives an engine all that a question needs, and asks it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.engines.base import Unconvertible
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring import inputs
from socialscore.scoring.integer_ids import has_integer_ids, views
from socialscore.scoring.slices import in_slices, slices
from socialscore.scoring.slots import SLOTS, local_days, slots
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.engines.base import Engine
    from socialscore.engines.rows import Rows
    from socialscore.scoring.question import Question
    from socialscore.scoring.slices import Slice
    from socialscore.scoring.source import MessageSource

__all__ = ["given", "run"]


@retry_reading
def run(
    question: Question, source: MessageSource, clustering: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """The rows of a question's relation.

    Args:
        question: what to ask.
        source: the messages.
        clustering: for a breakdown, the rows of that relation.
    """
    relations = given(question, source)
    if question.target == "breakdown":
        relations["clustering"] = inputs.clustering(clustering)
    with suppress(Unconvertible):  # somebody's identifiers are no numbers after all
        return _rows(question, source, relations, integer_ids=not question.names_messages)
    return _rows(question, source, relations, integer_ids=False)


def given(question: Question, source: MessageSource) -> dict[str, Rows]:
    """The relations besides messages and coverage."""
    panel, ranking = question.panel, question.ranking
    relations = {
        "account": inputs.accounts(panel, ranking),
        "body": inputs.bodies(panel, ranking),
        "ignored": inputs.ignored(ranking, source.pseudonym),
        "term": inputs.terms(panel, ranking, question, source.beside),
    }
    span = question.asked_from, question.period.until
    relations["local_day"] = local_days(*span, ranking.zone)
    if ranking.clock == "business":
        relations["stretch"] = inputs.stretches(panel, ranking, question, source.beside)
    if question.by in SLOTS:
        relations["slot"] = slots(question.by, *span, ranking.zone)
    return relations


def _rows(
    question: Question, source: MessageSource, given: Mapping[str, Rows], *, integer_ids: bool
) -> list[dict[str, Any]]:
    """The rows of a question's relation; `integer_ids`: identifiers may be numbers."""
    with source.engine() as running:
        integer_ids &= running.allow_hashed_ids
        sliced = _prepare(running, question, source, given, integer_ids=integer_ids)
        if sliced:
            return in_slices(running, question, sliced)
        return running.query(question.sql, question.parameters)


def _prepare(
    running: Engine,
    question: Question,
    source: MessageSource,
    given: Mapping[str, Rows],
    *,
    integer_ids: bool,
) -> list[Slice]:
    """Give an engine everything that a question is asked about.

    Args:
        running: the engine.
        question: what it will be asked.
        source: the messages.
        given: the relations besides messages and coverage.
        integer_ids: whether identifiers may be numbers.

    Returns:
        The slices in which it is to be asked; none: of all bodies at once.
    """
    stored = source.stored(question.read_from, question.read_until)
    in_integers = (
        integer_ids
        and not isinstance(stored, pa.Table)
        and has_integer_ids(question.panel, question.ranking)
    )
    integer_views = views() if in_integers else {}
    for name, data in {"coverage": question.coverage, **given}.items():
        running.relation(f"original_{name}" if name in integer_views else name, data)
    if question.topics is not None:
        running.relation("topic", question.topics)
    running.relation("stored", stored, MESSAGE)
    sliced = slices(running, question, given["body"], given["account"])
    seen_until = source.seen_until
    # Each is made of the one before.
    steps = {
        "known": inputs.as_seen(seen_until) if seen_until else "SELECT * FROM stored",
        "original_message": "SELECT * FROM known",
        "message": "SELECT * FROM original_message",
    }
    for name, sql in {**steps, **integer_views}.items():
        running.view(name, sql)
    return sliced
