"""The curve of RESULTS.md as a picture: `python -m bench.chart` writes docs/scale.svg."""

from __future__ import annotations

from pathlib import Path

import altair
import vl_convert

from bench.measure import WORLD_TITLES
from bench.report import section

__all__ = ["draw"]

_HERE = Path(__file__).parent
_MILLIONS = {"1m": 1, "10m": 10, "100m": 100}
_COLOURS = {
    "score(), unit message": "#1b6ca8",
    "score(), unit episode": "#c1440e",
    "DuckDB, unit message by hand": "#7fb2d9",
    "DuckDB, unit episode by hand": "#e59a7a",
    "Polars, unit message": "#6b8e23",
    "pandas, unit message": "#888888",
}


def draw(results: str) -> str:
    """The time of a full ranking by the number of messages, both on logarithmic scales, as SVG.

    Args:
        results: the text of RESULTS.md; of worlds that it lacks nothing is drawn.
    """
    points = [
        {"messages": millions, "seconds": float(cells[1].split()[0]), "what": cells[0]}
        for world, millions in _MILLIONS.items()
        if f"## {WORLD_TITLES[world]}\n" in results
        for cells in _rows(results, WORLD_TITLES[world])
        if cells[0] in _COLOURS
    ]
    scale = altair.Scale(type="log")
    chart = (
        altair.Chart(altair.Data(values=points), width=520, height=340)
        .mark_line(point=True)
        .encode(
            x=altair.X(
                "messages:Q", scale=scale, title="million messages", axis=_axis([1, 10, 100])
            ),
            y=altair.Y(
                "seconds:Q", scale=scale, title="seconds", axis=_axis([1, 3, 10, 30, 100, 300])
            ),
            color=altair.Color(
                "what:N",
                title=None,
                scale=altair.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
            ),
        )
    )
    return vl_convert.vegalite_to_svg(chart.to_json())


def _axis(values: list[int]) -> altair.Axis:
    return altair.Axis(values=values, format="d")


def _rows(results: str, title: str) -> list[list[str]]:
    lines = section(results, title).splitlines()
    table = [line for line in lines if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


if __name__ == "__main__":
    picture = draw((_HERE / "RESULTS.md").read_text(encoding="utf-8"))
    (_HERE.parent / "docs" / "scale.svg").write_text(picture, encoding="utf-8")
