"""Rebuilding a table of which a commit is lost, and its spare copy too.

What the lost commit has brought and removed nobody can say. So what lies in the folder of the table
is put together, and these rules keep out what must not come back:

- a file that a readable commit has removed stays removed;
- a file that was written before an erasure of its network and month is refused, for an erasure
  writes the whole month anew. When it was written, its commit says; of a file in no readable
  commit, only its rows do: all must have come after the erasure. If the erasure table cannot be
  read, no such file is used at all;
- of a message that stands in several files, the row that knows most of edits and deletions counts,
  and between equals that of the newest file;
- what any row of the coverage table calls a gap is one, and of erased accounts and withdrawn runs
  nothing is in view.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import write_deltalake

from socialscore.errors import StoreError
from socialscore.model.period import EARLIEST, utc
from socialscore.runtime.duckdb import connect, read_files
from socialscore.store.checksums import unseal
from socialscore.store.commits import NEXT, next_version
from socialscore.store.damaged_coverage import parts, withdrawn
from socialscore.store.data_files import DataFile, look_through
from socialscore.store.delta_log import COPY, LOG, actions, names_in, spare_of
from socialscore.store.schema import MESSAGE, TABLES
from socialscore.store.table_files import ZSTD, put_month, undescribed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.store.lake import Store

__all__ = ["Remains", "put_together", "remains", "settled"]

_NEWEST = """
SELECT * EXCLUDE (network, month, age)
FROM message
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY network, account_id, message_id
    ORDER BY n_edits DESC NULLS LAST, deleted_at IS NULL, rejudged_at DESC NULLS LAST, age
) = 1
"""


@dataclass
class Remains:
    """The data files of a table whose log is broken."""

    used: list[DataFile] = field(default_factory=list)
    refused: list[DataFile] = field(default_factory=list)  # each with its problem


def remains(store: Store, name: str) -> Remains:
    """Look through the data files in the folder of a table; nothing is changed."""
    folder = store.root.absolute() / name
    written, removed = _named(folder)
    erasures = _erasures(store) if name == "message" else []
    found = Remains()
    for path in sorted(folder.rglob("*.parquet")):
        logged = path.relative_to(folder).as_posix()
        if LOG in path.parts or logged in removed:
            continue
        file = DataFile(str(path), logged, _partition(logged), None, None)
        look_through(file, folder)
        file.problem = file.problem or _doubt(path, file, written.get(logged), erasures)
        (found.refused if file.problem else found.used).append(file)
    return found


def _named(folder: Path) -> tuple[dict[str, datetime], set[str]]:
    """The files that what is readable of a log has brought, with when, and those it has removed."""
    log, spare = folder / LOG, spare_of(folder) / LOG
    written: dict[str, datetime] = {}
    removed: set[str] = set()
    for name in sorted(names_in(log) | names_in(spare)):
        for action in _readable(log / name, spare / (name + COPY)):
            if added := action.get("add"):
                moment = datetime.fromtimestamp(added["modificationTime"] / 1000, UTC)
                written[unquote(added["path"])] = utc(moment)
            if gone := action.get("remove"):
                removed.add(unquote(gone["path"]))
    return written, removed


def _readable(path: Path, spare: Path) -> Sequence[Mapping[str, Any]]:
    """What a commit or a checkpoint says, by itself or its copy; nothing where both are lost."""
    for content in (unseal(spare), path.read_bytes() if path.is_file() else None):
        try:
            if content and path.suffix == ".json":
                return actions(content)
            if content:
                rows: list[dict[str, Any]] = (
                    pq.ParquetFile(pa.BufferReader(content)).read().to_pylist()
                )
                return rows
        except (ValueError, OSError, pa.ArrowException):
            continue
    return ()


def _partition(logged: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in logged.split("/")[:-1] if "=" in part)


def _erasures(store: Store) -> list[dict[str, Any]] | None:
    """The rows of the erasure table; None: it cannot be read."""
    try:
        rows: list[dict[str, Any]] = store.erasures().to_pylist()
    except StoreError:
        return None
    return rows


def _doubt(
    path: Path,
    file: DataFile,
    written_at: datetime | None,
    erasures: Sequence[dict[str, Any]] | None,
) -> str | None:
    """Why a file may hold what was erased; None: it does not."""
    if erasures is None:
        return None if written_at else "is in no commit, and what was erased cannot be read"
    moments = [
        row["erased_at"]
        for row in erasures
        if (row["n_erased"] or row["n_altered"])  # else days went out of view, and no row did
        and (row["network"], f"{row['day']:%Y-%m}") == tuple(file.partition.values())
    ]
    if not moments:
        return None
    since = written_at or _oldest(path)
    return None if since > max(moments) else "may hold what was erased after it was written"


def _oldest(path: Path) -> datetime:
    """When the first of the rows of a file came."""
    found = pq.ParquetFile(path).read(columns=["collected_at"])["collected_at"].to_pylist()
    return min(filter(None, found), default=utc(EARLIEST))


# --- putting it together --------------------------------------------------------------------------


def put_together(store: Store, name: str, found: Remains, repaired_at: datetime) -> None:
    """Make a table anew from what remains of it; its former log is not in its folder any more."""
    if name == "message":
        for file in found.refused:
            _withdraw(store, file, repaired_at)
        months = {tuple(file.partition.values()) for file in found.used}
        for month in sorted(months):
            _put_month(store, month, [f for f in found.used if month == (*f.partition.values(),)])
    else:
        _put_rows(store, name, [file.path for file in found.used])


def _withdraw(store: Store, file: DataFile, repaired_at: datetime) -> None:
    network, month = file.partition["network"], file.partition["month"]
    moment = store.moment(repaired_at)
    store.amend_coverage(lambda rows: withdrawn(rows, network, month, [], moment))


def _put_month(store: Store, month: tuple[str, ...], files: Sequence[DataFile]) -> None:
    network, when = month
    with connect() as connection:
        for age, file in enumerate(sorted(files, key=_written_at, reverse=True)):
            part = read_files(connection, [file.path], MESSAGE).project(f"*, {age} AS age")
            part.create_view(f"part{age}")
        union = " UNION ALL ".join(f"FROM part{age}" for age in range(len(files)))
        connection.execute(f"CREATE VIEW message AS {union}")
        table = store.created("message")
        put_month(store.location, table, (network, when), [], connection.sql(_NEWEST))


def _written_at(file: DataFile) -> int:
    return Path(file.path).stat().st_mtime_ns


def _put_rows(store: Store, name: str, files: Sequence[str]) -> None:
    schema = TABLES[name]
    rows: list[dict[str, Any]] = []
    if files:
        with connect() as connection:
            rows = read_files(connection, files, schema).distinct().to_arrow_table().to_pylist()
    rows = settled(name, rows, _erasures(store) or ())
    table = store.created(name)
    with next_version(table):
        write_deltalake(
            table,
            pa.Table.from_pylist(rows, undescribed(schema)),
            mode="append",
            writer_properties=ZSTD,
            commit_properties=NEXT,
        )


def settled(
    name: str, rows: Sequence[dict[str, Any]], erasures: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of several versions of a small table, without what later ones have taken back."""
    withdrawn_runs = {row["run_id"] for row in erasures if row["cause"] == "run"}
    if name == "run":  # which says for ever that it was withdrawn
        latest = sorted(rows, key=lambda row: row["withdrawn_at"] is not None)
        return list({row["run_id"]: row for row in latest}.values())
    if name in ("coverage", "arrival"):
        rows = [row for row in rows if row["run_id"] not in withdrawn_runs]
    return _in_view(rows, erasures) if name == "coverage" else list(rows)


def _in_view(
    rows: Sequence[dict[str, Any]], erasures: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of the coverage table, without what an erasure or any of them contradicts."""
    gone = {
        (row["network"], row["account_id"]): row["erased_at"]
        for row in erasures
        if row["cause"] == "account"
    }
    rows = [
        row
        for row in rows
        if row["collected_at"] > gone.get((row["network"], row["account_id"]), utc(EARLIEST))
    ]
    return [part for row in rows for part in _without_gaps(row, rows)]


def _without_gaps(
    row: dict[str, Any], others: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    if row["reason"] is not None:
        yield row
        return
    stream = ("network", "account_id", "stream")
    gaps = [
        (other["covered_from"], other["covered_until"])
        for other in others
        if other["reason"] is not None and all(other[it] == row[it] for it in stream)
    ]
    for since, until, is_gap in parts(row["covered_from"], row["covered_until"], gaps):
        if not is_gap:
            yield row | {"covered_from": since, "covered_until": until}
