"""Reading the TOML files that people write, and the line on which a file says something."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FilePosition", "line_of", "place_of", "read_toml", "read_whole"]

_POSITION = re.compile(r" \(at line (\d+), (column \d+)\)$")  # else the end, says tomllib
_TEXT, _LITERAL = r'"(?:\\.|[^"\\\n])*"', r"'[^'\n]*'"
_TOKEN = re.compile(  # what could hide brackets and ends of lines, brackets, and ends of lines
    rf'"""(?:\\.|[^\\])*?"{{3,5}}|\'{{3}}.*?\'{{3,5}}|{_TEXT}|{_LITERAL}|#[^\n]*|[][{{}}\n]',
    re.DOTALL,
)
_KEY = re.compile(rf"""(?:{_TEXT}|{_LITERAL}|[^"'=#])*=""")
_BETWEEN_NAMES = re.compile(r"[^\w\s.-]+")
_DIGITS = re.compile(r"[\d_]{4000}")
_MOST_BYTES = 1_000_000
_DEEPEST = 100  # brackets in brackets, or keys in keys
_HEAD = r'"\u0000"'  # a key that nobody writes: the line of the header of a table


@dataclass(frozen=True)
class FilePosition:
    """Where a file says something."""

    path: Path | str  # or another address of the file
    line: int | None = None  # from 1; None where the file as a whole is meant
    key: str = ""  # of a TOML file, with dots

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"{self.path}{line}, key {self.key}" if self.key else f"{self.path}{line}"


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The content of a TOML file, with or without a byte order mark.

    Args:
        path: the file.
        what: what it should be, for the error: `the ranking`.

    Raises:
        InputError: it cannot be read, or is not TOML.
    """
    text = _text(path, what)
    if deep := _too_deep(text):
        problem = f"{what} is nested more than {_DEEPEST} deep; write fewer brackets or dots"
        raise InputError(FilePosition(path, deep), problem)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        line, where = (int(found[1]), found[2]) if found else (len(text.splitlines()), "at the end")
        problem = f"{what} is not TOML: {str(error).partition(' (at ')[0]} ({where})"
        raise InputError(FilePosition(path, line), problem) from None
    except ValueError:  # Python reads no such number
        long = next((line for line, said in _statements(text) if _DIGITS.search(said)), None)
        problem = f"{what} has a number of more than 4,000 digits"
        raise InputError(FilePosition(path, long), problem) from None


def read_whole(path: Path, what: str, most: int) -> bytes:
    """The content of a file.

    Args:
        path: the file.
        what: what it should be, for the error: `the ranking`.
        most: how many bytes it may have.

    Raises:
        InputError: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: it can be no path
        reason = getattr(error, "strerror", None) or error
        raise InputError(path, f"{what} cannot be read ({reason})") from None
    if len(content) > most:
        raise InputError(path, f"{what} is larger than {most // 10**6} MB; is it another file?")
    return content


def _text(path: Path, what: str) -> str:
    content = read_whole(path, what, _MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        problem = f"{what} is not TOML: it is not UTF-8; save it so"
        raise InputError(FilePosition(path, line), problem) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _too_deep(text: str) -> int | None:
    """The line of what has too many brackets in each other or dots in a row, which take hours."""
    for line, statement in _statements(text):
        found = (match[0] for match in _TOKEN.finditer(statement))
        depths = accumulate((each in "[{") - (each in "]}") for each in found)
        names = _BETWEEN_NAMES.split(_TOKEN.sub("", statement))
        if max([*depths, *(name.count(".") for name in names)]) > _DEEPEST:
            return line
    return None


def place_of(path: Path, *keys: str | int) -> FilePosition:
    """Where a TOML file says a key, for an error.

    Args:
        path: the file, which was read before.
        keys: the way to the key: `"bands", 0, "label"`, where 0 is the first of the tables
            [[bands]]. Of a key that is missing, it is the place of the table that lacks it.
    """
    name = ".".join(key for key in keys if isinstance(key, str))
    line = line_of(path.read_text(encoding="utf-8-sig"), *keys) if path.is_file() else None
    return FilePosition(path, line, name)


def line_of(text: str, *keys: str | int) -> int | None:
    """The line, from 1, on which a valid TOML document says a key, or what comes nearest to it."""
    said = _lines(text)
    line = None
    for key in keys:
        try:
            said = said[key]
        except (KeyError, IndexError, TypeError):  # it is missing, or inside a value
            break
        line = _first(said)
    return line


@lru_cache(maxsize=4)  # of a file with many mistakes
def _lines(text: str) -> Any:
    return tomllib.loads("\n".join(_with_lines_as_values(text)))


def _first(said: Any) -> int:
    """The line on which something begins, in a document that has lines as its values."""
    while not isinstance(said, int):
        said = next(iter(said.values() if isinstance(said, dict) else said))
    return said


def _with_lines_as_values(text: str) -> Iterator[str]:
    """The document with, as the value of each key, the line on which it stands.

    So it is the library that makes out which table a key belongs to.
    """
    for line, statement in _statements(text):
        if statement.lstrip().startswith("["):
            yield f"{statement}\n{_HEAD} = {line}"
        elif key := _KEY.match(statement):
            yield f"{key[0]} {line}"


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header of a table, key with its value, comment or empty line, with where it begins."""
    depth, begin, line = 0, 0, 1
    for token in _TOKEN.finditer(text + "\n"):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if token[0] == "\n" and depth == 0:
            statement = text[begin : token.start()]
            yield line, statement
            begin, line = token.end(), line + statement.count("\n") + 1
    if begin <= len(text):  # brackets that are never closed
        yield line, text[begin:]
