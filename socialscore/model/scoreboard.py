"""The computed result of a ranking: metrics, scores and the scoreboard that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from socialscore.version import METHOD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from socialscore.model.audit import AuditSummary
    from socialscore.model.messages import Body


FEW = 3
"""The median of fewer bodies than this is no figure of a category."""


@dataclass(frozen=True)
class Metric:
    """A declared number: its formula, and what a reader must know to read it."""

    name: str  # stable: the column of every export
    label: str  # the header of a table
    unit: Literal["count", "share", "seconds", "ratio"]
    better: Literal["higher", "lower"] | None  # None: a count that is neither
    expression: str  # SQL, over the columns of `over`
    description: str  # one or two sentences for the data dictionary
    # The relation it reads; of a category, those of all its bodies.
    over: Literal["wait", "exclusion", "tally", "body", "category"] = "wait"
    label_fr: str = ""  # the header in French


@dataclass(frozen=True)
class Band:
    """A distinction for ranked bodies: all conditions hold, values in the metrics' units."""

    label: str
    at_least: Mapping[str, float] = field(default_factory=dict)  # by metric
    at_most: Mapping[str, float] = field(default_factory=dict)  # by metric
    label_fr: str = ""


@dataclass(frozen=True)
class Change:
    """How a body's line differs from that of an earlier period."""

    previous: Mapping[str, float | int | None]  # its values then; empty: it was not in the panel
    previous_rank: int | None  # None: it was not ranked then
    difference: float | None  # of the response rates, later minus earlier; None: one is missing
    low: float | None  # Newcombe's 95 % interval of the difference
    high: float | None
    # Which way the rate went; None where that may be chance: the interval holds 0, or Benjamini
    # and Hochberg's procedure does not keep the difference.
    direction: Literal["up", "down"] | None
    # Ranked, and not in the earlier period: never before, or once; None: it was, or it is not.
    entered: Literal["new", "back"] | None = None


@dataclass(frozen=True)
class Clusters:
    """How much requests that share a body and a day resemble each other in being answered."""

    icc: float | None  # intraclass correlation, from 0 to 1; None: there are no requests
    assumed: bool  # there are too few days to estimate it from
    median_deff: float | None  # the median design effect of the lines that have requests


@dataclass(frozen=True)
class Score:
    """One body's line of a scoreboard."""

    body: Body
    values: Mapping[str, float | int | None]  # by metric name; None: there is no value
    rank: int | None = None  # None: not ranked, for `reason`
    reason: str | None = None  # too-few, closed, no-account, not-collected, low-coverage, suspect
    rank_low: int | None = None  # the best rank in the 95 % interval; None: the key has none
    rank_high: int | None = None  # the worst
    # The same for each body wherever it stands, which sentences that name a first or a last rest
    # on; None: the key has none, or nobody has asked for them (`with_simultaneous_ranks`).
    rank_simultaneous_low: int | None = None
    rank_simultaneous_high: int | None = None
    percentile: float | None = None  # share of the other ranked bodies that stand below
    promise: str = ""  # within what time the body says that it answers: 24h, 8h open; empty: none
    band: str | None = None  # label of the first band whose conditions hold; None: of none
    change: Change | None = None  # where the scoreboard is compared to an earlier period


@dataclass(frozen=True)
class Scoreboard:
    """The computed result of a ranking, with everything a reader needs to judge or repeat it."""

    title: str
    panel: str  # the panel's name
    preset: str
    period: str  # as asked for: 2026-W46, 2026-11, 2026-Q4, FROM..UNTIL, all
    since: datetime  # the period's first instant, aware, in `timezone`
    until: datetime  # the first instant after the period, aware, in `timezone`
    options: Mapping[str, Any]  # by name, as far as outputs may tell them: `options.reported`
    overridden: tuple[str, ...]  # names of the options that are not as the preset has them
    as_of: datetime  # where the data are taken to end, aware, UTC
    provisional: bool  # some requests of the period have not matured
    version: str  # of socialscore
    ranking_digest: str  # of the options that were in force
    panel_digest: str
    metrics: tuple[Metric, ...]  # the columns, in order
    scores: tuple[Score, ...]  # ranked bodies in order of rank, then the others by name
    show: tuple[str, ...]  # names of the metrics that tables show, in order
    clusters: Clusters | None = None  # None: an earlier version took requests for independent
    bands: tuple[Band, ...] = ()  # best first
    compared_to: str | None = None  # the earlier period, where there is one
    gone: tuple[Body, ...] = ()  # ranked in the earlier period, and not any more
    ranked_before: tuple[str, ...] = ()  # body_ids, ranked in some earlier edition and not in this
    notes: tuple[str, ...] = ()  # sentences: what is unusual about the period or the panel
    audit: AuditSummary | None = None  # None: nobody looked whether the rules tell questions right
    title_fr: str = ""
    description: str = ""  # for readers of what is published
    description_fr: str = ""
    # Computed from a table of counts: `options` has only those that say something of counts, and
    # no output tells the instants, which are none that anybody knows.
    from_counts: bool = False
    method: str = METHOD  # its version: numbers of two methods cannot be compared

    @cached_property
    def ranked(self) -> tuple[Score, ...]:
        """The lines with a rank, in its order."""
        return tuple(score for score in self.scores if score.rank is not None)

    @cached_property
    def rates(self) -> Mapping[str, tuple[float, ...]]:
        """The response rates of the ranked bodies, by category."""
        found: dict[str, list[float]] = {}
        for score in self.ranked:
            rate = score.values.get("response_rate")
            if rate is not None:
                found.setdefault(score.body.category, []).append(rate)
        return {category: tuple(rates) for category, rates in found.items()}

    @cached_property
    def category_medians(self) -> Mapping[str, float]:
        """The median of these rates, by category; of fewer than `FEW` bodies there is none."""
        return {name: median(rates) for name, rates in self.rates.items() if len(rates) >= FEW}

    @property
    def timezone(self) -> str:
        """The timezone of its period: an IANA name."""
        return str(self.options["timezone"])

    @property
    def horizon(self) -> int | None:
        """How long each request is watched, in seconds; None: until as_of."""
        horizon: int | None = self.options.get("horizon")
        return horizon

    @property
    def unit(self) -> str:
        """What counts as a request: episode, message or author."""
        return str(self.options["unit"])

    @property
    def selection(self) -> str:
        """Which messages ask for a response."""
        return str(self.options["selection"])

    @property
    def min_requests(self) -> int:
        """The fewest requests with which a body is ranked."""
        return int(self.options["min_requests"])

    @property
    def key(self) -> str:
        """The name of the metric that ranks."""
        return str(self.options["by"])
