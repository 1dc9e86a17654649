"""Parents, threads and walls, as far as the replies of a file tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from socialscore.importers.staged import STAGED, StagedRows
from socialscore.importers.staging import Stage
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = (Account("twitter", "1", "montsabran"), Account("facebook", "5", "montsabran"))
PANEL = Panel("test", (Body("ville", "Montsabran", "ville", ACCOUNTS),))
AT = datetime(2026, 9, 7, 8, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def says(message_id: str, reply_to_id: str | None = None, **columns: Any) -> dict[str, Any]:
    """A message to the city on X, unless the columns say otherwise."""
    return {
        "network": "twitter", "message_id": message_id, "author_id": "901", "text": "Quand ?",
        "sent_at": AT, "kind": "mention", "mentioned_ids": ["1"], "reply_to_id": reply_to_id,
    } | columns  # fmt: skip


def on_wall(message_id: str, author_id: str = "901", **columns: Any) -> dict[str, Any]:
    """What stands on the wall of the city on Facebook; the columns say whom it answers."""
    wall = message_id.partition("_")[0]
    return says(
        message_id, network="facebook", author_id=author_id, wall=wall, mentioned_ids=None
    ) | columns  # fmt: skip


def read(stage: Stage, *rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The messages that concern the city, by identifier."""
    numbered = [{"line": line} | row for line, row in enumerate(rows, 2)]
    table = pa.Table.from_pylist(numbered, schema=STAGED)
    stage.read(StagedRows(iter([table]), is_whole=True), "messages.csv")
    stage.address(PANEL)
    return {row["message_id"]: row for part in stage.messages() for row in part.to_pylist()}


def threads(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {message_id: row["conversation_id"] for message_id, row in found.items()}


# --- threads -------------------------------------------------------------------------------------


def test_replies_lead_to_the_first_message_of_their_thread(stage: Stage) -> None:
    chain = [says(str(n), str(n - 1) if n > 10 else None) for n in range(50, 9, -1)]

    found = read(stage, *chain, says("99"))

    assert set(threads(found).values()) == {"10", "99"}
    assert threads(found)["50"] == "10"


def test_replies_to_what_the_file_lacks_are_one_thread(stage: Stage) -> None:
    found = read(stage, says("11", "7"), says("12", "7"), says("13", "12"), says("14", "8"))

    assert threads(found) == {"11": "7", "12": "7", "13": "7", "14": "8"}


def test_a_file_that_names_threads_is_believed(stage: Stage) -> None:
    found = read(stage, says("11", conversation_id="3"), says("12", "11"))

    assert threads(found) == {"11": "3", "12": None}


def test_replies_in_a_circle_end(stage: Stage) -> None:
    found = read(stage, says("11", "12"), says("12", "11"))

    assert set(threads(found).values()) <= {"11", "12"}


def test_a_refused_row_is_no_part_of_a_thread(stage: Stage) -> None:
    found = read(stage, says("11", "10", refusal="broken"), says("12", "11"))

    assert threads(found) == {"12": "11"}


# --- parents by row ------------------------------------------------------------------------------


def test_a_reply_may_name_the_row_that_it_answers(stage: Stage) -> None:
    found = read(stage, says("12", row_key="2", reply_to_row_key="1"), says("11", row_key="1"))

    assert found["12"]["reply_to_id"] == "11"
    assert found["12"]["reply_to_author_id"] == "901"


def test_a_message_that_is_named_goes_before_a_row(stage: Stage) -> None:
    found = read(stage, says("12", "7", reply_to_row_key="1"), says("11", row_key="1"))

    assert found["12"]["reply_to_id"] == "7"


def test_what_hangs_under_a_row_that_is_no_message_answers_nobody(stage: Stage) -> None:
    page = says("1", row_key="1", notice="seed")

    found = read(stage, page, says("11", row_key="2", reply_to_row_key="1"))

    assert found["11"]["reply_to_id"] is None
    assert stage.losses() == []


def test_a_reply_to_a_row_that_is_not_there_has_lost_its_parent(stage: Stage) -> None:
    read(stage, says("11", author_id="1", row_key="2", reply_to_row_key="1"))

    assert stage.losses() == [("twitter", "1", "unknown-parents", 1)]


# --- notices -------------------------------------------------------------------------------------


def test_notices_are_counted_and_are_neither_messages_nor_refused(stage: Stage) -> None:
    notices = [says("", notice="limit"), says("", notice="deletion"), says("", notice="limit")]

    found = read(stage, notices[0], says("11"), *notices[1:])

    assert list(found) == ["11"]
    assert stage.notices == {"deletion": 1, "limit": 2}
    assert (stage.tally().n_rows, stage.tally().n_refused) == (1, 0)


# --- walls ---------------------------------------------------------------------------------------


def test_what_stands_on_a_wall_is_a_post_of_the_page_or_of_a_visitor(stage: Stage) -> None:
    found = read(stage, on_wall("5_1", "5"), on_wall("5_2"))

    assert {key: (row["kind"], row["outbound"]) for key, row in found.items()} == {
        "5_1": ("post", True),
        "5_2": ("wall-post", False),
    }


@pytest.mark.parametrize(
    ("author_id", "answers", "is_meant"),
    [
        ("901", "5_1", True),  # the page's own post
        ("901", "1_2", True),  # oneself: further words, after the page answered
        ("902", "1_2", False),  # another citizen
        ("unknown:1_3", "1_2", True),
        ("902", "1_4", True),  # somebody unknown
    ],
)
def test_a_comment_is_for_the_page_unless_one_citizen_answers_another(
    author_id: str, answers: str, is_meant: bool, stage: Stage
) -> None:
    found = read(
        stage,
        on_wall("1_3", author_id, reply_to_id=answers),
        on_wall("1_2", reply_to_id="5_1"),
        on_wall("1_4", "unknown:1_4", reply_to_id="5_1"),
        on_wall("5_1", "5"),
    )

    assert ("1_3" in found) == is_meant
    if is_meant:
        assert (found["1_3"]["kind"], found["1_3"]["conversation_id"]) == ("comment", "5_1")
