"""`socialscore forget`: every byte of the store is read afterwards."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from shell import Result, begin, command, run

from socialscore.collecting import standings
from socialscore.engines.duckdb import DuckDB
from socialscore.errors import StoreError
from socialscore.model.messages import Coverage
from socialscore.store import erase as erase_module
from socialscore.store import lake
from socialscore.store.aside import set_aside
from socialscore.store.erase import erase, expire, tidy
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.journal import Journal, collecting
from socialscore.store.lake import Store
from socialscore.store.privacy import Pseudonyms, read_key

if TYPE_CHECKING:
    from collections.abc import Callable

PANEL = """\
body_id,body,category,network,account_id,handle
metro,Métro de Valdoine,transport,twitter,2,valdoine
ville,Ville de Montsabran,ville,twitter,1,montsabran
ville,Ville de Montsabran,ville,mastodon,ville@instance.example,ville
"""
ROOT = Path("socialscore-data")
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

GONE, STAYS = "9007199254740993001", "9007199254740993002"  # authors
CITIZENS = f"twitter:{GONE}"


def asked(number: str, day: str, author: str = GONE, **columns: str) -> dict[str, str]:
    """A citizen's question to the city."""
    return {
        "message_id": number, "author_id": author, "sent_at": f"{day}T09:00:00Z",
        "text": f"@montsabran TEXT-{number} Quand rouvre le pont ?", "language": "fr",
        "kind": "mention", "conversation_id": number, "mentioned_handles": "montsabran",
    } | columns  # fmt: skip


def answered(number: str, to: dict[str, str], **columns: str) -> dict[str, str]:
    """The city's answer, an hour later, which names whom it answers."""
    return {
        "message_id": number, "author_id": "1", "sent_at": to["sent_at"].replace("09:", "10:"),
        "text": f"@HANDLE-{to['author_id']} TEXT-{number} Demain.", "language": "fr",
        "kind": "reply", "reply_to_id": to["message_id"], "reply_to_author_id": to["author_id"],
        "conversation_id": to["conversation_id"], "mentioned_ids": to["author_id"],
        "official": "true",
    } | columns  # fmt: skip


AUGUST, OCTOBER = asked("101", "2026-08-03"), asked("102", "2026-10-05")
OTHER = asked("201", "2026-10-06", STAYS)
ROWS = (
    AUGUST,
    answered("301", AUGUST),
    OCTOBER,
    answered("302", OCTOBER),
    OTHER,
    answered("303", OTHER),
    # Somebody else's, which only the thread and the text tie to the author.
    asked(
        "202", "2026-10-07", STAYS, conversation_id="101", text=f"@montsabran cc {GONE} TEXT-202 ?"
    ),
    asked("203", "2026-09-07", STAYS, mentioned_handles="valdoine", text="@valdoine TEXT-203 ?"),
    # The same identifier, and another person: on another network.
    asked("401", "2026-10-08", network="mastodon", mentioned_handles="ville"),
)
COLUMNS = list(dict.fromkeys(name for row in ROWS for name in [*row, "n_edits", "deleted_at"]))
COVERED = "2026-08-01T00:00Z..2026-11-01T00:00Z"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with messages of two networks and three months, saved by and by."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "panel.csv").write_text(PANEL, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        begin(folder, patched)
        for row in ROWS:
            take(row)
        tidy(Store.open(ROOT))
    return folder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> Path:
    """A folder with the key of the template, and the store where a test asks for it."""
    monkeypatch.delenv("SOCIALSCORE_KEEP_TEXT_DAYS", raising=False)
    for name in ("panel.csv", "pseudonym.key"):
        shutil.copy2(template / name, tmp_path)
    return begin(tmp_path, monkeypatch)


@pytest.fixture
def store(folder: Path, template: Path) -> Store:
    """A copy of the template's store."""
    shutil.copytree(template / ROOT, folder / ROOT)
    return Store.open(ROOT)


