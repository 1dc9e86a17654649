"""What is to be erased, and what that means for everything that a store holds.

Nothing is done here: these are conditions on rows of `message`, and what is left of the rest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from socialscore.model.network import NETWORKS
from socialscore.model.period import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.inputs.panel import Panel

__all__ = [
    "ALTERED_WHERE",
    "DELETE_WHERE",
    "ERASED",
    "UPDATE_SET",
    "UPDATE_WHERE",
    "ErasureRequest",
    "in_view",
    "out_of_view",
    "unwanted",
    "without",
]

ERASED = "erased"
"""The reason of the gap that an erasure leaves in the coverage."""

_RUN = "forget"  # the run_id of such a gap


@dataclass(frozen=True)
class ErasureRequest:
    """What is to be erased."""

    cause: Literal["author", "account", "before", "expired", "run"]
    network: str | None = None  # None: all
    identifier: str = ""  # of the author or the account, as the network says it
    digest: str = ""  # the author's pseudonym
    until: datetime | None = None  # aware: of before, the first instant that stays
    run_id: str = ""  # of the import or collection that is withdrawn

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that it concerns."""
        return (self.network,) if self.network else NETWORKS

    @property
    def parameters(self) -> dict[str, object]:
        """What `$name` stands for in the conditions."""
        names = ("network", "identifier")
        values: dict[str, object] = {name: getattr(self, name) for name in names if self.network}
        if self.digest:
            named = rf"(^|[^\w]){re.escape(self.identifier)}([^\w]|$)"
            values |= {"digest": self.digest, "named": named}
        if self.until:
            values["until"] = utc(self.until)
        return values | ({"run_id": self.run_id} if self.run_id else {})


# Conditions on rows of `message`, by cause -------------------------------------------------------
#
# Where a run goes, rows have two columns more: `heir`, another run that brought the message, and
# `undeleted`, whether only this run said that it was deleted.

DELETE_WHERE = {
    "author": "network = $network AND author_id IN ($identifier, $digest)",
    "account": "network = $network AND account_id = $identifier",
    "before": "sent_at < $until",
    "expired": "FALSE",
    "run": "run_id = $run_id AND heir IS NULL",
}
UPDATE_WHERE = {
    "author": """network = $network AND (
        reply_to_author_id IN ($identifier, $digest)
        OR LIST_HAS_ANY(addressed_ids, [$identifier, $digest])
        OR reply_to_id IN (SELECT message_id FROM gone)
        OR conversation_id IN (SELECT message_id FROM gone)
        OR REGEXP_MATCHES(text, $named)
    )""",
    "account": "FALSE",
    "before": "FALSE",
    "expired": "text <> '' AND collected_at < $until",
    "run": "run_id = $run_id OR undeleted",
}
ALTERED_WHERE = UPDATE_WHERE | {"run": "undeleted"}
"""Which rows count as altered: what passes to another run says the same as before."""
_BLANK = {"text": "''"}
UPDATE_SET = {  # of an altered row
    "author": {
        "reply_to_id": """CASE
            WHEN reply_to_author_id IN ($identifier, $digest) THEN NULL
            WHEN reply_to_id IN (SELECT message_id FROM gone) THEN NULL
            ELSE reply_to_id
        END""",
        "reply_to_author_id": """CASE
            WHEN reply_to_author_id NOT IN ($identifier, $digest) THEN reply_to_author_id
        END""",
        "conversation_id": """CASE
            WHEN NOT conversation_id IN (SELECT message_id FROM gone) THEN conversation_id
        END""",
        "addressed_ids": "LIST_FILTER(addressed_ids, LAMBDA x: x NOT IN ($identifier, $digest))",
        **_BLANK,
    },
    "account": {},
    "before": {},
    "expired": _BLANK,
    "run": {
        "run_id": "CASE WHEN run_id = $run_id THEN heir ELSE run_id END",
        "deleted_at": "CASE WHEN NOT undeleted THEN deleted_at END",
        "deleted_seen_at": "CASE WHEN NOT undeleted THEN deleted_seen_at END",
    },
}


# The rest of the store ------------------------------------------------------------------------


