"""Months that are settled: rankings of their parts are those of the messages, to the last bit."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import ACCOUNTS, panel_of, side_by_side, written
from shell import run
from test_store import save
from worlds import ALL, PANEL, START, answers, asks, at, line

from socialscore.content import preset_names
from socialscore.engines.duckdb import DuckDB
from socialscore.errors import UsageError
from socialscore.model import Coverage
from socialscore.panel import format_panel
from socialscore.ranking import load_ranking
from socialscore.scoring import break_down, score
from socialscore.scoring.question import can_be_settled
from socialscore.scoring.settling import Month, settle
from socialscore.store.erasing import erase
from socialscore.store.lake import Store
from socialscore.store.settled import keep
from socialscore.store.wishes import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model import Scoreboard
    from socialscore.panel import Panel

FAR = START + timedelta(days=150)
SEPTEMBER = {"period": "2026-W38", "match": "conversation", "exclude": "default"}


class Watched(DuckDB):
    """Notes what it reads."""

    read: tuple[str, ...] = ()

    def relation(self, name: str, data: Any) -> None:
        Watched.read = (*Watched.read, name)
        super().relation(name, data)


@pytest.fixture(autouse=True)
def forget() -> None:
    Watched.read = ()


def is_read(name: str) -> bool:
    return name in Watched.read


def stored(
    folder: Path, rows: list[dict[str, Any]], panel: Panel = PANEL, until: datetime = FAR
) -> Store:
    """A store of messages, with every account in view until an instant."""
    store = Store.create(folder / "store", key_id="key")
    if panel is PANEL:
        store.remember(panel)
    save(store, *rows)
    cover(store, panel, START, until)
    return store


def cover(store: Store, panel: Panel, since: datetime, until: datetime) -> None:
    rows = [
        Coverage(account.network, account.account_id, stream, since, until)
        for _, account in panel.accounts()
        for stream in ("inbound", "outbound")
    ]
    store.cover(rows, run_id="run", collected_at=START)


def numbers(scoreboard: Scoreboard) -> dict[str, Any]:
    return {
        line.body.body_id: (line.rank, line.reason, dict(line.values)) for line in scoreboard.scores
    }


def ranked(store: Store, panel: Panel = PANEL, **options: Any) -> Mapping[str, Any]:
    """The numbers by what is settled, if it is, which are those of the messages."""
    as_of = options.pop("as_of", None)
    seen_until = options.pop("seen_until", None)
    ranking = load_ranking(None, ALL | SEPTEMBER | options)
    details = {"as_of": as_of, "seen_until": seen_until}
    by_messages = score(
        store, panel, ranking, engine=partial(DuckDB, takes_shortcuts=False), **details
    )
    Watched.read = ()
    found = score(store, panel, ranking, engine=Watched, **details)
    assert found == by_messages
    return numbers(found)


# --- the same numbers ----------------------------------------------------------------------------

OF_A_PERIOD = sorted(
    name
    for name in preset_names()
    if can_be_settled(load_ranking(None, {"preset": name, "calendar": "office"}))
)


def days(row: dict[str, Any], n: int) -> dict[str, Any]:
    """The row, some days later."""
    moments = {name: row[name] for name in ("sent_at", "deleted_at") if row.get(name)}
    return row | {name: moment + timedelta(days=n) for name, moment in moments.items()}


@settings(max_examples=15, database=None)
@given(
    st.integers(0, 2**64),
    st.sampled_from(OF_A_PERIOD),
    st.integers(0, 10),
    st.sampled_from(["2027-02-01", "2026-12-24", "2026-12-22", "2026-12-16", "2026-11-24"]),
)
def test_what_is_settled_ranks_as_the_messages_do(
    seed: int, preset: str, n_later: int, as_of: str
) -> None:
    random = Random(seed)
    panel = panel_of(2)
    worlds = [written(random, ACCOUNTS, random.randint(5, 60)) for _ in range(2)]
    rows = [days(row, n_later) for row in side_by_side(worlds)]
    options: dict[str, Any] = {"preset": preset, "calendar": "office"}
    until = datetime(2027, 2, 1, tzinfo=UTC)

    with TemporaryDirectory() as folder:
        store = stored(Path(folder), rows, panel, until)
        months = list(settle(store, panel, load_ranking(None, options)))
        assert {"2026-10", "2026-11"} <= {month.label for month in months}
        for period in ("2026-W44", "2026-10", "2026-10-24T11:00..2026-11-03"):
            ranking = load_ranking(None, options | {"period": period})
            by_messages = score(
                store, panel, ranking, as_of=as_of, engine=partial(DuckDB, takes_shortcuts=False)
            )
            Watched.read = ()
            found = score(store, panel, ranking, as_of=as_of, engine=Watched)
            assert found == by_messages
            if as_of == "2027-02-01":
                assert is_read("settled")
                assert not is_read("stored")


@pytest.mark.parametrize("by", ["network", "category", "day", "hour-of-week"])
def test_tables_by_something_else_are_the_same(tmp_path: Path, by: str) -> None:
    store = stored(tmp_path, ROWS)
    ranking = load_ranking(None, ALL | SEPTEMBER)
    exactly = break_down(store, PANEL, ranking, by, engine=partial(DuckDB, takes_shortcuts=False))
    list(settle(store, PANEL, ranking))

    assert break_down(store, PANEL, ranking, by, engine=Watched) == exactly
    assert is_read("settled")


# --- when it holds -------------------------------------------------------------------------------

ROWS = [
    *(asks(f"{n}0", at(days=7 + n, hours=9), author_id=f"citizen-{n}") for n in range(5)),
    *(
        answers(f"{n}1", f"{n}0", at(days=7 + n, hours=10), citizen=f"citizen-{n}")
        for n in range(3)
    ),
    asks("70", at(days=8), account_id="2"),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of which September and the months after it are settled, but for the last."""
    store = stored(tmp_path_factory.mktemp("settled"), ROWS)
    months = settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER))
    assert [month.label for month in months] == ["2026-09", "2026-10", "2026-11", "2026-12"]
    return store.root


