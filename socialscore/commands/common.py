"""What several commands share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_config_path

from socialscore.settings import Settings, load_settings

if TYPE_CHECKING:
    from socialscore.panel import Panel

__all__ = ["PanelOption", "StoreOption", "chosen_panel", "screen_width", "settings_here"]

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", metavar="DIR", help="The folder of the store. Default: the setting."),
]
PanelOption = Annotated[
    Path | None,
    typer.Option("--panel", metavar="FILE", help="The bodies: a CSV, one row per account."),
]


def settings_here() -> Settings:
    """The settings of the working folder and the environment."""
    return load_settings(Path.cwd(), os.environ, user_config_path("socialscore"))


def chosen_panel(root: Path, *paths: Path | None) -> Panel:
    """The panel in the first path that is given, else the bodies that the store in `root` knows."""
    from socialscore.panel import read_panel
    from socialscore.store.lake import Store

    path = next(filter(None, paths), None)
    return read_panel(path) if path else Store.open(root).panel()


def screen_width() -> int:
    """The width of the terminal, 80 where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
