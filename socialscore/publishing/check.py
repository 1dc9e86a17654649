"""Checking a ranking before it runs: everything that is wrong with it, its panel and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError, SeveralProblems, SocialscoreError, UnknownName
from socialscore.inputs.calendar import read_calendar
from socialscore.inputs.options import OPTIONS
from socialscore.inputs.panel_file import examine_panel
from socialscore.inputs.ranking import calendar_of, compared, promise_of, read_ranking
from socialscore.inputs.shipped import calendar_path, is_there
from socialscore.inputs.toml_files import place_of
from socialscore.publishing.publish import RULES
from socialscore.reporters.formatting import span
from socialscore.scoring.metrics import wrong_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from socialscore.inputs.panel_file import PanelReading
    from socialscore.inputs.ranking import ParsedRanking, Ranking
    from socialscore.inputs.toml_files import FilePosition

__all__ = ["Findings", "check_ranking"]


@dataclass(frozen=True)
class Findings:
    """What there is to say about a ranking."""

    problems: tuple[SocialscoreError, ...]  # by file, the ranking's first, and line
    notes: tuple[str, ...]  # what is no mistake, and may surprise


def check_ranking(
    path: Path, *, panel: Path | None = None, otherwise: Path | None = None
) -> Findings:
    """Everything that is wrong with a ranking file and with what it names.

    Args:
        path: the file of the ranking.
        panel: the bodies, whatever the ranking names.
        otherwise: the bodies, if neither says any.
    """
    try:
        reading = read_ranking(path)
    except InputError as error:  # it cannot be read at all
        return Findings((error,), ())
    problems = [*reading.problems, *_of_ranking(reading, path)]
    notes = list(_notes(reading))
    panel = panel or reading.ranking.panel or otherwise
    if reading.ranking.clock == "business" and (name := reading.ranking.calendar):
        beside = [each for each in (panel, path) if each]
        problems += _wrong_calendars({name: reading.place("calendar")}, beside)
    if panel is None:
        notes.append(f"{path}: no panel is named: the bodies will be those that the store knows")
    elif panel == reading.ranking.panel and not is_there(panel):
        problems.append(InputError(reading.place("panel"), f"there is no file {panel}"))
    else:
        problems += _of_panel(reading, panel, path)
    return Findings(_in_order(problems, path), tuple(notes))


def _in_order(problems: Iterable[SocialscoreError], path: Path) -> tuple[SocialscoreError, ...]:
    """By file, the ranking's first, and line; none twice."""
    unique = {str(problem): problem for problem in problems}.values()
    files = list(dict.fromkeys((str(path), *(_file_and_line(problem)[0] for problem in unique))))

    def position(problem: SocialscoreError) -> tuple[int, int]:
        file, line = _file_and_line(problem)
        return files.index(file), line

    return tuple(sorted(unique, key=position))


def _file_and_line(problem: SocialscoreError) -> tuple[str, int]:
    place = getattr(problem, "place", None)
    return str(getattr(place, "path", place)), getattr(place, "line", None) or 0


# --- the ranking itself ------------------------------------------------------------------------


def _of_ranking(reading: ParsedRanking, path: Path) -> Iterator[SocialscoreError]:
    """Metrics that it does not have, keys that have no effect or leave nothing to count."""
    ranking, default = reading.ranking, type(reading.ranking)()

    def place(key: str, *way: str | int) -> FilePosition | None:
        is_said_here = reading.said_by.get(key) == path  # else its preset does not suit the rest
        return reading.place(key, *way) if is_said_here else place_of(path, "preset")

    yield from wrong_metrics(ranking, place)
    for key, why in _idle(ranking):
        is_said_here = reading.said_by.get(key) == path
        if is_said_here and getattr(ranking, key) != getattr(default, key):
            yield InputError(reading.place(key), f"it has no effect, since {why}")


def _idle(ranking: Ranking) -> Iterator[tuple[str, str]]:
    """Options that are not read because of another one, with the reason."""
    for option in OPTIONS:
        if option.needs and (value := getattr(ranking, option.needs[0])) != option.needs[1]:
            said = span(value).replace(" ", "") if isinstance(value, int) else value
            yield option.name, f'{option.needs[0]} is "{said}"'
    if "listed" not in ranking.exclude:
        yield "ignore", 'exclude lacks "listed"'


