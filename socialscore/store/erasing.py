"""Erasing: what must go is gone from the disk, and nothing is left that says whose it was.

Rows are not deleted by the table library, which would write the condition, and so the person, into
its log. Each month that holds some is written anew without them, and then every file that the
tables no longer use is removed, whoever may be reading it.

Whatever ends a run in the middle, the next one completes it:

- a count is noted before its rows go, so that none goes uncounted; a run that is killed between the
  two leaves a count too many;
- what is not in view any more is noted as such before its messages go, so that nobody takes their
  absence for silence;
- the newest month goes first, for a reply comes after what it answers: as long as something names
  an erased message, that message is still there to be found by its author.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import write_deltalake

from socialscore.embedded import connect, steady
from socialscore.errors import StoreError
from socialscore.panel import format_panel
from socialscore.period import utc
from socialscore.store.disk import ZSTD, partitions, put_month, sweep, write_whole
from socialscore.store.journal import collecting, drop_aside, left
from socialscore.store.schema import COVERAGE, ERASURE, MESSAGE
from socialscore.store.wishes import ALTERED, GOES, INSTEAD, Wish, in_view, unwanted, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import duckdb

    from socialscore.store.lake import Store

__all__ = ["Found", "erase", "expire", "look", "tidy"]

_LATER = 75  # exit code
_TABLES = ("message", "coverage")  # that may hold what is erased


@dataclass(frozen=True)
class Found:
    """What there is to erase, or was."""

    n_erased: int = 0  # rows of the message table that go
    n_altered: int = 0  # rows that stay, without what names an erased author
    n_streams: int = 0  # streams of which less is in view
    n_pages: int = 0  # pages of an unknown shape that had been set aside
    n_accounts: int = 0  # lines of the store's panel

    def __bool__(self) -> bool:
        return any(vars(self).values())


_GONE = "SELECT DISTINCT message_id FROM message WHERE {goes}"

_COUNTED = """
SELECT
    network,
    month,
    account_id,
    CAST(sent_at AS DATE) AS day,
    COUNT(*) FILTER (goes) AS n_erased,
    COUNT(*) FILTER (NOT goes) AS n_altered
