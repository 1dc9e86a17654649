"""What an audit says: from labels to figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from socialscore.model.audit import (
    REPLY_CLASSES,
    SELECTIONS,
    AuditFigures,
    CorrectedRate,
    SelectionQuality,
    Stratum,
    is_in,
)
from socialscore.scoring.auditing.estimates import agreement, corrected_rate, recall, share

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from socialscore.model.audit import (
        Agreement,
        Audit,
        AuditCell,
        Draw,
        DrawnRequest,
        ShareEstimate,
    )

__all__ = ["figures"]


def figures(audit: Audit) -> AuditFigures:
    """Everything that follows from an audit; of two people, the first one's labels count."""
    draw = audit.draw
    labels = {row: said[0] for row, said in audit.genuine.items() if said[0] is not None}
    replies = {row: said[0] for row, said in audit.replies.items() if said[0] is not None}
    groups = sorted({cell.group for cell in draw.cells}) if draw.by else []
    return AuditFigures(
        n_drawn=len(draw.requests),
        n_labelled=len(labels),
        overall=_rate("", draw, labels),
        groups=tuple(_rate(group, _of_group(draw, group), labels) for group in groups),
        selections=tuple(_quality(selection, draw, labels) for selection in SELECTIONS),
        agreement=_agreement(audit.genuine),
        n_replies=len(replies),
        reply_shares=_reply_shares(draw, replies),
        reply_agreement=_agreement(audit.replies),
    )


def _of_group(draw: Draw, group: str) -> Draw:
    cells = tuple(cell for cell in draw.cells if cell.group == group)
    return replace(draw, cells=cells, requests=tuple(r for r in draw.requests if r.group == group))


def _rate(group: str, draw: Draw, labels: Mapping[str, bool]) -> CorrectedRate:
    inside, outside = _strata(draw, draw.selection, labels)
    return CorrectedRate(
        group,
        n_requests=sum(it.n_requests for it in inside),
        n_answered=sum(it.n_requests for it in inside if it.answered),
        n_labelled=sum(it.n_labelled for it in (*inside, *outside)),
        corrected=corrected_rate((*inside, *outside)),
    )


def _quality(selection: str, draw: Draw, labels: Mapping[str, bool]) -> SelectionQuality:
    inside, outside = _strata(draw, selection, labels)
    n_requests = sum(it.n_requests for it in inside)
    return SelectionQuality(selection, n_requests, share(inside), recall(inside, outside))


def _strata(
    draw: Draw, selection: str, labels: Mapping[str, bool]
) -> tuple[list[Stratum], list[Stratum]]:
    """The strata inside a selection and outside it.

    Those of which the sample was drawn are divided by the selection, where it is another one.
    """

    def kind(it: AuditCell | DrawnRequest) -> tuple[bool, str, bool, bool]:
        ours = is_in(it.selection, draw.selection)
        return is_in(it.selection, selection), it.group, ours, it.answered

    sizes: Counter[tuple[bool, str, bool, bool]] = Counter()
    for cell in draw.cells:
        sizes[kind(cell)] += cell.n_requests
    labelled = [it for it in draw.requests if it.row in labels]
    n_labelled = Counter(map(kind, labelled))
    n_genuine = Counter(kind(it) for it in labelled if labels[it.row])
    parts: tuple[list[Stratum], list[Stratum]] = ([], [])
    for it, size in sizes.items():
        parts[not it[0]].append(Stratum(it[-1], size, n_labelled[it], n_genuine[it]))
    return parts


def _reply_shares(draw: Draw, replies: Mapping[str, str]) -> dict[str, ShareEstimate]:
    """Of the answered requests that the ranking selects, those with a reply of each class."""
    sizes: Counter[str] = Counter()
    for cell in draw.cells:
        if cell.answered and is_in(cell.selection, draw.selection):
            sizes[cell.group] += cell.n_requests
    group = {it.row: it.group for it in draw.requests}
    n_labelled = Counter(group[row] for row in replies)
    found = Counter((group[row], name) for row, name in replies.items())
    shares = {
        name: share(Stratum(True, sizes[it], n_labelled[it], found[it, name]) for it in sizes)
        for name in REPLY_CLASSES
    }
    return {name: estimate for name, estimate in shares.items() if estimate}


def _agreement(labels: Mapping[str, tuple[Hashable, ...]]) -> Agreement | None:
    pairs = [(said[0], said[1]) for said in labels.values() if len(said) > 1]
    return agreement([pair for pair in pairs if None not in pair]) if pairs else None
