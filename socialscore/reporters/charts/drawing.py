"""What charts have in common: the picture itself, places on an axis, and texts that must fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.locale import Locale

__all__ = [
    "STYLE", "WIDE", "Axis", "Chart", "drawn", "drawn_share", "fitting", "heading", "length",
    "lines", "percents", "periods_across", "picture", "standalone", "subtitle",
]  # fmt: skip

WIDE = 800
"""The width of a chart that stands alone, in units of the picture; pages have narrower ones."""

_TEMPLATES = Path(__file__).with_name("templates")

STYLE = (_TEMPLATES / "chart.css").read_text(encoding="utf-8")
"""The colours and classes of all charts, for a page that has charts in it."""

_WIDEST, _NARROWEST = frozenset("MWmw@%—"), frozenset("iIjlt.,:;'|!()[]1 ’·-")
_PERIOD = 60  # units that the name of a period takes
_FOOT = 14  # of the room above the notes, what a page leaves out
_HEAD = 28  # above the picture, what a page keeps of it: the labels of an axis


@dataclass(frozen=True)
class Chart:
    """A picture, and the numbers that it draws as a table, in one language."""

    title: str
    subtitle: str  # when, and what is drawn
    description: str  # for whoever does not see it
    header: tuple[str, ...]  # of the table
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]  # how to read it, and what made the numbers
    language: str
    width: int  # units
    top: int  # where the plot begins
    below: int  # where the labels under the plot end
    template: str
    values: Mapping[str, Any]  # what the template draws

    @property
    def height(self) -> int:
        """Units, with title and notes."""
        return self.below + 15 * len(self.notes)

    @property
    def svg(self) -> str:
        """A file of its own: with title, notes and colours, for light and dark screens."""
        return self._rendered(prefix="", style=STYLE)

    def inline(self, prefix: str) -> str:
        """The plot alone, for a page that says the rest and has the style.

        Args:
            prefix: sets its identifiers apart from those of other charts of the page.
        """
        return self._rendered(prefix=f"{prefix}-", style="")

    def _rendered(self, *, prefix: str, style: str) -> str:
        template = _environment().get_template(self.template)
        crop = self.top - _HEAD
        return template.render(
            self.values,
            chart=self,
            prefix=prefix,
            style=style,
            crop=crop,
            cropped=self.below - _FOOT - crop,
            width=self.width,
            top=self.top,
        )


@dataclass(frozen=True)
class Axis:
    """Where values lie between two places of a picture."""

    least: float
    most: float
    start: float  # where the least value lies, in units of the picture
    end: float

    def at(self, value: float) -> float:
        """The place of a value, to a hundredth of a unit; one outside lies at the nearest end."""
        share = (min(max(value, self.least), self.most) - self.least) / (self.most - self.least)
        return round(self.start + share * (self.end - self.start), 2)


def fitting(text: str, width: float, size: float) -> str:
    """The text as far as it fits a line, with an ellipsis where it is cut.

    Args:
        text: what is to be written.
        width: units of the picture that there are.
        size: of the type.
    """
    text = formatting.one_line(text)
    if length(text, size) <= width:
        return text
    kept, used = 0, length("…", size)
    for letter in text:
        used += length(letter, size)
        if used > width:
            break
        kept += 1
    return f"{text[:kept].rstrip()}…"


def length(text: str, size: float) -> float:
    """About how long a text is, in units of the picture, in type of this size."""
    return size * sum(map(_breadth, text))


@cache
def _breadth(letter: str) -> float:
    """Of a letter, about, in system fonts of size 1."""
    if letter in _WIDEST or east_asian_width(letter) in "WF":
        return 1.0 if letter not in "mw" else 0.83
    if letter in _NARROWEST:
        return 0.3
    return 0.7 if letter.isupper() else 0.57


def lines(text: str, width: float, size: float, *, most: int) -> list[str]:
    """The text in lines between words, the last one with an ellipsis where there is more."""
    done: list[str] = []
    rest = formatting.one_line(text)
    while rest and len(done) < most - 1 and length(rest, size) > width:
        end = next((it for it in range(len(rest), 0, -1) if _breaks(rest, it, width, size)), 0)
        if not end:
            break
        done.append(rest[:end])
        rest = rest[end:].lstrip()
    return [*done, fitting(rest, width, size)]


def _breaks(text: str, place: int, width: float, size: float) -> bool:
    """Whether a line may end before this letter."""
    return text[place : place + 1] == " " and length(text[:place], size) <= width


def heading(scoreboard: Scoreboard, locale: Locale) -> str:
    """The title of a ranking, in French where it has one."""
    return (scoreboard.title_fr if locale.code == "fr" else "") or scoreboard.title


def subtitle(scoreboard: Scoreboard, locale: Locale) -> str:
    """When, and what is drawn."""
    named = locale.period(scoreboard.period)
    days = "" if scoreboard.from_counts else locale.days(scoreboard.since, scoreboard.until)
    # A period without a name of its own is its days.
    when = ", ".join(filter(None, ("" if days and named == scoreboard.period else named, days)))
    warning = (locale.gettext("provisional"),) if scoreboard.provisional else ()
    return " · ".join((*warning, when, drawn_share(scoreboard, locale)))


def drawn_share(scoreboard: Scoreboard, locale: Locale) -> str:
    """The quantity that charts of rates draw."""
    _, horizon = locale.gettext, scoreboard.horizon
    if horizon is None:
        return _("share of requests answered")
    return _("share of requests answered within %(span)s") % {"span": locale.span(horizon)}


def percents(axis: Axis, locale: Locale) -> list[dict[str, Any]]:
    """The ticks of an axis of shares: where, and what stands there."""
    return [
        {"at": axis.at(it / 100), "label": locale.share(it / 100), "number": it}
        for it in range(0, 101, 25)
    ]


def periods_across(periods: Sequence[str], across: Axis, locale: Locale) -> list[dict[str, Any]]:
    """The ticks of an axis of periods: those that have room, the last one, each year said once."""
    step = -(-len(periods) // max(int(across.end - across.start) // _PERIOD, 1))
    ticks, said = [], ""
    for place in range((len(periods) - 1) % step, len(periods), step):
        label, year = locale.short_period(periods[place])
        ticks.append({"x": across.at(place), "label": label, "year": "" if year == said else year})
        said = year
    return ticks


def drawn(
    template: str,
    locale: Locale,
    *,
    title: str,
    subtitle: str,
    description: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    top: int,
    below: int,
    width: int = WIDE,
    **values: object,
) -> Chart:
    """A chart that a template draws of these values; `Chart` says what the others are."""
    return Chart(
        title=formatting.one_line(title),
        subtitle=formatting.one_line(subtitle),
        description=formatting.one_line(description),
        header=tuple(header),
        rows=tuple(tuple(row) for row in rows),
        notes=tuple(notes),
        language=locale.code,
        width=width,
        top=top,
        below=below,
        template=template,
        values=values | {"share": locale.share, "count": locale.count, "_": locale.gettext},
    )


def picture(template: str, **values: object) -> str:
    """A small SVG for a cell of a page, without title, notes and style."""
    return _environment().get_template(template).render(values)


def standalone(cell: str) -> str:
    """The picture of a cell as a file of its own, with the colours that a page would have."""
    return cell.replace(">", f">\n<style>\n{STYLE}</style>", 1)


def _number(value: Any) -> Any:
    """A number as the exports write it; of a text, what may stand in a picture."""
    if isinstance(value, str):
        return formatting.one_line(value)
    return formatting.plain_decimal(value) if isinstance(value, float) else value


def _numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _number(value) for name, value in data.items()}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "line": formatting.one_line, "fitting": fitting, "number": _number, "numbers": _numbers
    }  # fmt: skip
    return environment
