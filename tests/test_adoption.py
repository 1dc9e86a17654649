"""Who has an account, and who uses it: the relation, and the command that counts both."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from shell import Result, begin, run
from worlds import END, METRO, PANEL, VILLE, answers, asks, world

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.adoption import ANYWHERE
from socialscore.model.messages import Account, Body
from socialscore.scoring import MessageSource, MessageTable
from socialscore.scoring.adoption import Activity, activity, adoption, compared_with, held
from socialscore.scoring.uncertainty import newcombe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from socialscore.model.adoption import AdoptionLine

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def posts(when: datetime, **columns: Any) -> dict[str, Any]:
    """A post of the city of Montsabran to nobody, unless the columns say otherwise."""
    return (
        answers("p", None, when, kind="post", reply_to_author_id=None, addressed_ids=[]) | columns
    )


def look(
    *rows: dict[str, Any], panel: Panel = PANEL, as_of: datetime | None = None, **options: Any
) -> Activity:
    ranking = load_ranking(None, {"timezone": "UTC"} | options)
    found = activity(MessageSource(world(list(rows), panel)), panel, ranking, as_of=as_of)
    assert found
    return found


# --- the 30 days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "is_active"),
    [
        (END - 30 * DAY - SECOND, False),
        (END - 30 * DAY, True),
        (END - SECOND, True),
    ],
)
def test_a_post_of_the_last_thirty_days_makes_active(when: datetime, is_active: bool) -> None:
    found = look(posts(when))

    assert (found.since, found.as_of) == (END - 30 * DAY, END)
    assert found.active == ({("ville", "twitter")} if is_active else set())


def test_what_is_written_at_as_of_or_later_does_not_count() -> None:
    moment = END - 10 * DAY

    assert not look(posts(moment), as_of=moment).active
    assert look(posts(moment), as_of=moment + SECOND).active == {("ville", "twitter")}


def test_thirty_days_are_counted_by_the_calendar_of_the_ranking() -> None:
    end = datetime(2026, 11, 6, 23, tzinfo=UTC)  # midnight in Paris, after the clocks went back

    found = look(as_of=end, timezone="Europe/Paris")

    assert found.since.isoformat() == "2026-10-08T00:00:00+02:00"


@pytest.mark.parametrize(
    ("columns", "is_active"),
    [
        ({"kind": "post"}, True),
        ({"kind": "reply"}, True),
        ({"kind": "repost"}, False),
        ({"kind": "direct"}, False),
        ({"author_id": "citizen"}, False),
    ],
)
def test_active_is_who_writes_in_its_own_words_and_in_public(
    columns: dict[str, str], is_active: bool
) -> None:
    assert bool(look(posts(END - DAY, **columns)).active) is is_active


def test_a_message_to_a_body_does_not_make_it_active() -> None:
    assert not look(asks("q", END - DAY)).active


def test_another_network_does_not_make_active_on_the_one_asked_for() -> None:
    both = Body("ville", "Ville", "ville", (*VILLE.accounts, Account("mastodon", "8", "ville")))
    row = posts(END - DAY)

    assert look(row, panel=Panel("test", (both,)), networks=["twitter"]).active == {
        ("ville", "twitter")
    }
    assert not look(row, panel=Panel("test", (both,)), networks=["mastodon"]).active


def test_an_account_counts_while_it_is_the_bodys() -> None:
    given_up = (END - 3 * DAY).date()
    former = Account("twitter", "1", "montsabran", valid_until=given_up)
    panel = Panel("test", (Body("ville", "Ville", "ville", (former,)),))

    assert look(posts(END - 4 * DAY), panel=panel).active == {("ville", "twitter")}
    assert not look(posts(END - 2 * DAY), panel=panel).active


# --- what nobody collected -----------------------------------------------------------------------


def test_where_nothing_was_collected_nobody_can_say() -> None:
    nothing = world([], Panel("empty", ()))

    assert activity(MessageSource(nothing), PANEL, load_ranking()) is None


def test_a_body_of_which_no_posts_were_collected_then_is_unseen() -> None:
    whole = world([posts(END - DAY)])
    is_metro_outbound = [
        row["account_id"] == "2" and row["stream"] == "outbound"
        for row in whole.covered.to_pylist()
    ]
    partial = MessageTable(
        whole.table, whole.covered.filter([not out for out in is_metro_outbound])
    )

    found = activity(MessageSource(partial), PANEL, load_ranking())

    assert found
    assert (found.active, found.unseen) == ({("ville", "twitter")}, {("metro", "twitter")})
    assert look(posts(END - DAY)).unseen == frozenset()


def test_a_body_without_an_account_is_not_unseen() -> None:
    panel = Panel("test", (METRO, VILLE, Body("gare", "Gare", "transport")))

    assert not look(panel=panel).unseen


def test_days_may_be_fewer_or_more() -> None:
    source = MessageSource(world([posts(END - 40 * DAY)]))

    def active(days: int) -> bool:
        found = activity(source, PANEL, load_ranking(), days=days)
        assert found
        return bool(found.active)

    assert (active(7), active(41)) == (False, True)


# --- counting ------------------------------------------------------------------------------------

CATEGORIES = {"a": "ville", "b": "ville", "c": "ville", "d": "région"}
HELD = {"a": {"twitter", "facebook"}, "b": {"facebook"}, "d": {"twitter"}}


def shares(lines: Sequence[AdoptionLine]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(it.category, it.network): (it.with_account.n, it.with_account.of) for it in lines}


def test_each_category_is_counted_on_each_network_and_on_any() -> None:
    lines = adoption(CATEGORIES, HELD, ["twitter", "facebook"])

    assert shares(lines) == {
        ("région", ANYWHERE): (1, 1), ("région", "twitter"): (1, 1), ("région", "facebook"): (0, 1),
        ("ville", ANYWHERE): (2, 3), ("ville", "twitter"): (1, 3), ("ville", "facebook"): (2, 3),
    }  # fmt: skip


def test_bodies_are_counted_and_not_accounts() -> None:
    two = (*VILLE.accounts, Account("twitter", "9", "montsabran_info"))
    panel = Panel("test", (Body("ville", "Ville", "ville", two), METRO))

    assert held(panel, END.date()) == {"ville": {"twitter"}, "metro": {"twitter"}}


def test_on_one_network_any_of_them_would_say_the_same() -> None:
    lines = adoption(CATEGORIES, HELD, ["twitter"])

    assert list(shares(lines)) == [("région", "twitter"), ("ville", "twitter")]


def test_intervals_are_those_of_wilson() -> None:
    from statsmodels.stats.proportion import proportion_confint

    (line,) = adoption(dict.fromkeys("abcdefg", ""), {"a": {"twitter"}}, ["twitter"])

    expected = proportion_confint(1, 7, method="wilson")
    assert (line.with_account.low, line.with_account.high) == pytest.approx(expected)


def test_whose_posts_nobody_collected_is_counted_apart_and_not_as_inactive() -> None:
    posted = Activity(END - 30 * DAY, END, frozenset({("a", "facebook")}), frozenset(
        {("a", "twitter"), ("b", "facebook")}
    ))  # fmt: skip

    lines = adoption(CATEGORIES, HELD, ["twitter", "facebook"], posted)

    of_towns = {it.network: (it.active and it.active.n, it.n_unseen) for it in lines[3:]}
    assert of_towns == {ANYWHERE: (1, 1), "twitter": (0, 1), "facebook": (1, 1)}


def test_two_dates_are_compared_in_points() -> None:
    towns = [
        Body(
            f"town-{n}",
            f"Town {n}",
            "ville",
            (Account("twitter", f"{n}", f"town{n}", valid_from=date(2026, 1 + n % 12, 1)),),
        )
        for n in range(60)
    ]
    panel = Panel("towns", tuple(towns))
    then, now = held(panel, date(2026, 3, 1)), held(panel, date(2026, 9, 30))
    categories = {it.body_id: it.category for it in towns}

    (line,) = compared_with(
        adoption(categories, now, ["twitter"]), adoption(categories, then, ["twitter"])
    )

    assert (line.before and line.before.n, line.with_account.n) == (15, 45)
    assert line.difference == newcombe((15, 60), (45, 60))


def test_a_category_that_is_new_is_compared_with_nothing() -> None:
    earlier = adoption({"a": "ville"}, HELD, ["twitter"])

    lines = compared_with(adoption(CATEGORIES, HELD, ["twitter"]), earlier)

    assert [(it.category, bool(it.difference)) for it in lines] == [
        ("région", False), ("ville", True),
    ]  # fmt: skip


# --- the barometer of 2013 -----------------------------------------------------------------------

BAROMETER = {  # bodies, and how many are on X and on Facebook
    "ville": (50, 34, 42),
    "région": (26, 21, 24),
}


@pytest.fixture(scope="module")
def barometer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel of invented regions and cities, as many of which can be reached as in 2013."""
    rows = ["body_id,body,category,network,handle"]
    for category, (n_bodies, *n_on) in BAROMETER.items():
        for n in range(n_bodies):
            body = f"{category}-{n},{category} {n},{category}"
            first, last = n < n_on[0], n >= n_bodies - n_on[1]
            rows += [f"{body},X,{category[0]}{n}"] if first else []
            rows += [f"{body},FB,{category[0]}.accueil.{n}"] if last else []
            rows += [] if first or last else [f"{body},,"]
    path = tmp_path_factory.mktemp("barometer") / "barometer.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_barometer_comes_out_as_a_table(barometer: Path) -> None:
    result = run("adoption", barometer)

    assert (result.code, result.err) == (0, "")
    lines = [re.split(r"\s{2,}", line)[:5] for line in result.out.splitlines()[1:]]
    assert [[*line[:2], line[4].split(" (")[0]] for line in lines if line[1] != "any"] == [
        ["région", "X", "81 %"], ["région", "Facebook", "92 %"],
        ["ville", "X", "68 %"], ["ville", "Facebook", "84 %"],
    ]  # fmt: skip


