"""Charts as PNG and PDF, for where SVG is not shown: previews of links, slides, print.

vl-convert draws them, which comes with the extra `charts`. It knows no CSS variables and no dark
screens, so the light colours are written in their place. It brings one family of fonts along,
Liberation Sans, so that Latin, Greek and Cyrillic letters are the same pixels on every machine;
names in other scripts need a font of the machine's.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from socialscore.errors import UsageError
from socialscore.reporters.charts.drawing import STYLE, fitting, lines, picture

if TYPE_CHECKING:
    from socialscore.reporters.charts.drawing import Chart

__all__ = ["SHARED", "flat", "is_available", "shared", "to_pdf", "to_png"]

SHARED = (1200, 630)
"""Pixels of a picture that networks show beside a link."""

_MARGIN, _TITLE, _SUBTITLE, _NOTE = 48, 42, 22, 17  # around the picture; sizes of its type
_FONT = re.compile(r'font-family="[^"]*"')


def is_available() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("vl_convert") is not None


def to_png(chart: Chart) -> bytes:
    """A picture of 1200 by 630 pixels; see `shared`.

    Raises:
        UsageError: the extra `charts` is not installed.
    """
    return bytes(_vl_convert().svg_to_png(flat(shared(chart)), scale=1))


def to_pdf(chart: Chart) -> bytes:
    """A page of the size of the chart.

    Raises:
        UsageError: the extra `charts` is not installed.
    """
    return bytes(_vl_convert().svg_to_pdf(flat(chart.svg)))


def shared(chart: Chart) -> str:
    """The chart as networks show it beside a link: a large title, the plot, and what made it."""
    width, height = SHARED
    room = width - 2 * _MARGIN
    title = lines(chart.title, room, _TITLE, most=2)
    subtitle = lines(chart.subtitle, room, _SUBTITLE, most=3 - len(title))
    top = 34 + 50 * len(title) + 28 * len(subtitle)
    below = height - 12 - 24 * len(chart.notes)
    place = f'x="{_MARGIN}" y="{top}" width="{room}" height="{below - top - 8}"'
    texts = [
        *((24 + 50 * place, _TITLE, "strong", line) for place, line in enumerate(title, 1)),
        *((top - 28 * place, _SUBTITLE, "quiet", it) for place, it in enumerate(subtitle[::-1])),
        *(
            (below + 12 + 24 * place, _NOTE, "quiet", fitting(note, room, _NOTE))
            for place, note in enumerate(chart.notes)
        ),
    ]
    return picture(
        "share.svg",
        style=STYLE,
        width=width,
        height=height,
        margin=_MARGIN,
        texts=texts,
        plot=chart.inline("plot").replace("<svg ", f"<svg {place} ", 1),
    )


def flat(svg: str) -> str:
    """The picture in light colours, and in the font that every machine has."""
    return _FONT.sub('font-family="Liberation Sans"', svg.replace(STYLE, _light(), 1))


@cache
def _light() -> str:
    """The style with the light colours in the place of the variables."""
    light, _dark, *rules = STYLE.splitlines(keepends=True)
    colours = dict(re.findall(r"(--[a-z]+): (#[0-9a-f]+)", light))
    return re.sub(r"var\((--[a-z]+)\)", lambda it: colours[it[1]], "".join(rules))


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise UsageError(
            "PNG and PDF need the extra `charts`: pip install 'socialscore[charts]'; "
            "SVG needs nothing"
        ) from None
    return vl_convert
