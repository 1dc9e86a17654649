"""The first sheet of a workbook: a page that an editor prints, or copies from."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from socialscore.reporters import formatting, records
from socialscore.reporters.headlines import unranked_because
from socialscore.reporters.leaderboard import exact_columns
from socialscore.reporters.sheets import LINE, LONGEST, n_lines, printed, put_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field
    from socialscore.reporters.locale import Locale
    from socialscore.reporters.records import Record
    from socialscore.reporters.sheets import Book

__all__ = ["put_leaderboard"]

_HEADER = 3  # the row of the header, below the title, what is compared, and a gap
_WIDEST = 44  # of a column, in digits; longer names wrap
_ARROW = 3  # digits beside a header, for the filter's arrow
_BAR_WIDTH = 20  # of the column with bars, in digits
_TEXTS = ("body", "category")

_INK, _GREY, _RULE, _BAR = "#1A1E22", "#5A636B", "#D5DADE", "#A8CBE1"

_RATE = "response_rate"


@dataclass(frozen=True)
class _Formats:
    """How the cells of the sheet look."""

    title: Any
    small: Any  # what is said around the table
    header: Any  # of texts
    header_right: Any  # of numbers
    heading: Any  # of those without a rank
    reason: Any
    by_unit: dict[str, Any]  # of numbers; empty: texts


def put_leaderboard(book: Book, scoreboard: Scoreboard, locale: Locale) -> None:
    """The ranked bodies with ten columns, those without a rank below, and how to read it."""
    fields, formats = exact_columns(scoreboard), _formats(book, locale)
    every = list(records.of_bodies(scoreboard))
    ranked = [record for record in every if record["rank"] is not None]
    sheet = book.workbook.add_worksheet(locale.gettext("Leaderboard"))
    widths = _put_header(book, sheet, fields, every, formats, locale)
    longer = _longer(scoreboard, locale)
    for row, record in enumerate(ranked, start=_HEADER + 1):
        for column, field in enumerate(fields):
            _put(book, sheet, (row, column), record, field, formats, longer)
    last = _HEADER + len(ranked)
    end = _put_unranked(book, sheet, last + 2, scoreboard, fields, formats, locale)
    _paragraph(sheet, 0, _title(scoreboard, locale), formats.title, widths)
    _paragraph(sheet, 1, _subject(scoreboard, len(ranked), locale), formats.small, widths)
    notes = list(_how_to_read(scoreboard, fields, locale))
    for row, text in enumerate(notes, start=end):
        _paragraph(sheet, row, text, formats.small, widths)
    names = [field.name for field in fields]
    rate = names.index(_RATE)
    if ranked:
        sheet.conditional_format(_HEADER + 1, rate, last, rate, _DATA_BAR)
    sheet.freeze_panes(_HEADER + 1, names.index("body") + 1)
    sheet.autofilter(_HEADER, 0, last, len(fields) - 1)
    printed(sheet, header_rows=_HEADER + 1)
    sheet.print_area(0, 0, end + len(notes) - 1, len(fields) - 1)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)


def _put_header(
    book: Book,
    sheet: Any,
    fields: Sequence[Field],
    every: Sequence[Record],
    formats: _Formats,
    locale: Locale,
) -> list[int]:
    """What heads the columns; the widths of these, in digits."""
    header = [_header(field, locale) for field in fields]
    widths = []
    for column, (text, field) in enumerate(zip(header, fields, strict=True)):
        is_text = field.name in _TEXTS
        texts = [str(record[field.name] or "") for record in every] if is_text else []
        widths.append(_BAR_WIDTH if field.name == _RATE else _width(text, texts))
        sheet.set_column(column, column, widths[-1])
        shown = formats.header if is_text else formats.header_right
        put_text(book, sheet, _HEADER, column, text, shown)
    free = [width - _ARROW for width in widths]
    sheet.set_row(_HEADER, LINE * n_lines(header, free))
    return widths


_DATA_BAR = {
    "type": "data_bar",
    "bar_color": _BAR,
    "bar_solid": True,
    "bar_no_border": True,
    "min_type": "num",
    "min_value": 0,
    "max_type": "num",
    "max_value": 1,
}


def _formats(book: Book, locale: Locale) -> _Formats:
    def look(**properties: Any) -> Any:
        return book.workbook.add_format({"font_color": _INK, "valign": "vcenter"} | properties)

    row = {"bottom": 1, "bottom_color": _RULE}
    head = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bottom_color": _GREY}
    space = "\u00a0" if locale.code == "fr" else ""
    shown = {
        "count": "#,##0",
        "share": f"0.0{space}%",
        "seconds": '[h]" h "mm',  # of days, as spreadsheets count time
        "ratio": "0.00",
    }
    texts = {"text_wrap": True, "quote_prefix": True, "valign": "top"}
    left = {"align": "left", "indent": 1}  # beside a number that stands at the right of its column
    return _Formats(
        title=look(**texts, bold=True, font_size=16),
        small=look(**texts, font_color=_GREY),
        header=look(**head, **left),
        header_right=look(**head, align="right"),
        heading=look(**left, bold=True),
        reason=look(**row),
        by_unit={unit: look(**row, num_format=it, align="right") for unit, it in shown.items()}
        | {"": look(**row, **left, text_wrap=True)},
    )


def _put(
    book: Book,
    sheet: Any,
    place: tuple[int, int],
    record: Record,
    field: Field,
    formats: _Formats,
    longer: str,
) -> None:
    value = record[field.name]
    shown = formats.by_unit["" if field.name in _TEXTS else field.unit or "count"]
    if isinstance(value, int | float):
        sheet.write_number(*place, value / 86_400 if field.unit == "seconds" else value, shown)
    elif value is None and field.name == "median_wait":
        sheet.write_string(*place, longer, shown)
    else:
        put_text(book, sheet, *place, str(value or ""), shown)


def _put_unranked(
    book: Book,
    sheet: Any,
    row: int,
    scoreboard: Scoreboard,
    fields: Sequence[Field],
    formats: _Formats,
    locale: Locale,
) -> int:
    """Bodies without a rank, each with the reason; the row after which there is nothing.

    The reason runs over the columns of numbers, which are empty.
    """
    unranked = [score for score in scoreboard.scores if score.rank is None]
    if not unranked:
        return row
    names = [field.name for field in fields]
    body, category, rate = (names.index(it) for it in (*_TEXTS, _RATE))
    sheet.write_string(row, body, locale.gettext("Without a rank"), formats.heading)
    for below, score in enumerate(unranked, start=row + 1):
        put_text(book, sheet, below, body, score.body.name, formats.by_unit[""])
        put_text(book, sheet, below, category, score.body.category or "", formats.by_unit[""])
        reason = unranked_because(scoreboard, score, locale)
        put_text(book, sheet, below, rate, reason, formats.reason)
        for column in range(rate + 1, len(fields)):
            sheet.write_blank(below, column, None, formats.reason)
    return row + len(unranked) + 2


def _paragraph(sheet: Any, row: int, text: str, shown: Any, widths: Sequence[int]) -> None:
    """A text over all columns, in as many lines as it needs."""
    size = shown.font_size / 11  # of the letters by which columns are measured
    lines = len(wrap(text, int(1.1 * sum(widths) / size)))  # most letters are narrower than digits
    sheet.set_row(row, max(1, lines) * LINE * size)
    sheet.merge_range(row, 0, row, len(widths) - 1, text[:LONGEST], shown)


def _title(scoreboard: Scoreboard, locale: Locale) -> str:
    title = (scoreboard.title_fr if locale.code == "fr" else "") or scoreboard.title
    return formatting.one_line(title or scoreboard.panel)


def _subject(scoreboard: Scoreboard, n_ranked: int, locale: Locale) -> str:
    """The period, its days and how many bodies are compared."""
    period = locale.period(scoreboard.period)
    parts = [period[:1].upper() + period[1:]]
    if not scoreboard.from_counts:
        parts.append(locale.days(scoreboard.since, scoreboard.until))
    ranked = locale.ngettext("%(n)s ranked body", "%(n)s ranked bodies", n_ranked)
    parts.append(ranked % {"n": locale.count(n_ranked)})
    if scoreboard.provisional:
        parts.append(locale.gettext("provisional: some requests can still be answered in time"))
    return " · ".join(parts)


def _how_to_read(scoreboard: Scoreboard, fields: Sequence[Field], locale: Locale) -> Iterator[str]:
    _ = locale.gettext
    yield _(
        "Intervals (95 %) say what chance allows. Where the rank intervals of two bodies overlap, "
        "do not write that one of them answers better."
    )
    if scoreboard.horizon is None:
        yield _("Response rate: share of the requests that had a response.")
    else:
        rate = _("Response rate: share of the requests that had a response within %(horizon)s.")
        yield rate % {"horizon": locale.span(scoreboard.horizon)}
    if fields[-1].name == "median_wait":
        yield _("Median wait: after this time half of all requests had a response.")
    yield f"socialscore {scoreboard.version} · {scoreboard.ranking_digest[:12]}"


def _longer(scoreboard: Scoreboard, locale: Locale) -> str:
    """A wait that is longer than anybody watched."""
    horizon = scoreboard.horizon
    return "" if horizon is None else f">\u00a0{locale.span(horizon)}"


def _header(field: Field, locale: Locale) -> str:
    """The label; how a duration is written says its unit."""
    return locale.label(field).removesuffix(" (seconds)").removesuffix(" (secondes)")


def _width(header: str, texts: Sequence[str]) -> int:
    """As wide as the longest word of the header beside the filter's arrow, and as the texts."""
    word = max(map(len, header.split())) + _ARROW
    return min(_WIDEST, max(word, *(len(text) + 2 for text in texts), 8))
