"""`socialscore unanswered`: the requests that nobody has answered, oldest first."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PresetOption,
    RankingFileOption,
    RecentPeriodOption,
    ShowTextOption,
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
from socialscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.commands.common import Subject
    from socialscore.model.unanswered import Unanswered

__all__ = ["command"]

_OVERDUE = 1  # the exit code that monitoring waits for
_AROUND = 9  # lines of a terminal that are not for requests
_PAUSE = 2.0  # seconds between two looks at whether the store has changed


@with_ranking_options(before="older_than")
def command(
    body: Annotated[
        str | None,
        typer.Argument(
            metavar="[BODY]",
            autocompletion=completion.body_ids,
            help="A body of the panel, by its body_id or its name. Default: all bodies, a line "
            "each.",
            show_default=False,
        ),
    ] = None,
    ranking: RankingFileOption = None,
    preset: PresetOption = None,
    period: RecentPeriodOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Only requests that have waited longer, such as 4h, on the ranking's clock.",
        ),
    ] = None,
    past_promise: Annotated[
        bool,
        typer.Option(
            "--past-promise",
            help="Only requests that have waited longer than their body promises.",
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Number of lines, oldest requests first. Default: 20 in a table and in Markdown, "
            "all in csv and json.",
        ),
    ] = None,
    show_text: ShowTextOption = False,
    fail_over: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Exit with code 1 if a request has waited longer, such as 24h, on the ranking's "
            "clock.",
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Stay, and show the list anew whenever the store changes, until Ctrl-C."
        ),
    ] = False,
    format_name: PageFormatOption = None,
    output: OutputOption = None,
    engine: EngineOption = None,
    **options: Any,
) -> None:
    """List the requests without an answer, oldest first, or how many each body has.

    Requests whose horizon is not over are among them, as pending. Ages are at the end of the
    collected data. Takes the options of `socialscore rank` that change a ranking. No author is
    identified, and no text is shown without --show-text.

    Exit codes: 1 with --fail-over, if a request has waited longer.
    """
    from socialscore.reporters.unanswered import render_bodies, render_requests

    format_name = chosen_format(format_name, output, PAGE_FORMATS)
    least, most = _seconds("older_than", older_than), _seconds("fail_over", fail_over)
    if show_text and body is None:
        raise UsageError("--show-text shows the messages to one body; name it")
    if watch:
        if most is not None:
            raise UsageError("--watch does not end by itself; use --fail-over without it")
        if format_name != "table" or output or not sys.stdout.isatty():
            raise UsageError("--watch shows a table on a terminal; leave it out elsewhere")
        room = shutil.get_terminal_size().lines - _AROUND
        limit = max(room, 1) if limit is None else limit
    options |= {"preset": preset, "networks": options["networks"] or None}
    asked = subject(ranking, options, store=store, panel=panel, as_of=as_of, engine=engine)

    def look() -> tuple[str, Unanswered]:
        found = _older_than(_found(asked, body, period, with_text=show_text), least)
        if past_promise:
            found = _past_promise(found, asked)
        if body is None:
            return render_bodies(found, format_name, limit=limit), found
        return render_requests(found, format_name, limit=limit, with_text=show_text), found

    if watch:
        _watch(asked, lambda: look()[0])
        return
    text, found = look()
    put(text, output)
    if most is not None and _older_than(found, most).requests:
        raise typer.Exit(_OVERDUE)


def _seconds(name: str, value: str | None) -> int | None:
    """The length of a time that an option gives.

    Raises:
        UsageError: it is none.
    """
    from socialscore.inputs.options import seconds

    if value is None:
        return None
    try:
        length = seconds(value)
    except ValueError as error:
        raise UsageError(f"--{name.replace('_', '-')} {value}: {error}") from None
    return None if length is None else int(str(length))


def _found(asked: Subject, body: str | None, period: str | None, *, with_text: bool) -> Unanswered:
    from socialscore.scoring.explanation import body_named
    from socialscore.scoring.unanswered import unanswered

    return unanswered(
        asked.source,
        asked.panel,
        asked.ranking,
        None if body is None else body_named(asked.panel, body),
        period=period,
        as_of=asked.as_of,
        with_text=with_text,
    )


def _older_than(found: Unanswered, seconds: int | None) -> Unanswered:
    """Those that have waited longer on the ranking's clock; None: all."""
    if seconds is None:
        return found
    kept = (it for it in found.requests if (found.age(it) or 0.0) > seconds)
    return replace(found, requests=tuple(kept))


def _past_promise(found: Unanswered, asked: Subject) -> Unanswered:
    """Those whose body promises an answer within less time than they have waited.

    Raises:
        UsageError: nothing is promised.
    """
    from socialscore.inputs.ranking import promise_of

    bodies = [found.body] if found.body else asked.panel.bodies
    if not any(promise_of(it, asked.ranking) for it in bodies):
        whose = found.body.name if found.body else "no body"
        raise UsageError(
            f"--past-promise: {whose} promises {'nothing' if found.body else 'anything'}; write "
            "what is promised, such as 24h, into the panel's column promise, or by category into "
            "[promises] of the ranking file"
        )
    return replace(found, requests=tuple(filter(found.is_past_promise, found.requests)))


def _watch(asked: Subject, look: Callable[[], str]) -> None:
    """Show the list on the terminal, anew whenever the store changes, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    def drawn() -> Text:
        return Text(look(), no_wrap=True, overflow="ellipsis")

    seen = asked.store.version()
    with Live(drawn(), console=Console(), auto_refresh=False, screen=True) as live:
        while True:
            time.sleep(_PAUSE)
            if (version := asked.store.version()) != seen:
                seen = version
                live.update(drawn(), refresh=True)
