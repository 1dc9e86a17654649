"""Settling: counting what is kept of months that are over, once for all rankings of their parts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from socialscore.again import undisturbed
from socialscore.engines import Unconvertible
from socialscore.engines.duckdb import DuckDB
from socialscore.errors import UsageError
from socialscore.ranking import override
from socialscore.scoring.question import ask, can_be_settled
from socialscore.scoring.running import Asked, prepare, relations_of
from socialscore.scoring.settled import digest_of, is_over, months_of
from socialscore.scoring.slices import by_slice
from socialscore.store.inventory import newest_of
from socialscore.store.settled import keep, names_of, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pyarrow as pa

    from socialscore.panel import Panel
    from socialscore.ranking import Ranking
    from socialscore.scoring.running import Pseudonym
    from socialscore.store.lake import Store
    from socialscore.store.settled import Settled

__all__ = ["Month", "settle"]


@dataclass(frozen=True)
class Month:
    """What became of a month."""

    label: str  # such as 2026-11
    n_rows: int | None  # that were counted and kept; None: it was settled already


def settle(
    store: Store, panel: Panel, ranking: Ranking, *, pseudonym: Pseudonym | None = None
) -> Iterator[Month]:
    """Keep what rankings need of each month that can be settled and is not yet.

    Args:
        store: the messages, beside which it is kept.
        panel: the bodies.
        ranking: how it is counted; its period means nothing.
        pseudonym: as in `score`.

    Raises:
        UsageError: by such a ranking no month is ever settled.
    """
    if not can_be_settled(ranking):
        raise UsageError(
            "by this ranking no month can be settled: that takes a horizon, unit episode or "
            "message, and no `latest`"
        )
    tidy(store.place, lambda kept: kept.read_from == names_of(store.messages(*kept.read)))
    ranking = override(ranking, {"period": "all"})
    question = ask(store.coverage(), panel, ranking)
    asked = Asked(question, store, panel, ranking, relations_of(panel, ranking, pseudonym))
    for month in months_of(question.period, asked):
        if not is_over(month, asked):
            continue
        if digest_of(month, asked) in store.settled():
            yield Month(month.period.label, None)
        else:
            yield Month(month.period.label, _keep(store, replace(asked, question=month)))


@dataclass(frozen=True)
class _Listed:
    """The messages of files that are listed once: what is counted is what the digest says."""

    files: list[str]
    store: Store

    def messages(self, _first: datetime, _last: datetime) -> list[str]:
        return self.files

    def coverage(self) -> pa.Table:
        return self.store.coverage()

    def settled(self) -> dict[str, Settled]:
        return {}


@undisturbed
def _keep(store: Store, asked: Asked) -> int:
    """Count a month, and keep it under the digest of what it is counted from."""
    month = asked.question
    files = store.messages(month.read_from, month.read_until)
    asked = replace(asked, messages=_Listed(files, store))
    keeping = partial(
        keep,
        store.place,
        digest_of(month, asked),
        newest=newest_of(files) or month.read_until,
        read=(month.read_from, month.read_until),
        read_from=names_of(files),
    )
    with suppress(Unconvertible):  # somebody's identifiers are no numbers after all
        return keeping(_counted(asked, shortcuts=True))
    return keeping(_counted(asked, shortcuts=False))


def _counted(asked: Asked, *, shortcuts: bool) -> Iterator[pa.Table]:
    """The rows of a month, some bodies at a time."""
    month = asked.question
    with DuckDB() as running:
        sliced = prepare(running, asked, shortcuts=shortcuts, in_parts=True)
        if sliced:
            yield from by_slice(running, month, month.sql, sliced)
        else:
            yield running.query(month.sql, month.parameters)
