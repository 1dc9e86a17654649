"""Opening hours: what calendars say, how they are read, and how much of a time is open."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import InputError, SeveralProblems, UnknownName
from socialscore.inputs.calendar import read_calendar
from socialscore.inputs.shipped import calendar_names, calendar_path
from socialscore.model.opening_hours import Calendar, Hours, Stretch, open_intervals, stretches
from socialscore.model.period import utc

ROOT = Path(__file__).parents[1]
OFFICE = """\
title = "Office"
timezone = "Europe/Paris"

[hours]
monday-friday = ["09:00-17:00"]
"""
CLOSED: Hours = ()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "armorelle.toml"


def read(path: Path, text: str) -> Calendar:
    path.write_text(text, encoding="utf-8")
    return read_calendar(path)


def complaint(path: Path, text: str) -> str:
    """What is wrong with a calendar, after the path that stands before it."""
    with pytest.raises((InputError, UnknownName)) as caught:
        read(path, text)
    assert caught.value.exit_code == 3
    return str(caught.value).removeprefix(str(path))


def from_to(opens: int, closes: int) -> Hours:
    """One opening, in hours after midnight."""
    return ((opens * 60, closes * 60),)


def weekly(timezone: str, *hours: Hours) -> Calendar:
    """The hours of the days from Monday on; the days that are not given are closed."""
    return Calendar("", timezone, (*hours, *[CLOSED] * (7 - len(hours))))


def local(calendar: Calendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.timezone))


def openings(calendar: Calendar, since: str, until: str) -> list[str]:
    """The open intervals between two local times, as a clock in UTC shows them."""
    begin, end = local(calendar, since), local(calendar, until)
    return [
        f"{opens:%d %H:%M}-{closes:%d %H:%M}"
        for opens, closes in open_intervals(calendar, begin, end)
    ]


# --- reading -----------------------------------------------------------------------------------


def test_a_calendar_has_hours_for_the_days_that_it_names_and_is_closed_on_the_others(
    path: Path,
) -> None:
    calendar = read(
        path,
        """\
        timezone = "Europe/Paris"
        [hours]
        monday-tuesday = ["13:30-17:00", "9:00-12:00"]
        friday = ["22:00-06:00"]
        saturday = ["18:00-24:00"]
        sunday = ["00:00-24:00"]
        """,
    )

    morning_and_afternoon = ((540, 720), (810, 1020))
    assert calendar == Calendar(
        "armorelle",
        "Europe/Paris",
        (
            morning_and_afternoon,
            morning_and_afternoon,
            CLOSED,
            CLOSED,
            ((1320, 1800),),
            ((1080, 1440),),
            ((0, 1440),),
        ),
    )


def test_a_calendar_has_closures_and_special_openings(path: Path) -> None:
    calendar = read(
        path,
        f"""{OFFICE}
        [[closed]]
        day = 2026-12-24
        [[closed]]
        from = 2026-08-01
        until = 2026-08-16
        reason = "Works"
        [[open]]
        day = 2026-12-27
        hours = ["10:00-12:00"]
        """,
    )

    assert calendar.title == "Office"
    assert calendar.closed == (
        (date(2026, 12, 24), date(2026, 12, 25)),
        (date(2026, 8, 1), date(2026, 8, 16)),
    )
    assert calendar.opened == {date(2026, 12, 27): from_to(10, 12)}


@pytest.mark.parametrize("subdivision", ["57", "Moselle"])
def test_a_subdivision_goes_by_its_code_or_its_name(path: Path, subdivision: str) -> None:
    calendar = read(path, f'{OFFICE}\n[holidays]\ncountry = "FR"\nsubdivision = "{subdivision}"\n')

    assert (calendar.country, calendar.subdivision) == ("FR", subdivision)
    assert openings(calendar, "2025-12-26", "2025-12-27") == []


def test_a_calendar_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(InputError, match=r"armorelle\.toml: the calendar cannot be read \(No such"):
        read_calendar(path)


HOURS = f"{OFFICE}tuesday = "  # what follows stands in line 6
WEEK = 'timezone = "UTC"\n[hours]\n'  # what follows stands in line 3
HOLIDAYS = f"{OFFICE}[holidays]\n"  # what follows stands in line 7


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title = ", ":1: the calendar is not TOML: Invalid value"),
        (f"timezon = 1\n{OFFICE}", ":1, key timezon: unknown key 'timezon'; did you mean 'timez"),
        (f'{WEEK}monday = ["09:00-17:00"]\n[closing]', ":4, key closing: unknown key 'closing'; "),
        (OFFICE.replace('"Office"', "7"), ":1, key title: write a text in quotation marks, not 7"),
        (OFFICE.replace('timezone = "Europe/Paris"', ""), ", key timezone: the key is missing"),
        (OFFICE.replace("Europe/", ""), ":2, key timezone: 'Paris' is not a timezone such as Eur"),
        (OFFICE.replace("Europe", ".."), ":2, key timezone: '../Paris' is not a timezone such as"),
        ('timezone = "UTC"', ", key hours: write on which days it is open, and from when"),
        (f"{WEEK}sunday = []", ":2, key hours: write on which days it is open, and from when"),
        ('timezone = "UTC"\nhours = "9-17"', ":2, key hours: write a table"),
        (f"{WEEK}Monday = []", ":3, key hours.Monday: unknown weekday 'Monday'; did you mean 'mon"),
        (f"{WEEK}monday-fryday = []", ":3, key hours.monday-fryday: unknown weekday 'fryday'; did"),
        (f"{WEEK}monday- = []", ":3, key hours.monday-: unknown weekday ''; known: friday, monday"),
        (f"{WEEK}friday-monday = []", ":3, key hours.friday-monday: friday comes after monday"),
        (f'{HOURS}["09:00-12:00"]', ":6, key hours.tuesday: tuesday has its hours already; write"),
        (
            f'{WEEK}monday = "09:00-17:00"',
            ':3, key hours.monday: write a list in square brackets: ["09:00-17:00"]',
        ),
        (f"{WEEK}monday = [9]", ":3, key hours.monday: 9 is not an opening such as 09:00-17:30"),
        (
            f'{WEEK}monday = ["13:00-17:00", "09:00-13:01"]',
            ":3, key hours.monday: the openings from 09:00 and from 13:00 overlap",
        ),
        (
            f'{WEEK}monday = ["09:00-17:00", "09:00-17:00"]',
            ":3, key hours.monday: the openings from 09:00 and from 09:00 overlap",
        ),
        (
            f'{WEEK}monday = ["22:00-06:00", "21:00-24:00"]',
            ":3, key hours.monday: the openings from 21:00 and from 22:00 overlap",
        ),
        (
            f'{WEEK}monday = ["22:00-06:00"]\ntuesday = ["05:59-12:00"]',
            ":2, key hours: the night of monday lasts into the hours of the next day",
        ),
        (
            f'{WEEK}sunday = ["22:00-06:00"]\nmonday = ["05:00-12:00"]',
            ":2, key hours: the night of sunday lasts into the hours of the next day",
        ),
        (
            f'{HOLIDAYS}country = "FR"\nsubdivison = "57"',
            ":8, key holidays.subdivison: unknown key 'subdivison'; did you mean 'subdivision'?",
        ),
        (f"{HOLIDAYS}country = 33", ":7, key holidays.country: write a text in quotation marks"),
        (HOLIDAYS, ":6, key holidays.country: the key is missing"),
        (
            f'{HOLIDAYS}country = "France"\nsubdivision = "57"',
            ":7, key holidays.country: no holidays are known of the country 'France'; write two",
        ),
        (f'{HOLIDAYS}country = "fr"', ":7, key holidays.country: no holidays are known of the c"),
        (f'{HOLIDAYS}country = ""', ":7, key holidays.country: no holidays are known of the cou"),
        (
            f'{HOLIDAYS}country = "FR"\nsubdivision = "Mosele"',
            ":8, key holidays.subdivision: unknown subdivision of FR 'Mosele'; did you mean 'Mos",
        ),
        (
            f'{HOLIDAYS}country = "FR"\nsubdivision = "GES"',
            ":8, key holidays.subdivision: unknown subdivision of FR 'GES'; ",
        ),
        (f"{OFFICE}[closed]\nday = 2026-12-24", ":6, key closed: write [[closed]] over each of"),
        (f"{OFFICE}[[closed]]\non = 1", ":7, key closed.on: unknown key 'on'; "),
        (f"{OFFICE}[[closed]]", ":6, key closed: write day, or from and until"),
        (f"{OFFICE}[[closed]]\nfrom = 2026-12-24", ":6, key closed: write day, or from and until"),
        (
            OFFICE + "[[closed]]\nday = 2026-12-24\n" * 2 + "until = 2026-12-26",
            ":8, key closed: write day, or from and until",
        ),
        (
            f"{OFFICE}[[closed]]\nfrom = 2026-12-24\nuntil = 2026-12-24",
            ":6, key closed: until, the first day on which it is open again, must come after from",
        ),
        (
            f"{OFFICE}[[closed]]\nday = 2026-12-24\nreason = 1",
            ":8, key closed.reason: write a text in quotation marks",
        ),
        (
            f'{OFFICE}[[closed]]\nday = "2026-12-24"',
            ":7, key closed.day: write a day such as 2026-12-24 without quotation marks, not",
        ),
        (
            f"{OFFICE}[[closed]]\nday = 2026-12-24T10:00:00",
            ":7, key closed.day: write a day such as 2026-12-24 without quotation marks, not",
        ),
        (
            f"{OFFICE}[[closed]]\nday = 9999-12-31",
            ":7, key closed.day: 9999-12-31 is out of range; write a day from 2004 to 2099",
        ),
        (f'{OFFICE}[[open]]\nhours = ["09:00-12:00"]', ":6, key open.day: the key is missing"),
        (f"{OFFICE}[[open]]\nday = 2026-12-24", ":6, key open.hours: the key is missing"),
        (f"{OFFICE}[[open]]\nday = 2026-12-24\nhours = []", ":8, key open.hours: write at least"),
        (
            f'{OFFICE}[[open]]\nday = 2026-12-24\nhours = ["09:00-12:00", "11:00-13:00"]',
            ":8, key open.hours: the openings from 09:00 and from 11:00 overlap",
        ),
        (
            OFFICE + '[[open]]\nday = 2026-12-24\nhours = ["09:00-12:00"]\n' * 2,
            ":10, key open.day: 2026-12-24 has its hours already; write each day once",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_key_and_the_way_out(
    path: Path, text: str, problem: str
) -> None:
    assert complaint(path, text).startswith(problem)


def test_only_keys_of_the_file_are_taken_for_tables(path: Path) -> None:
    said = complaint(path, f"{WEEK}closed = 3")

    assert ':3, key hours.closed: write a list in square brackets: ["one"]' in said
    assert "[[closed]]" not in said


@pytest.mark.parametrize(
    "opening",
    [
        "", "9-17", "09:00", "09:00–17:00", "09:00 - 17:00", "09:00-17:60", "09:00-25:00",
        "09:00-24:01", "24:00-25:00", "24:00-06:00", "09:00-09:00", "00:00-00:00",
    ],
)  # fmt: skip
def test_what_is_no_opening_is_refused(path: Path, opening: str) -> None:
    assert complaint(path, f'{WEEK}monday = ["{opening}"]') == (
        f":3, key hours.monday: {opening!r} is not an opening such as 09:00-17:30, 22:00-06:00 or "
        "00:00-24:00"
    )


def test_everything_that_is_wrong_is_named_at_once_in_order_of_line(path: Path) -> None:
    text = """\
