"""The site: well-formed, harmless, complete, the same each time, and never half there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from scoreboards import (
    EXAMPLES,
    bands,
    compared,
    devoted,
    nothing_ranked,
    ordinary,
    prompt,
    provisional,
    score,
    scoreboard,
)
from shell import begin, read_only, run

from socialscore.errors import InputError, UsageError
from socialscore.model.scoreboard import Scoreboard
from socialscore.publishing import site
from socialscore.publishing.manifest import FILE_NAME, Manifest, digest
from socialscore.publishing.series import folder_name, read_publication, write_publication
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.site import pages
from socialscore.publishing.site.mirror import Update, update
from socialscore.reporters import render
from socialscore.reporters.scoreboards import worded_scoreboard

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "=1+1\"'><script>alert(1)</script>&amp; {{ 7 * 7 }}"
VOID = {"meta", "link", "line", "circle", "polyline"}
BOARDS = [name for name, example in EXAMPLES.items() if isinstance(example(), Scoreboard)]


def _options(board: Scoreboard) -> dict[str, Any]:
    told = {name: value for name, value in board.options.items() if name != "ignore"}
    return told | {"preset": board.preset, "show": board.show}


def publish(
    published: Path, board: Scoreboard, *, ranking: str = "weekly", revision: int = 1
) -> Path:
    """A publication as `publish` writes it, of a scoreboard that was made by hand."""
    texts = {
        "ranking.csv": render(board, "csv"),
        "ranking.json": render(board, "json"),
        "ranking.md": render(board, "markdown"),
        "options.json": json.dumps(_options(board)),
        "calendars/office.toml": 'title = "Office hours"\n',
    }
    files = {name: text.encode() for name, text in texts.items()}
    manifest = Manifest(
        ranking=ranking,
        panel=board.panel,
        period=board.period,
        revision=revision,
        state="provisional" if board.provisional else "final",
        as_of=board.as_of,
        seen_until=datetime(2026, 11, 23, 8, tzinfo=UTC),
        supersedes=None,
        compared_to=None,
        method=board.method,
        versions={},
        ranking_digest=board.ranking_digest,
        panel_digest=board.panel_digest,
        rules={},
        calendars={},
        n_ignored=0,
        ignored_digest=None,
        files={name: digest(content) for name, content in files.items()},
    )
    series = published / ranking
    series.mkdir(parents=True, exist_ok=True)
    files[FILE_NAME] = manifest.to_json().encode()
    return write_publication(series, folder_name(board.period, revision), files)


def week(number: int, board: Scoreboard, **changes: object) -> Scoreboard:
    """The example as one of another week."""
    weeks = timedelta(days=7) * (number - 46)
    moved = {"since": board.since + weeks, "until": board.until + weeks}
    return replace(board, period=f"2026-W{number}", **(moved | changes))


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Three weeks of one ranking, the last of them revised, and a quarter of another one."""
    folder = tmp_path / "published"
    publish(folder, week(44, nothing_ranked()))
    publish(folder, week(45, ordinary()))
    publish(folder, week(46, provisional()))
    publish(folder, week(46, compared()), revision=2)
    publish(folder, devoted(), ranking="operators & co")
    return folder


def built(published: Path) -> dict[str, bytes]:
    """The content of every file of the site."""
    return {
        path: content if isinstance(content, bytes) else content.read_bytes()
        for path, content in pages(published).items()
    }


def page(files: dict[str, bytes], path: str) -> str:
    return files[path].decode()


