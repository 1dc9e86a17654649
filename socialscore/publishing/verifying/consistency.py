"""Whether everything in a publication follows from the numbers of its bodies, without any store.

Ranks, intervals and bands follow from the numbers, the numbers are the same in all formats, and the
manifest says what the files say. So each file is made anew from the others, and compared.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.model.period import EARLIEST, utc
from socialscore.publishing import edition
from socialscore.publishing.basis import AUDIT, Basis
from socialscore.publishing.details import FILES, read_details
from socialscore.publishing.manifest import FILE_NAME
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.verifying.chain import with_comparison
from socialscore.publishing.verifying.differences import (
    NOTHING,
    Difference,
    Finding,
    in_csv,
    in_document,
    in_workbook,
    told,
)
from socialscore.publishing.verifying.in_topics import in_topics
from socialscore.reporters import columns
from socialscore.reporters.datapackage import DESCRIBED
from socialscore.reporters.delimited import LABELS
from socialscore.reporters.leaderboard import leaderboard_columns
from socialscore.scoring import MessageSource, MessageTable, ranked
from socialscore.scoring.auditing.documents import audit_from, audit_text
from socialscore.scoring.notes import is_of_losses
from socialscore.store.schema import COVERAGE, MESSAGE
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from socialscore.model.details import Details
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.manifest import Manifest
    from socialscore.publishing.verifying.opening import Opened
    from socialscore.reporters.columns import Field

__all__ = ["as_published", "inconsistencies", "of_numbers", "without_messages"]

_OTHER = "does not say what the other files say"

_NOT_DERIVED = {"versions", "rules", "files", "ignored_digest"}
"""What a manifest does not take from the other files."""

_OF_VERSION = {"metrics", "version", "ranking_digest", "clock", "overridden"}
"""What another version of socialscore may rightly write otherwise into ranking.json."""


def inconsistencies(opened: Opened, earlier: Opened | None) -> Iterator[Finding]:
    """What in a publication contradicts something else in it.

    Args:
        opened: the publication.
        earlier: what it was compared to, if that is at hand.

    Raises:
        SocialscoreError: panel, options and period do not go together.
    """
    manifest, basis = opened.publication.manifest, without_messages(opened)
    yield from _in_audit(opened)
    yield from _in_networks(opened, basis)
    topics = basis.details.topics if basis.details else None
    yield from in_topics(topics, opened.ranking.topics, opened.document["scores"])
    question = basis.question(manifest.period)
    # A publication names its ranking by the digest without the period.
    board = ranked(opened.rows, replace(question, ranking=opened.ranking))
    lost = filter(is_of_losses, opened.document["notes"])
    board = as_published(replace(board, notes=(*board.notes, *lost)), opened, earlier)
    content = edition.files(board, basis, ranking=manifest.ranking, revision=manifest.revision)
    for path in sorted((content.keys() | opened.contents.keys()) - {FILE_NAME}):
        # The period of its statement depends on what was collected.
        if path != "method.txt" or not opened.ranking.latest:
            yield from _in_file(path, opened, content)
    expected = edition.manifest_of(
        board,
        basis,
        {path: it for path, it in opened.contents.items() if path != FILE_NAME},
        ranking=manifest.ranking,
        revision=manifest.revision,
        supersedes=manifest.supersedes,
        compared_to=manifest.compared_to,
    )
    yield from _in_manifest(opened, expected)


def without_messages(opened: Opened) -> Basis:
    """What the publication was computed from, but for the messages."""
    manifest = opened.publication.manifest
    always = {
        "stream": "inbound",
        "covered_from": utc(EARLIEST),
        "covered_until": utc(manifest.as_of),
        "collected_at": utc(manifest.seen_until),
    }
    in_view = [
        always | {"network": account.network, "account_id": account.account_id}
        for _, account in opened.panel.accounts()
    ]
    nothing = MessageTable(MESSAGE.empty_table(), pa.Table.from_pylist(in_view, schema=COVERAGE))
    return Basis(
        MessageSource(
            nothing,
            beside=[opened.publication.folder / "panel.csv"],
            rulebook=manifest.rulebook,
        ),
        opened.panel,
        opened.ranking,
        manifest.as_of,
        manifest.seen_until,
        opened.contents.get(AUDIT),
        manifest.withdrawn,
        _details(opened),
    )


def _details(opened: Opened) -> Details | None:
    """What it says of each body; None: another version made it, which said nothing of the kind."""
    has_any = any(path in opened.contents for path in FILES)
    if not has_any and _is_foreign(opened.publication.manifest):
        return None
    return read_details(opened.contents, opened.panel.bodies, opened.publication.folder)


def as_published(board: Scoreboard, opened: Opened, earlier: Opened | None) -> Scoreboard:
    """The scoreboard compared as it was then, and with the metrics that there were then."""
    known = {metric["name"] for metric in opened.document["metrics"]}
    known |= {opened.ranking.by, *opened.ranking.show}
    known |= {name for it in opened.ranking.bands for name in (*it.at_least, *it.at_most)}
    board = with_comparison(without_messages(opened).with_audit(board), opened, earlier)
    return replace(
        board,
        version=opened.publication.manifest.versions.get("socialscore", ""),
        metrics=tuple(metric for metric in board.metrics if metric.name in known),
    )


def of_numbers(differences: Iterable[Difference], opened: Opened) -> Iterator[Difference]:
    """Those that do not come from another version of socialscore, if one made the publication."""
    for it in differences:
        layout = it.column in _OF_VERSION or NOTHING in (it.published, it.expected)
        if not (_is_foreign(opened.publication.manifest) and layout):
            yield it


def _is_foreign(manifest: Manifest) -> bool:
    return manifest.versions.get("socialscore") != __version__


def _in_file(path: str, opened: Opened, content: dict[str, bytes]) -> Iterator[Finding]:
    published, expected = opened.contents.get(path), content.get(path)
    if published == expected:
        return
    foreign = _is_foreign(opened.publication.manifest)
    if published is None or expected is None:
        what = "is missing" if published is None else "is not a file of this publication"
        yield Finding("note" if foreign else "problem", f"{path}: {what}")
        return
    try:
        cells = list(_cells(path, published, expected, opened))
    except ValueError as error:
        cells = [f"{path}: cannot be read ({error})"]
    yield from (Finding("problem", cell) for cell in cells)
    if not cells:
        text = "is another version's, of which only the digest was checked" if foreign else _OTHER
        yield Finding("note" if foreign else "problem", f"{path}: {text}")


def _cells(path: str, published: bytes, expected: bytes, opened: Opened) -> Iterator[str]:
    """Which cells of a table differ, a line each; none: the difference is elsewhere."""
    foreign = _is_foreign(opened.publication.manifest)
    if path == "ranking.json":
        differences = in_document(opened.document, json.loads(expected))
        yield from told(of_numbers(differences, opened), path, "the other files")
    elif path in DESCRIBED:
        _, dialect, labels = DESCRIBED[path]
        only = _of_numbers(opened, LABELS[labels]) if foreign else None
        yield from told(in_csv(published, expected, dialect, only=only), path, "ranking.json")
    elif path.endswith(".xlsx") and not foreign:
        yield from (f"{path}: {clause}" for clause in in_workbook(published, expected))


def _of_numbers(opened: Opened, header: Callable[[Field], str]) -> set[str]:
    """The headers of columns whose meaning no version changes: who a row is about, and numbers."""
    board = scoreboard_of(opened.publication)
    exact = (*columns.of_numbers(board), *columns.of_long_form())
    return {header(it) for it in (*columns.with_hours(exact), *leaderboard_columns(board))}


def _in_audit(opened: Opened) -> Iterator[Finding]:
    """Whether the figures of the audit follow from its labels.

    Raises:
        InputError: it is no audit.
    """
    content = opened.contents.get(AUDIT)
    if content is None or _is_foreign(opened.publication.manifest):
        return
    if audit_text(audit_from(content, AUDIT)).encode() != content:
        yield Finding("problem", f"{AUDIT}: its figures are not those of its labels")


def _in_networks(opened: Opened, basis: Basis) -> Iterator[Finding]:
    """Whether the requests of the networks are together those of the body."""
    if basis.details is None:
        return
    by_body: Counter[str] = Counter()
    for line in basis.details.networks:
        by_body[line.body_id] += line.n_requests
    for line in opened.document["scores"]:
        n_requests, body_id = line["n_requests"] or 0, line["body_id"]
        if by_body[body_id] != n_requests:
            yield Finding(
                "problem",
                f"networks.csv: {line['body']}: {by_body[body_id]:,} requests over all networks, "
                f"{n_requests:,} by ranking.json",
            )


def _in_manifest(opened: Opened, expected: Manifest) -> Iterator[Finding]:
    """What the manifest says otherwise than the files, and what is installed here."""
    manifest = opened.publication.manifest
    foreign = _is_foreign(manifest)
    names = [field.name for field in fields(manifest) if field.name not in _NOT_DERIVED]
    differences = [
        Difference("", "", name, _plain(said), _plain(right))
        for name in names
        if (said := getattr(manifest, name)) != (right := getattr(expected, name))
    ]
    kept = of_numbers(differences, opened)
    yield from (Finding("problem", text) for text in told(kept, FILE_NAME, "the other files"))
    if manifest.to_json().encode() != opened.contents[FILE_NAME] and not foreign:
        yield Finding("problem", f"{FILE_NAME}: is not written as `publish` writes it")
    for name in sorted(manifest.rules.keys() | expected.rules.keys()):
        if manifest.rules.get(name) != expected.rules.get(name):
            text = f"rules/{name} is not that of the publication"
            yield Finding("note" if foreign else "problem", text)
    for name in sorted(manifest.versions.keys() | expected.versions.keys()):
        then, here = manifest.versions.get(name, "none"), expected.versions.get(name, "none")
        if then != here:
            yield Finding("note", f"{name} {then} made it, here is {here}")


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | None) else str(value)
