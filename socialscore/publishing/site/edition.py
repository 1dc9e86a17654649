"""What pages show of publications, read once and held small.

A site has a page for every body, over all periods: whatever is kept here is kept of each body in
each period.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from socialscore.errors import InputError
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.model.scoreboard import FEW
from socialscore.model.topics import TopicLine
from socialscore.publishing.manifest import FILE_NAME, digest
from socialscore.publishing.series import Publication, read_series
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.signatures import SIGNATURE
from socialscore.reporters.facts import metric_named
from socialscore.reporters.scoreboards import worded_scoreboard
from socialscore.scoring.order import with_simultaneous_ranks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.model.messages import Account, Body
    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.publishing.manifest import Manifest
    from socialscore.publishing.series import Series
    from socialscore.reporters.report import Report

__all__ = ["Group", "SiteEdition", "SiteRanking", "read_rankings"]

_Line = TypeVar("_Line", NetworkLine, HourLine, WaitLine, TopicLine)

_PANEL = "panel.csv"
_KEPT = (
    "n_requests", "n_answered", "response_rate", "wilson_low", "wilson_high", "median_delay",
    "median_wait", "within_24h", "redirect_rate",
)  # fmt: skip
"""The metrics that pages show of every period; of the last one they have all."""


@dataclass(frozen=True)
class Group:
    """What several bodies with a rank were counted together in a period."""

    n_bodies: int
    n_requests: int  # of all of them
    n_answered: int
    median: float | None  # of their rates; None: they are too few

    @property
    def pooled(self) -> float | None:
        """The share of all requests that was answered; None: there are none."""
        return self.n_answered / self.n_requests if self.n_requests else None


@dataclass(frozen=True)
class SiteEdition:
    """The last revision of a period."""

    publication: Publication
    revisions: tuple[Publication, ...]  # of the period, the last one first
    board: Scoreboard  # with the metrics that pages show
    report: Report  # what stands around its tables, in words
    notes: tuple[str, ...]  # what explains them, each sentence once
    networks: Mapping[str, tuple[str, ...]]  # on which a body has accounts, by its identifier

    @property
    def folder(self) -> str:
        """The name of its publication's folder."""
        return self.publication.folder.name

    @property
    def manifest(self) -> Manifest:
        """What it rests on."""
        return self.publication.manifest

    @property
    def period(self) -> str:
        """Its label."""
        return self.board.period

    @property
    def ranked(self) -> tuple[Score, ...]:
        """The bodies with a rank, in its order."""
        return self.board.ranked

    @cached_property
    def unranked(self) -> tuple[Score, ...]:
        """The others."""
        return tuple(score for score in self.board.scores if score.rank is None)

    @cached_property
    def overall(self) -> Group:
        """All bodies with a rank."""
        return _group(self.board.scores)

    @cached_property
    def by_category(self) -> dict[str, Group]:
        """Those of every category of which there are bodies."""
        of_category: dict[str, list[Score]] = {}
        for score in self.board.scores:
            of_category.setdefault(score.body.category, []).append(score)
        return {name: _group(scores) for name, scores in of_category.items()}

    def median(self, category: str) -> float | None:
        """The median of the rates of a category's ranked bodies; None: it has few, or no name."""
        its = self.by_category.get(category) if category else None
        return its.median if its else None

    @cached_property
    def shown(self) -> list[Metric]:
        """The metrics that its tables show."""
        names = dict.fromkeys((*self.board.show, self.board.key))
        return [metric_named(self.board, name) for name in names]

    def n_parts(self, n_rows: int) -> int:
        """How many pages its table has, of so many rows each."""
        return max(1, -(-len(self.board.scores) // n_rows))

    @property
    def files(self) -> list[str]:
        """The names of its files, the manifest's among them."""
        return [*self.manifest.files, *_unlisted(self.publication)]


@dataclass(frozen=True)
class SiteRanking:
    """What was published of one ranking."""

    name: str  # of its folder
    editions: tuple[SiteEdition, ...]  # in order of time; at least one
    publications: tuple[Publication, ...]  # all revisions

    @property
    def latest(self) -> SiteEdition:
        """The newest one."""
        return self.editions[-1]

    @cached_property
    def details(self) -> dict[str, Details]:
        """What the newest publication says besides of every body, by its identifier."""
        networks, hours = _by_body(self._told.networks), _by_body(self._told.hours)
        waits, topics = _by_body(self._told.waits), _by_body(self._told.topics or ())
        return {
            body.body_id: Details(
                networks.get(body.body_id, ()),
                hours.get(body.body_id, ()),
                waits.get(body.body_id, ()),
                topics.get(body.body_id),
            )
            for body in (score.body for score in self.latest.board.scores)
        }

    @cached_property
    def topics(self) -> dict[str, tuple[TopicLine, ...]]:
        """What people asked the bodies of each category about, in the newest period."""
        lines = (it for it in self._told.topics or () if not it.body_id)
        return {key: tuple(its) for key, its in groupby(lines, lambda it: it.category)}

    @cached_property
    def _told(self) -> Details:
        return replace(self.latest.publication).details or Details()

    @cached_property
    def lines(self) -> dict[str, list[tuple[SiteEdition, Score]]]:
        """What every body was counted, in order of time, by its identifier."""
        found: dict[str, list[tuple[SiteEdition, Score]]] = {}
        for edition in self.editions:
            for score in edition.board.scores:
                found.setdefault(score.body.body_id, []).append((edition, score))
        return found

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """Every body as it was called last, by its identifier."""
        return {body_id: lines[-1][1].body for body_id, lines in self.lines.items()}

    @cached_property
    def of_category(self) -> dict[str, list[Body]]:
        """The bodies of every category, as far as bodies have one."""
        found: dict[str, list[Body]] = {}
        for body in self.bodies.values():
            if body.category:
                found.setdefault(body.category, []).append(body)
        return found

    @property
    def categories(self) -> list[str]:
        """The names of the categories."""
        return sorted(self.of_category)

    def copied(self) -> Iterator[tuple[Publication, str, Path]]:
        """Every file of every publication, which is as its manifest has it.

        Raises:
            InputError: one is missing, or was changed.
        """
        for publication in self.publications:
            for name, expected in publication.manifest.files.items():
                yield publication, name, _untouched(publication.folder, name, expected)
            for name in _unlisted(publication):
                yield publication, name, publication.folder / name


def _by_body(lines: Iterable[_Line]) -> dict[str, tuple[_Line, ...]]:
    """Lines in order of body, by their bodies."""
    return {key: tuple(its) for key, its in groupby(lines, lambda it: it.body_id)}


def read_rankings(published: Path) -> list[SiteRanking]:
    """What was published of every ranking, in order of name.

    Raises:
        InputError: a publication is damaged.
    """
    folders = sorted(published.iterdir()) if published.is_dir() else []
    found = [read_series(it) for it in folders if it.is_dir() and not it.name.startswith(".")]
    return [_of_series(series) for series in found if series.publications]


def _of_series(series: Series) -> SiteRanking:
    latest = series.latest
    editions = []
    for number, (period, publication) in enumerate(latest.items(), start=1):
        revisions = [it for it in reversed(series.publications) if it.manifest.period == period]
        editions.append(_edition(publication, revisions, whole=number == len(latest)))
    editions.sort(key=lambda it: (it.board.since, it.board.until))
    return SiteRanking(series.folder.name, tuple(editions), series.publications)


def _edition(publication: Publication, revisions: list[Publication], *, whole: bool) -> SiteEdition:
    # What a publication has read, it keeps: this one is read and forgotten.
    reading = replace(publication)
    board = scoreboard_of(reading)
    if whole:  # whose sentences of a first and a last are on the pages
        board = with_simultaneous_ranks(board)
    report = worded_scoreboard(board)
    of_columns = (note for column in report.columns for note in column.notes)
    return SiteEdition(
        publication=publication,
        revisions=tuple(revisions),
        board=board if whole else _slim(board),
        report=replace(report, columns=(), unranked=()),
        notes=tuple(dict.fromkeys((*of_columns, *report.notes))),
        networks=_networks(reading, board),
    )


def _group(scores: Sequence[Score]) -> Group:
    ranked = [score for score in scores if score.rank is not None]
    rates = [it.values.get("response_rate") for it in ranked]
    known = [rate for rate in rates if rate is not None]
    return Group(
        n_bodies=len(ranked),
        n_requests=sum(int(it.values.get("n_requests") or 0) for it in ranked),
        n_answered=sum(int(it.values.get("n_answered") or 0) for it in ranked),
        median=statistics.median(known) if len(known) >= FEW else None,
    )


def _slim(board: Scoreboard) -> Scoreboard:
    """The scoreboard with the metrics that pages show."""
    kept = dict.fromkeys((*_KEPT, *board.show, board.key))
    scores = (
        replace(score, values={name: score.values[name] for name in kept if name in score.values})
        for score in board.scores
    )
    return replace(board, scores=tuple(scores))


def _networks(publication: Publication, board: Scoreboard) -> dict[str, tuple[str, ...]]:
    """The networks on which bodies have accounts; none where the panel was not published."""
    if _PANEL not in publication.manifest.files:
        return {}
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # so that equal ones are held once
    found = {}
    for body in publication.panel.bodies:
        valid = (it.network for it in body.accounts if _is_valid(it, board))
        networks = tuple(sorted(set(valid)))
        found[body.body_id] = shared.setdefault(networks, networks)
    return found


def _is_valid(account: Account, board: Scoreboard) -> bool:
    """Whether an account was the body's in some part of the period."""
    begun = account.valid_from is None or account.valid_from < board.until.date()
    return begun and (account.valid_until is None or account.valid_until > board.since.date())


def _untouched(folder: Path, name: str, expected: str) -> Path:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror})") from None
    if digest(content) != expected or ".." in PurePosixPath(name).parts:
        raise InputError(path, "is not what was published; see `socialscore verify`")
    return path


def _unlisted(publication: Publication) -> list[str]:
    """The files of a publication of which its manifest cannot have the digest."""
    return [FILE_NAME, SIGNATURE] if publication.is_signed else [FILE_NAME]
