"""Intake: from the rows of a file to messages that can be kept and scored.

What becomes of a row, in this order:

    file → staged rows → addressed to whom → judged → pseudonyms → store
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from socialscore.language.judge import judge
from socialscore.model.messages import Coverage
from socialscore.model.period import utc
from socialscore.store import losses
from socialscore.store.lake import Saved, coverage_row
from socialscore.store.privacy import Pseudonyms
from socialscore.store.runs import new_run_id, note_run
from socialscore.store.schema import COVERAGE, MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from socialscore.importers.staging import Stage
    from socialscore.inputs.panel import Panel
    from socialscore.store.lake import Store

__all__ = ["Receipt", "gather", "in_memory", "keep"]

_STREAMS: tuple[Literal["inbound", "outbound"], ...] = ("inbound", "outbound")


@dataclass(frozen=True)
class Receipt:
    """What became of a file's messages."""

    n_addressed: int  # messages by or to the panel; each may stand under several accounts
    saved: Saved


def keep(
    stage: Stage,
    store: Store,
    panel: Panel,
    key: bytes,
    *,
    source: str,
    collected_at: datetime,
    file_name: str | None = None,
    covers: tuple[datetime, datetime] | None = None,
) -> Receipt:
    """Save the messages of a file, then note what it covers: a run of its own.

    Args:
        stage: the file's rows.
        store: where to keep them.
        panel: the bodies that they may concern, besides those that the store knows.
        key: of the pseudonyms, the one that the store was made with.
        source: what to note as the origin of each row.
        collected_at: the moment to note in each row.
        file_name: what the file is called, to know it again when it was mended.
        covers: the interval that the file is known to hold in full, for every account of the panel.
            None: it is taken to hold, from its first message to its last, the accounts that occur
            in it; of the others it may know nothing.
    """
    span = stage.span()
    if span is None:
        return Receipt(0, Saved(0, 0, 0))
    panel, n_addressed = _addressed(stage, store, panel)
    covered = _covered(stage, panel, covers)
    run_id = new_run_id("import", collected_at)
    with store.writing():
        note_run(store, run_id, source, collected_at, file_name)
        saved = _saved(stage, span, store, panel, key, source, collected_at, run_id)
        lost = _lost(stage, span, file_name or source, store.coverage())
        store.cover([*covered, *lost], run_id=run_id, collected_at=collected_at)
        store.compact()
    return Receipt(n_addressed, saved)


def gather(
    stage: Stage,
    store: Store,
    panel: Panel,
    key: bytes,
    *,
    source: str,
    collected_at: datetime,
    covered: Sequence[Coverage],
    run_id: str,
) -> Receipt:
    """Save the messages of a collection, then note what was in view, by streams.

    The store is left to be compacted at the end of the run.

    Args:
        stage: the messages; none is no trouble.
        store: where to keep them.
        panel: the bodies that they may concern, besides those that the store knows.
        key: of the pseudonyms, the one that the store was made with.
        source: what to note as the origin of each row.
        collected_at: the moment to note in each row.
        covered: what was in view, and the gaps.
        run_id: what the collection is called.
    """
    n_addressed, saved = 0, Saved(0, 0, 0)
    if span := stage.span():
        panel, n_addressed = _addressed(stage, store, panel)
    with store.writing():
        note_run(store, run_id, source, collected_at)
        if span:
            saved = _saved(stage, span, store, panel, key, source, collected_at, run_id)
        store.cover(covered, run_id=run_id, collected_at=collected_at)
    return Receipt(n_addressed, saved)


def _addressed(stage: Stage, store: Store, panel: Panel) -> tuple[Panel, int]:
    """The panel with what else the store and the stage know, and how many messages concern it."""
    panel = store.remember(panel)
    n_addressed = stage.address(panel)
    if found := stage.identified():
        panel = store.remember(panel.identified(found))
    return panel, n_addressed


