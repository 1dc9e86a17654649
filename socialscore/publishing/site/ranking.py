"""A ranking's own page: all its periods and bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render
from socialscore.reporters.locale import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from socialscore.model.messages import Body
    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["ROWS", "by_name", "compare_page", "ranking_page"]

ROWS = 1_000  # of a table; the next ones stand on the next page


def ranking_page(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """What leads to its periods and bodies."""
    path = urls.ranking(locale.code, ranking.name)
    bodies = by_name(ranking.bodies.values(), locale)
    return render(
        "ranking.html",
        path,
        locale,
        about,
        ranking=ranking,
        bodies=bodies,
        most=ROWS,
        categories=sorted(ranking.categories, key=locale.sort_key),
    )


def compare_page(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """Where a script puts two to four bodies side by side."""
    horizon = ranking.latest.board.horizon
    return render(
        "compare.html",
        urls.compare(locale.code, ranking.name),
        locale,
        about,
        ranking=ranking,
        longer=f"> {locale.span(horizon)}" if horizon else NO_VALUE,
    )


def by_name(bodies: Iterable[Body], locale: Locale) -> list[Body]:
    """Bodies in the order of a language's dictionaries."""
    return sorted(bodies, key=lambda body: (locale.sort_key(body.name), body.body_id))