@pytest.fixture
def store(tmp_path: Path, template: Path) -> Store:
    """The same in another place."""
    return Store.open(copytree(template, tmp_path / "store"))


def test_a_week_of_a_settled_month_reads_no_messages(store: Store) -> None:
    assert ranked(store)["ville"][2]["n_answered"] == 3
    assert is_read("settled")
    assert not is_read("stored")


@pytest.mark.parametrize(
    "options",
    [
        {"selection": "questions"},
        {"by": "within_24h"},
        {"min_requests": 3},
        {"clock": "business", "calendar": "office"},
        {"period": "2026-09-15..2026-10-02"},
        {"preset": "default", "unit": "message", "match": "conversation"},
    ],
    ids=str,
)
def test_other_ways_to_rank_the_same_requests_use_it(store: Store, options: Any) -> None:
    ranked(store, **options)

    assert is_read("settled")


@pytest.mark.parametrize(
    "options",
    [
        {"unit": "episode"},
        {"match": "direct"},
        {"horizon": "24h"},
        {"exclude": "none"},
        {"timezone": "Europe/Paris"},
        {"networks": ["twitter"]},
        {"ignore": ["citizen-1"]},
        {"responders": "same"},
        {"period": "2027-W03"},  # the month is not over for long enough
        {"period": "2026-12-28..2027-01-03"},
        {"as_of": "2026-10-15"},
    ],
    ids=str,
)
def test_other_requests_are_counted_from_messages(store: Store, options: Any) -> None:
    ranked(store, **options)

    assert is_read("stored")
    assert not is_read("settled")


def test_a_message_that_comes_late_is_counted(store: Store) -> None:
    save(store, asks("999", at(days=9), author_id="late"))

    assert ranked(store)["ville"][2]["n_requests"] == 6
    assert is_read("stored")


def test_a_message_after_all_that_matters_changes_nothing(store: Store) -> None:
    save(store, asks("999", at(days=120), author_id="late"))

    ranked(store)

    assert is_read("settled")


def test_a_deletion_that_is_learnt_of_late_is_counted(store: Store) -> None:
    row = asks("40", at(days=11, hours=9), author_id="citizen-4", deleted_at=at(days=11, hours=10))
    save(store, row)

    assert ranked(store)["ville"][2]["n_excluded_deleted"] == 1
    assert is_read("stored")


