"""A history for spreadsheets and programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialscore.reporters import columns, records
from socialscore.reporters.columns import Field
from socialscore.reporters.delimited import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.messages import Body
    from socialscore.publishing.history import Edition, History
    from socialscore.reporters.records import Record

__all__ = [
    "history_columns",
    "history_records",
    "history_to_csv",
    "history_to_json",
    "history_to_xlsx",
]

_REVISION = Field(
    "revision",
    "Revision",
    "Révision",
    "integer",
    "",
    "Of the publication, from 1.",
    least=1,
    required=True,
)


def history_to_csv(history: History, body: Body | None) -> str:
    """One row per body and period, in order of period: the columns of ranking.csv, and a revision.

    A metric that some edition lacks is empty there; a body that was not in a panel has no row.
    """
    return written(*_table(history, body))


def history_to_xlsx(history: History, body: Body | None) -> bytes:
    """The same rows and columns in a workbook."""
    from socialscore.reporters.spreadsheet import records_to_xlsx

    fields, rows = _table(history, body)
    return records_to_xlsx("History", {it.name: it.name for it in fields}, rows)


def history_columns(history: History) -> tuple[Field, ...]:
    """The columns of a row per body and period."""
    boards = [edition.board for edition in history.editions.values()]
    fields = {field.name: field for board in boards for field in columns.of_bodies(board)}
    return (*fields.values(), _REVISION)


def _table(history: History, body: Body | None) -> tuple[tuple[Field, ...], list[Record]]:
    fields = history_columns(history)
    empty: Record = {field.name: None for field in fields}
    return fields, [empty | row for row in history_records(history, body)]


def history_records(history: History, body: Body | None) -> Iterator[Record]:
    """The records of one body or of all, in order of period."""
    for edition in history.editions.values():
        for record in records.of_bodies(edition.board):
            if body is None or record["body_id"] == body.body_id:
                yield record | {_REVISION.name: edition.revision}


def history_to_json(history: History, body: Body | None) -> str:
    """The periods, and by body its line in each of which something was published."""
    document = {
        "ranking": history.ranking,
        "title": history.last.board.title,
        "periods": [_period(period, history.editions.get(period)) for period in history.periods],
        "bodies": [
            {
                "body_id": each.body_id,
                "body": each.name,
                "category": each.category,
                "series": [_of_its_own(record) for record in history_records(history, each)],
            }
            for each in ([body] if body else history.bodies.values())
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _period(period: str, edition: Edition | None) -> dict[str, Any]:
    """What is known of a period; nothing but its name if nothing was published."""
    known = edition and {
        "revision": edition.revision,
        "provisional": edition.board.provisional,
        "method": edition.board.method,
        "notes": list(edition.board.notes),
    }
    nothing: dict[str, Any] = {"revision": None, "provisional": None, "method": None, "notes": []}
    return {"period": period} | (known or nothing)


def _of_its_own(record: Record) -> Record:
    """The period, and what is not the same for all bodies; the category is said above."""
    others = {field.name for field in columns.of_context()} - {"period"}
    others |= {"body_id", "category", _REVISION.name}
    return {name: value for name, value in record.items() if name not in others}
