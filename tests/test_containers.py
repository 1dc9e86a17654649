"""Rows under named columns come from any container, and what is none is named with the way out."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import zipfile
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from shell import zstd

from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.importers import json_lines
from socialscore.importers.archive import opened
from socialscore.importers.tabular import tabular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.importers.source import Source

    Found = tuple[str, list[dict[str, Any]]]

CSV = "id,text\n7,où ?\n8,là\n".encode()
ROWS = [("7", "où ?"), ("8", "là")]
MANY = b"id,text\n" + b"".join(b"%d,bonjour\n" % n for n in range(30_000))

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "zst": zstd,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
COMPRESSED = pytest.mark.parametrize("pack", [f for name, f in PACKINGS.items() if name != "plain"])


def is_header(names: Sequence[str]) -> bool:
    return {"id", "text"} <= set(names)


def cells(source: Source, *names: str, **options: Any) -> list[tuple[Any, ...]]:
    file = tabular(source, is_header=is_header, **options)
    tables = file.tables(names or ["id", "text"])
    return [tuple(row.values())[3:] for table in tables for row in table.to_pylist()]


def read(path: Path, *names: str, **options: Any) -> list[tuple[Any, ...]]:
    """The cells of all files under a path."""
    with closing(opened(path)) as sources:
        return [row for source in sources for row in cells(source, *names, **options)]


def lines(path: Path, *names: str, **options: Any) -> list[tuple[Any, ...]]:
    """Line, refusal and cells of each row."""
    with closing(opened(path)) as sources:
        tables = tabular(next(sources), is_header=is_header, **options).tables(
            names or ["id", "text"]
        )
        return [
            (row["line"], row["refusal"], *list(row.values())[3:])
            for table in tables
            for row in table.to_pylist()
        ]


def told(path: Path) -> tuple[str, str]:
    """What a file is said to be, and what is remarked of it, once it has been read."""
    with closing(opened(path)) as sources:
        source = next(sources)
        file = tabular(source, is_header=is_header)
        assert list(file.tables(["id", "text"]))
        return file.what, file.remark


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: str = "") -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        formats = {
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
            date: book.add_format({"num_format": "dd/mm/yyyy"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if type(cell) in formats:
                        sheet.write_datetime(i, j, cell, formats[type(cell)])
                    else:
                        sheet.write(i, j, cell)
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table({"id": ["7", "8"], "text": ["où ?", "là"]}), content)
    return content.getvalue()


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Export">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{extra}
</manifest:file-entry></manifest:manifest>"""


def ods(rows: Sequence[Sequence[str]], extra: str = "") -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    of_rows = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {
        "mimetype": mimetype,
        "content.xml": ODS.format(rows=of_rows).encode(),
        "META-INF/manifest.xml": MANIFEST.format(extra=extra).encode(),
    }
    return zipped(parts, zipfile.ZIP_STORED)


TABLE = [("id", "text"), *ROWS]
FILES: dict[str, Callable[[], bytes]] = {
    "CSV": lambda: CSV,
    "UTF-16": lambda: CSV.decode().replace(",", "\t").encode("utf-16"),
    "UTF-16, big-endian": lambda: "\ufeff".encode("utf-16-be") + CSV.decode().encode("utf-16-be"),
    "UTF-32": lambda: CSV.decode().encode("utf-32"),
    "UTF-8 with mark": lambda: CSV.decode().encode("utf-8-sig"),
    "cp1252": lambda: CSV.decode().replace(",", ";").encode("cp1252"),
    "JSON Lines": lambda: _json_lines().encode(),
    "JSON Lines, UTF-16": lambda: _json_lines().encode("utf-16"),
    "JSON array": lambda: json.dumps(_objects(), indent=1).encode("utf-8-sig"),
    "Parquet": parquet,
    "xlsx": lambda: workbook({"Export": TABLE}),
    "ods": lambda: ods(TABLE),
}


def _objects() -> list[dict[str, str]]:
    return [dict(zip(("id", "text"), row, strict=True)) for row in ROWS]


def _json_lines() -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in _objects())


