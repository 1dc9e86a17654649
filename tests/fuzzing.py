"""Broken files at random: whatever is broken in them, what was not touched has to arrive.

    python tests/fuzzing.py 1000000 --seed 1

A file is written soundly, in one of the layouts that are imported, with texts that hold all that
tells records apart. Then some records are touched: bytes changed, lost and added, quotes opened and
not closed, lines joined and split, records cut off and repeated. The file is packed, sometimes
damaged as a whole, and read as `import` reads it. That must end, within a time that its size
allows, in messages or in an `InputError`; and each record that was not touched must be there, word
for word. Of a file of which the header or the container is damaged only the orderly end is asked.

One thing cannot be asked for. If a quote is opened in a CSV file, a later one may happen to close
it, so that all up to there is a record like any other, with a cell for each column and no quotes
but those that open cells, close them or are doubled (RFC 4180). No reader can tell such a text from
one that was meant, and ours must not try: the text of a message may well hold lines that look like
records. So a record may be missing, or lack its first lines, if one that is well formed begins on a
line that was touched and reaches over it or into it. These are counted, and few.

Each file follows from the seed and its number alone: `--only NUMBER` reads it again. No file is
UTF-16, where a lost byte breaks all that comes after it.
"""

from __future__ import annotations

import argparse
import bz2
import faulthandler
import gzip
import io
import json
import lzma
import re
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from shell import zstd

from socialscore.errors import InputError
from socialscore.importers import FileOptions, read
from socialscore.importers.archive import opened
from socialscore.importers.staging import Stage
from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROWS_OF_A_FILE = (30, 400, 2500)
BEGIN = datetime(2023, 9, 4, 8, tzinfo=UTC)
PANEL = Panel("fuzzing", (Body("ville", "Ville", "", (Account("twitter", "100", "ville"),)),))
BITS = [
    *(["bonjour ", "où est la gare ?", "merci ", "été ", "a", "1", " "] * 4),
    *('"', '""', '","', ",", ";", "\t", "|", "\n", "\r\n", "\r", "\n\n", "'", "\\", "{", "}", "[]"),
    *("🚲", "\ufeff", "\x85", "=1+1", ' "oui" ', '"\n', '\n"', "1,2,3\n4,5,6", "\u2028", "�"),
]  # fmt: skip
SECONDS_OF_A_FILE, SECONDS_OF_A_MEGABYTE = 20, 40  # of processors; usual are 0.1 and 1


@dataclass(frozen=True)
class Row:
    """A message, as it has to arrive."""

    message_id: str
    author_id: str
    sent_at: datetime
    text: str
    reply_to_id: str | None


@dataclass(frozen=True)
class Record:
    """What stands in a file for some messages."""

    content: bytes | Mapping[str, Any]  # with its line end; of Parquet, the values
    rows: tuple[Row, ...]
    touched: bool = False


@dataclass(frozen=True)
class File:
    """A file before it is written."""

    layout: str  # one of LAYOUTS
    header: bytes
    records: tuple[Record, ...]
    line_end: bytes = b"\n"
    delimiter: str = ","
    n_columns: int = 0  # of CSV
    encoding: str | None = None
    pack: str = "plain"
    damaged: str = ""  # header, content or container: something else than its records

    @property
    def content(self) -> bytes:
        """Before it is packed."""
        if self.layout == "table parquet":
            return _parquet([record.content for record in self.records])
        return self.header + b"".join(record.content for record in self.records)

    def __str__(self) -> str:
        return f"{self.layout}, {self.pack}, {self.damaged or 'no'} damage"


class Lost(AssertionError):
    """A record that was not touched did not arrive."""


# --- sound files --------------------------------------------------------------------------------


def rows(random: Random, number: int, encoding: str) -> list[Row]:
    """Messages of citizens to a body, and some of the body."""
    bits = [bit for bit in BITS if bit == bit.encode(encoding, "ignore").decode(encoding)]
    ids = [str(random.randrange(10**17, 10**18)) for _ in range(number)]
    return [
        Row(
            message_id,
            "100" if random.random() < 0.2 else str(random.randrange(1000, 10**9)),
            BEGIN + timedelta(seconds=random.randrange(10**7)),
            _text(random, bits),
            random.choice(ids) if random.random() < 0.3 else None,
        )
        for message_id in ids
    ]


def _text(random: Random, bits: Sequence[str]) -> str:
    before, after = (random.choices(bits, k=random.randrange(most)) for most in (3, 12))
    return f"{''.join(before).lstrip(' ')} @ville {''.join(after)}.".lstrip(" ")


