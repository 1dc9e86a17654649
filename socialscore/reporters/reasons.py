"""Why a body has no rank, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters.cells import FEW_ANSWERED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.model.scoreboard import Scoreboard

__all__ = ["in_english", "in_french"]

_IN_ENGLISH = {
    "closed": "nobody can write there",
    "low-coverage": "gaps in the collection",
    "no-account": "has no account",
    "not-collected": "not collected",
    "suspect": "no reply at all: check the handle",
    "few-answered": "fewer than {few} answered",
    "no-request": "no request",
    "few-requests": "fewer than {min_requests} requests",
}

_IN_FRENCH = {
    "closed": "personne ne peut y écrire",
    "low-coverage": "collecte lacunaire",
    "no-account": "n'a pas de compte",
    "not-collected": "non collecté",
    "suspect": "aucune réponse : vérifier le nom du compte",
    "few-answered": "moins de {few} demandes avec réponse",
    "no-request": "aucune demande",
    "few-requests": "moins de {min_requests} demandes",
}


def in_english(scoreboard: Scoreboard, reason: str | None, n_requests: float | None) -> str:
    """The reason of a body with so many requests; empty if it has none."""
    return _worded(_IN_ENGLISH, scoreboard, reason, n_requests)


def in_french(scoreboard: Scoreboard, reason: str | None, n_requests: float | None) -> str:
    """The same in French."""
    return _worded(_IN_FRENCH, scoreboard, reason, n_requests)


def _worded(
    words: Mapping[str, str], scoreboard: Scoreboard, reason: str | None, n_requests: float | None
) -> str:
    if reason == "too-few":
        reason = _too_few(scoreboard, n_requests or 0)
    text = words.get(reason or "", reason or "")
    return text.format(few=FEW_ANSWERED, min_requests=scoreboard.min_requests)


def _too_few(scoreboard: Scoreboard, n_requests: float) -> str:
    """What there are too few of."""
    if n_requests >= scoreboard.min_requests:
        return "few-answered"
    return "no-request" if scoreboard.min_requests == 1 else "few-requests"
