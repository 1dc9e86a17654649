"""What bodies promise: how it is written, until when an answer keeps it, and how many do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_worlds import HOURS, ZONE
from worlds import METRO, VILLE, answers, asks, at, board, breakdown, values

from socialscore.errors import InputError, UsageError
from socialscore.inputs.panel import Panel, format_panel
from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.ranking import load_ranking, promise_of
from socialscore.model.messages import Body
from socialscore.model.opening_hours import Calendar, OpenTime
from socialscore.model.period import utc
from socialscore.model.promise import Promise, due_at, parse_promise
from socialscore.reporters import render

if TYPE_CHECKING:
    from pathlib import Path

NINE_TO_FIVE = Calendar("", "Europe/Paris", (*[((540, 1020),)] * 5, (), ()))
HEADER = "body_id,body,category,network,handle,calendar,promise"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def towns(ville: str, metro: str = "", calendar: str = "office") -> Panel:
    """Two bodies of two categories, and what each promises."""
    return Panel("towns", (
        Body("metro", METRO.name, METRO.category, METRO.accounts, calendar, metro),
        Body("ville", VILLE.name, VILLE.category, VILLE.accounts, calendar, ville),
    ))  # fmt: skip


# --- how it is written ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds", "clock", "written"),
    [
        ("24h", 86_400, "calendar", "24h"),
        (" 3 d ", 259_200, "calendar", "3d"),
        ("8h  open", 28_800, "business", "8h open"),
        ("090m open", 5_400, "business", "90m open"),
    ],
)
def test_a_promise_names_a_time_and_its_clock(
    text: str, seconds: int, clock: str, written: str
) -> None:
    promise = parse_promise(text)

    assert (promise.seconds, promise.clock, str(promise)) == (seconds, clock, written)


@pytest.mark.parametrize("text", ["", "24", "0h", "soon", "24h opened", "24hopen", "1.5h", "none"])
def test_what_is_no_time_is_no_promise(text: str) -> None:
    with pytest.raises(ValueError, match="write a time such as 24h or 3d, or 8h open"):
        parse_promise(text)


def test_open_days_are_counted_in_hours() -> None:
    with pytest.raises(ValueError, match="count open time in hours, such as 16h open"):
        parse_promise("2d open")


def test_a_promise_of_decades_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ten years"):
        parse_promise("9999w")


def test_a_body_promises_for_itself_what_its_category_promises_otherwise() -> None:
    ranking = load_ranking(None, {"promises": {"ville": "3d"}})
    alone, own = Body("a", "A", "ville"), Body("b", "B", "ville", promise="8h open")

    assert promise_of(alone, ranking) == Promise(3, "d")
    assert promise_of(own, ranking) == Promise(8, "h", is_open_time=True)
    assert promise_of(Body("c", "C", "metro"), ranking) is None


# --- panels and rankings -------------------------------------------------------------------------


def read(tmp_path: Path, *rows: str) -> Panel:
    path = tmp_path / "towns.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return read_panel(path)


def test_any_row_of_a_body_says_what_it_promises(tmp_path: Path) -> None:
    panel = read(tmp_path, "roz,Roz,,twitter,roz,,", "roz,Roz,,facebook,roz,, 24 h")

    assert [body.promise for body in panel.bodies] == ["24h"]
    (tmp_path / "again.csv").write_text(format_panel(panel), encoding="utf-8")
    assert read_panel(tmp_path / "again.csv").bodies == panel.bodies


def test_a_panel_without_promises_is_written_as_before() -> None:
    assert "promise" not in format_panel(towns(""))
    assert "promise" in format_panel(towns("24h"))
    assert towns("").digest != towns("24h").digest


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["roz,Roz,,twitter,roz,,soon"], ":2: promise is 'soon'; write a time such as 24h"),
        (
            ["roz,Roz,,twitter,roz,,24h", "roz,Roz,,facebook,roz,,3d"],
            ":3: body 'roz' is '24h' in a line above, '3d' here",
        ),
        (
            ["roz,Roz,,twitter,roz,,8h open"],
            ":2: body 'roz' promises '8h open' and has no opening hours; name them in the column",
        ),
    ],
)
def test_a_wrong_promise_is_told_with_its_line(
    rows: list[str], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, *rows)

    assert problem in str(caught.value)


def test_a_ranking_says_what_a_category_promises(tmp_path: Path) -> None:
    path = tmp_path / "weekly.toml"
    path.write_text('[promises]\nville = "24 h"\n"métro" = "8h open"\n', encoding="utf-8")

    assert load_ranking(path).promises == {"ville": "24h", "métro": "8h open"}


def test_a_wrong_promise_of_a_category_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "weekly.toml"
    path.write_text('[promises]\nville = "soon"\n', encoding="utf-8")

    with pytest.raises(InputError, match=r"toml:2, key promises\.ville: write a time such as"):
        load_ranking(path)


def test_only_a_ranking_with_promises_has_another_digest() -> None:
    plain = load_ranking()

    assert "promises" not in plain.model_dump_json(exclude={"promises"})
    assert load_ranking(None, {"promises": {}}).digest == plain.digest
    assert load_ranking(None, {"promises": {"ville": "24h"}}).digest != plain.digest


# --- until when ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "promise", "due"),
    [
        ("2026-09-11T16:30", "1h open", "2026-09-14T09:30"),  # Friday, over the week-end
        ("2026-09-11T16:30", "3d", "2026-09-14T16:30"),
        ("2026-09-12T11:00", "90m open", "2026-09-14T10:30"),  # while it is closed
        # Monday's last hour has not been exceeded before the body opens on Tuesday.
        ("2026-09-12T11:00", "8h open", "2026-09-15T09:00"),
        ("2026-10-24T12:00", "24h", "2026-10-25T11:00"),  # clocks go back: a day has 25 hours
    ],
)
def test_an_answer_keeps_a_promise_until_then(asked: str, promise: str, due: str) -> None:
    known = OpenTime(NINE_TO_FIVE, local("2026-09-01"), local("2026-12-01"))

    assert due_at(local(asked), parse_promise(promise), known) == local(due)


def test_when_open_time_is_over_is_not_known_beyond_the_known_time() -> None:
    known = OpenTime(NINE_TO_FIVE, local("2026-09-01"), local("2026-09-12"))

    assert due_at(local("2026-09-11T16:30"), parse_promise("1h open"), known) is None
    with pytest.raises(ValueError, match="needs opening hours"):
        due_at(local("2026-09-11T16:30"), parse_promise("1h open"), None)


@given(
    st.sampled_from(sorted(HOURS)),
    st.integers(1, 40 * 60),
    st.lists(st.integers(0, 30 * 86_400), max_size=20),
)
def test_terms_say_of_every_moment_when_its_time_is_over(
    name: str, minutes: int, moments: list[int]
) -> None:
    since, length = datetime(2026, 10, 10, 5, tzinfo=ZONE), timedelta(minutes=minutes)
    until = since + timedelta(days=40)
    known = OpenTime(_calendar(name), since, until)
    terms = list(known.terms(length))

    for seconds in moments:
        moment = since + timedelta(seconds=seconds)
        naive, due = utc(moment), known.after(moment, length)
        found = [it for it in terms if it.starts_at <= naive < it.ends_at]
        if due is None:
            assert not found
        else:
            (term,) = found
            later = naive - term.starts_at if term.is_open else timedelta()
            assert (term.day, term.due_at + later) == (naive.date(), utc(due))


def _calendar(name: str) -> Calendar:
    """The opening hours of random worlds."""
    week = tuple(HOURS[name].get(day, ()) for day in range(7))
    return Calendar(name, ZONE.key, week)


# --- how many ------------------------------------------------------------------------------------


def asked_four_times() -> list[dict[str, Any]]:
    """On Fridays at 16:30: answered at 20:00, on Monday at 9:30 and at 9:31, and never."""
    rows = []
    for n, answered in enumerate(["11T20:00", "14T09:30", "14T09:31", None]):
        asked = local("2026-09-11T16:30")
        for account, writer in (("1", "ville"), ("2", "metro")):
            key = {"account_id": account}
            rows.append(asks(f"{writer}{n}", asked, author_id=f"c{n}", **key))
            if answered:
                when = local(f"2026-09-{answered}")
                reply = {"citizen": f"c{n}", "author_id": account}
                rows.append(answers(f"{writer}a{n}", f"{writer}{n}", when, **key, **reply))
    return rows


@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_a_promise_runs_on_the_clock_that_it_names(clock: str) -> None:
    found = board(asked_four_times(), towns("65h", "1h open"), clock=clock, icc=0.0)

    ville, metro = values(found, "ville"), values(found, "metro")
    assert (ville["within_promise"], metro["within_promise"]) == (0.5, 0.5)
    assert ville["response_rate"] == 0.75
    low, high = ville["within_promise_low"], ville["within_promise_high"]
    assert (low, high) == pytest.approx((0.1500, 0.8500), abs=5e-5)  # Wilson's of 2 of 4


def test_only_what_was_over_at_the_horizon_can_be_judged() -> None:
    beyond = board(asked_four_times(), towns("3d", "40h open"), horizon="48h")
    at_once = board(asked_four_times(), towns("48h", ""), horizon="48h")

    for body_id in ("ville", "metro"):
        assert values(beyond, body_id)["within_promise"] is None
        assert values(beyond, body_id)["within_promise_low"] is None
    note = "promises that are longer than the horizon have no value: "
    assert f"{note}{METRO.name} (40h open), {VILLE.name} (3d)" in beyond.notes
    assert not [it for it in at_once.notes if it.startswith(note)]
    assert values(at_once)["within_promise"] == 0.25
    assert values(at_once, "metro")["within_promise"] is None


def test_a_line_of_several_bodies_counts_those_that_promise_something() -> None:
    lines = breakdown(asked_four_times(), "network", towns("24h"), icc=0.0).lines

    (line,) = lines
    assert line.pooled["within_promise"] == 0.25
    assert line.pooled["within_promise_high"] == pytest.approx(0.6994, abs=5e-5)


def test_a_category_that_promises_open_time_needs_opening_hours() -> None:
    promises = {"ville": "8h open"}

    with pytest.raises(UsageError, match=r"Ville de Montsabran is 8h open, and .* in the panel"):
        board([asks("q", at(1))], towns("", calendar=""), promises=promises)


def test_a_table_shows_the_promise_beside_how_often_it_is_kept() -> None:
    show = ["within_promise"]
    table = render(board(asked_four_times(), towns("65h"), show=show, icc=0.0), "markdown")

    header, _, ville, metro = [line for line in table.splitlines() if line.startswith("|")][:4]
    assert "within promise (95 %)" in header
    assert "promise |" in header
    assert "50 % (15–85) | 65h |" in ville + metro
