"""`socialscore import`: bring messages from files into the store."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import PanelOption, StoreOption, judge_again, settings_here
from socialscore.commands.screens import say
from socialscore.errors import UnknownName, UsageError
from socialscore.inputs.formulas import cell_text
from socialscore.reporters.files import check_output, write_output
from socialscore.reporters.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from socialscore.importers.source import Source
    from socialscore.importers.staged import Clock, StagedRows
    from socialscore.importers.staging import FileCounts, RefusedRow
    from socialscore.inputs.panel import Panel
    from socialscore.intake import Receipt

__all__ = ["command"]

_N_SHOWN = 10


def command(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="CSV, JSON, Parquet, .xlsx or .ods, also compressed or in a .zip; - is standard "
            "input.",
        ),
    ],
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=completion.layouts,
            help="What the columns mean: a layout of docs/import.md, such as twarc-csv, or a TOML "
            "file of your own. Default: recognised.",
        ),
    ] = None,
    panel: PanelOption = None,
    bodies_from_data: Annotated[
        bool,
        typer.Option(
            "--bodies-from-data",
            help="Take the panel from the files: every official account becomes a body.",
        ),
    ] = False,
    store: StoreOption = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help="Name the file's column for one of ours, as in sent_at=date. May be repeated.",
        ),
    ] = None,
    covers: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Period for which the files are complete, for every account of the panel. "
            "Default: from the first message to the last, for the accounts that occur.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of a text file, such as latin-1. Default: recognised."),
    ] = None,
    skip_lines: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Lines before the header. Default: the header is looked for."
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Sheet of a workbook. Default: the one that has messages."
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Timezone of times without a UTC offset, such as Europe/Paris."
        ),
    ] = None,
    date_format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="How the files write times, as for Python's strptime: %d/%m/%Y %H:%M. "
            "Default: detected.",
        ),
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows that were refused to FILE (CSV), with line and reason.",
        ),
    ] = None,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Show how the files would be read, and keep nothing of them."
        ),
    ] = False,
    write_layout: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="With --preview: write which column is which to FILE.toml, for --layout.",
        ),
    ] = None,
) -> None:
    """Import files of messages into the store.

    Keeps what the bodies of the panel wrote and what was addressed to them. The panel is that
    of socialscore.toml, else the bodies in the store; --bodies-from-data takes it from the
    files. Importing a file twice changes nothing.
    """
    from socialscore.importers import FileOptions, each_read, read
    from socialscore.importers.staging import Stage
    from socialscore.inputs.ranking import Ranking
    from socialscore.intake import keep
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    clock = _clock(timezone, date_format)
    options = FileOptions(layout, _pairs(columns or []), encoding, skip_lines, sheet, clock)
    settings = settings_here()
    root = store or settings.store
    previewed = preview or write_layout is not None
    bodies = _bodies(root, panel, bodies_from_data, settings.panel, needed=not previewed)
    interval = _interval(covers)
    if previewed:
        from socialscore.commands.import_preview import show_previews

        show_previews(context, files, options, bodies, write_layout, _shown)
        return
    key = read_key(settings.key_file)
    with _listing(refused) as write_row:
        opened = (each_read(path, partial(read, options=options), say) for path in files)
        for source, found in chain.from_iterable(opened):
            path = source.path
            with Stage() as stage:
                rows = _shown(found.rows, source)
                stage.read(rows, path, now=datetime.now(UTC), home=Ranking().zone)
                target = Store.create(root, key_id=Pseudonyms(key).key_id)
                judge_again(target, key)
                receipt = keep(
                    stage,
                    target,
                    bodies or target.panel().merged(stage.bodies()),
                    key,
                    source=found.layout.name,
                    collected_at=datetime.now(UTC),
                    file_name=source.name,
                    covers=interval,
                )
                typer.echo(
                    f"{path} ({found.layout.name}): {_summary(stage.tally(), receipt)}", err=True
                )
                for remark in filter(None, [found.taken, *found.remarks]):
                    typer.echo(f"  {remark}", err=True)
                if stage.notices:
                    typer.echo(f"  {_notices(stage.notices)}", err=True)
                for remark in stage.remarks():
                    typer.echo(f"  {remark}", err=True)
                _report(path, stage.refusals(), write_row)


def _pairs(entries: Sequence[str]) -> dict[str, str]:
    """From our columns to those of the files: of `sent_at=date`."""
    pairs: dict[str, str] = {}
    for entry in entries:
        ours, theirs = (name.strip() for name in (*entry.split("=", 1), "")[:2])
        if not ours or not theirs:
            raise UsageError(
                f"--map {entry}: write OURS=THEIRS, as in sent_at=date; a file of such lines is a "
                "layout: --layout FILE.toml"
            )
        if ours in pairs:
            raise UsageError(
                f"--map names two columns for {ours}: {pairs[ours]} and {theirs}; where either may "
                f'say it, write {ours} = ["{pairs[ours]}", "{theirs}"] into a layout of your own'
            )
        pairs[ours] = theirs
    return pairs


def _bodies(
    root: Path | str, option: Path | None, from_data: bool, setting: Path | None, *, needed: bool
) -> Panel | None:
    """The panel whose messages to keep; None: that of each file, or none where none is needed."""
    from socialscore.inputs.panel_file import read_panel
    from socialscore.store.lake import Store

    if option and from_data:
        raise UsageError("--panel and --bodies-from-data contradict each other; give one")
    store = Store.find(root)  # also: complains before a long reading, not after it
    if from_data:
        return None
    if path := option or setting:
        return read_panel(path)
    if store and (known := store.panel()).bodies:
        return known
    if not needed:
        return None
    raise UsageError(
        "whose messages? Write the bodies into the panel that `socialscore init` makes, or give "
        "--panel FILE, or --bodies-from-data to take all bodies"
    )


def _clock(timezone: str | None, date_format: str | None) -> Clock:
    """What the options say of the times of the files."""
    from zoneinfo import ZoneInfo, available_timezones

    from socialscore.importers.staged import Clock
    from socialscore.importers.time_formats import checked_date_format

    if timezone and timezone not in (known := available_timezones()):
        raise UnknownName("timezone", timezone, known)
    try:
        checked = date_format and checked_date_format(date_format)
    except ValueError as error:
        raise UsageError(f"--date-format {date_format}: {error}") from None
    return Clock(checked, ZoneInfo(timezone) if timezone else None)


def _interval(covers: str | None) -> tuple[datetime, datetime] | None:
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.period import CLOCKS_DIFFER, LAST_MATURED_WEEK, parse_period

    if covers is None:
        return None
    if covers in ("all", "last-week", LAST_MATURED_WEEK):
        raise UsageError(f"--covers {covers}: name the period, as in 2026-W46 or FROM..UNTIL")
    now = datetime.now(UTC)
    period = parse_period(covers, Ranking().zone, covered=(now, now))
    if period.until > now + CLOCKS_DIFFER:
        problem = "ends later than now; name what is over, as in FROM..UNTIL"
        raise UsageError(f"--covers {covers}: {problem}")
    return period.since, period.until


def _shown(reading: StagedRows, source: Source) -> StagedRows:
    """The same rows, with a progress bar by bytes while they are read, on a terminal."""
    return replace(reading, pieces=_with_bar(reading.pieces, source))


def _with_bar(pieces: Iterator[pa.Table], source: Source) -> Iterator[pa.Table]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as bar:
        task = bar.add_task(source.path.name, total=source.size)
        for piece in pieces:
            bar.update(task, completed=source.bytes_read)
            yield piece


def _summary(tally: FileCounts, receipt: Receipt) -> str:
    """The closing line. It counts messages; one is kept under each account that it concerns."""
    n_messages = tally.n_rows - tally.n_refused - tally.n_repeated
    saved = receipt.saved
    n_known = receipt.n_addressed - saved.n_new_messages - saved.n_changed_messages
    each = f" ({saved.n_new:,}, counted once under each account that they concern)"
    parts = [
        f"{counted(tally.n_rows, 'row')} read, {tally.n_replies:,} of them replies",
        f"{counted(saved.n_new_messages, 'message')} kept"
        + each * (saved.n_new > saved.n_new_messages),
        f"{n_known + tally.n_repeated:,} already known",
    ]
    if saved.n_changed_messages:
        parts.append(f"{saved.n_changed_messages:,} changed by an edit or a deletion")
    parts.append(f"{n_messages - receipt.n_addressed:,} neither by nor to a body of the panel")
    if tally.n_damaged:
        parts.append(f"{tally.n_damaged:,} damaged but kept")
    spanned = f" on {tally.n_refused_lines:,} lines"
    parts.append(
        f"{tally.n_refused:,} refused{spanned * (tally.n_refused_lines > tally.n_refused)}"
    )
    unchanged = not saved.n_new and not saved.n_changed
    return "; ".join(parts) + ("; no message changed" if unchanged else "")


def _notices(found: Mapping[str, int]) -> str:
    """Which rows of a file are no messages."""
    n_rows = sum(found.values())
    kinds = ", ".join(f"{number:,} × {name}" for name, number in found.items())
    return f"{n_rows:,} {'row is no message' if n_rows == 1 else 'rows are no messages'}: {kinds}"


@contextmanager
def _listing(path: Path | None) -> Iterator[Callable[[Sequence[object]], object] | None]:
    """Gathers rows of what was refused, and writes them in the end; None without a path."""
    if path is None:
        yield None
        return
    check_output(path)  # before anything is kept: the list cannot be made again
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "line", "outcome", "reason"])
    try:
        yield lambda row: writer.writerow([cell_text(str(cell)) for cell in row])
    finally:
        write_output(path, text.getvalue())


def _report(
    path: Path, refusals: Iterator[RefusedRow], write: Callable[[Sequence[object]], object] | None
) -> None:
    """Show the first rows with something wrong, and write all where they are wanted."""
    n_hidden = 0
    for n, refusal in enumerate(refusals):
        if n < _N_SHOWN:
            typer.echo(f"  line {refusal.line}: {refusal.outcome}: {refusal.reason}", err=True)
        else:
            n_hidden += 1
        if write:
            write([path, refusal.line, refusal.outcome, refusal.reason])
    if n_hidden and write is None:
        typer.echo(f"  and {n_hidden:,} more; --refused FILE lists them all", err=True)
