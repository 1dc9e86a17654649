"""What charts have in common: templates, places on an axis, and texts that must fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from socialscore.reporters import formatting

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Scoreboard

__all__ = ["Axis", "drawn", "fitting", "subtitle"]

_WIDE, _NARROW = frozenset("MWmw@%—"), frozenset("iIjlt.,:;'|!()[]1 ’·-")


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
        size: of the type; a letter is taken to be half as wide, as system fonts are about.
    """
    text = formatting.one_line(text)
    room = width / size
    for place, letter in enumerate(text):
        room -= 0.86 if letter in _WIDE else 0.3 if letter in _NARROW else 0.57
        if room < (0.57 if place + 1 < len(text) else 0):
            return f"{text[:place].rstrip()}…"
    return text


def subtitle(scoreboard: Scoreboard) -> str:
    """When, and what is drawn."""
    when = scoreboard.period
    if not scoreboard.from_counts:
        when += f", {formatting.days(scoreboard.since, scoreboard.until)}"
    horizon = scoreboard.horizon
    within = "" if horizon is None else f" within {formatting.span(horizon)}"
    warning = "provisional · " if scoreboard.provisional else ""
    return f"{warning}{when} · share of requests answered{within}"


def drawn(template: str, **values: object) -> str:
    """A chart: the SVG that a template makes of these values, ending with a newline."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": formatting.count,
        "line": formatting.one_line,
        "share": formatting.share,
        "fitting": fitting,
    }
    return environment
