"""The rows to import: a seed of some thousand in the care layout, repeated with new ids.

Tweets, citizens and the handles by which texts name citizens are new in each repetition, so that no
row repeats another and the number of people grows with the rows. Companies and times stay.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from itertools import chain, count, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Row = Sequence[str]

__all__ = ["invented", "read_seed", "write_repeated"]

_COLUMNS = (
    "tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id",
    "in_response_to_tweet_id",
)  # fmt: skip
_NUMBER = re.compile(r"\d+")
_CITIZEN = re.compile(r"(?<=@)\d+\b")

_MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
_COMPANIES = [
    f"{name}{role}"
    for role in ("Help", "Care", "Answers")
    for name in (
        "Alvarro", "Brindle", "Corvane", "Dulmere", "Estrana", "Fennick", "Galdor", "Harwend",
        "Isolta", "Jorrick", "Kestern", "Lumora", "Mirrane", "Norvell",
    )
][:41]  # fmt: skip
_ASKING = (
    "my connection has been down for {n} hours and nobody tells us anything, can you please help",
    "why was I charged {n} twice? I have been a customer for years and this is not acceptable",
    "how do I change the name on booking {n}? The page only says that something went wrong",
    "still waiting for order {n}. It was promised for last week, and the app shows no news at all",
    "thanks for nothing. {n} minutes on hold, and then the line went dead 😡",
    "is there any way to get a refund when the parcel never came? https://example.org/{n}",
)
_ANSWERING = (
    "We're sorry to hear that. Could you tell us since when, and which lights are on? ^{n}",
    "That doesn't sound right. Please send us a direct message with your account, case {n}.",
    "Hello! The change can be made under My bookings; it takes some {n} minutes to show. ^AB",
    "Thanks for letting us know, reference {n}. Our colleagues are on it and will be in touch.",
)


def read_seed(path: Path) -> Sequence[Row]:
    """The rows of a file in the care layout, without the header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def invented(n_rows: int = 1000) -> Sequence[Row]:
    """Rows of invented citizens and companies, always the same."""
    return list(islice(chain.from_iterable(map(_exchange, count(1))), n_rows))


def _exchange(n: int) -> Iterator[Row]:
    """One to four messages, by turns: a citizen asks, a company answers, the citizen asks again."""
    company, citizen = _COMPANIES[n * 7 % len(_COMPANIES)], str(100_000 + n)
    at = _MONDAY + timedelta(seconds=n * 7919 % 604_800)
    n_turns = 1 + (n % 5 > 0) + (n % 2) + (n % 6 > 3)
    for turn in range(n_turns):
        tweet, asking = 10 * n + turn, turn % 2 == 0
        words = (_ASKING if asking else _ANSWERING)[(n + turn) % (6 if asking else 4)]
        yield (
            str(tweet),
            citizen if asking else company,
            str(asking),
            f"{at:%a %b %d %H:%M:%S +0000 %Y}",
            f"@{company if asking else citizen} {words.format(n=n)}",
            str(tweet + 1) if turn < n_turns - 1 else "",
            f"{tweet - 1}.0" if turn else "",
        )
        at += timedelta(seconds=(1 + tweet * 31 % 97) ** 2)


def write_repeated(seed: Sequence[Row], n_rows: int, path: Path) -> None:
    """Write the seed as often as it takes for `n_rows`, with CR LF as the public sample has it."""
    numbers = (
        int(n) for row in seed for cell in (*row[:2], *row[5:]) for n in _NUMBER.findall(cell)
    )
    stride = 10 ** len(str(max(numbers)))
    whole, rest = divmod(n_rows, len(seed))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        for repetition in range(whole):
            writer.writerows(_moved(row, repetition * stride) for row in seed)
        writer.writerows(_moved(row, whole * stride) for row in seed[:rest])


def _moved(row: Row, offset: int) -> Row:
    def moved(number: re.Match[str]) -> str:
        return str(int(number[0]) + offset)

    tweet, author, inbound, created_at, text, responses, parent = row
    return (
        str(int(tweet) + offset),
        str(int(author) + offset) if author.isdecimal() else author,
        inbound,
        created_at,
        _CITIZEN.sub(moved, text),
        _NUMBER.sub(moved, responses),
        f"{int(float(parent)) + offset}.0" if parent else "",
    )
