"""What a publication is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from socialscore.inputs.ranking import override
from socialscore.inputs.shipped import calendar_path
from socialscore.language.rulebook import rulebook_digest
from socialscore.scoring import ask, score
from socialscore.scoring.auditing.summary import summary
from socialscore.scoring.details import count_details
from socialscore.scoring.inputs import calendars, ignored_digest
from socialscore.topics.counting import count_topics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.details import Details
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.model.topics import TopicLine
    from socialscore.publishing.manifest import Withdrawal
    from socialscore.scoring import MessageSource, Question

__all__ = ["AUDIT", "Basis", "options_of"]

AUDIT = "audit.json"
"""The file of a publication with the ranking's audit."""


@dataclass(frozen=True)
class Basis:
    """Messages, panel and ranking, and the two instants that say which messages."""

    source: MessageSource
    panel: Panel
    ranking: Ranking
    as_of: datetime  # where the data are taken to end, aware, UTC
    seen_until: datetime  # up to when the store had learnt of them, aware, UTC
    audit: bytes | None = None  # the file of the ranking's audit, if it has one
    withdrawn: tuple[Withdrawal, ...] = ()  # runs of which it would have counted something
    details: Details | None = None  # what is told of each body; None: an earlier version told none
    erased: tuple[Mapping[str, Any], ...] = ()  # all that the store tells of withdrawn runs

    def scoreboard(self, period: str) -> Scoreboard:
        """The scoreboard of a period; its ranking is named by the digest without that period."""
        board = score(
            self._as_seen,
            self.panel,
            override(self.ranking, {"period": period}),
            as_of=self.as_of.isoformat(),
        )
        return self.with_audit(replace(board, ranking_digest=self.ranking.digest))

    def with_audit(self, board: Scoreboard) -> Scoreboard:
        """The scoreboard with what it may say of the audit.

        Raises:
            InputError: the file of the audit is none.
        """
        return replace(board, audit=summary(self.audit, AUDIT) if self.audit else None)

    def counted_details(self, board: Scoreboard) -> Details:
        """What the messages say of each body, besides its line of a scoreboard."""
        return count_details(
            self._as_seen,
            self.panel,
            override(self.ranking, {"period": board.period}),
            board.clusters.icc if board.clusters else None,
            as_of=self.as_of.isoformat(),
        )

    def counted_topics(self, board: Scoreboard) -> tuple[TopicLine, ...] | None:
        """The topics of bodies and categories that have any; None: the ranking keeps none.

        Raises:
            UsageError: the extra `topics` is not installed.
        """
        if not self.ranking.topics:
            return None
        return count_topics(
            self._as_seen,
            self.panel,
            override(self.ranking, {"period": board.period}),
            as_of=self.as_of.isoformat(),
        ).lines

    def question(self, period: str) -> Question:
        """What is asked for the scoreboard of a period."""
        ranking = override(self.ranking, {"period": period})
        return ask(
            self._as_seen.coverage(),
            self.panel,
            ranking,
            as_of=self.as_of.isoformat(),
            rulebook=self.source.rulebook,
        )

    @property
    def _as_seen(self) -> MessageSource:
        return replace(self.source, seen_until=self.seen_until)

    def calendars(self) -> dict[str, bytes]:
        """The files of the calendars that are read, by name."""
        return {
            name: calendar_path(name, beside=self.source.beside).read_bytes()
            for name in sorted(calendars(self.panel, self.ranking))
        }

    @property
    def rulebook(self) -> str:
        """The digest of the language rules in force."""
        return self.source.rulebook or rulebook_digest()

    @property
    def ignored(self) -> str | None:
        """A keyed digest of whom the ranking ignores; None: nobody."""
        return ignored_digest(self.ranking, self.source.pseudonym)


def options_of(ranking: Ranking) -> dict[str, Any]:
    """Every option, but for where the panel lies and whom the ranking ignores."""
    return ranking.model_dump(mode="json", by_alias=True, exclude={"panel", "ignore"})
