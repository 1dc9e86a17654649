"""Headers that people write, in French and in English: `synonyms.toml` says what each means.

The last resort, after layouts and our own names. A header is taken for one of our columns if it is
called like it and no other is: where two are, somebody has to say which.
"""

from __future__ import annotations

import re
import shlex
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialscore.importers.columns import COLUMNS, NEEDED
from socialscore.importers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from socialscore.importers.layout import Choices

__all__ = ["BY_HEADERS", "Headers", "headers_of", "in_our_words"]

BY_HEADERS = "headers"
"""The name of the layout that headers make up."""

_AUTHOR, _TIME, _UNSAID = "author", "time", "unsaid"


@dataclass(frozen=True)
class Headers:
    """What the headers of a file say."""

    layout: Layout
    doubles: Mapping[str, tuple[str, ...]]  # by ours, the columns of which each could be it
    missing: tuple[str, ...]  # of ours that are needed, those that no column stands for

    @property
    def problem(self) -> str:
        """Why somebody has to say which column is which; empty: nobody has to."""
        if self.missing:
            return f"No column is recognised as {' or '.join(self.missing)}"
        for ours, names in self.doubles.items():
            if len(set(names)) < len(names):
                return f"Several columns are called {names[0]}; rename all but one"
            return f"{' and '.join(names)} could each be {ours}"
        return ""

    def ways_out(self) -> tuple[str, ...]:
        """Options, one of which settles what is open; COLUMN is for somebody to fill in."""
        if self.missing:
            return (" ".join(f"--map {ours}=COLUMN" for ours in self.missing),)
        for ours, theirs in self.doubles.items():
            if len(set(theirs)) < len(theirs):
                return ()  # the name does not tell them apart
            return tuple(f"--map {shlex.quote(f'{ours}={name}')}" for name in theirs)
        return ()


def headers_of(columns: Collection[str], pairs: Mapping[str, str] | None = None) -> Headers:
    """What the headers of a file say.

    Args:
        columns: of the file.
        pairs: from ours to the file's; they are settled, and stand for nothing else.
    """
    pairs = pairs or {}
    called: dict[str, tuple[str, ...]] = {}
    for name in columns:
        ours = _meanings().get(_plain(name), "")
        if ours and ours not in pairs and name not in pairs.values():
            called[ours] = (*called.get(ours, ()), name)
    called |= {ours: (ours,) for ours in called if ours in columns}
    _settle_author(called, pairs)
    if len(called.get(_TIME, ())) > 1:
        called["sent_at"] = (*called.get("sent_at", ()), *called.pop(_TIME))
    found = {ours: names[0] for ours, names in called.items() if len(names) == 1}
    doubles = {ours: names for ours, names in called.items() if len(names) > 1}
    layout = Layout(
        BY_HEADERS, _choices(found), "recognised by the names of its columns", guessed=True
    )
    missing = tuple(ours for ours in NEEDED if ours not in {*layout.columns, *doubles, *pairs})
    within = _within_lists(columns) if missing and not pairs else []
    return within[0] if len(within) == 1 else Headers(layout, doubles, missing)


def _within_lists(columns: Collection[str]) -> list[Headers]:
    """What the names within lists of JSON say, of the lists that have all that is needed."""
    lists = {name[: match.end() - 1] for name in columns for match in re.finditer(r"\[\]\.", name)}
    said = {
        rows: headers_of(
            [name.removeprefix(f"{rows}.") for name in columns if name.startswith(f"{rows}.")]
        )
        for rows in lists
    }
    return [
        replace(headers, layout=replace(headers.layout, rows=rows))
        for rows, headers in said.items()
        if not headers.problem
    ]


def _settle_author(called: dict[str, tuple[str, ...]], pairs: Mapping[str, str]) -> None:
    """Where nothing else says who wrote a message, by identifier or handle, their name does."""
    names = called.pop(_AUTHOR, ())
    if "author_id" in pairs:
        return
    handle = called.get("author_handle", names)
    if "author_handle" in pairs:
        handle = (pairs["author_handle"],)
    elif len(handle) == 1 or (handle and "author_id" in called):
        called["author_handle"] = handle
    else:
        called.pop("author_handle", None)  # it is asked once, as the identifier
    if handle:
        called.setdefault("author_id", handle)


def _choices(found: dict[str, str]) -> Mapping[str, Choices]:
    """The columns for ours; the day and the time of a message may stand in two."""
    time = found.pop(_TIME, None)
    choices: dict[str, Choices] = {ours: ((name,),) for ours, name in found.items()}
    if time:
        choices["sent_at"] = ((found["sent_at"], time),) if "sent_at" in found else ((time,),)
    return choices


def in_our_words(ours: str, text: str) -> str:
    """The SQL for a value of one of our columns that may be written in words of people's own."""
    said = _content()["words"].get(ours, {})
    plain = f"regexp_replace(strip_accents(LOWER({text})), '[^a-z0-9]', '', 'g')"
    cases = ""
    for meaning, words in said.items():
        listed = ", ".join(f"'{_plain(word)}'" for word in words)
        cases += f"WHEN {plain} IN ({listed}) THEN NULLIF('{meaning}', '{_UNSAID}') "
    return f"CASE {cases}ELSE {text} END" if cases else text


def _plain(header: str) -> str:
    """A header without case, accents, spaces and punctuation."""
    apart = unicodedata.normalize("NFKD", header).casefold()
    return "".join(filter(str.isalnum, apart))


@cache
def _meanings() -> Mapping[str, str]:
    """What is ours, `author` or `time`, by header."""
    said = {ours: names for ours, names in _content().items() if isinstance(names, list)}
    meanings = {_plain(name): ours for ours, names in said.items() for name in names}
    return {_plain(ours): ours for ours in COLUMNS} | meanings


@cache
def _content() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
