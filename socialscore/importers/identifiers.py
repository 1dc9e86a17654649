"""Identifiers in files: made of digits where the network's are, and not rounded.

A message whose own identifier, or whose author's, was rounded is refused: it would be another one.
What only refers to a message or an author is kept, for a reply is a reply to whomever. It is taken
for the one that the file has within the rounding; of none, or of several, it is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.model.identifiers import DECIMAL, EXACT, KEEP_AS_TEXT, KEPT_DIGITS, ZEROS
from socialscore.model.network import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

__all__ = ["RoundedColumn", "mend_rounded", "minted", "screened"]

_OF_MESSAGES = ("message_id", "reply_to_id", "conversation_id")
_OF_AUTHORS = ("author_id", "reply_to_author_id")
_ITS_OWN = ("message_id", "author_id")
_REFERRING = {
    "reply_to_id": "message_id", "conversation_id": "message_id", "reply_to_author_id": "author_id",
}  # fmt: skip
_NUMBERED = ", ".join(f"'{network.name}'" for network in BY_NAME.values() if network.integer_ids)
_BUCKET = 20_000  # twice what the first 15 digits of 19 leave open
_ENOUGH = 3  # long numbers that are floating-point numbers


@dataclass(frozen=True)
class RoundedColumn:
    """A column with references that were rounded."""

    name: str  # in the file
    n_values: int
    n_rounded: int
    n_matched: int  # with the one message or author that they can mean
    refers_to: str  # message or author

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.n_rounded:,} of {self.n_values:,} look rounded by a spreadsheet "
            f"or pandas; {self.n_matched:,} matched to the one {self.refers_to} they can mean, "
            f"{self.n_rounded - self.n_matched:,} unknown; keep identifiers as text"
        )


# --- row by row ----------------------------------------------------------------------------------


def screened(select: str, names: Mapping[str, str]) -> str:
    """The rows of a SELECT, as plain digits and refused where an identifier cannot be one.

    Args:
        select: makes staged rows, perhaps without some columns.
        names: from our columns to those of the file, where they are called otherwise.
    """
    plain = ",\n    ".join(f"{_plain(name)} AS {name}" for name in (*_OF_MESSAGES, *_OF_AUTHORS))
    rounded = " OR ".join(f"({_is_decimal(name)})" for name in (*_ITS_OWN, "account"))
    no_digits = "\n    ".join(
        f"WHEN network IN ({_NUMBERED}) AND NOT ({_is_identifier(name)}) "
        f"THEN {_quoted(names.get(name, name) + ' is not a string of digits')}"
        for name in _OF_MESSAGES
    )
    return f"""
