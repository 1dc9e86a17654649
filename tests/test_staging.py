from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialscore.errors import InputError
from socialscore.importers.staged import STAGED, StagedRows, from_messages
from socialscore.importers.staging import FileCounts, RefusedRow, Stage
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

VILLE = Body("ville", "Montsabran", "ville", (Account("twitter", "1", "Montsabran"),))
METRO = Body("metro", "Valdoine", "transport", (Account("twitter", "2", "valdoine"),))
PANEL = Panel("test", (METRO, VILLE))
BEGIN = datetime(2026, 9, 7, 8, tzinfo=UTC)


def naive(year: int) -> datetime:
    return datetime(year, 12, 31, tzinfo=UTC).replace(tzinfo=None)


def asks(message_id: str, **columns: Any) -> dict[str, Any]:
    """A citizen's message, to nobody unless the columns say to whom."""
    return {
        "network": "twitter", "message_id": message_id, "author_id": "901", "text": "Quand ?",
        "sent_at": BEGIN.replace(tzinfo=None), "kind": "mention",
    } | columns  # fmt: skip


def writes(message_id: str, **columns: Any) -> dict[str, Any]:
    """A message of the city of Montsabran."""
    return asks(message_id, author_id="1", text="Demain.", kind="post") | columns


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def read(stage: Stage, *rows: dict[str, Any], piece: int = 100) -> None:
    """Take in rows, numbered as the lines of a file after its header, piece by piece."""
    numbered = [{"line": line} | row for line, row in enumerate(rows, 2)]
    table = pa.Table.from_pylist(numbered, schema=STAGED)
    pieces = (table.slice(start, piece) for start in range(0, len(rows), piece))
    stage.read(StagedRows(pieces), "messages.csv")


def found(stage: Stage, panel: Panel = PANEL) -> list[dict[str, Any]]:
    """The message rows that concern a panel, in order of message and account."""
    stage.address(panel)
    rows = [row for part in stage.messages() for row in part.to_pylist()]
    return sorted(rows, key=lambda row: (row["message_id"], row["account_id"]))


def accounts(stage: Stage) -> list[tuple[str, str]]:
    """Which message stands under which account."""
    return [(row["message_id"], row["account_id"]) for row in found(stage)]


# --- taking in ---------------------------------------------------------------------------------


def test_instants_of_any_zone_are_staged_in_utc() -> None:
    paris = ZoneInfo("Europe/Paris")
    sent_at, deleted_at = BEGIN.astimezone(paris), BEGIN.replace(month=12).astimezone(paris)
    message = Message("twitter", "1", "901", sent_at, "Quand ?", deleted_at=deleted_at)
    rows = from_messages([(1, message), (2, "no text"), (3, replace(message, deleted_at=None))])
    begin = BEGIN.replace(tzinfo=None)
    assert rows["sent_at"].to_pylist() == [begin, None, begin]
    assert rows["deleted_at"].to_pylist() == [begin.replace(month=12), None, None]


def test_rows_are_counted_by_what_became_of_them(stage: Stage) -> None:
    read(
        stage,
        asks("101"),
        asks("101"),
        asks("102", damage="text has broken characters"),
        writes("103", reply_to_id="101"),
        {"refusal": "3 columns instead of 7"},
    )

    assert stage.tally() == FileCounts(
        n_rows=5, n_refused=1, n_refused_lines=1, n_damaged=1, n_repeated=1, n_replies=1
    )


def test_what_is_wrong_is_told_in_the_order_of_the_file(stage: Stage) -> None:
    bad, damaged = {"refusal": "not JSON"}, asks("102", damage="text has broken characters")

    read(stage, bad, asks("101"), damaged, bad, piece=1)

    assert list(stage.refusals()) == [
        RefusedRow(2, "refused", "not JSON"),
        RefusedRow(4, "damaged", "text has broken characters"),
        RefusedRow(5, "refused", "not JSON"),
    ]


def test_what_is_wrong_with_several_lines_says_how_many(stage: Stage) -> None:
    read(
        stage,
        asks("101"),
        {"refusal": "quote never closed", "n_lines": 3},
        asks("102", sent_at=naive(1970), n_lines=2),
        asks("103", sent_at=naive(1970), n_lines=1),
    )

    assert [each.reason for each in stage.refusals()] == [
        "quote never closed (3 lines)",
        "dated 1970-12-31 (2 lines)",
        "dated 1970-12-31",
    ]
    assert (stage.tally().n_refused, stage.tally().n_refused_lines) == (3, 6)


