"""`socialscore panel import`: a panel from a register of public bodies."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from socialscore.commands.confirmation import agreed
from socialscore.commands.output import PROBLEMS, problem_record, put, put_listing
from socialscore.commands.screens import say
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.inputs.panel import Panel
from socialscore.inputs.panel_file import examine_panel, is_blank
from socialscore.inputs.panel_merge import EMPTY, merged_panel, panel_changes
from socialscore.inputs.toml_files import read_whole
from socialscore.inputs.value_errors import raise_all
from socialscore.model.network import BY_NAME
from socialscore.reporters import formatting
from socialscore.reporters.files import check_output, write_output
from socialscore.reporters.listings import listing_to_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from socialscore.importers.registers.assembling import RegisterReading
    from socialscore.inputs.panel_merge import PanelChange

__all__ = ["CHANGES", "day_of", "merge_into", "new_panel", "pairs", "register_read"]

CHANGES = ("change", "body_id", "body", "network", "handle", "note")
"""The columns of the difference between a panel and a register."""

_MOST_BYTES = 100_000_000
_N_SHOWN = 10
_MARK = b"\xef\xbb\xbf"  # that spreadsheets put before UTF-8


def register_read(
    path: Path, name: str, columns: Mapping[str, str], category: str, refused: Path | None
) -> RegisterReading:
    """What a register holds; what became no account of it is said, and written to `refused`."""
    from socialscore.importers.registers import REGISTERS
    from socialscore.importers.registers.assembling import assembled
    from socialscore.importers.registers.opened import RegisterFile

    if name not in REGISTERS:
        raise UnknownName("register", name, REGISTERS)
    if columns and name != "csv":
        raise UsageError(f"--map is for --as csv; the columns of {name} are known")
    if refused:
        check_output(refused)
    file = RegisterFile(path, columns)
    found = assembled(REGISTERS[name].entries(file), category)
    if not found.bodies:
        raise InputError(path, "names no body; is it another register?")
    for line in (_counts(found), *_remarks(found), *file.remarks):
        say(f"{path}: {line}")
    _tell_refused(found.refused, refused)
    return found


def _counts(found: RegisterReading) -> str:
    accounts = Counter(account.network for body in found.bodies for account in body.accounts)
    parts = [
        formatting.counted(len(found.bodies), "body"),
        *(f"{n:,} on {BY_NAME[network].label}" for network, n in sorted(accounts.items())),
    ]
    return ", ".join(parts)


def _remarks(found: RegisterReading) -> Iterable[str]:
    """What somebody should know who makes a panel of it."""
    if alone := [body.name for body in found.bodies if not body.accounts]:
        yield f"without an account: {_some(alone)}"
    several = [
        f"{body.name} ({n} on {BY_NAME[network].label})"
        for body in found.bodies
        for network, n in Counter(account.network for account in body.accounts).items()
        if n > 1
    ]
    if several:
        yield f"with several accounts on one network: {_some(several)}"
    if elsewhere := found.elsewhere:
        listed = [
            f"{n:,} of {name}" for name, n in sorted(elsewhere.items(), key=lambda it: -it[1])
        ]
        yield f"left out, of networks that cannot be ranked: {_some(listed)}"


def _some(texts: Sequence[str]) -> str:
    shown = ", ".join(map(formatting.one_line, texts[:5]))
    return f"{len(texts):,}: {shown}" + (" …" if len(texts) > 5 else "")


def _tell_refused(problems: Sequence[InputError], file: Path | None) -> None:
    """Say what became no account: the first ones and, in a file, all."""
    for problem in problems[:_N_SHOWN]:
        typer.echo(f"  {formatting.one_line(str(problem))}", err=True)
    if len(problems) > _N_SHOWN and file is None:
        n_more = len(problems) - _N_SHOWN
        typer.echo(f"  and {n_more:,} more; --refused FILE lists them all", err=True)
    if file:
        write_output(file, listing_to_csv(PROBLEMS, map(problem_record, problems)))


def pairs(entries: Sequence[str]) -> dict[str, str]:
    """From our columns to those of the table: of `body=nom`."""
    found: dict[str, str] = {}
    for entry in entries:
        ours, _, theirs = (part.strip() for part in entry.partition("="))
        if not ours or not theirs:
            raise UsageError(f"--map {entry}: write OURS=THEIRS, as in body=nom")
        if ours in found:
            raise UsageError(f"--map names two columns for {ours}: {found[ours]} and {theirs}")
        found[ours] = theirs
    return found


def day_of(text: str | None) -> date | None:
    """The day of `--ended`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--ended {text}: write a day such as 2026-11-23") from None


# --- a new panel, or one that is there ------------------------------------------------------------


def new_panel(found: RegisterReading, output: Path | None) -> None:
    """Write the register as a panel of its own.

    Raises:
        UsageError: the file is a panel already, in which somebody may have written.
    """
    if output and output.is_file() and not is_blank(output):
        problem = f"--output {output}: there is a panel already"
        raise UsageError(f"{problem}; --into {output} merges, or choose another file")
    changes = panel_changes(Panel("", ()), found.bodies)
    put(merged_panel(output or "the new panel", EMPTY, changes), output)


def merge_into(
    path: Path, found: RegisterReading, format_name: str, *, ended: date | None, yes: bool
) -> None:
    """Show what a register changes in a panel and, if somebody agrees, change it."""
    content = read_whole(path, "the panel", _MOST_BYTES)
    panel = Panel(path.stem, ())
    if not is_blank(path):
        reading = examine_panel(path, content)
        raise_all(reading.problems)
        panel = reading.panel
    changes = panel_changes(panel, found.bodies)
    merged = merged_panel(path, content.removeprefix(_MARK).decode(), changes, ended)
    put_listing(format_name, CHANGES, map(_record, changes), lambda: _table(changes))
    say(f"{path}: {_in_words(changes)}")
    new = content[: len(_MARK) * content.startswith(_MARK)] + merged.encode()
    if new == content:
        say(f"{path} stays as it is")
    elif yes or agreed(f"Write {path}?", "write"):
        write_output(path, new)
        say(f"wrote {path}")
    else:
        say(f"{path} was not changed")


def _record(change: PanelChange) -> dict[str, Any]:
    account = change.account
    return {
        "change": change.what,
        "body_id": change.body.body_id,
        "body": change.body.name,
        "network": account.network if account else "",
        "handle": account.handle if account else "",
        "note": change.note,
    }


def _table(changes: Sequence[PanelChange]) -> list[str]:
    """The first lines of every kind of change."""
    kinds = Counter(change.what for change in changes)
    if not kinds:
        return []
    shown: Counter[str] = Counter()
    rows: list[tuple[str, ...]] = [CHANGES]
    for change in changes:
        shown[change.what] += 1
        if shown[change.what] <= _N_SHOWN:
            rows.append(tuple(map(formatting.one_line, _record(change).values())))
    more = [f"and {n - _N_SHOWN:,} more: {what}" for what, n in kinds.items() if n > _N_SHOWN]
    return [*formatting.aligned(rows), *more, *(["--format csv lists them all"] if more else [])]


def _in_words(changes: Sequence[PanelChange]) -> str:
    kinds = Counter(change.what for change in changes)
    return ", ".join(f"{what}: {n:,}" for what, n in kinds.items()) or "nothing is new"