def _saved(
    stage: Stage,
    span: tuple[datetime, datetime],
    store: Store,
    panel: Panel,
    key: bytes,
    source: str,
    collected_at: datetime,
    run_id: str,
) -> Saved:
    """Put the addressed messages of the stage, judged and under pseudonyms, into the store."""
    arriving = _Arriving(stage, Pseudonyms(key, panel.account_keys), source)
    return store.save(
        arriving, first=span[0], last=span[1], collected_at=collected_at, run_id=run_id
    )


@dataclass(frozen=True)
class _Arriving:
    """The messages of the stage for the store, which may go through them more than once."""

    stage: Stage
    pseudonyms: Pseudonyms
    source: str

    def __iter__(self) -> Iterator[pa.Table]:
        judged = _judged(self.stage, self.pseudonyms.salt, self.source)
        return map(self.pseudonyms.applied, judged)


def in_memory(stage: Stage, panel: Panel, end: datetime | None = None) -> tuple[pa.Table, pa.Table]:
    """The messages of a file, and what they cover, without a store.

    Nothing leaves the process, so authors keep their identifiers.

    Args:
        stage: the file's rows.
        panel: the bodies that they may concern.
        end: up to when the file is known to hold everything, where that is after its last message.
    """
    stage.address(panel)
    parts = [_completed(part) for part in _judged(stage, "", "table")]
    span = stage.span()
    lost = _lost(stage, span, "table", COVERAGE.empty_table()) if span else []
    covered = [coverage_row(row) for row in (*_covered(stage, panel, None, end), *lost)]
    return (
        pa.concat_tables(parts) if parts else MESSAGE.empty_table(),
        pa.Table.from_pylist(covered, schema=COVERAGE),
    )


def _judged(stage: Stage, salt: str, source: str) -> Iterator[pa.Table]:
    """The staged messages of the panel, in those columns of the store that are known by now."""
    for rows in stage.messages():
        table = judge(rows, salt=salt)
        table = table.append_column("source", pa.repeat(source, table.num_rows))
        yield table.select([name for name in MESSAGE.names if name in table.schema.names])


def _completed(part: pa.Table) -> pa.Table:
    """The rows with every column of the store; those that only the store fills are NULL."""
    columns = [
        part[column.name] if column.name in part.schema.names else pa.nulls(len(part), column.type)
        for column in MESSAGE
    ]
    return pa.Table.from_arrays(columns, names=MESSAGE.names).cast(MESSAGE)


def _covered(
    stage: Stage,
    panel: Panel,
    covers: tuple[datetime, datetime] | None,
    end: datetime | None = None,
) -> list[Coverage]:
    """What a file says was in view: see `keep` and `in_memory`."""
    span = stage.span()
    if span is None:
        return []
    last = span[1] + timedelta(seconds=1)
    since, until = covers or (span[0], max(last, end or last))
    occurring = stage.concerned()
    return [
        Coverage(account.network, account.account_id, stream, since, until)
        for _, account in panel.accounts()
        if covers or (account.network, account.account_id) in occurring
        for stream in _STREAMS
    ]


def _lost(
    stage: Stage, span: tuple[datetime, datetime], file_name: str, coverage: pa.Table
) -> list[Coverage]:
    """The replies that a file lost, and that it lost none where it had before and is mended now.

    Replies that are kept do not learn from a mended file what they answer; that loss stays.
    """
    last = span[1] + timedelta(seconds=1)
    told = {
        (row["network"], row["account_id"], kind): n if kind == losses.UNKNOWN_PARENTS else 0
        for row in losses.standing(coverage)
        if row["file_name"] == file_name
        and utc(span[0]) <= row["covered_from"]
        and row["covered_until"] <= utc(last)
        for kind, n in [losses.kind_and_number(row)]
    }
    for network, account_id, kind, n in stage.losses():
        told[network, account_id, kind] = max(n, told.get((network, account_id, kind), 0))
    return [
        Coverage(network, account_id, "outbound", span[0], last, f"{kind}:{n}", file_name)
        for (network, account_id, kind), n in sorted(told.items())
    ]
