"""`socialscore panel`: whether a panel is sound, whom it names, and panels from registers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import StoreOption, settings_here
from socialscore.commands.confirmation import YesOption  # noqa: TC001  typer looks at it itself
from socialscore.commands.output import (
    FormatOption,
    chosen_format,
    put_listing,
    put_problems,
)
from socialscore.commands.screens import say
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.model.network import DEFAULT_NETWORK
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.panel_file import PanelReading

    Fact = tuple[str, str, int, Sequence[str]]

__all__ = ["REGISTERS", "command"]

_ACTIONS = ("check", "import")
REGISTERS = ("annuaire", "wikidata", "congress", "parlement", "csv")
"""What `--as` takes; to import their readers takes a while."""

_NAME = "panel.csv"  # in a store
_FACTS = ("what", "of", "number", "which")
_MOST_NAMES = 5  # in a cell of the table


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="check|import",
            autocompletion=completion.among(_ACTIONS),
            help="check: list every mistake in a panel, or what is in it. import: make a panel of "
            "a register, or merge one into a panel.",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="check: the panel. Default: `panel` in socialscore.toml, else the one that the "
            "store remembers. import: the register.",
            show_default=False,
        ),
    ] = None,
    register: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="REGISTER",
            autocompletion=completion.among(REGISTERS),
            help="import: what FILE is: annuaire (French directory of the administration), "
            "wikidata (result of a query), congress (United States), parlement (French members "
            "of parliament) or csv (any table, with --map).",
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help="import --as csv: name the file's column for one of ours, as in body=nom; a "
            f"network is a column of its handles or addresses, as in {DEFAULT_NETWORK}=compte. "
            "May be repeated.",
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="import: category of bodies to which the register gives none."
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="PANEL",
            help="import: merge into this panel, whose other lines and comments stay; the "
            "difference is shown first.",
        ),
    ] = None,
    ended: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="import --into: end accounts that the register no longer has on DAY. Default: "
            "they are listed, and stay.",
        ),
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="import: write everything that became no account to FILE (CSV), with line and "
            "reason.",
        ),
    ] = None,
    yes: YesOption = False,
    store: StoreOption = None,
    format_name: FormatOption = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="import: write to FILE instead of the terminal."),
    ] = None,
) -> None:
    """Check a panel, or make one of an open register of public bodies.

    Exit codes of check: 0 the panel is sound; 3 something is wrong with it.
    """
    if action not in _ACTIONS:
        raise UnknownName("action", action, _ACTIONS)
    if action == "check":
        if register or columns or category or into or ended or refused or yes or output:
            raise UsageError("`socialscore panel check` takes --store and --format only")
        _check(file, store, chosen_format(format_name))
        return
    from socialscore.commands.panel_import import (
        day_of,
        merge_into,
        new_panel,
        pairs,
        register_read,
    )

    if file is None or register is None:
        known = ", ".join(REGISTERS)
        raise UsageError(f"name a file and say what it is: panel import FILE --as {known}")
    if store or (into and output) or (not into and (ended or yes or format_name)):
        raise UsageError(
            "--into PANEL merges and takes --ended, --yes and --format; without it, --output FILE "
            "says where to write; --store is for `socialscore panel check`"
        )
    day, format_name = day_of(ended), chosen_format(format_name)
    found = register_read(file, register, pairs(columns or []), category or "", refused)
    if into:
        merge_into(into, found, format_name, ended=day, yes=yes)
    else:
        new_panel(found, output)


def _check(file: Path | None, store: str | None, format_name: str) -> None:
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
