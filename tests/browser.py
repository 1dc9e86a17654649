"""A browser that looks at a site: Debian's Chromium, and nothing that leaves this machine."""

from __future__ import annotations

import os
import re
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from socialscore.commands.serve import server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WIDTHS = (320, 375, 768, 1280, 1920)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the system; where there is none, tests are skipped, but not in CI."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(site: Path) -> Iterator[str]:
    """A site on loopback; its address."""
    with server(site, 0) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@dataclass
class Seen:
    """A page as a reader opens it, and what it did that nobody asked for."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def said(self, selector: str) -> list[str]:
        """The texts of elements that are shown, without white space at their ends."""
        return [it.inner_text().strip() for it in self.page.locator(selector).all()]


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Seen]:
    """A window of its own, which notes messages, errors and requests to elsewhere.

    Args:
        browser: the browser.
        address: of the site.
        options: of the window, as Playwright names them.
    """
    context = browser.new_context(**options)
    seen = Seen(context.new_page(), address)
    complain = seen.complaints.append
    seen.page.on("console", lambda it: complain(f"console: {it.text}"))
    seen.page.on("pageerror", lambda it: complain(f"error: {it}"))
    seen.page.on(
        "requestfailed",
        # A reader who goes on before all has come ends what is still on its way.
        lambda it: None if it.failure == "net::ERR_ABORTED" else complain(f"failed: {it.url}"),
    )
    seen.page.on(
        "response", lambda it: complain(f"{it.status}: {it.url}") if it.status >= 400 else None
    )
    seen.page.on(
        "request",
        lambda it: (
            complain(f"elsewhere: {it.url}") if not it.url.startswith((address, "data:")) else None
        ),
    )
    yield seen
    context.close()


def one_of_each_kind(site: Path) -> list[str]:
    """A page of each kind in each language, by their paths."""
    found: dict[str, str] = {}
    for path in sorted(it.relative_to(site).as_posix() for it in site.rglob("*.html")):
        kind = re.sub(r"\d{4}-W\d\d|\d{4}-Q\d", "PERIOD", path)
        kind = re.sub(r"(body|category)/[^/]+$", r"\1/NAME", kind)
        found.setdefault(kind, path)
    # It leads to another page at once.
    return [path for path in found.values() if path != "index.html"]


_OVERFLOWING = """
() => {
  const wide = document.documentElement.clientWidth;
  const clipped = (it) => {
    for (let box = it.parentElement; box; box = box.parentElement) {
      const kind = getComputedStyle(box);
      if (kind.overflowX !== 'visible' || kind.position === 'absolute' && box.offsetWidth <= 1)
        return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((it) => it.checkVisibility())
    .filter((it) => {
      const box = it.getBoundingClientRect();
      return box.right > wide + 1 || box.left < -1;
    })
    .filter((it) => !clipped(it) && !it.closest('.skip'))
    .map((it) => it.outerHTML.slice(0, 120));
}
"""


def overflowing(page: Page) -> list[str]:
    """The beginnings of the elements that stand out of a page on either side."""
    return page.evaluate(_OVERFLOWING)


@cache
def _axe() -> str:
    import axe_playwright_python

    path = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    return path.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds against levels A and AA, a line for each element."""
    page.evaluate(_axe())
    options = {"runOnly": {"type": "tag", "values": STANDARDS}}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']} ({rule['help']}): {node['html'][:160]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
