"""The leaderboard: ten columns that an editor opens, pastes or draws."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import libreoffice
import pandas as pd
import pytest
from exports import complete
from scoreboards import nothing_ranked, ordinary, score, scoreboard, with_rank_intervals
from shell import Result, run
from test_spreadsheet import FRENCH, column

from socialscore.reporters import records, render
from socialscore.reporters.leaderboard import leaderboard_to_csv

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.model.scoreboard import Scoreboard


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def named(board: Scoreboard) -> list[dict[str, str]]:
    return rows_of(leaderboard_to_csv(board, labels="names"))


def ranked(board: Scoreboard) -> list[records.Record]:
    return [record for record in records.of_bodies(board) if record["rank"] is not None]


def test_a_leaderboard_has_ten_columns_and_a_row_for_each_body_with_a_rank() -> None:
    board = with_rank_intervals(ordinary())

    rows = named(board)

    assert list(rows[0]) == [
        "rank", "rank_low", "rank_high", "body", "category", "response_rate_percent",
        "wilson_low_percent", "wilson_high_percent", "n_requests", "median_wait_hours",
    ]  # fmt: skip
    assert [row["rank"] for row in rows] == [str(record["rank"]) for record in ranked(board)]
    assert len(rows) < len(board.scores)


def test_its_values_are_those_of_the_ranking_in_percent_and_hours() -> None:
    for row, exact in zip(named(complete()), ranked(complete()), strict=True):
        for name in ("response_rate", "wilson_low", "wilson_high"):
            assert row[f"{name}_percent"] == f"{100 * exact[name]:.1f}"
        wait = exact["median_wait"]
        assert row["median_wait_hours"] == ("" if wait is None else f"{wait / 3_600:.2f}")
        for name in ("rank", "rank_low", "rank_high", "body", "category", "n_requests"):
            assert row[name] == str(exact[name])


def test_a_header_says_its_unit_in_both_languages() -> None:
    english, french = (
        leaderboard_to_csv(complete(), labels=labels).splitlines()[0] for labels in ("en", "fr")
    )

    assert "Response rate (%)" in english
    assert english.endswith(",Median wait (hours)")
    assert "Taux de réponse (%)" in french
    assert french.endswith(";Attente médiane (heures)")


@pytest.mark.parametrize(
    ("n_requests", "n_answered", "percent"),
    [(4_000, 3_999, "99.9"), (4_000, 1, "0.1"), (40, 40, "100.0"), (40, 0, "0.0")],
)
def test_only_all_is_100_percent_and_only_none_is_0(
    n_requests: int, n_answered: int, percent: str
) -> None:
    (row,) = named(scoreboard(score("Kermorvan", n_requests, n_answered, rank=1)))

    assert row["response_rate_percent"] == percent


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("response_rate", "median_wait_hours"),
        ("wilson_low", "median_wait_hours"),
        ("median_delay", "median_delay_hours"),
        ("within_24h", "within_24h_percent"),
    ],
)
def test_the_last_column_is_what_ranks_where_no_other_column_shows_it(key: str, last: str) -> None:
    board = replace(ordinary(), options={**ordinary().options, "by": key})

    assert list(named(board)[0])[-1] == last


def test_counts_which_tell_no_waits_show_how_many_were_answered() -> None:
    board = ordinary()
    counts = tuple(metric for metric in board.metrics if metric.unit != "seconds")

    assert list(named(replace(board, metrics=counts))[0])[-1] == "n_answered"


def test_where_nobody_is_ranked_there_is_a_header() -> None:
    assert leaderboard_to_csv(nothing_ranked()).count("\n") == 1


def test_a_program_reads_the_french_leaderboard_with_two_words() -> None:
    text = leaderboard_to_csv(complete(), labels="fr")

    table = pd.read_csv(io.BytesIO(text.encode()), sep=";", decimal=",")

    english = pd.read_csv(io.StringIO(leaderboard_to_csv(complete())))
    assert table.columns[0] == "Rang"
    assert table.to_numpy().tolist()[0] == english.to_numpy().tolist()[0]
    assert table.dtypes.tolist() == english.dtypes.tolist()


def test_a_french_spreadsheet_opens_the_french_leaderboard_with_numbers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("leaderboard") / "leaderboard.fr.csv"
    path.write_bytes(leaderboard_to_csv(complete(), labels="fr").encode())

    (rows,) = libreoffice.opened(path, separator=";", language=FRENCH).values()

    assert column(rows, "Organisme") == ["Saint-Éloi-sur-Brève", "Île-aux-Œufs", "Kermorvan"]
    for header, field in (("Taux de réponse (%)", "response_rate"), ("Demandes", "n_requests")):
        exact = [record[field] for record in ranked(complete())]
        right = [round(100 * it, 1) if "%" in header else it for it in exact]
        assert column(rows, header) == right
    assert column(rows, "Attente médiane (heures)")[1] is None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaderboard-store") / "store"
    assert run("demo", "--store", folder).code == 0
    return folder


def rank(store: Path, *arguments: object) -> Result:
    return run("rank", "demo", "--store", store, "--period", "2026-W46", *arguments)


def test_rank_writes_what_a_publication_holds(store: Path, tmp_path: Path) -> None:
    for labels, beginning in (("en", "Rank,"), ("fr", "\ufeffRang;")):
        path = tmp_path / f"leaderboard.{labels}.csv"

        done = rank(store, "--format", "leaderboard", "--labels", labels, "--output", path)

        assert (done.code, done.out) == (0, "")
        assert "without a rank, and in no leaderboard: " in done.err
        assert path.read_text(encoding="utf-8").startswith(beginning)


def test_labels_and_dialect_of_a_leaderboard_can_be_chosen_apart(store: Path) -> None:
    french = rank(store, "--format", "leaderboard", "--labels", "fr", "--csv-dialect", "standard")

    assert french.out.startswith('Rang,"Intervalle de rang, bas",')


def test_the_format_of_that_name_is_in_english() -> None:
    assert render(complete(), "leaderboard") == leaderboard_to_csv(complete())
