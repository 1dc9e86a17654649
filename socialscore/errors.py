"""What we raise, sorted by what the person should do now; each branch has its exit code.

    SocialscoreError
    ├── UsageError      2  call the command again, differently
    ├── InputError      3  mend a file that we were given
    │   └── SeveralProblems    mend every line that is named
    ├── StoreError      5  look at the store: it is missing, foreign, locked or full
    │   ├── OutOfRoom          allow more memory, or make room for temporary files
    │   ├── Damaged            repair the store: a file of it is not what was written
    │   └── Overtaken      75  try again: another process was writing
    │       └── Vanished       the same: a file is gone that was there a moment ago
    ├── UnknownName     2  take one of the known names (3 where a file says the name)
    ├── TooLittleData   6  collect more, or ask less of the data, before you publish
    └── NetworkError    4  a network let us down; what was fetched is kept
        ├── AuthError          give other credentials, or mend the app: all of it is refused
        ├── PermissionDenied   ask for the permission that is named: one account is refused
        ├── RateLimited    75  try again when the network says
        ├── QuotaExhausted     buy more, or wait until the quota is renewed
        ├── Transient          try again: the network has a server error
        ├── Gone               take the account off the panel, or mend its identifier
        └── ProtocolDrift      update socialscore: the network speaks differently now

`commands.main` turns these into one line on stderr. Anything else is a bug of ours and keeps its
traceback.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import SequenceMatcher, get_close_matches
from itertools import product
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = [
    "AuthError",
    "Damaged",
    "Gone",
    "InputError",
    "NetworkError",
    "OutOfRoom",
    "Overtaken",
    "PermissionDenied",
    "ProtocolDrift",
    "QuotaExhausted",
    "RateLimited",
    "SeveralProblems",
    "SocialscoreError",
    "StoreError",
    "TooLittleData",
    "Transient",
    "UnknownName",
    "UsageError",
    "Vanished",
    "folded",
    "for_caller",
    "in_python",
    "listed",
    "option",
]

_MOST_NAMES = 40
_LONGEST_NAME = 60
_MOST_MEANT = 3  # names that an error suggests
_SHORTEST_PART = 3  # characters that must be typed to find the names that contain them

_called_from_python = ContextVar("_called_from_python", default=False)


@contextmanager
def in_python() -> Iterator[None]:
    """Errors that are made meanwhile speak to somebody who calls a function, not a command."""
    token = _called_from_python.set(True)
    try:
        yield
    finally:
        _called_from_python.reset(token)


def for_caller(command: str, python: str) -> str:
    """Words for whoever reads the error: of a command line, or of a function that was called."""
    return python if _called_from_python.get() else command


def option(name: str, value: object = None) -> str:
    """An option as who reads the error writes it.

    Args:
        name: that of the parameter in Python, such as `as_of`.
        value: what to write, or what was written; None: it does not matter.

    Returns:
        `--as-of 2026-11-20` on the command line, `as_of='2026-11-20'` in Python.
    """
    if _called_from_python.get():
        return f"{name}=" + ("…" if value is None else repr(value))
    return f"--{name.replace('_', '-')}" + ("" if value is None else f" {value}")


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
        ways_out: options of the command, each of which is one; COLUMN is to be filled in.
    """

    exit_code = 3

    def __init__(self, place: object, problem: str, ways_out: Sequence[str] = ()) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem
        self.ways_out = tuple(ways_out)


class SeveralProblems(InputError):
    """Several things are wrong with what we were given, each on a line of its own.

    Args:
        problems: two or more.
    """

    def __init__(self, problems: Sequence[SocialscoreError]) -> None:
        lines = (f"{len(problems)} problems:", *map(str, problems))
        SocialscoreError.__init__(self, "\n  ".join(lines))
        self.place = getattr(problems[0], "place", None)
        self.problem = str(self)
        self.problems = tuple(problems)
        ways = dict.fromkeys(each for it in problems if (each := getattr(it, "ways_out", ())))
        self.ways_out = tuple(map(" ".join, product(*ways))) if ways else ()
        self.exit_code = problems[0].exit_code


class StoreError(SocialscoreError):
    """The store cannot be read or written."""

    exit_code = 5


class OutOfRoom(StoreError):
    """Memory is used up, or the disk for what does not fit into it."""


class Damaged(StoreError):
    """A file of the store is not what was written, or is missing.

    Args:
        file: its path or address.
        problem: what is wrong with it.
    """

    def __init__(self, file: object, problem: str) -> None:
        super().__init__(
            f"{file}: {problem}; `socialscore store check` finds all damage, "
            "`socialscore store repair` saves what can be saved"
        )
        self.file = str(file)
        self.problem = problem


