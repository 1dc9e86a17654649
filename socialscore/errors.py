"""What we raise, sorted by what the person should do now; each branch has its exit code.

    SocialscoreError
    ├── UsageError      2  call the command again, differently
    ├── InputError      3  mend a file that we were given
    ├── StoreError      5  look at the store: it is missing, foreign, locked or full
    └── UnknownName     2  take one of the known names (3 where a file says the name)

`commands.main` turns these into one line on stderr. Anything else is a bug of ours and keeps its
traceback.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InputError", "SocialscoreError", "StoreError", "UnknownName", "UsageError"]


class SocialscoreError(Exception):
    """Anything a person can do something about: `str(error)` says what is wrong and the way out."""

    exit_code = 1


class UsageError(SocialscoreError):
    """The options contradict each other or cannot be read."""

    exit_code = 2


class InputError(SocialscoreError):
    """A file that we were given is wrong.

    Args:
        place: the path, with the line or the key where it is known: `panel.csv:7`.
        problem: what is wrong there, and the way out.
    """

    exit_code = 3

    def __init__(self, place: object, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = str(place)
        self.problem = problem


class StoreError(SocialscoreError):
    """The store cannot be read or written."""

    exit_code = 5


class UnknownName(SocialscoreError):
    """A name that nobody declared: of a metric, a preset, a network, a column, a body.

    Args:
        kind: what the name should name, such as `metric`.
        name: what was written.
        known: the names that exist.
        place: the file, and the line or key, that says it; None for an option.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], place: object = None) -> None:
        known = sorted(known)
        close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        way_out = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        where = "" if place is None else f"{place}: "
        super().__init__(f"{where}unknown {kind} {name!r}; {way_out}")
        self.exit_code = 2 if place is None else 3
