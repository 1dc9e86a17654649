"""Example scoreboards. Every body is invented; rates and intervals follow from the counts.

An interval of ranks counts the bodies whose rates are surely higher or lower: near enough.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import hypot, sqrt
from zoneinfo import ZoneInfo

from socialscore.inputs.options import Ranking, reported
from socialscore.model.breakdown import Breakdown, Line
from socialscore.model.messages import Body
from socialscore.model.scoreboard import Band, Change, Clusters, Metric, Score, Scoreboard
from socialscore.model.sensitivity import Alternatives, Selected, Sensitivity

PARIS = ZoneInfo("Europe/Paris")
OPTIONS = reported(Ranking())


def metric(name: str, label: str, unit: str, better: str | None = None) -> Metric:
    return Metric(name, label, unit, better, expression="1", description=f"{label}, as an example.")


METRICS = (
    metric("n_requests", "Requests", "count"),
    metric("n_answered", "Answered", "count"),
    metric("response_rate", "Response rate", "share", "higher"),
    metric("wilson_low", "Rate, low", "share", "higher"),
    metric("wilson_high", "Rate, high", "share", "higher"),
    metric("median_delay", "Median delay", "seconds", "lower"),
    metric("median_wait", "Median wait", "seconds", "lower"),
    metric("within_24h", "Answered within 24 h", "share", "higher"),
    metric("n_excluded_duplicate", "Duplicates", "count"),
    metric("n_excluded_repost", "Reposts", "count"),
)
DEVOTED = metric("devoted_index", "Devoted index", "count", "higher")
MEAN = metric("mean_delay", "Mean delay", "seconds", "lower")
WITHIN = (
    metric("within_2h", "Within 2 h", "share", "higher"),
    metric("within_8h", "Within 8 h", "share", "higher"),
)


def score(
    name: str,
    n_requests: int | None,
    n_answered: int | None = None,
    median_delay: float | None = None,
    *,
    rank: int | None = None,
    reason: str | None = None,
    category: str = "city",
    duplicates: int = 0,
    band: str | None = None,
    change: Change | None = None,
) -> Score:
    values = counted(n_requests, n_answered, median_delay) | {"n_excluded_duplicate": duplicates}
    body = Body(slug(name), name, category)
    return Score(body, values, rank, reason, band=band, change=change)


def counted(
    n_requests: int | None, n_answered: int | None = None, median_delay: float | None = None
) -> dict[str, float | int | None]:
    """Every metric of the examples."""
    rate = n_answered / n_requests if n_requests and n_answered is not None else None
    low, high = wilson(n_answered, n_requests) if rate is not None else (None, None)
    return {
        "n_requests": n_requests,
        "n_answered": n_answered,
        "response_rate": rate,
        "wilson_low": low,
        "wilson_high": high,
        "median_delay": median_delay,
        # Half of all requests: more than the median of the answered, or not reached at all.
        "median_wait": 1.5 * median_delay if rate and rate >= 0.5 and median_delay else None,
        "within_2h": rate and rate * 0.6,
        "within_8h": rate and rate * 0.75,
        "within_24h": rate and rate * 0.9,
        "mean_delay": median_delay and 1.25 * median_delay,
        "n_excluded_duplicate": 0,
        "n_excluded_repost": 0,
        "devoted_index": None if rate is None else 2 * n_answered - n_requests,
    }


def wilson(k: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    middle, half = k + z * z / 2, z * sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, (middle - half) / (n + z * z)), min(1.0, (middle + half) / (n + z * z))


def since(k: int, n: int, later_k: int, later_n: int, rank: int | None = None) -> Change:
    """The change from k of n to the later counts, with Newcombe's interval (his method 10)."""
    before, after = k / n, later_k / later_n
    (low, high), (later_low, later_high) = wilson(k, n), wilson(later_k, later_n)
    return Change(
        previous=counted(n, k, 3_600.0),
        previous_rank=rank,
        difference=after - before,
        low=(least := after - before - hypot(after - later_low, high - before)),
        high=(most := after - before + hypot(later_high - after, before - low)),
        direction="up" if least > 0 else "down" if most < 0 else None,
        entered=None if rank else "back",
    )


