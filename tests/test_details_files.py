"""The files of networks, hours and waits: written, read again, and compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from socialscore.errors import InputError
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.model.messages import Body
from socialscore.publishing.details import details_to_files, read_details
from socialscore.publishing.verifying.in_details import differences

FOLDER = Path("published")
ODD = Body('=région, "1"', "Région", "région")
DETAILS = Details(
    (NetworkLine(ODD.body_id, "twitter", 30, 20, 3, 2 / 3, 0.487654321, 0.8),),
    (HourLine(ODD.body_id, 7, 23, 5, 0),),
    (WaitLine(ODD.body_id, 60, 1.0), WaitLine(ODD.body_id, 120, 0.333333)),
)


def files(details: Details) -> dict[str, bytes]:
    return {name: text.encode() for name, text in details_to_files(details).items()}


def test_what_is_written_is_read_with_six_decimals() -> None:
    read = read_details(files(DETAILS), [ODD], FOLDER)

    assert read.hours == DETAILS.hours
    assert read.waits == DETAILS.waits
    assert read.networks[0].wilson_low == 0.487654
    assert files(read) == files(DETAILS)
    assert differences(read, DETAILS, [ODD]) == {
        "networks.csv": [], "hours.csv": [], "waits.csv": [],
    }  # fmt: skip


def test_where_there_is_nothing_to_say_there_is_a_header() -> None:
    assert read_details(files(Details()), [], FOLDER) == Details()
    assert files(Details())["hours.csv"] == b"body_id,weekday,hour,n_requests,n_answered\n"


def test_what_an_earlier_version_did_not_write_is_empty() -> None:
    assert read_details({}, [ODD], FOLDER) == Details()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b",7,23,5,0", b",7,23,5", "hours.csv:2"),
        (b",7,23,5,0", b",7,23,five,0", "hours.csv:2"),
        (b"gion", b"gions", "hours.csv:2"),
        (b"weekday", b"day", "hours.csv: does not have the columns body_id, weekday"),
        (b",7,23,5,0", b",\xff,23,5,0", "hours.csv: cannot be read"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(old: bytes, new: bytes, place: str) -> None:
    damaged = files(DETAILS)
    damaged["hours.csv"] = damaged["hours.csv"].replace(old, new)

    with pytest.raises(InputError, match=place):
        read_details(damaged, [ODD], FOLDER)


def test_a_cell_that_differs_is_named_and_of_a_missing_line_the_first_cell() -> None:
    as_read = read_details(files(DETAILS), [ODD], FOLDER)
    changed = replace(as_read.networks[0], n_answered=21)
    published = replace(as_read, networks=(changed,), hours=())

    found = differences(published, DETAILS, [ODD])

    assert [(it.body, it.column, it.published) for it in found["networks.csv"]] == [
        ("Région, twitter", "n_answered", 21)
    ]
    assert [(it.body, it.column, it.expected) for it in found["hours.csv"]] == [
        ("Région, 7, 23", "n_requests", 5)
    ]
