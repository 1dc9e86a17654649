"""The spreadsheet, and what LibreOffice makes of what we export."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import libreoffice
import pytest
from exports import METRICS, PLANTED, complete, planted
from scoreboards import scoreboard

from socialscore.inputs.formulas import harmless
from socialscore.reporters import columns
from socialscore.reporters.delimited import scoreboard_to_csv
from socialscore.reporters.spreadsheet import scoreboard_to_xlsx
from socialscore.reporters.wording import audited

if TYPE_CHECKING:
    from libreoffice import Cell

    Sheets = dict[str, list[list[Cell]]]

FRENCH = 1036  # LibreOffice's number of the language


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    path = tmp_path_factory.mktemp("workbook") / "ranking.xlsx"
    path.write_bytes(scoreboard_to_xlsx(complete()))
    return libreoffice.opened(path)


@pytest.fixture(scope="module")
def planted_workbook(tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    path = tmp_path_factory.mktemp("planted-workbook") / "ranking.xlsx"
    path.write_bytes(scoreboard_to_xlsx(planted()))
    return libreoffice.opened(path)


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> list[list[Cell]]:
    text = scoreboard_to_csv(complete(), dialect="excel-fr", labels="fr")
    return csv_opened(tmp_path_factory, text, ";", FRENCH)


def csv_opened(
    factory: pytest.TempPathFactory, text: str, separator: str, language: int = 0
) -> list[list[Cell]]:
    path = factory.mktemp("csv") / "ranking.csv"
    path.write_bytes(text.encode())
    (rows,) = libreoffice.opened(path, separator=separator, language=language).values()
    return rows


def column(rows: list[list[Cell]], header: str) -> list[float | bool | str | None]:
    """What stands under a header."""
    place = [cell.value for cell in rows[0]].index(header)
    return [row[place].value if place < len(row) else None for row in rows[1:]]


def exactly(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_only_where_every_change_is_tested_libreoffice_may_not_be_missing(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="LibreOffice is"):
        libreoffice.needed()


# --- the workbook in LibreOffice ------------------------------------------------------------------


def test_the_workbook_opens_with_its_four_sheets(workbook: Sheets) -> None:
    assert list(workbook) == ["Ranking", "Classement", "Columns", "About"]


@pytest.mark.parametrize("sheet", ["Ranking", "Classement"])
def test_every_number_of_the_workbook_is_that_of_the_scoreboard(
    workbook: Sheets, sheet: str
) -> None:
    example, french = complete(), sheet == "Classement"

    for metric in METRICS:
        field = columns.of_metric(metric)
        field = columns.in_hours(field) if field.unit == "seconds" else field
        read = column(workbook[sheet], field.label_fr if french else field.label)

        shown = [score.values[metric.name] for score in example.scores]
        divisor = 3_600 if metric.unit == "seconds" else 1
        assert read == [exactly(value and value / divisor) for value in shown], metric.name
    rank = column(workbook[sheet], "Rang" if french else "Rank")
    assert rank == [score.rank for score in example.scores]


def test_bodies_without_a_rank_stand_below_with_their_reason_in_the_language(
    workbook: Sheets,
) -> None:
    english = column(workbook["Ranking"], "Reason for no rank")
    french = column(workbook["Classement"], "Motif d'absence de rang")

    assert english[:4] == [None, None, None, "fewer than 10 requests"]
    assert french[3:] == [
        "moins de 10 demandes",
        "personne ne peut y écrire",
        "n'a pas de compte",
        "non collecté",
        "collecte lacunaire",
        "aucune réponse : vérifier le nom du compte",
    ]


def test_accents_survive_in_the_workbook(workbook: Sheets) -> None:
    assert column(workbook["Classement"], "Organisme")[:2] == [
        "Saint-Éloi-sur-Brève",
        "Île-aux-Œufs",
    ]


def test_the_sheet_of_columns_explains_every_column(workbook: Sheets) -> None:
    names = column(workbook["Columns"], "Column")
    header = scoreboard_to_csv(complete(), dialect="excel-fr").lstrip("\ufeff").splitlines()[0]

    assert names == header.split(";")
    assert all(column(workbook["Columns"], "Meaning"))


def test_the_sheet_about_says_what_the_numbers_rest_on(workbook: Sheets) -> None:
    said = dict(
        zip(
            column(workbook["About"], "What"),
            column(workbook["About"], "Value · Valeur"),
            strict=True,
        )
    )

    assert said["Title in French"] == "Qui répond ?"
    assert said["Description"] == "How fast public bodies answer."
    assert said["Note"] == complete().notes[0]
    assert said["What intervals cover"] == audited(complete())
    assert said["Period, from"] == "2026-11-09T00:00:00+01:00"
    assert said["Horizon (seconds)"] == 604_800
    assert said["Provisional"] == "false"
    assert {field.label for field in columns.of_context()} <= set(said)


def test_nothing_in_the_workbook_is_run(planted_workbook: Sheets) -> None:
    cells = [cell for rows in planted_workbook.values() for row in rows for cell in row]

    texts = {cell.value.strip() for cell in cells if isinstance(cell.value, str)}
    assert not [cell for cell in cells if cell.formula]
    assert {text.strip() for text in PLANTED if text.isprintable()} <= texts


# --- the file -------------------------------------------------------------------------------------


def test_the_workbook_holds_no_formula_and_no_link() -> None:
    with zipfile.ZipFile(io.BytesIO(scoreboard_to_xlsx(planted()))) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}

    assert not [name for name, text in texts.items() if "<f>" in text or "<hyperlink" in text]
    assert not [name for name in texts if "externalLink" in name]
    assert 'quotePrefix="1"' in texts["xl/styles.xml"]


def test_headers_stay_in_view_and_filter() -> None:
    with zipfile.ZipFile(io.BytesIO(scoreboard_to_xlsx(complete()))) as parts:
        sheets = [
            parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name
        ]

    assert len(sheets) == 4
    for sheet in sheets:
        assert 'state="frozen"' in sheet
        assert "<autoFilter ref=" in sheet


def test_a_workbook_is_made_where_the_panel_has_no_body() -> None:
    with zipfile.ZipFile(io.BytesIO(scoreboard_to_xlsx(scoreboard()))) as parts:
        assert parts.testzip() is None


PROGRAM = """
import hashlib, sys
from exports import complete
from socialscore.reporters.spreadsheet import scoreboard_to_xlsx
print(hashlib.sha256(scoreboard_to_xlsx(complete())).hexdigest())
"""


def test_the_same_scoreboard_gives_the_same_bytes_under_any_clock_and_timezone() -> None:
    digests = set()
    for zone, seed in (("UTC", "1"), ("Pacific/Kiritimati", "2")):
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=Path(__file__).parent,
            env=environment,
            check=True,
            capture_output=True,
        )
        digests.add(done.stdout)

    assert len(digests) == 1


def test_the_times_in_the_workbook_come_from_as_of(monkeypatch: pytest.MonkeyPatch) -> None:
    example = complete()
    first = scoreboard_to_xlsx(example)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)

    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        core = parts.read("docProps/core.xml").decode()
        dates = {part.date_time for part in parts.infolist()}
        compressed = {part.compress_type for part in parts.infolist()}

    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-11-23T07:30:00Z"}
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert compressed == {zipfile.ZIP_STORED}
    assert scoreboard_to_xlsx(example) == first
    later = replace(example, as_of=example.as_of + timedelta(days=1))
    assert scoreboard_to_xlsx(later) != first


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    scoreboard_to_xlsx(complete())

    assert not list(tmp_path.iterdir())


# --- the French CSV in LibreOffice ----------------------------------------------------------------


def test_every_number_of_the_french_csv_reads_back_in_a_french_spreadsheet(
    french: list[list[Cell]],
) -> None:
    example = complete()

    for metric in METRICS:
        field = columns.of_metric(metric)
        shown = [score.values[metric.name] for score in example.scores]
        read = column(french, field.label_fr)
        assert read == [exactly(value and round(value, 6)) for value in shown], metric.name
        if metric.unit == "seconds":
            hours = column(french, columns.in_hours(field).label_fr)
            assert hours == [exactly(value and round(value / 3_600, 4)) for value in shown]


def test_accents_survive_in_the_french_csv(french: list[list[Cell]]) -> None:
    assert french[0][0].value == "Rang"
    assert column(french, "Organisme")[:2] == ["Saint-Éloi-sur-Brève", "Île-aux-Œufs"]
    assert column(french, "Distinction")[0] == "Très bien"


def test_a_french_spreadsheet_reads_truth_values_as_such_and_instants_as_texts(
    french: list[list[Cell]],
) -> None:
    assert set(column(french, "Provisoire")) == {False}
    assert set(column(french, "Début de la période")) == {"2026-11-09T00:00:00+01:00"}
    assert set(column(french, "Période")) == {"2026-W46"}


# A French spreadsheet takes semicolons for granted, whatever a file has.
@pytest.mark.parametrize(
    ("dialect", "separator"),
    [
        ("excel-fr", ";"),
        ("excel-fr", ","),
        ("standard", ","),
        ("standard", ";"),
        ("standard", "\t"),
    ],
)
def test_no_spreadsheet_runs_what_a_csv_says(
    tmp_path_factory: pytest.TempPathFactory, dialect: str, separator: str
) -> None:
    text = scoreboard_to_csv(planted(), dialect=dialect, labels="fr")

    rows = csv_opened(tmp_path_factory, text, separator, FRENCH)

    assert not [cell for row in rows for cell in row if cell.formula]


def test_without_the_apostrophes_libreoffice_would_run_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = csv_opened(tmp_path_factory, f"name\n{PLANTED[0]}\n", "\t")

    assert [bool(row[0].formula) for row in rows] == [False, True]


def test_planted_formulas_read_back_as_texts(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = scoreboard_to_csv(planted(), dialect="excel-fr", labels="names")

    rows = csv_opened(tmp_path_factory, text, ";", FRENCH)

    plain = [name for name in PLANTED if name.isprintable()]
    assert set(map(harmless, plain)) <= set(column(rows, "body"))
