"""Runs: every import of a file and every collection has a name, and can be withdrawn by it."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from socialscore.model.period import EARLIEST, LATEST, utc
from socialscore.runtime.duckdb import connect, files_may_vanish, read_files
from socialscore.runtime.retrying import retry_reading
from socialscore.store.schema import ARRIVAL, MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from socialscore.store.lake import Store

__all__ = ["RunSummary", "new_run_id", "note_run", "runs"]

_BROUGHT = """
SELECT
    run_id,
    CASE WHEN run_id IS NULL THEN source END AS source,
    COUNT(DISTINCT HASH(network, message_id)) AS n_messages,
    COUNT(DISTINCT (network, account_id)) AS n_accounts,
    MIN(collected_at) AS started_at
FROM message
GROUP BY ALL
"""

_KNOWN = (
    "SELECT run_id, COUNT(DISTINCT HASH(network, message_id)) AS n_known FROM arrival GROUP BY ALL"
)


@dataclass(frozen=True)
class RunSummary:
    """An import of a file or a collection, and what the store has of it."""

    run_id: str | None  # None: all those of one source that earlier versions did not name
    source: str  # the importer or collector
    file_name: str | None  # None: it read none, or nobody knows
    started_at: datetime | None  # aware, UTC, as below; None: nobody knows
    n_messages: int  # that it brought, however many accounts each concerns
    n_known: int  # that it brought and the store had already, under some account
    n_accounts: int  # under which its messages stand
    since: datetime | None  # first instant that it put in view; None: it did none
    until: datetime | None  # first instant after the last one
    withdrawn_at: datetime | None  # None: it was not
    n_withdrawn: int  # rows that went with it


def new_run_id(what: str, started_at: datetime) -> str:
    """A name that people can type, such as import-20261130T161000-3f2a.

    Args:
        what: brings something.
        started_at: aware; two runs of one second differ by what is drawn.
    """
    return f"{what}-{utc(started_at):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def note_run(
    store: Store, run_id: str, source: str, started_at: datetime, file_name: str | None = None
) -> None:
    """Let the store know a run, before it brings anything."""
    row = {"run_id": run_id, "source": source, "started_at": utc(started_at)}
    store.note_run(row | {"file_name": file_name, "withdrawn_at": None})


@retry_reading
def runs(store: Store) -> list[RunSummary]:
    """All runs in the order of their coming; what earlier versions brought comes first."""
    brought = _asked(_BROUGHT, "message", store.messages(EARLIEST, LATEST), MESSAGE)
    known = _asked(_KNOWN, "arrival", store.arrivals(), ARRIVAL)
    n_known = {row["run_id"]: row["n_known"] for row in known}
    n_withdrawn: Counter[str] = Counter()
    for row in store.erasures().to_pylist():
        if row["cause"] == "run":
            n_withdrawn[row["run_id"]] += row["n_erased"]
    spans = _spans(store.coverage())
    noted = store.runs().to_pylist()
    of_run = {row["run_id"]: row for row in brought}
    names = {row["run_id"] for row in noted}
    earlier = [row for row in brought if row["run_id"] not in names]
    found = []
    for row in (*sorted(earlier, key=lambda row: row["source"] or ""), *noted):
        counts = of_run.get(row["run_id"], {}) if row["run_id"] else row
        since, until = _span_of(row, spans)
        found.append(
            RunSummary(
                run_id=row["run_id"],
                source=row["source"] or "",
                file_name=row.get("file_name"),
                started_at=_aware(row["started_at"]),
                n_messages=counts.get("n_messages", 0),
                n_known=n_known.get(row["run_id"], 0),
                n_accounts=counts.get("n_accounts", 0),
                since=_aware(since),
                until=_aware(until),
                withdrawn_at=_aware(row.get("withdrawn_at")),
                n_withdrawn=n_withdrawn[row["run_id"]],
            )
        )
    return found


def _spans(coverage: pa.Table) -> dict[str, tuple[datetime, datetime]]:
    """The first and the last instant that each run put in view."""
    import pyarrow.compute as pc  # takes its time, and who reads a store does without

    of_run = coverage.filter(pc.is_null(coverage["reason"])).group_by("run_id")
    rows = of_run.aggregate([("covered_from", "min"), ("covered_until", "max")]).to_pylist()
    return {row["run_id"]: (row["covered_from_min"], row["covered_until_max"]) for row in rows}


def _span_of(
    run: dict[str, Any], spans: Mapping[str, tuple[datetime, datetime]]
) -> tuple[datetime | None, datetime | None]:
    """What a run put in view; earlier versions named the source, and perhaps a time."""
    if run["run_id"]:
        return spans.get(run["run_id"], (None, None))
    source = run["source"]
    mine = [span for name, span in spans.items() if source in (name, name.rpartition("-")[0])]
    return (
        (min(since for since, _ in mine), max(until for _, until in mine)) if mine else (None, None)
    )


def _asked(sql: str, name: str, files: Sequence[str], schema: pa.Schema) -> list[dict[str, Any]]:
    """The answer to a statement over the rows of some files; none where there are none."""
    if not files:
        return []
    with files_may_vanish(), connect() as connection:
        read_files(connection, files, schema).create_view(name)
        rows: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
    return rows


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
