"""The charts of what was published of a series, and of one body of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.reporters import wording
from socialscore.reporters.charts import Course, Point, bump, trend, wait
from socialscore.reporters.charts.drawing import drawn_share, heading
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from socialscore.model.messages import Body
    from socialscore.publishing.history import History
    from socialscore.reporters.charts import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["body_trend", "body_wait", "points_of", "series_bump"]


def body_trend(history: History, body: Body, locale: Locale = ENGLISH) -> Chart:
    """The rate of a body over the periods; a period without a value is a gap."""
    board = history.last.board
    subtitle = f"{heading(board, locale)} · {drawn_share(board, locale)}"
    return trend(
        body.name, subtitle, points_of(history, body), wording.origin(board, locale), locale
    )


def points_of(history: History, body: Body) -> list[Point]:
    """What each period says of a body."""
    points = []
    for period, score in zip(history.periods, history.scores(body.body_id), strict=True):
        if score is None:
            points.append(Point(period, None))
            continue
        board, values = history.editions[period].board, score.values
        point = Point(
            period,
            values.get("response_rate"),
            values.get("wilson_low"),
            values.get("wilson_high"),
            int(values.get("n_requests") or 0),
            board.category_medians.get(score.body.category),
            board.method,
        )
        points.append(point)
    return points


def body_wait(history: History, body: Body, locale: Locale = ENGLISH) -> Chart:
    """How long people waited for a body in the last period.

    Raises:
        InputError: it is of an earlier version, which published no waits.
    """
    edition = history.last
    board, details = edition.board, edition.publication.details
    if details is None:
        problem = "has no waits.csv, as an earlier version made it; the next period will have one"
        raise InputError(edition.publication.folder, problem)
    points = [(it.after_seconds, it.waiting) for it in details.waits if it.body_id == body.body_id]
    score = edition.score(body.body_id)
    median = score.values.get("median_wait") if score and points else None
    drawn_here = locale.gettext("share of requests still without a response")
    subtitle = f"{heading(board, locale)} · {locale.period(board.period)} · {drawn_here}"
    return wait(body.name, subtitle, points, median, wording.origin(board, locale), locale)


def series_bump(history: History, locale: Locale = ENGLISH) -> Chart:
    """The ranks over the periods of the bodies whose rate really moved."""
    board = history.last.board
    courses = []
    for body in history.bodies.values():
        scores = history.scores(body.body_id)
        ranks = tuple(score.rank if score else None for score in scores)
        moves = tuple(it.change.direction if it and it.change else None for it in scores)
        courses.append(Course(body.body_id, body.name, ranks, moves))
    subtitle = locale.gettext("ranks over %(n)s periods") % {"n": len(history.periods)}
    title = heading(board, locale)
    return bump(title, subtitle, history.periods, courses, wording.origin(board, locale), locale)
