"""What files for machines and for spreadsheets say of a ranking: columns, and notation."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from exports import METRICS, PLANTED, complete, planted
from frictionless import Package
from hypothesis import given
from hypothesis import strategies as st
from scoreboards import (
    EXAMPLES,
    by_category,
    devoted,
    ordinary,
    scoreboard,
    under_selections,
)
from shell import CHECKOUT, Result, run

import socialscore
from socialscore.errors import UnknownName
from socialscore.inputs.formulas import cell_text, harmless, is_formula, unguarded
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import preset_names
from socialscore.model.breakdown import Breakdown
from socialscore.model.scoreboard import Scoreboard
from socialscore.reporters import columns, records, render
from socialscore.reporters.columns import COMPARISON, Field
from socialscore.reporters.datapackage import datapackage
from socialscore.reporters.delimited import (
    DIALECTS,
    LABELS,
    breakdown_to_csv,
    scoreboard_to_csv,
    scoreboard_to_long_csv,
    to_csv,
)
from socialscore.reporters.explanation import message_columns
from socialscore.reporters.facts import context, median_metrics
from socialscore.reporters.leaderboard import leaderboard_columns, leaderboard_to_csv
from socialscore.reporters.wording import audited
from socialscore.scoring.metrics import metrics_for

if TYPE_CHECKING:
    from pathlib import Path


def tables() -> dict[str, tuple[Field, ...]]:
    """The columns of every table that is exported, with all that they may have."""
    category = replace(by_category(), metrics=METRICS)
    return {
        "bodies": columns.of_bodies(complete()),
        "bodies in hours": columns.with_hours(columns.of_bodies(complete())),
        "numbers": columns.of_numbers(complete()),
        "long form": columns.of_long_form(),
        "breakdown": columns.with_hours(columns.of_breakdown(category, METRICS)),
        "leaderboard": leaderboard_columns(complete()),
    }


def rows_of(text: str, dialect: str = "standard") -> list[dict[str, str]]:
    text = text.removeprefix("\ufeff")
    delimiter = DIALECTS[dialect].delimiter
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", tables())
def test_every_column_has_a_label_in_each_language_and_a_description(table: str) -> None:
    for field in tables()[table]:
        assert field.name, field
        assert field.label, field
        assert field.label_fr, field
        assert field.description.endswith((".", "…")), field


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("labels", LABELS)
def test_no_two_columns_of_a_table_have_one_header(table: str, labels: str) -> None:
    headers = [LABELS[labels](field) for field in tables()[table]]

    assert len(set(headers)) == len(headers)


@pytest.mark.parametrize("preset", preset_names())
def test_every_metric_has_a_french_label_of_its_own(preset: str) -> None:
    metrics = metrics_for(load_ranking(None, {"preset": preset}))

    for labels in ([it.label for it in metrics], [it.label_fr for it in metrics]):
        assert all(labels)
        assert len(set(labels)) == len(labels)


def test_the_columns_of_an_explanation_are_documented() -> None:
    page = (CHECKOUT / "docs" / "exports.md").read_text(encoding="utf-8")

    assert all(f"`{it}`" in page for it in message_columns(SimpleNamespace(texts={})))


def test_whatever_an_export_could_say_of_a_body_is_declared_and_in_this_order() -> None:
    example = complete()

    (record, *_) = records.of_bodies(example)

    assert list(record) == [field.name for field in columns.of_bodies(example)]
    assert {field.name for field in columns.of_context()} == set(context(example))
    assert set(COMPARISON) <= set(record)


@pytest.mark.parametrize("name", ["by-category", "by-hour-of-week"])
def test_whatever_an_export_could_say_of_a_line_is_declared_and_in_this_order(name: str) -> None:
    example = EXAMPLES[name]()
    assert isinstance(example, Breakdown)

    (record, *_) = records.of_breakdown(example)

    declared = columns.of_breakdown(example, median_metrics(example))
    assert list(record) == [field.name for field in declared]


def test_whatever_an_export_could_say_of_selections_is_declared() -> None:
    example = under_selections()

    (record, *_) = records.of_sensitivity(example)

    assert set(record) == {field.name for field in columns.of_sensitivity(example)}


def test_a_column_of_seconds_says_so_and_has_hours_beside_it() -> None:
    names = [field.name for field in tables()["bodies in hours"]]
    by_name = {field.name: field for field in tables()["bodies in hours"]}

    assert names[names.index("median_delay") + 1] == "median_delay_hours"
    assert names[names.index("horizon_seconds") + 1] == "horizon_hours"
    assert by_name["median_delay"].label_fr == "Délai médian (secondes)"
    assert by_name["median_delay_hours"].label_fr == "Délai médian (heures)"
    assert by_name["median_delay_hours"].label == "Median delay (hours)"


def test_the_limits_that_columns_promise_hold_for_every_example() -> None:
    for name, example in EXAMPLES.items():
        board = example()
        if isinstance(board, Scoreboard):
            for record in records.of_bodies(board):
                for field in columns.of_bodies(board):
                    _assert_keeps(record[field.name], field, name)


def _assert_keeps(value: object, field: Field, example: str) -> None:
    if value is None:
        assert not field.required, (example, field.name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        assert field.least is None or value >= field.least, (example, field.name)
        assert field.most is None or value <= field.most, (example, field.name)


# --- dialects and labels --------------------------------------------------------------------------


def test_the_standard_dialect_is_what_a_csv_was_before_there_were_dialects() -> None:
    for example in (ordinary(), by_category()):
        text = to_csv(example, dialect="standard", labels="names")

        assert text == render(example, "csv")
        assert not text.startswith("\ufeff")


def test_a_french_csv_has_its_mark_semicolons_commas_and_the_line_ends_of_windows() -> None:
    text = scoreboard_to_csv(complete(), dialect="excel-fr")

    header, first, *_ = text.split("\r\n")
    assert header.startswith("\ufeffrank;rank_low;rank_high;percentile;")
    assert first.startswith("1;1;3;1,0;body-1;Saint-Éloi-sur-Brève;région;;1;101;0,054545;")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == 1 + len(complete().scores)


def test_a_french_csv_says_durations_in_hours_too() -> None:
    (row, *_) = rows_of(scoreboard_to_csv(ordinary(), dialect="excel-fr"), "excel-fr")

    assert (row["median_delay"], row["median_delay_hours"]) == ("653,0", "0,1814")
    assert (row["horizon_seconds"], row["horizon_hours"]) == ("604800", "168,0000")


def test_a_duration_that_is_missing_is_missing_in_hours() -> None:
    text = scoreboard_to_csv(devoted(), dialect="excel-fr")

    assert rows_of(text, "excel-fr")[0]["horizon_hours"] == ""


def test_a_french_csv_says_truth_in_french_and_instants_with_their_offset() -> None:
    (row, *_) = rows_of(scoreboard_to_csv(ordinary(), dialect="excel-fr"), "excel-fr")

    assert (row["provisional"], row["strict"]) == ("FAUX", "FAUX")
    assert row["period_from"] == "2026-11-09T00:00:00+01:00"


def test_a_french_csv_says_the_same_numbers() -> None:
    standard = rows_of(scoreboard_to_csv(complete()))
    french = rows_of(scoreboard_to_csv(complete(), dialect="excel-fr"), "excel-fr")

    for field in columns.of_bodies(complete()):
        if field.type in ("integer", "number"):
            for ours, theirs in zip(standard, french, strict=True):
                assert theirs[field.name] == ours[field.name].replace(".", ",")


@pytest.mark.parametrize(
    ("labels", "header"),
    [
        ("names", ["rank", "body", "response_rate"]),
        ("en", ["Rank", "Body", "Response rate"]),
        ("fr", ["Rang", "Organisme", "Taux de réponse"]),
    ],
)
def test_columns_are_headed_by_names_or_by_labels(labels: str, header: list[str]) -> None:
    (row, *_) = rows_of(scoreboard_to_csv(complete(), labels=labels))

    assert set(header) <= set(row)
    assert row[header[1]] == "Saint-Éloi-sur-Brève"


def test_a_breakdown_has_dialects_and_labels_too() -> None:
    text = breakdown_to_csv(by_category(), dialect="excel-fr", labels="fr")

    (row, *_) = rows_of(text, "excel-fr")
    assert text.startswith("\ufeffPar;Ligne;Organismes;")
    assert row["Médiane des organismes : Response rate"] == "0,42"
    assert row["Médiane des organismes : Median delay (heures)"] == "0,1881"


def test_unknown_notations_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="unknown CSV dialect 'excel'; did you mean 'excel-fr'"):
        scoreboard_to_csv(ordinary(), dialect="excel")
    with pytest.raises(UnknownName, match="unknown kind of labels 'french'; "):
        breakdown_to_csv(by_category(), labels="french")


@given(st.floats(-1e12, 1e12))
def test_a_number_in_a_csv_has_no_exponent_and_is_right_to_six_decimals(value: float) -> None:
    example = scoreboard(
        replace(ordinary().scores[0], values={**ordinary().scores[0].values, "median_delay": value})
    )

    (row,) = rows_of(scoreboard_to_csv(example))

    assert "e" not in row["median_delay"]
    assert float(row["median_delay"]) == round(value, 6)


# --- the long form --------------------------------------------------------------------------------


def test_the_long_form_has_a_row_per_body_and_metric_in_their_order() -> None:
    example = complete()

    rows = rows_of(scoreboard_to_long_csv(example))

    expected = [
        (score.body.body_id, metric.name, metric.unit)
        for score in example.scores
        for metric in METRICS
    ]
    assert [(row["body_id"], row["metric"], row["unit"]) for row in rows] == expected
    assert list(rows[0]) == [
        *("period", "period_from", "period_until", "body_id", "body", "category", "rank"),
        *("metric", "unit", "value", "provisional"),
    ]


def test_the_long_form_says_the_values_of_the_wide_one() -> None:
    wide = {row["body_id"]: row for row in rows_of(scoreboard_to_csv(complete()))}

    for row in rows_of(scoreboard_to_long_csv(complete())):
        assert row["value"] == wide[row["body_id"]][row["metric"]]
        assert row["rank"] == wide[row["body_id"]]["rank"]


def test_a_metric_without_a_value_is_an_empty_cell_in_the_long_form() -> None:
    rows = rows_of(scoreboard_to_long_csv(complete()))

    empty = {(row["body_id"], row["metric"]) for row in rows if not row["value"]}
    assert ("body-2", "median_wait") in empty
    assert ("body-1", "median_wait") not in empty


# --- formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", PLANTED)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_where_the_formula_begins(
    text: str,
) -> None:
    guarded = harmless(text)

    assert guarded != text
    assert guarded.replace("'", "") == text
    assert not is_formula(guarded)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ('"=1+1', "'\"=1+1"),
        ("Roz;=1+1", "Roz;'=1+1"),
        ("Roz; =1+1,-2", "Roz;' =1+1,'-2"),
        ("\t=1+1", "'\t'=1+1"),
    ],
)
def test_the_apostrophe_stands_before_everything_that_a_spreadsheet_passes_over(
    text: str, guarded: str
) -> None:
    assert harmless(text) == guarded


@pytest.mark.parametrize(
    "text",
    [
        "'=1+1",
        "Saint-Éloi",
        "Bus de l'Aulnaie",
        "3 = 3",
        "a+b",
        "Roz, Penzé; Léguer",
        "Eaux (Roz)",
        "",
        "«",
    ],
)
def test_ordinary_and_guarded_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


SIGNS = st.sampled_from([*"=+-@＝＋－＠−;,\t\r\n\"' \u00a0\u200b\ufeff", *"a1é|"])


@given(st.text(SIGNS, max_size=8))
def test_no_part_of_a_text_begins_with_a_formula(text: str) -> None:
    guarded = harmless(text)

    assert not [part for part in re.split("[,;\t\r\n]", guarded) if part and is_formula(part)]
    assert guarded.replace("'", "") == text.replace("'", "")
    assert harmless(guarded) == guarded


@given(st.text(SIGNS, max_size=8))
def test_a_guard_can_be_taken_off_again(text: str) -> None:
    plain = unguarded(text)

    assert unguarded(harmless(plain)) == unguarded(plain) == plain
    assert unguarded(harmless(text)) == plain


@pytest.mark.parametrize(
    "hidden", ["\u3164", "\u180e", "\U000e0020", "\u2800", "\ufff9", "\u034f", "\u061c", "\ufe0f"]
)
def test_a_formula_behind_a_sign_that_nobody_sees_is_guarded(hidden: str) -> None:
    assert harmless(f"{hidden}=1+1") == f"'{hidden}=1+1"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("\x1b[31mred\x07", " [31mred "), ("a\r\nb\rc\n", "a\nb\nc\n"), ("\x9bm", " m")],
)
def test_no_cell_steers_a_terminal(text: str, cell: str) -> None:
    example = replace(planted(), title=text)

    assert cell_text(text) == cell
    assert rows_of(scoreboard_to_csv(example))[0]["title"] == cell


@pytest.mark.parametrize("blank", ["\t", "\n", "\n "])
def test_a_long_text_of_nothing_is_guarded_at_once(blank: str) -> None:
    text = f"a{blank * 200_000}b"  # which took minutes when it was read anew from each of them

    guarded = f"{blank[0]}'{blank[1:]}"
    assert cell_text(text) == text
    assert cell_text(f"a{blank * 2}=1") == f"a{guarded * 2}=1"


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_cell_of_a_csv_begins_with_a_formula_whatever_separator_its_reader_takes(
    dialect: str, labels: str
) -> None:
    metrics = (replace(METRICS[0], label=PLANTED[0], label_fr=PLANTED[0]), *METRICS[1:])
    example = replace(planted(), metrics=metrics)

    for text in (
        scoreboard_to_csv(example, dialect=dialect, labels=labels),
        scoreboard_to_long_csv(example),
        leaderboard_to_csv(example, dialect=dialect, labels=labels),
    ):
        for separator in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                assert not [cell for cell in row if is_formula(cell) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    """Numbers may be negative; cut at another separator, their halves are numbers or names."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


