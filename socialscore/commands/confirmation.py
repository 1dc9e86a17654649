"""Asking before something is erased or overwritten, and saying what it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.screens import is_watched
from socialscore.errors import UsageError

if TYPE_CHECKING:
    from socialscore.store.erase import Found

__all__ = ["YesOption", "agreed", "in_words"]

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def agreed(question: str, act: str = "erase") -> bool:
    """Whether the person at the terminal says yes.

    Args:
        question: what to ask.
        act: what `--yes` allows without asking, for the error.

    Raises:
        UsageError: there is none.
    """
    if not (is_watched() and sys.stdin.isatty()):
        raise UsageError(f"no terminal to confirm on; add --yes to {act} without asking")
    # typer's own question would leave a space on stdout.
    typer.echo(f"{question} [y/N] ", nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def in_words(found: Found, altered: str = "row{} of others that name{s} it") -> str:
    """What there is to erase, or was.

    Args:
        found: the counts; those of what stays are left out.
        altered: what the rows are that stay, and lose something; `{}` and `{s}` are endings.
    """
    counts = {
        "row{} of messages": found.n_erased,
        altered: found.n_altered,
        "stream{} in view": found.n_streams,
        "page{} set aside": found.n_pages,
        "line{} of the panel": found.n_accounts,
    }
    return ", ".join(
        f"{n:,} {text.format('' if n == 1 else 's', s='s' if n == 1 else '')}"
        for text, n in counts.items()
        if n
    )
