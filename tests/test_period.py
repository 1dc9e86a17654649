from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import UsageError
from socialscore.model.period import labels_between, parse_instant, parse_period, period_before, utc

PARIS = ZoneInfo("Europe/Paris")
COVERED = (datetime(2026, 9, 1, 7, tzinfo=UTC), datetime(2026, 11, 18, 12, tzinfo=UTC))


def moments(text: str) -> tuple[str, str]:
    period = parse_period(text, PARIS, covered=COVERED)
    return period.since.isoformat(), period.until.isoformat()


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-W46", "2026-11-09T00:00:00+01:00", "2026-11-16T00:00:00+01:00"),
        ("2026-W01", "2025-12-29T00:00:00+01:00", "2026-01-05T00:00:00+01:00"),
        ("2026-W53", "2026-12-28T00:00:00+01:00", "2027-01-04T00:00:00+01:00"),
        ("2026-11", "2026-11-01T00:00:00+01:00", "2026-12-01T00:00:00+01:00"),
        ("2026-12", "2026-12-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("2026-Q4", "2026-10-01T00:00:00+02:00", "2027-01-01T00:00:00+01:00"),
        ("2026-10-01..2026-10-31", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
        ("2026-10-25..2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("2026-07-01T08:30..2026-07-02", "2026-07-01T08:30:00+02:00", "2026-07-03T00:00:00+02:00"),
        ("2026-07-01T06:30Z..2026-07-01", "2026-07-01T08:30:00+02:00", "2026-07-02T00:00:00+02:00"),
        ("2026-07-01..2026-07-02T12:00", "2026-07-01T00:00:00+02:00", "2026-07-02T12:00:00+02:00"),
        ("2026-07-01..2026-07-02T00:00", "2026-07-01T00:00:00+02:00", "2026-07-02T00:00:00+02:00"),
        ("2026-W43..2026-W44", "2026-10-19T00:00:00+02:00", "2026-11-02T00:00:00+01:00"),
        ("2026-09..2026-10-04", "2026-09-01T00:00:00+02:00", "2026-10-05T00:00:00+02:00"),
        ("2026-Q2..2026-Q3", "2026-04-01T00:00:00+02:00", "2026-10-01T00:00:00+02:00"),
        ("all", "2026-09-01T09:00:00+02:00", "2026-11-18T13:00:00+01:00"),
        ("last-week", "2026-11-09T00:00:00+01:00", "2026-11-16T00:00:00+01:00"),
        ("last-matured-week", "2026-11-09T00:00:00+01:00", "2026-11-16T00:00:00+01:00"),
        ("last-month", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
        ("last-quarter", "2026-07-01T00:00:00+02:00", "2026-10-01T00:00:00+02:00"),
        ("last-1-days", "2026-11-17T00:00:00+01:00", "2026-11-18T00:00:00+01:00"),
        ("last-30-days", "2026-10-19T00:00:00+02:00", "2026-11-18T00:00:00+01:00"),
        ("last-366-days", "2025-11-17T00:00:00+01:00", "2026-11-18T00:00:00+01:00"),
    ],
)
def test_a_period_begins_and_ends_in_the_timezone(text: str, since: str, until: str) -> None:
    assert moments(text) == (since, until)


def test_a_week_with_a_change_of_clocks_has_an_hour_more() -> None:
    period = parse_period("2026-W43", PARIS, covered=COVERED)

    assert utc(period.until) - utc(period.since) == timedelta(days=7, hours=1)


def test_the_last_week_is_labelled_by_its_name() -> None:
    assert parse_period("last-week", PARIS, covered=COVERED).label == "2026-W46"


@pytest.mark.parametrize(
    ("end", "week"),
    [
        (datetime(2026, 11, 15, 22, 59, 59, tzinfo=UTC), "2026-W45"),
        (datetime(2026, 11, 15, 23, 0, 0, tzinfo=UTC), "2026-W46"),  # midnight in Paris
        (datetime(2027, 1, 5, tzinfo=UTC), "2026-W53"),
    ],
)
def test_the_last_week_ended_within_the_data(end: datetime, week: str) -> None:
    assert parse_period("last-week", PARIS, covered=(COVERED[0], end)).label == week


@given(st.integers(min_value=0, max_value=75 * 366 * 1440))
def test_less_than_a_week_and_an_hour_goes_by_after_the_last_week(minutes: int) -> None:
    end = datetime(2006, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)

    period = parse_period("last-week", PARIS, covered=(end, end))

    assert utc(period.until) <= utc(end) < utc(period.until) + timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("end", "month", "quarter"),
    [
        (datetime(2026, 11, 18, 12, tzinfo=UTC), "2026-10", "2026-Q3"),
        (datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC), "2026-08", "2026-Q2"),
        (datetime(2026, 9, 30, 22, 0, 0, tzinfo=UTC), "2026-09", "2026-Q3"),  # midnight in Paris
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), "2026-09", "2026-Q3"),
        (datetime(2026, 10, 31, 23, 0, 0, tzinfo=UTC), "2026-10", "2026-Q3"),  # in winter
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), "2026-11", "2026-Q3"),
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), "2026-12", "2026-Q4"),  # New Year
        (datetime(2027, 3, 31, 12, tzinfo=UTC), "2027-02", "2026-Q4"),
        (datetime(2028, 3, 1, tzinfo=UTC), "2028-02", "2027-Q4"),  # after a 29 February
    ],
)
def test_the_last_month_and_quarter_ended_within_the_data(
    end: datetime, month: str, quarter: str
) -> None:
    found = [
        parse_period(text, PARIS, covered=(COVERED[0], end))
        for text in ("last-month", "last-quarter")
    ]

    assert [period.label for period in found] == [month, quarter]
    assert found == [parse_period(it, PARIS, covered=COVERED) for it in (month, quarter)]