def test_a_file_of_refused_rows_is_named_with_its_first_line(stage: Stage) -> None:
    bad = {"refusal": "not JSON"}

    with pytest.raises(InputError) as caught:
        read(stage, *[bad] * 1200)

    assert str(caught.value) == (
        "messages.csv:2: not JSON; and so on: none of the 1,200 rows can be read"
    )


def test_a_file_without_rows_holds_nothing(stage: Stage) -> None:
    read(stage)

    assert stage.tally() == FileCounts(0, 0, 0, 0, 0, 0)
    assert stage.span() is None
    assert found(stage) == []


def test_the_span_is_from_the_first_message_to_the_last(stage: Stage) -> None:
    moments = [BEGIN + timedelta(hours=hours) for hours in (3, 0, 5)]

    read(stage, *(asks(f"10{n}", sent_at=at.replace(tzinfo=None)) for n, at in enumerate(moments)))

    assert stage.span() == (BEGIN, BEGIN + timedelta(hours=5))


@pytest.mark.parametrize("year", [1, 1970, 2003, 2100, 9999])
def test_a_date_without_networks_is_a_mistake(stage: Stage, year: int) -> None:
    read(stage, asks("101"), asks("102", sent_at=naive(year)))

    assert [(each.line, each.reason) for each in stage.refusals()] == [
        (3, f"dated {year:04}-12-31")
    ]
    assert stage.span() == (BEGIN, BEGIN)


def test_what_is_dated_later_than_the_reading_is_refused_but_for_clocks_that_differ() -> None:
    moments = [BEGIN + timedelta(days=1), BEGIN + timedelta(days=1, seconds=1)]
    rows = [asks(f"10{n}", sent_at=at.replace(tzinfo=None)) for n, at in enumerate(moments)]
    deleted = asks("102", deleted_at=moments[1].replace(tzinfo=None))
    table = pa.Table.from_pylist([row | {"line": 2} for row in [*rows, deleted]], schema=STAGED)

    with Stage() as stage:
        stage.read(StagedRows(iter([table])), "messages.csv", now=BEGIN)

        assert [each.reason for each in stage.refusals()] == [
            "dated 2026-09-08, later than now",
            "deleted on 2026-09-08, later than now",
        ]
        assert stage.span() == (moments[0], moments[0])


def test_a_refused_row_is_a_loss_of_the_accounts_that_it_names_and_one_without_author_of_all(
    stage: Stage,
) -> None:
    read(
        stage,
        writes("11"),
        writes("12", kind="repost", author_handle="Montsabran", refusal="?"),
        writes("13", author_handle="Valdoine", refusal="?"),
        asks("14", refusal="?"),
        {"refusal": "?"},
    )
    stage.address(PANEL)

    assert stage.losses() == [
        ("twitter", "1", "refused-rows", 2),
        ("twitter", "1", "unreadable-rows", 1),
        ("twitter", "2", "refused-rows", 1),
    ]


# --- rows with one identifier ------------------------------------------------------------------


def test_of_equal_rows_the_first_counts(stage: Stage) -> None:
    read(stage, asks("101", account="1"), asks("101", account="1"), asks("101", account="2"))

    assert stage.tally().n_repeated == 2
    assert accounts(stage) == [("101", "1")]


