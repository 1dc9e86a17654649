"""The hour that a day has twice, when clocks are put back: which of the two a time is in.

Identifiers that count time tell it, and so does the order of a file that is sorted by time; and no
reply is older than what it answers. What none of them tells is taken to be in the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from socialscore.importers.identifiers import minted
from socialscore.model.period import day_in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import duckdb
    from numpy.typing import NDArray

    Instants = NDArray[np.int64]  # microseconds since 1970
    Possible = tuple[
        Instants, Instants
    ]  # each row's earliest and latest instant: one of them holds

__all__ = ["RepeatedHour", "by_order", "by_replies", "tell_apart"]

_ENOUGH = 5  # rows in order that are no chance
_NEAR = 10 * 60 * 1_000_000  # microseconds; some clocks are put back by half an hour


@dataclass(frozen=True)
class RepeatedHour:
    """How many times of a file were in the hour that a day has twice, and what told them apart."""

    day: date
    n_by_ids: int = 0
    n_by_order: int = 0  # of the rows
    n_by_replies: int = 0
    n_taken_as_first: int = 0  # nothing told

    def __str__(self) -> str:
        told = {
            "identifiers": self.n_by_ids,
            "the order of rows": self.n_by_order,
            "replies": self.n_by_replies,
        }
        n_times = sum(told.values()) + self.n_taken_as_first
        by = "".join(f"{n:,} told by {what}, " for what, n in told.items() if n)
        fall = "time falls" if n_times == 1 else "times fall"
        hour = f"{n_times:,} {fall} in the hour that {day_in_words(self.day)} has twice"
        return f"{hour}: {by}{self.n_taken_as_first:,} taken as the first"


def tell_apart(connection: duckdb.DuckDBPyConnection) -> list[RepeatedHour]:
    """Find out in which of the two hours messages were sent, by day.

    Args:
        connection: with `staged`, in which all are in the first, and `repeated`, which has a row
            for each of them: row_id, day, earliest and latest.
    """
    rows = connection.sql(
        f"""
        SELECT
            row_id,
            day,
            epoch_us(earliest) AS earliest,
            epoch_us(latest) AS latest,
            COALESCE(epoch_us({minted("staged")}), 0) AS minted
        FROM repeated
        INNER JOIN staged ON repeated.row_id = staged.rowid
        WHERE staged.refusal IS NULL
        ORDER BY staged.line, row_id
        """
    ).to_arrow_table()
    if not rows:
        return []
    row_ids, first, second, minted_us = (
        rows[name].to_numpy() for name in ("row_id", "earliest", "latest", "minted")
    )
    possible = first, second
    told = {}
    steps: dict[str, Callable[[Possible], Possible]] = {
        "n_by_ids": lambda possible: _by_ids(possible, minted_us),
        "n_by_order": lambda possible: _by_order_of_rows(connection, possible),
        "n_by_replies": lambda possible: _by_replies(connection, row_ids, possible),
    }
    for name, step in steps.items():
        was_open = possible[0] < possible[1]
        if was_open.any():
            possible = step(possible)
            told[name] = was_open & ~(possible[0] < possible[1])
    told["n_taken_as_first"] = possible[0] < possible[1]
    _set(connection, row_ids[possible[0] == second], second[possible[0] == second])
    days = np.array(rows["day"].to_pylist())
    return [
        RepeatedHour(day, **{name: int(mask[days == day].sum()) for name, mask in told.items()})
        for day in sorted(set(days))
    ]


def _set(connection: duckdb.DuckDBPyConnection, row_ids: Instants, instants: Instants) -> None:
    second = pa.table({"row_id": row_ids, "sent_at": pa.array(instants).cast(pa.timestamp("us"))})
    connection.register("second", second)
    connection.execute(
        "UPDATE staged SET sent_at = second.sent_at FROM second WHERE staged.rowid = second.row_id"
    )
    connection.unregister("second")


# --- identifiers --------------------------------------------------------------------------------


def _by_ids(possible: Possible, minted_us: Instants) -> Possible:
    earliest, latest = possible
    is_first = np.abs(minted_us - earliest) < _NEAR
    is_second = np.abs(minted_us - latest) < _NEAR
    return np.where(is_second, latest, earliest), np.where(is_first, earliest, latest)


# --- the order of rows --------------------------------------------------------------------------


def _by_order_of_rows(connection: duckdb.DuckDBPyConnection, possible: Possible) -> Possible:
    """What the order leaves open, if all other rows of the file are sorted by time."""
    [(n_up, n_down)] = connection.sql(
        """
        SELECT
            COUNT(*) FILTER (sent_at > previous),
            COUNT(*) FILTER (sent_at < previous)
        FROM (
            SELECT sent_at, LAG(sent_at) OVER (ORDER BY line, rowid) AS previous
            FROM staged
            WHERE refusal IS NULL AND rowid NOT IN (SELECT row_id FROM repeated)
        )
        """
    ).fetchall()
    if min(n_up, n_down) > 0 or max(n_up, n_down) < _ENOUGH:
        return possible
    # The rows that are asked for, and those next to them.
    rows = connection.sql(
        """
        SELECT epoch_us(sent_at) AS sent_at, is_open
        FROM (
            SELECT
                *,
                LAG(is_open) OVER in_file AS follows,
                LEAD(is_open) OVER in_file AS precedes
            FROM (
                SELECT line, rowid AS row_id, sent_at,
                    rowid IN (SELECT row_id FROM repeated) AS is_open
                FROM staged
                WHERE refusal IS NULL
            )
            WINDOW in_file AS (ORDER BY line, row_id)
        )
        WHERE is_open OR follows OR precedes
        ORDER BY line, row_id
        """
    ).to_arrow_table()
    is_open = rows["is_open"].to_numpy()
    earliest, latest = rows["sent_at"].to_numpy().copy(), rows["sent_at"].to_numpy().copy()
    earliest[is_open], latest[is_open] = possible
    way = slice(None, None, 1 if n_up else -1)
    found = by_order((earliest[way], latest[way]))
    return possible if found is None else (found[0][way][is_open], found[1][way][is_open])


def by_order(possible: Possible) -> Possible | None:
    """What an ascending order of rows leaves open; None: they are in no such order."""
    earliest, latest = possible
    while True:
        after = np.maximum.accumulate(earliest)
        before = np.minimum.accumulate(latest[::-1])[::-1]
        if (after > latest).any():
            return None
        sharper = (
            np.where(after > earliest, latest, earliest),
            np.where(before < latest, earliest, latest),
        )
        if (sharper[0] == earliest).all() and (sharper[1] == latest).all():
            return sharper
        earliest, latest = sharper


# --- replies ------------------------------------------------------------------------------------


def _by_replies(
    connection: duckdb.DuckDBPyConnection, row_ids: Instants, possible: Possible
) -> Possible:
    pairs = connection.sql(
        """
        SELECT
            reply.rowid AS reply_id,
            epoch_us(reply.sent_at) AS reply_sent_at,
            answered.rowid AS answered_id,
            epoch_us(answered.sent_at) AS answered_sent_at
        FROM staged AS reply
        INNER JOIN staged AS answered
            ON
                reply.network = answered.network
                AND reply.reply_to_id = answered.message_id
        WHERE
            reply.refusal IS NULL
            AND answered.refusal IS NULL
            AND (
                reply.rowid IN (SELECT row_id FROM repeated)
                OR answered.rowid IN (SELECT row_id FROM repeated)
            )
        """
    ).to_arrow_table()
    known = {
        row_id: instant
        for side in ("reply", "answered")
        for row_id, instant in zip(
            pairs[f"{side}_id"].to_pylist(), pairs[f"{side}_sent_at"].to_pylist(), strict=True
        )
    }
    others = np.array(sorted(known.keys() - set(row_ids.tolist())), dtype=np.int64)
    instants = np.array([known[row_id] for row_id in others], dtype=np.int64)
    places = {row_id: n for n, row_id in enumerate([*row_ids.tolist(), *others.tolist()])}
    replies, answered = (
        np.array([places[row_id] for row_id in pairs[name].to_pylist()], dtype=np.int64)
        for name in ("reply_id", "answered_id")
    )
    earliest, latest = (np.concatenate([each, instants]) for each in possible)
    found = by_replies((earliest, latest), replies, answered)
    return found[0][: len(row_ids)], found[1][: len(row_ids)]


def by_replies(
    possible: Possible, replies: NDArray[np.int64], answered: NDArray[np.int64]
) -> Possible:
    """What is left open, as no reply is older than the message that it answers.

    Args:
        possible: of each row.
        replies: their rows, counted from 0.
        answered: the row that each of them answers.
    """
    earliest, latest = (each.copy() for each in possible)
    while True:
        is_open = earliest < latest
        late = is_open[replies] & (earliest[replies] < earliest[answered])
        late &= latest[replies] >= earliest[answered]
        early = is_open[answered] & (latest[answered] > latest[replies])
        early &= earliest[answered] <= latest[replies]
        if not late.any() and not early.any():
            return earliest, latest
        earliest[replies[late]] = latest[replies[late]]
        is_still_open = (earliest < latest)[answered]
        early &= is_still_open
        latest[answered[early]] = earliest[answered[early]]
