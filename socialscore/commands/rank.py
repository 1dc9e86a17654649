"""`socialscore rank`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import (
    PanelOption,
    StoreOption,
    chosen_panel,
    screen_width,
    settings_here,
)
from socialscore.errors import UsageError

if TYPE_CHECKING:
    from socialscore.model import Scoreboard
    from socialscore.scoring import Question

__all__ = ["command"]


def command(
    ranking: Annotated[
        str | None,
        typer.Argument(metavar="[RANKING]", help="A ranking file, or `demo` for the demo's."),
    ] = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    preset: Annotated[
        str | None, typer.Option(help="A published way of counting. Default: default.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="2026-W46, 2026-11, 2026-Q4, FROM..UNTIL, last-week or all. Default: last-week, "
            "the last ISO week that was collected to its end.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Where the data are taken to end. Default: where they do."
        ),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="What is counted: message or episode.")] = None,
    select: Annotated[
        str | None, typer.Option(help="question-mark, questions, requests or all.")
    ] = None,
    clock_start: Annotated[
        str | None, typer.Option(help="An episode's delay runs from its first or last message.")
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(help="How long each request is watched: 7d, 24h, none.")
    ] = None,
    match: Annotated[
        str | None, typer.Option(help="How a response is found: direct or conversation.")
    ] = None,
    exclude: Annotated[
        str | None,
        typer.Option(
            metavar="LIST", help="What is left out: default, none, or reasons with commas."
        ),
    ] = None,
    include_institutions: Annotated[
        bool | None,
        typer.Option("--include-institutions", help="Count what other bodies of the panel write."),
    ] = None,
    min_requests: Annotated[
        int | None, typer.Option(help="A body with fewer requests has no rank.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="METRIC", help="The metric that ranks.")] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Only this network; may be repeated.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Where days begin. Default: Europe/Paris.")
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="table, csv, json or markdown.")
    ] = "table",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write here, all or nothing.")
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the statement and do not run it.")
    ] = False,
) -> None:
    """Rank the bodies of a panel by how well they answer.

    Options override the ranking file, which overrides the preset. `socialscore rank` alone ranks
    the last ISO week of the store that socialscore.toml names.
    """
    from socialscore.content import ranking_path
    from socialscore.ranking import load_ranking
    from socialscore.reporters import check_format, render
    from socialscore.reporters.files import write_atomically
    from socialscore.scoring import ask, score
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    check_format(format_name)
    if sql and format_name != "table":
        raise UsageError("--sql prints the statement, which has no --format")
    options = {
        "preset": preset, "period": period, "unit": unit, "selection": select, "match": match,
        "clock_start": clock_start, "horizon": horizon, "exclude": exclude,
        "include_institutions": include_institutions,
        "min_requests": min_requests, "by": by, "networks": network or None, "timezone": timezone,
    }  # fmt: skip
    chosen = load_ranking(ranking_path(ranking) if ranking else None, options)
    settings = settings_here()
    root = store or settings.store
    messages = Store.open(root)
    bodies = chosen_panel(root, panel, chosen.panel, settings.panel)
    if sql:
        text = _with_parameters(ask(messages, bodies, chosen, as_of=as_of))
    else:
        pseudonym = Pseudonyms(read_key(settings.key_file)).of if chosen.ignore else None
        board = score(messages, bodies, chosen, as_of=as_of, pseudonym=pseudonym)
        on_screen = output is None and sys.stdout.isatty()
        text = render(
            board, format_name, width=screen_width() if on_screen else 80, colour=on_screen
        )
        if not any(score.rank for score in board.scores):
            typer.echo(f"socialscore: {_why_nobody(board)}", err=True)
    if output:
        write_atomically(output, text)
    else:
        typer.echo(text, nl=False)


def _with_parameters(question: Question) -> str:
    values = "".join(f"-- ${name} = {value!r}\n" for name, value in question.parameters.items())
    return f"{values}\n{question.sql}"


def _why_nobody(board: Scoreboard) -> str:
    """What to try where no body has a rank."""
    n_pending = sum(int(score.values["n_pending"] or 0) for score in board.scores)
    if n_pending:
        return (
            f"no body is ranked, and {n_pending:,} still pending; "
            "take an earlier --period or a shorter --horizon"
        )
    reasons = {score.reason for score in board.scores}
    if reasons == {"not-collected"}:
        return (
            f"nothing was collected in {board.period}; `--period all` ranks whatever there is, "
            "`socialscore import FILE` brings more"
        )
    return "no body is ranked: the table says why; --min-requests 1 ranks small numbers too"