def _care(row: Row) -> dict[str, str]:
    official = row.author_id == "100"
    return {
        "tweet_id": row.message_id,
        "author_id": "ville" if official else row.author_id,
        "inbound": str(not official),
        "created_at": row.sent_at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "text": row.text,
        "response_tweet_id": "",
        "in_response_to_tweet_id": row.reply_to_id or "",
    }


def _table(row: Row) -> dict[str, Any]:
    return {
        "message_id": row.message_id,
        "author_id": row.author_id,
        "sent_at": row.sent_at.isoformat(),
        "text": row.text,
        "reply_to_id": row.reply_to_id,
        "note": row.text[::-1],  # which nobody needs
    }


def _post(row: Row) -> dict[str, Any]:
    parent = [{"type": "replied_to", "id": row.reply_to_id}] if row.reply_to_id else []
    return {
        "id": row.message_id,
        "author_id": row.author_id,
        "created_at": row.sent_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "text": row.text,
        "referenced_tweets": parent,
        "entities": {"mentions": [{"username": "ville", "id": "100"}]},
    }


def _csv(random: Random, layout: str, columns: Callable[[Row], dict[str, Any]]) -> File:
    encoding = random.choice(["utf-8"] * 4 + ["cp1252"])
    delimiter = random.choice(",,,;\t|")
    line_end = random.choice(["\n", "\n", "\r\n", "\r"])
    often = random.choice([0, 0.5, 1])  # cells are quoted that need not be
    special = re.compile(f'["\r\n{re.escape(delimiter)}]')

    def cell(value: str | None) -> str:
        text = value or ""
        quoted = special.search(text) or random.random() < often
        return '"' + text.replace('"', '""') + '"' if quoted else text

    def line(values: Iterator[str | None] | Sequence[str | None]) -> bytes:
        return (delimiter.join(map(cell, values)) + line_end).encode(encoding)

    found = rows(random, random.choice(ROWS_OF_A_FILE), encoding)
    names = list(columns(found[0]))
    random.shuffle(names)
    records = [Record(line([columns(row)[name] for name in names]), (row,)) for row in found]
    mark = b"\xef\xbb\xbf" if encoding == "utf-8" and random.random() < 0.3 else b""
    return File(
        layout,
        mark + line(names),
        tuple(records),
        line_end.encode(),
        delimiter,
        len(names),
        None if encoding == "utf-8" else encoding,
    )


def _json(random: Random, layout: str, columns: Callable[[Row], dict[str, Any]]) -> File:
    line_end = random.choice([b"\n", b"\r\n"])
    ascii_only = random.random() < 0.5
    records = [
        Record(json.dumps(columns(row), ensure_ascii=ascii_only).encode() + line_end, (row,))
        for row in rows(random, random.choice(ROWS_OF_A_FILE), "utf-8")
    ]
    return File(layout, b"", tuple(records), line_end)


def _pages(random: Random, layout: str) -> File:
    found = rows(random, random.choice(ROWS_OF_A_FILE), "utf-8")
    records = []
    while found:
        size = random.randrange(1, 8)
        page, found = found[:size], found[size:]
        document = {"data": [_post(row) for row in page], "meta": {"result_count": len(page)}}
        records.append(Record(json.dumps(document).encode() + b"\n", tuple(page)))
    return File(layout, b"", tuple(records))


def _of_values(random: Random, layout: str) -> File:
    found = rows(random, random.choice(ROWS_OF_A_FILE), "utf-8")
    return File(layout, b"", tuple(Record(_table(row), (row,)) for row in found))


