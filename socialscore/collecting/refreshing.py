"""Refreshing: which of the messages that the store has are gone from the network.

A network does not say when a message was deleted. It counts as deleted from the moment at which it
was first seen missing, and that is never taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from socialscore.collecting.failures import Failures
from socialscore.errors import NetworkError, ProtocolDrift
from socialscore.model.period import utc
from socialscore.store.inventory import standing
from socialscore.store.journal import collecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from socialscore.collectors.base import Collector
    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Account
    from socialscore.store.lake import Store

__all__ = ["Refreshed", "refresh"]

_AT_ONCE = 100  # identifiers in one question
_SUSPICIOUS = 20  # so many messages of an account are not all deleted: something else is wrong


@dataclass(frozen=True)
class Refreshed:
    """What became of one account's messages."""

    account: Account
    n_asked: int
    n_gone: int  # that were marked as deleted
    error: NetworkError | None = None  # what ended it; messages not asked about stay as they are


def refresh(
    collector: Collector,
    store: Store,
    panel: Panel,
    *,
    since: datetime,
    now: Callable[[], datetime],
    timeout: float = 0,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[Account, int], object] = lambda _account, _n_asked: None,
) -> list[Refreshed]:
    """Ask a network which messages it still shows, and mark the others as deleted.

    Args:
        collector: the network.
        store: whose messages are asked about.
        panel: the accounts under which they stand.
        since: those sent from this instant on.
        now: the clock, aware.
        timeout: seconds to wait for another run on the same network; negative: to its end.
        stopping: asked between questions whether somebody wants the run to end.
        progress: told about how many messages of an account was asked, after every question.

    Returns:
        One for each account with messages, up to the one whose error or end ended the run.

    Raises:
        StoreError: another run is using the network (exit code 75), or the store cannot be written.
    """
    network = collector.capabilities().network
    failures = Failures(one_credential=collector.capabilities().one_credential)
    found: list[Refreshed] = []
    with collecting(store.root, network, timeout=timeout):
        rows = standing(store, network, since)
        for account, ids in _asked(rows, panel, network):
            shown: set[str] = set()
            n_asked, error = 0, None
            try:
                for start in range(0, len(ids), _AT_ONCE):
                    if stopping():
                        break
                    some = ids[start : start + _AT_ONCE]
                    shown |= collector.exist(account, some)
                    n_asked += len(some)
                    progress(account, n_asked)
            except NetworkError as problem:
                error = problem
            gone = set(ids[:n_asked]) - shown
            if len(gone) == n_asked >= _SUSPICIOUS:
                error = ProtocolDrift(
                    network,
                    "refresh",
                    f"shows none of {n_asked:,} messages of {account.handle!r}; nothing was marked",
                )
                gone = set()
            _mark(store, rows, gone, now())
            found.append(Refreshed(account, n_asked, len(gone), error))
            if error is None:
                failures.went_well()
            elif failures.ends(account.account_id, "", error):
                break
            if stopping():
                break
    return found


def _asked(rows: pa.Table, panel: Panel, network: str) -> Iterator[tuple[Account, list[str]]]:
    """Each account, with messages to ask about: those that no account before it has as well."""
    known: set[str] = set()
    for account in {each.account_id: each for _, each in panel.accounts()}.values():
        if account.network == network:
            mine = rows.filter(pc.equal(rows["account_id"], account.account_id))
            ids = [each for each in mine["message_id"].to_pylist() if each not in known]
            known.update(ids)
            if ids:
                yield account, ids


def _mark(store: Store, rows: pa.Table, gone: set[str], seen_at: datetime) -> None:
    """The rows of these messages are those of deleted ones, whichever account they stand under."""
    if not gone:
        return
    rows = rows.filter(pc.is_in(rows["message_id"], pa.array(gone, pa.string())))
    stamp = pa.repeat(pa.scalar(utc(seen_at), pa.timestamp("us")), rows.num_rows)
    rows = rows.set_column(rows.schema.get_field_index("deleted_at"), "deleted_at", stamp)
    span = pc.min_max(rows["sent_at"]).as_py()
    first, last = (span[name].replace(tzinfo=UTC) for name in ("min", "max"))
    with store.writing():
        store.save([rows], first=first, last=last, collected_at=seen_at)
