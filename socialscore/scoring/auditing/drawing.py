"""Drawing the sample of an audit, and finding it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.errors import UsageError
from socialscore.inputs.options import OPTIONS, reported
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.audit import Draw, DrawnRequest, SheetRow, is_in
from socialscore.scoring.auditing.sampling import FEWEST, cells, sample
from socialscore.scoring.auditing.texts import of_replies, of_requests
from socialscore.scoring.execution import run
from socialscore.scoring.inputs import ignored_digest
from socialscore.version import METHOD

if TYPE_CHECKING:
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.auditing.source import AuditSource
    from socialscore.scoring.question import Question
    from socialscore.scoring.source import Pseudonym

__all__ = ["counted_by", "draw", "drawn_rows", "replies"]

_OF_DELAYS = {
    "by", "calendar", "clock", "clock_start", "min_coverage", "min_requests", "off_hours_reply",
    "trim", "within",
}  # fmt: skip
"""Options that change neither what a request is nor whether it is answered."""

_MARGIN = 100  # times as many rows are looked at again: the store may have learnt of more since


def draw(source: AuditSource, *, n: int, by: str, seed: int) -> tuple[Draw, list[SheetRow]]:
    """A sample of the requests that have matured, and what people read of it.

    Args:
        source: what to draw from.
        n: rows of each group, at least `FEWEST` of each stratum.
        by: body or language: draw so many of each; empty: of all together.
        seed: another one draws other requests.

    Raises:
        UsageError: there is no request, or none with a text.
    """
    question = source.question("drawn", draw_by=by, draw_seed=str(seed), draw_most=max(n, FEWEST))
    rows = drawn_rows(source, question)
    chosen = sample(rows, n)
    if not chosen:
        no_text = "its requests have no text, or it has expired"
        why = (
            no_text
            if rows
            else "none of its requests has matured; `socialscore rank` says what to do"
        )
        raise UsageError(f"the period {question.period.label} cannot be audited: {why}")
    ranking = source.ranking
    drawn = Draw(
        title=ranking.title,
        period=question.period.label,
        as_of=question.as_of,
        selection=ranking.selection,
        by=by,
        n=n,
        seed=seed,
        options=counted_by(ranking, source.pseudonym),
        panel=source.panel.digest,
        rulebook=rulebook_digest(),
        method=METHOD,
        cells=cells(rows),
        requests=tuple(
            DrawnRequest(row["row"], row["group_id"], row["selection"], row["answered"])
            for row in sorted(chosen, key=lambda row: str(row["row"]))
        ),
    )
    return drawn, of_requests(source, chosen)


def replies(source: AuditSource, draw: Draw) -> tuple[list[SheetRow], int]:
    """The responses to the answered requests of a sample that its ranking selects.

    Returns:
        What people read of them, and how many cannot be shown: they have no text, or it has
        expired or was erased.
    """
    wanted = {it.row for it in draw.requests if it.answered and is_in(it.selection, draw.selection)}
    question = source.question(
        "drawn",
        draw_by=draw.by,
        draw_seed=str(draw.seed),
        draw_most=_MARGIN * max(draw.n, FEWEST),
    )
    shown = of_replies(source, [it for it in drawn_rows(source, question) if it["row"] in wanted])
    return shown, len(wanted) - len(shown)


def drawn_rows(source: AuditSource, question: Question) -> list[dict[str, Any]]:
    """The rows of the relation `drawn`, each with the keyed digest that names it."""
    rows = run(question, source.messages)
    for row in rows:
        name = "\n".join((row["body_id"], row["network"], row["request_id"]))
        row["row"] = source.pseudonym("audit", name)
    return rows


def counted_by(ranking: Ranking, pseudonym: Pseudonym | None) -> dict[str, Any]:
    """The options on which it depends whose requests there are, and which, and what answers them.

    Of whom the ranking ignores there is only a keyed digest.
    """
    told = reported(ranking) | {"ignore": ignored_digest(ranking, pseudonym)}
    return {
        option.name: list(value) if isinstance(value := told[option.name], tuple) else value
        for option in OPTIONS
        if option.name == "categories" or (option.alters_rates and option.name not in _OF_DELAYS)
    }
