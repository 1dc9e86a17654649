"""`socialscore digest`: what a body, or a whole ranking, is to know of a period, on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PeriodOption,
    RankingFileOption,
    StoreOption,
    subject,
)
from socialscore.commands.output import (
    LabelsOption,
    OutputOption,
    chosen_format,
    chosen_locale,
    put,
)

if TYPE_CHECKING:
    from socialscore.commands.common import Subject
    from socialscore.model.messages import Body
    from socialscore.model.topics import TopicLine

__all__ = ["command"]

_FORMATS = ("text", "markdown", "html")


def command(
    about: Annotated[
        str,
        typer.Argument(
            metavar="BODY|RANKING",
            autocompletion=completion.body_ids,
            help="A body of the panel, by its body_id or its name; or a ranking file (TOML), or "
            "the name of a shipped ranking, for all of its bodies.",
            show_default=False,
        ),
    ],
    ranking: RankingFileOption = None,
    period: PeriodOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    labels: LabelsOption = "en",
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            autocompletion=completion.among(_FORMATS),
            help="Output format: text, markdown or html. Default: text.",
        ),
    ] = None,
    output: OutputOption = None,
    engine: EngineOption = None,
) -> None:
    """Sum up a period on one page, for a mail: figures, changes, hours, waits, and what is open.

    Figures stand beside those of the period before. A change or an hour is named only where it is
    more than chance explains. What is still open is of the last 30 days of the data, whatever the
    period.
    """
    from socialscore.reporters.blocks import write_blocks
    from socialscore.reporters.digest import digest_blocks
    from socialscore.scoring.digest import digest
    from socialscore.scoring.explanation import body_named

    format_name = chosen_format(format_name, output, _FORMATS)
    locale = chosen_locale(labels)
    is_ranking = ranking is None and _names_ranking(about)
    asked = subject(
        about if is_ranking else ranking,
        {"period": period},
        store=store,
        panel=panel,
        as_of=as_of,
        engine=engine,
    )
    body = None if is_ranking else body_named(asked.panel, about)
    found = digest(asked.source, asked.panel, asked.ranking, body, as_of=asked.as_of)
    found = replace(found, topics=_topics(asked, body))
    put(write_blocks(digest_blocks(found, locale), format_name, locale), output)


def _topics(asked: Subject, body: Body | None) -> tuple[TopicLine, ...] | None:
    """What most people asked a body about, or the bodies of each category; None: nobody knows."""
    from socialscore.inputs.ranking import compared
    from socialscore.topics.clusters import is_installed
    from socialscore.topics.counting import topics_of

    if not is_installed():
        return None
    categories = sorted({it.category for it in compared(asked.panel, asked.ranking)} - {""})
    found = (
        topics_of(asked.source, asked.panel, asked.ranking, subject, as_of=asked.as_of).lines
        for subject in ([body.body_id] if body else categories)
    )
    return tuple(line for lines in found for line in lines if line.is_topic)


def _names_ranking(text: str) -> bool:
    """Whether it is the file of a ranking or the name of a shipped one; else it is a body."""
    from socialscore.inputs.shipped import ranking_names

    return text.endswith(".toml") or text in ranking_names()
