"""Where a series begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from worlds import ALL, END, PANEL, world

from socialscore.inputs.ranking import load_ranking
from socialscore.model.period import parse_period
from socialscore.publishing.basis import Basis
from socialscore.publishing.unseen import first_matured
from socialscore.scoring import MessageSource, MessageTable
from socialscore.store.schema import COVERAGE, MESSAGE

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("week", "begin", "hours"),
    [
        ("2026-W13", datetime(2026, 3, 22, 23, tzinfo=UTC), 167),  # the clocks went forward
        ("2026-W42", datetime(2026, 10, 11, 22, tzinfo=UTC), 168),  # back in the week after
        ("2026-W43", datetime(2026, 10, 18, 22, tzinfo=UTC), 169),
    ],
)
def test_a_series_begins_with_a_week_that_was_in_view_to_the_hour_whatever_the_clocks_do(
    week: str, begin: datetime, hours: int
) -> None:
    as_of = begin + timedelta(hours=hours, days=7)
    ranking = load_ranking(None, ALL | {"timezone": "Europe/Paris", "min_coverage": 1})
    period = parse_period(week, PARIS, covered=(begin, as_of))

    def first(since: datetime, until: datetime) -> str | None:
        seen = world([], until=until, since=since).covered.to_pylist()
        noted = [row | {"collected_at": END.replace(tzinfo=None)} for row in seen]
        known = MessageTable(MESSAGE.empty_table(), pa.Table.from_pylist(noted, schema=COVERAGE))
        found = first_matured(Basis(MessageSource(known), PANEL, ranking, until, END), period)
        return found and found.label

    assert first(begin, as_of) == week
    assert first(begin + timedelta(hours=1), as_of) is None
    assert first(begin, as_of - timedelta(hours=1)) is None
