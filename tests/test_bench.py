"""The benchmark runs, and compares like with like. How fast anything is, is no test's business."""

from __future__ import annotations

import pytest

from bench.__main__ import main
from bench.jobs import CARE_CSV, JOBS
from bench.seed import invented, read_seed, write_repeated


def test_the_query_written_by_hand_finds_the_figures_of_the_score(tmp_path):
    write_repeated(invented(), 2000, tmp_path / CARE_CSV)
    JOBS["import"](tmp_path)()

    board = JOBS["rank"](tmp_path)()
    by_hand = JOBS["rank-by-hand"](tmp_path)()

    found = {score.body.body_id: score.values for score in board.scores}
    assert len(found) == 41
    for body_id, figures in by_hand.items():
        ours = {name: found[body_id][name] for name in figures}
        assert ours == pytest.approx(figures, rel=1e-9, abs=1e-9)


def test_the_tables_that_are_printed_are_also_written(tmp_path, capsys):
    seed, results = tmp_path / "seed.csv", tmp_path / "RESULTS.md"
    write_repeated(invented(), 1000, seed)
    options = ["rank", "--rows", "2000", "--runs", "1", "--seed-file", str(seed)]

    main(options, data=tmp_path, results=results)

    printed, written = capsys.readouterr().out, results.read_text(encoding="utf-8")
    assert "Ranking of 2,000 rows" in printed
    for line in ("query written by hand", "the same figures"):
        assert line in printed
        assert line in written


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["imports"])

    assert "there is no part 'imports'" in capsys.readouterr().err


def test_rows_repeated_once_are_the_seed(tmp_path):
    seed = [tuple(row) for row in invented()]

    write_repeated(seed, len(seed), tmp_path / CARE_CSV)

    assert [tuple(row) for row in read_seed(tmp_path / CARE_CSV)] == seed


def test_repetitions_share_companies_and_no_tweets_and_no_citizens(tmp_path):
    write_repeated(invented(), 2000, tmp_path / CARE_CSV)

    rows = read_seed(tmp_path / CARE_CSV)

    first, second = rows[:1000], rows[1000:]
    assert {row[0] for row in first}.isdisjoint(row[0] for row in second)
    assert authors(first, inbound="True").isdisjoint(authors(second, inbound="True"))
    assert authors(first, inbound="False") == authors(second, inbound="False")


def authors(rows, inbound):
    return {row[1] for row in rows if row[2] == inbound}
