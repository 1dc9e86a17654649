"""Small worlds of messages for tests: who wrote what to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from engines import engine

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.messages import Account, Body
from socialscore.scoring import MessageSource, MessageTable, break_down, score
from socialscore.store.schema import COVERAGE, MESSAGE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from socialscore.model.breakdown import Breakdown
    from socialscore.model.scoreboard import Score, Scoreboard


START = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
END = START + timedelta(days=60)

VILLE = Body("ville", "Ville de Montsabran", "ville", (Account("twitter", "1", "montsabran"),))
METRO = Body("metro", "Métro de Valdoine", "transport", (Account("twitter", "2", "valdoine"),))
PANEL = Panel("test", (METRO, VILLE))

ALL = {  # every inbound message counts, and is watched for seven days
    "unit": "message", "selection": "all", "match": "direct", "exclude": "none",
    "min_requests": 1, "period": "all", "timezone": "UTC",
}  # fmt: skip


def at(days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
    """A moment after the beginning of the world."""
    return START + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def asks(message_id: str, when: datetime, **columns: Any) -> dict[str, Any]:
    """A citizen's message to the city of Montsabran, unless the columns say otherwise."""
    return {
        "network": "twitter", "account_id": "1", "message_id": message_id, "author_id": "citizen",
        "sent_at": when, "kind": "mention", "n_addressed": 1, "question_mark": True,
        "question": True, "request": True, "rulebook": rulebook_digest(), "bot": False,
        "n_edits": 0,
    } | columns  # fmt: skip


def answers(message_id: str, to: str | None, when: datetime, **columns: Any) -> dict[str, Any]:
    """A reply of the city to a message of the citizen, unless the columns say otherwise."""
    citizen = columns.pop("citizen", "citizen")
    return {
        "network": "twitter", "account_id": "1", "message_id": message_id, "author_id": "1",
        "sent_at": when, "kind": "reply", "reply_to_id": to, "reply_to_author_id": citizen,
        "addressed_ids": [citizen], "n_addressed": 1, "response_class": "answer",
        "question_mark": False, "question": False, "request": False,
        "rulebook": rulebook_digest(), "bot": False, "n_edits": 0,
    } | columns  # fmt: skip


def world(
    rows: list[dict[str, Any]],
    panel: Panel = PANEL,
    until: datetime = END,
    since: datetime = START,
) -> MessageTable:
    """The messages, with every account in view from `since` until `until`."""
    rows = [row | {"sent_at": row["sent_at"].astimezone(UTC).replace(tzinfo=None)} for row in rows]
    covered = [
        {
            "network": account.network, "account_id": account.account_id, "stream": stream,
            "covered_from": since.replace(tzinfo=None), "covered_until": until.replace(tzinfo=None),
        }
        for _, account in panel.accounts()
        for stream in ("inbound", "outbound")
    ]  # fmt: skip
    return MessageTable(
        pa.Table.from_pylist(rows, schema=MESSAGE), pa.Table.from_pylist(covered, schema=COVERAGE)
    )


@dataclass(frozen=True)
class Files:
    """Messages in Parquet files, as a store has them."""

    paths: list[str]
    covered: pa.Table

    def messages(self, *_: datetime) -> list[str]:
        """All of them."""
        return self.paths

    def coverage(self) -> pa.Table:
        """What was in view."""
        return self.covered


def board(
    rows: list[dict[str, Any]],
    panel: Panel = PANEL,
    until: datetime = END,
    since: datetime = START,
    as_of: str | None = None,
    beside: Sequence[Path] = (),
    **options: Any,
) -> Scoreboard:
    """The scoreboard of a world; options are those of a ranking, over `ALL`."""
    ranking = load_ranking(None, ALL | options)
    source = MessageSource(world(rows, panel, until, since), beside=beside, engine=engine)
    return score(source, panel, ranking, as_of=as_of)


def breakdown(
    rows: list[dict[str, Any]], by: str, panel: Panel = PANEL, until: datetime = END, **options: Any
) -> Breakdown:
    """The requests of a world counted by something else than bodies; options as in `board`."""
    ranking = load_ranking(None, ALL | options)
    return break_down(MessageSource(world(rows, panel, until), engine=engine), panel, ranking, by)


def line(scoreboard: Scoreboard, body_id: str = "ville") -> Score:
    """One body's line of the scoreboard."""
    return next(score for score in scoreboard.scores if score.body.body_id == body_id)


def values(scoreboard: Scoreboard, body_id: str = "ville") -> dict[str, Any]:
    """What the scoreboard says of one body."""
    return dict(line(scoreboard, body_id).values)


def counts(scoreboard: Scoreboard, body_id: str = "ville") -> tuple[int, int]:
    """Of one body, the answered requests and all requests."""
    found = values(scoreboard, body_id)
    return found["n_answered"], found["n_requests"]
