"""`socialscore publish`: a ranking as folders that stay."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    StoreOption,
    fitting_audit,
    settings_here,
    subject,
    tell_unseen,
)
from socialscore.commands.hints import tell_way_out
from socialscore.commands.screens import say
from socialscore.errors import InputError, TooLittleData

if TYPE_CHECKING:
    from socialscore.commands.common import Subject
    from socialscore.publishing.basis import Basis
    from socialscore.publishing.publish import Outcome
    from socialscore.publishing.series import Series
    from socialscore.scoring.way_out import Step

__all__ = ["command"]


def command(
    ranking: Annotated[
        str,
        typer.Argument(
            metavar="RANKING",
            autocompletion=completion.rankings,
            help="A ranking file, or the name of a shipped one.",
            show_default=False,
        ),
    ],
    period: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Publish only this period, such as 2026-W46 or last-week. Default: every "
            "missing one, from the first published to the last that is over; at first, from the "
            "first that was in view and has matured.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Start with this period, if it is earlier than the first published.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for publications. Default: `published` in "
            "socialscore.toml, else ./published.",
        ),
    ] = None,
    as_of: AsOfOption = None,
    revise: Annotated[
        bool,
        typer.Option(
            "--revise",
            help="Publish a new revision of a final period if its numbers or audit changed.",
        ),
    ] = False,
    sign: Annotated[
        Path | None,
        typer.Option(
            "--sign",
            metavar="KEY",
            help="Sign the manifests of what is published with this SSH key, by ssh-keygen.",
        ),
    ] = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    engine: EngineOption = None,
) -> None:
    """Publish a ranking as folders of files, one folder per period.

    A folder appears whole or not at all, and is never changed afterwards. A period whose
    requests have not all matured is published as provisional, and as a final revision once they
    have. Run it as often as you like: it publishes what is missing and prints the folders it
    made. Exit codes: 0 done, or nothing to do; 6 a period has less data than the ranking
    asserts; 75 another run is publishing.
    """
    from socialscore.inputs.shipped import ranking_path
    from socialscore.publishing.publish import basis_of, publish, withdrawn_since
    from socialscore.publishing.series import read_series
    from socialscore.publishing.signatures import sign as make_signature

    if sign and not sign.is_file():
        raise InputError(sign, "is not the file of a key")
    asked = subject(ranking, {}, store=store, panel=panel, as_of=as_of, engine=engine)
    tell_unseen(asked, named=False)  # what it says goes to logs
    basis = basis_of(
        asked.store,
        asked.source,
        asked.panel,
        asked.ranking,
        as_of=asked.as_of,
        audit=fitting_audit(ranking, asked),
    )
    name, folder = ranking_path(ranking).stem, out or settings_here().published
    outcomes = publish(
        basis,
        name,
        folder,
        period=period,
        since=since,
        revise=revise,
        sign=partial(make_signature, key=sign) if sign else None,
    )
    for each in outcomes:
        _tell(each)
    if not any(each.what == "published" for each in outcomes):
        _tell_nothing([each.period for each in outcomes if each.what == "final"])
    series = read_series(folder / name)
    for each in withdrawn_since(basis, series):
        _tell(each)
    if sign:
        _tell_unsigned(series)
    missing = _missing(outcomes)
    for label in missing:
        _tell_way_out(asked, basis, label, series)
    if missing:
        raise TooLittleData(
            f"{', '.join(missing)}: nothing was published; collect more (`socialscore status` "
            "shows the gaps), or lower what the ranking asserts"
        )


def _tell(outcome: Outcome) -> None:
    """What is new of a period, or not as it should be."""
    if outcome.what == "published":
        typer.echo(outcome.folder)
    if outcome.what != "final" and not outcome.problems:
        say(f"{outcome.period}: {outcome.why}")
    for problem in outcome.problems:
        say(f"{outcome.period}: {outcome.why}: {problem}")


def _tell_nothing(final: list[str]) -> None:
    there = f"{len(final)} periods are" if len(final) > 1 else "".join(f"{it} is" for it in final)
    named = f": {final[0]} to {final[-1]}" if len(final) > 1 else ""
    say(f"nothing to publish{f'; {there} published{named}' if final else ''}")


def _tell_unsigned(series: Series) -> None:
    """Say which publications of a series nobody signed when they were made."""
    unsigned = [it.folder.name for it in series.publications if not it.is_signed]
    if unsigned:
        what = unsigned[0] if len(unsigned) == 1 else f"{unsigned[0]} to {unsigned[-1]}"
        say(
            f"not signed before: {len(unsigned)} of the series ({what}); --sign signs only what "
            "it publishes, docs/publish.md shows how to sign these"
        )


def _missing(outcomes: list[Outcome]) -> list[str]:
    """The periods that should be there; one that later ones have overtaken stays a gap."""
    there = [each.period for each in outcomes if each.folder]
    missing = [each.period for each in outcomes if each.problems]
    return [period for period in missing if period > max(there, default="")]


def _tell_way_out(asked: Subject, basis: Basis, period: str, series: Series) -> None:
    """Say what to do for a period in which no body has a rank."""

    def is_new(step: Step) -> bool:
        return bool(step.files) or step.options.get("period") not in ("all", *series.latest)

    from socialscore.inputs.ranking import override

    board = basis.scoreboard(period)
    if not any(line.rank for line in board.scores):
        ranking = override(asked.ranking, {"period": period})
        tell_way_out(replace(asked, ranking=ranking), board, keep=is_new)
