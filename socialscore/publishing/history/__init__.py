"""The history of a series: what was published of its bodies, period after period.

A body is known by its identifier, whatever it was called. The latest revision of a period counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName
from socialscore.inputs.panel import Panel
from socialscore.model.period import labels_between
from socialscore.publishing.series import read_series
from socialscore.publishing.shown import scoreboard_of
from socialscore.scoring.explanation import body_named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.publishing.series import Publication

__all__ = ["Edition", "History", "find_body", "metric_of", "read_history"]


@dataclass(frozen=True)
class Edition:
    """What was last published of a period."""

    publication: Publication
    board: Scoreboard

    @property
    def revision(self) -> int:
        """Of its period."""
        return self.publication.manifest.revision

    def score(self, body_id: str) -> Score | None:
        """The line of a body; None: it is not in it."""
        return next((each for each in self.board.scores if each.body.body_id == body_id), None)


@dataclass(frozen=True)
class History:
    """A series from its first period to its last."""

    ranking: str  # the name of the series
    periods: tuple[str, ...]  # in order, also those of which nothing was published
    editions: Mapping[str, Edition]  # by period

    @property
    def last(self) -> Edition:
        """The latest period."""
        return list(self.editions.values())[-1]

    @property
    def methods(self) -> dict[str, str]:
        """By which method numbers were counted, by the first period of each that follows another.

        Numbers of two methods cannot be compared.
        """
        found: dict[str, str] = {}
        for period, edition in self.editions.items():
            if not found or edition.board.method != list(found.values())[-1]:
                found[period] = edition.board.method
        return found

    @property
    def bodies(self) -> dict[str, Body]:
        """Every body that was ever in it, by identifier, as it was last called."""
        boards = (edition.board for edition in self.editions.values())
        return {score.body.body_id: score.body for board in boards for score in board.scores}

    def scores(self, body_id: str) -> list[Score | None]:
        """The line of a body in each period; None: it has none there."""
        editions = map(self.editions.get, self.periods)
        return [edition.score(body_id) if edition else None for edition in editions]

    def values(self, body_id: str, metric: str) -> list[float | int | None]:
        """The value of a metric in each period; None: there is none."""
        return [score.values.get(metric) if score else None for score in self.scores(body_id)]


def read_history(out: Path, ranking: str) -> History:
    """What was published of a ranking.

    Args:
        out: the folder of all series.
        ranking: the name of the ranking.

    Raises:
        UnknownName: it has no series there.
        InputError: nothing is published yet, or a publication is damaged.
    """
    known = [each.name for each in out.iterdir() if each.is_dir()] if out.is_dir() else []
    if known and ranking not in known:
        raise UnknownName("series", ranking, known)
    latest = read_series(out / ranking).latest
    if not latest:
        problem = "nothing is published there yet; run `socialscore publish RANKING` first"
        raise InputError(out / ranking, problem)
    editions = {
        period: Edition(publication, scoreboard_of(publication))
        for period, publication in latest.items()
    }
    return History(ranking, _periods(list(latest)), editions)


def _periods(published: list[str]) -> tuple[str, ...]:
    """The published periods with those between them, if they are weeks, months or quarters."""
    try:
        between = labels_between(published[0], published[-1])
    except ValueError:
        return tuple(published)
    return tuple(between) if set(published) <= set(between) else tuple(published)


def find_body(history: History, name: str) -> Body:
    """The body of that identifier, or that is or was called so.

    Raises:
        UnknownName: there is none.
        UsageError: several were called so.
    """
    boards = (edition.board for edition in history.editions.values())
    called = {
        (score.body.body_id, score.body.name.casefold()): score.body
        for board in boards
        for score in board.scores
    }
    found = body_named(Panel(history.ranking, tuple(called.values())), name)
    return history.bodies[found.body_id]


def metric_of(history: History, name: str | None) -> Metric:
    """A metric that was published; by default, the one that ranked last.

    Raises:
        UnknownName: no edition has it.
    """
    boards = (edition.board for edition in history.editions.values())
    known = {metric.name: metric for board in boards for metric in board.metrics}
    chosen = name or history.last.board.key
    if chosen not in known:
        raise UnknownName("metric", chosen, known)
    return known[chosen]