def take(*rows: dict[str, str]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    Path("messages.csv").write_text(text.getvalue(), encoding="utf-8")
    result = run("import", "messages.csv", "--panel", "panel.csv", "--covers", COVERED)
    assert (result.code, "0 refused" in result.err) == (0, True), result.err


def forget(*options: object, yes: bool = True) -> Result:
    return run("forget", *options, *(["--yes"] if yes else []))


def digest(author: str = GONE, network: str = "twitter") -> str:
    return Pseudonyms(read_key(Path("pseudonym.key"))).of(network, author)


def kept(store: Store) -> dict[str, dict[str, Any]]:
    """The rows of the store by message."""
    files = store.messages(*EVER)
    if not files:
        return {}
    with DuckDB() as engine:
        engine.relation("message", files)
        rows = engine.query("SELECT * FROM message ORDER BY message_id", {})
    return {row["message_id"]: row for row in rows}


def traces(*markers: str) -> dict[str, list[str]]:
    """The files of the store in which each marker stands: as it is, or compressed in a column."""
    found: dict[str, list[str]] = {}
    for path in sorted(each for each in ROOT.rglob("*") if each.is_file()):
        content = path.read_bytes()
        if content[:4] == b"PAR1":  # to its end: a spare copy has a checksum after that
            parquet = pa.py_buffer(content[: content.rindex(b"PAR1") + 4])
            content += repr(pq.ParquetFile(parquet).read().to_pylist()).encode()
        content += str(path).encode()
        for marker in markers:
            if marker.encode() in content:
                found.setdefault(marker, []).append(str(path.relative_to(ROOT)))
    return found


def naive(year: int, month: int, day: int) -> datetime:
    """A midnight in UTC, as the store notes it."""
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


def versions(store: Store) -> list[int]:
    return [DeltaTable(store.root / name).version() for name in ("message", "coverage")]


def erased(store: Store) -> list[tuple[Any, ...]]:
    """The erasure table without its moments: account, day, cause, removed, altered."""
    names = ("network", "account_id", "day", "cause", "n_erased", "n_altered")
    rows = store.erasures().to_pylist()
    return sorted(tuple(row[name] for name in names) for row in rows)


# --- an author ---------------------------------------------------------------------------------


def test_of_an_author_no_byte_is_left(store: Store) -> None:
    DeltaTable(store.root / "message").create_checkpoint()
    markers = {
        "TEXT-101",
        "TEXT-102",
        "TEXT-301",
        "TEXT-302",
        "TEXT-202",
        digest(),
        f"HANDLE-{GONE}",
    }
    assert set(traces(*markers)) == markers

    result = forget("--author", CITIZENS)

    DeltaTable(store.root / "message").create_checkpoint()
    assert result.code == 0
    assert traces(*markers, GONE) == {}


def test_what_others_wrote_stays_without_the_author(store: Store) -> None:
    before = kept(store)

    forget("--author", CITIZENS)

    after = kept(store)
    nobody = {"text": "", "reply_to_id": None, "reply_to_author_id": None, "addressed_ids": []}
    assert set(before) - set(after) == {"101", "102"}
    assert after["302"] == before["302"] | nobody | {"conversation_id": None}
    assert after["202"] == before["202"] | {"text": "", "conversation_id": None}
    assert {each: after[each] for each in ("201", "203", "303", "401")} == {
        each: before[each] for each in ("201", "203", "303", "401")
    }


@pytest.mark.usefixtures("store")
def test_it_is_said_before_and_after_what_is_erased() -> None:
    result = forget("--author", CITIZENS)

    assert (result.code, result.out) == (0, "")
    assert result.err == (
        "socialscore: of that author the store has 2 rows of messages, 3 rows of others that name "
        "it\nsocialscore: erased: 2 rows of messages, 3 rows of others that name it\n"
    )


def test_what_was_erased_is_counted_by_account_and_day_and_names_nobody(store: Store) -> None:
    forget("--author", CITIZENS)

    assert erased(store) == [
        ("twitter", "1", date(2026, 8, 3), "author", 1, 1),
        ("twitter", "1", date(2026, 10, 5), "author", 1, 1),
        ("twitter", "1", date(2026, 10, 7), "author", 0, 1),
    ]
    assert traces(digest()) == {}


def test_an_author_who_is_not_there_is_no_trouble_and_nothing_is_written(store: Store) -> None:
    before = versions(store)

    result = forget("--author", "twitter:nobody", yes=False)

    assert result.code == 0
    assert result.err == "socialscore: nothing of that author is in the store\n"
    assert versions(store) == before
    assert erased(store) == []


def test_an_account_of_the_panel_is_no_citizen(store: Store) -> None:
    result = forget("--author", "twitter:1")

    assert result.code == 2
    assert "that is an account of the panel; --account twitter:1 erases it" in result.err
    assert len(kept(store)) == len(ROWS)


@pytest.mark.usefixtures("store")
def test_a_body_that_left_the_panel_is_found_by_its_own_identifier() -> None:
    take(asked("501", "2026-10-09", "2", text="@montsabran TEXT-501 ?", official="true"))
    forget("--account", "twitter:2")

    result = forget("--author", "twitter:2")

    assert result.code == 0
    assert traces("TEXT-501") == {}


def test_pages_that_were_set_aside_lose_the_author(store: Store) -> None:
    for author in (GONE, STAYS):
        set_aside(store.root, "twitter-1-inbound", {"page": {"payload": {"author_id": author}}})

    result = forget("--author", CITIZENS)

    assert "1 page set aside" in result.err
    assert traces(GONE) == {}
    assert "journal/twitter-1-inbound.drift.jsonl" in traces(STAYS)[STAYS]


@pytest.mark.usefixtures("store")
def test_a_ranking_loses_just_the_erased_requests() -> None:
    def counted() -> dict[str, tuple[str, str]]:
        options = "--unit message --selection all --match direct --exclude none --min-requests 1"
        result = run("rank", *options.split(), "--period", "all", "--format", "csv")
        assert result.code == 0, result.err
        rows = csv.DictReader(result.out.splitlines())
        return {row["body_id"]: (row["n_requests"], row["n_answered"]) for row in rows}

    before = counted()

    forget("--author", CITIZENS)

    assert before == {"metro": ("1", "0"), "ville": ("5", "3")}
    assert counted() == {"metro": ("1", "0"), "ville": ("3", "1")}


@pytest.mark.parametrize("whose", ["", "twitter", "twitter:", "twitter: ", "myspace:1"])
def test_an_author_that_cannot_be_read_is_refused(store: Store, whose: str) -> None:
    result = forget("--author", whose)

    assert result.code == 2
    assert len(kept(store)) == len(ROWS)


def test_without_the_key_no_author_can_be_found(store: Store) -> None:
    Path("pseudonym.key").unlink()

    result = forget("--author", CITIZENS)

    assert result.code == 3
    assert "without it nobody can tell whose row is whose. Put it back" in result.err
    assert not Path("pseudonym.key").exists()
    assert len(kept(store)) == len(ROWS)


def test_with_another_key_no_author_is_looked_for(store: Store) -> None:
    Path("pseudonym.key").unlink()
    read_key(Path("pseudonym.key"))

    result = forget("--author", CITIZENS)

    assert result.code == 5
    assert "its pseudonyms were made with another key" in result.err
    assert len(kept(store)) == len(ROWS)


# --- an account --------------------------------------------------------------------------------


def test_of_an_account_nothing_is_left_but_the_count(store: Store) -> None:
    set_aside(store.root, "twitter-2-inbound", {"page": {"payload": "TEXT-drift"}})
    set_aside(store.root, "twitter-22-inbound", {"page": {"payload": "TEXT-other"}})

    result = forget("--account", "twitter:2")

    assert result.code == 0
    assert "take it off your panel as well" in result.err
    assert set(traces("TEXT-203", "TEXT-drift", "valdoine", "TEXT-other")) == {"TEXT-other"}
    assert {row["account_id"] for row in store.coverage().to_pylist()} == {
        "1", "ville@instance.example",
    }  # fmt: skip
    assert [body.body_id for body in store.panel().bodies] == ["ville"]
    assert erased(store) == [("twitter", "2", date(2026, 9, 7), "account", 1, 0)]


def test_a_body_keeps_its_other_account(store: Store) -> None:
    forget("--account", "mastodon:ville@instance.example")

    assert store.panel().account_keys == {("twitter", "1"), ("twitter", "2")}
    assert set(kept(store)) == {row["message_id"] for row in ROWS} - {"401"}


def test_an_account_that_was_in_view_and_never_written_to_is_counted_once(store: Store) -> None:
    days = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 8, tzinfo=UTC)
    silent = Coverage("twitter", "77", "inbound", *days)
    store.cover([silent], run_id="test", collected_at=days[1])

    forget("--account", "twitter:77")
    forget("--account", "twitter:77")

    assert [(row[1], *row[3:]) for row in erased(store)] == [("77", "account", 0, 0)]


