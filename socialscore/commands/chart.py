"""`socialscore chart`: draw a ranking, or what was published of a body, as SVG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PeriodOption,
    PresetOption,
    StoreOption,
    settings_here,
    subject,
)
from socialscore.commands.output import OutputOption, chosen_format, put
from socialscore.commands.ranking_options import with_ranking_options
from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from socialscore.commands.common import Subject

__all__ = ["command"]

_OF_RANKINGS = ("ranking", "funnel", "hours")
_KINDS = (*_OF_RANKINGS, "trend")


@with_ranking_options(before="ranking")
def command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            autocompletion=completion.among(_KINDS),
            help="ranking: a row per body; funnel: rates against numbers of requests, and what "
            "chance allows; hours: when people ask and are answered; trend: a body over the "
            "periods that were published.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=completion.charted,
            help="A ranking file or the name of a shipped ranking; of a trend, the body.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    preset: PresetOption = None,
    period: PeriodOption = None,
    as_of: AsOfOption = None,
    ranking: Annotated[
        str | None,
        typer.Option(
            "--ranking",
            metavar="RANKING",
            autocompletion=completion.rankings,
            help="Of a trend: the ranking whose publications are read, its file or its name.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Of a trend: folder with the publications. Default: `published` in "
            "socialscore.toml, else ./published.",
        ),
    ] = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    **options: Any,
) -> None:
    """Draw a ranking, or a body over time, as an SVG picture.

    The picture has a title and a description for those who do not see it, dark colours on dark
    screens, and the numbers that it draws as `data-` attributes.
    """
    if kind not in _KINDS:
        raise UnknownName("chart", kind, _KINDS)
    chosen_format(None, output, ("svg",))
    options |= {"preset": preset, "period": period}
    options["networks"] = options["networks"] or None
    if kind == "trend":
        of_rankings = [store, panel, as_of, engine, *options.values()]
        if any(value is not None for value in of_rankings):
            raise UsageError("a trend shows what was published; it takes --ranking and --out only")
        put(_trend(name, ranking, out), output)
        return
    if ranking or out:
        raise UsageError(f"--ranking and --out go with trend, not with {kind}: name the ranking")
    asked = subject(name, options, store=store, panel=panel, as_of=as_of, engine=engine)
    put(_of_ranking(kind, asked), output)


def _of_ranking(kind: str, asked: Subject) -> str:
    from socialscore.reporters import charts
    from socialscore.scoring import break_down, score

    if kind == "hours":
        by = "hour-of-week"
        return charts.hours(
            break_down(asked.source, asked.panel, asked.ranking, by, as_of=asked.as_of)
        )
    draw = charts.ranking if kind == "ranking" else charts.funnel
    return draw(score(asked.source, asked.panel, asked.ranking, as_of=asked.as_of))


def _trend(body: str | None, ranking: str | None, out: Path | None) -> str:
    from socialscore.publishing.history import find_body, read_history
    from socialscore.publishing.history.trend import body_trend

    if not (body and ranking):
        raise UsageError(
            "whose trend? Name the body, and the ranking: chart trend BODY --ranking R"
        )
    history = read_history(
        out or settings_here().published, Path(ranking).name.removesuffix(".toml")
    )
    return body_trend(history, find_body(history, body))
