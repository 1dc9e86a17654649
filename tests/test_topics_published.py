"""Topics that are kept when a period is published: in files, pages, and when they are verified."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import shell
from demo_truth import DEMO

from socialscore.model.topics import OTHER, TopicLine
from socialscore.publishing.verifying.in_topics import in_topics

if TYPE_CHECKING:
    from pathlib import Path

MARKER, PHONE = "Zorglubine", "0199004567"
WEEK = "2026-W46"
RANKING = """
title = "Topics"
panel = "panel.csv"
period = "2026-W46"
categories = ["ville", "transport"]
topics = {topics}
"""


@dataclass(frozen=True)
class Desk:
    folder: Path
    store: Path

    def publish(self, name: str = "weekly", *, topics: bool = True) -> Any:
        text = RANKING.format(topics=str(topics).lower())
        (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return shell.run("publish", f"{name}.toml", "--store", self.store)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last week of the demo, in which one person repeats a name and a number 100 times."""
    text = gzip.decompress((DEMO / "messages.csv.gz").read_bytes()).decode()
    rows = [row for row in csv.DictReader(text.splitlines()) if row["sent_at"] >= "2026-11-07"]
    asked = next(row for row in rows if row["mentioned_handles"] == "VilleMontsabran")
    for n in range(100):
        said = f"@VilleMontsabran où est {MARKER}, lampadaire {MARKER}, {PHONE} ? {n * 'a'}"
        row = {"message_id": f"90000009{n:011}", "text": said, "reply_to_id": ""}
        when = f"2026-11-{9 + n % 7:02}T{8 + n // 10:02}:{n % 60:02}:00Z"
        rows.append(asked | row | {"sent_at": when, "conversation_id": "", "kind": "mention"})
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(rows[0]))
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["sent_at"], row["message_id"])))
    path = tmp_path_factory.mktemp("marked") / "messages.csv.gz"
    path.write_bytes(gzip.compress(lines.getvalue().encode()))
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, marked: Path) -> Any:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(DEMO / "panel.csv", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("socialscore.inputs.shipped.demo_messages", lambda: marked)
        assert shell.run("demo", "--store", "store").code == 0
        yield Desk(folder, folder / "store")


@pytest.fixture(scope="module")
def week(desk: Desk) -> Path:
    done = desk.publish()
    assert done.code == 0, done.err
    return desk.folder / "published" / "weekly" / WEEK


def lines_of(week: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((week / "topics.csv").read_text("utf-8").splitlines()))


def test_a_publication_has_the_topics_of_categories_and_bodies(week: Path) -> None:
    lines = lines_of(week)

    assert {line["category"] for line in lines} == {"ville", "transport", ""}
    assert {line["body_id"] for line in lines} == {"valdoine-mobilites", ""}
    assert all(int(it["n_authors"]) >= 10 for it in lines if it["topic"] != OTHER)


def test_its_columns_are_described(week: Path) -> None:
    package = json.loads((week / "datapackage.json").read_bytes())

    described = next(it for it in package["resources"] if it["path"] == "topics.csv")

    assert [it["name"] for it in described["schema"]["fields"]] == list(lines_of(week)[0])


def test_nothing_of_one_person_is_in_any_file(week: Path) -> None:
    for path in (it for it in week.rglob("*") if it.is_file()):
        content = path.read_bytes().lower()
        assert MARKER.lower().encode() not in content, path
        assert PHONE.encode() not in content, path


def test_a_ranking_that_does_not_ask_has_no_file_and_other_rankings_have_its_numbers(
    desk: Desk, week: Path
) -> None:
    assert desk.publish("plain", topics=False).code == 0
    plain = desk.folder / "published" / "plain" / WEEK

    assert not (plain / "topics.csv").exists()
    assert (plain / "ranking.csv").read_bytes() == (week / "ranking.csv").read_bytes()


def test_without_the_extra_nothing_is_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.topics.clusters.is_installed", lambda: False)

    done = desk.publish("without")

    assert done.code == 2
    assert "pip install 'socialscore[topics]'" in done.err
    assert not list((desk.folder / "published" / "without").glob("2026*"))


def test_verify_says_what_it_checks_of_topics(desk: Desk, week: Path) -> None:
    done = shell.run("verify", week, "--store", desk.store, "--ranking", "weekly.toml")

    assert done.code == 0, done.err
    assert "topics.csv: its sums are checked; it is not counted again" in done.err


LINE = TopicLine("", "a", "piscine bassin", 10, 12, 6, 0.5, 0.3, 0.7, 60.0, 30.0, None)
REST = TopicLine("", "a", OTHER, 1, 3, 0, 0.0, 0.0, 0.6, None, None, None)
SCORES = [{"body_id": "a", "category": "ville", "n_requests": 15, "n_answered": 6}]


def problems(*lines: TopicLine, is_kept: bool = True) -> list[str]:
    return [text for kind, text in in_topics(lines, is_kept, SCORES) if kind == "problem"]


def test_sound_topics_have_no_problem() -> None:
    assert problems(LINE, REST) == []


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("n_authors", 9, "9 people, and a topic has 10 or more"),
        ("n_authors", 13, "more people or answers than requests"),
        ("n_answered", 5, "the rate is not the answered of the requests"),
        ("wilson_low", 0.6, "the rate is not in its interval"),
        ("median_wait_low", 90.0, "the median wait is not in its interval"),
        ("n_requests", 13, "over all topics; 15 and 6 by ranking.json"),
        ("body_id", "b", "over all topics; 0 and 0 by ranking.json"),
    ],
)
def test_topics_that_do_not_add_up_are_named(column: str, value: Any, problem: str) -> None:
    from dataclasses import replace

    said = problems(replace(LINE, **{column: value}), REST)

    assert any(problem in it for it in said)
    assert all(it.startswith("topics.csv: ") for it in said)


def test_a_file_that_is_missing_or_that_nobody_asked_for_is_a_problem() -> None:
    assert problems(LINE, REST, is_kept=False) == ["topics.csv: its ranking keeps none"]
    assert [text for _, text in in_topics(None, True, SCORES)] == [
        "topics.csv: is missing, and its ranking keeps topics"
    ]
    assert list(in_topics(None, False, SCORES)) == []


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(desk: Desk, week: Path) -> Path:
    done = shell.run("site", week.parents[1], "--out", "site")
    assert done.code == 0, done.err
    return desk.folder / "site"


PAGES = {
    "body/valdoine-mobilites": ("What people asked about", "Les sujets des demandes"),
    "category/ville": ("What people asked about", "Les sujets des demandes"),
}


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_the_topics_of_the_newest_period(site: Path, week: Path, page: str) -> None:
    subject = page.partition("/")[2]
    topics = [it["topic"] for it in lines_of(week) if subject in (it["body_id"], it["category"])]

    for language, heading in zip(("en", "fr"), PAGES[page], strict=True):
        text = (site / language / "weekly" / f"{page}.html").read_text(encoding="utf-8")
        assert heading in text
        assert re.findall(r'data-topic="([^"]+)"', text) == topics


def test_a_body_without_topics_has_no_table_of_them(site: Path) -> None:
    text = (site / "en" / "weekly" / "body" / "ville-mirecombe.html").read_text(encoding="utf-8")

    assert "What people asked about" not in text


def test_nothing_of_one_person_is_on_any_page(site: Path) -> None:
    for path in (it for it in site.rglob("*") if it.suffix in (".html", ".csv", ".json", ".js")):
        text = path.read_text(encoding="utf-8").lower()
        assert MARKER.lower() not in text, path
        assert PHONE not in text, path
