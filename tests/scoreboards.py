"""Example scoreboards. Every body is invented; rates and intervals follow from the counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import sqrt
from zoneinfo import ZoneInfo

from socialscore.model import Body, Metric, Score, Scoreboard

PARIS = ZoneInfo("Europe/Paris")


def metric(name: str, label: str, unit: str, better: str | None = None) -> Metric:
    return Metric(name, label, unit, better, expression="1", description=f"{label}, as an example.")


METRICS = (
    metric("n_requests", "Requests", "count"),
    metric("n_answered", "Answered", "count"),
    metric("response_rate", "Response rate", "share", "higher"),
    metric("response_rate_low", "Response rate, lower bound", "share", "higher"),
    metric("response_rate_high", "Response rate, upper bound", "share", "higher"),
    metric("median_delay", "Median delay", "seconds", "lower"),
    metric("median_wait", "Median wait", "seconds", "lower"),
    metric("within_24h", "Answered within 24 h", "share", "higher"),
    metric("n_excluded_duplicate", "Duplicates", "count"),
    metric("n_excluded_repost", "Reposts", "count"),
)
DEVOTED = metric("devoted_index", "Devoted index", "count", "higher")


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
) -> Score:
    rate = n_answered / n_requests if n_requests and n_answered is not None else None
    low, high = wilson(n_answered, n_requests) if rate is not None else (None, None)
    values = {
        "n_requests": n_requests,
        "n_answered": n_answered,
        "response_rate": rate,
        "response_rate_low": low,
        "response_rate_high": high,
        "median_delay": median_delay,
        # Half of all requests: more than the median of the answered, or not reached at all.
        "median_wait": 1.5 * median_delay if rate and rate >= 0.5 and median_delay else None,
        "within_24h": rate and rate * 0.9,
        "n_excluded_duplicate": duplicates,
        "n_excluded_repost": 0,
        "devoted_index": None if rate is None else 2 * n_answered - n_requests,
    }
    return Score(Body(slug(name), name, category), values, rank, reason)


def wilson(k: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    middle, half = k + z * z / 2, z * sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, (middle - half) / (n + z * z)), min(1.0, (middle + half) / (n + z * z))


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
        timezone="Europe/Paris",
        horizon_seconds=7 * 86_400,
        unit="episode",
        selection="questions",
        match="conversation",
        clock="calendar",
        responders="group",
        exclude=("own-group", "repost", "duplicate"),
        min_requests=10,
        key="response_rate",
        as_of=datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
        provisional=False,
        version="0.1.0",
        ranking_digest="5f0c3a9d27e14b60a2f1c9d38b7e6405",
        panel_digest="c41d7be0935f4a86b1e2d7f09a3c5b68",
        metrics=METRICS,
        scores=scores,
    )
    return replace(example, **changes)


def ordinary() -> Scoreboard:
    return scoreboard(
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
        score("Kermorvan Télécom", 7_030, 5_462, 2_400.0, rank=1),
        score("Ondes de l'Ouest", 60, 57, 86_000.0, rank=2),
        score("Fibre Armorelle", 120, 60, 10_800.0, rank=3),
        score("Réseau Breizel", 15_240, 4_871, 93_780.0, rank=4),
        score("Petit Câble", 11, 11, 60.0, reason="too-few"),
        title="Socially devoted operators",
        panel="Operators of Armorelle",
        preset="socially-devoted",
        period="2026-Q3",
        since=datetime(2026, 7, 1, tzinfo=PARIS),
        until=datetime(2026, 10, 1, tzinfo=PARIS),
        horizon_seconds=None,
        unit="message",
        selection="question-mark",
        match="direct",
        min_requests=50,
        key="devoted_index",
        metrics=(*METRICS[:6], DEVOTED),
        badge={"label": "Socially Devoted", "metric": "response_rate", "at_least": 0.65},
    )


def provisional() -> Scoreboard:
    return scoreboard(
        score("Plouvenec", 48, 39, 1_500.0, rank=1),
        score("Kermorvan", 310, 217, 5_040.0, rank=2),
        key="within_24h",
        as_of=datetime(2026, 11, 16, 7, 0, tzinfo=UTC),
        provisional=True,
    )


EXAMPLES = {
    "ordinary": ordinary,
    "nothing-ranked": nothing_ranked,
    "socially-devoted": devoted,
    "provisional": provisional,
}
