"""How well the language rules select: precision and recall on labelled messages.

A label says what a message is: `question` is genuine (an answer is expected), rhetorical or none;
`request` asks for something, reports a fault, or none. A genuine question belongs to the selections
`questions` and `requests`, what asks or reports to `requests` alone; `question-mark` is held
against the questions. A message that speaks to another citizen belongs nowhere for that alone.

There are two sets, each in two halves: on one of them rules are developed, the held-out one is for
measuring only.

- The invented messages of `fixtures/language`, with their texts.
- Real messages, of which the project has the labels alone (`labels/`), by a digest of the text.
  They are measured where the data lie beside the checkout.

Shares are given with Wilson's 95 % interval. Messages with a question mark and those without are
told apart, since the mark decides for itself. No language is given: the rules have to tell it.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.language.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "ALL",
    "HALVES",
    "HEADER",
    "LABELS",
    "SHARED",
    "TITLE",
    "Accuracy",
    "Labelled",
    "Share",
    "by_digest",
    "evaluate",
    "invented",
    "lines",
    "read",
    "real",
    "table",
]

_ROOT = Path(__file__).parents[1]
LABELS = Path(__file__).parent / "labels"
"""What people said of real messages, by digests of their texts."""

SHARED = _ROOT.parent / "shared" / "data"
"""Where the real messages lie, if they do."""

HALVES = ("working", "held-out")

ALL = "all"
"""Stands for the messages of all languages."""

TITLE = "How often the language rules agree with people"
HEADER = (
    "language", "selection", "messages", "precision", "recall",
    "precision with mark", "precision without", "recall without",
)  # fmt: skip

_SELECTIONS = {"question-mark": "question_mark", "questions": "question", "requests": "request"}
_VALUES = {
    "question": ("genuine", "rhetorical", "none"),
    "request": ("ask", "fault", "none"),
    "thread": ("yes", "no"),
}

# Where the real messages of a language are, and the columns of the texts.
_SOURCES = {
    "de": ("inbound/de.csv", "text"),
    "en": ("care_tweets/head_1000.csv", "text"),
    "fr": ("inbound/fr.csv", "text"),
}


@dataclass(frozen=True)
class Labelled:
    """A message of which a person said what it is."""

    language: str  # primary subtag
    text: str
    question: str  # genuine, rhetorical or none
    request: str  # ask, fault or none

    def belongs(self, selection: str) -> bool:
        """Whether a person would put it into the selection."""
        asks = self.question == "genuine"
        return asks or (selection == "requests" and self.request != "none")


@dataclass(frozen=True)
class Share:
    """A share of some messages."""

    n: int  # of them have it
    of: int  # messages; 0: there is no share

    @property
    def value(self) -> float | None:
        """From 0 to 1; None: of nothing."""
        return self.n / self.of if self.of else None

    def __str__(self) -> str:
        """With the ends of its interval, such as 0.50 (0.24–0.76)."""
        if not self.of:
            return "–"
        low, high = _wilson(self.n, self.of)
        return f"{self.n / self.of:.2f} ({low:.2f}–{high:.2f})"


@dataclass(frozen=True)
class Accuracy:
    """How one selection agrees with the labels."""

    language: str  # of the messages, or ALL
    selection: str  # question-mark, questions or requests
    n_messages: int
    precision: Share  # of the selected messages, those that belong
    recall: Share  # of those that belong, the selected ones
    marked_precision: Share  # of messages with a question mark
    unmarked_precision: Share  # of messages without
    unmarked_recall: Share


# The messages -----------------------------------------------------------------------------------


def invented(half: str) -> list[Labelled]:
    """The invented messages of a half; an unknown label is an error of the file."""
    name = {"working": "practice", "held-out": "held-out"}[half]
    return read(_ROOT / "fixtures" / "language" / f"{name}.csv")


def read(path: Path) -> list[Labelled]:
    """The messages of a file that has their texts."""
    return [
        Labelled(row["language"], row["text"], row["question"], row["request"])
        for row in _checked(path)
    ]


def real(half: str, shared: Path = SHARED) -> list[Labelled]:
    """The real messages of a half; none where the data are not there."""
    return [
        row
        for language, (source, column) in _SOURCES.items()
        if (shared / source).exists()
        for row in _found(language, half, shared / source, column)
    ]


def _found(language: str, half: str, source: Path, column: str) -> Iterator[Labelled]:
    texts = by_digest(source, column)
    labels = LABELS / f"{language}.csv"
    for row in _checked(labels):
        if row["digest"] not in texts:
            raise ValueError(f"{source}: has no message {row['digest']}, which {labels} labels")
        if row["half"] == half:
            yield Labelled(language, texts[row["digest"]], row["question"], row["request"])


def _checked(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, values in _VALUES.items():
                if row[column] not in values:
                    raise ValueError(f"{path}: {row[column]!r} is none of {', '.join(values)}")
            yield row


def by_digest(path: Path, column: str) -> dict[str, str]:
    """The texts of a file by their digests."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row[column] for row in csv.DictReader(file)]
    return {_digest(text): _unquoted(text) for text in texts}


