"""CSV files as lists of rows."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from socialscore.importers.csv_file import read_csv
from socialscore.importers.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa


def tables(path: Path, content: bytes, **options: Any) -> list[pa.Table]:
    path.write_bytes(content)
    with Source(path) as source:
        return list(read_csv(source, **options).tables())


def rows(path: Path, content: bytes, **options: Any) -> list[tuple[Any, ...]]:
    """Line, refusal and cells of each record."""
    return [
        (row["line"], row["refusal"], *list(row.values())[3:])
        for table in tables(path, content, **options)
        for row in table.to_pylist()
    ]


def header(path: Path, content: bytes, **options: Any) -> tuple[str, ...]:
    path.write_bytes(content)
    with Source(path) as source:
        return read_csv(source, **options).columns


def written(row: Sequence[str], quoting: Any, line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=line_end).writerow(row)
    return text.getvalue()


def n_lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def spans(path: Path, content: bytes, **options: Any) -> list[tuple[int, int, str | None]]:
    """Line, number of lines and refusal of each record."""
    return [
        (row["line"], row["n_lines"], row["refusal"])
        for table in tables(path, content, **options)
        for row in table.to_pylist()
    ]
