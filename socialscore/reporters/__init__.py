"""From what a ranking results in to text: pure functions, one per format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import UnknownName, UsageError
from socialscore.model.breakdown import Breakdown
from socialscore.model.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.charts import Chart
    from socialscore.reporters.locale import Locale
    from socialscore.reporters.report import Report

    Result = Scoreboard | Breakdown | Sensitivity

__all__ = [
    "FORMATS",
    "REPORTERS",
    "drawn",
    "ranking_alone",
    "render",
    "worded",
    "workbook",
]


def render(result: Result, format_name: str, *, width: int = 80, colour: bool = False) -> str:
    """The result in a format, ending with a newline.

    Args:
        result: what to show.
        format_name: one of `REPORTERS`.
        width: cells of the screen; only a table for people looks at it.
        colour: whether the screen shows ANSI colours; likewise.

    Raises:
        UnknownName: nobody declared that format.
    """
    if format_name not in REPORTERS:
        raise UnknownName("format", format_name, REPORTERS)
    return REPORTERS[format_name](result, width, colour)


def workbook(result: Result, labels: str | None = None) -> bytes:
    """The result as XLSX: a ranking as `publish` writes it, others as a sheet of their CSV.

    Args:
        result: what to show.
        labels: the language of a ranking's workbook, by default English; what heads the columns of
            others, one of LABELS, by default their names.

    Raises:
        UsageError: a ranking has no workbook under the names of its columns.
    """
    from socialscore.reporters import columns, records
    from socialscore.reporters.delimited import LABELS
    from socialscore.reporters.facts import median_metrics
    from socialscore.reporters.locale import LOCALES
    from socialscore.reporters.spreadsheet import records_to_xlsx, scoreboard_to_xlsx

    header = LABELS[labels or "names"]
    if isinstance(result, Sensitivity):
        fields, rows = columns.of_sensitivity(result), records.of_sensitivity(result)
        return records_to_xlsx("Sensitivity", {it.name: header(it) for it in fields}, rows)
    if isinstance(result, Breakdown):
        fields = columns.of_breakdown(result, median_metrics(result))
        names = {it.name: header(it) for it in fields}
        return records_to_xlsx("Breakdown", names, records.of_breakdown(result))
    if labels == "names":
        raise UsageError("--labels names: a workbook of a ranking is in en or fr")
    return scoreboard_to_xlsx(result, LOCALES[labels or "en"])


# Each imports its module when it is called: a CSV is written without loading rich.


def _table(result: Result, width: int, colour: bool) -> str:
    from socialscore.reporters.console import to_console

    return to_console(worded(result), width=width, colour=colour)


def _csv(result: Result, _width: int, _colour: bool) -> str:
    from socialscore.reporters.delimited import to_csv

    return to_csv(result)


def _json(result: Result, _width: int, _colour: bool) -> str:
    from socialscore.reporters.json_document import (
        breakdown_to_json,
        scoreboard_to_json,
        sensitivity_to_json,
    )

    if isinstance(result, Sensitivity):
        return sensitivity_to_json(result)
    if isinstance(result, Breakdown):
        return breakdown_to_json(result)
    return scoreboard_to_json(result)


def _markdown(result: Result, _width: int, _colour: bool) -> str:
    from socialscore.reporters.markdown import to_markdown

    return to_markdown(worded(result))


def _svg(result: Result, _width: int, _colour: bool) -> str:
    return str(drawn(result, "svg"))


def drawn(result: Result, format_name: str, labels: str | None = None) -> str | bytes:
    """The result as a picture.

    Args:
        result: what to show.
        format_name: svg, or png: of a ranking, as many rows as can be read beside a link.
        labels: the language, by default English.

    Raises:
        UsageError: there is no chart of such a result, its language is none, or a png needs the
            extra `charts`.
    """
    from socialscore.reporters.charts import raster
    from socialscore.reporters.locale import LOCALES

    if labels == "names":
        raise UsageError("--labels names: a picture is in en or fr")
    chart = _chart(result, LOCALES[labels or "en"], is_shared=format_name == "png")
    return raster.to_png(chart) if format_name == "png" else chart.svg


def _chart(result: Result, locale: Locale, *, is_shared: bool) -> Chart:
    from socialscore.reporters import charts

    if isinstance(result, Breakdown) and result.by == "hour-of-week":
        return charts.week_hours(result, locale)
    if isinstance(result, (Breakdown, Sensitivity)):
        raise UsageError("a chart draws a ranking, or requests --by-group hour-of-week")
    return (charts.shared_ranking if is_shared else charts.ranking)(result, locale)


def _leaderboard(result: Result, _width: int, _colour: bool) -> str:
    from socialscore.reporters.leaderboard import leaderboard_to_csv

    return leaderboard_to_csv(ranking_alone(result, "leaderboard"))


def ranking_alone(result: Result, format_name: str) -> Scoreboard:
    """The result, where a format has nothing but rankings.

    Raises:
        UsageError: it is none.
    """
    if isinstance(result, (Breakdown, Sensitivity)):
        raise UsageError(
            f"{format_name} lists the bodies of a ranking; it cannot be combined with --by-group "
            "or --sensitivity"
        )
    return result


def worded(result: Result) -> Report:
    """What the formats for people lay out."""
    from socialscore.reporters.breakdowns import worded_breakdown
    from socialscore.reporters.scoreboards import worded_scoreboard
    from socialscore.reporters.sensitivities import worded_sensitivity

    if isinstance(result, Sensitivity):
        return worded_sensitivity(result)
    return worded_breakdown(result) if isinstance(result, Breakdown) else worded_scoreboard(result)


REPORTERS: Mapping[str, Callable[[Result, int, bool], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
    "svg": _svg,
    "leaderboard": _leaderboard,
}
"""By the name that `--format` takes."""

FORMATS = (*REPORTERS, "png", "xlsx")
"""What `socialscore rank` writes; pictures and workbooks are no text."""
