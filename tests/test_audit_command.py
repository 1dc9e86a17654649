"""`socialscore audit` as a person uses it: a sheet out, filled sheets in."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from python_calamine import load_workbook
from shell import begin, run

from socialscore.publishing.manifest import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shell import Result

Table = list[list[str]]


@pytest.fixture
def desk(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A folder of one's own, in which `audit demo` is run on the store of the demo."""
    begin(tmp_path, monkeypatch)
    return lambda *arguments: run("audit", "demo", *arguments, "--store", demo)


def table(path: str) -> Table:
    """A CSV sheet, its header first."""
    return list(csv.reader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"), newline="")))


def write(
    path: str, rows: Sequence[Sequence[str]], *, delimiter: str = ",", code: str = "utf-8"
) -> None:
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter).writerows(rows)
    Path(path).write_bytes(lines.getvalue().encode(code))


def filled(path: str, *, every: int = 3) -> Table:
    """The sheet with every third row labelled no, the others yes."""
    header, *rows = table(path)
    place = header.index("genuine")
    for number, row in enumerate(rows):
        row[place] = "no" if number % every == 0 else "yes"
    return [header, *rows]


def audit() -> dict[str, Any]:
    """What is kept beside the ranking."""
    found: dict[str, Any] = json.loads(Path("demo.audit.json").read_text(encoding="utf-8"))
    return found


# --- the sheet ------------------------------------------------------------------------------------


def test_a_sheet_shows_texts_and_hides_verdicts(desk: Callable[..., Result]) -> None:
    made = desk()

    header, *rows = table("demo-audit.csv")
    assert (made.code, made.out) == (0, "demo-audit.csv\n")
    assert header == ["row", "body", "network", "sent_at", "context", "text", "genuine", "remark"]
    assert len(rows) == 200
    assert "200 of the 10,724 requests" in made.err
    assert "personal data" in made.err
    assert stat.S_IMODE(Path("demo-audit.csv").stat().st_mode) == 0o600
    assert [path.name for path in Path().glob("demo.audit-*.json")] == [
        f"demo.audit-{rows[0][0][:8]}.json"
    ]


def test_a_workbook_has_the_same_rows_choices_and_a_guide(desk: Callable[..., Result]) -> None:
    desk()
    desk("--output", "sheet.xlsx")

    book = load_workbook("sheet.xlsx")
    in_csv = [[cell.removeprefix("'") for cell in row] for row in table("demo-audit.csv")]
    cells = book.get_sheet_by_name("Audit").to_python()
    assert book.sheet_names == ["Audit", "Guide"]
    assert [row[:2] for row in cells] == [row[:2] for row in in_csv]
    assert "yes if the person wants something" in str(book.get_sheet_by_name("Guide").to_python())


def test_the_same_seed_writes_the_same_bytes(desk: Callable[..., Result]) -> None:
    for name in ("one.xlsx", "two.xlsx", "three.csv", "four.csv"):
        assert desk("--output", name).code == 0
    desk("--output", "other.csv", "--seed", "2")

    assert Path("one.xlsx").read_bytes() == Path("two.xlsx").read_bytes()
    assert Path("three.csv").read_bytes() == Path("four.csv").read_bytes()
    assert Path("three.csv").read_bytes() != Path("other.csv").read_bytes()


def test_a_sheet_is_never_written_over(desk: Callable[..., Result]) -> None:
    desk()

    again = desk()

    assert again.code == 2
    assert "demo-audit.csv exists, and may be filled in" in again.err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--output", "sheet.pdf"], "name a file that ends in .csv or .xlsx"),
        (["--by", "category"], "unknown group 'category'"),
        (["sheet.csv"], "to read sheet.csv, say --read"),
        (["--read"], "name the filled sheet"),
        (["--read", "sheet.csv", "--seed", "2"], "leave out --read"),
        (["--read", "sheet.csv"], "sheet.csv: there is no such file"),
        (["--period", "2026-W30"], "cannot be audited: none of its requests has matured"),
        (["--output", "nowhere/sheet.csv"], "nowhere/sheet.csv: cannot be written"),
    ],
)
def test_what_cannot_be_done_says_why(
    desk: Callable[..., Result], arguments: list[str], problem: str
) -> None:
    result = desk(*arguments)

    assert result.code in (2, 3)
    assert problem in result.err


# --- reading back ---------------------------------------------------------------------------------


def test_a_filled_sheet_is_read_without_a_store(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))

    read = run("audit", "demo", "--read", "filled.csv")

    assert read.code == 0
    assert "200 of 200 requests labelled" in read.out
    assert "questions *" in read.out
    assert read.err == (
        "socialscore: kept in demo.audit.json, without texts; "
        "`socialscore publish` publishes it with the ranking\n"
    )


