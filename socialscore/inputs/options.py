"""The options of a ranking, each declared once.

A declaration is a field of `Ranking` with an `Option`: its name in files, the values that it takes,
its labels, and what it means. `--help`, the header of every table, the columns of exports,
method.txt and the documentation follow from it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from socialscore.errors import UnknownName
from socialscore.inputs.author_ids import checked_author
from socialscore.inputs.checked_toml import Listed, checked_timezone
from socialscore.model.messages import KINDS
from socialscore.model.network import NETWORKS
from socialscore.model.period import LAST_MATURED_WEEK
from socialscore.model.promise import parse_promise

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EXCLUSIONS",
    "KEYS",
    "OPTIONS",
    "REMOVED",
    "RENAMED",
    "Assertions",
    "Conditions",
    "Option",
    "Ranking",
    "as_written",
    "of_today",
    "reported",
    "seconds",
]

EXCLUSIONS = (
    *("third-party", "repost", "duplicate", "mass-mention", "listed", "deleted", "not-covered"),
)
"""The reasons for leaving a message out that a ranking can choose. Never chosen: a body's own
messages and private ones are no demand of citizens, and nor are other bodies' unless the ranking
includes institutions."""

_T = TypeVar("_T")
_Author = Annotated[str, BeforeValidator(checked_author)]
_EACH_ONCE = AfterValidator(lambda them: tuple(dict.fromkeys(them)))
_Names = Annotated[Listed[_T], Field(max_length=100), _EACH_ONCE]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("write a text that is not empty")
    return text


_Name = Annotated[str, Field(max_length=500), AfterValidator(_not_blank)]
_Text = Annotated[str, Field(max_length=5_000)]
_Promise = Annotated[str, AfterValidator(lambda text: str(parse_promise(text)))]
_Count = Annotated[int, Field(ge=0, le=10**9)]
_Share = Annotated[float, Field(ge=0, le=1)]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TIME = re.compile(r"([0-9]{1,12})\s*([smhdw])")
_DAYS = 3650  # a time at most
_LONGEST = _DAYS * 86400


@dataclass(frozen=True)
class Option:
    """An option of a ranking that can change a number, and how it is told."""

    label: str  # in headers and exports, in English
    label_fr: str  # in exports, in French
    kind: Literal[
        "choice", "text", "yes-no", "count", "number", "share", "duration", "metric", "names",
        "authors",
    ]  # fmt: skip
    name: str = ""  # the key in files; that of its field
    column: str = ""  # in CSV and JSON; empty: the name
    always: bool = False  # in the header of every table, and not only where the preset has another
    # An option, and its value without which this one is not read.
    needs: tuple[str, str | None] | None = None
    flag: str = ""  # on the command line; empty: only a file says it
    repeated: bool = False  # the flag takes one value and may be repeated, instead of commas
    choices: tuple[str, ...] = ()  # the values that it may have; that of its field's type
    alters_rates: bool = True  # False: it only chooses whom to rank, or how sure to be of ranks
    empty: str = ""  # what an empty value means, in words; empty: it is never empty
    earlier: tuple[str, ...] = ()  # keys that files of earlier versions had instead
    description: str = ""  # a sentence, for --help, data dictionaries and documentation


def _option(default: Any, description: str, option: Option) -> Any:
    field = _field(default, description)
    field.metadata.append(option)  # pydantic keeps there what it does not check
    return field


def _field(default: Any, description: str) -> Any:
    """A key that is no option: it changes no number, or is told by itself in every output."""
    return Field(default=default, description=description)


# --- values ---------------------------------------------------------------------------------------


def seconds(value: object) -> object:
    """`7d` as seconds, `none` as None.

    Raises:
        ValueError: it is no time, lacks its unit, or is longer than ten years.
    """
    if value is None or value == "none":
        return None
    number = str(value).strip()
    if type(value) in (int, str) and re.fullmatch("0*[1-9][0-9]{0,11}", number):
        raise ValueError(f"a number is no time; write its unit too: {number}d or {number}s")
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    length = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < length <= _LONGEST:
        raise ValueError(f"write a time such as 7d, 24h or 90m, up to {_DAYS}d, or none")
    return length


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
    times = [part.strip() if isinstance(part, str) else part for part in parts]
    if None in map(seconds, times):
        raise ValueError("write times such as 1h, 24h or 7d")
    return tuple(dict.fromkeys(_TIME.sub(lambda it: f"{int(it[1])}{it[2]}", it) for it in times))


def _correlation(value: object) -> object:
    """`estimate`, or a number from 0 to 1."""
    if value == "estimate" or (type(value) in (int, float) and 0 <= float(str(value)) <= 1):
        return value
    raise ValueError("write estimate, or a number from 0 to 1")


def _names(value: object) -> object:
    """A list of names, which a command writes with commas."""
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


def _path(value: object) -> object:
    """The path of a file."""
    if isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    if value is None or isinstance(value, Path):
        return value
    raise ValueError("write the path of a CSV in quotation marks, or remove the key")


# --- the declarations -----------------------------------------------------------------------------


class _Checked(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Conditions(_Checked):
    """A distinction for every ranked body of which all conditions hold."""

    label: _Name
    label_fr: _Text = ""
    at_least: dict[str, float] = {}
    at_most: dict[str, float] = {}


class Assertions(_Checked):
    """What must hold of a scoreboard before it is published."""

    min_bodies: _Count = 1  # bodies with a rank
    min_requests_total: _Count = 0  # mature requests, over all bodies
    min_coverage: _Share = 0.0  # mean over bodies with an account


class Ranking(_Checked):
    """Everything that decides what a ranking counts, and how."""

    title: _Name = _field("Response to citizens", "Printed above the table.")
    title_fr: _Text = _field("", "The title in French, for what is published.")
    description: _Text = _field("", "What the ranking is about, for its readers.")
    description_fr: _Text = _field("", "The same in French.")
    source: _Text = _field("", "Of a preset: who counted this way, and where it is written.")
    preset: str = _field("default", "The published way of counting to build on.")
    panel: Annotated[Path | None, BeforeValidator(_path)] = _field(
        None, "The bodies to compare: a CSV, its path relative to the file."
    )
    period: _Name = _field(
        LAST_MATURED_WEEK,
        "When the requests were written: 2026-W46, 2026-11, 2026-Q4, FROM..UNTIL (both days "
        "included), last-week, last-month, last-quarter, last-matured-week, last-30-days or all.",
    )
    timezone: Annotated[str, AfterValidator(checked_timezone)] = _option(
        "Europe/Paris",
        "Timezone in which days, weeks and months begin.",
        Option("Timezone", "Fuseau horaire", "text", flag="--timezone"),
    )
    categories: _Names[_Name] = _option(
        (),
        "Rank only the bodies of these categories of the panel.",
        Option("Categories", "Catégories", "names", empty="all", alters_rates=False),
    )
    by: _Name = _option(
        "response_rate",
        "Metric that ranks; `socialscore metrics` lists them.",
        Option("Ranked by", "Classé par", "metric", column="key", always=True, flag="--by"),
    )
    horizon: Annotated[int | None, BeforeValidator(seconds)] = _option(
        7 * 86400,
        "How long each request is watched for a response, such as 7d or 24h; a later response does "
        "not count. `none`: until the data end.",
        Option(
            "Horizon",
            "Horizon",
            "duration",
            column="horizon_seconds",
            always=True,
            flag="--horizon",
        ),
    )
    min_age: Annotated[int | None, BeforeValidator(seconds)] = _option(
        None,
        "Without a horizon, count only requests that are at least so old where the data end, such "
        "as 14d, with all their responses.",
        Option(
            "Minimum age",
            "Âge minimal",
            "duration",
            column="min_age_seconds",
            needs=("horizon", None),
            empty="none",
            flag="--min-age",
        ),
    )
    selection: Literal["question-mark", "questions", "requests", "all"] = _option(
        "questions",
        "Which messages ask for a response: question-mark (they have one), questions (also those "
        "that ask without the sign), requests (also those that ask for help or report a fault) or "
        "all.",
        Option("Selection", "Sélection", "choice", always=True, flag="--selection"),
    )
    unit: Literal["episode", "message", "author"] = _option(
        "episode",
        "What counts as one request: an episode (what one person writes until a response, or 24 "
        "hours of silence), each message, or each author.",
        Option("Unit", "Unité comptée", "choice", always=True, flag="--unit"),
    )
    match: Literal["direct", "conversation", "loose"] = _option(
        "conversation",
        "What counts as a response: direct (a reply to the message itself), conversation (also a "
        "later message to the author in the same thread) or loose (also one that mentions the "
        "author alone, anywhere).",
        Option("Match", "Appariement", "choice", always=True, flag="--match"),
    )
    clock: Literal["calendar", "business"] = _option(
        "calendar",
        "Which hours delays count: calendar (all of them) or business (opening hours only).",
        Option("Clock", "Horloge", "choice", always=True, flag="--clock"),
    )
    responders: Literal["group", "same"] = _option(
        "group",
        "Whose response counts: that of any account of the body (group), or only of the account "
        "that was written to (same).",
        Option("Responders", "Répondants", "choice", always=True, flag="--responders"),
    )
    strict: bool = _option(
        False,
        "Do not count a response that only sends the person elsewhere: to a form, a phone number, "
        "a private message.",
        Option("Strict", "Strict", "yes-no", always=True, flag="--strict"),
    )
    min_requests: _Count = _option(
        10,
        "Fewest requests with which a body is ranked.",
        Option("Min requests", "Minimum de demandes", "count", always=True, flag="--min-requests"),
    )
    # The choices are those of the model; type checkers want them spelled out, pydantic does not.
    networks: _Names[Literal[NETWORKS]] = _option(  # type: ignore[valid-type]
        NETWORKS,
        "Count only what was written on these networks.",
        Option("Networks", "Réseaux", "names", flag="--network", repeated=True),
    )
    kinds: _Names[Literal[KINDS]] = _option(  # type: ignore[valid-type]
        KINDS,
        "Count only messages of these kinds as requests.",
        Option("Kinds of messages", "Types de messages", "names"),
    )
    exclude: Annotated[_Names[str], BeforeValidator(_reasons)] = _option(
        EXCLUSIONS,
        "Why messages are left out: default, none, or a list of "
        f"{', '.join(EXCLUSIONS[:-1])} and {EXCLUSIONS[-1]}.",
        Option("Exclusions", "Exclusions", "names", empty="nothing", flag="--exclude"),
    )
    include_institutions: bool = _option(
        False,
        "Also count what other bodies of the panel write.",
        Option(
            "Institutions counted", "Institutions comptées", "yes-no", flag="--include-institutions"
        ),
    )
    ignore: Annotated[Listed[_Author], Field(max_length=50_000), _EACH_ONCE] = _option(
        (),
        "Authors to leave out, for the reason `listed`: network:id, or an id that holds on every "
        "network. Only their number is told.",
        Option("Ignored authors", "Auteurs ignorés", "authors", column="n_ignored"),
    )
    replies_to_several: bool = _option(
        True,
        "Count responses that address several people at once.",
        Option(
            "Replies to several counted",
            "Réponses groupées comptées",
            "yes-no",
            earlier=("to_several",),
        ),
    )
    exclude_bursts: bool = _option(
        True,
        "Do not count a response that was sent at once with the text of four others within 24 "
        "hours: it is automatic.",
        Option("Bursts excluded", "Rafales écartées", "yes-no", earlier=("bursts",)),
    )
    clock_start: Literal["first", "last"] = _option(
        "first",
        "From which message of an episode its delay is counted: the first or the last.",
        Option(
            "Delay from", "Délai depuis", "choice", needs=("unit", "episode"), flag="--clock-start"
        ),
    )
    calendar: str = _option(
        "",
        "Opening hours for all bodies, such as office, instead of each body's own.",
        Option(
            "Calendar",
            "Calendrier",
            "text",
            always=True,
            needs=("clock", "business"),
            empty="each body's own",
            flag="--calendar",
        ),
    )
    off_hours_reply: Literal["zero", "elapsed"] = _option(
        "zero",
        "On the business clock, the delay of a response that is written while the body is still "
        "closed: zero, or the time that has elapsed.",
        Option(
            "Off-hours replies",
            "Réponses hors horaires",
            "choice",
            always=True,
            needs=("clock", "business"),
            flag="--off-hours-reply",
        ),
    )
    latest: _Count = _option(
        0,
        "Give a body with fewer requests in the period its latest so many, however old.",
        Option("Latest requests", "Dernières demandes", "count"),
    )
    min_coverage: _Share = _option(
        0.95,
        "Smallest share of the period in view with which a body is ranked.",
        Option("Min coverage", "Couverture minimale", "share"),
    )
    within: Annotated[_Names[str], BeforeValidator(_durations)] = _option(
        ("1h", "4h", "24h", "72h"),
        "Times for the metrics within_1h, within_4h …, with commas: 2h,8h,24h.",
        Option("Within", "Délais comptés", "names", empty="none", flag="--within"),
    )
    trim: Annotated[float, Field(ge=0, lt=1)] = _option(
        0.1,
        "Share of the slowest responses that trimmed_delay leaves out.",
        Option("Trimmed", "Part tronquée", "share"),
    )
    rank_interval: Literal["pairwise", "simultaneous"] = _option(
        "pairwise",
        "For whom an interval of ranks is right: a body taken at random (pairwise), or each one "
        "wherever it stands, the first and the last among them (simultaneous, wider).",
        Option("Rank intervals", "Intervalles de rang", "choice", alters_rates=False),
    )
    icc: Annotated[str | float, BeforeValidator(_correlation)] = _option(
        "estimate",
        "How alike requests to one body on one day are (intraclass correlation): estimate, or a "
        "number from 0 (not at all) to 1.",
        Option("ICC", "Corrélation intraclasse", "text", alters_rates=False),
    )
    show: Annotated[_Names[_Name], BeforeValidator(_names)] = _field(
        ("n_requests", "response_rate", "median_delay", "median_wait"),
        "Metrics in the table; files have them all.",
    )
    bands: Annotated[Listed[Conditions], Field(max_length=100)] = _field(
        (),
        "Distinctions, best first: tables with a label, at_least and at_most, these by metric.",
    )
    promises: Annotated[dict[str, _Promise], Field(max_length=1_000)] = _field(
        {},
        "A table: within what time the bodies of a category answer (24h, 8h open), where the panel "
        "does not say what they promise themselves.",
    )
    topics: bool = _field(
        False,
        "Whether publications keep the topics of their period, which takes the extra topics and "
        "texts that have not expired.",
    )
    assertions: Assertions = Field(
        default=Assertions(),
        alias="assert",
        description="A table: below min_bodies ranked, min_requests_total or min_coverage, nothing "
        "is published.",
    )

    @property
    def zone(self) -> ZoneInfo:
        """The timezone in which periods begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def maturing(self) -> timedelta:
        """How old a request must be to count."""
        return timedelta(seconds=self.horizon or self.min_age or 0)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with any option that changes a ranking.

        Of the authors that it ignores only the number counts: a digest of their identifiers, if it
        is published, would tell whoever guesses one that it is right.
        """
        untold = _UNTOLD if self.promises else _UNTOLD | {"promises"}
        text = f"{self.model_dump_json(by_alias=True, exclude=untold)}{len(self.ignore)}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


# What is no option, what nobody else may read, and what changes no number.
_UNTOLD = {"panel", "ignore", "topics"}

KEYS = tuple(field.alias or name for name, field in Ranking.model_fields.items())
"""What presets, ranking files and options may say."""


def _declared() -> tuple[Option, ...]:
    found = []
    for name, field in Ranking.model_fields.items():
        for option in (it for it in field.metadata if isinstance(it, Option)):
            said = replace(option, name=name, description=field.description or "")
            choices = get_args(field.annotation) if option.kind == "choice" else ()
            found.append(replace(said, column=option.column or name, choices=choices))
    return tuple(found)


OPTIONS = _declared()
"""Every option, in the order in which outputs tell them."""

RENAMED = {earlier: option.name for option in OPTIONS for earlier in option.earlier}
"""By a key of earlier versions, the one that says the same today."""

REMOVED = {
    "seed": "intervals of ranks are no longer drawn by chance, and need none; delete the line",
}
"""By a key of earlier versions that nothing replaces, why that is, and what to do about it."""


def as_written(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as a ranking dumps them, as a file would say them: times with their unit."""
    times = {option.name for option in OPTIONS if option.kind == "duration"}
    return {key: _time(it) if key in times else it for key, it in options.items()}


def _time(value: Any) -> Any:
    """A number of seconds with its unit; what is none is refused where it is read."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else f"{value}s"


def of_today(options: Mapping[str, Any]) -> dict[str, Any]:
    """What an earlier version wrote as options, under the keys of today; keys that went are out."""
    renamed = {RENAMED.get(key, key): value for key, value in options.items()}
    return {key: value for key, value in renamed.items() if key not in REMOVED}


def reported(ranking: Ranking) -> dict[str, Any]:
    """The value of each option as outputs may tell it: of ignored authors only how many."""
    return {
        option.name: len(value) if option.kind == "authors" else value
        for option in OPTIONS
        for value in [getattr(ranking, option.name)]
    }
