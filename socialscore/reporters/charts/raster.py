"""Charts as PNG and PDF, for where SVG is not shown: previews of links, slides, print.

vl-convert draws them, which comes with the extra `charts`. It knows no CSS variables, so the light
colours are written in their place; dark screens get the light picture too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from socialscore.errors import UsageError

if TYPE_CHECKING:
    from socialscore.reporters.charts.drawing import Chart

__all__ = ["SHARED", "is_available", "to_pdf", "to_png"]

SHARED = (1200, 630)
"""Pixels of a picture that networks show beside a link."""

_PALETTE = re.compile(r":root \{(?P<colours>[^}]*)\}")
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{.*\}\n")
_SIZE = re.compile(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"')


def is_available() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("vl_convert") is not None


def to_png(chart: Chart) -> bytes:
    """A picture of 1200 by 630 pixels, in whose middle the chart stands as large as fits.

    Raises:
        UsageError: the extra `charts` is not installed.
    """
    width, height = SHARED
    # The picture keeps its units, and gets the margins that make it as wide as high: a renderer
    # would fill them with black.
    scale = min(width / chart.width, height / chart.height)
    whole = width / scale, height / scale
    left, top = (chart.width - whole[0]) / 2, (chart.height - whole[1]) / 2
    box = f"{left:.2f} {top:.2f} {whole[0]:.2f} {whole[1]:.2f}"
    svg = _SIZE.sub(f'viewBox="{box}" width="{width}" height="{height}"', _flat(chart.svg), count=1)
    paper = f'<rect class="paper" x="{left:.2f}" y="{top:.2f}" width="{whole[0]:.2f}"'
    svg = svg.replace(
        '<rect class="paper" width',
        f'{paper} height="{whole[1]:.2f}"/>\n<rect class="paper" width',
        1,
    )
    return bytes(_vl_convert().svg_to_png(svg, scale=1))


def to_pdf(chart: Chart) -> bytes:
    """A page of the size of the chart.

    Raises:
        UsageError: the extra `charts` is not installed.
    """
    return bytes(_vl_convert().svg_to_pdf(_flat(chart.svg)))


def _flat(svg: str) -> str:
    """The picture with the light colours in the place of the variables."""
    palette = _PALETTE.search(svg)
    colours = dict(re.findall(r"(--[a-z]+): (#[0-9a-f]+)", palette["colours"] if palette else ""))
    svg = _DARK.sub("", svg)
    return re.sub(r"var\((--[a-z]+)\)", lambda it: colours[it[1]], svg)


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise UsageError(
            "PNG and PDF need the extra `charts`: pip install 'socialscore[charts]'; "
            "SVG needs nothing"
        ) from None
    return vl_convert