FROM (SELECT *, COALESCE({goes}, FALSE) AS goes FROM message)
WHERE {goes} OR {altered}
GROUP BY ALL
ORDER BY ALL
"""

_REST = """
SELECT {columns}
FROM (
    SELECT *, COALESCE({altered}, FALSE) AS altered
    FROM message
    WHERE NOT COALESCE({goes}, FALSE)
)
"""


def look(store: Store, wish: Wish) -> Found:
    """What a wish would erase, which is left as it is."""
    with steady(), connect() as connection:
        counted = _counted(connection, store, wish)
    return _found(counted, store, wish, act=False)


def erase(store: Store, wish: Wish, *, erased_at: datetime) -> Found:
    """Erase it, and say what it was. What was erased before is no trouble.

    Args:
        store: from which.
        wish: what.
        erased_at: the moment to note.

    Raises:
        StoreError: pages wait to be merged, or somebody is collecting or writing: nothing was
            erased. Or the disk is full: some was, and the same wish erases the rest.
    """
    with _alone(store, wish):
        with connect() as connection:
            counted = _counted(connection, store, wish)
            if wish.cause == "account" and not counted.num_rows:
                _note_silence(store, wish, erased_at)
            found = _found(counted, store, wish, act=True, erased_at=erased_at)
            _rewrite(connection, store, wish, counted, erased_at)
        _keep_panel(store, wish)
        tidy(store)
    return found


def expire(store: Store, *, before: datetime, patience: float = 0) -> int:
    """Blank the texts of messages that came before an instant; return how many there were.

    Pages that were set aside go with them. The files that held the texts are gone afterwards.

    Args:
        store: whose texts.
        before: aware.
        patience: seconds to wait for another writer.
    """
    wish = Wish("expired", until=before)
    with store.writing(patience=patience), connect() as connection:
        counted = _counted(connection, store, wish)
        found = _found(counted, store, wish, act=True)
        _rewrite(connection, store, wish, counted, before)
        if counted.num_rows:
            tidy(store)
    return found.n_altered


def tidy(store: Store) -> None:
    """Remove every file that the tables no longer use. To be called by the only writer."""
    for name in _TABLES:
        sweep(store.root / name)


@contextmanager
def _alone(store: Store, wish: Wish) -> Iterator[None]:
    """Nobody collects or writes, and nothing waits to be merged that would bring it back."""
    with ExitStack() as held:
        for network in wish.networks:
            held.enter_context(collecting(store.root, network))
        if paths := [path for each in wish.networks for path in left(store.root, each)]:
            error = StoreError(
                f"{paths[0]}: pages of a run that broke off are not merged yet; "
                "`socialscore collect` merges them first"
            )
            error.exit_code = _LATER
            raise error
        held.enter_context(store.writing())
        yield


def _found(
    counted: pa.Table, store: Store, wish: Wish, *, act: bool, erased_at: datetime | None = None
) -> Found:
    """What a wish finds; if it is to act, what is not in view any more is noted."""
    before = _by_stream(store.coverage())
    after = {stream: in_view(rows, wish, erased_at) for stream, rows in before.items()}
    n_streams = sum(before[stream] != after[stream] for stream in before)
    if act and n_streams:
        rest = [row for rows in after.values() for row in rows]
        table = pa.Table.from_pylist(rest, schema=COVERAGE)
        write_deltalake(store.root / "coverage", table, mode="overwrite", writer_properties=ZSTD)
    panel = store.panel()
    return Found(
        n_erased=sum(counted["n_erased"].to_pylist()),
        n_altered=sum(counted["n_altered"].to_pylist()),
        n_streams=n_streams,
        n_pages=drop_aside(store.root, lambda name, line: unwanted(name, line, wish), act=act),
        n_accounts=len(panel.account_keys - without(panel, wish).account_keys),
    )


def _note_silence(store: Store, wish: Wish, erased_at: datetime) -> None:
    """Note that an account goes of which there is no message, if it was in view."""
    whose = {"network": wish.network, "account_id": wish.identifier}
    if any(whose.items() <= row.items() for row in store.coverage().to_pylist()):
        row = whose | {"cause": wish.cause, "n_erased": 0, "n_altered": 0}
        stamp = {"day": utc(erased_at).date(), "erased_at": utc(erased_at)}
        store.note_erasures(pa.Table.from_pylist([row | stamp], schema=ERASURE))


# --- messages -----------------------------------------------------------------------------------


def _counted(connection: duckdb.DuckDBPyConnection, store: Store, wish: Wish) -> pa.Table:
    """How many rows go or are altered, by network, month, account and day; `gone` is known then."""
    of_network = [
        file
        for (network, _), files in partitions(store.root / "message").items()
        for file in files
        if network in wish.networks
    ]
    _know(connection, of_network)
    goes = GOES[wish.cause]
    gone = pa.table({"message_id": pa.array([], pa.string())})
    if wish.cause == "author":
        gone = _query(connection, _GONE.format(goes=goes), wish).to_arrow_table()
    connection.register("gone", gone)
    return _query(
        connection, _COUNTED.format(goes=goes, altered=ALTERED[wish.cause]), wish
    ).to_arrow_table()


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    wish: Wish,
    counted: pa.Table,
    erased_at: datetime,
) -> None:
    """Write every month anew that holds something of it, the newest first."""
    rows = counted.to_pylist()
    # A month may have millions of rows: one thread that may let go of the order holds few of them,
    # and writes them in their order all the same.
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET threads = 1")
    for (network, month), files in partitions(store.root / "message").items():
        here = [row for row in rows if (row["network"], row["month"]) == (network, month)]
        if not here:
            continue
        if wish.cause != "expired":
            stamp = {"cause": wish.cause, "erased_at": utc(erased_at)}
            store.note_erasures(pa.Table.from_pylist([r | stamp for r in here], schema=ERASURE))
        _know(connection, files)
        put_month(store.root / "message", network, month, _rest(connection, wish), MESSAGE)


def _rest(connection: duckdb.DuckDBPyConnection, wish: Wish) -> duckdb.DuckDBPyRelation:
    """What stays of `message`, as it is from now on, without the columns that name the month."""
    instead = INSTEAD[wish.cause]
    columns = ", ".join(
        f"CASE WHEN altered THEN {instead[name]} ELSE {name} END AS {name}"
        if name in instead
        else name
        for name in MESSAGE.names
        if name not in ("network", "month")
    )
    sql = _REST.format(columns=columns, goes=GOES[wish.cause], altered=ALTERED[wish.cause])
    return _query(connection, sql, wish)


def _know(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Let `message` be the rows of these files."""
    connection.execute("DROP VIEW IF EXISTS message")
    if files:
        connection.read_parquet(list(files), hive_partitioning=True).create_view("message")
    else:
        connection.register("message", MESSAGE.empty_table())


def _query(connection: duckdb.DuckDBPyConnection, sql: str, wish: Wish) -> duckdb.DuckDBPyRelation:
    used = {name: value for name, value in wish.parameters.items() if f"${name}" in sql}
    return connection.sql(sql, params=used)


def _by_stream(coverage: pa.Table) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    """The rows of the coverage table by network, account and stream."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in coverage.to_pylist():
        stream = (row["network"], row["account_id"], row["stream"])
        found.setdefault(stream, []).append(row)
    return found


def _keep_panel(store: Store, wish: Wish) -> None:
    panel = store.panel()
    rest = without(panel, wish)
    if rest != panel:
        write_whole(store.root / "panel.csv", format_panel(rest))
