"""The Python API."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from shell import CHECKOUT

import socialscore
from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.messages import Account, Body

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEMO = CHECKOUT / "fixtures" / "demo"
WEEK = {"period": "2026-W45", "as_of": "2026-11-20"}


@pytest.fixture(scope="module")
def messages() -> pa.Table:
    """The demo's messages, every cell a text."""
    with gzip.open(DEMO / "messages.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return pa.Table.from_pylist(rows)


def answered(board: Any) -> dict[str, Any]:
    return {score.body.body_id: score.values["response_rate"] for score in board.scores}


@pytest.mark.parametrize(
    "of", [lambda table: table, lambda table: table.to_pandas(), pl.from_arrow],
    ids=["arrow", "pandas", "polars"],
)  # fmt: skip
def test_a_table_of_any_library_is_ranked_like_the_store(
    of: Callable[[pa.Table], Any], messages: pa.Table, demo: Path
) -> None:
    from_table = socialscore.rank(of(messages), DEMO / "panel.csv", **WEEK)
    from_store = socialscore.rank(demo, DEMO / "panel.csv", **WEEK)

    assert answered(from_table) == answered(from_store)


def test_a_table_is_ranked_over_all_of_its_time(messages: pa.Table) -> None:
    board = socialscore.rank(messages, DEMO / "panel.csv")

    assert board.period == "all"
    assert sum(score.values["n_requests"] for score in board.scores) > 4_000


def test_replies_of_a_data_frame_are_matched_though_pandas_rounded_their_parents() -> None:
    parents = [None, 2119588004623286620, 2119588004623286620 + 10**9]
    frame = pd.DataFrame(
        {
            "message_id": ["2119588004623286620", "2119590000000000001", "2119590000000000002"],
            "author_id": ["8", "7", "7"],
            "sent_at": [f"2026-09-07T{hour:02}:00:00Z" for hour in (8, 9, 10)],
            "text": ["@ville Où ?", "Ici.", "Là."],
            "reply_to_id": pd.Series(parents, dtype="float64"),
        }
    )
    panel = Panel("towns", (Body("ville", "Ville", "", (Account("twitter", "7", "ville"),)),))

    board = socialscore.rank(frame, panel, horizon="1h", match="direct", as_of="2026-09-07T12:00")

    assert answered(board) == {"ville": 1.0}
    assert (
        "it is unknown which messages some replies answer, as identifiers in imported files were "
        "rounded: Ville (1)"
    ) in board.notes


def test_without_a_panel_the_official_accounts_are_the_bodies(messages: pa.Table) -> None:
    board = socialscore.rank(messages, ranking="socially-devoted")

    assert board.preset == "socially-devoted"
    assert len(board.scores) > 24  # each account is a body of its own


def test_a_scoreboard_becomes_a_data_frame(messages: pa.Table) -> None:
    frame = socialscore.rank(messages, DEMO / "panel.csv", **WEEK).to_pandas()

    assert isinstance(frame, pd.DataFrame)
    identity = ["rank", "rank_low", "rank_high", "percentile", "body_id", "body", "category"]
    assert list(frame.columns[:8]) == [*identity, "n_requests"]
    assert list(frame.columns[-2:]) == ["band", "reason"]
    assert frame["rank"].notna().sum() == frame["reason"].isna().sum()
    assert frame["rank_low"].le(frame["rank"]).sum() == frame["rank"].notna().sum()


def test_calendars_lie_beside_the_panel(messages: pa.Table, tmp_path: Path) -> None:
    panel = tmp_path / "panel.csv"
    panel.write_bytes((DEMO / "panel.csv").read_bytes())
    (tmp_path / "calendars").mkdir()
    hours = 'timezone = "Europe/Paris"\n[hours]\nmonday-friday = ["10:00-11:00"]\n'
    (tmp_path / "calendars" / "ours.toml").write_text(hours)

    board = socialscore.rank(messages, panel, clock="business", calendar="ours", **WEEK)

    delays = [score.values["median_delay"] for score in board.scores if score.rank]
    assert (board.options["clock"], board.options["calendar"]) == ("business", "ours")
    assert 0 < max(delays) < 7 * 3600  # the horizon has five open hours, or six at most


def test_a_ranking_keeps_what_it_says_when_an_option_changes_something_else(
    messages: pa.Table,
) -> None:
    ranking = load_ranking(None, {"horizon": "none", "unit": "message"})

    board = socialscore.rank(messages, DEMO / "panel.csv", ranking, selection="all")

    assert (board.horizon, board.unit, board.selection) == (None, "message", "all")


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="has no column author_id or sent_at or text"):
        socialscore.rank(pa.table({"message_id": ["1"]}))


def test_an_option_that_does_not_exist_is_named(messages: pa.Table) -> None:
    with pytest.raises(UnknownName, match="did you mean 'unit'"):
        socialscore.rank(messages, DEMO / "panel.csv", unti="message")


def test_what_the_package_offers_is_there() -> None:
    assert all(hasattr(socialscore, name) for name in socialscore.__all__)


def test_authors_whom_a_table_does_not_have_are_told(messages: pa.Table) -> None:
    with pytest.warns(UserWarning, match="1 of 1 ignored authors wrote nothing .* data: 4; check"):
        socialscore.rank(messages, DEMO / "panel.csv", ignore=["4"], **WEEK)


def test_whom_a_store_ignores_is_found_with_its_key_only(demo: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="say where their key lies, key_file="):
        socialscore.rank(demo, DEMO / "panel.csv", ignore=["4"], **WEEK)
    with pytest.raises(InputError, match="the pseudonym key is missing"):
        socialscore.rank(
            demo, DEMO / "panel.csv", ignore=["4"], key_file=tmp_path / "no.key", **WEEK
        )


@pytest.mark.parametrize("value", [7, "7", 7.0, True])
def test_a_number_is_no_time_in_python_either(messages: pa.Table, value: object) -> None:
    with pytest.raises(UsageError, match=f"^--horizon {value}: (a number is no time|write a time)"):
        socialscore.rank(messages, DEMO / "panel.csv", horizon=value)