# --- the data package -----------------------------------------------------------------------------


def files(example: Scoreboard) -> dict[str, bytes]:
    return {
        "ranking.csv": scoreboard_to_csv(example).encode(),
        "ranking.long.csv": scoreboard_to_long_csv(example).encode(),
        "ranking.excel-fr.csv": scoreboard_to_csv(
            example, dialect="excel-fr", labels="fr"
        ).encode(),
        "leaderboard.csv": leaderboard_to_csv(example).encode(),
        "leaderboard.fr.csv": leaderboard_to_csv(example, labels="fr").encode(),
        "ranking.xlsx": b"of no interest to a data package",
    }


def package(folder: Path, example: Scoreboard) -> Path:
    """A folder with the files of an example and what describes them."""
    content = files(example)
    descriptor = datapackage(example, name="demo 2026-W46", files=content)
    content["datapackage.json"] = descriptor.encode()
    for path, data in content.items():
        (folder / path).write_bytes(data)
    return folder / "datapackage.json"


@pytest.mark.parametrize("example", [complete, planted, ordinary, devoted])
def test_a_data_package_is_valid_and_so_are_its_files(tmp_path: Path, example: object) -> None:
    descriptor = package(tmp_path, example())

    report = Package(descriptor).validate()

    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert [task.name for task in report.tasks] == [
        "ranking",
        "ranking.long",
        "ranking.excel-fr",
        "leaderboard",
        "leaderboard.fr",
    ]
    assert all(task.stats["rows"] for task in report.tasks)


