from __future__ import annotations

import json
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialscore.importers import read, read_arrow
from socialscore.importers.identifiers import RoundedColumn
from socialscore.importers.source import Source
from socialscore.importers.staging import Stage
from socialscore.inputs.panel import Panel
from socialscore.model.identifiers import is_decimal, is_whole
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


ROUNDED = "an identifier was rounded; keep identifiers as text"
PANEL = Panel("test", (Body("ville", "Montsabran", "ville", (Account("twitter", "7", "ville"),)),))
WHEN = "2026-09-07T08:00:00Z"
QUESTION = "2119588004623286620"


def no_digits(column: str) -> str:
    return f"{column} is not a string of digits"


# --- one identifier ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0", "7", "2119588004623286620", str(2**63 - 1)])
def test_digits_are_an_identifier(text: str) -> None:
    assert is_whole(text)
    assert not is_decimal(text)


NO_IDENTIFIERS = (
    "-1", "+12", "0x1F", "1_000", "1 000", "１２", "²", "nan", "true", "007",
    str(2**63), "1234567890123456789012345",
)  # fmt: skip


@pytest.mark.parametrize("text", [*NO_IDENTIFIERS, "", " 12 ", "12\u00a0", "12\n"])
def test_anything_else_is_none(text: str) -> None:
    assert not is_whole(text)
    assert not is_decimal(text)


DECIMALS = ("1.23457E+18", "1,23457E+18", "1.5", "2.1195880046232867e+18", "1e+18", "12.")


@pytest.mark.parametrize("text", DECIMALS)
def test_a_number_with_a_point_or_an_exponent_was_rounded(text: str) -> None:
    assert is_decimal(text)
    assert not is_whole(text)


@pytest.mark.parametrize("text", ["12e5", "1e5z", "e+5", "user.12", "12.30.9"])
def test_what_a_handle_can_be_was_not(text: str) -> None:
    assert not is_decimal(text)


# --- in every format -----------------------------------------------------------------------------


def as_care_csv(rows: Sequence[dict[str, Any]]) -> str:
    return (
        "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
        + (
            "".join(
                f'"{row["id"]}","{row["author"]}",True,Mon Sep 07 08:00:00 +0000 2026,?,,'
                f'"{row.get("parent", "")}"\n'
                for row in rows
            )
        )
    )


def as_table(rows: Sequence[dict[str, Any]]) -> str:
    return "message_id,author_id,sent_at,text,reply_to_id\n" + "".join(
        f'"{row["id"]}","{row["author"]}",{WHEN},?,"{row.get("parent", "")}"\n' for row in rows
    )


