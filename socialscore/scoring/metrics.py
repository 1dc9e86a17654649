"""The metrics: every number of a scoreboard, declared once.

Table headers, the columns of exports and the list in docs/method.md are printed from these objects.
`over` says what the expression reads: over `wait` and `exclusion` it is an aggregate of their rows,
over `tally` it is derived from aggregates of `wait`, for a body or any other line of a table, and
over `body` from what only a body has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError, UnknownName, option
from socialscore.inputs.options import seconds
from socialscore.inputs.ranking import read_ranking
from socialscore.inputs.value_errors import raise_all
from socialscore.model.scoreboard import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from socialscore.errors import SocialscoreError
    from socialscore.inputs.ranking import Ranking
    from socialscore.inputs.toml_files import FilePosition

__all__ = ["checked_ranking", "key_metric", "metrics_for", "wrong_metrics"]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHORT = {"m": ("min", "min"), "d": ("d", "j"), "w": ("w", "sem.")}  # in English and in French
_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution


def _wilson(
    sign: str, hits: str = "n_answered", trials: str = "n_requests", deff: str = "deff"
) -> str:
    """A bound of Wilson's 95 % interval, Wilson (1927); exact 0 and 1 at the ends.

    Requests share their days: as many as say the same if they are independent count.
    """
    z2 = _Z**2
    certain = f"{hits} = 0 THEN 0.0" if sign == "-" else f"{hits} = {trials} THEN 1.0"
    return (
        f"CASE WHEN {trials} > 0 THEN CASE WHEN {certain} ELSE "
        f"({hits} / {deff} + {z2 / 2} {sign} {_Z} * SQRT("
        f"{hits} / {deff} * ({trials} - {hits}) / {trials} + {z2 / 4}"
        f")) / ({trials} / {deff} + {z2}) END END"
    )


_SHRUNK = """CASE
        WHEN n_requests = 0 OR n_requests IS NULL THEN NULL
        WHEN body_icc IS NULL THEN (n_answered / deff + 0.5) / (n_requests / deff + 1)
        ELSE (body_icc * n_answered / deff + (1 - body_icc) * mean_rate)
            / (body_icc * n_requests / deff + 1 - body_icc)
    END"""


def _within(time: str) -> Metric:
    number, unit = int(time[:-1]), _UNITS[time[-1]]
    short, short_fr = _SHORT.get(time[-1], (time[-1], time[-1]))
    return Metric(
        name=f"within_{time}",
        label=f"Within {number} {short}",
        label_fr=f"En moins de {number} {short_fr}",
        unit="share",
        better="higher",
        expression=f"AVG(CASE WHEN answered AND delay_seconds <= {seconds(time)} THEN 1.0 ELSE 0.0 "
        "END) FILTER (WHERE counted)",
        description="Share of mature requests answered within "
        f"{number} {unit.removesuffix('s') if number == 1 else unit}.",
    )


def _interval(name: str, label: str, label_fr: str, of: str) -> tuple[Metric, ...]:
    """Both ends of the interval of a time that the statement computes; neither end ranks."""
    return tuple(
        Metric(
            name=f"{name}_{end}",
            label=f"{label}, {end}",
            label_fr=f"{label_fr}, {'bas' if end == 'low' else 'haut'}",
            unit="seconds",
            better=None,
            expression=f"{name}_{end}",
            description=f"{'Lower' if end == 'low' else 'Upper'} end of the 95 % interval of {of}",
            over="tally",
        )
        for end in ("low", "high")
    )


def _delay_quantile(
    name: str,
    label: str,
    label_fr: str,
    share: str,
    description: str,
    of: str = "delay_seconds",
) -> Metric:
    return Metric(
        name=name,
        label=label,
        label_fr=label_fr,
        unit="seconds",
        better="lower",
        expression=f"PERCENTILE_CONT({share}) WITHIN GROUP (ORDER BY {of}) FILTER (WHERE answered)",
        description=description,
    )


def _count(name: str, label: str, label_fr: str, condition: str, description: str) -> Metric:
    return Metric(
        name=name,
        label=label,
        label_fr=label_fr,
        unit="count",
        better=None,
        expression=f"COUNT(*) FILTER (WHERE {condition})",
        description=description,
    )


def _excluded(reason: str, label: str, label_fr: str, description: str) -> Metric:
    return Metric(
        name=f"n_excluded_{reason.replace('-', '_')}",
        label=label,
        label_fr=label_fr,
        unit="count",
        better=None,
        expression=f"COUNT(*) FILTER (WHERE reason = '{reason}')",
        description=f"Inbound messages left out: {description}",
        over="exclusion",
    )


def _under(selection: str, label: str, label_fr: str, selected: str) -> tuple[Metric, Metric]:
    """What is counted under a selection, whatever that of the ranking is."""
    name = selection.replace("-", "_")
    return (
        _count(
            f"n_selected_{name}",
            label,
            label_fr,
            f"matured AND {selected}",
            f"Mature requests under the selection {selection}.",
        ),
        _count(
            f"n_answered_{name}",
            f"{label}, answered",
            f"{label_fr}, avec réponse",
            f"responded AND {selected}",
            f"Those of them that were answered within the horizon (selection {selection}).",
        ),
    )


_REQUESTS = (
    _count(
        "n_requests", "Requests", "Demandes", "counted", "Mature requests: the N of every share."
    ),
    _count(
        "n_answered",
        "Answered",
        "Demandes avec réponse",
        "answered",
        "Mature requests answered within the horizon: k.",
    ),
    Metric(
        name="response_rate",
        label="Response rate",
        label_fr="Taux de réponse",
        unit="share",
        better="higher",
        expression="AVG(CASE WHEN answered THEN 1.0 ELSE 0.0 END) FILTER (WHERE counted)",
        description="Share of mature requests answered within the horizon. Unanswered requests "
        "count; without requests there is no rate.",
    ),
    Metric(
        name="wilson_low",
        label="Rate, low",
        label_fr="Taux de réponse, bas",
        unit="share",
        better="higher",
        expression=_wilson("-"),
        description="Lower end of the rate's 95 % interval (Wilson).",
        over="tally",
    ),
    Metric(
        name="wilson_high",
        label="Rate, high",
        label_fr="Taux de réponse, haut",
        unit="share",
        better=None,
        expression=_wilson("+"),
        description="Upper end of the rate's 95 % interval (Wilson).",
        over="tally",
    ),
    Metric(
        name="deff",
        label="Design effect",
        label_fr="Effet de plan",
        unit="ratio",
        better=None,
        expression="deff",
        description="How many of its requests say as much about the rate as one that is "
        "independent of all others: those of one day share what that day was like. Every interval "
        "and comparison of rates counts n_requests / deff requests.",
        over="tally",
    ),
    Metric(
        name="shrunk_rate",
        label="Shrunk rate",
        label_fr="Taux de réponse ajusté",
        unit="share",
        better="higher",
        expression=_SHRUNK,
        description="The rate drawn towards that of the category, the more the fewer requests "
        "there are (beta-binomial); with fewer than five bodies, Jeffreys's (k + ½) / (N + 1).",
        over="category",
    ),
    _delay_quantile(
        "median_delay",
        "Median delay",
        "Délai médian",
        "0.5",
        "Median delay of the answered requests (type 7). It rewards silence: read it with the "
        "response rate, or read the median wait.",
    ),
    *_interval(
        "median_delay",
        "Median delay",
        "Délai médian",
        "the median delay (order statistics); empty below six answered requests.",
    ),
    _delay_quantile(
        "p90_delay",
        "90 % within",
        "Délai au 9e décile",
        "0.9",
        "Nine answered requests in ten waited no longer (type 7).",
    ),
    Metric(
        name="mean_delay",
        label="Mean delay",
        label_fr="Délai moyen",
        unit="seconds",
        better="lower",
        expression="SUM(elapsed_us) FILTER (WHERE answered) "
        "/ (1e6 * COUNT(*) FILTER (WHERE answered))",
        description="Mean delay of the answered requests.",
    ),
    Metric(
        name="trimmed_delay",
        label="Trimmed mean delay",
        label_fr="Délai moyen tronqué",
        unit="seconds",
        better="lower",
        expression="trimmed_delay",
        description="Mean delay without the slowest answers, of which the ranking's `trim` says "
        "the share (rounded down to whole answers).",
        over="tally",
    ),
    Metric(
        name="median_wait",
        label="Median wait",
        label_fr="Attente médiane",
        unit="seconds",
        better="lower",
        expression="median_wait",
        description="Time after which half of all requests had a response, unanswered and pending "
        "ones included (Kaplan–Meier). Empty: it is longer than the horizon.",
        over="tally",
    ),
    *_interval(
        "median_wait",
        "Median wait",
        "Attente médiane",
        "the median wait (log-log). Empty: it lies beyond what was watched.",
    ),
    Metric(
        name="devoted_index",
        label="Devoted index",
        label_fr="Indice de dévouement",
        unit="count",
        better="higher",
        expression="n_answered - (n_requests - n_answered)",
        description="Answered minus unanswered requests (Socialbakers).",
        over="tally",
    ),
    Metric(
        name="redirect_rate",
        label="Redirects",
        label_fr="Taux de renvoi",
        unit="share",
        better="lower",
        expression="AVG(CASE WHEN redirected THEN 1.0 ELSE 0.0 END) FILTER (WHERE answered)",
        description="Share of the answered requests whose first response only sends elsewhere.",
    ),
)

_ON_THE_CALENDAR = _delay_quantile(
    "median_delay_calendar",
    "Median delay, calendar",
    "Délai médian, heures calendaires",
    "0.5",
    "Median delay of the answered requests on the calendar clock, where the ranking has another.",
    of="calendar_delay_seconds",
)

_PROMISE = (
    Metric(
        name="within_promise",
        label="Within promise",
        label_fr="Dans le délai annoncé",
        unit="share",
        better=None,  # whoever promises little would stand first
        expression="AVG(CASE WHEN kept THEN 1.0 ELSE 0.0 END) FILTER (WHERE promised)",
        description="Share of mature requests answered within what the body promises, on the clock "
        "that the promise names. Requests are left out whose promise was not over at the horizon; "
        "without a promise there is no value.",
    ),
    *(
        Metric(
            name=f"within_promise_{end}",
            label=f"Within promise, {end}",
            label_fr=f"Dans le délai annoncé, {end_fr}",
            unit="share",
            better=None,
            expression=_wilson(sign, "(within_promise * n_promised)", "n_promised", "promise_deff"),
            description=f"{which} end of its 95 % interval (Wilson).",
            over="tally",
        )
        for end, end_fr, sign, which in (
            ("low", "bas", "-", "Lower"),
            ("high", "haut", "+", "Upper"),
        )
    ),
)

_COUNTS = (
    _count("n_pending", "Pending", "En attente", "pending", "Requests that have not matured yet."),
    _count(
        "n_unwatched",
        "Unwatched",
        "Non suivies",
        "unwatched",
        "Requests that would have matured, had all that the body wrote been in view to the end of "
        "the horizon. They are in no rate.",
    ),
    _count(
        "n_late",
        "Late",
        "Réponses tardives",
        "late",
        "Answered after the horizon, within twice its length.",
    ),
    Metric(
        name="n_too_early",
        label="Too early",
        label_fr="Réponses antérieures à la demande",
        unit="count",
        better=None,
        expression="COALESCE(CAST(SUM(n_too_early) FILTER (WHERE selected) AS BIGINT), 0)",
        description="Replies to requests that are ignored: dated over 60 s, up to a day, before "
        "what they reply to.",
    ),
    Metric(
        name="n_replies",
        label="Replies",
        label_fr="Réponses écrites",
        unit="count",
        better=None,
        expression="n_replies",
        description="All replies that the body wrote in the period, to whomever.",
        over="body",
    ),
    Metric(
        name="conversationality",
        label="Conversationality",
        label_fr="Part des réponses à autrui",
        unit="share",
        better="higher",
        expression="1.0 * n_replies_to_others / n_posts",
        description="Replies to others among all that the body wrote in the period, reposts aside "
        "(Twiplomacy). It is no response rate: it says nothing of those who had no reply.",
        over="body",
    ),
    Metric(
        name="coverage",
        label="Coverage",
        label_fr="Couverture de la collecte",
        unit="share",
        better="higher",
        expression="COALESCE(coverage, 0.0)",
        description="Share of the period in which the body's accounts were in view.",
        over="body",
    ),
    Metric(
        name="n_judged",
        label="Messages read",
        label_fr="Messages lus",
        unit="count",
        better=None,
        expression="n_judged",
        description="Messages by or to the body that are read: those of the period, and those "
        "around it that may belong to them.",
        over="body",
    ),
    Metric(
        name="n_judged_earlier",
        label="Judged by earlier rules",
        label_fr="Jugés selon d'anciennes règles",
        unit="count",
        better=None,
        expression="n_judged_earlier",
        description="Of these, the ones that other language rules judged than those in force.",
        over="body",
    ),
    *_under("question-mark", "With “?”", "Avec « ? »", "question_mark"),
    *_under("questions", "Questions", "Questions", "question"),
    *_under("requests", "Requests or questions", "Demandes ou questions", "request"),
    *_under("all", "All", "Tous les messages", "TRUE"),
    _excluded(
        "own-group",
        "from its own accounts",
        "de ses propres comptes",
        "written by an account of the body itself.",
    ),
    _excluded(
        "third-party",
        "between citizens",
        "entre citoyens",
        "answers another citizen, in a thread that only carries the body's handle along.",
    ),
    _excluded(
        "institution",
        "from other bodies",
        "d'autres organismes",
        "written by another body of the panel.",
    ),
    _excluded("repost", "reposts", "partages", "a repost without words of its own."),
    _excluded(
        "duplicate", "duplicates", "doublons", "the author's same text to the body within 24 hours."
    ),
    _excluded(
        "mass-mention", "mass mentions", "mentions en masse", "addressed to four or more accounts."
    ),
    _excluded(
        "listed",
        "from listed authors",
        "d'auteurs listés",
        "the author is on the ranking's ignore list.",
    ),
    _excluded("private", "private", "privés", "a private message."),
    _excluded(
        "deleted", "deleted", "supprimés", "deleted before any response and before the horizon."
    ),
    _excluded(
        "not-covered", "not covered", "hors couverture", "sent while the account was not in view."
    ),
)


def metrics_for(ranking: Ranking) -> tuple[Metric, ...]:
    """The metrics of a ranking, in the order of columns."""
    on_the_calendar = (_ON_THE_CALENDAR,) if ranking.clock == "business" else ()
    within = tuple(_within(time) for time in ranking.within)
    return (*_REQUESTS, *on_the_calendar, *within, *_PROMISE, *_COUNTS)


def key_metric(ranking: Ranking) -> Metric:
    """The metric that ranks.

    Raises:
        UnknownName: there is no such metric, or neither end of it is better; or the ranking shows
            or asks for one that does not exist.
    """
    for unknown in _unknown_metrics(ranking):
        raise unknown
    return next(metric for metric in metrics_for(ranking) if metric.name == ranking.by)


def checked_ranking(path: Path | None, options: Mapping[str, Any]) -> Ranking:
    """The ranking of a file and options, as `load_ranking` reads it, with metrics that exist.

    Raises:
        SocialscoreError: as there.
        UnknownName: for a metric that does not exist.
    """
    reading = read_ranking(path, options)

    def place(key: str, *way: str | int) -> FilePosition | None:
        return reading.place(key, *way) if reading.said_by.get(key) == path else None

    raise_all([*reading.problems, *wrong_metrics(reading.ranking, place)])
    return reading.ranking


def wrong_metrics(ranking: Ranking, place: Callable[..., object]) -> Iterator[SocialscoreError]:
    """What a ranking says of metrics that it does not have, or of values that they cannot have.

    Args:
        ranking: the options.
        place: where the ranking says something, by the way to it: `"by"`, or `"show", 1`.
    """
    yield from _unknown_metrics(ranking, place)
    shares = {metric.name for metric in metrics_for(ranking) if metric.unit == "share"}
    for number, band in enumerate(ranking.bands):
        for condition in ("at_least", "at_most"):
            for name, value in getattr(band, condition).items():
                if name in shares and not 0 <= value <= 1:
                    where = place("bands", number, condition, name) or option("bands")
                    yield InputError(where, "write a share from 0 to 1 (0.65 is 65 %)")


def _unknown_metrics(
    ranking: Ranking, place: Callable[..., object] = lambda *_: None
) -> Iterator[UnknownName]:
    metrics = {metric.name: metric for metric in metrics_for(ranking)}
    keys = [name for name, metric in metrics.items() if metric.better]
    if ranking.by not in keys:
        yield UnknownName("metric to rank by", ranking.by, keys, place("by"))
    for number, name in enumerate(ranking.show):
        if name not in metrics:
            yield UnknownName("metric to show", name, metrics, place("show", number))
    for number, band in enumerate(ranking.bands):
        for condition in ("at_least", "at_most"):
            for name in getattr(band, condition):
                if name not in metrics:
                    kind = f"metric for the band {band.label!r}"
                    where = place("bands", number, condition, name)
                    yield UnknownName(kind, name, metrics, where)
