"""The benchmark runs, and compares like with like. How fast anything is, is no test's business."""

from __future__ import annotations

import json

import duckdb
import pytest

from bench import measure
from bench.__main__ import main
from bench.importing import CARE_CSV
from bench.jobs import JOBS
from bench.posts import write_pages, write_panel
from bench.seed import invented, read_seed, write_repeated


def test_the_query_written_by_hand_finds_the_figures_of_the_score(tmp_path):
    write_repeated(invented(), 2000, tmp_path / CARE_CSV)
    JOBS["import"](tmp_path)()

    assert len(JOBS["rank-by-hand"](tmp_path)()) == 41
    JOBS["compare"](tmp_path)()  # ends with an error where they differ


@pytest.mark.slow
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


def test_ten_messages_are_ranked_once_and_twenty_times_more(tmp_path):
    for name in ("ten-messages", "ten-messages-20-times"):
        JOBS[name](tmp_path)()


@pytest.mark.parametrize(("n_runs", "counted"), [(2, (2.0, 3.0)), (1, (2.0,)), (0, (1.0,))])
def test_the_first_round_counts_only_where_it_is_the_only_one(
    n_runs, counted, tmp_path, monkeypatch
):
    seconds = iter([1.0, 2.0, 3.0])
    monkeypatch.setattr(measure, "run_once", lambda _job, _folder: (next(seconds), 100.0))
    part = measure.Part("Something", (measure.Job("rank", "score()"),))

    figures = measure.measured(part, tmp_path, n_runs)

    assert figures["rank"].seconds == counted


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


def test_pages_hold_as_many_posts_as_wanted_and_all_that_they_refer_to(tmp_path):
    write_pages(250, tmp_path / "posts.jsonl")

    lines = (tmp_path / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]

    assert [len(page["data"]) for page in pages] == [100, 100, 50]
    assert len({post["id"] for page in pages for post in page["data"]}) == 250
    for page in pages:
        included = {post["id"] for post in page["includes"]["tweets"]}
        references = [each for post in page["data"] for each in post.get("referenced_tweets", ())]
        assert {each["id"] for each in references} == included
        assert {each["type"] for each in references} == {"replied_to", "retweeted", "quoted"}
        users = {user["id"] for user in page["includes"]["users"]}
        assert {post["author_id"] for post in page["data"]} <= users


def test_equal_numbers_make_equal_pages(tmp_path):
    for name in ("one", "other"):
        write_pages(100, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_every_post_concerns_a_city_of_the_panel(tmp_path):
    write_pages(300, tmp_path / "posts.jsonl")
    write_panel(tmp_path / "posts-panel.csv")

    JOBS["import-posts"](tmp_path)()

    assert n_kept(tmp_path / "store of posts.jsonl") == 300


def test_the_table_holds_the_messages_of_the_csv(tmp_path):
    write_repeated(invented(), 1000, tmp_path / CARE_CSV)
    JOBS["table"](tmp_path)()

    JOBS["import"](tmp_path)()
    JOBS["import-table"](tmp_path)()

    assert n_kept(tmp_path / "store of table.parquet") == n_kept(tmp_path / "store")


def n_kept(root):
    return duckdb.read_parquet(str(root / "message" / "**" / "*.parquet")).shape[0]
