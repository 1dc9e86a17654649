from __future__ import annotations

import csv
import io
import re
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialscore.errors import InputError, UsageError
from socialscore.importers import records
from socialscore.importers.records import MAX_RECORD_LINES, read_csv
from socialscore.importers.source import MAX_RECORD_BYTES, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

SAMPLES = Path(__file__).parents[1].parent / "shared" / "data" / "care_tweets"

# What csv.writer can write so that it can be read again: with any line end, where all is quoted.
QUOTINGS = [(csv.QUOTE_MINIMAL, "\r\n"), *((csv.QUOTE_ALL, end) for end in ("\n", "\r\n", "\r"))]
CELLS = st.text(st.sampled_from('ab é€🚲\ufeff",;\n\r')) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3).map(tuple), max_size=8)
BAD_RECORDS = {
    b"alone": "1 column instead of 3",
    b"1,2,3,4": "4 columns instead of 3",
    b'1,"2\r\n2"': "2 columns instead of 3",
    b"1,\0,3": "holds a NUL byte",
    b"1,\xe9t\xe9,3": "not UTF-8 (is the file latin-1? try --encoding latin-1)",
    b'1,"\xe9t\xe9\r\n",3': "not UTF-8 (is the file latin-1? try --encoding latin-1)",
}
BLOCKS = st.integers(1, 40) | st.just(10_000)


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records") / "some.csv"


def tables(path: Path, content: bytes, **options: Any) -> list[pa.Table]:
    path.write_bytes(content)
    with Source(path) as source:
        return list(read_csv(source, **options).tables())


def rows(path: Path, content: bytes, **options: Any) -> list[tuple[Any, ...]]:
    """Line, refusal and cells of each record."""
    return [
        tuple(row.values())
        for table in tables(path, content, **options)
        for row in table.to_pylist()
    ]


def header(path: Path, content: bytes, **options: Any) -> tuple[str, ...]:
    path.write_bytes(content)
    with Source(path) as source:
        return read_csv(source, **options).columns


def written(row: Sequence[str], quoting: Any, line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=line_end).writerow(row)
    return text.getvalue()


def n_lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


# --- laws ---------------------------------------------------------------------------------------


@settings(deadline=None)
@given(ROWS, st.sampled_from(QUOTINGS), BLOCKS)
def test_what_csv_writes_is_read_back_with_its_lines(
    path: Path, table: list[tuple[str, ...]], quoting: tuple[Any, str], block_bytes: int
) -> None:
    texts = [written(row, *quoting) for row in [("x", "y", "z"), *table]]

    found = rows(path, "".join(texts).encode(), block_bytes=block_bytes)

    lines = [1 + n_lines("".join(texts[: i + 1])) for i in range(len(table))]
    assert found == [(line, None, *row) for line, row in zip(lines, table, strict=True)]


@settings(deadline=None)
@given(ROWS, st.sampled_from(QUOTINGS), st.sampled_from(sorted(BAD_RECORDS)), st.data(), BLOCKS)
def test_a_bad_record_is_refused_with_its_line_and_takes_no_other_with_it(
    path: Path,
    table: list[tuple[str, ...]],
    quoting: tuple[Any, str],
    bad: bytes,
    data: st.DataObject,
    block_bytes: int,
) -> None:
    place = data.draw(st.integers(0, len(table)))
    before, after = (
        "".join(written(row, *quoting) for row in part) for part in (table[:place], table[place:])
    )
    before = written(("x", "y", "z"), *quoting) + before

    content = before.encode() + bad + quoting[1].encode() + after.encode()
    found = rows(path, content, block_bytes=block_bytes)

    assert found[place] == (1 + n_lines(before), BAD_RECORDS[bad], None, None, None)
    assert [row[2:] for row in found[:place] + found[place + 1 :]] == table
    assert all(row[1] is None for row in found[:place] + found[place + 1 :])


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r')), BLOCKS)
def test_in_any_disorder_a_record_is_what_csv_reads_from_its_line_on(
    path: Path, text: str, block_bytes: int
) -> None:
    content = "x,y\n" + text
    lines = io.StringIO(content, newline="").readlines()

    found = rows(path, content.encode(), block_bytes=block_bytes)

    assert found == rows(path, content.encode())
    assert [row[0] for row in found] == sorted({row[0] for row in found})
    for line, refusal, *cells in found:
        assert refusal or next(csv.reader(lines[line - 1 :])) == cells


