"""What an audit is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialscore.scoring.question import ask

if TYPE_CHECKING:
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.question import Question
    from socialscore.scoring.source import MessageSource, Pseudonym

__all__ = ["AuditSource"]


@dataclass(frozen=True)
class AuditSource:
    """What an audit is drawn from."""

    messages: MessageSource
    panel: Panel
    ranking: Ranking
    pseudonym: Pseudonym  # makes the keyed digests that name rows
    as_of: str | None = None

    def question(self, target: str, **parameters: object) -> Question:
        """What to ask for a relation, with parameters that only audits have."""
        coverage = self.messages.coverage()
        question = ask(coverage, self.panel, self.ranking, as_of=self.as_of, target=target)
        return replace(question, parameters=question.parameters | parameters)
