from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.importers import FileOptions, read, read_arrow
from socialscore.importers.columns import NEEDED
from socialscore.importers.identifiers import screened
from socialscore.importers.layout import OWN_NAMES
from socialscore.importers.source import Source
from socialscore.importers.staged import STAGED
from socialscore.importers.times import with_instants

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.importers.staged import StagedRows

HEADER = ",".join(NEEDED)
BEGIN = "101,901,2026-09-07T08:00:00Z"
GOOD = {
    "message_id": "101",
    "author_id": "901",
    "sent_at": "2026-09-07T08:00:00Z",
    "text": "@montsabran ?",
}


def staged(reading: StagedRows) -> list[dict[str, Any]]:
    """The staged rows of a reading, in the order of the file."""
    rows = []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("columns", STAGED.empty_table())
        for piece in reading.pieces:
            connection.register("piece", piece)
            rows += (
                connection.sql(
                    with_instants(screened(reading.select, reading.names), reading.clock)
                )
                .to_arrow_table()
                .to_pylist()
            )
    return sorted(rows, key=lambda row: row["line"])


def from_csv(path: Path, *rows: str, header: str = HEADER, **columns: str) -> list[dict[str, Any]]:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    with Source(path) as source:
        return staged(read(source, FileOptions(OWN_NAMES.name, columns)).rows)


def from_json(path: Path, *rows: object, **columns: str) -> list[dict[str, Any]]:
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    with Source(path) as source:
        return staged(read(source, FileOptions(OWN_NAMES.name, columns)).rows)


def from_arrow(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    names = {name: None for row in rows for name in row}
    return staged(read_arrow(pa.Table.from_pylist([names | row for row in rows])))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "messages.csv"


# --- columns -----------------------------------------------------------------------------------


def test_columns_with_our_names_are_taken_and_others_are_left(path: Path) -> None:
    (row,) = from_csv(path, f"{BEGIN},Bonjour,fr,7", header=f"{HEADER},language,likes")

    assert (row["line"], row["refusal"], row["message_id"], row["author_id"]) == (
        2,
        None,
        "101",
        "901",
    )
    assert (row["text"], row["language"], row["network"]) == ("Bonjour", "fr", "twitter")
    assert row["sent_at"] == datetime(2026, 9, 7, 8, tzinfo=UTC).replace(tzinfo=None)
    assert set(row) == set(STAGED.names)


def test_a_map_goes_before_a_column_with_our_name(path: Path) -> None:
    (row,) = from_csv(path, f"{BEGIN},wrong,right", header=f"{HEADER},body", text="body")

    assert row["text"] == "right"


def test_the_name_of_a_network_stands_for_itself(path: Path) -> None:
    (row,) = from_csv(path, f"{BEGIN},Bonjour", network="mastodon")

    assert row["network"] == "mastodon"


def test_a_network_may_be_named_as_people_call_it(path: Path) -> None:
    (row,) = from_csv(path, f"{BEGIN},Bonjour", network="X")

    assert row["network"] == "twitter"


@pytest.mark.parametrize(("said", "name"), [("X", "twitter"), ("Facebook", "facebook")])
def test_a_column_may_name_networks_as_people_call_them(path: Path, said: str, name: str) -> None:
    (row,) = from_csv(path, f"{BEGIN},Bonjour,{said}", header=f"{HEADER},network")

    assert (row["refusal"], row["network"]) == (None, name)


def test_a_column_may_have_any_name(path: Path) -> None:
    name = "l'été; no?"

    (row,) = from_csv(path, f"{BEGIN},Bonjour", header=HEADER.replace("text", name), text=name)

    assert row["text"] == "Bonjour"


LACKING = (
    r"has no column sent_at or text; its columns are message_id, author_id\. "
    r"Say which is which: --map sent_at=COLUMN"
)


def test_columns_that_are_needed_are_asked_for(path: Path) -> None:
    with pytest.raises(InputError, match=LACKING):
        from_csv(path, "101,901", header="message_id,author_id")


def test_columns_that_are_needed_are_asked_for_in_json_too(path: Path) -> None:
    with pytest.raises(InputError, match=LACKING):
        from_json(path, {"message_id": "101", "author_id": "901"})


def test_an_unknown_column_of_ours_is_likened_to_a_known_one(path: Path) -> None:
    with pytest.raises(UnknownName, match="'autor_id'; did you mean 'author_id'"):
        from_csv(path, f"{BEGIN},Bonjour", autor_id="text")


def test_an_unknown_column_of_the_file_is_likened_to_a_known_one(path: Path) -> None:
    with pytest.raises(UnknownName, match=r"unknown column \(for language\) 'txet'; did you mean"):
        from_csv(path, f"{BEGIN},Bonjour", language="txet")


# --- cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("message_id", " ", "message_id is empty"),
        ("author_id", "", "author_id is empty"),
        ("network", "twiter", "unknown network twiter"),
        ("kind", "novel", "unknown kind novel"),
        ("n_edits", "-1", "n_edits is not a number"),
        ("n_edits", "1e9", "n_edits is not a number"),
        ("official", "perhaps", "official is neither true nor false"),
        ("bot", "2", "bot is neither true nor false"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_refused(column: str, cell: str, reason: str) -> None:
    (row,) = from_arrow(GOOD | {column: cell})

    assert row["refusal"] == reason


@pytest.mark.parametrize(
    ("cell", "meaning"), [("true", True), ("T", True), ("1", True), ("No", False), ("0", False)]
)
def test_flags_have_several_spellings(cell: str, meaning: bool) -> None:
    (row,) = from_arrow(GOOD | {"official": cell, "bot": cell})

    assert (row["official"], row["bot"]) == (meaning, meaning)


def test_a_message_that_answers_another_one_is_a_reply_unless_the_file_says_otherwise() -> None:
    kinds = [
        row["kind"]
        for row in from_arrow(
            GOOD,
            GOOD | {"reply_to_id": "100"},
            GOOD | {"reply_to_id": "100", "kind": "comment"},
        )
    ]

    assert kinds == ["mention", "reply", "comment"]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Montsabran et @valdoine, bonjour", ["montsabran", "valdoine"]),
        ("bonjour .@montsabran.", ["montsabran"]),
        ("@mairie@social.example ?", ["mairie@social.example"]),
        ("from ana@example.org", []),
        ("nobody", []),
    ],
)
def test_handles_are_found_in_the_text(path: Path, text: str, handles: list[str]) -> None:
    (row,) = from_csv(path, f'{BEGIN},"{text}"')

    assert row["mentioned_handles"] == handles


