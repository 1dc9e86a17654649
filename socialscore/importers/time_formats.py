"""The forms in which times are written, as SQL: what a text says, and what it leaves open.

Two things are left open, and never guessed from one value: which of two numbers is the day and
which the month, and, without an offset from UTC, in which timezone a clock showed that time.
"""

from __future__ import annotations

import re

from socialscore.errors import for_caller
from socialscore.model.period import MONTHS

__all__ = ["checked_date_format", "instant", "is_day_first", "like", "written"]

# --- what is unambiguous -------------------------------------------------------------------------

# DuckDB's own cast guesses: it reads BST as the time of Bangladesh, and a date as its midnight.
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|GMT|[+-](0\d|1[0-5])(:?[0-5]\d)?)"
_LOCAL_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?"
_OF_X = "%a %b %d %H:%M:%S %z %Y"  # Thu Jul 09 14:05:00 +0000 2026
# Seconds, milli-, micro- and nanoseconds since 1970: for all of our years, seconds have ten digits.
_EPOCH = r"[1-4]\d{9}(\d{3}|\d{6}|\d{9})?(\.\d+)?"


def instant(text: str) -> str:
    """SQL: the instant that a text says without doubt, naive in UTC; NULL for any other text."""
    return (
        f"COALESCE(CASE WHEN regexp_full_match({text}, '{_ISO}') "
        f"THEN TRY_CAST({text} AS TIMESTAMPTZ)::TIMESTAMP END, "
        f"CASE WHEN CONTAINS({text}, ' ') THEN TRY_STRPTIME({text}, '{_OF_X}')::TIMESTAMP END, "
        f"CASE WHEN regexp_full_match({text}, '{_EPOCH}') "
        f"THEN make_timestamp(RPAD(REPLACE({text}, '.', ''), 16, '0')::BIGINT) END)"
    )


# --- what only the column or the timezone decides ------------------------------------------------

# How they begin, in English and, without accents, in French.
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)} | {
    "fev": 2, "avr": 4, "mai": 5, "juin": 6, "juil": 7, "aou": 8,
}  # fmt: skip
_MONTH = "|".join(_MONTH_NUMBERS)
_WEEKDAY = r"(?:[a-z]{3,9}\.?,? )?"
_DATE = (
    r"(?P<year1>\d{4})[-/.](?P<month1>\d{1,2})[-/.](?P<day1>\d{1,2})"
    r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year2>\d{4}|\d\d)"
    rf"|{_WEEKDAY}(?P<day3>\d{{1,2}})(?:er)?[- ](?P<month3>{_MONTH})[a-z]*\.?,?"
    r"[- ](?P<year3>\d{4}|\d\d)"
    rf"|{_WEEKDAY}(?P<month4>{_MONTH})[a-z]*\.? (?P<day4>\d{{1,2}}),? (?P<year4>\d{{4}})"
)
_TIME = (
    r"(?P<hour>\d{1,2})(?::| ?h ?)(?P<minute>\d\d)(?::(?P<second>\d\d(?:[.,]\d{1,9})?))?"
    r"(?: ?(?P<half>[ap]\.?m\b\.?))?"
)
_ZONE = (
    r"(?: ?(?:(?:utc|gmt)?(?P<offset>(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?)"
    r"|(?P<zone>[a-z]{1,5}))(?: \([^)]*\))?)?"
)
_SHAPE = rf"(?i)^(?:{_DATE})(?:(?:t|,? (?:at |[aà] )?){_TIME}{_ZONE})?$"
_GROUPS = ", ".join(f"'{name}'" for name in re.compile(_SHAPE).groupindex)
_YEAR_LAST = r"(?i)^([a-z]{3} [a-z]{3} \d{1,2}) (.*) (\d{4})$"  # as X and `date` write it
_SERIAL = r"\d{5}(?:[.,]\d+)?"  # of a spreadsheet: days since 30 Dec 1899, as its clock showed
_SERIAL_WITH_TIME = r"\d{5}[.,]\d*[1-9]\d*"

_NO_TIME = "is a date without a time of day: delays cannot be counted"