def as_json_table(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(
        json.dumps(
            {
                "message_id": row["id"], "author_id": row["author"], "sent_at": WHEN, "text": "?",
                "reply_to_id": row.get("parent"),
            }
        ) + "\n"
        for row in rows
    )  # fmt: skip


def as_x_jsonl(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(
        json.dumps(
            {
                "id": row["id"], "author_id": row["author"], "created_at": WHEN, "text": "?",
                "referenced_tweets": (
                    [{"type": "replied_to", "id": row["parent"]}] if row.get("parent") else []
                ),
            }
        ) + "\n"
        for row in rows
    )  # fmt: skip


FORMATS = {
    "care": (as_care_csv, "tweet_id"),
    "table": (as_table, "message_id"),
    "table of JSON": (as_json_table, "message_id"),
    "x-jsonl": (as_x_jsonl, "id"),
}


@contextmanager
def staged(path: Path, layout: str, *rows: dict[str, Any]) -> Iterator[Stage]:
    path.write_text(FORMATS[layout][0](rows), encoding="utf-8")
    with Source(path) as source, Stage() as stage:
        stage.read(read(source).rows, path)
        yield stage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize("layout", FORMATS)
def test_an_identifier_of_anything_but_digits_is_refused_in_every_format(
    path: Path, layout: str
) -> None:
    texts = [*DECIMALS, *NO_IDENTIFIERS]

    with staged(path, layout, *({"id": it, "author": "8"} for it in [*texts, "12"])) as stage:
        reasons = [each.reason for each in stage.refusals()]

    told = no_digits(FORMATS[layout][1])
    assert reasons == [ROUNDED] * len(DECIMALS) + [told] * len(NO_IDENTIFIERS)


@pytest.mark.parametrize("layout", FORMATS)
def test_an_author_that_was_rounded_is_refused_in_every_format(path: Path, layout: str) -> None:
    rows = ({"id": "11", "author": "1.70048E+17"}, {"id": "12", "author": "8"})

    with staged(path, layout, *rows) as stage:
        assert [each.reason for each in stage.refusals()] == [ROUNDED]


@pytest.mark.parametrize("layout", FORMATS)
def test_a_reply_to_a_rounded_parent_is_kept_in_every_format(path: Path, layout: str) -> None:
    rows = (
        {"id": QUESTION, "author": "8"},
        {"id": "2119590000000000001", "author": "7", "parent": "2.1195880046232867e+18"},
        {"id": "2119590000000000002", "author": "7", "parent": "2.11959E+18"},
    )

    with staged(path, layout, *rows) as stage:
        assert list(stage.refusals()) == []
        (column,) = stage.rounded
        assert (column.n_values, column.n_rounded, column.n_matched) == (2, 2, 1)
        assert parents(stage) == {"1": QUESTION, "2": None}


def parents(stage: Stage) -> dict[str, str | None]:
    """What the replies of the account answer, by the last digit of their identifiers."""
    stage.address(PANEL)
    rows = [row for part in stage.messages() for row in part.to_pylist()]
    return {row["message_id"][-1]: row["reply_to_id"] for row in rows if row["author_id"] == "7"}


@pytest.mark.parametrize("layout", ["table of JSON", "x-jsonl"])
def test_a_json_number_is_an_identifier_if_it_is_whole(path: Path, layout: str) -> None:
    rows = [
        {"id": 2119588004623286621, "author": 8},
        {"id": 2.119588004623286e18, "author": 8},
        {"id": 2119588004623286623, "author": 7, "parent": 2119588004623286621},
    ]

    with staged(path, layout, *rows) as stage:
        assert [each.reason for each in stage.refusals()] == [ROUNDED]
        assert stage.rounded == []
        assert parents(stage) == {"3": "2119588004623286621"}


def test_identifiers_of_other_networks_are_what_they_are() -> None:
    with table(row("abc", network="mastodon"), row("1_2", network="facebook")) as stage:
        assert list(stage.refusals()) == []


def test_what_became_a_decimal_number_for_lack_of_values_is_whole_again() -> None:
    question, answer = row("41"), row("42", author_id="7", reply_to_id="41.0")

    with table(question, answer) as stage:
        assert stage.rounded == []
        assert parents(stage) == {"2": "41"}


def test_a_message_to_an_account_that_was_rounded_is_refused() -> None:
    with table(row("41", account="1.70048E+17"), row("42")) as stage:
        assert [each.reason for each in stage.refusals()] == [ROUNDED]


# --- whole columns -------------------------------------------------------------------------------


def row(message_id: str, **columns: Any) -> dict[str, Any]:
    return {
        "message_id": message_id, "author_id": "8", "sent_at": WHEN, "text": "?",
        "reply_to_id": None, "account": None, "network": "twitter", "conversation_id": None,
        "reply_to_author_id": None,
    } | columns  # fmt: skip


@contextmanager
def table(*rows: dict[str, Any]) -> Iterator[Stage]:
    with Stage() as stage:
        stage.read(read_arrow(pa.Table.from_pylist(list(rows))), "the table")
        yield stage


def identifiers(n: int, *, counting: bool = True) -> list[int]:
    """Identifiers such as X makes: a time, a machine, and a count within the millisecond."""
    dice = random.Random(n)
    times = dice.sample(range(10**6), n)
    return [
        (505_000_000_000 + time << 22) + (dice.randrange(1024) << 12)
        + (dice.randrange(1, 4096) if counting else 0)
        for time in times
    ]  # fmt: skip


def by_spreadsheet(number: int) -> str:
    return f"{str(number)[:15]}{'0' * (len(str(number)) - 15)}"


def by_rounding_spreadsheet(number: int) -> str:
    return f"{number:.14e}".replace("e", "E")


def by_pandas(number: int) -> str:
    return repr(float(number))


def by_javascript(number: int) -> str:
    digits = repr(float(number)).partition("e")[0].replace(".", "")
    return digits.ljust(len(str(number)), "0")


def by_arrow(number: int) -> str:
    return str(int(float(number)))


PROGRAMS = (by_spreadsheet, by_rounding_spreadsheet, by_pandas, by_javascript, by_arrow)


@pytest.mark.parametrize("program", PROGRAMS)
def test_rounded_parents_are_matched_to_the_messages_that_they_mean(program: Any) -> None:
    asked = identifiers(40)
    asks = [row(str(it)) for it in asked]
    replies = [
        row(str(100 + n), author_id="7", reply_to_id=program(it)) for n, it in enumerate(asked)
    ]

    with table(*asks[:30], *replies) as stage:
        assert stage.rounded == [RoundedColumn("reply_to_id", 40, 40, 30, "message")]
        stage.address(PANEL)
        found = [row for part in stage.messages() for row in part.to_pylist()]
        answered = {row["reply_to_id"] for row in found if row["author_id"] == "7"}
        assert answered == {*map(str, asked[:30]), None}
        assert list(stage.refusals()) == []


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("column", ["message_id", "author_id"])
def test_messages_whose_own_identifiers_were_rounded_are_refused(column: str, program: Any) -> None:
    rows = [row(str(100 + n)) | {column: program(it)} for n, it in enumerate(identifiers(20))]

    with table(*rows, row("5")) as stage:
        assert [each.reason for each in stage.refusals()] == [ROUNDED] * 20


@pytest.mark.parametrize("counting", [True, False])
@settings(max_examples=5, deadline=None)
@given(st.integers(1, 3000))
def test_identifiers_as_they_are_were_not_rounded(counting: bool, n: int) -> None:
    ids = identifiers(n, counting=counting)
    rows = [row(str(it), author_id=str(it), reply_to_id=str(it + 4096)) for it in ids]

    with table(*rows) as stage:
        assert list(stage.refusals()) == []
        assert stage.rounded == []


@pytest.mark.parametrize("n_others", [1, 15, 60])
def test_an_identifier_that_ends_with_zeros_by_chance_was_not_rounded(n_others: int) -> None:
    ids = [*identifiers(n_others), 2119588004623280000]

    with table(*(row(str(it), reply_to_id=str(it)) for it in ids)) as stage:
        assert list(stage.refusals()) == []
        assert stage.rounded == []


@pytest.mark.parametrize("ends", [[100], [100, 4096, 8192], [4, 0, 0, 0, 0]])
def test_a_few_identifiers_of_which_one_ends_with_two_zeros_were_not_rounded(
    ends: list[int],
) -> None:
    posts = [row(str(2118123520000004096 + 4096**2 * 625 * n + it)) for n, it in enumerate(ends)]
    thread = [row(str(n), conversation_id="2118123520000004100") for n in range(5)]

    with table(*posts, *thread) as stage:
        assert list(stage.refusals()) == []
        assert stage.rounded == []


def test_two_of_many_shorter_identifiers_that_end_with_three_zeros_were_not_rounded() -> None:
    ids = [*(it // 10 for it in identifiers(30)), 205956684955648000, 205956694955649000]

    with table(*(row(str(it), reply_to_id=str(it)) for it in ids)) as stage:
        assert list(stage.refusals()) == []
        assert stage.rounded == []


@pytest.mark.parametrize("is_known", [True, False])
def test_parents_that_were_rounded_in_their_last_bits_are_noticed_by_what_they_mean(
    is_known: bool,
) -> None:
    asked = [it + n % 3 for n, it in enumerate(identifiers(30, counting=False))]
    asks = [row(str(it)) for it in asked if is_known or it % 4096 == 0]
    replies = [
        row(str(100 + n), author_id="7", reply_to_id=by_arrow(it)) for n, it in enumerate(asked)
    ]

    with table(*asks, *replies) as stage:
        column = RoundedColumn("reply_to_id", 30, 30, 30, "message")
        assert stage.rounded == ([column] if is_known else [])
        assert list(stage.refusals()) == []


def test_of_a_column_that_is_rounded_in_part_the_rest_stays() -> None:
    asked = identifiers(10)
    said = [by_spreadsheet(it) if n < 4 else str(it) for n, it in enumerate(asked)]
    replies = [row(str(10 + n), author_id="7", reply_to_id=it) for n, it in enumerate(said)]

    with table(*replies) as stage:
        assert stage.rounded == [RoundedColumn("reply_to_id", 10, 4, 0, "message")]
        assert parents(stage) == {str(n): None if n < 4 else str(it) for n, it in enumerate(asked)}


@pytest.mark.parametrize("parent", ["2.1195880046232867e+18", "2119588004623280000"])
def test_of_two_messages_that_a_rounded_parent_can_mean_it_is_neither(parent: str) -> None:
    twins = row(QUESTION), row("2119588004623286999")
    reply = row("2119590000000000001", author_id="7", reply_to_id=parent)

    with table(*twins, reply) as stage:
        assert [(it.n_rounded, it.n_matched) for it in stage.rounded] == [(1, 0)]
        assert parents(stage) == {"1": None}


def test_threads_and_whom_a_reply_is_for_are_matched_as_well() -> None:
    asks = row(QUESTION, author_id="1700480000000000123")
    reply = row(
        "2119590000000000001", author_id="7",
        conversation_id=by_pandas(int(QUESTION)), reply_to_author_id="1.70048000000000012E+18",
    )  # fmt: skip

    with table(asks, reply) as stage:
        assert stage.rounded == [
            RoundedColumn("conversation_id", 1, 1, 1, "message"),
            RoundedColumn("reply_to_author_id", 1, 1, 1, "author"),
        ]
        stage.address(PANEL)
        found = [row for part in stage.messages() for row in part.to_pylist()]
        (said,) = [row for row in found if row["author_id"] == "7"]
        assert (said["conversation_id"], said["reply_to_author_id"]) == (
            QUESTION,
            "1700480000000000123",
        )


def test_whoever_goes_on_with_their_own_thread_is_matched_with_themselves() -> None:
    said = row(
        "2119590000000000001", author_id="1700480000000000123",
        conversation_id="2.119590000000000001E+18", reply_to_author_id="1.700480000000000123E+18",
    )  # fmt: skip

    with table(said) as stage:
        assert [(it.n_rounded, it.n_matched) for it in stage.rounded] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("parent", ["2119590000000000001.0", "2.119590000000000001E+18"])
def test_a_message_does_not_answer_itself(parent: str) -> None:
    with table(row("2119590000000000001", author_id="7", reply_to_id=parent)) as stage:
        assert [(it.n_rounded, it.n_matched) for it in stage.rounded] == [(1, 0)]


@pytest.mark.parametrize(
    "parent", ["9.223372036854775807E+18", "1" * 37 + ".0", "1" * 60 + ".0", "1.5", "1E+400"]
)
def test_what_no_identifier_can_be_rounded_to_is_unknown(parent: str) -> None:
    with table(row("41"), row("42", author_id="7", reply_to_id=parent)) as stage:
        assert [(it.n_rounded, it.n_matched) for it in stage.rounded] == [(1, 0)]
        assert parents(stage) == {"2": None}
