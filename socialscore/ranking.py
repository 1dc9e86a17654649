"""Rankings: the options that decide what is counted and how, from a preset, a file and a command.

A preset, a ranking file (TOML) and the command's options speak the same keys. A later one overrides
an earlier one, key by key, and an error names the one that said it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from socialscore.content import preset_path
from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError
from socialscore.model import KINDS, NETWORKS
from socialscore.written import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["EXCLUSIONS", "Conditions", "Ranking", "load_ranking", "override", "seconds"]

EXCLUSIONS = ("repost", "duplicate", "mass-mention", "listed", "deleted", "not-covered")
"""The reasons for leaving a message out that a ranking can choose. Never chosen: a body's own
messages and private ones are no demand of citizens, and nor are other bodies' unless the ranking
includes institutions."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 3650 * 86400  # a horizon, in seconds


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
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Conditions(_Checked):
    """A distinction for every ranked body of which all conditions hold."""

    label: str
    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}


class Ranking(_Checked):
    """Everything that decides what a ranking counts, and how."""

    title: str = _field("Response to citizens", "printed above the table")
    description: str = _field("", "for the readers of the file")
    source: str = _field("", "of a preset: who counted this way, and where it is written")
    preset: str = _field("default", "the preset to build on")
    panel: Path | None = _field(None, "the bodies, a path relative to the file")
    period: str = _field(
        "last-week",
        "2026-W46, 2026-11, 2026-Q4, FROM..UNTIL (UNTIL is not in it), last-week, last-30-days "
        "or all",
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
        """Twelve hexadecimal digits that change with any option but the panel's path."""
        text = self.model_dump_json(exclude={"panel"})
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_ranking(path: Path | None = None, options: Mapping[str, Any] | None = None) -> Ranking:
    """Put a preset, a ranking file and options together; options that are None do not count.

    Raises:
        InputError: the file is missing, is not TOML or says something wrong; its place is named.
        UnknownName: for a key or a preset that does not exist.
        UsageError: an option cannot be read.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    written = {} if path is None else read_toml(path, "the ranking")
    if path is not None and "panel" in written:
        written["panel"] = path.parent / str(written["panel"])
    place = path if "preset" in written and "preset" not in given else None
    preset = str(given.get("preset") or written.get("preset") or "default")
    shipped = preset_path(preset, place=place)
    layers: list[tuple[Path | None, Mapping[str, Any]]] = [
        (shipped, read_toml(shipped, "the preset")),
        (path, written),
        (None, given),
    ]
    return _check(layers, preset)


def override(ranking: Ranking, options: Mapping[str, Any]) -> Ranking:
    """The ranking with some options changed.

    Raises:
        UnknownName: for a key that does not exist.
        UsageError: an option cannot be read.
    """
    return _check([(None, ranking.model_dump()), (None, options)], ranking.preset)


def _check(layers: Sequence[tuple[Path | None, Mapping[str, Any]]], preset: str) -> Ranking:
    said_by: dict[str, Path | None] = {}
    merged: dict[str, Any] = {}
    for path, layer in layers:
        for key, value in layer.items():
            if key not in Ranking.model_fields:
                raise UnknownName("key", key, Ranking.model_fields, path)
            said_by[key], merged[key] = path, value
    try:
        return Ranking.model_validate(merged | {"preset": preset})
    except ValidationError as error:
        first = error.errors()[0]
        raise _wrong(said_by.get(str(first["loc"][0])), first) from None


def _wrong(path: Path | None, error: Mapping[str, Any]) -> SocialscoreError:
    """What to say about the value of a key, which a file gave or, without `path`, an option."""
    key, given = str(error["loc"][0]), str(error["input"])
    place = path and f"{path}, key {'.'.join(map(str, error['loc']))}"
    if error["type"] == "literal_error":
        known = re.findall("'([^']+)'", error["ctx"]["expected"])
        return UnknownName(key.removesuffix("s"), given, known, place)  # of networks: one network
    problem = str(error["msg"]).removeprefix("Value error, ")
    if place is None:
        return UsageError(f"--{key.replace('_', '-')} {given}: {problem}")
    return InputError(place, problem)