def test_a_row_with_a_known_identifier_and_other_content_is_refused(stage: Stage) -> None:
    read(stage, asks("101", account="1"), asks("101", account="1", text="Où ?"))

    assert list(stage.refusals()) == [
        RefusedRow(3, "refused", "same id as line 2 but other content")
    ]
    assert [row["text"] for row in found(stage)] == ["Quand ?"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_edits_the_last_counts(stage: Stage, order: tuple[int, ...]) -> None:
    read(stage, *(asks("101", account="1", text=f"edit {n}", n_edits=n) for n in order))

    assert [row["text"] for row in found(stage)] == ["edit 2"]
    assert list(stage.refusals()) == []


def test_an_identifier_is_another_message_on_another_network(stage: Stage) -> None:
    read(stage, asks("101", account="1"), asks("101", network="mastodon", text="Où ?"))

    assert stage.tally().n_repeated == 0
    assert list(stage.refusals()) == []


# --- whom a message concerns -------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"mentioned_handles": ["montsabran"]},
        {"mentioned_ids": ["1"]},
        {"account": "1"},
        {"account": "MONTSABRAN"},
        {"reply_to_author_id": "1"},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_a_message_stands_under_the_account_that_it_addresses(
    stage: Stage, columns: dict[str, Any]
) -> None:
    read(stage, asks("101", **columns), asks("102"), asks("103", mentioned_handles=["somebody"]))

    assert accounts(stage) == [("101", "1")]


@pytest.mark.parametrize("columns", [{"author_id": "1"}, {"author_handle": "MontSabran"}])
def test_a_message_stands_under_the_account_that_wrote_it(
    stage: Stage, columns: dict[str, Any]
) -> None:
    read(stage, asks("101", **columns))

    (row,) = found(stage)
    assert (row["account_id"], row["author_id"], row["outbound"]) == ("1", "1", True)


@pytest.mark.parametrize("parent_comes", ["before", "after"])
def test_an_answer_to_an_account_is_addressed_to_it(stage: Stage, parent_comes: str) -> None:
    rows = [writes("101"), asks("102", reply_to_id="101")]

    read(stage, *(rows if parent_comes == "before" else reversed(rows)), piece=1)

    assert accounts(stage) == [("101", "1"), ("102", "1")]
    assert found(stage)[1]["reply_to_author_id"] == "1"


@pytest.mark.parametrize("said_by", [{"reply_to_author_id": "777"}, {}], ids=["named", "unnamed"])
def test_an_answer_to_an_account_that_is_known_by_its_handle_alone_is_addressed_to_it(
    stage: Stage, said_by: dict[str, str]
) -> None:
    read(
        stage,
        asks("101", author_id="777", author_handle="MONTSABRAN", kind="post"),
        asks("102", reply_to_id="101", **said_by),
    )

    assert accounts(stage) == [("101", "1"), ("102", "1")]


@pytest.mark.parametrize("author", ["Montsabran", "@montsabran"])
def test_an_account_is_known_where_handles_stand_in_place_of_identifiers(
    stage: Stage, author: str
) -> None:
    read(
        stage,
        asks("101", mentioned_ids=[author]),
        asks("102", author_id=author, reply_to_id="101"),
        asks("103", reply_to_author_id=author),
    )

    rows = found(stage)
    assert [(row["message_id"], row["account_id"], row["outbound"]) for row in rows] == [
        ("101", "1", False), ("102", "1", True), ("103", "1", False),
    ]  # fmt: skip
    assert (rows[1]["author_id"], rows[2]["reply_to_author_id"]) == ("1", "1")
    assert stage.identified() == {}


def test_digits_are_an_identifier_whoever_is_called_so(stage: Stage) -> None:
    read(stage, asks("101", author_id="4711"))

    assert found(stage, body_of(Account("twitter", "1", "4711"))) == []


UNIDENTIFIED = Account("twitter", "Montsabran", "Montsabran")


def body_of(account: Account) -> Panel:
    return Panel("test", (Body("ville", "Ville", accounts=(account,)),))


@pytest.mark.parametrize(
    ("account", "identifier"),
    [
        (UNIDENTIFIED, "777"),
        (replace(UNIDENTIFIED, account_id="1"), None),  # the panel knows better
        (replace(UNIDENTIFIED, other_ids=("5",)), None),
    ],
)
def test_the_identifier_of_an_account_that_has_its_handle_alone_is_learnt(
    stage: Stage, account: Account, identifier: str | None
) -> None:
    read(stage, asks("101", author_id="777", author_handle="montsabran"))

    (row,) = found(stage, body_of(account))

    assert (row["account_id"], row["author_id"]) == (account.account_id, account.account_id)
    assert stage.identified().get(("twitter", "Montsabran")) == identifier


def test_an_account_that_is_known_by_another_identifier_is_one(stage: Stage) -> None:
    read(
        stage,
        asks("101", mentioned_ids=["777"]),
        asks("102", author_id="777", reply_to_author_id="901"),
        asks("103", reply_to_author_id="777"),
    )

    rows = found(stage, body_of(replace(UNIDENTIFIED, other_ids=("777",))))

    assert [(row["message_id"], row["author_id"]) for row in rows] == [
        ("101", "901"), ("102", "Montsabran"), ("103", "901"),
    ]  # fmt: skip
    assert rows[2]["reply_to_author_id"] == "Montsabran"


BOTH = {"mentioned_handles": ["montsabran"], "mentioned_ids": ["777"]}


@pytest.mark.parametrize(
    ("other", "learnt"),
    [
        ({"author_id": "902", **BOTH}, True),
        ({"author_id": "901", **BOTH}, False),  # nobody else says it
        ({"author_id": "902", **BOTH, "mentioned_handles": ["valdoine"]}, False),
    ],
)
def test_what_several_people_name_by_handle_and_identifier_is_learnt_unless_one_differs(
    stage: Stage, other: dict[str, Any], learnt: bool
) -> None:
    read(stage, asks("101", **BOTH), asks("102", **other), asks("103", author_id="777"))

    rows = found(stage, body_of(UNIDENTIFIED))

    assert (("103", "Montsabran") in {(it["message_id"], it["author_id"]) for it in rows}) is learnt
    assert stage.identified() == ({("twitter", "Montsabran"): "777"} if learnt else {})


def test_an_identifier_that_people_name_by_the_handle_and_whose_author_has_another_is_not_learnt(
    stage: Stage,
) -> None:
    named = [asks(f"10{n}", author_id=f"90{n}", **BOTH) for n in range(3)]

    read(stage, *named, asks("109", author_id="777", author_handle="somebody"))

    assert "109" not in {row["message_id"] for row in found(stage, body_of(UNIDENTIFIED))}
    assert stage.identified() == {}


def test_of_two_identifiers_with_one_handle_none_is_learnt(stage: Stage) -> None:
    rows = (asks(each, author_id=each, author_handle="montsabran") for each in ("777", "778"))

    read(stage, *rows)

    assert len(found(stage, body_of(UNIDENTIFIED))) == 2
    assert stage.identified() == {}


def test_what_is_no_identifier_of_the_network_is_not_learnt(stage: Stage) -> None:
    read(stage, asks("101", author_id="Ville de M", author_handle="montsabran"))

    assert len(found(stage, body_of(UNIDENTIFIED))) == 1
    assert stage.identified() == {}


def test_a_message_to_two_accounts_stands_under_both(stage: Stage) -> None:
    read(stage, asks("101", mentioned_handles=["montsabran", "valdoine", "somebody"]))

    assert accounts(stage) == [("101", "1"), ("101", "2")]
    assert {row["n_addressed"] for row in found(stage)} == {3}


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("@camille @Montsabran Tu y vas aussi ?", True),
        ("@camille @zoe @montsabran\n@dom Tu y vas ?", True),
        ("@montsabran @camille Quand rouvre la piscine ?", False),  # the body comes first
        ("@camille @montsabran Demande à @Montsabran !", False),  # and is spoken to
        ("@camille Demande à @montsabran.", False),
        ("@camille @montsabran_fans Tu y vas ?", False),  # somebody else's handle
        ("Tu y vas @camille @montsabran ?", False),
    ],
)
def test_an_answer_to_a_citizen_that_only_carries_the_account_along_is_a_third_partys(
    stage: Stage, text: str, carried: bool
) -> None:
    reply = asks(
        "100", text=text, reply_to_author_id="902", mentioned_handles=["camille", "montsabran"]
    )
    read(stage, reply)

    assert [row["third_party"] for row in found(stage)] == [carried]


