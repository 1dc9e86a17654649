"""How sure the numbers are, as docs/method.md has it, in plain Python: clusters, ranks, changes.

Written without a look at the statement, as `reference_scorer.py` is. Effective numbers are real:
wherever a `k` or an `n` stands, k·n_eff/N and n_eff may be given. Intervals are at 95 %.
"""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from math import erfc, exp, log, sqrt
from statistics import median
from typing import NamedTuple

Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
ASSUMED, FEWEST = 0.05, 30  # the correlation where clusters in excess of strata are fewer


class Clusters(NamedTuple):
    """How much alike the requests to one body on one day are."""

    icc: float
    assumed: bool
    median_deff: float | None  # over the bodies that have requests


class Request(NamedTuple):
    """A selected request as waiting-time data."""

    day: object  # the date on which it was asked, in the ranking's timezone
    seconds: float  # how long it was seen to wait, on the ranking's clock
    ended: bool  # whether a response ended that
    matured: bool
    answered: bool  # matured, and within the horizon
    kept: bool | None = None  # within what is promised; None: not matured, or nothing to tell


# Clusters ----------------------------------------------------------------------------------------


def correlation(clusters):
    """The intraclass correlation of all bodies' requests, and whether it is assumed.

    Args:
        clusters: stratum, number of requests, and number of those with y true, of each cluster.
            Where too few clusters exceed the strata, nothing is estimated, whatever they say.
    """
    strata = defaultdict(list)
    for stratum, m, k in clusters:
        if m:
            strata[stratum].append((m, k))
    n_clusters, n_strata = sum(map(len, strata.values())), len(strata)
    n_requests = sum(m for members in strata.values() for m, _ in members)
    degrees = n_clusters - n_strata
    if degrees < FEWEST or n_requests == n_clusters:
        return ASSUMED, True
    between = within = lost = Fraction(0)
    for members in strata.values():
        n, answered = map(sum, zip(*members, strict=True))
        between += sum(m * (Fraction(k, m) - Fraction(answered, n)) ** 2 for m, k in members)
        within += sum(Fraction(k * (m - k), m) for m, k in members)
        lost += Fraction(sum(m * m for m, _ in members), n)
    between, within = between / degrees, within / (n_requests - n_clusters)
    size = (n_requests - lost) / degrees
    # Besides MSB = MSW = 0, the denominator is 0 where MSB is and all clusters that have another
    # one in their stratum are single requests: what can be compared does not differ.
    below = between + (size - 1) * within
    return (float(max(0, (between - within) / below)) if below else 0.0), False


def clusters_of(requests, belongs):
    """Numbers of requests and of those with y true, by cluster.

    Args:
        requests: those of each body, by its name.
        belongs: y of a request of a body, from both; None: it is left aside.
    """
    found = defaultdict(lambda: [0, 0])
    for body, members in requests.items():
        for request in members:
            if (y := belongs(body, request)) is not None:
                cluster = found[body, request.day.weekday() >= 5, request.day]
                cluster[0] += 1
                cluster[1] += y
    return {key: tuple(counts) for key, counts in found.items()}


def design_effect(sizes, icc):
    """By how much clusters of these sizes raise a variance; None without requests."""
    n = sum(sizes)
    return max(1.0, 1 + (sum(m * m for m in sizes) / n - 1) * icc) if n else None


# Intervals of single values ----------------------------------------------------------------------


