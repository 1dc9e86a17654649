"""How well the language rules select: precision and recall on labelled messages.

The messages of `fixtures/language` are labelled `question`, `request` or `neither` by people who
did not know the rules. A question belongs to the selections `questions` and `requests`, a request
to `requests` alone; the sign alone, `question-mark`, is held against the questions. The rules may
be improved on the practice half; the held-out half says how well they do on texts that nobody
looked at. A language with a few messages says little: one message is several points.

Each half is judged twice: with no language given, as in files that do not say it, and with the
language that the label names.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.language.judge import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ALL",
    "HALVES",
    "HEADER",
    "TITLE",
    "Accuracy",
    "Labelled",
    "evaluate",
    "lines",
    "read",
    "table",
]

_FOLDER = Path(__file__).parents[1] / "fixtures" / "language"

HALVES = {"practice": _FOLDER / "practice.csv", "held-out": _FOLDER / "held-out.csv"}
"""The files, by what they are for."""

ALL = "all"
"""Stands for the messages of all languages."""

TITLE = "How often the language rules agree with people"
HEADER = ("language", "selection", "messages", "precision", "recall", "F1", "F1, language given")

_SELECTIONS = {
    "question-mark": ("question_mark", {"question"}),
    "questions": ("question", {"question"}),
    "requests": ("request", {"question", "request"}),
}
_LABELS = ("question", "request", "neither")


@dataclass(frozen=True)
class Labelled:
    """A message of which a person said what it is."""

    language: str  # primary subtag
    label: str  # question, request or neither
    text: str


@dataclass(frozen=True)
class Accuracy:
    """How one selection agrees with the labels."""

    language: str  # of the messages, or ALL
    selection: str  # question-mark, questions or requests
    n_messages: int
    precision: float | None  # share of the selected that belong; None: nothing is selected
    recall: float | None  # share of those that belong that are selected; None: none belongs
    f1: float | None  # harmonic mean of the two; None: nothing is selected and none belongs


def read(path: Path) -> list[Labelled]:
    """The messages of a file; an unknown label is an error of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Labelled(row["language"], row["label"], row["text"]) for row in csv.DictReader(file)
        ]
    for row in rows:
        if row.label not in _LABELS:
            raise ValueError(f"{path}: {row.label!r} is none of {', '.join(_LABELS)}")
    return rows


def evaluate(rows: Sequence[Labelled], *, given: bool = False) -> list[Accuracy]:
    """The agreement of each selection, language by language and for all.

    Args:
        rows: the labelled messages.
        given: whether the rules are told the language, or have to tell it.
    """
    messages = pa.table(
        {
            "text": pa.array([row.text for row in rows], pa.string()),
            "language": pa.array([row.language if given else None for row in rows], pa.string()),
            "outbound": pa.array([False] * len(rows), pa.bool_()),
        }
    )
    judged = judge(messages, salt="bench").to_pylist()
    found: list[Accuracy] = []
    for language in [*sorted({row.language for row in rows}), ALL]:
        for selection, (column, labels) in _SELECTIONS.items():
            pairs = [
                (verdict[column], row.label in labels)
                for row, verdict in zip(rows, judged, strict=True)
                if language in (ALL, row.language)
            ]
            found.append(_accuracy(language, selection, pairs))
    return found


def _accuracy(language: str, selection: str, pairs: Sequence[tuple[bool, bool]]) -> Accuracy:
    """From whether each message is selected, and whether it belongs."""
    n_selected = sum(selected for selected, _ in pairs)
    n_belonging = sum(belongs for _, belongs in pairs)
    n_both = sum(selected and belongs for selected, belongs in pairs)
    return Accuracy(
        language,
        selection,
        len(pairs),
        precision=n_both / n_selected if n_selected else None,
        recall=n_both / n_belonging if n_belonging else None,
        f1=2 * n_both / (n_selected + n_belonging) if n_selected + n_belonging else None,
    )


def table(half: str = "held-out") -> list[tuple[str, ...]]:
    """The figures of a half as cells, in the order of HEADER."""
    rows = read(HALVES[half])
    return [
        (
            told.language,
            told.selection,
            str(told.n_messages),
            _share(told.precision),
            _share(told.recall),
            _share(told.f1),
            _share(given.f1),
        )
        for told, given in zip(evaluate(rows), evaluate(rows, given=True), strict=True)
    ]


def lines() -> list[tuple[str, ...]]:
    """The figures of both halves, each line beginning with the half's name."""
    return [(f"{half}: {language}", *cells) for half in HALVES for language, *cells in table(half)]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    print(json.dumps([(TITLE, HEADER, lines())]))