def test_it_is_settled_again_where_something_has_changed(store: Store) -> None:
    save(store, asks("999", at(days=9), author_id="late"))
    ranking = load_ranking(None, ALL | SEPTEMBER)

    again = {month.label: month.n_rows for month in settle(store, PANEL, ranking)}

    assert again == {"2026-09": 10, "2026-10": None, "2026-11": None, "2026-12": None}
    assert ranked(store)["ville"][2]["n_requests"] == 6
    assert is_read("settled")
    assert len(store.settled()) == 4  # what September was before is gone


def test_what_comes_into_view_later_matters_if_it_is_of_that_time(store: Store) -> None:
    cover(store, PANEL, FAR, FAR + timedelta(days=30))
    ranked(store)
    assert is_read("settled")

    cover(store, PANEL, START - timedelta(days=30), START)
    ranked(store)
    assert is_read("stored")


def test_another_panel_is_counted_from_messages(store: Store) -> None:
    metro, ville = PANEL.bodies
    panel = replace(PANEL, bodies=(metro, replace(ville, category="commune")))

    ranked(store, panel)

    assert is_read("stored")


def test_as_of_a_moment_before_the_store_knew_it_all_messages_are_counted(store: Store) -> None:
    newest = store.seen_until()
    assert newest is not None

    ranked(store, seen_until=newest)
    assert is_read("settled")

    ranked(store, seen_until=newest - timedelta(minutes=1))
    assert is_read("stored")


def test_compaction_may_ask_for_it_to_be_settled_again(store: Store) -> None:
    for n in range(9):
        save(store, asks(f"9{n}", at(days=1), author_id=f"other-{n}"))
    list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))
    with store.writing():
        store.compact()

    before = ranked(store)
    assert is_read("stored")
    list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))
    assert ranked(store) == before
    assert is_read("settled")


@pytest.mark.parametrize("most", [1, 3])
def test_a_period_of_many_requests_is_counted_some_bodies_at_a_time(
    store: Store, most: int
) -> None:
    ranking = load_ranking(None, ALL | SEPTEMBER | {"period": "2026-09"})  # nine rows
    Watched.read = ()

    score(store, PANEL, ranking, engine=lambda: Watched(most_messages=most))

    assert is_read("slice") == (most == 1)
    assert is_read("settled") == (most == 3)


def test_a_month_of_many_messages_is_settled_some_bodies_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.scoring.settling.DuckDB", partial(DuckDB, most_messages=1))
    store = stored(tmp_path, ROWS)
    list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))

    assert max(len(each.files) for each in store.settled().values()) == 2
    assert ranked(store)["ville"][2]["n_requests"] == 5
    assert is_read("settled")


def test_an_account_that_changes_hands_is_settled_once_for_each_of_its_bodies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.scoring.settling.DuckDB", partial(DuckDB, most_messages=1))
    metro, ville = PANEL.bodies
    [account] = ville.accounts
    day = at(days=9).date()
    before = replace(ville, accounts=(replace(account, valid_until=day),))
    after = replace(ville, body_id="port", accounts=(replace(account, valid_from=day),))
    panel = replace(PANEL, bodies=(metro, after, before))
    store = stored(tmp_path, ROWS, panel)
    list(settle(store, panel, load_ranking(None, ALL | SEPTEMBER)))

    found = ranked(store, panel)

    assert is_read("settled")
    assert (found["ville"][2]["n_requests"], found["port"][2]["n_requests"]) == (2, 3)


def test_identifiers_that_are_no_numbers_are_settled_too(tmp_path: Path) -> None:
    rows = [
        row | {name: f"t{row[name]}" for name in ("message_id", "reply_to_id") if row.get(name)}
        for row in ROWS
    ]
    store = stored(tmp_path, rows)
    list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))

    assert ranked(store)["ville"][2]["n_answered"] == 3
    assert is_read("settled")


# --- what is kept --------------------------------------------------------------------------------


def test_nobody_is_named_in_it(store: Store) -> None:
    kept = [path for path in (store.root / "settled").iterdir() if path.suffix == ".parquet"]
    with DuckDB() as engine:
        engine.relation("settled", [str(path) for path in kept])
        columns = engine.query("SELECT * FROM settled LIMIT 0", {}).column_names

    assert kept
    assert columns == [
        "kind", "presence_id", "happened_at", "started_at", "responded_at", "answered_at",
        "question_mark", "question", "request", "n_too_early", "reason", "replies_to",
    ]  # fmt: skip
    assert not any(b"citizen" in path.read_bytes() for path in kept)


