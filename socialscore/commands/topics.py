"""`socialscore topics`: what people ask about, and which of it stays unanswered."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PresetOption,
    RankingFileOption,
    RecentPeriodOption,
    StoreOption,
    subject,
)
from socialscore.commands.output import (
    PAGE_FORMATS,
    OutputOption,
    PageFormatOption,
    chosen_format,
    put,
)
from socialscore.commands.ranking_options import with_ranking_options

__all__ = ["command"]


@with_ranking_options(before="seed")
def command(
    about: Annotated[
        str,
        typer.Argument(
            metavar="BODY|CATEGORY",
            autocompletion=completion.body_ids,
            help="A body of the panel, by its body_id or its name, or a category of bodies.",
        ),
    ],
    ranking: RankingFileOption = None,
    preset: PresetOption = None,
    period: RecentPeriodOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            help="Begin the search elsewhere: topics that another seed finds too are reliable.",
        ),
    ] = 0,
    format_name: PageFormatOption = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    **options: Any,
) -> None:
    """List what people ask about, and how much of it is answered.

    A topic is a group of requests that share words, and named by these. It is shown only if at
    least 10 people wrote about it, and a word only if 10 people used it. Counts requests that have
    matured, and needs their texts, which the store keeps for `keep_text_days`. Takes the options of
    `socialscore rank` that change a ranking, and needs the extra `topics`.
    """
    from socialscore.reporters.topics import render_topics
    from socialscore.topics import topics_of

    format_name = chosen_format(format_name, output, PAGE_FORMATS)
    options |= {"preset": preset, "networks": options["networks"] or None}
    asked = subject(ranking, options, store=store, panel=panel, as_of=as_of, engine=engine)
    found = topics_of(
        asked.source,
        asked.panel,
        asked.ranking,
        about,
        period=period,
        as_of=asked.as_of,
        seed=seed,
    )
    bodies = {body.body_id: body.name for body in asked.panel.bodies}
    name = next((bodies.get(line.body_id, about) for line in found.lines), about)
    put(render_topics(found, name, asked.ranking.horizon, format_name), output)
