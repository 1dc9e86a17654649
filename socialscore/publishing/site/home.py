"""The pages that lead to the others: the choice of a language, and the home page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render
from socialscore.reporters.locale import ENGLISH, LOCALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["choice", "home"]


def choice(about: About) -> bytes:
    """The page that leads to that of each language."""
    names = {code: locale.gettext("Who answers citizens?") for code, locale in LOCALES.items()}
    return render("choice.html", urls.CHOICE, ENGLISH, about, names=names)


def home(rankings: Sequence[SiteRanking], locale: Locale, about: About) -> bytes:
    """The rankings, the newest week of the first of them as a picture."""
    return render("home.html", urls.home(locale.code), locale, about, rankings=rankings)