def test_the_barometer_comes_out_as_records(barometer: Path) -> None:
    as_csv = run("adoption", barometer, "--format", "csv").out
    as_json = run("adoption", barometer, "--format", "json").out

    rows = list(csv.DictReader(as_csv.splitlines()))
    found = {(row["category"], row["network"]): row for row in rows}
    assert {key: row["adoption"] for key, row in found.items() if key[1]} == {
        ("région", "twitter"): "0.807692", ("région", "facebook"): "0.923077",
        ("ville", "twitter"): "0.68", ("ville", "facebook"): "0.84",
    }  # fmt: skip
    assert found["ville", "twitter"]["n_active"] == ""  # nobody knows without a store
    assert [row["adoption"] for row in json.loads(as_json)] == [
        pytest.approx(float(row["adoption"]), abs=1e-6) for row in rows
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_barometer_comes_out_as_a_picture(
    barometer: Path, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "barometer.svg"

    result = run("adoption", barometer, "--output", path, "--labels", language)

    assert (result.code, result.err) == (0, "")
    svg = path.read_text(encoding="utf-8")
    drawn = re.findall(r'data-network="(\w+)" data-share="([\d.]+)"', svg)
    assert drawn == [
        ("twitter", "0.807692"), ("facebook", "0.923077"),
        ("twitter", "0.68"), ("facebook", "0.84"),
    ]  # fmt: skip
    assert {"en": "Who can be reached", "fr": "Qui est joignable"}[language] in svg


# --- the command ---------------------------------------------------------------------------------

TOWNS = """\
body_id,body,category,network,account_id,handle
ville,Ville de Montsabran,ville,twitter,1,montsabran
roz,Roz,ville,twitter,2,roz
armor,Armorelle,ville,,,
metro,Métro de Valdoine,transport,twitter,3,valdoine
"""
MESSAGES = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
101,1,montsabran,2026-09-02T08:00Z,La piscine ouvre lundi.,
102,3,valdoine,2026-10-07T08:00Z,@ida La ligne 2 circule.,
103,901,ida,2026-10-09T08:00Z,@roz Où est le marché ?,
"""
COVERED = "2026-09-01..2026-10-10"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with settings, a panel and a store, which no test changes."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        (folder / "towns.csv").write_text(TOWNS, encoding="utf-8")
        (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
        done = run("import", "messages.csv", "--panel", "towns.csv", "--covers", COVERED)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def _there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)


def table(result: Result) -> list[list[str]]:
    """The lines, without the intervals."""
    assert result.code == 0, result.err
    cells = (re.split(r"\s{2,}", line.strip()) for line in result.out.splitlines()[1:])
    return [[cell.split(" (")[0].replace(" %", "%") for cell in line] for line in cells]


@pytest.mark.usefixtures("_there")
def test_both_adoptions_are_counted_by_category() -> None:
    result = run("adoption", "--panel", "towns.csv")

    assert re.split(r"\s{2,}", result.out.splitlines()[0]) == [
        "category", "network", "bodies", "with account", "adoption (95 %)", "active",
        "active_adoption (95 %)",
    ]  # fmt: skip
    assert table(result) == [
        ["transport", "X", "1", "1", "100%", "1", "100%"],
        ["ville", "X", "3", "2", "67%", "0", "0%"],
    ]
    assert result.err == "active: a post of its own, 11 Sep – 10 Oct 2026 (Europe/Paris)\n"


@pytest.mark.usefixtures("_there")
def test_the_days_before_another_moment_may_be_asked_for() -> None:
    result = run("adoption", "--panel", "towns.csv", "--as-of", "2026-09-20")

    assert table(result) == [
        ["transport", "X", "1", "1", "100%", "0", "0%"],
        ["ville", "X", "3", "2", "67%", "1", "33%"],
    ]


@pytest.mark.usefixtures("_there")
def test_how_many_days_make_active_may_be_said() -> None:
    result = run("adoption", "--panel", "towns.csv", "--active-within", "60d")

    assert [line[-2] for line in table(result)] == ["1", "1"]
    assert "12 Aug – 10 Oct 2026" in result.err


@pytest.mark.usefixtures("_there")
def test_bodies_that_were_not_collected_then_are_told_of() -> None:
    result = run("adoption", "--panel", "towns.csv", "--as-of", "2027-01-01")

    assert result.err.endswith(
        "; of 3 bodies with an account, posts of these days were not collected\n"
    )


@pytest.mark.usefixtures("_there")
def test_an_earlier_panel_is_compared_with(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.csv"
    earlier.write_text(TOWNS.replace("twitter,2,roz", ",,"), encoding="utf-8")

    result = run("adoption", "towns.csv", "--compare-to", earlier)

    assert [line[-2:] for line in table(result)] == [["100%", "0"], ["33%", "+33"]]


def test_accounts_count_on_the_days_on_which_they_are_the_bodys(tmp_path: Path) -> None:
    panel = tmp_path / "dated.csv"
    panel.write_text(
        "body_id,body,network,handle,valid_from\n"
        "a,Amble,twitter,amble,2020-01-01\nb,Brae,twitter,brae,2024-01-01\n",
        encoding="utf-8",
    )

    result = run("adoption", panel, "--as-of", "2025-06-01", "--compare-to", "2021-06-01")

    assert table(result) == [["–", "X", "2", "2", "100%", "50%", "+50"]]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--active-within", "30"], "--active-within 30: write a number of days such as 30d"),
        (["--compare-to", "2013"], "--compare-to 2013: write a day such as 2026-11-23, or"),
        (["--panel", "other.csv"], "a PANEL is counted alone; leave out --panel, --store,"),
        (["--format", "png"], "name its file with --output FILE.png"),
        (["--active-within", "7d"], "a PANEL is counted alone"),
        (["--labels", "fr"], "--labels is for pictures: name one with --output FILE.svg"),
    ],
)
def test_what_is_wrong_is_said(barometer: Path, arguments: list[str], problem: str) -> None:
    result = run("adoption", barometer, *arguments)

    assert (result.code, result.out) == (2, "")
    assert problem in result.err


@pytest.mark.usefixtures("_there")
def test_without_a_panel_the_bodies_are_those_that_the_store_knows() -> None:
    assert [line[:3] for line in table(run("adoption"))] == [
        ["transport", "X", "1"], ["ville", "X", "3"],
    ]  # fmt: skip


def test_without_a_store_adoption_stands_alone_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, monkeypatch)
    (tmp_path / "towns.csv").write_text(TOWNS, encoding="utf-8")

    result = run("adoption", "--panel", "towns.csv")

    assert table(result) == [["transport", "X", "1", "1", "100%"], ["ville", "X", "3", "2", "67%"]]
    assert result.err.startswith("socialscore: no active_adoption, for ")
    assert "socialscore-data has nothing of these bodies yet; `socialscore import" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("_there")
def test_of_bodies_that_the_store_does_not_know_adoption_stands_alone(tmp_path: Path) -> None:
    other = tmp_path / "others.csv"
    other.write_text("body_id,body,network,handle\nbreizel,Breizel,twitter,breizel\n")

    result = run("adoption", "--panel", other)

    assert table(result) == [["–", "X", "1", "1", "100%"]]
    assert "has nothing of these bodies yet" in result.err


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["--network", "twiter"], 2, "unknown network 'twiter'; did you mean 'twitter'?"),
        (["--as-of", "soon"], 2, "--as-of soon: write a day or a time such as 2026-11-23T09:00"),
        (["--store", "missing"], 5, "missing: there is no store yet; `socialscore import"),
        (["--panel", "missing.csv"], 3, "missing.csv: the panel cannot be read"),
    ],
)
def test_a_mistake_costs_one_line_with_the_way_out(
    arguments: list[str], code: int, problem: str
) -> None:
    result = run("adoption", *arguments)

    assert (result.code, result.out) == (code, "")
    assert problem in result.err
    assert result.err.count("\n") == 1
