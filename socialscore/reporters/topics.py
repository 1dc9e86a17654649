"""Topics as text: lines for people and Markdown, records for programs."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from socialscore.model.topics import OTHER, WITHOUT_TEXT, TopicLine
from socialscore.reporters import formatting
from socialscore.reporters.listings import listing_to_csv, listing_to_json
from socialscore.reporters.markdown import escaped, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.topics import TopicCounts

__all__ = ["COLUMNS", "render_topics"]

COLUMNS = tuple(field.name for field in fields(TopicLine))

_SAID = {OTHER: "(fits no topic)", WITHOUT_TEXT: "(no text, or it has expired)"}


def render_topics(found: TopicCounts, name: str, horizon: int | None, format_name: str) -> str:
    """A line per topic, those of most people first, ending with a newline.

    Args:
        found: the topics of one body or category.
        name: what it is called.
        horizon: of the ranking, in seconds; None: there is none.
        format_name: table, csv, json or markdown.
    """
    if format_name in ("csv", "json"):
        write = listing_to_csv if format_name == "csv" else listing_to_json
        return write(COLUMNS, map(asdict, found.lines))
    lines = [_title(found, name), ""]
    if found.lines:
        header = ["topic", "people", "requests", "answered (95 %)", "median wait (95 %)"]
        rows = [_cells(line, horizon) for line in found.lines]
        numbers = range(1, len(header))
        if format_name == "markdown":
            lines += table(header, rows, numbers=numbers)
        else:
            lines += formatting.aligned([header, *rows], numbers=numbers)
        lines += ["", *_notes(found)]
    if format_name == "markdown":
        lines[0] = f"**{escaped(lines[0])}**"
    return "\n".join(lines).rstrip() + "\n"


def _title(found: TopicCounts, name: str) -> str:
    n_topics = sum(line.is_topic for line in found.lines)
    n_requests = sum(line.n_requests for line in found.lines)
    topics = formatting.counted(n_topics, "topic") if n_topics else "no topic"
    days = formatting.days(found.since, found.until)
    return (
        f"{formatting.one_line(name)}: {topics} in {formatting.counted(n_requests, 'request')}; "
        f"asked {days} ({found.since.tzinfo})"
    )


def _cells(line: TopicLine, horizon: int | None) -> list[str]:
    rate = f"{line.wilson_low * 100:.0f}–{line.wilson_high * 100:.0f}"
    return [
        _SAID.get(line.topic, line.topic),
        formatting.count(line.n_authors),
        formatting.count(line.n_requests),
        f"{formatting.share(line.response_rate)} ({rate})",
        _wait(line, horizon),
    ]


def _wait(line: TopicLine, horizon: int | None) -> str:
    longer = f"> {formatting.span(horizon)}" if horizon else formatting.NO_VALUE
    median, low, high = (
        longer if it is None else formatting.duration(it)
        for it in (line.median_wait, line.median_wait_low, line.median_wait_high)
    )
    return median if low == high else f"{median} ({low} – {high})"


def _notes(found: TopicCounts) -> Iterator[str]:
    yield "a topic, and each of its words, is shown only if 10 people or more wrote it"
    unnamed = _n_requests(found.lines, OTHER)
    if unnamed:
        yield f"{formatting.counted(unnamed, 'request')} share too few words with others"
    gone = _n_requests(found.lines, WITHOUT_TEXT)
    if gone:
        yield f"{formatting.counted(gone, 'request')} have no text, or it has expired"


def _n_requests(lines: Sequence[TopicLine], topic: str) -> int:
    return sum(line.n_requests for line in lines if line.topic == topic)
