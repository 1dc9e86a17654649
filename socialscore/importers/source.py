"""A file to import: opened once, decompressed on the way, read in pieces of bounded size."""

from __future__ import annotations

import codecs
import io
import os
import select
import stat
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from socialscore.errors import InputError, OutOfRoom
from socialscore.importers.unpacking import COMPRESSIONS, DAMAGE, unpacked
from socialscore.runtime.limits import limits
from socialscore.runtime.temp_folder import temp_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    _Stream = io.BufferedReader[Any] | io.BufferedRandom

__all__ = ["HEAD_BYTES", "MAX_RECORD_BYTES", "STANDARD_INPUT", "Source"]

STANDARD_INPUT = Path("-")

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""Longer lines and records are refused. A page of 100 posts has some 0.4 MB, a post 25 kB."""

HEAD_BYTES = 1024 * 1024
"""So much of the beginning can be looked at before anything is read."""

_BLANK_LINES = 100  # so many at a time are read one by one, which is less work than looking ahead
_MARKS = {  # UTF-32 before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Member(Protocol):
    """A file within an archive, in place of one on the disk."""

    size: int  # bytes, unpacked

    @property
    def n_read(self) -> int:
        """Bytes read so far."""

    def opened(self) -> Any:
        """The file, to be read forwards."""

    def sibling(self, name: str, n_bytes: int) -> bytes | None:
        """The first bytes of a file in the same folder of the archive; None: there is none."""


class Source:
    """A file that is read forwards once, unpacked if it is compressed as a whole.

    gzip, Zstandard, bzip2 and xz are recognised by their first bytes, and UTF-16 by its mark: it is
    read as UTF-8. It may be a pipe; STANDARD_INPUT is what the process was given.

    Args:
        path: the file, for messages too.
        member: the file of an archive to read instead.
        archive: the path of that archive.

    Raises:
        InputError: the path is missing, a folder, empty or unreadable, or its compression is
            damaged.
    """

    def __init__(
        self, path: Path, member: Member | None = None, archive: Path | None = None
    ) -> None:
        self.path = path
        self.archive = archive
        self.marked_as: str | None = None  # the encoding that a byte order mark tells
        self._member = member
        self._copy: io.BufferedRandom | None = None
        with ExitStack() as opened:
            with self._damage():
                raw: Any = opened.enter_context(member.opened() if member else _File(path))
                self._read_from: Member | _File = member or raw
                self._file = opened.enter_context(io.BufferedReader(raw, HEAD_BYTES))
                self._stream: _Stream = self._decompressed()
                opened.enter_context(self._stream)
                self._stream = self._as_utf8()
                opened.enter_context(self._stream)
            if not self.peek(1):
                raise InputError(path, "is empty")
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def name(self) -> str:
        """What the file is called, with its archive if it lies in one."""
        if self.archive is None:
            return self.path.name
        return str(self.path.relative_to(self.archive.parent))

    def _decompressed(self) -> io.BufferedReader[Any]:
        compression = self._compression(self._file)
        if compression is None:
            return self._file
        whole = io.BufferedReader(unpacked(self._file, compression), HEAD_BYTES)
        if self._compression(whole):
            raise InputError(self.path, "is compressed twice; unpack it once")
        return whole

    @staticmethod
    def _compression(file: io.BufferedReader[Any]) -> str | None:
        start = file.peek(8)
        return next((name for magic, name in COMPRESSIONS.items() if start.startswith(magic)), None)

    def _as_utf8(self) -> _Stream:
        stream = self._stream
        start = stream.peek(4)
        if start.startswith(codecs.BOM_UTF8):
            self.marked_as = "utf-8"
            stream.read(len(codecs.BOM_UTF8))
        for mark, encoding in _MARKS.items():
            if start.startswith(mark):
                self.marked_as = encoding
                return io.BufferedReader(_AsUtf8(stream, encoding), HEAD_BYTES)
        return stream

    @property
    def size(self) -> int | None:
        """Bytes on the disk; None: a pipe does not tell."""
        return self._read_from.size

    @property
    def bytes_read(self) -> int:
        """Bytes read from the disk so far, for a progress bar against `size`."""
        return self._read_from.n_read

    def on_disk(self) -> Path | IO[bytes]:
        """The whole file, for a format that is not read forwards.

        Of a pipe, and of what is compressed or part of an archive, a temporary copy: after that,
        no more than the beginning can be looked at here.

        Raises:
            OutOfRoom: the disk has no room for the copy.
        """
        is_file = self.size is not None and self._member is None and self.path != STANDARD_INPUT
        if is_file and self._stream is self._file:
            return self.path
        if self._copy is None:
            start = self.peek(HEAD_BYTES)
            self._copy = self._copied()
            self._stream = io.BufferedReader(io.BytesIO(start), HEAD_BYTES)  # to look at again
        self._copy.seek(0)
        return self._copy

    def _copied(self) -> io.BufferedRandom:
        folder = temp_folder(limits().folder)
        try:
            copy = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed with the source)
            self._opened.callback(copy.close)
            while block := self.read(HEAD_BYTES):
                copy.write(block)
            copy.flush()
        except OSError as error:
            problem = f"no room in {folder} for a copy of {self.path} ({error.strerror})"
            raise OutOfRoom(f"{problem}; set temp_directory to another folder") from None
        return copy

    def sibling(self, name: str) -> bytes | None:
        """A file beside this one, in the same folder on the disk or of the archive.

        None: there is none.

        Raises:
            InputError: it has more than 16 MiB, or cannot be read.
        """
        path, n_bytes = self.path.with_name(name), MAX_RECORD_BYTES + 1
        if self.path == STANDARD_INPUT:
            return None
        with _Damage(path):
            if self._member:
                content = self._member.sibling(name, n_bytes)
            elif path.is_file():
                with path.open("rb") as file:
                    content = file.read(n_bytes)
            else:
                return None
        if content is not None and len(content) == n_bytes:
            raise InputError(path, f"has more than {MAX_RECORD_BYTES // 1024**2} MiB")
        return content

    def peek(self, n_bytes: int = 65536) -> bytes:
        """The next bytes without consuming them: at least one unless the file has ended.

        Before anything is read these are `n_bytes`, or the whole file, for up to 1 MiB.
        """
        with self._damage():
            return self._stream.peek(n_bytes)[:n_bytes]

    def head(self) -> bytes:
        """How the file begins: 64 KiB or, where it is longer, the first line, for up to 1 MiB.

        Blank lines before it do not count.
        """
        most = self.peek(HEAD_BYTES).lstrip(b"\r\n")
        end = most.find(b"\n")
        return most if end < 0 else most[: max(65536, end)]

    def read(self, n_bytes: int) -> bytes:
        """The next `n_bytes`, fewer only at the end."""
        with self._damage():
            return self._stream.read(n_bytes)

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Pairs of line number, from 1, and line; None for one too long. Blank ones are left out.

        What stands between lines is white space of no meaning: spaces, tabs and a CR too.
        """
        number = n_blank = 0
        while line := self._piece_of_line():
            number += 1
            too_long = _goes_on(line)
            while _goes_on(line):
                line = self._piece_of_line()
            if too_long or line.strip():
                n_blank = 0
                yield number, None if too_long else line.rstrip(b"\r\n")
            else:
                n_blank += 1
                if n_blank > _BLANK_LINES:
                    number += self._blank_lines()

    def _blank_lines(self) -> int:
        """Pass over the blank lines that come next, as far as they are in memory: how many."""
        ahead = self.peek(HEAD_BYTES)
        return self.read(len(ahead) - len(ahead.lstrip())).count(b"\n")

    def _piece_of_line(self) -> bytes:
        with self._damage():
            return self._stream.readline(MAX_RECORD_BYTES)

    def _damage(self) -> _Damage:
        return _Damage(self.path)


