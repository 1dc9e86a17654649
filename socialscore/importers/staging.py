"""Staging: the rows of one file, gathered before anything can be said of them.

Whom a message concerns may stand anywhere in a file: the message that it answers can come later,
and the accounts of `--bodies-from-data` are known at the end. So a file is read once into a DuckDB
table, which goes to disk when it outgrows its memory, and leaves it as message rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from socialscore.errors import InputError
from socialscore.importers.identifiers import mend_rounded, screened
from socialscore.importers.repeated_hours import tell_apart
from socialscore.importers.staged import STAGED
from socialscore.importers.threads import address_walls, find_parents, find_threads
from socialscore.importers.times import read_times, with_instants
from socialscore.inputs.panel import Panel, bodies_from_handles
from socialscore.model.network import BY_NAME
from socialscore.model.period import CLOCKS_DIFFER, EARLIEST, LATEST, utc
from socialscore.runtime.duckdb import connect, within_limits
from socialscore.runtime.prefetch import prefetch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from socialscore.importers.identifiers import RoundedColumn
    from socialscore.importers.repeated_hours import RepeatedHour
    from socialscore.importers.staged import StagedRows

__all__ = ["FileCounts", "RefusedRow", "Stage"]

_SHARE = 1 / 4  # of the memory: what judges and compares the rows takes the rest
_ROWS_AT_ONCE = 250_000
_ACCOUNT = pa.schema(
    {
        "network": pa.string(),
        "account_id": pa.string(),
        "handle": pa.string(),
        "other_ids": pa.list_(pa.string()),
    }
)


@dataclass(frozen=True)
class FileCounts:
    """What a file held."""

    n_rows: int  # messages and refused rows
    n_refused: int
    n_refused_lines: int  # of the file, that the refused rows take
    n_damaged: int  # messages of which a part is broken
    n_repeated: int  # rows that say again what an earlier one said
    n_replies: int  # messages that answer another one


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not, or only partly, what the file should hold."""

    line: int
    outcome: str  # refused or damaged
    reason: str


