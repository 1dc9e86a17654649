"""The encoding of text: what a user says, or what its bytes show."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from socialscore.importers.source import Source

__all__ = ["Utf8Blocks", "is_utf8"]

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_SURE = 1000  # lines that are not ASCII, after which no more are looked at
_FEW = 1 / 10  # of the lines of a file in cp1252 happen to be UTF-8


class Utf8Blocks:
    """A text file in blocks of UTF-8.

    What is invalid in its encoding is invalid here too, so that only these records are refused.

    Args:
        source: the file, of which nothing has been read yet.
        encoding: any that Python knows. None: UTF-8, unless lines that can only be cp1252 outnumber
            those that are UTF-8 by far; ASCII is both, so this is seen at the first other byte.
        block_bytes: how much is read at a time.

    Raises:
        UsageError: there is no such encoding.
    """

    def __init__(self, source: Source, encoding: str | None, block_bytes: int) -> None:
        self._source = source
        self._blocks = iter(lambda: source.read(block_bytes), b"")
        self._block_bytes = block_bytes
        self._encoding = encoding
        self._is_utf8 = source.marked_as is not None or (encoding is not None and is_utf8(encoding))
        self.is_cp1252 = False  # as it seems

    def __iter__(self) -> Iterator[bytes]:
        if self._is_utf8:
            return self._blocks
        return self._transcoded(self._encoding) if self._encoding else self._guessed()

    @property
    def name(self) -> str:
        """The encoding, for people; of UTF-8, nothing."""
        if self._source.marked_as:
            return self._source.marked_as.removeprefix("utf-8")
        return "cp1252" if self.is_cp1252 else "" if self._is_utf8 else self._encoding or ""

    @property
    def undecodable(self) -> str:
        """Why a record is refused that is not in the encoding."""
        if self.name:
            return f"not {self.name}"
        return "not UTF-8 (is the file latin-1? try --encoding latin-1)"

    def _transcoded(self, encoding: str) -> Iterator[bytes]:
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
        errors = "surrogatepass" if wide else "surrogateescape"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        try:
            for block in self._blocks:
                yield decoder.decode(block).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            problem = f"is not {encoding} ({error.reason})"
            raise InputError(self._source.path, problem) from None

    def _guessed(self) -> Iterator[bytes]:
        n_utf8 = n_cp1252 = 0
        for n_before, block in enumerate(self._blocks):
            if not block.isascii() and max(n_utf8, n_cp1252) < _SURE:
                # Where a block begins or ends within a line, it may do so within a character.
                ends = len(block) < self._block_bytes or block.endswith(b"\n")
                lines = block.splitlines()[n_before > 0 : None if ends else -1]
                utf8, cp1252 = _evidence(lines)
                n_utf8, n_cp1252 = n_utf8 + utf8, n_cp1252 + cp1252
                self.is_cp1252 = n_cp1252 * _FEW > n_utf8
            if self.is_cp1252:
                yield block.decode("cp1252", "surrogateescape").encode("utf-8", "surrogatepass")
            else:
                yield block


def is_utf8(encoding: str) -> bool:
    """Whether an encoding is UTF-8.

    Raises:
        UsageError: there is no such encoding.
    """
    try:
        "".encode(encoding)  # codecs has encodings of other things than text
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        problem = f"there is no encoding {encoding!r}; try utf-8, latin-1, cp1252 or utf-16"
        raise UsageError(problem) from None


def _evidence(lines: Iterable[bytes]) -> tuple[int, int]:
    """How many lines can only be UTF-8, and how many can only be cp1252."""
    n_utf8 = n_cp1252 = 0
    for line in lines:
        if line.isascii():
            continue
        if _is(line, "utf-8"):
            n_utf8 += 1
        elif _is(line, "cp1252") and not _CONTROL.search(line):
            n_cp1252 += 1
    return n_utf8, n_cp1252


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