BELOW = "Part des organismes moins bien classés"


@pytest.mark.parametrize(
    ("path", "good", "broken", "error"),
    [
        ("ranking.csv", "1,1,3,1.0,body-1", "first,1,3,1.0,body-1", "type-error rank"),
        ("ranking.csv", "1,1,3,1.0,body-1", "1,1,3,1.5,body-1", "constraint-error percentile"),
        ("ranking.csv", "body-2,", "body-1,", "primary-key"),
        ("ranking.long.csv", "n_requests,count,1,", "n_requests,count,un,", "type-error value"),
        ("ranking.excel-fr.csv", "région;;1;101;", "région;;1.5;101;", "type-error Demandes"),
        ("ranking.excel-fr.csv", "3;1,0;", "3;1.0;", f"type-error {BELOW}"),
        ("leaderboard.csv", "région,5.5,", "région,105.5,", "constraint-error Response rate (%)"),
        ("leaderboard.fr.csv", "région;5,5;", "région;5.5;", "type-error Taux de réponse (%)"),
    ],
)
def test_a_broken_cell_makes_a_data_package_invalid(
    tmp_path: Path, path: str, good: str, broken: str, error: str
) -> None:
    descriptor = package(tmp_path, complete())
    text = (tmp_path / path).read_bytes().decode()
    assert good in text
    (tmp_path / path).write_bytes(text.replace(good, broken, 1).encode())

    report = Package(descriptor).validate()

    assert not report.valid
    (task,) = [task for task in report.tasks if not task.valid]
    found = {" ".join(filter(None, each)) for each in task.flatten(["type", "fieldName"])}
    assert path == f"{task.name}.csv"
    assert error in found


