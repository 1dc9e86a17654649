"""The pages behind a ranking: its method, its data, and who can be reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from scoreboards import nothing_ranked, ordinary
from sites import Checked, built, links, page, publish

from socialscore.inputs.options import OPTIONS
from socialscore.publishing.site import About

if TYPE_CHECKING:
    from pathlib import Path

PANEL = """body_id,body,category,network,account_id,handle,role,valid_from,valid_until,calendar
kermorvan,Kermorvan,city,twitter,1,k,main,,,
kermorvan,Kermorvan,city,facebook,2,k,main,,2026-11-09,
bus-de-l-aulnaie,Bus de l'Aulnaie,city,facebook,3,b,main,2026-11-15,,
"""


@pytest.fixture
def published(tmp_path: Path) -> Path:
    publish(tmp_path / "published", ordinary())
    return tmp_path / "published"


def test_the_method_has_every_number_and_option_in_both_languages(published: Path) -> None:
    files = built(published)

    for language, label in (("en", "label"), ("fr", "label_fr")):
        found = Checked(page(files, f"{language}/weekly/method.html"))
        assert all(metric.description in found.text for metric in ordinary().metrics)
        told = [getattr(it, label) for it in OPTIONS if it.name in ordinary().options]
        assert told
        assert all(it in found.text for it in told)


def test_the_method_draws_a_funnel_where_bodies_are_ranked(tmp_path: Path) -> None:
    publish(tmp_path, ordinary())
    publish(tmp_path, nothing_ranked(), ranking="empty")

    files = built(tmp_path)

    assert 'id="funnel-title"' in page(files, "en/weekly/method.html")
    assert 'id="funnel-title"' not in page(files, "en/empty/method.html")


def test_the_data_have_every_file_and_how_to_cite_them(published: Path) -> None:
    about = About("Baromètre", "https://example.org/", None, None)

    found = Checked(page(built(published, about), "fr/weekly/data.html"))

    there = {it.rpartition("/")[2] for it in links(found)}
    assert {"ranking.csv", "ranking.json", "options.json", "manifest.json"} <= there
    assert "https://example.org/fr/weekly/2026-W46.html" in found.text


def test_who_can_be_reached_is_who_had_an_account_in_the_period(tmp_path: Path) -> None:
    publish(tmp_path, ordinary(), more={"panel.csv": PANEL.encode()})

    for language, anywhere in (("en", "any network"), ("fr", "au moins un")):
        found = page(built(tmp_path), f"{language}/weekly/adoption.html")
        _, first, *_ = found.split('<tr><th scope="row">')
        assert f'<td class="number wide-only">{len(ordinary().scores)}</td>' in first
        assert re.findall(r'data-value="(\d+)"', first) == ["2", "1", "1"]  # Facebook, X
        assert 'id="adoption-title"' in found
        assert anywhere in found


def test_a_panel_that_was_not_published_is_told(published: Path) -> None:
    assert "were not published" in page(built(published), "en/weekly/adoption.html")