@contextmanager
def piped(path: Path, content: bytes) -> Iterator[None]:
    """A pipe of that name, into which somebody writes."""
    os.mkfifo(path)
    writer = Thread(target=path.write_bytes, args=[content], daemon=True)
    writer.start()
    yield
    writer.join()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.file"


# --- any container ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("packing", [*PACKINGS, "zip", "gz in zip", "pipe"])
def test_the_same_rows_come_from_every_file(path: Path, kind: str, packing: str) -> None:
    content = FILES[kind]()
    if packing == "pipe":
        with piped(path, content):
            found = read(path)
    else:
        pack = PACKINGS.get(packing, bytes)
        if packing.endswith("zip"):
            inner = gzip.compress(content) if packing == "gz in zip" else content
            path.write_bytes(zipped({"some.file": inner}))
        else:
            path.write_bytes(pack(content))
        found = read(path)

    assert found == ROWS


@pytest.mark.parametrize(
    ("kind", "what", "remark"),
    [
        ("CSV", "CSV with commas", ""),
        ("UTF-16", "CSV with tabs, utf-16", ""),
        ("cp1252", "CSV with semicolons, cp1252", "read as cp1252; --encoding says otherwise"),
        ("JSON Lines", "JSON Lines", ""),
        ("JSON array", "a JSON array", ""),
        ("Parquet", "Parquet", ""),
        ("xlsx", "sheet 'Export' of a workbook", ""),
    ],
)
def test_a_file_is_said_to_be_what_it_is(path: Path, kind: str, what: str, remark: str) -> None:
    path.write_bytes(FILES[kind]())

    assert told(path) == (what, remark)


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        *((kind, {"encoding": "latin-1"}) for kind in ("JSON Lines", "Parquet", "xlsx")),
        *((kind, {"skip_lines": 1}) for kind in ("JSON Lines", "Parquet")),
        *((kind, {"sheet": "Export"}) for kind in ("CSV", "JSON Lines", "Parquet")),
    ],
)
def test_an_option_that_does_not_go_with_a_file_is_refused(
    path: Path, kind: str, option: dict[str, Any]
) -> None:
    path.write_bytes(FILES[kind]())

    with pytest.raises(UsageError, match="goes with"):
        read(path, **option)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
FOREIGN = {
    "is an old Excel workbook (.xls); save it as .xlsx": OLE + "Workbook".encode("utf-16-le"),
    "is protected by a password; save it without one": OLE + "EncryptedPackage".encode("utf-16-le"),
    "is protected by a password; save it without": ods(TABLE, "<manifest:encryption-data/>"),
    "is protected by a password; save": zipped({"encrypted-package": b"", "mimetype": b""}),
    "is an old Word document": OLE + "WordDocument".encode("utf-16-le"),
    "is a Word document": zipped({"word/document.xml": b""}),
    "is a binary Excel workbook (.xlsb); save it as .xlsx": zipped({"xl/workbook.bin": b""}),
    "is a Numbers or Pages document": zipped({"Index/Document.iwa": b""}),
    "is another document than a spreadsheet": zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": b""}
    ),
    "is a PDF": b"%PDF-1.7\n1 0 obj",
    "is an SQLite database": b"SQLite format 3\0" + bytes(50),
    "is a .rar archive; unpack it": b"Rar!\x1a\x07\x01\0",
    "is a .7z archive; unpack it": b"7z\xbc\xaf\x27\x1c\0\4",
    "is a tar archive; unpack it": bytes(257) + b"ustar\00000" + bytes(300),
    "is a web page": b"\n<!DOCTYPE html><html><body><table><tr><td>id</td>",
    "is an Excel workbook of 2003 (XML)": b'<?xml version="1.0"?><Workbook '
    b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    "is XML": b'<?xml version="1.0"?><messages/>',
    "is an image": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "is an Arrow (Feather) file; save it as Parquet": b"ARROW1\0\0" + bytes(20),
}


@pytest.mark.parametrize("packing", ["plain", "gz"])
@pytest.mark.parametrize("what", FOREIGN)
def test_a_file_that_cannot_be_read_is_named_with_the_way_out(
    path: Path, what: str, packing: str
) -> None:
    path.write_bytes(PACKINGS[packing](FOREIGN[what]))

    with pytest.raises(InputError) as raised:
        read(path)

    assert f"some.file: {what}" in str(raised.value)


