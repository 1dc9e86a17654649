"""Files with posts of the X API v2 are read line by line; what is no message is refused there."""

from __future__ import annotations

import gc
import gzip
import json
from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import msgspec
import pyarrow as pa
import pytest
from shell import zstd

from socialscore.errors import InputError
from socialscore.importers.source import MAX_RECORD_BYTES, Source
from socialscore.importers.staged import STAGED
from socialscore.importers.x_jsonl import claims, read
from socialscore.payloads.twitter import Included, to_message
from socialscore.payloads.twitter_fields import Document

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures" / "twitter"
REAL = ROOT.parent / "shared" / "data" / "x_api"
REAL_LINES = sorted(REAL.glob("twarc_csv/*.jsonl"))
REAL_DOCUMENTS = sorted(REAL.glob("sns_sdks/**/*.json"))
PAGES = sorted(path for path in FIXTURES.glob("*.json") if not path.match("*.message.json"))
HERE = ROOT / "somewhere.jsonl"

POST = {
    "id": "2028383205727600641",
    "author_id": "9000000000000000201",
    "created_at": "2026-03-02T08:15:30.000Z",
    "text": "Quand rouvre la piscine ?",
}
EMPTY_PAGE = {"meta": {"result_count": 0}}
MISSING = [{"title": "Not Found Error", "resource_id": "2028383205727600000"}]


def _post(number: int) -> dict[str, Any]:
    return {**POST, "id": str(int(POST["id"]) + number)}


def _lines(*documents: object) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def _rows(folder: Path, content: bytes) -> list[dict[str, Any]]:
    """What is staged from a file with that content."""
    path = folder / "posts.jsonl"
    path.write_bytes(content)
    return _staged(path)


def _staged(path: Path) -> list[dict[str, Any]]:
    with Source(path) as source:
        rows: list[dict[str, Any]] = pa.concat_tables(
            [STAGED.empty_table(), *read(source).pieces]
        ).to_pylist()
    return rows


class _Read(dict[str, Any]):
    """A JSON object that notes which of its names were asked for."""

    asked: set[str]

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


