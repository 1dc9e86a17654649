"""How often the 95 % intervals cover the truth: `python -m bench.coverage`.

Bodies are invented of which the truth is known, and the intervals of single values computed by the
relations of the statement, for independent requests. The numbers of requests are spread evenly on a
logarithmic scale. `clustered` goes on from there. The last line of the output is JSON: the tables.
"""

from __future__ import annotations

import json
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from bench import clustered
from socialscore.engines.duckdb import DuckDB
from socialscore.inputs.ranking import load_ranking
from socialscore.scoring.metrics import metrics_for
from socialscore.scoring.statement import compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from socialscore.model.scoreboard import Metric

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["lines"]

TITLE = "How often the intervals cover the truth"
HEADER = ("95 % interval", "simulated", "intervals", "cover the truth", "aim")

_AIM = "93–97 %"
_HORIZON = 168.0  # hours
_SPREAD = 1.5  # of the logarithm of delays: nine in ten lie within a factor of 140
_BANDS = ((10, 29), (30, 99), (100, 299), (300, 1000))


def lines(scale: float = 1.0, seed: int = 20261123) -> list[tuple[str, ...]]:
    """The lines of the table, with `scale` times the usual number of bodies."""
    random = np.random.default_rng(seed)
    return [
        *_rates(random, int(40_000 * scale)),
        *_medians(random, int(6_000 * scale)),
    ]


def _rates(random: np.random.Generator, n_bodies: int) -> Iterator[tuple[str, ...]]:
    """Wilson's interval of the rate."""
    truth = random.uniform(0, 1, n_bodies)
    n_requests = _sizes(random, 10, 1000, n_bodies)
    n_answered = random.binomial(n_requests, truth)
    names = ("n_requests", "n_answered", "wilson_low", "wilson_high")
    metrics = [metric for metric in metrics_for(load_ranking()) if metric.name in names]
    nobody = pa.table({"line_id": pa.array([], pa.int64())})
    counted = {
        "line_id": range(n_bodies),
        "category": [""] * n_bodies,
        "n_requests": n_requests,
        "n_answered": n_answered,
    }
    given = {
        "counted": pa.table(counted),
        "effect": _no_effect(n_bodies),
        "spread": nobody,
        "wait_spread": nobody,
    }
    low, high = _interval(given, "measured", "wilson", n_bodies, metrics)
    covers = (low <= truth) & (truth <= high)

    what = "response rate (Wilson)"
    yield _line(what, "all", covers, _AIM)
    for fewest, most in _BANDS:
        there = (n_requests >= fewest) & (n_requests <= most)
        yield _line(what, f"N from {fewest} to {most}", covers[there])
    rare = np.minimum(truth, 1 - truth) < 0.1
    yield _line(what, "true rates below 10 % or above 90 %", covers[rare])
    yield _line(what, "true rates between", covers[~rare])