def _notes(reading: ParsedRanking) -> Iterator[str]:
    ranking = reading.ranking
    if reading.place("period") in {getattr(it, "place", None) for it in reading.problems}:
        return  # it cannot even be read
    if ranking.period == "all":
        yield f"{reading.place('period')}: `publish` refuses `all`, which has no fixed end"
    elif ranking.period not in RULES:
        yield (
            f"{reading.place('period')}: `publish` makes one publication of {ranking.period}, and "
            f"no series as of {', '.join(RULES)}"
        )


# --- what it compares --------------------------------------------------------------------------


def _of_panel(reading: ParsedRanking, panel: Path, path: Path) -> Iterator[SocialscoreError]:
    """What is wrong with the panel, and what it lacks that the ranking speaks of."""
    bodies = examine_panel(panel)
    yield from bodies.problems
    if bodies.panel.bodies:
        yield from _unknown_categories(reading, bodies)
        yield from _hours(reading, bodies, beside=(panel, path))
    if not bodies.problems:  # else accounts may be missing only since they are misspelt
        strangers = list(_unknown_networks(reading, bodies, path))
        yield from strangers or _too_few(reading, bodies, path)


def _unknown_categories(reading: ParsedRanking, bodies: PanelReading) -> Iterator[SocialscoreError]:
    known = {body.category for body in bodies.panel.bodies}
    for number, category in enumerate(reading.ranking.categories):
        if category not in known:
            place = reading.place("categories", number)
            yield UnknownName("category of the panel", category, known - {""}, place)
    for category in reading.ranking.promises:
        if category not in known:
            place = reading.place("promises", category)
            yield UnknownName("category of the panel", category, known - {""}, place)


def _unknown_networks(
    reading: ParsedRanking, bodies: PanelReading, path: Path
) -> Iterator[SocialscoreError]:
    present = {account.network for _, account in bodies.panel.accounts()}
    for number, network in enumerate(reading.ranking.networks):
        if network not in present and reading.said_by.get("networks") == path:
            problem = f"no body of the panel has an account on {network}"
            yield InputError(reading.place("networks", number), problem)


def _too_few(
    reading: ParsedRanking, bodies: PanelReading, path: Path
) -> Iterator[SocialscoreError]:
    """Fewer bodies than must be ranked, where that is not for a name that the panel lacks."""
    ranking = reading.ranking
    known = {body.category for body in bodies.panel.bodies}
    if not ranking.networks or not known.issuperset(ranking.categories):
        return
    least, n_bodies = ranking.assertions.min_bodies, _n_comparable(ranking, bodies)
    if n_bodies < least:
        yield InputError(
            reading.place("assert", "min_bodies") or path,
            f"{n_bodies or 'none'} of the bodies can have a rank, and assert.min_bodies is {least}:"
            " it takes the category, and an account on a network of the ranking that is open to "
            "citizens",
        )


def _n_comparable(ranking: Ranking, bodies: PanelReading) -> int:
    return sum(
        any(a.network in ranking.networks and not a.closed for a in body.accounts)
        for body in compared(bodies.panel, ranking)
    )


def _hours(
    reading: ParsedRanking, bodies: PanelReading, *, beside: Sequence[Path]
) -> Iterator[SocialscoreError]:
    """Calendars that clocks or promises of bodies need, and which are missing or wrong."""
    ranking = reading.ranking
    named: dict[str, FilePosition | None] = {}
    for body in compared(bodies.panel, ranking):
        place, promise = bodies.places[body.body_id], promise_of(body, ranking)
        if promise and promise.is_open_time:
            need = f"a promise of {promise} needs"
        elif ranking.clock == "business":
            need = 'clock = "business" needs'
        else:
            continue
        if name := calendar_of(body, ranking):
            named.setdefault(name, place)
        elif body.accounts:
            more = ", or one for all in the ranking" * (ranking.clock == "business")
            yield InputError(
                place, f"body {body.body_id!r} has no calendar, which {need}; name it here{more}"
            )
    named.pop(ranking.calendar, None)  # the ranking says it, in its own line
    yield from _wrong_calendars(named, beside)


def _wrong_calendars(
    named: Mapping[str, FilePosition | None], beside: Sequence[Path]
) -> Iterator[SocialscoreError]:
    """What is wrong with calendars, given by name with the place that names each."""
    for name, place in named.items():
        try:
            read_calendar(calendar_path(name, beside=beside, place=place))
        except SeveralProblems as error:
            yield from error.problems
        except SocialscoreError as error:
            yield error