def with_rank_intervals(example: Scoreboard) -> Scoreboard:
    """The example, each ranked body with its interval of ranks and its percentile."""
    ranked = [score for score in example.scores if score.rank is not None]
    ends = [(one.values["wilson_low"], one.values["wilson_high"]) for one in ranked]
    scores = [
        replace(
            one,
            rank_low=1 + sum(low > own_high for low, _ in ends),
            rank_high=len(ranked) - sum(high < own_low for _, high in ends),
            percentile=sum(other.rank > one.rank for other in ranked) / (len(ranked) - 1),
        )
        for one, (own_low, own_high) in zip(ranked, ends, strict=True)
    ]
    return replace(example, scores=(*scores, *example.scores[len(ranked) :]))


def slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def scoreboard(*scores: Score, **changes: object) -> Scoreboard:
    example = Scoreboard(
        title="Who answers in Armorelle?",
        panel="Towns and services of Armorelle",
        preset="default",
        period="2026-W46",
        since=datetime(2026, 11, 9, tzinfo=PARIS),
        until=datetime(2026, 11, 16, tzinfo=PARIS),
        options=OPTIONS | {name: it for name, it in changes.items() if name in OPTIONS},
        overridden=(),
        as_of=datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
        provisional=False,
        version="0.1.0",
        ranking_digest="5f0c3a9d27e14b60a2f1c9d38b7e6405",
        panel_digest="c41d7be0935f4a86b1e2d7f09a3c5b68",
        metrics=METRICS,
        scores=scores,
        show=("n_requests", "response_rate", "median_delay", "median_wait"),
        clusters=Clusters(icc=0.083, assumed=False, median_deff=1.62),
    )
    others = {name: it for name, it in changes.items() if name not in OPTIONS}
    return replace(example, **others)


def ordinary() -> Scoreboard:
    example = scoreboard(
        score("Kermorvan", 1_284, 1_027, 653.0, rank=1, duplicates=87),
        score("Bus de l'Aulnaie", 214, 154, 7_500.0, rank=2, category="transport", duplicates=31),
        score("Saint-Éloi-sur-Brève", 107, 77, 7_500.0, rank=2),
        score("=Cité | Énergie", 62, 40, 45.4, rank=4, category="energy", duplicates=2),
        score(
            "Communauté d'agglomération du Haut-Penzé et du Val de l'Orne",
            38,
            11,
            273_600.0,
            rank=5,
            category="intercommunality",
        ),
        score("Plouvenec", 25, 3, 720.0, rank=6),
        score("Trémeur-les-Bains", 12, 0, rank=7),
        score("Eaux de Roz", 9, 7, 5_400.0, reason="too-few", category="energy"),
        score("Île-aux-Sternes", None, reason="not-collected"),
        score("Lannebec", 31, 0, reason="suspect"),
        score("Tram du Léguer", 4, 4, 300.0, reason="too-few", category="transport"),
    )
    return with_rank_intervals(example)


def nothing_ranked() -> Scoreboard:
    return scoreboard(
        score("Kermorvan", 9, 2, 86_400.0, reason="too-few"),
        score("Plouvenec", 0, 0, reason="too-few"),
        score("Roz-an-Dour", 40, 22, 3_600.0, reason="low-coverage"),
        score("Saint-Éloi-sur-Brève", None, reason="no-account"),
        score("Trémeur-les-Bains", None, reason="closed"),
    )