@pytest.mark.parametrize("outer", [gzip.compress, zstd, bz2.compress, lzma.compress])
@COMPRESSED
def test_a_file_that_is_compressed_twice_is_refused(
    path: Path, pack: Callable[[bytes], bytes], outer: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(outer(pack(CSV)))

    with pytest.raises(InputError, match="is compressed twice; unpack it once"):
        read(path)


# --- zip ----------------------------------------------------------------------------------------


def test_every_file_of_an_archive_is_read_under_its_name(path: Path) -> None:
    extra = {"__MACOSX/a.csv": b"\0\5\26\7", "b/": b"", "b/.DS_Store": b"\0", "b/c.csv": MANY}
    path.write_bytes(zipped({"a.csv": CSV, **extra}))

    with closing(opened(path)) as sources:
        found = [(source.path, len(cells(source))) for source in sources]

    assert found == [(path / "a.csv", 2), (path / "b/c.csv", 30_000)]


def test_an_archive_may_hold_files_with_the_names_of_parts_of_workbooks(path: Path) -> None:
    path.write_bytes(zipped({"content.xml": CSV, "workbook.xml": CSV}))

    assert read(path) == ROWS + ROWS


def test_a_name_in_an_archive_leads_nowhere(path: Path) -> None:
    path.write_bytes(zipped({"../../etc/passwd": CSV, "/etc/passwd": CSV}))

    with closing(opened(path)) as sources:
        found = [(str(source.path), cells(source), source.sibling("hosts")) for source in sources]

    assert found == [
        (f"{path}/../../etc/passwd", ROWS, None),
        (f"{path}/etc/passwd", ROWS, None),
    ]


def test_a_file_beside_another_can_be_read(path: Path) -> None:
    path.write_bytes(zipped({"data/tweets.js": CSV, "data/account.js": b"{}", "account.js": b"no"}))
    path.with_name("account.js").write_bytes(b"[]")
    path.with_name("plain.csv").write_bytes(CSV)

    with closing(opened(path)) as archived, closing(opened(path.with_name("plain.csv"))) as plain:
        within, outside = next(archived), next(plain)

        assert (within.sibling("account.js"), within.sibling("b.js")) == (b"{}", None)
        assert (outside.sibling("account.js"), outside.sibling("b.js")) == (b"[]", None)


def test_a_file_beside_another_has_a_size_that_can_be_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.importers.source.MAX_RECORD_BYTES", 1024)
    path.write_bytes(CSV)
    path.with_name("account.js").write_bytes(bytes(1025))

    with (
        closing(opened(path)) as sources,
        pytest.raises(InputError, match=r"account\.js: has more than"),
    ):
        next(sources).sibling("account.js")


def test_an_archive_within_an_archive_is_refused(path: Path) -> None:
    path.write_bytes(zipped({"inner.zip": zipped({"a.csv": CSV})}))

    with pytest.raises(InputError, match=r"inner\.zip: is a zip archive within another file"):
        read(path)


@pytest.mark.parametrize("content", [zipped({}), zipped({"__MACOSX/a": b"", "b/": b""})])
def test_an_archive_without_files_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(InputError, match="is a zip archive without files"):
        read(path)


def test_an_encrypted_file_in_an_archive_is_refused_before_the_others_are_read(path: Path) -> None:
    content = bytearray(zipped({"a.csv": CSV, "b.csv": CSV}))
    entry = content.rindex(b"PK\1\2")
    content[entry + 8] |= 1
    path.write_bytes(content)

    with closing(opened(path)) as sources, pytest.raises(InputError) as raised:
        next(sources)

    assert "b.csv: is encrypted; unpack the archive first" in str(raised.value)


def test_an_archive_that_is_cut_off_is_refused(path: Path) -> None:
    path.write_bytes(zipped({"a.csv": MANY})[:-30])

    with pytest.raises(InputError, match=r"some\.file: the zip archive is damaged or cut off"):
        read(path)


def test_a_damaged_file_in_an_archive_is_refused(path: Path) -> None:
    content = bytearray(zipped({"a.csv": MANY}, zipfile.ZIP_STORED))
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(InputError, match=r"a\.csv: the compressed file is damaged or cut off"):
        read(path)


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n_before", [0, 200_000])
def test_cp1252_is_recognised_where_the_first_other_byte_stands(path: Path, n_before: int) -> None:
    before = b"".join(b"%d,a\n" % n for n in range(n_before))
    path.write_bytes(b"id,text\n" + before + "7,L’été «\u00a0à 5\u00a0€\u00a0»\n".encode("cp1252"))

    *_, last = read(path)

    assert last == ("7", "L’été «\u00a0à 5\u00a0€\u00a0»")
    assert told(path)[1] == "read as cp1252; --encoding says otherwise"


def test_a_broken_byte_makes_no_cp1252_of_utf_8(path: Path) -> None:
    path.write_bytes(CSV + b"9,caf\xe9\n10,\xe9t\xe9\n")

    found = lines(path)

    assert [row[2:] for row in found] == [*ROWS, (None, None), (None, None)]
    assert {row[1] for row in found[2:]} == {
        "not UTF-8 (is the file latin-1? try --encoding latin-1)"
    }


def test_one_byte_more_of_utf_8_is_seen_in_time(path: Path) -> None:
    broken = b"1,caf\xe9\n"
    ascii_only = b"".join(b"%d,a\n" % n for n in range(200_000))
    path.write_bytes(b"id,text\n" + broken + ascii_only + "2,où\n3,là\n".encode())

    found = read(path)

    assert found[-2:] == [("2", "où"), ("3", "là")]


def test_an_encoding_that_is_named_is_not_guessed(path: Path) -> None:
    path.write_bytes(CSV.decode().encode("cp1252"))

    assert read(path, encoding="utf-8") == [(None, None), (None, None)]
    assert read(path, encoding="cp1252") == ROWS


def test_a_mark_is_believed_even_if_another_encoding_is_named(path: Path) -> None:
    path.write_bytes(CSV.decode().encode("utf-16"))

    assert read(path, encoding="cp1252") == ROWS


def test_utf_16_that_ends_within_a_character_is_refused(path: Path) -> None:
    path.write_bytes(_json_lines().encode("utf-16") + b"\0")

    with pytest.raises(InputError, match=r"is not utf-16-le \(truncated data\)"):
        read(path)


# --- headers ------------------------------------------------------------------------------------

PREAMBLE = "Report:,Bulk\nFrom:,Mon Nov 09\n\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (PREAMBLE.encode() + CSV, 4),
        (PREAMBLE.encode() + CSV.replace(b",", b";"), 4),
        (b'"one\ntwo, three"\n' + CSV, 3),
        (b"sep=;\r\n" + CSV.replace(b",", b";"), 2),
        (b"sep=\xe9\n" + CSV, 2),
        (b'"sep=|"\n' + CSV.replace(b",", b"|"), 2),
        (b"a title; with, more| of\tthese\n" + CSV, 2),
    ],
)
def test_the_header_is_found_below_other_lines(path: Path, content: bytes, line: int) -> None:
    path.write_bytes(content)

    found = lines(path)

    assert [row[2:] for row in found] == ROWS
    assert [row[0] for row in found] == [line + 1, line + 2]


