from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell import begin, run

import socialscore
from socialscore.errors import InputError
from socialscore.importers.local_times import offsets
from socialscore.importers.staged import Clock, StagedRows
from socialscore.importers.staging import Stage
from socialscore.importers.time_formats import checked_date_format, like
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body
from socialscore.model.network import BY_NAME
from socialscore.store.location import Folder
from socialscore.store.table_files import delta

if TYPE_CHECKING:
    from collections.abc import Sequence

PARIS, LONDON = ZoneInfo("Europe/Paris"), ZoneInfo("Europe/London")
PANEL = Panel("test", (Body("ville", "Ville", "", (Account("twitter", "1", "ville"),)),))


class Read:
    """What became of a column of times, written one a line from line 2."""

    def __init__(
        self,
        texts: Sequence[str],
        timezone: ZoneInfo | None = None,
        date_format: str | None = None,
        *,
        home: ZoneInfo | None = PARIS,
        **columns: Sequence[Any],
    ) -> None:
        n_rows = len(texts)
        table = pa.table(
            {
                "line": pa.array(range(2, n_rows + 2), pa.int64()),
                "network": ["twitter"] * n_rows,
                "message_id": [str(n) for n in range(1, n_rows + 1)],
                "author_id": ["901"] * n_rows,
                "account": ["1"] * n_rows,
                "kind": ["mention"] * n_rows,
                "text": ["?"] * n_rows,
                "sent_text": texts,
            }
            | columns
        )
        with Stage() as stage:
            stage.read(
                StagedRows(iter([table]), clock=Clock(date_format, timezone)),
                "messages.csv",
                home=home,
            )
            stage.address(PANEL)
            rows = [row for part in stage.messages() for row in part.to_pylist()]
            self.refusals = {row.line: row.reason for row in stage.refusals()}
            self.repeated_hours = stage.repeated_hours
            self.remark = stage.clock_remark
        by_id = {row["message_id"]: row["sent_at"].replace(tzinfo=UTC) for row in rows}
        self.instants = [by_id.get(message_id) for message_id in table["message_id"].to_pylist()]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# --- what is unambiguous -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-09T14:05:00+02:00",
        "2026-07-09 14:05:00 +0200",
        "2026-07-09 14:05+02",
        "2026-07-09T12:05:00Z",
        "2026-07-09 12:05:00.000 UTC",
        "2026-07-09 12:05:00 GMT",
        "2026-07-09T07:05:00.000000-05:00",
        "Thu, 09 Jul 2026 14:05:00 +0200",
        "Thu, 9 Jul 2026 12:05 GMT",
        "Thu Jul 09 14:05:00 +0200 2026",
        "Thu Jul  9 12:05:00 UTC 2026",
        "Thu Jul 09 2026 14:05:00 GMT+0200 (Central European Summer Time)",
        "09-Jul-2026 14:05:00 +0200",
        "July 9, 2026 at 2:05 PM +02:00",
        "1783598700",
        "1783598700.0",
        "1783598700000",
        "1783598700000000",
        "1783598700000000000",
    ],
)
def test_a_time_that_says_its_offset_needs_no_option(text: str) -> None:
    assert Read([text]).instants == [at("2026-07-09T12:05:00Z")]


def test_seconds_and_milliseconds_keep_their_fractions() -> None:
    found = Read(["1783598700.25", "1783598700250", "2026-07-09T12:05:00.25Z"])

    assert found.instants == [at("2026-07-09T12:05:00.250Z")] * 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "is not a time"),
        ("2026-02-30T00:00:00Z", "is not a time"),
        ("2026-07-09 14:60:00Z", "is not a time"),
        ("2026-07-09 14:05:00 +99:00", "is not a time"),
        ("2026-07-09 14:05:00+16:00", "is not a time"),
        ("2026-07-09 14:05:00 (GMT+2)", "is not a time"),
        ("2026-07-09 14:05 PM", "is not a time"),
        ("infinity", "is not a time"),
        ("12", "is not a time"),
        ("20260709140500", "is not a time"),
        ("2026-07-09", "is a date without a time of day: delays cannot be counted"),
        ("09/07/2026", "is a date without a time of day: delays cannot be counted"),
        ("9 July 2026", "is a date without a time of day: delays cannot be counted"),
        ("46212", "is a date without a time of day: delays cannot be counted"),
        (
            "09/07/26 14:05",
            "has a year of two digits: say which they are, as in --date-format '%d/%m/%y %H:%M'",
        ),
        (
            "2026-07-09 14:05:00 BST",
            "names its timezone by letters, which several share; write an offset such as +01:00, "
            "or name one that uses them, as in --timezone Europe/London",
        ),
    ],
)
def test_what_cannot_be_read_is_quoted(text: str, problem: str) -> None:
    found = Read(["2026-07-09T12:05:00Z", text])

    assert found.refusals == {3: f"sent_at '{text}' {problem}"}


