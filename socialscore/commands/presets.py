"""`socialscore presets`: the published ways of counting that a ranking can build on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.inputs.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.inputs.options import Conditions, Ranking

__all__ = ["command"]

_ABOUT = ("title", "description", "source", "preset", "panel")  # say nothing of what is counted
_RECORD = (
    *("preset", "title", "description", "source", "period"),
    *(option.name for option in OPTIONS if option.name != "ignore"),
    *("show", "bands"),
)
_COLUMNS = ("selection", "unit", "horizon", "by", "min_requests")


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=completion.presets,
            help="Describe only this preset, with all its keys.",
        ),
    ] = None,
    format_name: FormatOption = None,
) -> None:
    """List the presets: published ways of counting, each with its source.

    The column `other` names further keys in which a preset differs from the default.
    """
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import preset_names

    format_name = chosen_format(format_name)
    default = load_ranking()
    presets = [load_ranking(None, {"preset": it}) for it in ([name] if name else preset_names())]

    def table() -> Iterator[str]:
        return _described(presets[0], default) if name else _table(presets, default)

    put_listing(format_name, _RECORD, map(_record, presets), table)


def _record(preset: Ranking) -> dict[str, object]:
    """Every key as people write it in a ranking file, numbers as numbers, nothing as None."""
    values = {key: getattr(preset, key) for key in _RECORD}
    return {
        key: value if isinstance(value, str) and value else _plain(preset, key, value)
        for key, value in values.items()
    }


def _plain(preset: Ranking, key: str, value: object) -> object:
    if key in ("horizon", "min_age") or not isinstance(value, int | float):
        return _written(preset, key) if value != "" else None
    return value


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
    yield f"\nSource\n    {preset.source}"
    # Of the default itself, everything is worth telling.
    keys = _differing(preset, default) if preset.preset != "default" else _keys(preset)
    for key in keys:
        meaning = type(preset).model_fields[key].description
        yield f"\n{key} = {_written(preset, key)}\n    {meaning}"


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
