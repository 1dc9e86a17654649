"""`socialscore panel`: whether a panel is sound, and whom it names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import StoreOption, settings_here
from socialscore.commands.output import (
    FormatOption,
    chosen_format,
    put_listing,
    put_problems,
)
from socialscore.commands.screens import say
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.panel_file import PanelReading

    Fact = tuple[str, str, int, Sequence[str]]

__all__ = ["command"]

_ACTIONS = ("check",)
_NAME = "panel.csv"  # in a store
_FACTS = ("what", "of", "number", "which")
_MOST_NAMES = 5  # in a cell of the table


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="check",
            autocompletion=completion.among(_ACTIONS),
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
    format_name: FormatOption = None,
) -> None:
    """Check a panel: list every mistake with its line, or sum up whom it names.

    Exit codes: 0 the panel is sound; 3 something is wrong with it.
    """
    if action not in _ACTIONS:
        raise UnknownName("action", action, _ACTIONS)
    format_name = chosen_format(format_name)
    path, reading = _examined(file, store)
    if problems := reading.problems:
        put_problems(format_name, problems)
        say(f"{len(problems):,} problem{'s' * (len(problems) > 1)}")
        raise typer.Exit(InputError.exit_code)
    _put_facts(reading.panel, format_name)
    say(f"{path}: no problem")


def _examined(file: Path | None, root: str | None) -> tuple[Path | str, PanelReading]:
    """The panel and where it is.

    Raises:
        UsageError: there is none.
    """
    from socialscore.inputs.panel_file import examine_panel
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


def _put_facts(panel: Panel, format_name: str) -> None:
    facts = _facts(panel)
    rows = (
        (what, of, n, ", ".join(which) if format_name == "csv" else which)
        for what, of, n, which in facts
    )
    records = (dict(zip(_FACTS, row, strict=True)) for row in rows)
    put_listing(format_name, _FACTS, records, lambda: _table(facts))


def _table(facts: Sequence[Fact]) -> list[str]:
    rows = [
        (what, formatting.one_line(of), formatting.count(n), _some(which))
        for what, of, n, which in facts
    ]
    return formatting.aligned([_FACTS, *rows], numbers=(2,))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(formatting.one_line, names[:_MOST_NAMES]))
    return f"{shown} …" if len(names) > _MOST_NAMES else shown
