"""The documentation as a site: every page in it once, for somebody, and nothing fetched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import yaml
from browser import chromium, opened, served
from shell import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FETCHING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Fetched(HTMLParser):
    """What a browser loads with a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag == "link" and said.get("rel") in ("canonical", "next", "prev", "alternate"):
            return
        if address := said.get(FETCHING.get(tag, "")):
            self.found.append(address)


def named(nav: object) -> Iterator[str]:
    """The pages of a navigation."""
    if isinstance(nav, str):
        yield nav
    for each in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from named(each)


def test_every_page_stands_once_in_the_navigation() -> None:
    settings = yaml.safe_load((CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8"))

    pages = {path.name for path in (CHECKOUT / "docs").glob("*.md")}
    expected = {"index.md", "LISEZMOI.md", "decisions/README.md", *pages}
    assert Counter(named(settings["nav"])) == Counter(expected)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does; a warning fails it."""
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


@pytest.mark.slow
def test_it_is_built_without_a_warning_and_fetches_nothing_from_elsewhere(built: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in built.rglob("*.html")}
    styles = [path.read_text(encoding="utf-8") for path in built.rglob("*.css")]

    assert len(pages) > 30
    elsewhere = {
        path.name: address
        for path, text in pages.items()
        for address in Fetched(text).found
        if re.match(r"(https?:)?//", address)
    }
    assert elsewhere == {}
    assert not [
        it for style in styles for it in re.findall(r"(?:@import|url\()[^;)]*//[^;)]*", style)
    ]


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_a_browser_asks_for_nothing_elsewhere(built: Path) -> None:
    with chromium() as browser, served(built) as address, opened(browser, address) as window:
        for page in ("index.html", "LISEZMOI.html", "method.html"):
            window.open(page)
            window.page.wait_for_load_state("networkidle")

        assert window.complaints == []


@pytest.mark.slow
def test_what_pages_link_to_in_the_repository_is_there(built: Path) -> None:
    start = (built / "index.html").read_text(encoding="utf-8")

    assert 'href="method.html' in start
    assert 'href="repository/bench/index.html' in start
    assert (built / "repository" / "rankings" / "demo.toml").is_file()
    assert "socialscore, en français" in (built / "LISEZMOI.html").read_text(encoding="utf-8")
