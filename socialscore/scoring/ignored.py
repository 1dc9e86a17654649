"""Whether the data knows the authors whom a ranking ignores: a wrong identifier ignores nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from socialscore.engines.rows import Rows
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring.inputs import names_of
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.source import MessageSource

__all__ = ["never_seen", "unseen_in_words"]

_ALWAYS = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
_COLUMNS = {"network": "VARCHAR", "author_id": "VARCHAR"}
_SEEN = """\
SELECT DISTINCT
    ignored.network,
    ignored.author_id
FROM stored
INNER JOIN ignored
    ON
        stored.network = ignored.network
        AND stored.author_id = ignored.author_id
"""
_MOST = 10  # who are named


@retry_reading
def never_seen(source: MessageSource, ranking: Ranking) -> tuple[str, ...]:
    """The authors whom a ranking ignores and who wrote nothing of all that is stored."""
    names = {author: set(names_of(author, source.pseudonym)) for author in ranking.ignore}
    if not names:
        return ()
    with source.engine() as running:
        running.relation("stored", source.stored(*_ALWAYS), MESSAGE)
        running.relation("ignored", Rows(_COLUMNS, sorted(set().union(*names.values()))))
        seen = {tuple(row.values()) for row in running.query(_SEEN, {})}
    return tuple(author for author, pairs in names.items() if not pairs & seen)


def unseen_in_words(ranking: Ranking, unseen: tuple[str, ...], *, named: bool) -> str:
    """A clause about ignored authors without a message.

    Args:
        ranking: which ignores them.
        unseen: those without one, at least one.
        named: whether to name them; what goes to logs had better not.
    """
    n_more = len(unseen) - _MOST
    others = f" and {n_more:,} more" if n_more > 0 else ""
    who = f": {', '.join(unseen[:_MOST])}{others}" if named else ""
    return (
        f"{len(unseen):,} of {len(ranking.ignore):,} ignored authors wrote nothing that is in the "
        f"data{who}; check their ids, unless they were erased"
    )
