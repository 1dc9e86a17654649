"""Previewing: what a file would be read as, without keeping anything of it.

The whole file is read: the first rows show how, but what would be refused, and how its times are
written, is only known at its end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.errors import InputError
from socialscore.importers import recognise, under_layout, x_pages
from socialscore.importers.columns import COLUMNS
from socialscore.importers.examples import noting_examples
from socialscore.importers.mapped import Mapped, columns_within, places_in_pieces
from socialscore.importers.staging import Stage
from socialscore.language.judge import judge
from socialscore.model.network import DEFAULT_NETWORK
from socialscore.model.preview import FilePreview, PreviewColumn, PreviewRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from socialscore.importers import FileOptions, FileReading, Recognised
    from socialscore.importers.layout import Layout
    from socialscore.importers.source import Source
    from socialscore.importers.staged import Clock, StagedRows
    from socialscore.inputs.panel import Panel

__all__ = ["Previewed", "preview"]

_N_ROWS, _N_REFUSALS, _N_NAMES = 5, 5, 5


@dataclass(frozen=True)
class Previewed:
    """A file that was looked at."""

    page: FilePreview
    opened: FileReading | None = None  # None: its columns are not known
    clock: Clock | None = None  # how it writes its times; likewise
    error: InputError | None = None  # why it cannot be imported like this
    has_panel: bool = True  # somebody said whose messages are to be kept


def preview(
    source: Source,
    options: FileOptions,
    panel: Panel | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    shown: Callable[[StagedRows], StagedRows] = lambda rows: rows,
) -> Previewed:
    """Look at a file.

    Args:
        source: the file, of which nothing has been read yet.
        options: what is said of it.
        panel: whose messages would be kept; None: those of the bodies that the file itself shows.
        zone: in which times are shown.
        now: aware; what is dated later would be refused.
        shown: the rows as they are read, perhaps with a progress bar.

    Raises:
        UnknownName: there is no such layout or column.
        UsageError: an option does not go with the file.
        InputError: the file cannot be read at all.
    """
    found = recognise(source, options)
    if found is not None and not found.layout and found.headers.problem:
        return _unsettled(source, found, options)
    opened = x_pages(source) if found is None else under_layout(source, found, options)
    examples: dict[str, str] = {}
    rows = opened.rows
    if opened.mapped:
        places = places_in_pieces(opened.layout, opened.mapped)
        rows = replace(rows, pieces=noting_examples(rows.pieces, places, examples))
    with Stage() as stage:
        error = _problem(lambda: stage.read(shown(rows), source.path, now=now, home=zone))
        date_format = rows.clock.date_format or stage.told_format
        clock = replace(rows.clock, date_format=date_format)
        bodies = stage.bodies() if panel is None else panel
        page = FilePreview(
            path=str(source.path),
            container=opened.what,
            layout=_layout_in_words(opened.layout),
            columns=tuple(_columns(opened, examples)),
            unread=tuple(_unread(opened)),
            times=_times_in_words(clock),
            panel=_panel_in_words(panel, bodies),
            problem=error.problem if error else "",
        )
        page = _with_rows(page, stage, bodies, zone)
        doubts = [*_of_file(page, opened, stage), *_of_links(page, stage, bodies)]
    page = replace(page, doubts=tuple(doubts))
    return Previewed(page, opened, clock, error, has_panel=panel is not None)


def _problem(read: Callable[[], object]) -> InputError | None:
    """Why a file cannot be imported; None: it can."""
    try:
        read()
    except InputError as error:
        return error
    return None


# --- columns -------------------------------------------------------------------------------------


def _unsettled(source: Source, found: Recognised, options: FileOptions) -> Previewed:
    """A file of which somebody has to say which column is which."""
    error = _problem(lambda: under_layout(source, found, options))
    headers, content = found.headers, found.content
    names = [name for name, n in Counter(content.columns).items() if name and n == 1]
    examples: dict[str, str] = {}
    pieces = noting_examples(content.tables(names), {name: name for name in names}, examples)
    _problem(lambda: next(pieces, None))  # what cannot be read has no example
    taken = {name: f"{ours}?" for ours, those in headers.doubles.items() for name in those}
    taken |= {name: ours for ours, it in headers.layout.columns.items() for name in it[0]}
    taken |= {theirs: ours for ours, theirs in options.columns.items()}
    page = FilePreview(
        path=str(source.path),
        container=content.what,
        layout="",
        columns=tuple(
            PreviewColumn(taken.get(name, ""), name, examples.get(name, "")) for name in names
        ),
        problem=headers.problem,
    )
    return Previewed(page, error=error)


def _columns(opened: FileReading, examples: Mapping[str, str]) -> Iterator[PreviewColumn]:
    """Ours and theirs, in the order of ours, as far as the file has them."""
    mapped, names = opened.mapped or Mapped({}, {}), set(_names(opened))
    for ours in COLUMNS:
        if ours in mapped.constants:
            yield PreviewColumn(ours, f"always {mapped.constants[ours]}", "")
        there = [it for it in mapped.columns.get(ours, ()) if set(it) <= names]
        if there:
            full = next((it for it in there if set(it) & examples.keys()), ())
            example = " ".join(examples[name] for name in full if name in examples)
            yield PreviewColumn(ours, " or ".join(map(" + ".join, there)), example)


def _names(opened: FileReading) -> Collection[str]:
    """The columns of the file, as its layout names them."""
    content = opened.content
    return columns_within(opened.layout, content.columns, content.place) if content else ()


def _unread(opened: FileReading) -> Iterator[str]:
    """Columns of the file that nobody needs."""
    if opened.mapped:
        read = {*opened.mapped.theirs, *(column for _, column, _ in opened.layout.notices)}
        yield from (name for name in _names(opened) if name and name not in read)


def _layout_in_words(layout: Layout) -> str:
    title = layout.title
    return title if title.startswith(layout.name) else f"{layout.name}: {title}"


def _times_in_words(clock: Clock) -> str:
    parts = [f"written as {clock.date_format}"] if clock.date_format else []
    parts += [f"of {clock.timezone} where they have no offset"] if clock.timezone else []
    return ", ".join(parts)


# --- rows ----------------------------------------------------------------------------------------


def _with_rows(page: FilePreview, stage: Stage, panel: Panel, zone: ZoneInfo) -> FilePreview:
    """The page with what the rows say."""
    n_concerned = stage.address(panel)
    tally, span = stage.tally(), stage.span()
    n_messages = tally.n_rows - tally.n_refused - tally.n_repeated
    wrong = islice(stage.refusals(), _N_REFUSALS)
    return replace(
        page,
        rows=tuple(_rows(stage, panel, zone)),
        n_rows=tally.n_rows,
        n_concerned=n_concerned,
        n_elsewhere=n_messages - n_concerned,
        n_repeated=tally.n_repeated,
        n_refused=tally.n_refused,
        n_damaged=tally.n_damaged,
        refusals=tuple((it.line, it.outcome, it.reason) for it in wrong),
        first=span and span[0].astimezone(zone),
        last=span and span[1].astimezone(zone),
    )


def _rows(stage: Stage, panel: Panel, zone: ZoneInfo) -> Iterator[PreviewRow]:
    """The first rows as they would be understood."""
    names = {(account.network, account.account_id): body.name for body, account in panel.accounts()}
    rows = stage.beginning(_N_ROWS)
    for row, judged in zip(rows, _judged(rows), strict=True):
        network = row["network"]
        sent_at = row["sent_at"]
        yield PreviewRow(
            row["line"],
            row["refusal"],
            sent_at and sent_at.replace(tzinfo=UTC).astimezone(zone),
            row["sent_text"] or "",
            row["author"] or "",
            names.get((network, row["own_account_id"]), ""),
            tuple(sorted(names[network, account] for account in row["addressed"])),
            row["reply_to_id"],
            row["kind"] or "",
            judged["rule_id"],
            judged["response_class"] or "",
            row["text"] or "",
        )


def _judged(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the language rules say of them."""
    table = pa.table(
        {
            "text": pa.array([row["text"] for row in rows], pa.string()),
            "language": pa.array([row["language"] for row in rows], pa.string()),
            "outbound": pa.array([row["own_account_id"] is not None for row in rows], pa.bool_()),
        }
    )
    return judge(table, salt="").to_pylist() if rows else []


