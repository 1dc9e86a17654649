"""What stands in the cells of tables, in a language: numbers, pictures, and attributes to sort by.

Attributes hold values exactly as ranking.csv has them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from socialscore.model.network import BY_NAME
from socialscore.publishing.site import urls
from socialscore.reporters import charts, formatting
from socialscore.reporters.cells import FEW_ANSWERED, is_delay
from socialscore.reporters.counted import noun
from socialscore.reporters.facts import band_label
from socialscore.reporters.headlines import unranked_because
from socialscore.reporters.phrases import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.publishing.site.edition import SiteEdition
    from socialscore.reporters.locale import Locale

    Values = Mapping[str, float | int | None]

__all__ = ["asked", "exported", "helpers"]

_OF_THEIR_OWN = ("n_requests", "n_answered", "response_rate")
"""Metrics that every table has, whatever a ranking shows."""


def helpers(locale: Locale) -> dict[str, Any]:
    """What the templates of a language call."""
    return {
        "asked": lambda board, number=2: asked(board, locale, number or 0),
        "attributes": _attributes,
        "band": lambda board, score: band_label(board, score, locale),
        "network": lambda name: BY_NAME[name].label if name in BY_NAME else name,
        "axis": charts.axis_head(locale),
        "cell": partial(_cell, locale),
        "columns_of": _columns,
        "is_longer": _is_longer,
        "mark": partial(_mark, locale),
        "reason": lambda board, score: unranked_because(board, score, locale),
        "within": lambda board: within(board, locale),
    }


def asked(board: Scoreboard, locale: Locale, number: float = 2) -> str:
    """What people ask, as a noun in the form for a number: `questions`."""
    ngettext = locale.ngettext
    return {
        "question": ngettext("question", "questions", number),
        "request": ngettext("request", "requests", number),
        "message": ngettext("message", "messages", number),
        "person": ngettext("person", "people", number),
    }[noun(board)]


def exported(value: float | None) -> str | None:
    """A number as the exports write it."""
    if value is None:
        return None
    return formatting.plain_decimal(value) if isinstance(value, float) else str(value)


def _attributes(edition: SiteEdition, score: Score) -> dict[str, str]:
    """What a row is filtered by."""
    return {
        "data-category": urls.file_name(score.body.category),
        "data-networks": " ".join(edition.networks.get(score.body.body_id, ())),
    }


def _columns(edition: SiteEdition) -> list[Metric]:
    """The metrics that a table has besides those that every one has."""
    return [metric for metric in edition.shown if metric.name not in _OF_THEIR_OWN]


def _mark(locale: Locale, edition: SiteEdition, score: Score) -> str:
    median = edition.median(score.body.category)
    return charts.mark(score, median, locale)


def _is_longer(metric: Metric, values: Values) -> bool:
    """Whether a wait has no value, but is not missing: it is longer than anybody watched."""
    unknown = values.get(metric.name) is None and metric.name == "median_wait"
    return unknown and bool(values.get("n_requests"))


def _cell(locale: Locale, edition: SiteEdition, metric: Metric, values: Values) -> str:
    """The value of a metric; a delay over few answers in brackets."""
    value = values.get(metric.name)
    horizon = edition.board.horizon
    if _is_longer(metric, values):
        return f"> {locale.span(horizon)}" if horizon else locale.gettext("not yet")
    text = locale.quantity(value, metric.unit)
    few = value is not None and (values.get("n_answered") or 0) < FEW_ANSWERED
    return f"({text})" if is_delay(metric) and few else text
