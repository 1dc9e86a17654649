"""The Python API."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from shell import CHECKOUT, run

import socialscore
from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError
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

    with pytest.warns(UserWarning, match="^reply_to_id: 2 of 2 look rounded .*; 1 matched"):
        board = socialscore.rank(
            frame, panel, horizon="1h", match="direct", as_of="2026-09-07T12:00", min_requests=1
        )

    assert answered(board) == {"ville": 1.0}
    assert (
        "it is unknown which messages some replies answer, as identifiers in imported files were "
        "rounded: Ville (1)"
    ) in board.notes


def test_refused_rows_of_a_table_are_warned_of() -> None:
    rows = [*ROWS, ROWS[0] | {"message_id": "2.1e+18"}, ROWS[0] | {"message_id": ""}]
    said = f"^2 of {len(rows)} rows are refused, the first of them row {len(ROWS) + 1}: .*rounded"

    with pytest.warns(UserWarning, match=said) as warned:
        board = socialscore.rank(rows, TOWN, **UNTIL)

    assert warned[0].filename == __file__
    assert board.scores == socialscore.rank(ROWS, TOWN, **UNTIL).scores


def test_without_a_panel_the_official_accounts_are_the_bodies(messages: pa.Table) -> None:
    board = socialscore.rank(messages, ranking="socially-devoted")

    assert board.preset == "socially-devoted"
    assert len(board.scores) > 24  # each account is a body of its own


def test_a_scoreboard_becomes_a_data_frame(messages: pa.Table) -> None:
    frame = socialscore.rank(messages, DEMO / "panel.csv", **WEEK).to_pandas()

    assert isinstance(frame, pd.DataFrame)
    ranks = ["rank", "rank_low", "rank_high", "percentile"]
    assert list(frame.columns[:9]) == [
        *ranks,
        "body_id",
        "body",
        "category",
        "promise",
        "n_requests",
    ]
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
    with pytest.raises(UsageError, match=f"^horizon={value!r}: (a number is no time|write a time)"):
        socialscore.rank(messages, DEMO / "panel.csv", horizon=value)


# --- what may be given ----------------------------------------------------------------------------

ROWS = [
    {
        "message_id": message_id,
        "author_id": author_id,
        "sent_at": f"2026-09-07T{hour:02}:00:00Z",
        "text": text,
        "reply_to_id": reply_to_id,
    }
    for message_id, author_id, hour, text, reply_to_id in (
        ("101", "8", 8, "@ville Où ?", None),
        ("102", "7", 9, "Ici.", "101"),
        ("103", "9", 10, "@ville <b>Quand</b> ?", None),
        ("104", "9", 12, "@ville Merci", None),
    )
]
TOWN = Panel("towns", (Body("ville", "Ville <b>", "town", (Account("twitter", "7", "ville"),)),))
UNTIL = {"as_of": "2026-09-20", "min_requests": 1, "min_coverage": 0.0}


def small() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


class Foreign:
    """A table of a library that nobody has heard of."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return small().__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "messages",
    [
        lambda: pl.from_arrow(small()).lazy(),  # type: ignore[union-attr]
        lambda: duckdb.from_arrow(small()),
        lambda: small().to_reader(),
        lambda: small().to_batches()[0],
        lambda: ROWS,
        lambda: small().to_pydict(),
        Foreign,
    ],
    ids=["LazyFrame", "duckdb", "reader", "batch", "rows", "columns", "foreign"],
)
def test_lazy_and_foreign_tables_are_ranked_too(messages: Callable[[], Any]) -> None:
    board = socialscore.rank(messages(), TOWN, **UNTIL)

    assert answered(board) == {"ville": 0.5}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (7, "int; "),
        (pd.Series(["Où ?"]), r"Series \(.*\); "),
        (pd.DataFrame([["1", "2"]], columns=["text", "text"]), r"DataFrame \(Dup.*\); "),
    ],
    ids=["int", "column", "two of one name"],
)
def test_what_is_no_table_is_refused(given: object, said: str) -> None:
    said = f"^messages=…: cannot read a table from this {said}give a path, or a table of pandas"
    with pytest.raises(UsageError, match=said):
        socialscore.rank(given)


