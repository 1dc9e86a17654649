"""A category: its bodies over the periods."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.cells import asked
from socialscore.publishing.site.ranking import ROWS, by_name
from socialscore.publishing.site.rendering import render
from socialscore.reporters.charts import Point, sparkline
from socialscore.reporters.facts import metric_named

if TYPE_CHECKING:
    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Score
    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["category_page", "curve", "points"]

_PERIODS = 26  # of a curve in a cell


def category_page(
    ranking: SiteRanking, category: str, part: int, locale: Locale, about: About
) -> bytes:
    """The page of a category, or a part of it, from 1."""
    path = partial(urls.category, locale.code, ranking.name, category)
    bodies = _in_order(ranking, category, locale)
    return render(
        "category.html",
        path(part),
        locale,
        about,
        ranking=ranking,
        category=category,
        summary=_summary(ranking, category, locale),
        periods=[
            (it, it.by_category[category]) for it in ranking.editions if category in it.by_category
        ],
        rows=[
            (body, _latest(ranking, body), curve(ranking, body.body_id, locale))
            for body in bodies[(part - 1) * ROWS : part * ROWS]
        ],
        topics=ranking.topics.get(category),
        wait_metric=metric_named(ranking.latest.board, "median_wait"),
        part=part,
        n_parts=-(-len(bodies) // ROWS),
        address=lambda number: urls.link(path(part), path(number)),
    )


def _in_order(ranking: SiteRanking, category: str, locale: Locale) -> list[Body]:
    """By rank in the newest period; those without one by name."""
    bodies = by_name(ranking.of_category[category], locale)
    ranks = {score.body.body_id: score.rank or inf for score in ranking.latest.board.scores}
    return sorted(bodies, key=lambda it: ranks.get(it.body_id, inf))


def points(ranking: SiteRanking, body_id: str) -> list[Point]:
    """A body over the periods of a ranking, those without it among them."""
    scores = {edition.period: score for edition, score in ranking.lines[body_id]}
    found = []
    for edition in ranking.editions:
        values = scores[edition.period].values if edition.period in scores else {}
        requests = values.get("n_requests")
        found.append(
            Point(
                edition.period,
                values.get("response_rate"),
                values.get("wilson_low"),
                values.get("wilson_high"),
                None if requests is None else int(requests),
                edition.median(ranking.bodies[body_id].category),
                edition.board.method,
            )
        )
    return found


def _summary(ranking: SiteRanking, category: str, locale: Locale) -> str:
    edition = ranking.latest
    its = edition.by_category.get(category)
    if its is None or its.pooled is None:
        return locale.gettext("None of its bodies is ranked in the newest period.")
    period = locale.period(edition.period)
    text = locale.ngettext(
        "%(period)s: %(n)s body of this category is ranked. Of all their %(asked)s, %(pooled)s "
        "were answered.",
        "%(period)s: %(n)s bodies of this category are ranked. Of all their %(asked)s, %(pooled)s "
        "were answered.",
        its.n_bodies,
    ) % {
        "period": period[:1].upper() + period[1:],
        "asked": asked(edition.board, locale),
        "n": locale.count(its.n_bodies),
        "pooled": locale.share(its.pooled),
    }
    if its.median is None:
        return text
    half = locale.gettext("Their median is %(median)s.")
    return f"{text} {half % {'median': locale.share(its.median)}}"


def _latest(ranking: SiteRanking, body: Body) -> Score | None:
    """Its line in the newest period, if it is in that."""
    edition, score = ranking.lines[body.body_id][-1]
    return score if edition is ranking.latest else None


def curve(ranking: SiteRanking, body_id: str, locale: Locale) -> str:
    """The rates of a body over the last periods, as SVG for a cell."""
    found = points(ranking, body_id)[-_PERIODS:]
    return sparkline(found, locale)
