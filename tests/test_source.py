from __future__ import annotations

import gzip
import os
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from shell import zstd

from socialscore.errors import InputError, OutOfRoom
from socialscore.importers import source as source_module
from socialscore.importers.source import HEAD_BYTES, MAX_RECORD_BYTES, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = b"".join(b"%d: a line of some length\n" % n for n in range(100_000))


FORMATS = pytest.mark.parametrize("write", [bytes, gzip.compress, zstd], ids=["plain", "gz", "zst"])
COMPRESSIONS = pytest.mark.parametrize("compress", [gzip.compress, zstd], ids=["gz", "zst"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.file"


@contextmanager
def piped(path: Path, content: bytes) -> Iterator[None]:
    """A pipe of that name, into which somebody writes."""
    os.mkfifo(path)
    writer = Thread(target=path.write_bytes, args=[content], daemon=True)
    writer.start()
    yield
    writer.join()


def everything(path: Path, piece: int = 700_000) -> bytes:
    with Source(path) as source:
        return b"".join(iter(lambda: source.read(piece), b""))


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(InputError, match=r"some\.file: there is no such file"):
        Source(path)


def test_a_folder_is_no_file(path: Path) -> None:
    path.mkdir()

    with pytest.raises(InputError, match=r"some\.file: is a folder; name the files in it"):
        Source(path)


def test_a_path_through_a_file_cannot_be_read(path: Path) -> None:
    path.write_bytes(TEXT)

    with pytest.raises(InputError, match=r"more: cannot be read \(Not a directory\)"):
        Source(path / "more")


@FORMATS
def test_a_file_with_nothing_in_it_is_refused(path: Path, write: Callable[[bytes], bytes]) -> None:
    path.write_bytes(write(b""))

    with pytest.raises(InputError, match=r"some\.file: is empty"):
        Source(path)


@FORMATS
def test_a_file_is_read_whole_and_in_order(path: Path, write: Callable[[bytes], bytes]) -> None:
    path.write_bytes(write(TEXT))

    assert everything(path) == TEXT


@FORMATS
def test_a_read_is_short_only_at_the_end(path: Path, write: Callable[[bytes], bytes]) -> None:
    path.write_bytes(write(TEXT))

    with Source(path) as source:
        lengths = [len(source.read(2_000_000)) for _ in range(3)]

    assert lengths == [2_000_000, len(TEXT) - 2_000_000, 0]


@COMPRESSIONS
def test_members_and_frames_are_read_one_after_the_other(
    path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(compress(TEXT) + compress(b"") + compress(b"the end"))

    assert everything(path) == TEXT + b"the end"


@COMPRESSIONS
@pytest.mark.parametrize("kept", [5, 20_000, -1])
def test_a_compressed_file_that_was_cut_off_is_refused(
    path: Path, compress: Callable[[bytes], bytes], kept: int
) -> None:
    path.write_bytes(compress(TEXT)[:kept])

    with pytest.raises(InputError, match=r"some\.file: the compressed file is damaged or cut off"):
        everything(path)


@COMPRESSIONS
def test_a_second_part_that_was_cut_off_is_refused(
    path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(compress(TEXT) + compress(TEXT)[:-3])

    with pytest.raises(InputError, match="damaged or cut off"):
        everything(path)


@COMPRESSIONS
def test_a_compressed_file_with_wrong_bytes_is_refused(
    path: Path, compress: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(compress(TEXT) + b"what is this?")

    with pytest.raises(InputError, match="damaged or cut off"):
        everything(path)


@FORMATS
def test_peeking_consumes_nothing(path: Path, write: Callable[[bytes], bytes]) -> None:
    path.write_bytes(write(TEXT))

    with Source(path) as source:
        peeked = source.peek(), source.peek(10), source.peek(1024**2)
        read = source.read(len(TEXT))

    assert peeked == (TEXT[:65536], TEXT[:10], TEXT[: 1024**2])
    assert read == TEXT


def test_peeking_ends_with_the_file(path: Path) -> None:
    path.write_bytes(b"short")

    with Source(path) as source:
        before = source.peek()
        source.read(3)
        amid = source.peek()
        source.read(2)
        after = source.peek()

    assert (before, amid, after) == (b"short", b"rt", b"")


@FORMATS
def test_progress_never_goes_back_and_ends_at_the_size(
    path: Path, write: Callable[[bytes], bytes]
) -> None:
    path.write_bytes(write(TEXT))

    with Source(path) as source:
        progress = [source.bytes_read]
        while source.read(50_000):
            progress.append(source.bytes_read)
        size = source.size

    assert progress == sorted(progress)
    assert progress[-1] == size == path.stat().st_size


def test_lines_are_numbered_and_lose_their_ends_and_blank_ones_are_left_out(path: Path) -> None:
    path.write_bytes(b"one\n\r\n\t\ntwo\r\n three ")

    with Source(path) as source:
        lines = list(source.lines())

    assert lines == [(1, b"one"), (4, b"two"), (5, b" three ")]


@pytest.mark.parametrize("n_bytes", [MAX_RECORD_BYTES, 2 * MAX_RECORD_BYTES, 40_000_000])
@pytest.mark.parametrize("end", [b"\n", b"\r\nlast"])
def test_a_line_too_long_keeps_its_number_but_not_its_text(
    path: Path, n_bytes: int, end: bytes
) -> None:
    path.write_bytes(b"first\n" + bytes(n_bytes) + end)

    with Source(path) as source:
        lines = list(source.lines())

    assert lines == [(1, b"first"), (2, None), (3, b"last")][: 2 + end.endswith(b"last")]


def test_a_line_up_to_the_limit_is_kept(path: Path) -> None:
    path.write_bytes(bytes(MAX_RECORD_BYTES - 1) + b"\nlast")

    with Source(path) as source:
        lengths = [(number, line and len(line)) for number, line in source.lines()]

    assert lengths == [(1, MAX_RECORD_BYTES - 1), (2, 4)]


@FORMATS
def test_the_file_is_closed_when_done(path: Path, write: Callable[[bytes], bytes]) -> None:
    path.write_bytes(write(TEXT))

    with Source(path) as source:
        source.read(1)

    with pytest.raises(ValueError, match="closed"):
        source.read(1)


def test_a_run_of_blank_lines_is_passed_over_and_counted(path: Path) -> None:
    path.write_bytes(b"one\n" + b"\n" * 3_000_000 + b" \r\n" * 1000 + b"  two\n" + b"\n" * 1000)

    with Source(path) as source:
        lines = list(source.lines())

    assert [(number, line.strip()) for number, line in lines if line] == [
        (1, b"one"),
        (3_001_002, b"two"),
    ]


# --- how a file begins --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_line", "length"), [(10, 65536), (100_000, 100_000), (2 * HEAD_BYTES, HEAD_BYTES)]
)
def test_the_head_is_as_long_as_the_first_line(path: Path, first_line: int, length: int) -> None:
    path.write_bytes(b"a" * first_line + b"\n" + TEXT)

    with Source(path) as source:
        head = source.head()

    assert len(head) == length


# --- pipes --------------------------------------------------------------------------------------

PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@PIPES
@FORMATS
def test_a_pipe_is_read_like_a_file(path: Path, write: Callable[[bytes], bytes]) -> None:
    with piped(path, write(TEXT)), Source(path) as source:
        size, peeked, read = source.size, source.peek(HEAD_BYTES), source.read(len(TEXT) + 1)

    assert size is None
    assert peeked == TEXT[:HEAD_BYTES]
    assert read == TEXT


@PIPES
def test_a_pipe_can_be_had_as_a_file_on_the_disk(path: Path) -> None:
    with piped(path, TEXT), Source(path) as source:
        copy = source.on_disk()
        assert not isinstance(copy, type(path))
        copy.seek(1000)

        assert copy.read() == TEXT[1000:]

    assert copy.closed


@PIPES
def test_a_pipe_for_which_the_disk_has_no_room_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def close(self) -> None: ...

        def write(self, _: bytes) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(source_module.tempfile, "TemporaryFile", lambda **_: Full())

    with (
        piped(path, b"short"),
        Source(path) as source,
        pytest.raises(OutOfRoom, match=r"no room in .*some\.file.*set temp_directory"),
    ):
        source.on_disk()


def test_a_compressed_file_is_had_on_the_disk_as_a_copy(path: Path) -> None:
    path.write_bytes(gzip.compress(TEXT))

    with Source(path) as source:
        copy = source.on_disk()

        assert not isinstance(copy, Path)
        assert copy.read() == TEXT