@pytest.mark.parametrize("answered", ["901", "1", "2", None])  # the author, two bodies, nobody
def test_what_does_not_answer_another_citizen_is_no_third_partys(
    stage: Stage, answered: str | None
) -> None:
    text = "@camille @montsabran Et demain ?"
    read(stage, asks("100", text=text, reply_to_author_id=answered, mentioned_ids=["1"]))

    assert not any(row["third_party"] for row in found(stage))


def test_who_is_answered_may_follow_from_the_message_that_is(stage: Stage) -> None:
    text, named = "@camille @montsabran Pareil !", ["montsabran"]
    ours = asks("102", author_id="902", text="@montsabran Quand ?", mentioned_handles=named)
    read(stage, asks("101", text=text, reply_to_id="102", mentioned_handles=named), ours)

    assert [row["third_party"] for row in found(stage)] == [True, False]


def test_a_body_is_no_third_party(stage: Stage) -> None:
    text, named = "@camille @valdoine Vous aussi !", ["valdoine"]
    read(stage, writes("101", text=text, reply_to_author_id="902", mentioned_handles=named))

    assert not any(row["third_party"] for row in found(stage))


def test_an_account_that_is_named_twice_is_addressed_once(stage: Stage) -> None:
    read(stage, asks("101", mentioned_handles=["montsabran", "montsabran"], mentioned_ids=["1"]))

    assert [row["n_addressed"] for row in found(stage)] == [1]


