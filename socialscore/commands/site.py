"""`socialscore site`: pages of what was published, for any web server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from socialscore.commands.common import settings_here
from socialscore.commands.screens import say
from socialscore.errors import UsageError

__all__ = ["command"]


def command(
    published: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PUBLISHED]",
            help="The folder that `publish` wrote. Default: the setting, else published.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where to. Default: site, beside the publications."
        ),
    ] = None,
) -> None:
    """Make a site of all publications: a page per period and per body, and the files to download.

    The pages run no script and fetch nothing from elsewhere. Files are replaced one by one, each at
    once, so a web server may read the folder meanwhile; pages that belong to it no longer are
    removed, and files that others put there stay. A publication that was changed is refused.
    """
    from socialscore.publishing.site import pages
    from socialscore.publishing.site.mirror import update

    source = published or settings_here().published
    target = out or source.absolute().with_name("site")
    if source.resolve() in (target.resolve(), *target.resolve().parents):
        raise UsageError(f"{target}: the site must not lie inside what was published; name another")
    files = pages(source)
    if not files:
        say(f"nothing is published in {source} yet; `socialscore publish RANKING` comes first")
        return
    done = update(files, target)
    if done.n_written or done.n_removed:
        say(f"{target}: {done.n_written:,} files written, {done.n_removed:,} removed")
    else:
        say(f"{target}: nothing has changed")
