"""A period: its ranking as a chart that is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render

if TYPE_CHECKING:
    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["ROWS", "n_parts", "week_page"]

ROWS = 1_000  # of a table; the next ones stand on the next page


def n_parts(edition: SiteEdition) -> int:
    """How many pages the table has."""
    return max(1, -(-len(edition.ranked) // ROWS))


def week_page(ranking: SiteRanking, place: int, part: int, locale: Locale, about: About) -> bytes:
    """A page of a period.

    Args:
        ranking: the ranking.
        place: of the period among its editions.
        part: of the table, from 1.
        locale: the language.
        about: what pages say of the site.
    """
    edition = ranking.editions[place]
    return render(
        "week.html",
        urls.week(locale.code, ranking.name, edition.period, part),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        rows=edition.ranked[(part - 1) * ROWS : part * ROWS],
    )