def test_a_header_that_is_not_looked_for_is_the_first_row(path: Path) -> None:
    path.write_bytes(b"\nno;yes\n1;2\n")

    with closing(opened(path)) as sources:
        file = tabular(next(sources), is_header=is_header)

    assert (file.columns, file.place) == (("no", "yes"), f"{path}:2")


@pytest.mark.parametrize("kind", ["CSV", "xlsx"])
def test_lines_above_the_header_can_be_skipped(path: Path, kind: str) -> None:
    rows = [('he said "', "id,text"), ("id", "text"), ("name", "body"), ("1", "a")]
    text = "".join(f"{a};{b}\n" for a, b in rows)
    path.write_bytes(text.encode() if kind == "CSV" else workbook({"Export": rows}))

    assert lines(path, "name", "body", skip_lines=2) == [(4, None, "1", "a")]


def test_more_lines_than_there_are_cannot_be_skipped(path: Path) -> None:
    path.write_bytes(CSV)

    with pytest.raises(InputError, match="--skip-lines 9 leaves nothing of it"):
        read(path, skip_lines=9)


@pytest.mark.parametrize("row", ["7,a,", "7,a"])
def test_a_comma_at_the_end_of_the_header_makes_no_column(path: Path, row: str) -> None:
    path.write_text(f"id,text,\n{row}\n")

    assert read(path) == [("7", "a")]