def _medians(random: np.random.Generator, n_bodies: int) -> Iterator[tuple[str, ...]]:
    """The intervals of the median wait and of the median delay.

    Up to seven in ten citizens of a body are never answered, the others after a log-normal delay.
    Every request is watched for a week, but up to half of them are pending, and seen for a part of
    it.
    """
    n_requests = _sizes(random, 10, 1000, n_bodies)
    silence = random.uniform(0, 0.7, n_bodies)
    typical = np.exp(random.uniform(np.log(0.5), np.log(48), n_bodies))
    pending = random.uniform(0, 0.5, n_bodies)

    body = np.repeat(np.arange(n_bodies), n_requests)
    delay = typical[body] * random.lognormal(0, _SPREAD, len(body))
    delay[random.uniform(size=len(body)) < silence[body]] = np.inf
    seen = np.full(len(body), _HORIZON)
    cut = random.uniform(size=len(body)) < pending[body]
    seen[cut] *= random.uniform(size=cut.sum())
    answered = (delay <= seen) & ~cut
    wait = {
        "line_id": body,
        "elapsed_us": np.rint(np.minimum(delay, seen) * 3.6e9).astype(np.int64),
        "ended": delay <= seen,
        "answered": answered,
        "selected": np.full(len(body), True),
    }
    given = {"wait": pa.table(wait), "effect": _no_effect(n_bodies)}

    # Half of all are answered when half / (1 - silence) of those are who will be at all.
    normal = NormalDist()
    reached = np.minimum(0.5 / (1 - silence), 1 - 1e-9)
    truth = typical * np.exp(_SPREAD * np.array([normal.inv_cdf(share) for share in reached]))
    truth[(silence >= 0.5) | (truth > _HORIZON)] = np.inf
    low, high = _interval(given, "wait_spread", "median_wait", n_bodies)
    # Without a lower end nothing is known but "longer than the horizon".
    low[np.isnan(low)] = np.inf
    covers = (low <= truth * 3600) & (np.isnan(high) | (truth * 3600 <= high))
    inside = np.isfinite(truth)

    what = "median wait (log-log)"
    yield _line(what, "within the horizon", covers[inside], _AIM)
    for fewest, most in _BANDS:
        there = inside & (n_requests >= fewest) & (n_requests <= most)
        yield _line(what, f"N from {fewest} to {most}", covers[there])
    yield _line(what, "a third or more never answered", covers[inside & (silence >= 1 / 3)])
    yield _line(what, "a quarter or more pending", covers[inside & (pending >= 0.25)])
    yield _line(what, "beyond the horizon: no upper end", covers[~inside])

    # What is answered within the horizon is a log-normal delay cut off there.
    parts = [normal.cdf(np.log(_HORIZON / middle) / _SPREAD) / 2 for middle in typical]
    truth = typical * np.exp(_SPREAD * np.array([normal.inv_cdf(part) for part in parts]))
    low, high = _interval(given, "spread", "median_delay", n_bodies)
    covers = (low <= truth * 3600) & (truth * 3600 <= high)
    n_answered = np.bincount(body[answered], minlength=n_bodies)

    what = "median delay (order statistics)"
    yield _line(what, "all with 6 answered or more", covers[n_answered >= 6])
    yield _line(what, "k from 6 to 29", covers[(n_answered >= 6) & (n_answered < 30)])
    yield _line(what, "k from 30", covers[n_answered >= 30])


def _no_effect(n_bodies: int) -> pa.Table:
    """Requests that are independent of each other."""
    ones = np.ones(n_bodies)
    return pa.table(
        {"line_id": range(n_bodies), "deff": ones, "delay_deff": ones, "wait_deff": ones}
    )


def _sizes(random: np.random.Generator, fewest: int, most: int, n: int) -> npt.NDArray[np.int64]:
    return np.exp(random.uniform(np.log(fewest), np.log(most + 1), n)).astype(np.int64)


def _interval(
    given: Mapping[str, pa.Table],
    target: str,
    name: str,
    n_bodies: int,
    metrics: Sequence[Metric] = (),
) -> tuple[Floats, Floats]:
    """Both ends by body, numbered from 0; NaN where there is none."""
    with DuckDB() as engine:
        for relation, table in given.items():
            engine.relation(relation, table)
        sql = compose(metrics, {}, target=target, given=given)
        rows = engine.query_table(sql, {"trim": 0.0} if "$trim" in sql else {})
    ends = np.full((2, n_bodies), np.nan)
    for end, column in zip(ends, (f"{name}_low", f"{name}_high"), strict=True):
        end[rows["line_id"].to_numpy()] = rows[column].to_numpy()
    return ends[0], ends[1]


def _line(what: str, simulated: str, covers: Bools, aim: str = "") -> tuple[str, ...]:
    """The cells of a line; the share that covers has its standard error beside it, in points."""
    share = float(covers.mean())
    error = sqrt(share * (1 - share) / len(covers))
    return what, simulated, f"{len(covers):,}", f"{100 * share:.1f} % ± {100 * error:.1f}", aim


if __name__ == "__main__":
    print(json.dumps([(TITLE, HEADER, lines()), *clustered.tables()]))
