"""What stands behind a ranking: how it is counted, its data, and who can be reached where."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.publishing.site import urls
from socialscore.publishing.site.downloads import described
from socialscore.publishing.site.ranking import ROWS
from socialscore.publishing.site.rendering import render
from socialscore.publishing.site.week import how_counted
from socialscore.reporters import charts, wording
from socialscore.reporters.formatting import one_line
from socialscore.scoring.adoption import adoption, used_networks

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.model.adoption import AdoptionLine
    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["adoption_page", "data_page", "method_page"]

_METHOD, _PACKAGE = "method.txt", "datapackage.json"
_CHART = 400  # units, which a phone shows in full


def method_page(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """How the newest period was counted, from the declarations to the statement."""
    edition = ranking.latest
    board = edition.board
    is_drawn = 0 < len(edition.ranked) <= ROWS  # a page with more dots is not looked at
    return render(
        "method.html",
        urls.method(locale.code, ranking.name),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        counted=" ".join(how_counted(board, locale)),
        options=[
            (option, wording.in_words(option, board))
            for option in OPTIONS
            if option.name in board.options
        ],
        audited=wording.audited(board),
        funnel=charts.funnel(board, locale) if is_drawn else None,
        text=_content(edition, _METHOD),
    )


def data_page(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """Every file, with what each of its columns means."""
    edition = ranking.latest
    package = json.loads(_content(edition, _PACKAGE) or "{}")
    return render(
        "data.html",
        urls.data(locale.code, ranking.name),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        files=described(edition.files, locale),
        tables=[_table(it, locale) for it in package.get("resources", ())],
        publications=ranking.publications[::-1],
    )


def adoption_page(ranking: SiteRanking, locale: Locale, about: About) -> bytes:
    """Which share of the bodies has an account, by category and network."""
    edition = ranking.latest
    networks = used_networks(edition.networks)
    categories = {it.body.body_id: it.body.category for it in edition.board.scores}
    in_all = dict.fromkeys(categories, "")
    lines = list(adoption(in_all, edition.networks, networks)) if edition.networks else []
    drawn = lines
    if lines and len(edition.by_category) > 1:
        of_each = adoption(categories, edition.networks, networks)
        drawn = sorted((it for it in of_each if it.category), key=_in_order(locale))
        lines = [*lines, *drawn]
    panel = one_line(edition.board.panel)
    return render(
        "adoption.html",
        urls.adoption(locale.code, ranking.name),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        networks=networks,
        lines=[(name, list(own)) for name, own in groupby(lines, key=lambda it: it.category)],
        chart=charts.adoption(drawn, panel, None, locale, width=_CHART) if lines else None,
    )


def _in_order(locale: Locale) -> Callable[[AdoptionLine], tuple[str, str]]:
    """The key by which categories stand as dictionaries have them; lines of one stay in order."""
    return lambda line: locale.sort_key(line.category)


def _content(edition: SiteEdition, name: str) -> str:
    """A text of the publication; empty if it has none of that name."""
    if name not in edition.manifest.files:
        return ""
    return (edition.publication.folder / name).read_text(encoding="utf-8")


def _table(resource: dict[str, Any], locale: Locale) -> tuple[str, list[tuple[str, str, str]]]:
    """A file, and its columns: name, label, meaning."""
    label = "title_fr" if locale.code == "fr" else "title"
    fields = resource["schema"]["fields"]
    return resource["path"], [(it["name"], it[label], it["description"]) for it in fields]