# --- what is not sure ----------------------------------------------------------------------------


def _of_file(page: FilePreview, opened: FileReading, stage: Stage) -> Iterator[str]:
    """What was guessed, or lost, in reading."""
    yield from opened.remarks
    yield from stage.remarks()
    if page.columns and "network" not in {column.ours for column in page.columns}:
        yield (
            f"no column names the network, so all are taken to be from {DEFAULT_NETWORK}; "
            "--map network=NAME says otherwise"
        )


def _of_links(page: FilePreview, stage: Stage, panel: Panel) -> Iterator[str]:
    """What looks as if a column, or the panel, were wrong."""
    n_replies, n_orphans, writers = stage.links()
    if n_orphans:
        yield (
            f"{n_orphans:,} of {n_replies:,} replies answer a message that is not in the file"
            + ("; is that column the right one?" if n_orphans == n_replies else "")
        )
    accounts = list(panel.accounts())
    silent = [
        f"{body.name} (@{account.handle})"
        for body, account in accounts
        if (account.network, account.account_id) not in writers
    ]
    if silent and page.n_rows > page.n_refused:
        more = f" and {len(silent) - _N_NAMES:,} more" if len(silent) > _N_NAMES else ""
        who = (
            f"{len(silent):,} of {len(accounts):,} accounts" if accounts[1:] else "the only account"
        )
        yield (
            f"{who} of the panel wrote nothing in the file: {', '.join(silent[:_N_NAMES])}{more}; "
            f"check {'their handles' if silent[1:] else 'its handle'}"
        )


def _panel_in_words(panel: Panel | None, bodies: Panel) -> str:
    names = [body.name for body in bodies.bodies]
    more = f" and {len(names) - _N_NAMES:,} more" if len(names) > _N_NAMES else ""
    listed = f"{', '.join(names[:_N_NAMES])}{more}"
    if panel is not None:
        return f"{len(names):,} {'bodies' if names[1:] else 'body'}: {listed}"
    if not names:
        return "none was given, and no account here looks like a body's"
    return f"none was given; with --bodies-from-data {len(names):,}: {listed}"
