"""The site in a browser: whole at every width, for every reader, with and without its script."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from browser import WIDTHS, chromium, one_of_each_kind, opened, overflowing, served, violations
from publications import contents
from scoreboards import score, scoreboard
from shell import run
from sites import HOSTILE, publish, week

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Seen
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

WEEK = "en/demo-weekly/2026-W46.html"
NAMES = (
    HOSTILE,
    "Communauté d'agglomération " + "très " * 60 + "longue",
    "x" * 300,
    "بلدية الرباط",
    "\u202eedisolc",
    "</script><svg onload=alert(1)>",
    "🏛️ Mairie",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    """The site of two weeks of the demo, and of a ranking whose names nobody expects."""
    folder = tmp_path_factory.mktemp("pages")
    published = folder / "published"
    for as_of in ("2026-11-16", "2026-11-23"):
        done = run("publish", "demo-weekly", "--store", demo, "--as-of", as_of, "--out", published)
        assert done.code == 0, done.err
    publish(published, hostile(), ranking="hostile")
    assert run("site", published, "--out", folder / "site").code == 0
    return folder / "site"


def hostile() -> object:
    lines = [score(name, 40 + n, 30, 60.0, rank=n + 1) for n, name in enumerate(NAMES)]
    odd = [
        replace(it, body=replace(it.body, body_id=f"{it.body.name}/../é", category=it.body.name))
        for it in lines
    ]
    return replace(week(46, scoreboard(*odd)), title=HOSTILE, panel=HOSTILE)


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


@pytest.fixture
def seen(browser: Browser, address: str) -> Iterator[Seen]:
    with opened(browser, address, viewport={"width": 1280, "height": 900}) as window:
        yield window
        assert window.complaints == []


def test_no_page_stands_out_at_any_width_nor_says_anything_on_the_console(
    seen: Seen, site: Path
) -> None:
    found = {}
    for path in one_of_each_kind(site):
        page = seen.open(path)
        assert page.locator("h1").count() == 1, path
        assert page.title(), path
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if elements := overflowing(page):
                found[path, width] = elements

    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_violation_of_a_or_aa(
    browser: Browser, address: str, site: Path, scheme: str
) -> None:
    found = {}
    with opened(browser, address, color_scheme=scheme) as window:
        for path in one_of_each_kind(site):
            # The colours are those of every language and ranking.
            if path.startswith("en/demo-weekly/") or scheme == "light":
                page = window.open(path)
                # Charts, and whatever else is folded, are looked at too.
                page.evaluate(
                    "for (const it of document.querySelectorAll('details')) it.open = true"
                )
                if elements := violations(page):
                    found[path] = elements
        assert window.complaints == []

    assert found == {}


def test_no_name_breaks_its_own_page(seen: Seen, site: Path) -> None:
    found = {}
    for path in sorted((site / "en" / "hostile" / "body").glob("*.html")):
        page = seen.open(path.relative_to(site).as_posix().replace("%", "%25"))
        assert page.locator("h1").count() == 1
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if elements := overflowing(page):
                found[path.name, width] = elements

    assert found == {}


@pytest.mark.parametrize("path", ["embed/2026-W46.html", "embed/body/tram-brevanche.html"])
def test_a_frame_of_300_pixels_shows_the_rate(seen: Seen, path: str) -> None:
    seen.page.set_viewport_size({"width": 300, "height": 640})
    page = seen.open(f"fr/demo-weekly/{path}")

    assert overflowing(page) == []
    assert "97 %" in page.inner_text("body").replace("\u00a0", " ")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_rate_of_every_body_is_seen_at_every_width(seen: Seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    page = seen.open(WEEK)

    for cell in page.locator("td.rate").all():
        box = cell.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width


def published_rows(site: Path, name: str = "ranking.csv") -> list[dict[str, str]]:
    content = (site / "data" / "demo-weekly" / "2026-W46" / name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_values_of_the_table_are_those_of_the_file(
    seen: Seen, site: Path, language: str
) -> None:
    page = seen.open(WEEK.replace("en/", f"{language}/"))

    marks = [
        {name: it.get_attribute(f"data-{name}") for name in ("body", "rank", "rate", "requests")}
        for it in page.locator("svg.row-mark[data-body]").all()
    ]
    assert marks == [
        {
            "body": row["body_id"], "rank": row["rank"], "rate": row["response_rate"],
            "requests": row["n_requests"],
        }
        for row in published_rows(site)
        if row["rank"]
    ]  # fmt: skip


def test_the_figures_and_charts_of_a_body_are_those_of_the_files(seen: Seen, site: Path) -> None:
    (row,) = (it for it in published_rows(site) if it["body_id"] == "tram-brevanche")
    waits, hours = (
        [it for it in published_rows(site, name) if it["body_id"] == row["body_id"]]
        for name in ("waits.csv", "hours.csv")
    )
    page = seen.open("fr/demo-weekly/body/tram-brevanche.html")

    def of(selector: str, name: str) -> list[str | None]:
        return [it.get_attribute(name) for it in page.locator(selector).all()]

    assert of(".figures [data-rate]", "data-rate") == [row["response_rate"]]
    assert of(".figures [data-rank]", "data-rank") == [row["rank"]]
    assert of("svg [data-after]", "data-after") == [it["after_seconds"] for it in waits]
    assert of("svg [data-after]", "data-waiting") == [it["waiting"] for it in waits]
    assert of("svg [data-hour]", "data-requests") == [it["n_requests"] for it in hours]
    assert of("tr[data-network]", "data-requests") == [row["n_requests"]]


def test_without_script_the_table_is_whole(browser: Browser, address: str, site: Path) -> None:
    ranked = [row["body"] for row in published_rows(site) if row["rank"]]
    with opened(browser, address, java_script_enabled=False) as window:
        page = window.open(WEEK)

        names = page.locator("table.sortable tbody th a")
        assert [it.inner_text() for it in names.all()] == ranked
        assert not page.locator(".tools").is_visible()
        assert window.complaints == []


def test_a_table_is_sorted_filtered_and_searched_and_the_address_says_so(seen: Seen) -> None:
    page = seen.open(WEEK)
    rows = page.locator("table.sortable tbody tr")
    n_all = rows.count()

    page.get_by_role("button", name="questions").click()
    asked = [
        it.get_attribute("data-requests") for it in page.locator("svg.row-mark[data-body]").all()
    ]
    assert [int(it or 0) for it in asked] == sorted((int(it or 0) for it in asked), reverse=True)
    assert "sort=" in page.url

    page.locator("select[name=category]").select_option("transport")
    shown = [it for it in rows.all() if it.is_visible()]
    assert 0 < len(shown) < n_all
    assert {it.get_attribute("data-category") for it in shown} == {"transport"}

    page.locator("select[name=network]").select_option("facebook")
    on_facebook = [it for it in rows.all() if it.is_visible()]
    assert 0 < len(on_facebook) < len(shown)
    page.locator("select[name=network]").select_option("")

    page.locator("input[name=q]").fill("brevanche")  # Brévanche
    assert seen.said("table.sortable tbody tr:visible th a") == ["Tram de Brévanche"]
    assert page.locator(".tools [role=status]").inner_text().startswith("1 of ")

    page.goto(page.url)  # as whoever gets the address opens it
    assert seen.said("table.sortable tbody tr:visible th a") == ["Tram de Brévanche"]


def test_a_table_is_sorted_by_keyboard_alone(seen: Seen) -> None:
    page = seen.open(WEEK)
    page.locator("input[name=q]").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('th')?.dataset.sort") == "name":
            break
    page.keyboard.press("Enter")

    names = seen.said("table.sortable tbody th a")
    assert names.index("Énergie de Sorgueval") < names.index("Ville de Montsabran")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_a_reader_changes_language_week_and_page(seen: Seen) -> None:
    page = seen.open(WEEK)

    page.get_by_role("link", name="français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.url.endswith("fr/demo-weekly/2026-W46.html")

    page.locator("nav.turn a[rel=prev]").click()
    assert page.url.endswith("fr/demo-weekly/2026-W45.html")
    page.locator("nav.turn a[rel=next]").click()
    page.get_by_role("link", name="Tram de Brévanche").first.click()
    assert page.url.endswith("fr/demo-weekly/body/tram-brevanche.html")
    assert seen.said(".overline") == ["Tram de Brévanche"]


@pytest.mark.parametrize(("locale", "code"), [("fr-CA", "fr"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_first_page_leads_to_the_readers_language(
    browser: Browser, address: str, locale: str, code: str
) -> None:
    with opened(browser, address, locale=locale) as window:
        window.page.goto(address)
        window.page.wait_for_url(f"**/{code}/index.html")


def test_a_town_is_found_from_the_first_page_by_keyboard(seen: Seen) -> None:
    page = seen.open("fr/index.html")
    page.locator(".finder input").fill("energie sorg")
    page.locator(".finder li a").first.wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url("**/body/energie-sorgueval.html")


def test_bodies_are_compared_and_the_address_keeps_them(seen: Seen) -> None:
    page = seen.open("en/demo-weekly/compare.html")
    for name in ("tram", "energie"):
        page.locator(".compare input").fill(name)
        page.locator(".compare .found button").first.click()

    page.locator(".compare tbody tr").nth(1).wait_for()
    assert page.locator(".compare tbody tr").count() == 2
    page.goto(page.url)
    page.locator(".compare tbody tr").nth(1).wait_for()
    assert seen.said(".compare tbody th")[0].startswith("Tram de Brévanche")


def test_a_page_runs_no_script_of_its_own(browser: Browser, site: Path, tmp_path: Path) -> None:
    page = contents(site)["en/index.html"].decode()
    taken = "document.title = 'taken'"
    injected = page.replace(
        "</main>",
        f'<script>{taken}</script><img src=none.png onerror="{taken}">'
        f'<a id=trap onclick="{taken}">x</a></main>',
    )
    (tmp_path / "index.html").write_text(injected, encoding="utf-8")
    with served(tmp_path) as address, opened(browser, address) as window:
        opened_page = window.open("index.html")
        opened_page.locator("#trap").click()
        assert opened_page.title() != "taken"
        assert any("Content Security Policy" in it for it in window.complaints)
