"""Counting again: the numbers of a publication from the store, as it was at `seen_until`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from socialscore.engines.duckdb import DuckDB
from socialscore.errors import UsageError
from socialscore.model.period import utc
from socialscore.publishing.basis import Basis
from socialscore.publishing.manifest import FILE_NAME
from socialscore.publishing.verifying.aftermath import aftermath
from socialscore.publishing.verifying.consistency import as_published, of_numbers, without_messages
from socialscore.publishing.verifying.differences import Finding, in_document, is_near, told
from socialscore.publishing.verifying.in_details import differences
from socialscore.publishing.withdrawals import withdrawals, withdrawn_rows
from socialscore.reporters import render
from socialscore.scoring import MessageSource
from socialscore.scoring.details import weeks_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.engines.base import Engine
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.verifying.aftermath import Aftermath
    from socialscore.publishing.verifying.differences import Difference, Kind
    from socialscore.publishing.verifying.opening import Opened
    from socialscore.scoring.source import Pseudonym
    from socialscore.store.lake import Store

__all__ = ["Evidence", "recomputed"]

_IDENTITY = 3  # columns that say who a body is
_EXACTLY = partial(DuckDB, allow_hashed_ids=False)  # not by digests of identifiers


@dataclass(frozen=True)
class Evidence:
    """What a publication can be computed from again, besides its own files."""

    store: Store
    ignored: tuple[str, ...] = ()  # the authors that the ranking ignores, as its file names them
    pseudonym: Pseudonym | None = None  # needed where it ignores any
    engine: Callable[[], Engine] = _EXACTLY  # makes what counts


def recomputed(
    opened: Opened, earlier: Opened | None, evidence: Evidence
) -> tuple[int, list[Finding]]:
    """How many cells the store has an opinion on, and where it is another one.

    What was erased, edited or judged otherwise since comes first.

    Args:
        opened: the publication.
        earlier: what it was compared to, if that is at hand.
        evidence: the store, and whom the ranking ignores.

    Raises:
        SocialscoreError: panel, options and period do not go together, or the store is damaged.
    """
    manifest = opened.publication.manifest
    ignored = evidence.ignored if manifest.n_ignored else ()
    basis = Basis(
        MessageSource(
            evidence.store,
            evidence.pseudonym,
            beside=[opened.publication.folder / "panel.csv"],
            engine=evidence.engine,
            rulebook=manifest.rulebook,
        ),
        opened.panel,
        opened.ranking.model_copy(update={"ignore": ignored}),
        manifest.as_of,
        manifest.seen_until,
    )
    known = (len(ignored), basis.ignored)
    if manifest.n_ignored and known != (manifest.n_ignored, manifest.ignored_digest):
        return 0, [Finding("problem", _on_ignored(manifest.n_ignored, ignored))]
    since = aftermath(evidence.store, basis, without_messages(opened).question(manifest.period))
    findings = [Finding("touched", sentence) for sentence in since.sentences]
    findings.extend(_on_withdrawn(evidence.store, basis, opened))
    try:
        board = basis.scoreboard(manifest.period)
    except UsageError as error:  # nothing is in view, which an erasure may have brought about
        kind: Kind = "touched" if since.body_ids else "problem"
        return 0, [*findings, Finding(kind, f"cannot be computed again: {error}")]
    findings += _compared(board, since, opened, earlier)
    findings += _compared_details(evidence.store, basis, board, since, opened)
    return _n_cells(opened), findings


def _on_withdrawn(store: Store, basis: Basis, opened: Opened) -> Iterator[Finding]:
    """Whether it says of which runs the store had nothing any more."""
    if opened.ranking.latest:
        return  # which days it reads depends on what was in view then
    rows = [row for row in withdrawn_rows(store) if row["erased_at"] <= utc(basis.seen_until)]
    manifest = opened.publication.manifest
    known = withdrawals(rows, opened.panel, without_messages(opened).question(manifest.period))
    for it in set(known) - set(manifest.withdrawn):
        yield Finding("problem", f"{FILE_NAME}: does not say that {it.run_id} was withdrawn before")
    for it in set(manifest.withdrawn) - set(known):
        yield Finding("note", f"not checked: the store does not say that {it.run_id} was withdrawn")


def _n_cells(opened: Opened) -> int:
    return sum(len(line) - _IDENTITY for line in opened.document["scores"])


def _on_ignored(n_ignored: int, given: tuple[str, ...]) -> str:
    """Why the list of ignored authors that was given cannot be the one that was in force."""
    whom = f"its ranking ignored {n_ignored:,} author{'s' if n_ignored > 1 else ''}"
    if not given:
        return f"{whom}, who must not be named in it: name the ranking's file with --ranking"
    return f"{whom}, and not those of the file of --ranking; or the key is not that of the store"


def _compared_details(
    store: Store, basis: Basis, board: Scoreboard, since: Aftermath, opened: Opened
) -> Iterator[Finding]:
    """Where networks, hours and waits are not those that were published."""
    published = without_messages(opened).details
    if published is None:
        return
    # Hours are those of many weeks, to whose messages more may have happened.
    question = without_messages(opened).question(weeks_before(board))
    over_weeks = aftermath(store, basis, question)
    expected = basis.counted_details(board)
    for path, found in differences(published, expected, opened.panel.bodies).items():
        happened = over_weeks if path == "hours.csv" else since
        touched = [it for it in found if happened.touches(it)]
        if touched:
            unsaid = (it for it in happened.sentences if it not in since.sentences)
            yield from (Finding("touched", sentence) for sentence in unsaid)
        problems = [it for it in found if not happened.touches(it)]
        by_kind: dict[Kind, list[Difference]] = {"touched": touched, "problem": problems}
        for kind, its in by_kind.items():
            yield from (Finding(kind, text) for text in told(its, path, "the store"))


def _compared(
    board: Scoreboard, since: Aftermath, opened: Opened, earlier: Opened | None
) -> Iterator[Finding]:
    """Where a scoreboard is not the one that was published."""
    expected = json.loads(render(as_published(board, opened, earlier), "json"))
    differing = of_numbers(in_document(opened.document, expected, is_near), opened)
    differences = [each for each in differing if not since.hides(each)]
    by_kind: dict[Kind, list[Difference]] = {
        "touched": [each for each in differences if since.touches(each)],
        "problem": [each for each in differences if not since.touches(each)],
    }
    for kind, found in by_kind.items():
        for text in told(found, "ranking.json", "the store"):
            yield Finding(kind, text)
