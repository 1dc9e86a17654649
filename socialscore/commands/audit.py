"""`socialscore audit`: people label a sample, and the figures are corrected by what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    AsOfOption,
    EngineOption,
    PanelOption,
    PeriodOption,
    StoreOption,
    audit_file,
    pseudonym,
    settings_here,
    subject,
)
from socialscore.commands.output import chosen_format, put_listing
from socialscore.commands.screens import say
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.model.audit import GENUINE, REPLY_CLASS

if TYPE_CHECKING:
    from socialscore.model.audit import Audit, Draw
    from socialscore.scoring.auditing.labels import Labels
    from socialscore.scoring.auditing.source import AuditSource

__all__ = ["command"]

_BY = ("body", "language")
_N, _SEED = 200, 1


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
    sheets: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="With --read: the filled sheet, and the one that a second person filled.",
            show_default=False,
        ),
    ] = None,
    read: Annotated[
        bool, typer.Option("--read", help="Read filled sheets and print what follows.")
    ] = False,
    n: Annotated[
        int | None,
        typer.Option(
            "--n",
            metavar="N",
            min=1,
            help="Requests to draw, of each group with --by; at least 30 of each stratum, or all "
            "there are. Default: 200.",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="GROUP", help="Draw from each body or language apart: body or language."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Another seed draws other requests. Default: 1."),
    ] = None,
    period: PeriodOption = None,
    as_of: AsOfOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the sheet to FILE, CSV or .xlsx; with --read, the sheet of replies. "
            "Default: RANKING-audit.csv; with --read, none.",
        ),
    ] = None,
    store: StoreOption = None,
    panel: PanelOption = None,
    engine: EngineOption = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="With --read, format of the figures: table, csv or json. Default: table.",
        ),
    ] = None,
) -> None:
    """Measure on a sample how well questions are told, and correct the response rate by it.

    Draws requests that the ranking selects or does not, answered or not, and writes a sheet
    without saying which is which. People write into it who really asks for something; --read
    prints the precision and recall of each selection and the corrected response rate, and keeps
    them beside the ranking for `socialscore publish`.
    """
    if read:
        if n is not None or by is not None or seed is not None or period or as_of:
            raise UsageError(
                "--n, --by, --seed, --period and --as-of draw a sheet; leave out --read"
            )
        if not sheets:
            raise UsageError(f"name the filled sheet: socialscore audit {ranking} --read FILE")
    elif sheets:
        raise UsageError(f"to read {sheets[0]}, say --read; to write a sheet, --output FILE")
    elif format_name:
        raise UsageError("--format is of the figures that --read prints")
    format_name = chosen_format(format_name)
    if by is not None and by not in _BY:
        raise UnknownName("group", by, _BY)
    beside = audit_file(ranking)
    place: dict[str, Any] = {"store": store, "panel": panel, "engine": engine}
    if read:
        audit = _read(beside, sheets or [], format_name)
        if output:
            _write_replies(ranking, audit, output, place)
        return
    asked = _source(ranking, {"period": period}, as_of, place)
    output = output or Path(f"{beside.name.removesuffix('.audit.json')}-audit.csv")
    _write_requests(
        asked, beside, output, n=n or _N, by=by or "", seed=_SEED if seed is None else seed
    )
    say(f"when it is filled in: socialscore audit {ranking} --read {output}")


def _source(
    ranking: str, options: dict[str, object], as_of: str | None, place: dict[str, Any]
) -> AuditSource:
    from socialscore.scoring.auditing.source import AuditSource

    asked = subject(ranking, options, as_of=as_of, **place)
    key = pseudonym(settings_here())
    return AuditSource(asked.source, asked.panel, asked.ranking, key, asked.as_of)


# --- writing sheets -------------------------------------------------------------------------------


def _write_requests(
    source: AuditSource, beside: Path, output: Path, *, n: int, by: str, seed: int
) -> None:
    """Draw the sample; write its sheet, and beside the ranking what its rows are."""
    from socialscore.reporters.audit_sheet import sheet_of_requests
    from socialscore.scoring.auditing.documents import draw_id, draw_text
    from socialscore.scoring.auditing.drawing import draw

    _check_vacant(output)
    drawn, rows = draw(source, n=n, by=by, seed=seed)
    name = draw_id(drawn)
    sheet = sheet_of_requests(rows, name, workbook=_is_workbook(output))
    _write(_draw_file(beside, name), draw_text(drawn).encode())
    _write(output, sheet)
    n_all = sum(cell.n_requests for cell in drawn.cells)
    say(f"{len(rows):,} of the {n_all:,} requests of {drawn.period}; write yes or no as {GENUINE}")
    if n_without := sum(cell.n_without_text for cell in drawn.cells):
        say(f"{n_without:,} have no text, or it has expired: these are counted, and not drawn")
    _tell_personal(output)


def _write_replies(ranking: str, audit: Audit, output: Path, place: dict[str, Any]) -> None:
    """The second sheet: how the bodies answered the requests of the first."""
    from socialscore.reporters.audit_sheet import sheet_of_replies
    from socialscore.scoring.auditing.documents import draw_id
    from socialscore.scoring.auditing.drawing import replies

    _check_vacant(output)
    drawn = audit.draw
    source = _source(ranking, {"period": drawn.period}, drawn.as_of.isoformat(), place)
    rows, n_gone = replies(source, drawn)
    if not rows:
        raise UsageError("no reply to the requests of the sheet is in the store with its text")
    _write(output, sheet_of_replies(rows, draw_id(drawn), workbook=_is_workbook(output)))
    if n_gone:
        say(f"{n_gone:,} more replies have no text, or it has expired or was erased")
    say(f"{len(rows):,} replies; write their {REPLY_CLASS}, and read both sheets")
    _tell_personal(output)


def _check_vacant(output: Path) -> None:
    """Refuse to write over what somebody may have filled in."""
    if output.exists():
        raise UsageError(f"{output} exists, and may be filled in; remove it or choose another file")


def _write(path: Path, content: bytes) -> None:
    from socialscore.runtime.write_file import write_file

    try:
        write_file(path, content, mode=0o600)
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); choose another --output"
        raise UsageError(f"{path}: {problem}") from None


def _is_workbook(output: Path) -> bool:
    """Whether the suffix asks for one.

    Raises:
        UsageError: it asks for something else than the two that there are.
    """
    suffix = output.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise UsageError(f"--output {output}: name a file that ends in .csv or .xlsx")
    return suffix == ".xlsx"


def _tell_personal(output: Path) -> None:
    typer.echo(output)
    say(
        f"{output} holds messages of citizens, which are personal data: give it to nobody but "
        "those who label, and delete it once it is read"
    )


def _draw_file(beside: Path, name: str) -> Path:
    return beside.with_name(beside.name.replace(".audit.json", f".audit-{name}.json"))


# --- reading them back ----------------------------------------------------------------------------


def _read(beside: Path, paths: list[Path], format_name: str) -> Audit:
    """Print what the sheets say, and keep it beside the ranking."""
    from socialscore.importers.sheet import read_sheet
    from socialscore.model.audit import ROW
    from socialscore.reporters.audit import AUDIT_COLUMNS, audit_records, render_audit
    from socialscore.runtime.write_file import write_file
    from socialscore.scoring.auditing.documents import audit_text
    from socialscore.scoring.auditing.figures import figures
    from socialscore.scoring.auditing.labels import draw_named, labels

    _check_once(paths)
    sheets = [read_sheet(path, header=ROW) for path in paths]
    names = {draw_named(sheet): sheet.path for sheet in sheets}
    if len(names) > 1:
        raise UsageError(f"{' and '.join(map(str, names.values()))} are sheets of different draws")
    (name,) = names
    drawn = _drawn(beside, name, paths[0])
    rows = [it.row for it in drawn.requests]
    found = [labels(sheet, name, rows) for sheet in sheets]
    audit = _dated(beside, drawn, _by_kind(found, GENUINE), _by_kind(found, REPLY_CLASS))
    for it in found:
        _tell_sheet(it, len(rows))
    for one, other in combinations(sheets, 2):
        if one.rows == other.rows:
            copied = f"{other.path} is the same as {one.path} in every cell"
            say(f"{copied}; κ means something only if two people filled them in")
    its = figures(audit)
    put_listing(
        format_name,
        AUDIT_COLUMNS,
        audit_records(its),
        lambda: render_audit(audit, its).splitlines(),
    )
    try:
        write_file(beside, audit_text(audit))
    except OSError as error:
        raise UsageError(f"{beside}: cannot be written ({error.strerror})") from None
    say(f"kept in {beside}, without texts; `socialscore publish` publishes it with the ranking")
    return audit


def _check_once(paths: list[Path]) -> None:
    """Refuse to read a file twice: it would agree with itself."""
    for one, other in combinations(paths, 2):
        if one.resolve() == other.resolve():
            raise UsageError(f"{one} and {other} are one file; name the sheet of each person once")


def _drawn(beside: Path, name: str, sheet: Path) -> Draw:
    """The draw that made a sheet.

    Raises:
        InputError: it is not beside the ranking, or was changed.
    """
    from socialscore.scoring.auditing.documents import draw_from, draw_id

    path = _draw_file(beside, name)
    try:
        drawn = draw_from(path.read_bytes(), path)
    except OSError:
        problem = f"was drawn with {path}, which is not there; put it back, or draw another sheet"
        raise InputError(sheet, problem) from None
    if draw_id(drawn) != name:
        raise InputError(path, "was changed since its sheet was written; restore it")
    return drawn


def _by_kind(found: list[Labels], column: str) -> list[Labels]:
    """The sheets of requests, or of replies.

    Raises:
        UsageError: there are too many of them, or none of requests.
    """
    of_kind = [it for it in found if it.column == column]
    if len(of_kind) > 2:
        raise UsageError(f"{len(of_kind)} sheets have a column {column}; read two at most")
    if not of_kind and column == GENUINE:
        raise UsageError("name the sheet of requests as well, before that of replies")
    return of_kind


def _dated(beside: Path, drawn: Draw, genuine: list[Labels], replies: list[Labels]) -> Audit:
    """The audit, with today's date unless it was read before and says nothing new.

    Raises:
        UsageError: the one that was read before says more.
    """
    from socialscore.model.audit import Audit
    from socialscore.scoring.auditing.documents import audit_from, same_labels
    from socialscore.scoring.auditing.labels import fewer_labels

    def told(sheets: list[Labels]) -> dict[str, tuple[Any, ...]]:
        said = {
            it.row: tuple(sheet.by_row.get(it.row) for sheet in sheets) for it in drawn.requests
        }
        return {row: labels for row, labels in said.items() if any(it is not None for it in labels)}

    today = datetime.now(UTC).astimezone().date()
    audit = Audit(drawn, today, told(genuine), told(replies))
    if beside.exists():
        before = audit_from(beside.read_bytes(), beside)
        if same_labels(before, audit):
            return before
        if fewer := fewer_labels(before, audit):
            raise UsageError(
                f"{beside}, of {before.draw.period}, has {fewer}; read all of its sheets, or "
                "rename or remove it to keep another audit"
            )
    return audit


def _tell_sheet(labels: Labels, n_drawn: int) -> None:
    """What of a sheet was not there, not filled in or not read."""
    for note in labels.notes:
        say(f"{labels.path}: {note}")
    if labels.column == GENUINE and labels.n_rows < n_drawn:
        say(f"{labels.path}: {n_drawn - labels.n_rows:,} of {n_drawn:,} rows are missing")
    if n_blank := labels.n_rows - len(labels.by_row):
        say(f"{labels.path}: {n_blank:,} rows have no label, and count as not drawn")