def _digest(text: str) -> str:
    return hashlib.blake2b(" ".join(text.split()).encode(), digest_size=16).hexdigest()


def _unquoted(text: str) -> str:
    """The German messages are quoted in their source as cells of CSV are."""
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if quoted else text


# The figures ------------------------------------------------------------------------------------


def evaluate(rows: Sequence[Labelled]) -> list[Accuracy]:
    """The agreement of each selection, language by language and for all."""
    messages = pa.table(
        {
            "text": pa.array([row.text for row in rows], pa.string()),
            "language": pa.nulls(len(rows), pa.string()),
            "outbound": pa.array([False] * len(rows), pa.bool_()),
        }
    )
    judged = judge(messages, salt="bench").to_pylist()
    return [
        _accuracy(
            language,
            selection,
            [
                (verdict["question_mark"], verdict[column], row.belongs(selection))
                for row, verdict in zip(rows, judged, strict=True)
                if language in (ALL, row.language)
            ],
        )
        for language in [*sorted({row.language for row in rows}), ALL]
        for selection, column in _SELECTIONS.items()
    ]


def _accuracy(language: str, selection: str, cases: list[tuple[bool, bool, bool]]) -> Accuracy:
    """From whether each message has a question mark, is selected, and belongs."""
    marked = [case for case in cases if case[0]]
    unmarked = [case for case in cases if not case[0]]
    return Accuracy(
        language,
        selection,
        len(cases),
        precision=_precision(cases),
        recall=_recall(cases),
        marked_precision=_precision(marked),
        unmarked_precision=_precision(unmarked),
        unmarked_recall=_recall(unmarked),
    )


def _precision(cases: Iterable[tuple[bool, bool, bool]]) -> Share:
    found = [belongs for _, selected, belongs in cases if selected]
    return Share(sum(found), len(found))


def _recall(cases: Iterable[tuple[bool, bool, bool]]) -> Share:
    found = [selected for _, selected, belongs in cases if belongs]
    return Share(sum(found), len(found))


def _wilson(n: int, of: int) -> tuple[float, float]:
    z, rate = 1.959963984540054, n / of
    middle = rate + z * z / (2 * of)
    half = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def table(rows: Sequence[Labelled]) -> list[tuple[str, ...]]:
    """The figures of some messages as cells, in the order of HEADER."""
    return [
        (
            line.language,
            line.selection,
            str(line.n_messages),
            str(line.precision),
            str(line.recall),
            str(line.marked_precision),
            str(line.unmarked_precision),
            str(line.unmarked_recall),
        )
        for line in evaluate(rows)
    ]


def lines() -> list[tuple[str, ...]]:
    """The figures of both halves of both sets, each line beginning with their names."""
    return [
        (f"{name}, {half}: {language}", *cells)
        for name, messages in (("invented", invented), ("real", real))
        for half in HALVES
        for language, *cells in table(messages(half))
    ]
