"""Notes: what a scoreboard says of an unusual period, and of a panel that was edited."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from worlds import METRO, PANEL, VILLE, answers, asks, at, board, breakdown, values

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body
from socialscore.model.period import parse_period
from socialscore.reporters import render
from socialscore.scoring.comparison import compare
from socialscore.scoring.notes import of_accounts, of_panels, of_period

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Scoreboard

COVERED = (datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
THEN, NOW = "2026-W37", "2026-W38"
WEEK = parse_period("2026-W41", ZoneInfo("Europe/Paris"), covered=COVERED)  # 5 to 11 October


def notes(label: str, timezone: str = "Europe/Paris") -> list[str]:
    return list(of_period(parse_period(label, ZoneInfo(timezone), covered=COVERED)))


# --- the period --------------------------------------------------------------------------------


def test_an_ordinary_period_has_no_notes() -> None:
    for label in ("2026-W46", "2026-11", "2026-Q3", "2026-10-01..2026-10-07"):
        assert notes(label) == []


@pytest.mark.parametrize(
    ("label", "note"),
    [
        ("2026-W43", "clocks go back on 25 Oct 2026: the period has 169 hours"),
        ("2026-W13", "clocks go forward on 29 Mar 2026: the period has 167 hours"),
        ("2026-10", "clocks go back on 25 Oct 2026: the period has 745 hours"),
        ("2026-03", "clocks go forward on 29 Mar 2026: the period has 743 hours"),
        ("2026-Q4", "clocks go back on 25 Oct 2026: the period has 2,209 hours"),
        ("2026-10-24..2026-10-25", "clocks go back on 25 Oct 2026: the period has 49 hours"),
        (
            "2026-10-25T02:30+02:00..2026-10-25T02:30+01:00",
            "clocks go back on 25 Oct 2026: the period has 1 hour",
        ),
        (
            "2026-03-01..2026-10-31",
            "clocks go forward on 29 Mar 2026 and back on 25 Oct 2026: the period has 5,880 hours",
        ),
        ("2024-01-01..2025-12-31", "clocks change 4 times: the period has 17,544 hours"),
        ("all", "clocks go back on 25 Oct 2026: the period has 4,344 hours"),
    ],
)
def test_a_change_of_clocks_is_noted_with_the_hours_that_there_are(label: str, note: str) -> None:
    assert notes(label) == [note]


@pytest.mark.parametrize(
    ("label", "timezone", "note"),
    [
        ("2026-W43", "UTC", None),
        ("2026-W43", "Indian/Reunion", None),
        ("2026-W44", "America/New_York", "back on 1 Nov 2026: the period has 169 hours"),
        ("2026-W40", "Australia/Lord_Howe", "forward on 4 Oct 2026: the period has 167.5 hours"),
        # Clocks go at midnight: the day begins at one.
        ("2026-W36", "America/Santiago", "forward on 6 Sep 2026: the period has 167 hours"),
        ("2026-W14", "America/Santiago", "back on 4 Apr 2026: the period has 169 hours"),
    ],
)
def test_clocks_are_those_of_the_timezone(label: str, timezone: str, note: str | None) -> None:
    assert notes(label, timezone) == ([f"clocks go {note}"] if note else [])


def test_a_period_that_ends_before_the_clocks_change_is_ordinary() -> None:
    assert notes("2026-10-20..2026-10-24") == []
    assert notes("2026-10-26..2026-10-27") == []
    assert notes("2026-10-20..2026-10-25T02:59") == []


def test_a_53rd_week_is_noted_and_where_it_lies() -> None:
    assert notes("2026-W53") == [
        "2026-W53 is a 53rd week, which only some years have",
        "2026-W53 reaches from 28 Dec 2026 to 3 Jan 2027; ISO weeks belong to the year of their "
        "Thursday",
    ]


def test_a_first_week_that_begins_in_the_old_year_is_noted() -> None:
    assert notes("2026-W01") == [
        "2026-W01 reaches from 29 Dec 2025 to 4 Jan 2026; ISO weeks belong to the year of their "
        "Thursday"
    ]


def test_a_week_that_touches_a_year_end_lies_in_one_year() -> None:
    assert notes("2024-W01") == []  # begins on 1 January
    assert notes("2023-W52") == []  # ends on 31 December


# --- accounts that began or ended in the period ------------------------------------------------


def body(*accounts: Account) -> Body:
    return Body("ville", "Ville de Montsabran", "ville", accounts)


BEGUN = Account("twitter", "1", "montsabran", valid_from=date(2026, 10, 7))
ENDED = Account("twitter", "1", "montsabran", valid_until=date(2026, 10, 9))


def of(*accounts: Account) -> list[str]:
    return list(of_accounts([body(*accounts)], ["twitter"], WEEK))


def test_an_account_that_began_or_ended_in_the_period_is_noted() -> None:
    whose = "the account @montsabran (twitter) of Ville de Montsabran counts"

    assert of(BEGUN) == [f"{whose} from 7 Oct 2026 only"]
    assert of(ENDED) == [f"{whose} until 8 Oct 2026 only"]


@pytest.mark.parametrize("day", [date(2026, 10, 5), date(2026, 10, 12), date(2026, 9, 1)])
def test_an_account_that_began_or_ended_with_the_period_or_elsewhere_is_not(day: date) -> None:
    assert of(replace(BEGUN, valid_from=day), replace(ENDED, account_id="2", valid_until=day)) == []


def test_an_account_on_a_network_that_does_not_count_is_not() -> None:
    assert of(replace(BEGUN, network="facebook")) == []


def test_an_account_that_was_renamed_in_the_period_is_noted_once() -> None:
    later = replace(BEGUN, handle="montsabran_ville", valid_from=date(2026, 10, 9))

    assert of(ENDED, later) == [
        "the account @montsabran (twitter) of Ville de Montsabran is @montsabran_ville "
        "from 9 Oct 2026"
    ]


def test_an_account_with_another_role_from_some_day_needs_no_note() -> None:
    assert of(ENDED, replace(BEGUN, role="care", valid_from=date(2026, 10, 9))) == []


def test_an_account_that_passes_from_one_body_to_another_is_noted_for_both() -> None:
    port = Body("port", "Port de Lanmeur", "", (replace(BEGUN, valid_from=date(2026, 10, 9)),))

    found = of_accounts([port, body(ENDED)], ["twitter"], WEEK)

    assert found == (
        "the account @montsabran (twitter) of Port de Lanmeur counts from 9 Oct 2026 only",
        "the account @montsabran (twitter) of Ville de Montsabran counts until 8 Oct 2026 only",
    )


def test_many_accounts_are_noted_on_some_lines_only() -> None:
    found = of(*(replace(BEGUN, account_id=str(n)) for n in range(25)))

    assert len(found) == 11
    assert found[-1] == "15 other accounts began or ended in the period"


# --- panels that were edited -------------------------------------------------------------------


def edited(*bodies: Body, before: tuple[Body, ...] = (METRO, VILLE)) -> list[str]:
    """The notes below the line of counts, which is like its sum."""
    first, *lines = of_panels(before, bodies, "2026-W45")
    assert first.startswith("the panel was edited since 2026-W45")
    return lines


def test_a_body_that_was_renamed_is_noted_with_its_old_name() -> None:
    renamed = replace(VILLE, name="Montsabran-les-Bains")

    assert of_panels((METRO, VILLE), (METRO, renamed), "2026-W45") == (
        "the panel was edited since 2026-W45: 1 renamed",
        "renamed: Montsabran-les-Bains (was called Ville de Montsabran in 2026-W45)",
    )


def test_a_body_that_joined_is_noted() -> None:
    assert edited(METRO, VILLE, before=(METRO,)) == ["joined the panel: Ville de Montsabran"]


def test_a_body_that_left_is_noted() -> None:
    assert edited(METRO) == ["left the panel: Ville de Montsabran"]


def test_a_body_that_moved_to_another_category_is_noted() -> None:
    found = edited(replace(METRO, category=""), replace(VILLE, category="métropole"))

    assert found == [
        "moved to another category: Métro de Valdoine (from transport to none), "
        "Ville de Montsabran (from ville to métropole)"
    ]


@pytest.mark.parametrize(
    ("accounts", "what"),
    [
        ((*VILLE.accounts, Account("facebook", "9", "montsabran")), "added @montsabran (facebook)"),
        ((), "removed @montsabran (twitter)"),
        (
            (Account("twitter", "8", "montsabran_ville"),),
            "added @montsabran_ville (twitter), removed @montsabran (twitter)",
        ),
        (
            (replace(VILLE.accounts[0], handle="montsabran_ville"),),
            "@montsabran (twitter): now @montsabran_ville",
        ),
        (
            (replace(VILLE.accounts[0], valid_from=date(2026, 9, 1)),),
            "@montsabran (twitter): other dates or another role",
        ),
        (
            (replace(VILLE.accounts[0], closed=True),),
            "@montsabran (twitter): other dates or another role",
        ),
    ],
)
def test_a_body_with_other_accounts_is_noted(accounts: tuple[Account, ...], what: str) -> None:
    found = edited(METRO, replace(VILLE, accounts=accounts))

    assert found == [f"other accounts: Ville de Montsabran ({what})"]


def test_a_body_with_other_opening_hours_is_noted() -> None:
    assert edited(METRO, replace(VILLE, calendar="office")) == [
        "other opening hours: Ville de Montsabran"
    ]


def test_the_first_line_counts_all_edits() -> None:
    before = (METRO, VILLE, Body("port", "Port de Lanmeur"))
    after = (
        replace(METRO, name="Métro"),
        replace(VILLE, category="métropole", accounts=()),
        *(Body(f"b{n}", f"Bourg {n:02d}") for n in range(2)),
    )

    first, *lines = of_panels(before, after, "2026-W45")

    assert first == (
        "the panel was edited since 2026-W45: 2 joined, 1 left, 1 renamed, 1 in another category, "
        "1 with other accounts"
    )
    assert len(lines) == 5


@pytest.mark.parametrize(("n_bodies", "end"), [(10, "Bourg 09"), (11, "and 1 other"),
                                               (22, "and 12 others")])  # fmt: skip
def test_a_long_list_ends_with_how_many_more_there_are(n_bodies: int, end: str) -> None:
    many = tuple(Body(f"b{n}", f"Bourg {n:02d}") for n in range(n_bodies))

    (found,) = edited(METRO, VILLE, *many)

    assert found.endswith(f", {end}")
    assert found.count("Bourg") == min(n_bodies, 10)


def test_accounts_that_are_not_known_are_not_compared() -> None:
    published = tuple(replace(it, accounts=(), calendar="") for it in (METRO, VILLE))

    found = of_panels(published, (METRO, replace(VILLE, calendar="office")), "2026-W45")

    assert found == ("the panel was edited since 2026-W45",)


# --- on scoreboards ----------------------------------------------------------------------------


def week(period: str, panel: Panel = PANEL, **options: Any) -> Scoreboard:
    rows = [asks(str(n), at(n), author_id=f"c{n}", account_id=str(1 + n % 2)) for n in range(60)]
    return board(rows, panel, period=period, **options)


def test_a_scoreboard_has_the_notes_of_its_period_and_its_accounts() -> None:
    late = Account("twitter", "1", "montsabran", valid_from=date(2026, 10, 21))
    panel = Panel("test", (METRO, replace(VILLE, accounts=(late,))))

    found = week("2026-W43", panel, timezone="Europe/Paris")

    assert found.notes == (
        "clocks go back on 25 Oct 2026: the period has 169 hours",
        "the account @montsabran (twitter) of Ville de Montsabran counts from 21 Oct 2026 only",
    )


def test_bodies_that_are_not_ranked_have_no_notes() -> None:
    late = Account("twitter", "1", "montsabran", valid_from=date(2026, 10, 21))
    panel = Panel("test", (METRO, replace(VILLE, accounts=(late,))))

    assert week("2026-W43", panel, categories=["transport"]).notes == ()


def test_a_breakdown_has_the_notes_of_its_period() -> None:
    found = breakdown([], "day", period="2026-10", timezone="Europe/Paris")

    assert found.scoreboard.notes == ("clocks go back on 25 Oct 2026: the period has 745 hours",)


EARLIER = [
    asks("today", at(1)),
    asks("earlier", at(2), rulebook="another"),
    asks("unknown", at(3), rulebook=None, account_id="2"),
    answers("answer", "today", at(4), rulebook="another"),
]
JUDGED = "3 of 4 messages were judged by earlier rules: `import` or `collect` judges again those"


def test_messages_that_earlier_rules_judged_are_counted() -> None:
    found = board(EARLIER)

    [note] = found.notes
    assert note.startswith(JUDGED)
    assert values(found) | {"n_judged": 3, "n_judged_earlier": 2} == values(found)
    assert breakdown(EARLIER, "category").scoreboard.notes == found.notes
    for name in ("table", "json", "markdown"):
        assert JUDGED[:40] in " ".join(render(found, name).split())


def test_only_messages_that_matter_for_the_ranking_are_counted() -> None:
    week = {"period": "2026-09-14..2026-09-20", "horizon": "1d"}
    far = [asks("before", at(1), rulebook=None), asks("after", at(30), rulebook=None)]
    other = [asks("other", at(9), rulebook=None, account_id="2")]

    assert board([asks("m", at(9)), *far], **week).notes == ()
    assert board([asks("m", at(9)), *other], categories=("ville",), **week).notes == ()
    found = breakdown([asks("m", at(9)), *other], "day", categories=("ville",), **week)
    assert found.scoreboard.notes == ()


def test_panels_that_are_the_same_have_no_notes() -> None:
    assert compare(week(NOW), week(THEN)).notes == ()


def test_a_comparison_notes_what_was_edited_after_the_notes_of_the_period() -> None:
    renamed = replace(METRO, name="Métro et tram de Valdoine")
    joined = Body("port", "Port de Lanmeur", "transport", (Account("twitter", "7", "lanmeur"),))
    late = "2026-W43"

    found = compare(
        week(late, Panel("test", (renamed, joined)), timezone="Europe/Paris"),
        week("2026-W42", timezone="Europe/Paris"),
    )

    assert found.notes == (
        "clocks go back on 25 Oct 2026: the period has 169 hours",
        "the panel was edited since 2026-W42: 1 joined, 1 left, 1 renamed",
        "joined the panel: Port de Lanmeur",
        "left the panel: Ville de Montsabran",
        "renamed: Métro et tram de Valdoine (was called Métro de Valdoine in 2026-W42)",
    )


def test_what_joined_and_is_ranked_is_new_and_what_left_and_was_ranked_is_gone() -> None:
    found = compare(week(NOW, Panel("test", (VILLE,))), week(THEN, Panel("test", (METRO,))))

    (line,) = found.scores
    assert (line.rank, line.change and line.change.previous_rank) == (1, None)
    assert found.gone == (METRO,)
    assert found.notes[1:] == (
        "joined the panel: Ville de Montsabran", "left the panel: Métro de Valdoine",
    )  # fmt: skip


def test_a_body_that_left_is_noted_though_it_was_not_ranked() -> None:
    found = compare(week(NOW, Panel("test", (VILLE,))), week(THEN, min_requests=100))

    assert found.gone == ()
    assert "left the panel: Métro de Valdoine" in found.notes


def test_panels_may_be_given_where_the_scoreboards_name_no_accounts() -> None:
    """As what was published does."""
    before = PANEL
    after = Panel("test", (METRO, replace(VILLE, accounts=())))
    then, now = week(THEN, before), week(NOW, after)
    published = replace(
        then, scores=tuple(replace(s, body=replace(s.body, accounts=())) for s in then.scores)
    )

    assert compare(now, published).notes == ("the panel was edited since 2026-W37",)
    assert compare(now, published, panel=after, earlier_panel=before).notes == (
        "the panel was edited since 2026-W37: 1 with other accounts",
        "other accounts: Ville de Montsabran (removed @montsabran (twitter))",
    )


def test_the_notes_do_not_depend_on_the_ranks() -> None:
    """Panels are in order of body_id, scores in order of rank: names stand in order."""
    before, after = Panel("test", ()), PANEL
    empty = replace(week(THEN), scores=(), panel_digest=before.digest)

    given = compare(week(NOW), empty, panel=after, earlier_panel=before)

    assert given.notes == compare(week(NOW), empty).notes
    assert given.notes[1] == "joined the panel: Métro de Valdoine, Ville de Montsabran"


@pytest.mark.parametrize("name", ["table", "markdown", "json"])
def test_every_note_is_in_the_output(name: str) -> None:
    """Of a year-end, a 53rd week, and a panel that was edited."""
    found = compare(
        replace(week(NOW), notes=tuple(notes("2026-W53"))),
        week(THEN, Panel("test", (replace(VILLE, name="Montsabran"),))),
    )

    text = render(found, name)

    assert len(found.notes) == 5
    if name == "json":
        assert json.loads(text)["notes"] == list(found.notes)
    else:
        flat = " ".join(text.replace("\\", "").split())
        assert all(note in flat for note in found.notes)
