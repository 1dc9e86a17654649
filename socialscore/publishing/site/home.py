"""The pages that lead to the others: the choice of a language, and the home page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render
from socialscore.reporters.headlines import week_headline, week_summary
from socialscore.reporters.locale import ENGLISH, LOCALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["choice", "home"]

_ROWS = 10  # of the newest ranking; its own page has all
_CATEGORIES = 60  # likewise


def choice(about: About) -> bytes:
    """The page that leads to that of each language."""
    names = {code: locale.gettext("Who answers citizens?") for code, locale in LOCALES.items()}
    return render("choice.html", urls.CHOICE, ENGLISH, about, names=names)


def home(rankings: Sequence[SiteRanking], locale: Locale, about: About) -> bytes:
    """The newest period as a picture, and what leads to the rest."""
    hero = max(rankings, key=lambda it: it.latest.board.until)
    board = hero.latest.board
    return render(
        "home.html",
        urls.home(locale.code),
        locale,
        about,
        rankings=rankings,
        ranking=hero,
        headline=week_headline(board, locale),
        summary=week_summary(board, locale),
        n_rows=_ROWS,
        categories=sorted(hero.categories, key=locale.sort_key)[:_CATEGORIES],
    )