@pytest.mark.parametrize("of", [pa.Table.to_pandas, pl.from_arrow, lambda table: table])
def test_a_panel_may_be_a_table(of: Callable[[pa.Table], Any]) -> None:
    table = pa.table(
        {
            "body_id": ["ville"],
            "body": ["Ville"],
            "network": ["twitter"],
            "account_id": ["7"],
            "handle": ["ville"],
            "valid_from": [datetime(2026, 1, 1)],  # noqa: DTZ001 a day, as pandas has it
            "closed": [False],
        }
    )

    board = socialscore.rank(small(), of(table), **UNTIL)

    assert answered(board) == {"ville": 0.5}


def test_what_is_wrong_with_a_panel_in_memory_is_named_by_its_row() -> None:
    panel = pd.DataFrame({"body_id": ["a"], "body": ["A"], "network": ["twiter"], "handle": ["a"]})

    with pytest.raises(UnknownName, match="panel:2: unknown network 'twiter'; did you mean"):
        socialscore.rank(small(), panel)


@pytest.mark.parametrize(
    "ranking", ["demo", "socially-devoted", CHECKOUT / "rankings" / "demo.toml"]
)
def test_a_ranking_is_a_shipped_one_a_preset_or_a_file(ranking: Any) -> None:
    board = socialscore.rank(small(), TOWN, ranking, **UNTIL)

    assert board.preset == ("socially-devoted" if ranking == "socially-devoted" else "default")
    assert board.title.startswith("The demo") == (ranking != "socially-devoted")


def test_a_ranking_brings_its_panel(messages: pa.Table) -> None:
    assert len(socialscore.rank(messages, ranking="demo").scores) == 24


def test_a_ranking_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown ranking 'devoted'; did you mean 'socially-dev"):
        socialscore.rank(small(), TOWN, "devoted")


def test_the_demo_needs_no_file(messages: pa.Table) -> None:
    table = socialscore.demo()

    assert table.column_names == messages.column_names
    assert table.num_rows == messages.num_rows
    with pytest.raises(UsageError, match=r"the demo's messages are socialscore.demo\(\)"):
        socialscore.rank("demo")


@pytest.mark.parametrize(
    "as_of",
    [
        date(2026, 9, 20),
        datetime(2026, 9, 20),  # noqa: DTZ001 of the ranking's timezone, as a text
        datetime(2026, 9, 19, 22, tzinfo=UTC),
        pd.Timestamp("2026-09-20"),
        pd.Timestamp("2026-09-20", tz="Europe/Paris"),
    ],
)
def test_times_may_be_those_of_python_and_pandas(as_of: Any) -> None:
    board = socialscore.rank(small(), TOWN, as_of=as_of, min_requests=1)

    assert board.as_of == datetime(2026, 9, 19, 22, tzinfo=UTC)


@pytest.mark.parametrize("horizon", [timedelta(hours=24), pd.Timedelta("24h"), "24h"])
def test_lengths_of_time_and_numbers_may_be_those_of_python_pandas_and_numpy(horizon: Any) -> None:
    board = socialscore.rank(
        small(), TOWN, as_of="2026-09-20", horizon=horizon, min_requests=np.int64(1)
    )

    assert (board.horizon, board.min_requests) == (86_400, 1)


@pytest.mark.parametrize(
    "period",
    [
        "2026-09-07T00:00..2026-09-08T00:00",
        date(2026, 9, 7),
        (date(2026, 9, 7), date(2026, 9, 7)),
        pd.Period("2026-09-07"),
        (datetime(2026, 9, 7), datetime(2026, 9, 8)),  # noqa: DTZ001
        [pd.Timestamp("2026-09-07"), pd.Timestamp("2026-09-08")],
    ],
)
def test_a_day_and_a_pair_of_days_or_times_is_a_period(period: Any) -> None:
    board = socialscore.rank(small(), TOWN, period=period, **UNTIL)

    assert board.until - board.since == timedelta(days=1)
    assert board.scores[0].values["n_requests"] == 2


def test_a_period_of_pandas_that_is_no_whole_days_keeps_its_hours() -> None:
    board = socialscore.rank(small(), TOWN, period=pd.Period("2026-09-07 10:00", "h"), **UNTIL)

    assert board.until - board.since == timedelta(hours=1)


# --- what it results in ---------------------------------------------------------------------------