def devoted() -> Scoreboard:
    return scoreboard(
        score("Kermorvan Télécom", 7_030, 5_462, 2_400.0, rank=1, band="Socially Devoted"),
        score("Ondes de l'Ouest", 60, 57, 86_000.0, rank=2, band="Socially Devoted"),
        score("Fibre Armorelle", 120, 60, 10_800.0, rank=3),
        score("Réseau Breizel", 15_240, 4_871, 93_780.0, rank=4),
        score("Petit Câble", 11, 11, 60.0, reason="too-few"),
        title="Socially devoted operators",
        panel="Operators of Armorelle",
        preset="socially-devoted",
        period="2026-Q3",
        since=datetime(2026, 7, 1, tzinfo=PARIS),
        until=datetime(2026, 10, 1, tzinfo=PARIS),
        horizon=None,
        unit="message",
        selection="question-mark",
        match="direct",
        min_requests=50,
        by="devoted_index",
        metrics=(*METRICS[:7], DEVOTED),
        bands=(Band("Socially Devoted", at_least={"response_rate": 0.65}),),
    )


def provisional() -> Scoreboard:
    return scoreboard(
        score("Plouvenec", 48, 39, 1_500.0, rank=1),
        score("Kermorvan", 310, 217, 5_040.0, rank=2),
        by="within_24h",
        as_of=datetime(2026, 11, 16, 7, 0, tzinfo=UTC),
        provisional=True,
    )


def bands() -> Scoreboard:
    return scoreboard(
        score("Kermorvan", 67, 67, 5_400.0, rank=1, band="Very good"),
        score("Saint-Éloi-sur-Brève", 36, 36, 86_400.0, rank=2, band="Very good"),
        score("Trémeur-les-Bains", 90, 76, 93_780.0, rank=3, band="Good"),
        score("Plouvenec", 48, 30, 273_600.0, rank=4, band="Sufficient"),
        score("Roz-an-Dour", 12, 3, 7_200.0, rank=5),
        score("Île-aux-Sternes", 0, 0, reason="too-few"),
        title="Do councils answer?",
        preset="abgeordnetenwatch",
        horizon=14 * 86_400,
        strict=True,
        min_requests=1,
        show=("n_requests", "n_answered", "response_rate"),
        bands=(
            Band("Very good", at_least={"response_rate": 0.9}),
            Band("Good", at_least={"response_rate": 0.8}),
            Band("Sufficient", at_least={"response_rate": 0.5}),
        ),
    )


def prompt() -> Scoreboard:
    label = "Very responsive to messages"
    return scoreboard(
        score("Bus de l'Aulnaie", 214, 205, 480.0, rank=1, band=label, category="transport"),
        score("Kermorvan", 310, 288, 1_500.0, rank=2),
        score("Eaux de Roz", 75, 60, 300.0, rank=3, category="energy"),
        preset="facebook-2016",
        horizon=86_400,
        metrics=(*METRICS, MEAN),
        show=("n_requests", "response_rate", "mean_delay"),
        bands=(Band(label, at_least={"response_rate": 0.9}, at_most={"mean_delay": 900}),),
    )


def compared() -> Scoreboard:
    example = scoreboard(
        score("Kermorvan", 1_284, 1_027, 653.0, rank=1, change=since(880, 1_250, 1_027, 1_284, 3)),
        score("Bus de l'Aulnaie", 214, 154, 7_500.0, rank=2, change=since(150, 210, 154, 214, 2)),
        score("Trémeur-les-Bains", 60, 42, 5_040.0, rank=3, change=since(30, 50, 42, 60, 5)),
        score("Saint-Éloi-sur-Brève", 107, 70, 8_100.0, rank=4, change=since(5, 8, 70, 107)),
        score(
            "Roz-an-Dour",
            40,
            22,
            3_600.0,
            rank=5,
            change=Change({}, None, None, None, None, None, "new"),
        ),
        score("Plouvenec", 130, 41, 93_780.0, rank=6, change=since(97, 120, 41, 130, 1)),
        score("Eaux de Roz", 9, 7, 5_400.0, reason="too-few", change=since(8, 12, 7, 9, 4)),
        compared_to="2026-W45",
        ranked_before=("eaux-de-roz", "lannebec"),
        gone=(Body("eaux-de-roz", "Eaux de Roz", "city"), Body("lannebec", "Lannebec", "city")),
    )
    return with_rank_intervals(example)