def test_a_message_that_names_thousands_is_no_work(stage: Stage) -> None:
    names = [f"somebody{n}" for n in range(20_000)]
    read(stage, asks("1", mentioned_handles=["montsabran", *names], author_handle="ida"))
    begin = time.process_time()  # to compare all with each of them takes several seconds

    (message,) = found(stage)

    assert message["n_addressed"] == 20_001
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    "named",
    [
        {"mentioned_ids": ["1", "2", "7", "901"]},
        {"mentioned_handles": ["montsabran", "valdoine", "x", "me"], "author_handle": "Me"},
        {"mentioned_ids": ["1", "2", "7"], "reply_to_author_id": "901", "reply_to_id": "0"},
    ],
)
def test_whoever_goes_on_with_a_thread_of_their_own_does_not_address_themselves(
    stage: Stage, named: dict[str, Any]
) -> None:
    read(stage, asks("1", **named))

    assert {row["n_addressed"] for row in found(stage)} == {3}


def test_a_handle_is_somebody_else_on_another_network(stage: Stage) -> None:
    read(stage, asks("101", network="mastodon", mentioned_handles=["montsabran"]))

    assert accounts(stage) == []


def test_a_refused_row_concerns_nobody_and_answers_nothing(stage: Stage) -> None:
    read(stage, writes("101", sent_at=naive(1970)), asks("102", reply_to_id="101"), asks("103"))

    assert accounts(stage) == []


def test_a_message_of_a_body_tells_whom_it_addresses(stage: Stage) -> None:
    read(
        stage,
        asks("101", author_handle="Ida", account="1"),
        asks("102", author_id="902", author_handle="Omar", account="1"),
        writes("103", reply_to_id="101", mentioned_handles=["ida", "omar", "nobody"]),
        writes("104"),
    )

    rows = {row["message_id"]: row for row in found(stage)}
    assert sorted(rows["103"]["addressed_ids"]) == ["901", "902"]
    assert rows["104"]["addressed_ids"] == []
    assert rows["101"]["addressed_ids"] is None


def test_the_accounts_and_messages_that_are_concerned_are_counted(stage: Stage) -> None:
    read(stage, asks("101", mentioned_handles=["montsabran", "valdoine"]), asks("102", account="2"))

    n_messages = stage.address(PANEL)

    assert n_messages == 2
    assert stage.concerned() == {("twitter", "1"), ("twitter", "2")}


WORLD = (
    asks("101", mentioned_handles=["montsabran"], author_handle="ida"),
    writes("102", reply_to_id="101", mentioned_handles=["ida"]),
    asks("103", reply_to_id="102", author_id="902"),
    asks("104", mentioned_ids=["1", "2"], author_id="903", author_handle="omar"),
    asks("105", author_id="2", reply_to_id="104", mentioned_handles=["omar"]),
    asks("106", mentioned_handles=["nobody"]),
    {"refusal": "not JSON"},
)


@settings(max_examples=12, deadline=None)
@given(st.permutations(WORLD), st.integers(1, 7))
def test_the_order_of_a_file_is_irrelevant(rows: list[dict[str, Any]], piece: int) -> None:
    with Stage() as first, Stage() as other:
        read(first, *WORLD)
        read(other, *rows, piece=piece)

        assert as_sets(found(other)) == as_sets(found(first))
        assert other.tally() == first.tally()


def as_sets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, without the order of whom they address."""
    return [row | {"addressed_ids": set(row["addressed_ids"] or ())} for row in rows]


# --- bodies from the data ----------------------------------------------------------------------


def test_what_a_file_calls_official_is_a_body(stage: Stage) -> None:
    read(
        stage,
        asks("101", official=False, mentioned_handles=["roz"]),
        asks("102", official=True, author_id="7", author_handle="Roz"),
        asks("103", official=False, author_id="8", author_handle="ida", reply_to_id="102"),
    )

    (body,) = stage.bodies().bodies
    assert body == Body("Roz", "Roz", "", (Account("twitter", "7", "Roz"),))


def test_where_a_file_does_not_say_it_who_is_addressed_and_replies_is_a_body(stage: Stage) -> None:
    read(
        stage,
        asks("101", author_handle="ida", mentioned_handles=["roz", "silent"]),
        asks("102", author_id="7", author_handle="Roz", reply_to_id="101"),
        asks("103", author_id="8", author_handle="silent"),
        asks("104", author_id="9", author_handle="chatty", reply_to_id="101"),
    )

    assert [body.body_id for body in stage.bodies().bodies] == ["Roz"]