class Overtaken(StoreError):
    """Another process holds or has changed what this one was about to write or to read."""

    exit_code = 75


class Vanished(Overtaken):
    """A file is gone that the store had a moment ago: it was rewritten, or the file is lost.

    Args:
        file: its path or address; empty where nobody says which.
    """

    def __init__(self, file: str) -> None:
        super().__init__("the store was rewritten while it was read; try again")
        self.file = file


class UnknownName(SocialscoreError):
    """A name that nobody declared: of a metric, a preset, a network, a column, a body.

    Args:
        kind: what the name should name, such as `metric`.
        name: what was written.
        known: the names that exist.
        place: the file, and the line or key, that says it; None for an option.
        titles: by a known name, what else people call it, where they do.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        known: Iterable[str],
        place: object = None,
        *,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._said = kind, name, sorted(known), titles or {}
        self.place = place
        self.exit_code = 2 if place is None else 3

    # What was meant takes its time to find, and whoever tries names one after the other never asks.
    def __str__(self) -> str:
        kind, name, known, titles = self._said
        meant = [
            repr(each) + (f" ({titles[each]})" if each in titles else "")
            for each in _meant(str(name), known, titles)
        ]
        *others, last = meant or [""]
        either = f"{', '.join(others)} or {last}" if others else last
        way_out = f"did you mean {either}?" if meant else f"known: {listed(known)}"
        where = "" if self.place is None else f"{self.place}: "
        return f"{where}unknown {kind} {name!r}; {way_out}"


def _meant(name: str, known: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """The known names that contain what was typed, shortest first; else those most like it."""
    typed = folded(name).split()
    if len("".join(typed)) >= _SHORTEST_PART:
        named = ((each, folded(f"{each} {titles.get(each, '')}")) for each in known)
        containing = [each for each, words in named if all(part in words for part in typed)]
        if containing:
            return sorted(containing, key=len)[:_MOST_MEANT]
    called: dict[str, str] = {}
    for each in known:
        called.setdefault(each.lower(), each)
        called.setdefault(titles.get(each, each).lower(), each)
    close = get_close_matches(name.lower(), called, n=_MOST_MEANT, cutoff=0.5)
    best = [each for each in close if _likeness(name, each) == _likeness(name, close[0])]
    return list(dict.fromkeys(called[each] for each in best))


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, other, name.lower()).ratio()


def folded(name: str) -> str:
    """A name by which others are found: its words, without capitals, accents or punctuation."""
    letters = (sign for sign in normalize("NFKD", name.casefold()) if not combining(sign))
    return " ".join(re.findall(r"[^\W_]+", "".join(letters)))


def listed(names: Sequence[str]) -> str:
    """Names one after the other; of a file with 100,000 columns, the first ones."""
    shown = (
        name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
        for name in names[:_MOST_NAMES]
    )
    rest = len(names) - _MOST_NAMES
    return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")


class TooLittleData(SocialscoreError):
    """A ranking's own conditions for being published are not met; nothing was published."""

    exit_code = 6


class NetworkError(SocialscoreError):
    """A network refused, or failed.

    Args:
        network: one of `model.network.NETWORKS`.
        endpoint: what was asked, without identifiers that are secret: `GET /2/users/:id/mentions`;
            empty if nothing was.
        problem: what is wrong, and the way out; holds no credential.
        status: the HTTP status, where there was an answer.
        code: the network's own code, such as `190/463` or `credits`.
        retry_at: when to try again, aware, UTC; None where the network does not say.
    """

    exit_code = 4

    def __init__(
        self,
        network: str,
        endpoint: str,
        problem: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        details = [endpoint, f"HTTP {status}" if status else "", f"code {code}" if code else ""]
        said = ", ".join(filter(None, details))
        super().__init__(f"{network}: {problem}" + (f" ({said})" if said else ""))
        self.network = network
        self.endpoint = endpoint
        self.problem = problem
        self.status = status
        self.code = code
        self.retry_at = retry_at


class AuthError(NetworkError):
    """The credentials as such are refused: missing, wrong, expired, or of an app that may not ask.

    Whatever else is asked with the same credentials will be refused as well.
    """


class PermissionDenied(NetworkError):
    """The credentials are good, and do not allow this: a protected account, a missing scope.

    Other accounts may still be shown.
    """


class RateLimited(NetworkError):
    """Too many requests for now."""

    exit_code = 75


class QuotaExhausted(NetworkError):
    """What was paid for, or what the budget allows, is used up."""


class Transient(NetworkError):
    """The network fails for a while: 5xx, resets, timeouts, broken answers."""


class Gone(NetworkError):
    """What was asked for does not exist, or no longer."""


class ProtocolDrift(NetworkError):
    """An answer that is no error, in a shape that nobody knows."""