class Stage:
    """The rows of one file. Use it in a `with`: it holds memory, and perhaps temporary files.

    What it does raises OutOfRoom when these have no more room.
    """

    @within_limits()
    def __init__(self) -> None:
        self._connection = connect(_SHARE)
        self._connection.execute("SET preserve_insertion_order = false")
        # The order of the joins is that of the statements: texts are then on the side that streams.
        self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        self._connection.register("columns", STAGED.empty_table())
        self._connection.execute(
            "CREATE TABLE staged AS "
            "SELECT *, NULL::BIGINT AS copy_of, FALSE AS lost_parent FROM columns"
        )
        self.told_format: str | None = None  # by which days and months were told apart
        self.rounded: list[RoundedColumn] = []
        self.repeated_hours: list[RepeatedHour] = []
        self.clock_remark = ""
        self.notices: dict[str, int] = {}  # rows that are no messages: what they are, how many

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @within_limits()
    def read(
        self,
        reading: StagedRows,
        place: Path | str,
        *,
        now: datetime | None = None,
        home: ZoneInfo | None = None,
    ) -> None:
        """Take in a whole file.

        Args:
            reading: its rows.
            place: its path, for the error.
            now: aware; what is dated more than a day later is refused. None: nobody knows.
            home: the timezone to propose where times have none. None: the rows are not of a file,
                but of a table in Python.

        Raises:
            InputError: there are rows, and not one of them is a message; or their times can only
                be read if somebody says how.
        """
        select = with_instants(screened(reading.select, reading.names), reading.clock)
        for piece in prefetch(reading.pieces):
            self._connection.register("piece", piece)
            self._connection.execute(f"INSERT INTO staged BY NAME {select}")
            self._connection.unregister("piece")
        find_parents(self._connection)
        self._set_notices_aside()
        told = read_times(self._connection, reading.names, reading.clock, place, home)
        self.told_format, self.clock_remark = told.date_format, told.remark
        self._refuse_impossible_dates(reading.names, now)
        self.rounded = mend_rounded(
            self._connection, reading.names, digits_are_exact=reading.digits_are_exact
        )
        self.repeated_hours = tell_apart(self._connection)
        tally = self.tally()
        if tally.n_rows and tally.n_refused == tally.n_rows:
            first = next(self.refusals())
            others = f"and so on: none of the {tally.n_rows:,} rows can be read"
            raise InputError(
                f"{place}:{first.line}",
                f"{first.reason}; {others if tally.n_rows > 1 else 'there is no other row'}",
            )
        self._deduplicate()
        if reading.is_whole:
            find_threads(self._connection)
        address_walls(self._connection)

    def _set_notices_aside(self) -> None:
        found = self._connection.sql(
            "SELECT notice, COUNT(*) FROM staged WHERE notice IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        self.notices = dict(found)
        if found:
            self._connection.execute("DELETE FROM staged WHERE notice IS NOT NULL")

    def _refuse_impossible_dates(self, names: Mapping[str, str], now: datetime | None) -> None:
        earliest, latest = EARLIEST.date(), LATEST.date()
        empty = names.get("sent_at", "sent_at") + " is empty"
        self._connection.execute(
            f"""
            UPDATE staged
            SET refusal = CASE
                WHEN sent_at IS NULL THEN $empty
                WHEN sent_at < '{earliest}' OR sent_at >= '{latest}'
                    THEN 'dated ' || strftime(sent_at, '%Y-%m-%d')
                ELSE 'deleted on ' || strftime(deleted_at, '%Y-%m-%d')
            END
            WHERE
                refusal IS NULL
                AND (
                    sent_at IS NULL
                    OR sent_at < '{earliest}' OR sent_at >= '{latest}'
                    OR deleted_at < '{earliest}' OR deleted_at >= '{latest}'
                )
            """,
            {"empty": empty},
        )
        if now:
            self._connection.execute(
                """
                UPDATE staged
                SET refusal = CASE
                    WHEN sent_at > $latest
                        THEN 'dated ' || strftime(sent_at, '%Y-%m-%d') || ', later than now'
                    ELSE 'deleted on ' || strftime(deleted_at, '%Y-%m-%d') || ', later than now'
                END
                WHERE refusal IS NULL AND (sent_at > $latest OR deleted_at > $latest)
                """,
                {"latest": utc(now + CLOCKS_DIFFER)},
            )

    def _deduplicate(self) -> None:
        """Of rows with one id the last edit counts, else the first; one that differs is refused."""
        (n_rows, n_ids), *_ = self._connection.sql(
            "SELECT COUNT(*), COUNT(DISTINCT (network, message_id)) "
            "FROM staged WHERE refusal IS NULL"
        ).fetchall()
        if n_rows == n_ids:
            return
        self._connection.execute(_sql("deduplicate"))

    @within_limits()
    def tally(self) -> FileCounts:
        """How many rows there were, of which kind."""
        (counts,) = self._connection.sql(
            """
            SELECT
                COUNT(*),
                COUNT(*) FILTER (WHERE refusal IS NOT NULL),
                COALESCE(SUM(COALESCE(n_lines, 1)) FILTER (WHERE refusal IS NOT NULL), 0)::BIGINT,
                COUNT(*) FILTER (WHERE refusal IS NULL AND damage IS NOT NULL),
                COUNT(*) FILTER (WHERE refusal IS NULL AND copy_of IS NOT NULL),
                COUNT(*) FILTER (
                    WHERE refusal IS NULL AND (reply_to_id IS NOT NULL OR lost_parent)
                )
            FROM staged
            """
        ).fetchall()
        return FileCounts(*counts)

    def refusals(self) -> Iterator[RefusedRow]:
        """Every row with something wrong, in the order of the file."""
        found = self._connection.cursor().execute(
            """
            SELECT
                line,
                CASE WHEN refusal IS NULL THEN 'damaged' ELSE 'refused' END,
                COALESCE(refusal, damage)
                || CASE WHEN n_lines > 1 THEN ' (' || n_lines || ' lines)' ELSE '' END
            FROM staged WHERE refusal IS NOT NULL OR damage IS NOT NULL ORDER BY line, rowid
            """
        )
        while rows := found.fetchmany(1000):
            yield from (RefusedRow(*row) for row in rows)

    def remarks(self) -> Iterator[str]:
        """What had to be guessed in reading, each as a sentence."""
        yield from map(str, self.rounded)
        if self.clock_remark:
            yield self.clock_remark
        yield from map(str, self.repeated_hours)

    @within_limits()
    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last message were sent; None without messages."""
        ((first, last),) = self._connection.sql(
            "SELECT MIN(sent_at), MAX(sent_at) FROM staged WHERE refusal IS NULL"
        ).fetchall()
        return first and (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))

    @within_limits()
    def bodies(self) -> Panel:
        """A body for each account that the file says is one.

        Where a file does not say it, an author whom others address, and who answers, is one.
        """
        ((declares,),) = self._connection.sql("SELECT COUNT(official) > 0 FROM staged").fetchall()
        found = self._connection.sql(_sql("declared" if declares else "apparent")).fetchall()
        panel = Panel("bodies-from-data", ())
        for network in sorted({row[0] for row in found}):
            accounts = [(row[1], row[2]) for row in found if row[0] == network]
            panel = panel.merged(bodies_from_handles(network, accounts, panel.name))
        return panel

    @within_limits()
    def address(self, panel: Panel) -> int:
        """Find out which messages are by or to accounts of the panel, and count them."""
        accounts = [
            {
                "network": account.network,
                "account_id": account.account_id,
                "handle": account.handle.lower(),
                "other_ids": account.other_ids,
            }
            for _, account in panel.accounts()
        ]
        self._connection.register("account", pa.Table.from_pylist(accounts, schema=_ACCOUNT))
        self._connection.execute(f"CREATE OR REPLACE TABLE identity AS {_sql('identity')}")
        self._connection.execute(f"CREATE OR REPLACE TABLE concern AS {_sql('concern')}")
        ((n_messages,),) = self._connection.sql(
            "SELECT COUNT(DISTINCT row_id) FROM concern"
        ).fetchall()
        return int(n_messages)

    @within_limits()
    def identified(self) -> dict[tuple[str, str], str]:
        """What identifiers `address` found of accounts of which the panel has the handle alone.

        By network and account_id; of none that goes by several.
        """
        rows = self._connection.sql(_sql("identified")).fetchall()
        return {
            (network, account_id): identifier
            for network, account_id, identifier in rows
            if re.fullmatch(BY_NAME[network].id_pattern, identifier)
        }

    @within_limits()
    def concerned(self) -> frozenset[tuple[str, str]]:
        """Network and account_id of the accounts that `address` found."""
        rows = self._connection.sql("SELECT DISTINCT network, account_id FROM concern").fetchall()
        return frozenset((network, account_id) for network, account_id in rows)

    @within_limits()
    def beginning(self, n: int) -> list[dict[str, Any]]:
        """The first rows, each with the accounts of `address` that it concerns.

        A row has line, refusal, network, author, sent_at (naive UTC), kind, text, language,
        reply_to_id, own_account_id (NULL: none of them wrote it) and addressed (a list).
        """
        found = self._connection.sql(_sql("beginning"), params={"n": n})
        rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
        return rows

    @within_limits()
    def links(self) -> tuple[int, int, frozenset[tuple[str, str]]]:
        """What `address` found out about answers, and who wrote.

        How many messages answer one, how many of these are not in the file, and network and
        account_id of the accounts that wrote something.
        """
        ((n_replies, n_orphans),) = self._connection.sql(_sql("orphans")).fetchall()
        writers = self._connection.sql(
            "SELECT DISTINCT network, own_account_id FROM concern WHERE own_account_id IS NOT NULL"
        ).fetchall()
        return n_replies, n_orphans, frozenset((network, own) for network, own in writers)

    @within_limits()
    def losses(self) -> list[tuple[str, str, str, int]]:
        """Replies that were lost in reading, of accounts of the panel that `address` was given.

        Network and account_id, what was lost as `store.losses` names it, and how many rows.
        """
        return self._connection.sql(_sql("lost")).fetchall()

    def messages(self) -> Iterator[pa.Table]:
        """The messages that `address` found, one row under each account.

        The columns are those of the store's message table as far as the file tells them, and
        `outbound`: whether the account wrote the message.
        """
        with within_limits():
            for batch in self._connection.sql(_sql("addressed")).to_arrow_reader(_ROWS_AT_ONCE):
                yield pa.Table.from_batches([batch])


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
