"""The websites that the benchmark builds are whole: of every body and week, and again after one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench import sites
from socialscore.publishing.site import pages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_a_site_of_many_bodies_has_a_page_of_each_and_of_every_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in {"1000x51": (30, 2), "1000x52": (30, 3)}.items():
        monkeypatch.setitem(sites.SIZES, name, size)

    sites.SITES["site-1000x52"](tmp_path)()
    sites.SITES["site-again"](tmp_path)()

    whole, again = (tmp_path / f"site-1000x5{it}" / "site" for it in (2, 1))
    assert len([*(whole / "fr" / "weekly" / "body").glob("*.html")]) == 30
    assert len([*(whole / "fr" / "weekly").glob("20*.html")]) == 3
    assert "data-waiting" in "".join(
        it.read_text(encoding="utf-8") for it in (whole / "fr" / "weekly" / "body").glob("tram*")
    )
    files = pages(tmp_path / "site-1000x52" / "published")
    assert all((whole / path).read_bytes() == (again / path).read_bytes() for path in files)
