"""A store of an earlier version is read as it is, and upgraded by whoever writes to it first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile, copytree
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, Schema
from shell import begin, run

from socialscore.engines.duckdb import DuckDB
from socialscore.errors import Overtaken, StoreError
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.messages import Coverage
from socialscore.store.erase import erase, expire
from socialscore.store.erasure_request import ErasureRequest
from socialscore.store.lake import Store
from socialscore.store.schema import COVERAGE, ERASURE, MESSAGE
from socialscore.store.table_files import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = Path(__file__).parents[1] / "fixtures"
EARLIER = FIXTURES / "store-0.2.0"
SAME = FIXTURES / "published-0.1.0"  # the file and the panel that it was made of
ROOT = Path("socialscore-data")
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
IMPORT = ("import", SAME / "messages.csv", "--panel", SAME / "panel.csv")
WEEK = ("--period", "2026-W41", "--format", "json")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store of the earlier version, and the key of its pseudonyms."""
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", "pseudonym.key")
    copytree(EARLIER / "store", ROOT)
    copyfile(EARLIER / "pseudonym.key", "pseudonym.key")
    Path("pseudonym.key").chmod(0o600)
    return tmp_path


def content() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in ROOT.rglob("*") if path.is_file()}


def rows(root: Path = ROOT) -> list[dict[str, Any]]:
    with DuckDB() as engine:
        engine.relation("message", Store.open(root).messages(*EVER), MESSAGE)
        return engine.query("SELECT * FROM message ORDER BY sent_at, message_id, account_id", {})


def columns(table: str = "message") -> set[str]:
    return {field.name for field in DeltaTable(ROOT / table).schema().fields}


def ranked() -> Any:
    done = run("rank", *WEEK)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_it_is_ranked_and_told_of_as_it_is() -> None:
    before = content()

    document = ranked()

    n_judged = sum(score["n_judged"] for score in document["scores"])
    note = f"{n_judged} of {n_judged} messages were judged by earlier rules: `import` or "
    assert n_judged > 0
    assert [it for it in document["notes"] if it.startswith(note)]
    for command in (["status"], ["explain", "Ville de Montsabran", "--period", "2026-W41"]):
        assert run(*command).code == 0, run(*command).err
    assert content() == before


def test_the_first_import_upgrades_it_and_keeps_what_it_has() -> None:
    before = rows()

    imported = run(*IMPORT)

    assert imported.code == 0, imported.err
    assert json.loads((ROOT / "store.json").read_text())["format"] == 3
    kept = [*before[0].keys() - {"rulebook"}]
    assert [[row[it] for it in kept] for row in rows()] == [
        [row[it] for it in kept] for row in before
    ]


def test_what_comes_in_stands_beside_what_is_there(tmp_path: Path) -> None:
    text = (SAME / "messages.csv").read_text(encoding="utf-8").splitlines()
    more = [line.replace("17500000000000", "17600000000000") for line in text[1:]]
    (tmp_path / "more.csv").write_text("\n".join([text[0], *more]), encoding="utf-8")

    assert run("import", "more.csv", "--panel", SAME / "panel.csv").code == 0

    assert columns() == set(MESSAGE.names)
    assert len(rows()) == 2 * len(more)
    new = [row for row in rows() if row["message_id"].startswith("176")]
    assert {row["rulebook"] for row in new} == {rulebook_digest()}


def erased(store: Store) -> None:
    erase(store, ErasureRequest("before", until=datetime(2026, 10, 3, tzinfo=UTC)), erased_at=NOW)


def expired(store: Store) -> None:
    assert expire(store, before=NOW)


def edited(store: Store) -> None:
    names = ("month", "collected_at", "edited_seen_at", "deleted_seen_at")
    some = pa.Table.from_pylist(rows()[:3], schema=MESSAGE).drop_columns(names)
    at = some.schema.get_field_index("n_edits")
    some = some.set_column(at, "n_edits", pa.repeat(pa.scalar(7, pa.int32()), 3))
    with store.writing():
        assert store.save([some], first=EVER[0], last=EVER[1], collected_at=NOW).n_changed == 3


def covered(store: Store) -> None:
    with store.writing():
        row = Coverage("twitter", "101", "inbound", EVER[0], EVER[1])
        store.cover([row], run_id="run", collected_at=NOW)


@pytest.mark.parametrize("write", [erased, expired, edited, covered])
def test_whatever_writes_first_upgrades_it(write: Callable[[Store], None]) -> None:
    store = Store.open(ROOT)

    write(store)

    assert json.loads((ROOT / "store.json").read_text())["format"] == 3
    assert write is covered or columns() == set(MESSAGE.names)
    assert write is not covered or columns("coverage") == set(COVERAGE.names)
    with store.writing():
        store.compact()
    assert columns() == set(MESSAGE.names)
    assert ranked()


def test_of_two_that_upgrade_it_at_once_one_begins_anew() -> None:
    one, other = DeltaTable(ROOT / "message"), DeltaTable(ROOT / "message")
    upgrade(one, MESSAGE)

    with pytest.raises(Overtaken):
        upgrade(other, MESSAGE)
    upgrade(other, MESSAGE)

    assert {field.name for field in other.schema().fields} == set(MESSAGE.names)


def test_a_store_with_a_column_of_a_later_version_is_read_and_not_written() -> None:
    before = ranked()
    table = DeltaTable(ROOT / "message")
    table.alter.add_columns(Schema.from_arrow(pa.schema([("mood", pa.string())])).fields)

    refused = run(*IMPORT)

    assert refused.code == 5
    assert "a later version of socialscore has added mood; update this one to write" in refused.err
    assert ranked() == before
    with pytest.raises(StoreError, match="has added mood"):
        expire(Store.open(ROOT), before=NOW)


def test_rows_of_before_can_have_nothing_in_every_column() -> None:
    for schema in (MESSAGE, COVERAGE, ERASURE):
        assert all(column.nullable for column in schema)


# --- judging again -------------------------------------------------------------------------------

JUDGEMENTS = (
    "message_id", "account_id", "language", "question_mark", "question", "request",
    "response_class", "rule_id", "rulebook", "text_digest",
)  # fmt: skip


def test_an_import_judges_again_what_it_has() -> None:
    given = {row["message_id"]: row["language"] for row in rows()}
    assert run(*IMPORT, "--store", "anew").code == 0
    expected = rows(Path("anew"))

    imported = run(*IMPORT)

    assert "the language rules have changed: 117 messages judged again, " in imported.err
    assert "; 0 without a text stay as they were judged" in imported.err
    assert "117 already known" in imported.err
    found = rows()
    same = [each["language"] == given[each["message_id"]] for each in expected]
    for one, other, is_same in zip(found, expected, same, strict=True):
        if is_same:  # whether an earlier version had guessed the language, nobody knows
            assert {it: one[it] for it in JUDGEMENTS} == {it: other[it] for it in JUDGEMENTS}
    assert "rules have changed" not in run(*IMPORT).err
    assert not [it for it in ranked()["notes"] if "earlier rules" in it]
