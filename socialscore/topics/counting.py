"""Counting the topics of requests: how many people, how many answered, how long they wait."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.errors import UnknownName
from socialscore.inputs.ranking import compared, override
from socialscore.model.topics import OTHER, WITHOUT_TEXT, TopicCounts, TopicLine
from socialscore.scoring.execution import run
from socialscore.scoring.explanation import body_named
from socialscore.scoring.in_view import recently
from socialscore.scoring.question import ask
from socialscore.topics.clusters import find_topics, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.messages import Body
    from socialscore.scoring.source import MessageSource

__all__ = ["count_topics", "topics_of"]


_Whose = tuple[str, str]  # category and body_id, one of them empty


@dataclass(frozen=True)
class _Request:
    """A selected request that has matured."""

    key: tuple[str, str, str]  # body_id, network and request_id
    author_id: str
    text: str  # of all of its messages; empty: it has none, or it has expired


def topics_of(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    subject: str,
    *,
    period: str | None = None,
    as_of: str | None = None,
    seed: int = 0,
) -> TopicCounts:
    """What people ask a body, or the bodies of a category, about, and what becomes of it.

    Args:
        source: the messages.
        panel: all bodies: who else is one decides whose messages are left out.
        ranking: the options; its period does not matter.
        subject: a category that the ranking compares, or a body by its body_id or name.
        period: when they were asked, as in `parse_period`; None: in the 30 days before the data
            end, and on the day on which they do.
        as_of: as in `ask`.
        seed: as in `find_topics`.

    Raises:
        UnknownName: no body or category is called so.
        UsageError: the extra `topics` is not installed, nothing was collected for the panel, or a
            time cannot be read.
    """
    require()
    whose = _whose(panel, ranking, subject)
    ranking = override(
        ranking, {"period": period or recently(source.coverage(), panel, ranking, as_of)}
    )
    return count_topics(source, panel, ranking, [whose], as_of=as_of, seed=seed)


def count_topics(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    subjects: Iterable[_Whose] | None = None,
    *,
    as_of: str | None = None,
    seed: int = 0,
) -> TopicCounts:
    """The topics of the period of a ranking, of several bodies and categories at once.

    Args:
        source: the messages.
        panel: all bodies.
        ranking: the options.
        subjects: a category and "", or "" and a body_id, of each; None: all that have a topic.
        as_of: as in `ask`.
        seed: as in `find_topics`.

    Returns:
        The lines of one subject after those of another. The topics of a body and of its category
        are looked for apart.

    Raises:
        UsageError: the extra `topics` is not installed, nothing was collected for the panel, or a
            time cannot be read.
    """
    require()
    asked = partial(ask, source.coverage(), panel, ranking, as_of=as_of, rulebook=source.rulebook)
    question = asked(target="topical")
    by_subject = _by_subject(_requests(run(question, source)), compared(panel, ranking))
    if subjects is None:
        lines = [
            line
            for whose, requests in sorted(by_subject.items(), key=lambda it: it[0][::-1])
            if (found := _grouped(whose, requests, seed))[0].is_topic
            for line in found
        ]
    else:
        lines = [it for whose in subjects for it in _grouped(whose, by_subject[whose], seed)]
    counted = _counted(asked, source, lines)
    told = (line.told(counted[str(number)]) for number, line in enumerate(lines))
    return TopicCounts(question.period.since, question.period.until, tuple(told))


@dataclass(frozen=True)
class _Line:
    """The requests of one line."""

    whose: _Whose
    topic: str
    requests: tuple[_Request, ...]

    @property
    def is_topic(self) -> bool:
        """Whether the requests have something in common."""
        return self.topic not in (OTHER, WITHOUT_TEXT)

    def told(self, numbers: Mapping[str, Any]) -> TopicLine:
        """The line with what was counted of it."""
        category, body_id = self.whose
        names = (
            *("n_requests", "n_answered", "response_rate", "wilson_low", "wilson_high"),
            *("median_wait", "median_wait_low", "median_wait_high"),
        )
        n_authors = len({it.author_id for it in self.requests})
        values = {name: numbers[name] for name in names}
        return TopicLine(category, body_id, self.topic, n_authors, **values)


def _whose(panel: Panel, ranking: Ranking, subject: str) -> _Whose:
    categories = sorted({body.category for body in compared(panel, ranking)} - {""})
    if subject in categories:
        return subject, ""
    try:
        return "", body_named(panel, subject).body_id
    except UnknownName as error:
        ids = [body.body_id for body in panel.bodies]
        raise UnknownName("body or category", subject, [*categories, *ids]) from error


def _requests(rows: Iterable[Mapping[str, Any]]) -> list[_Request]:
    """The requests, in order, each with the text of all of its messages."""
    messages: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        messages[row["body_id"], row["network"], row["request_id"]].append(row)
    return [_request(key, messages[key]) for key in sorted(messages)]


def _request(key: tuple[str, str, str], rows: Sequence[Mapping[str, Any]]) -> _Request:
    rows = sorted(rows, key=lambda row: (row["sent_at"], row["message_id"]))
    texts = (row["message_text"] or "" for row in rows)
    return _Request(key, rows[0]["author_id"], "\n".join(texts).strip())


def _by_subject(
    requests: Iterable[_Request], bodies: Iterable[Body]
) -> Mapping[_Whose, list[_Request]]:
    """The requests of each body, and of each category."""
    categories = {body.body_id: body.category for body in bodies}
    found: dict[_Whose, list[_Request]] = defaultdict(list)
    for request in requests:
        body_id = request.key[0]
        found["", body_id].append(request)
        if category := categories.get(body_id):
            found[category, ""].append(request)
    return found


def _grouped(whose: _Whose, requests: Sequence[_Request], seed: int) -> list[_Line]:
    """The lines of one subject: its topics, what fits none, and what has no text."""
    told = [it for it in requests if it.text]
    found = find_topics([it.text for it in told], [it.author_id for it in told], seed=seed)
    names = [" ".join(words) for words in found.words]
    members: dict[str, list[_Request]] = {name: [] for name in names}
    members |= {OTHER: [], WITHOUT_TEXT: [it for it in requests if not it.text]}
    for request, number in zip(told, found.of, strict=True):
        members[OTHER if number is None else names[number]].append(request)
    return [_Line(whose, topic, tuple(them)) for topic, them in members.items() if them]


def _counted(
    asked: Any, source: MessageSource, lines: Sequence[_Line]
) -> dict[str, Mapping[str, Any]]:
    """What is counted of each line, by its number."""
    # How alike requests are is one number for the ranking, whatever they are counted by.
    clustering = run(asked(target="clustering"), source)
    rows = [(*it.key, str(number)) for number, line in enumerate(lines) for it in line.requests]
    names = ("body_id", "network", "request_id", "line_id")
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    table = pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})
    question = replace(asked(target="breakdown", by="topic"), topics=table)
    return {row["line_id"]: row for row in run(question, source, clustering)}
