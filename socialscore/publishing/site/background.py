"""What stands behind a ranking: how it is counted, its data, and who can be reached where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.publishing.site import urls
from socialscore.publishing.site.downloads import described
from socialscore.publishing.site.ranking import ROWS
from socialscore.publishing.site.rendering import render
from socialscore.publishing.site.week import how_counted
from socialscore.reporters import charts, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.publishing.site.edition import SiteEdition, SiteRanking
    from socialscore.publishing.site.rendering import About
    from socialscore.reporters.locale import Locale

__all__ = ["Reached", "adoption_page", "data_page", "method_page", "reached"]

_METHOD, _PACKAGE = "method.txt", "datapackage.json"


@dataclass(frozen=True)
class Reached:
    """How many bodies of a category can be reached on the networks."""

    category: str  # empty: all bodies
    n_bodies: int
    n_anywhere: int  # those with an account on any of the networks
    on: dict[str, int]  # those with one there, by network


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
    networks = sorted({it for names in edition.networks.values() for it in names})
    categories = sorted(edition.by_category, key=locale.sort_key)
    lines = [reached(edition, networks)]
    if len(categories) > 1:
        lines += [reached(edition, networks, it) for it in categories if it]
    return render(
        "adoption.html",
        urls.adoption(locale.code, ranking.name),
        locale,
        about,
        ranking=ranking,
        edition=edition,
        networks=networks,
        lines=lines if edition.networks else [],
    )


def reached(edition: SiteEdition, networks: Sequence[str], category: str = "") -> Reached:
    """The bodies of a period's panel that have accounts; of one category, or all."""
    bodies = (score.body for score in edition.board.scores)
    chosen = [it.body_id for it in bodies if not category or it.category == category]
    accounts = [edition.networks.get(body_id, ()) for body_id in chosen]
    return Reached(
        category=category,
        n_bodies=len(chosen),
        n_anywhere=sum(bool(it) for it in accounts),
        on={name: sum(name in it for it in accounts) for name in networks},
    )


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
