"""A file to import: opened once, decompressed on the way, read in pieces of bounded size."""

from __future__ import annotations

import io
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from socialscore.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MAX_RECORD_BYTES", "Source"]

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""Longer lines and records are refused. A page of 100 posts has some 0.4 MB, a post 25 kB."""

_BUFFER_BYTES = 1024 * 1024
_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


class Source:
    """A file that is read forwards once; gzip and Zstandard are recognised by their first bytes.

    Raises:
        InputError: the path is missing, a folder, empty or unreadable, or its compression is
            damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with ExitStack() as opened:
            with self._damage():
                self._file = opened.enter_context(io.BufferedReader(io.FileIO(path), _BUFFER_BYTES))
                self.size = path.stat().st_size  # bytes on disk
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
                return io.BufferedReader(whole, _BUFFER_BYTES)
        return self._file

    @property
    def bytes_read(self) -> int:
        """Bytes consumed from the disk so far, for a progress bar against `size`."""
        return self._file.tell()

    def peek(self, n_bytes: int = 65536) -> bytes:
        """The next bytes without consuming them: at least one unless the file has ended.

        Before anything is read these are `n_bytes`, or the whole file, for up to 1 MiB.
        """
        with self._damage():
            return self._stream.peek(n_bytes)[:n_bytes]

    def read(self, n_bytes: int) -> bytes:
        """The next `n_bytes`, fewer only at the end."""
        with self._damage():
            return self._stream.read(n_bytes)

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Pairs of line number, from 1, and line without its end; None for a line too long."""
        for number in count(1):
            line = self._piece_of_line()
            too_long = _goes_on(line)
            while _goes_on(line):
                line = self._piece_of_line()
            if not (line or too_long):
                return
            yield number, None if too_long else line.rstrip(b"\r\n")

    def _piece_of_line(self) -> bytes:
        with self._damage():
            return self._stream.readline(MAX_RECORD_BYTES)

    def _damage(self) -> _Damage:
        return _Damage(self.path)


def _goes_on(piece: bytes) -> bool:
    return len(piece) == MAX_RECORD_BYTES and not piece.endswith(b"\n")


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
