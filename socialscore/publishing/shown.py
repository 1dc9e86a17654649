"""The scoreboard that a publication shows, from its own files."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from socialscore.errors import InputError
from socialscore.inputs.options import reported
from socialscore.inputs.ranking import overridden
from socialscore.model.audit import AuditSummary
from socialscore.model.messages import Body
from socialscore.model.promise import parse_promise
from socialscore.model.scoreboard import Band, Change, Clusters, Metric, Score, Scoreboard
from socialscore.version import FIRST_METHOD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.inputs.ranking import Ranking
    from socialscore.publishing.series import Publication

__all__ = ["scoreboard_of"]

_AS_SAID = (
    "title", "panel", "preset", "period", "provisional", "version", "ranking_digest",
    "panel_digest", "compared_to",
)  # fmt: skip
_IF_SAID = ("title_fr", "description", "description_fr")


def scoreboard_of(publication: Publication) -> Scoreboard:
    """The published scoreboard; metrics come without their expressions.

    Raises:
        InputError: ranking.json or options.json is damaged.
    """
    document = publication.document
    try:
        return _scoreboard(document, publication.ranking)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        place = publication.folder / "ranking.json"
        raise InputError(place, f"is not what `publish` wrote: {error!r}") from None


def _scoreboard(document: Mapping[str, Any], ranking: Ranking) -> Scoreboard:
    zone = ZoneInfo(document["timezone"])
    names = [metric["name"] for metric in document["metrics"]]
    compared = document["compared_to"] is not None
    return Scoreboard(
        **{name: document[name] for name in _AS_SAID},
        **{name: document[name] for name in _IF_SAID if name in document},
        options=reported(ranking),
        # An earlier version did not say these.
        method=document.get("method", FIRST_METHOD),
        overridden=tuple(document.get("overridden", overridden(ranking))),
        since=datetime.fromisoformat(document["period_from"]).astimezone(zone),
        until=datetime.fromisoformat(document["period_until"]).astimezone(zone),
        as_of=datetime.fromisoformat(document["as_of"]),
        metrics=tuple(Metric(expression="", **metric) for metric in document["metrics"]),
        scores=tuple(_score(line, names, compared=compared) for line in document["scores"]),
        show=ranking.show,
        clusters=_clusters(document),
        bands=tuple(Band(**band) for band in document["bands"]),
        gone=tuple(_body(line) for line in document.get("gone", ())),
        ranked_before=tuple(document.get("ranked_before", ())),
        notes=tuple(document["notes"]),
        audit=_audit(document.get("audit")),
    )


def _clusters(document: Mapping[str, Any]) -> Clusters | None:
    """None in what an earlier version published."""
    if "rho" not in document:
        return None
    return Clusters(document["rho"], document["rho_assumed"], document["median_deff"])


def _audit(said: Mapping[str, Any] | None) -> AuditSummary | None:
    """The audit that a document names.

    Raises:
        ValueError: it names none that could be; likewise TypeError.
    """
    if said is None:
        return None
    audit = AuditSummary(**said)
    date.fromisoformat(audit.read_on)
    shares = (audit.counted, audit.corrected, audit.corrected_low, audit.corrected_high)
    if not (isinstance(audit.period, str) and isinstance(audit.digest, str)):
        raise ValueError("the period or the digest of its audit is no text")
    if type(audit.n_labelled) is not int or not all(it is None or 0 <= it <= 1 for it in shares):
        raise ValueError("a number of its audit cannot be one")
    return audit


def _score(line: Mapping[str, Any], names: list[str], *, compared: bool) -> Score:
    said = ("rank", "reason", "rank_low", "rank_high", "percentile", "band")
    promise = line.get("promise")  # which earlier versions did not know
    return Score(
        body=_body(line),
        values={name: line[name] for name in names},
        change=_change(line) if compared else None,
        promise=str(parse_promise(promise)) if promise else "",
        **{name: line[name] for name in said},
    )


def _body(line: Mapping[str, Any]) -> Body:
    return Body(line["body_id"], line["body"], line["category"])


def _change(line: Mapping[str, Any]) -> Change:
    return Change(
        previous={"response_rate": line["previous_response_rate"]},
        previous_rank=line["previous_rank"],
        difference=line["difference"],
        low=line["difference_low"],
        high=line["difference_high"],
        direction=line["direction"],
        entered=line.get("entered"),
    )
