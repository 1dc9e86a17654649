"""Questions about what the store holds, for those who bring more of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.model.period import EARLIEST, LATEST, utc
from socialscore.runtime.duckdb import connect, files_may_vanish, read_files
from socialscore.runtime.retrying import retry_reading
from socialscore.store.moments import newest
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from socialscore.store.lake import Store

__all__ = ["counts", "known", "n_within", "newer", "seen_until", "standing"]

_NEWER = """
SELECT
    CASE WHEN author_id = account_id THEN 'outbound' ELSE 'inbound' END AS stream,
    COUNT(*) AS n
FROM message
WHERE
    network = $network
    AND account_id = $account_id
    AND sent_at >= $since
GROUP BY ALL
"""

_WITHIN = """
SELECT COUNT(*) AS n
FROM message
INNER JOIN wanted USING (network, account_id)
WHERE
    sent_at >= since
    AND sent_at < until
    AND (stream = 'all' OR (stream = 'outbound') = (author_id = account_id))
"""

_COUNTS = """
SELECT
    network,
    account_id,
    CASE WHEN author_id = account_id THEN 'outbound' ELSE 'inbound' END AS stream,
    COUNT(*) AS n
FROM message
GROUP BY ALL
"""


def known(
    store: Store, network: str, ids: Iterable[str], first: datetime, last: datetime
) -> set[str]:
    """Those of the messages, all sent in `[first, last]`, that the store has."""
    asked = pa.table({"message_id": pa.array(ids, pa.string())})
    found = _query(
        store,
        "SELECT DISTINCT message_id FROM message SEMI JOIN asked USING (message_id) "
        "WHERE network = $network AND sent_at BETWEEN $first AND $last",
        {"network": network, "first": utc(first), "last": utc(last)},
        (first, last),
        asked=asked,
    )
    return set(found["message_id"].to_pylist())


def newer(store: Store, network: str, account_id: str, since: datetime) -> dict[str, int]:
    """How many messages of an account the store has from an instant on, by stream."""
    found = _query(
        store,
        _NEWER,
        {"network": network, "account_id": account_id, "since": utc(since)},
        (since, LATEST),
    )
    return dict(zip(found["stream"].to_pylist(), found["n"].to_pylist(), strict=True))


def n_within(store: Store, spans: Sequence[tuple[str, str, str, datetime, datetime]]) -> int:
    """How many messages the store has of some times of some streams.

    Args:
        store: whose messages.
        spans: network, account, stream (inbound, outbound or all), first instant, first one after.
    """
    columns = ("network", "account_id", "stream", "since", "until")
    rows = [dict(zip(columns, (*names, utc(a), utc(b)), strict=True)) for *names, a, b in spans]
    reach = (min(span[3] for span in spans), max(span[4] for span in spans))
    found = _query(store, _WITHIN, {}, reach, wanted=pa.Table.from_pylist(rows))
    return int(found["n"][0].as_py())


def counts(store: Store) -> dict[tuple[str, str, str], int]:
    """How many messages the store has, by network, account and stream."""
    found = _query(store, _COUNTS, {}, (EARLIEST, LATEST))
    return {(r["network"], r["account_id"], r["stream"]): r["n"] for r in found.to_pylist()}


def standing(store: Store, network: str, since: datetime) -> pa.Table:
    """The rows of a network's messages from an instant on that are not known to be deleted."""
    return _query(
        store,
        "SELECT * FROM message WHERE network = $network AND sent_at >= $since "
        "AND deleted_at IS NULL ORDER BY account_id, message_id",
        {"network": network, "since": utc(since)},
        (since, LATEST),
    )


@retry_reading
def seen_until(store: Store) -> datetime | None:
    """The newest moment noted in the store, aware, UTC: when it last learnt or lost something.

    None: it is empty.
    """
    return newest(
        store.messages(EARLIEST, LATEST), store.coverage(), store.erasures(), store.judged_at
    )


@retry_reading
def _query(
    store: Store,
    sql: str,
    parameters: dict[str, object],
    span: tuple[datetime, datetime],
    **relations: pa.Table,
) -> pa.Table:
    """The answer to a statement over `message`, of which only the months of a span are read."""
    with files_may_vanish(), connect() as connection:
        for name, table in relations.items():
            connection.register(name, table)
        files = store.messages(*span)
        if files:
            read_files(connection, files, MESSAGE).create_view("message")
        else:
            connection.register("message", MESSAGE.empty_table())
        return connection.sql(sql, params=parameters).to_arrow_table()
