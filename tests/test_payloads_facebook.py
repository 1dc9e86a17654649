"""Posts and comments of Graph become messages; a case is a pair of files in fixtures/facebook."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.model.messages import KINDS, Message
from socialscore.payloads import PayloadError
from socialscore.payloads.facebook import to_message
from socialscore.payloads.twitter import to_message as to_message_of_x

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures" / "facebook"
SHARED = ROOT.parent / "shared" / "data"
CASES = sorted(path.name.removesuffix(".message.json") for path in FIXTURES.glob("*.message.json"))

PAGE_ID = "900000000000100"
POST = {
    "id": "900000000000100_122000000000000001",
    "created_time": "2026-03-02T08:15:30+0000",
    "message": "Quand rouvre la piscine ?",
}


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    return content


def _told(message: Message) -> dict[str, Any]:
    """The fields of a message that differ from their defaults, as JSON has them."""
    defaults = {each.name: each.default for each in fields(message)}
    told = {k: v for k, v in vars(message).items() if defaults[k] is MISSING or v != defaults[k]}
    content: dict[str, Any] = json.loads(json.dumps(told, default=datetime.isoformat))
    return content


@pytest.mark.parametrize("case", CASES)
def test_an_item_becomes_the_message_beside_it(case: str) -> None:
    told = _read(f"{case}.json")

    message = to_message(told["item"], told["page_id"], told.get("post"))

    assert _told(message) == _read(f"{case}.message.json")


@pytest.mark.parametrize("case", CASES)
def test_an_item_is_left_as_it_was(case: str) -> None:
    told = _read(f"{case}.json")
    before = copy.deepcopy(told)

    to_message(told["item"], told["page_id"], told.get("post"))

    assert told == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "no id"),
        ({"id": 122000000000000001}, "id is not digits, joined by underscores"),
        ({"id": "pfbid0"}, "id is not digits, joined by underscores"),
        ({"created_time": None}, "no created_time"),
        ({"created_time": 1772439330}, "created_time is not a date"),
        ({"created_time": "2026-03-02T08:15:30"}, "created_time has no timezone"),
        (
            {"created_time": "2004-02-03T23:59:59+0000"},
            "created_time is before Facebook's first post or absurdly late",
        ),
        ({"is_published": False}, "not published"),
    ],
)
def test_an_item_that_cannot_be_a_message_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(PayloadError) as refusal:
        to_message({**POST, **change}, PAGE_ID)

    assert str(refusal.value) == reason


def test_two_items_by_people_unknown_have_two_authors() -> None:
    other = {**POST, "id": "900000000000100_122000000000000002"}

    first, second = (to_message(item, PAGE_ID) for item in (POST, other))

    assert first.author_id != second.author_id


def test_an_answer_to_somebody_unknown_names_the_author_that_their_item_has() -> None:
    item = to_message(POST, PAGE_ID)
    comment = {**POST, "id": "122000000000000001_1", "from": {"id": PAGE_ID}}

    answer = to_message(comment, PAGE_ID, POST)

    assert answer.reply_to_author_id == item.author_id


def test_times_are_given_in_utc() -> None:
    message = to_message({**POST, "created_time": "2026-03-02T09:15:30+0100"}, PAGE_ID)

    assert message.sent_at == datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)
    assert message.sent_at.utcoffset() == timedelta(0)


NAMES = st.sampled_from(
    ["id", "created_time", "from", "message", "message_tags", "parent", "is_published", "0"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from([PAGE_ID, POST["id"], POST["created_time"]]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES), st.none() | st.dictionaries(NAMES, VALUES))
def test_whatever_stands_in_an_item_it_is_a_message_or_refused(
    item: dict[str, Any], post: dict[str, Any] | None
) -> None:
    with suppress(PayloadError):
        message = to_message({**POST, **item}, PAGE_ID, post)

        assert message.kind in KINDS
        assert not any("\ud800" <= character <= "\udfff" for character in message.text)


def _objects(value: object) -> list[dict[str, Any]]:
    """Every JSON object in a document, at any depth."""
    if isinstance(value, list):
        return [found for each in value for found in _objects(each)]
    if isinstance(value, dict):
        return [value, *(found for each in value.values() for found in _objects(each))]
    return []


def _outcome(make: Callable[[], Message]) -> Message | str:
    """The message, or why there is none."""
    try:
        return make()
    except PayloadError as refusal:
        return str(refusal)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the checkout")
@pytest.mark.parametrize(
    "path", sorted(SHARED.glob("facebook_graph/**/*.json")), ids=lambda path: path.name
)
@pytest.mark.parametrize("post", [None, POST], ids=["as-posts", "as-comments"])
def test_recorded_items_are_messages_or_refused_by_name(
    path: Path, post: dict[str, Any] | None
) -> None:
    items = [each for each in _objects(json.loads(path.read_text())) if "created_time" in each]

    outcomes = [_outcome(partial(to_message, item, PAGE_ID, post)) for item in items]

    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, Message):
            assert (outcome.message_id, outcome.text) == (item["id"], item.get("message", ""))
        else:
            assert outcome == "no id"
            assert "id" not in item


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the checkout")
@pytest.mark.parametrize(
    "path", sorted(SHARED.glob("x_api/**/*.json*")), ids=lambda path: path.name
)
def test_recorded_posts_of_x_are_messages_or_refused_by_name(path: Path) -> None:
    text = path.read_text()
    lines = text.splitlines() if path.suffix == ".jsonl" else [text]
    items = [each for line in lines for each in _objects(json.loads(line)) if "text" in each]

    outcomes = [_outcome(partial(to_message_of_x, item)) for item in items]

    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, str):
            assert outcome in {"no id", "no author_id", "no created_at"}
            assert outcome.removeprefix("no ") not in item
