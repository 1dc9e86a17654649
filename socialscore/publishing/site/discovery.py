"""What others find the site by: a map for search engines, feeds, and descriptions of data sets.

All of them hold whole addresses, so a site has them only where it is told its own.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

from socialscore.publishing.site import urls
from socialscore.publishing.site.rendering import render
from socialscore.reporters.headlines import week_headline, week_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["ADDRESSES", "dataset", "feed", "site_map"]

ADDRESSES = 50_000  # of one file of a map: search engines read no more

_ENTRIES = 20  # of a feed
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FORMATS = {
    "csv": "text/csv",
    "json": "application/json",
    "md": "text/markdown",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def site_map(paths: Sequence[str], url: str) -> Iterator[tuple[str, bytes]]:
    """The files that list the pages, and the one that lists those files.

    Args:
        paths: of the pages.
        url: of the site.
    """
    parts: list[str] = []
    for place in range(0, len(paths), ADDRESSES):
        parts.append(f"sitemap-{len(parts) + 1}.xml")
        yield parts[-1], _map("urlset", "url", paths[place : place + ADDRESSES], url)
    yield urls.SITE_MAP, _map("sitemapindex", "sitemap", parts, url)


def _map(whole: str, each: str, paths: Sequence[str], url: str) -> bytes:
    lines = (f"<{each}><loc>{escape(url + quote(path))}</loc></{each}>\n" for path in paths)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f'{head}<{whole} xmlns="{_SCHEMA}">\n{"".join(lines)}</{whole}>\n'.encode()


def feed(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """The newest periods of a ranking as an Atom feed."""
    newest = ranking.editions[: -_ENTRIES - 1 : -1]
    entries = [
        (it, week_headline(it.board, locale), week_summary(it.board, locale)) for it in newest
    ]
    return render(
        "feed.xml",
        urls.of_ranking(locale.code, ranking.name, urls.FEED),
        locale,
        about,
        ranking=ranking,
        entries=entries,
        updated=max(it.manifest.seen_until for it in newest),
    )


def dataset(
    ranking: SiteRanking, edition: SiteEdition, summary: str, locale: Locale, about: About
) -> str:
    """A period as a `Dataset` of schema.org, in JSON that can stand in a page.

    Args:
        ranking: the ranking.
        edition: the period.
        summary: what it comes to.
        locale: the language.
        about: what pages say of the site, with its address.
    """
    board, url = edition.board, about.url or ""
    title = (board.title_fr if locale.code == "fr" else "") or board.title
    said = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": f"{title} – {locale.period(edition.period)}",
        "description": summary,
        "url": url + quote(urls.week(locale.code, ranking.name, edition.period)),
        "inLanguage": locale.code,
        "license": about.licence,
        "version": str(edition.manifest.revision),
        "isAccessibleForFree": True,
        "temporalCoverage": f"{board.since:%Y-%m-%d}/{board.until - timedelta(seconds=1):%Y-%m-%d}",
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "encodingFormat": _FORMATS.get(name.rpartition(".")[2], "application/octet-stream"),
                "contentUrl": url + quote(urls.published(ranking.name, edition.folder, name)),
            }
            for name in edition.files
        ],
    }
    text = json.dumps({key: it for key, it in said.items() if it}, ensure_ascii=False)
    return text.replace("<", "\\u003c")  # which would end the element that holds it
