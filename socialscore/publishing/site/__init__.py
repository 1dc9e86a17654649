"""A site of what was published: pages that fetch nothing from elsewhere, and need no server.

    site/
      index.html                        chooses the language
      style.css site.js favicon.svg sitemap.xml
      bodies.js                         the index of the search, loaded when somebody searches
      data/weekly/2026-W46.r2/…         a publication's files, as they are
      en/index.html                     home; likewise all that follows under fr/
      en/weekly/index.html              one ranking: its periods and bodies
      en/weekly/2026-W46.html           one period, in its last revision
      en/weekly/body/plouvenec.html     one body, over the periods
      en/weekly/category/city.html      one category
      en/weekly/compare.html            two to four bodies side by side
      en/weekly/method.html             likewise data.html and adoption.html
      en/weekly/embed/…                 periods and bodies for other sites to frame

`urls.py` knows all paths. The same publications give the same bytes.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.background import adoption_page, data_page, method_page
from socialscore.publishing.site.body import body_page
from socialscore.publishing.site.category import category_page
from socialscore.publishing.site.discovery import feed, site_map
from socialscore.publishing.site.edition import read_rankings
from socialscore.publishing.site.embed import embedded_body, embedded_week
from socialscore.publishing.site.home import choice, home
from socialscore.publishing.site.ranking import ROWS, compare_page, ranking_page
from socialscore.publishing.site.rendering import About
from socialscore.publishing.site.searching import search_index
from socialscore.publishing.site.week import week_page
from socialscore.reporters import charts
from socialscore.reporters.charts import STYLE, raster
from socialscore.reporters.locale import LOCALES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.mirror import Content
    from socialscore.reporters.locale import Locale

__all__ = ["About", "pages"]

_STATIC = Path(__file__).with_name("static")


def pages(published: Path, about: About | None = None) -> dict[str, Content]:
    """What makes every file of the site, by its path; empty if nothing is published.

    Pages are made when they are asked for: those of 35,000 bodies do not fit the memory at once.
    Files come before the pages that lead to them.

    Args:
        published: the folder of all series.
        about: what the pages say of the site itself.

    Raises:
        InputError: a publication is damaged.
    """
    rankings = read_rankings(published)
    if not rankings:
        return {}
    about = about or About()
    files = dict(_site(rankings, about))
    if about.url:
        listed = [path for path in files if path.endswith(".html") and "/embed/" not in path]
        maps = site_map([path for path in listed if path != urls.CHOICE], about.url)
        files |= {path: partial(bytes, content) for path, content in maps}
    return files


def _site(rankings: list[SiteRanking], about: About) -> Iterator[tuple[str, Content]]:
    for name in (urls.SCRIPT, urls.ICON):
        yield name, _STATIC / name
    yield urls.STYLE, _style
    yield urls.SEARCH_INDEX, partial(search_index, rankings)
    for ranking in rankings:
        for publication, name, path in ranking.copied():
            yield urls.published(ranking.name, publication.folder.name, name), path
    for locale in LOCALES.values():
        for ranking in rankings:
            yield from _of_ranking(ranking, locale, about)
        yield urls.home(locale.code), partial(home, rankings, locale, about)
    yield urls.CHOICE, partial(choice, about)


def _of_ranking(
    ranking: SiteRanking, locale: Locale, about: About
) -> Iterator[tuple[str, Content]]:
    """The pages of a ranking in a language, after those that they lead to."""
    code, name = locale.code, ranking.name
    for body_id in ranking.bodies:
        framed = partial(embedded_body, ranking, body_id, locale, about)
        yield urls.embedded_body(code, name, body_id), framed
        yield urls.body(code, name, body_id), partial(body_page, ranking, body_id, locale, about)
    for category, bodies in sorted(ranking.of_category.items()):
        for part in range(1, -(-len(bodies) // ROWS) + 1):
            path = urls.category(code, name, category, part)
            yield path, partial(category_page, ranking, category, part, locale, about)
    for place, edition in enumerate(ranking.editions):
        framed = partial(embedded_week, ranking, edition, locale, about)
        yield urls.embedded_week(code, name, edition.period), framed
        for part in range(1, edition.n_parts(ROWS) + 1):
            path = urls.week(code, name, edition.period, part)
            yield path, partial(week_page, ranking, place, part, locale, about)
    if about.url:
        yield urls.of_ranking(code, name, urls.FEED), partial(feed, ranking, locale, about)
        if raster.is_available():
            picture = partial(_picture, ranking, locale)
            yield urls.of_ranking(code, name, urls.PICTURE), picture
    yield urls.method(code, name), partial(method_page, ranking, locale, about)
    yield urls.data(code, name), partial(data_page, ranking, locale, about)
    yield urls.adoption(code, name), partial(adoption_page, ranking, locale, about)
    yield urls.compare(code, name), partial(compare_page, ranking, locale, about)
    yield urls.ranking(code, name), partial(ranking_page, ranking, locale, about)


def _picture(ranking: SiteRanking, locale: Locale) -> bytes:
    """The newest period, as networks show it beside a link."""
    return raster.to_png(charts.shared_ranking(ranking.latest.board, locale))


def _style() -> bytes:
    """The colours and classes of charts, and after them the pages' own style."""
    return STYLE.encode() + (_STATIC / urls.STYLE).read_bytes()
