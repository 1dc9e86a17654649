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
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import libreoffice
import pytest
from exports import METRICS, PLANTED, complete, planted, values
from scoreboards import score, scoreboard

from socialscore.inputs.formulas import harmless
from socialscore.model.messages import Body
from socialscore.model.scoreboard import Score
from socialscore.reporters import columns, records
from socialscore.reporters.delimited import scoreboard_to_csv
from socialscore.reporters.leaderboard import exact_columns
from socialscore.reporters.leaderboard_sheet import put_leaderboard
from socialscore.reporters.locale import FRENCH as FRENCH_LOCALE
from socialscore.reporters.locale import LOCALES
from socialscore.reporters.sheets import saved
from socialscore.reporters.spreadsheet import scoreboard_to_xlsx
from socialscore.reporters.wording import audited

if TYPE_CHECKING:
    from libreoffice import Cell

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.locale import Locale

    Sheets = dict[str, list[list[Cell]]]

FRENCH = 1036  # LibreOffice's number of the language
HEADER = 3  # the row of the leaderboard's header
A4 = (842, 595)  # a landscape page, in points


SHEETS = {
    "en": ["Leaderboard", "All figures", "What columns mean", "About these figures"],
    "fr": ["Classement", "Tous les chiffres", "Sens des colonnes", "À propos des chiffres"],
}


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    folder, found = tmp_path_factory.mktemp("workbook"), {}
    for code, locale in LOCALES.items():
        path = folder / f"ranking.{code}.xlsx"
        path.write_bytes(scoreboard_to_xlsx(complete(), locale))
        found[code] = libreoffice.opened(path)
    return found


@pytest.fixture(scope="module")
def workbook(workbooks: dict[str, Sheets]) -> Sheets:
    return workbooks["en"]


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


@pytest.mark.parametrize("code", LOCALES)
def test_the_workbook_opens_with_its_four_sheets(workbooks: dict[str, Sheets], code: str) -> None:
    assert list(workbooks[code]) == SHEETS[code]


@pytest.mark.parametrize("code", LOCALES)
def test_every_number_of_the_workbook_is_that_of_the_scoreboard(
    workbooks: dict[str, Sheets], code: str
) -> None:
    example, sheet = complete(), workbooks[code][SHEETS[code][1]]

    for metric in METRICS:
        field = columns.of_metric(metric)
        field = columns.in_hours(field) if field.unit == "seconds" else field
        read = column(sheet, LOCALES[code].label(field))

        shown = [score.values[metric.name] for score in example.scores]
        divisor = 3_600 if metric.unit == "seconds" else 1
        assert read == [exactly(value and value / divisor) for value in shown], metric.name
    rank = column(sheet, "Rang" if code == "fr" else "Rank")
    assert rank == [score.rank for score in example.scores]


@pytest.mark.parametrize("code", LOCALES)
def test_the_numbers_of_the_leaderboard_are_those_of_the_export(
    workbooks: dict[str, Sheets], code: str
) -> None:
    sheet, fields = workbooks[code][SHEETS[code][0]][HEADER:], exact_columns(complete())
    ranked = [it for it in records.of_bodies(complete()) if it["rank"] is not None]

    for place, field in enumerate(fields):
        read = [row[place].value for row in sheet[1 : len(ranked) + 1]]
        exact = [record[field.name] for record in ranked]
        if field.name == "median_wait":  # a second is the least that LibreOffice tells
            assert read[1] == f">\u00a0{LOCALES[code].span(7 * 86_400)}"
            pairs = [(it, right / 3_600) for it, right in zip(read, exact, strict=True) if right]
            assert all(it == pytest.approx(right, abs=1 / 3_600) for it, right in pairs)
        else:
            assert read == [it if isinstance(it, str) else exactly(it) for it in exact]


@pytest.mark.parametrize(
    ("code", "title", "subject", "reason"),
    [
        ("en", "Who answers?", "Week 46 of 2026 · 9–15 Nov 2026 · 3 ranked bodies", "no account"),
        (
            "fr",
            "Qui répond ?",
            "Semaine 46 de 2026 · 9–15 novembre 2026 · 3 organismes classés",
            "pas de compte",
        ),
    ],
)
def test_the_leaderboard_says_whom_it_ranks_and_why_not_the_others(
    workbooks: dict[str, Sheets], code: str, title: str, subject: str, reason: str
) -> None:
    rows = workbooks[code][SHEETS[code][0]]

    assert rows[0][0].value == title
    assert rows[1][0].value == subject
    said = {row[3].value: row[5].value for row in rows[HEADER + 5 :] if len(row) > 5}
    assert set(said) >= {score.body.name for score in complete().scores if score.rank is None}
    assert reason in str(said["Bourg 2"])


