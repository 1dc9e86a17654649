"""The arithmetic of audits, on counts alone.

A stratum of N requests, of which m were labelled and g are genuine, has N g / m genuine requests,
with the variance N² p̂ (1 - p̂) / (m - 1) · (1 - m / N), p̂ = (g + ½) / (m + 1). Where all were
labelled it is 0. The half keeps a stratum in which nothing was found from being taken for certain.
"""

from __future__ import annotations

from collections import Counter
from math import exp, fsum, inf, log, sqrt
from typing import TYPE_CHECKING

from socialscore.model.audit import Agreement, ShareEstimate
from socialscore.scoring.uncertainty import Z, wilson

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from socialscore.model.audit import Stratum

__all__ = ["agreement", "corrected_rate", "recall", "share"]


def corrected_rate(strata: Iterable[Stratum]) -> ShareEstimate | None:
    """The response rate over genuine requests, its interval by the delta method on the logit.

    Args:
        strata: all of them, of every selection and group.

    Returns:
        None if a stratum has requests and no label, or no genuine request was found; without an
        interval if all of these or none were answered, or one label stands for several requests.
    """
    known = _known(strata)
    answered = [it for it in known or () if it.answered]
    silent = [it for it in known or () if not it.answered]
    if known is None or not _total(known):
        return None
    value = _total(answered) / _total(known)
    if not 0 < value < 1:
        return ShareEstimate(value)
    spread = sqrt(sum(_variance(it) / _total(it) ** 2 for it in (answered, silent)))
    if spread == inf:
        return ShareEstimate(value)
    logit = log(value / (1 - value))
    return ShareEstimate(value, *(1 / (1 + exp(side * Z * spread - logit)) for side in (1, -1)))


def share(strata: Iterable[Stratum]) -> ShareEstimate | None:
    """The share of genuine requests in some strata, with a Wilson interval.

    Its sample size is that of a simple random sample with the same variance.

    Returns:
        None if there is no request, or a stratum without a label.
    """
    known = _known(strata)
    n_requests = sum(it.n_requests for it in known or ())
    if not known or not n_requests:
        return None
    smoothed = _total(known, smoothed=True) / n_requests
    variance = _variance(known) / n_requests**2
    return _wilson(_total(known) / n_requests, smoothed * (1 - smoothed), variance)


def recall(selected: Iterable[Stratum], others: Iterable[Stratum]) -> ShareEstimate | None:
    """The share of the genuine requests that are selected, with a Wilson interval as in `share`.

    Returns:
        None if a stratum has requests and no label, or no genuine request was found.
    """
    inside, outside = _known(selected), _known(others)
    if inside is None or outside is None or not _total(inside) + _total(outside):
        return None
    value = _total(inside) / (_total(inside) + _total(outside))
    totals = [_total(part, smoothed=True) for part in (inside, outside)]
    spread = totals[0] * totals[1] / sum(totals) ** 2  # p (1 - p)
    if not spread:  # there is nothing outside, or surely nothing genuine
        return ShareEstimate(value, value, value)
    parts = zip(totals, (inside, outside), strict=True)
    variance = spread**2 * sum(_variance(part) / total**2 for total, part in parts)
    return _wilson(value, spread, variance)


def agreement(labels: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """How far two people agree: Cohen's kappa.

    Args:
        labels: for each row that both labelled, what the one says and what the other says.
    """
    n = len(labels)
    n_same = sum(one == other for one, other in labels)
    firsts, seconds = (Counter(each) for each in zip(*labels, strict=True)) if n else ({}, {})
    by_chance = sum(firsts[it] * seconds[it] for it in firsts) / n**2 if n else 1
    kappa = (n_same / n - by_chance) / (1 - by_chance) if by_chance < 1 else None
    return Agreement(n, n - n_same, kappa)


def _known(strata: Iterable[Stratum]) -> list[Stratum] | None:
    """The strata that have requests; None if one of them has no label."""
    found = [it for it in strata if it.n_requests]
    return found if all(it.n_labelled for it in found) else None


def _total(strata: Iterable[Stratum], *, smoothed: bool = False) -> float:
    """How many genuine requests there are; smoothed, never none or all where some are unknown."""
    half = 0.5 if smoothed else 0.0
    return fsum(  # exact, so that the order of strata changes nothing
        it.n_requests
        * (
            it.n_genuine / it.n_labelled
            if it.n_labelled == it.n_requests
            else (it.n_genuine + half) / (it.n_labelled + 2 * half)
        )
        for it in strata
    )


def _variance(strata: Iterable[Stratum]) -> float:
    """That of the total; infinite if one label stands for several requests."""
    return fsum(map(_variance_of_one, strata))


def _variance_of_one(stratum: Stratum) -> float:
    size, n_labelled = stratum.n_requests, stratum.n_labelled
    if n_labelled == size:
        return 0.0
    if n_labelled == 1:
        return inf
    p = (stratum.n_genuine + 0.5) / (n_labelled + 1)
    return size**2 * p * (1 - p) / (n_labelled - 1) * (1 - n_labelled / size)


def _wilson(value: float, spread: float, variance: float) -> ShareEstimate:
    """Wilson's interval of a share, of the sample size that explains the variance.

    Args:
        value: the share.
        spread: p (1 - p), smoothed.
        variance: that of the share.
    """
    if not variance:
        return ShareEstimate(value, value, value)
    if variance == inf:
        return ShareEstimate(value)
    n = spread / variance
    low, high = wilson(value * n, n)
    return ShareEstimate(value, min(max(low, 0.0), value), max(min(high, 1.0), value))