def test_a_long_value_is_quoted_by_its_beginning() -> None:
    found = Read(["2026-07-09T12:05:00Z", "x" * 100])

    assert found.refusals == {3: f"sent_at '{'x' * 60}…' is not a time"}


# --- without an offset ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-19 14:05:00",
        "2026-07-19T14:05",
        "2026/07/19 14:05:00",
        "19/07/2026 14:05",
        "19.07.2026 14:05:00",
        "19-7-2026, 14:05",
        "19/07/2026 14h05",
        "19/07/2026 à 14 h 05",
        "07/19/2026 2:05 PM",
        "7/19/2026, 2:05:00\N{NARROW NO-BREAK SPACE}PM",
        "7/19/2026 2:05 p.m.",
        "Sun, 19 Jul 2026 14:05:00",
        "19 July 2026 14:05",
        "19 juil. 2026 à 14:05",
        "dim. 19 juillet 2026 14h05",
        "Jul 19, 2026 02:05 pm",
        "46222.5868055556",
        "46222,5868055556",
    ],
)
def test_a_time_without_an_offset_is_of_the_timezone_that_is_named(text: str) -> None:
    assert Read([text], PARIS).instants == [at("2026-07-19T12:05:00Z")]


def test_months_may_be_named_in_french() -> None:
    months = [
        "janv.",
        "févr.",
        "mars",
        "avril",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "octobre",
        "novembre",
        "décembre",
    ]

    found = Read([f"1er {month} 2026 10:00" for month in months], ZoneInfo("UTC"))

    assert found.instants == [datetime(2026, n, 1, 10, tzinfo=UTC) for n in range(1, 13)]


