"""`socialscore withdraw`: what only one run brought goes, and nothing else."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from shell import begin, run
from worlds import PANEL, asks, at

from socialscore.engines.duckdb import DuckDB
from socialscore.errors import Overtaken
from socialscore.model.messages import Coverage
from socialscore.store.aside import set_aside
from socialscore.store.checksums import seal_json, unseal_json
from socialscore.store.erase import Found, erase, look
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.inventory import seen_until
from socialscore.store.journal import Journal
from socialscore.store.lake import Store
from socialscore.store.runs import note_run, runs
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", key_id="key")
    store.remember(PANEL)
    return store


def brings(
    store: Store,
    run_id: str,
    *rows: dict[str, Any],
    covers: tuple[float, float] | None = None,
    when: datetime = NOW,
) -> None:
    """A run that brings messages to the city, and has some days in view."""
    rows = tuple(row | {"sent_at": row["sent_at"].replace(tzinfo=None)} for row in rows)
    with store.writing():
        note_run(store, run_id, "table", when, f"{run_id}.csv")
        if rows:
            moments = [row["sent_at"].replace(tzinfo=UTC) for row in rows]
            store.save(
                [pa.Table.from_pylist(list(rows), schema=MESSAGE)],
                first=min(moments), last=max(moments), collected_at=when, run_id=run_id,
            )  # fmt: skip
        if covers:
            interval = Coverage("twitter", "1", "inbound", at(covers[0]), at(covers[1]))
            store.cover([interval], run_id=run_id, collected_at=when)


def withdraw(store: Store, run_id: str) -> Found:
    return erase(store, ErasureRequest("run", run_id=run_id), erased_at=NOW + HOUR)


def kept(store: Store) -> dict[str, dict[str, Any]]:
    """The rows of the store by message; none stands there twice."""
    files = store.messages(*EVER)
    if not files:
        return {}
    with DuckDB() as engine:
        engine.relation("message", files, MESSAGE)
        rows = engine.query("SELECT * FROM message ORDER BY message_id", {})
    found = {row["message_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def origins(store: Store) -> dict[str, str]:
    """The run of every message."""
    return {name: row["run_id"] for name, row in kept(store).items()}


def in_view(store: Store) -> list[tuple[int, int]]:
    """The days in view, by every row of the coverage table."""
    begin = at().replace(tzinfo=None)
    return sorted(
        ((row["covered_from"] - begin).days, (row["covered_until"] - begin).days)
        for row in store.coverage().to_pylist()
    )


def bytes_of(root: Path) -> bytes:
    """Everything that lies in the tables of a store, unpacked."""
    tables = [path for path in root.rglob("*.parquet") if "_delta_log" not in path.parts]
    rows = [pq.read_table(path, partitioning=None).to_pylist() for path in tables]
    logs = [path.read_bytes() for path in root.rglob("*.json")]
    return repr(rows).encode() + b"".join(logs)


# --- messages and coverage ---------------------------------------------------------------------


def test_what_a_run_brought_goes_with_its_coverage_and_nothing_else_does(store: Store) -> None:
    brings(store, "a", asks("m1", at(1)), covers=(0, 10))
    brings(store, "b", asks("m2", at(2)), asks("m3", at(40)), covers=(5, 50))

    found = withdraw(store, "b")

    assert found == Found(n_erased=2, n_streams=1)
    assert origins(store) == {"m1": "a"}
    assert in_view(store) == [(0, 10)]


def test_no_byte_of_it_is_left(store: Store) -> None:
    brings(store, "a", asks("m1", at(1), text="TEXT-1"))
    brings(store, "b", asks("m2", at(2), text="TEXT-2", author_id="NAME-2"))
    brings(store, "c", asks("m1", at(1)), asks("m2", at(2)))
    assert {b"TEXT-2", b"NAME-2"} <= set(bytes_of(store.root).split(b"'"))

    withdraw(store, "c")
    withdraw(store, "b")

    left = bytes_of(store.root)
    assert b"TEXT-1" in left
    assert not [each for each in (b"TEXT-2", b"NAME-2", b"'m2'") if each in left]


def test_a_message_that_another_run_brought_stays_and_is_that_run_s(store: Store) -> None:
    brings(store, "a", asks("m1", at(1), text="A"), asks("m2", at(2)))
    brings(store, "b", asks("m1", at(1), text="B"))
    brings(store, "c", asks("m1", at(1)))
    before = kept(store)["m1"]

    found = withdraw(store, "a")

    assert (found.n_erased, found.n_passed) == (1, 1)
    assert kept(store) == {"m1": before | {"run_id": "b"}}
    withdraw(store, "b")
    assert origins(store) == {"m1": "c"}
    withdraw(store, "c")
    assert kept(store) == {}


def test_a_message_does_not_pass_to_a_run_that_was_withdrawn(store: Store) -> None:
    brings(store, "a", asks("m1", at(1)))
    brings(store, "b", asks("m1", at(1)))

    withdraw(store, "b")
    withdraw(store, "a")

    assert kept(store) == {}


def test_what_comes_again_after_a_withdrawal_is_new(store: Store) -> None:
    brings(store, "a", asks("m1", at(1)))
    withdraw(store, "a")

    brings(store, "b", asks("m1", at(1)))

    assert origins(store) == {"m1": "b"}


def test_what_two_runs_have_in_view_stays_in_view(store: Store) -> None:
    brings(store, "a", covers=(0, 10))
    brings(store, "b", covers=(2, 4))
    brings(store, "c", covers=(8, 12))

    withdraw(store, "a")

    assert in_view(store) == [(2, 4), (2, 4), (8, 10), (8, 12)]
    assert {row["run_id"] for row in store.coverage().to_pylist()} == {"b", "c"}
    rows = store.erasures().to_pylist()
    assert {(row["cause"], row["run_id"], row["n_erased"]) for row in rows} == {("run", "a", 0)}
    assert [((row["day"] - at().date()).days, (row["last_day"] - at().date()).days)
            for row in rows] == [(0, 2), (4, 8)]  # fmt: skip


def test_what_was_in_view_since_the_withdrawn_run_is_known_since_then(store: Store) -> None:
    brings(store, "a", covers=(0, 10))
    before = store.coverage()["collected_at"].to_pylist()
    brings(store, "b", covers=(0, 10))

    withdraw(store, "a")

    assert min(store.coverage()["collected_at"].to_pylist()) == min(before)
    assert store.erasures().num_rows == 0


def test_rows_that_only_a_withdrawn_file_has_lost_are_told_of(store: Store) -> None:
    brings(store, "a", covers=(0, 10))
    loss = Coverage("twitter", "1", "outbound", at(2), at(4), "refused-rows:3", "a.csv")
    store.cover([loss], run_id="a", collected_at=NOW)
    brings(store, "b", covers=(0, 10))

    withdraw(store, "a")

    [row] = store.erasures().to_pylist()
    assert (row["run_id"], (row["day"] - at().date()).days, row["n_erased"]) == ("a", 2, 0)


def test_a_run_that_comes_again_notes_nothing_twice(store: Store) -> None:
    for _ in range(2):
        brings(store, "a", asks("m1", at(1)), covers=(0, 10))

    assert in_view(store) == [(0, 10)]
    assert store.arrivals() == []


RUNS = st.lists(
    st.tuples(st.sets(st.integers(0, 5)), st.tuples(st.integers(0, 8), st.integers(1, 4))),
    min_size=1, max_size=4,
)  # fmt: skip


@given(RUNS, st.data())
@settings(max_examples=12, deadline=None)
def test_a_store_is_as_if_a_withdrawn_run_had_never_been(
    tmp_path_factory: pytest.TempPathFactory, brought: list[Any], data: st.DataObject
) -> None:
    store = Store.create(tmp_path_factory.mktemp("law") / "store", key_id="key")
    gone: Sequence[int] = data.draw(st.permutations(range(len(brought))))
    gone = gone[: data.draw(st.integers(1, len(gone)))]

    for number, (messages, (first, length)) in enumerate(brought):
        rows = [asks(f"m{each}", at(each)) for each in sorted(messages)]
        brings(store, f"run-{number}", *rows, covers=(first, first + length))
    for number in gone:
        withdraw(store, f"run-{number}")

    stay = [each for number, each in enumerate(brought) if number not in gone]
    assert kept(store).keys() == {f"m{each}" for messages, _ in stay for each in messages}
    seen = {day for first, until in in_view(store) for day in range(first, until)}
    assert seen == {day for _, (first, n) in stay for day in range(first, first + n)}


# --- edits, deletions, pages set aside ---------------------------------------------------------


def test_a_deletion_that_only_the_run_told_of_is_taken_back(store: Store) -> None:
    brings(store, "a", asks("m1", at(1), text="Quand ?"), asks("m2", at(2)))
    brings(store, "b", asks("m1", at(1), deleted_at=datetime(2026, 10, 1)))  # noqa: DTZ001
    assert kept(store)["m1"]["deleted_at"]

    found = withdraw(store, "b")

    row = kept(store)["m1"]
    assert (found.n_erased, found.n_altered) == (0, 1)
    assert (row["run_id"], row["deleted_at"], row["deleted_seen_at"]) == ("a", None, None)


def test_a_deletion_that_others_told_of_stays(store: Store) -> None:
    deleted = {"deleted_at": datetime(2026, 10, 1)}  # noqa: DTZ001
    brings(store, "a", asks("m1", at(1)), asks("m2", at(1), **deleted))
    brings(store, "b", asks("m1", at(1), **deleted), asks("m2", at(1), **deleted))
    brings(store, "c", asks("m1", at(1), **deleted))

    withdraw(store, "b")

    assert all(row["deleted_at"] for row in kept(store).values())


def test_an_edit_stays_and_is_named(store: Store) -> None:
    brings(store, "a", asks("m1", at(1), text="Quand ?"))
    brings(store, "b", asks("m1", at(1), text="Pourquoi ?", n_edits=1))

    assert look(store, ErasureRequest("run", run_id="b")) == Found(n_edited=1)
    withdraw(store, "b")

    assert kept(store)["m1"]["text"] == "Pourquoi ?"


def test_pages_that_the_run_set_aside_go_and_others_stay(store: Store) -> None:
    for run_id in ("a", "b"):
        set_aside(store.root, "twitter-1-inbound", {"problem": "?", "run_id": run_id})

    assert withdraw(store, "a").n_pages == 1
    assert withdraw(store, "b").n_pages == 1


def test_it_waits_for_pages_that_would_bring_the_run_back(store: Store) -> None:
    brings(store, "a", asks("m1", at(1)))
    Journal(store.root, "twitter-1-inbound", {"run_id": "a"}).close()

    with pytest.raises(Overtaken, match="not merged yet"):
        withdraw(store, "a")

    assert origins(store) == {"m1": "a"}


def test_who_is_forgotten_is_forgotten_in_what_runs_noted(store: Store) -> None:
    brings(store, "a", asks("m1", at(1), author_id="gone"), asks("m2", at(2)))
    brings(store, "b", asks("m1", at(1), author_id="gone"), asks("m2", at(2)))

    request = ErasureRequest("author", "twitter", "gone", "gone")
    erase(store, request, erased_at=NOW)

    assert b"'m1'" not in bytes_of(store.root)
    withdraw(store, "a")
    assert origins(store) == {"m2": "b"}


# --- moments -----------------------------------------------------------------------------------


def test_no_moment_goes_back_whatever_the_clock_says(store: Store) -> None:
    """Every writer, with a clock that is three hours late: each is later than all before."""
    early = NOW - 3 * HOUR
    brings(store, "a", asks("m1", at(1)), asks("m2", at(2)), covers=(0, 10))
    seen = [seen_until(store)]

    def later() -> bool:
        seen.append(seen_until(store))
        return seen[-2] < seen[-1]  # type: ignore[operator]

    brings(store, "b", asks("m3", at(3)), when=early)
    assert later()
    brings(store, "b", covers=(10, 20), when=early)
    assert later()
    brings(store, "c", asks("m2", at(2), text="?", n_edits=1), when=early)
    assert later()
    brings(store, "c", asks("m1", at(1), deleted_at=datetime(2026, 10, 1)), when=early)  # noqa: DTZ001
    assert later()
    erase(store, ErasureRequest("before", until=at(1.5)), erased_at=early)
    assert later()
    erase(store, ErasureRequest("run", run_id="b"), erased_at=early)
    assert later()


def test_an_edit_is_later_than_what_another_host_brings_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    brings(store, "a", asks("m1", at(1)))
    draw, n_drawn = Store.moment, 0

    def drawn(self: Store, now: datetime) -> datetime:
        nonlocal n_drawn
        moment, n_drawn = draw(self, now), n_drawn + 1
        if n_drawn == 2:  # the first is that of the arrival
            other = pa.Table.from_pylist([asks("m2", datetime(2026, 9, 9))], MESSAGE)  # noqa: DTZ001
            first = last = datetime(2026, 9, 9, tzinfo=UTC)
            Store.open(store.root).save([other], first=first, last=last, collected_at=now)
        return moment

    monkeypatch.setattr(Store, "moment", drawn)
    brings(store, "b", asks("m1", at(1), text="?", n_edits=1))

    rows = kept(store)
    assert rows["m1"]["edited_seen_at"] > rows["m2"]["collected_at"]


def test_a_moment_is_that_of_the_clock_where_nothing_later_is_noted(store: Store) -> None:
    assert store.moment(NOW) == NOW
    assert store.moment(NOW) == NOW + timedelta(microseconds=1)
    assert store.moment(NOW + HOUR) == NOW + HOUR


def test_a_store_that_has_noted_no_moment_goes_by_its_rows(store: Store) -> None:
    brings(store, "a", asks("m1", at(1)))
    about = unseal_json((store.root / "store.json").read_bytes())
    del about["newest_moment"]
    (store.root / "store.json").write_bytes(seal_json(about))

    assert store.moment(NOW - HOUR) == NOW + timedelta(microseconds=1)


# --- commands ----------------------------------------------------------------------------------

HEAD = "message_id,author_id,sent_at,text,reply_to_id"
RIGHT = f"""{HEAD}
1,7,2026-11-09T00:00:00Z,@montsabran bonjour,
2,8,2026-11-10T09:00:00Z,@montsabran quand ?,
3,1,2026-11-10T10:00:00Z,demain,2
"""
WRONG = f"""{HEAD}
3,1,2026-11-10T10:00:00Z,demain,2
4,9,2026-11-30T09:00:00Z,@montsabran pourquoi ?,
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store that a right file and a wrong one were imported into."""
    begin(tmp_path, monkeypatch)
    head = "body_id,body,category,network,account_id,handle"
    Path("panel.csv").write_text(f"{head}\nville,Ville,ville,twitter,1,montsabran\n")
    for name, text in (("right", RIGHT), ("wrong", WRONG)):
        Path(f"{name}.csv").write_text(text)
        assert run("import", f"{name}.csv", "--panel", "panel.csv").code == 0
    return tmp_path


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("status", "--runs", "--format", "json").out)
    return found


def the_wrong_one() -> str:
    return next(str(each["run_id"]) for each in listed() if each["file_name"] == "wrong.csv")


@pytest.mark.usefixtures("folder")
def test_status_lists_the_runs() -> None:
    right, wrong = listed()

    counts = ("file_name", "source", "n_messages", "n_known", "n_accounts", "withdrawn_at")
    assert [right[name] for name in counts] == ["right.csv", "table", 3, 0, 1, None]
    assert [wrong[name] for name in counts] == ["wrong.csv", "table", 1, 1, 1, None]
    assert (wrong["since"], wrong["until"]) == (
        "2026-11-10T10:00:00+00:00", "2026-11-30T09:00:01+00:00",
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(run("status", "--runs", "--format", "csv").out)))
    assert [row["run_id"] for row in rows] == [right["run_id"], wrong["run_id"]]
    assert wrong["run_id"] in run("status", "--runs").out


@pytest.mark.usefixtures("folder")
def test_a_wrong_file_is_withdrawn_and_listed_as_such() -> None:
    name = the_wrong_one()

    refused = run("withdraw", name)
    done = run("withdraw", name, "--yes")
    again = run("withdraw", name, "--yes")

    assert refused.code == 2
    assert "add --yes" in refused.err
    assert done.code == 0
    assert f"{name} (wrong.csv, table): 1 row of messages, 2 streams in view" in done.err
    assert "withdrawn: 1 row of messages, 2 streams in view" in done.err
    assert "nothing of it is left" in again.err
    right, wrong = listed()
    assert (right["n_messages"], wrong["n_messages"], wrong["n_withdrawn"]) == (3, 0, 1)
    assert wrong["withdrawn_at"]


@pytest.mark.usefixtures("folder")
def test_what_stays_is_said_with_why() -> None:
    right = listed()[0]["run_id"]
    run("import", "right.csv")

    done = run("withdraw", right, "--yes")

    assert "2 rows of it stay" not in done.err
    assert "3 rows of it stay, since other runs brought them as well" in done.err


@pytest.mark.usefixtures("folder")
def test_accounts_of_which_nothing_is_left_are_named() -> None:
    for each in listed():
        last = run("withdraw", each["run_id"], "--yes")

    assert "the store's panel keeps twitter:1, of which nothing is there now" in last.err


@pytest.mark.usefixtures("folder")
def test_an_unknown_run_is_refused_with_those_that_are_known() -> None:
    done = run("withdraw", the_wrong_one()[:-1])

    assert done.code == 2
    assert "did you mean 'import-" in done.err


@pytest.mark.usefixtures("folder")
def test_what_status_lists_goes_with_no_choice_of_streams() -> None:
    assert run("status", "--runs", "--network", "twitter").code == 2


def test_runs_of_earlier_versions_are_listed_and_cannot_be_withdrawn(store: Store) -> None:
    row = asks("m1", at(1), source="care-csv") | {"sent_at": at(1).replace(tzinfo=None)}
    with store.writing():
        table = pa.Table.from_pylist([row], schema=MESSAGE)
        store.save([table], first=at(1), last=at(1), collected_at=NOW)
        interval = Coverage("twitter", "1", "inbound", at(0), at(2))
        store.cover([interval], run_id="care-csv", collected_at=NOW)

    [earlier] = runs(store)
    shown = run("status", "--runs", "--store", store.root)
    refused = run("withdraw", "care-csv", "--store", store.root)

    assert (earlier.run_id, earlier.source, earlier.n_messages) == (None, "care-csv", 1)
    assert (earlier.since, earlier.until) == (at(0), at(2))
    assert "earlier versions did not note which run brought what" in shown.out
    assert refused.code == 2
    assert "cannot be withdrawn; import what is right into a new store" in refused.err


def test_many_runs_leave_few_files(store: Store) -> None:
    for number in range(12):
        brings(store, f"r{number}", asks("m1", at(1)), covers=(0, 1))
        store.compact()

    assert len(DeltaTable(store.root / "arrival").file_uris()) < 10
    assert len(DeltaTable(store.root / "run").file_uris()) < 10
    assert len(runs(store)) == 12
