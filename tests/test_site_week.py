"""The page of a period: what it says, that its values are those of the exports, and its parts."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scoreboards import bands, compared, ordinary, provisional, score, scoreboard
from sites import Checked, built, links, page, publish, publish_some, week

from socialscore.publishing.site import About, ranking
from socialscore.publishing.site import week as week_module

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return publish_some(tmp_path / "published")


def rows(text: str) -> dict[str, str]:
    """The rows of the ranking by the identifier of the body that their mark draws."""
    found = re.findall(r"<tr data-.*?</tr>", text, re.DOTALL)
    return {re.findall('data-body="(.*?)"', row)[0]: row for row in found}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_value_of_the_table_is_that_of_the_export(published: Path, language: str) -> None:
    files = built(published)

    drawn = rows(page(files, f"{language}/weekly/2026-W46.html"))

    text = files["data/weekly/2026-W46.r2/ranking.csv"].decode()
    exported = {it["body_id"]: it for it in csv.DictReader(io.StringIO(text)) if it["rank"]}
    assert list(drawn) == list(exported)
    for body_id, its in exported.items():
        values = re.findall('data-value="(.*?)"', drawn[body_id])
        wanted = ("rank", "response_rate", "n_requests", "median_delay", "median_wait",
                  "difference")  # fmt: skip
        assert values == [its[name] for name in wanted if its[name]]
        for attribute, name in (("rate", "response_rate"), ("low", "wilson_low")):
            assert f'data-{attribute}="{its[name]}"' in drawn[body_id]


def test_a_period_says_who_is_not_ranked_and_why_and_leads_to_its_files(published: Path) -> None:
    files = built(published)

    english = Checked(page(files, "en/weekly/2026-W45.html"))
    french = Checked(page(files, "fr/weekly/2026-W45.html"))

    for words in ("fewer than 10 questions", "not collected", "left out: 120 duplicates",
                  "2–8 Nov 2026 · final figures", "Revision 1."):  # fmt: skip
        assert words in english.text
    for words in ("moins de 10 questions", "comptes non collectés", "2–8 novembre 2026"):
        assert words in french.text
    assert "../../data/weekly/2026-W45/ranking.csv" in links(english)


def test_bodies_that_are_not_ranked_stand_in_the_order_of_dictionaries(tmp_path: Path) -> None:
    names = ("Zuydcoote", "Énergie", "Eaux")
    publish(tmp_path, scoreboard(*(score(it, 3, 1, reason="too-few") for it in names)))

    found = page(built(tmp_path), "fr/weekly/2026-W46.html")

    listed = found.split('class="reasons"')[1]
    assert re.findall("<bdi>(.*?)</bdi>", listed) == ["Eaux", "Énergie", "Zuydcoote"]


def test_a_period_is_shown_in_its_last_revision_and_the_others_can_be_had(published: Path) -> None:
    found = Checked(page(built(published), "en/weekly/2026-W46.html"))

    assert "final figures" in found.text
    assert "Revision 2." in found.text
    folders = {it.split("/")[-2] for it in links(found) if it.endswith("ranking.csv")}
    assert folders == {"2026-W46.r2", "2026-W46"}


def test_a_provisional_period_says_so(tmp_path: Path) -> None:
    publish(tmp_path, provisional())

    files = built(tmp_path)

    assert "the figures will change" in Checked(page(files, "en/weekly/2026-W46.html")).text
    assert "chiffres provisoires" in Checked(page(files, "fr/index.html")).text


def test_a_period_leads_to_the_one_before_and_the_one_after(tmp_path: Path) -> None:
    publish(tmp_path, week(52, ordinary()))
    publish(tmp_path, week(53, ordinary()))
    publish(tmp_path, replace(week(54, ordinary()), period="2027-W01"))

    found = Checked(page(built(tmp_path), "fr/weekly/2026-W53.html"))

    turns = {it["rel"]: it["href"].rpartition("/")[2] for it in found.of("a") if "rel" in it}
    assert turns == {"prev": "2026-W52.html", "next": "2027-W01.html"}


def test_a_band_stands_beside_the_name(tmp_path: Path) -> None:
    publish(tmp_path, bands())

    assert '<span class="badge">Very good</span>' in page(
        built(tmp_path), "en/weekly/2026-W46.html"
    )


def test_only_a_movement_that_is_more_than_chance_has_an_arrow(tmp_path: Path) -> None:
    publish(tmp_path, compared())

    drawn = rows(page(built(tmp_path), "en/weekly/2026-W46.html"))

    moved = {it.body.body_id for it in compared().scores if it.change and it.change.direction}
    assert moved & set(drawn) == {
        body_id for body_id, row in drawn.items() if "▲" in row or "▼" in row
    }


@pytest.mark.parametrize("about", [None, About(url="https://example.org/")])
def test_a_table_of_many_bodies_has_several_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: About | None
) -> None:
    monkeypatch.setattr(week_module, "ROWS", 4)
    monkeypatch.setattr("socialscore.publishing.site.ROWS", 4)
    bodies = [score(f"Body {it}", 40, 40 - it, rank=it) for it in range(1, 8)]
    publish(tmp_path, scoreboard(*bodies, score("Last", 3, 1, reason="too-few")))

    files = built(tmp_path, about)

    first, second = (page(files, f"en/weekly/2026-W46{it}.html") for it in ("", ".p2"))
    assert [len(rows(it)) for it in (first, second)] == [4, 3]
    assert ("Last" in first.split("<main")[1], "Last" in second) == (False, True)
    assert "../../en/weekly/2026-W46.p2.html" in links(Checked(first))
    assert ranking.ROWS == 1_000
