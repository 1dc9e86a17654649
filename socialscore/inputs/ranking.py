"""Rankings: the options that decide what is counted and how, from a preset, a file and a command.

A preset, a ranking file (TOML) and the command's options speak the same keys. A later one overrides
an earlier one, key by key, and an error names the one that said it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError
from socialscore.inputs.shipped import preset_path
from socialscore.inputs.toml_files import FilePosition, place_of, read_toml
from socialscore.inputs.value_errors import misread
from socialscore.model.messages import KINDS, NETWORKS
from socialscore.model.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

__all__ = [
    "EXCLUSIONS",
    "KEYS",
    "Assertions",
    "Conditions",
    "ParsedRanking",
    "Ranking",
    "load_ranking",
    "override",
    "read_ranking",
    "seconds",
]

EXCLUSIONS = ("repost", "duplicate", "mass-mention", "listed", "deleted", "not-covered")
"""The reasons for leaving a message out that a ranking can choose. Never chosen: a body's own
messages and private ones are no demand of citizens, and nor are other bodies' unless the ranking
includes institutions."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 3650 * 86400  # a horizon, in seconds
_SOME_TIME = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


def seconds(value: object) -> object:
    """`7d` as seconds, `none` as None."""
    if value == "none":
        return None
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+)\s*([smhdw])", value)
        value = int(match[1]) * _UNITS[match[2]] if match else 0
    if value is None or (type(value) is int and 0 < value <= _LONGEST):
        return value
    raise ValueError("write a time such as 7d, 24h or 90m, up to 3650d, or none")


def _reasons(value: object) -> object:
    """`default`, `none` or a list of reasons, which a command writes with commas."""
    if isinstance(value, str):
        named = {"default": EXCLUSIONS, "none": ()}
        value = named.get(value, tuple(part.strip() for part in value.split(",")))
    if isinstance(value, (list, tuple)):
        for reason in value:
            if reason not in EXCLUSIONS:
                raise ValueError(str(UnknownName("reason", str(reason), EXCLUSIONS)))
        return tuple(reason for reason in EXCLUSIONS if reason in value)
    return value


def _durations(value: object) -> object:
    """A list of times such as 24h, which a command writes with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        return value
    times = ["".join(str(part).split()) for part in parts]
    if not all(re.fullmatch(r"0*[1-9]\d{0,5}[smhdw]", time) for time in times):
        raise ValueError("write times such as 1h, 24h or 7d")
    return tuple(dict.fromkeys(times))


def _names(value: object) -> object:
    """A list of names, which a command writes with commas."""
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


def _field(default: Any, description: str) -> Any:
    return Field(default=default, description=description)


class _Checked(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Conditions(_Checked):
    """A distinction for every ranked body of which all conditions hold."""

    label: str
    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}


_UNTOLD = {"panel", "ignore"}  # what is no option, and what nobody else may read


class Assertions(_Checked):
    """What must hold of a scoreboard before it is published."""

    min_bodies: Annotated[int, Field(ge=0)] = 1  # bodies with a rank
    min_requests_total: Annotated[int, Field(ge=0)] = 0  # mature requests, over all bodies
    min_coverage: Annotated[float, Field(ge=0, le=1)] = 0.0  # mean over bodies with an account


class Ranking(_Checked):
    """Everything that decides what a ranking counts, and how."""

    title: str = _field("Response to citizens", "printed above the table")
    title_fr: str = _field("", "the title in French, for what is published")
    description: str = _field("", "what the ranking is about, for its readers")
    description_fr: str = _field("", "the same in French")
    source: str = _field("", "of a preset: who counted this way, and where it is written")
    preset: str = _field("default", "the preset to build on")
    panel: Path | None = _field(None, "the bodies, a path relative to the file")
    categories: tuple[str, ...] = _field((), "rank the bodies of these categories; empty: of all")
    period: str = _field(
        "last-week",
        "2026-W46, 2026-11, 2026-Q4, FROM..UNTIL (UNTIL is not in it), last-week, last-month, "
        "last-quarter, last-30-days or all",
    )
    timezone: str = _field("Europe/Paris", "where periods begin and end")
    # The choices are those of model.py; type checkers want them spelled out, pydantic does not.
    networks: tuple[Literal[NETWORKS], ...] = _field(NETWORKS, "the networks to look at")  # type: ignore[valid-type]
    kinds: tuple[Literal[KINDS], ...] = _field(KINDS, "the kinds of inbound messages to count")  # type: ignore[valid-type]
    unit: Literal["episode", "message", "author"] = _field(
        "episode", "what is counted: episode, message or author"
    )
    clock_start: Literal["first", "last"] = _field(
        "first", "the message of an episode from which its delay runs: first or last"
    )
    selection: Literal["question-mark", "questions", "requests", "all"] = _field(
        "questions", "which messages are demand: question-mark, questions, requests or all"
    )
    match: Literal["direct", "conversation", "loose"] = _field(
        "conversation", "how a response is found: direct, conversation or loose"
    )
    responders: Literal["group", "same"] = _field(
        "group", "whose response counts: that of any account of the body, or of the same account"
    )
    to_several: bool = _field(True, "count responses that address several people")
    strict: bool = _field(False, "a redirect is no response")
    bursts: bool = _field(
        True, "equal replies that come at once, five in 24 hours, are automatic, hence no responses"
    )
    horizon: Annotated[int | None, BeforeValidator(seconds)] = _field(
        7 * 86400, "how long each request is watched, such as 7d or 24h (kept in seconds), or none"
    )
    clock: Literal["calendar", "business"] = _field(
        "calendar", "how delays are measured: calendar (24 hours, 7 days) or business (open hours)"
    )
    calendar: str = _field(
        "", "opening hours for all bodies, a file of calendars/; empty: each body's own"
    )
    off_hours_reply: Literal["zero", "elapsed"] = _field(
        "zero", "on the business clock, the delay of a response before the body opens again"
    )
    exclude: Annotated[tuple[str, ...], BeforeValidator(_reasons)] = _field(
        EXCLUSIONS, "which messages are left out: default, none or a list of reasons"
    )
    include_institutions: bool = _field(False, "count what other bodies of the panel write")
    ignore: tuple[str, ...] = _field((), "authors' identifiers, for the reason listed")
    latest: Annotated[int, Field(ge=0)] = _field(
        0, "a body with fewer requests in the period is given its latest so many, however old"
    )
    min_requests: Annotated[int, Field(ge=0)] = _field(10, "with fewer, a body has no rank")
    min_coverage: Annotated[float, Field(ge=0, le=1)] = _field(
        0.95, "with less of the period in view, a body has no rank"
    )
    by: str = _field("response_rate", "the metric that ranks")
    within: Annotated[tuple[str, ...], BeforeValidator(_durations)] = _field(
        ("1h", "4h", "24h", "72h"), "the times of the metrics within_1h, within_4h …"
    )
    trim: Annotated[float, Field(ge=0, lt=1)] = _field(
        0.1, "the share of the slowest answers that trimmed_delay leaves out"
    )
    show: Annotated[tuple[str, ...], BeforeValidator(_names)] = _field(
        ("n_requests", "response_rate", "median_delay", "median_wait"),
        "the metrics that tables show; files have them all",
    )
    bands: tuple[Conditions, ...] = _field(
        (), "distinctions, best first: tables with label, at_least and at_most, these by metric"
    )
    seed: Annotated[int, Field(ge=0, lt=2**32)] = _field(
        20261123, "of the draws behind the intervals of ranks"
    )
    assertions: Assertions = Field(
        default=Assertions(),
        alias="assert",
        description="a table: below min_bodies ranked, min_requests_total or min_coverage, nothing "
        "is published",
    )

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is not a timezone such as Europe/Paris") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The timezone in which periods begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def clock_in_words(self) -> str:
        """The clock, and on which hours it runs where it does not run always."""
        if self.clock == "calendar":
            return "calendar"
        hours = f" ({self.calendar})" if self.calendar else ""
        return f"business{hours}, off-hours replies: {self.off_hours_reply}"

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with any option but the panel's path.

        Of the authors that it ignores only the number counts: a digest of their identifiers, if it
        is published, would tell whoever guesses one that it is right.
        """
        text = f"{self.model_dump_json(by_alias=True, exclude=_UNTOLD)}{len(self.ignore)}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


