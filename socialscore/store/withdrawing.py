"""Withdrawing a run: what only it brought goes, as what is erased does, and nothing else.

A message that another run brought as well passes to the first one that did, as it is. So runs note
which messages they brought that were there already: the rows of the arrival table. Whoever is
withdrawn is marked first, so that nothing passes to a run that is about to go, whatever ends this
one in the middle.

A deletion that only the run told of is taken back; of a message that it edited, the text before
the edit is gone, and the edit stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import write_deltalake

from socialscore.model.period import EARLIEST, LATEST, utc
from socialscore.runtime.duckdb import connect, files_may_vanish, read_files
from socialscore.store.commits import NEXT, next_version
from socialscore.store.erasure_request import out_of_view
from socialscore.store.schema import ARRIVAL, ERASURE, MESSAGE
from socialscore.store.table_files import ZSTD, delta, files, upgrade

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from socialscore.store.lake import Store

    Streams = dict[tuple[str, str, str], list[dict[str, Any]]]

__all__ = ["WITH_HEIRS", "drop_arrivals", "know_heirs", "mark_withdrawn", "note_out_of_view"]

_HEIRS = """
CREATE TEMP TABLE heir AS
SELECT network, account_id, message_id, ARG_MIN(run_id, collected_at) AS heir
FROM arrival
SEMI JOIN (SELECT * FROM stored WHERE run_id = $run_id) USING (network, account_id, message_id)
WHERE run_id <> $run_id AND NOT LIST_CONTAINS($withdrawn, run_id)
GROUP BY ALL
"""

_UNDONE = """
CREATE TEMP TABLE undone AS
SELECT network, account_id, message_id, TRUE AS undone
FROM arrival
WHERE deleted
GROUP BY ALL
HAVING
    BOOL_OR(run_id = $run_id AND changed)
    AND NOT BOOL_OR(run_id <> $run_id AND NOT LIST_CONTAINS($withdrawn, run_id))
"""

_EDITED = """
SELECT COUNT(*)
FROM stored
SEMI JOIN (
    SELECT * FROM arrival WHERE run_id = $run_id AND changed AND NOT deleted
) USING (network, account_id, message_id)
WHERE run_id IS DISTINCT FROM $run_id
"""

WITH_HEIRS = """
CREATE VIEW message AS
SELECT
    stored.*,
    heir.heir,
    COALESCE(undone.undone AND deleted_seen_at > collected_at, FALSE) AS undeleted
FROM stored
LEFT JOIN heir USING (network, account_id, message_id)
LEFT JOIN undone USING (network, account_id, message_id)
"""


_REST_OF_ARRIVALS = """
SELECT arrival.*
FROM arrival
SEMI JOIN message USING (network, account_id, message_id)
WHERE arrival.run_id <> $run_id
"""


def mark_withdrawn(store: Store, run_id: str, moment: datetime) -> None:
    """Note when a run was withdrawn, for the first time."""
    store.amend_runs(
        lambda rows: [
            row | {"withdrawn_at": row["withdrawn_at"] or utc(moment)}
            if row["run_id"] == run_id
            else row
            for row in rows
        ]
    )


def note_out_of_view(
    store: Store, run_id: str, before: Streams, after: Streams, moment: datetime
) -> None:
    """Note the days that nobody has seen but the run, and on which only it told of lost rows.

    Args:
        store: where.
        run_id: of the run.
        before: the rows of the coverage table by network, account and stream.
        after: the same without those of the run.
        moment: to note.
    """
    noted = {
        (network, account_id, since.date(), until.date())
        for (network, account_id, stream), rows in before.items()
        for since, until in out_of_view(
            [row for row in rows if row["run_id"] == run_id],
            after.get((network, account_id, stream), []),
        )
    }
    names = ("network", "account_id", "day", "last_day")
    told = {"cause": "run", "run_id": run_id, "erased_at": utc(moment)}
    nothing = {"n_erased": 0, "n_altered": 0}
    rows = [dict(zip(names, each, strict=True)) | told | nothing for each in sorted(noted)]
    if rows:
        store.note_erasures(pa.Table.from_pylist(rows, schema=ERASURE))


def know_heirs(connection: duckdb.DuckDBPyConnection, store: Store, run_id: str) -> int:
    """What becomes of `stored` messages that a run brought, or said were deleted: see WITH_HEIRS.

    Returns:
        How many rows of other runs it has edited.
    """
    if arrivals := store.arrivals():
        read_files(connection, arrivals, ARRIVAL).create_view("arrival")
    else:
        connection.register("arrival", ARRIVAL.empty_table())
    runs = store.runs().to_pylist()
    withdrawn = [row["run_id"] for row in runs if row["withdrawn_at"]]
    for sql in (_HEIRS, _UNDONE):
        connection.execute(sql, {"run_id": run_id, "withdrawn": withdrawn})
    [(n_edited,)] = connection.execute(_EDITED, {"run_id": run_id}).fetchall()
    # A month streams past them, in its order.
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    return int(n_edited)


def drop_arrivals(store: Store, run_id: str) -> None:
    """Forget what was noted of a run, and of messages that are gone."""
    table = delta(store.location, "arrival")
    if table is None or not (noted := files(table)):
        return
    upgrade(table, ARRIVAL)
    with files_may_vanish(), connect() as connection:
        read_files(connection, noted, ARRIVAL).create_view("arrival")
        if there := store.messages(EARLIEST, LATEST):
            read_files(connection, there, MESSAGE).create_view("message")
        else:
            connection.register("message", MESSAGE.empty_table())
        rest = connection.sql(_REST_OF_ARRIVALS, params={"run_id": run_id})
        rest.create_view("rest")
        counted = "SELECT (SELECT COUNT(*) FROM arrival), (SELECT COUNT(*) FROM rest)"
        [(n_before, n_after)] = connection.sql(counted).fetchall()
        if n_after < n_before:
            with next_version(table):
                write_deltalake(
                    table, rest.to_arrow_reader(), mode="overwrite", writer_properties=ZSTD,
                    commit_properties=NEXT,
                )  # fmt: skip
