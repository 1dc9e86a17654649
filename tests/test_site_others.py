"""Home, categories, the index of the search, and the page that compares."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from scoreboards import ordinary, score, scoreboard
from sites import Checked, built, links, page, publish, publish_some, week

from socialscore.publishing.site import About

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return publish_some(tmp_path / "published")


def index(files: dict[str, bytes]) -> list[dict[str, object]]:
    """What the script of the search sets."""
    name, _, value = files["bodies.js"].decode().partition("=")
    assert name == "socialscoreIndex"
    return json.loads(value)


def test_the_first_page_leads_to_both_languages(published: Path) -> None:
    found = Checked(page(built(published), "index.html"))

    offered = [(it["data-language"], it["href"]) for it in found.of("a")]
    assert offered == [("fr", "fr/index.html"), ("en", "en/index.html")]


def test_the_home_page_has_the_first_rows_of_the_newest_ranking(tmp_path: Path) -> None:
    bodies = [score(f"Body {it}", 40, 40 - it, rank=it) for it in range(1, 30)]
    publish(tmp_path, week(45, scoreboard(score("Old", 40, 20, rank=1))), ranking="earlier")
    publish(tmp_path, scoreboard(*bodies))

    home = page(built(tmp_path), "en/index.html")

    assert len(re.findall("<tr data-", home)) == 10
    assert "all 29 bodies" in home
    assert "Old" not in home
    assert "../en/earlier/index.html" in links(Checked(home))


def test_the_pages_say_of_the_site_what_they_are_told(published: Path) -> None:
    about = About("Baromètre", None, "hello@example.org", "https://example.org/licence")

    files = built(published, about)

    for path in ("en/index.html", "fr/weekly/2026-W46.html"):
        found = Checked(page(files, path))
        assert "Baromètre" in found.text
        assert {"mailto:hello@example.org", "https://example.org/licence"} <= set(links(found))


def test_a_category_is_given_pooled_and_as_the_median_of_its_bodies(tmp_path: Path) -> None:
    bodies = (("A", 100, 10), ("B", 10, 8), ("C", 10, 9))
    ranked = [score(name, n, k, rank=rank) for rank, (name, n, k) in enumerate(bodies, start=1)]
    publish(tmp_path, scoreboard(*ranked, score("D", 3, 3, reason="too-few")))

    found = page(built(tmp_path), "en/weekly/category/city.html")

    first = re.findall(r"<td class=\"number\" data-value=\"(.*?)\"", found)[:3]
    assert first == ["120", "0.225", "0.8"]
    assert "Their median is 80 %" in found


def test_a_category_of_few_bodies_has_no_median(tmp_path: Path) -> None:
    publish(tmp_path, scoreboard(score("A", 40, 10, rank=1), score("B", 10, 8, rank=2)))

    assert "median is" not in page(built(tmp_path), "en/weekly/category/city.html")


def test_the_index_has_every_body_with_the_numbers_of_the_newest_period(published: Path) -> None:
    files = built(published)

    weekly = next(it for it in index(files) if it["name"] == "weekly")
    bodies = {body[0]: body for body in weekly["bodies"]}

    for name, body in bodies.items():
        assert f"en/weekly/body/{body[1]}.html" in files, name
    newest = {it.body.name: it for it in ordinary().scores}
    assert newest.keys() <= bodies.keys()
    assert all(len(body[-1]) == 3 for body in bodies.values())


def test_a_body_that_is_not_in_the_newest_period_is_found_without_numbers(tmp_path: Path) -> None:
    publish(tmp_path, week(45, scoreboard(score("Gone", 40, 20, rank=1))))
    publish(tmp_path, week(46, scoreboard(score("There", 40, 30, rank=1))))

    (ranking,) = index(built(tmp_path))

    gone, there = ranking["bodies"]
    assert gone[:3] + gone[6:8] + gone[-1:] == ["Gone", "gone", "city", None, None, [50, None]]
    assert there[3] == 1
    assert there[6:8] + there[-1:] == [40, 30, [None, 75]]


def test_the_page_that_compares_says_what_it_needs_where_scripts_are_off(published: Path) -> None:
    files = built(published)

    for language, words in (("en", "needs scripts"), ("fr", "a besoin de scripts")):
        noscript = page(files, f"{language}/weekly/compare.html").split("<noscript>")[1]
        assert words in noscript.split("</noscript>")[0]


# --- in a frame, and beside a link ----------------------------------------------------------------

ABOUT = About("Baromètre", "https://example.org/b/", None, "https://example.org/licence")


def test_a_frame_leads_out_of_itself_and_runs_nothing(published: Path) -> None:
    files = built(published)
    framed = [path for path in files if "/embed/" in path]

    assert {"fr/weekly/embed/2026-W46.html", "en/weekly/embed/body/kermorvan.html"} <= set(framed)
    for path in framed:
        found = Checked(page(files, path))
        assert not found.of("script")
        assert all(it["target"] == "_top" for it in found.of("a"))


def test_a_page_has_the_code_of_its_frame_where_the_site_has_an_address(published: Path) -> None:
    files = built(published, ABOUT)

    code = Checked(page(files, "en/weekly/2026-W46.html")).text.partition("<iframe ")[2]

    assert code.startswith('src="https://example.org/b/en/weekly/embed/2026-W46.html" title="')
    assert "<iframe" not in Checked(page(built(published), "en/weekly/2026-W46.html")).text


def test_with_an_address_pages_say_it_and_have_a_picture_to_share(published: Path) -> None:
    files = built(published, ABOUT)

    found = Checked(page(files, "fr/weekly/2026-W46.html"))

    properties = {it["property"]: it["content"] for it in found.of("meta") if "property" in it}
    address = "https://example.org/b/fr/weekly/2026-W46.html"
    assert [it["href"] for it in found.of("link") if it["rel"] == "canonical"] == [address]
    assert (properties["og:url"], properties["og:locale"]) == (address, "fr")
    picture = properties["og:image"].removeprefix("https://example.org/b/")
    assert files[picture].startswith(b"\x89PNG")
    assert not [it for it in files if it.endswith((".png", ".xml")) and it in built(published)]


def test_a_period_is_described_as_a_dataset(published: Path) -> None:
    text = page(built(published, ABOUT), "en/weekly/2026-W45.html")

    (said,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    found = json.loads(said)
    assert (found["@type"], found["license"]) == ("Dataset", ABOUT.licence)
    assert found["temporalCoverage"] == "2026-11-02/2026-11-08"
    (csv,) = [it for it in found["distribution"] if it["name"] == "ranking.csv"]
    assert csv["contentUrl"] == "https://example.org/b/data/weekly/2026-W45/ranking.csv"


def test_a_title_does_not_end_the_description_of_a_dataset(tmp_path: Path) -> None:
    publish(tmp_path, scoreboard(score("A", 40, 10, rank=1), title="</script><b>"))

    found = Checked(page(built(tmp_path, ABOUT), "en/weekly/2026-W46.html"))

    assert not found.of("b")


def test_the_feed_has_an_entry_for_every_period_the_newest_first(published: Path) -> None:
    files = built(published, ABOUT)

    feed = ElementTree.fromstring(files["fr/weekly/feed.xml"])  # noqa: S314 - our own

    atom = "{http://www.w3.org/2005/Atom}"
    addresses = [it.find(f"{atom}link").get("href") for it in feed.iter(f"{atom}entry")]
    assert addresses == [f"https://example.org/b/fr/weekly/2026-W{it}.html" for it in (46, 45, 44)]
    assert feed.find(f"{atom}updated").text == "2026-11-23T08:00:00+00:00"


def test_the_map_of_the_site_has_every_page_and_goes_on_in_parts(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.publishing.site.discovery.ADDRESSES", 20)
    files = built(published, ABOUT)

    parts = [it for it in files if re.fullmatch(r"sitemap-\d+\.xml", it)]
    found = [text for it in parts for text in _locations(files[it])]

    pages = [it for it in files if it.startswith(("en/", "fr/")) and it.endswith(".html")]
    expected = [f"https://example.org/b/{quote(it)}" for it in pages if "/embed/" not in it]
    assert sorted(found) == sorted(expected)
    assert _locations(files["sitemap.xml"]) == [f"https://example.org/b/{it}" for it in parts]


def _locations(content: bytes) -> list[str | None]:
    """The addresses of a map."""
    found = ElementTree.fromstring(content)  # noqa: S314 - our own
    return [it.text for it in found.iter() if it.tag.endswith("}loc")]
