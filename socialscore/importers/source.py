"""A file to import: opened once, decompressed on the way, read in pieces of bounded size."""

from __future__ import annotations

import io
import os
import select
import stat
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import pyarrow as pa

from socialscore.errors import InputError, OutOfRoom
from socialscore.runtime.limits import limits
from socialscore.runtime.temp_folder import temp_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["HEAD_BYTES", "MAX_RECORD_BYTES", "STANDARD_INPUT", "Source"]

STANDARD_INPUT = Path("-")

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""Longer lines and records are refused. A page of 100 posts has some 0.4 MB, a post 25 kB."""

HEAD_BYTES = 1024 * 1024
"""So much of the beginning can be looked at before anything is read."""

_BLANK_LINES = 100  # so many at a time are read one by one, which is less work than looking ahead
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


class Source:
    """A file that is read forwards once; gzip and Zstandard are recognised by their first bytes.

    It may be a pipe; STANDARD_INPUT is what the process was given.

    Raises:
        InputError: the path is missing, a folder, empty or unreadable, or its compression is
            damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with ExitStack() as opened:
            with self._damage():
                self._raw = opened.enter_context(_File(path))
                self._file = opened.enter_context(io.BufferedReader(self._raw, HEAD_BYTES))
                self._stream = opened.enter_context(self._decompressed())
            if not self.peek(1):
                raise InputError(path, "is empty")
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def _decompressed(self) -> io.BufferedReader[Any]:
        start = self._file.peek(4)
        for magic, compression in _COMPRESSIONS.items():
            if start.startswith(magic):
                # Unlike the readers of gzip and zstandard, Arrow's takes both formats, in any
                # number of members or frames, and always notices a file that was cut off.
                whole = pa.CompressedInputStream(pa.PythonFile(self._file, "r"), compression)
                return io.BufferedReader(whole, HEAD_BYTES)
        return self._file

    @property
    def size(self) -> int | None:
        """Bytes on the disk; None: a pipe does not tell."""
        return self._raw.size

    @property
    def bytes_read(self) -> int:
        """Bytes read from the disk so far, for a progress bar against `size`."""
        return self._raw.n_read

    def on_disk(self) -> Path | IO[bytes]:
        """The whole file, for a format that is not read forwards; of a pipe, a temporary copy.

        Raises:
            InputError: it is compressed.
            OutOfRoom: the disk has no room for the copy.
        """
        if self._stream is not self._file:
            raise InputError(self.path, "is compressed; unpack it first, as with gunzip or unzstd")
        if self.size is not None and self.path != STANDARD_INPUT:
            return self.path
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
        if isinstance(error, OSError) and error.errno is None:
            problem = f"the compressed file is damaged or cut off ({error})"
            raise InputError(self._path, problem) from None
        if isinstance(error, OSError):
            raise InputError(self._path, f"cannot be read ({error.strerror})") from None
