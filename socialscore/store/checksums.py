"""Checksums: whether a file of the store is what was written.

Nobody else would notice: what reads Parquet here verifies no checksum, and of the bits of a
compressed page most can flip and give another value, without an error.
"""

from __future__ import annotations

import json
import struct
from array import array
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["changed", "checksums", "is_known_sound", "seal", "seal_json", "unseal", "unseal_json"]

BLOCK = 16_384
"""Bytes that have a checksum together: what is damaged is known as closely as that."""

_SIZE = struct.Struct("<Q")
_SEAL = struct.Struct("<I")
_CHECKSUM = "crc32"
_sound: dict[Path, tuple[int, int]] = {}


def checksums(path: Path) -> bytes:
    """The size of a file, and the CRC-32 of each of its blocks."""
    found = array("I")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.append(crc32(block))
    return _SIZE.pack(path.stat().st_size) + found.tobytes()


def changed(path: Path, noted: bytes) -> list[int]:
    """The blocks of a file that are not what was noted of it, missing and additional ones too.

    Raises:
        OSError: it cannot be read.
    """
    now = checksums(path)
    if now == noted:
        return []
    size_differs = now[: _SIZE.size] != noted[: _SIZE.size]
    before, after = (array("I", each[_SIZE.size :]) for each in (noted, now))
    longest = max(len(before), len(after))
    return [
        number
        for number in range(longest)
        if before[number : number + 1] != after[number : number + 1]
        or (size_differs and number == longest - 1)
    ]


def is_known_sound(path: Path, *, now: bool = False) -> bool:
    """Whether this process has found a file to be sound that has not been written to since.

    Args:
        path: of the file.
        now: it has just been found to be.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    found = path.stat()
    state = found.st_size, found.st_mtime_ns
    if now:
        _sound[path] = state
    return _sound.get(path) == state


def seal(content: bytes) -> bytes:
    """The content with its own checksum, to be written to a file."""
    return content + _SEAL.pack(crc32(content))


def unseal(path: Path) -> bytes | None:
    """What was sealed in a file; None: there is no such file, or it is damaged itself."""
    try:
        sealed = path.read_bytes()
    except OSError:
        return None
    content, end = sealed[: -_SEAL.size], sealed[-_SEAL.size :]
    return content if len(end) == _SEAL.size and _SEAL.unpack(end)[0] == crc32(content) else None


def seal_json(content: dict[str, Any]) -> bytes:
    """A line of JSON that holds its own checksum."""
    rest = {name: value for name, value in content.items() if name != _CHECKSUM}
    return json.dumps(rest | {_CHECKSUM: _of_json(rest)}).encode() + b"\n"


def unseal_json(text: bytes) -> dict[str, Any]:
    """What such a line says; one of an earlier version has no checksum.

    Raises:
        ValueError: it is damaged.
    """
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("no object")
    noted = content.pop(_CHECKSUM, None)
    if noted is not None and noted != _of_json(content):
        raise ValueError("another checksum")
    return content


def _of_json(content: dict[str, Any]) -> int:
    return crc32(json.dumps(content, sort_keys=True).encode())