@settings(deadline=None, max_examples=300)
@given(
    text=st.lists(
        st.sampled_from(["a", ",", '"', '""', ',"', '",', "\n", "\r", "é", "\ufeff", "\0"])
    ).map("".join),
    max_bytes=st.sampled_from([12, 30]),
    max_lines=st.sampled_from([2, 5]),
    window_bytes=st.sampled_from([1, 3, 20]),
    block_bytes=BLOCKS,
)
# Whether line 2 is a record shows at the end of line 4, when more than a record has to be kept.
@example(text='1,"a\n2,"b\ncccc"\n', max_bytes=12, max_lines=5, window_bytes=20, block_bytes=1)
# A line too long to hold ends with a CR alone; a record too long would fit Arrow.
@example(text=f"{'a' * 20}\rb,c\n", max_bytes=12, max_lines=5, window_bytes=20, block_bytes=1)
@example(text='1,"aaaaaa\naaaaaa"\n', max_bytes=12, max_lines=5, window_bytes=3, block_bytes=1)
def test_where_blocks_and_windows_end_makes_no_difference(
    path: Path,
    text: str,
    max_bytes: int,
    max_lines: int,
    window_bytes: int,
    block_bytes: int,
) -> None:
    content = ("x,y\n" + text).encode()
    with pytest.MonkeyPatch.context() as limits:
        limits.setattr(records, "MAX_RECORD_BYTES", max_bytes)
        limits.setattr(records, "MAX_RECORD_LINES", max_lines)
        at_once = rows(path, content)

        limits.setattr(records, "_WINDOW_BYTES", window_bytes)
        in_pieces = rows(path, content, block_bytes=block_bytes)

    assert in_pieces == at_once


# --- shape --------------------------------------------------------------------------------------


def test_empty_cells_are_empty_strings(path: Path) -> None:
    assert rows(path, b'x,y\n,""\n') == [(2, None, "", "")]


def test_blank_lines_are_no_records_but_count_as_lines(path: Path) -> None:
    assert rows(path, b"\n\r\nx\n\na\r\n\r\n\rb") == [(5, None, "a"), (8, None, "b")]


def test_a_quote_inside_a_cell_is_a_character(path: Path) -> None:
    found = rows(path, b'x,y\n3" pipe,5"\n"a"b,c\n')

    assert found == [(2, None, '3" pipe', '5"'), (3, None, "ab", "c")]


def test_a_header_alone_is_a_file_without_records(path: Path) -> None:
    assert rows(path, b"x,y") == []
    assert header(path, b"x,y") == ("x", "y")


def test_a_large_file_comes_in_several_tables_of_several_chunks(path: Path) -> None:
    row = b"1," + b"a" * 98 + b"\n"

    found = tables(path, b"x,y\n" + row * 250_000, block_bytes=16 * 1024**2)

    assert [table["y"].num_chunks >= 2 for table in found] == [True, True]
    assert [table["line"][0].as_py() for table in found] == [2, 2 + len(found[0])]
    assert sum(len(table) for table in found) == 250_000


def test_a_bad_record_amid_a_large_file_takes_no_other_with_it(path: Path) -> None:
    good = [f'{i},"a\n""{i}"""\n' for i in range(30_000)]
    content = "".join(["x,y\n", *good[:20_000], "bad\n", *good[20_000:]]).encode()

    found = rows(path, content)

    cells = [(None, f"{i}", f'a\n"{i}"') for i in range(30_000)]
    assert [row[0] for row in found] == [*range(2, 40_003, 2), *range(40_003, 60_003, 2)]
    assert [row[1:] for row in found[:20_000] + found[20_001:]] == cells
    assert found[20_000] == (40_002, "1 column instead of 2", None, None)


