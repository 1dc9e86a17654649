"""`socialscore rank`: the main job."""

from __future__ import annotations

import sys
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
    RankingArgument,
    StoreOption,
    Subject,
    audit_file,
    fitting_audit,
    screen_width,
    subject,
    tell_unseen,
)
from socialscore.commands.counts import check_counts, counted_scoreboard
from socialscore.commands.hints import tell, tell_way_out
from socialscore.commands.output import OutputOption, chosen_format, put
from socialscore.commands.ranking_options import with_ranking_options
from socialscore.errors import UnknownName, UsageError
from socialscore.reporters import FORMATS

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.model.sensitivity import Sensitivity
    from socialscore.reporters import Result

__all__ = ["command"]


@with_ranking_options(before="show")
def command(
    ranking: RankingArgument = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    preset: PresetOption = None,
    period: PeriodOption = None,
    compare_to: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Also show what changed since another period; `previous`: the one before.",
        ),
    ] = None,
    as_of: AsOfOption = None,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            autocompletion=completion.metrics,
            help="Metrics in the table, with commas.",
        ),
    ] = None,
    by_group: Annotated[
        str | None,
        typer.Option(
            metavar="GROUP",
            autocompletion=completion.among(completion.GROUPS),
            help="Show totals by account, network, category, day, week, hour (of working days, and "
            "of weekends) or hour-of-week instead of a ranking.",
        ),
    ] = None,
    counts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Rank the bodies of a table of counts instead of messages: a CSV with the columns "
            "body_id or body, n_requests, n_answered, and perhaps category, n_requests_before and "
            "n_answered_before.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=36_500,
            help="With --counts: take the requests as spread evenly over N days. Default: 7.",
        ),
    ] = None,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="Show each body's rate and rank under all four selections, and who would leave "
            "its rank interval.",
        ),
    ] = False,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            autocompletion=completion.among(FORMATS),
            help=f"Output format: {', '.join(FORMATS)}. Default: table.",
        ),
    ] = None,
    csv_dialect: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=completion.among(("standard", "excel-fr")),
            help="With --format csv or leaderboard: standard, or excel-fr for a French Excel.",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            autocompletion=completion.among(("names", "en", "fr")),
            help="With --format csv, leaderboard or xlsx, column headers: names, or labels in en "
            "or fr. With svg or png, the language.",
        ),
    ] = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print a script for DuckDB's shell instead of running it.")
    ] = False,
    **options: Any,
) -> None:
    """Rank the bodies of a panel by how well they answer.

    A *request* is what a citizen asks of a body; it counts as answered if the body responds
    within the horizon. Options on the command line override the ranking file, which overrides
    the preset. Without any, `socialscore rank` ranks the last ISO week that was collected and
    whose requests have all matured, in the store that socialscore.toml names.
    """
    from socialscore.scoring import GROUPS

    if sql and (format_name or compare_to or engine):
        raise UsageError(
            "--sql prints the script of one table, for DuckDB; it cannot be combined with "
            "--format, --compare-to or --engine"
        )
    format_name = chosen_format(format_name, output, ("sql",) if sql else FORMATS)
    notation = _notation(format_name, csv_dialect, labels)
    options |= {"preset": preset, "period": period, "show": show}
    options["networks"] = options["networks"] or None
    of_messages = {
        "--store": store,
        "--panel": panel,
        "--compare-to": compare_to,
        "--as-of": as_of,
        "--by-group": by_group,
        "--sensitivity": sensitivity,
        "--engine": engine,
        "--sql": sql,
    }
    check_counts(counts, days, options, of_messages)
    if sensitivity and (sql or compare_to or by_group):
        raise UsageError(
            "--sensitivity compares selections; it cannot be combined with --sql, --compare-to or "
            "--by-group"
        )
    if by_group and by_group not in GROUPS:
        raise UnknownName("group", by_group, GROUPS)
    if by_group and compare_to:
        raise UsageError("--compare-to compares bodies; it cannot be combined with --by-group")
    if counts:
        board = counted_scoreboard(counts, days, ranking, options)
        _warn_if_nobody(board)
        content = _rendered(board, format_name, notation, on_screen=output is None)
    else:
        asked = subject(ranking, options, store=store, panel=panel, as_of=as_of, engine=engine)
        if sql:
            content = _script(asked, by_group)
        else:
            found = _result(asked, compare_to, by_group, sensitivity=sensitivity)
            tell_unseen(asked, named=True)
            result = _with_audit(found, ranking, asked)
            content = _rendered(result, format_name, notation, on_screen=output is None)
    put(content, output)