def test_a_data_package_says_what_every_column_is() -> None:
    described = json.loads(datapackage(complete(), name="demo", files=files(complete())))

    (wide, long, french, *_) = described["resources"]
    delay = {field["name"]: field for field in wide["schema"]["fields"]}["median_delay"]
    assert delay == {
        "name": "median_delay",
        "title": "Median delay (seconds)",
        "title_fr": "Délai médian (secondes)",
        "column": "median_delay",
        "type": "number",
        "unit": "seconds",
        "description": {metric.name: metric for metric in METRICS}["median_delay"].description,
        "constraints": {"minimum": 0},
    }
    hours = {field["column"]: field for field in french["schema"]["fields"]}["median_delay_hours"]
    assert (hours["name"], hours["decimalChar"]) == ("Délai médian (heures)", ",")
    assert wide["schema"]["primaryKey"] == ["body_id"]
    assert long["schema"]["primaryKey"] == ["period", "body_id", "metric"]
    assert french["dialect"]["delimiter"] == ";"


def test_a_data_package_says_what_the_ranking_says_of_itself() -> None:
    example = complete()

    described = json.loads(datapackage(example, name="Démo 2026-W46", files={}, version="2"))

    assert described["name"] == "d-mo-2026-w46"
    assert described["title_fr"] == "Qui répond ?"
    assert described["description"] == example.description
    assert described["notes"] == [*example.notes, audited(example)]
    assert (described["created"], described["version"]) == ("2026-11-23T07:30:00Z", "2")


