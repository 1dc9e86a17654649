"""What happened to a store since a publication: what was erased, lost, edited or judged otherwise.

None of it can be computed again, so it is said whose numbers that touches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.model.period import utc
from socialscore.publishing.withdrawals import concerns
from socialscore.runtime.retrying import retry_reading
from socialscore.store.damaged_coverage import LOST
from socialscore.store.erasure_request import ERASED
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.messages import Body
    from socialscore.publishing.basis import Basis
    from socialscore.publishing.verifying.differences import Difference
    from socialscore.scoring import Question
    from socialscore.store.lake import Store

__all__ = ["Aftermath", "aftermath"]

_OF_ALL = {
    "rank", "rank_low", "rank_high", "percentile", "shrunk_rate", "movement", "gone", "order",
    "entered", "ranked_before", "notes",
    # How alike requests of one day are is estimated from all of them.
    "rho", "rho_assumed", "deff", "median_deff", "wilson_low", "wilson_high", "median_delay_low",
    "median_delay_high", "median_wait_low", "median_wait_high", "difference_low",
    "difference_high", "direction",
}  # fmt: skip
"""What depends on the numbers of all bodies."""

_OF_RULES = {"n_judged_earlier", "notes"}
"""What depends on which rules had judged a message before it was judged again. Notes follow from
the numbers, which is checked without the store."""

_ALTERED = {"edited_seen_at": "edited", "rejudged_at": "judged otherwise"}
"""What became of a row, by the column that says when; of the version before nothing is left."""

_CUT = {
    ERASED: "erased from what was in view (before, {day})",
    LOST: "lost since, as files of the store were damaged (repaired, {day})",
}
"""What became of days, by the reason of the gap that is there now."""

_ALTERED_SINCE = """
SELECT network, account_id, COUNT(*) AS n_rows, CAST(MAX({column}) AS DATE) AS day
FROM message
WHERE collected_at <= $seen_until
    AND {column} > $seen_until
    AND sent_at >= $read_from
    AND sent_at < $read_until
GROUP BY ALL
ORDER BY ALL
"""


@dataclass(frozen=True)
class Aftermath:
    """What happened since, and to whom."""

    sentences: tuple[str, ...] = ()  # one per body and event
    body_ids: frozenset[str] = frozenset()
    bands: bool = False  # bands depend on the numbers of all bodies
    rejudged: bool = False  # the store was judged by other rules

    def hides(self, difference: Difference) -> bool:
        """Whether nothing is left that could tell what the value was."""
        return self.rejudged and difference.column in _OF_RULES

    def touches(self, difference: Difference) -> bool:
        """Whether it may account for a difference."""
        of_all = difference.column in _OF_ALL or (difference.column == "band" and self.bands)
        return difference.body_id in self.body_ids or (bool(self.body_ids) and of_all)


def aftermath(store: Store, basis: Basis, question: Question) -> Aftermath:
    """What happened since to messages that matter for a question.

    Args:
        store: what it is computed from again.
        basis: of the publication.
        question: what was asked.
    """
    events: Counter[tuple[Body, str]] = Counter()
    for each in (found(store, basis, question) for found in (_erased, _cut, _altered)):
        for network, account_id, n_rows, what in each:
            for body in basis.panel.bodies:
                if (network, account_id) in {(a.network, a.account_id) for a in body.accounts}:
                    events[body, what] += n_rows
    return Aftermath(
        tuple(_sentence(n_rows, body, what) for (body, what), n_rows in events.items()),
        frozenset(body.body_id for body, _ in events),
        any(_OF_ALL & {*it.at_least, *it.at_most} for it in basis.ranking.bands),
        bool(store.judged_at and store.judged_at > basis.seen_until),
    )


_Event = tuple[str, str, int, str]  # network, account_id, how many rows, what became of them


def _erased(store: Store, basis: Basis, question: Question) -> Iterator[_Event]:
    for row in store.erasures().to_pylist():
        since = row["erased_at"] > utc(basis.seen_until)
        # With an account went what was in view of it, on all days.
        if since and (concerns(row, question) or row["cause"] == "account"):
            whose = row["network"], row["account_id"]
            if row["cause"] == "run":
                told = f"({row['run_id']}, {row['erased_at']:%Y-%m-%d})"
                if row["n_erased"] or not row["n_altered"]:
                    yield *whose, row["n_erased"], f"withdrawn since {told}"
                if row["n_altered"]:
                    yield *whose, row["n_altered"], f"altered since, by what was withdrawn {told}"
                continue
            told = f"({row['cause']}, {row['erased_at']:%Y-%m-%d})"
            if row["n_erased"] or not row["n_altered"]:
                yield *whose, row["n_erased"], f"erased since {told}"
            if row["n_altered"]:
                yield *whose, row["n_altered"], f"altered since, where somebody was erased {told}"


def _cut(store: Store, basis: Basis, question: Question) -> Iterator[_Event]:
    """Where less is in view than was then."""
    for row in store.coverage().to_pylist():
        since = row["collected_at"] > utc(basis.seen_until)
        matters = row["covered_from"] < utc(question.read_until)
        matters &= row["covered_until"] > utc(question.read_from)
        if since and matters and (what := _CUT.get(row["reason"])):
            told = what.format(day=f"{row['collected_at']:%Y-%m-%d}")
            yield row["network"], row["account_id"], 0, told


@retry_reading
def _altered(store: Store, basis: Basis, question: Question) -> list[_Event]:
    files = store.messages(question.read_from, question.read_until)
    if not len(files):
        return []
    parameters = {
        "seen_until": utc(basis.seen_until),
        "read_from": utc(question.read_from),
        "read_until": utc(question.read_until),
    }
    with basis.source.engine() as running:
        running.relation("message", files, MESSAGE)
        found = {
            what: running.query(_ALTERED_SINCE.format(column=column), parameters)
            for column, what in _ALTERED.items()
        }
    return [
        (row["network"], row["account_id"], row["n_rows"], f"{what} since (by {row['day']})")
        for what, rows in found.items()
        for row in rows
    ]


def _sentence(n_rows: int, body: Body, what: str) -> str:
    if not n_rows:
        return f"days of {body.name} were {what}"
    rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
    return f"{rows} of {body.name} {'was' if n_rows == 1 else 'were'} {what}"
