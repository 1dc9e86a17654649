"""An explanation as text: a page for people, a CSV with one row per message, or JSON with all.

Texts are in it only where the explanation has them.
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.reporters import formatting, wording
from socialscore.reporters.cells import metric_column
from socialscore.reporters.facts import context, metric_named
from socialscore.reporters.listings import listing_to_csv
from socialscore.reporters.report import Fact
from socialscore.reporters.scoreboards import worded_scoreboard
from socialscore.reporters.sentences import in_brief, in_sentences, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from socialscore.model.explanation import ExplainedMessage, Explanation

__all__ = [
    "SHOWN",
    "message_columns",
    "message_record",
    "render_explanation",
    "render_messages",
]

SHOWN = 20
"""So many messages stand in a page, the latest ones, unless somebody asks for another number."""


def render_explanation(
    explanation: Explanation,
    format_name: str,
    *,
    limit: int | None = None,
    width: int = 80,
    all_of_them: str = "--all",
) -> str:
    """The body's line and its messages, in order of time, ending with a newline.

    Args:
        explanation: what to show.
        format_name: table, csv or json.
        limit: how many messages to list, the latest ones; None: all of them.
        width: cells of the screen; only the page for people looks at it.
        all_of_them: what lists them all, for a page that does not.
    """
    n_all = len(explanation.messages)
    listed = explanation.messages[0 if limit is None else max(n_all - limit, 0) :]
    if format_name == "csv":
        return _csv(explanation, listed)
    if format_name == "json":
        return _json(explanation, listed)
    return "\n".join(_page(explanation, listed, width, all_of_them)) + "\n"


def render_messages(
    explanation: Explanation,
    messages: Sequence[ExplainedMessage],
    format_name: str,
    *,
    width: int = 80,
) -> str:
    """Some of the messages, for people in sentences, ending with a newline."""
    if format_name == "csv":
        return _csv(explanation, messages)
    if format_name == "json":
        return _json(explanation, messages)
    lines: list[str] = []
    for message in messages:
        board = explanation.scoreboard
        terms = ", ".join(f"{fact.name} {fact.value}" for fact in wording.terms(board))
        about = [*_identity(explanation)[:1], *wording.subject(board)[1:], Fact("counted", terms)]
        lines += [f"Message {message.message_id}", "", *_facts(about, width), ""]
        for sentence in in_sentences(explanation, message):
            # What begins with a space belongs to the sentence before.
            indent = " " * (len(sentence) - len(sentence.lstrip()))
            lines += _wrapped(sentence, width, indent)
        lines += ["", wording.origin(board)]
    return "\n".join(lines) + "\n"


# --- the page -------------------------------------------------------------------------------------


def _page(
    explanation: Explanation, listed: Sequence[ExplainedMessage], width: int, all_of_them: str
) -> Iterator[str]:
    board, score = explanation.scoreboard, explanation.score
    yield f"{formatting.one_line(score.body.name)}: message by message"
    if warning := wording.provisional(board):
        yield warning
    yield ""
    how = (*_identity(explanation), *wording.subject(board), *wording.terms(board))
    what = (*_counts(explanation), *_line(explanation))
    label = max(len(fact.name) for fact in (*how, *what))
    yield from _facts(how, width, label)
    yield ""
    yield from _facts(what, width, label)
    yield ""
    yield from _messages(explanation, listed, width, all_of_them)
    yield wording.origin(board)


def _facts(facts: Iterable[Fact], width: int, label: int = 0) -> Iterator[str]:
    """A line each, the values under one another."""
    facts = list(facts)
    label = max(label, *(len(fact.name) for fact in facts)) + 2
    for fact in facts:
        lines = _wrapped(fact.value, max(width - label, 20)) or [""]
        yield f"{fact.name:<{label}}{lines[0]}".rstrip()
        yield from (f"{'':{label}}{line}" for line in lines[1:])


def _identity(explanation: Explanation) -> tuple[Fact, ...]:
    body = explanation.score.body
    name = Fact("body", formatting.one_line(f"{body.name} ({body.body_id})"))
    calendar = explanation.calendar
    return (name, Fact("open hours", calendar)) if calendar else (name,)


def _counts(explanation: Explanation) -> Iterator[Fact]:
    """From the messages that were addressed to the counted requests."""
    board, values = explanation.scoreboard, explanation.score.values
    yield Fact("addressed", _number(explanation.n_addressed, "message"))
    n_excluded = sum(explanation.n_excluded.values())
    reasons = "".join(wording.left_out(replace(board, scores=(explanation.score,))))
    named = f": {reasons.removeprefix('left out: ')}" if n_excluded else ""
    yield Fact("left out", formatting.count(n_excluded) + named)
    parts = [formatting.count(explanation.n_counted)]
    if explanation.n_earlier:
        parts.append(f"{explanation.n_earlier} of them go on with earlier requests")
    if explanation.n_outside:
        parts.append(f"{explanation.n_outside} from outside the period belong to its requests")
    yield Fact("counted", "; ".join(parts))
    selections = next(option.choices for option in OPTIONS if option.name == "selection")
    n_selected = (values[f"n_selected_{name.replace('-', '_')}"] for name in selections)
    pairs = zip(selections, map(formatting.count, n_selected), strict=True)
    yield Fact("mature requests", ", ".join(f"{name} {number}" for name, number in pairs))
    numbers = ("n_requests", "n_answered", "n_late", "n_pending", "n_unwatched")
    n_requests, n_answered, n_late, *apart = (int(values[name] or 0) for name in numbers)
    redirects = explanation.n_redirected
    yield Fact(
        f"of {board.selection}",
        f"{formatting.count(n_requests)}: {formatting.count(n_answered)} answered"
        + (f" ({_number(redirects, 'redirect')})" if redirects else "")
        + f", {formatting.count(n_late)} late, "
        + f"{formatting.count(n_requests - n_answered - n_late)} "
        f"unanswered; {formatting.count(apart[0])} pending, {formatting.count(apart[1])} unwatched",
    )


def _line(explanation: Explanation) -> Iterator[Fact]:
    """The body's line, as the ranking prints it."""
    board, score = explanation.scoreboard, explanation.score
    if score.rank is None:
        alone = worded_scoreboard(replace(board, scores=(score,)))
        yield Fact("not ranked", alone.unranked[-1].cells[0].text)
    else:
        n_ranked = sum(other.rank is not None for other in board.scores)
        interval = f" ({score.rank_low}–{score.rank_high})" if score.rank_low is not None else ""
        yield Fact("rank (95 %)" if interval else "rank", f"{score.rank}{interval} of {n_ranked}")
    for name in dict.fromkeys((*board.show, board.key)):
        if name != "n_requests":  # is said above
            column = metric_column(metric_named(board, name), [score.values], board.horizon)
            notes = "".join(f"   {note}" for note in column.notes)
            yield Fact(column.header, column.cells[0].text + notes)


