"""What the shell offers when somebody presses tab: values of options and arguments.

A shell asks at every press, so nothing here imports an engine, or what reads and checks settings.
Whatever cannot be found out offers nothing.
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import typer  # noqa: TC002  typer looks at annotations itself

from socialscore.inputs.shipped import calendar_names, layout_names, preset_names, ranking_names
from socialscore.model.network import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "GROUPS",
    "among",
    "body_ids",
    "calendars",
    "charted",
    "layouts",
    "metrics",
    "networks",
    "presets",
    "published_bodies",
    "rankings",
]

GROUPS = ("account", "network", "category", "day", "week", "hour", "hour-of-week")
"""What `--by-group` takes; to import them takes an engine."""

_METRICS = Path(__file__).parents[1] / "scoring" / "metrics.py"
_NAME = re.compile(r'(?:\bname=|\b_(?!excluded|under)\w+\(\s*)"(\w+)"')


def among(names: Iterable[str] | Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """What offers these names."""

    def offered(incomplete: str) -> list[str]:
        found = names() if callable(names) else names
        return [name for name in found if name.startswith(incomplete)]

    return offered


calendars = among(calendar_names)
layouts = among(layout_names)
networks = among(NETWORKS)
presets = among(preset_names)


def rankings(incomplete: str) -> list[str]:
    """Shipped rankings, and the TOML files of the folder that is being typed."""
    folder, slash, _ = incomplete.rpartition("/")  # as typed: ./ stays
    found = sorted(Path(folder + slash).glob("*.toml"))
    files = (f"{folder}{slash}{path.name}" for path in found if path.name != _SETTINGS)
    return [name for name in (*ranking_names(), *files) if name.startswith(incomplete)]


def metrics(incomplete: str) -> list[str]:
    """Metrics; in a list with commas, after those that are typed already.

    Their names are read from the text of the module that declares them, since to import it takes
    an engine. Ends of intervals and counts by reason or selection are not offered.
    """
    *typed, last = incomplete.split(",")
    names = dict.fromkeys(_NAME.findall(_METRICS.read_text(encoding="utf-8")))
    return [
        ",".join([*typed, name]) for name in names if name.startswith(last) and name not in typed
    ]


def body_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """The bodies of the panel: of the option, the settings or the store."""
    store = ctx.params.get("store") or _setting("store") or "socialscore-data"
    panel = ctx.params.get("panel") or _setting("panel") or Path(store) / "panel.csv"
    return _bodies_in(Path(panel), incomplete)


def published_bodies(ctx: typer.Context, incomplete: str) -> list[str]:
    """The bodies of the latest publication of the ranking that is named already."""
    folder = Path(ctx.params.get("out") or _setting("published") or "published")
    name = Path(ctx.params.get("ranking") or "").name.removesuffix(".toml")
    tables = sorted((folder / name).glob("*/ranking.csv"))
    return _bodies_in(tables[-1], incomplete) if tables else []


def charted(ctx: typer.Context, incomplete: str) -> list[str]:
    """What the chart that is named already can be of."""
    of_a_body = ctx.params.get("kind") == "trend"
    return published_bodies(ctx, incomplete) if of_a_body else rankings(incomplete)


def _bodies_in(path: Path, incomplete: str) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = dict.fromkeys(row.get("body_id") or "" for row in csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        return []
    return [body_id for body_id in found if body_id and body_id.startswith(incomplete)]


_SETTINGS = "socialscore.toml"


def _setting(name: str) -> Path | None:
    """The path that the environment, or the settings of this folder or one above, say."""
    if said := os.environ.get(f"SOCIALSCORE_{name.upper()}"):
        return Path(said)
    try:
        here = Path.cwd()
        file = next(it for it in (here / _SETTINGS, *_above(here)) if it.is_file())
        value = tomllib.loads(file.read_text(encoding="utf-8")).get(name)
    except (OSError, ValueError, StopIteration):
        return None
    return file.parent / value if isinstance(value, str) else None


def _above(folder: Path) -> Iterator[Path]:
    return (each / _SETTINGS for each in folder.parents)