def test_an_account_that_is_not_there_is_no_trouble(store: Store) -> None:
    before = versions(store)

    result = forget("--account", "twitter:99")

    assert (result.code, versions(store)) == (0, before)
    assert result.err == "socialscore: nothing of that account is in the store\n"


# --- before a day ------------------------------------------------------------------------------


def test_of_the_time_before_a_day_nothing_is_left(store: Store) -> None:
    set_aside(store.root, "a", {"page": {"oldest": "2026-10-05T00:00:00+00:00", "payload": "OLD"}})
    set_aside(store.root, "a", {"page": {"oldest": "2026-10-06T00:00:00+00:00", "payload": "NEW"}})
    set_aside(store.root, "a", {"page": {"oldest": None, "payload": "UNKNOWN"}})

    result = forget("--before", "2026-10-06")

    gone = ["TEXT-101", "TEXT-301", "TEXT-102", "TEXT-302", "TEXT-203", "OLD", "UNKNOWN", digest()]
    assert result.code == 0
    assert set(traces(*gone, "NEW")) == {"NEW"}
    assert set(kept(store)) == {"201", "303", "202", "401"}
    assert erased(store)[0] == ("twitter", "1", date(2026, 8, 3), "before", 2, 0)
    assert sum(row[4] for row in erased(store)) == 5


