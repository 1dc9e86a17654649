"""What the coverage decides besides ranks: where the data end."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from engines import engine
from worlds import ALL, PANEL, START, asks, at, world

from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body
from socialscore.scoring import MessageSource, MessageTable, score
from socialscore.scoring.adoption import activity
from socialscore.store.schema import COVERAGE


def covered(account_id: str, *days: tuple[float, float], **columns: Any) -> list[dict[str, Any]]:
    """The account's rows of the coverage: both streams, each from day to day."""
    return [
        {
            "network": "twitter", "account_id": account_id, "stream": stream,
            "covered_from": at(since).replace(tzinfo=None),
            "covered_until": at(until).replace(tzinfo=None),
        } | columns
        for since, until in days
        for stream in ("inbound", "outbound")
    ]  # fmt: skip


def source(rows: list[dict[str, Any]], coverage: list[dict[str, Any]]) -> MessageSource:
    """The messages of a world, of which this was in view."""
    known = world(rows).table
    return MessageSource(
        MessageTable(known, pa.Table.from_pylist(coverage, schema=COVERAGE)), engine=engine
    )


def bodies(n: int) -> Panel:
    """So many bodies with an account each: 0, 1, 2 …"""
    return Panel(
        "test",
        tuple(
            Body(str(i), f"Body {i}", "", (Account("twitter", str(i), f"b{i}"),)) for i in range(n)
        ),
    )


# --- where the data end --------------------------------------------------------------------------


def end_of(coverage: list[dict[str, Any]], n: int) -> Any:
    """The default end of the data of so many bodies, in days."""
    ranking = load_ranking(None, ALL | {"period": "2026-W37"})
    return (score(source([], coverage), bodies(n), ranking).as_of - START).total_seconds() / 86400


@pytest.mark.parametrize(
    ("ends", "end"),
    [
        ((20,), 20),
        ((20, 10), 20),  # one of two is half of them
        ((20, 10, 10), 10),
        ((20, 20, 10), 20),
        ((20, 15, 10, 5), 15),
        ((40, 20, 20, 20, 1), 20),  # neither the longest nor one that was given up moves it
    ],
)
def test_the_data_end_when_half_of_the_accounts_are_out_of_view(
    ends: tuple[float, ...], end: float
) -> None:
    coverage = [row for i, until in enumerate(ends) for row in covered(str(i), (0, until))]

    assert end_of(coverage, len(ends)) == end


def test_an_account_that_was_never_in_view_does_not_count() -> None:
    gap = covered("2", (0, 40), reason="out-of-reach")

    assert end_of([*covered("0", (0, 20)), *covered("1", (0, 20)), *gap], 9) == 20


def test_neither_other_networks_nor_other_accounts_count() -> None:
    others = [
        *covered("9", (0, 40)), *covered("8", (0, 40)),
        *(covered("0", (0, 40), network="facebook") * 3),
    ]  # fmt: skip

    assert end_of([*covered("0", (0, 20)), *covered("1", (0, 10)), *others], 3) == 20


def test_a_message_does_not_move_the_end() -> None:
    ranking = load_ranking(None, ALL)
    rows = [asks("q", at(30))]

    assert score(source(rows, covered("1", (0, 20))), PANEL, ranking).as_of == at(20)


def test_adoption_ends_where_rankings_do() -> None:
    coverage = [row for i in range(3) for row in covered(str(i), (0, 40 if i == 1 else 20))]

    found = activity(source([], coverage), bodies(3), load_ranking())

    assert found
    assert found.as_of == at(20)