def test_what_is_kept_holds_no_text(desk: Callable[..., Result]) -> None:
    desk()
    rows = filled("demo-audit.csv")
    write("filled.csv", rows)
    run("audit", "demo", "--read", "filled.csv")

    text = Path("demo.audit.json").read_text(encoding="utf-8")
    assert not any(row[5] in text for row in rows[1:])
    assert {row["row"] for row in audit()["rows"]} == {row[0][9:] for row in rows[1:]}
    assert sum(row["genuine"] == [True] for row in audit()["rows"]) == 133


@pytest.mark.parametrize(
    ("delimiter", "code"), [(";", "cp1252"), ("\t", "utf-16"), (",", "utf-8-sig")]
)
def test_a_sheet_is_read_as_spreadsheets_save_it(
    desk: Callable[..., Result], delimiter: str, code: str
) -> None:
    desk()
    rows = [
        [cell.encode("cp1252", "ignore").decode("cp1252") for cell in row]
        for row in filled("demo-audit.csv")
    ]
    write("filled.csv", rows)
    write("saved.csv", rows, delimiter=delimiter, code=code)
    first = run("audit", "demo", "--read", "filled.csv").out

    assert run("audit", "demo", "--read", "saved.csv").out == first


def test_rows_and_columns_may_move_and_a_title_may_stand_above(desk: Callable[..., Result]) -> None:
    desk()
    header, *rows = filled("demo-audit.csv")
    write("filled.csv", [header, *rows])
    moved = [["Audit"], [], [*header[::-1], "who"], *([*row[::-1], "Ana"] for row in rows[::-1])]
    write("moved.csv", moved)
    first = run("audit", "demo", "--read", "filled.csv").out

    read = run("audit", "demo", "--read", "moved.csv")

    assert read.out == first
    assert "moved.csv: columns that are not read: who" in read.err


def test_a_workbook_is_read_with_its_numbers_and_truth_values(desk: Callable[..., Result]) -> None:
    desk()
    header, *rows = filled("demo-audit.csv")
    write("filled.csv", [header, *rows])
    with xlsxwriter.Workbook("filled.xlsx") as book:
        book.add_worksheet("Notes").write(0, 0, "nothing")
        sheet = book.add_worksheet("Audit")
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
            label = row[6] == "yes"
            sheet.write(number, 6, label if number % 2 else int(label))
    first = run("audit", "demo", "--read", "filled.csv").out

    assert run("audit", "demo", "--read", "filled.xlsx").out == first


def test_missing_and_unlabelled_rows_are_counted(desk: Callable[..., Result]) -> None:
    desk()
    header, *rows = filled("demo-audit.csv")
    for row in rows[:7]:
        row[6] = ""
    write("filled.csv", [header, *rows[:150], rows[9], ["", "", "", "", "", "", "", "a remark"]])

    read = run("audit", "demo", "--read", "filled.csv")

    assert read.code == 0
    assert "143 of 200 requests labelled; 57 without a label" in read.out
    assert "filled.csv: 50 of 200 rows are missing" in read.err
    assert "filled.csv: 7 rows have no label" in read.err
    assert "rows that stand there again, counted once: 1" in read.err
    assert "lines without row and label, left out: 1" in read.err


def test_every_row_that_cannot_be_read_is_named(desk: Callable[..., Result]) -> None:
    desk()
    header, *rows = filled("demo-audit.csv")
    again = [*rows[0][:6], "yes", ""]
    rows[1][6] = "maybe"
    rows[2][0] = f"{rows[2][0][:9]}beef"
    rows[3][0] = ""
    write("filled.csv", [header, *rows, again])

    read = run("audit", "demo", "--read", "filled.csv")

    assert read.code == 3
    assert "filled.csv:3: genuine is 'maybe'; write yes or no" in read.err
    assert "filled.csv:4: " in read.err
    assert "is no row of this audit; remove the line or restore its key" in read.err
    assert "filled.csv:5: has no 'row'" in read.err
    assert "filled.csv:202: says other than line 2 of the same row" in read.err
    assert not Path("demo.audit.json").exists()