def wilson(k, n):
    """Wilson's interval of a rate; its end is exact where all or nothing was answered."""
    rate, z2 = k / n, Z * Z
    half = Z * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    ends = ((rate + z2 / (2 * n) + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    low, high = ends
    return (0.0 if k == 0 else low), (1.0 if k == n else high)


def outer_rank(k, deff):
    """The rank r of the lower end of the median's interval among k delays; 0: there is none.

    For deff = 1 it is the 2.5 % quantile of Binomial(k, ½), and the upper end has rank k + 1 - r.
    Both ranks are (k + 1)/2 ± w, with 2w = z √(k - 0.473576) by the expansion of Cornish and
    Fisher. For deff > 1 that width is of Binomial(k/deff, ½), k/deff not being rounded, and is
    scaled back to k by the factor deff; the middle stays (k + 1)/2, so that the ends lie
    symmetrically, and only the rank is rounded down:

        r = ⌊(k + 1 - z deff √(k/deff - 0.473576)) / 2⌋

    Below k = 6, and where r < 1, there is no interval: the least and the greatest delay would cover
    the median less often than 95 %. More correlation never narrows an interval, since deff ≤ k.
    """
    if k < 6:
        return 0
    return max(0, int((k + 1 - Z * deff * sqrt(k / deff - 0.473576)) // 2))


def median_delay_interval(delays, deff):
    """Two of the delays around their median; None, None: they are too few."""
    rank = outer_rank(len(delays), deff)
    in_order = sorted(delays)
    return (in_order[rank - 1], in_order[-rank]) if rank else (None, None)


def median_wait(waits, deff=1.0):
    """Kaplan and Meier's median, and the ends of its log-log interval; None: it is later.

    Args:
        waits: how long each request waited, and whether a response ended that.
        deff: what Greenwood's variance is multiplied by.
    """
    median_, low, high = None, None, None
    waiting, variance = Fraction(1), Fraction(0)
    left = Counter(seconds for seconds, _ in waits)
    ended = Counter(seconds for seconds, response in waits if response)
    at_risk = len(waits)
    for seconds in sorted(left):
        d = ended[seconds]
        waiting *= 1 - Fraction(d, at_risk)
        if waiting <= Fraction(1, 2) and median_ is None:
            median_ = seconds
        if d < at_risk:
            variance += Fraction(d, at_risk * (at_risk - d))
        if 0 < waiting < 1:
            hazard = -log(waiting)
            half = Z * sqrt(variance * Fraction(deff)) / hazard
            # A share of one half that is computed may lie a little above it.
            if low is None and exp(-hazard * exp(half)) <= 0.5:
                low = seconds
            if high is None and exp(-hazard * exp(-half)) <= 0.5:
                high = seconds
        at_risk -= left[seconds]
    return median_, low, high


def shrunk_rates(counts):
    """The rates of the bodies of a category that have requests, drawn to each other.

    Args:
        counts: effective numbers k and n of each.
    """
    if len(counts) < 5:
        return [(k + 0.5) / (n + 1) for k, n in counts]
    total = sum(n for _, n in counts)
    mean = sum(k for k, _ in counts) / total
    spread = sum(n * (k / n - mean) ** 2 for k, n in counts)
    most = sum((n - 1) * (1 - n / total) for _, n in counts)
    alike = 0.0
    if 0 < mean < 1 and most > 0:
        alike = min(max((spread / (mean * (1 - mean)) - len(counts) + 1) / most, 0.0), 1.0)
    return [(alike * k + (1 - alike) * mean) / (alike * n + 1 - alike) for k, n in counts]


# Comparisons -------------------------------------------------------------------------------------


def moderated(k, n):
    """A rate and its variance, drawn a little towards one half so that neither is 0."""
    rate = (k + 0.5) / (n + 1)
    return rate, rate * (1 - rate) / (n + 1)


def score_of(earlier, later):
    """How many standard errors the later rate lies above the earlier one; both: k and n."""
    (p1, v1), (p2, v2) = moderated(*earlier), moderated(*later)
    return (p2 - p1) / sqrt(v1 + v2)


def pooled_score_of(earlier, later):
    """The same with the variance of one rate, Σk/Σn, for both periods, where that is larger."""
    (k1, n1), (k2, n2) = earlier, later
    one = (k1 + k2 + 1) / (n1 + n2 + 2)
    p1, p2 = (k1 + 0.5) / (n1 + 1), (k2 + 0.5) / (n2 + 1)
    pooled = one * (1 - one) * (1 / (n1 + 1) + 1 / (n2 + 1))
    return (p2 - p1) / sqrt(max(pooled, moderated(*earlier)[1] + moderated(*later)[1]))


def two_sided(score):
    """The probability of a score as far from 0 if nothing but chance is at work."""
    return erfc(abs(score) / sqrt(2))


def holm(values, level=0.05):
    """Which hypotheses Holm's procedure rejects, by their p."""
    rejected = [False] * len(values)
    for number, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        if values[place] > level / (len(values) - number):
            break
        rejected[place] = True
    return rejected


def benjamini_hochberg(values, level=0.10):
    """Which hypotheses Benjamini and Hochberg's procedure rejects, by their p."""
    in_order = sorted(values)
    kept = [p for n, p in enumerate(in_order, 1) if p <= level * n / len(values)]
    return [bool(kept) and p <= kept[-1] for p in values]


def rank_intervals(counts, kind="pairwise", ranks=None):
    """The best and the worst rank of each body.

    Args:
        counts: effective numbers k and n of each ranked body.
        kind: "pairwise" or "simultaneous" (Holm over all other bodies, for each).
        ranks: the ranks that intervals are widened to contain; None: they are left as they are.
    """
    found = []
    for i, this in enumerate(counts):
        scores = [score_of(this, other) for j, other in enumerate(counts) if j != i]
        sure = [abs(score) > Z for score in scores]
        if kind == "simultaneous":
            sure = holm([two_sided(score) for score in scores])
        better = sum(score > 0 and s for score, s in zip(scores, sure, strict=True))
        worse = sum(score < 0 and s for score, s in zip(scores, sure, strict=True))
        low, high = 1 + better, len(counts) - worse
        if ranks:
            low, high = min(low, ranks[i]), max(high, ranks[i])
        found.append((low, high))
    return found


def newcombe(earlier, later):
    """The difference of two rates, later minus earlier, and its interval; both: k and n."""
    (low1, high1), (low2, high2) = wilson(*earlier), wilson(*later)
    p1, p2 = earlier[0] / earlier[1], later[0] / later[1]
    low = p2 - p1 - sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2)
    high = p2 - p1 + sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2)
    return p2 - p1, low, high


def arrows(pairs):
    """Which way each body went: 1, -1, or 0 where chance may have done it.

    Args:
        pairs: effective numbers k and n of the earlier and of the later period, of all bodies that
            have requests in both.
    """
    kept = benjamini_hochberg([two_sided(pooled_score_of(*pair)) for pair in pairs])
    ends = [newcombe(*pair)[1:] for pair in pairs]
    return [k * ((low > 0) - (high < 0)) for k, (low, high) in zip(kept, ends, strict=True)]


def movements(editions):
    """For every edition but the first, the bodies that are new, back and gone.

    Args:
        editions: the bodies that are ranked, of each.
    """
    before = set()
    for last, now in pairwise(editions):
        before |= last
        yield {"new": now - before, "back": (now & before) - last, "gone": last - now}


# A ranking ---------------------------------------------------------------------------------------


def uncertainty(requests, icc="estimate"):
    """What is said of a ranking's clusters, and of each body that has matured requests.

    Four correlations are of the whole ranking: of being answered, of being answered within the
    median delay (over the answered), within the median wait (over the matured, for which it is
    the horizon where there is no median) and within what is promised (over the matured whose
    promise is over at the horizon). `icc` stands for all of them where it is a number.
    """
    waits = {body: [(r.seconds, r.ended) for r in of] for body, of in requests.items()}
    middle = {body: median_wait(of)[0] for body, of in waits.items()}
    delays = {body: [r.seconds for r in of if r.answered] for body, of in requests.items()}
    typical = {body: median(of) for body, of in delays.items() if of}
    effects, assumed, rho = {}, False, {}
    for name, belongs in {
        "rate": lambda _, r: r.answered if r.matured else None,
        "delay": lambda body, r: r.seconds <= typical[body] if r.answered else None,
        "wait": lambda body, r: (
            r.answered and (middle[body] is None or r.seconds <= middle[body])
            if r.matured else None
        ),
        "promise": lambda _, r: r.kept,
    }.items():  # fmt: skip
        clusters = clusters_of(requests, belongs)
        of_strata = [(key[:2], m, k) for key, (m, k) in clusters.items()]
        rho[name], is_assumed = correlation(of_strata) if icc == "estimate" else (icc, False)
        assumed |= is_assumed and name == "rate"
        sizes = defaultdict(list)
        for (body, *_), (m, _) in clusters.items():
            sizes[body].append(m)
        effects[name] = {body: design_effect(of, rho[name]) for body, of in sizes.items()}
    found = {}
    for body, deff in effects["rate"].items():
        n = sum(r.matured for r in requests[body])
        k, n_eff = len(delays[body]), n / deff
        found[body] = {"deff": deff, "n_effective": n_eff}
        # In this order, so that all of them stay all of them.
        found[body] |= ends("wilson", wilson(k / n * n_eff, n_eff))
        of_delay = median_delay_interval(delays[body], effects["delay"].get(body))
        found[body] |= ends("median_delay", of_delay)
        if deff := effects["promise"].get(body):
            kept = [r.kept for r in requests[body] if r.kept is not None]
            n_eff = len(kept) / deff
            found[body] |= ends("within_promise", wilson(sum(kept) / len(kept) * n_eff, n_eff))
        found[body] |= ends("median_wait", median_wait(waits[body], effects["wait"][body])[1:])
    of_bodies = effects["rate"].values()
    return Clusters(rho["rate"], assumed, median(of_bodies) if of_bodies else None), found


def ends(name, interval):
    """Both ends, by the names of their metrics."""
    return {f"{name}_low": interval[0], f"{name}_high": interval[1]}
