"""Erasing: what must go is gone from the disk, and nothing is left that says whose it was.

Rows are not deleted by the table library, which would write the condition, and so the person, into
its log. Each month that holds some is written anew without them, and then every file that the
tables no longer use is removed, whoever may be reading it.

Others may save meanwhile, on other hosts: a month that somebody else rewrites is begun again, and
what came beside it is looked through in another round, until a version of the table is found that
holds nothing of it.

Whatever ends a run in the middle, the next one completes it:

- a count is noted before its rows go, so that none goes uncounted; a run that is killed between the
  two leaves a count too many;
- what is not in view any more is noted as such before its messages go, so that nobody takes their
  absence for silence;
- the newest month goes first, for a reply comes after what it answers: as long as something names
  an erased message, that message is still there to be found by its author.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.errors import Overtaken
from socialscore.model.period import utc
from socialscore.runtime.duckdb import connect, files_may_vanish, read_files
from socialscore.runtime.retrying import retry
from socialscore.store.aside import drop_aside
from socialscore.store.damaged_folder import drop_damaged
from socialscore.store.erasure_request import (
    ALTERED_WHERE,
    DELETE_WHERE,
    UPDATE_SET,
    UPDATE_WHERE,
    ErasureRequest,
    in_view,
    unwanted,
    without,
)
from socialscore.store.journal import collecting, left
from socialscore.store.schema import ERASURE, MESSAGE
from socialscore.store.table_files import (
    addresses,
    delta,
    partitions,
    put_month,
    sweep,
    upgrade,
)
from socialscore.store.withdrawing import (
    WITH_HEIRS,
    drop_arrivals,
    know_heirs,
    mark_withdrawn,
    note_out_of_view,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from socialscore.store.lake import Store
    from socialscore.store.withdrawing import Streams

__all__ = ["Found", "erase", "expire", "look", "tidy"]

_TABLES = ("message", "coverage", "run", "arrival")  # of which no earlier version may be left
_COUNTS = ("n_erased", "n_altered")


@dataclass(frozen=True)
class Found:
    """What there is to erase, or was."""

    n_erased: int = 0  # rows of the message table that go
    n_altered: int = 0  # rows that stay, without what names an author, or a run's deletion
    n_streams: int = 0  # streams of which less is in view
    n_pages: int = 0  # pages of an unknown shape that had been set aside
    n_accounts: int = 0  # lines of the store's panel
    n_passed: int = 0  # rows of a run that stay, for another run brought them as well
    n_edited: int = 0  # rows of other runs that keep an edit that it brought

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
    COUNT(*) FILTER (NOT goes AND {altered}) AS n_altered,
    COUNT(*) AS n_rows
FROM (SELECT *, COALESCE({goes}, FALSE) AS goes FROM message)
WHERE {goes} OR {updated}
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


def look(store: Store, request: ErasureRequest) -> Found:
    """What a request would erase, which is left as it is."""
    work = _Work(store, request, None)
    work.add(work.count())
    return work.found(_beside(store, request))


def erase(store: Store, request: ErasureRequest, *, erased_at: datetime) -> Found:
    """Erase it, and say what it was. What was erased before is no trouble.

    Args:
        store: from which.
        request: what.
        erased_at: the moment to note, unless the store has noted later ones.

    Raises:
        Overtaken: pages wait to be merged, or somebody is collecting or writing.
        StoreError: the disk is full: some was erased, and the same request erases the rest.
    """
    with _alone(store, request):
        work = _Work(store, request, erased_at)
        moment = store.moment(erased_at)
        if request.cause == "account" and not work.count():
            _note_silence(store, request, moment)
        if request.cause == "run":
            mark_withdrawn(store, request.run_id, moment)
        found = _beside(store, request, moment)
        work.do()
        store.amend_panel(lambda panel: without(panel, request))
        retry(partial(drop_arrivals, store, request.run_id))
        if request.cause != "run":  # nobody must be forgotten, and there are other runs' rows
            drop_damaged(store.location)
        tidy(store)
    return work.found(found)


def expire(store: Store, *, before: datetime) -> int:
    """Blank the texts of messages that came before an instant; return how many there were.

    Pages that were set aside go with them. The files that held the texts are gone afterwards.

    Args:
        store: whose texts.
        before: aware.
    """
    request = ErasureRequest("expired", until=before)
    with store.writing():
        work = _Work(store, request, None)
        _beside(store, request, before)
        work.do()
        drop_damaged(store.location, before)
        if work.n_altered:
            tidy(store)
    return work.n_altered


def tidy(store: Store) -> None:
    """Remove every file that the tables no longer use, whoever may be reading it."""
    for name in _TABLES:
        retry(partial(sweep, store.location, name))


@contextmanager
def _alone(store: Store, request: ErasureRequest) -> Iterator[None]:
    """Nobody collects or writes, and nothing waits to be merged that would bring it back."""
    with ExitStack() as held:
        for network in request.networks:
            held.enter_context(collecting(store.root, network))
        if paths := [path for each in request.networks for path in left(store.root, each)]:
            raise Overtaken(
                f"{paths[0]}: pages of an interrupted run are not merged yet; "
                "`socialscore collect` merges them first"
            )
        held.enter_context(store.writing())
        yield


def _beside(store: Store, request: ErasureRequest, moment: datetime | None = None) -> Found:
    """What a request finds besides messages; with a moment, note what is not in view any more."""

    def rest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        streams = _by_stream(rows).values()
        return [row for rows in streams for row in in_view(rows, request, moment)]

    rows = store.coverage().to_pylist()
    before, after = _by_stream(rows), _by_stream(rest(rows))
    n_streams = sum(before[stream] != after.get(stream, []) for stream in before)
    if moment and n_streams:
        if request.cause == "run":
            note_out_of_view(store, request.run_id, before, after, moment)
        store.amend_coverage(rest)
    panel = store.panel()
    return Found(
        n_streams=n_streams,
        n_pages=drop_aside(
            store.root,
            lambda name, line, at: unwanted(name, line, request, at),
            act=moment is not None,
        ),
        n_accounts=len(panel.account_keys - without(panel, request).account_keys),
    )


def _note_silence(store: Store, request: ErasureRequest, erased_at: datetime) -> None:
    """Note that an account goes of which there is no message, if it was in view."""
    whose = {"network": request.network, "account_id": request.identifier}
    if any(whose.items() <= row.items() for row in store.coverage().to_pylist()):
        row = whose | {"cause": request.cause, "n_erased": 0, "n_altered": 0}
        stamp = {"day": utc(erased_at).date(), "erased_at": utc(erased_at)}
        store.note_erasures(pa.Table.from_pylist([row | stamp], schema=ERASURE))


# --- messages -----------------------------------------------------------------------------------


@dataclass
class _Work:
    """Erasing from the message table, in as many rounds as it takes."""

    store: Store
    request: ErasureRequest
    erased_at: datetime | None
    n_erased: int = 0  # until now
    n_altered: int = 0
    n_passed: int = 0
    n_edited: int = 0
    gone: set[str] = field(default_factory=set)  # the messages that go or went, of an author
    noted: Counter[tuple[object, ...]] = field(default_factory=Counter)  # and not gone yet

    def count(self) -> list[dict[str, Any]]:
        """How many rows go or are altered, by network, month, account and day."""

        def counted() -> list[dict[str, Any]]:
            with files_may_vanish(), connect() as connection:
                return self._counted(connection, partitions(delta(self.store.location, "message")))

        return retry(counted)

    def found(self, beside: Found) -> Found:
        """What was found, with what was found besides messages."""
        counts = ("n_erased", "n_altered", "n_passed", "n_edited")
        return replace(beside, **{name: getattr(self, name) for name in counts})

    def do(self) -> None:
        """Erase until a version of the table holds nothing of it."""
        while retry(self._round):
            pass

    def _round(self) -> bool:
        """Erase what is there, and say whether others have brought something meanwhile."""
        table = delta(self.store.location, "message")
        if table is None:
            return False
        upgrade(table, MESSAGE)
        n_expected = table.version()
        months = partitions(table)
        with files_may_vanish(), connect() as connection:
            rows = self._counted(connection, months)
            # A month may have millions of rows: one thread that may let go of the order holds few
            # of them, and writes them in their order all the same.
            connection.execute("SET preserve_insertion_order = false")
            connection.execute("SET threads = 1")
            for month, logged in months.items():
                if here := [row for row in rows if (row["network"], row["month"]) == month]:
                    self._note(here)
                    self._know(connection, logged)
                    put_month(
                        self.store.location, table, month, logged, _rest(connection, self.request)
                    )
                    self.add(here)
                    self._settle(here)
                    n_expected += 1
        table.update_incremental()
        return bool(rows) and table.version() > n_expected

    def _counted(
        self, connection: duckdb.DuckDBPyConnection, months: Mapping[tuple[str, str], list[str]]
    ) -> list[dict[str, Any]]:
        """As `count`; `gone` is known to the connection then."""
        mine = [month for month in months if month[0] in self.request.networks]
        logged = [name for month in mine for name in months[month]]
        if self.request.cause == "run":
            self._read(connection, logged, "stored")
            self.n_edited = know_heirs(connection, self.store, self.request.run_id)
        self._know(connection, logged)
        goes, updated = DELETE_WHERE[self.request.cause], UPDATE_WHERE[self.request.cause]
        if self.request.cause == "author":
            ids = _query(connection, _GONE.format(goes=goes), self.request).to_arrow_table()
            self.gone.update(ids["message_id"].to_pylist())
        gone = pa.table({"message_id": pa.array(sorted(self.gone), pa.string())})
        connection.register("gone", gone)
        altered = ALTERED_WHERE[self.request.cause]
        sql = _COUNTED.format(goes=goes, altered=altered, updated=updated)
        rows: list[dict[str, Any]] = (
            _query(connection, sql, self.request).to_arrow_table().to_pylist()
        )
        return rows

    def _know(self, connection: duckdb.DuckDBPyConnection, logged: Sequence[str]) -> None:
        """Let `message` be the rows of these files."""
        if self.request.cause == "run":
            connection.execute("DROP VIEW IF EXISTS message")
            self._read(connection, logged, "stored")
            connection.execute(WITH_HEIRS)
        else:
            self._read(connection, logged, "message")

    def _read(
        self, connection: duckdb.DuckDBPyConnection, logged: Sequence[str], name: str
    ) -> None:
        connection.execute(f"DROP VIEW IF EXISTS {name}")
        if logged:
            files = addresses(self.store.location, "message", logged)
            read_files(connection, files, MESSAGE).create_view(name)
        else:
            connection.register(name, MESSAGE.empty_table())

    def _note(self, rows: Sequence[dict[str, Any]]) -> None:
        """Note what is about to go, but for what an attempt that came to nothing has noted."""
        if self.erased_at is None:
            return
        moment = utc(self.store.moment(self.erased_at))
        stamp = {
            "cause": self.request.cause,
            "erased_at": moment,
            "run_id": self.request.run_id or None,
        }
        new = []
        for row in rows:
            more = {name: row[name] - self.noted[(name, *_whose(row))] for name in _COUNTS}
            if any(n > 0 for n in more.values()):
                new.append(row | {name: max(n, 0) for name, n in more.items()} | stamp)
            for name, n in more.items():
                self.noted[(name, *_whose(row))] += max(n, 0)
        if new:
            self.store.note_erasures(pa.Table.from_pylist(new, schema=ERASURE))

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Count rows that went, or would."""
        for row in rows:
            self.n_erased += row["n_erased"]
            self.n_altered += row["n_altered"]
            if self.request.cause == "run":
                self.n_passed += row["n_rows"] - row["n_erased"] - row["n_altered"]

    def _settle(self, rows: Sequence[dict[str, Any]]) -> None:
        """These rows are gone: what was noted of them is true."""
        for row in rows:
            for name in _COUNTS:
                self.noted[(name, *_whose(row))] -= row[name]


