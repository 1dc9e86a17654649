"""The command line. Each command is a module of this package, imported when it is needed."""

from __future__ import annotations

import errno
import gc
import os
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import CompletionItem, TyperGroup  # type: ignore[attr-defined]

from socialscore.commands.hints import remember
from socialscore.commands.streams import guard
from socialscore.errors import SocialscoreError, StoreError, UnknownName, UsageError
from socialscore.version import __version__

__all__ = ["COMMANDS", "app", "main"]

COMMANDS = {
    "demo": "demo",
    "init": "init",
    "panel": "panel",
    "import": "import_",
    "auth": "auth",
    "collect": "collect",
    "status": "status",
    "refresh": "refresh",
    "forget": "forget",
    "withdraw": "withdraw",
    "store": "store",
    "rank": "rank",
    "explain": "explain",
    "unanswered": "unanswered",
    "topics": "topics",
    "digest": "digest",
    "audit": "audit",
    "publish": "publish",
    "verify": "verify",
    "history": "history",
    "chart": "chart",
    "adoption": "adoption",
    "schedule": "schedule",
    "site": "site",
    "serve": "serve",
    "presets": "presets",
    "check": "check",
    "metrics": "metrics",
}
"""Module by command, in the order in which a newcomer meets them."""

_TOO_MANY = os.strerror(errno.EMFILE)  # what is said where files or sockets are used up

_REMOVED = {
    "settle": "`settle` was removed: rankings count the messages themselves, so nothing needs to "
    "be prepared; leave it out"
}
"""What to say of commands that earlier versions had."""


class _Commands(TyperGroup):
    """Commands that are imported one by one, so that `rank` does not wait for the others."""

    def list_commands(self, _: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if ctx.resilient_parsing and cmd_name not in COMMANDS:
            return None  # somebody pressed tab behind it
        if cmd_name in _REMOVED:
            raise UsageError(_REMOVED[cmd_name])
        if cmd_name not in COMMANDS:
            raise UnknownName("command", cmd_name, COMMANDS)
        return _command(cmd_name)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands from their texts, where one is being typed, else what typer offers."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=_summary(module))
            for name, module in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, _: object, formatter: Any) -> None:
        """List them from their texts: to import all of them takes three times as long."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(module)) for name, module in COMMANDS.items()])


@cache
def _command(name: str) -> Any:
    module = import_module(f"socialscore.commands.{COMMANDS[name]}")
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name=name)(module.command)
    return typer.main.get_command(single)


def _summary(module: str) -> str:
    """The first sentence of the docstring of a module's command."""
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    found = re.search(r'^def command\(.*?"""(.+?)(?:"""|\n)', text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(ctx: typer.Context, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        typer.echo(f"socialscore {__version__}")
        raise typer.Exit


@app.callback()
def _socialscore(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", is_eager=True, callback=_print_version
    ),
) -> None:
    """How well public bodies answer the people who write to them on social networks."""


def main(arguments: list[str] | None = None) -> Any:
    """Run a command and exit; our errors become one line on stderr and their exit code."""
    # A command makes millions of objects, hardly any of them in cycles: looking for these as often
    # as Python does by default takes a tenth to a fifth of a large ranking, import or workbook.
    gc.set_threshold(1_000_000)
    guard()
    remember(sys.argv[1:] if arguments is None else arguments)
    try:
        app(arguments, prog_name="socialscore")
    except BaseException as error:
        # Libraries have errors of their own for it, one of which is no Exception.
        if _TOO_MANY in str(error):
            error = StoreError(
                f"too many files are open at once ({_TOO_MANY}); allow more, such as by "
                "`ulimit -n 1024`, and try again"
            )
        if not isinstance(error, SocialscoreError):
            raise
        typer.echo(f"socialscore: {error}", err=True)
        sys.exit(error.exit_code)
