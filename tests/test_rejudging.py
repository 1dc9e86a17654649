"""When the rules change, what still has its text is judged again, and only then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from test_store import NOW, kept, save, the
from worlds import answers, asks, at

from socialscore.errors import Overtaken
from socialscore.language.judge import judge
from socialscore.language.rulebook import rulebook_digest
from socialscore.store import rejudging
from socialscore.store.erase import expire
from socialscore.store.inventory import seen_until
from socialscore.store.lake import Store
from socialscore.store.rejudging import Rejudged, rejudge
from socialscore.store.table_files import delta

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATER = NOW + timedelta(days=1)
QUESTION, THANKS, ANSWER = "Quand rouvre le pont ?", "Merci à vous", "Il rouvre demain à 9 h."


def judged(row: dict[str, Any], *, outbound: bool = False) -> dict[str, Any]:
    """The row as the rules of today judge it."""
    table = pa.table(
        {
            "text": pa.array([row["text"]], pa.string()),
            "language": pa.array([row.get("language")], pa.string()),
            "outbound": pa.array([outbound]),
        }
    )
    [found] = judge(table, salt="salt").to_pylist()
    return row | {name: value for name, value in found.items() if name != "outbound"}


def rows() -> list[dict[str, Any]]:
    """Messages of two months."""
    return [
        judged(asks("m1", at(days=1), text=QUESTION)),
        judged(answers("m2", "m1", at(days=2), text=ANSWER), outbound=True),
        judged(asks("m3", at(days=40), text=THANKS)),
    ]


EARLIER = {"rulebook": "earlier", "rejudged_at": None}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that earlier rules have judged: they took thanks for a question."""
    made = Store.create(tmp_path / "store", key_id="key")
    first, second, third = rows()
    save(made, first | EARLIER, second | EARLIER, third | EARLIER | {"question": True})
    made.note_rulebook("earlier", NOW)
    return made


def again(store: Store, judged_at: datetime = LATER) -> Rejudged:
    return rejudge(store, salt="salt", judged_at=judged_at)


def version(store: Store) -> int:
    table = delta(store.location, "message")
    assert table
    return int(table.version())


def test_everything_is_as_if_it_came_today(store: Store) -> None:
    assert again(store) == Rejudged(n_judged=3, n_changed=1)

    for row in rows():
        names = row.keys() - {"sent_at"}
        found = the(store, row["message_id"])
        assert {name: found[name] for name in names} == {name: row[name] for name in names}
    assert len(kept(store)) == 3


def test_only_what_is_judged_otherwise_says_when(store: Store) -> None:
    again(store)

    moments = [row["rejudged_at"] for row in kept(store)]
    assert moments == [None, None, LATER.replace(tzinfo=None)]
    assert LATER < (seen_until(store) or LATER) < LATER + timedelta(seconds=1)


def test_a_second_time_changes_nothing_and_looks_at_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(store)
    before = version(store)
    monkeypatch.setattr(rejudging, "partitions", None)

    assert again(store) == Rejudged()
    assert version(store) == before


def test_a_new_store_has_nothing_to_judge_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.create(tmp_path / "new", key_id="key")
    monkeypatch.setattr(rejudging, "partitions", None)

    assert again(store) == Rejudged()


def test_what_has_lost_its_text_stays_as_it_was_judged(store: Store) -> None:
    save(store, asks("m4", at(days=3), text="", **EARLIER), collected_at=LATER)
    save(store, asks("m5", at(days=3), text=None, **EARLIER), collected_at=LATER)

    assert again(store) == Rejudged(n_judged=3, n_changed=1, n_kept=2)
    assert [the(store, name)["rulebook"] for name in ("m4", "m5")] == ["earlier"] * 2


def test_a_store_without_texts_is_not_written_anew(store: Store) -> None:
    expire(store, before=LATER)
    before = version(store)

    assert again(store) == Rejudged(n_kept=3)
    assert version(store) == before
    assert store.rulebook == rulebook_digest()


def test_a_language_is_guessed_again_unless_it_was_given(store: Store) -> None:
    guessed = {"language": "de", "language_given": False}
    given = {"language": "de", "language_given": True}
    unknown = {"language": "de", "language_given": None}
    for number, said in enumerate((guessed, given, unknown)):
        save(store, asks(f"l{number}", at(days=3), text=QUESTION, **EARLIER, **said))

    again(store)

    found = [the(store, f"l{number}")["language"] for number in range(3)]
    assert found == ["fr", "de", "de"]


def test_whoever_is_killed_is_completed_by_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, n_written = rejudging.put_month, 0

    def put_one(*arguments: Any) -> None:
        nonlocal n_written
        if n_written:
            raise KeyboardInterrupt
        n_written += 1
        real(*arguments)

    monkeypatch.setattr(rejudging, "put_month", put_one)
    with pytest.raises(KeyboardInterrupt):
        again(store)
    monkeypatch.setattr(rejudging, "put_month", real)

    assert store.rulebook == "earlier"
    assert 0 < again(store).n_judged < 3
    assert {row["rulebook"] for row in kept(store)} == {rulebook_digest()}


def test_a_month_that_others_rewrite_meanwhile_is_begun_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = rejudging.put_month, []

    def overtaken_once(*arguments: Any) -> None:
        tries.append(arguments[2])
        if len(tries) == 1:
            raise Overtaken("another process was writing")
        real(*arguments)

    monkeypatch.setattr(rejudging, "put_month", overtaken_once)

    assert again(store) == Rejudged(n_judged=3, n_changed=1)
    assert len(tries) == 3


def test_rules_that_judge_alike_leave_no_trace_but_their_digest(
    store: Store, other_rules: Callable[[], None]
) -> None:
    other_rules()

    again(store)
    found = kept(store)

    assert {row["rulebook"] for row in found} == {rulebook_digest()}
    assert [row["rejudged_at"] for row in found][:2] == [None, None]
