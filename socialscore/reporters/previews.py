"""What a file would be read as, as a page for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import listed
from socialscore.reporters import formatting
from socialscore.reporters.console import page_to_console
from socialscore.reporters.report import Cell, Column, Fact, Paragraph
from socialscore.reporters.sentences import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.preview import FilePreview, PreviewRow

    Part = Paragraph | Sequence[Fact] | Sequence[Column]

__all__ = ["render_preview"]

_LONGEST_EXAMPLE, _LONGEST_TEXT = 60, 140  # characters
_FROM = "←\N{NO-BREAK SPACE}"


def render_preview(preview: FilePreview, *, width: int = 80, colour: bool = False) -> str:
    """The page of a file, ending with a newline.

    Args:
        preview: what the file would be read as.
        width: cells of the screen.
        colour: whether it shows colours.
    """
    return page_to_console(_parts(preview), width=width, colour=colour)


def _parts(preview: FilePreview) -> Iterator[Part]:
    yield Paragraph(f"{formatting.one_line(preview.path)}: how it would be read", "bold")
    if preview.problem:
        yield Paragraph(f"It cannot be imported like this: {preview.problem}", "yellow")
    yield Paragraph()
    yield tuple(_facts(preview))
    yield Paragraph()
    if preview.columns:
        yield _mapping(preview)
        yield Paragraph()
    if preview.rows:
        yield Paragraph(_first_rows(preview), "bold")
        for row in preview.rows:
            yield from _row(row)
        yield Paragraph()
    if preview.refusals:
        yield Paragraph(_first_refusals(preview), "bold")
        for line, outcome, reason in preview.refusals:
            yield Paragraph(f"line {line}: {outcome}: {formatting.one_line(reason)}", indent=2)
        yield Paragraph()
    if preview.doubts:
        yield Paragraph("worth checking", "bold")
        for doubt in preview.doubts:
            yield Paragraph(formatting.one_line(doubt), "yellow", indent=2)
        yield Paragraph()


def _facts(preview: FilePreview) -> Iterator[Fact]:
    yield Fact("file", preview.container)
    yield Fact("layout", preview.layout or "none that is known")
    if preview.times:
        yield Fact("times", preview.times)
    if preview.layout:
        yield Fact("rows", _counts(preview) if preview.n_rows else "none")
    if preview.first and preview.last:
        first, last = map(formatting.instant, (preview.first, preview.last))
        span = first if first == last else f"{first} – {last}"
        yield Fact("period", f"{span}, {preview.first.tzinfo}")
    if preview.panel:
        yield Fact("panel", formatting.one_line(preview.panel))
    if preview.unread:
        yield Fact("not read", formatting.one_line(listed(preview.unread)))


def _counts(preview: FilePreview) -> str:
    parts = [
        f"{formatting.count(preview.n_rows)}: {formatting.count(preview.n_concerned)} to be kept",
        f"{formatting.count(preview.n_elsewhere)} neither by nor to a body of the panel",
        f"{formatting.count(preview.n_refused)} refused",
    ]
    if preview.n_repeated:
        parts.append(f"{formatting.count(preview.n_repeated)} repeated")
    return ", ".join(parts)


def _mapping(preview: FilePreview) -> tuple[Column, ...]:
    """Ours, theirs, and what stands there."""
    columns = preview.columns
    examples = [_shortened(column.example, _LONGEST_EXAMPLE) for column in columns]
    return (
        Column("ours", "ours", tuple(Cell(words=column.ours) for column in columns)),
        Column(
            "theirs",
            "theirs",
            tuple(Cell(words=f"{_FROM}{formatting.one_line(it.theirs)}") for it in columns),
        ),
        Column("example", "for example", tuple(Cell(words=text) for text in examples)),
    )


def _first_rows(preview: FilePreview) -> str:
    n = len(preview.rows)
    return "the only row" if n == preview.n_rows == 1 else f"the first {n} rows"


def _first_refusals(preview: FilePreview) -> str:
    more = len(preview.refusals) < preview.n_refused + preview.n_damaged
    return f"{'the first rows that are ' if more else ''}refused or damaged"


def _row(row: PreviewRow) -> Iterator[Part]:
    """Who wrote when to whom, what that is, and the text."""
    if row.refusal:
        yield Paragraph(f"line {row.line}: refused: {formatting.one_line(row.refusal)}", indent=2)
        return
    when = row.sent_text
    if row.sent_at:
        when = f"{formatting.instant(row.sent_at)} {row.sent_at.isoformat()[-6:]}"
    author = formatting.one_line(row.author)
    who = f"{row.written_by} ({author})" if row.written_by else author
    whom = f" to {', '.join(row.addressed_to)}" if row.addressed_to else ""
    concerns = "" if whom or row.written_by else ": concerns no body of the panel"
    yield Paragraph(f"line {row.line}  {when}  {who}{whom}{concerns}", indent=2)
    answers = f" to {formatting.one_line(row.reply_to)}" if row.reply_to else ""
    yield Paragraph(f"{row.kind}{answers}; {_judgement(row)}", "cyan", indent=4)
    yield Paragraph(f"“{_shortened(row.text, _LONGEST_TEXT)}”", "dim", indent=4)


def _judgement(row: PreviewRow) -> str:
    if row.rule_id is None:
        return row.response_class or "no rule finds anything in it"
    level = row.rule_id.split(".")[1]
    return f"{row.response_class or LEVELS.get(level, level)} ({row.rule_id})"


def _shortened(text: str, longest: int) -> str:
    line = formatting.one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
