"""`socialscore check`: everything that is wrong with a ranking, before it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import PanelOption, settings_here
from socialscore.commands.output import FormatOption, chosen_format, put_problems
from socialscore.commands.screens import say
from socialscore.errors import InputError

__all__ = ["command"]


def command(
    rankings: Annotated[
        list[str],
        typer.Argument(
            metavar="RANKING...",
            autocompletion=completion.rankings,
            help="Ranking files, or names of shipped rankings.",
            show_default=False,
        ),
    ],
    panel: PanelOption = None,
    format_name: FormatOption = None,
) -> None:
    """Check ranking files, their panels and calendars, and list every problem.

    Problems go to stdout, one per line with file and line number; remarks go to stderr. Needs
    no store. Exit codes: 0 no problem; 3 at least one.
    """
    from socialscore.inputs.shipped import ranking_path
    from socialscore.publishing.check import check_ranking

    format_name = chosen_format(format_name)
    otherwise = settings_here().panel
    found = [
        check_ranking(ranking_path(each), panel=panel, otherwise=otherwise) for each in rankings
    ]
    # Rankings may share a panel.
    problems = {str(problem): problem for each in found for problem in each.problems}
    put_problems(format_name, [*problems.values()])
    for note in dict.fromkeys(note for each in found for note in each.notes):
        say(note)
    if not problems:
        say("no problem")
        return
    say(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")
    raise typer.Exit(InputError.exit_code)
