"""`import --preview`: how a file would be read, without anything of it being kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from shell import begin, run

from socialscore.importers.layout import read_layout, shipped_layouts
from socialscore.importers.layout_file import format_layout
from socialscore.importers.mapped import Mapped
from socialscore.model.preview import FilePreview, PreviewColumn, PreviewRow
from socialscore.reporters.previews import render_preview

if TYPE_CHECKING:
    from collections.abc import Callable

PARIS = ZoneInfo("Europe/Paris")
HEADER = "Date;N°;Auteur;Message;En réponse à;Type"
FIRST = "2026-11-09T08:54:00Z;1;Ana;@montsabran Quand la piscine ouvre-t-elle ?;;Mention"
SECOND = "2026-11-09T09:10:00Z;2;montsabran;Bonjour, lundi à 9 h.;1;Réponse"
PANEL = (
    "body_id,body,category,network,account_id,handle\nville,Ville de Montsabran,,X,,Montsabran\n"
)

PAGE = FilePreview(
    path="export[1].csv",
    container="CSV with semicolons",
    layout="headers: recognised by the names of its columns",
    columns=(
        PreviewColumn("sent_at", "Date + Heure", "02/11/2026 08:54"),
        PreviewColumn("text", "[bold]Message[/bold]", "@montsabran " + "Quand ? " * 20),
        PreviewColumn("network", "always twitter", ""),
    ),
    unread=("Likes", "Vues"),
    times="%d/%m/%Y %H:%M in Europe/Paris",
    rows=(
        PreviewRow(
            2,
            sent_at=datetime(2026, 11, 2, 8, 54, tzinfo=PARIS),
            author="ana",
            addressed_to=("Ville de Montsabran",),
            kind="mention",
            rule_id="fr.question.quand",
            text="@montsabran Quand [red]la piscine[/red] ouvre-t-elle ?",
        ),
        PreviewRow(
            3,
            sent_at=datetime(2026, 7, 2, 9, 10, tzinfo=PARIS),
            author="montsabran",
            written_by="Ville de Montsabran",
            reply_to="1",
            kind="reply",
            response_class="answer",
            text="Bonjour,\nlundi.",
        ),
        PreviewRow(4, refusal="Auteur is empty"),
        PreviewRow(5, sent_text="hier", author="ben", kind="mention", text="Bonjour"),
    ),
    n_rows=1402,
    n_concerned=1300,
    n_elsewhere=99,
    n_repeated=1,
    n_refused=2,
    refusals=((4, "refused", "Auteur is empty"), (9, "refused", "dated 2036-01-01")),
    first=datetime(2026, 7, 2, 9, 10, tzinfo=PARIS),
    last=datetime(2026, 11, 30, 9, 10, tzinfo=PARIS),
    panel="1 body: Ville de Montsabran",
    doubts=("3 times fall in the hour that 25 Oct 2026 has twice: 3 taken as the first",),
)


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 60, 140])
def test_a_page_is_as_wide_as_the_screen(width: int, golden: Callable[[str, str], str]) -> None:
    page = render_preview(PAGE, width=width)

    assert page == golden(f"preview.{width}.txt", page)
    assert max(map(cell_len, page.splitlines())) <= width


def test_what_a_file_says_is_no_markup() -> None:
    page = render_preview(PAGE, width=100)

    assert "[bold]Message[/bold]" in page
    assert "[red]la piscine[/red]" in page
    assert "\x1b" not in page
    assert "\x1b[1m" in render_preview(PAGE, width=100, colour=True)


def test_a_page_says_what_cannot_be_imported() -> None:
    unknown = replace(PAGE, problem="the file does not say in which timezone its times are")

    assert "It cannot be imported like this: the file does not say" in render_preview(unknown)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    begin(tmp_path, monkeypatch)
    (tmp_path / "panel.csv").write_text(PANEL, encoding="utf-8")
    return tmp_path


def export(*rows: str, header: str = HEADER) -> None:
    Path("export.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def test_a_preview_keeps_nothing(folder: Path) -> None:
    export(FIRST, SECOND)
    before = sorted(folder.iterdir())

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 0, seen.err
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("folder")
def test_a_preview_shows_what_is_taken_for_what_and_the_command_to_go_on_with() -> None:
    export(FIRST, SECOND)

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    said = " ".join(seen.out.split())
    assert "reply_to_id ← En réponse à 1" in said
    assert "rows 2: 2 to be kept, 0 neither by nor to a body of the panel, 0 refused" in said
    assert "line 2 9 Nov 2026 09:54 +01:00 Ana to Ville de Montsabran" in said
    assert "mention; a question mark (any.question-mark)" in said
    assert "line 3 9 Nov 2026 10:10 +01:00 Ville de Montsabran (montsabran)" in said
    assert "reply to 1; answer" in said
    assert seen.out.splitlines()[-1] == "  socialscore import export.csv --panel panel.csv"


@pytest.mark.usefixtures("folder")
def test_what_a_preview_counts_is_what_an_import_does() -> None:
    wrong = FIRST.replace("2026-11-09", "2036-11-09").replace(";1;", ";3;")
    export(FIRST, SECOND, wrong, FIRST.replace("@montsabran", "Bonjour").replace(";1;", ";4;"))

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")
    done = run("import", "export.csv", "--panel", "panel.csv")

    counts = "2 to be kept, 1 neither by nor to a body of the panel, 1 refused"
    assert counts in " ".join(seen.out.split())
    assert "line 4: refused: dated 2036-11-09, later than now" in seen.out
    assert "2 messages kept" in done.err
    assert "1 neither by nor to a body of the panel; 1 refused" in done.err


@pytest.mark.usefixtures("folder")
def test_without_a_panel_a_preview_shows_whose_messages_there_are() -> None:
    export(FIRST, SECOND)

    seen = run("import", "export.csv", "--preview")

    assert "with --bodies-from-data 1: montsabran" in " ".join(seen.out.split())
    assert seen.out.splitlines()[-1] == "  socialscore import export.csv --bodies-from-data"


@pytest.mark.usefixtures("folder")
def test_a_preview_of_unknown_columns_shows_them_and_what_to_fill_in() -> None:
    export("9 Nov;Bonjour;7", header="Quand;Message;Likes")

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 3
    assert "No column is recognised as message_id or author_id or sent_at" in " ".join(
        seen.out.split()
    )
    assert "text ← Message Bonjour" in " ".join(seen.out.split())
    assert seen.out.splitlines()[-1].endswith(
        "--map message_id=COLUMN --map author_id=COLUMN --map sent_at=COLUMN --preview"
    )


@pytest.mark.usefixtures("folder")
def test_where_two_columns_could_be_one_of_ours_each_choice_is_a_command() -> None:
    export("2026-11-09T08:54:00Z;1;ana;Ana B.;Bonjour", header="Date;Id;Auteur;Nom;Message")

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 3
    assert seen.out.splitlines()[-2:] == [
        f"  socialscore import export.csv --panel panel.csv --map author_id={name} --preview"
        for name in ("Auteur", "Nom")
    ]


@pytest.mark.usefixtures("folder")
def test_a_file_with_a_header_alone_is_said_to_have_no_rows() -> None:
    export()

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 0
    assert "rows    none" in seen.out


@pytest.mark.usefixtures("folder")
def test_the_command_to_go_on_with_says_each_option_once() -> None:
    export(FIRST)

    seen = run("import", "export.csv", "--bodies-from-data", "--preview")

    assert seen.out.endswith("  socialscore import export.csv --bodies-from-data\n")


@pytest.mark.usefixtures("folder")
def test_columns_of_one_name_are_no_obstacle_to_a_preview() -> None:
    export("9 Nov;Bonjour;7;8", header="Quand;Message;Likes;Likes")

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 3
    assert "text ← Message Bonjour" in " ".join(seen.out.split())


@pytest.mark.usefixtures("folder")
def test_each_file_of_an_archive_is_previewed() -> None:
    export(FIRST, SECOND)
    with ZipFile("export.zip", "w") as archive:
        archive.write("export.csv", "a.csv")
        archive.write("export.csv", "b.csv")
        archive.writestr("about.csv", "Likes;Vues\n1;2\n")

    seen = run("import", "export.zip", "--panel", "panel.csv", "--preview")
    refused = run("import", "export.zip", "--preview", "--write-layout", "my.toml")

    assert seen.code == 0
    for name in ("a.csv", "b.csv"):
        assert f"export.zip/{name}: how it would be read" in seen.out
    assert "passed over what cannot be read as messages:" in seen.err
    assert seen.out.endswith("To import them:\n  socialscore import export.zip --panel panel.csv\n")
    assert refused.code == 2
    assert "about one file" in refused.err


@pytest.mark.usefixtures("folder")
def test_of_an_archive_that_is_previewed_which_an_import_would_read() -> None:
    export(FIRST, SECOND)
    with ZipFile("export.zip", "w") as archive:
        archive.writestr("index.html", "<!DOCTYPE html>")
        archive.writestr("people.csv", "Who\nAna\n")
        archive.write("export.csv", "a.csv")

    seen = run("import", "export.zip", "--panel", "panel.csv", "--preview")

    assert seen.code == 0
    assert seen.out.startswith("export.zip/a.csv: how it would be read")
    assert seen.out.count("how it would be read") == 1
    assert seen.err.endswith("but of no known layout: people.csv\n")


@pytest.mark.usefixtures("folder")
def test_of_an_archive_without_known_columns_the_tables_are_shown_with_what_to_fill_in() -> None:
    export("9 Nov;Bonjour;7", header="Quand;Message;Likes")
    with ZipFile("export.zip", "w") as archive:
        archive.writestr("index.html", "<!DOCTYPE html>")
        archive.write("export.csv", "a.csv")

    seen = run("import", "export.zip", "--panel", "panel.csv", "--preview")

    assert seen.code == 3
    assert seen.out.startswith("export.zip/a.csv: how it would be read")
    assert "To go on, fill in and run" in seen.out


@pytest.mark.usefixtures("folder")
def test_a_body_that_wrote_nothing_is_doubtful() -> None:
    export(FIRST)

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    said = " ".join(seen.out.split())
    assert "the only account of the panel wrote nothing in the file: Ville de Montsabran" in said


@pytest.mark.usefixtures("folder")
def test_replies_to_messages_that_are_not_there_are_doubtful() -> None:
    export(FIRST, SECOND.replace(";1;", ";ana;"))

    seen = run(
        "import", "export.csv", "--panel", "panel.csv", "--preview", "--map", "network=mastodon"
    )

    assert "1 of 1 replies answer a message that is not in the file" in " ".join(seen.out.split())


# --- times ----------------------------------------------------------------------------------------


LOCAL = ("03/11/2026 08:54;1;ana;@montsabran Bonjour ?;", "04/11/2026 09:10;2;ana;Merci;")


@pytest.mark.usefixtures("folder")
def test_what_leaves_open_day_and_timezone_ends_with_a_command_for_each_choice() -> None:
    export(*LOCAL, header="Date;N°;Auteur;Message;En réponse à")

    seen = run("import", "export.csv", "--panel", "panel.csv", "--preview")

    assert seen.code == 3
    assert "can be read in two ways" in " ".join(seen.out.split())
    assert "line 2 03/11/2026 08:54 ana to Ville de Montsabran" in " ".join(seen.out.split())
    assert seen.out.splitlines()[-4:] == [
        "  socialscore import export.csv --panel panel.csv "
        f'--date-format "{order} %H:%M" --timezone {zone} --preview'
        for order in ("%d/%m/%Y", "%m/%d/%Y")
        for zone in ("UTC", "Europe/Paris")
    ]


@pytest.mark.usefixtures("folder")
def test_a_layout_says_the_timezone_and_how_days_and_months_were_told_apart() -> None:
    export(*LOCAL, "25/11/2026 10:00;3;ana;Merci;", header="Date;N°;Auteur;Message;En réponse à")
    arguments = ("import", "export.csv", "--panel", "panel.csv", "--preview")

    seen = run(*arguments, "--timezone", "Europe/Paris", "--write-layout", "my.toml")
    export(*LOCAL, header="Date;N°;Auteur;Message;En réponse à")
    alike = run(*arguments, "--layout", "my.toml")

    layout = Path("my.toml").read_text(encoding="utf-8")
    assert 'timezone = "Europe/Paris"' in layout
    assert 'date_format = "%d/%m/%Y %H:%M"' in layout
    last = seen.out.splitlines()[-1]
    assert last == "  socialscore import export.csv --panel panel.csv --layout my.toml"
    assert alike.code == 0
    assert "line 2 3 Nov 2026 08:54 +01:00" in " ".join(alike.out.split())


@pytest.mark.usefixtures("folder")
def test_hours_that_come_twice_are_worth_checking() -> None:
    export("2026-10-25 02:30;1;ana;@montsabran Bonjour ?;", header="Date;N°;Auteur;Message;Fil")

    seen = run(
        "import", "export.csv", "--panel", "panel.csv", "--preview", "--timezone", "Europe/Paris"
    )

    assert "in the hour that 25 Oct 2026 has twice" in " ".join(seen.out.split())


# --- the layout -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_layout_that_a_preview_writes_reads_the_file_alike() -> None:
    export(FIRST, SECOND)

    written = run(
        "import", "export.csv", "--panel", "panel.csv", "--preview", "--write-layout", "my.toml"
    )
    by_headers = run("import", "export.csv", "--panel", "panel.csv", "--store", "a")
    by_layout = run(
        "import", "export.csv", "--panel", "panel.csv", "--store", "b", "--layout", "my.toml"
    )

    assert written.code == by_layout.code == 0, by_layout.err
    last = written.out.splitlines()[-1]
    assert last == "  socialscore import export.csv --panel panel.csv --layout my.toml"
    assert 'reply_to_id = "En réponse à"' in Path("my.toml").read_text(encoding="utf-8")
    counts = [done.err.splitlines()[0].partition("): ")[2] for done in (by_headers, by_layout)]
    assert counts[0] == counts[1]
    assert "by its headers: sent_at from Date, message_id from N°" in by_headers.err


@pytest.mark.usefixtures("folder")
def test_columns_within_a_list_are_shown_as_the_layout_names_them() -> None:
    post = {"id": "1", "user_id": "2", "created_at": "2026-11-09T10:00:00Z", "message": "Merci"}
    Path("export.json").write_text(json.dumps({"data": [post | {"likes": 3}]}), encoding="utf-8")
    arguments = ("import", "export.json", "--panel", "panel.csv", "--preview")

    seen = run(*arguments, "--write-layout", "my.toml")
    alike = run(*arguments, "--layout", "my.toml")

    for found in (seen, alike):
        assert found.code == 0
        assert "text ← message Merci" in " ".join(found.out.split())
        assert "not read likes" in " ".join(found.out.split())


@pytest.mark.usefixtures("folder")
def test_a_layout_never_replaces_a_file() -> None:
    export(FIRST)
    Path("my.toml").write_text("# mine\n", encoding="utf-8")

    refused = run("import", "export.csv", "--preview", "--write-layout", "my.toml")

    assert refused.code == 2
    assert "my.toml already exists" in refused.err
    assert Path("my.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("export.csv", "export.csv", "--write-layout", "a.toml"), "about one file"),
        (("export.csv", "--write-layout", "a.csv"), "call it a.toml"),
    ],
)
def test_a_layout_is_a_toml_file_of_one_file(arguments: tuple[str, ...], problem: str) -> None:
    export(FIRST)

    refused = run("import", "--preview", *arguments)

    assert refused.code == 2
    assert problem in refused.err


@pytest.mark.parametrize("name", shipped_layouts())
def test_a_layout_that_is_written_says_what_the_shipped_one_says(name: str, tmp_path: Path) -> None:
    layout = shipped_layouts()[name]
    constants = layout.constants(())
    columns = {ours: it for ours, it in layout.columns.items() if ours not in constants}
    path = tmp_path / "my.toml"

    path.write_text(format_layout("a", layout, Mapped(columns, constants), layout.clock), "utf-8")

    again = read_layout(path)
    shared = {
        "name": name,
        "title": "",
        "source": "",
        "described": None,
        "remark": "",
        "path": None,
    }
    shared["recognised_by"] = frozenset()
    assert replace(again, **shared) == replace(layout, **shared)
