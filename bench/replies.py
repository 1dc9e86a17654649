"""How often redirects are told as people tell them, and how far two labellers agree.

`labels/replies.csv` says of each reply, by a digest of its text, what it is: an `answer`, an
`acknowledgement` (thanks, interest, nothing told; it counts as an answer), a `redirect` or
`automatic`. The texts lie beside the checkout, or nothing is measured. The labels of both labellers
stand beside the settled ones of the inbound messages, so agreement needs no text.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pyarrow as pa

from bench import language
from bench.language import ALL, HALVES, LABELS, SHARED, Share, by_digest
from socialscore.language.judge import judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "AGREEMENT_HEADER",
    "AGREEMENT_TITLE",
    "HEADER",
    "TITLE",
    "agreement_lines",
    "kappa",
    "labelled",
    "lines",
]

TITLE = "How often redirects are told as people tell them"
HEADER = ("sample", "replies", "redirects", "recall", "precision", "judged automatic")

AGREEMENT_TITLE = "How far two labellers agree (Cohen's κ)"
AGREEMENT_HEADER = ("language", "question", "request", "complaint", "thread")

_SAMPLES = {
    "head_1000": "some forty companies",
    "sample_93": "other companies",
    "airasia_outbound_mojibake": "one airline",
}


def labelled(half: str, shared: Path = SHARED) -> list[tuple[str, str, str]]:
    """Sample, label and text of the replies of a half; none where the data are not there."""
    files = {name: shared / "care_tweets" / f"{name}.csv" for name in _SAMPLES}
    texts = {name: by_digest(path, "text") for name, path in files.items() if path.exists()}
    with (LABELS / "replies.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["sample"], row["label"], texts[row["sample"]][row["digest"]])
            for row in csv.DictReader(file)
            if row["half"] == half and row["sample"] in texts
        ]


def lines() -> list[tuple[str, ...]]:
    """The figures of both halves, sample by sample and for all, as cells in the order of HEADER."""
    return [
        (f"{half}: {_SAMPLES.get(name, name)}", *_figures(rows))
        for half in HALVES
        for name in (*_SAMPLES, ALL)
        if (rows := [row for row in labelled(half) if name in (ALL, row[0])])
    ]


def _figures(rows: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    messages = pa.table(
        {
            "text": pa.array([text for _, _, text in rows], pa.string()),
            "language": pa.nulls(len(rows), pa.string()),
            "outbound": pa.array([True] * len(rows), pa.bool_()),
        }
    )
    found = judge(messages, salt="bench")["response_class"].to_pylist()
    told = [label == "redirect" for _, label, _ in rows]
    right = sum(each == "redirect" and is_one for each, is_one in zip(found, told, strict=True))
    recall, precision = Share(right, sum(told)), Share(right, found.count("redirect"))
    return (
        f"{len(rows)}",
        f"{sum(told)}",
        f"{recall}",
        f"{precision}",
        f"{found.count('automatic')}",
    )


def agreement_lines() -> list[tuple[str, ...]]:
    """κ of each label, language by language and for all, in the order of AGREEMENT_HEADER."""
    labels = {path.stem: _rows(path) for path in sorted(LABELS.glob("??.csv"))}
    labels[ALL] = [row for rows in labels.values() for row in rows]
    return [
        (
            tag,
            *(
                f"{kappa([(row[f'{name}_1'], row[f'{name}_2']) for row in rows]):.2f}"
                for name in AGREEMENT_HEADER[1:]
            ),
        )
        for tag, rows in labels.items()
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's κ of two labels for each thing, which are not all the same."""
    n = len(pairs)
    agreed = sum(first == second for first, second in pairs) / n
    first, second = ([pair[each] for pair in pairs] for each in (0, 1))
    by_chance = sum(first.count(label) * second.count(label) for label in set(first)) / n**2
    return (agreed - by_chance) / (1 - by_chance)


if __name__ == "__main__":
    tables = [
        (language.TITLE, language.HEADER, language.lines()),
        (TITLE, HEADER, lines()),
        (AGREEMENT_TITLE, AGREEMENT_HEADER, agreement_lines()),
    ]
    print(json.dumps(tables))