@pytest.mark.parametrize(("text", "hour"), [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 AM", 1)])
def test_noon_and_midnight_are_twelve(text: str, hour: int) -> None:
    found = Read([f"2026-07-19 {text}"], ZoneInfo("UTC"))

    assert found.instants == [datetime(2026, 7, 19, hour, 5, tzinfo=UTC)]


def test_a_time_without_an_offset_ends_the_import_and_shows_the_options() -> None:
    with pytest.raises(InputError) as error:
        Read(["2026-07-09T12:05:00Z", "2026-07-09 14:05:00", "2026-07-09 14:06:00"])

    assert str(error.value) == (
        "messages.csv:3: sent_at '2026-07-09 14:05:00' has no offset from UTC; say in which "
        "timezone it is: --timezone UTC or --timezone Europe/Paris"
    )


def test_midnight_is_a_time_where_a_spreadsheet_has_others() -> None:
    found = Read(["46212", "46212.5"], ZoneInfo("UTC"))

    assert found.instants == [at("2026-07-09T00:00:00Z"), at("2026-07-09T12:00:00Z")]


def test_a_frame_with_naive_times_is_told_what_pandas_calls_it() -> None:
    naive = pa.array([datetime(2026, 7, 9, 14, 5, tzinfo=UTC)]).cast(pa.timestamp("us"))
    table = pa.table({"message_id": ["1"], "author_id": ["2"], "sent_at": naive, "text": ["@a ?"]})

    with pytest.raises(InputError, match=r'df\["sent_at"\]\.dt\.tz_localize\("UTC"\)'):
        socialscore.rank(table)


# --- day and month -------------------------------------------------------------------------------


def test_one_value_over_twelve_decides_for_the_whole_column() -> None:
    early, late = at("2026-07-09T12:05:00Z"), at("2026-07-19T12:05:00Z")

    assert Read(["09/07/2026 14:05", "19/07/2026 14:05"], PARIS).instants == [early, late]
    assert Read(["07/19/2026 14:05", "07/09/2026 14:05"], PARIS).instants == [late, early]


def test_the_same_number_twice_is_no_question() -> None:
    assert Read(["07/07/2026 14:05"], PARIS).instants == [at("2026-07-07T12:05:00Z")]


def test_a_column_that_can_be_read_in_two_ways_shows_both_formats() -> None:
    with pytest.raises(InputError) as error:
        Read(["07/07/2026 14:05", "09/07/2026 14:05"], PARIS)

    assert str(error.value) == (
        "messages.csv:3: sent_at '09/07/2026 14:05' can be read in two ways, and no other time "
        'tells which number is the day; say it: --date-format "%d/%m/%Y %H:%M" or --date-format '
        '"%m/%d/%Y %H:%M"'
    )


def test_all_that_has_to_be_said_is_said_at_once() -> None:
    with pytest.raises(InputError, match=r"^2 problems:\n.*--date-format.*\n.*--timezone"):
        Read(["09/07/2026 14:05"])


def test_a_column_that_has_both_orders_is_refused_with_the_lines() -> None:
    with pytest.raises(InputError) as error:
        Read(["19/07/2026 14:05", "07/19/2026 14:05"], PARIS)

    assert "'19/07/2026 14:05' has the day first, and '07/19/2026 14:05' in line 3 the month" in (
        str(error.value)
    )


def test_a_format_decides_the_order_for_whatever_it_does_not_fit() -> None:
    found = Read(
        ["09/07/2026 14:05", "09/07/2026 14:05:30", "07/19/2026 14:05", "2026-07-09T12:05:00Z"],
        PARIS,
        "%d/%m/%Y %H:%M",
    )

    assert found.instants == [
        at("2026-07-09T12:05:00Z"),
        at("2026-07-09T12:05:30Z"),
        None,
        at("2026-07-09T12:05:00Z"),
    ]
    assert found.refusals == {4: "sent_at '07/19/2026 14:05' is not a time as --date-format has it"}


def test_a_format_goes_before_what_the_value_looks_like() -> None:
    found = Read(["2026070914"], PARIS, "%Y%m%d%H")  # seconds in 2034, else

    assert found.instants == [at("2026-07-09T12:00:00Z")]


def test_a_format_may_have_the_offset() -> None:
    found = Read(["09.07.26 14:05 +0200"], None, "%d.%m.%y %H:%M %z")

    assert found.instants == [at("2026-07-09T12:05:00Z")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("%d/%m %H:%M", "it has no year"),
        ("%Y-%m %H:%M", "it has no day"),
        ("%d %Y %H:%M", "it has no month"),
        ("%d/%m/%Y", "it has no hour"),
        ("%d/%m/%Y %I:%M", "%I needs %p"),
        ("%d/%m/%Y %H:%M %Z", "cannot read %Z"),
        ("%c", "cannot read %c"),
        ("%%Y-%m-%d %H", "it has no year"),
    ],
)
def test_a_format_that_makes_no_time_is_refused_early(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        checked_date_format(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("09/07/2026 14:05", "%d/%m/%Y %H:%M"),
        ("9.7.2026, 2:05:30 PM", "%d.%m.%Y, %I:%M:%S %p"),
        ("09-07-2026 14h05", "%d-%m-%Y %Hh%M"),
        ("09/07/2026 14:05:00.25 +02:00", "%d/%m/%Y %H:%M:%S.%f %z"),
    ],
)
def test_the_format_that_is_proposed_reads_the_value(text: str, form: str) -> None:
    assert checked_date_format(like(text, day_first=True)) == form
    assert Read([text], PARIS, form).instants != [None]


def test_each_row_of_a_column_with_many_forms_is_read_or_refused() -> None:
    texts = [
        "2026-07-09 14:05:00 BST",
        "2026-07-09 14:05:00 CEST",
        "2026-07-09 14:05:00 +0200",
        "1783598700",
        "09/07/2026 14:05",
        "2026-07-09",
        "2026-07-09 14:05:00",
    ]

    found = Read(texts, PARIS, "%d/%m/%Y %H:%M")

    read = at("2026-07-09T12:05:00Z")
    assert found.instants == [None, read, read, read, read, None, read]
    assert [reason.partition("' ")[2] for reason in found.refusals.values()] == [
        "says BST, which Europe/Paris does not use at that time",
        "is a date without a time of day: delays cannot be counted",
    ]


# --- clocks that are changed ---------------------------------------------------------------------

FIRST, SECOND = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")
TWICE = "2026-10-25 02:30:00"


def test_an_hour_that_was_left_out_never_was() -> None:
    found = Read(
        ["2026-03-29 01:59:59", "2026-03-29 02:00:00", "2026-03-29 02:59:59", "2026-03-29 03:00"],
        PARIS,
    )

    assert found.instants[0] == at("2026-03-29T00:59:59Z")
    assert found.instants[3] == at("2026-03-29T01:00:00Z")
    assert found.refusals[3] == (
        "sent_at '2026-03-29 02:00:00' never was: clocks in Europe/Paris were put forward over "
        "that hour"
    )
    assert sorted(found.refusals) == [3, 4]


def test_what_nothing_tells_apart_is_taken_as_the_first_and_counted() -> None:
    found = Read([TWICE], PARIS)

    assert found.instants == [FIRST]
    assert [str(hour) for hour in found.repeated_hours] == [
        "1 time falls in the hour that 25 Oct 2026 has twice: 1 taken as the first"
    ]


def snowflake(instant: datetime) -> str:
    """An identifier of X of that second."""
    milliseconds = int(instant.timestamp() * 1000) + 321
    return str((milliseconds - BY_NAME["twitter"].snowflakes_since_ms) << 22 | 5)


def test_identifiers_of_x_tell_the_hours_apart() -> None:
    found = Read([TWICE] * 2, PARIS, message_id=[snowflake(SECOND), snowflake(FIRST)])

    assert found.instants == [SECOND, FIRST]
    assert [str(hour) for hour in found.repeated_hours] == [
        "2 times fall in the hour that 25 Oct 2026 has twice: 2 told by identifiers, 0 taken as the"
        " first"
    ]


def night(zone: ZoneInfo | None) -> Read:
    """Ten times of a summer night, with identifiers that say when that was."""
    instants = [at(f"2026-07-09T01:{minute}:00Z") for minute in range(10, 20)]
    texts = [f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M:%S}" for instant in instants]
    return Read(texts, zone, message_id=[snowflake(instant) for instant in instants])


def test_identifiers_say_which_timezone_is_meant() -> None:
    with pytest.raises(InputError, match=r"\(by their identifiers, the times are UTC\+02:00\)$"):
        night(None)


def test_identifiers_contradict_a_wrong_timezone() -> None:
    assert night(PARIS).remark == ""
    assert night(LONDON).remark == (
        "sent_at: by their identifiers, times are UTC+02:00, not those of Europe/London"
    )


BEFORE = [f"2026-10-24 {hour:02}:00:00" for hour in range(10, 16)]
NIGHT = ["2026-10-25 02:10:00", TWICE, "2026-10-25 02:05:00", "2026-10-25 02:55:00"]


@pytest.mark.parametrize("way", [1, -1])
def test_a_file_that_is_sorted_tells_the_hours_apart(way: int) -> None:
    texts = [*BEFORE, *NIGHT, "2026-10-25 04:00:00"]

    found = Read(texts[::way], PARIS)

    assert [instant.isoformat()[11:16] for instant in found.instants[::way][6:10] if instant] == [
        "00:10", "00:30", "01:05", "01:55",
    ]  # fmt: skip
    assert [(hour.n_by_order, hour.n_taken_as_first) for hour in found.repeated_hours] == [(4, 0)]


def test_the_order_of_a_file_that_is_not_sorted_tells_nothing() -> None:
    found = Read([*BEFORE[::-1], "2026-10-26 04:00:00", *NIGHT], PARIS)

    assert [hour.n_taken_as_first for hour in found.repeated_hours] == [4]


def test_a_reply_is_not_older_than_what_it_answers() -> None:
    found = Read(
        ["2026-10-25 02:50:00", TWICE, "2026-10-25 02:20:00"],
        PARIS,
        reply_to_id=[None, "1", None],
    )

    assert found.instants == [at("2026-10-25T00:50:00Z"), SECOND, at("2026-10-25T00:20:00Z")]
    assert [(hour.n_by_replies, hour.n_taken_as_first) for hour in found.repeated_hours] == [(2, 1)]


def test_abbreviations_are_understood_through_the_timezone() -> None:
    texts = [
        "2026-10-25 02:30 CEST",
        "2026-10-25 02:30 CET",
        "2026-07-09 14:05 cest",
        "2026-07-09 14:05 BST",
        "2026-07-09 14:05 CET",
    ]

    found = Read(texts, PARIS)

    assert found.instants == [FIRST, SECOND, at("2026-07-09T12:05Z"), None, None]
    assert found.refusals[5] == (
        "sent_at '2026-07-09 14:05 BST' says BST, which Europe/Paris does not use at that time"
    )
    assert found.repeated_hours == []
    assert Read(texts[3:4], LONDON).instants == [at("2026-07-09T13:05Z")]


@pytest.mark.parametrize("name", ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe"])
def test_clocks_are_those_of_zoneinfo(name: str) -> None:
    zone, random = ZoneInfo(name), Random(name)
    table = offsets(zone, datetime(2020, 1, 1), datetime(2027, 1, 1)).to_pylist()  # noqa: DTZ001

    for _ in range(2000):
        local = datetime(2020, 1, 1) + timedelta(seconds=random.randrange(7 * 365 * 86400))  # noqa: DTZ001
        row = [row for row in table if row["starts"] <= local][-1]
        ahead = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
        assert [timedelta(seconds=row[each]) for each in ("before_s", "after_s")] == ahead


# --- laws ----------------------------------------------------------------------------------------

INSTANTS = st.datetimes(datetime(2007, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001
    lambda instant: instant.replace(microsecond=0, tzinfo=UTC)
)
FORMS = {
    "iso": lambda local: local.isoformat(),
    "spaces": lambda local: f"{local:%Y-%m-%d %H:%M:%S %z}",
    "RFC 2822": lambda local: f"{local:%a, %d %b %Y %H:%M:%S %z}",
    "of X": lambda local: f"{local:%a %b %d %H:%M:%S %z %Y}",
    "seconds": lambda local: str(int(local.timestamp())),
    "milliseconds": lambda local: str(int(local.timestamp() * 1000)),
    "abbreviation": lambda local: f"{local:%Y-%m-%d %H:%M:%S %Z}",
    "French": lambda local: f"{local:%d/%m/%Y %Hh%M:%S %z}",
    "American": lambda local: f"{local:%m/%d/%Y %I:%M:%S %p %z}",
    "German": lambda local: f"{local:%d.%m.%Y, %H:%M:%S %z}",
    "serial": lambda local: repr(
        (local.astimezone(UTC) - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    ),
}


@given(instants=st.lists(INSTANTS, min_size=1, max_size=20), form=st.sampled_from(sorted(FORMS)))
def test_whatever_the_form_the_instant_comes_back(instants: list[datetime], form: str) -> None:
    last = datetime(2039, 1, 31, 12, tzinfo=UTC)  # tells days from months
    texts = [FORMS[form](instant.astimezone(PARIS)) for instant in [*instants, last]]
    zone = ZoneInfo("UTC") if form == "serial" else PARIS

    assert Read(texts, zone).instants == [*instants, last]


# --- from the file to the ranking ----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panel.csv").write_text(
        "body_id,body,network,account_id,handle\nville,Ville,twitter,1,ville\n", encoding="utf-8"
    )
    return begin(tmp_path, monkeypatch)


def october() -> list[tuple[datetime, str, str]]:
    """A month in which summer time ends: questions every ten minutes, answered within two hours."""
    random, rows = Random(20261025), {}
    begin_, end = datetime(2026, 10, 1, tzinfo=PARIS), datetime(2026, 11, 1, tzinfo=PARIS)
    instant = begin_.astimezone(UTC)
    while instant < end.astimezone(UTC):
        asked = instant + timedelta(seconds=random.randrange(600))
        rows[asked] = "901", ""
        if random.random() < 0.7:
            then = asked + timedelta(seconds=random.randint(30, 7200))
            rows.setdefault(then, ("1", snowflake(asked)))  # one a second has an identifier
        instant += timedelta(minutes=10)
    return [(instant, *row) for instant, row in sorted(rows.items())]


def write(path: Path, rows: Sequence[tuple[datetime, str, str]], form: str, ids: str) -> Path:
    """The rows as a file; ids are of X, or numbers from 1."""
    numbers = {snowflake(row[0]): str(n) for n, row in enumerate(rows, 1)}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message_id", "author_id", "sent_at", "text", "reply_to_id"])
        for instant, author, parent in rows:
            own = snowflake(instant)
            if ids == "numbers":
                own, parent = numbers[own], numbers.get(parent, "")
            text = "Voilà." if author == "1" else "@ville Où ?"
            writer.writerow([own, author, f"{instant.astimezone(PARIS):{form}}", text, parent])
    return path


def sent(root: str) -> dict[str, datetime]:
    table = delta(Folder(Path(root)), "message")
    assert table
    return {row["message_id"]: row["sent_at"] for row in table.to_pyarrow_table().to_pylist()}


def ranked(root: str) -> str:
    counting = "--unit message --selection all --match direct --min-requests 1 --period all"
    result = run("rank", *counting.split(), "--horizon", "1h", "--format", "csv", "--store", root)
    assert result.code == 0, result.err
    return result.out


@pytest.mark.parametrize(
    ("ids", "told"), [("of X", "identifiers"), ("numbers", "the order of rows")]
)
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S"])
def test_a_month_without_offsets_has_every_delay_right(
    folder: Path, ids: str, told: str, form: str
) -> None:
    rows = october()
    exact = write(folder / "exact.csv", rows, "%Y-%m-%dT%H:%M:%S%z", ids)
    local = write(folder / "local.csv", rows, form, ids)
    of_panel = ("--panel", "panel.csv", "--store")

    assert run("import", exact, *of_panel, "exact").code == 0
    result = run("import", local, *of_panel, "local", "--timezone", "Europe/Paris")

    assert result.code == 0, result.err
    hour = r"  (\d+) times fall in the hour that 25 Oct 2026 has twice: (\d+) told by (.*), 0 taken"
    found = re.search(hour, result.err)
    assert found
    assert (found[1], found[3]) == (found[2], told)
    assert int(found[1]) > 15
    assert len(sent("local")) == len(rows) > 7000
    assert sent("local") == sent("exact")
    assert ranked("local") == ranked("exact")


@pytest.mark.usefixtures("folder")
def test_options_that_cannot_be_are_refused_before_a_file_is_read() -> None:
    wrong_zone = run("import", "x.csv", "--timezone", "Europe/Pari")
    wrong_form = run("import", "x.csv", "--date-format", "%d/%m/%Y")

    assert (wrong_zone.code, wrong_form.code) == (2, 2)
    assert "unknown timezone 'Europe/Pari'; did you mean 'Europe/Paris'?" in wrong_zone.err
    assert "--date-format %d/%m/%Y: it has no hour" in wrong_form.err


@pytest.mark.usefixtures("folder")
def test_a_parquet_file_with_naive_times_asks_for_the_timezone() -> None:
    naive = pa.array(["2026-07-09T14:05:00"]).cast(pa.timestamp("ns"))
    columns = {"message_id": ["1"], "author_id": ["2"], "sent_at": naive, "text": ["@ville ?"]}
    pq.write_table(pa.table(columns), "naive.parquet")

    asked = run("import", "naive.parquet", "--panel", "panel.csv")
    read = run("import", "naive.parquet", "--panel", "panel.csv", "--timezone", "Europe/Paris")

    assert asked.code == 3
    assert "naive.parquet:1: sent_at '2026-07-09 14:05:00' has no offset from UTC" in asked.err
    assert (read.code, list(sent("socialscore-data").values())) == (
        0,
        [datetime(2026, 7, 9, 12, 5)],  # noqa: DTZ001
    )