# --- notes and descriptions -----------------------------------------------------------------------


def test_notes_stand_in_every_report() -> None:
    (note,) = complete().notes

    assert f"{note}\n" in render(complete(), "table", width=120)
    assert f"- {note}\n" in render(complete(), "markdown")
    assert json.loads(render(complete(), "json"))["notes"] == [note]
    assert json.loads(render(ordinary(), "json"))["notes"] == []


def test_a_breakdown_has_the_notes_of_its_ranking() -> None:
    example = replace(by_category(), scoreboard=complete())

    assert complete().notes[0] in render(example, "markdown")
    assert json.loads(render(example, "json"))["notes"] == list(complete().notes)


def test_the_french_title_and_the_descriptions_stand_where_there_are_some() -> None:
    document, text = json.loads(render(complete(), "json")), render(complete(), "markdown")

    assert document["title_fr"] == "Qui répond ?"
    assert document["description"] == complete().description
    assert text.startswith(
        "# Who answers?\n\nQui répond ?\n\nHow fast public bodies answer.\n\n"
        "En combien de temps les organismes répondent.\n\n"
    )
    assert "title_fr" not in json.loads(render(ordinary(), "json"))


@pytest.mark.parametrize(
    "text", ["- no list", "1. no list", "=== no heading", "+ no list", "1) no"]
)
def test_a_description_in_markdown_begins_no_list_and_no_heading(text: str) -> None:
    shown = render(replace(ordinary(), description=text), "markdown")

    html = markdown(shown)
    assert f"<p>{text}</p>" in html


def markdown(text: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt().enable("table").render(text))


# --- socialscore rank -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exports") / "store"
    assert run("demo", "--store", path).code == 0
    return path


@pytest.mark.parametrize("preset", ["default", "socially-devoted", "sprout"])
def test_the_data_package_of_the_demo_is_valid(store: Path, tmp_path: Path, preset: str) -> None:
    panel = CHECKOUT / "fixtures" / "demo" / "panel.csv"
    board = socialscore.rank(store, panel, preset, period="2026-W46")

    report = Package(package(tmp_path, board)).validate()

    assert report.valid, [task.flatten(["fieldName", "cell", "note"]) for task in report.tasks]


def rank(store: Path, *arguments: object) -> Result:
    return run("rank", "demo", "--store", store, "--period", "2026-W46", *arguments)


def test_rank_writes_a_french_csv_with_its_mark(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "classement.csv"
    notation = ("--format", "csv", "--csv-dialect", "excel-fr", "--labels", "fr")

    done = rank(store, *notation, "--output", path)

    assert (done.code, done.out) == (0, "")
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfRang;Intervalle de rang, bas;")
    assert content.count(b"\r\n") == content.count(b"\n") > 1
    assert rank(store, *notation).out == content.decode()


def test_rank_takes_labels_without_a_dialect_and_for_a_breakdown(store: Path) -> None:
    ranked = rank(store, "--format", "csv", "--labels", "en")
    by_day = rank(store, "--format", "csv", "--by-group", "day", "--csv-dialect", "excel-fr")

    assert ranked.out.startswith("Rank,")
    assert by_day.out.startswith("\ufeffby;label;n_bodies;")


@pytest.mark.parametrize("option", [("--csv-dialect", "excel-fr"), ("--labels", "fr")])
def test_a_notation_of_csv_is_refused_with_another_format(
    store: Path, option: tuple[str, str]
) -> None:
    done = rank(store, "--format", "json", *option)

    assert (done.code, done.out) == (2, "")
    assert f"{option[0]} needs --format csv" in done.err


def test_an_unknown_notation_is_refused_before_anything_is_counted(tmp_path: Path) -> None:
    done = rank(tmp_path / "none", "--format", "csv", "--csv-dialect", "excel-de")

    assert done.code == 2
    assert "unknown CSV dialect 'excel-de'; did you mean 'excel-fr'?" in done.err


def test_a_field_says_all_that_a_data_dictionary_needs() -> None:
    assert [it.name for it in fields(Field)][:6] == [
        *("name", "label", "label_fr", "type", "unit", "description")
    ]