def test_a_label_that_is_unknown_in_many_rows_is_named_once(desk: Callable[..., Result]) -> None:
    desk()
    header, *rows = filled("demo-audit.csv")
    for number, row in enumerate(rows):
        row[6] = "maybe" if row[6] == "yes" else f"perhaps{number % 2}"
    write("filled.csv", [header, *rows])

    read = run("audit", "demo", "--read", "filled.csv")

    assert [line.strip() for line in read.err.splitlines()] == [
        "socialscore: 3 problems:",
        "filled.csv:2: genuine is 'perhaps0'; write yes or no (34 rows: 2, 8, 14, 20, 26, …)",
        "filled.csv:3: genuine is 'maybe'; write yes or no (133 rows: 3, 4, 6, 7, 9, …)",
        "filled.csv:5: genuine is 'perhaps1'; write yes or no (33 rows: 5, 11, 17, 23, 29, …)",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"body,text\nVille,hello\n", "has no column 'row'"),
        (b"row,genuine\n,yes\n", "names no row of an audit"),
        (b"row,genuine\n12345678-ab,yes\n87654321-ab,yes\n", "holds rows of several draws"),
        (b"row,genuine,genuine\n12345678-ab,yes,no\n", "two columns have the name 'genuine'"),
        (b"row,genuine\n12345678-ab,yes\n", "demo.audit-12345678.json, which is not there"),
        (b"", "sheet.csv: is empty"),
    ],
)
def test_what_is_no_sheet_of_an_audit_is_refused(
    desk: Callable[..., Result], content: bytes, problem: str
) -> None:
    Path("sheet.csv").write_bytes(content)

    read = desk("--read", "sheet.csv")

    assert read.code == 3
    assert problem in read.err


def test_a_file_that_is_no_workbook_is_refused(desk: Callable[..., Result]) -> None:
    Path("sheet.xlsx").write_bytes(b"PK\3\4row,genuine\n")

    read = desk("--read", "sheet.xlsx")

    assert read.code == 3
    assert "sheet.xlsx: the zip archive is damaged or cut off" in read.err


def test_a_sheet_that_nobody_filled_in_is_refused(desk: Callable[..., Result]) -> None:
    desk()

    read = desk("--read", "demo-audit.csv")

    assert read.code == 3
    assert "no label is filled in: write yes or no in column genuine" in read.err


def test_a_sheet_without_a_column_of_labels_is_refused(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", [row[:6] for row in filled("demo-audit.csv")])

    read = desk("--read", "filled.csv")

    assert read.code == 3
    assert (
        "filled.csv: has neither a column 'genuine' nor 'reply_class', but row, body, network, "
        "sent_at, context, text; rename it back, or read back the sheet as it was written"
    ) in read.err


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("Genuine?", "text, genuine?, remark; rename 'genuine?' back to 'genuine'"),
        ("Reply class", "text, reply class, remark; rename 'reply class' back to 'reply_class'"),
    ],
)
def test_a_column_that_was_renamed_is_to_be_renamed_back(
    desk: Callable[..., Result], header: str, problem: str
) -> None:
    desk()
    first, *rows = filled("demo-audit.csv")
    write("filled.csv", [[header if name == "genuine" else name for name in first], *rows])

    read = desk("--read", "filled.csv")

    assert read.code == 3
    assert problem in read.err


def test_a_draw_that_was_changed_is_refused(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))
    (path,) = Path().glob("demo.audit-*.json")
    path.write_text(path.read_text("utf-8").replace('"answered": true', '"answered": false', 1))

    read = desk("--read", "filled.csv")

    assert read.code == 3
    assert "was changed since its sheet was written" in read.err


def test_sheets_of_two_draws_are_not_read_together(desk: Callable[..., Result]) -> None:
    desk("--output", "one.csv")
    desk("--output", "two.csv", "--seed", "2")
    for name in ("one", "two"):
        write(f"{name}.csv", filled(f"{name}.csv"))

    read = desk("--read", "one.csv", "two.csv")

    assert read.code == 2
    assert "sheets of different draws" in read.err
    assert desk("--read", "one.csv").code == desk("--read", "two.csv").code == 0


def test_two_people_have_a_kappa(desk: Callable[..., Result]) -> None:
    desk()
    write("ana.csv", filled("demo-audit.csv"))
    write("bo.csv", filled("demo-audit.csv", every=4))

    read = desk("--read", "ana.csv", "bo.csv")

    assert "agreement on genuine: Cohen's κ" in read.out
    assert "of 200 rows differ" in read.out
    assert all(len(row["genuine"]) == 2 for row in audit()["rows"])
    write("cy.csv", filled("demo-audit.csv", every=5))
    third = desk("--read", "ana.csv", "bo.csv", "cy.csv")
    assert (third.code, "read two at most" in third.err) == (2, True)


def test_a_file_does_not_agree_with_itself(desk: Callable[..., Result]) -> None:
    desk()
    write("ana.csv", filled("demo-audit.csv"))
    Path("link.csv").symlink_to("ana.csv")

    for other in ("ana.csv", "./ana.csv", "link.csv"):
        read = desk("--read", "ana.csv", other)

        assert read.code == 2
        assert "are one file; name the sheet of each person once" in read.err
    assert not Path("demo.audit.json").exists()


