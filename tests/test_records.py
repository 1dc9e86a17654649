from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from csv_rows import header, n_lines, rows, spans, written
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialscore.importers import csv_file, records
from socialscore.importers.records import MAX_RECORD_LINES
from socialscore.importers.source import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    found = rows(path, content, block_bytes=block_bytes, encoding="utf-8")

    assert found[place] == (1 + n_lines(before), BAD_RECORDS[bad], None, None, None)
    assert [row[2:] for row in found[:place] + found[place + 1 :]] == table
    assert all(row[1] is None for row in found[:place] + found[place + 1 :])


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r')), st.sampled_from(["\n", "\r\n", "\r"]), BLOCKS)
def test_in_any_disorder_a_record_is_what_csv_reads_from_its_line_on(
    path: Path, text: str, line_end: str, block_bytes: int
) -> None:
    content = f"x,y{line_end}{text}"
    lines = io.StringIO(content, newline="").readlines()

    found = rows(path, content.encode(), block_bytes=block_bytes)

    assert found == rows(path, content.encode())
    for line, refusal, *cells in found:
        assert refusal or cells in read_by_csv(lines[line - 1 :])


def read_by_csv(lines: list[str]) -> Iterator[list[str]]:
    """The first record, where a CR alone ends it, and where that is a character."""
    yield next(csv.reader(lines))
    hidden = re.sub(r"\r(?!\n|\Z)", "\ue000", "".join(lines))
    record = next(csv.reader(io.StringIO(hidden, newline="")))
    yield [cell.replace("\ue000", "\r") for cell in record]


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r')), st.sampled_from(["\n", "\r\n", "\r"]), BLOCKS)
def test_every_line_that_is_not_blank_belongs_to_one_record(
    path: Path, text: str, line_end: str, block_bytes: int
) -> None:
    content = f"x,y{line_end}{text}"
    lines = io.StringIO(content, newline="").readlines()

    found = spans(path, content.encode(), block_bytes=block_bytes)

    taken = [line + i for line, n_lines, _ in found for i in range(n_lines)]
    blank = [line for line in range(2, len(lines) + 1) if not lines[line - 1].strip("\r\n")]
    assert taken == sorted(set(taken))
    assert set(taken) | set(blank) == set(range(2, len(lines) + 1))


@settings(deadline=None, max_examples=300)
@given(
    # A row that begins with a letter cannot close the quote of another one by accident.
    st.lists(st.lists(st.just("") | CELLS.map("a{}".format), min_size=4, max_size=4), min_size=1),
    st.sampled_from(QUOTINGS),
    st.data(),
    BLOCKS,
)
def test_a_quote_too_many_or_too_few_takes_no_other_record_with_it(
    path: Path,
    table: list[list[str]],
    quoting: tuple[Any, str],
    data: st.DataObject,
    block_bytes: int,
) -> None:
    texts = [written(row, *quoting) for row in [("x", "y", "z", "t"), *table]]
    broken = data.draw(st.integers(1, len(table)))
    at = data.draw(st.integers(0, len(texts[broken]) - len(quoting[1])))
    rest = texts[broken][at:]
    texts[broken] = texts[broken][:at] + (rest[1:] if rest.startswith('"') else f'"{rest}')
    starts = [1 + n_lines("".join(texts[:i])) for i in range(len(texts) + 1)]

    found = rows(path, "".join(texts).encode(), block_bytes=block_bytes)

    others = [row for row in found if not starts[broken] <= row[0] < starts[broken + 1]]
    assert others == [
        (start, None, *row)
        for i, (start, row) in enumerate(zip(starts[1:], table, strict=False), 1)
        if i != broken
    ]


