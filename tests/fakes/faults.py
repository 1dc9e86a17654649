"""What goes wrong on the way: a script of faults that a server takes.

Three families, by what they spoil: a *refusal* stands in for the answer, and nothing is paid; a
*change* alters what the answer says; a fault of the *wire* lets the answer be made, and paid, and
then not arrive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["CHANGES", "REFUSALS", "WIRE", "Fault", "Script", "changed", "said"]

Json = dict[str, Any]

REFUSALS = (
    "429",  # with the moment at which it ends, `seconds` from now
    "429-no-reset",
    "429-usage-capped",  # X: the month's cap
    "402",  # X: no credit left; `variant` 0 or 1 are the two bodies that were seen
    "401",
    "403",
    "404",
    "400-list",  # a body that is a JSON list
    "503",  # an HTML page
    "graph",  # Facebook: any error, by `code`, `subcode` and, in `seconds`, when it ends
)
WIRE = (
    "reset",  # the connection is reset before anything is answered
    "truncated",  # it closes in the middle of the body
    "bad-json",  # the body ends in the middle, and says that this is all
    "drip",  # one byte after another, `seconds` apart
    "hang",  # nothing for `seconds`
    "no-content-type",
)
CHANGES = (
    "repeated-cursor",  # the next page is this page
    "empty-page",  # nothing, and yet a next page, which has what this one should have had
    "duplicates",  # every item twice
    "clock-skew",  # items dated `seconds` later
    "missing-from",  # items without an author
    "invalid-item",  # the first item lacks `lacking`
    "drift",  # `variant` 0: an unknown shape; 1: references under an unknown name
    "said",  # anything else: `change` alters the answer in place, or returns what to say instead
)


@dataclass
class Fault:
    """Something that goes wrong, once unless said otherwise."""

    kind: str
    path: str = ""  # a part of the paths that it concerns
    nth: int = 1  # the first of those requests that it meets, counted from when it is added
    times: float = 1  # how many of them in a row; math.inf for ever
    seconds: float = 60.0
    variant: int = 0
    code: int = 0
    subcode: int | None = None
    lacking: str = ""  # the field that an invalid item has not; empty: its date
    change: Callable[[Json], object] | None = None
    status: int = 200  # of what is said instead
    headers: Mapping[str, str] = field(default_factory=dict)  # that come with it
    n_seen: int = field(default=0, init=False)

    def meets(self, path: str) -> bool:
        """Count a request, and say whether the fault befalls it."""
        if self.path not in path:
            return False
        self.n_seen += 1
        return self.nth <= self.n_seen < self.nth + self.times


class Script:
    """The faults of a server; all count every request, and the first that meets one befalls it."""

    def __init__(self, faults: Iterable[Fault], kinds: Iterable[str]) -> None:
        self._kinds = frozenset(kinds)
        self._faults: list[Fault] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """More that goes wrong from now on."""
        for fault in faults:
            if fault.kind not in self._kinds:
                raise ValueError(f"this network knows no fault {fault.kind!r}")
        self._faults += faults

    def take(self, path: str) -> Fault | None:
        """What befalls the next request."""
        met = [fault for fault in self._faults if fault.meets(path)]
        return met[0] if met else None


def changed(body: bytes, fault: Fault, paging: Callable[[Json, bool], None]) -> bytes:
    """An answer that says something else than the truth.

    Args:
        body: the true answer, a JSON object.
        fault: one of CHANGES.
        paging: gives an answer the cursor of its own page, so that it comes again; the flag says
            whether the cursor may look like the one that was asked with.
    """
    answer = json.loads(body)
    if fault.kind == "said":
        instead = fault.change(answer) if fault.change else None
        return json.dumps(answer if instead is None else instead).encode()
    items = answer.get("data")
    if not isinstance(items, list):
        return body
    if fault.kind == "repeated-cursor":
        paging(answer, True)
    elif fault.kind == "empty-page":
        items.clear()
        paging(answer, False)
    elif fault.kind == "duplicates":
        answer["data"] = [item for item in items for _ in range(2)]
        if "meta" in answer:
            answer["meta"]["result_count"] *= 2
    elif fault.kind == "drift":
        _drift(answer, fault)
    else:
        for item in items[:1] if fault.kind == "invalid-item" else _all(items):
            _spoil(item, fault)
    return json.dumps(answer).encode()


def _all(items: Iterable[Json]) -> Iterator[Json]:
    """Items, and the comments inside them."""
    for item in items:
        yield item
        if isinstance(below := item.get("comments"), dict):
            yield from _all(below["data"])


def _spoil(item: Json, fault: Fault) -> None:
    """Change one item in place."""
    date = next((name for name in ("created_at", "created_time") if name in item), "")
    if fault.kind == "missing-from":
        item.pop("from", None)
        item.pop("author_id", None)
    elif fault.kind == "invalid-item":
        item.pop(fault.lacking or date, None)
    elif date:
        moment = datetime.fromisoformat(item[date]) + timedelta(seconds=fault.seconds)
        item[date] = as_dated(moment, like=item[date])


def as_dated(moment: datetime, like: str) -> str:
    """A date in X's form or in Facebook's."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (".000Z" if like.endswith("Z") else "+0000")


def _drift(answer: Json, fault: Fault) -> None:
    items = answer["data"]
    if fault.variant == 0:
        answer["data"] = {"timeline": {"entries": items}}
        return
    for item in _all(items):
        for name in ("referenced_tweets", "referenced_posts", "parent"):
            if name in item:
                item["linked"] = item.pop(name)


def said(value: object, *path: str | int) -> Callable[[Any], None]:
    """Put a value into an answer; None: take away what is there."""

    def change(answer: Any) -> None:
        *above, name = path
        for each in above:
            answer = answer[each]
        if value is None:
            del answer[name]
        else:
            answer[name] = value

    return change
