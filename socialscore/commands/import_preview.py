"""`socialscore import --preview`: how files would be read, and the command to go on with."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import typer

from socialscore.commands.common import screen_width
from socialscore.commands.screens import say
from socialscore.errors import InputError, UsageError
from socialscore.runtime.write_file import create_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from socialscore.importers import FileOptions
    from socialscore.importers.source import Source
    from socialscore.importers.staged import StagedRows
    from socialscore.inputs.panel import Panel
    from socialscore.previewing import Previewed

__all__ = ["show_previews"]

_IN_A_LAYOUT = ("--layout ", "--map ", "--timezone ", "--date-format ")
_FROM_DATA = "--bodies-from-data"
_ONLY_HERE = ("--preview", "--write-layout", "--refused")


def show_previews(
    context: typer.Context,
    files: Sequence[Path],
    options: FileOptions,
    panel: Panel | None,
    layout_file: Path | None,
    shown: Callable[..., StagedRows],
) -> None:
    """Show how each file would be read, and how to go on; exit code 3 if one cannot be imported.

    Args:
        context: that of the command, whose options the next one repeats.
        files: to look at.
        options: what is said of them.
        panel: whose messages would be kept; None: nobody said.
        layout_file: where to write the layout of the only file; None: nowhere.
        shown: rows with a progress bar while they are read.
    """
    from socialscore.inputs.ranking import Ranking
    from socialscore.previewing import preview
    from socialscore.reporters.previews import render_preview

    def looked(source: Source) -> Previewed:
        return preview(
            source,
            options,
            panel,
            zone=Ranking().zone,
            now=datetime.now(UTC),
            shown=partial(shown, source=source),
        )

    _check_layout_file(layout_file, files)
    found = []
    on_screen = sys.stdout.isatty()
    width = screen_width() if on_screen else 80
    for seen in chain.from_iterable(_previews(path, looked) for path in files):
        found.append(seen)
        typer.echo(render_preview(seen.page, width=width, colour=on_screen), nl=False)
    if layout_file:
        _check_layout_file(layout_file, found)
        _write_layout(layout_file, found[0])
    for line in _next(context, found, layout_file):
        typer.echo(line)
    if errors := [each.error for each in found if each.error]:
        raise typer.Exit(errors[0].exit_code)


def _previews(path: Path, looked: Callable[[Source], Previewed]) -> Iterator[Previewed]:
    """What a look at a file shows or, of an archive, at each file that an import would read.

    If it would read none, those are shown of which somebody only has to say which column is which.
    """
    from socialscore.importers import each_read

    unsettled = []

    def settled(source: Source) -> Previewed:
        seen = looked(source)
        if seen.opened is None and seen.error and source.archive:
            unsettled.append(seen)
            raise seen.error
        return seen

    try:
        yield from (seen for _, seen in each_read(path, settled, say))
    except InputError:
        if not unsettled:
            raise
        yield from unsettled


def _check_layout_file(path: Path | None, files: Sequence[object]) -> None:
    if path is None:
        return
    if len(files) > 1:  # also in an archive
        raise UsageError("--write-layout is about one file; give only one")
    if path.suffix != ".toml":
        raise UsageError(f"--write-layout {path}: call it {path.stem}.toml, as layouts are TOML")
    if path.exists():
        raise UsageError(f"{path} already exists; name another file, or remove it first")


def _write_layout(path: Path, seen: Previewed) -> None:
    """Write the layout of a file, as far as it is known."""
    from socialscore.importers.layout_file import format_layout

    opened = seen.opened
    if opened is None or opened.mapped is None or seen.clock is None:
        why = "pages of the X API need none" if opened else "it is not known which column is which"
        typer.echo(f"socialscore: {path} is not written: {why}", err=True)
        return
    text = format_layout(seen.page.path, opened.layout, opened.mapped, seen.clock)
    try:
        create_file(path, text)
    except FileExistsError:
        raise UsageError(f"{path} already exists; name another file, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
    typer.echo(f"wrote {path}, which says which column is which", err=True)


# --- how to go on --------------------------------------------------------------------------------


def _next(
    context: typer.Context, found: Sequence[Previewed], layout_file: Path | None
) -> Iterator[str]:
    """The command to import the files, or those to choose from."""
    said = list(_said(context))
    if layout_file and layout_file.exists():
        said = [each for each in said if not each.startswith(_IN_A_LAYOUT)]
        said.append(f"--layout {shlex.quote(str(layout_file))}")
    choices = next((each.error.ways_out for each in found if each.error), ())
    if choices:
        yield "To go on, fill in and run" if "COLUMN" in choices[0] else "To go on, run one of"
        yield from (f"  {_command(said, [choice, '--preview'])}" for choice in choices)
    elif not any(each.error for each in found):
        yield "To import it:" if len(found) == 1 else "To import them:"
        is_said = all(each.has_panel for each in found) or _FROM_DATA in said
        yield f"  {_command(said, [] if is_said else [_FROM_DATA])}"


def _command(said: Sequence[str], more: Sequence[str]) -> str:
    return " ".join(["socialscore import", *said, *more])


def _said(context: typer.Context) -> Iterator[str]:
    """The files and options of the command, as a shell would take them again."""
    for parameter in context.command.params:
        name = parameter.opts[-1]
        value = context.params.get(parameter.name or "")
        if name in _ONLY_HERE or value is None or value == parameter.default:
            continue
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is True:
                yield name
            elif name.startswith("--"):
                yield f"{name} {shlex.quote(str(each))}"
            else:
                yield shlex.quote(str(each))