def business() -> Scoreboard:
    return scoreboard(
        score("Kermorvan", 1_284, 1_027, 653.0, rank=1),
        score("Bus de l'Aulnaie", 214, 154, 7_500.0, rank=2),
        score("Plouvenec", 25, 3, 720.0, rank=3),
        selection="requests",
        unit="message",
        clock="business",
        calendar="every-day-9-17",
        off_hours_reply="elapsed",
        horizon=None,
        metrics=(*METRICS, *WITHIN, MEAN),
        show=("n_requests", "response_rate", "within_2h", "within_8h", "within_24h", "mean_delay"),
    )


def by_category() -> Breakdown:
    return Breakdown(
        scoreboard=ordinary(),
        by="category",
        metrics=METRICS[:8],
        lines=(
            line("city", 4, 1_428, 1_107, 677.0, median=0.42),
            line("energy", 1, 62, 40, 45.4, median=0.645161),
            line("intercommunality", 1, 38, 4, 273_600.0, median=0.105263),
            line("transport", 1, 214, 154, 7_500.0, median=0.719626),
        ),
    )


def by_hour_of_week() -> Breakdown:
    return Breakdown(
        scoreboard=provisional(),
        by="hour-of-week",
        metrics=METRICS[:8],
        lines=(
            line("Mon 00", 0, 0, 0),
            line("Mon 01", 1, 3, 1, 25_200.0, median=1 / 3),
            line("Mon 02", 2, 1_204, 1_203, 60.0, median=0.75),
        ),
    )


def line(
    label: str,
    n_bodies: int,
    n_requests: int,
    n_answered: int,
    median_delay: float | None = None,
    *,
    median: float | None = None,
) -> Line:
    pooled = counted(n_requests, n_answered, median_delay)
    medians = {"response_rate": median, "median_delay": median_delay}
    return Line(label, n_bodies, pooled, medians)


def under_selections() -> Sensitivity:
    names = ("question-mark", "questions", "requests", "all")
    counts = [
        metric(f"n_{what}_{name.replace('-', '_')}", f"{label} {name}", "count")
        for name in names
        for what, label in (("selected", "All"), ("answered", "Answered"))
    ]
    board = with_rank_intervals(
        scoreboard(
            score("Kermorvan", 1_284, 1_027, 653.0, rank=1),
            score("Bus de l'Aulnaie", 214, 154, 7_500.0, rank=2, category="transport"),
            score("Saint-Éloi-sur-Brève", 107, 70, 7_500.0, rank=3),
            score("Eaux de Roz", 9, 7, 5_400.0, reason="too-few", category="energy"),
            metrics=(*METRICS, *counts),
        )
    )
    found = (
        ((900, 720, 1), (1_284, 1_027, 1), (1_400, 1_090, 1), (2_208, 1_104, 3)),
        ((120, 90, 2), (214, 154, 2), (260, 190, 2), (340, 238, 2)),
        ((9, 6, None), (107, 70, 3), (120, 78, 3), (200, 150, 1)),
        ((0, 0, None), (9, 7, None), (9, 7, None), (9, 7, None)),
    )
    leaving = (("all",), (), ("all",), ())
    lines = [
        Alternatives(
            one,
            {
                name: Selected(n, k, k / n if n else None, rank)
                for name, (n, k, rank) in zip(names, its, strict=True)
            },
            leaves,
        )
        for one, its, leaves in zip(board.scores, found, leaving, strict=True)
    ]
    return Sensitivity(board, names, tuple(lines))


EXAMPLES = {
    "ordinary": ordinary,
    "nothing-ranked": nothing_ranked,
    "socially-devoted": devoted,
    "provisional": provisional,
    "bands": bands,
    "prompt": prompt,
    "compared": compared,
    "business": business,
    "by-category": by_category,
    "by-hour-of-week": by_hour_of_week,
    "under-selections": under_selections,
}