def test_it_may_be_removed_in_part_or_as_a_whole(store: Store) -> None:
    folder = store.root / "settled"
    next(folder.glob("*.parquet")).unlink()
    next(folder.glob("*.parquet")).unlink()
    whole = ranked(store)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

    assert ranked(store) == whole
    assert is_read("stored")


def test_what_another_version_kept_is_not_found(store: Store) -> None:
    for about in (store.root / "settled").glob("*.json"):
        about.write_text('{"format": 0, "files_of_old": []}', encoding="utf-8")

    ranked(store)

    assert store.settled() == {}
    assert is_read("stored")


def test_a_run_that_was_killed_leaves_nothing_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stored(tmp_path, ROWS)

    def killed(place: Any, digest: str, tables: Any, **about: Any) -> int:
        def broken() -> Any:
            yield from tables
            raise KeyboardInterrupt

        return keep(place, digest, broken(), **about)

    monkeypatch.setattr("socialscore.scoring.settling.keep", killed)
    with pytest.raises(KeyboardInterrupt):
        list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))
    monkeypatch.undo()
    [left] = (store.root / "settled").glob("*.parquet")

    assert store.settled() == {}
    list(settle(store, PANEL, load_ranking(None, ALL | SEPTEMBER)))
    assert not left.exists()
    assert len(store.settled()) == 4


def test_who_forgets_somebody_forgets_it(store: Store) -> None:
    erase(
        store,
        Wish("author", "twitter", "citizen-1", digest="citizen-1"),
        erased_at=datetime(2027, 3, 2, tzinfo=UTC),
    )

    assert len(store.settled()) == 3  # of the months in which there was none of theirs
    assert len(list((store.root / "settled").glob("*.parquet"))) == 3
    assert ranked(store)["ville"][2]["n_requests"] == 4
    assert is_read("stored")


# --- the command ---------------------------------------------------------------------------------


def test_the_command_settles_what_can_be_settled_once(store: Store, tmp_path: Path) -> None:
    ranking = tmp_path / "ranking.toml"
    panel = tmp_path / "panel.csv"
    panel.write_text(format_panel(PANEL), encoding="utf-8")
    ranking.write_text('panel = "panel.csv"\nunit = "message"\nhorizon = "24h"\n', encoding="utf-8")

    first = run("settle", ranking, "--store", store.root)
    second = run("settle", ranking, "--store", store.root)

    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[0] == "2026-09: settled, 9 rows"
    assert (second.code, second.err) == (0, "")
    assert second.out.splitlines()[0] == "2026-09: is settled already"
    assert len(first.out.splitlines()) == len(second.out.splitlines())


def test_the_command_says_why_there_is_nothing_to_settle(tmp_path: Path) -> None:
    store = stored(tmp_path, ROWS, until=START + timedelta(days=40))

    result = run("settle", "--store", store.root)

    assert (result.code, result.out) == (0, "")
    assert result.err == (
        "socialscore: no month can be settled yet: none has been over for long enough\n"
    )


def test_the_command_says_why_nothing_can_be_kept(tmp_path: Path) -> None:
    store = stored(tmp_path, ROWS)
    (store.root / "settled").write_text("in the way", encoding="utf-8")

    result = run("settle", "--store", store.root)

    assert (result.code, result.out) == (5, "")
    assert result.err == (
        f"socialscore: {store.root}/settled: cannot be written: {os.strerror(errno.EEXIST)}\n"
    )


@pytest.mark.parametrize("preset", sorted(set(preset_names()) - set(OF_A_PERIOD)))
def test_rankings_of_which_no_month_is_ever_settled_are_refused(store: Store, preset: str) -> None:
    result = run("settle", "--store", store.root, "--preset", preset)

    assert result.code == UsageError.exit_code
    assert result.err == (
        "socialscore: by this ranking no month can be settled: that takes a horizon, unit episode "
        "or message, and no `latest`\n"
    )


def test_a_month_says_what_became_of_it(store: Store) -> None:
    ranking = load_ranking(None, ALL | SEPTEMBER)

    assert next(settle(store, PANEL, ranking)) == Month("2026-09", None)
    assert line(score(store, PANEL, ranking)).values["n_requests"] == 5
