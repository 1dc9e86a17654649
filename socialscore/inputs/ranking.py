"""Reading rankings: a preset, a file and the options of a command, put together.

A preset, a ranking file (TOML) and the command's options speak the same keys. A later one overrides
an earlier one, key by key, and an error names the one that said it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError, option
from socialscore.inputs.options import (
    KEYS,
    OPTIONS,
    REMOVED,
    RENAMED,
    Assertions,
    Conditions,
    Ranking,
)
from socialscore.inputs.shipped import preset_names, preset_path
from socialscore.inputs.toml_files import FilePosition, place_of, read_toml
from socialscore.inputs.value_errors import first_of, problems_of, raise_all
from socialscore.model.period import parse_period
from socialscore.model.promise import parse_promise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.model.messages import Body
    from socialscore.model.promise import Promise

__all__ = [
    "ParsedRanking",
    "Ranking",
    "calendar_of",
    "compared",
    "load_ranking",
    "overridden",
    "override",
    "promise_of",
    "read_ranking",
]

_SOME_TIME = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class ParsedRanking:
    """What a preset, a ranking file and options say together."""

    ranking: Ranking  # what is wrong counts as not said
    problems: tuple[SocialscoreError, ...]  # everything that is wrong
    said_by: Mapping[str, Path | None]  # by key, the file that says it last; None: an option

    def place(self, key: str, *way: str | int) -> FilePosition | None:
        """Where a key, or something in its value, is said; None if an option says it."""
        path = self.said_by.get(key)
        return None if path is None else place_of(path, key, *way)


def load_ranking(path: Path | None = None, options: Mapping[str, Any] | None = None) -> Ranking:
    """Put a preset, a ranking file and options together; options that are None do not count.

    Raises:
        InputError: the file is missing, is not TOML or says something wrong; its place is named.
        UnknownName: for a key or a preset that does not exist.
        UsageError: an option cannot be read.
        SeveralProblems: more than one of these.
    """
    return _sound(read_ranking(path, options))


def read_ranking(
    path: Path | None = None, options: Mapping[str, Any] | None = None
) -> ParsedRanking:
    """As `load_ranking`, with everything that is wrong as a list.

    Raises:
        InputError: the file is missing or is not TOML.
    """
    given = _given(options or {})
    written = {} if path is None else read_toml(path, "the ranking")
    if path is not None and isinstance(panel := written.get("panel"), str) and panel:
        written["panel"] = str(path.parent / panel)
    preset = given.get("preset", written.get("preset", "default"))
    place = path and "preset" in written and "preset" not in given and place_of(path, "preset")
    problems: list[SocialscoreError] = []
    if isinstance(preset, str) and preset not in preset_names():
        problems = [UnknownName("preset", preset, preset_names(), place or None)]
        preset = "default"
    shipped = preset_path(preset if isinstance(preset, str) else "default")
    layers: list[tuple[Path | None, Mapping[str, Any]]] = [
        (shipped, read_toml(shipped, "the preset")),
        (path, written),
        (None, given),
    ]
    reading = _read(layers, preset)
    return replace(reading, problems=(*problems, *reading.problems))


def override(ranking: Ranking, options: Mapping[str, Any]) -> Ranking:
    """The ranking with some options changed.

    Raises:
        UnknownName: for a key that does not exist.
        UsageError: an option cannot be read, or is a preset.
    """
    given = _given(options)
    if "preset" in given:
        raise UsageError(
            f"{option('preset')}: this ranking has one already, and cannot be given another"
        )
    changed = _sound(_read([(None, given)], ranking.preset))
    names = (name for name, field in Ranking.model_fields.items() if (field.alias or name) in given)
    return ranking.model_copy(update={name: getattr(changed, name) for name in names})


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def overridden(ranking: Ranking) -> tuple[str, ...]:
    """The names of the options in force that are not as the ranking's preset has them."""
    preset = _preset(ranking.preset)
    return tuple(
        option.name
        for option in OPTIONS
        if getattr(ranking, option.name) != getattr(preset, option.name)
        and (option.needs is None or getattr(ranking, option.needs[0]) == option.needs[1])
    )


@cache
def _preset(name: str) -> Ranking:
    return load_ranking(None, {"preset": name})


def _sound(reading: ParsedRanking) -> Ranking:
    raise_all(reading.problems)
    return reading.ranking