class Checked(HTMLParser):
    """A page, refused unless every element is closed where it was opened last."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names))
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def html(files: dict[str, bytes]) -> Iterator[tuple[str, Checked]]:
    for path, content in files.items():
        if path.endswith(".html"):
            yield path, Checked(content.decode())


def links(found: Checked) -> list[str]:
    return [
        value
        for _, attributes in found.tags
        for name, value in attributes.items()
        if name in ("href", "src") and value is not None
    ]


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
    for path, found in html(built(published)):
        assert found.of("html") == [{"lang": "en"}], path
        assert len(found.of("title")) == len(found.of("h1")) == len(found.of("main")) == 1
        assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in found.of(
            "meta"
        )


def test_every_table_has_a_caption_and_headers_that_say_what_they_head(published: Path) -> None:
    for path, found in html(built(published)):
        assert len(found.of("caption")) == len(found.of("table")), path
        assert all(it.get("scope") in ("col", "row") for it in found.of("th")), path
        assert '<th scope="col"></th>' not in page(built(published), path)
        assert all(it.get("aria-label") for it in found.of("nav") + found.of("svg")), path


def test_no_page_runs_a_script_or_fetches_anything_from_elsewhere(published: Path) -> None:
    for path, found in html(built(published)):
        policy = found.of("meta")[1]
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert policy["content"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert not found.of("script") + found.of("style") + found.of("iframe") + found.of("img")
        names = {name for _, attributes in found.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}, path
        assert not [it for it in links(found) if re.match(r"[a-z]+:|/", it, re.IGNORECASE)], path
    for path, content in built(published).items():
        if path.endswith((".html", ".css")):
            assert not re.search(rb"//|url\(|@import", content), path


def test_every_colour_of_a_text_can_be_read_on_its_ground() -> None:
    css = (Path(site.__file__).with_name("templates") / "style.css").read_text(encoding="utf-8")

    for scheme in css.split("@media (prefers-color-scheme: dark)"):
        colours = dict(re.findall(r"--(\w+): (#\w+);", scheme))
        for name in ("ink", "faint", "link", "warn"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, name


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
            target = Path(path).parent / unquote(link)
            assert normpath(target) in known, f"{path}: {link}"
            led_to.add(normpath(target))

    assert {path for path in files if path.endswith(".html")} <= led_to


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
    board = scoreboard(
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

    update(files, tmp_path / "out" / "site")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["site"]
    for path, found in html(files):
        assert not found.of("script") + found.of("b") + found.of("i"), path
        assert b"{{" not in files[path].replace(b"{{ 7 * 7 }}", b"")
    assert HOSTILE in Checked(page(files, "index.html")).text


# --- what they say


def test_a_period_has_its_table_reasons_notes_facts_and_files(published: Path) -> None:
    files = built(published)

    text = Checked(page(files, "weekly/2026-W45.html")).text

    for words in (
        "Kermorvan",
        "80 % (78–82)",
        "2= (2–4) Bus de l'Aulnaie",
        "fewer than 10 requests",
        "not collected",
        "left out: 120 duplicates",
        "2–8 Nov 2026, final, revision 1.",
        "socialscore 0.1.0",
        "ranking.csv : the table, one row per body",
    ):
        assert words in text
    assert files["weekly/2026-W45/ranking.csv"] == render(week(45, ordinary()), "csv").encode()
    assert "weekly/2026-W45/calendars/office.toml" in files


def test_a_period_is_shown_in_its_last_revision_and_the_others_can_be_had(published: Path) -> None:
    files = built(published)

    found = Checked(page(files, "weekly/2026-W46.html"))

    assert "final, revision 2." in found.text
    assert "provisional: some requests" not in found.text
    assert {"2026-W46.r2/ranking.csv", "2026-W46/ranking.csv"} <= set(links(found))
    assert "Revision 1, provisional" in found.text
    assert "↑2" in found.text


def test_a_provisional_period_says_so(tmp_path: Path) -> None:
    publish(tmp_path, provisional())

    files = built(tmp_path)

    assert "Provisional: some requests" in Checked(page(files, "weekly/2026-W46.html")).text
    assert "2026-W46 , 9–15 Nov 2026, provisional" in Checked(page(files, "index.html")).text


def test_a_period_leads_to_the_one_before_and_the_one_after(published: Path) -> None:
    found = Checked(page(built(published), "weekly/2026-W45.html"))

    turns = {it["rel"]: it["href"] for it in found.of("a") if "rel" in it}
    assert turns == {"prev": "2026-W44.html", "next": "2026-W46.html"}


def test_a_year_ends_in_order(tmp_path: Path) -> None:
    publish(tmp_path, week(53, ordinary()))
    first = replace(week(54, ordinary()), period="2027-W01")
    publish(tmp_path, first)

    assert 'rel="next" href="2027-W01.html"' in page(built(tmp_path), "weekly/2026-W53.html")


def test_a_band_and_its_conditions_are_shown(tmp_path: Path) -> None:
    publish(tmp_path, bands())
    publish(tmp_path, prompt(), ranking="prompt")

    files = built(tmp_path)

    text = Checked(page(files, "weekly/2026-W46.html")).text
    assert "Very good: response rate at least 90 %" in text
    assert "Bus de l'Aulnaie*" in Checked(page(files, "prompt/2026-W46.html")).text


def test_a_body_has_a_line_for_every_period_and_a_sparkline(published: Path) -> None:
    found = Checked(page(built(published), "weekly/body/kermorvan.html"))

    periods = re.findall(r"2026-W\d\d(?= |$)", found.text.split("not ranked because")[1])
    assert periods == ["2026-W46", "2026-W45", "2026-W44"]
    assert found.text.endswith("fewer than 10 requests")
    assert len(found.of("polyline")) == 1
    assert len(found.of("circle")) == 3


def test_a_sparkline_has_a_gap_where_a_period_has_no_rate(tmp_path: Path) -> None:
    for number, n_answered in ((44, 10), (45, None), (46, 20)):
        publish(tmp_path, week(number, scoreboard(score("Roz", 40, n_answered, rank=1))))

    found = Checked(page(built(tmp_path), "weekly/body/roz.html"))

    assert [it["points"] for it in found.of("polyline")] == ["6,28.0 ", "30,20.0 "]


def test_a_body_without_any_rate_has_no_sparkline(published: Path) -> None:
    found = Checked(
        page(built(published), "weekly/body/île-aux-sternes.html".replace("î", "%C3%AE"))
    )

    assert not found.of("svg")
    assert "not collected" in found.text


def test_the_french_title_and_description_say_that_they_are_french(tmp_path: Path) -> None:
    publish(
        tmp_path, replace(ordinary(), title_fr="Qui répond ?", description_fr="Chaque semaine.")
    )

    files = built(tmp_path)

    for path in ("index.html", "weekly/index.html", "weekly/2026-W46.html"):
        french = re.findall(r'<p lang="fr"[^>]*>(.*?)</p>', page(files, path))
        assert french == ["Qui répond ?", "Chaque semaine."]


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


# --- on the disk


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_the_site_is_written_and_a_second_time_nothing_changes(
    published: Path, tmp_path: Path
) -> None:
    files = built(published)
    out = tmp_path / "deep" / "site"

    first = update(files, out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}
    second = update(files, out)

    assert tree(out) == files
    assert (first, second) == (Update(len(files), 0), Update(0, 0))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.html")} == times
    assert not list(out.rglob("*.tmp"))


def test_pages_that_belong_to_it_no_longer_are_removed_and_others_files_stay(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    update(built(published), out)
    (out / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
    (out / "operators & co" / "mine.txt").write_text("mine", encoding="utf-8")
    fewer = {path: text for path, text in built(published).items() if path[0] != "o"}

    update(fewer, out)

    mine = {"robots.txt": b"User-agent: *\n", "operators & co/mine.txt": b"mine"}
    assert tree(out) == fewer | mine
    assert [path.name for path in (out / "operators & co").iterdir()] == ["mine.txt"]


def test_a_page_of_somebody_else_is_not_replaced(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=r"index\.html: is not part of a site"):
        update(built(published), out)

    assert tree(out) == {"index.html": b"mine"}


def test_a_run_that_ended_early_is_completed(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = built(published), tmp_path / "site"
    n_replaced = 0
    real = Path.replace

    def dying(self: Path, target: Path) -> Path:
        nonlocal n_replaced
        n_replaced += 1
        if n_replaced == 9:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        update(files, out)
    monkeypatch.undo()

    left = tree(out)
    assert all(files[path] == content for path, content in left.items())
    assert len(left) == 7
    assert not list(out.rglob("*.tmp"))
    update(files, out)
    assert tree(out) == files


def test_what_a_killed_run_left_is_cleared_away(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    update(built(published), out)
    (out / "weekly" / ".socialscore-0123456789abcdef.tmp").write_bytes(b"<!doc")

    update(built(published), out)

    assert not list(out.rglob("*.tmp"))


def test_a_list_that_somebody_meddled_with_removes_nothing_outside(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    update(built(published), out)
    outside = tmp_path / "precious"
    outside.write_text("stays", encoding="utf-8")
    listed = json.dumps(["../precious", str(outside)])
    for name in tree(out):
        (out / name).unlink()
    (out / ".socialscore-site.json").write_text(listed, encoding="utf-8")

    update(built(published), out)

    assert outside.read_text(encoding="utf-8") == "stays"


def test_a_folder_that_cannot_be_written_is_named(published: Path, tmp_path: Path) -> None:
    files, out = built(published), tmp_path / "site"
    out.mkdir()

    with read_only(out), pytest.raises(UsageError, match="cannot be written"):
        update(files, out)


# --- the command


def test_the_command_builds_beside_the_publications(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(published.parent, monkeypatch)

    first, second = run("site"), run("site")

    assert (first.code, first.out) == (0, "")
    assert "files written" in first.err
    assert "nothing has changed" in second.err
    assert tree(published.parent / "site") == built(published)


def test_the_command_takes_other_folders(published: Path, tmp_path: Path) -> None:
    assert run("site", published, "--out", tmp_path / "www").code == 0

    assert tree(tmp_path / "www") == built(published)


def test_a_site_inside_the_publications_is_refused(published: Path) -> None:
    shown = run("site", published, "--out", published / "site")

    assert shown.code == 2
    assert not (published / "site").exists()


def test_where_nothing_is_published_a_site_is_an_error_and_an_old_one_stays(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    update(built(published), out)

    shown = run("site", tmp_path / "not-mounted", "--out", out)

    assert (shown.code, shown.out) == (6, "")
    assert "not-mounted yet, so there is nothing to show; run `socialscore publish" in shown.err
    assert tree(out) == built(published)


def test_a_single_series_is_no_folder_of_publications(published: Path) -> None:
    (series, *_) = (path for path in published.iterdir() if path.is_dir())

    refused = run("site", series)

    assert (refused.code, refused.out) == (2, "")
    assert "is a single series; name the folder in which it lies" in refused.err
