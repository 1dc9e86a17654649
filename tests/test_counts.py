"""Rankings of a table of counts."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from shell import SHARED, Result, run

from socialscore.inputs.ranking import load_ranking
from socialscore.model.counts import CountedBody
from socialscore.model.messages import Body
from socialscore.scoring.counts import score_counts
from socialscore.scoring.uncertainty import newcombe, wilson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLE = """\
body_id,body,category,n_requests,n_answered,n_requests_before,n_answered_before
argol,Argol,town,67,67,60,30
brest,Brest,town,52,52,52,50
crozon,Crozon,town,36,36,,
daoulas,Daoulas,town,120,60,110,58
elliant,Elliant,town,33,0,30,1
faou,Le Faou,port,5,5,20,20
"""


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a table, and neither settings nor a store."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "towns.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def rank(*arguments: object, table: str = "towns.csv") -> Result:
    return run("rank", "--counts", table, *arguments)


def document(*arguments: object, table: str = "towns.csv") -> dict[str, Any]:
    result = rank("--format", "json", *arguments, table=table)
    assert result.code == 0, result.err
    return json.loads(result.out)


def by_body(*arguments: object, table: str = "towns.csv") -> dict[str, dict[str, Any]]:
    return {line["body"]: line for line in document(*arguments, table=table)["scores"]}


def refused(folder: Path, content: str | bytes) -> str:
    """What is wrong with a table."""
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / "wrong.csv").write_bytes(raw)
    result = rank(table="wrong.csv")
    assert result.code == 3, result.out
    return result.err


# --- what is ranked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format_name", "suffix"),
    [("table", "txt"), ("csv", "csv"), ("json", "json"), ("markdown", "md")],
)
def test_a_table_of_counts_reads_as_its_golden_file(
    format_name: str, suffix: str, golden: Callable[[str, str], str]
) -> None:
    result = rank("--format", format_name)

    assert (result.code, result.err) == (0, "")
    assert result.out == golden(f"reporters/from-counts.{suffix}", result.out)


def test_the_more_requests_the_better_among_those_that_answer_all() -> None:
    found = by_body()

    assert list(found)[:5] == ["Argol", "Brest", "Crozon", "Daoulas", "Elliant"]
    assert [line["rank"] for line in found.values()] == [1, 2, 3, 4, 5, None]


def test_the_fewer_requests_the_better_among_those_that_answer_none() -> None:
    counted = [CountedBody(Body(str(n), str(n)), n, 0) for n in (58, 33, 43)]

    board = score_counts(counted, load_ranking(), name="silent")

    assert [score.body.name for score in board.scores] == ["33", "43", "58"]


@pytest.mark.parametrize(("days", "expected"), [(7, 1 + (120 / 7 - 1) * 0.05), (121, 1), (1, 6.95)])
def test_requests_are_spread_evenly_over_the_days(days: int, expected: float) -> None:
    line = by_body("--days", days)["Daoulas"]

    assert line["deff"] == pytest.approx(expected)
    interval = wilson(60 / expected, 120 / expected)
    assert (line["wilson_low"], line["wilson_high"]) == pytest.approx(interval)


def test_the_correlation_of_the_ranking_goes_before_the_assumed_one(there: Path) -> None:
    (there / "known.toml").write_text("icc = 0.2\n")

    assumed, known = document(), document("known.toml")

    assert (assumed["rho"], assumed["rho_assumed"]) == (0.05, True)
    assert (known["rho"], known["rho_assumed"]) == (0.2, False)


def test_differences_are_those_of_independent_requests() -> None:
    line = by_body()["Daoulas"]

    (now, then) = (1 + (n / 7 - 1) * 0.05 for n in (120, 110))
    expected = newcombe((58 / then, 110 / then), (60 / now, 120 / now))
    found = [line[name] for name in ("difference", "difference_low", "difference_high")]
    assert found == pytest.approx(expected)
    assert line["direction"] is None


def test_changes_say_who_rose_who_came_and_who_went() -> None:
    found = document()

    argol, crozon = found["scores"][0], found["scores"][2]
    assert (argol["direction"], argol["movement"]) == ("up", 3)
    assert (crozon["entered"], crozon["difference"]) == ("new", None)
    assert [body["body"] for body in found["gone"]] == ["Le Faou"]
    assert found["compared_to"] == "the earlier period"


def test_rates_of_a_category_of_five_are_drawn_together(there: Path) -> None:
    rows = "".join(f"b{n},{n},{n // 2}\n" for n in range(10, 16))
    (there / "six.csv").write_text(f"body,n_requests,n_answered\n{rows}b30,30,30\n")

    line = by_body(table="six.csv")["b30"]

    assert 0.5 < line["shrunk_rate"] < 1


def test_a_body_may_have_had_no_request(there: Path) -> None:
    (there / "none.csv").write_text("body,n_requests,n_answered\nRoz,0,0\n")

    result = rank("--min-requests", 1, "--format", "json", table="none.csv")

    (line,) = json.loads(result.out)["scores"]
    assert (line["reason"], line["response_rate"], line["deff"]) == ("too-few", None, None)
    assert "no body is ranked" in result.err


def test_ranking_files_and_options_say_how_to_rank(there: Path) -> None:
    (there / "bands.toml").write_text(
        'title = "Towns"\ndescription = "Ours."\n[[bands]]\nlabel = "All"\n'
        "at_least = { response_rate = 1 }\n"
    )

    found = document("bands.toml", "--by", "devoted_index", "--min-requests", 40)

    assert (found["title"], found["description"], found["key"]) == (
        "Towns",
        "Ours.",
        "devoted_index",
    )
    assert [(line["body"], line["band"]) for line in found["scores"][:3]] == [
        ("Argol", "All"),
        ("Brest", "All"),
        ("Daoulas", None),
    ]


def test_a_table_goes_into_a_file(there: Path) -> None:
    rank("--format", "csv", "--output", "out.csv")

    with (there / "out.csv").open(encoding="utf-8") as file:
        assert [row["from_counts"] for row in csv.DictReader(file)] == ["true"] * 6


# --- what is not known ---------------------------------------------------------------------------


def test_what_counts_do_not_tell_is_not_printed_as_if_it_were_known() -> None:
    found, page = document(), rank().out

    unknown = ("horizon_seconds", "unit", "selection", "match", "period_from", "as_of", "timezone")
    assert [found[name] for name in unknown] == [None] * len(unknown)
    assert "description" not in found  # the preset's is of messages
    assert found["from_counts"]
    assert found["notes"][0].startswith("from counts: ")
    for words in ("horizon", "selection", "as of", "delay", "wait"):
        assert words not in page


@pytest.mark.parametrize("key", ["median_wait", "mean_delay", "within_24h", "redirect_rate"])
def test_keys_that_counts_do_not_tell_are_refused(key: str) -> None:
    result = rank("--by", key)

    assert result.code == 2
    assert f"says nothing of {key}, by which the ranking is; say --by with one of r" in result.err


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--preset", "facebook-2016"), "says nothing of mean_delay, which the band"),
        (("--show", "n_requests,p90_delay"), "--show: a table of counts says nothing of p90_delay"),
        (("--horizon", "2d", "--store", "s"), "--store, --horizon: nothing that a table of counts"),
        (("--no-strict",), "--strict: nothing that a table of counts can follow"),
        (("--sensitivity",), "--sensitivity: nothing that a table of counts can follow"),
        (("--period", "2026-W46"), "--period: nothing that a table of counts can follow"),
        (("--sql",), "--sql: nothing that a table of counts can follow"),
    ],
)
def test_options_that_counts_cannot_follow_are_refused(
    options: tuple[str, ...], problem: str
) -> None:
    result = rank(*options)

    assert result.code == 2
    assert problem in result.err


def test_days_are_of_counts_only() -> None:
    assert "--days is about a table of counts" in run("rank", "--days", 3).err


# --- how tables are written ----------------------------------------------------------------------


def test_tables_are_read_as_spreadsheets_write_them(there: Path) -> None:
    content = "body;n_requests;n_answered\r\nSaint-Éloi;67;60\r\n\r\nBrest;52;52\r\n"
    (there / "sheet.csv").write_bytes(b"\xef\xbb\xbf" + content.encode())

    found = by_body(table="sheet.csv")

    assert list(found) == ["Brest", "Saint-Éloi"]
    assert found["Saint-Éloi"]["body_id"] == "Saint-Éloi"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "a,5,7",
            "wrong.csv:2: n_answered is 7, more than n_requests, which is 5; are the columns",
        ),
        ("a,-1,0", "wrong.csv:2: n_requests is '-1'; write a whole number such as 120, without"),
        ("a,2.5,0", "wrong.csv:2: n_requests is '2.5'; write a whole number"),
        ("a,5,", "wrong.csv:2: n_answered is empty; write a whole number"),
        ("a,5,1\na,6,2", "wrong.csv:3: 'a' is in line 2 already; give each body one line"),
        (",5,1", "wrong.csv:2: the body has no name; fill in body_id or body"),
        ("a,5,1,3", "wrong.csv:2: 4 columns instead of 3"),
        ('"a,5,1', "wrong.csv:2: quote never closed"),
        ("", "wrong.csv: has no rows; give each body a line"),
    ],
)
def test_a_wrong_row_is_named_with_the_way_out(there: Path, row: str, problem: str) -> None:
    assert problem in refused(there, f"body,n_requests,n_answered\n{row}\n")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (
            "body,n_request,n_answered",
            "wrong.csv:1: unknown column 'n_request'; did you mean 'n_req",
        ),
        ("body,n_requests", "wrong.csv:1: the table lacks the column n_answered"),
        ("n_requests,n_answered", "wrong.csv:1: the table lacks a column body_id, or body"),
        ("body,n_requests,n_answered,n_requests_before", "lacks the column n_answered_before"),
    ],
)
def test_a_wrong_header_is_named_with_the_way_out(there: Path, header: str, problem: str) -> None:
    assert problem in refused(there, f"{header}\n")


def test_half_of_an_earlier_period_is_refused(there: Path) -> None:
    header = "body,n_requests,n_answered,n_requests_before,n_answered_before"

    assert "wrong.csv:2: n_answered_before is empty;" in refused(there, f"{header}\na,5,1,4,\n")


def test_everything_that_is_wrong_is_told_at_once(there: Path) -> None:
    found = refused(there, "body,n_requests,n_answered\na,x,1\nb,1,2\n")

    assert "2 problems:" in found


# --- a league table that was published -----------------------------------------------------------


@pytest.mark.parametrize("year", ["2005", "2007", "2008"])
def test_a_published_league_table_has_its_rates(there: Path, year: str) -> None:
    path = SHARED / "league_table" / "writetothem_2005_2008.csv"
    if not path.exists():
        pytest.skip("the published league table is not at hand")
    with path.open(encoding="utf-8") as file:
        published = [row for row in csv.DictReader(file) if row["year"] == year]
    lines = ["body_id,n_requests,n_answered"]
    lines += [f"{it['person_id']},{it['responded_outof']},{it['responded']}" for it in published]
    (there / "league.csv").write_text("\n".join(lines), encoding="utf-8")

    found = by_body("--days", 365, "--min-requests", 1, table="league.csv")

    assert len(found) == len(published)
    for row in published:
        line = found[row["person_id"]]
        if int(row["responded_outof"]):
            assert line["response_rate"] == pytest.approx(float(row["responded_mean"]))
            assert line["rank_low"] <= line["rank"] <= line["rank_high"]