def _is_whole(path: Path) -> bool:
    """Whether a page holds posts with all that a message needs."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return isinstance(data, list) and all({"author_id", "created_at"} <= set(post) for post in data)


def _ids(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["line"], row["message_id"]) for row in rows]


def _refusals(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["line"], row["refusal"]) for row in rows if row["refusal"]]


def test_every_post_of_a_page_is_a_row_under_the_line_of_its_page(tmp_path: Path) -> None:
    pages = _lines({"data": [_post(0), _post(1)]}, {"data": [_post(2)]})

    rows = _rows(tmp_path, pages)

    assert _ids(rows) == [(1, _post(0)["id"]), (1, _post(1)["id"]), (2, _post(2)["id"])]


def test_a_page_of_one_post_may_hold_it_without_a_list(tmp_path: Path) -> None:
    page = _lines({"data": POST})

    rows = _rows(tmp_path, page)

    assert _ids(rows) == [(1, POST["id"])]


def test_a_bare_post_is_a_row(tmp_path: Path) -> None:
    post = _lines(POST)

    rows = _rows(tmp_path, post)

    assert _ids(rows) == [(1, POST["id"])]


def test_a_row_has_what_the_file_says_and_no_more(tmp_path: Path) -> None:
    line = json.dumps(json.loads((FIXTURES / "flattened.json").read_text())["data"]).encode()

    [row] = _rows(tmp_path, line)

    assert row["network"] == "twitter"
    assert row["author_handle"] == "anna_des_quais"
    assert row["mentioned_handles"] == ["pauldupont42", "villeclairval"]
    assert row["refusal"] is None
    assert row["official"] is None
    assert row["account"] is None


def test_included_posts_are_no_rows(tmp_path: Path) -> None:
    page = _lines({"data": [_post(0)], "includes": {"tweets": [_post(1)]}})

    rows = _rows(tmp_path, page)

    assert _ids(rows) == [(1, _post(0)["id"])]


def test_included_users_give_their_handles(tmp_path: Path) -> None:
    users = [{"id": POST["author_id"], "username": "anna_des_quais"}]

    [row] = _rows(tmp_path, _lines({"data": [POST], "includes": {"users": users}}))

    assert row["author_handle"] == "anna_des_quais"


@pytest.mark.parametrize("page", [EMPTY_PAGE, {"errors": MISSING}, {"data": [], "meta": {}}])
def test_an_empty_page_has_no_rows(tmp_path: Path, page: dict[str, Any]) -> None:
    rows = _rows(tmp_path, _lines(page))

    assert rows == []


def test_posts_that_a_page_could_not_show_are_not_refused(tmp_path: Path) -> None:
    page = _lines({"data": [POST], "errors": MISSING})

    rows = _rows(tmp_path, page)

    assert _refusals(rows) == []


@pytest.mark.parametrize("form", ["page", "array of posts", "array of pages"])
def test_a_file_may_be_one_document(tmp_path: Path, form: str) -> None:
    page = {"data": [_post(0), _post(1)], "meta": {"result_count": 2}}
    document = {"page": page, "array of posts": page["data"], "array of pages": [page]}[form]

    rows = _rows(tmp_path, json.dumps(document, indent=2).encode())

    lines = {"page": [1, 1], "array of posts": [2, 8], "array of pages": [2, 2]}[form]
    assert _ids(rows) == [(lines[0], _post(0)["id"]), (lines[1], _post(1)["id"])]


def test_a_document_too_long_to_hold_is_refused_with_the_way_out(tmp_path: Path) -> None:
    content = b"{\n" + b" " * MAX_RECORD_BYTES + b"}"

    with pytest.raises(InputError, match="more than 16 MiB; write its parts one a line"):
        _rows(tmp_path, content)


@pytest.mark.parametrize(
    ("compress", "name"), [(gzip.compress, "posts.jsonl.gz"), (zstd, "posts.zst")]
)
def test_a_compressed_file_reads_like_its_content(tmp_path: Path, compress: Any, name: str) -> None:
    content = _lines(*map(_post, range(300)))
    (tmp_path / name).write_bytes(compress(content))

    rows = _staged(tmp_path / name)

    assert rows == _rows(tmp_path, content)


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_a_compressed_file_that_was_cut_off_is_an_error(tmp_path: Path, compress: Any) -> None:
    content = compress(_lines(*map(_post, range(300))))

    with pytest.raises(InputError, match="damaged or cut off"):
        _rows(tmp_path, content[:-20])


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    rows = _rows(tmp_path, b"\xef\xbb\xbf" + _lines(POST))

    assert _ids(rows) == [(1, POST["id"])]


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    rows = _rows(tmp_path, b"\r\n" + _lines(_post(0)) + b"\n  \n" + _lines(_post(1)))

    assert _ids(rows) == [(2, _post(0)["id"]), (5, _post(1)["id"])]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (_lines(POST)[:-20], "not JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"data": ' * 100_000, "not JSON"),
        (b'{"text": "\xe9t\xe9"}', "not UTF-8"),
        (b"\0\0\0\0" + _lines(POST).strip(), "NUL bytes"),
        (b" " * MAX_RECORD_BYTES + b"{}", "longer than 16 MiB"),
        (b"7", "neither a post nor a page of posts"),
        (b'["a"]', "neither a post nor a page of posts"),
        (b'{"delete": {}}', "neither a post nor a page of posts"),
        (b'{"data": "none"}', "neither a post nor a page of posts"),
        (b'{"data": [3]}', "not a post"),
        (b'{"data": [{"id": "1"}]}', "no author_id"),
        (b'{"id": "1"}', "no author_id"),
    ],
    ids=range(14),
)
def test_a_bad_line_is_refused_under_its_number_and_the_next_is_read(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    rows = _rows(tmp_path, _lines(_post(0)) + line + b"\n" + _lines(_post(1)))

    assert _refusals(rows) == [(2, reason)]
    assert [row["line"] for row in rows] == [1, 2, 3]


def test_a_bad_post_is_refused_under_the_line_of_its_page(tmp_path: Path) -> None:
    page = _lines(EMPTY_PAGE, {"data": [_post(0), {"id": "12", "text": "?"}, _post(1)]})

    rows = _rows(tmp_path, page)

    assert _refusals(rows) == [(2, "no author_id")]
    assert len(rows) == 3


def test_a_refusal_never_quotes_the_post(tmp_path: Path) -> None:
    posts = _lines(POST, {**POST, "created_at": "secret"}, {**POST, "author_id": "secret"})

    rows = _rows(tmp_path, posts)

    assert len(_refusals(rows)) == 2
    assert "secret" not in str(_refusals(rows))


def test_a_file_is_given_up_after_a_hundred_refused_lines(tmp_path: Path) -> None:
    content = b"\n" + b"not this\n" * 100 + _lines(POST)

    with pytest.raises(InputError) as error:
        _rows(tmp_path, content)

    assert "up to line 101 (line 2: not JSON)" in error.value.problem
    assert "--layout" in error.value.problem
    assert str(error.value.place).endswith("posts.jsonl")


def test_ninety_nine_refused_lines_are_borne(tmp_path: Path) -> None:
    rows = _rows(tmp_path, b"not this\n" * 99 + _lines(POST))

    assert len(_refusals(rows)) == 99
    assert len(rows) == 100


def test_a_file_that_was_refused_line_by_line_to_its_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 1: no author_id\); expected .* with author_id"):
        _rows(tmp_path, _lines({"data": [{"id": "1", "text": "?"}]}))


def test_a_file_of_blank_lines_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="blank lines"):
        _rows(tmp_path, b"\n\n  \n")


def test_tables_are_of_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(_lines({"data": [POST] * 15_000}, {"data": [POST] * 15_000}))

    with Source(path) as source:
        tables = list(read(source).pieces)

    assert [table.num_rows for table in tables] == [20_000, 10_000]
    assert all(table.schema.equals(STAGED) for table in tables)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_fixture_is_claimed(path: Path) -> None:
    head = path.read_bytes()

    assert claims(head)


@pytest.mark.parametrize(
    "head",
    [
        b"\xef\xbb\xbf" + _lines(EMPTY_PAGE),
        _lines(POST),
        json.dumps({"data": [POST]}, indent=2).encode(),
        json.dumps([POST], indent=2).encode(),
        b'{"data":[{"entities":{},"referenced_posts":[{"type":"replied_to"',
    ],
)
def test_a_page_or_a_post_is_claimed_by_its_first_bytes(head: bytes) -> None:
    assert claims(head)


@pytest.mark.parametrize(
    "head",
    [
        b"tweet_id,author_id,inbound,created_at,text\n1,sprintcare,False,x,y\n",
        b'{"data": [{"id": "7_8", "message": "Bonjour", "created_time": "2026-03-02"}]}',
        b'{"message_id": "1", "author_id": "2", "sent_at": "2026-03-02T08:15:30Z"}',
        json.dumps({"message": 'I saved "author_id": "id": "created_at": "__twarc": 1'}).encode(),
        b"",
    ],
)
def test_other_files_are_not_claimed(head: bytes) -> None:
    assert not claims(head)


def test_the_fixtures_written_as_one_file_are_the_same_messages(tmp_path: Path) -> None:
    pages = [json.loads(path.read_text()) for path in PAGES]
    messages = [json.loads(path.with_suffix(".message.json").read_text()) for path in PAGES]

    rows = _rows(tmp_path, _lines(*pages))

    assert [row["message_id"] for row in rows] == [each["message_id"] for each in messages]


@pytest.mark.skipif(not REAL_LINES, reason="the shared data are not beside the checkout")
@pytest.mark.parametrize("path", REAL_LINES, ids=lambda path: path.stem)
def test_real_pages_give_as_many_posts_and_replies_as_a_plain_count(path: Path) -> None:
    posts = [
        post for page in path.read_bytes().split(b"\n") if page for post in json.loads(page)["data"]
    ]
    types = [{each["type"] for each in post.get("referenced_tweets", ())} for post in posts]

    rows = _staged(path)

    assert _refusals(rows) == []
    assert len(rows) == len(posts)
    assert sum(row["kind"] == "reply" for row in rows) == sum(
        "replied_to" in each for each in types
    )


@pytest.mark.skipif(not REAL_DOCUMENTS, reason="the shared data are not beside the checkout")
@pytest.mark.parametrize(
    "path", [path for path in REAL_DOCUMENTS if _is_whole(path)], ids=lambda path: path.stem
)
def test_real_documents_give_all_their_posts(path: Path) -> None:
    posts = json.loads(path.read_text(encoding="utf-8"))["data"]

    rows = _staged(path)

    assert [row["message_id"] for row in rows] == [post["id"] for post in posts]


@pytest.mark.skipif(not REAL_DOCUMENTS, reason="the shared data are not beside the checkout")
@pytest.mark.parametrize(
    "path", [path for path in REAL_DOCUMENTS if not _is_whole(path)], ids=lambda path: path.stem
)
def test_real_documents_without_whole_posts_are_given_up(path: Path) -> None:
    with pytest.raises(InputError, match="no post of the X API v2"):
        _staged(path)


# --- what nobody reads is skipped -----------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *REAL_LINES], ids=lambda path: path.stem)
def test_skipping_what_nobody_reads_changes_no_message(path: Path) -> None:
    lines = path.read_bytes().splitlines() if path in REAL_LINES else [path.read_bytes()]

    for line in lines:
        try:
            skimmed = msgspec.json.decode(line, type=Document)
        except msgspec.MsgspecError:  # half a character; Python then reads all of it
            continue
        assert _messages(skimmed) == _messages(json.loads(line))


def _messages(page: Any) -> list[Any]:
    posts = page.get("data", page)
    included = Included.of(page)
    return [to_message(post, included) for post in (posts if isinstance(posts, list) else [posts])]


def test_no_field_is_read_that_would_be_skipped() -> None:
    asked: set[str] = set()
    noting = type("Noting", (_Read,), {"asked": asked})

    for path in PAGES:
        _messages(json.loads(path.read_bytes(), object_hook=noting))

    assert asked <= _names(Document)


def _names(kind: Any) -> set[str]:
    """The names of a typed dictionary, and of those inside it."""
    found: set[str] = set()
    for name, inner in get_type_hints(kind).items():
        found |= {name}
        for each in (inner, *get_args(inner)):
            for one in (each, *get_args(each)):
                if is_typeddict(one):
                    found |= _names(one)
    return found


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        (b'"counts": NaN, "text": "Quand ?"', "Quand ?"),
        (b'"entities": {"mentions": {}}, "text": "Quand ?"', "Quand ?"),
        (b'"author": null, "note_tweet": [], "text": "Quand ?"', "Quand ?"),
        (b'"emoji": "\\ud83d", "text": "Quand ?"', "Quand ?"),
        (b'"text": "Quand \\ud83d ?"', "Quand \N{REPLACEMENT CHARACTER} ?"),
    ],
)
def test_what_only_python_takes_for_json_is_read_all_the_same(
    tmp_path: Path, odd: bytes, text: str
) -> None:
    rest = json.dumps({name: POST[name] for name in ("id", "author_id", "created_at")}).encode()

    (row,) = _rows(tmp_path, rest.removesuffix(b"}") + b", " + odd + b"}\n")

    assert (row["refusal"], row["text"]) == (None, text)


@pytest.mark.parametrize(
    ("odd", "reason"), [(b'"\xff"', "not UTF-8"), (b'"\\x"', "not JSON"), (b"01", "not JSON")]
)
def test_a_line_that_is_broken_where_nobody_reads_is_refused(
    tmp_path: Path, odd: bytes, reason: str
) -> None:
    broken = json.dumps(POST).encode().removesuffix(b"}") + b', "counts": ' + odd + b"}\n"

    _, row = _rows(tmp_path, _lines(_post(1)) + broken)

    assert row["refusal"] == reason


def test_reading_leaves_the_collector_of_cycles_as_it_was(tmp_path: Path) -> None:
    gc.disable()
    try:
        _rows(tmp_path, _lines(POST))
        assert not gc.isenabled()
    finally:
        gc.enable()

    _rows(tmp_path, _lines(POST))

    assert gc.isenabled()
