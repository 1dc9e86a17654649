"""`socialscore presets`: the published ways of counting that a ranking can build on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.inputs.options import Conditions, Ranking

__all__ = ["command"]

_ABOUT = ("title", "description", "source", "preset", "panel")  # say nothing of what is counted
_COLUMNS = ("selection", "unit", "horizon", "by", "min_requests")


def command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Describe only this preset, with all its keys."),
    ] = None,
) -> None:
    """List the presets: published ways of counting, each with its source.

    The column `other` names further keys in which a preset differs from the default.
    """
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import preset_names

    if name is None:
        presets = [load_ranking(None, {"preset": each}) for each in preset_names()]
        typer.echo("\n".join(_table(presets, load_ranking())))
    else:
        typer.echo("\n\n".join(_described(load_ranking(None, {"preset": name}), load_ranking())))


def _table(presets: list[Ranking], default: Ranking) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("preset", *_COLUMNS, "other")]
    for preset in presets:
        shown = (*_COLUMNS, "show")  # what tables show follows from the rest
        other = [key for key in _differing(preset, default) if key not in shown]
        rows.append((preset.preset, *(_written(preset, key) for key in _COLUMNS), ", ".join(other)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def _described(preset: Ranking, default: Ranking) -> Iterator[str]:
    """Paragraphs: what the preset is, where it comes from, and each of its keys."""
    yield f"{preset.preset}: {preset.title}\n    {preset.description}"
    yield f"Source\n    {preset.source}"
    # Of the default itself, everything is worth telling.
    keys = _differing(preset, default) if preset.preset != "default" else _keys(preset)
    for key in keys:
        meaning = type(preset).model_fields[key].description
        yield f"{key} = {_written(preset, key)}\n    {meaning}"


def _differing(preset: Ranking, default: Ranking) -> list[str]:
    return [key for key in _keys(preset) if getattr(preset, key) != getattr(default, key)]


def _keys(preset: Ranking) -> list[str]:
    return [key for key in type(preset).model_fields if key not in _ABOUT]


def _written(preset: Ranking, key: str) -> str:
    """The value of a key as people write it."""
    from socialscore.reporters.formatting import span

    value = getattr(preset, key)
    if key in ("horizon", "min_age"):
        return span(value).replace(" ", "") if value else "none"
    if key == "bands":
        return "; ".join(map(_band, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value) or '""'


def _band(band: Conditions) -> str:
    least = [f"{metric} ≥ {value:g}" for metric, value in band.at_least.items()]
    most = [f"{metric} ≤ {value:g}" for metric, value in band.at_most.items()]
    return f"{band.label} ({', '.join(least + most)})"