title = 7
timezone = "Paris"

[hours]
monday-friday = ["09:00-12:00", "25:00-26:00", "9-17"]
tuesday = ["09:00-12:00"]
sunnday = ["09:00-12:00"]

[holidays]
country = "France"

[[closed]]
day = 1926-12-24
reson = "Christmas"

[[closed]]
from = "2026-08-01"

[[open]]
day = 2026-11-11
hours = ["10:00-12:00"]

[[open]]
day = 2026-11-11
hours = "10:00"
"""

    with pytest.raises(SeveralProblems) as caught:
        read(path, text)

    place = re.compile(r"armorelle\.toml:(\d+), key ([^:]+): ")
    found = [
        match.groups() for match in map(place.search, map(str, caught.value.problems)) if match
    ]
    assert found == [
        ("1", "title"),
        ("2", "timezone"),
        ("5", "hours.monday-friday"),
        ("5", "hours.monday-friday"),
        ("6", "hours.tuesday"),
        ("7", "hours.sunnday"),
        ("10", "holidays.country"),
        ("13", "closed.day"),
        ("14", "closed.reson"),
        ("17", "closed.from"),
        ("24", "open.day"),
        ("25", "open.hours"),
    ]
    assert len(found) == len(caught.value.problems)


# --- where calendars lie -----------------------------------------------------------------------


@pytest.mark.parametrize("name", calendar_names())
def test_every_shipped_calendar_is_read_and_says_in_a_comment_what_it_is_for(name: str) -> None:
    path = calendar_path(name)

    assert read_calendar(path).title != name
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_a_calendar_beside_the_file_that_names_it_goes_before_a_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "calendars" / "office.toml"
    own.parent.mkdir()
    own.write_text(OFFICE, encoding="utf-8")

    assert calendar_path("office", beside=[tmp_path / "panel.csv"]) == own
    assert calendar_path("office") == ROOT / "calendars" / "office.toml"
    assert calendar_path("always", beside=[tmp_path / "panel.csv"]) == calendar_path("always")


def test_an_unknown_calendar_is_likened_to_one_of_either_folder(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "armorelle.toml").touch()

    for name, known in (("offices", "office"), ("armorele", "armorelle")):
        with pytest.raises(UnknownName, match=f"panel.csv: .* '{name}'; did you mean '{known}'?"):
            calendar_path(name, beside=[tmp_path / "panel.csv"], place="panel.csv")


def test_the_example_of_the_documentation_says_what_stands_beside_it(path: Path) -> None:
    page = (ROOT / "docs" / "calendars.md").read_text(encoding="utf-8")
    example = re.search(r"(?s)```toml\n(.*?)```", page)
    assert example

    calendar = read(path, example[1])

    assert openings(calendar, "2026-07-13", "2026-07-14") == [
        "13 06:30-13 10:00",
        "13 11:30-13 15:30",
    ]
    assert openings(calendar, "2026-07-17", "2026-07-19") == [
        "17 06:30-17 10:00",
        "17 20:00-18 04:00",
    ]
    assert openings(calendar, "2026-04-03", "2026-04-04") == []  # Good Friday, in Moselle
    assert openings(calendar, "2026-08-15", "2026-08-18") == [
        "17 06:30-17 10:00",
        "17 11:30-17 15:30",
    ]
    assert openings(calendar, "2026-12-24", "2026-12-25") == []
    assert openings(calendar, "2026-11-11", "2026-11-12") == ["11 09:00-11 11:00"]


# --- what is open ------------------------------------------------------------------------------


def test_openings_that_touch_are_one() -> None:
    calendar = weekly("UTC", ((540, 720), (720, 1020)), from_to(0, 24), from_to(0, 5))

    # 2026-11-09 is a Monday.
    assert openings(calendar, "2026-11-09", "2026-11-16") == [
        "09 09:00-09 17:00",
        "10 00:00-11 05:00",
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    calendar = weekly("UTC", from_to(22, 30))

    assert openings(calendar, "2026-11-09", "2026-11-16") == ["09 22:00-10 06:00"]
    assert openings(calendar, "2026-11-10", "2026-11-16") == ["10 00:00-10 06:00"]
    assert openings(
        replace(calendar, closed=((date(2026, 11, 10), date(2026, 11, 11)),)),
        "2026-11-09",
        "2026-11-16",
    ) == ["09 22:00-10 06:00"]


def test_a_night_that_lasts_into_a_special_opening_counts_once() -> None:
    calendar = replace(weekly("UTC", from_to(22, 30)), opened={date(2026, 11, 10): from_to(5, 12)})

    assert openings(calendar, "2026-11-09", "2026-11-16") == ["09 22:00-10 12:00"]


def test_a_short_opening_inside_a_night_ends_nothing() -> None:
    calendar = replace(weekly("UTC", from_to(22, 30)), opened={date(2026, 11, 10): from_to(2, 3)})

    assert openings(calendar, "2026-11-09", "2026-11-16") == ["09 22:00-10 06:00"]


def test_the_year_ends_at_local_midnight_and_the_holidays_of_both_years_count() -> None:
    calendar = replace(weekly("Europe/Paris", *[from_to(9, 10)] * 7), country="FR")

    assert openings(calendar, "2026-12-24", "2027-01-03") == [
        "24 08:00-24 09:00", "26 08:00-26 09:00", "27 08:00-27 09:00", "28 08:00-28 09:00",
        "29 08:00-29 09:00", "30 08:00-30 09:00", "31 08:00-31 09:00", "02 08:00-02 09:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("subdivision", "n_days"), [("", 5), ("57", 4), ("6AE", 4), ("971", 4), ("974", 5)]
)
def test_a_week_with_a_holiday_is_shorter_where_it_is_kept(subdivision: str, n_days: int) -> None:
    calendar = replace(
        weekly("Europe/Paris", *[from_to(9, 17)] * 5), country="FR", subdivision=subdivision
    )

    # 3 April 2026 is Good Friday, the 6th Easter Monday, which is kept everywhere.
    assert len(openings(calendar, "2026-03-30", "2026-04-04")) == n_days
    assert len(openings(calendar, "2026-04-06", "2026-04-11")) == 4


def test_a_special_opening_goes_before_hours_holidays_and_closures() -> None:
    armistice = date(2026, 11, 11)
    calendar = replace(
        weekly("UTC", *[from_to(9, 17)] * 5),
        country="FR",
        closed=((armistice, date(2026, 11, 13)),),
        opened={armistice: from_to(10, 12)},
    )

    assert openings(calendar, "2026-11-10", "2026-11-14") == [
        "10 09:00-10 17:00", "11 10:00-11 12:00", "13 09:00-13 17:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("timezone", "night", "hours_open"),
    [
        ("Europe/Paris", "2026-03-28", 7),
        ("Europe/Paris", "2026-10-24", 9),
        ("Europe/Paris", "2026-11-07", 8),
        ("Asia/Tokyo", "2026-03-28", 8),
        ("Asia/Tokyo", "2026-10-24", 8),
        ("America/Santiago", "2026-09-05", 7),  # at midnight, clocks go forward
        ("America/Santiago", "2026-04-04", 9),  # at midnight, clocks go back to 23:00
        ("Australia/Lord_Howe", "2026-10-03", 7.5),
    ],
)
def test_a_saturday_night_is_as_long_as_it_is(timezone: str, night: str, hours_open: float) -> None:
    calendar = weekly(timezone, *[CLOSED] * 5, from_to(22, 30))
    since = local(calendar, night)

    (interval,) = open_intervals(calendar, since, since + timedelta(days=3))

    assert interval[1] - interval[0] == timedelta(hours=hours_open)


@pytest.mark.parametrize(
    ("opening", "in_utc"),
    [
        ((120, 150), ["25 00:00-25 00:30"]),  # a time that comes twice is meant the first time
        ((150, 180), ["25 00:30-25 02:00"]),
        ((150, 240), ["25 00:30-25 03:00"]),
        ((0, 1440), ["24 22:00-25 23:00"]),
    ],
)
def test_when_clocks_go_back_an_opening_remains_one(
    opening: tuple[int, int], in_utc: list[str]
) -> None:
    calendar = weekly("Europe/Paris", *[CLOSED] * 6, (opening,))

    assert openings(calendar, "2026-10-24", "2026-10-27") == in_utc


@pytest.mark.parametrize(
    ("opening", "in_utc"),
    [
        ((130, 170), []),  # the clock skips from 2 to 3
        ((90, 150), ["29 00:30-29 01:00"]),
        ((150, 240), ["29 01:00-29 02:00"]),
        ((0, 1440), ["28 23:00-29 22:00"]),
    ],
)
def test_when_clocks_go_forward_a_time_that_they_skip_is_the_moment_of_the_jump(
    opening: tuple[int, int], in_utc: list[str]
) -> None:
    calendar = weekly("Europe/Paris", *[CLOSED] * 6, (opening,))

    assert openings(calendar, "2026-03-28", "2026-03-31") == in_utc


def test_a_day_that_a_country_skipped_had_no_hours() -> None:
    calendar = weekly("Pacific/Apia", *[from_to(9, 17)] * 7)

    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    assert openings(calendar, "2011-12-29", "2012-01-01") == [
        "29 19:00-30 03:00",
        "30 19:00-31 03:00",
    ]


def test_what_opened_at_midnight_stays_open_when_clocks_go_back_over_midnight() -> None:
    calendar = weekly("America/St_Johns", *[CLOSED] * 6, from_to(0, 10))
    second_evening = datetime(2010, 11, 7, 2, 31, tzinfo=UTC)  # 00:01 was followed by 23:01

    (interval,) = open_intervals(
        calendar, second_evening - timedelta(hours=1), second_evening + timedelta(minutes=30)
    )

    assert interval == (
        second_evening - timedelta(minutes=1),
        second_evening + timedelta(minutes=30),
    )


# --- stretches ---------------------------------------------------------------------------------


def moment_in(pieces: list[Stretch], at: datetime) -> tuple[Stretch, timedelta]:
    """The piece that a moment lies in, and the opening time before the moment."""
    piece = pieces[bisect_right(pieces, utc(at), key=lambda piece: piece.starts_at) - 1]
    inside = utc(at) - piece.starts_at if piece.is_open else timedelta()
    return piece, timedelta(microseconds=piece.open_us) + inside


def elapsed(calendar: Calendar, a: datetime, b: datetime, *, off_hours: str = "zero") -> timedelta:
    """The business clock between two moments, as the engine reckons it from stretches."""
    pieces = list(stretches(calendar, a - timedelta(days=3), b + timedelta(days=3)))
    (one, before), (other, after) = moment_in(pieces, a), moment_in(pieces, b)
    if off_hours == "elapsed" and not one.is_open and one.stretch_id == other.stretch_id:
        return b - a
    return after - before


@pytest.mark.parametrize(
    ("hours", "asked", "answered", "zero", "whole"),
    [
        (from_to(9, 17), "2026-11-10T06:00", "2026-11-10T09:05", 5, 5),
        (from_to(9, 17), "2026-11-10T06:00", "2026-11-10T08:45", 0, 165),
        (from_to(9, 17), "2026-11-13T16:30", "2026-11-16T09:30", 60, 60),  # over the weekend
        (from_to(9, 17), "2026-11-13T18:00", "2026-11-15T18:00", 0, 2 * 1440),
        (from_to(7, 18), "2026-11-10T18:00", "2026-11-11T08:00", 60, 60),
    ],
)
def test_the_golden_delays_of_the_business_clock(
    hours: Hours, asked: str, answered: str, zero: int, whole: int
) -> None:
    calendar = weekly("Europe/Paris", *[hours] * 5)
    a, b = local(calendar, asked), local(calendar, answered)

    assert elapsed(calendar, a, b) == timedelta(minutes=zero)
    assert elapsed(calendar, a, b, off_hours="elapsed") == timedelta(minutes=whole)


@pytest.mark.parametrize(
    ("timezone", "evening", "morning", "seconds"),
    [
        ("Europe/Paris", "2026-03-28T22:59:59", "2026-03-29T05:00:01", 5 * 3600 + 2),
        ("Europe/Paris", "2026-10-24T22:59:59", "2026-10-25T05:00:01", 7 * 3600 + 2),
        ("Asia/Tokyo", "2026-10-24T22:59:59", "2026-10-25T05:00:01", 6 * 3600 + 2),
        ("America/Santiago", "2026-09-05T22:59:59", "2026-09-06T05:00:01", 5 * 3600 + 2),
    ],
)
def test_a_delay_is_right_to_the_second_when_clocks_are_set(
    timezone: str, evening: str, morning: str, seconds: int
) -> None:
    calendar = weekly(timezone, *[from_to(20, 30)] * 7)
    asked, answered = local(calendar, evening), local(calendar, morning)

    delay = elapsed(calendar, asked.astimezone(UTC), answered.astimezone(UTC))

    assert delay == timedelta(seconds=seconds)


def test_a_piece_ends_at_midnight_in_utc_and_its_stretch_goes_on() -> None:
    calendar = weekly("Europe/Paris", from_to(22, 30))
    midnight = datetime(2026, 11, 10)  # noqa: DTZ001  the engine knows no timezones

    pieces = list(
        stretches(
            calendar, local(calendar, "2026-11-09T12:00"), local(calendar, "2026-11-10T12:00:00.25")
        )
    )

    hour = 3_600_000_000
    assert pieces == [
        Stretch(date(2026, 11, 9), midnight - timedelta(hours=13), midnight - timedelta(hours=3),
                False, 0, 0),
        Stretch(date(2026, 11, 9), midnight - timedelta(hours=3), midnight, True, 1, 0),
        Stretch(date(2026, 11, 10), midnight, midnight + timedelta(hours=5), True, 1, 3 * hour),
        Stretch(date(2026, 11, 10), midnight + timedelta(hours=5),
                midnight + timedelta(hours=11, seconds=0.25), False, 2, 8 * hour),
    ]  # fmt: skip


def test_always_is_one_stretch() -> None:
    calendar = read_calendar(calendar_path("always"))
    since = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

    pieces = list(stretches(calendar, since, since + timedelta(days=300)))

    assert {(piece.is_open, piece.stretch_id) for piece in pieces} == {(True, 0)}
    assert len(pieces) == 301


def test_no_time_has_no_stretches() -> None:
    calendar = read_calendar(calendar_path("office"))
    since = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

    assert list(stretches(calendar, since, since)) == []


# --- an oracle that looks at the clock every minute ----------------------------------------------


def open_minutes(calendar: Calendar, a: datetime, b: datetime) -> int:
    """How many minutes of opening time there are from one whole minute to another.

    A doorkeeper who looks at the clock every minute, acts upon the latest time that it has ever
    shown, and has watched it for two days before the question.
    """
    zone = ZoneInfo(calendar.timezone)
    at, shown, counted = a - timedelta(days=2), datetime(1, 1, 1), 0  # noqa: DTZ001  a wall
    while at < b:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        counted += at >= a and is_open(calendar, shown)
        at += timedelta(minutes=1)
    return counted


def is_open(calendar: Calendar, shown: datetime) -> bool:
    minute = shown.hour * 60 + shown.minute
    today, yesterday = shown.date(), shown.date() - timedelta(days=1)
    return any(o <= minute < c for o, c in hours_on(calendar, today)) or any(
        o <= minute + 1440 < c for o, c in hours_on(calendar, yesterday)
    )


def hours_on(calendar: Calendar, day: date) -> Hours:
    closed = any(begin <= day < end for begin, end in calendar.closed)
    return calendar.opened.get(day, CLOSED if closed else calendar.hours[day.weekday()])


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> Hours:
    """Up to three openings, of which the last may end on the next day."""
    bounds = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    found = list(zip(bounds[::2], bounds[1::2], strict=False))
    if len(bounds) % 2:
        found.append((bounds[-1], draw(st.integers(bounds[-1] + 1, bounds[0] + 1440))))
    return tuple(found)


CHANGES = [  # moments near which clocks are set, and two at which none is
    ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Europe/Paris", datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # from 00:01 to 23:01
    ("America/St_Johns", datetime(2010, 3, 14, 3, 31, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day is skipped
]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime]:
    """A calendar and a time of hours or days around a change of clocks."""
    timezone, change = draw(st.sampled_from(CHANGES))
    hours = draw(st.lists(hours_of_a_day(), min_size=7, max_size=7))
    days = [change.date() + timedelta(days=offset) for offset in range(-2, 3)]
    begin, opened = draw(st.sampled_from(days)), draw(st.sampled_from(days))
    calendar = Calendar(
        "",
        timezone,
        tuple(hours),
        closed=draw(st.just(()) | st.just(((begin, begin + timedelta(days=1)),))),
        opened=draw(st.just({}) | hours_of_a_day().map(lambda hours: {opened: hours})),
    )
    minutes = st.integers(-3000, 3000) | st.integers(-90, 90)
    a, b = sorted(change + timedelta(minutes=draw(minutes)) for _ in range(2))
    return calendar, a, b


@given(cases())
def test_open_time_is_what_somebody_counts_who_looks_at_the_clock_every_minute(
    case: tuple[Calendar, datetime, datetime],
) -> None:
    calendar, a, b = case

    assert elapsed(calendar, a, b) == timedelta(minutes=open_minutes(calendar, a, b))


@given(cases(), st.timedeltas(timedelta(), timedelta(minutes=1)))
def test_stretches_cover_the_time_without_gaps_each_within_one_day(
    case: tuple[Calendar, datetime, datetime], more: timedelta
) -> None:
    calendar, since, until = case[0], case[1] + more, case[2] + 2 * more

    pieces = list(stretches(calendar, since, until))

    ends = [utc(since), *(piece.ends_at for piece in pieces)]
    assert ends[-1] == utc(until)
    assert [piece.starts_at for piece in pieces] == ends[:-1]
    for piece in pieces:
        midnight = datetime.combine(piece.day, time())
        assert midnight <= piece.starts_at < piece.ends_at <= midnight + timedelta(days=1)
    for piece, following in pairwise(pieces):
        open_us = (piece.ends_at - piece.starts_at) // timedelta(microseconds=1) * piece.is_open
        assert following.open_us == piece.open_us + open_us
        assert (following.stretch_id == piece.stretch_id) == (following.is_open == piece.is_open)
        assert following.stretch_id - piece.stretch_id in (0, 1)
