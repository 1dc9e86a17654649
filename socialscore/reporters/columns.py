"""The columns of the exports, declared once: headers, cells and data dictionaries follow from them.

A value without a declaration is not exported, so that every column says what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from socialscore.inputs.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from socialscore.inputs.options import Option
    from socialscore.model.breakdown import Breakdown
    from socialscore.model.scoreboard import Metric, Scoreboard
    from socialscore.model.sensitivity import Sensitivity

__all__ = [
    "COMPARISON",
    "OF_DETAILS",
    "Field",
    "in_hours",
    "in_percent",
    "of_bodies",
    "of_breakdown",
    "of_context",
    "of_long_form",
    "of_metric",
    "of_numbers",
    "of_sensitivity",
    "with_hours",
]


@dataclass(frozen=True)
class Field:
    """A column of an export."""

    name: str  # stable: the header where nobody asks for labels
    label: str  # the header in English; unique in a table
    label_fr: str  # the header in French; likewise
    type: Literal["integer", "number", "string", "boolean", "datetime"]  # as Frictionless says it
    unit: Literal["", "count", "share", "percent", "seconds", "hours", "ratio"]  # empty: none
    description: str
    least: float | None = None  # no value is smaller; None: nobody promises that
    most: float | None = None  # no value is larger; likewise
    required: bool = False  # every row has a value
    decimals: int | None = None  # of a text; None: as many as it needs, up to six


def _text(name: str, label: str, label_fr: str, description: str, required: bool = True) -> Field:
    return Field(name, label, label_fr, "string", "", description, required=required)


def _instant(name: str, label: str, label_fr: str, description: str) -> Field:
    return Field(name, label, label_fr, "datetime", "", description, required=True)


def _truth(name: str, label: str, label_fr: str, description: str) -> Field:
    return Field(name, label, label_fr, "boolean", "", description, required=True)


def _rank(name: str, label: str, label_fr: str, description: str) -> Field:
    return Field(name, label, label_fr, "integer", "", description, least=1)


def _share(name: str, label: str, label_fr: str, description: str, least: float = 0) -> Field:
    return Field(name, label, label_fr, "number", "share", description, least=least, most=1)


def _of_option(option: Option) -> Field:
    """The column of an option; a list has spaces between its values."""
    seconds = (" (seconds)", " (secondes)") if option.kind == "duration" else ("", "")
    kept = Field(
        option.column,
        option.label + seconds[0],
        option.label_fr + seconds[1],
        "string",
        "",
        option.description,
        required=not option.empty and option.kind != "duration",
    )
    match option.kind:
        case "yes-no":
            return replace(kept, type="boolean")
        case "number":
            return replace(kept, type="integer")
        case "count" | "authors":
            return replace(kept, type="integer", unit="count", least=0)
        case "duration":
            return replace(kept, type="integer", unit="seconds", least=0)
        case "share":
            return replace(kept, type="number", unit="share", least=0, most=1)
    return kept


_RANK = _rank(
    "rank", "Rank", "Rang", "Place among the ranked bodies, equal ones share it; or none."
)
_BODY_ID = _text(
    "body_id", "Body identifier", "Identifiant de l'organisme", "What names the body for good."
)
_BODY = _text("body", "Body", "Organisme", "The public body, as the panel names it.")
_CATEGORY = _text(
    "category",
    "Category",
    "Catégorie",
    "Of the panel; bodies are compared inside it.",
    required=False,
)
_PROMISE = _text(
    "promise",
    "Promise",
    "Délai annoncé",
    "Within what time it says that it answers: 24h, or 8h open where only opening hours count; "
    "empty: it does not say.",
    required=False,
)
_IDENTITY = (
    _RANK,
    _rank(
        "rank_low",
        "Rank interval, low",
        "Intervalle de rang, bas",
        "The best rank in the 95 % interval.",
    ),
    _rank(
        "rank_high",
        "Rank interval, high",
        "Intervalle de rang, haut",
        "The worst rank in the 95 % interval.",
    ),
    _share(
        "percentile",
        "Percentile",
        "Part des organismes moins bien classés",
        "Share of the other ranked bodies that stand below.",
    ),
    _BODY_ID,
    _BODY,
    _CATEGORY,
    _PROMISE,
)

_COMPARISON = (
    _rank("previous_rank", "Previous rank", "Rang précédent", "The rank in the earlier period."),
    _share(
        "previous_response_rate",
        "Previous response rate",
        "Taux de réponse précédent",
        "The response rate in the earlier period.",
    ),
    _share(
        "difference",
        "Difference of rates",
        "Écart de taux",
        "Response rate minus that of the earlier period.",
        least=-1,
    ),
    _share(
        "difference_low",
        "Difference of rates, low",
        "Écart de taux, bas",
        "Lower end of the difference's 95 % interval (Newcombe).",
        least=-1,
    ),
    _share(
        "difference_high",
        "Difference of rates, high",
        "Écart de taux, haut",
        "Upper end of the difference's 95 % interval (Newcombe).",
        least=-1,
    ),
    _text(
        "direction",
        "Direction",
        "Sens de l'évolution",
        "up or down, where the difference is more than chance: its interval excludes 0, and "
        "Benjamini and Hochberg's procedure keeps it (one in ten of those kept may be chance).",
        required=False,
    ),
    _text(
        "entered",
        "Entered",
        "Entrée au classement",
        "new or back, of a body that is ranked and was not in the earlier period: never before in "
        "the published series, or once; where nothing is published, all are new.",
        required=False,
    ),
    Field(
        "movement",
        "Ranks gained",
        "Rangs gagnés",
        "integer",
        "",
        "By how many ranks the body rose since the earlier period; negative: it fell.",
    ),
)
COMPARISON = tuple(field.name for field in _COMPARISON)
"""The columns of an export that compares to an earlier period."""

_PERIOD = _text("period", "Period", "Période", "The period: 2026-W46, 2026-11, 2026-Q4 …")
_PERIOD_FROM = _instant(
    "period_from", "Period, from", "Début de la période", "First instant of the period."
)
_PERIOD_UNTIL = _instant(
    "period_until", "Period, until", "Fin de la période", "First instant after the period."
)
_PROVISIONAL = _truth(
    "provisional", "Provisional", "Provisoire", "Some requests of the period have not matured."
)
_CONTEXT = (
    _PERIOD,
    _PERIOD_FROM,
    _PERIOD_UNTIL,
    _text(
        "compared_to",
        "Compared to",
        "Comparé à",
        "The earlier period, where there is one.",
        required=False,
    ),
    *map(_of_option, OPTIONS),
    _text(
        "overridden",
        "Not as the preset",
        "Différent du préréglage",
        "The options that are not as the preset has them, with spaces between them.",
        required=False,
    ),
    _share(
        "rho",
        "Intraclass correlation",
        "Corrélation intraclasse retenue",
        "How alike requests to one body on one day are in being answered, from 0 to 1: what the "
        "intervals take it to be.",
    ),
    Field(
        "rho_assumed",
        "Intraclass correlation assumed",
        "Corrélation intraclasse supposée",
        "boolean",
        "",
        "There are too few days to estimate it from.",
    ),
    Field(
        "median_deff",
        "Median design effect",
        "Effet de plan médian",
        "number",
        "ratio",
        "Of the bodies that have requests: how many of these say as much as an independent one.",
        least=1,
    ),
    _truth(
        "from_counts",
        "From counts",
        "À partir de décomptes",
        "Computed from a table of counts, not from messages: how and when these were counted is "
        "not known.",
    ),
    _instant("as_of", "As of", "Données arrêtées au", "Everything later is ignored."),
    _PROVISIONAL,
    _text("title", "Title", "Titre", "Of the ranking.", required=False),
    _text("panel", "Panel", "Panel", "The list of bodies that are compared.", required=False),
    _text("preset", "Preset", "Préréglage", "The published way of counting that was taken."),
    _text("version", "Version", "Version", "Of socialscore."),
    _text(
        "method",
        "Method",
        "Méthode",
        "Version of the method; numbers of different ones cannot be compared.",
    ),
    _text(
        "ranking_digest",
        "Ranking digest",
        "Empreinte du classement",
        "Digest of the options in force.",
    ),
    _text("panel_digest", "Panel digest", "Empreinte du panel", "Digest of the panel."),
)

_BAND = _text(
    "band",
    "Band",
    "Distinction",
    "The first distinction whose conditions the body meets.",
    required=False,
)
_REASON = _text(
    "reason",
    "Reason for no rank",
    "Motif d'absence de rang",
    "too-few, closed, no-account, not-collected, low-coverage or suspect; empty: it is ranked.",
    required=False,
)

_LONG_FORM = (
    _PERIOD,
    _PERIOD_FROM,
    _PERIOD_UNTIL,
    _BODY_ID,
    _BODY,
    _CATEGORY,
    _RANK,
    _text("metric", "Metric", "Indicateur", "The name of the metric that the row is of."),
    _text("unit", "Unit", "Unité", "Of the value: count, share, seconds or ratio."),
    Field("value", "Value", "Valeur", "number", "", "The body's value. Empty: it has none."),
    _PROVISIONAL,
)

_LEAVES = _text(
    "leaves",
    "Leaves its rank interval",
    "Sort de son intervalle de rang",
    "The selections under which its rank lies outside of rank_low to rank_high, with spaces "
    "between them.",
    required=False,
)

_LINE = (
    _text("by", "By", "Par", "What the requests are counted by."),
    _text(
        "label",
        "Line",
        "Ligne",
        "The account, network, category or time of the line.",
        required=False,
    ),
    Field(
        "n_bodies",
        "Bodies",
        "Organismes",
        "integer",
        "count",
        "Bodies with a mature request in the line.",
        least=0,
        required=True,
    ),
)


def of_bodies(scoreboard: Scoreboard) -> tuple[Field, ...]:
    """The columns of a row per body."""
    numbers, closing = of_numbers(scoreboard), (_BAND, _REASON)
    return (*numbers[: -len(closing)], *_CONTEXT, *closing)


def of_numbers(scoreboard: Scoreboard) -> tuple[Field, ...]:
    """The same without what all rows share."""
    compared = _COMPARISON if scoreboard.compared_to is not None else ()
    return (*_IDENTITY, *map(of_metric, scoreboard.metrics), *compared, _BAND, _REASON)


def of_context() -> tuple[Field, ...]:
    """What all rows share, by the names of `facts.context`."""
    return _CONTEXT


def of_long_form() -> tuple[Field, ...]:
    """The columns of a row per body, period and metric."""
    return _LONG_FORM


def of_sensitivity(result: Sensitivity) -> tuple[Field, ...]:
    """The columns of a row per body with its rates and ranks under every selection."""
    counts = {metric.name: of_metric(metric) for metric in result.scoreboard.metrics}
    identity = (it for it in _IDENTITY if it.name not in ("percentile", "promise"))
    return (*identity, *_of_selections(counts, result.selections), _LEAVES, *_CONTEXT, _REASON)


def _of_selections(counts: Mapping[str, Field], selections: Iterable[str]) -> Iterator[Field]:
    for selection in selections:
        name = selection.replace("-", "_")
        n_selected = counts[f"n_selected_{name}"]
        label, label_fr = n_selected.label, n_selected.label_fr
        yield from (n_selected, counts[f"n_answered_{name}"])
        yield _share(
            f"response_rate_{name}",
            f"{label}, response rate",
            f"{label_fr}, taux de réponse",
            f"The response rate under the selection {selection}.",
        )
        yield _rank(
            f"rank_{name}",
            f"{label}, rank",
            f"{label_fr}, rang",
            f"The rank under the selection {selection}; empty: it would not be ranked.",
        )


def of_breakdown(breakdown: Breakdown, medians: Iterable[Metric]) -> tuple[Field, ...]:
    """The columns of a row per line; `medians` are the metrics told as the median of bodies too."""
    metrics = map(of_metric, breakdown.metrics)
    return (*_LINE, *metrics, *map(_median_of_bodies, map(of_metric, medians)), *_CONTEXT)


def of_metric(metric: Metric) -> Field:
    """The column of a metric; one without a French label has the English one."""
    label, label_fr = metric.label, metric.label_fr or metric.label
    if metric.unit == "seconds":
        label, label_fr = f"{label} (seconds)", f"{label_fr} (secondes)"
    if metric.over == "exclusion":
        label, label_fr = f"Left out: {label}", f"Écartés : {label_fr}"
    return Field(
        metric.name,
        label,
        label_fr,
        "integer" if metric.unit == "count" else "number",
        metric.unit,
        metric.description,
        least=None if metric.unit == "count" and metric.better else 0,  # an index may be negative
        most=1 if metric.unit == "share" else None,
    )


def _median_of_bodies(field: Field) -> Field:
    return replace(
        field,
        name=f"median_of_bodies_{field.name}",
        label=f"Median of bodies: {field.label}",
        label_fr=f"Médiane des organismes : {field.label_fr}",
        type="number",
        description=f"Each body of the line counts once: the median of its bodies' values. "
        f"{field.description}",
    )


def with_hours(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The columns, each of seconds with one of hours beside it."""
    return tuple(
        each
        for field in fields
        for each in ((field, in_hours(field)) if field.unit == "seconds" else (field,))
    )


