"""`socialscore panel`: whether a panel is sound, and whom it names."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import StoreOption, settings_here
from socialscore.commands.screens import aligned, say
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.inputs.formulas import cell_text
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from socialscore.errors import SocialscoreError
    from socialscore.inputs.panel import Panel, PanelReading

    Fact = tuple[str, str, int, Sequence[str]]

__all__ = ["command"]

_ACTIONS = ("check",)
_NAME = "panel.csv"  # in a store
_PROBLEMS = ("file", "line", "problem")
_FACTS = ("what", "of", "number", "which")
_MOST_NAMES = 5  # in a cell of the table


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="check",
            help="check: list every mistake in a panel, or what is in it.",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="The panel. Default: `panel` in socialscore.toml, else the one that the store "
            "remembers.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    format_name: Annotated[
        str, typer.Option("--format", help="Output format: table, csv or json.")
    ] = "table",
) -> None:
    """Check a panel: list every mistake with its line, or sum up whom it names.

    Exit codes: 0 the panel is sound; 3 something is wrong with it.
    """
    if action not in _ACTIONS:
        raise UnknownName("action", action, _ACTIONS)
    if format_name not in ("table", *_FORMATS):
        raise UnknownName("format", format_name, ("table", *_FORMATS))
    path, reading = _examined(file, store)
    if problems := reading.problems:
        typer.echo(_of_problems(problems, path, format_name), nl=False)
        say(f"{len(problems):,} problem{'s' * (len(problems) > 1)}")
        raise typer.Exit(InputError.exit_code)
    typer.echo(_of_panel(reading.panel, format_name), nl=False)
    say(f"{path}: no problem")


def _examined(file: Path | None, root: str | None) -> tuple[Path | str, PanelReading]:
    """The panel and where it is.

    Raises:
        UsageError: there is none.
    """
    from socialscore.inputs.panel import examine_panel
    from socialscore.store.lake import Store

    settings = settings_here()
    if path := file or (None if root else settings.panel):
        return path, examine_panel(path)
    store = Store.find(root or settings.store)
    content = store.location.read(_NAME) if store else None
    if store is None or content is None:
        raise UsageError(
            "no body is named yet: write a line for each account into panel.csv, which "
            "`socialscore init` makes, or name a FILE"
        )
    place = f"{store.location}/{_NAME}"
    return place, examine_panel(place, content, accepted=True)


# --- what is in it ------------------------------------------------------------------------------


def _facts(panel: Panel) -> list[Fact]:
    """What there is, of which kind, how many of it, and which where these are few."""
    categories = Counter(body.category for body in panel.bodies)
    accounts = Counter(account.network for _, account in panel.accounts())
    unknown: dict[str, list[str]] = {}
    for _, account in panel.accounts():
        if account.is_unidentified and not account.other_ids:
            unknown.setdefault(account.network, []).append(account.handle)
    alone = [body.name for body in panel.bodies if not body.accounts]
    return [
        ("bodies", "", len(panel.bodies), ()),
        *(("bodies by category", it or "none", n, ()) for it, n in sorted(categories.items())),
        *([("bodies without an account", "", len(alone), alone)] if alone else ()),
        *(("accounts by network", network, n, ()) for network, n in sorted(accounts.items())),
        *(
            ("accounts without account_id", network, len(handles), handles)
            for network, handles in sorted(unknown.items())
        ),
    ]


def _of_panel(panel: Panel, format_name: str) -> str:
    if format_name != "table":
        facts = (
            (what, of, n, ", ".join(which) if format_name == "csv" else which)
            for what, of, n, which in _facts(panel)
        )
        return _FORMATS[format_name](_FACTS, facts)
    rows = [
        (what, formatting.one_line(of), formatting.count(n), _some(which))
        for what, of, n, which in _facts(panel)
    ]
    lines = aligned([_FACTS, *rows], numbers=(2,))
    return "".join(f"{line}\n" for line in lines)


def _of_problems(problems: Sequence[SocialscoreError], path: Path | str, format_name: str) -> str:
    if format_name == "table":
        return "".join(f"{problem}\n" for problem in problems)
    places = [getattr(each, "place", None) for each in problems]
    rows = (
        (str(path), getattr(place, "line", None), str(each).removeprefix(f"{place}: "))
        for each, place in zip(problems, places, strict=True)
    )
    return _FORMATS[format_name](_PROBLEMS, rows)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(formatting.one_line, names[:_MOST_NAMES]))
    return f"{shown} …" if len(names) > _MOST_NAMES else shown


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(cell) if isinstance(cell, str) else cell for cell in row])
    return lines.getvalue()


def _json(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


_FORMATS: dict[str, Callable[[Sequence[str], Iterable[Sequence[object]]], str]] = {
    "csv": _csv,
    "json": _json,
}
