"""The index that the search and the comparison load: every body, without a server to ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialscore.publishing.site import urls
from socialscore.reporters.formatting import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.publishing.site.edition import SiteRanking

__all__ = ["search_index"]

_PERIODS = 13  # of the rates that are compared


def search_index(rankings: Sequence[SiteRanking]) -> bytes:
    """A script that sets `socialscoreIndex`: rankings, and their bodies a line each.

    Of a body: name, file, category, rank with its range, requests, answered, interval, median wait
    in seconds (all of the newest period, null where it is not in it), and its rates in whole
    percents over the last 13 periods. It is a script, since pages that lie on a disk load nothing
    else.
    """
    return ("socialscoreIndex=[\n" + ",\n".join(map(_ranking, rankings)) + "\n]\n").encode()


def _ranking(ranking: SiteRanking) -> str:
    board = ranking.latest.board
    head = {
        "name": ranking.name,
        "folder": urls.link("", ranking.name),
        "title": {"en": one_line(board.title), "fr": one_line(board.title_fr or board.title)},
    }
    return _json(head)[:-1] + ',"bodies":[\n' + ",\n".join(_bodies(ranking)) + "\n]}"


def _bodies(ranking: SiteRanking) -> Iterator[str]:
    places = {id(edition): place for place, edition in enumerate(ranking.editions[-_PERIODS:])}
    for body_id, lines in ranking.lines.items():
        body, (edition, score) = ranking.bodies[body_id], lines[-1]
        values = score.values if edition is ranking.latest else {}
        rates: list[int | None] = [None] * len(places)
        for each, its in lines:
            rate = its.values.get("response_rate")
            if id(each) in places and rate is not None:
                rates[places[id(each)]] = round(100 * rate)
        yield _json(
            [
                one_line(body.name),
                urls.file_name(body_id),
                one_line(body.category),
                *((score.rank, score.rank_low, score.rank_high) if values else (None, None, None)),
                values.get("n_requests"),
                values.get("n_answered"),
                values.get("wilson_low"),
                values.get("wilson_high"),
                values.get("median_wait"),
                rates,
            ]
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