@pytest.mark.parametrize(("form", "days"), [("month", 31), ("quarter", 92)])
@given(minutes=st.integers(min_value=0, max_value=75 * 366 * 1440))
def test_less_than_another_one_goes_by_after_the_last(form: str, days: int, minutes: int) -> None:
    end = datetime(2006, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)

    period = parse_period(f"last-{form}", PARIS, covered=(end, end))

    assert utc(period.until) <= utc(end) < utc(period.until) + timedelta(days=days, hours=1)


# --- one after the other -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [
        ("2026-W46", "2026-W46", []),
        ("2026-W44", "2026-W47", ["2026-W45", "2026-W46"]),
        ("2026-W52", "2027-W02", ["2026-W53", "2027-W01"]),  # a year with a 53rd week
        ("2025-W51", "2026-W02", ["2025-W52", "2026-W01"]),  # and one without
        ("2026-11", "2027-02", ["2026-12", "2027-01"]),
        ("2026-Q3", "2027-Q2", ["2026-Q4", "2027-Q1"]),
        ("2026-Q3", "2026-Q4", []),
    ],
)
def test_the_labels_between_two_are_in_order(first: str, last: str, between: list[str]) -> None:
    assert labels_between(first, last) == list(dict.fromkeys([first, *between, last]))


def test_there_are_no_labels_from_a_later_one_to_an_earlier_one() -> None:
    assert labels_between("2026-W46", "2026-W45") == []
    assert labels_between("2027-01", "2026-12") == []


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("2026-W46", "2026-11", "2026-W46 and 2026-11 are not both weeks, months or quarters"),
        ("2026-Q4", "2026-11", "are not both"),
        ("last-week", "last-week", "are not both"),
        ("2026-10-01..2026-10-31", "2026-10-01..2026-10-31", "are not both"),
        ("all", "all", "are not both"),
        ("2025-W52", "2025-W53", "Invalid week: 53"),
        ("2026-12", "2026-13", "month"),
        ("9999-W52", "9999-W52", "the year 9999"),
    ],
)
def test_labels_of_other_forms_have_none_between(first: str, last: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        labels_between(first, last)


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [
        ("2004-W01", "2032-W53", 29 * 52 + 6),  # 2004, 2009, 2015, 2020, 2026 and 2032 have 53
        ("2004-01", "2032-12", 29 * 12),
        ("2004-Q1", "2032-Q4", 29 * 4),
    ],
)
def test_each_label_is_the_period_before_the_next(first: str, last: str, number: int) -> None:
    labels = labels_between(first, last)

    periods = [parse_period(label, PARIS, covered=COVERED) for label in labels]

    assert len(labels) == number
    assert [period_before(period) for period in periods[1:]] == labels[:-1]
    assert [period.until for period in periods[:-1]] == [period.since for period in periods[1:]]


def test_the_last_days_are_labelled_by_the_first_and_the_last() -> None:
    period = parse_period("last-7-days", PARIS, covered=COVERED)

    assert period.label == "2026-11-11..2026-11-17"
    assert period == parse_period(period.label, PARIS, covered=COVERED)


@pytest.mark.parametrize(
    ("end", "days"),
    [
        (datetime(2026, 11, 15, 22, 59, 59, tzinfo=UTC), "2026-11-08..2026-11-14"),
        (datetime(2026, 11, 15, 23, 0, 0, tzinfo=UTC), "2026-11-09..2026-11-15"),  # midnight
        (datetime(2026, 7, 1, 22, 0, 0, tzinfo=UTC), "2026-06-25..2026-07-01"),  # in summer
        (datetime(2027, 1, 3, tzinfo=UTC), "2026-12-27..2027-01-02"),
    ],
)
def test_the_last_days_were_collected_to_their_end(end: datetime, days: str) -> None:
    assert parse_period("last-7-days", PARIS, covered=(COVERED[0], end)).label == days