def test_what_a_file_lost_before_a_day_is_not_told_of_the_gap(store: Store) -> None:
    begin, end = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    loss = Coverage("twitter", "2", "outbound", begin, end, "refused-rows:3", "a.csv")
    store.cover([loss], run_id="run", collected_at=end)

    forget("--before", "2026-10-06")

    assert store.coverage()["file_name"].null_count == store.coverage().num_rows


def test_the_time_before_a_day_is_a_gap_and_no_silence(store: Store) -> None:
    forget("--before", "2026-10-06")

    rows = [row for row in store.coverage().to_pylist() if row["account_id"] == "2"]
    assert {(row["covered_from"], row["covered_until"], row["reason"]) for row in rows} == {
        (naive(2026, 8, 1), naive(2026, 10, 6), "erased"),
        (naive(2026, 10, 6), naive(2026, 11, 1), None),
    }
    shown = run("status", "--network", "twitter")
    assert shown.out.count("erased by `socialscore forget`; it is not asked for again") == 4


def test_a_gap_by_erasure_asks_for_nothing(store: Store) -> None:
    forget("--before", "2026-10-31")

    found = standings(
        store.panel(), store.coverage().to_pylist(), {}, datetime(2026, 11, 2, tzinfo=UTC)
    )

    assert {gap.reason for each in found for gap in each.gaps} == {"erased"}
    assert {each.next_step for each in found} == {""}


def test_erasing_the_same_time_again_writes_nothing(store: Store) -> None:
    forget("--before", "2026-10-06")
    before = versions(store), erased(store)

    result = forget("--before", "2026-10-06", yes=False)

    assert (result.code, (versions(store), erased(store))) == (0, before)
    assert forget("--before", "2026-09-01").code == 0
    assert (versions(store), erased(store)) == before


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2199-01-01", ""])
def test_a_day_that_is_none_or_is_to_come_is_refused(store: Store, day: str) -> None:
    result = forget("--before", day)

    assert result.code == 2
    assert f"--before {day}: " in result.err
    assert len(kept(store)) == len(ROWS)


# --- expired texts -----------------------------------------------------------------------------


def test_expired_texts_are_blanked_and_all_else_stays(store: Store) -> None:
    before = kept(store)
    set_aside(store.root, "a", {"page": {"answered_at": "2026-10-05T00:00:00+00:00"}})

    n_blanked = expire(store, before=datetime.now(UTC) + timedelta(days=1))

    assert n_blanked == len(ROWS)
    assert traces("TEXT-") == {}
    assert kept(store) == {name: row | {"text": ""} for name, row in before.items()}
    assert erased(store) == []
    assert not list((store.root / "journal").iterdir())


def test_texts_that_are_young_enough_stay(store: Store) -> None:
    before = versions(store)

    result = forget("--expired", yes=False)

    assert result.code == 0
    assert result.err == "socialscore: blanked 0 texts that came 30 days ago or earlier\n"
    assert versions(store) == before


@pytest.mark.usefixtures("store")
def test_how_long_texts_are_kept_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALSCORE_KEEP_TEXT_DAYS", "0")

    result = forget("--expired", yes=False)

    assert f"blanked {len(ROWS)} texts" in result.err
    assert traces("TEXT-") == {}


