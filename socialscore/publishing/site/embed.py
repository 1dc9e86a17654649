"""Pages for other sites to frame: a period's first rows, or a body, at 300 pixels and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.category import curve
from socialscore.publishing.site.rendering import render
from socialscore.reporters.headlines import body_headline, week_headline

if TYPE_CHECKING:
    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["embedded_body", "embedded_week"]

_ROWS = 5


def embedded_week(
    ranking: SiteRanking, edition: SiteEdition, locale: Locale, about: About
) -> bytes:
    """The first rows of a period."""
    return render(
        "embed_week.html",
        urls.embedded_week(locale.code, ranking.name, edition.period),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        headline=week_headline(edition.board, locale),
        n_rows=_ROWS,
    )


def embedded_body(ranking: SiteRanking, body_id: str, locale: Locale, about: About) -> bytes:
    """A body, in the last period that it was in the panel of."""
    edition, score = ranking.lines[body_id][-1]
    return render(
        "embed_body.html",
        urls.embedded_body(locale.code, ranking.name, body_id),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        score=score,
        headline=body_headline(edition.board, score, locale),
        spark=curve(ranking, body_id, locale),
    )
