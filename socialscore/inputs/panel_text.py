"""The text of a panel that people keep, row by row: what is not changed stays as it was written."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialscore.inputs.formulas import cell_text, unguarded
from socialscore.inputs.panel import COMMENT
from socialscore.model.network import network_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from socialscore.model.messages import Account

__all__ = ["PanelText", "TextRow"]


@dataclass
class TextRow:
    """A row of the file as it stands there, or changed, and those that now come behind it."""

    lines: str
    cells: list[str]  # empty: a comment, or nothing
    is_changed: bool = False
    followers: list[TextRow] = field(default_factory=list)

    def all(self) -> Iterator[TextRow]:
        """The row and its followers."""
        stack = [self]
        while stack:
            row = stack.pop()
            yield row
            stack += reversed(row.followers)


class PanelText:
    """The text of a panel, row by row."""

    def __init__(self, text: str) -> None:
        lines = list(io.StringIO(text, newline=""))
        self._end = "\r\n" if text.count("\r\n") > text.count("\n") / 2 else "\n"
        header = next((it for it in lines if it.strip() and not it.startswith((COMMENT, '"#'))), "")
        self._delimiter = max(",;\t", key=header.count)
        self._records: list[TextRow] = []
        reader, n_read = csv.reader(lines, delimiter=self._delimiter), 0
        for cells in reader:
            is_row = "".join(cells).strip() and not cells[0].startswith(COMMENT)
            raw = "".join(lines[n_read : reader.line_num])
            self._records.append(TextRow(raw, cells if is_row else []))
            n_read = reader.line_num
        self._head, *rows = (it for it in self._records if it.cells)
        self._columns = [cell.strip() for cell in self._head.cells]
        self._by_body: dict[str, list[TextRow]] = {}
        for row in rows:
            self._by_body.setdefault(self._said(row, "body_id"), []).append(row)

    def _said(self, row: TextRow, column: str) -> str:
        """What a row says in a column; nothing if there is no such column."""
        cells = dict(zip(self._columns, row.cells, strict=False))
        text = unguarded(cells.get(column, "").strip())
        return network_named(text) if column == "network" else text

    def row_of(self, body_id: str, account: Account) -> TextRow:
        """The row of an account of a body."""
        until = f"{account.valid_until}" if account.valid_until else ""
        return next(self._rows(body_id, account.network, account.handle, until))

    def vacant_row(self, body_id: str) -> TextRow | None:
        """A row that names a body and no account."""
        return next(self._rows(body_id, "", "", ""), None)

    def _rows(self, body_id: str, network: str, handle: str, until: str) -> Iterator[TextRow]:
        for row in self._by_body.get(body_id, ()):
            said = (self._said(row, it) for it in ("network", "handle", "valid_until"))
            theirs = next(said), next(said).removeprefix("@"), next(said)
            if theirs == (network, handle, until):
                yield row

    def change(self, row: TextRow, values: Mapping[str, str]) -> None:
        """Write other values into cells of a row, as far as there are such columns."""
        row.cells += [""] * (len(self._columns) - len(row.cells))
        for column, value in values.items():
            if column in self._columns:
                row.cells[self._columns.index(column)] = cell_text(value)
        row.is_changed = True

    def add(self, values: Mapping[str, str]) -> None:
        """Write a row behind those of its body or, where it has none, at the end."""
        row = TextRow("", [""] * len(self._columns))
        self.change(row, values)
        mine = self._by_body.setdefault(values["body_id"], [])
        if mine:
            mine[-1].followers.append(row)
        else:
            self._records.append(row)
        mine.append(row)

    def need(self, columns: Iterable[str]) -> None:
        """Have these columns: those that are missing come last."""
        missing = [column for column in columns if column not in self._columns]
        if not missing:
            return
        for row in (it for it in self._records if it.cells):
            row.cells += [""] * (len(self._columns) + len(missing) - len(row.cells))
            row.is_changed = True
        self._head.cells[len(self._columns) :] = missing
        self._columns += missing

    def __str__(self) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator=self._end, delimiter=self._delimiter)
        for record in (it for each in self._records for it in each.all()):
            if record.is_changed:
                writer.writerow(record.cells)
            else:
                is_whole = record.lines.endswith(("\n", "\r"))
                text.write(record.lines if is_whole else f"{record.lines}{self._end}")
        return text.getvalue()