def test_a_copy_of_a_sheet_is_reported(desk: Callable[..., Result]) -> None:
    desk()
    for name in ("ana.csv", "copy.csv"):
        write(name, filled("demo-audit.csv"))
    write("bo.csv", filled("demo-audit.csv", every=4))

    copied = desk("--read", "ana.csv", "copy.csv")

    assert "copy.csv is the same as ana.csv in every cell" in copied.err
    assert "in every cell" not in desk("--read", "ana.csv", "bo.csv").err


@pytest.fixture
def complete(desk: Callable[..., Result]) -> Callable[..., Result]:
    """An audit by two people was read, and with the replies."""
    desk()
    write("ana.csv", filled("demo-audit.csv"))
    write("bo.csv", filled("demo-audit.csv", every=4))
    desk("--read", "ana.csv", "bo.csv", "--output", "replies.csv")
    header, *rows = table("replies.csv")
    write("replied.csv", [header, *([*row[:6], "answer", ""] for row in rows)])
    assert desk("--read", "ana.csv", "bo.csv", "replied.csv").code == 0
    header, *rows = filled("demo-audit.csv")
    write("one.csv", [header, *rows[:1]])
    return desk


@pytest.mark.parametrize(
    ("sheets", "problem"),
    [
        (["one.csv", "bo.csv", "replied.csv"], "200 + 200 labels of requests (here 1 + 200);"),
        (["ana.csv", "replied.csv"], "200 + 200 labels of requests (here 200);"),
        (["ana.csv", "bo.csv"], " labels of replies (here none);"),
    ],
)
def test_a_lesser_reading_does_not_replace_an_audit(
    complete: Callable[..., Result], sheets: list[str], problem: str
) -> None:
    before = Path("demo.audit.json").read_bytes()

    read = complete("--read", *sheets)

    assert read.code == 2
    assert "demo.audit.json, of 2026-" in read.err
    assert problem in read.err
    assert "rename or remove it" in read.err
    assert Path("demo.audit.json").read_bytes() == before


def test_a_lesser_reading_is_kept_once_the_audit_before_is_out_of_its_way(
    complete: Callable[..., Result],
) -> None:
    Path("demo.audit.json").unlink()

    assert complete("--read", "one.csv").code == 0


def test_reading_the_same_again_changes_nothing(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))
    desk("--read", "filled.csv")
    path = Path("demo.audit.json")
    path.write_text(path.read_text("utf-8").replace(audit()["read_on"], "2026-01-02"), "utf-8")
    before = digest(path.read_bytes())

    desk("--read", "filled.csv")

    assert digest(path.read_bytes()) == before


def test_the_figures_are_a_list_for_programs(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))

    text = desk("--read", "filled.csv", "--format", "csv").out
    records = json.loads(desk("--read", "filled.csv", "--format", "json").out)

    rows = list(csv.DictReader(text.splitlines()))
    assert [row["figure"] for row in rows] == [record["figure"] for record in records]
    assert list(rows[0]) == list(records[0])
    assert {record["figure"] for record in records} == {
        "precision", "recall", "rate_counted", "rate_corrected",
    }  # fmt: skip
    assert all(record["low"] <= record["value"] for record in records if record["low"] is not None)


# --- replies --------------------------------------------------------------------------------------


def test_replies_are_shown_afterwards_and_read_with_the_first_sheet(
    desk: Callable[..., Result],
) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))

    made = desk("--read", "filled.csv", "--output", "replies.csv")
    header, *rows = table("replies.csv")
    for number, row in enumerate(rows):
        row[header.index("reply_class")] = "redirect" if number % 2 else "answer"
    write("replies-filled.csv", [header, *rows])
    read = run("audit", "demo", "--read", "filled.csv", "replies-filled.csv")

    assert made.out.endswith("replies.csv\n")
    assert f"{len(rows)} replies labelled" in read.out
    assert "redirect" in read.out
    assert {tuple(row["reply"]) for row in audit()["rows"]} == {("redirect",), ("answer",), ()}


def test_a_sheet_of_replies_needs_that_of_requests(desk: Callable[..., Result]) -> None:
    desk()
    write("filled.csv", filled("demo-audit.csv"))
    desk("--read", "filled.csv", "--output", "replies.csv")
    header, *rows = table("replies.csv")
    write("replies-filled.csv", [header, *([*row[:6], "answer", ""] for row in rows)])

    read = desk("--read", "replies-filled.csv")

    assert read.code == 2
    assert "name the sheet of requests as well" in read.err
