"""A body over the periods: its permanent address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render

if TYPE_CHECKING:
    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["body_page"]


def body_page(ranking: SiteRanking, body_id: str, locale: Locale, about: About) -> bytes:
    """The page of a body."""
    return render(
        "body.html",
        urls.body(locale.code, ranking.name, body_id),
        locale,
        about,
        ranking=ranking,
        body=ranking.bodies[body_id],
        lines=ranking.lines[body_id],
    )
