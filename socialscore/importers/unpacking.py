"""Files that are compressed as a whole, unpacked while they are read."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COMPRESSIONS", "DAMAGE", "unpacked"]

COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
}
"""What files begin with that are compressed."""

DAMAGE = (EOFError, NotImplementedError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What is raised, besides OSError, where a compressed file is damaged."""

_BLOCK_BYTES = 256 * 1024
_XZ_MEMORY = 256 * 1024 * 1024  # xz -9 takes 65 MB


def unpacked(file: io.BufferedReader[Any], compression: str) -> Any:
    """What is in a file, in any number of members or frames; one that was cut off is noticed."""
    if compression == "bz2":
        return _Unpacked(file, bz2.BZ2Decompressor)
    if compression == "xz":
        return _Unpacked(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY))
    # Unlike the readers of gzip and zstandard, Arrow's takes both formats, in any number of members
    # or frames, and always notices a file that was cut off.
    return pa.CompressedInputStream(pa.PythonFile(file, "r"), compression)


class _Unpacked(io.RawIOBase):
    """Streams one after the other, to the last byte: the standard readers ignore a damaged tail."""

    def __init__(self, file: io.BufferedReader[Any], decompressor: Callable[[], Any]) -> None:
        self._file = file
        self._new = decompressor
        self._unpacking = decompressor()
        self._packed = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        n_bytes = 0
        while n_bytes < len(view) and (part := self._next(len(view) - n_bytes)):
            view[n_bytes : n_bytes + len(part)] = part
            n_bytes += len(part)
        return n_bytes

    def _next(self, n_bytes: int) -> bytes:
        """Some bytes, at most so many; none at the end."""
        while True:
            if self._unpacking.eof:
                # Between streams of xz may be zeros.
                rest = self._unpacking.unused_data.lstrip(b"\0")
                while not rest and (block := self._file.read(_BLOCK_BYTES)):
                    rest = block.lstrip(b"\0")
                if not rest:
                    return b""
                self._unpacking, self._packed = self._new(), rest
            elif self._unpacking.needs_input and not self._packed:
                self._packed = self._file.read(_BLOCK_BYTES)
                if not self._packed:
                    raise EOFError("it ends too early")
            packed, self._packed = self._packed, b""
            if part := self._unpacking.decompress(packed, n_bytes):
                return bytes(part)