def test_handles_in_a_column_of_their_own_go_before_those_in_the_text(path: Path) -> None:
    (row,) = from_csv(
        path,
        f'{BEGIN},@nobody,"@Montsabran, valdoine",7 8',
        header=f"{HEADER},mentioned_handles,mentioned_ids",
    )

    assert row["mentioned_handles"] == ["montsabran", "valdoine"]
    assert row["mentioned_ids"] == ["7", "8"]


def test_a_message_may_have_no_text(path: Path) -> None:
    (row,) = from_csv(path, f"{BEGIN},")

    assert (row["refusal"], row["text"]) == (None, "")


# --- JSON --------------------------------------------------------------------------------------


def test_json_has_numbers_lists_and_missing_values(path: Path) -> None:
    first, second = from_json(
        path,
        GOOD | {"message_id": 1053520000000000001, "mentioned_handles": ["Montsabran", "valdoine"]},
        GOOD | {"bot": True, "n_edits": 2, "language": None},
    )

    assert first["message_id"] == "1053520000000000001"
    assert first["mentioned_handles"] == ["montsabran", "valdoine"]
    assert (second["bot"], second["n_edits"], second["language"]) == (True, 2, None)


def test_a_column_that_comes_late_in_a_json_file_is_read(path: Path) -> None:
    rows = from_json(
        path, *[GOOD] * 2000, GOOD | {"reply_to_id": "100", "deleted_at": "2026-09-08T00:00Z"}
    )

    assert rows[-1]["reply_to_id"] == "100"
    assert rows[-1]["deleted_at"] is not None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ("null", "not a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_refused_with_its_number(
    path: Path, line: str, reason: str
) -> None:
    _, bad, good = from_json(path, GOOD, line, "", GOOD)

    assert (bad["line"], bad["refusal"]) == (2, reason)
    assert (good["line"], good["refusal"]) == (4, None)


@pytest.mark.parametrize(
    ("written", "read"), [("cut \\ud83d", "cut \ufffd"), ("a \\u0000", "a \0")]
)
def test_characters_that_are_none_cost_no_row(path: Path, written: str, read: str) -> None:
    line = json.dumps(GOOD | {"text": "TEXT"}).replace("TEXT", written)

    (row,) = from_json(path, line)

    assert (row["refusal"], row["text"]) == (None, read)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"text": {"a": 1}}, "text holds an object"),
        ({"message_id": ["m1"]}, "message_id holds a list"),
        ({"mentioned_ids": ["1", {"id": "2"}]}, "mentioned_ids holds an object"),
    ],
)
def test_what_is_no_single_value_is_refused(
    path: Path, columns: dict[str, Any], reason: str
) -> None:
    bad, good = from_json(path, GOOD | columns, GOOD | {"unread": [{"a": [1]}]})

    assert (bad["refusal"], good["refusal"]) == (reason, None)