def test_a_scoreboard_is_a_table_of_every_library() -> None:
    board = socialscore.rank(small(), TOWN, **UNTIL)

    table = board.to_arrow()
    assert table.column_names[:5] == ["rank", "rank_low", "rank_high", "percentile", "body_id"]
    assert table.schema.field("n_requests").type == pa.int64()
    assert board.to_pandas()["n_requests"].tolist() == [2]
    assert board.to_polars()["response_rate"].to_list() == [0.5]
    assert pl.DataFrame(board).shape == (1, table.num_columns)


def test_a_table_that_compares_has_the_columns_of_the_export() -> None:
    board = socialscore.rank(small(), TOWN, period="2026-W37", compare_to="previous", **UNTIL)

    assert board.compared_to == "2026-W36"
    assert {"difference", "direction", "movement"} < set(board.to_arrow().column_names)


def test_without_polars_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    board = socialscore.rank(small(), TOWN, **UNTIL)
    monkeypatch.setitem(sys.modules, "polars", None)

    with pytest.raises(UsageError, match=r"pip install 'socialscore\[polars\]'"):
        board.to_polars()


def test_results_are_short_in_a_console_and_tables_without_markup_of_others_in_a_notebook() -> None:
    results = {
        "<Scoreboard 1 body, all, ranked by response rate>": socialscore.rank,
        "<Sensitivity 1 body, all, ranked by response rate>": socialscore.sensitivity,
    }

    for said, function in results.items():
        result = function(small(), TOWN, **UNTIL)
        assert repr(result) == said
        assert "<td" in result._repr_html_()
        assert "Ville &lt;b&gt;" in result._repr_html_()
        assert "<b>" not in result._repr_html_()


def test_requests_are_counted_by_something_else_than_bodies() -> None:
    found = socialscore.break_down(small(), "category", TOWN, **UNTIL)

    assert repr(found) == "<Breakdown by category, all, ranked by response rate>"
    assert found.to_pandas()[["label", "n_bodies", "n_requests"]].to_numpy().tolist() == [
        ["town", 1, 2]
    ]
    assert "town" in found._repr_html_()
    for group in ("categry", None):
        with pytest.raises(UnknownName, match=f"unknown group {group!r}"):
            socialscore.break_down(small(), group, TOWN)  # type: ignore[arg-type]


def test_a_body_is_explained_message_by_message() -> None:
    found = socialscore.explain(small(), "VILLE", TOWN, show_text=True, **UNTIL)

    assert repr(found) == "<Explanation Ville <b>, 3 messages, all, ranked by response rate>"
    frame = found.to_pandas()
    assert frame["outcome"].tolist() == ["answered", "unanswered", "unanswered"]
    assert str(frame["sent_at"].dtype) == "datetime64[us, UTC]"
    assert "&lt;b&gt;Quand" in found._repr_html_()
    alone = socialscore.explain(small(), "ville", TOWN, message=101, **UNTIL)
    assert alone.to_arrow()["response_id"].to_pylist() == ["102"]
    assert "The first response to it is 102" in alone._repr_html_()


