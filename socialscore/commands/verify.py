"""`socialscore verify`: whether what was published is what was published, and what the data say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import EngineOption, chosen_engine, settings_here
from socialscore.commands.screens import say
from socialscore.errors import InputError
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from socialscore.publishing.verifying import Evidence, Verification

__all__ = ["command"]


def command(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER...",
            help="Publications, or folders of them: one series, or all series.",
            show_default=False,
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="DIR",
            help="Also recompute every number from this store, as it was at the time.",
        ),
    ] = None,
    ranking: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The ranking file, needed with --store if the ranking ignores authors.",
        ),
    ] = None,
    engine: EngineOption = None,
) -> None:
    """Verify that publications are unchanged and their numbers right.

    Without --store, checks the files against the manifest, the manifests against each other,
    and the files of a publication against each other. With it, also recomputes the scoreboard
    and compares it cell by cell; cells that later erasures, edits or language rules explain are
    listed, and are no failure. Exit codes: 0 everything is as published; 3 something is not,
    and every problem is listed.
    """
    from socialscore.publishing.verifying import publications_in, verify

    evidence = _evidence(store, ranking, engine) if store else None
    found = [each for folder in folders for each in publications_in(folder)]
    of_several = len({each.resolve().parent for each in found}) > 1
    failed = []
    for each in found:
        verification = verify(each, evidence)
        name = _name(verification.folder, of_several=of_several)
        _tell(name, verification)
        if verification.problems:
            failed.append(name)
    if failed:
        n_failed = f"{len(failed)} of {_counted(len(found), 'publication')}"
        raise InputError(", ".join(failed), f"{n_failed} not as published")


def _evidence(root: Path | str, ranking: str | None, engine: str | None) -> Evidence:
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import ranking_path
    from socialscore.publishing.verifying import Evidence
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    settings = settings_here()
    store = Store.open(root)
    ignored = load_ranking(ranking_path(ranking)).ignore if ranking else ()
    pseudonym = Pseudonyms(read_key(settings.key_file)).of if ignored else None
    # Neither digests of identifiers nor what was counted once are trusted where it is about being
    # right.
    running = chosen_engine(engine, settings, allow_hashed_ids=False)
    return Evidence(store, ignored, pseudonym, running)


def _name(folder: Path, *, of_several: bool) -> str:
    """What a publication is called; with its series where there are others."""
    name = f"{folder.parent.name}/{folder.name}" if of_several else folder.name
    return formatting.one_line(name)


def _tell(name: str, verification: Verification) -> None:
    for kind in ("touched", "notes", "problems"):
        for sentence in getattr(verification, kind):
            say(f"{name}: {sentence}")
    typer.echo(f"{name}: {_in_short(verification)}")


def _in_short(verification: Verification) -> str:
    counts = [_counted(verification.n_files, "file"), _counted(verification.n_bodies, "body")]
    if verification.n_cells:
        counts.append(f"{_counted(verification.n_cells, 'cell')} computed again")
    if verification.problems:
        verdict = f"NOT as published, {_counted(len(verification.problems), 'problem')}"
    elif verification.touched:
        verdict = "as published, but for what was erased, edited or judged otherwise since"
    else:
        verdict = "as published"
    return f"{', '.join(counts)}: {verdict}"


def _counted(n: int, thing: str) -> str:
    plural = {"body": "bodies"}.get(thing, f"{thing}s")
    return f"{n:,} {thing if n == 1 else plural}"
