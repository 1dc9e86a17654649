"""A period: its ranking as a chart that is a table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from socialscore.publishing.site import urls
from socialscore.publishing.site.cells import asked
from socialscore.publishing.site.discovery import dataset
from socialscore.publishing.site.downloads import described
from socialscore.publishing.site.ranking import ROWS
from socialscore.publishing.site.rendering import render
from socialscore.reporters.headlines import week_headline, week_summary
from socialscore.reporters.phrases import within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.site.edition import SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["how_counted", "week_page"]


def week_page(ranking: SiteRanking, place: int, part: int, locale: Locale, about: About) -> bytes:
    """A page of a period.

    Args:
        ranking: the ranking.
        place: of the period among its editions.
        part: of the table, from 1: ranked bodies, and then the others by name.
        locale: the language.
        about: what pages say of the site.
    """
    editions = ranking.editions
    edition = editions[place]
    board = edition.board
    summary = week_summary(board, locale)
    path = partial(urls.week, locale.code, ranking.name, edition.period)
    others = sorted(edition.unranked, key=lambda it: locale.sort_key(it.body.name))
    lines = [*edition.ranked, *others][(part - 1) * ROWS : part * ROWS]
    return render(
        "week.html",
        path(part),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        headline=week_headline(board, locale),
        summary=summary,
        counted=" ".join(how_counted(board, locale)),
        before=editions[place - 1] if place else None,
        after=editions[place + 1] if place + 1 < len(editions) else None,
        rows=[it for it in lines if it.rank is not None],
        unranked=[it for it in lines if it.rank is None],
        files=described(edition.files, locale),
        described=dataset(ranking, edition, summary, locale, about),
        part=part,
        n_parts=edition.n_parts(ROWS),
        address=lambda number: urls.link(path(part), path(number)),
        categories=sorted({it.body.category for it in lines} - {""}, key=locale.sort_key),
        networks=sorted({it for names in edition.networks.values() for it in names}),
    )


def how_counted(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """How the numbers come about, as far as a reader must know to read them."""
    _ = locale.gettext
    text = _("What counts is when people wrote; answers count if they come%(within)s, by day or "
             "night.")  # fmt: skip
    yield text % {"within": within(board, locale)}
    yield _("Automatic replies are no answers.")
    if board.options.get("strict"):
        yield _("Nor are replies that only send people elsewhere.")
    else:
        yield _("Replies that only send people elsewhere count as answers, and are told apart.")
    text = _("With fewer than %(n)s %(asked)s, a body gets no rank.")
    yield text % {
        "n": locale.count(board.min_requests),
        "asked": asked(board, locale, board.min_requests),
    }
    yield _("Beside each rank stands the range that chance allows: where ranges overlap, the order "
            "may be chance.")  # fmt: skip
