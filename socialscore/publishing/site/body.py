"""A body over the periods: its permanent address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.model.details import Details
from socialscore.model.network import BY_NAME
from socialscore.model.promise import parse_promise
from socialscore.publishing.site import urls
from socialscore.publishing.site.category import points
from socialscore.publishing.site.rendering import render
from socialscore.reporters import charts
from socialscore.reporters.charts.drawing import drawn_share, heading
from socialscore.reporters.counted import number
from socialscore.reporters.facts import metric_named
from socialscore.reporters.headlines import body_headline, body_lead
from socialscore.reporters.phrases import capitalised, promised
from socialscore.scoring.details import WEEKS

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Score
    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.charts import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["body_page"]

_WIDTH = 400  # units of a chart, of which two stand side by side


def body_page(ranking: SiteRanking, body_id: str, locale: Locale, about: About) -> bytes:
    """The page of a body: what the newest period in which it was says, and all the others."""
    edition, score = ranking.lines[body_id][-1]
    is_there = edition is ranking.latest
    details = ranking.details[body_id] if is_there else Details()
    return render(
        "body.html",
        urls.body(locale.code, ranking.name, body_id),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        score=score,
        is_there=is_there,
        body=score.body,
        headline=body_headline(edition.board, score, locale),
        lead=body_lead(edition.board, score, locale),
        promise=promised(parse_promise(score.promise), locale) if score.promise else "",
        lines=ranking.lines[body_id],
        trend=_trend(ranking, body_id, locale),
        wait=_wait(edition, score, details, locale),
        hours=_hours(edition, score, details, locale),
        n_weeks=WEEKS,
        number=number,
        wait_metric=metric_named(edition.board, "median_wait"),
        networks=details.networks,
        topics=details.topics,
        left_out=_left_out(edition, score, locale),
        accounts=[BY_NAME[it].label for it in edition.networks.get(body_id, ())],
    )


def _trend(ranking: SiteRanking, body_id: str, locale: Locale) -> Chart | None:
    """None: there is but one period."""
    found = points(ranking, body_id)
    if sum(it.rate is not None for it in found) < 2:
        return None
    board, name = ranking.latest.board, ranking.bodies[body_id].name
    title = f"{heading(board, locale)} · {drawn_share(board, locale)}"
    return charts.trend(name, title, found, "", locale, width=_WIDTH)


def _wait(edition: SiteEdition, score: Score, details: Details, locale: Locale) -> Chart | None:
    """None: there are too few requests for one."""
    if not details.waits:
        return None
    steps = [(it.after_seconds, it.waiting) for it in details.waits]
    median = score.values.get("median_wait")
    title = heading(edition.board, locale)
    return charts.wait(score.body.name, title, steps, median, "", locale, width=_WIDTH)


def _hours(edition: SiteEdition, score: Score, details: Details, locale: Locale) -> Chart | None:
    """None: no hour has enough requests."""
    if not details.hours:
        return None
    board = edition.board
    lines = [charts.Hour(it.weekday, it.hour, it.n_requests, it.n_answered) for it in details.hours]
    title = heading(board, locale)
    return charts.hours(score.body.name, title, lines, board.timezone, "", locale, width=_WIDTH)


def _left_out(edition: SiteEdition, score: Score, locale: Locale) -> list[tuple[str, int]]:
    """What messages to it were not counted, and what requests are in no rate, in the newest period.

    Pairs of the label and the number, the largest first.
    """
    found = [
        (capitalised(locale.label(metric)), int(score.values.get(metric.name) or 0))
        for metric in edition.board.metrics
        if metric.name.startswith("n_excluded_") or metric.name in ("n_pending", "n_unwatched")
    ]
    return sorted(((label, n) for label, n in found if n), key=lambda it: -it[1])
