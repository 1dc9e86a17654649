from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from csv_rows import header, rows, tables

from socialscore.errors import InputError, UsageError
from socialscore.importers.csv_file import read_csv
from socialscore.importers.source import MAX_RECORD_BYTES, Source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "some.csv"


# --- pieces -------------------------------------------------------------------------------------


def test_a_large_file_comes_in_several_tables_of_several_chunks(path: Path) -> None:
    row = b"1," + b"a" * 98 + b"\n"

    found = tables(path, b"x,y\n" + row * 300_000)

    assert [table["y"].num_chunks >= 4 for table in found] == [True, True]
    assert [table["line"][0].as_py() for table in found] == [2, 2 + len(found[0])]
    assert sum(len(table) for table in found) == 300_000


def test_an_overlong_line_is_refused_without_being_held(path: Path) -> None:
    length = 100 * 1024**2
    with path.open("wb") as file:
        file.write(b"x,y\n1,a\n2,")
        file.seek(length)
        file.write(b"\r\n3,c\n")
    tracemalloc.start()

    with Source(path) as source:
        found = [table.to_pylist() for table in read_csv(source, block_bytes=8 * 1024**2).tables()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(row["line"], row["refusal"]) for table in found for row in table] == [
        (2, None),
        (3, "longer than 16 MiB"),
        (4, None),
    ]
    assert peak < length


def test_of_many_columns_those_that_are_needed_are_read(path: Path) -> None:
    names = [f"c{i}" for i in range(100_000)]
    row = ",".join(map(str, range(100_000)))
    path.write_text(f"{','.join(names)}\n{row}\n{row},too many\n1,2\n{row}\n", encoding="utf-8")

    with Source(path) as source:
        file = read_csv(source)
        [table] = file.tables(["c99999", "c7"])

    assert file.columns == tuple(names)
    assert table.column_names == ["line", "n_lines", "refusal", "c99999", "c7"]
    assert table["c99999"].to_pylist() == ["99999", None, None, "99999"]
    assert table["c7"].to_pylist() == ["7", None, None, "7"]


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("block_bytes", [1, 7, 10_000])
def test_text_is_decoded_wherever_blocks_end(path: Path, encoding: str, block_bytes: int) -> None:
    content = 'où,"é\nè"\n1,à\n'.encode(encoding)

    found = rows(path, content, encoding=encoding, block_bytes=block_bytes)

    assert found == [(3, None, "1", "à")]
    assert header(path, content, encoding=encoding) == ("où", "é\nè")


def test_what_the_encoding_lacks_costs_its_record_alone(path: Path) -> None:
    found = rows(path, b"x\n\x80\n\x81\n", encoding="cp1252")

    assert found == [(2, None, "€"), (3, "not cp1252", None)]


def test_half_a_character_of_utf_16_costs_its_record_alone(path: Path) -> None:
    content = "x\na\n\ud83d\nb\n".encode("utf-16", "surrogatepass")

    found = rows(path, content, encoding="utf-16")

    assert found == [(2, None, "a"), (3, "not utf-16", None), (4, None, "b")]


def test_a_file_that_ends_within_a_character_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match=r"some.csv: is not utf-16-le \(truncated data\)"):
        rows(path, "x\na\n".encode("utf-16") + b"\0", encoding="utf-16")


@pytest.mark.parametrize("encoding", ["utf-61", "hex"])
def test_an_unknown_encoding_is_refused(path: Path, encoding: str) -> None:
    with pytest.raises(UsageError, match="there is no encoding"):
        header(path, b"x\n", encoding=encoding)


# --- header -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        (b"a,b;c", ("a", "b;c")),
        (b"a,b;c;d", ("a,b", "c", "d")),
        (b"a;b\tc", ("a", "b\tc")),
        (b"a\tb|c", ("a", "b|c")),
        (b"a|b", ("a", "b")),
        (b'"a,b";c', ("a,b", "c")),
        (b'"a\nb"\t c ', ("a\nb", "c")),
        (b"a b", ("a b",)),
    ],
)
def test_the_header_tells_the_delimiter(path: Path, line: bytes, columns: tuple[str, ...]) -> None:
    assert header(path, line + b"\n1;2,3|4\n") == columns


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", " ", "]"])
def test_a_delimiter_can_be_given(path: Path, delimiter: str) -> None:
    content = delimiter.join(['"a,b"', "c"]) + "\n" + delimiter.join(['"1\n"', "2"]) + "\n"

    found = rows(path, content.encode(), delimiter=delimiter)

    assert found == [(2, None, "1\n", "2")]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "é"])
def test_a_delimiter_is_one_ascii_character(path: Path, delimiter: str) -> None:
    with pytest.raises(UsageError, match="a delimiter is one ASCII character"):
        header(path, b"x,y\n", delimiter=delimiter)


def test_columns_with_our_names_get_other_ones(path: Path) -> None:
    content = b"line,Refusal,text\nT1,no,late\n"

    assert header(path, content) == ("line_", "Refusal_", "text")
    assert rows(path, content) == [(2, None, "T1", "no", "late")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\r\n\n", "some.csv: has no header: its lines are blank"),
        (b'a,"b\n1,2\n', "some.csv: has no header: the first line .* leaves a quote open"),
        (b'a,b"c\nd",e\n', "some.csv:1: a quote in the header"),
        (b'a,b,"c\n1,2,3\n4,5,6\n"\n7,8,9\n', "some.csv:1: a quote in the header is closed some"),
        (b"a,\x81\xe9\n", "some.csv:1: the header is not UTF-8 .*--encoding latin-1"),
        (b"PK\x03\x04\x14\0\n", "some.csv:1: is not text; save a spreadsheet as CSV"),
        ("a,b\n".encode("utf-16-le"), "some.csv:1: holds NUL bytes; .*--encoding utf-16-le"),
    ],
)
def test_a_wrong_header_is_named(path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        header(path, content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\na,,c\n", "some.csv:2: column 2 of 3 has no name"),
        (b"a,b, a\n", "some.csv:1: two columns have the name 'a'"),
    ],
)
def test_a_column_that_is_needed_has_a_name_of_its_own(
    path: Path, content: bytes, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        rows(path, content)


def test_other_columns_may_have_any_name_or_none(path: Path) -> None:
    path.write_bytes(b",id,x,x,\n0,7,a,b,c\n")

    with Source(path) as source:
        file = read_csv(source)
        [table] = file.tables(["id"])

    assert file.columns == ("", "id", "x", "x", "")
    assert table["id"].to_pylist() == ["7"]


def test_a_first_line_without_end_is_not_read_to_its_end(path: Path) -> None:
    with pytest.raises(InputError, match="has no header: the first line is too long"):
        header(path, b"a" * (MAX_RECORD_BYTES + 1024**2), block_bytes=4 * 1024**2)