def in_hours(field: Field) -> Field:
    """What a column of seconds is in hours."""
    return replace(
        field,
        name=f"{field.name.removesuffix('_seconds')}_hours",
        label=field.label.replace("(seconds)", "(hours)"),
        label_fr=field.label_fr.replace("(secondes)", "(heures)"),
        type="number",
        unit="hours",
        description=f"The same in hours. {field.description}",
        decimals=4,  # a third of a second
    )


def in_percent(field: Field) -> Field:
    """What a column of shares is in percent."""
    return replace(
        field,
        name=f"{field.name}_percent",
        label=f"{field.label} (%)",
        label_fr=f"{field.label_fr} (%)",
        unit="percent",
        description=f"In percent. {field.description}",
        least=field.least and 100 * field.least,
        most=field.most and 100 * field.most,
        decimals=1,
    )


def _number(name: str, label: str, label_fr: str, description: str, least: int = 0) -> Field:
    return Field(name, label, label_fr, "integer", "count", description, least=least, required=True)


_RATE = (
    replace(
        _share("response_rate", "Response rate", "Taux de réponse", "n_answered / n_requests."),
        required=True,
    ),
    replace(
        _share(
            "wilson_low", "Rate interval, low", "Intervalle du taux, bas",
            "Lower end of the 95 % Wilson interval, on independent requests.",
        ),
        required=True,
    ),
    replace(
        _share(
            "wilson_high", "Rate interval, high", "Intervalle du taux, haut",
            "Upper end of the 95 % Wilson interval, on independent requests.",
        ),
        required=True,
    ),
)  # fmt: skip

