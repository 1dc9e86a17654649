"""`socialscore chart`: draw a ranking, or what was published, as a picture."""

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
from socialscore.commands.output import (
    LabelsOption,
    OutputOption,
    chosen_format,
    chosen_locale,
    put,
)
from socialscore.commands.ranking_options import with_ranking_options
from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from socialscore.commands.common import Subject
    from socialscore.reporters.charts import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["command"]

_OF_RANKINGS = ("ranking", "funnel", "hours")
_OF_BODIES = ("trend", "wait", "sparkline")
_OF_SERIES = (*_OF_BODIES, "bump")
_KINDS = (*_OF_RANKINGS, *_OF_SERIES)
_FORMATS = ("svg", "png", "pdf")


@with_ranking_options(before="ranking")
def command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            autocompletion=completion.among(_KINDS),
            help="Of a ranking: ranking, a row per body; funnel, rates against numbers of requests "
            "and what chance allows; hours, when people ask and are answered. Of what was "
            "published: trend, a body's rate over the periods; wait, who still waits after what "
            "time; sparkline, the trend for a cell; bump, ranks over the periods.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=completion.charted,
            help="A ranking file or the name of a shipped ranking; of a trend, a wait or a "
            "sparkline, the body.",
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
            help="Of what was published: the ranking, its file or its name.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Of what was published: folder with the publications. Default: `published` in "
            "socialscore.toml, else ./published.",
        ),
    ] = None,
    labels: LabelsOption = "en",
    output: OutputOption = None,
    engine: EngineOption = None,
    **options: Any,
) -> None:
    """Draw a ranking, or what was published of a body or of all, as a picture.

    The suffix of --output decides the format: .svg, or .png (1200 by 630 pixels, as networks show
    it beside a link) and .pdf with the extra `charts`. An SVG has a title and a description for
    those who do not see it, dark colours on dark screens, and the numbers that it draws as
    `data-` attributes.
    """
    if kind not in _KINDS:
        raise UnknownName("chart", kind, _KINDS)
    locale = chosen_locale(labels)
    written_as = chosen_format(None, output, _FORMATS)
    if kind == "sparkline" and written_as != "svg":
        raise UsageError("a sparkline is drawn for a cell of a page: choose .svg")
    options |= {"preset": preset, "period": period}
    options["networks"] = options["networks"] or None
    if kind in _OF_SERIES:
        of_rankings = [store, panel, as_of, engine, *options.values()]
        if any(value is not None for value in of_rankings):
            raise UsageError(
                f"{kind} shows what was published; it takes --ranking, --out and --labels only"
            )
        drawn = _of_series(kind, name, ranking, out, locale)
    elif ranking or out:
        kinds = ", ".join(_OF_SERIES)
        raise UsageError(f"--ranking and --out go with {kinds}, not with {kind}: name the ranking")
    else:
        asked = subject(name, options, store=store, panel=panel, as_of=as_of, engine=engine)
        drawn = _of_ranking(kind, asked, locale, written_as)
    put(drawn if isinstance(drawn, str) else picture(drawn, written_as), output)


def picture(chart: Chart, written_as: str) -> str | bytes:
    """A chart as svg, png or pdf.

    Raises:
        UsageError: the extra `charts` is not installed.
    """
    from socialscore.reporters.charts import raster

    if written_as == "png":
        return raster.to_png(chart)
    return raster.to_pdf(chart) if written_as == "pdf" else chart.svg


def _of_ranking(kind: str, asked: Subject, locale: Locale, written_as: str) -> Chart:
    from socialscore.reporters import charts
    from socialscore.scoring import break_down, score

    if kind == "hours":
        by = "hour-of-week"
        hours = break_down(asked.source, asked.panel, asked.ranking, by, as_of=asked.as_of)
        return charts.week_hours(hours, locale)
    board = score(asked.source, asked.panel, asked.ranking, as_of=asked.as_of)
    if kind == "funnel":
        return charts.funnel(board, locale)
    return (charts.shared_ranking if written_as == "png" else charts.ranking)(board, locale)


def _of_series(
    kind: str, name: str | None, ranking: str | None, out: Path | None, locale: Locale
) -> Chart | str:
    from socialscore.publishing.history import find_body, read_history
    from socialscore.publishing.history.charts import (
        body_trend,
        body_wait,
        points_of,
        series_bump,
    )
    from socialscore.reporters import charts

    if kind == "bump":
        name, ranking = None, name or ranking
    if not ranking or (kind in _OF_BODIES and not name):
        whose = f"chart {kind} {'BODY --ranking R' if kind in _OF_BODIES else 'RANKING'}"
        raise UsageError(f"what was published of whom? Name it: {whose}")
    history = read_history(
        out or settings_here().published, Path(ranking).name.removesuffix(".toml")
    )
    if name is None:
        return series_bump(history, locale)
    body = find_body(history, name)
    if kind != "sparkline":
        return (body_wait if kind == "wait" else body_trend)(history, body, locale)
    return charts.standalone(charts.sparkline(points_of(history, body), locale))
