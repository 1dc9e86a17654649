"""XLSX: the leaderboard, all figures of the ranking, what its columns are, and what it rests on."""

from __future__ import annotations

import io
from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from socialscore.reporters import columns, records
from socialscore.reporters.facts import presentation
from socialscore.reporters.headlines import unranked_because
from socialscore.reporters.leaderboard_sheet import put_leaderboard
from socialscore.reporters.locale import ENGLISH
from socialscore.reporters.sheets import LONGEST, printed, put_table, saved
from socialscore.reporters.wording import audited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field
    from socialscore.reporters.locale import Locale
    from socialscore.reporters.records import Record
    from socialscore.reporters.sheets import Book, Row

__all__ = ["form_to_xlsx", "records_to_xlsx", "scoreboard_to_xlsx"]

_WIDTH = 13  # of a column of numbers, in digits
_WIDTHS = {"body": 34, "category": 18, "band": 22, "reason": 34}
_PAGES = 4  # over which all figures print, abreast
_SOME_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook has no timezone; always the same

_CODES = {  # in French; English has the codes of the exports
    "direction": {"up": "hausse", "down": "baisse"},
    "entered": {"new": "nouveau", "back": "de retour"},
}

_SELF = {  # what a ranking says of itself
    "title_fr": ("Title in French", "Titre en français"),
    "description": ("Description", "Description en anglais"),
    "description_fr": ("Description in French", "Description"),
    "note": ("Note", "Remarque (en anglais)"),
    "audit": ("What intervals cover", "Portée des intervalles (en anglais)"),
}


def scoreboard_to_xlsx(scoreboard: Scoreboard, locale: Locale = ENGLISH) -> bytes:
    """Four sheets in a language; durations of figures are in hours, and nothing is a formula."""
    file = io.BytesIO()
    with saved(file, scoreboard.as_of.astimezone(UTC).replace(tzinfo=None)) as book:
        put_leaderboard(book, scoreboard, locale)
        _figures(book, scoreboard, locale)
        _columns(book, scoreboard, locale)
        _about(book, scoreboard, locale)
    return file.getvalue()


def records_to_xlsx(name: str, header: Mapping[str, str], rows: Iterable[Record]) -> bytes:
    """One sheet of plain records, durations in seconds.

    Args:
        name: of the sheet.
        header: what heads the columns, by the names of the records.
        rows: values by these names.
    """
    file = io.BytesIO()
    with saved(file, _SOME_TIME) as book:
        cells: list[Row] = [[(row[column], "") for column in header] for row in rows]
        widths = [_WIDTHS.get(column, _WIDTH) for column in header]
        put_table(book, name, list(header.values()), cells, widths)
    return file.getvalue()


def form_to_xlsx(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    choices: Mapping[str, Sequence[str]],
    guide: Sequence[str],
) -> bytes:
    """A sheet for people to fill in, and one that says how.

    Args:
        header: names of the columns.
        rows: texts, which wrap.
        widths: of the columns, in digits.
        choices: by column, what can be chosen in its cells.
        guide: lines of text.
    """
    file = io.BytesIO()
    with saved(file, _SOME_TIME) as book:
        workbook = book.workbook
        bold = workbook.add_format({"bold": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        sheet = workbook.add_worksheet("Audit")
        for column, (name, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
            if name in choices:
                valid = {"validate": "list", "source": list(choices[name])}
                sheet.data_validation(1, column, len(rows), column, valid)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(number, column, text[:LONGEST], wrapped)
        sheet.freeze_panes(1, 0)
        about = workbook.add_worksheet("Guide")
        about.set_column(0, 0, 100)
        for number, line in enumerate(guide):
            about.write_string(number, 0, line, wrapped)
    return file.getvalue()


def _figures(book: Book, scoreboard: Scoreboard, locale: Locale) -> None:
    """A row per body, those without a rank at the end with the reason for it in words."""
    fields = columns.of_numbers(scoreboard)
    shown = [columns.in_hours(field) if field.unit == "seconds" else field for field in fields]
    codes = {}
    if locale.code == "fr":
        bands = {it.label: it.label_fr for it in scoreboard.bands if it.label_fr}
        codes = _CODES | {"band": bands}
    rows = []
    every = records.with_hours(records.of_bodies(scoreboard), fields)
    for score, its in zip(scoreboard.scores, every, strict=True):
        its["reason"] = unranked_because(scoreboard, score, locale) or None
        for name in codes.keys() & its.keys():
            its[name] = codes[name].get(str(its[name]), its[name])
        rows.append([(its[field.name], field.unit) for field in shown])
    widths = [_WIDTHS.get(field.name, _WIDTH) for field in shown]
    header = [locale.label(field) for field in shown]
    sheet = put_table(book, locale.gettext("All figures"), header, rows, widths)
    last = [field.name for field in shown].index("body")
    sheet.repeat_columns(0, last)
    printed(sheet, header_rows=1, pages_wide=_PAGES)


def _columns(book: Book, scoreboard: Scoreboard, locale: Locale) -> None:
    """The data dictionary: of ranking.csv, and of the columns that are in hours here."""
    _ = locale.gettext
    header = (_("Column"), _("Label"), _("Label in French"), _("Type"), _("Unit"), _("Meaning"))
    rows = [
        [(text, "") for text in astuple(field)[: len(header)]]
        for field in columns.with_hours(columns.of_bodies(scoreboard))
    ]
    put_table(book, _("What columns mean"), header, rows, (32, 34, 38, 10, 10, 90))


def _about(book: Book, scoreboard: Scoreboard, locale: Locale) -> None:
    """What the numbers rest on, a line each."""
    _ = locale.gettext
    context = records.common(scoreboard)
    title = [field for field in columns.of_context() if field.name == "title"]
    others = [field for field in columns.of_context() if field.name != "title"]
    said = [*presentation(scoreboard).items(), *(("note", note) for note in scoreboard.notes)]
    said.append(("audit", audited(scoreboard)))
    rows = [_fact(field, context, locale) for field in title]
    rows += [((_SELF[name][locale.code == "fr"], ""), (text, "")) for name, text in said]
    rows += [_fact(field, context, locale) for field in others]
    put_table(book, _("About these figures"), (_("What"), _("Value")), rows, (36, 100))


def _fact(field: Field, context: Record, locale: Locale) -> Row:
    # A number without its format: it stands among texts, and its label says the unit.
    return (locale.label(field), ""), (context[field.name], "")