@pytest.mark.parametrize("kind", ["CSV", "xlsx"])
def test_only_columns_that_are_needed_have_names_of_their_own(path: Path, kind: str) -> None:
    rows = [("", "id", "x", "x", "text"), ("0", "7", "a", "b", "où ?")]
    text = "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes(text.encode() if kind == "CSV" else workbook({"Export": rows}))

    assert read(path) == [("7", "où ?")]
    with pytest.raises(InputError, match="two columns have the name 'x'; rename one"):
        read(path, "id", "x")
    with pytest.raises(UnknownName, match="unknown column 'txt'; did you mean 'text'"):
        read(path, "txt")


# --- workbooks ----------------------------------------------------------------------------------

MIDNIGHT = datetime.fromisoformat("2026-11-02")  # spreadsheets know no time zones


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("@ville où ?", "@ville où ?"),
        (7, "7"),
        (1.5, "1.5"),
        (45231.37, "45231.37"),
        (123456789012345, "123456789012345"),
        (2119588004623286620, "2.119588004623287e+18"),  # what a spreadsheet leaves of it
        (True, "true"),
        (MIDNIGHT + timedelta(hours=8, seconds=1), "2026-11-02 08:00:01"),
        (date(2026, 11, 2), "2026-11-02"),
        (time(8, 54), "08:54:00"),
    ],
)
def test_a_cell_is_what_somebody_would_type(path: Path, cell: Any, text: str) -> None:
    path.write_bytes(workbook({"Export": [("id", "text"), ("7", cell)]}))

    assert read(path) == [("7", text)]


def test_midnight_is_a_time_among_others(path: Path) -> None:
    later = MIDNIGHT + timedelta(hours=8, minutes=30)
    path.write_bytes(workbook({"Export": [("id", "text"), ("7", MIDNIGHT), ("8", later)]}))

    assert read(path) == [("7", "2026-11-02 00:00:00"), ("8", "2026-11-02 08:30:00")]


def test_every_second_of_a_day_is_read_as_it_was_written(path: Path) -> None:
    times = [MIDNIGHT + timedelta(seconds=number) for number in range(1, 86400, 37)]
    path.write_bytes(workbook({"Export": [("id", "text"), *(("7", each) for each in times)]}))

    assert [text for _, text in read(path)] == [each.isoformat(" ") for each in times]


def test_lines_are_those_that_a_spreadsheet_counts(path: Path) -> None:
    rows: list[tuple[Any, ...]] = [(), ("A title",), (), ("", "id", "text"), ("", "7", "a"), ()]
    path.write_bytes(workbook({"Export": [*rows, ("", "8", "b")]}))

    assert lines(path) == [(5, None, "7", "a"), (7, None, "8", "b")]


def test_rows_are_read_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialscore.importers.workbook._ROWS_AT_ONCE", 3)
    monkeypatch.setattr("socialscore.importers.workbook._ROWS_OF_A_TABLE", 7)
    path.write_bytes(workbook({"Export": [("id", "text"), *((n, "a") for n in range(20))]}))

    assert [row[0] for row in lines(path)] == list(range(2, 22))


OTHER = [("Name", "Number"), ("a", 1)]


def test_the_sheet_with_the_header_is_chosen(path: Path) -> None:
    path.write_bytes(workbook({"Summary": OTHER, "Export": TABLE, "Empty": []}))

    assert read(path) == ROWS


def test_a_sheet_that_is_hidden_is_only_read_if_it_is_named(path: Path) -> None:
    hidden = [("id", "text"), ("1", "hidden")]
    path.write_bytes(workbook({"Export": TABLE, "Old": hidden}, hidden="Old"))

    assert read(path) == ROWS
    assert read(path, sheet="Old") == [("1", "hidden")]


