"""Bodies that are counted some at a time have the numbers of all counted at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_worlds import ACCOUNTS, SINCE, UNTIL, panel_of, side_by_side, written
from worlds import ALL, END, PANEL, asks, at, world

from socialscore.engines.duckdb import DuckDB
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import preset_names
from socialscore.model.messages import Body
from socialscore.scoring import MessageSource, break_down, score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.engines.rows import Rows
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring import MessageTable

N_WORLDS = 4
BODIES = panel_of(N_WORLDS)  # five in one category and more, which have a rate together


class Watched(DuckDB):
    """Notes the bodies that it counts at a time."""

    slices: tuple[tuple[str, ...], ...] = ()

    def relation(self, name: str, data: Any, schema: Any = None) -> None:
        if name == "slice":
            Watched.slices += ((),)
        if name == "body":
            self.bodies: Rows = data
        super().relation(name, data, schema)

    def query_table(self, sql: str, parameters: Mapping[str, object]) -> Any:
        if sql.endswith("FROM counted\n"):
            Watched.slices = (
                *Watched.slices[:-1],
                tuple(body_id for body_id, *_ in self.bodies.rows),
            )
        return super().query_table(sql, parameters)


@pytest.fixture(autouse=True)
def forget() -> None:
    Watched.slices = ()


def of_chance(seed: int) -> MessageTable:
    random = Random(seed)
    worlds = [written(random, ACCOUNTS, random.randint(5, 60)) for _ in range(N_WORLDS)]
    return world(side_by_side(worlds), BODIES, END)


def numbers(scoreboard: Scoreboard) -> dict[str, Any]:
    return {
        line.body.body_id: (line.rank, line.reason, dict(line.values)) for line in scoreboard.scores
    }


@pytest.mark.parametrize("preset", preset_names())
@settings(max_examples=2, database=None)
@given(st.integers(0, 2**64), st.sampled_from([80, 40, 1]), st.booleans())
def test_slices_rank_as_the_whole_does(
    preset: str, seed: int, most: int, allow_hashed_ids: bool
) -> None:
    messages = of_chance(seed)
    options = {"preset": preset, "period": f"{SINCE}..{UNTIL}", "calendar": "office"}
    ranking = load_ranking(None, options)
    at_once = score(MessageSource(messages), BODIES, ranking)
    Watched.slices = ()

    watched = partial(Watched, most_messages=most, allow_hashed_ids=allow_hashed_ids)
    in_slices = score(MessageSource(messages, engine=watched), BODIES, ranking)

    assert numbers(in_slices) == numbers(at_once)
    if most == 1:
        assert len(Watched.slices) > 1
    if Watched.slices:
        counted = [body_id for bodies in Watched.slices for body_id in bodies]
        assert len(counted) == len(set(counted)) == len(BODIES.bodies)


def by_names(most: int) -> Watched:
    """An engine that is given bodies by their names."""
    return Watched(most_messages=most, allow_hashed_ids=False)


ROWS = [asks(f"v{n}", at(n)) for n in range(6)] + [
    asks(f"m{n}", at(n), account_id="2") for n in range(4)
]


def sliced(most: int, **options: Any) -> tuple[tuple[str, ...], ...]:
    """The bodies that are counted together, of the ten messages to two bodies."""
    ranking = load_ranking(None, ALL | options)
    score(MessageSource(world(ROWS, PANEL), engine=lambda: by_names(most)), PANEL, ranking)
    return Watched.slices


def test_what_fits_is_counted_at_once() -> None:
    assert sliced(10) == ()


def test_what_does_not_fit_is_counted_by_body_in_order_of_accounts() -> None:
    assert sliced(9) == (("ville",), ("metro",))


def test_a_body_of_many_messages_is_counted_whole() -> None:
    assert sliced(1) == (("ville",), ("metro",))


def test_only_the_messages_of_the_period_matter() -> None:
    assert sliced(9, period="2026-09-07..2026-09-07", horizon="1h", exclude="none") == ()


def test_a_period_without_messages_is_counted_at_once() -> None:
    assert sliced(1, period="2026-10-07..2026-10-07") == ()


def test_bodies_without_accounts_are_counted_too() -> None:
    panel = Panel("test", (Body("parc", "Parc de Lanmeur", "parc"), *PANEL.bodies))
    ranking = load_ranking(None, ALL)

    board = score(MessageSource(world(ROWS), engine=lambda: by_names(1)), panel, ranking)

    assert Watched.slices == (("parc", "ville"), ("metro",))
    assert {line.body.body_id for line in board.scores} == {"parc", "ville", "metro"}


def test_tables_by_something_else_than_bodies_are_counted_at_once() -> None:
    ranking = load_ranking(None, ALL)

    source = MessageSource(world(ROWS, PANEL), engine=partial(Watched, most_messages=1))
    break_down(source, PANEL, ranking, "category")

    assert Watched.slices == ()


def test_identifiers_of_accounts_may_have_quotes() -> None:
    rows = [row | {"account_id": row["account_id"].replace("1", "o'1")} for row in ROWS]
    ville = PANEL.bodies[1]
    renamed = replace(ville, accounts=(replace(ville.accounts[0], account_id="o'1"),))
    panel = Panel("test", (PANEL.bodies[0], renamed))

    source = MessageSource(world(rows, panel), engine=partial(Watched, most_messages=1))
    board = score(source, panel, load_ranking(None, ALL))

    assert {line.body.body_id: line.values["n_requests"] for line in board.scores} == {
        "ville": 6, "metro": 4,
    }  # fmt: skip
