"""JSON: a document on each line, or a file that is one document, or an array of them."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.importers.source import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.importers.source import Source

    Documents = Iterator[tuple[int, object]]

__all__ = ["decoded_json", "documents", "form_of", "is_json"]

_MEBIBYTES = MAX_RECORD_BYTES // 1024**2
_LINES_LOOKED_AT = 10
_BLOCK_BYTES = 1024 * 1024

_ASSIGNMENT = re.compile(rb"\s*window\.[\w.]+\s*=\s*")  # the account archive of X begins so
_OPENING = re.compile(rb"\s*[{\[]")
_ONE_DOCUMENT = re.compile(rb"\s*(?:\[|\{(?:[^\r\n]*[\[{,])?[ \t]*\r?\n)")
_SEVERAL = "if it is several documents, write each on a line: jq -c ."
_SPACE = re.compile(r"[ \t\r\n]*")


def is_json(head: bytes) -> bool:
    """Whether a file that begins so holds objects, or an array; its first line may be broken."""
    head = _without_assignment(head)
    lines = [line for line in head.splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    n_objects = sum(map(_is_object, lines))
    return bool(_OPENING.match(head)) or n_objects > len(lines) / 2


def form_of(head: bytes) -> str:
    """What JSON is that begins so, for people."""
    head = _without_assignment(head)
    if not _is_one_document(head):
        return "JSON Lines"
    return "a JSON array" if _is_array(head) else "a JSON document"


def documents(source: Source, decoded: Callable[[bytes], object]) -> Documents:
    """Pairs of line number and what stands there, or a ValueError that says why nothing does.

    The parts of an array stand under the lines on which they begin. A file that is one object,
    printed over many lines, stands under line 1. An assignment before either is passed over.

    Args:
        source: the file.
        decoded: makes a document of text; it raises ValueError where it cannot.

    Raises:
        InputError: the file is one document that is too long, or is broken.
    """
    if prefix := _ASSIGNMENT.match(source.peek()):
        source.read(prefix.end())
    head = source.peek()
    if not _is_one_document(head):
        yield from ((number, _tried(decoded, line)) for number, line in source.lines())
    elif _is_array(head):
        n_lines = prefix[0].count(b"\n") if prefix else 0
        yield from _Array(source, 1 + n_lines).parts(decoded)
    else:
        yield 1, _whole(source, decoded)


def _whole(source: Source, decoded: Callable[[bytes], object]) -> object:
    text = source.read(MAX_RECORD_BYTES + 1)
    if len(text) > MAX_RECORD_BYTES:
        problem = f"is one JSON document of more than {_MEBIBYTES} MiB"
        raise InputError(source.path, f"{problem}; write its parts one a line: jq -c '.[]'")
    document = _tried(decoded, text)
    if isinstance(document, ValueError):
        problem = f"is one JSON document that cannot be read ({document}); {_SEVERAL}"
        raise InputError(source.path, problem)
    return document


def _without_assignment(head: bytes) -> bytes:
    return head[prefix.end() :] if (prefix := _ASSIGNMENT.match(head)) else head


def _is_array(head: bytes) -> bool:
    return head.lstrip().startswith(b"[")


def _is_one_document(head: bytes) -> bool:
    """Whether a file is; a broken first line does not make a document of those after it."""
    if not _ONE_DOCUMENT.match(head):
        return False
    _, second, third, *_ = [*filter(bytes.strip, head.splitlines()), b"", b"", b""]
    return not _is_object(second) or third.lstrip()[:1] in (b",", b"]")


def _is_object(line: bytes) -> bool:
    return isinstance(_tried(decoded_json, line), dict)


def decoded_json(text: bytes) -> object:
    """What a text says that is JSON, perhaps after an assignment.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(_without_assignment(text).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None


def _tried(decoded: Callable[[bytes], object], text: bytes | None) -> object:
    if text is None:
        return ValueError(f"longer than {_MEBIBYTES} MiB")
    try:
        return decoded(text)
    except ValueError as error:
        return error


class _Array:
    """An array of any length, of which a part at a time is in memory."""

    def __init__(self, source: Source, line: int) -> None:
        self._path = source.path
        blocks = iter(lambda: source.read(_BLOCK_BYTES), b"")
        # What is not UTF-8 becomes so again where its part is decoded, which then is refused alone.
        self._blocks = codecs.iterdecode(blocks, "utf-8", "surrogateescape")
        self._text = ""
        self._at = 0  # what is before it is done with
        self._line = line

    def parts(self, decoded: Callable[[bytes], object]) -> Documents:
        """The parts under the lines on which they begin, or ValueErrors for what they are not.

        Raises:
            InputError: the array is broken, or a part of it is too long.
        """
        self._next()
        self._pass(self._at + 1)
        closes = self._next() == "]"
        while not closes:
            line, text = self._line, self._value()
            yield line, _tried(decoded, text.encode("utf-8", "surrogateescape"))
            closes = self._next() == "]"
            if not closes and self._next() != ",":
                raise self._broken()
            self._pass(self._at + (not closes))
            self._next()
        self._pass(self._at + 1)
        if self._next() not in ("", ";"):
            problem = "something follows the array"
            raise InputError(f"{self._path}:{self._line}", f"{problem}; write each part on a line")

    def _next(self) -> str:
        """The next character that is no white space; none at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._pass(found.end() if found else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def _pass(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _grow(self, n_more: int = 1) -> bool:
        """Have at least so many characters more in memory, if the file has them."""
        pieces = [self._text[self._at :]]
        while n_more > 0 and (block := next(self._blocks, "")):
            pieces.append(block)
            n_more -= len(block)
        self._text, self._at = "".join(pieces), 0
        return len(pieces) > 1

    def _value(self) -> str:
        """The text of the value that comes next."""
        while True:
            end = self._end()
            n_here = len(self._text) - self._at
            # A number that ends with the text may go on after it.
            if end is None or end == len(self._text):
                if n_here <= MAX_RECORD_BYTES and self._grow(n_here):  # twice as much
                    continue
                if end is None:
                    raise self._broken()
            if end - self._at > MAX_RECORD_BYTES:
                raise self._broken()
            text = self._text[self._at : end]
            self._pass(end)
            return text

    def _end(self) -> int | None:
        try:
            return json.JSONDecoder().raw_decode(self._text, self._at)[1]
        except (ValueError, RecursionError):
            return None

    def _broken(self) -> InputError:
        reason = f"not JSON, cut off, or a part of over {_MEBIBYTES} MiB"
        problem = f"from here on the JSON array cannot be read ({reason})"
        return InputError(f"{self._path}:{self._line}", f"{problem}; {_SEVERAL}")
