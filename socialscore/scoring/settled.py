"""Requests of months that are settled: counted once, and kept beside the messages.

A month can be settled when it is over, all its requests were watched to the end, and nothing that
may yet come is an answer to one. What rankings need of it is then kept (`sql/settled.sql`), and one
of a week reads that, and no messages.

What is kept stands under a digest of everything that it was counted from: the statement with the
values of its parameters, the panel, whom the ranking ignores, what was in view, and the files of
the messages, which never change. Where any of it is another one, so is the digest, nothing is found
under it, and messages are counted as if nothing had been kept. `socialscore verify` never looks.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING

from socialscore import __version__
from socialscore.embedded import connect
from socialscore.period import Period, labels_between, parse_period, utc
from socialscore.scoring.question import ask_about
from socialscore.store.settled import names_of

if TYPE_CHECKING:
    import pyarrow as pa

    from socialscore.engines import Engine
    from socialscore.scoring.question import Question
    from socialscore.scoring.running import Asked

__all__ = ["digest_of", "is_over", "months_of", "of_settled", "settled_for"]

_ROWS_PER_MESSAGE = 4  # that are counted in the memory that a message takes
_FORMAT = 1  # of what is kept; another number, and all is counted anew
_MOMENT = timedelta(microseconds=1)
_NEVER = datetime(2262, 1, 1, tzinfo=UTC)  # where data end that say nothing new of a month

# A sum, for the order of rows means nothing.
_IN_VIEW = """
SELECT
    COUNT(*),
    SUM(HASH(network, account_id, stream, reason, covered_from, covered_until))
FROM coverage
WHERE covered_from < $last AND covered_until > $first
"""

# Of what is kept, the relations that a statement asks for: nobody is named in it.
_VIEWS = {
    "request": """
        SELECT
            presence_id,
            NULL AS request_id,
            NULL AS account_id,
            happened_at AS asked_at,
            * EXCLUDE (kind, presence_id, happened_at, reason, replies_to)
        FROM settled
        WHERE kind = 'request' AND happened_at >= '{since}' AND happened_at < '{until}'
    """,
    "left_out": """
        SELECT presence_id, happened_at AS sent_at, reason FROM settled WHERE kind = 'left-out'
    """,
    "post": """
        SELECT presence_id, happened_at AS sent_at, replies_to FROM settled WHERE kind = 'post'
    """,
}


def settled_for(asked: Asked, most: int | None) -> list[str] | None:
    """The files of what is settled of the months that a question's period lies in.

    Args:
        asked: the question.
        most: how many messages an engine counts well at once; None: any number.

    Returns:
        None where not all of the months are settled, or the period has more rows than it counts.
    """
    question, store = asked.question, asked.messages
    kept = {} if question.of_settled is None else store.settled()
    if not kept:
        return None
    months = months_of(question.period, asked)
    if not all(is_over(month, asked) for month in months):
        return None
    found = []
    for month in months:
        each = kept.get(digest_of(month, asked))
        if each is None or (asked.seen_until and each.newest > asked.seen_until):
            return None
        found.append(each)
    length = months[-1].period.until - months[0].period.since
    share = (question.period.until - question.period.since) / length
    n_rows = sum(each.n_rows for each in found) * share
    if n_rows > (most or inf) * _ROWS_PER_MESSAGE:
        return None
    return [file for each in found for file in each.files]


def months_of(period: Period, asked: Asked) -> list[Question]:
    """What to ask of the months that a period lies in, to settle them."""
    ranking, last = asked.ranking, period.until.astimezone(UTC) - _MOMENT
    labels = labels_between(f"{period.since:%Y-%m}", f"{last.astimezone(ranking.zone):%Y-%m}")
    months = (parse_period(label, ranking.zone, covered=(_NEVER, _NEVER)) for label in labels)
    return [
        ask_about(
            month, asked.question.coverage, ranking, begin=month.since, end=_NEVER, target="settled"
        )
        for month in months
    ]


def is_over(month: Question, asked: Asked) -> bool:
    """Whether nothing that is yet to come can change what is counted of a month."""
    # The last message of a request may be deleted for as long as the horizon.
    patience = timedelta(seconds=asked.ranking.horizon or 0)
    return month.read_until + patience <= asked.question.as_of


def digest_of(month: Question, asked: Asked) -> str:
    """The digest of all that is counted of a month."""
    counted_from = {
        "format": _FORMAT,
        "version": __version__,
        "sql": month.sql,
        "parameters": {name: str(value) for name, value in month.parameters.items()},
        "panel": asked.panel.digest,
        "timezone": asked.ranking.timezone,
        "networks": asked.ranking.networks,
        "categories": asked.ranking.categories,
        "ignored": asked.given["ignored"].rows,
        "coverage": _digest_of_coverage(month),
        "files": sorted(names_of(asked.messages.messages(month.read_from, month.read_until))),
    }
    return sha256(json.dumps(counted_from, sort_keys=True).encode()).hexdigest()


def of_settled(running: Engine, asked: Asked, files: list[str]) -> pa.Table:
    """The rows of a question's relation, counted from what is settled.

    Args:
        running: an engine that was given nothing yet.
        asked: the question.
        files: of what is settled of all months of its period.
    """
    question, period = asked.question, asked.question.period
    for name, data in {"coverage": question.coverage, **asked.given}.items():
        running.relation(name, data)
    running.relation("settled", files)
    within = {"since": utc(period.since), "until": utc(period.until)}
    for name, sql in _VIEWS.items():
        running.view(name, sql.format(**within))
    sql = question.of_settled or ""
    return running.query(sql, question.used_in(sql))


def _digest_of_coverage(month: Question) -> str:
    """A digest of what was in view between the first message that matters and the last."""
    with connect() as connection:
        connection.register("coverage", month.coverage)
        edges = {"first": utc(month.read_from), "last": utc(month.read_until)}
        return str(connection.execute(_IN_VIEW, edges).fetchone())