def written(column: str, date_format: str | None) -> str:
    """The SELECT of what a column of `staged` says, where it is not unambiguous.

    One row per text: row_id, line, text; day_first and month_first, what the clock showed by either
    order, the same where the text does not leave it open; offset_s, seconds ahead of UTC, or the
    abbreviation of a zone, or neither; problem, why it cannot be a time.

    Args:
        column: of texts.
        date_format: tried before all other forms.
    """
    exact, shown = _whole(column, date_format)
    short_year = "has a year of two digits: " + for_caller(
        "say which they are, as in --date-format '%d/%m/%y %H:%M'", "write it in full"
    )
    return f"""
WITH
asked AS (
    SELECT
        rowid AS row_id,
        line,
        {column} AS text,
        {exact} AS exact,
        {shown} AS shown
    FROM staged
    WHERE refusal IS NULL AND {column} IS NOT NULL
),

-- What was not read as a whole is taken apart.
tidied AS (
    SELECT
        *,
        COALESCE(exact, shown) AS said,
        CASE WHEN exact IS NULL AND shown IS NULL THEN {_tidy("text")} END AS tidy
    FROM asked
),

parts AS (
    SELECT * EXCLUDE (tidy), regexp_extract(tidy, '{_SHAPE}', [{_GROUPS}]) AS part,
        CASE
            WHEN regexp_full_match(tidy, '{_SERIAL}') THEN REPLACE(tidy, ',', '.')::DOUBLE
        END AS serial,
        (SELECT COUNT(*) > 0 FROM tidied WHERE regexp_full_match(tidy, '{_SERIAL_WITH_TIME}'))
        AS serials_have_times
    FROM tidied
),

fields AS (
    SELECT
        *,
        part.year1 || part.year2 || part.year3 || part.year4 AS year,
        NULLIF(part.month1 || {_number_of("part.month3 || part.month4")}, '') AS month,
        NULLIF(part.day1 || part.day3 || part.day4, '') AS day,
        {_hour("TRY_CAST(part.hour AS INTEGER)")} || ':' || part.minute || ':'
        || CASE WHEN part.second = '' THEN '0' ELSE REPLACE(part.second, ',', '.') END AS clock
    FROM parts
),

readings AS (
    SELECT
        *,
        COALESCE(
            said,
            TIMESTAMP '1899-12-30' + to_seconds(ROUND(serial * 86400)::BIGINT),
            {_local("part.b", "part.a")}
        ) AS by_day,
        {_local("part.a", "part.b")} AS by_month
    FROM fields
),

judged AS (
    SELECT
        *,
        CASE
            WHEN said IS NOT NULL THEN NULL
            WHEN LEN(year) = 2 THEN '{_quoted(short_year)}'
            WHEN (year <> '' AND part.hour = '') OR (serial % 1 = 0 AND NOT serials_have_times)
                THEN '{_NO_TIME}'
            WHEN
                by_day IS NULL AND (part.a = '' OR by_month IS NULL)
                OR TRY_CAST(part.hours AS INTEGER) > 15 OR TRY_CAST(part.minutes AS INTEGER) > 59
                THEN 'is not a time'
        END AS problem
    FROM readings
)

SELECT
    row_id,
    line,
    text,
    CASE WHEN problem IS NULL THEN by_day END AS day_first,
    CASE
        WHEN problem IS NOT NULL THEN NULL
        WHEN said IS NULL AND part.a <> '' THEN by_month
        ELSE by_day
    END AS month_first,
    CASE
        WHEN exact IS NOT NULL THEN 0
        WHEN shown IS NOT NULL THEN NULL
        WHEN UPPER(part.zone) IN ('Z', 'UT', 'UTC', 'GMT') THEN 0
        ELSE (TRY_CAST(part.hours AS INTEGER) * 60 + COALESCE(TRY_CAST(part.minutes AS INTEGER), 0))
            * CASE part.sign WHEN '-' THEN -60 ELSE 60 END
    END AS offset_s,
    CASE WHEN said IS NULL THEN NULLIF(UPPER(part.zone), '') END AS zone,
    problem
FROM judged
"""