def _whose(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("network", "month", "account_id", "day"))


def _rest(
    connection: duckdb.DuckDBPyConnection, request: ErasureRequest
) -> duckdb.DuckDBPyRelation:
    """What stays of `message`, as it is from now on, without the columns that name the month."""
    instead = UPDATE_SET[request.cause]
    columns = ", ".join(
        f"CASE WHEN altered THEN {instead[name]} ELSE {name} END AS {name}"
        if name in instead
        else name
        for name in MESSAGE.names
        if name not in ("network", "month")
    )
    sql = _REST.format(
        columns=columns, goes=DELETE_WHERE[request.cause], altered=UPDATE_WHERE[request.cause]
    )
    return _query(connection, sql, request)


def _query(
    connection: duckdb.DuckDBPyConnection, sql: str, request: ErasureRequest
) -> duckdb.DuckDBPyRelation:
    used = {name: value for name, value in request.parameters.items() if f"${name}" in sql}
    return connection.sql(sql, params=used)


def _by_stream(coverage: Iterable[dict[str, Any]]) -> Streams:
    """The rows of the coverage table by network, account and stream."""
    found: Streams = {}
    for row in coverage:
        stream = (row["network"], row["account_id"], row["stream"])
        found.setdefault(stream, []).append(row)
    return found
