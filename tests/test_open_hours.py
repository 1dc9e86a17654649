"""The business clock from end to end: calendars in files, bodies of a panel, delays in tables."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from worlds import METRO, VILLE, answers, asks, at, board, counts, values

from socialscore.errors import UnknownName, UsageError
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFFICE = '["09:00-12:00", "14:00-17:00"]'
NIGHT = '["22:00-06:00"]'


@pytest.fixture
def calendars(tmp_path: Path) -> Callable[..., list[Path]]:
    """Writes calendars, and says beside which file they lie."""

    def written(**texts: str) -> list[Path]:
        (tmp_path / "calendars").mkdir()
        for name, text in texts.items():
            (tmp_path / "calendars" / f"{name}.toml").write_text(text, encoding="utf-8")
        return [tmp_path / "panel.csv"]

    return written


def calendar(hours: str, timezone: str = "Europe/Paris", days: str = "monday-sunday") -> str:
    return f'timezone = "{timezone}"\n[hours]\n{days} = {hours}\n'


def local(text: str, timezone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def minutes(asked: datetime, answered: datetime, beside: list[Path], **options: Any) -> float:
    """The delay of one request on the business clock, by the calendar that is called hours."""
    rows = [asks("q", asked), answers("a", "q", answered)]
    options = {"clock": "business", "calendar": "hours", "beside": beside} | options
    return values(board(rows, **options))["median_delay"] / 60


# --- one calendar ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("2026-09-09T11:30", "2026-09-09T14:15", 45),  # over noon
        ("2026-09-09T10:00", "2026-09-09T10:20", 20),
        ("2026-09-09T12:00", "2026-09-09T14:00", 0),  # as long as it is closed
        ("2026-09-09T08:00", "2026-09-10T18:00", 720),
    ],
)
def test_only_open_hours_count(
    asked: str, answered: str, expected: int, calendars: Callable[..., list[Path]]
) -> None:
    beside = calendars(hours=calendar(OFFICE))

    assert minutes(local(asked), local(answered), beside) == expected


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("2026-09-09T21:00", "2026-09-10T07:00", 480),  # a whole night
        ("2026-09-09T23:30", "2026-09-10T00:30", 60),  # over midnight, here and
        ("2026-09-09T01:30", "2026-09-09T02:30", 60),  # in UTC
        ("2026-09-09T05:00", "2026-09-09T23:00", 120),  # the end of one, the beginning of another
    ],
)
def test_a_night_counts_over_midnight(
    asked: str, answered: str, expected: int, calendars: Callable[..., list[Path]]
) -> None:
    beside = calendars(hours=calendar(NIGHT))

    assert minutes(local(asked), local(answered), beside) == expected


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-09-19", 480), ("2026-10-24", 540)]
)  # fmt: skip
def test_the_night_on_which_clocks_go_back_is_an_hour_longer(
    day: str, expected: int, calendars: Callable[..., list[Path]]
) -> None:
    beside = calendars(hours=calendar(NIGHT))
    asked = local(f"{day}T21:00")

    delay = minutes(asked, local(f"{day}T21:00").replace(day=asked.day + 1, hour=7), beside)

    assert delay == expected


def test_where_clocks_are_never_set_every_night_is_as_long(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(hours=calendar(NIGHT, "Indian/Reunion"))
    night = [local(text, "Indian/Reunion") for text in ("2026-10-24T21:00", "2026-10-25T07:00")]

    assert minutes(*night, beside) == 480


def test_over_the_end_of_a_year_holidays_and_closures_count_as_closed(
    calendars: Callable[..., list[Path]],
) -> None:
    hours = calendar(OFFICE) + '[holidays]\ncountry = "FR"\n[[closed]]\nday = 2026-12-31\n'
    beside = calendars(hours=hours)
    end = {"until": local("2027-02-01T00:00"), "period": "2026-12"}

    delay = minutes(local("2026-12-30T16:00"), local("2027-01-02T10:00"), beside, **end)

    assert delay == 120  # an hour on the 30th, and one on the 2nd: the 1st is a holiday


def test_the_horizon_runs_on_the_calendar_clock(calendars: Callable[..., list[Path]]) -> None:
    beside = calendars(hours=calendar(OFFICE))
    rows = [asks("q", at(1, 7)), answers("a", "q", at(2, 7, 1))]
    options = {"clock": "business", "calendar": "hours", "beside": beside}

    found = values(board(rows, horizon="24h", **options))

    assert (found["n_answered"], found["n_late"]) == (0, 1)


def test_within_a_time_is_meant_on_the_business_clock(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(hours=calendar(OFFICE))
    rows = [asks("q", local("2026-09-09T16:30")), answers("a", "q", local("2026-09-10T09:20"))]

    found = values(board(rows, clock="business", calendar="hours", beside=beside, within="1h,4h"))

    assert (found["within_1h"], found["within_4h"]) == (1.0, 1.0)
    assert values(board(rows, within="1h,4h"))["within_4h"] == 0.0


def test_the_median_by_the_calendar_stands_beside_that_of_open_hours(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(hours=calendar(OFFICE))
    rows = [asks("q", local("2026-09-09T16:30")), answers("a", "q", local("2026-09-10T09:20"))]

    found = values(board(rows, clock="business", calendar="hours", beside=beside))

    assert (found["median_delay"], found["median_delay_calendar"]) == (50 * 60, 1010 * 60)
    assert "median_delay_calendar" not in values(board(rows))


def test_half_the_requests_waited_no_longer_than_that_in_open_hours(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(hours=calendar(OFFICE))
    rows = [asks(f"q{n}", local(f"2026-09-{9 + n:02d}T16:00"), author_id=f"c{n}") for n in range(4)]
    rows += [answers(f"a{n}", f"q{n}", local(f"2026-09-{10 + n}T10:00")) for n in range(2)]

    found = values(board(rows, clock="business", calendar="hours", beside=beside))

    assert found["median_wait"] == 2 * 3600


def test_a_shipped_calendar_needs_no_file_beside() -> None:
    found = minutes(at(1), at(1, 1), [], calendar="always")

    assert found == 60


# --- the calendars of several bodies -----------------------------------------------------------


def test_every_body_is_timed_by_its_own_calendar(calendars: Callable[..., list[Path]]) -> None:
    beside = calendars(day=calendar(OFFICE), night=calendar(NIGHT))
    panel = Panel("two", (
        Body("metro", "Métro de Valdoine", "transport", METRO.accounts, "night"),
        Body("ville", "Ville de Montsabran", "ville", VILLE.accounts, "day"),
    ))  # fmt: skip
    asked, answered = local("2026-09-09T16:00"), local("2026-09-10T10:00")
    rows = [
        asks("q1", asked),
        answers("a1", "q1", answered),
        asks("q2", asked, account_id="2"),
        answers("a2", "q2", answered, account_id="2", author_id="2"),
    ]

    scoreboard = board(rows, panel, clock="business", beside=beside)

    delays = {name: values(scoreboard, name)["median_delay"] / 3600 for name in ("ville", "metro")}
    assert delays == {"ville": 2, "metro": 8}


def test_one_calendar_for_all_goes_before_those_of_the_bodies(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(hours=calendar(OFFICE), night=calendar(NIGHT))
    panel = Panel("one", (Body("ville", "Ville", "", VILLE.accounts, "night"),))
    rows = [
        asks("q", local("2026-09-09T16:00")),
        answers("a", "q", local("2026-09-10T10:00")),
    ]

    scoreboard = board(rows, panel, clock="business", calendar="hours", beside=beside)

    assert values(scoreboard)["median_delay"] == 2 * 3600
    assert scoreboard.options["calendar"] == "hours"


def test_a_body_without_a_calendar_is_an_error_that_names_the_way_out(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(day=calendar(OFFICE))
    panel = Panel("two", (METRO, Body("ville", "Ville", "", VILLE.accounts, "day")))

    with pytest.raises(UsageError, match=r"^1 of the bodies .* or one for all with --calendar"):
        board([asks("q", at(1))], panel, clock="business", beside=beside)


def test_a_body_without_an_account_needs_no_calendar() -> None:
    absent = Body("absent", "Absent")
    panel = Panel("two", (absent, Body("ville", "Ville", "", VILLE.accounts, "always")))

    scoreboard = board([asks("q", at(1))], panel, clock="business")

    assert counts(scoreboard) == (0, 1)


def test_a_calendar_that_does_not_exist_is_likened_to_one_that_does(
    calendars: Callable[..., list[Path]],
) -> None:
    beside = calendars(montsabran=calendar(OFFICE))
    account = Account("twitter", "1", "montsabran")
    panel = Panel("one", (Body("ville", "Ville", "", (account,), "montsabrun"),))

    with pytest.raises(UnknownName, match="'montsabrun'; did you mean 'montsabran'"):
        board([asks("q", at(1))], panel, clock="business", beside=beside)
