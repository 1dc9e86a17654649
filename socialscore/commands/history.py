"""`socialscore history`: what was published of a body, period after period."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import screen_width, settings_here
from socialscore.commands.output import FORMATS, FormatOption, OutputOption, chosen_format, put

__all__ = ["command"]


def command(
    ranking: Annotated[
        str,
        typer.Option(
            metavar="RANKING",
            autocompletion=completion.rankings,
            help="The ranking: its file or its name.",
            show_default=False,
        ),
    ],
    body: Annotated[
        str | None,
        typer.Argument(
            metavar="[BODY]",
            autocompletion=completion.published_bodies,
            help="A body, by its body_id or any name it has had. Default: all, one line each.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder with the publications. Default: `published` in socialscore.toml, else "
            "./published.",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="METRIC",
            autocompletion=completion.metrics,
            help="Metric of the sparkline. Default: the one that ranks.",
        ),
    ] = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show the published results of one body or of all, period by period.

    Reads the latest revision of each period; needs no store and computes nothing. A body keeps
    its line when its name changes. Periods in which it was not in the panel, or that were not
    published, are left blank.
    """
    from socialscore.publishing.history import find_body, metric_of, read_history
    from socialscore.publishing.history.export import (
        history_to_csv,
        history_to_json,
        history_to_xlsx,
    )
    from socialscore.publishing.history.report import history_to_table

    format_name = chosen_format(format_name, output, (*FORMATS, "xlsx"))
    history = read_history(
        out or settings_here().published, Path(ranking).name.removesuffix(".toml")
    )
    chosen = metric_of(history, metric)
    asked = find_body(history, body) if body else None
    if format_name == "csv":
        put(history_to_csv(history, asked), output)
    elif format_name == "json":
        put(history_to_json(history, asked), output)
    elif format_name == "xlsx":
        put(history_to_xlsx(history, asked), output)
    else:
        on_screen = output is None and sys.stdout.isatty()
        plain = output is None and not _has_blocks(sys.stdout.encoding)
        width = screen_width() if on_screen else 80
        text = history_to_table(history, asked, chosen, width=width, plain=plain)
        if output:
            put(text, output)
        else:
            _show(text, sys.stdout.encoding)


def _has_blocks(encoding: str | None) -> bool:
    """Whether the signs of a sparkline can be written."""
    from socialscore.publishing.history.report import BLOCKS

    try:
        BLOCKS.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _show(text: str, encoding: str | None) -> None:
    """Write what the encoding has, and question marks for what it has not."""
    if _has_blocks(encoding):
        typer.echo(text, nl=False)
    else:
        typer.echo(text.encode(encoding or "utf-8", "replace"), nl=False)