def _with_audit(result: Result, ranking: str | None, asked: Subject) -> Result:
    """The result with what the audit beside the ranking says, if there is one."""
    from dataclasses import replace

    from socialscore.model.scoreboard import Scoreboard

    content = fitting_audit(ranking, asked)
    if content is None or ranking is None:
        return result
    from socialscore.scoring.auditing.summary import summary

    audit = summary(content, audit_file(ranking))
    if isinstance(result, Scoreboard):
        return replace(result, audit=audit)
    return replace(result, scoreboard=replace(result.scoreboard, audit=audit))


def _notation(format_name: str, csv_dialect: str | None, labels: str | None) -> dict[str, str]:
    """How a CSV, a workbook or a picture is to be written, as far as somebody says so.

    Raises:
        UsageError: it is said of another format.
        UnknownName: nobody declared that.
    """
    said = {"dialect": csv_dialect, "labels": labels}
    notation = {name: value for name, value in said.items() if value is not None}
    if not notation:
        return {}
    from socialscore.reporters.delimited import check_notation

    if csv_dialect and format_name not in ("csv", "leaderboard"):
        raise UsageError("--csv-dialect needs --format csv or leaderboard")
    if format_name not in ("csv", "leaderboard", "xlsx", "svg", "png"):
        raise UsageError("--labels needs --format csv, leaderboard, xlsx, svg or png")
    check_notation(**notation)
    return notation


def _rendered(
    result: Result, format_name: str, notation: dict[str, str], *, on_screen: bool
) -> str | bytes:
    from socialscore.reporters import drawn, ranking_alone, render, workbook
    from socialscore.reporters.delimited import to_csv
    from socialscore.reporters.leaderboard import leaderboard_to_csv

    if format_name == "xlsx":
        return workbook(result, notation.get("labels"))
    if format_name in ("svg", "png"):
        return drawn(result, format_name, notation.get("labels"))
    if format_name == "leaderboard":
        board = ranking_alone(result, format_name)
        _tell_unranked(board)
        return leaderboard_to_csv(board, **notation)
    if notation:
        return to_csv(result, **notation)
    on_screen = on_screen and sys.stdout.isatty()
    return render(result, format_name, width=screen_width() if on_screen else 80, colour=on_screen)


def _tell_unranked(board: Scoreboard) -> None:
    """Say on stderr how many bodies a leaderboard leaves out."""
    from socialscore.reporters.formatting import counted

    if unranked := sum(score.rank is None for score in board.scores):
        typer.echo(
            f"socialscore: without a rank, and in no leaderboard: {counted(unranked, 'body')}; "
            "--format csv tells the reasons",
            err=True,
        )


def _script(asked: Subject, by_group: str | None) -> str:
    """The ranking, or the breakdown, as a script for DuckDB."""
    from socialscore.scoring.script import script

    source, panel, ranking = asked.source, asked.panel, asked.ranking
    return script(asked.store, source, panel, ranking, as_of=asked.as_of, by=by_group)


def _result(
    asked: Subject, compare_to: str | None, by_group: str | None, *, sensitivity: bool
) -> Result:
    """What the options ask for."""
    from socialscore.scoring import break_down, score

    if sensitivity:
        return _sensitivity(asked)
    if by_group:
        scored = asked.source, asked.panel, asked.ranking
        found = break_down(*scored, by_group, as_of=asked.as_of)
        if not any(line.pooled["n_requests"] for line in found.lines):
            _warn_if_nobody(score(*scored, as_of=asked.as_of), asked)
        return found
    return _scoreboard(asked, compare_to)


def _scoreboard(asked: Subject, compare_to: str | None) -> Scoreboard:
    """The ranking, with what changed since another period where one is named."""
    from socialscore.inputs.ranking import override
    from socialscore.scoring import score
    from socialscore.scoring.comparison import compare, period_to_compare

    board = score(asked.source, asked.panel, asked.ranking, as_of=asked.as_of)
    _warn_if_nobody(board, asked)
    if not compare_to:
        return board
    earlier = override(asked.ranking, {"period": period_to_compare(board, compare_to)})
    return compare(board, score(asked.source, asked.panel, earlier, as_of=asked.as_of))


def _sensitivity(asked: Subject) -> Sensitivity:
    """The ranking under every selection.

    Raises:
        UsageError: it does not follow from the counts of each.
    """
    from socialscore.scoring.sensitivity import sensitivity, why_not

    if why := why_not(asked.ranking.model_dump()):
        raise UsageError(f"--sensitivity: {why}")
    return sensitivity(_scoreboard(asked, None))


def _warn_if_nobody(board: Scoreboard, asked: Subject | None = None) -> None:
    """Say what to do where no body has a rank; without a subject, it is of a table of counts."""
    if any(line.rank for line in board.scores):
        return
    if asked:
        tell_way_out(asked, board)
        return
    from socialscore.scoring.way_out import way_out_of_counts

    tell(way_out_of_counts(board))
