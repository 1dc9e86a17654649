"""`socialscore explain`: how a body came by its line, message by message."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PeriodOption,
    PresetOption,
    RankingFileOption,
    ShowTextOption,
    StoreOption,
    screen_width,
    subject,
)
from socialscore.commands.hints import tell_way_out
from socialscore.commands.output import FormatOption, OutputOption, chosen_format, put
from socialscore.commands.ranking_options import with_ranking_options
from socialscore.errors import UsageError

__all__ = ["command"]


@with_ranking_options(before="show")
def command(
    body: Annotated[
        str,
        typer.Argument(
            metavar="BODY",
            autocompletion=completion.body_ids,
            help="A body of the panel, by its body_id or its name.",
        ),
    ],
    message: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Explain this message alone, step by step."),
    ] = None,
    ranking: RankingFileOption = None,
    preset: PresetOption = None,
    period: PeriodOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            autocompletion=completion.metrics,
            help="Metrics of the body's line, with commas.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Number of messages to list, newest first. Default: 20 in a table, all in csv "
            "and json.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List all messages.")] = False,
    show_text: ShowTextOption = False,
    format_name: FormatOption = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    **options: Any,
) -> None:
    """Explain one body's result, message by message.

    Shows which messages were counted, left out and answered, by which rule, and what answered
    them. Takes the options of `socialscore rank` that change a ranking, to explain what it shows.
    No author is identified, and no text is shown without --show-text.
    """
    from socialscore.reporters.explanation import (
        SHOWN,
        render_explanation,
        render_messages,
    )
    from socialscore.scoring.explanation import body_named, explain, messages_named

    format_name = chosen_format(format_name, output)
    if everything and limit is not None:
        raise UsageError("--all lists all messages, --limit only the latest; give one of them")
    if message and (everything or limit is not None):
        raise UsageError("--message is about one message; leave out --all and --limit")
    options |= {"preset": preset, "period": period, "show": show}
    options["networks"] = options["networks"] or None
    asked = subject(ranking, options, store=store, panel=panel, as_of=as_of, engine=engine)
    explanation = explain(
        asked.source,
        asked.panel,
        asked.ranking,
        body_named(asked.panel, body),
        with_text=show_text,
        as_of=asked.as_of,
    )
    if explanation.score.rank is None and not explanation.score.values["n_requests"]:
        board = replace(explanation.scoreboard, scores=(explanation.score,))
        tell_way_out(asked, board, f"{explanation.score.body.name} is not")
    width = screen_width() if output is None and sys.stdout.isatty() else 80
    if message:
        found = messages_named(explanation, message, asked.source, asked.panel, asked.ranking)
        text = render_messages(explanation, found, format_name, width=width)
    else:
        if limit is None and format_name == "table" and not everything:
            limit = SHOWN
        text = render_explanation(explanation, format_name, limit=limit, width=width)
    put(text, output)
