"""Times in files: what is unambiguous as it streams, and the rest at the end, by the whole column.

Nothing is guessed of one value. Where the column leaves open which number is the day, or where no
offset from UTC is written and nobody said the timezone, the import ends and shows what to add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError, for_caller
from socialscore.importers.identifiers import minted
from socialscore.importers.local_times import OFFSETS, offsets
from socialscore.importers.time_formats import instant, is_day_first, like, written
from socialscore.inputs.toml_files import FilePosition
from socialscore.inputs.value_errors import raise_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import duckdb

    from socialscore.importers.staged import Clock

__all__ = ["read_times", "with_instants"]

_TEXTS = {"sent_at": "sent_text", "deleted_at": "deleted_text"}
_TOLERANCE = 60  # seconds between a time and what its identifier says
_ENOUGH = 5  # identifiers that agree by no chance
_LONGEST = 60  # characters of a value in an error


@dataclass(frozen=True)
class ToldTimes:
    """What a column of times told, beside the times."""

    date_format: str | None  # by which it told which number is the day; None: said, or not needed
    remark: str  # what speaks against the timezone that somebody named; empty if nothing does


def with_instants(select: str, clock: Clock) -> str:
    """The rows of a SELECT with the instants that their texts say; other texts are left."""
    if clock.date_format:
        return select  # it goes before everything else
    found = ", ".join(
        f"COALESCE({ours}, {instant(text)}) AS found_{ours}" for ours, text in _TEXTS.items()
    )
    columns = ", ".join(
        f"found_{ours} AS {ours}, CASE WHEN found_{ours} IS NULL THEN {text} END AS {text}"
        for ours, text in _TEXTS.items()
    )
    helpers = ", ".join(f"found_{ours}" for ours in _TEXTS)
    return (
        f"SELECT * EXCLUDE ({helpers}) REPLACE ({columns}) FROM (SELECT *, {found} FROM ({select}))"
    )


def read_times(
    connection: duckdb.DuckDBPyConnection,
    names: Mapping[str, str],
    clock: Clock,
    place: Path | str,
    home: ZoneInfo | None,
) -> ToldTimes:
    """Make instants of the texts that are left in `staged`, or refuse their rows.

    Times in an hour that comes twice are taken to be in the first, and stand in `repeated`.

    Args:
        connection: with the rows of a whole file.
        names: from our columns to those of the file, where they are called otherwise.
        clock: what somebody says of the file.
        place: its path, for errors.
        home: a timezone to propose; None: the rows are of a table in Python.

    Returns:
        What was found out of them.

    Raises:
        InputError: nothing tells days from months, or times have no offset and no timezone.
        SeveralProblems: both.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated "
        "(row_id BIGINT, day DATE, earliest TIMESTAMP, latest TIMESTAMP)"
    )
    shown, problems = {}, []
    for ours, text in _TEXTS.items():
        if not _has_texts(connection, text):
            continue
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {ours} AS {written(text, clock.date_format)}"
        )
        column = _Column(ours, names.get(ours, ours), place)
        shown[column] = _day_or_month(connection, column, clock, home)
        problems += [
            shown[column],
            _without_timezone(connection, column, clock, home, shown[column]),
        ]
    raise_all([problem for problem in problems if isinstance(problem, InputError)])
    for column, reading in reversed(shown.items()):  # `timed` stays that of sent_at
        _set(connection, column, str(reading), clock)
    remark = "".join(
        _disagreement(connection, column, str(reading), clock)
        for column, reading in shown.items()
        if column.ours == "sent_at"
    )
    readings = {column.ours: str(reading) for column, reading in shown.items()}
    told = ToldTimes(_told_format(connection, readings.get("sent_at")), remark)
    for table in (*_TEXTS, "timed"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    return told


def _told_format(connection: duckdb.DuckDBPyConnection, reading: str | None) -> str | None:
    """The format of the first text that can be read in one way only."""
    if reading is None:
        return None
    [(text,)] = connection.sql(
        "SELECT MIN_BY(text, line) FROM sent_at "
        "WHERE problem IS NULL AND (day_first IS NULL) <> (month_first IS NULL)"
    ).fetchall()
    return text and like(text, day_first=reading == "day_first")


def _has_texts(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    asked = f"SELECT 1 FROM staged WHERE refusal IS NULL AND {text} IS NOT NULL LIMIT 1"
    return bool(connection.sql(asked).fetchall())


# --- what somebody has to say -------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A column of times."""

    ours: str  # also of the table of what it says
    theirs: str
    place: Path | str  # the file

    def problem(
        self, line: int, text: str, problem: str, ways_out: Sequence[str] = ()
    ) -> InputError:
        """An error about one value."""
        said = f"{self.theirs} {_shown(text)} {problem}"
        return InputError(FilePosition(self.place, line), said, ways_out)


def _day_or_month(
    connection: duckdb.DuckDBPyConnection,
    column: _Column,
    clock: Clock,
    home: ZoneInfo | None,
) -> str | InputError:
    """By which reading the whole column can be understood: day_first or month_first."""
    said = is_day_first(clock.date_format)
    if said is not None:
        return "day_first" if said else "month_first"
    [(open_line, open_text, day_line, day_text, month_line, month_text)] = connection.sql(
        f"""
        SELECT
            MIN(line) FILTER (day_first <> month_first),
            MIN_BY(text, line) FILTER (day_first <> month_first),
            MIN(line) FILTER (month_first IS NULL),
            MIN_BY(text, line) FILTER (month_first IS NULL),
            MIN(line) FILTER (day_first IS NULL),
            MIN_BY(text, line) FILTER (day_first IS NULL)
        FROM {column.ours}
        WHERE problem IS NULL
        """
    ).fetchall()
    if day_line and month_line:
        formats = _formats(day_text, month_text, home)
        contradiction = (
            f"has the day first, and {_shown(month_text)} in line {month_line} the month; say "
            f"which is right: {' or '.join(formats)}; the others will be refused"
        )
        return column.problem(day_line, day_text, contradiction, formats)
    if open_line and not day_line and not month_line:
        formats = _formats(open_text, open_text, home)
        both = "can be read in two ways, and no other time tells which number is the day; say it: "
        return column.problem(open_line, open_text, f"{both}{' or '.join(formats)}", formats)
    return "month_first" if month_line else "day_first"


def _formats(day_text: str, month_text: str, home: ZoneInfo | None) -> list[str]:
    formats = like(day_text, day_first=True), like(month_text, day_first=False)
    if home is None:
        return [f'pd.to_datetime(df["sent_at"], format="{each}")' for each in formats]
    return [f'--date-format "{each}"' for each in formats]


def _without_timezone(
    connection: duckdb.DuckDBPyConnection,
    column: _Column,
    clock: Clock,
    home: ZoneInfo | None,
    reading: str | InputError,
) -> InputError | None:
    if clock.timezone:
        return None
    [(line, text)] = connection.sql(
        f"""
        SELECT MIN(line), MIN_BY(text, line)
        FROM {column.ours}
        WHERE problem IS NULL AND offset_s IS NULL AND zone IS NULL
        """
    ).fetchall()
    if not line:
        return None
    if home is None:
        localized, ways = f'df["{column.theirs}"].dt.tz_localize("UTC")', []
        way_out = f"make it aware, as in {localized}, or of another timezone"
    else:
        ways = [f"--timezone {name}" for name in dict.fromkeys(("UTC", home.key))]
        way_out = f"say in which timezone it is: {' or '.join(ways)}"
    known = _by_ids(connection, column, reading) if isinstance(reading, str) else ""
    told = f" (by their identifiers, the times are {known})" if known else ""
    return column.problem(line, text, f"has no offset from UTC; {way_out}{told}", ways)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


# --- what identifiers say ------------------------------------------------------------------------


def _by_ids(connection: duckdb.DuckDBPyConnection, column: _Column, reading: str) -> str:
    """How far ahead of UTC clocks were by identifiers that count time, such as UTC+02:00.

    Empty if identifiers do not tell; UTC+01:00 and UTC+02:00 where clocks were changed.
    """
    if column.ours != "sent_at":
        return ""
    found = connection.sql(
        f"""
        SELECT
            CASE
                WHEN ABS(ahead - ROUND(ahead / 900) * 900) < {_TOLERANCE} THEN ROUND(ahead / 900)
            END,
            COUNT(*)
        FROM (
            SELECT epoch({reading}) - epoch({minted("staged")}) AS ahead
            FROM sent_at
            INNER JOIN staged ON sent_at.row_id = staged.rowid
            WHERE problem IS NULL AND offset_s IS NULL AND zone IS NULL
        )
        WHERE ahead IS NOT NULL
        GROUP BY ALL
        """
    ).fetchall()
    n_rows = sum(n for _, n in found)
    ahead = {
        int(quarters) * 15: n
        for quarters, n in found
        if quarters is not None and abs(quarters) <= 15 * 4 and n >= n_rows / 20
    }
    if n_rows < _ENOUGH or sum(ahead.values()) < n_rows * 0.9:
        return ""
    return " and ".join(
        f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        for minutes in sorted(ahead)
    )


def _disagreement(
    connection: duckdb.DuckDBPyConnection, column: _Column, reading: str, clock: Clock
) -> str:
    """What identifiers say against the timezone, if most do."""
    if not clock.timezone or not (known := _by_ids(connection, column, reading)):
        return ""
    [(n_rows, n_other)] = connection.sql(
        f"""
        SELECT COUNT(*), COUNT(*) FILTER (
            LEAST(
                ABS(epoch(timed.earliest) - epoch({minted("staged")})),
                ABS(epoch(timed.latest) - epoch({minted("staged")}))
            ) > {_TOLERANCE}
        )
        FROM sent_at
        INNER JOIN timed ON sent_at.row_id = timed.row_id
        INNER JOIN staged ON sent_at.row_id = staged.rowid
        WHERE timed.problem IS NULL AND offset_s IS NULL AND zone IS NULL
        """
    ).fetchall()
    if n_other <= n_rows / 2:
        return ""
    zone = clock.timezone.key
    return f"{column.theirs}: by their identifiers, times are {known}, not those of {zone}"


# --- instants -----------------------------------------------------------------------------------


def _set(
    connection: duckdb.DuckDBPyConnection, column: _Column, reading: str, clock: Clock
) -> None:
    """Set the instants of a column, by one reading of day and month."""
    [(first, last)] = connection.sql(
        f"SELECT MIN({reading}), MAX({reading}) FROM {column.ours}"
    ).fetchall()
    zone = clock.timezone
    table = offsets(zone, first, last) if zone and first else OFFSETS.empty_table()
    connection.register("offsets", table)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE timed AS {_timed(column.ours, reading, clock)}"
    )
    connection.unregister("offsets")
    values = {
        column.ours: "timed.earliest",
        "refusal": f"{_quoted(column.theirs)} || ' ''' || timed.excerpt || ''' ' || timed.problem",
    }
    for (name, value), holds in zip(values.items(), ("IS NULL", "IS NOT NULL"), strict=True):
        connection.execute(
            f"""
            UPDATE staged SET {name} = {value}
            FROM timed
            WHERE staged.rowid = timed.row_id AND timed.problem {holds}
            """
        )
    if column.ours == "sent_at":
        connection.execute(
            """
            INSERT INTO repeated
            SELECT row_id, local::DATE, earliest, latest FROM timed WHERE earliest < latest
            """
        )


def _timed(table: str, reading: str, clock: Clock) -> str:
    """The SELECT of instants, and of why there is none."""
    zone = clock.timezone.key if clock.timezone else ""
    unfit = "is not a time" + (" as --date-format has it" if clock.date_format else "")
    letters = (
        "names its timezone by letters, which several share; write an offset such as +01:00"
        + for_caller(", or name one that uses them, as in --timezone Europe/London", "")
    )
    return f"""
WITH
shown AS (
    SELECT *, {reading} AS local
    FROM {table}
),

-- One row per text; a timezone's abbreviation chooses between the two of a change.
placed AS (
    SELECT
        *,
        COALESCE(
            offset_s, CASE WHEN zone IS NULL OR zone = name_before THEN before_s ELSE after_s END
        ) AS earliest_s,
        COALESCE(
            offset_s, CASE WHEN zone IS NULL OR zone = name_after THEN after_s ELSE before_s END
        ) AS latest_s,
        CASE
            WHEN problem IS NOT NULL THEN problem
            WHEN local IS NULL THEN {_quoted(unfit)}
            WHEN offset_s IS NOT NULL THEN NULL
            WHEN name_before IS NULL THEN {_quoted(letters)}
            WHEN zone NOT IN (name_before, name_after)
                THEN 'says ' || zone || {_quoted(f", which {zone} does not use at that time")}
            WHEN before_s < after_s
                THEN {_quoted(f"never was: clocks in {zone} were put forward over that hour")}
        END AS why_not
    FROM shown
    ASOF LEFT JOIN offsets ON shown.local >= offsets.starts
)

SELECT
    row_id,
    CASE
        WHEN why_not IS NOT NULL
            THEN LEFT(text, {_LONGEST}) || CASE WHEN LEN(text) > {_LONGEST} THEN '…' ELSE '' END
    END AS excerpt,
    local,
    CASE WHEN why_not IS NULL THEN local - to_seconds(earliest_s) END AS earliest,
    CASE WHEN why_not IS NULL THEN local - to_seconds(latest_s) END AS latest,
    why_not AS problem
FROM placed
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