def zipped(content: bytes) -> bytes:
    """An archive with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("broken"), content)
    return packed.getvalue()


LAYOUTS: dict[str, Callable[[Random, str], File]] = {
    "care": lambda random, layout: _csv(random, layout, _care),
    "table csv": lambda random, layout: _csv(random, layout, _table),
    "table json": lambda random, layout: _json(random, layout, _table),
    "table parquet": _of_values,
    "x-jsonl posts": lambda random, layout: _json(random, layout, _post),
    "x-jsonl pages": _pages,
}
PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": partial(gzip.compress, compresslevel=1, mtime=0),
    "zstd": zstd,
    "bz2": bz2.compress,
    "xz": partial(lzma.compress, preset=0),
    "zip": zipped,
    "gzip of two parts": lambda content: (
        gzip.compress(content[: len(content) // 3], mtime=0)
        + gzip.compress(content[len(content) // 3 :], mtime=0)
    ),
}


def _parquet(values: Sequence[Any]) -> bytes:
    """Texts as bytes, as some writers leave them, so that they may be anything."""
    file = io.BytesIO()
    columns = {
        name: pa.array(
            [value if isinstance(value, bytes | None) else value.encode() for value in column],
            pa.binary(),
        )
        for name in values[0]
        for column in [[each[name] for each in values]]
    }
    pq.write_table(pa.table(columns), file, row_group_size=150)
    return file.getvalue()


# --- what breaks them ---------------------------------------------------------------------------

SNIPPETS = [
    b'"', b'"', b'"', b'""', b'","', b'"\n', b'\n"', b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r",
    b"\0", b"\xff", b"\xe9", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b"\\", b":",
    b"\\ud83d", b"1e999", b"NaN", b"null", b"9" * 400, b"\n\n\n", b" ", b"\x1a", b"[" * 3000,
]  # fmt: skip


def _place(body: bytes, random: Random) -> int:
    """Anywhere, or often, beside a quote or a delimiter."""
    borders = [found.end() for found in re.finditer(rb'["\n,;\t|:]', body)]
    return (
        random.choice(borders)
        if borders and random.random() < 0.5
        else random.randint(0, len(body))
    )


def _insert(body: bytes, random: Random) -> bytes:
    at = _place(body, random)
    return body[:at] + random.choice(SNIPPETS) + body[at:]


def _delete(body: bytes, random: Random) -> bytes:
    at = _place(body, random)
    return body[:at] + body[at + random.randint(1, 5) :]


def _flip(body: bytes, random: Random) -> bytes:
    at = random.randrange(max(len(body), 1))
    return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]


def _quote_too_few(body: bytes, random: Random) -> bytes:
    places = [found.start() for found in re.finditer(b'"', body)]
    at = random.choice(places) if places else 0
    return body[:at] + body[at + 1 :]


def _quote_too_many(body: bytes, random: Random) -> bytes:
    starts = [0, *(found.end() for found in re.finditer(rb"[,;\t|]", body))]
    at = random.choice(starts)
    return body[:at] + b'"' + body[at:]


def _truncate(body: bytes, random: Random) -> bytes:
    return body[: random.randint(0, len(body))]


def _split(body: bytes, random: Random) -> bytes:
    at = _place(body, random)
    return body[:at] + random.choice([b"\n", b"\r\n", b"\r"]) + body[at:]


def _garbage(_: bytes, random: Random) -> bytes:
    return random.randbytes(random.choice([1, 30, 3000]))


def _quotes(body: bytes, random: Random) -> bytes:
    return random.choice(
        [b'"' * random.randrange(1, 9), body.replace(b'"', b""), b'"' + body[::-1]]
    )


def _twice_in_a_row(body: bytes, random: Random) -> bytes:
    return body + random.choice([b"", b",", b" "]) + body


MUTATIONS = (
    _insert, _insert, _insert, _delete, _delete, _flip, _flip, _quote_too_few, _quote_too_many,
    _quote_too_many, _truncate, _split, _garbage, _quotes, _twice_in_a_row,
)  # fmt: skip
VALUES = [
    None, b"", b"\xff\xfe", b"\xed\xa0\x80", b"\0", b"1e18", b"nan", b"9" * 400, b"1.0", b"-1",
    b"x", b"0001-01-01", b"9999-12-31", b"99999-01-01T00:00:00Z", b'"', b"\n", b"@ville " * 9999,
]  # fmt: skip


def broken(file: File, random: Random, share: float) -> File:
    """The same file with some records touched."""
    records: list[Record] = []
    joined = False
    for record in file.records:
        touched, joins = joined or random.random() < share, False
        if not touched:
            # Whatever is there a second time must not be told from what is there once.
            records += [record] * (2 if random.random() < share / 10 else 1)
            continue
        if isinstance(record.content, bytes):
            body = record.content.removesuffix(file.line_end)
            if not joined:
                body = random.choice(MUTATIONS)(body, random)
            joins = random.random() < 0.1
            content: Any = body + (b"" if joins else file.line_end)
        else:
            content = record.content | {random.choice(list(record.content)): random.choice(VALUES)}
        records.append(replace(record, content=content, touched=True))
        joined = joins
    return replace(file, records=tuple(records))


def _damage(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return random.choice(
        [
            content[:at],
            content[:at] + bytes([content[at] ^ random.randrange(1, 256)]) + content[at + 1 :],
            content[:at] + random.randbytes(random.randrange(1, 50)) + content[at:],
            content[:at] + bytes(200) + content[at + 200 :],
        ]
    )


def made(seed: int, number: int) -> tuple[File, bytes]:
    """A broken file, and its bytes."""
    random = Random(f"{seed}/{number}")
    layout = random.choice(list(LAYOUTS))
    file = LAYOUTS[layout](random, layout)
    file = broken(file, random, random.choice([0.005, 0.03, 0.03, 0.1, 0.4]))
    if layout != "table parquet":
        file = replace(file, pack=random.choice(list(PACKS)))
    damaged = random.choice([""] * 20 + ["header"] * bool(file.header) + ["content", "container"])
    file = replace(file, damaged=damaged)
    if damaged == "header":
        file = replace(file, header=_damage(file.header, random))
    content = _damage(file.content, random) if damaged == "content" else file.content
    packed = PACKS[file.pack](content)
    return file, _damage(packed, random) if damaged == "container" else packed


# --- what must come of it -----------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What came of a file."""

    messages: dict[str, Row]  # by message_id
    n_refused: int


