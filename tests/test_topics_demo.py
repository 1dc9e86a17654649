"""Topics of the demo's towns, whose generator plants eight themes that nothing else knows of."""

from __future__ import annotations

import csv
import gzip
from collections import Counter

import pytest
from demo_truth import DEMO, themes

from socialscore.topics.clusters import find_topics

WEEKS = {"all eight weeks": "2026-09-21", "the last thirty days": "2026-10-17"}


@pytest.fixture(scope="module")
def planted():
    text = gzip.decompress((DEMO / "messages.csv.gz").read_bytes()).decode()
    of = themes()
    rows = csv.DictReader(text.splitlines())
    return [row | {"theme": of[key]} for row in rows if (key := told(row)) in of]


def told(row):
    return row["network"], row["message_id"]


def test_eight_themes_are_planted_evenly(planted):
    sizes = Counter(row["theme"] for row in planted)

    assert len(sizes) == 8
    assert min(sizes.values()) > 200


def test_no_message_names_its_theme(planted):
    names = {row["theme"] for row in planted}

    assert not [row for row in planted if names & set(row["text"].lower().split())]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("since", WEEKS.values(), ids=WEEKS)
def test_the_planted_themes_are_found(planted, since, seed):
    from sklearn.metrics import adjusted_rand_score

    rows = [row for row in planted if row["sent_at"] >= since]

    found = find_topics(
        [row["text"] for row in rows], [row["author_id"] for row in rows], seed=seed
    )

    numbers = [-1 if number is None else number for number in found.of]
    assert adjusted_rand_score([row["theme"] for row in rows], numbers) >= 0.6
    assert len(mostly_of_one_theme(rows, numbers)) >= 7


def mostly_of_one_theme(rows, numbers):
    """The themes of which some topic consists, four messages in five."""
    per_topic = {}
    for row, number in zip(rows, numbers, strict=True):
        per_topic.setdefault(number, Counter())[row["theme"]] += 1
    firsts = [(it.most_common(1)[0], it.total()) for n, it in per_topic.items() if n >= 0]
    return {theme for (theme, n), total in firsts if n >= 0.8 * total}