def test_forgetting_the_expired_removes_the_files_of_former_versions(store: Store) -> None:
    take(OTHER | {"text": "@montsabran TEXT-edited ?", "n_edits": "1"})
    assert traces("TEXT-201")

    forget("--expired", yes=False)

    assert traces("TEXT-201") == {}
    assert kept(store)["201"]["text"] == "@montsabran TEXT-edited ?"


# --- whatever ends it in the middle ------------------------------------------------------------


class Killed(BaseException):
    """What nobody catches."""


def breaking(function: Callable[..., Any], n: int, *, after: bool) -> Callable[..., Any]:
    """The function, which on its nth call ends everything, before or after it has done its work."""
    calls = iter(range(10_000))

    def broken(*arguments: Any, **options: Any) -> Any:
        last = next(calls) == n
        if last and not after:
            raise Killed
        result = function(*arguments, **options)
        if last:
            raise Killed
        return result

    return broken


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("step", "n"),
    [
        ("amend_coverage", 0),
        *(("put_month", n) for n in range(2)),
        *(("note_erasures", n) for n in range(2)),
        ("drop_aside", 0),
        ("tidy", 0),
        ("sweep", 0),
        ("sweep", 1),
    ],
)
@pytest.mark.parametrize(
    ("cause", "markers"),
    [
        ("author", ["TEXT-101", "TEXT-102", "TEXT-301", "TEXT-302", "TEXT-202", "OLD"]),
        ("before", ["TEXT-101", "TEXT-102", "TEXT-301", "TEXT-302", "TEXT-203", "OLD"]),
    ],
)
def test_what_ends_an_erasure_in_the_middle_is_completed_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch, cause: str, markers: list[str], step: str,
    n: int, after: bool,
) -> None:  # fmt: skip
    payload = {"page": {"oldest": None, "payload": f"OLD {GONE}"}}
    set_aside(store.root, "twitter-1-inbound", payload)
    until = datetime(2026, 10, 6, tzinfo=UTC)
    requests = {
        "author": ErasureRequest("author", "twitter", GONE, digest()),
        "before": ErasureRequest("before", until=until),
    }
    place: Any = Store if step in {"note_erasures", "amend_coverage"} else erase_module
    with monkeypatch.context() as patched:
        patched.setattr(place, step, breaking(getattr(place, step), n, after=after))
        if (step, cause) == ("amend_coverage", "author"):
            erase(store, requests[cause], erased_at=NOW)  # what is in view stays as it is
        else:
            with pytest.raises(Killed):
                erase(store, requests[cause], erased_at=NOW)

    erase(store, requests[cause], erased_at=NOW)

    missing = {"author": {"101", "102"}, "before": {"101", "102", "203", "301", "302"}}[cause]
    assert traces(*markers, digest()) == {}
    assert set(kept(store)) == {row["message_id"] for row in ROWS} - missing
    n_counted = sum(row[4] for row in erased(store))
    counted_in_vain = step in {"note_erasures", "put_month"} and n_counted > len(missing)
    assert counted_in_vain or n_counted == len(missing)


def test_a_panel_that_could_not_be_written_is_written_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ErasureRequest("account", "twitter", "2")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "amend_panel", breaking(Store.amend_panel, 0, after=False))
        with pytest.raises(Killed):
            erase(store, request, erased_at=NOW)

    erase(store, request, erased_at=NOW)

    assert traces("TEXT-203", "valdoine") == {}
    assert erased(store) == [("twitter", "2", date(2026, 9, 7), "account", 1, 0)]


def test_half_written_files_of_a_writer_that_was_killed_are_removed(store: Store) -> None:
    month = store.root / "message" / "network=twitter" / "month=2026-10"
    (month / "part-1.parquet").write_bytes(b"TEXT-half")
    (month / "part-1.parquet#1").write_bytes(b"TEXT-half")
    (store.root / "journal").mkdir()
    (store.root / "journal" / ".socialscore-0123456789abcdef.tmp").write_bytes(b"TEXT-half")

    forget("--author", CITIZENS)

    assert traces("TEXT-half") == {}


def test_a_month_that_cannot_be_written_stays_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(store)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erase_module, "put_month", full)
    result = forget("--author", CITIZENS)

    assert result.code == 5
    assert "cannot be written: No space left on device" in result.err
    assert kept(store) == before


