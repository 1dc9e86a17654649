"""Whether the topics of a publication add up. Their texts expire: they are never counted again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from socialscore.model.topics import FEWEST_AUTHORS
from socialscore.publishing.verifying.differences import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.model.topics import TopicLine

__all__ = ["in_topics"]

_FILE = "topics.csv"
_NOTE = f"{_FILE}: its sums are checked; it is not counted again, since texts expire"


def in_topics(
    lines: Sequence[TopicLine] | None, is_kept: bool, scores: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """What is wrong with the topics of a publication, and what was not checked.

    Args:
        lines: of its file; None: it has none.
        is_kept: whether its ranking keeps topics.
        scores: of its bodies, as ranking.json has them.
    """
    if (lines is not None) != is_kept:
        what = "is missing, and its ranking keeps topics" if is_kept else "its ranking keeps none"
        yield Finding("problem", f"{_FILE}: {what}")
    if lines is None:
        return
    for line in lines:
        if problem := _problem(line):
            yield Finding("problem", f"{_FILE}: {_whose(line)}, {line.topic}: {problem}")
    yield from _sums(lines, scores)
    yield Finding("note", _NOTE)


def _problem(line: TopicLine) -> str:
    """What is wrong with a line; empty: nothing."""
    waits = (line.median_wait_low, line.median_wait, line.median_wait_high)
    known = [it for it in waits if it is not None]
    if line.is_topic and line.n_authors < FEWEST_AUTHORS:
        return f"{line.n_authors} people, and a topic has {FEWEST_AUTHORS} or more"
    if not 0 < line.n_authors <= line.n_requests or not 0 <= line.n_answered <= line.n_requests:
        return "more people or answers than requests, or none"
    if abs(line.response_rate - line.n_answered / line.n_requests) > 1e-6:
        return "the rate is not the answered of the requests"
    if not line.wilson_low - 1e-6 <= line.response_rate <= line.wilson_high + 1e-6:
        return "the rate is not in its interval"
    if known != sorted(known):
        return "the median wait is not in its interval"
    return ""


def _sums(lines: Sequence[TopicLine], scores: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Whether the lines of a body, or a category, are together the requests of the ranking."""
    expected: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for score in scores:
        for whose in ((score["category"] or "", ""), ("", score["body_id"])):
            expected[whose][0] += score["n_requests"] or 0
            expected[whose][1] += score["n_answered"] or 0
    told: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    names = {}
    for line in lines:
        names[line.category, line.body_id] = _whose(line)
        told[line.category, line.body_id][0] += line.n_requests
        told[line.category, line.body_id][1] += line.n_answered
    for whose, (n_requests, n_answered) in told.items():
        if expected[whose] != [n_requests, n_answered]:
            n, k = expected[whose]
            yield Finding(
                "problem",
                f"{_FILE}: {names[whose]}: {n_requests:,} requests, {n_answered:,} of them "
                f"answered, over all topics; {n:,} and {k:,} by ranking.json",
            )


def _whose(line: TopicLine) -> str:
    return line.body_id or line.category
