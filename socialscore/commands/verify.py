"""`socialscore verify`: whether what was published is what was published, and what the data say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands.common import EngineOption, chosen_engine, settings_here
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.commands.screens import say
from socialscore.errors import InputError, UsageError
from socialscore.reporters import formatting
from socialscore.reporters.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.publishing.verifying import Evidence, Verification, Witness

__all__ = ["command"]

_SAID = ("touched", "notes", "problems")  # sentences
_COLUMNS = (
    *("publication", "as_published", "n_files", "n_bodies", "n_cells", "signed_by"),
    *_SAID,
)


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
            help="Also compare the options with this ranking file and the panel with that of the "
            "file. Needed with --store if the ranking ignores authors.",
        ),
    ] = None,
    allowed_signers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Require a signature of every publication by somebody in this file, which "
            "ssh-keygen(1) describes.",
        ),
    ] = None,
    engine: EngineOption = None,
    format_name: FormatOption = None,
) -> None:
    """Verify that publications are unchanged and their numbers right.

    Without --store, checks the files against the manifest, the manifests against each other,
    and the files of a publication against each other. With it, also recomputes the scoreboard
    and compares it cell by cell; cells that later erasures, edits or language rules explain are
    listed, and are no failure. The panel is compared with that of the store and of --ranking,
    the options with those of --ranking; what nobody vouched for is listed. Exit codes: 0
    everything is as published; 3 something is not, and every problem is listed.
    """
    from socialscore.publishing.verifying import publications_in, verify

    format_name = chosen_format(format_name)
    if allowed_signers and not allowed_signers.is_file():
        raise InputError(allowed_signers, "there is no such file of allowed signers")
    found = [each for folder in folders for each in publications_in(folder)]
    series = sorted({each.resolve().parent.name for each in found})
    if ranking and len(series) > 1:
        several = f"there are several: {', '.join(series)}"
        raise UsageError(f"--ranking is the file of one series, and {several}; name one of them")
    evidence = _evidence(store, ranking, engine) if store else None
    witnesses = _witnesses(evidence, ranking)
    of_several = len({each.resolve().parent for each in found}) > 1
    failed: list[str] = []
    trusting: Counter[tuple[str, str]] = Counter()

    def verified() -> Iterator[tuple[str, Verification]]:
        for each in found:
            verification = verify(each, evidence, witnesses, allowed_signers)
            name = _name(verification.folder, of_several=of_several)
            for sentence in (it for kind in _SAID for it in getattr(verification, kind)):
                say(f"{name}: {sentence}")
            trusting[" and ".join(verification.on_trust), verification.signed_by] += 1
            if verification.problems:
                failed.append(name)
            yield name, verification

    put_listing(
        format_name,
        _COLUMNS,
        (_record(*each, joined=format_name == "csv") for each in verified()),
        lambda: (f"{name}: {_in_short(each)}" for name, each in verified()),
    )
    _tell_trust(trusting)
    if failed:
        n_failed = f"{len(failed)} of {counted(len(found), 'publication')}"
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


def _witnesses(evidence: Evidence | None, ranking: str | None) -> list[Witness]:
    """Who says what panel and options should be: the store, and the file of the ranking."""
    from socialscore.inputs.panel_file import read_panel
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import ranking_path
    from socialscore.publishing.verifying import Witness

    found = []
    if evidence:
        found.append(Witness("the store", evidence.store.panel(), complete=False))
    if ranking:
        path = ranking_path(ranking)
        said = load_ranking(path)
        panel = said.panel or settings_here().panel
        beside = [it for it in (panel, path) if it]
        found.append(Witness(str(path), ranking=said, beside=tuple(beside)))
        if panel:
            bodies = read_panel(panel)
            if evidence:
                bodies = bodies.reconciled(evidence.store.panel())
            found.append(Witness(str(panel), bodies))
    return found


def _name(folder: Path, *, of_several: bool) -> str:
    """What a publication is called; with its series where there are others."""
    name = f"{folder.parent.name}/{folder.name}" if of_several else folder.name
    return formatting.one_line(name)


def _record(name: str, verification: Verification, *, joined: bool) -> dict[str, Any]:
    values = vars(verification) | {
        "publication": name,
        "as_published": not verification.problems,
        "signed_by": verification.signed_by or None,
    }
    record = {column: values[column] for column in _COLUMNS}
    return record | {kind: "; ".join(values[kind]) for kind in _SAID if joined}


def _tell_trust(trusting: Mapping[tuple[str, str], int]) -> None:
    """Say once what was taken on trust, and of how many publications where not of all.

    Args:
        trusting: the number of publications by what nobody vouched for, and who signed them.
    """
    for (what, signer), n_publications in trusting.items():
        if what:
            of_some = "" if len(trusting) == 1 else f" in {counted(n_publications, 'publication')}"
            who = f"only {formatting.one_line(signer)}, who signed," if signer else "nobody"
            say(f"{what} as published{of_some}: {who} vouched for them")


def _in_short(verification: Verification) -> str:
    counts = [counted(verification.n_files, "file"), counted(verification.n_bodies, "body")]
    if verification.n_cells:
        counts.append(f"{counted(verification.n_cells, 'cell')} computed again")
    if verification.signed_by:
        counts.append(f"signed by {formatting.one_line(verification.signed_by)}")
    if verification.problems:
        verdict = f"NOT as published, {counted(len(verification.problems), 'problem')}"
    elif verification.touched:
        verdict = "as published, but for what was erased, edited or judged otherwise since"
    else:
        verdict = "as published"
    return f"{', '.join(counts)}: {verdict}"
