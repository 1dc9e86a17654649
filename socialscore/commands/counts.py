"""What `rank --counts` says and takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.commands.common import chosen_ranking, settings_here
from socialscore.errors import UsageError
from socialscore.inputs.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from socialscore.model.scoreboard import Scoreboard

__all__ = ["check_counts", "counted_scoreboard"]

_OF_NO_OPTION = {"preset": "", "show": "", "period": "--period"}
"""Other keys of a ranking, and how those that counts cannot follow are written."""


def check_counts(
    counts: Path | None,
    days: int | None,
    options: Mapping[str, object],
    of_messages: Mapping[str, object],
) -> None:
    """Refuse what a table of counts has no use for, and what is of use for none but such.

    Args:
        counts: the table; None: messages are ranked.
        days: over how many days it is spread, if somebody says so.
        options: those of a ranking, by name; None: not said.
        of_messages: other options that only messages have a use for, as they are written.

    Raises:
        UsageError: an option is one of these.
    """
    if not counts:
        if days:
            raise UsageError("--days is about a table of counts; say --counts FILE too")
        return
    from socialscore.scoring.counts import OPTIONS_OF_COUNTS

    flags = {option.name: option.flag for option in OPTIONS if option.name not in OPTIONS_OF_COUNTS}
    flags |= _OF_NO_OPTION
    useless = [flag for flag, value in of_messages.items() if value]
    useless += [flags[it] for it, value in options.items() if value is not None and flags.get(it)]
    if useless:
        raise UsageError(
            f"{', '.join(useless)}: nothing that a table of counts can follow; leave it out, or "
            "rank messages instead of --counts"
        )


def counted_scoreboard(
    path: Path, days: int | None, ranking: str | None, options: Mapping[str, object]
) -> Scoreboard:
    """The ranking of a table of counts.

    Args:
        path: the table.
        days: over how many days it is spread; None: seven.
        ranking: as commands take it.
        options: those of a ranking, by name.

    Raises:
        UsageError: it is to show, or needs, what counts do not tell.
    """
    from socialscore.importers.counts import read_counts
    from socialscore.inputs.shipped import ranking_path
    from socialscore.scoring.counts import score_counts

    settings_here()
    chosen = chosen_ranking(None if ranking is None else ranking_path(ranking), options)
    board = score_counts(read_counts(path), chosen, name=path.stem, n_days=days or 7)
    unknown = [name for name in chosen.show if name not in board.show]
    if options["show"] and unknown:
        raise UsageError(f"--show: a table of counts says nothing of {', '.join(unknown)}")
    return board