@pytest.mark.parametrize(
    "sheets", [{"May": TABLE, "June": TABLE, "Notes": OTHER}, {"May": OTHER, "June": OTHER}]
)
def test_where_several_sheets_fit_one_is_asked_for(path: Path, sheets: dict[str, Any]) -> None:
    path.write_bytes(workbook(sheets))

    with pytest.raises(InputError) as raised:
        read(path)

    problem = "has several sheets: 'May', 'June'; say which, as in --sheet \"May\""
    assert problem in str(raised.value)


def test_a_sheet_that_is_not_there_is_likened_to_one_that_is(path: Path) -> None:
    path.write_bytes(workbook({"Export": TABLE}))

    with pytest.raises(UnknownName, match="unknown sheet 'Exprot'; did you mean 'Export'"):
        read(path, sheet="Exprot")


@pytest.mark.parametrize("sheet", [None, "Empty"])
def test_a_workbook_with_nothing_in_it_is_refused(path: Path, sheet: str | None) -> None:
    path.write_bytes(workbook({"Empty": []}))

    with pytest.raises(InputError, match=r"has no sheet with anything in it|'Empty' is empty"):
        read(path, sheet=sheet)


def test_a_damaged_workbook_is_refused_with_the_way_out(path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"Export": TABLE}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]
    path.write_bytes(zipped(parts | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}))

    with pytest.raises(InputError, match=r"some\.file: .*save it again as \.xlsx or CSV"):
        read(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.importers.archive._MAX_WORKBOOK_BYTES", 1000)
    path.write_bytes(workbook({"Export": TABLE}))

    with pytest.raises(InputError, match=r"unpacks to more than .* save it as CSV"):
        read(path)


# --- JSON ---------------------------------------------------------------------------------------


def objects(*values: object, **options: Any) -> bytes:
    return "".join(json.dumps(value, **options) + "\n" for value in values).encode()


DEEP = {
    "id": 7,
    "user": {"name": "Zoé", "a.b": {"c": 1}},
    "tags": ["x", "y"],
    "mentions": [{"id": "1", "name": "ville"}, {"id": "2"}],
    "nothing": None,
    "flat.name": True,
    "none": [],
}


def test_columns_are_dotted_names(path: Path) -> None:
    path.write_bytes(objects(DEEP, {"later": 1}))

    with closing(opened(path)) as sources:
        file = tabular(next(sources), is_header=is_header)

    assert file.columns == (
        *("id", "user.name", "user.a.b.c", "tags", "mentions[].id", "mentions[].name"),
        *("nothing", "flat.name", "none", "later"),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("id", "7"),
        ("user.name", "Zoé"),
        ("user.a.b.c", "1"),
        ("mentions[].id", "1 2"),
        ("mentions[].name", "ville"),
        ("tags[]", "x y"),
        ("nothing", None),
        ("flat.name", "true"),
        ("user.missing", None),
        ("id.missing", None),
    ],
)
def test_what_stands_under_a_dotted_name_is_text(path: Path, name: str, text: str | None) -> None:
    path.write_bytes(objects(DEEP))

    assert lines(path, name) == [(1, None, text)]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("user", "user holds an object"), ("tags", "tags holds a list")],
)
def test_an_object_or_a_list_is_no_text(path: Path, name: str, refusal: str) -> None:
    path.write_bytes(objects(DEEP))

    assert lines(path, name) == [(1, refusal, None)]


def test_lists_become_texts_where_they_may_stand(path: Path) -> None:
    path.write_bytes(objects(DEEP))

    with closing(opened(path)) as sources:
        [table] = tabular(next(sources), is_header=is_header).tables(["tags"], lists=["tags"])

    assert table["tags"].to_pylist() == ["x y"]


