"""Lists of records for programs and spreadsheets: what commands that list something write."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from socialscore.inputs.formulas import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

__all__ = ["cell", "listing_to_csv", "listing_to_json"]


def listing_to_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A row per record under the names of its columns."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return lines.getvalue()


def listing_to_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A list of the records, no value as null."""
    records = [{name: row[name] for name in columns} for row in rows]
    text = json.dumps(
        records, ensure_ascii=False, indent=2, allow_nan=False, default=methodcaller("isoformat")
    )
    return f"{text}\n"


def cell(value: Any) -> str:
    """Plain notation, no value as an empty cell, texts that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):  # or an instant
        return value.isoformat()
    if isinstance(value, (int, float)):
        return str(value if isinstance(value, int) else round(value, 6))
    return cell_text(value if isinstance(value, str) else " ".join(value))