def _read(layers: Sequence[tuple[Path | None, Mapping[str, Any]]], preset: object) -> ParsedRanking:
    said_by: dict[str, Path | None] = {}
    values: dict[str, Any] = {}
    unknown: list[tuple[str, Path | None]] = []
    for path, layer in layers:
        for key, value in layer.items():
            if key in KEYS:
                said_by[key], values[key] = path, value
            else:
                unknown.append((key, path))
    problems = first_of(unknown, lambda each: _unknown_key(*each))
    values["preset"] = preset
    wrong: set[tuple[str | int, ...]] = set()
    try:
        reading = ParsedRanking(Ranking.model_validate(values), (), said_by)
    except ValidationError as error:
        reading = ParsedRanking(Ranking(), (), said_by)
        wrong = {each["loc"] for each in error.errors()}
        problems += problems_of(
            error,
            reading.place,
            lambda *way: (Assertions if way[0] == "assert" else Conditions).model_fields,
        )
        # Of a list in which something is wrong, nothing is kept.
        ways = {way[:1] if len(way) == 2 and isinstance(way[1], int) else way for way in wrong}
        rest = {key: path for key, path in said_by.items() if (key,) not in ways}
        reading = ParsedRanking(_sound_part(values, ways), (), rest)
    problems += _period_problem(reading)
    problems += _empty_lists(reading)
    problems += _useless_bands(reading, {way[1] for way in wrong if way[0] == "bands" and way[1:]})
    return replace(reading, problems=tuple(problems))


def _unknown_key(key: str, path: Path | None) -> SocialscoreError:
    place = path and replace(place_of(path, key), key="")
    if key in RENAMED:
        problem = f"the key {key!r} is now called {RENAMED[key]!r}"
    elif key in REMOVED:
        problem = f"{key}: {REMOVED[key]}"
    else:
        return UnknownName("key" if place else "option", key, KEYS, place)
    return InputError(place, problem) if place else UsageError(problem)


def _sound_part(values: dict[str, Any], wrong: Collection[tuple[str | int, ...]]) -> Ranking:
    """The ranking without what is wrong; with nothing of its keys where that does not do."""
    try:
        return Ranking.model_validate(_without(wrong, values))
    except ValidationError:  # a list may be too long besides
        return Ranking.model_validate(_without({way[:1] for way in wrong}, values))


def _without(wrong: Collection[tuple[str | int, ...]], value: Any, *way: str | int) -> Any:
    """A value without what is wrong in it; each is named by the way to it."""
    if isinstance(value, (list, tuple)):
        return [_without(wrong, each, *way, number) for number, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found = {
        key: _without(wrong, each, *way, key)
        for key, each in value.items()
        if (*way, key) not in wrong
    }
    # The one key that is needed, of a table of bands.
    return found | {"label": "?"} if (*way, "label") in wrong else found


def _period_problem(reading: ParsedRanking) -> Iterator[SocialscoreError]:
    try:
        parse_period(reading.ranking.period, reading.ranking.zone, covered=_SOME_TIME)
    except UsageError as error:
        place = reading.place("period")
        yield InputError(place, str(error)) if place else error


def _empty_lists(reading: ParsedRanking) -> Iterator[SocialscoreError]:
    """Lists that leave nothing to count; no categories are all of them where no file says it."""
    for key in ("categories", "networks", "kinds"):
        place, problem = reading.place(key), "name at least one, or remove the key"
        if key in reading.said_by and not getattr(reading.ranking, key):
            if place:
                yield InputError(place, problem)
            elif key != "categories":
                yield UsageError(f"{option(key)}: name at least one, or leave it out")


def _useless_bands(
    reading: ParsedRanking, wrong: Collection[str | int]
) -> Iterator[SocialscoreError]:
    """Bands that every body has, or none; `wrong`: the numbers of those that are wrong anyway."""
    labels: set[str] = set()
    seen: list[tuple[Mapping[str, float], Mapping[str, float]]] = []
    for number, band in enumerate(reading.ranking.bands):
        conditions = band.at_least, band.at_most
        if number not in wrong:
            for key, problem in _useless(band, labels, conditions in seen):
                place = reading.place("bands", number, *key)
                said = f"{option('bands')}: {problem}"
                yield InputError(place, problem) if place else UsageError(said)
            seen.append(conditions)
            labels.add(band.label)


def _useless(
    band: Conditions, labels: Collection[str], repeated: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What makes no sense of a band, each with the way to the key."""
    if band.label in labels:
        yield ("label",), f"there is a band {band.label!r} already"
    if not band.at_least and not band.at_most:
        yield (), "a band needs a condition: write at_least, at_most or both"
    elif repeated:
        yield (), "a band above has the same conditions: nobody would get this one"
    for metric in band.at_least.keys() & band.at_most.keys():
        if band.at_least[metric] > band.at_most[metric]:
            yield ("at_most", metric), "it is below at_least: nobody would get this band"


def compared(panel: Panel, ranking: Ranking) -> list[Body]:
    """The bodies that are ranked; the others of the panel are known, as institutions."""
    return [
        body
        for body in panel.bodies
        if not ranking.categories or body.category in ranking.categories
    ]


def calendar_of(body: Body, ranking: Ranking) -> str:
    """The name of its opening hours; empty: nobody says them."""
    return (ranking.calendar if ranking.clock == "business" else "") or body.calendar


def promise_of(body: Body, ranking: Ranking) -> Promise | None:
    """Within what time a body says that it answers: itself, or as its category does by a ranking.

    Open time is that of `calendar_of`.
    """
    text = body.promise or ranking.promises.get(body.category)
    return parse_promise(text) if text else None
