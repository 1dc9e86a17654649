"""Publishing what a series lacks: periods that are over, and weeks that have matured since."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from socialscore.errors import UsageError
from socialscore.model.period import LAST_MATURED_WEEK, labels_between, period_before, utc
from socialscore.publishing.assertions import shortfalls
from socialscore.publishing.basis import Basis
from socialscore.publishing.edition import files, manifest_of, with_changes
from socialscore.publishing.manifest import FILE_NAME
from socialscore.publishing.series import adding, folder_name, read_series, write_publication
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.signatures import SIGNATURE
from socialscore.publishing.unseen import first_matured, named, stretches
from socialscore.publishing.withdrawals import withdrawals, withdrawn_rows
from socialscore.reporters import formatting
from socialscore.scoring import ask
from socialscore.scoring.comparison import ranked_before
from socialscore.store import inventory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.period import Period
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.series import Publication, Series
    from socialscore.scoring import MessageSource
    from socialscore.store.lake import Store

    Sign = Callable[[bytes], bytes]

__all__ = ["RULES", "Outcome", "basis_of", "publish", "withdrawn_since"]

RULES = ("last-week", "last-month", "last-quarter", LAST_MATURED_WEEK)
"""Periods of a ranking that make a series; each other one is published once."""


@dataclass(frozen=True)
class Outcome:
    """What became of one period, or of several in a row in which nothing was in view."""

    period: str
    what: Literal["first", "published", "final", "unchanged", "waiting", "too-little", "withdrawn"]
    why: str  # a clause for people
    folder: Path | None = None  # of what was published, now or before
    problems: tuple[str, ...] = ()  # what falls short of what the ranking asserts


def basis_of(
    store: Store,
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    audit: bytes | None = None,
) -> Basis:
    """What a ranking is published from now: all that the store has learnt so far.

    Args:
        store: the messages.
        source: the same, with what it takes to count them.
        panel: the bodies.
        ranking: the options.
        as_of: where the data are taken to end; by default, the end of what is in view.
        audit: the file of the ranking's audit.

    Raises:
        UsageError: nothing was collected yet.
    """
    seen_until = inventory.seen_until(store)
    if seen_until is None:
        raise UsageError(
            f"{store.location}: the store is empty; `socialscore import FILE` fills it"
        )
    coverage = replace(source, seen_until=seen_until).coverage()
    question = ask(coverage, panel, ranking, as_of=as_of)
    erased = withdrawn_rows(store)
    return Basis(source, panel, ranking, question.as_of, seen_until, audit, erased=erased)


def publish(
    basis: Basis,
    name: str,
    out: Path,
    *,
    period: str | None = None,
    since: str | None = None,
    revise: bool = False,
    sign: Sign | None = None,
) -> list[Outcome]:
    """Publish every period that is missing, and anew what was provisional and has matured.

    Args:
        basis: what to publish from.
        name: of the ranking, and of its folder in `out`.
        out: the folder of all series.
        period: publish this one and no other; by default, those that the ranking's own period asks
            for, from the first that was ever published; in a new series, from the first that has
            matured, else the last.
        since: begin with this one, if none was published before.
        revise: publish a new revision of final periods too.
        sign: makes the signature of a manifest; None: nobody signs.

    Raises:
        InputError: what signs cannot.
        TooLittleData: several periods lack everything, just before the data end.
        UsageError: a period is not over, or is no period that can be published.
    """
    series_folder = out / name
    with adding(series_folder):
        series = read_series(series_folder)
        wanted = _wanted(basis, series, period, since)
        outcomes = [] if wanted else [_ahead(basis, since or period or basis.ranking.period)]
        if len(wanted) > 1 and not (series.publications or since):
            outcomes.append(_first(wanted))
        for is_unseen, periods in stretches(basis, series, wanted):
            if is_unseen and len(periods) > 1:
                outcomes.append(Outcome(named(periods), "too-little", "nothing was in view"))
                continue
            # Each sees what those before it have published: it is compared to that.
            outcomes += [
                _publish_one(
                    basis,
                    name,
                    read_series(series_folder),
                    each,
                    patient=not period,
                    revise=revise,
                    sign=sign,
                )
                for each in periods
            ]
        return outcomes


def _ahead(basis: Basis, since: str) -> Outcome:
    """Of a series that is to begin later than the data end, or than what has matured."""
    period = basis.question(since).period
    if period.until > basis.as_of:
        why = f"waits, it is not over: the data end on {_end(basis)}"
    else:
        why = f"waits, final from {formatting.instant(_matures_at(basis, period))}"
    return Outcome(period.label, "waiting", why)


def _matures_at(basis: Basis, period: Period) -> datetime:
    """When the last requests of a period have matured, in its timezone."""
    matures_at = period.until.astimezone(UTC) + basis.ranking.maturing
    return matures_at.astimezone(period.until.tzinfo)


def _first(wanted: Sequence[Period]) -> Outcome:
    """Of a new series that begins before the last period."""
    why = (
        f"the series begins with it and goes to {wanted[-1].label}: it is the first of which "
        "enough was in view and every request has matured; --since begins with another"
    )
    return Outcome(wanted[0].label, "first", why)


def _end(basis: Basis) -> str:
    """Where the data end, for people."""
    return formatting.instant(basis.as_of.astimezone(basis.ranking.zone))


def withdrawn_since(basis: Basis, series: Series) -> Iterator[Outcome]:
    """The periods whose last publication counts what was withdrawn after it."""
    for label, it in series.latest.items():
        rows = [row for row in basis.erased if row["erased_at"] > utc(it.manifest.seen_until)]
        question = replace(basis, as_of=it.manifest.as_of).question(label) if rows else None
        for each in withdrawals(rows, it.panel, question) if question else ():
            why = (
                f"counts {each.run_id}, which was withdrawn on {each.withdrawn_on}: `publish "
                "--revise` publishes what is right as a further revision"
            )
            yield Outcome(label, "withdrawn", why, it.folder)


def _wanted(basis: Basis, series: Series, period: str | None, since: str | None) -> list[Period]:
    rule = period or basis.ranking.period
    last = basis.question(rule).period
    if rule == LAST_MATURED_WEEK:
        # Also those that were not in view: that they lack is to be noticed.
        then = replace(basis, as_of=basis.as_of - basis.ranking.maturing)
        matured = then.question("last-week").period
        if matured.label < last.label:
            return []  # nothing that is in view has matured
        last = matured
    if last.label == "all":
        raise UsageError("the period `all` has no fixed end; publish another with --period")
    if last.until > basis.as_of:
        raise UsageError(f"the period {last.label} is not over: the data end on {_end(basis)}")
    if period or rule not in RULES:
        if since:
            raise UsageError("--since goes with a ranking of the last week, month or quarter")
        return [last]
    published = [label for label in series.latest if _same_form(label, last.label)]
    if since:
        start = basis.question(since).period.label
    else:
        first = None if published else first_matured(basis, last)
        start = (first or last).label
    if not _same_form(start, last.label):
        problem = f"write a period like {last.label}, since the ranking's is {rule}"
        raise UsageError(f"--since {since}: {problem}")
    labels = labels_between(min([*published, start]), last.label)
    return [basis.question(label).period for label in labels]


def _same_form(label: str, other: str) -> bool:
    """Whether both are weeks, months or quarters."""
    try:
        labels_between(label, other)
    except ValueError:
        return False
    return True


def _publish_one(
    basis: Basis,
    name: str,
    series: Series,
    period: Period,
    *,
    patient: bool,
    revise: bool,
    sign: Sign | None,
) -> Outcome:
    """Publish a period, or say why not; `patient`: what has not matured may fall short for now."""
    before = series.latest.get(period.label)
    matures_at = _matures_at(basis, period)
    maturing = matures_at > basis.as_of
    final_from = f"final from {formatting.instant(matures_at)}"
    if before and not revise:
        if before.manifest.state == "final":
            return Outcome(period.label, "final", "is published", before.folder)
        if maturing:
            why = f"is published as provisional, {final_from}"
            return Outcome(period.label, "unchanged", why, before.folder)
    question = basis.question(period.label)
    basis = replace(basis, withdrawn=withdrawals(basis.erased, basis.panel, question))
    board = basis.scoreboard(period.label)
    if problems := tuple(shortfalls(board, basis.ranking.assertions)):
        if patient and maturing:
            return Outcome(period.label, "waiting", f"waits, {final_from}")
        why = f"too little data yet, {final_from}" if maturing else "too little data"
        return Outcome(period.label, "too-little", why, problems=problems)
    return _edition(basis, name, series, period, board, before, sign)


def _edition(
    basis: Basis,
    name: str,
    series: Series,
    period: Period,
    board: Scoreboard,
    before: Publication | None,
    sign: Sign | None,
) -> Outcome:
    """Write a publication, unless it says what the one before of the same period says."""
    earlier = series.latest.get(period_before(period))  # a gap between periods is not bridged
    if earlier:
        board = with_changes(board, basis.panel, basis.ranking, earlier)
    elif past := [it for label, it in series.latest.items() if label < period.label]:
        # Whoever was ranked before it is not new after it.
        board = replace(board, ranked_before=ranked_before(board, scoreboard_of(past[-1])))
    revision = before.manifest.revision + 1 if before else 1
    details = replace(basis.counted_details(board), topics=basis.counted_topics(board))
    basis = replace(basis, details=details)
    content = files(board, basis, ranking=name, revision=revision)
    if before and _says_the_same(before, board, content):
        why = "is published, and nothing in it would change"
        return Outcome(period.label, "unchanged", why, before.folder)
    manifest = manifest_of(
        board,
        basis,
        content,
        ranking=name,
        revision=revision,
        supersedes=before.reference if before else None,
        compared_to=earlier.reference if earlier and board.compared_to else None,
    )
    text = manifest.to_json().encode()
    signature = {SIGNATURE: sign(text)} if sign else {}
    folder = write_publication(
        series.folder,
        folder_name(period.label, revision),
        content | {FILE_NAME: text} | signature,
    )
    return Outcome(period.label, "published", f"published, {manifest.state}", folder)


def _says_the_same(before: Publication, board: Scoreboard, content: Mapping[str, bytes]) -> bool:
    """Whether a publication would say nothing new: no score, no audit, nor that they are final."""
    became_final = before.manifest.state == "provisional" and not board.provisional
    document = json.loads(content["ranking.json"])
    same = all(document[name] == before.document.get(name) for name in ("scores", "audit"))
    return same and not became_final