@pytest.mark.parametrize(
    ("end", "hours"),
    [
        (datetime(2026, 3, 30, tzinfo=UTC), 7 * 24 - 1),  # the clocks went forward on the 29th
        (datetime(2026, 10, 26, tzinfo=UTC), 7 * 24 + 1),  # and back on the 25th
        (datetime(2026, 11, 26, tzinfo=UTC), 7 * 24),
    ],
)
def test_the_last_days_are_whole_days_whatever_the_clocks_do(end: datetime, hours: int) -> None:
    period = parse_period("last-7-days", PARIS, covered=(COVERED[0], end))

    assert utc(period.until) - utc(period.since) == timedelta(hours=hours)


@given(st.integers(min_value=1, max_value=366), st.integers(min_value=0, max_value=75 * 366 * 1440))
def test_less_than_a_day_and_an_hour_goes_by_after_the_last_days(n_days: int, minutes: int) -> None:
    end = datetime(2006, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)

    period = parse_period(f"last-{n_days}-days", PARIS, covered=(end, end))

    assert utc(period.until) <= utc(end) < utc(period.until) + timedelta(days=1, hours=1)
    assert (period.until.date() - period.since.date()).days == n_days


@pytest.mark.parametrize(
    "text",
    [
        "last-0-days", "last-367-days", "last-007-days", "last--7-days", "last-7-day", "last-days",
        "last-1000-days", "last-٧-days",
        "last-year", "last-months", "last-weeks", "٢٠٢٦-11", "2026-W٤٦",
        "", "yesterday", "2026", "2026-13", "2026-00", "2026-Q5", "2026-W00", "2026-W54",
        "2025-W53", "2026-W1", "..", "2026-10-01..", "..2026-10-01", "2026-10-01..2026-11-31",
        "2026-10-01", "0001-01", "2003-12", "2100-01", "2003-W52", "9999-12", "9999-Q4", "9999-W52",
        "0001-01-01..2026-01-01", "2026-01-01..9999-12-31", "20261001..20261031",
        "2026-10-01..2026W44", "2026-10-01..2026-10-31..2026-11-30", "last-week..2026-11-01",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_forms_that_exist(text: str) -> None:
    with pytest.raises(UsageError, match=r"cannot read the period .*; write 2026-W46, 2026-11"):
        moments(text)


@pytest.mark.parametrize(
    "text", ["2004-01", "2004-W01", "2099-W53", "2099-Q4", "2099-12", "2004-01-01..2099-12-31"]
)
def test_the_first_and_the_last_of_the_plausible_years_are_read(text: str) -> None:
    assert moments(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01..2026-10-01",
        "2026-11-01T08:00..2026-10-31",
        "2026-11-01T10:00Z..2026-11-01T11:00",
    ],
)
def test_a_period_that_ends_before_it_begins_is_empty(text: str) -> None:
    with pytest.raises(UsageError, match="is empty: it ends at or before its beginning"):
        moments(text)


def test_all_of_no_time_is_empty() -> None:
    with pytest.raises(UsageError, match="the period all is empty"):
        parse_period("all", PARIS, covered=(COVERED[1], COVERED[0]))


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"\A\d{4}-(W|Q)?\d{1,2}\Z"),
        st.builds("{}..{}".format, st.datetimes(), st.datetimes()),
    )
)
def test_any_text_is_a_period_with_some_length_or_is_refused(text: str) -> None:
    try:
        period = parse_period(text, PARIS, covered=COVERED)
    except UsageError:
        return

    assert utc(period.since) < utc(period.until)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-01T12:00", "2026-07-01T10:00:00+00:00"),
        ("2026-07-01T12:00-04:00", "2026-07-01T16:00:00+00:00"),
        ("2026-12-01", "2026-11-30T23:00:00+00:00"),
    ],
)
def test_an_instant_is_in_the_timezone_unless_it_has_an_offset(text: str, instant: str) -> None:
    assert parse_instant(text, PARIS).astimezone(UTC).isoformat() == instant


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Invalid isoformat"),
        ("noon", "Invalid isoformat"),
        ("2026-02-30", "day is out of range"),
        ("0001-01-01", "the year 1$"),
        ("2003-12-31", "the year 2003"),
        ("2100-01-01", "the year 2100"),
        ("9999-12-31", "the year 9999"),
    ],
)
def test_what_is_no_instant_of_our_times_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_instant(text, PARIS)
