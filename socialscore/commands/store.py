"""`socialscore store`: whether the files of a store are what was written, and repairing them."""

from __future__ import annotations

import shlex
import sys
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import StoreOption, screen_width, settings_here
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.commands.screens import is_watched, say
from socialscore.commands.waiting import now
from socialscore.errors import StoreError, UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.store.lake import Store

    Rows = Sequence[tuple[str, ...]]

__all__ = ["command"]

_ACTIONS = ("check", "repair")
_FINDINGS = ("file", "problem", "meaning")
_REPAIRS = ("file", "action", "lost")


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="check|repair",
            autocompletion=completion.among(_ACTIONS),
            help="check: read every file of the store, and list what is damaged. "
            "repair: save what can be saved.",
            show_default=False,
        ),
    ],
    store: StoreOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With repair: only list what it would do.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With repair: do not ask for confirmation.")
    ] = False,
    format_name: FormatOption = None,
) -> None:
    """Check the files of the store for damage, and repair them.

    A repair deletes nothing: what is damaged is moved to `damaged/` in the store. The time of lost
    messages becomes a gap, so that it does not look as if nobody had written. Exit codes: 0 the
    store is sound, or repaired; 5 it is damaged.
    """
    from socialscore.store.lake import Store

    if action not in _ACTIONS:
        raise UnknownName("action", action, _ACTIONS)
    format_name = chosen_format(format_name)
    if action == "check" and (dry_run or yes):
        raise UsageError("--dry-run and --yes are for `socialscore store repair`")
    messages = Store(store or settings_here().store)
    if action == "check":
        _check(messages, format_name, option=f" --store {shlex.quote(store)}" if store else "")
    else:
        _repair(messages, format_name, dry_run=dry_run, yes=yes)


def _check(messages: Store, format_name: str, *, option: str) -> None:
    from socialscore.store.checking import check, panel_edited, without_checksums

    n_files = 0

    def count(_: str) -> None:
        nonlocal n_files
        n_files += 1

    found = list(check(messages, count))
    _print(format_name, _FINDINGS, found, messages)
    if panel_edited(messages):
        say(
            "panel.csv was edited since the last import; if that was not you, compare it with "
            "spare/panel.csv"
        )
    if not found:
        say(f"the store is sound ({_n(n_files, 'data file')})")
        if n_unsure := without_checksums(messages):
            say(
                f"{_n(n_unsure, 'data file')} of an earlier version without checksums: each can be "
                "read and fits its commit, but a changed value would not be noticed"
            )
        return
    repair = f"`socialscore store repair{option}`"
    say(f"{_n(len(found), 'finding')}; {repair} saves what can be saved")
    raise typer.Exit(StoreError.exit_code)


def _repair(messages: Store, format_name: str, *, dry_run: bool, yes: bool) -> None:
    from dataclasses import astuple

    from socialscore.store.repairing import NOTHING, repair

    moment = now()
    planned = [astuple(each) for each in repair(messages, repaired_at=moment, act=False)]
    if not planned:
        _print(format_name, _REPAIRS, [], messages)
        say("nothing is damaged")
        return
    if dry_run or not yes:
        _print(format_name, _REPAIRS, planned, messages)
    if dry_run:
        return
    if not yes and not _agreed():
        say("nothing was changed")
        return
    done = [astuple(each) for each in repair(messages, repaired_at=moment, act=True)]
    if yes or done != planned:
        _print(format_name, _REPAIRS, done, messages)
    say(
        f"{_n(len(done), 'repair')}; what was damaged is in damaged/, which `socialscore forget` "
        "empties"
    )
    if any(lost != NOTHING for *_, lost in done):
        say("look at `socialscore status`, then collect or import what was lost")


def _agreed() -> bool:
    if not (is_watched() and sys.stdin.isatty()):
        raise UsageError("no terminal to confirm on; add --yes to repair without asking")
    typer.echo("Repair it? [y/N] ", nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _n(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- formats ------------------------------------------------------------------------------------


def _print(format_name: str, columns: tuple[str, ...], rows: Rows, store: Store) -> None:
    if format_name == "table":  # for people, who know where the store is
        root = store.location.at("x").removesuffix("x")
        rows = [(file.removeprefix(root), *cells) for file, *cells in rows]
    records = (dict(zip(columns, row, strict=True)) for row in rows)
    put_listing(format_name, columns, records, lambda: _paragraphs(columns, rows))


def _paragraphs(columns: tuple[str, ...], rows: Rows) -> Iterator[str]:
    """One for each file: names and problems are too long to stand side by side."""
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from _paragraph(columns, row)


def _paragraph(columns: tuple[str, ...], row: tuple[str, ...]) -> list[str]:
    width = max(map(len, columns[1:]))
    lines = [row[0]]
    for name, cell in zip(columns[1:], row[1:], strict=True):
        lines += wrap(
            cell,
            screen_width(),
            initial_indent=f"  {name.ljust(width)}  ",
            subsequent_indent=" " * (width + 4),
        )
    return lines
