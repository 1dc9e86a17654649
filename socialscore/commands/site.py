"""`socialscore site`: pages of what was published, for any web server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialscore.commands.common import settings_here
from socialscore.commands.screens import say
from socialscore.errors import TooLittleData, UsageError

__all__ = ["command"]


def command(
    published: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PUBLISHED]",
            help="Folder with the publications. Default: `published` in socialscore.toml, else "
            "./published.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for the site. Default: `site`, beside the publications.",
        ),
    ] = None,
) -> None:
    """Build a website of all publications, in English and French, with all files to download.

    The pages load nothing from other sites, and need a web server for nothing but to lie on it.
    Each file is replaced atomically, so a server can serve the folder meanwhile. Pages that no
    longer belong are removed; other files in the folder stay. A publication that was tampered with
    is refused. Exit codes: 0 done; 6 nothing is published yet.
    """
    from socialscore.publishing.site import About, pages
    from socialscore.publishing.site.mirror import update

    settings = settings_here()
    about = About(
        settings.site_name, settings.site_url, settings.site_contact, settings.site_licence
    )
    source = published or settings.published
    target = out or source.absolute().with_name("site")
    if source.resolve() in (target.resolve(), *target.resolve().parents):
        raise UsageError(
            f"{target}: the site cannot lie inside the published folder; choose another"
        )
    if any(source.glob("*/manifest.json")):
        raise UsageError(f"{source} is a single series; name the folder in which it lies")
    files = pages(source, about)
    if not files:
        raise TooLittleData(
            f"nothing is published in {source} yet, so there is nothing to show; "
            "run `socialscore publish RANKING` first, or name another folder"
        )
    done = update(files, target)
    if done.n_written or done.n_removed:
        say(f"{target}: {done.n_written:,} files written, {done.n_removed:,} removed")
    else:
        say(f"{target}: nothing has changed")
