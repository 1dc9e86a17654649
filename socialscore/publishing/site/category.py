"""A category: its bodies over the periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.ranking import by_name
from socialscore.publishing.site.rendering import render

if TYPE_CHECKING:
    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["category_page"]


def category_page(ranking: SiteRanking, category: str, locale: Locale, about: About) -> bytes:
    """The page of a category."""
    bodies = [it for it in ranking.bodies.values() if it.category == category]
    return render(
        "category.html",
        urls.category(locale.code, ranking.name, category),
        locale,
        about,
        ranking=ranking,
        category=category,
        bodies=by_name(bodies, locale),
    )