def test_a_store_that_something_was_erased_from_is_written_as_before(store: Store) -> None:
    forget("--author", CITIZENS)

    take(OTHER | {"text": "@montsabran TEXT-edited ?", "n_edits": "1"})
    for number in range(600, 609):
        take(asked(str(number), "2026-10-07", STAYS))
    with store.writing():
        store.compact()

    assert kept(store)["201"]["text"] == "@montsabran TEXT-edited ?"
    assert len(kept(store)) == len(ROWS) - 2 + 9
    assert len(store.messages(datetime(2026, 10, 1, tzinfo=UTC), EVER[1])) < 9


# --- others at work ----------------------------------------------------------------------------


def test_while_somebody_writes_nothing_is_erased(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "_TIMEOUT", 0.1)
    with store.writing():
        result = forget("--author", CITIZENS)

    assert result.code == 75
    assert "another process is writing; try again later" in result.err
    assert len(kept(store)) == len(ROWS)


def test_while_somebody_collects_nothing_is_erased(store: Store) -> None:
    with collecting(store.root, "twitter"):
        result = forget("--author", CITIZENS)

    assert result.code == 75
    assert len(kept(store)) == len(ROWS)


def test_pages_that_wait_to_be_merged_come_first(store: Store) -> None:
    Journal(store.root, "twitter-1-inbound", {}).close()

    result = forget("--author", CITIZENS)

    assert result.code == 75
    assert "are not merged yet; `socialscore collect` merges them first" in result.err
    assert len(kept(store)) == len(ROWS)
    assert forget("--account", "mastodon:ville@instance.example").code == 0


def test_a_reader_whose_files_vanish_is_told_to_try_again(store: Store) -> None:
    files = store.messages(*EVER)
    with DuckDB() as engine:
        engine.relation("message", files)

        forget("--author", CITIZENS)

        with pytest.raises(StoreError, match="was rewritten while it was read; try again") as late:
            engine.query("SELECT * FROM message", {})
    assert late.value.exit_code == 75
    with DuckDB() as engine, pytest.raises(StoreError, match="was rewritten while it was read"):
        engine.relation("message", files)


# --- whoever is asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [[], ["--expired", "--before", "2026-10-01"], ["--author", "a:b", "--account", "twitter:1"]],
)
def test_exactly_one_thing_is_erased_at_a_time(store: Store, options: list[str]) -> None:
    result = forget(*options)

    assert result.code == 2
    assert "give exactly one of --author, --account, --before and --expired" in result.err
    assert len(kept(store)) == len(ROWS)


def test_where_nobody_can_be_asked_it_takes_a_yes(store: Store) -> None:
    result = forget("--author", CITIZENS, yes=False)

    assert result.code == 2
    assert "of that author the store has 2 rows of messages" in result.err
    assert "no terminal to confirm on; add --yes" in result.err
    assert len(kept(store)) == len(ROWS)


@pytest.mark.parametrize(("answer", "n_gone"), [(b"n\n", 0), (b"y\n", 2)])
def test_on_a_terminal_it_is_asked(store: Store, answer: bytes, n_gone: int) -> None:
    leader, follower = pty.openpty()
    os.write(leader, answer)

    done = subprocess.run(
        command("forget", "--author", CITIZENS),
        stdin=follower, stdout=subprocess.PIPE, stderr=follower, check=False,
    )  # fmt: skip

    shown = os.read(leader, 10_000).decode()
    os.close(follower)
    os.close(leader)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "Erase it? It cannot be undone. [y/N]" in shown
    assert len(kept(store)) == len(ROWS) - n_gone


def test_a_store_that_is_not_there_is_said() -> None:
    result = forget("--before", "2026-10-01", "--store", "elsewhere")

    assert result.code == 5
    assert "there is no store yet" in result.err


def test_a_store_without_messages_has_nothing_to_forget() -> None:
    Store.create(ROOT, key_id=Pseudonyms(read_key(Path("pseudonym.key"))).key_id)

    for options in (["--author", CITIZENS], ["--account", "twitter:1"], ["--before", "2026-10-01"]):
        result = forget(*options)
        assert (result.code, "nothing of " in result.err) == (0, True)
    assert forget("--expired").code == 0


def test_what_was_counted_is_told_as_json_can(store: Store) -> None:
    forget("--before", "2026-09-01")

    (row,) = store.erasures().to_pylist()

    assert json.dumps(row, default=str)
    assert row["erased_at"] is not None
