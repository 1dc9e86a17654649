"""What became of one message: in brief for a list, and in sentences for whoever asks why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import option
from socialscore.reporters import formatting
from socialscore.reporters.facts import metric_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from socialscore.model.explanation import (
        Dismissed,
        ExplainedMessage,
        ExplainedRequest,
        Explanation,
    )

__all__ = ["LEVELS", "in_brief", "in_sentences", "quoted"]

LEVELS = {
    "question-mark": "a question mark",
    "question": "a question without the sign",
    "request": "it asks for something or reports a fault, without a question",
    "negative": "it asks nothing",
}

_MATCHES = {
    "direct": "it replies to the message itself",
    "conversation": "it stands later in the same conversation, and addresses the author",
    "loose": "it mentions the author alone, later",
}

_DISMISSALS = {
    "automatic": "automatic: a bot or a standing text wrote it",
    "burst": "automatic: one of five equal replies within 24 hours that came at once",
    "redirect": "it only sends elsewhere, and the ranking is strict",
    "to-several": "it addresses several people, and the ranking does not count these",
    "too-early": "it is dated over 60 seconds before the message",
    "too-late": "it came when the request was no longer watched, not even for late responses",
    "other-account": "another account wrote it than the one addressed, and only that may respond",
}


def in_brief(explanation: Explanation, message: ExplainedMessage) -> tuple[str, tuple[str, ...]]:
    """What became of a message, in a few words, and lines that say how it came to that."""
    if message.reason is not None:
        return f"left out: {message.reason}", ()
    head = {"earlier": "goes on with an earlier request"}.get(message.outcome, message.outcome)
    its = message.belongs_to
    if its and its.outcome == "answered":
        head = f"answered after {_delay(explanation, its)}"
    elif its and its.outcome == "late":
        head = f"late, after {formatting.duration(its.calendar_delay_seconds)}"
    elif its and its.outcome == "not-selected":
        head = "not selected"
    parts = []
    if message.rule_id:
        # Where everything is selected, no rule does it.
        chosen = explanation.scoreboard.selection != "all" and _is_selected(explanation, message)
        parts.append(f"{'selected by' if chosen else 'rule'} {message.rule_id}")
    if message.response:
        redirect = ", a redirect" if message.response.redirected else ""
        parts.append(
            f"response {message.response.response_id} ({message.response.matched_by}{redirect})"
        )
    parts += [f"reply {it.reply_id} does not count ({it.reason})" for it in message.dismissed]
    if its and its.request_id != message.message_id:
        parts.append(f"request {its.request_id}")
    return head, ("; ".join(parts),) if parts else ()


def in_sentences(explanation: Explanation, message: ExplainedMessage) -> Iterator[str]:
    """Paragraphs for a layman; one that begins with a space belongs to the one before."""
    where = f"@{formatting.one_line(message.handle)} ({message.network})"
    yield f"It was sent to {where} on {_local(explanation, message.sent_at)}."
    yield from quoted(explanation, message.network, message.message_id, "  ")
    if message.reason is not None:
        yield f"It is left out: {_why_left_out(explanation, message.reason)} ({message.reason})."
        return
    yield _selection(explanation, message)
    yield from _request(explanation, message)
    yield from _response(explanation, message)
    if message.belongs_to:
        yield from _outcome(explanation, message.belongs_to)


def quoted(
    explanation: Explanation, network: str, message_id: str, indent: str = ""
) -> Iterator[str]:
    """The text of a message or reply on one line, if texts are to be shown."""
    if explanation.texts is None:
        return
    text = formatting.one_line(explanation.texts.get((network, message_id), ""))
    yield f"{indent}“{text}”" if text else f"{indent}(its text is kept no longer, or it has none)"


# --- paragraphs -----------------------------------------------------------------------------------


def _why_left_out(explanation: Explanation, reason: str) -> str:
    metric = metric_named(explanation.scoreboard, f"n_excluded_{reason.replace('-', '_')}")
    return metric.description.partition(": ")[2].rstrip(".")


def _selection(explanation: Explanation, message: ExplainedMessage) -> str:
    """Which rule selected it or passed it over."""
    selection = explanation.scoreboard.selection
    rule = _rule(explanation, message.rule_id) if message.rule_id else ""
    fits = f"the rule that fits is {rule}" if rule else "no rule finds anything in it"
    if selection == "all":
        return f"Selected, like every message that counts (selection all); {fits}."
    if not _is_selected(explanation, message):
        return f"Not selected (selection {selection}): {fits}."
    return f"Selected by {rule}." if rule else "Selected; by which rule was not kept."


def _rule(explanation: Explanation, rule_id: str) -> str:
    description = explanation.rules.get(rule_id, "a rule that is there no longer").rstrip(".")
    level = rule_id.split(".")[1] if "." in rule_id else ""
    if level not in LEVELS or level == "question-mark":
        return f"{rule_id} ({description})"
    return f"{rule_id} ({description}): {LEVELS[level]}"


def _request(explanation: Explanation, message: ExplainedMessage) -> Iterator[str]:
    """The request that it belongs to, with its other messages."""
    its, unit = message.belongs_to, explanation.scoreboard.unit
    if its is None:
        begin = (
            f", on {_local(explanation, message.began_at)} or before" if message.began_at else ""
        )
        yield f"It goes on with a request that was asked before the period{begin}."
        if message.began_at:
            year, week, _ = message.began_at.astimezone(
                explanation.scoreboard.since.tzinfo
            ).isocalendar()
            yield f"  {option('period', f'{year}-W{week:02d}')} says what became of that."
        return
    n_messages = len(its.message_ids)
    if n_messages == 1:
        yield f"It is a request of its own (unit {unit})."
        return
    what = {"author": "of one author in the period"}.get(unit, "without a response in between")
    yield f"It is one of {n_messages} messages {what}, which are one request (unit {unit}):"
    sent_at = {
        other.message_id: other.sent_at
        for other in explanation.messages
        if other.network == message.network
    }
    for message_id in its.message_ids:
        mark = ", this one" if message_id == message.message_id else ""
        yield f"  {message_id}, {_local(explanation, sent_at[message_id])}{mark}"
    if message.added_too_late:
        yield "It was added when the request was no longer watched, and changes nothing."
    if its.selected and not _is_selected(explanation, message):
        yield "Another message of it is selected, and so the request is."


def _response(explanation: Explanation, message: ExplainedMessage) -> Iterator[str]:
    """The first response to it, and the replies that are none."""
    response, its = message.response, message.belongs_to
    if response:
        when = _local(explanation, response.responded_at)
        yield (
            f"The first response to it is {response.response_id}, {when}: "
            f"{_MATCHES[response.matched_by]} (match {response.matched_by})."
        )
        yield from quoted(explanation, message.network, response.response_id, "  ")
        if response.redirected:
            yield "  It only sends elsewhere: a redirect."
    else:
        yield "No response to it was seen."
    if its and its.responded_at and (not response or response.responded_at != its.responded_at):
        when = _local(explanation, its.responded_at)
        yield f"The first response to the request is {its.response_id}, {when}."
    if message.dismissed:
        yield "Replies to it that do not count:"
        for reply in message.dismissed:
            yield from _dismissal(explanation, message, reply)


def _dismissal(
    explanation: Explanation, message: ExplainedMessage, reply: Dismissed
) -> Iterator[str]:
    when = _local(explanation, reply.replied_at)
    yield f"  {reply.reply_id}, {when}: {_DISMISSALS[reply.reason]} ({reply.reason})."
    yield from quoted(explanation, message.network, reply.reply_id, "    ")


def _outcome(explanation: Explanation, its: ExplainedRequest) -> Iterator[str]:
    """What the request counts as, on which clock, and how long it was watched."""
    board = explanation.scoreboard
    if its.outcome == "not-selected":
        yield f"The request is not counted: none of its messages is selected ({board.selection})."
        return
    until = f"until {_local(explanation, its.watched_until)}" if its.watched_until else "to the end"
    horizon = board.horizon
    named = f"horizon {formatting.span(horizon)}" if horizon else "no horizon"
    watched = f"was watched {until} ({named})"
    begin = f"counted from {_local(explanation, its.started_at)}"
    by_calendar = formatting.duration(its.calendar_delay_seconds)
    if its.outcome == "pending":
        end = _local(explanation, board.as_of)
        so_far = "a" if its.responded_at else "no"
        if horizon:
            why = f"and it is watched {until} ({named})"
        else:
            why = f"when it is not {formatting.span(board.options['min_age'])} old (minimum age)"
        yield (
            f"The request is pending, and in no rate yet: the data end on {end}, {why}. "
            f"So far it has {so_far} response."
        )
    elif its.outcome == "unwatched":
        yield (
            "The request is unwatched, and in no rate: what the body wrote was not in view all the "
            f"time {until} ({named})."
        )
    elif its.outcome == "answered":
        as_redirect = ", by a redirect" if its.redirected else ""
        if explanation.calendar:
            delay = (
                f"{formatting.duration(its.delay_seconds)} of open hours ({explanation.calendar})"
            )
            delay += f", {by_calendar} by the calendar"
        else:
            delay = f"{by_calendar} on the calendar clock"
        yield f"The request was answered{as_redirect} after {delay}, {begin}. It {watched}."
    elif its.outcome == "late":
        yield (
            f"The request was answered late, after {by_calendar} on the calendar clock, {begin}. "
            f"It {watched}, and counts as unanswered."
        )
    else:
        yield f"The request was not answered, {begin}. It {watched}."


# --- words ----------------------------------------------------------------------------------------


def _is_selected(explanation: Explanation, message: ExplainedMessage) -> bool:
    return message.in_selection(explanation.scoreboard.selection)


def _delay(explanation: Explanation, its: ExplainedRequest) -> str:
    delay = formatting.duration(its.delay_seconds)
    return f"{delay} of open hours" if explanation.calendar else delay


def _local(explanation: Explanation, instant: datetime) -> str:
    return formatting.instant(instant.astimezone(explanation.scoreboard.since.tzinfo))
