"""What to try where nobody has a rank, as whole command lines."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from socialscore.commands.common import Subject
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring.way_out import Step, WayOut

    Keep = Callable[[Step], bool]

__all__ = ["remember", "tell", "tell_way_out"]

_TAKE_KEYS = ("rank", "explain")  # commands with an option for each key of a ranking
_CONTRADICT = ("--since", "--compare-to")  # options that do not go with every --period

_typed: list[str] = []  # the command line that is running, without the name of the program


def remember(arguments: Sequence[str]) -> None:
    """Keep the command line, to propose others like it."""
    _typed[:] = arguments


def tell_way_out(
    asked: Subject, board: Scoreboard, who: str = "no body is", keep: Keep = lambda _: True
) -> None:
    """Say on stderr why the bodies of a scoreboard have no rank, and what gives them one."""
    from socialscore.scoring.way_out import way_out
    from socialscore.store.runs import runs

    out = way_out(
        board,
        asked.source,
        asked.panel,
        asked.ranking,
        as_of=asked.as_of,
        runs=runs(asked.store),
    )
    out = replace(out, steps=tuple(filter(keep, out.steps)))
    tell(out, who)
    if not out.steps:
        typer.echo(
            "  `socialscore status` shows what was collected, and the gaps; `socialscore import "
            "FILE` and `socialscore collect` bring more",
            err=True,
        )


def tell(out: WayOut, who: str = "no body is") -> None:
    """Say on stderr what to do."""
    lines = [f"socialscore: {who} ranked: {out.why}"]
    for step in out.steps:
        lines += [f"  {step.what}:", *(f"    {line}" for line in _command_lines(step))]
    typer.echo("\n".join(lines), err=True)


def _command_lines(step: Step) -> list[str]:
    again = _again(step.options)
    if not step.files:
        return [again]
    covers = ["--covers", step.covers]
    place = [part for flag in ("--panel", "--store") for part in _given(flag)]
    # The store knows the names of files, and not where they lay; none is to look like an option.
    files = [f"{'./' * name.startswith('-')}{name}" for name in step.files]
    files = [name if Path(name).exists() else f"FOLDER/{name}" for name in files]
    return [shlex.join(["socialscore", "import", *files, *place, *covers]), again]


def _again(options: Mapping[str, str]) -> str:
    """The command that is running, with other values of some options."""
    if _typed[0] not in _TAKE_KEYS and options.keys() - {"period"}:
        said = (
            f"{key} = {value}" if value.isdigit() else f'{key} = "{value}"'
            for key, value in options.items()
        )
        return f"in the ranking file: {', '.join(said)}"
    changed = {f"--{key.replace('_', '-')}": value for key, value in options.items()}
    gone = {*changed, *(_CONTRADICT if "period" in options else ())}
    parts = ["socialscore"]
    is_value = False
    for part in _typed:
        if not is_value and part.partition("=")[0] not in gone:
            parts.append(part)
        is_value = not is_value and part in gone
    return shlex.join([*parts, *(part for pair in changed.items() for part in pair)])


def _given(flag: str) -> list[str]:
    """An option of the command that is running, with its value; empty: it is not given."""
    for part, value in zip(_typed, [*_typed[1:], ""], strict=True):
        if part == flag:
            return [flag, value]
        if part.startswith(f"{flag}="):
            return [part]
    return []
