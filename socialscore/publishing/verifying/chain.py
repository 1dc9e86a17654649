"""The chain of publications: what one was compared to and what it replaced, and whether that is so.

What is beside a publication counts only if it is the very one that the manifest names.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from socialscore.errors import InputError, SocialscoreError
from socialscore.model.messages import Body
from socialscore.model.period import parse_period, period_before
from socialscore.model.scoreboard import Change
from socialscore.publishing.edition import with_changes
from socialscore.publishing.manifest import FILE_NAME, digest, read_manifest
from socialscore.publishing.series import folder_name, read_publication
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.verifying.opening import damaged, files_in, open_publication
from socialscore.version import FIRST_METHOD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.manifest import Predecessor
    from socialscore.publishing.series import Publication
    from socialscore.publishing.verifying.opening import Opened

__all__ = [
    "check_links",
    "earlier_period",
    "later_editions",
    "missing",
    "order_of",
    "read_earlier",
    "removed",
    "with_comparison",
]


def earlier_period(opened: Opened) -> str:
    """The period before that of a publication.

    Raises:
        UsageError: its own is none that can be published.
    """
    manifest = opened.publication.manifest
    as_of = manifest.as_of
    period = parse_period(manifest.period, opened.ranking.zone, covered=(as_of, as_of))
    if period.label != manifest.period:
        raise InputError(FILE_NAME, f"{manifest.period!r} is not a period that can be published")
    if manifest.method == FIRST_METHOD and ".." in manifest.period:
        return _range_before(scoreboard_of(opened.publication))
    return period_before(period)


def _range_before(board: Scoreboard) -> str:
    """The FROM..UNTIL before another one by method 1, in which UNTIL did not count."""
    since, until = (it.replace(tzinfo=None) for it in (board.since, board.until))
    edges = (since - (until - since), since)
    return "..".join((it.date() if it.time() == time() else it).isoformat() for it in edges)


def check_links(opened: Opened) -> Iterator[str]:
    """What is wrong with the publications that the manifest names."""
    manifest = opened.publication.manifest
    earlier, replaced = manifest.compared_to, manifest.supersedes
    before = earlier_period(opened)
    if earlier and not _is_of(earlier.folder, before):
        yield f"manifest.json: {earlier.folder} is not of the period before, {before}"
    right = folder_name(manifest.period, manifest.revision - 1) if manifest.revision > 1 else None
    if right != (replaced.folder if replaced else None):
        said = replaced.folder if replaced else "nothing"
        yield f"manifest.json: replaces {said}, but is revision {manifest.revision}"
    if not earlier and not replaced and (stranger := _stranger(opened)):
        yield f"manifest.json: is of the ranking {manifest.ranking}, but {stranger}"
    for name, other in (("replaces", replaced), ("was compared to", earlier)):
        if other and not _is_plain(other):
            yield f"manifest.json: {other.folder!r} is not a folder of a series"
        elif other and _is_there(opened, other) and not _is_it(opened, other):
            yield f"{other.folder} beside it is not the publication that it {name}"


def _stranger(opened: Opened) -> str | None:
    """The publication before one in its folder, if that is of another ranking.

    Whoever signs several series signs what could be copied from one to another, and nothing else
    tells where a publication belongs that refers to none.
    """
    name = opened.publication.folder.name
    for path in sorted(_beside_it(opened), key=lambda it: order_of(it.name), reverse=True):
        if order_of(path.name) < order_of(name):
            with suppress(SocialscoreError):  # a damaged one is told where it is verified itself
                other = read_manifest(path).ranking
                is_same = other == opened.publication.manifest.ranking
                return None if is_same else f"{path.name} beside it of {other}"
    return None


def missing(opened: Opened) -> list[str]:
    """The names of the publications that it refers to and that are not beside it."""
    manifest = opened.publication.manifest
    named = filter(None, (manifest.supersedes, manifest.compared_to))
    absent = [each.folder for each in named if _is_plain(each) and not _is_there(opened, each)]
    if _says_why(opened) and not _before(opened):
        absent.append(earlier_period(opened))
    return absent


def removed(opened: Opened) -> list[str]:
    """Which of the missing ones stood between others that are there."""
    first = min(order_of(path.name) for path in _siblings(opened))
    return [name for name in missing(opened) if order_of(name) > first]


def later_editions(opened: Opened) -> list[Publication]:
    """The publications beside one that came after it: of later periods, and later revisions."""
    found = []
    for path in _siblings(opened):
        if order_of(path.name) > order_of(opened.publication.folder.name):
            with suppress(SocialscoreError):  # a damaged one is told where it is verified itself
                found.append(_read(path).publication)
    return found


def order_of(name: str) -> tuple[str, int]:
    """What folders of a series are sorted by: revisions of a period stand in their order."""
    match = re.fullmatch(r"(.*)\.r(\d{1,9})", name)
    return (match[1], int(match[2])) if match else (name, 1)


def _siblings(opened: Opened) -> list[Path]:
    """The publications of the same kind of period in the folder, this one among them."""
    form = _form(opened.publication.folder.name)
    alike = (it for it in _beside_it(opened) if _form(it.name) == form)
    return sorted(alike, key=lambda it: order_of(it.name))


def _beside_it(opened: Opened) -> list[Path]:
    """The folders in that of the series, this publication among them."""
    return [it for it in opened.publication.folder.parent.iterdir() if it.is_dir()]


def _form(name: str) -> str:
    """Names of weeks have one form, those of months another."""
    return re.sub(r"\d", "0", order_of(name)[0])


def _is_plain(other: Predecessor) -> bool:
    """Whether its name can be that of a folder beside this one, and of no other."""
    return re.fullmatch(r"[^/\\\0.][^/\\\0]{,99}", other.folder) is not None


def _is_of(folder: str, period: str) -> bool:
    return re.fullmatch(rf"{re.escape(folder_name(period, 1))}(\.r\d+)?", folder) is not None


def _beside(opened: Opened, other: Predecessor) -> Path:
    return opened.publication.folder.with_name(other.folder)


def _is_there(opened: Opened, other: Predecessor) -> bool:
    return _beside(opened, other).is_dir()


def _is_it(opened: Opened, other: Predecessor) -> bool:
    """Whether what is beside a publication is what its manifest names."""
    contents, _ = files_in(_beside(opened, other))
    return digest(contents.get(FILE_NAME, b"")) == other.manifest


def read_earlier(opened: Opened) -> Opened | None:
    """The publication that it was compared to; None: there was none, or it is not beside it.

    Raises:
        InputError: it is damaged.
    """
    other = opened.publication.manifest.compared_to
    if other is None or not _is_plain(other) or not _is_there(opened, other):
        return None
    return _read(_beside(opened, other)) if _is_it(opened, other) else None


def _read(folder: Path) -> Opened:
    contents, unreadable = files_in(folder)
    if unreadable:
        raise InputError(folder.name, unreadable[0])
    publication = read_publication(folder)
    for problem in damaged(contents, publication.manifest.files):
        raise InputError(folder.name, problem)
    return open_publication(publication, contents)


def with_comparison(board: Scoreboard, opened: Opened, earlier: Opened | None) -> Scoreboard:
    """The scoreboard compared as it was when it was published.

    Args:
        board: that of the publication, without comparison.
        opened: the publication.
        earlier: what it was compared to; where that is not at hand, the comparison is taken over.
    """
    if earlier:
        return with_changes(board, opened.panel, opened.ranking, earlier.publication)
    # Whoever was ranked before then, all editions before it would tell.
    before = tuple(opened.document.get("ranked_before", ()))
    return replace(_uncompared(board, opened), ranked_before=before)


def _uncompared(board: Scoreboard, opened: Opened) -> Scoreboard:
    if opened.publication.manifest.compared_to:
        return _as_published(board, opened)
    if list(board.notes) == opened.document["notes"]:
        return board
    return _not_comparable(board, opened)


def _as_published(board: Scoreboard, opened: Opened) -> Scoreboard:
    changes = {line["body_id"]: _change(line) for line in opened.document["scores"]}
    return replace(
        board,
        scores=tuple(replace(it, change=changes[it.body.body_id]) for it in board.scores),
        compared_to=earlier_period(opened),
        gone=tuple(
            Body(body["body_id"], body["body"], body["category"])
            for body in opened.document.get("gone", ())
        ),
        notes=tuple(opened.document["notes"]),
    )


def _change(line: dict[str, Any]) -> Change:
    return Change(
        previous={"response_rate": line.get("previous_response_rate")},
        previous_rank=line.get("previous_rank"),
        difference=line.get("difference"),
        low=line.get("difference_low"),
        high=line.get("difference_high"),
        direction=line.get("direction"),
        entered=line.get("entered"),
    )


def _not_comparable(board: Scoreboard, opened: Opened) -> Scoreboard:
    """The scoreboard with the note that says why it was not compared, if some revision is why."""
    said = opened.document["notes"]
    revisions = _before(opened)
    for folder in revisions:
        found = with_changes(board, opened.panel, opened.ranking, _read(folder).publication)
        if found.compared_to is None and list(found.notes) == said:
            return found
    if not revisions and _says_why(opened) and said[: len(board.notes)] == list(board.notes):
        return replace(board, notes=tuple(said))
    return board


def _before(opened: Opened) -> list[Path]:
    """All revisions of the period before that are beside a publication."""
    period = earlier_period(opened)
    beside = sorted(opened.publication.folder.parent.iterdir())
    return [folder for folder in beside if _is_of(folder.name, period)]


def _says_why(opened: Opened) -> bool:
    """Whether its last note says why it was not compared to the period before."""
    notes = opened.document["notes"]
    return bool(notes) and notes[-1].startswith(f"not compared with {earlier_period(opened)}, ")
