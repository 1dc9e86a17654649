"""Sites of publications that were made by hand, and pages taken apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoreboards import compared, devoted, nothing_ranked, ordinary, provisional

from socialscore.publishing.manifest import FILE_NAME, Manifest, digest
from socialscore.publishing.series import folder_name, write_publication
from socialscore.publishing.site import pages
from socialscore.reporters import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.site import About

HOSTILE = "=1+1\"'><script>alert(1)</script>&amp; {{ 7 * 7 }}"
VOID = {"meta", "link", "line", "circle", "polygon", "polyline", "rect", "path", "input"}


def _options(board: Scoreboard) -> dict[str, Any]:
    told = {name: value for name, value in board.options.items() if name != "ignore"}
    return told | {"preset": board.preset, "show": board.show}


def publish(
    published: Path,
    board: Scoreboard,
    *,
    ranking: str = "weekly",
    revision: int = 1,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """A publication as `publish` writes it, of a scoreboard that was made by hand."""
    texts = {
        "ranking.csv": render(board, "csv"),
        "ranking.json": render(board, "json"),
        "ranking.md": render(board, "markdown"),
        "options.json": json.dumps(_options(board)),
        "calendars/office.toml": 'title = "Office hours"\n',
    }
    files = {name: text.encode() for name, text in texts.items()} | dict(more or {})
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


def publish_some(folder: Path) -> Path:
    """Three weeks of one ranking, the last of them revised, and a quarter of another one."""
    publish(folder, week(44, nothing_ranked()))
    publish(folder, week(45, ordinary()))
    publish(folder, week(46, provisional()))
    publish(folder, week(46, compared()), revision=2)
    publish(folder, devoted(), ranking="operators & co")
    return folder


def built(published: Path, about: About | None = None) -> dict[str, bytes]:
    """The content of every file of the site."""
    return {
        path: content.read_bytes() if isinstance(content, Path) else content()
        for path, content in pages(published, about).items()
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
    """Every page of the site, with its path."""
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
