"""Nothing of a citizen is published: no text, no handle, no identifier, and no pseudonym of one."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from publications import contents
from shell import begin, run

from socialscore.store.lake import Store
from socialscore.store.privacy import Pseudonyms, read_key

if TYPE_CHECKING:
    from collections.abc import Iterator

PANEL = """\
body_id,body,category,network,account_id,handle,calendar
ville,Ville de Montsabran,ville,twitter,101,montsabran,office
metro,Métro de Valdoine,transport,facebook,102,valdoine,office
"""
CITIZENS = tuple(f"6660066600{nth}" for nth in (1, 2, 3, 6, 7))  # enough for every table
QUOTED, NAMED = "66600666004", "zq_named_zq"  # of whom a message is quoted, whom a reply names
ROBOT = "66600666005"
IN_TEXT, IN_HANDLE, IN_THREAD = "zqtextqz", "zqhandleqz", "77700777"
MARKERS = (*CITIZENS, QUOTED, NAMED, ROBOT, IN_TEXT, IN_HANDLE, IN_THREAD, "88800888")
WEEKS = range(5, 27, 7)  # the first days of four weeks of October 2026

RANKING = """\
title = "What citizens asked"
panel = "panel.csv"
selection = "all"
horizon = "3d"
min_requests = 1
period = "last-week"
clock = "{clock}"
ignore = ["{robot}", "{stranger}"]
"""


def messages() -> Iterator[str]:
    """What citizens ask in each week on two networks, with marks on all that is theirs."""
    yield (
        "network,account,message_id,author_id,author_handle,sent_at,kind,text,reply_to_id,"
        "conversation_id,mentioned_handles"
    )
    for day in WEEKS:
        for nth, citizen in enumerate((*CITIZENS, ROBOT)):
            number, when = f"88800888{day:02}{nth}", f"2026-10-{day:02}T00"
            thread = f"77700777{day:02}{nth}"
            asks = f"Où est {IN_TEXT} {number} numéro {nth} ? RT @{NAMED}: «{QUOTED}» {IN_TEXT}"
            who = f"{citizen},{IN_HANDLE}{nth}"
            yield (
                f"twitter,,{number},{who},{when}:0{nth}:00Z,mention,@montsabran {asks},,{thread},"
                f"montsabran {NAMED}"
            )
            yield (
                f"twitter,,9{number},101,montsabran,{when}:3{nth}:00Z,reply,"
                f"@{IN_HANDLE}{nth} @{NAMED} Voir {IN_TEXT} {nth}.,{number},{thread},"
                f"{IN_HANDLE}{nth} {NAMED}"
            )
            yield f"facebook,102,5{number},{who},{when}:1{nth}:00Z,wall-post,{asks},,5{thread},"
    yield "twitter,,1,101,montsabran,2026-10-29T00:00:00Z,post,La fin.,,1,"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store and all that can be published from it."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        Path("panel.csv").write_text(PANEL, encoding="utf-8")
        Path("messages.csv").write_text("\n".join(messages()) + "\n", encoding="utf-8")
        covers = "2026-10-05..2026-11-08"
        assert run("import", "messages.csv", "--panel", "panel.csv", "--covers", covers).code == 0
        for clock in ("calendar", "business"):
            text = RANKING.format(clock=clock, robot=ROBOT, stranger=f"facebook:{QUOTED}")
            Path(f"{clock}.toml").write_text(text, encoding="utf-8")
            for as_of in ("2026-10-13", "2026-10-23"):
                done = run("publish", f"{clock}.toml", "--as-of", as_of)
                assert done.code == 0, done.err
        Path("panel.csv").write_text(PANEL.replace("Ville de", "Commune de"), encoding="utf-8")
        assert run("publish", "calendar.toml", "--as-of", "2026-10-23", "--revise").code == 0
    return folder


def unpacked(folder: Path) -> dict[str, bytes]:
    """Every file by path, those inside of spreadsheets too; names are searched like contents."""
    found = contents(folder)
    for path, content in list(found.items()):
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                found |= {f"{path}/{name}": book.read(name) for name in book.namelist()}
    return {path: path.encode() + content for path, content in found.items()}


def where(published: dict[str, bytes], secret: str) -> list[str]:
    return [path for path, content in published.items() if secret.encode() in content]


def test_all_that_can_be_published_was(project: Path) -> None:
    published = unpacked(project / "published")

    folders = {path.split("/")[1] for path in published if path.startswith("calendar/")}
    assert folders == {"2026-W41", "2026-W41.r2", "2026-W41.r3", "2026-W42", "2026-W42.r2"}
    assert any(path.endswith("calendars/office.toml") for path in published)
    assert any(path.endswith("xl/sharedStrings.xml") for path in published)
    scores = json.loads((project / "published/calendar/2026-W41.r3/ranking.json").read_bytes())
    assert {line["body_id"]: line["n_requests"] for line in scores["scores"]} == {
        "ville": 5,
        "metro": 5,
    }
    for name in ("networks.csv", "hours.csv", "waits.csv"):
        content = (project / "published/calendar/2026-W41.r3" / name).read_text(encoding="utf-8")
        assert len(content.splitlines()) > 1, name


def test_the_marks_are_in_the_store_or_were_read(project: Path) -> None:
    text = (project / "messages.csv").read_text(encoding="utf-8")

    assert all(marker in text for marker in MARKERS)
    assert all(IN_TEXT in row["text"] for row in stored(project) if row["author_id"] != "101")


@pytest.mark.parametrize("marker", MARKERS)
def test_no_mark_of_a_citizen_is_published(marker: str, project: Path) -> None:
    assert where(unpacked(project / "published"), marker) == []


def test_no_pseudonym_and_no_digest_of_a_text_is_published(project: Path) -> None:
    published = unpacked(project / "published")
    pseudonym = Pseudonyms(read_key(project / "pseudonym.key")).of
    of_citizens = {
        pseudonym(network, citizen)
        for network in ("twitter", "facebook")
        for citizen in (*CITIZENS, ROBOT, QUOTED, NAMED, f"{IN_HANDLE}1")
    }
    in_store = {
        str(value)
        for row in stored(project)
        for column in ("author_id", "reply_to_author_id", "text_digest", "conversation_id")
        if (value := row[column]) and value not in ("101", "102", "1")
    } | {each for row in stored(project) for each in row["addressed_ids"] or () if each != "101"}

    assert len(in_store & of_citizens) >= 8
    assert [secret for secret in of_citizens | in_store if where(published, secret)] == []


def test_nothing_tells_where_on_which_machine_it_was_published(project: Path) -> None:
    published = unpacked(project / "published")

    assert where(published, str(project)) == []


def test_the_key_is_not_published(project: Path) -> None:
    key = read_key(project / "pseudonym.key")
    published = unpacked(project / "published")

    assert not any(
        key in content or key.hex().encode() in content for content in published.values()
    )


def stored(project: Path) -> list[dict[str, Any]]:
    """The messages as the store keeps them."""
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    files = Store.open(project / "socialscore-data").messages(since, until)
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