@pytest.mark.parametrize(
    "name", ["head_1000.csv", "sample_93.csv", "airasia_outbound_mojibake.csv"]
)
def test_a_published_sample_is_read_as_csv_reads_it(path: Path, name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("the samples are not beside the checkout")
    content = (SAMPLES / name).read_bytes()

    found = rows(path, content)

    expected = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert [row[1:] for row in found] == [(None, *cells) for cells in expected]


# --- records that cannot be read ----------------------------------------------------------------


def test_an_open_quote_costs_its_line_alone(path: Path) -> None:
    found = rows(path, b'x,y\n1,a\n2,"b\n3,c\n4,"d, d"\n')

    assert found == [
        (2, None, "1", "a"),
        (3, "quote never closed", None, None),
        (4, None, "3", "c"),
        (5, None, "4", "d, d"),
    ]


def test_an_open_quote_that_meets_quoted_lines_costs_its_line_alone(path: Path) -> None:
    found = rows(path, b'x,y\n1,"a\n2,"b\nb"\n"3",c\n')

    assert found == [
        (2, "quote never closed", None, None),
        (3, None, "2", "b\nb"),
        (5, None, "3", "c"),
    ]


def test_an_open_quote_is_given_up_after_a_thousand_lines(path: Path) -> None:
    content = b'x,y\n1,"a\n' + b"2,b\n" * MAX_RECORD_LINES + b'3,"\n'

    found = rows(path, content)

    assert found[0] == (2, "quote never closed", None, None)
    assert found[1:-1] == [(3 + i, None, "2", "b") for i in range(MAX_RECORD_LINES)]
    assert found[-1] == (3 + MAX_RECORD_LINES, "quote never closed", None, None)


def test_a_quoted_cell_of_a_thousand_lines_is_read(path: Path) -> None:
    cell = "\n" * (MAX_RECORD_LINES - 1)

    assert rows(path, f'x,y\n1,"{cell}"\n'.encode()) == [(2, None, "1", cell)]


def test_a_record_up_to_the_limit_is_read_and_a_longer_one_refused(path: Path) -> None:
    longest = b"a" * (MAX_RECORD_BYTES - 1)

    found = rows(path, b"x\n" + longest + b"\n" + longest + b"a\nb\n")

    assert [row[:2] for row in found] == [(2, None), (3, "longer than 16 MiB"), (4, None)]
    assert found[0][2] == longest.decode()


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


def test_a_quoted_cell_beyond_the_limit_costs_the_line_that_opened_it(path: Path) -> None:
    content = b'x,y\n1,"a\n' + b"b" * MAX_RECORD_BYTES + b'"\n3,c\n'

    assert rows(path, content) == [
        (2, "quote never closed", None, None),
        (3, "longer than 16 MiB", None, None),
        (4, None, "3", "c"),
    ]


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
    with pytest.raises(InputError, match=r"some.csv: is not utf-16 \(truncated data\)"):
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
    content = delimiter.join(['"a,b"', "c"]) + "\n" + delimiter.join(['"1\n"', '2"']) + "\n"

    found = rows(path, content.encode(), delimiter=delimiter)

    assert found == [(2, None, "1\n", '2"')]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "é"])
def test_a_delimiter_is_one_ascii_character(path: Path, delimiter: str) -> None:
    with pytest.raises(UsageError, match="a delimiter is one ASCII character"):
        header(path, b"x,y\n", delimiter=delimiter)


def test_columns_with_our_names_get_other_ones(path: Path) -> None:
    content = b"line,RefusedRow,text\nT1,no,late\n"

    assert header(path, content) == ("line_", "Refusal_", "text")
    assert rows(path, content) == [(2, None, "T1", "no", "late")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\r\n\n", "some.csv: has no header: its lines are blank"),
        (b'a,"b\n1,2\n', "some.csv: has no header: the first line .* leaves a quote open"),
        (b"\na,,c\n", "some.csv:2: column 2 of 3 has no name"),
        (b"a,b, A\n", "some.csv:1: two columns have the name 'a'"),
        (b'a,b"c\nd",e\n', "some.csv:1: a quote in the header"),
        (b"a,\xe9\n", "some.csv:1: the header is not UTF-8 .*--encoding latin-1"),
        (b"PK\x03\x04\x14\0\n", "some.csv:1: is not text; save a spreadsheet as CSV"),
        ("a,b\n".encode("utf-16"), "some.csv: is UTF-16; .*--encoding utf-16"),
        ("a,b\n".encode("utf-16-le"), "some.csv:1: is not text"),
    ],
)
def test_a_wrong_header_is_named(path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        header(path, content)


def test_a_first_line_without_end_is_not_read_to_its_end(path: Path) -> None:
    with pytest.raises(InputError, match="has no header: the first line is too long"):
        header(path, b"a" * (MAX_RECORD_BYTES + 1024**2), block_bytes=4 * 1024**2)
