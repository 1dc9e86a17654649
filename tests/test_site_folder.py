"""The folder of a site: written whole, followed, and nobody else's files touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scoreboards import ordinary
from shell import begin, read_only, run
from sites import built, publish, publish_some, week

from socialscore.errors import UsageError
from socialscore.publishing.site import pages
from socialscore.publishing.site.mirror import Update, update


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return publish_some(tmp_path / "published")


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

    first = update(pages(published), out)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}
    second = update(pages(published), out)

    assert tree(out) == files
    assert (first, second) == (Update(len(files), 0), Update(0, 0))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.html")} == times
    assert not list(out.rglob("*.tmp"))


def test_a_new_week_writes_anew_only_the_pages_that_it_changes(tmp_path: Path) -> None:
    published, out = tmp_path / "published", tmp_path / "site"
    for number in (43, 44, 45):
        publish(published, week(number, ordinary()))
    update(pages(published), out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("2026-W*.html")}

    publish(published, week(46, ordinary()))
    update(pages(published), out)

    touched = {path.name for path, then in before.items() if path.stat().st_mtime_ns != then}
    assert touched == {"2026-W45.html"}  # which leads to the next one now


def test_pages_that_belong_to_it_no_longer_are_removed_and_others_files_stay(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    update(pages(published), out)
    (out / "robots.txt").write_text("User-agent: *\n", encoding="utf-8")
    (out / "en" / "operators & co" / "mine.txt").write_text("mine", encoding="utf-8")
    files = pages(published)
    fewer = {path: files[path] for path in files if "operators" not in path}

    update(fewer, out)

    mine = {"robots.txt": b"User-agent: *\n", "en/operators & co/mine.txt": b"mine"}
    assert tree(out) == {path: built(published)[path] for path in fewer} | mine
    assert [path.name for path in (out / "en" / "operators & co").iterdir()] == ["mine.txt"]


def test_a_page_of_somebody_else_is_not_replaced(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=r"index\.html: is not part of a site"):
        update(pages(published), out)

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
        update(pages(published), out)
    monkeypatch.undo()

    left = tree(out)
    assert all(files[path] == content for path, content in left.items())
    assert len(left) == 7
    assert not list(out.rglob("*.tmp"))
    update(pages(published), out)
    assert tree(out) == files


def test_what_a_killed_run_left_is_cleared_away(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    update(pages(published), out)
    (out / "en" / ".socialscore-0123456789abcdef.tmp").write_bytes(b"<!doc")

    update(pages(published), out)

    assert not list(out.rglob("*.tmp"))


def test_a_list_that_somebody_meddled_with_removes_nothing_outside(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    update(pages(published), out)
    outside = tmp_path / "precious"
    outside.write_text("stays", encoding="utf-8")
    listed = json.dumps(["../precious", str(outside)])
    for name in tree(out):
        (out / name).unlink()
    (out / ".socialscore-site.json").write_text(listed, encoding="utf-8")

    update(pages(published), out)

    assert outside.read_text(encoding="utf-8") == "stays"


def test_a_folder_that_cannot_be_written_is_named(published: Path, tmp_path: Path) -> None:
    files, out = pages(published), tmp_path / "site"
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
    update(pages(published), out)

    shown = run("site", tmp_path / "not-mounted", "--out", out)

    assert (shown.code, shown.out) == (6, "")
    assert "not-mounted yet, so there is nothing to show; run `socialscore publish" in shown.err
    assert tree(out) == built(published)


def test_a_single_series_is_no_folder_of_publications(published: Path) -> None:
    (series, *_) = (path for path in published.iterdir() if path.is_dir())

    refused = run("site", series)

    assert (refused.code, refused.out) == (2, "")
    assert "is a single series; name the folder in which it lies" in refused.err