def test_the_history_of_what_was_published_is_a_table(demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "weekly.toml"
    file.write_text(f'panel = "{DEMO / "panel.csv"}"\nmin_requests = 1\n', encoding="utf-8")
    out = tmp_path / "published"
    for week in ("2026-W43", "2026-W45"):
        done = run("publish", file, "--store", demo, "--out", out, "--period", week)
        assert done.code == 0, done.err

    found = socialscore.history(file, "Tram de Brevanche", out=out)

    assert repr(found) == (
        "<History of Tram de Brévanche in weekly, 3 periods, 2026-W43 to 2026-W45>"
    )
    assert found.to_arrow()["period"].to_pylist() == ["2026-W43", "2026-W45"]
    assert "Tram de Brévanche" in found._repr_html_()
    assert socialscore.history("weekly", out=out).to_pandas().shape[0] == 48


# --- in Python's words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"as_of": 7}, r"^as_of='7': write a day or a time"),
        ({"as_of": "soon"}, r"^as_of='soon': write a day or a time"),
        ({"horizon": "a week"}, r"^horizon='a week': write a time such as 7d"),
        ({"min_requests": -1}, r"^min_requests=-1: write 0 or more"),
        ({"trim": 2}, r"^trim=2: write less than 1"),
        ({"networks": []}, r"^networks=…: name at least one, or leave it out"),
        ({"clock": "business"}, r"or one for all with calendar='office'$"),
        ({"bands": [{"label": "A"}]}, r"^bands=…: a band needs a condition"),
        ({"as_of": ""}, r"^as_of='': write a day or a time"),
        ({"period": (None, date(2026, 9, 7))}, r"^cannot read the period 'None..2026-09-07"),
        ({"engine": None}, r"^unknown engine None; use duckdb"),
        ({"ranking": {"unit": "author"}}, r"^ranking=.*: .* options are arguments of their own"),
    ],
)
def test_errors_name_arguments_and_not_options_of_a_command(
    options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        socialscore.rank(small(), TOWN, **options)

    assert "--" not in str(caught.value)


def test_what_a_table_lacks_is_said_without_a_command() -> None:
    with pytest.raises(InputError, match="Rename the one that is meant to sent_at") as caught:
        socialscore.rank(small().rename_columns([*small().column_names[:2], "date", "text", "to"]))

    assert "--" not in str(caught.value)


def test_a_sensitivity_that_counts_do_not_tell_is_refused() -> None:
    with pytest.raises(UsageError, match="not by median_delay; say by='response_rate'"):
        socialscore.sensitivity(small(), TOWN, by="median_delay")


def test_the_package_is_imported_without_an_engine_and_completed_by_name() -> None:
    program = (
        "import sys, socialscore\n"
        "assert 'rank' in dir(socialscore)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert not {"duckdb", "pandas", "polars", "pyarrow", "pydantic"} & set(done.stdout.split())


def test_a_long_explanation_in_a_notebook_names_no_option_of_a_command(messages: pa.Table) -> None:
    found = socialscore.explain(messages, "tram-brevanche", ranking="demo")

    page = found._repr_html_()

    assert "messages; to_pandas() lists them" in page
    assert "--" not in page


def test_a_file_is_no_store(tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    file.write_text("message_id\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"messages.csv is a file, not a store; give a table of"):
        socialscore.rank(file)


def test_a_table_that_concerns_nobody_says_why() -> None:
    stranger = Panel("others", (Body("b", "B", "", (Account("twitter", "55", "b"),)),))

    with pytest.raises(UsageError, match="by or to a body of the panel 'others'; compare its"):
        socialscore.rank(small(), stranger)
    with pytest.raises(UsageError, match="which accounts are official; name them: panel=…"):
        socialscore.rank(small().slice(0, 1).drop(["reply_to_id"]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: socialscore.rank(small(), TOWN, by_group="day"), "unknown option 'by_group'; "),
        (
            lambda: socialscore.explain(small(), "ville", TOWN, message=7, **UNTIL),
            "there is no message '7' in the data; without message=…, all those to Ville",
        ),
        (lambda: socialscore.explain(small(), "bourg", TOWN), "unknown body 'bourg'; known: ville"),
        (
            lambda: socialscore.rank(small(), TOWN, categories=["city"]),
            "unknown category of the panel 'city'; known: town",
        ),
        (lambda: socialscore.limit(threads=0), "threads: write a whole number of threads"),
    ],
)
def test_a_mistake_costs_one_line(call: Callable[[], object], said: str) -> None:
    with pytest.raises(SocialscoreError, match=f"^{said}") as caught:
        call()

    assert "--" not in str(caught.value)


def test_where_nobody_is_ranked_the_arguments_that_rank_somebody_are_named() -> None:
    with pytest.warns(UserWarning, match=r"^no body is ranked: .*: min_requests=2$") as warned:
        board = socialscore.rank(small(), TOWN, as_of="2026-09-20")

    assert board.scores[0].reason == "too-few"
    assert warned[0].filename == __file__
    assert socialscore.rank(small(), TOWN, as_of="2026-09-20", min_requests=2).scores[0].rank == 1


@pytest.mark.parametrize("when", ["2026-07-09 14:05 BST", "09/17/26 14:05 +0200"])
def test_times_that_are_left_open_are_told_without_options_of_the_command(when: str) -> None:
    row = {"message_id": ["1"], "author_id": ["2"], "sent_at": [when], "text": ["?"]}

    with pytest.raises(SocialscoreError) as error:
        socialscore.rank(pd.DataFrame(row))

    assert when in str(error.value)
    assert "--" not in str(error.value)
