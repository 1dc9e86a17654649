"""What an audit says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.model.audit import REPLY_CLASSES
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.audit import (
        Agreement,
        Audit,
        AuditFigures,
        CorrectedRate,
        ShareEstimate,
    )

__all__ = ["AUDIT_COLUMNS", "audit_records", "render_audit"]


AUDIT_COLUMNS = ("figure", "of", "n_requests", "n_labelled", "value", "low", "high")
"""Of the list of figures."""


def audit_records(figures: AuditFigures) -> Iterator[dict[str, Any]]:
    """One record per figure: precision and recall by selection, and what follows from them.

    `low` and `high` are the ends of its 95 % interval; None: the sample cannot tell.
    """
    for it in figures.selections:
        yield _record("precision", it.selection, it.n_requests, None, it.precision)
        yield _record("recall", it.selection, it.n_requests, None, it.recall)
    for rate in (figures.overall, *figures.groups):
        of, n_labelled = rate.group or "all", rate.n_labelled
        yield _record("rate_counted", of, rate.n_requests, n_labelled, _counted(rate))
        yield _record("rate_corrected", of, rate.n_requests, n_labelled, rate.corrected)
    for name, share in figures.reply_shares.items():
        yield _record("reply_share", name, None, figures.n_replies, share)
    for name, found in (("genuine", figures.agreement), ("replies", figures.reply_agreement)):
        if found:
            yield _record("kappa", name, None, found.n_both, found.kappa)


def _record(
    figure: str,
    of: str,
    n_requests: int | None,
    n_labelled: int | None,
    estimate: ShareEstimate | float | None,
) -> dict[str, Any]:
    if isinstance(estimate, float | None):
        ends: tuple[float | None, ...] = (estimate, None, None)
    else:
        ends = (estimate.value, estimate.low, estimate.high)
    return dict(zip(AUDIT_COLUMNS, (figure, of, n_requests, n_labelled, *ends), strict=True))


def _counted(rate: CorrectedRate) -> float | None:
    return rate.n_answered / rate.n_requests if rate.n_requests else None


def render_audit(audit: Audit, figures: AuditFigures) -> str:
    """Tables of plain text; intervals are at 95 %."""
    return "\n".join(_lines(audit, figures)) + "\n"


def _lines(audit: Audit, figures: AuditFigures) -> Iterator[str]:
    draw = audit.draw
    yield f"Audit: {formatting.one_line(draw.title)}, {draw.period}"
    n_blank = figures.n_drawn - figures.n_labelled
    blank = f"; {n_blank:,} without a label" if n_blank else ""
    yield f"{figures.n_labelled:,} of {figures.n_drawn:,} requests labelled{blank}"
    if n_without := sum(cell.n_without_text for cell in draw.cells):
        n_all = sum(cell.n_requests for cell in draw.cells)
        yield (
            f"{n_without:,} of {n_all:,} requests had no text, or it had expired; they count in "
            "the size of their stratum, and the sample speaks for them"
        )
    yield ""
    yield from _aligned([_HEADER, *_qualities(audit, figures)])
    yield ""
    rates = [figures.overall, *figures.groups]
    yield from _aligned([_RATES, *(_rate(it, audit) for it in rates)])
    yield ""
    yield from _replies(figures)
    for what, found in (("genuine", figures.agreement), ("replies", figures.reply_agreement)):
        if found:
            yield f"agreement on {what}: {_agreement(found)}"
    yield "intervals at 95 %; – means that the sample cannot tell"


_HEADER = ("selection", "requests", "precision", "recall")
_RATES = ("response rate", "requests", "labelled", "as counted", "corrected")


def _qualities(audit: Audit, figures: AuditFigures) -> Iterator[tuple[str, ...]]:
    for it in figures.selections:
        mark = " *" if it.selection == audit.draw.selection else ""
        shares = _share(it.precision), _share(it.recall)
        yield (f"{it.selection}{mark}", f"{it.n_requests:,}", *shares)
    yield ("* of the ranking", "", "", "")


def _rate(rate: CorrectedRate, audit: Audit) -> tuple[str, ...]:
    name = rate.group or (f"all, by {audit.draw.by}" if audit.draw.by else "all")
    return (
        formatting.one_line(name),
        f"{rate.n_requests:,}",
        f"{rate.n_labelled:,}",
        _percent(_counted(rate)),
        _share(rate.corrected),
    )


def _replies(figures: AuditFigures) -> Iterator[str]:
    if not figures.n_replies:
        return
    yield f"{figures.n_replies:,} replies labelled"
    shares = figures.reply_shares
    yield from _aligned([(name, _share(shares.get(name))) for name in REPLY_CLASSES])
    yield ""


def _agreement(found: Agreement) -> str:
    kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}".replace("-", "−")
    return f"Cohen's κ {kappa}; {found.n_differing:,} of {found.n_both:,} rows differ"


def _share(estimate: ShareEstimate | None) -> str:
    """`55.1 % (40.8–68.6)`."""
    if estimate is None:
        return formatting.NO_VALUE
    if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
        return _percent(estimate.value)
    return f"{_percent(estimate.value)} ({100 * estimate.low:.1f}–{100 * estimate.high:.1f})"


def _percent(value: float | None) -> str:
    return formatting.NO_VALUE if value is None else f"{100 * value:.1f} %"


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