@pytest.mark.parametrize(
    ("documents", "rows", "found"),
    [
        ([{"statuses": [{"id": 1}, {"id": 2}]}, {"statuses": []}], "statuses[]", ["1", "2"]),
        ([{"tweet": {"id": 1}}], "tweet", ["1"]),
        ([{"data": {"tweets": [{"id": 1}]}}], "data.tweets[]", ["1"]),
        ([{"statuses": [3]}], "statuses[]", ["not a JSON object"]),
        ([{"delete": {}}], "statuses[]", ["has no statuses[]"]),
    ],
)
def test_rows_may_stand_within_documents(
    path: Path, documents: list[Any], rows: str, found: list[str]
) -> None:
    path.write_bytes(objects(*documents, {"statuses": [{"id": 9}]}))

    with closing(opened(path)) as sources:
        file = tabular(next(sources), is_header=is_header)
        read_rows = [row for table in file.tables(["id"], rows=rows) for row in table.to_pylist()]

    assert [row["refusal"] or row["id"] for row in read_rows if row["line"] <= len(documents)] == (
        found
    )


def test_only_json_has_rows_within_rows(path: Path) -> None:
    path.write_bytes(CSV)

    with closing(opened(path)) as sources, pytest.raises(InputError, match="only JSON holds rows"):
        tabular(next(sources), is_header=is_header).tables(["id"], rows="statuses[]")


@pytest.mark.parametrize("before", ["", "window.YTD.tweets.part0 = ", "\n window.YTD.x.part12=\n"])
@pytest.mark.parametrize("after", ["", ";\n"])
@pytest.mark.parametrize("block", [1, 7, 1000])
def test_an_array_is_read_part_by_part_with_its_lines(
    path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, block: int
) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", block)
    parts: list[object] = [{"id": 1, "text": 'a "]" \\ [ é 🚲'}, {"id": 2, "text": "b\nc"}, 33, []]
    path.write_text(before + json.dumps(parts, indent=1, ensure_ascii=False) + after)

    found = lines(path)

    begin = 2 + before.count("\n")
    assert found == [
        (begin, None, "1", 'a "]" \\ [ é 🚲'),
        (begin + 4, None, "2", "b\nc"),
        (begin + 8, "not a JSON object", None, None),
        (begin + 9, "not a JSON object", None, None),
    ]


def test_an_array_may_be_longer_than_what_is_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", 64)
    monkeypatch.setattr(json_lines, "MAX_RECORD_BYTES", 500)
    parts = [{"id": n, "text": "a" * 300} for n in range(40)]
    path.write_text(json.dumps(parts))

    assert [row[0] for row in read(path)] == [str(n) for n in range(40)]


@pytest.mark.parametrize("bad", ["[[", '{"id": 1', '{"id": 1} {"id": 2}]', "nonsense]", '{"id":}]'])
def test_an_array_that_is_broken_is_refused_at_its_line(path: Path, bad: str) -> None:
    path.write_text('[{"id": 7, "text": "a"},\n' + bad)

    with pytest.raises(InputError, match=r"some\.file:2: from here on the JSON array cannot be"):
        read(path)


def test_a_part_of_an_array_that_is_too_long_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", 64)
    monkeypatch.setattr(json_lines, "MAX_RECORD_BYTES", 500)
    path.write_text(json.dumps([{"id": 1}, {"id": 2, "text": "a" * 600}]))

    with pytest.raises(InputError, match="a part of over"):
        read(path)


def test_something_after_an_array_is_refused(path: Path) -> None:
    path.write_text('[{"id": 7, "text": "a"}]\n[{"id": 8}]\n')

    with pytest.raises(InputError, match=r"some\.file:2: something follows the array"):
        read(path)


def test_a_part_of_an_array_that_is_not_utf_8_is_refused_alone(path: Path) -> None:
    path.write_bytes(b'[{"id": 1, "text": "caf\xe9"},\n{"id": 2, "text": "a"}]')

    assert lines(path) == [(1, "not UTF-8", None, None), (2, None, "2", "a")]


def test_a_page_may_be_printed_over_lines_that_begin_with_more_than_a_brace(path: Path) -> None:
    path.write_text('{"statuses": [\n{"id": 1},\n{"id": 2}\n]}')

    with closing(opened(path)) as sources:
        file = tabular(next(sources), is_header=is_header)
        [table] = file.tables(["id"], rows="statuses[]")

    assert (file.what, table["id"].to_pylist()) == ("a JSON document", ["1", "2"])