def _whole(column: str, date_format: str | None) -> tuple[str, str]:
    """What is read as a whole: an instant, or else what a clock showed."""
    is_iso = f"regexp_full_match({column}, '{_LOCAL_ISO}')"
    iso = f"CASE WHEN {is_iso} THEN TRY_CAST({column} AS TIMESTAMP) END"
    if date_format is None:
        return "NULL::TIMESTAMP", iso  # `instant` has been tried
    by_format = (  # whatever the format, DuckDB knows `infinity` and `epoch`
        f"CASE WHEN regexp_matches({column}, '[0-9]') "
        f"THEN TRY_STRPTIME({column}, '{_quoted(date_format)}')::TIMESTAMP END"
    )
    if "%z" in date_format:
        return f"COALESCE({by_format}, {instant(column)})", iso
    exact = f"CASE WHEN {by_format} IS NULL THEN {instant(column)} END"
    return exact, f"COALESCE({by_format}, {iso})"


def _tidy(text: str) -> str:
    """One space where there are several, or wider ones; no accents; the year before the time."""
    spaced = f"strip_accents(TRIM(regexp_replace({text}, '[\\s\\p{{Z}}]+', ' ', 'g')))"
    return f"regexp_replace({spaced}, '{_YEAR_LAST}', '\\1 \\3 \\2')"


def _number_of(month: str) -> str:
    numbers = " ".join(f"WHEN '{name}' THEN '{number}'" for name, number in _MONTH_NUMBERS.items())
    return f"CASE LOWER({month}) {numbers} ELSE '' END"


def _hour(hour: str) -> str:
    """That of 24, of one with AM or PM; NULL where that cannot be."""
    return (
        f"CASE WHEN part.half = '' THEN {hour} WHEN {hour} BETWEEN 1 AND 12 "
        f"THEN {hour} % 12 + CASE LOWER(LEFT(part.half, 1)) WHEN 'p' THEN 12 ELSE 0 END END"
    )


def _local(month: str, day: str) -> str:
    date = f"year || '-' || COALESCE(month, {month}) || '-' || COALESCE(day, {day})"
    return f"TRY_CAST({date} || ' ' || clock AS TIMESTAMP)"


# --- formats that people name --------------------------------------------------------------------

_DIRECTIVES = frozenset("aAbBdfHIjmMpSyYz%")
_NEEDED = {"year": "yY", "day": "dj", "month": "mbBj", "hour": "HI"}


def checked_date_format(text: str) -> str:
    """A format as Python's strptime takes it, if it makes a time of day of a text.

    Raises:
        ValueError: it does not, or has something else than numbers and names of days and months.
    """
    said = re.findall("%-?(.?)", text.replace("%%", ""))
    for directive in said:
        if directive not in _DIRECTIVES:
            known = " ".join(f"%{each}" for each in sorted(_DIRECTIVES, key=str.lower))
            raise ValueError(f"cannot read %{directive}; there are {known}")
    for what, directives in _NEEDED.items():
        if not set(directives) & set(said):
            raise ValueError(f"it has no {what}; write it as in '%d/%m/%Y %H:%M'")
    if "I" in said and "p" not in said:
        raise ValueError("%I needs %p, or write %H for hours up to 23")
    return text


def is_day_first(date_format: str | None) -> bool | None:
    """Whether a format has the day before the month; None: it does not tell numbers apart."""
    places = [(date_format or "").find(each) for each in ("%d", "%m")]
    return None if -1 in places else places[0] < places[1]


def like(text: str, *, day_first: bool) -> str:
    """The format of a text such as 09/07/2026 14:05, by either order of its first two numbers."""
    text = " ".join(text.split())
    match = re.match(_SHAPE, text)
    if match is None or match["a"] is None:
        raise ValueError(f"{text!r} does not leave open which number is the day")
    forms = {
        "a": "%d" if day_first else "%m",
        "b": "%m" if day_first else "%d",
        "year2": "%Y",
        "hour": "%I" if match["half"] else "%H",
        "minute": "%M",
        "second": "%S.%f" if "." in (match["second"] or "") else "%S",
        "half": "%p",
        "offset": "%z",
    }
    for name in reversed(forms):  # from the end: places before it stay
        if match[name]:
            start, end = match.span(name)
            text = text[:start] + forms[name] + text[end:]
    return text


def _quoted(text: str) -> str:
    return text.replace("'", "''")
