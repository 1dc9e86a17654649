"""Runs that were withdrawn, and what that has to do with a publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.model.period import utc
from socialscore.publishing.manifest import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from socialscore.inputs.panel import Panel
    from socialscore.scoring import Question
    from socialscore.store.lake import Store

__all__ = ["concerns", "withdrawals", "withdrawn_rows"]


def withdrawn_rows(store: Store) -> tuple[Mapping[str, Any], ...]:
    """The rows of the erasure table that tell of withdrawn runs."""
    return tuple(row for row in store.erasures().to_pylist() if row["cause"] == "run")


def concerns(row: Mapping[str, Any], question: Question) -> bool:
    """Whether a row of the erasure table tells of days that a question reads."""
    first, last = utc(question.read_from).date(), utc(question.read_until).date()
    until: date = row["last_day"] or row["day"]
    return bool(row["day"] <= last and until >= first)


def withdrawals(
    rows: Iterable[Mapping[str, Any]], panel: Panel, question: Question
) -> tuple[Withdrawal, ...]:
    """The runs of which something went that a question would have counted, in their order.

    Args:
        rows: as `withdrawn_rows` gives them.
        panel: whose accounts matter.
        question: what was asked, or would be.
    """
    accounts = {(account.network, account.account_id) for _, account in panel.accounts()}
    found: dict[str, Withdrawal] = {}
    for row in rows:
        if (row["network"], row["account_id"]) in accounts and concerns(row, question):
            run_id, day = row["run_id"], f"{row['erased_at']:%Y-%m-%d}"
            before = found.get(run_id, Withdrawal(run_id, day, 0))
            n_messages = before.n_messages + row["n_erased"]
            found[run_id] = Withdrawal(run_id, max(before.withdrawn_on, day), n_messages)
    return tuple(found[run_id] for run_id in sorted(found))
