"""The bump chart: ranks over the periods, of the bodies whose movement is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from socialscore.reporters.charts.drawing import WIDE, Axis, drawn, fitting, periods_across
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["Course", "bump"]

_TOP, _ROW, _LEFT, _NAME = 70, 20, 56, 216
_MOST_ROWS = 40  # more ranks than these share the height


@dataclass(frozen=True)
class Course:
    """The ranks of a body over the periods."""

    body_id: str
    name: str
    ranks: tuple[int | None, ...]  # per period; None: it was not ranked
    moves: tuple[str | None, ...]  # up or down where its rate really went there; else None

    @property
    def has_moved(self) -> bool:
        """Whether some movement of its rate is more than chance."""
        return any(self.moves)


def bump(
    title: str,
    subtitle: str,
    periods: Sequence[str],
    courses: Sequence[Course],
    origin: str,
    locale: Locale = ENGLISH,
    *,
    width: int = WIDE,
) -> Chart:
    """Ranks over the periods; bodies that moved by chance only are not drawn, but counted.

    Args:
        title: of the ranking.
        subtitle: what is drawn.
        periods: in order of time.
        courses: of all bodies.
        origin: what made the numbers.
        locale: the language.
        width: of the picture, in units.
    """
    _ = locale.gettext
    moved = [it for it in courses if it.has_moved]
    lowest = max((rank for it in courses for rank in it.ranks if rank), default=1)
    bottom = _TOP + _ROW * min(max(lowest - 1, 4), _MOST_ROWS)
    right = width - _NAME
    across = Axis(0, max(len(periods) - 1, 1), _LEFT, right)
    down = Axis(1, max(lowest, 2), _TOP, bottom)
    n_other = len(courses) - len(moved)
    still = locale.ngettext(
        "not drawn: %(n)s body whose movement may be chance",
        "not drawn: %(n)s bodies whose movement may be chance",
        n_other,
    )
    legend = _("▲ ▼: the rate rose or fell there by more than chance; dots: the rank")
    return drawn(
        "bump.svg",
        locale,
        title=title,
        subtitle=subtitle,
        description=_in_words(moved, locale),
        header=[_("body"), *(locale.period(it) for it in periods)],
        rows=[(it.name, *("" if rank is None else f"{rank}" for rank in it.ranks)) for it in moved],
        notes=[
            legend if moved else _in_words(moved, locale),
            still % {"n": locale.count(n_other)},
            origin,
        ],
        top=_TOP,
        below=bottom + 58,
        width=width,
        bottom=bottom,
        left=_LEFT,
        right=right,
        across=periods_across(periods, across, locale),
        down=[{"y": down.at(it), "label": it} for it in sorted({1, *range(5, lowest, 5), lowest})],
        courses=[_course(it, across, down) for it in moved],
        names=_names(moved, down),
    )


def _course(it: Course, across: Axis, down: Axis) -> dict[str, Any]:
    dots = [
        {"x": across.at(place), "y": down.at(rank), "move": move}
        for place, (rank, move) in enumerate(zip(it.ranks, it.moves, strict=True))
        if rank is not None
    ]
    return {
        "body_id": it.body_id,
        "ranks": " ".join("" if rank is None else f"{rank}" for rank in it.ranks),
        "said": f"{it.name}: {', '.join('–' if rank is None else f'{rank}' for rank in it.ranks)}",
        "curves": [
            _curve([(across.at(place), down.at(rank)) for place, rank in run])
            for run in _runs(it.ranks)
        ],
        "dots": dots,
    }


def _runs(ranks: Sequence[int | None]) -> Iterator[list[tuple[int, int]]]:
    """Ranks one after the other, with their places."""
    for known, run in groupby(enumerate(ranks), lambda it: it[1] is not None):
        if known:
            yield [(place, rank) for place, rank in run if rank is not None]


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A path that is level at each rank, so that the eye can follow it where others cross it."""
    (x, y), *others = points
    path = f"M{x},{y}"
    for next_x, next_y in others:
        middle = round((x + next_x) / 2, 2)
        path += f" C{middle},{y} {middle},{next_y} {next_x},{next_y}"
        x, y = next_x, next_y
    return path


def _names(moved: Sequence[Course], down: Axis) -> list[dict[str, Any]]:
    """The names beside the last ranks, moved down where two would cover each other."""
    last = [(next((rank for rank in reversed(it.ranks) if rank), None), it) for it in moved]
    found: list[dict[str, Any]] = []
    free = 0.0
    for rank, it in sorted(
        ((rank, it) for rank, it in last if rank), key=lambda pair: (pair[0], pair[1].name)
    ):
        y = max(down.at(rank), free)
        found.append({"y": round(y + 4, 2), "text": fitting(f"{rank} {it.name}", _NAME - 24, 12)})
        free = y + 13
    return found


def _in_words(moved: Sequence[Course], locale: Locale) -> str:
    if not moved:
        return locale.gettext("No body's rate rose or fell by more than chance.")
    text = locale.ngettext(
        "Ranks of %(n)s body whose rate rose or fell by more than chance: %(names)s.",
        "Ranks of %(n)s bodies whose rate rose or fell by more than chance: %(names)s.",
        len(moved),
    )
    return text % {"n": locale.count(len(moved)), "names": ", ".join(it.name for it in moved)}