def in_view(
    rows: list[dict[str, Any]], request: ErasureRequest, erased_at: datetime | None
) -> list[dict[str, Any]]:
    """The rows of a stream in the coverage table that are right when the request is fulfilled."""
    if request.cause == "account":
        whose = (request.network, request.identifier)
        return [row for row in rows if (row["network"], row["account_id"]) != whose]
    if request.cause == "run":
        gone = [row for row in rows if row["run_id"] == request.run_id]
        others = [row for row in rows if row["run_id"] != request.run_id]
        return [*others, *(part for row in gone for part in _passed(row, others))]
    if request.cause != "before" or request.until is None:
        return rows
    until = utc(request.until)
    older = [row for row in rows if row["covered_from"] < until]
    if all(row["reason"] == ERASED for row in older):
        return rows
    gap = {"covered_until": until, "reason": ERASED, "file_name": None, "run_id": _RUN}
    first = min(older, key=lambda row: row["covered_from"])
    return [
        first | gap | {"collected_at": erased_at and utc(erased_at)},
        *(
            row | {"covered_from": max(row["covered_from"], until)}
            for row in rows
            if row["covered_until"] > until
        ),
    ]


def _passed(row: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What later runs said as well: theirs from now on, and known as early as it was."""
    since, until = _interval(row)
    for other in sorted(others, key=_interval):
        if _says_same(row, other) and other["collected_at"] > row["collected_at"]:
            start, end = max(since, other["covered_from"]), min(until, other["covered_until"])
            if start < end:
                part = {"covered_from": start, "covered_until": end, "run_id": other["run_id"]}
                yield row | part
                since = end


def out_of_view(
    gone: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[tuple[datetime, datetime]]:
    """The intervals of rows of a stream that go, and of which those that remain do not say it.

    Gaps are left out, but for those that tell what a file has lost.
    """
    for row in gone:
        if row["reason"] is not None and row["file_name"] is None:
            continue
        since, until = _interval(row)
        for other_since, other_until in sorted(
            _interval(it) for it in after if _says_same(row, it)
        ):
            if since < other_since < until:
                yield since, other_since
            if other_since < until:
                since = max(since, other_until)
        if since < until:
            yield since, until


def _says_same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(row["reason"] == other["reason"] and row["file_name"] == other["file_name"])


def _interval(row: dict[str, Any]) -> tuple[datetime, datetime]:
    return row["covered_from"], row["covered_until"]


def without(panel: Panel, request: ErasureRequest) -> Panel:
    """The panel without an account that goes, and without its body if that has no other."""
    whose = (request.network, request.identifier)
    if request.cause != "account" or whose not in panel.account_keys:
        return panel
    bodies = []
    for body in panel.bodies:
        accounts = tuple(a for a in body.accounts if (a.network, a.account_id) != whose)
        if accounts or not body.accounts:
            bodies.append(replace(body, accounts=accounts))
    return replace(panel, bodies=tuple(bodies))


def unwanted(
    name: str, line: bytes, request: ErasureRequest, written_at: datetime | None = None
) -> bool:
    """Whether a page that was set aside must go; what cannot be told apart goes as well.

    Args:
        name: of what was collected: network, account and stream.
        line: the record.
        request: what is erased.
        written_at: when it was kept at the latest, where the record is none of a page.
    """
    if request.cause == "account":
        return name.startswith(f"{request.network}-{request.identifier}-")
    if request.cause == "author":
        as_json = json.dumps(request.identifier)[1:-1]
        return any(each.encode() in line for each in (request.identifier, as_json))
    if request.cause == "run":
        return _run_of(line) == request.run_id
    moment = "oldest" if request.cause == "before" else "answered_at"
    try:
        told = datetime.fromisoformat(json.loads(line)["page"][moment])
    except (ValueError, KeyError, TypeError, RecursionError):
        if written_at is None or request.cause == "before":
            return True
        told = written_at
    return request.until is not None and told < request.until.astimezone(UTC)


def _run_of(line: bytes) -> object:
    """The run that kept a page, or the journal that begins so; None: it does not say."""
    try:
        return json.loads(line.split(b"\n")[0])["run_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
