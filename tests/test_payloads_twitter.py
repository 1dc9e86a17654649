"""Posts of the X API v2 become messages; a case is a pair of files in fixtures/twitter."""

from __future__ import annotations

import copy
import html
import json
from contextlib import suppress
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.model.messages import KINDS, Message
from socialscore.payloads import PayloadError
from socialscore.payloads.twitter import Included, to_message

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures" / "twitter"
REAL = ROOT.parent / "shared" / "data" / "x_api" / "twarc_csv"
CASES = sorted(path.name.removesuffix(".message.json") for path in FIXTURES.glob("*.message.json"))

X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of ids, as X published it

POST = {
    "id": "2028383205727600641",
    "author_id": "9000000000000000201",
    "created_at": "2026-03-02T08:15:30.000Z",
    "text": "Quand rouvre la piscine ?",
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
def test_a_post_becomes_the_message_beside_it(case: str) -> None:
    page = _read(f"{case}.json")

    message = to_message(page["data"], Included.of(page))

    assert _told(message) == _read(f"{case}.message.json")


@pytest.mark.parametrize("case", CASES)
def test_a_payload_is_left_as_it_was(case: str) -> None:
    page = _read(f"{case}.json")
    before = copy.deepcopy(page)

    to_message(page["data"], Included.of(page))

    assert page == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "no id"),
        ({"id": 2.0283832057276006e18}, "an identifier was rounded; keep identifiers as text"),
        ({"id": "2.02838E+18"}, "an identifier was rounded; keep identifiers as text"),
        ({"author_id": 12.5}, "an identifier was rounded; keep identifiers as text"),
        ({"id": 20283832057276006410}, "id is not a string of digits"),
        ({"id": True}, "id is not a string of digits"),
        ({"id": " 12 "}, "id is not a string of digits"),
        ({"id": "-12"}, "id is not a string of digits"),
        ({"id": "²"}, "id is not a string of digits"),
        ({"id": "20283832057276006410000"}, "id is not a string of digits"),
        ({"author_id": ""}, "no author_id"),
        ({"author_id": "anna"}, "author_id is not a string of digits"),
        ({"created_at": None}, "no created_at"),
        ({"created_at": 1772439330}, "created_at is not a date"),
        ({"created_at": "Mon Mar 02 08:15:30 +0000 2026"}, "created_at is not a date"),
        ({"created_at": "2026-03-02T08:15:30"}, "created_at has no timezone"),
        (
            {"created_at": "2006-03-20T23:59:59.000Z"},
            "created_at is before X's first post or absurdly late",
        ),
        (
            {"created_at": "2100-01-01T00:00:00.000Z"},
            "created_at is before X's first post or absurdly late",
        ),
        ({"text": None}, "no text"),
    ],
)
def test_a_post_that_cannot_be_a_message_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(PayloadError) as refusal:
        to_message({**POST, **change})

    assert str(refusal.value) == reason


@pytest.mark.parametrize("tag", ["und", "qme", "qst", "qht", "qam", "qct", "zxx", "art", "mul"])
def test_a_tag_that_names_no_language_is_none(tag: str) -> None:
    message = to_message({**POST, "lang": tag})

    assert message.language is None


@pytest.mark.parametrize("tag", ["fr", "in", "ckb", "quz", "zh-TW", "hi-Latn"])
def test_a_tag_that_names_a_language_is_kept(tag: str) -> None:
    message = to_message({**POST, "lang": tag})

    assert message.language == tag


def test_a_history_that_leaves_out_the_post_itself_says_nothing() -> None:
    message = to_message({**POST, "edit_history_tweet_ids": ["2028383205727600000"]})

    assert (message.message_id, message.n_edits) == (POST["id"], 0)


def test_times_are_given_in_utc() -> None:
    message = to_message({**POST, "created_at": "2026-03-02T09:15:30+01:00"})

    assert message.sent_at == datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)
    assert message.sent_at.utcoffset() == timedelta(0)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_what_its_author_typed(typed: str) -> None:
    post = {**POST, "text": html.escape(typed, quote=False)}

    message = to_message(post)

    assert message.text == typed


@given(st.integers(0, 2**41 - 1), st.integers(0, 2**22 - 1))
def test_a_later_version_has_the_second_in_which_the_first_got_its_id(
    milliseconds: int, sequence: int
) -> None:
    first = str(milliseconds << 22 | sequence)

    message = to_message({**POST, "edit_history_tweet_ids": [first, POST["id"]]})

    exact = X_EPOCH + timedelta(milliseconds=milliseconds)
    assert message.sent_at == exact.replace(microsecond=0)


@pytest.mark.skipif(not REAL.exists(), reason="the shared data are not beside the checkout")
def test_both_versions_of_a_real_edited_post_are_one_message() -> None:
    before, after = (
        json.loads((REAL / f"edited_{n}.jsonl").read_text()) for n in ("before", "after")
    )

    first, second = (to_message(page["data"][0]) for page in (before, after))

    assert first.message_id == second.message_id
    assert first.sent_at == second.sent_at
    assert (first.n_edits, second.n_edits) == (0, 1)


NAMES = st.sampled_from(
    [
        *("id", "author_id", "created_at", "text", "lang", "type", "username", "author", "users"),
        *("referenced_tweets", "referenced_posts", "edit_history_tweet_ids", "note_tweet"),
        *("entities", "mentions", "includes", "tweets", "in_reply_to_user_id"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from(["replied_to", "2028383205727600641", "2026-03-02T08:15:30.000Z", "anna"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES))
def test_whatever_stands_in_a_post_it_is_a_message_or_refused(
    post: dict[str, Any], page: dict[str, Any]
) -> None:
    with suppress(PayloadError):
        message = to_message({**POST, **post}, Included.of(page))

        assert message.kind in KINDS
        assert not any("\ud800" <= character <= "\udfff" for character in message.text)