def _messages(
    explanation: Explanation, listed: Sequence[ExplainedMessage], width: int, all_of_them: str
) -> Iterator[str]:
    """Of each message a line with what became of it, and under it why."""
    n_all = len(explanation.messages)
    if not n_all:
        yield from ("Nobody addressed a message to it.", "")
        return
    if len(listed) < n_all:
        total = formatting.count(n_all)
        which = f"the latest {len(listed)} of {total} messages; {all_of_them} lists them"
    else:
        which = _number(n_all, "message")
    yield f"{which}; times of {explanation.scoreboard.timezone}"
    yield ""
    widths = (
        max((len(message.network) for message in listed), default=0),
        max((len(message.message_id) for message in listed), default=0),
    )
    for message in listed:
        head, details = in_brief(explanation, message)
        sent_at = formatting.instant(
            message.sent_at.astimezone(explanation.scoreboard.since.tzinfo)
        )
        who = f"{message.network:<{widths[0]}}  {message.message_id:<{widths[1]}}"
        yield from _wrapped(f"{sent_at:>17}  {who}  {head}", width, "    ")
        for line in (*details, *quoted(explanation, message.network, message.message_id)):
            yield from _wrapped(f"    {line}", width, "    ")
    yield ""


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The text in lines; identifiers stay whole."""
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _number(n: int, thing: str) -> str:
    return f"{formatting.count(n)} {thing}{'' if n == 1 else 's'}"


# --- files ----------------------------------------------------------------------------------------


def _csv(explanation: Explanation, messages: Iterable[ExplainedMessage]) -> str:
    """The facts of the ranking stand on each row."""
    body = explanation.score.body
    shared = {
        "body_id": body.body_id,
        "body": body.name,
        **context(explanation.scoreboard),
        "calendar": explanation.calendar,  # the body's own, where the ranking has none for all
    }
    rows = [message_record(explanation, message) | shared for message in messages]
    return listing_to_csv([*message_columns(explanation), *shared], rows)


_TYPES = {
    "boolean": ("question_mark", "question", "request", "redirected"),
    "datetime": ("sent_at", "asked_at", "watched_until", "responded_at"),
    "number": ("delay_seconds", "calendar_delay_seconds"),
}
"""Of the columns that are no texts."""


def message_columns(explanation: Explanation) -> dict[str, str]:
    """By the name of each column of a row per message, its type, as `columns.Field` says it."""
    texts = ("text", "response_text") if explanation.texts is not None else ()
    names = (
        *("sent_at", "network", "account", "message_id", "outcome", "reason"),
        *("question_mark", "question", "request", "rule_id"),
        *("request_id", "asked_at", "delay_seconds", "calendar_delay_seconds", "watched_until"),
        *("response_id", "responded_at", "matched_by", "redirected", "dismissed"),
        *texts,
    )
    types = {name: type_ for type_, its in _TYPES.items() for name in its}
    return {name: types.get(name, "string") for name in names}


def message_record(explanation: Explanation, message: ExplainedMessage) -> dict[str, Any]:
    """A message as a row: what it is, its request, its response, and the replies that are none."""
    its, response = message.belongs_to, message.response
    zone, texts = explanation.scoreboard.since.tzinfo, explanation.texts

    def local(instant: datetime | None) -> datetime | None:
        return instant and instant.astimezone(zone)

    values: list[Any] = [
        *(local(message.sent_at), message.network, message.handle, message.message_id),
        *(message.outcome, message.reason),
        *(message.question_mark, message.question, message.request, message.rule_id),
        *(its and its.request_id, local(message.began_at), its and its.delay_seconds),
        *(its and its.calendar_delay_seconds, local(its.watched_until) if its else None),
        *(response and response.response_id, local(response.responded_at) if response else None),
        *(response and response.matched_by, response and response.redirected),
        " ".join(f"{reply.reply_id}:{reply.reason}" for reply in message.dismissed),
    ]
    if texts is not None:
        values.append(texts.get((message.network, message.message_id)))
        values.append(texts.get((message.network, response.response_id)) if response else None)
    return dict(zip(message_columns(explanation), values, strict=True))


def _json(explanation: Explanation, messages: Iterable[ExplainedMessage]) -> str:
    """Everything that is known, no value as null; instants in the ranking's timezone."""
    board, score = explanation.scoreboard, explanation.score
    texts = explanation.texts
    document = {
        "title": board.title,
        **context(board),
        "body_id": score.body.body_id,
        "body": score.body.name,
        "category": score.body.category,
        "calendar": explanation.calendar,
        "rank": score.rank,
        "rank_low": score.rank_low,
        "rank_high": score.rank_high,
        "not_ranked_because": score.reason,
        "n_addressed": explanation.n_addressed,
        "n_excluded": dict(sorted(explanation.n_excluded.items())),
        "n_counted": explanation.n_counted,
        "n_earlier": explanation.n_earlier,
        "n_outside": explanation.n_outside,
        "n_redirected": explanation.n_redirected,
        "metrics": {metric.name: score.values[metric.name] for metric in board.metrics},
        "rules": dict(sorted(explanation.rules.items())),
        "messages": [{**asdict(it), "outcome": it.outcome} for it in messages],
    }
    if texts is not None:
        document["texts"] = [
            {"network": network, "message_id": message_id, "text": text}
            for (network, message_id), text in sorted(texts.items())
        ]

    def local(instant: datetime) -> str:
        return instant.astimezone(board.since.tzinfo).isoformat()

    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=local) + "\n"
