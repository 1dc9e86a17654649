"""The metrics: every number of a scoreboard, declared once.

Table headers, the columns of exports and the list in docs/method.md are printed from these objects.
`over` names the relation whose columns the expression reads: `wait` and `exclusion` are counted per
body, and a `score` is derived from what was counted.
"""

from __future__ import annotations

from socialscore.errors import UnknownName
from socialscore.model import Metric

__all__ = ["METRICS", "key_metric", "ranking_keys"]

_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution


def _wilson(sign: str) -> str:
    """A bound of Wilson's 95 % interval, Wilson (1927); exact 0 and 1 at the ends."""
    z2 = _Z**2
    certain = "n_answered = 0 THEN 0.0" if sign == "-" else "n_answered = n_requests THEN 1.0"
    return (
        f"CASE WHEN n_requests > 0 THEN CASE WHEN {certain} ELSE "
        f"(n_answered + {z2 / 2} {sign} {_Z} * SQRT("
        f"1.0 * n_answered * (n_requests - n_answered) / n_requests + {z2 / 4}"
        f")) / (n_requests + {z2}) END END"
    )


def _within(name: str, seconds: int) -> Metric:
    return Metric(
        name=f"within_{name}",
        label=f"Within {name.removesuffix('h')} h",
        unit="share",
        better="higher",
        expression=f"AVG(CASE WHEN answered AND delay_seconds <= {seconds} THEN 1.0 ELSE 0.0 END) "
        "FILTER (WHERE counted)",
        description=f"Share of mature requests answered within {name.removesuffix('h')} hours.",
    )


def _delay_quantile(name: str, label: str, share: str, description: str) -> Metric:
    return Metric(
        name=name,
        label=label,
        unit="seconds",
        better="lower",
        expression=f"PERCENTILE_CONT({share}) WITHIN GROUP (ORDER BY delay_seconds) "
        "FILTER (WHERE answered)",
        description=description,
    )


def _count(name: str, label: str, condition: str, description: str) -> Metric:
    return Metric(
        name=name,
        label=label,
        unit="count",
        better=None,
        expression=f"COUNT(*) FILTER (WHERE {condition})",
        description=description,
    )


def _excluded(reason: str, label: str, description: str) -> Metric:
    return Metric(
        name=f"n_excluded_{reason.replace('-', '_')}",
        label=label,
        unit="count",
        better=None,
        expression=f"COUNT(*) FILTER (WHERE reason = '{reason}')",
        description=f"Inbound messages left out: {description}",
        over="exclusion",
    )


METRICS: tuple[Metric, ...] = (
    _count("n_requests", "Requests", "counted", "Mature requests: the N of every share."),
    _count("n_answered", "Answered", "answered", "Mature requests answered within the horizon."),
    Metric(
        name="response_rate",
        label="Response rate",
        unit="share",
        better="higher",
        expression="AVG(CASE WHEN answered THEN 1.0 ELSE 0.0 END) FILTER (WHERE counted)",
        description="Share of mature requests answered within the horizon. Unanswered requests "
        "count; without requests there is no rate.",
    ),
    Metric(
        name="response_rate_low",
        label="Rate, low",
        unit="share",
        better="higher",
        expression=_wilson("-"),
        description="Lower end of the rate's 95 % interval (Wilson).",
        over="score",
    ),
    Metric(
        name="response_rate_high",
        label="Rate, high",
        unit="share",
        better="higher",
        expression=_wilson("+"),
        description="Upper end of the rate's 95 % interval (Wilson).",
        over="score",
    ),
    _delay_quantile(
        "median_delay",
        "Median delay",
        "0.5",
        "Median delay of the answered requests (type 7). It rewards silence: read it with the "
        "response rate, or read the median wait.",
    ),
    _delay_quantile(
        "p90_delay",
        "90 % within",
        "0.9",
        "Nine answered requests in ten waited no longer (type 7).",
    ),
    _within("24h", 86400),
    _within("1h", 3600),
    _within("4h", 14400),
    _within("72h", 259200),
    Metric(
        name="mean_delay",
        label="Mean delay",
        unit="seconds",
        better="lower",
        expression="AVG(delay_seconds) FILTER (WHERE answered)",
        description="Mean delay of the answered requests.",
    ),
    Metric(
        name="median_wait",
        label="Median wait",
        unit="seconds",
        better="lower",
        expression="median_wait",
        description="Time after which half of all requests had a response, unanswered and pending "
        "ones included (Kaplan–Meier). Empty: it is longer than the horizon.",
        over="score",
    ),
    Metric(
        name="devoted_index",
        label="Devoted index",
        unit="count",
        better="higher",
        expression="COALESCE(n_answered - (n_requests - n_answered), 0)",
        description="Answered minus unanswered requests (Socialbakers).",
        over="score",
    ),
    _count("n_pending", "Pending", "pending", "Requests that have not matured yet."),
    _count("n_late", "Late", "late", "Answered after the horizon, within twice its length."),
    Metric(
        name="n_too_early",
        label="Too early",
        unit="count",
        better=None,
        expression="CAST(SUM(n_too_early) AS BIGINT)",
        description="Replies ignored because they are dated over 60 s before what they answer.",
    ),
    Metric(
        name="n_replies",
        label="Replies",
        unit="count",
        better=None,
        expression="COALESCE(n_replies, 0)",
        description="All replies that the body wrote in the period, to whomever.",
        over="score",
    ),
    Metric(
        name="coverage",
        label="Coverage",
        unit="share",
        better="higher",
        expression="COALESCE(coverage, 0.0)",
        description="Share of the period in which the body's accounts were in view.",
        over="score",
    ),
    _count(
        "n_selected_question_mark",
        "With “?”",
        "matured AND question_mark",
        "Mature requests under the selection question-mark.",
    ),
    _count(
        "n_selected_questions",
        "Questions",
        "matured AND question",
        "Mature requests under the selection questions.",
    ),
    _count(
        "n_selected_requests",
        "Requests or questions",
        "matured AND request",
        "Mature requests under the selection requests.",
    ),
    _count("n_selected_all", "All", "matured", "Mature requests under the selection all."),
    _excluded("own-group", "from its own accounts", "written by an account of the body itself."),
    _excluded("institution", "from other bodies", "written by another body of the panel."),
    _excluded("repost", "reposts", "a repost without words of its own."),
    _excluded("duplicate", "duplicates", "the author's same text to the body within 24 hours."),
    _excluded("mass-mention", "mass mentions", "addressed to four or more accounts."),
    _excluded("listed", "from listed authors", "the author is on the ranking's ignore list."),
    _excluded("private", "private", "a private message."),
    _excluded("deleted", "deleted", "deleted before any response and before the horizon."),
    _excluded("not-covered", "not covered", "sent while the account was not in view."),
)


def ranking_keys() -> list[str]:
    """The metrics that can rank: those of which one end is better."""
    return [metric.name for metric in METRICS if metric.better]


def key_metric(name: str) -> Metric:
    """The metric that ranks.

    Raises:
        UnknownName: there is no such metric, or neither end of it is better.
    """
    if name not in ranking_keys():
        raise UnknownName("metric to rank by", name, ranking_keys())
    return next(metric for metric in METRICS if metric.name == name)
