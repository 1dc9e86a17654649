"""What several commands share."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_config_path

from socialscore.commands import completion
from socialscore.errors import UsageError
from socialscore.runtime.limits import limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialscore.engines.base import Engine
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.inputs.settings import Settings
    from socialscore.scoring.source import MessageSource, Pseudonym
    from socialscore.store.lake import Store

__all__ = [
    "AsOfOption",
    "EngineOption",
    "PanelOption",
    "PeriodOption",
    "PresetOption",
    "RankingArgument",
    "RankingFileOption",
    "RecentPeriodOption",
    "ShowTextOption",
    "StoreOption",
    "Subject",
    "audit_file",
    "chosen_engine",
    "chosen_panel",
    "chosen_ranking",
    "fitting_audit",
    "judge_again",
    "pseudonym",
    "screen_width",
    "settings_here",
    "subject",
    "tell_unseen",
]

RankingArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[RANKING]",
        autocompletion=completion.rankings,
        help="A ranking file (TOML), or the name of a shipped ranking such as demo.",
    ),
]


RankingFileOption = Annotated[
    str | None,
    typer.Option(
        "--ranking",
        metavar="FILE",
        autocompletion=completion.rankings,
        help="A ranking file (TOML), or the name of a shipped ranking such as demo.",
    ),
]


def _named(store: str | None) -> str | None:
    """What an option says, if it says something: an empty variable of a script is no folder."""
    if store is not None and not store.strip():
        raise UsageError("--store is empty; name a folder, or leave the option out")
    return store


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DIR",
        callback=_named,
        help="Folder or s3://BUCKET/FOLDER with the collected messages. "
        "Default: `store` in socialscore.toml.",
    ),
]
PanelOption = Annotated[
    Path | None,
    typer.Option(
        "--panel",
        metavar="FILE",
        help="The panel, the bodies to compare: a CSV with one row per account. "
        "Default: `panel` in socialscore.toml, else the bodies in the store.",
    ),
]
PresetOption = Annotated[
    str | None,
    typer.Option(
        "--preset",
        autocompletion=completion.presets,
        help="A published way of counting to build on; `socialscore presets` lists them. "
        "Default: default.",
    ),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="When the requests were written: 2026-W46, 2026-11, 2026-Q4, FROM..UNTIL "
        "(both days included), last-week, last-30-days or all. Default: that of the ranking, "
        "else last-matured-week: the last ISO week that was collected and whose requests have "
        "all matured.",
    ),
]
RecentPeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="When the requests were asked, as for `socialscore rank`. Default: the last 30 days "
        "of the data.",
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="Ignore everything after this time, as if the data ended there. Default: the latest "
        "time at which at least half of the accounts are still in view.",
    ),
]
ShowTextOption = Annotated[
    bool,
    typer.Option("--show-text", help="Include the texts of messages, which are personal data."),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ADDRESS",
        autocompletion=completion.among(("duckdb", "local")),
        help="Query engine: duckdb, or Spark as local, spark://HOST:PORT or sc://HOST:PORT. "
        "Default: `engine` in socialscore.toml, else duckdb.",
    ),
]


@dataclass(frozen=True)
class Subject:
    """What a command is asked about, found and opened."""

    store: Store
    source: MessageSource  # its messages
    panel: Panel
    ranking: Ranking
    as_of: str | None


def subject(
    ranking: str | None,
    options: Mapping[str, object],
    *,
    store: str | None,
    panel: Path | None,
    as_of: str | None,
    engine: str | None = None,
) -> Subject:
    """The store, the panel and the ranking that the options, the ranking file or settings name."""
    from socialscore.inputs.shipped import ranking_path
    from socialscore.scoring import MessageSource
    from socialscore.store.lake import Store

    path = None if ranking is None else ranking_path(ranking)
    chosen = chosen_ranking(path, options)
    settings = settings_here()
    running = chosen_engine(engine, settings)
    root = store or settings.store
    opened = Store.open(root)
    paths = [panel, chosen.panel, settings.panel]
    bodies = chosen_panel(root, *paths)
    source = MessageSource(
        opened,
        pseudonym=_pseudonym_in(opened, settings) if chosen.ignore else None,
        beside=[file for file in (next(filter(None, paths), None), path) if file],
        engine=running,
    )
    return Subject(opened, source, bodies, chosen, as_of)


def _pseudonym_in(store: Store, settings: Settings) -> Pseudonym:
    from socialscore.store.key import pseudonyms_of  # takes its time, and few rankings need it

    return pseudonyms_of(store, settings.key_file).of


def pseudonym(settings: Settings) -> Pseudonym:
    """What makes keyed digests of identifiers, with the key that the settings name."""
    from socialscore.store.privacy import Pseudonyms, read_key

    return Pseudonyms(read_key(settings.key_file)).of


def chosen_ranking(path: Path | None, options: Mapping[str, object]) -> Ranking:
    """The ranking, with metrics that exist."""
    from socialscore.scoring.metrics import checked_ranking

    return checked_ranking(path, options)


def settings_here() -> Settings:
    """The settings of the working folder and the environment; their limits hold from here on.

    A panel that names nobody yet, as `init` writes it, is none.
    """
    from socialscore.inputs.panel_file import is_blank
    from socialscore.inputs.settings import load_settings

    try:
        here = Path.cwd()
    except OSError as error:
        problem = f"the folder in which you work cannot be found ({error.strerror})"
        raise UsageError(f"{problem}; change to another one") from None
    settings = load_settings(here, os.environ, user_config_path("socialscore"))
    if settings.panel and is_blank(settings.panel):
        settings = settings.model_copy(update={"panel": None})
    limit(settings.limits)
    return settings


def chosen_engine(
    address: str | None, settings: Settings, *, allow_hashed_ids: bool = True
) -> Callable[[], Engine]:
    """What makes the engine of the address that is given, else of that of the settings.

    It may be told to count from the messages as they are: `Engine.allow_hashed_ids`.

    Raises:
        UsageError: no engine has such an address.
    """
    from socialscore.engines import engine

    return engine(address or settings.engine, allow_hashed_ids=allow_hashed_ids)


def chosen_panel(root: Path | str, *paths: Path | None) -> Panel:
    """The panel in the first path that is given, else the bodies that the store in `root` knows.

    Accounts have the identifiers under which the store keeps their messages.
    """
    from socialscore.inputs.panel_file import read_panel
    from socialscore.store.lake import Store

    path = next(filter(None, paths), None)
    if path is None:
        return Store.open(root).panel()
    panel, store = read_panel(path), Store.find(root)
    return panel.reconciled(store.panel()) if store else panel


def judge_again(store: Store, key: bytes) -> None:
    """Judge again what other language rules judged and still has its text, and say so on stderr."""
    from socialscore.store.privacy import Pseudonyms
    from socialscore.store.rejudging import rejudge

    found = rejudge(store, salt=Pseudonyms(key).salt, judged_at=datetime.now(UTC))
    if found.n_judged or found.n_kept:
        typer.echo(
            f"the language rules have changed: {found.n_judged:,} messages judged again, "
            f"{found.n_changed:,} of them otherwise than before; {found.n_kept:,} without a text "
            "stay as they were judged",
            err=True,
        )


def audit_file(ranking: str) -> Path:
    """Where the audit of a ranking stands: beside its file, or here for a shipped one."""
    from socialscore.inputs.shipped import ranking_path

    path = ranking_path(ranking)
    folder = path.parent if path == Path(ranking) else Path()
    return folder / f"{path.stem}.audit.json"


def fitting_audit(ranking: str | None, asked: Subject) -> bytes | None:
    """The file of a ranking's audit, if it has one that says something of it as it is now."""
    path = audit_file(ranking) if ranking else None
    if path is None or not path.exists():
        return None
    from socialscore.scoring.auditing.summary import unfit

    content = path.read_bytes()
    if why := unfit(content, path, asked.ranking, asked.panel, asked.source.pseudonym):
        typer.echo(f"socialscore: {path} is left out: it {why}; audit again", err=True)
        return None
    return content


def tell_unseen(asked: Subject, *, named: bool) -> None:
    """Say which of the authors that the ranking ignores are not in the data, if any, on stderr."""
    from socialscore.scoring.ignored import never_seen, unseen_in_words

    if unseen := never_seen(asked.source, asked.ranking):
        said = unseen_in_words(asked.ranking, unseen, named=named)
        typer.echo(f"socialscore: {said}", err=True)


def screen_width() -> int:
    """The width of the terminal, 80 where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