@settings(deadline=None, max_examples=300)
@given(
    text=st.lists(
        st.sampled_from(["a", ",", '"', '""', ',"', '",', "\n", "\r", "é", "\ufeff", "\0"])
    ).map("".join),
    line_end=st.sampled_from(["\n", "\r"]),
    max_bytes=st.sampled_from([12, 30]),
    max_lines=st.sampled_from([2, 5]),
    block_bytes=BLOCKS,
)
# Whether line 2 is a record shows at the end of line 4, when more than a record has to be kept.
@example(text='1,"a\n2,"b\ncccc"\n', line_end="\n", max_bytes=12, max_lines=5, block_bytes=1)
# A line too long to hold ends with a CR alone; a record too long would fit Arrow.
@example(text=f"{'a' * 20}\rb,c\n", line_end="\n", max_bytes=12, max_lines=5, block_bytes=1)
@example(text='1,"aaaaaa\naaaaaa"\n', line_end="\n", max_bytes=12, max_lines=5, block_bytes=1)
def test_where_blocks_end_makes_no_difference(
    path: Path,
    text: str,
    line_end: str,
    max_bytes: int,
    max_lines: int,
    block_bytes: int,
) -> None:
    content = f"x,y{line_end}{text}".encode()
    with pytest.MonkeyPatch.context() as limits:
        for module in (csv_file, records):
            limits.setattr(module, "MAX_RECORD_BYTES", max_bytes)
        limits.setattr(records, "MAX_RECORD_LINES", max_lines)
        at_once = rows(path, content)

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


OPEN = "quote never closed"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "records"),
    [
        # In the last column, in the first, in between; at the end of the file.
        (["1,b,a", '2,b,"c', "3,b,d", '4,"d, d",e'], [(2, 1), (3, 1, OPEN), (4, 1), (5, 1)]),
        (["1,b,a", '"2,b,c', "3,b,d", '4,"d, d",e'], [(2, 1), (3, 1, OPEN), (4, 1), (5, 1)]),
        (["1,b,a", '2,"b,c', "3,b,d", '"4",d,e'], [(2, 1), (3, 1, OPEN), (4, 1), (5, 1)]),
        (["1,b,a", '2,b,"c'], [(2, 1), (3, 1, OPEN)]),
        # Several: those that follow each other are refused together.
        (['1,b,"a', "2,b,c", '3,b,"d', "4,b,e"], [(2, 1, OPEN), (3, 1), (4, 1, OPEN), (5, 1)]),
        (['1,b,"a', '2,b,"c', '3,b,"d', "4,b,e"], [(2, 3, OPEN), (5, 1)]),
        # It meets records of several lines, doubled quotes and empty cells.
        (['1,b,"a', '2,b,"c', 'c"', "3,b,d"], [(2, 1, OPEN), (3, 2), (5, 1)]),
        (['1,b,"a', '2,"",c', '"3","b ""b""",d'], [(2, 1, OPEN), (3, 1), (4, 1)]),
        # What is refused has several lines, as the text has, or a bad record follows.
        (['1,b,"a', "a", "", "a", "2,b,c"], [(2, 4, OPEN), (6, 1)]),
        (['1,b,"a', "2,b", "3,b,c"], [(2, 2, OPEN), (4, 1)]),
        (['1,"b', 'b"', "2,b,c"], [(2, 2, "2 columns instead of 3"), (4, 1)]),
        (
            ['1,"b', 'b",c,d,e', "2,b", "3,b,c"],
            [(2, 2, "5 columns instead of 3"), (4, 1, "2 columns instead of 3"), (5, 1)],
        ),
        # The quote that opens once too often stands where another one closes.
        (['1,"b', 'b","', "2,b,c", '3,b,"d', 'd"'], [(2, 2, OPEN), (4, 1), (5, 2)]),
        # Something follows a closing quote: that is part of its cell, if the cell has one line.
        (['1,"b" b,c', '2,3" pipe,"d" d'], [(2, 1), (3, 1)]),
        (['1,"b', 'b" b,c', "2,b,c"], [(2, 2, OPEN), (4, 1)]),
        # It would be closed by a later record, of which quotes would be left over.
        (['1,b,"c', '2,b,","",d', 'd"', '3,"b",c'], [(2, 1, OPEN), (3, 2), (5, 1)]),
        (['"1,b', '2,b,"c",d', '",b,""', "3,b,c"], [(2, 3, OPEN), (5, 1)]),
        (['1,b,"c', '2,"b",""",c"', "3,b,c"], [(2, 1, OPEN), (3, 1), (4, 1)]),
    ],
)
def test_a_broken_record_takes_no_sound_one_with_it(
    path: Path, lines: list[str], records: list[tuple[Any, ...]], line_end: str
) -> None:
    content = "".join(line + line_end for line in ["x,y,z", *lines]).encode()

    found = spans(path, content)

    assert found == [record if len(record) == 3 else (*record, None) for record in records]


