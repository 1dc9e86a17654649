"""`socialscore init`: begin a project."""

from __future__ import annotations

from pathlib import Path

import typer

from socialscore.errors import UsageError
from socialscore.runtime.write_file import create_file

__all__ = ["command"]


def command() -> None:
    """Create a commented socialscore.toml in this folder.

    It says where the store, the panel and the pseudonym key are.
    """
    from socialscore.inputs.settings import FILE_NAME, TEMPLATE

    path = Path(FILE_NAME)
    try:
        create_file(path, TEMPLATE)
    except FileExistsError:
        raise UsageError(f"{path} already exists; edit it, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
    typer.echo(f"wrote {path}; next: socialscore import FILE", err=True)