OF_DETAILS: dict[str, tuple[Field, ...]] = {
    "networks": (
        _BODY_ID,
        _text("network", "Network", "Réseau", "Where the requests were asked."),
        _number("n_requests", "Requests", "Demandes", "Mature requests of the period.", 1),
        _number("n_answered", "Answered", "Répondues", "Of these, answered within the horizon."),
        _number("n_redirected", "Redirected", "Redirigées", "Of the answered, those only sent on."),
        *_RATE,
    ),
    "hours": (
        _BODY_ID,
        replace(
            _number("weekday", "Day of the week", "Jour de la semaine", "1 is Monday.", 1),
            unit="",
            most=7,
        ),
        replace(
            _number("hour", "Hour", "Heure", "0 to 23, in the ranking's timezone."),
            unit="",
            most=23,
        ),
        _number(
            "n_requests",
            "Requests",
            "Demandes",
            "Mature requests that were asked in this hour of the 13 weeks that end with the "
            "period; hours with fewer than 5 are left out.",
            5,
        ),
        _number("n_answered", "Answered", "Répondues", "Of these, answered within the horizon."),
    ),
    "waits": (
        _BODY_ID,
        replace(
            _number(
                "after_seconds", "After (seconds)", "Après (secondes)", "Time since the request.", 1
            ),
            unit="seconds",
        ),
        replace(
            _share(
                "waiting",
                "Still without a response",
                "Encore sans réponse",
                "Share of the requests of the period that have no response by then (Kaplan–Meier); "
                "of bodies with 5 requests or more.",
            ),
            required=True,
        ),
    ),
    "topics": (
        replace(_CATEGORY, description="Of a line about all bodies of a category.", required=False),
        replace(_BODY_ID, description="Of a line about one body.", required=False),
        _text(
            "topic",
            "Topic",
            "Sujet",
            "Its words, the most telling first; `other`: what fits none; `no text`: its text is "
            "not kept any more.",
        ),
        _number("n_authors", "People", "Personnes", "Who wrote: 10 or more of a topic.", 1),
        _number("n_requests", "Requests", "Demandes", "Mature requests of the period.", 1),
        _number("n_answered", "Answered", "Répondues", "Of these, answered within the horizon."),
        *_RATE,
        *(
            Field(name, label, label_fr, "number", "seconds", description, least=0)
            for name, label, label_fr, description in (
                (
                    "median_wait",
                    "Median wait (seconds)",
                    "Attente médiane (secondes)",
                    "Time after which half of the requests had a response. Empty: it is longer "
                    "than the horizon.",
                ),
                (
                    "median_wait_low",
                    "Median wait, low (seconds)",
                    "Attente médiane, bas (secondes)",
                    "Lower end of its 95 % interval.",
                ),
                (
                    "median_wait_high",
                    "Median wait, high (seconds)",
                    "Attente médiane, haut (secondes)",
                    "Upper end of its 95 % interval. Empty: beyond what was watched.",
                ),
            )
        ),
    ),
}
"""The columns of the files that say more of each body, by what they are of."""
