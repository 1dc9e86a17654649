from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import InputError, StoreError
from socialscore.store.privacy import Pseudonyms, read_key

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
ACCOUNTS = frozenset({("twitter", "12"), ("mastodon", "34")})
PSEUDONYMS = Pseudonyms(KEY, ACCOUNTS)

POSIX = pytest.mark.skipif(os.name != "posix", reason="files have no mode here")


# --- digests -----------------------------------------------------------------------------------


def test_equal_identifiers_have_equal_digests() -> None:
    assert PSEUDONYMS.of("twitter", "99") == Pseudonyms(KEY).of("twitter", "99")


def test_an_identifier_is_somebody_else_on_another_network() -> None:
    assert PSEUDONYMS.of("twitter", "99") != PSEUDONYMS.of("mastodon", "99")


def test_another_key_makes_other_digests() -> None:
    other = Pseudonyms(bytes(32))

    assert other.of("twitter", "99") != PSEUDONYMS.of("twitter", "99")
    assert other.salt != PSEUDONYMS.salt
    assert other.key_id != PSEUDONYMS.key_id


def test_accounts_of_the_panel_keep_their_identifiers_on_their_network_only() -> None:
    assert PSEUDONYMS.of("twitter", "12") == "12"
    assert PSEUDONYMS.of("mastodon", "12") != "12"


@given(st.text())
def test_a_digest_tells_nothing_of_the_identifier(identifier: str) -> None:
    digest = PSEUDONYMS.of("twitter", identifier)

    assert len(digest) == 24
    assert set(digest) <= set("0123456789abcdef")


# --- tables ------------------------------------------------------------------------------------

PEOPLE = st.none() | st.sampled_from(["12", "34", "56", "two\nlines", ""])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "network": st.sampled_from(["twitter", "mastodon"]),
            "author_id": PEOPLE,
            "reply_to_author_id": PEOPLE,
            "addressed_ids": st.none() | st.lists(PEOPLE, max_size=3),
            "text": st.text(max_size=3),
        }
    ),
    max_size=12,
)
SCHEMA = pa.schema(
    [
        ("network", pa.string()),
        ("author_id", pa.string()),
        ("reply_to_author_id", pa.string()),
        ("addressed_ids", pa.list_(pa.string())),
        ("text", pa.string()),
    ]
)


def pseudonym(network: str, identifier: str | None) -> str | None:
    return None if identifier is None else PSEUDONYMS.of(network, identifier)


@given(ROWS, st.integers(0, 5), st.integers(0, 12), st.integers(1, 4))
def test_every_identifier_of_a_table_is_replaced_wherever_it_stands(
    rows: list[dict[str, object]], start: int, length: int, chunk: int
) -> None:
    whole = pa.Table.from_pylist(rows, schema=SCHEMA)
    in_chunks = pa.Table.from_batches(whole.to_batches(max_chunksize=chunk), schema=SCHEMA)

    found = PSEUDONYMS.applied(in_chunks.slice(start, length)).to_pylist()

    assert found == [
        row
        | {name: pseudonym(row["network"], row[name]) for name in SCHEMA.names[1:3]}
        | {
            "addressed_ids": row["addressed_ids"]
            and [pseudonym(row["network"], each) for each in row["addressed_ids"]]
        }
        for row in rows[start : start + length]
    ]


# --- the key -----------------------------------------------------------------------------------


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "pseudonym.key"

    first, second = read_key(path), read_key(path)

    assert first == second
    assert len(first) == 32


def test_processes_that_need_a_key_at_once_agree_on_one(tmp_path: Path) -> None:
    path, together = tmp_path / "pseudonym.key", Barrier(8)

    def read(_: int) -> bytes:
        together.wait()
        return read_key(path)

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(read, range(8)))

    assert keys == {read_key(path)}


def test_no_two_keys_are_equal(tmp_path: Path) -> None:
    assert read_key(tmp_path / "one.key") != read_key(tmp_path / "two.key")


@POSIX
def test_nobody_else_may_read_a_key_that_was_made(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"

    read_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "pseudonym.key"
    read_key(path)
    path.chmod(mode)

    with pytest.raises(
        InputError, match=f"the pseudonym key is readable by others: chmod 600 {path}"
    ):
        read_key(path)


@pytest.mark.parametrize("content", [b"", b"abcd", b"hello", b"zz" * 32, b"\xff" * 32, b"ab" * 33])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pseudonym.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(InputError, match="is not a pseudonym key"):
        read_key(path)


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    folder = tmp_path / "pseudonym.key"
    folder.mkdir(mode=0o700)

    with pytest.raises(StoreError, match=r"can be neither read nor made \(Is a directory\)"):
        read_key(folder)


def test_a_key_that_cannot_be_made_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="can be neither read nor made"):
        read_key(tmp_path / "file" / "pseudonym.key")
