"""The pictures of the README are those of today; `--renew-golden` draws them anew."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.text import Text
from shell import CHECKOUT

from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import ranking_path
from socialscore.reporters import charts, render
from socialscore.scoring import MessageSource, score
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.model.scoreboard import Scoreboard

IMAGES = CHECKOUT / "docs" / "images"
WIDTH = 96

# rich's own template fetches a font; this one takes what the reader has.
TERMINAL = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>socialscore rank, in a terminal</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<rect fill="#16191d" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@pytest.fixture(scope="module")
def board(demo: Path) -> Scoreboard:
    panel = read_panel(CHECKOUT / "fixtures" / "demo" / "panel.csv")
    ranking = load_ranking(ranking_path("demo-weekly"), {"period": "2026-W46"})
    return score(MessageSource(Store.open(demo)), panel, ranking)


def in_terminal(board: Scoreboard) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(render(board, "table", width=WIDTH, colour=True).rstrip()))
    return console.export_svg(title="", code_format=TERMINAL, unique_id="terminal")


def kept(name: str, svg: str, request: pytest.FixtureRequest) -> str:
    """A picture as the README shows it."""
    if request.config.getoption("renew_golden"):
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / name).write_text(svg, encoding="utf-8", newline="")
    return (IMAGES / name).read_text(encoding="utf-8")


def test_the_pictures_of_the_readme_are_of_today(
    board: Scoreboard, request: pytest.FixtureRequest
) -> None:
    pictures = {"ranking.svg": charts.ranking(board).svg, "terminal.svg": in_terminal(board)}

    for name, svg in pictures.items():
        assert svg == kept(name, svg, request), f"{name}: renew it with --renew-golden"
        assert svg.count("http") == svg.count("http://www.w3.org/2000/svg")
        ElementTree.fromstring(svg)  # noqa: S314 - our own
