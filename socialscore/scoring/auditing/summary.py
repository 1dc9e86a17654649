"""What a ranking may say of the audit beside it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from socialscore.language.rulebook import rulebook_digest
from socialscore.model.audit import AuditSummary
from socialscore.scoring.auditing.documents import audit_from
from socialscore.scoring.auditing.drawing import counted_by
from socialscore.scoring.auditing.figures import figures
from socialscore.version import METHOD

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.source import Pseudonym

__all__ = ["summary", "unfit"]


def summary(content: bytes, place: Path | str) -> AuditSummary:
    """The audit that a file holds, in short.

    Args:
        content: of the file.
        place: what to call it where it is wrong.

    Raises:
        InputError: it is no audit.
    """
    audit = audit_from(content, place)
    found = figures(audit)
    rate, corrected = found.overall, found.overall.corrected
    return AuditSummary(
        digest=hashlib.sha256(content).hexdigest(),
        period=audit.draw.period,
        read_on=audit.read_on.isoformat(),
        n_labelled=found.n_labelled,
        counted=rate.n_answered / rate.n_requests if rate.n_requests else None,
        corrected=corrected.value if corrected else None,
        corrected_low=corrected.low if corrected else None,
        corrected_high=corrected.high if corrected else None,
    )


def unfit(
    content: bytes, place: Path | str, ranking: Ranking, panel: Panel, pseudonym: Pseudonym | None
) -> str:
    """Why an audit says nothing of a ranking, a clause for people; empty: it does.

    Args:
        content: of the audit's file.
        place: what to call it where it is wrong.
        ranking: as it is now.
        panel: of the bodies that it ranks.
        pseudonym: makes the keyed digest of whom it ignores; needed only where it ignores anybody.

    Raises:
        InputError: the file holds no audit.
    """
    draw = audit_from(content, place).draw
    now = counted_by(ranking, pseudonym)
    names = sorted(now.keys() | draw.options.keys())
    if other := [name for name in names if now.get(name) != draw.options.get(name)]:
        return f"was made of requests by another {', '.join(other)}"
    if draw.panel != panel.digest:
        return f"was made with another panel, {draw.panel}; this is {panel.digest}"
    if draw.rulebook != rulebook_digest():
        return "was made with other language rules"
    return "" if draw.method == METHOD else f"was made by method {draw.method}, this is {METHOD}"
