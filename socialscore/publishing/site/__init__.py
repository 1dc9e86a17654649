"""A site of what was published: plain pages that fetch nothing from elsewhere and run nothing.

    site/
      index.html                   the rankings
      style.css
      weekly/index.html            one ranking: its periods and bodies
      weekly/2026-W46.html         one period, in its last revision
      weekly/2026-W46.r2/…         a publication's files, as they are
      weekly/body/plouvenec.html   one body, over the periods

The same publications give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from socialscore.errors import InputError
from socialscore.publishing.basis import AUDIT
from socialscore.publishing.manifest import FILE_NAME, digest
from socialscore.publishing.series import folder_name, read_series
from socialscore.publishing.shown import scoreboard_of
from socialscore.publishing.signatures import SIGNATURE
from socialscore.reporters import formatting
from socialscore.reporters.cells import metric_column
from socialscore.reporters.facts import metric_named
from socialscore.reporters.scoreboards import worded_scoreboard
from socialscore.reporters.wording import audit_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.publishing.series import Publication, Series
    from socialscore.reporters.report import Report

__all__ = ["pages"]

_TEMPLATES = Path(__file__).with_name("templates")

_LONGEST_NAME = 100  # of the page of a body, before its end

_DOWNLOADS = {
    "ranking.csv": "the table, one row per body",
    "ranking.long.csv": "one row per body and metric",
    "ranking.excel-fr.csv": "the table for a French Excel",
    "ranking.xlsx": "the table as a workbook, in English and French",
    "ranking.json": "everything, for programs",
    "ranking.md": "the table as text",
    "datapackage.json": "what every column means",
    "method.txt": "how it was computed, as a statement",
    "options.json": "every option of the ranking",
    "panel.csv": "the bodies and their accounts",
    AUDIT: "what people said of a sample of its requests, without texts",
    FILE_NAME: "what it rests on, and the digest of every file",
    SIGNATURE: "the signature of that, for ssh-keygen",
}


@dataclass(frozen=True)
class _Edition:
    """The last revision of a period, as its page shows it."""

    publication: Publication
    revisions: tuple[Publication, ...]  # of the period, the last one first

    @property
    def page(self) -> str:
        """The name of its page."""
        return f"{folder_name(self.publication.manifest.period, 1)}.html"

    @cached_property
    def board(self) -> Scoreboard:
        """What it says."""
        return scoreboard_of(self.publication)

    @cached_property
    def report(self) -> Report:
        """The same, in words."""
        return worded_scoreboard(self.board)

    @property
    def days(self) -> str:
        """The days of the period."""
        return formatting.days(self.board.since, self.board.until)

    @property
    def seen_until(self) -> str:
        """Up to when the store had learnt of what happened."""
        return formatting.instant(
            self.publication.manifest.seen_until.astimezone(self.board.since.tzinfo)
        )

    @property
    def audit(self) -> str:
        """The date, size and digest of its audit."""
        return audit_facts(self.board.audit) if self.board.audit else "none"

    @property
    def shown(self) -> list[Metric]:
        """The metrics that its tables show."""
        names = dict.fromkeys((*self.board.show, self.board.key))
        return [metric_named(self.board, name) for name in names]

    @property
    def ranked(self) -> list[Body]:
        """The bodies of its first table, line by line."""
        return [score.body for score in self.board.scores if score.rank is not None]

    @property
    def unranked(self) -> list[Body]:
        """The bodies of its second table."""
        return [score.body for score in self.board.scores if score.rank is None]

    @property
    def reasons(self) -> dict[str, str]:
        """Why bodies are not ranked, in words, by their identifiers."""
        if not self.report.unranked:
            return {}
        told = (cell.text for cell in self.report.unranked[-1].cells)
        return {body.body_id: why for body, why in zip(self.unranked, told, strict=True)}

    @property
    def notes(self) -> list[str]:
        """What explains its tables, each sentence once."""
        of_columns = (note for column in self.report.columns for note in column.notes)
        return list(dict.fromkeys((*of_columns, *self.report.notes)))

    @property
    def downloads(self) -> list[tuple[str, str]]:
        """Its files with what they are, those that most readers want first."""
        others = sorted(self.publication.manifest.files.keys() - _DOWNLOADS.keys())
        there = {*self.publication.manifest.files, *_unlisted(self.publication)}
        known = [name for name in _DOWNLOADS if name in there]
        return [(name, _DOWNLOADS.get(name, "")) for name in (*known, *others)]


# --- what the pages say ---------------------------------------------------------------------------


def pages(published: Path) -> dict[str, bytes | Path]:
    """Every file of the site by its path, or the file to copy; empty if nothing is published.

    Files come before the pages that lead to them.

    Args:
        published: the folder of all series.

    Raises:
        InputError: a publication is damaged.
    """
    folders = sorted(published.iterdir()) if published.is_dir() else []
    found = [read_series(it) for it in folders if it.is_dir() and not it.name.startswith(".")]
    rankings = {series.folder.name: _editions(series) for series in found if series.publications}
    if not rankings:
        return {}
    files: dict[str, bytes | Path] = {"style.css": _TEMPLATES / "style.css"}
    for series in found:
        for publication in series.publications:
            files |= _copied(publication, f"{series.folder.name}/{publication.folder.name}")
    for name, editions in rankings.items():
        files |= {f"{name}/{path}": page.encode() for path, page in _of_ranking(editions)}
    return files | {"index.html": _page("index.html", root="", rankings=rankings).encode()}


def _editions(series: Series) -> list[_Edition]:
    """The periods of a series, in order of time."""
    editions = [
        _Edition(
            publication,
            tuple(it for it in reversed(series.publications) if it.manifest.period == period),
        )
        for period, publication in series.latest.items()
    ]
    return sorted(editions, key=lambda it: (it.board.since, it.board.until))


def _copied(publication: Publication, folder: str) -> Iterator[tuple[str, Path]]:
    """A publication's files, which are as its manifest has them.

    Raises:
        InputError: one is missing, or was changed.
    """
    for name, expected in publication.manifest.files.items():
        path = publication.folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(path, f"cannot be read ({error.strerror})") from None
        if digest(content) != expected or ".." in PurePosixPath(name).parts:
            raise InputError(path, "is not what was published; see `socialscore verify`")
        yield f"{folder}/{name}", path
    for name in _unlisted(publication):
        yield f"{folder}/{name}", publication.folder / name


def _unlisted(publication: Publication) -> list[str]:
    """The files of a publication of which its manifest cannot have the digest."""
    return [FILE_NAME, SIGNATURE] if publication.is_signed else [FILE_NAME]


def _of_ranking(editions: Sequence[_Edition]) -> Iterator[tuple[str, str]]:
    """The pages of a ranking by their names: bodies, periods, and the one that leads to them."""
    bodies = {score.body.body_id: score.body for it in editions for score in it.board.scores}
    for body in bodies.values():
        yield f"body/{_file_of(body)}", _of_body(body, editions)
    for place, edition in enumerate(editions):
        yield (
            edition.page,
            _page(
                "period.html",
                root="../",
                edition=edition,
                before=editions[place - 1] if place else None,
                after=editions[place + 1] if place + 1 < len(editions) else None,
            ),
        )
    in_order = sorted(bodies.values(), key=lambda body: (body.name, body.body_id))
    yield "index.html", _page("ranking.html", root="../", editions=editions, bodies=in_order)


def _of_body(body: Body, editions: Sequence[_Edition]) -> str:
    """A body over the periods in whose panel it was."""
    lines = [
        (edition, score)
        for edition in editions
        for score in edition.board.scores
        if score.body.body_id == body.body_id
    ]
    shown = editions[-1].shown
    rows = [(edition, score, _cells(edition, score, shown)) for edition, score in lines]
    rates = [score.values.get("response_rate") for _, score in lines]
    return _page(
        "body.html",
        root="../../",
        body=body,
        latest=editions[-1],
        shown=shown,
        rows=rows[::-1],
        rates=rates,
        curves=_curves(rates, [edition.board.method for edition, _ in lines]),
    )


def _cells(edition: _Edition, score: Score, shown: Sequence[Metric]) -> list[str]:
    """What a body has of metrics, in words."""
    columns = (metric_column(it, [score.values], edition.board.horizon) for it in shown)
    return [column.cells[0].text for column in columns]


def _curves(
    shares: Sequence[float | None], methods: Sequence[str]
) -> list[list[tuple[int, float]]]:
    """Points of a sparkline of 40 units' height, from 0 to 100 %; none where there is no value.

    No line joins the numbers of two methods.
    """
    curves: list[list[tuple[int, float]]] = [[]]
    for place, (share, method) in enumerate(zip(shares, methods, strict=True)):
        if share is None or method != methods[max(place - 1, 0)]:
            curves.append([])
        if share is not None:
            curves[-1].append((6 + 12 * place, round(36 - 32 * share, 2)))
    return [curve for curve in curves if curve]


def _file_of(body: Body) -> str:
    """The name of a body's page; file systems refuse those of more than 255 bytes."""
    name = quote(body.body_id, safe="")
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}-{digest(body.body_id.encode())[:16]}"
    return f"{name}.html"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "line": formatting.one_line,
        "page": _file_of,
        "share": formatting.share,
    }
    return environment


def _page(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)
