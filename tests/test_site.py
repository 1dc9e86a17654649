"""The site: well-formed, harmless, complete, in two languages, and the same each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

import pytest
from scoreboards import EXAMPLES, compared, devoted, nothing_ranked, ordinary, provisional, score
from scoreboards import scoreboard as board_of
from sites import HOSTILE, Checked, built, html, links, page, publish, publish_some, week

from socialscore.errors import InputError
from socialscore.model.scoreboard import Scoreboard
from socialscore.publishing import site
from socialscore.publishing.series import read_publication
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.site import pages
from socialscore.publishing.site.mirror import update
from socialscore.publishing.site.urls import file_name
from socialscore.reporters.scoreboards import worded_scoreboard

BOARDS = [name for name, example in EXAMPLES.items() if isinstance(example(), Scoreboard)]
STATIC = Path(site.__file__).with_name("static")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return publish_some(tmp_path / "published")


# --- the scoreboard that a publication shows


@pytest.mark.parametrize("name", BOARDS)
def test_a_publication_is_read_back_as_it_was_in_every_word(tmp_path: Path, name: str) -> None:
    board = EXAMPLES[name]()
    folder = publish(tmp_path, replace(board, title_fr="Qui répond ?", notes=("A note.",)))

    found = scoreboard_of(read_publication(folder))

    expected = worded_scoreboard(replace(board, title_fr="Qui répond ?", notes=("A note.",)))
    assert worded_scoreboard(found) == expected


def test_a_publication_that_lacks_something_is_named(tmp_path: Path) -> None:
    folder = publish(tmp_path, ordinary())
    path = folder / "ranking.json"
    path.chmod(0o644)
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["scores"][0]["rank_low"]
    path.write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(InputError, match="rank_low"):
        scoreboard_of(read_publication(folder))


# --- every page


def test_every_page_is_well_formed_and_says_its_language_and_title(published: Path) -> None:
    built_once = built(published)
    for path, found in html(built_once):
        assert found.of("html") == [{"lang": "fr" if path.startswith("fr/") else "en"}], path
        head = page(built_once, path).partition("</head>")[0]
        assert head.count("<title>") == len(found.of("h1")) == len(found.of("main")) == 1
        assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in found.of(
            "meta"
        )


def test_every_table_has_a_caption_and_headers_that_say_what_they_head(published: Path) -> None:
    files = built(published)
    for path, found in html(files):
        assert len(found.of("caption")) == len(found.of("table")), path
        assert all(it.get("scope") in ("col", "row") for it in found.of("th")), path
        assert '<th scope="col"></th>' not in page(files, path)
        assert all(it.get("aria-label") for it in found.of("nav")), path


def test_no_page_fetches_anything_from_elsewhere_or_runs_what_stands_in_it(published: Path) -> None:
    for path, found in html(built(published)):
        policy = found.of("meta")[1]
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert re.match(
            r"default-src 'none'; (script-src 'self'; )?style-src 'self'; ", policy["content"]
        )
        run = [it.get("src", "").lstrip("./") for it in found.of("script")]
        assert run == ([] if "/embed/" in path else ["site.js"]), path
        assert not found.of("style") + found.of("img"), path
        names = {name for _, attributes in found.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}, path
        assert not [it for it in links(found) if re.match(r"[a-z]+:|/", it, re.IGNORECASE)], path
    for path, content in built(published).items():
        if path.endswith(".css"):
            assert not re.search(rb"//|url\(|@import", content), path


def test_every_colour_of_a_text_can_be_read_on_its_ground(published: Path) -> None:
    css = built(published)["style.css"].decode()
    dark = re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", css, re.DOTALL)
    light = css.partition("@media print")[0]
    for text in dark:
        light = light.replace(text, "")

    for scheme in (light, "".join(dark)):
        colours = dict(re.findall(r"--(\w+): (#\w+);", scheme))
        for name in ("ink", "soft", "link", "warn", "up", "down", "median"):
            for ground in ("paper", "wash"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def contrast(colour: str, ground: str) -> float:
    """As the Web Content Accessibility Guidelines reckon it."""
    darker, lighter = sorted((luminance(colour), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    parts = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_every_link_leads_to_a_file_of_the_site(published: Path) -> None:
    files = built(published)
    known, led_to = set(files), {"index.html"}

    for path, found in html(files):
        for link in links(found):
            link = re.split("[#?]", link)[0] or Path(path).name
            target = Path(path).parent / unquote(link)
            assert normpath(target) in known, f"{path}: {link}"
            led_to.add(normpath(target))

    assert {it for it in files if it.endswith(".html") and "/embed/" not in it} <= led_to


def test_the_same_publications_give_the_same_bytes(published: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "published"
    publish(again, devoted(), ranking="operators & co")
    publish(again, week(46, compared()), revision=2)
    publish(again, week(46, provisional()))
    publish(again, week(45, ordinary()))
    publish(again, week(44, nothing_ranked()))

    assert list(built(again).items()) == list(built(published).items())


def test_texts_of_others_are_words_and_nothing_else(tmp_path: Path) -> None:
    body = score(HOSTILE, 40, 20, 60.0, rank=1, category=HOSTILE, band=HOSTILE)
    hostile = replace(body.body, body_id="../../" + HOSTILE)
    board = board_of(
        replace(body, body=hostile),
        score("<b>", 3, 1, reason="too-few"),
        title=HOSTILE,
        panel=HOSTILE,
        title_fr=HOSTILE,
        description=HOSTILE,
        description_fr=HOSTILE,
        notes=(HOSTILE,),
    )
    publish(tmp_path, board, ranking="a b%&#'\"<i>")

    files = built(tmp_path)

    update(pages(tmp_path), tmp_path / "out" / "site")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["site"]
    for path, found in html(files):
        run = [it.get("src", "").lstrip("./") for it in found.of("script")]
        assert run == ([] if "/embed/" in path else ["site.js"]), path
        assert not found.of("b") + found.of("i"), path
        assert b"{{" not in files[path].replace(b"{{ 7 * 7 }}", b"")
    assert HOSTILE in Checked(page(files, "en/index.html")).text


def test_every_page_is_there_in_both_languages_and_leads_to_the_other(published: Path) -> None:
    files = built(published)
    english = {path[3:] for path in files if path.startswith("en/")}

    assert english == {path[3:] for path in files if path.startswith("fr/")}
    for path, found in html(files):
        others = {it["hreflang"]: it["href"] for it in found.of("link") if "hreflang" in it}
        others.pop("x-default", None)
        expected = {code: re.sub("^(en|fr)/", f"{code}/", path) for code in ("en", "fr")}
        if path != "index.html":
            led_to = {
                code: normpath(Path(path).parent / unquote(link)) for code, link in others.items()
            }
            assert led_to == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plouvenec", "plouvenec"),
        ("saint-malo_2", "saint-malo_2"),
        ("île", "ile~"),
        ("Île", "ile~"),
        ("../../etc", "etc~"),
        ("", "~"),
        ("con.", "con~"),
        ("x" * 300, "x" * 80 + "~"),
        ("مدينة", "~"),
    ],
)
def test_a_page_has_a_name_that_every_file_system_takes(text: str, name: str) -> None:
    found = file_name(text)

    assert found.startswith(name)
    assert re.fullmatch("[a-z0-9_~-]{1,100}", found)


def test_no_two_texts_have_one_name() -> None:
    texts = ["ile", "île", "Ile", "i le", "i-le", "i.le", "ile ", "x" * 81, "x" * 82, "", " "]

    assert len({file_name(text) for text in texts}) == len(texts)


# --- what is refused


def test_a_changed_publication_is_refused_and_named(published: Path) -> None:
    path = published / "weekly" / "2026-W45" / "ranking.csv"
    path.chmod(0o644)
    path.write_text("rank\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"2026-W45/ranking\.csv: is not what was published"):
        built(published)


def test_a_publication_that_lacks_a_file_is_refused_and_named(published: Path) -> None:
    (published / "weekly" / "2026-W45" / "ranking.csv").unlink()

    with pytest.raises(InputError, match=r"2026-W45/ranking\.csv: cannot be read"):
        built(published)