KEYS = tuple(field.alias or name for name, field in Ranking.model_fields.items())
"""What presets, ranking files and options may say."""


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
    """
    return _sound(read_ranking(path, options))


def read_ranking(
    path: Path | None = None, options: Mapping[str, Any] | None = None
) -> ParsedRanking:
    """As `load_ranking`, with everything that is wrong instead of the first of it.

    Raises:
        InputError: the file is missing or is not TOML.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    written = {} if path is None else read_toml(path, "the ranking")
    if path is not None and isinstance(written.get("panel"), str):
        written["panel"] = path.parent / written["panel"]
    preset = str(given.get("preset") or written.get("preset") or "default")
    place = path and "preset" in written and "preset" not in given and place_of(path, "preset")
    problems: list[SocialscoreError] = []
    try:
        shipped = preset_path(preset, place=place or None)
    except UnknownName as error:
        problems, preset = [error], "default"
        shipped = preset_path(preset)
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
        UsageError: an option cannot be read.
    """
    layers = [(None, ranking.model_dump(by_alias=True)), (None, options)]
    return _sound(_read(layers, ranking.preset))


def _sound(reading: ParsedRanking) -> Ranking:
    for problem in reading.problems:
        raise problem
    return reading.ranking


def _read(layers: Sequence[tuple[Path | None, Mapping[str, Any]]], preset: str) -> ParsedRanking:
    said_by: dict[str, Path | None] = {}
    values: dict[str, Any] = {}
    problems: list[SocialscoreError] = []
    for path, layer in layers:
        for key, value in layer.items():
            if key in KEYS:
                said_by[key], values[key] = path, value
            else:
                place = path and replace(place_of(path, key), key="")
                problems.append(UnknownName("key", key, KEYS, place))
    values["preset"] = preset
    try:
        reading = ParsedRanking(Ranking.model_validate(values), (), said_by)
    except ValidationError as error:
        reading = ParsedRanking(Ranking(), (), said_by)
        wrong = {each["loc"]: each for each in error.errors()}
        for way, each in wrong.items():
            keys = (Assertions if way[0] == "assert" else Conditions).model_fields
            place = reading.place(str(way[0]), *way[1:])
            problems.append(misread(place, dict(each), keys))
        # Of a list in which something is wrong, nothing is kept.
        ways = {way[:1] if len(way) == 2 and isinstance(way[1], int) else way for way in wrong}
        rest = {key: path for key, path in said_by.items() if (key,) not in ways}
        reading = ParsedRanking(Ranking.model_validate(_without(ways, values)), (), rest)
    return replace(reading, problems=(*problems, *_period_problem(reading)))


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
    return found | {"label": ""} if (*way, "label") in wrong else found


def _period_problem(reading: ParsedRanking) -> Iterator[SocialscoreError]:
    try:
        parse_period(reading.ranking.period, reading.ranking.zone, covered=_SOME_TIME)
    except UsageError as error:
        place = reading.place("period")
        yield InputError(place, str(error)) if place else error
