"""The sheets of an audit, on which people write what they think of messages or of replies."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from socialscore.inputs.formulas import cell_text
from socialscore.model.audit import GENUINE, REPLY_CLASS, REPLY_CLASSES, SHEET_COLUMNS
from socialscore.reporters.spreadsheet import form_to_xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.audit import SheetRow

__all__ = ["sheet_of_replies", "sheet_of_requests"]

_LONGEST = 32_000  # signs; a spreadsheet's cell holds no more than 32,767
_WIDTHS = {"row": 12, "body": 22, "network": 10, "sent_at": 16, "context": 60, "text": 60}

_OF_REQUESTS = (
    "One row per message, or for several of one person. `context` is what came before.",
    "genuine: yes if the person wants something of the body: an answer, help, or that something be "
    "repaired or changed. No for rhetorical questions, opinions, jokes, thanks, and messages to "
    "somebody else.",
    "Leave the cell empty if you cannot tell. Do not change the column `row`; sort as you like.",
    "This sheet holds personal data. Delete it once it has been read back.",
)
_OF_REPLIES = (
    "One row per reply of a body. `context` is the message that it answers.",
    "reply_class: answer (it deals with the matter), redirect (it only sends elsewhere), "
    "acknowledgement (it only says that the message was seen), automatic (a machine wrote it).",
    "Leave the cell empty if you cannot tell. Do not change the column `row`; sort as you like.",
    "This sheet holds personal data. Delete it once it has been read back.",
)


def sheet_of_requests(rows: Sequence[SheetRow], draw_id: str, *, workbook: bool) -> bytes:
    """Requests with what came before them: .xlsx, or CSV as every spreadsheet opens it."""
    return _sheet(rows, draw_id, GENUINE, ("yes", "no"), _OF_REQUESTS, workbook)


def sheet_of_replies(rows: Sequence[SheetRow], draw_id: str, *, workbook: bool) -> bytes:
    """Replies with what they answer, likewise."""
    return _sheet(rows, draw_id, REPLY_CLASS, REPLY_CLASSES, _OF_REPLIES, workbook)


def _sheet(
    rows: Sequence[SheetRow],
    draw_id: str,
    label: str,
    choices: Sequence[str],
    guide: Sequence[str],
    workbook: bool,
) -> bytes:
    header = [*SHEET_COLUMNS[:-1], label, SHEET_COLUMNS[-1]]
    cells = [[*_cells(row, draw_id), "", ""] for row in rows]
    if workbook:
        widths = [_WIDTHS.get(name, 18) for name in header]
        return form_to_xlsx(header, cells, widths, {label: choices}, guide)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell_text(cell) for cell in row] for row in cells)
    return f"\ufeff{lines.getvalue()}".encode()  # without the mark, Excel misreads accents


def _cells(row: SheetRow, draw_id: str) -> list[str]:
    return [
        f"{draw_id}-{row.row}",
        row.body,
        row.network,
        f"{row.sent_at:%Y-%m-%d %H:%M}",
        row.context[-_LONGEST:],
        row.text[:_LONGEST],
    ]