def imported(path: Path, file: File) -> Found:
    """The messages of a file, read as `import` reads it."""
    with closing(opened(path)) as sources, Stage() as stage:
        source = next(sources)
        options = FileOptions(file.layout.split()[0], encoding=file.encoding)
        stage.read(read(source, options).rows, path)
        assert source.bytes_read <= (source.size or 0)
        list(stage.refusals())
        stage.address(PANEL)
        messages = {
            row["message_id"]: Row(
                row["message_id"],
                row["author_id"],
                row["sent_at"].replace(tzinfo=UTC),
                row["text"],
                row["reply_to_id"],
            )
            for table in stage.messages()
            for row in table.to_pylist()
        }
        return Found(messages, stage.tally().n_refused)


def checked(path: Path, file: File, packed: bytes) -> Counter[str]:
    """Read a file, and count what came of its rows.

    Raises:
        Lost: a row that was not touched did not arrive.
        AssertionError: reading took too long.
    """
    path.write_bytes(packed)
    untouched = {row: i for i, r in enumerate(file.records) if not r.touched for row in r.rows}
    touched = {row for record in file.records if record.touched for row in record.rows}
    begin = time.process_time()
    try:
        found = imported(path, file)
    except InputError as error:
        if untouched and not file.damaged:
            raise Lost(f"{error}; {len(untouched)} rows were not touched") from error
        found = Found({}, 0)
    seconds = time.process_time() - begin
    assert seconds < SECONDS_OF_A_FILE + SECONDS_OF_A_MEGABYTE * len(packed) / 1e6, f"{seconds} s"
    n_rows = len(touched | set(untouched))
    counts = Counter({"files": 1, file.layout: n_rows, "refused": found.n_refused})
    if file.damaged:
        return counts + Counter({f"rows with a damaged {file.damaged}": n_rows})
    counts.update(touched=len(touched), untouched=len(untouched))
    for row, place in untouched.items():
        if (arrived := found.messages.get(row.message_id)) == row:
            counts["arrived"] += 1
        elif file.n_columns and _is_within_another(file, place):
            counts["within a well-formed record"] += 1
        else:
            raise Lost(f"record {place}: {row} arrived as {arrived}")
    return counts


def _is_within_another(file: File, place: int) -> bool:
    """Whether a well-formed record begins where something was touched, and reaches over another."""
    delimiter = re.escape(file.delimiter).encode()
    line_end = rb"\r\n" if file.line_end == b"\r" else rb"\n"  # elsewhere a CR is a character
    cell = rb'(?:"(?:[^"]|"")*+"|[^"%b%b]*+)' % (line_end, delimiter)
    others = rb"(?:%b%b){%d}" % (delimiter, cell, file.n_columns - 1)
    well_formed = re.compile(cell + others + rb"(?:\r?\n|\r|\Z)")
    starts = list(accumulate((len(r.content) for r in file.records), initial=len(file.header)))
    content = file.content
    return any(
        found.end() > starts[place]
        for i, record in enumerate(file.records[:place])
        if record.touched
        for line in re.finditer(rb"[^\r\n]+", record.content)
        if (found := well_formed.match(content, starts[i] + line.start()))
    )


def fuzz(folder: Path, seed: int, n_rows: int) -> Counter[str]:
    """Make, break and read files until they held so many rows."""
    counts: Counter[str] = Counter()
    path = folder / "broken"
    while sum(counts[layout] for layout in LAYOUTS) < n_rows:
        number = counts["files"]
        file, packed = made(seed, number)
        try:
            counts += checked(path, file, packed)
        except Exception as error:
            error.add_note(f"seed {seed}, file {number}: {file}")
            raise
    return counts


def main() -> None:
    """Fuzz by hand, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", type=int, help="how many rows the files hold together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="read this file alone")
    arguments = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only is None:
            counts = fuzz(Path(folder), arguments.seed, arguments.rows)
        else:
            counts = checked(Path(folder) / "broken", *made(arguments.seed, arguments.only))
    for name, count in sorted(counts.items()):
        print(f"{name:30} {count:12,}")
    print(f"{'seconds':30} {time.monotonic() - begin:12,.0f}")


if __name__ == "__main__":
    faulthandler.enable()
    main()
