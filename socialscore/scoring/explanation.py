"""Why a body has its line: what became of each message that somebody addressed to it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from socialscore.errors import UnknownName, UsageError, folded, option
from socialscore.language import rules
from socialscore.model.explanation import (
    Dismissed,
    ExplainedMessage,
    ExplainedRequest,
    Explanation,
    Matched,
)
from socialscore.model.period import EARLIEST, LATEST
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring import ask, run, score
from socialscore.scoring.statement import compose
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.messages import Account, Body
    from socialscore.scoring import MessageSource

    Row = Mapping[str, Any]
    Key = tuple[str, str]  # network and message_id

__all__ = ["body_named", "explain", "handle_at", "messages_named", "texts_of"]


def body_named(panel: Panel, name: str) -> Body:
    """The body of that body_id or name; capitals, accents and hyphens need not be the same.

    Raises:
        UnknownName: there is none.
        UsageError: several have that name.
    """
    ids = {body.body_id: body for body in panel.bodies}
    if name in ids:
        return ids[name]
    found = [body for body in panel.bodies if body.name == name]
    typed = folded(name)
    found = found or [
        body for body in panel.bodies if typed in (folded(body.body_id), folded(body.name))
    ]
    if not found:
        titles = {body.body_id: body.name for body in panel.bodies if body.name != body.body_id}
        raise UnknownName("body", name, ids, titles=titles)
    if len(found) > 1:
        known = ", ".join(body.body_id for body in found)
        raise UsageError(f"several bodies are named {name!r}; use the body_id: {known}")
    return found[0]


def explain(
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    body: Body,
    *,
    with_text: bool = False,
    as_of: str | None = None,
) -> Explanation:
    """How a body of the panel came by its line of the scoreboard.

    Args:
        source: the messages.
        panel: all bodies: who else is one decides whose messages are left out.
        ranking: the options.
        body: the body to explain.
        with_text: fetch the texts of the messages and of the replies to them.
        as_of: as in `ask`.
    """
    board = score(source, panel, ranking, as_of=as_of)
    coverage = source.coverage()

    def rows(target: str) -> list[dict[str, Any]]:
        question = ask(coverage, panel, ranking, as_of=as_of, target=target, body_id=body.body_id)
        return run(question, source)

    explained = tuple(_explained(rows("explanation"), rows("dismissed"), body, ranking))
    named = {message.rule_id for message in explained}
    return Explanation(
        scoreboard=board,
        score=next(line for line in board.scores if line.body.body_id == body.body_id),
        calendar=(ranking.calendar or body.calendar) if ranking.clock == "business" else "",
        messages=explained,
        rules={rule.rule_id: rule.description for rule in rules() if rule.rule_id in named},
        texts=_texts(source, explained) if with_text else None,
    )


# --- what became of each -------------------------------------------------------------------------


def _explained(
    rows: list[dict[str, Any]], dismissed: Iterable[Row], body: Body, ranking: Ranking
) -> Iterator[ExplainedMessage]:
    """The messages, each with its request."""
    rows.sort(key=lambda row: (row["sent_at"], row["network"], row["message_id"]))
    of_request: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        of_request[row["network"], row["request_id"]].append(row)
    requests = {key: _request(members, ranking) for key, members in of_request.items()}
    refused: dict[Key, list[Dismissed]] = defaultdict(list)
    for reply in dismissed:
        refused[reply["network"], reply["message_id"]].append(
            Dismissed(reply["reply_id"], _aware(reply["replied_at"]), reply["reason"])
        )
    for row in rows:
        key = row["network"], row["message_id"]
        yield ExplainedMessage(
            network=row["network"],
            handle=handle_at(
                body, row["network"], row["account_id"], _aware(row["sent_at"]), ranking
            ),
            message_id=row["message_id"],
            sent_at=_aware(row["sent_at"]),
            reason=row["reason"],
            question_mark=bool(row["question_mark"]),
            question=bool(row["question"]),
            request=bool(row["request"]),
            rule_id=row["rule_id"],
            belongs_to=requests[row["network"], row["request_id"]],
            began_at=row["asked_at"] and _aware(row["asked_at"]),
            added_too_late=bool(row["added_too_late"]),
            response=_matched(row),
            dismissed=tuple(sorted(refused[key], key=lambda it: (it.replied_at, it.reply_id))),
        )


def handle_at(
    body: Body, network: str, account_id: str, sent_at: datetime, ranking: Ranking
) -> str:
    """What an account of a body was called when a message was sent, on that day of the ranking."""
    day = sent_at.astimezone(ranking.zone).date()
    return next(
        account.handle
        for account in body.accounts
        if (network, account_id) == (account.network, account.account_id) and _is_held(account, day)
    )


def _is_held(account: Account, day: date) -> bool:
    return (account.valid_from or date.min) <= day < (account.valid_until or date.max)


def _request(members: Sequence[Row], ranking: Ranking) -> ExplainedRequest | None:
    """The request of some messages; None if they are of none, or of one from before the period."""
    any_one = members[0]
    if any_one["started_at"] is None:
        return None
    started_at, responded_at = any_one["started_at"], any_one["request_responded_at"]
    # Of an answer and a redirect in one second, the answer counts.
    first = min(
        (row for row in members if responded_at and row["responded_at"] == responded_at),
        key=lambda row: (row["redirected"], row["response_id"]),
        default=None,
    )
    horizon = timedelta(seconds=ranking.horizon) if ranking.horizon else None
    return ExplainedRequest(
        request_id=any_one["request_id"],
        message_ids=tuple(row["message_id"] for row in members),
        asked_at=_aware(any_one["asked_at"]),
        started_at=_aware(started_at),
        watched_until=_aware(any_one["asked_at"]) + horizon if horizon else None,
        question_mark=bool(any_one["request_question_mark"]),
        question=bool(any_one["request_question"]),
        request=bool(any_one["request_request"]),
        selected=bool(any_one["selected"]),
        matured=any_one["matured"],
        unwatched=any_one["unwatched"],
        in_time=any_one["in_time"],
        response_id=first["response_id"] if first else None,
        responded_at=_aware(responded_at) if responded_at else None,
        redirected=bool(responded_at) and any_one["request_redirected"],
        delay_seconds=any_one["delay_seconds"],
        calendar_delay_seconds=any_one["calendar_delay_seconds"],
    )


def _matched(row: Row) -> Matched | None:
    if row["response_id"] is None:
        return None
    return Matched(
        row["response_id"], _aware(row["responded_at"]), row["redirected"], row["matched_by"]
    )


def _texts(source: MessageSource, explained: Iterable[ExplainedMessage]) -> dict[Key, str]:
    """The texts of messages, of the responses to them and of other replies."""
    wanted: set[Key] = set()
    for message in explained:
        ids = [message.message_id, *(reply.reply_id for reply in message.dismissed)]
        ids += [message.response.response_id] if message.response else []
        wanted.update((message.network, each) for each in ids)
    return texts_of(source, wanted)


def texts_of(source: MessageSource, wanted: Collection[Key]) -> dict[Key, str]:
    """The texts of messages, by network and message_id; one that has expired is empty."""
    rows = _sought(source, {message_id for _, message_id in wanted}, with_text=True)
    keys = ((row["network"], row["message_id"], row["message_text"] or "") for row in rows)
    return {(network, each): text for network, each, text in keys if (network, each) in wanted}


# --- one message ---------------------------------------------------------------------------------


def messages_named(
    explanation: Explanation, message_id: str, source: MessageSource, panel: Panel, ranking: Ranking
) -> list[ExplainedMessage]:
    """The messages of an explanation that have an identifier: one, or one per network.

    Raises:
        UsageError: there is none; it says why, and what to ask instead.
    """
    found = [message for message in explanation.messages if message.message_id == message_id]
    if found:
        return found
    body = explanation.score.body
    rows = _sought(source, [message_id])
    if not rows:
        raise UsageError(
            f"there is no message {message_id!r} in the data; without {option('message')}, all "
            f"those to {body.name} in a period are listed"
        )
    kept = [
        (row, other, account)
        for row in rows
        for other, account in panel.accounts()
        if _account_key(row) == (account.network, account.account_id)
    ]
    mine = [(row, account) for row, other, account in kept if other.body_id == body.body_id]
    if mine:
        raise UsageError(_why_not(*mine[0], explanation, ranking))
    others = sorted({other.body_id for _, other, _ in kept})
    way_out = (
        f"it concerns {' and '.join(others)}: explain that" if others else "nor to any other body"
    )
    raise UsageError(f"message {message_id} is not addressed to {body.name}, {way_out}")


def _why_not(row: Row, account: Account, explanation: Explanation, ranking: Ranking) -> str:
    """Why a message that is kept for the body is not among those that were explained."""
    message, board = f"message {row['message_id']}", explanation.scoreboard
    name, sent_at = explanation.score.body.name, _aware(row["sent_at"]).astimezone(ranking.zone)
    if row["outbound"]:
        to = row["reply_to_id"]
        way_out = f"; it replies to {to}: take {option('message', to)}" if to else ""
        return f"{message} was written by {name}, not addressed to it{way_out}"
    if account.network not in ranking.networks:
        return f"{message} is of {account.network}, at which this ranking does not look"
    if row["kind"] not in ranking.kinds:
        return f"{message} is a {row['kind']}, a kind that this ranking does not count"
    if not board.since <= sent_at < board.until:
        year, week, _ = sent_at.isocalendar()
        return (
            f"{message} was sent on {sent_at:%Y-%m-%d}, outside the period {board.period}; "
            f"take {option('period', f'{year}-W{week:02d}')}"
        )
    if sent_at >= board.as_of:
        return f"{message} was sent after {board.as_of.isoformat()}, where the data are to end"
    return f"{message} was sent on a day on which @{account.handle} was not an account of {name}"


@retry_reading
def _sought(
    source: MessageSource, message_ids: Collection[str], *, with_text: bool = False
) -> list[dict[str, Any]]:
    """All rows of some messages, whomever they are kept for."""
    with source.engine() as running:
        running.relation("message", source.stored(EARLIEST, LATEST), MESSAGE)
        parameters = {"message_ids": sorted(message_ids), "with_text": with_text}
        return running.query(compose((), {}, target="sought"), parameters)


def _account_key(row: Row) -> Key:
    return row["network"], row["account_id"]


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)