SELECT * REPLACE (
    CASE
    WHEN refusal IS NOT NULL THEN refusal
    WHEN {rounded} THEN '{KEEP_AS_TEXT}'
    {no_digits}
    END AS refusal,
    -- It is nobody's.
    CASE WHEN NOT ({_is_decimal("author_id")}) THEN author_id END AS author_id
)
FROM (
    SELECT * REPLACE (
    {plain}
    )
    FROM (SELECT * FROM columns UNION ALL BY NAME ({select}))
)
"""


def _plain(column: str) -> str:
    """Programs that know no missing integers write identifiers as decimal numbers: 3.0."""
    digits = f"LEFT({column}, -2)"
    exact = f"regexp_full_match({column}, '[0-9]+\\.0') AND TRY_CAST({digits} AS BIGINT) <= {EXACT}"
    return f"CASE WHEN ENDS_WITH({column}, '.0') AND {exact} THEN {digits} ELSE {column} END"


def _is_decimal(column: str) -> str:
    # Looking for the sign of one is quicker than the expression.
    signs = " OR ".join(f"CONTAINS({column}, '{sign}')" for sign in ".,+")
    return f"({signs}) AND regexp_full_match({column}, '{DECIMAL}')"


def _is_identifier(column: str) -> str:
    """Whether it is one, was one before it was rounded, or is not given."""
    rounded = f" OR ({_is_decimal(column)})" if column in _REFERRING else ""
    return f"{column} IS NULL OR {_is_whole(column)}{rounded}"


def minted(table: str) -> str:
    """SQL: when a network gave out the identifier of a message, where identifiers tell it."""
    clocks = " ".join(
        f"WHEN '{network.name}' THEN {network.snowflakes_since_ms}"
        for network in BY_NAME.values()
        if network.snowflakes_since_ms
    )
    since = f"CASE {table}.network {clocks} END"
    return f"make_timestamp((({_id(f'{table}.message_id')} >> 22) + {since}) * 1000)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# --- column by column ----------------------------------------------------------------------------


def mend_rounded(
    connection: duckdb.DuckDBPyConnection,
    names: Mapping[str, str],
    *,
    digits_are_exact: bool = False,
) -> list[RoundedColumn]:
    """Refuse, match or forget the identifiers in `staged` that were rounded; what was referred to.

    A reply whose parent is forgotten has `lost_parent`.

    Args:
        connection: with the rows that `screened` made.
        names: as there.
        digits_are_exact: whether only a decimal point or an exponent shows that one was rounded.
    """
    for name in _ITS_OWN:
        if rounded := _rounded(connection, name, None, digits_are_exact):
            connection.execute(
                f"UPDATE staged SET refusal = '{KEEP_AS_TEXT}', {name} = NULL "
                f"WHERE refusal IS NULL AND ({rounded})"
            )
    mended = []
    for name, known in _REFERRING.items():
        if rounded := _rounded(connection, name, known, digits_are_exact):
            counts = _matched(connection, name, known, rounded)
            kind = known.removesuffix("_id")
            mended.append(RoundedColumn(names.get(name, name), *counts, refers_to=kind))
    return mended


def _rounded(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    known: str | None,
    digits_are_exact: bool,
) -> str | None:
    """The condition for which a value of a column was rounded; None: none was.

    What has a decimal point or an exponent was. Of what is written out, the whole column tells, in
    which what occurs often counts once:

    - a spreadsheet makes zeros of all digits after the 15th. One such number among others says
      nothing, and neither do a few short ones: it takes ZEROS of them together;
    - where floating-point numbers were written with 17 digits, as JavaScript does, each ends with
      zeros;
    - where they were written out, each is one. That alone says nothing: X counts the posts of a
      millisecond in the last 12 bits, and mostly that count is 0. So some must be floating-point
      numbers though it is not, or one must not be `known` in the file where something is that
      would be rounded to it.
    """
    [(has_decimals, has_zeros, has_17_digits, are_floating, is_counted)] = connection.sql(
        f"""
        SELECT
            COUNT(*) FILTER ({_is_decimal("value")}) > 0,
            AVG(CAST({_has_zeros("value")} AS INTEGER)) FILTER (long)
            > GREATEST(0.05, AVG(5 * 0.1 ** (LEN(value) - {KEPT_DIGITS})) FILTER (long))
            AND (SUM(LEN(value) - {KEPT_DIGITS}) FILTER (long AND {_has_zeros("value")}) >= {ZEROS}
            OR COUNT(*) FILTER (long) = 1),
            BOOL_AND({_ends_with_zeros("value", 17)} AND LEN(value) > 17) FILTER (long)
            AND SUM(LEN(value) - 17) FILTER (long) >= {ZEROS}
            AND NOT BOOL_AND({_id("value")} % 4096 = 0) FILTER (long),
            BOOL_AND({_is_floating("value")}) FILTER (long),
            COUNT(*) FILTER (long) >= {_ENOUGH}
            AND AVG(CAST({_id("value")} % 4096 <> 0 AS INTEGER)) FILTER (long) > 0.05
        FROM (
            SELECT *, {_is_long("value")} AS long
            FROM (
                SELECT DISTINCT network, {column} AS value
                FROM staged
                WHERE refusal IS NULL AND {column} IS NOT NULL
            )
        )
        """
    ).fetchall()
    if digits_are_exact:
        return _is_decimal(column) if has_decimals else None
    written_out = are_floating and (
        is_counted or (known is not None and _misses_what_it_means(connection, column, known))
    )
    conditions = (
        (has_decimals, _is_decimal(column)),
        (has_zeros, f"{_is_long(column)} AND {_has_zeros(column)}"),
        (has_17_digits or written_out, _is_long(column)),
    )
    return " OR ".join(f"({condition})" for holds, condition in conditions if holds) or None


def _misses_what_it_means(connection: duckdb.DuckDBPyConnection, column: str, known: str) -> bool:
    """Whether long values are not known themselves, but what would be rounded to them is."""
    found = connection.sql(
        f"""
        WITH
        referring AS (
            SELECT DISTINCT network, {_id(column)} AS id
            FROM staged
            WHERE refusal IS NULL AND {_is_long(column)}
        ),

        known AS (
            SELECT DISTINCT network, {_id(known)} AS id
            FROM staged
            WHERE refusal IS NULL AND {_is_long(known)}
        )

        SELECT 1
        FROM referring
        INNER JOIN known
            ON referring.network = known.network AND referring.id::DOUBLE = known.id::DOUBLE
        GROUP BY referring.network, referring.id
        HAVING NOT BOOL_OR(referring.id = known.id)
        LIMIT 1
        """
    )
    return bool(found.fetchall())


def _matched(
    connection: duckdb.DuckDBPyConnection, column: str, known: str, rounded: str
) -> tuple[int, int, int]:
    """Replace each rounded value by the one that it can mean, or NULL.

    Returns:
        How many values there were, how many of them were rounded, and how many of these matched.
    """
    written_out = f"regexp_replace(split_part(LOWER({column}), 'e', 1), '[.,]', '')"
    number = f"TRY_CAST(TRY_CAST(REPLACE({column}, ',', '.') AS HUGEINT) AS BIGINT)"
    # Nothing answers itself.
    others = f"{_id(known)} IS DISTINCT FROM found.id" if column == "reply_to_id" else "TRUE"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE rounded AS
        WITH
        -- One row per rounded value, with what it can mean. With few digits that is too much.
        asked AS (
            SELECT *, CAST(10 ** (LEN(CAST(id AS VARCHAR)) - {KEPT_DIGITS}) AS BIGINT) AS margin
            FROM (
                SELECT
                    rowid AS row_id,
                    network,
                    CASE WHEN LEN({written_out}) >= {KEPT_DIGITS} THEN {number} END::HUGEINT AS id
                FROM staged
                WHERE refusal IS NULL AND ({rounded})
            )
        ),

        -- One row per value and bucket of numbers in which that lies; joins are by equality.
        bucketed AS (
            SELECT
                *,
                UNNEST(LIST_DISTINCT(
                    [(id - margin) // {_BUCKET}, (id + margin) // {_BUCKET}]
                )) AS bucket
            FROM asked
        ),

        known AS (
            SELECT DISTINCT
                network,
                {_id(known)}::HUGEINT AS id,
                {_id(known)} // {_BUCKET} AS bucket
            FROM staged
            WHERE refusal IS NULL
        ),

        found AS (
            SELECT bucketed.row_id, known.id
            FROM bucketed
            INNER JOIN known
                ON
                    bucketed.network = known.network
                    AND bucketed.bucket = known.bucket
                    AND known.id BETWEEN bucketed.id - margin AND bucketed.id + margin
        )

        SELECT asked.row_id, CASE WHEN COUNT(found.id) = 1 THEN ANY_VALUE(found.id) END AS id
        FROM asked
        INNER JOIN staged ON asked.row_id = staged.rowid
        LEFT JOIN found ON asked.row_id = found.row_id AND {others}
        GROUP BY asked.row_id
        """
    )
    [counts] = connection.sql(
        f"""
        SELECT
            (SELECT COUNT({column}) FROM staged WHERE refusal IS NULL),
            COUNT(*),
            COUNT(id)
        FROM rounded
        """
    ).fetchall()
    forgotten = ", lost_parent = rounded.id IS NULL" if column == "reply_to_id" else ""
    connection.execute(
        f"UPDATE staged SET {column} = CAST(rounded.id AS VARCHAR){forgotten} "
        "FROM rounded WHERE staged.rowid = rounded.row_id"
    )
    return counts


# --- conditions ----------------------------------------------------------------------------------


def _id(column: str) -> str:
    return f"TRY_CAST({column} AS BIGINT)"


def _is_whole(column: str) -> str:
    """Whether it is a number of less than 64 bits, written in digits alone."""
    return f"COALESCE({_id(column)} >= 0 AND CAST({_id(column)} AS VARCHAR) = {column}, FALSE)"


def _is_long(column: str) -> str:
    """Whether it is a number of more digits than floating-point numbers are sure to keep."""
    return f"{_is_whole(column)} AND {_id(column)} > {EXACT} AND network IN ({_NUMBERED})"


def _has_zeros(column: str) -> str:
    """Whether a long number ends as if it had no more than 15 digits."""
    return _ends_with_zeros(column, KEPT_DIGITS)


def _is_floating(column: str) -> str:
    """Whether a long number is a floating-point number of 64 bits."""
    return f"CAST(CAST({_id(column)} AS DOUBLE) AS HUGEINT) = {_id(column)}"


def _ends_with_zeros(column: str, n_digits: int) -> str:
    return f"ENDS_WITH({column}, REPEAT('0', LEN({column}) - {n_digits}))"
