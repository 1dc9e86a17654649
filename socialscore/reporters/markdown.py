"""Markdown: tables that GitHub renders, under the facts a reader needs to judge them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialscore.reporters import humane, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model import Scoreboard
    from socialscore.reporters.wording import Line

__all__ = ["escaped", "to_markdown"]

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&$#]")
"""What would begin markup inside a line or a cell of a table."""


def to_markdown(scoreboard: Scoreboard) -> str:
    """Headings, lists and tables; every name appears as it is written."""
    return "\n".join(_lines(scoreboard)) + "\n"


def escaped(text: str) -> str:
    """The text on one line, without any meaning to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\g<0>", humane.one_line(text))


def _lines(scoreboard: Scoreboard) -> Iterator[str]:
    lines = wording.lines(scoreboard)
    ranked = [line for line in lines if line.place]
    unranked = [line for line in lines if not line.place]
    yield f"# {escaped(scoreboard.title)}"
    yield ""
    if warning := wording.provisional(scoreboard):
        yield from (f"**{warning}**", "")
    for fact in (*wording.subject(scoreboard), *wording.terms(scoreboard)):
        yield f"- {fact.name}: {escaped(fact.value)}"
    yield ""
    yield from _ranked(scoreboard, ranked) if ranked else [wording.nothing_ranked(scoreboard)]
    yield ""
    if unranked:
        yield from ("## Not ranked", "", *_unranked(unranked), "")
    for note in (*wording.notes(scoreboard), wording.origin(scoreboard)):
        yield f"- {escaped(note)}"


def _ranked(scoreboard: Scoreboard, lines: list[Line]) -> Iterator[str]:
    key = wording.extra_key(scoreboard)
    last = [escaped(key.label.lower())] if key else []
    header = ["", "body", "category", "requests", "answered", "response rate (95 %)"]
    yield _row([*header, "median delay", "median wait", *last])
    yield _row(["---:", "---", "---", *["---:"] * (5 + len(last))])
    for line in lines:
        rate = f"{line.rate} {line.interval}".rstrip()
        cells = [line.place, escaped(line.body), escaped(line.category)]
        cells += [line.requests, line.answered, rate, line.delay, line.wait]
        yield _row([*cells, *([line.key] if key else [])])


def _unranked(lines: list[Line]) -> Iterator[str]:
    yield _row(["body", "category", "requests", "answered", "because"])
    yield _row(["---", "---", "---:", "---:", "---"])
    for line in lines:
        cells = [escaped(line.body), escaped(line.category), line.requests, line.answered]
        yield _row([*cells, escaped(line.reason)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