def test_numbers_that_are_none_are_missing(path: Path) -> None:
    lines = [json.dumps(GOOD | {"reply_to_id": float(name)}) for name in ("nan", "inf", "-inf")]

    rows = from_json(path, *lines, json.dumps(GOOD)[:-1] + ', "reply_to_id": 1e999}')

    assert [(row["refusal"], row["reply_to_id"]) for row in rows] == [(None, None)] * 4


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("rows", [GOOD, [GOOD, GOOD | {"message_id": "102"}]])
def test_a_file_may_be_one_document(path: Path, indent: int | None, rows: Any) -> None:
    found = from_json(path, json.dumps(rows, indent=indent))

    n_lines = len(GOOD) + 2
    lines = [1] if isinstance(rows, dict) else [2, 2 + n_lines] if indent else [1, 1]
    expected = zip(lines, ["101", "102"], strict=False)
    assert [(row["line"], row["message_id"]) for row in found] == [*expected]


@pytest.mark.parametrize("first", ["[", "{", "{ ", "[[[", '["a"', json.dumps(GOOD)[1:], ""])
def test_a_first_line_that_is_broken_makes_no_document_of_the_others(
    path: Path, first: str
) -> None:
    bad, *good = from_json(path, first or "?", GOOD, GOOD)

    assert (bad["line"], bad["refusal"]) == (1, "not JSON")
    assert [row["line"] for row in good] == [2, 3]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[\n 1,\n", r"cannot be read \(not JSON, .* jq -c \."),
        (f"{json.dumps(GOOD, indent=1)}\n" * 2, "if it is several documents, write each on a line"),
        ("[3, 4]", r"no object up to line 1 \(line 1: no JSON object with names\)"),
        ('{"a\n', r"no object up to line 1 \(line 1: not JSON\)"),
        ("{\n" + " " * 17 * 1024**2 + "}", "is one JSON document of more than 16 MiB"),
    ],
)
def test_a_json_file_without_objects_is_refused_with_the_way_out(
    path: Path, content: str, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        from_json(path, content)


def test_case_tells_columns_of_the_file_apart(path: Path) -> None:
    row = GOOD | {"TEXT": "2026-09-08T00:00Z", "Text": "other"}

    (found,) = from_json(path, row, deleted_at="TEXT")

    assert found["text"] == "@montsabran ?"
    assert found["deleted_at"].isoformat() == "2026-09-08T00:00:00"


def test_names_that_we_use_ourselves_are_no_trouble(path: Path) -> None:
    (row,) = from_json(path, GOOD | {"line": 7, "refusal": "never", "Line": 8})

    assert (row["line"], row["refusal"]) == (1, None)


# --- Parquet -----------------------------------------------------------------------------------


def from_parquet(path: Path, table: pa.Table) -> list[dict[str, Any]]:
    pq.write_table(table, path)
    with Source(path) as source:
        return staged(read(source).rows)


def test_parquet_has_types_of_its_own(path: Path) -> None:
    table = pa.table(
        {
            "message_id": pa.array([1053520000000000001], pa.int64()),
            "author_id": pa.array(["901"]).dictionary_encode(),
            "sent_at": pa.array([datetime(2026, 9, 7, 8, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
            "text": pa.array(["Bonjour"], pa.large_string()),
            "mentioned_ids": pa.array([[7, None]], pa.list_(pa.int64())),
            "mentioned_handles": pa.array([["Montsabran"]], pa.large_list(pa.string())),
            "bot": pa.array([True]),
            "deleted_at": pa.array([0], pa.timestamp("s", "UTC")),
            "entities": pa.array([[{"start": 1}]]),
            "line": pa.array([99]),
        }
    )

    (row,) = from_parquet(path, table)

    assert (row["line"], row["refusal"]) == (1, None)
    assert (row["message_id"], row["author_id"]) == ("1053520000000000001", "901")
    assert row["sent_at"].isoformat() == "2026-09-07T08:00:00"
    assert row["deleted_at"].isoformat() == "1970-01-01T00:00:00"
    assert (row["mentioned_handles"], row["bot"]) == (["montsabran"], True)


BYTES = pa.array([b"caf\xc3\xa9", b"caf\xe9", None])


@pytest.mark.parametrize(
    "texts",
    [
        BYTES,
        BYTES.cast(pa.large_binary()),
        BYTES.dictionary_encode(),
        pa.Array.from_buffers(pa.string(), 3, BYTES.buffers()),
    ],
    ids=lambda texts: str(texts.type),
)
def test_text_in_parquet_that_is_not_utf_8_costs_its_row_alone(path: Path, texts: pa.Array) -> None:
    table = pa.Table.from_pylist([GOOD] * 3).set_column(3, "text", texts)

    rows = from_parquet(path, table)

    assert [row["refusal"] for row in rows] == [None, "not UTF-8", None]
    assert [rows[0]["text"], rows[2]["text"]] == ["café", ""]


@pytest.mark.parametrize("size", [-1, 2], ids=["any length", "one length"])
@pytest.mark.parametrize("kind", [pa.string(), pa.binary()], ids=str)
def test_lists_in_parquet_are_names(path: Path, size: int, kind: pa.DataType) -> None:
    names = pa.array([["ida", "roz"]], pa.list_(kind, size))
    table = pa.Table.from_pylist([GOOD]).append_column("mentioned_handles", names)

    (row,) = from_parquet(path, table)

    assert row["mentioned_handles"] == ["ida", "roz"]


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("text", [{"a": "b"}], "column 'text' holds struct<a: string>; values are needed"),
        ("message_id", [["m1"]], "'message_id' holds list<.*>; values are needed"),
        ("mentioned_ids", [[["1"]]], "'mentioned_ids' holds list<.*; values or lists of them are"),
        ("mentioned_ids", [[{"id": 1}]], "'mentioned_ids' holds list<.*struct"),
        ("mentioned_ids", pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), "holds map"),
    ],
)
def test_something_nested_is_refused_in_a_column_that_is_needed(
    path: Path, name: str, values: Any, problem: str
) -> None:
    table = pa.table({key: [value] for key, value in GOOD.items()} | {name: values})

    with pytest.raises(InputError, match=problem):
        from_parquet(path, table)
    with pytest.raises(InputError, match=problem):
        read_arrow(table)


def test_a_column_that_is_twice_in_parquet_is_refused_if_it_is_needed(path: Path) -> None:
    table = pa.Table.from_pylist([GOOD | {"a": 1}])

    assert len(from_parquet(path, table.append_column("a", pa.array([2])))) == 1
    with pytest.raises(InputError, match="two columns have the name 'text'"):
        from_parquet(path, table.append_column("text", pa.array(["?"])))


def test_a_number_in_parquet_that_is_none_is_missing(path: Path) -> None:
    table = pa.Table.from_pylist([GOOD]).append_column("n_edits", pa.array([float("nan")]))

    (row,) = from_parquet(path, table)

    assert (row["refusal"], row["n_edits"]) == (None, None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_parquet_may_come_through_a_pipe(path: Path, tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([GOOD] * 5), path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=[path.read_bytes()], daemon=True).start()

    with Source(pipe) as source:
        rows = staged(read(source).rows)

    assert [row["line"] for row in rows] == [1, 2, 3, 4, 5]


def test_wrong_bytes_are_noticed_where_parquet_has_checksums(path: Path) -> None:
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    table = pa.Table.from_pylist([GOOD | {"text": "found it"}])
    pq.write_table(table, path, write_page_checksum=True, **plain)
    path.write_bytes(path.read_bytes().replace(b"found it", b"found If"))

    with (
        pytest.raises(InputError, match="the Parquet file is damaged after row 0"),
        Source(path) as source,
    ):
        staged(read(source).rows)


def test_rows_of_parquet_are_numbered_over_all_its_groups(path: Path) -> None:
    table = pa.Table.from_pylist([GOOD] * 5)
    pq.write_table(table, path, row_group_size=2)

    with Source(path) as source:
        rows = staged(read(source).rows)

    assert [row["line"] for row in rows] == [1, 2, 3, 4, 5]


def test_a_damaged_parquet_file_is_named(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([GOOD] * 1000), path, compression="snappy")
    content = bytearray(path.read_bytes())
    content[4:200] = bytes(196)
    path.write_bytes(content)

    with (
        pytest.raises(InputError, match="the Parquet file is damaged after row 0"),
        Source(path) as source,
    ):
        staged(read(source).rows)


# --- what goes with what -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JSON", "Parquet"])
def test_only_csv_has_an_encoding(path: Path, kind: str) -> None:
    if kind == "JSON":
        path.write_text(json.dumps(GOOD))
    else:
        pq.write_table(pa.Table.from_pylist([GOOD]), path)

    with (
        pytest.raises(UsageError, match=f"--encoding goes with CSV files; this is {kind}"),
        Source(path) as source,
    ):
        read(source, FileOptions(encoding="latin-1"))
