"""Who has an account, and who uses it: the relation, and the command that counts both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from shell import Result, begin, run
from worlds import END, METRO, PANEL, VILLE, answers, asks, world

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body
from socialscore.scoring import MessageSource, MessageTable
from socialscore.scoring.adoption import Activity, activity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    assert ("ville" in found.active) is is_active
    assert "metro" not in found.active


def test_what_is_written_at_as_of_or_later_does_not_count() -> None:
    moment = END - 10 * DAY

    assert not look(posts(moment), as_of=moment).active
    assert look(posts(moment), as_of=moment + SECOND).active == {"ville"}


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

    assert look(row, panel=Panel("test", (both,)), networks=["twitter"]).active == {"ville"}
    assert not look(row, panel=Panel("test", (both,)), networks=["mastodon"]).active


def test_an_account_counts_while_it_is_the_bodys() -> None:
    given_up = (END - 3 * DAY).date()
    former = Account("twitter", "1", "montsabran", valid_until=given_up)
    panel = Panel("test", (Body("ville", "Ville", "ville", (former,)),))

    assert look(posts(END - 4 * DAY), panel=panel).active == {"ville"}
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
    assert (found.active, found.unseen) == ({"ville"}, {"metro"})
    assert look(posts(END - DAY)).unseen == frozenset()


def test_a_body_without_an_account_is_not_unseen() -> None:
    panel = Panel("test", (METRO, VILLE, Body("gare", "Gare", "transport")))

    assert not look(panel=panel).unseen


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
    assert result.code == 0, result.err
    return [line.replace(" %", "%").split() for line in result.out.splitlines()[1:]]


@pytest.mark.usefixtures("_there")
def test_both_adoptions_are_counted_by_category() -> None:
    result = run("adoption", "--panel", "towns.csv")

    header = result.out.splitlines()[0].split()
    assert header == [
        "category",
        "bodies",
        "with",
        "account",
        "adoption",
        "active",
        "active_adoption",
    ]
    assert table(result) == [
        ["transport", "1", "1", "100%", "1", "100%"],
        ["ville", "3", "2", "67%", "0", "0%"],
    ]
    assert result.err == "active: a post of its own, 11 Sep – 10 Oct 2026 (Europe/Paris)\n"


@pytest.mark.usefixtures("_there")
def test_the_days_before_another_moment_may_be_asked_for() -> None:
    result = run("adoption", "--panel", "towns.csv", "--as-of", "2026-09-20")

    assert table(result) == [
        ["transport", "1", "1", "100%", "0", "0%"],
        ["ville", "3", "2", "67%", "1", "33%"],
    ]


@pytest.mark.usefixtures("_there")
def test_bodies_that_were_not_collected_then_are_told_of() -> None:
    result = run("adoption", "--panel", "towns.csv", "--as-of", "2027-01-01")

    assert result.err.endswith(
        "; of 3 bodies with an account, posts of these days were not collected\n"
    )


@pytest.mark.usefixtures("_there")
def test_without_a_panel_the_bodies_are_those_that_the_store_knows() -> None:
    assert [row[:2] for row in table(run("adoption"))] == [["transport", "1"], ["ville", "3"]]


def test_without_a_store_adoption_stands_alone_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, monkeypatch)
    (tmp_path / "towns.csv").write_text(TOWNS, encoding="utf-8")

    result = run("adoption", "--panel", "towns.csv")

    assert result.out.splitlines()[0].split() == [
        "category",
        "bodies",
        "with",
        "account",
        "adoption",
    ]
    assert table(result) == [["transport", "1", "1", "100%"], ["ville", "3", "2", "67%"]]
    assert result.err.startswith("socialscore: no active_adoption, for ")
    assert "socialscore-data has nothing of these bodies yet; `socialscore import" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("_there")
def test_of_bodies_that_the_store_does_not_know_adoption_stands_alone(tmp_path: Path) -> None:
    other = tmp_path / "others.csv"
    other.write_text("body_id,body,network,handle\nbreizel,Breizel,twitter,breizel\n")

    result = run("adoption", "--panel", other)

    assert table(result) == [["–", "1", "1", "100%"]]
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
