"""The data files of tables, looked through from beginning to end: which of their rows are sound.

A file is read a group of rows at a time. Where checksums were noted, a group with a block that is
not what was written is lost, though it may be readable; where none were, what can be read and fits
what the log says of it is taken to be sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from socialscore.runtime.object_storage import BUCKETS, file_system
from socialscore.store.checksums import BLOCK, changed, unseal
from socialscore.store.spare import checksums_of, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from deltalake import DeltaTable

__all__ = ["MISSING", "DataFile", "Span", "data_files", "look_through", "sound_rows"]

MISSING = "is missing"
"""The problem of a file that is not there."""

_CHANGED = "is not what was written"
_UNREADABLE = (pa.ArrowException, OSError, ValueError, UnicodeError)


class _Unsound(ValueError):
    """What can be read, and is not what was written: `str` of it says so."""


Span = tuple["datetime", "datetime"]
"""The first and the last `sent_at` of some rows, naive UTC."""


@dataclass
class DataFile:
    """A file of a table, as its log names it, and what was found in it."""

    path: str  # or address
    logged: str  # its name in the log
    partition: dict[str, str]
    n_rows: int | None  # by the log
    span: Span | None  # by the log, of the message table
    problem: str | None = None
    sound: list[int] = field(default_factory=list)  # its groups of rows
    n_sound: int = 0  # rows in them
    lost: list[Span] = field(default_factory=list)  # of the groups that are not sound, if known

    @property
    def n_lost(self) -> int | None:
        """Rows that are lost; None: nobody knows."""
        return None if self.n_rows is None else self.n_rows - self.n_sound


def data_files(table: DeltaTable) -> list[DataFile]:
    """The files of a table, which are not looked into yet."""
    folder = folder_of(table)
    root = f"{folder}/" if folder else unquote(table.table_uri).rstrip("/") + "/"
    return [_as_logged(root, action) for action in pa.table(table.get_add_actions()).to_pylist()]


def _as_logged(root: str, action: dict[str, Any]) -> DataFile:
    least, most = ((action.get(name) or {}).get("sent_at") for name in ("min", "max"))
    return DataFile(
        path=root + unquote(action["path"]),
        logged=action["path"],
        partition=action.get("partition") or {},
        n_rows=action["num_records"],
        span=(least, most) if least and most else None,
    )


def look_through(file: DataFile, folder: Path | None) -> None:
    """Read a file from beginning to end, and note what is sound.

    Args:
        file: of the table.
        folder: of the table; None: it is in a bucket.
    """
    try:
        bad = _changed(Path(file.path), folder) if folder else []
        with _opened(file.path) as source:
            parquet = pq.ParquetFile(source, page_checksum_verification=True)
            if bad and bad[-1] >= _footer_of(parquet, file.path) // BLOCK:
                raise _Unsound(_CHANGED)  # at its end, which says where everything is
            _look_into(parquet, file, bad)
    except FileNotFoundError:
        file.problem = MISSING
    except _UNREADABLE as error:
        file.problem = _said(error)
    if file.problem and not file.sound and file.span:
        file.lost = [file.span]


def sound_rows(file: DataFile) -> Iterator[pa.RecordBatch]:
    """The rows of the sound groups, a group at a time."""
    if file.sound:
        with _opened(file.path) as source:
            parquet = pq.ParquetFile(source)
            for group in file.sound:
                yield from parquet.read_row_group(group).to_batches()


def _opened(path: str) -> Any:
    # Not a file of Python's: a thread of Arrow's that lets go of one while Python ends kills it.
    return file_system().open(path) if path.startswith(BUCKETS) else pa.OSFile(path)


def _changed(path: Path, folder: Path) -> list[int]:
    noted = unseal(checksums_of(path, folder))
    return [] if noted is None else changed(path, noted)


def _footer_of(parquet: pq.ParquetFile, path: str) -> int:
    """Where the part of a file begins that says where its columns are."""
    return Path(path).stat().st_size - int(parquet.metadata.serialized_size) - 8


def _look_into(parquet: pq.ParquetFile, file: DataFile, bad: list[int]) -> None:
    for group in range(parquet.num_row_groups):
        try:
            if bad and not _blocks_of(parquet, group).isdisjoint(bad):
                raise _Unsound(_CHANGED)
            rows = parquet.read_row_group(group)
            rows.validate(full=True)
            _fit(rows, file)
        except _UNREADABLE as error:
            file.problem = _said(error)
            if span := _span_of(parquet, group):
                file.lost.append(span)
            elif file.span:
                file.lost.append(file.span)
        else:
            file.sound.append(group)
            file.n_sound += rows.num_rows
    if bad and not file.problem:
        file.problem = _CHANGED  # between its groups
    if not file.problem and file.n_rows is not None and file.n_sound != file.n_rows:
        file.problem = f"has {file.n_sound:,} rows, the log says {file.n_rows:,}"


def _blocks_of(parquet: pq.ParquetFile, group: int) -> set[int]:
    """The blocks in which a group of rows lies."""
    about = parquet.metadata.row_group(group)
    blocks: set[int] = set()
    for number in range(about.num_columns):
        column = about.column(number)
        first = column.data_page_offset
        if column.has_dictionary_page and column.dictionary_page_offset:
            first = min(first, column.dictionary_page_offset)
        last = first + column.total_compressed_size - 1
        blocks.update(range(first // BLOCK, last // BLOCK + 1))
    return blocks


def _fit(rows: pa.Table, file: DataFile) -> None:
    """Make sure that rows are such as the log says.

    Raises:
        _Unsound: they are not.
    """
    if file.span and rows.num_rows:
        import pyarrow.compute as pc

        found = pc.min_max(rows["sent_at"]).as_py()
        first, last = (each.replace(microsecond=0) for each in file.span)
        if not first <= found["min"].replace(microsecond=0) <= found["max"].replace(microsecond=0):
            raise _Unsound(f"has rows of {found['min']}, before the first that the log names")
        if found["max"].replace(microsecond=0) > last:
            raise _Unsound(f"has rows of {found['max']}, after the last that the log names")


def _span_of(parquet: pq.ParquetFile, group: int) -> Span | None:
    """The first and the last `sent_at` of a group of rows, by the end of the file."""
    about = parquet.metadata.row_group(group)
    for number in range(about.num_columns):
        column = about.column(number)
        if column.path_in_schema == "sent_at" and column.statistics:
            found = column.statistics
            return (found.min, found.max) if found.has_min_max else None
    return None


def _said(error: Exception) -> str:
    if isinstance(error, _Unsound):
        return str(error)
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read ({text.splitlines()[0][:120] if text else type(error).__name__})"