def test_a_thousand_sound_records_survive_one_open_quote(path: Path) -> None:
    sound = [f"{i},b,c\n" for i in range(1000)]
    content = "".join(["x,y,z\n", '0,"b\n', 'b","\n', *sound, '1,b,"d, d"\n']).encode()

    found = spans(path, content)

    assert found == [(2, 2, OPEN), *((line, 1, None) for line in range(4, 1005))]


def test_records_that_leave_quotes_open_are_read_in_passing(path: Path) -> None:
    content = b"x,y,z\n" + b'1",2,"3\n' * 20_000
    begin = time.process_time()  # to try each up to its limit takes a hundred times as long

    found = spans(path, content)

    assert sum(n_lines for _, n_lines, _ in found) == 20_000
    assert time.process_time() - begin < 2


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


def test_a_quoted_cell_beyond_the_limit_costs_the_line_that_opened_it(path: Path) -> None:
    content = b'x,y\n1,"a\n' + b"b" * MAX_RECORD_BYTES + b'"\n3,c\n'

    assert rows(path, content) == [
        (2, "quote never closed", None, None),
        (3, "longer than 16 MiB", None, None),
        (4, None, "3", "c"),
    ]


# --- a CR alone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_cr_alone_is_a_character_where_it_does_not_end_the_header(
    path: Path, line_end: bytes
) -> None:
    content = line_end.join([b"x,y,z", b"1,a\r\ra,", b"2,b,\rb", b'3,"c\rc",', b""])

    found = rows(path, content)

    assert found == [
        (2, None, "1", "a\r\ra", ""),
        (5, None, "2", "b", "\rb"),
        (7, None, "3", "c\rc", ""),
    ]


def test_a_cr_alone_ends_records_where_it_ends_the_header(path: Path) -> None:
    found = rows(path, b'x,y\r1,a\r2,"b\rb"\r\r3,c\n4,d')

    assert found == [
        (2, None, "1", "a"),
        (3, None, "2", "b\rb"),
        (6, None, "3", "c"),
        (7, None, "4", "d"),
    ]


def test_a_cr_alone_between_whole_records_ends_one(path: Path) -> None:
    found = rows(path, b"x,y\n1,a\r2,b\r\n3,c\r4,d\rd\n")

    assert found == [
        (2, None, "1", "a"),
        (3, None, "2", "b"),
        (4, None, "3", "c"),
        (5, None, "4", "d\rd"),
    ]


@pytest.mark.parametrize("block_bytes", range(1, 12))
def test_a_cr_alone_is_a_character_of_the_only_column_wherever_blocks_end(
    path: Path, block_bytes: int
) -> None:
    found = rows(path, b"x\na\rb\rc\nd\n", block_bytes=block_bytes)

    assert found == [(2, None, "a\rb\rc"), (5, None, "d")]


def test_a_cr_alone_does_not_make_a_record_of_half_a_broken_one(path: Path) -> None:
    found = spans(path, b"x,y,z\n1,a,b\rand c, d\n2,b,c\n")

    assert found == [(2, 2, "4 columns instead of 3"), (4, 1, None)]
