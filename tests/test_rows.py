"""Small relations on their way to an engine, and what a question reads of the coverage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from engines import engine
from random_worlds import panel_of
from worlds import ALL, END, PANEL, START, world

from socialscore.engines.rows import Rows
from socialscore.inputs.ranking import load_ranking
from socialscore.scoring import ask
from socialscore.scoring.inputs import accounts
from socialscore.store.schema import COVERAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = {
    "name": "VARCHAR",
    "day": "DATE",
    "at": "TIMESTAMP",
    "number": "INTEGER",
    "true": "BOOLEAN",
}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("it's", date(2026, 11, 23), datetime(1, 1, 2, tzinfo=UTC).replace(tzinfo=None), 1, True)],
        [
            (None, None, None, None, None),
            (
                "é\n",
                date(2026, 3, 29),
                datetime(9999, 12, 30, tzinfo=UTC).replace(tzinfo=None),
                -5,
                False,
            ),
        ],
    ],
    ids=["none", "one", "without values"],
)
def test_rows_arrive_as_they_are(rows: Sequence[tuple[Any, ...]]) -> None:
    with engine() as running:
        running.relation("small", Rows(KINDS, rows))
        found = running.query("SELECT * FROM small", {})

    assert [tuple(row.values()) for row in found] == rows


def test_accounts_of_one_body_on_one_network_have_one_number() -> None:
    panel = panel_of(2)  # of which a body has two accounts on X
    found = accounts(panel, load_ranking(None, ALL)).by_column()

    pairs = list(zip(found["body_id"], found["network"], strict=True))
    numbers = dict(zip(pairs, found["presence_id"], strict=True))
    assert len(numbers) < len(pairs)
    assert sorted(numbers.values()) == list(range(len(numbers)))
    assert [numbers[pair] for pair in pairs] == found["presence_id"]
    assert [pairs.count(pair) > 1 for pair in pairs] == found["has_sister"]


def test_gaps_and_accounts_of_others_do_not_say_where_the_data_end() -> None:
    covered = world([]).covered
    row = covered.to_pylist()[0]
    long = {"covered_from": row["covered_from"] - timedelta(days=9),
            "covered_until": row["covered_until"] + timedelta(days=9)}  # fmt: skip
    gap, other = row | long | {"reason": "cap"}, row | long | {"account_id": "somebody"}
    more = pa.Table.from_pylist([gap, other], schema=COVERAGE)

    question = ask(pa.concat_tables([covered, more]), PANEL, load_ranking(None, ALL))

    assert (question.asked_from, question.as_of) == (START, END.astimezone(UTC))