def _goes_on(piece: bytes) -> bool:
    return len(piece) == MAX_RECORD_BYTES and not piece.endswith(b"\n")


class _File(io.FileIO):
    """A file or a pipe; whatever it is read into is full unless it has ended."""

    def __init__(self, path: Path) -> None:
        is_given = path == STANDARD_INPUT
        super().__init__(0 if is_given else path, closefd=not is_given)
        known = os.fstat(self.fileno())
        self.size = known.st_size if stat.S_ISREG(known.st_mode) else None
        self.n_read = 0

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        n_bytes = 0
        while n_bytes < len(view) and (more := super().readinto(view[n_bytes:])) != 0:
            if more is None:  # a pipe that somebody made non-blocking has nothing yet
                select.select([self], [], [])
            else:
                n_bytes += more
        self.n_read += n_bytes
        return n_bytes


class _AsUtf8(io.RawIOBase):
    """Text of another encoding as UTF-8; what is invalid in it is so where it was."""

    def __init__(self, file: _Stream, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._text = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while len(self._text) < len(view) and (block := self._file.read(HEAD_BYTES)):
            self._text += self._utf8(block)
        if len(self._text) < len(view):
            self._text += self._utf8(b"", final=True)
        n_bytes = min(len(view), len(self._text))
        view[:n_bytes], self._text = self._text[:n_bytes], self._text[n_bytes:]
        return n_bytes

    def _utf8(self, block: bytes, *, final: bool = False) -> bytes:
        return self._decoder.decode(block, final).encode("utf-8", "surrogatepass")


class _Damage:
    """Turns what the system and the decompressors raise into our error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if isinstance(error, FileNotFoundError):
            raise InputError(self._path, "there is no such file") from None
        if isinstance(error, IsADirectoryError):
            raise InputError(self._path, "is a folder; name the files in it") from None
        if isinstance(error, UnicodeDecodeError):
            raise InputError(self._path, f"is not {error.encoding} ({error.reason})") from None
        if isinstance(error, DAMAGE) or (isinstance(error, OSError) and error.errno is None):
            problem = f"the compressed file is damaged or cut off ({error})"
            raise InputError(self._path, problem) from None
        if isinstance(error, OSError):
            raise InputError(self._path, f"cannot be read ({error.strerror})") from None
