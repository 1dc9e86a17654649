"""`socialscore init`: begin a project."""

from __future__ import annotations

from pathlib import Path

import typer

from socialscore.errors import UsageError
from socialscore.runtime.write_file import create_file

__all__ = ["command"]

_PANEL = "panel.csv"


def command() -> None:
    """Create a commented socialscore.toml and panel.csv in this folder.

    The settings say where the store, the panel and the pseudonym key are; the panel, whose
    messages count. A panel.csv that is there stays as it is.
    """
    from socialscore.inputs import panel, settings

    if not _created(Path(settings.FILE_NAME), settings.TEMPLATE):
        raise UsageError(f"{settings.FILE_NAME} already exists; edit it, or remove it first")
    if _created(Path(_PANEL), panel.TEMPLATE):
        did, then = f"wrote {settings.FILE_NAME} and {_PANEL}", "write the bodies into"
    else:
        did, then = f"wrote {settings.FILE_NAME}", "look through"
    way = f"{then} {_PANEL}, then socialscore panel check, then socialscore import FILE"
    typer.echo(f"{did}; next: {way}", err=True)


def _created(path: Path, text: str) -> bool:
    """Whether the file was written; there may be one already.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        create_file(path, text)
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
    return True
