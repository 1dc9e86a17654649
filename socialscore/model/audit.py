"""What an audit is: a sample of requests, what people said of them, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

__all__ = [
    "GENUINE",
    "REPLY_CLASS",
    "REPLY_CLASSES",
    "ROW",
    "SELECTIONS",
    "SHEET_COLUMNS",
    "Agreement",
    "Audit",
    "AuditCell",
    "AuditFigures",
    "AuditSummary",
    "CorrectedRate",
    "Draw",
    "DrawnRequest",
    "SelectionQuality",
    "ShareEstimate",
    "SheetRow",
    "Stratum",
    "is_in",
]

SELECTIONS = ("question-mark", "questions", "requests", "all")
"""Each contains the ones before."""

ROW, GENUINE, REPLY_CLASS = "row", "genuine", "reply_class"
"""Columns of sheets: which row it is, and what people write into one sheet or the other."""

SHEET_COLUMNS = (ROW, "body", "network", "sent_at", "context", "text", "remark")
"""All columns but that of the labels, which stands before the last."""

REPLY_CLASSES = ("answer", "redirect", "acknowledgement", "automatic")


def is_in(narrowest: str, selection: str) -> bool:
    """Whether a selection holds what `narrowest` is the first to hold."""
    return SELECTIONS.index(narrowest) <= SELECTIONS.index(selection)


@dataclass(frozen=True)
class Stratum:
    """Requests of one kind, of which some were drawn and labelled."""

    answered: bool
    n_requests: int
    n_labelled: int
    n_genuine: int  # of the labelled ones


@dataclass(frozen=True)
class ShareEstimate:
    """A share with its 95 % interval."""

    value: float
    low: float | None = None  # None: the sample allows no interval
    high: float | None = None


@dataclass(frozen=True)
class AuditCell:
    """How many requests there are of one group, selection and outcome."""

    group: str  # body_id or language; empty where the audit has no groups
    selection: str  # the narrowest that holds them
    answered: bool
    n_requests: int
    n_without_text: int  # of these, without a text or with an expired one: they cannot be drawn


@dataclass(frozen=True)
class DrawnRequest:
    """A request of the sample; nothing in it tells whose it is."""

    row: str  # keyed digest, by which the sheet names it
    group: str
    selection: str  # the narrowest that holds it
    answered: bool


@dataclass(frozen=True)
class Draw:
    """A sample, and all that is needed to read its sheet."""

    title: str  # of the ranking
    period: str
    as_of: datetime  # aware, UTC
    selection: str  # of the ranking
    by: str  # body, language or nothing: how the sample is grouped
    n: int  # rows asked for, of each group
    seed: int
    options: Mapping[str, Any]  # of the ranking, as far as they change rates
    panel: str  # digest of the bodies and their accounts
    rulebook: str  # digest of the language rules
    method: str  # by which requests were counted
    cells: tuple[AuditCell, ...]
    requests: tuple[DrawnRequest, ...]  # in the order of the sheet


@dataclass(frozen=True)
class Audit:
    """A draw with what people said of it; for each row, a value per person."""

    draw: Draw
    read_on: date
    genuine: Mapping[str, tuple[bool | None, ...]]  # by row; None: that person left it blank
    replies: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SelectionQuality:
    """How well a selection finds the genuine requests."""

    selection: str
    n_requests: int  # that it selects
    precision: (
        ShareEstimate | None
    )  # the share of genuine requests among them; None: cannot be told
    recall: ShareEstimate | None  # the share of them among the genuine requests


@dataclass(frozen=True)
class CorrectedRate:
    """The response rate of a group as counted, and over genuine requests alone."""

    group: str
    n_requests: int  # selected and matured
    n_answered: int  # of these
    n_labelled: int  # rows of the sample, selected or not
    corrected: ShareEstimate | None


@dataclass(frozen=True)
class Agreement:
    """How far two people agree."""

    n_both: int  # rows that both labelled
    n_differing: int
    kappa: float | None  # Cohen's; None: undefined, both said the same of every row


@dataclass(frozen=True)
class AuditFigures:
    """What an audit says."""

    n_drawn: int
    n_labelled: int
    overall: CorrectedRate
    groups: tuple[CorrectedRate, ...]  # empty where the audit has no groups
    selections: tuple[SelectionQuality, ...]
    agreement: Agreement | None  # None: one person labelled
    n_replies: int  # labelled
    reply_shares: Mapping[str, ShareEstimate]  # by class; empty: no reply was labelled
    reply_agreement: Agreement | None


@dataclass(frozen=True)
class SheetRow:
    """What people read of a request, or of a reply to one, before they label it."""

    row: str
    body: str  # its name
    network: str
    sent_at: datetime  # aware, in the ranking's timezone
    context: str  # what came before, a line per message
    text: str


@dataclass(frozen=True)
class AuditSummary:
    """What a ranking says of its audit."""

    digest: str  # SHA-256 of the audit's file, in hexadecimal digits
    period: str  # of the requests that were labelled
    read_on: str  # the day on which the labels were read, ISO 8601
    n_labelled: int
    counted: float | None  # the response rate of that period over selected requests
    corrected: float | None  # over genuine ones; None: the sample cannot tell
    corrected_low: float | None  # its 95 % interval, as far as there is one
    corrected_high: float | None