def test_bodies_without_a_rank_stand_below_with_their_reason_in_the_language(
    workbooks: dict[str, Sheets],
) -> None:
    english = column(workbooks["en"]["All figures"], "Reason for no rank")
    french = column(workbooks["fr"]["Tous les chiffres"], "Motif d'absence de rang")

    assert english[:4] == [None, None, None, "fewer than 10 questions"]
    assert french[3:] == [
        "moins de 10\u00a0questions",
        "personne ne peut y écrire en public",
        "pas de compte sur ces réseaux",
        "comptes non collectés",
        "collecte incomplète",
        "aucune réponse, compte peut-être erroné",
    ]


def test_a_french_workbook_says_codes_and_bands_in_french(workbooks: dict[str, Sheets]) -> None:
    sheet = workbooks["fr"]["Tous les chiffres"]

    assert set(column(sheet, "Entrée au classement")) <= {None, "de retour", "nouveau"}
    assert column(sheet, "Distinction")[:2] == ["Rapide", None]
    assert column(sheet, "Organisme")[:2] == ["Saint-Éloi-sur-Brève", "Île-aux-Œufs"]


def test_the_sheet_of_columns_explains_every_column(workbook: Sheets) -> None:
    names = column(workbook["What columns mean"], "Column")
    header = scoreboard_to_csv(complete(), dialect="excel-fr").lstrip("\ufeff").splitlines()[0]

    assert names == header.split(";")
    assert all(column(workbook["What columns mean"], "Meaning"))


def test_the_sheet_about_says_what_the_numbers_rest_on(workbook: Sheets) -> None:
    said = dict(
        zip(
            column(workbook["About these figures"], "What"),
            column(workbook["About these figures"], "Value"),
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


@pytest.mark.slow
@pytest.mark.parametrize("code", LOCALES)
def test_the_leaderboard_of_24_bodies_prints_on_one_landscape_page(
    tmp_path: Path, code: str
) -> None:
    path = tmp_path / "book" / "leaderboard.xlsx"
    path.parent.mkdir()
    path.write_bytes(leaderboard_of(crowd(24), LOCALES[code]))

    assert libreoffice.pages(path) == [A4]


@pytest.mark.slow
def test_a_long_leaderboard_is_one_page_wide(tmp_path: Path) -> None:
    path = tmp_path / "book" / "leaderboard.xlsx"
    path.parent.mkdir()
    path.write_bytes(leaderboard_of(crowd(100), FRENCH_LOCALE))

    pages = libreoffice.pages(path)

    assert 2 <= len(pages) <= 4
    assert set(pages) == {A4}


@pytest.mark.slow
def test_the_whole_workbook_of_24_bodies_prints_on_few_pages(tmp_path: Path) -> None:
    path = tmp_path / "book" / "ranking.xlsx"
    path.parent.mkdir()
    path.write_bytes(scoreboard_to_xlsx(crowd(24)))

    assert len(libreoffice.pages(path)) <= 12


def crowd(n_bodies: int) -> Scoreboard:
    """So many bodies, three of them without a rank, under every metric and long names."""
    ranked = [
        Score(
            Body(f"body-{n}", f"Communauté de communes du Val de Brève, {n}", "intercommunalité"),
            {**values(n), "response_rate": 1 - n / n_bodies},
            rank=n,
            rank_low=1,
            rank_high=n_bodies - 3,
        )
        for n in range(1, n_bodies - 2)
    ]
    return replace(complete(), scores=(*ranked, *complete().scores[-3:]))


def leaderboard_of(board: Scoreboard, locale: Locale) -> bytes:
    """A workbook of the first sheet alone."""
    file = io.BytesIO()
    with saved(file, datetime(2026, 1, 1)) as book:  # noqa: DTZ001 - workbooks have no timezone
        put_leaderboard(book, board, locale)
    return file.getvalue()


def test_the_leaderboard_has_bars_from_none_to_all() -> None:
    with zipfile.ZipFile(io.BytesIO(scoreboard_to_xlsx(complete()))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()

    assert '<cfvo type="num" val="0"/><cfvo type="num" val="1"/>' in sheet
    assert 'sqref="F5:F7"' in sheet


def test_a_name_of_300_characters_and_a_long_title_wrap() -> None:
    long = scoreboard(score("v" * 300, 10, 5, rank=1), title="What a title! " * 30)

    with zipfile.ZipFile(io.BytesIO(scoreboard_to_xlsx(long))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()

    widths = [float(it) for it in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    heights = [float(it) for it in re.findall(r'<row r="1"[^>]* ht="([\d.]+)"', sheet)]
    assert max(widths) < 46
    assert heights[0] > 60


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
