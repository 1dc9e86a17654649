"""Audits of the demo, played through by somebody who knows what its citizens had in mind.

The demo's citizens never ask for the sake of asking, so its selected requests are all genuine; what
the rules miss is what its audits find. Beside that, a truth is laid over it in which half of the
marked questions are rhetorical, fewer of the answered ones.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date
from math import sqrt
from typing import TYPE_CHECKING, Any

import pytest
from demo_truth import GENUINE, intentions

from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import demo_panel, ranking_path
from socialscore.model.audit import Audit, DrawnRequest
from socialscore.scoring import MessageSource
from socialscore.scoring.auditing.drawing import draw, drawn_rows
from socialscore.scoring.auditing.figures import figures
from socialscore.scoring.auditing.sampling import cells, sample
from socialscore.scoring.auditing.source import AuditSource
from socialscore.scoring.execution import run
from socialscore.store.lake import Store
from socialscore.store.privacy import Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from socialscore.model.audit import AuditFigures, Draw

    Truth = Mapping[str, bool]  # by row

pytestmark = pytest.mark.slow

SEEDS = 500
ALL = 2**31 - 1


@pytest.fixture(scope="module")
def source(demo: Path) -> AuditSource:
    return AuditSource(
        MessageSource(Store.open(demo)),
        read_panel(demo_panel()),
        load_ranking(ranking_path("demo")),
        Pseudonyms(bytes(32)).of,
    )


@pytest.fixture(scope="module")
def requests(source: AuditSource) -> list[dict[str, Any]]:
    """Every request that an audit of the demo may draw."""
    return drawn_rows(source, source.question("drawn", draw_by="", draw_seed="1", draw_most=ALL))


@pytest.fixture(scope="module")
def genuine(source: AuditSource, requests: list[dict[str, Any]]) -> Truth:
    """Whether any message of a request wants something of the body."""
    ids = [row["request_id"] for row in requests]
    messages = run(source.question("audit_message", request_ids=ids), source.messages)
    wanting = {
        (it["body_id"], it["network"], it["request_id"])
        for it in messages
        if intentions()[it["network"], it["message_id"]] in GENUINE
    }
    return {
        row["row"]: (row["body_id"], row["network"], row["request_id"]) in wanting
        for row in requests
    }


@pytest.fixture(scope="module")
def often_rhetorical(requests: list[dict[str, Any]], genuine: Truth) -> Truth:
    """The same, where people who use a question mark often do not ask."""
    truth = dict(genuine)
    for row in requests:
        if row["selection"] == "question-mark":
            share = 0.35 if row["answered"] else 0.7
            drop = int(hashlib.sha256(row["row"].encode()).hexdigest()[:8], 16) / 2**32
            truth[row["row"]] &= drop >= share
    return truth


def drawn_by(requests: list[dict[str, Any]], drawn: Draw, seed: int) -> Draw:
    """The sample that another seed draws."""
    for row in requests:
        name = f"{seed} {row['body_id']} {row['network']} {row['request_id']}"
        row["draw_order"] = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    chosen = (
        DrawnRequest(row["row"], row["group_id"], row["selection"], row["answered"])
        for row in sample(requests, drawn.n)
    )
    return replace(drawn, seed=seed, requests=tuple(sorted(chosen, key=lambda it: it.row)))


def rightly_labelled(drawn: Draw, truth: Truth) -> AuditFigures:
    """What an audit says that somebody filled in who is always right."""
    labels = {it.row: (truth[it.row],) for it in drawn.requests}
    return figures(Audit(drawn, date(2026, 11, 30), labels))


def test_these_samples_are_those_that_the_command_draws(
    source: AuditSource, requests: list[dict[str, Any]]
) -> None:
    drawn, _ = draw(source, n=200, by="", seed=7)

    assert cells(requests) == drawn.cells
    assert drawn_by(requests, drawn, 7) == drawn


def test_the_corrected_rate_covers_the_truth_in_95_of_100_audits(
    source: AuditSource,
    requests: list[dict[str, Any]],
    genuine: Truth,
    often_rhetorical: Truth,
) -> None:
    truths = genuine, often_rhetorical
    n_genuine = [Counter(it["answered"] for it in requests if truth[it["row"]]) for truth in truths]
    rates = [n[True] / n.total() for n in n_genuine]
    drawn, _ = draw(source, n=200, by="", seed=1)

    n_covered = [0, 0]
    for seed in range(SEEDS):
        by_seed = drawn_by(requests, drawn, seed)
        for which, truth in enumerate(truths):
            found = rightly_labelled(by_seed, truth).overall.corrected
            assert found is not None
            assert found.low is not None
            assert found.high is not None
            n_covered[which] += found.low <= rates[which] <= found.high

    for n in n_covered:
        assert n >= 0.95 * SEEDS - 2 * sqrt(SEEDS * 0.95 * 0.05)  # as many as 95 %, but for luck
