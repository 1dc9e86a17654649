"""The jobs that build websites of many bodies and weeks: see jobs.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.model.details import Details
    from socialscore.model.scoreboard import Score
    from socialscore.publishing.series import Publication

    Job = Callable[[Path], Callable[[], object]]

__all__ = ["SITES", "SIZES", "make_publications"]

SIZES = {"24x8": (24, 8), "1000x51": (1_000, 51), "1000x52": (1_000, 52), "35000x4": (35_000, 4)}
"""Bodies and weeks, by name."""

_ROOT = Path(__file__).parents[1]
_SERIES = "weekly"
_WEEK = timedelta(weeks=1)


def make_publications(folder: Path, name: str) -> Path:
    """Publications of so many bodies and weeks, made of one week of the demo; they are kept.

    Every body is a copy of one of the demo under another name, with its numbers, its place and the
    tables of its page. What only `verify` reads is left out.
    """
    n_bodies, n_weeks = SIZES[name]
    out = folder / f"site-{name}" / "published"
    if out.exists():
        return out
    source = _demo(folder)
    unfinished = out.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / _SERIES).mkdir(parents=True)
    for number in range(n_weeks):
        _write_week(unfinished / _SERIES, source, n_bodies, number)
    unfinished.rename(out)
    return out


def _demo(folder: Path) -> Publication:
    """The publication of a week of the demo."""
    from socialscore.publishing.series import read_publication

    place = folder / "site-demo"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _run(place, "demo", "--store", "store")
    _run(place, "publish", "demo-weekly", "--store", "store", "--out", "published",
         "--since", "2026-W45", "--as-of", "2026-11-23")  # fmt: skip
    return read_publication(place / "published" / "demo-weekly" / "2026-W46")


def _run(folder: Path, *arguments: str) -> None:
    command = [sys.executable, str(_ROOT / "cli.py"), *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _write_week(series: Path, source: Publication, n_bodies: int, number: int) -> None:
    """The publication of a week, `number` weeks after the demo's."""
    from socialscore.inputs.panel import Panel, format_panel
    from socialscore.publishing.details import details_to_files
    from socialscore.publishing.manifest import FILE_NAME, digest
    from socialscore.publishing.series import folder_name, write_publication
    from socialscore.publishing.shown import scoreboard_of
    from socialscore.reporters import render

    board = scoreboard_of(source)
    since, until = board.since + number * _WEEK, board.until + number * _WEEK
    year, week, _ = since.isocalendar()
    copies = [*_copies(board.scores, n_bodies)]
    scores = tuple(score for score, _ in copies)
    board = replace(
        board, period=f"{year}-W{week:02}", since=since, until=until, scores=scores, gone=()
    )
    accounts = {body.body_id: body.accounts for body in source.panel.bodies}
    bodies = [
        replace(
            score.body,
            accounts=tuple(
                replace(it, account_id=f"9{place:08}{nth}", handle=f"body_{place}_{nth}")
                for nth, it in enumerate(accounts[whose])
            ),
        )
        for place, (score, whose) in enumerate(copies)
    ]
    details = _details(source, copies)
    texts = {
        "ranking.json": render(board, "json"),
        "ranking.csv": render(board, "csv"),
        "options.json": json.dumps(source.options),
        "panel.csv": format_panel(Panel(board.panel, tuple(bodies))),
        **details_to_files(details),
    }
    files = {path: text.encode() for path, text in texts.items()}
    manifest = replace(
        source.manifest,
        ranking=_SERIES,
        period=board.period,
        revision=1,
        supersedes=None,
        compared_to=None,
        calendars={},
        files={path: digest(content) for path, content in files.items()},
    )
    files[FILE_NAME] = manifest.to_json().encode()
    write_publication(series, folder_name(board.period, 1), files)


def _copies(scores: tuple[Score, ...], n_bodies: int) -> Iterator[tuple[Score, str]]:
    """So many lines in order of rank, each with the identifier of the one that it copies."""
    for place in range(n_bodies):
        score = scores[place * len(scores) // n_bodies]
        body = replace(
            score.body,
            body_id=f"{score.body.body_id}-{place:05}",
            name=f"{score.body.name} {place}",
        )
        ranked = score.rank is not None
        yield (
            replace(
                score,
                body=body,
                rank=place + 1 if ranked else None,
                rank_low=1 + place // 2 if ranked else None,
                rank_high=min(n_bodies, 1 + 2 * place) if ranked else None,
            ),
            score.body.body_id,
        )


def _details(source: Publication, copies: list[tuple[Score, str]]) -> Details:
    """The lines of every copy's own tables."""
    from socialscore.model.details import Details

    known = source.details or Details()
    kinds: list[tuple[Any, ...]] = [known.networks, known.hours, known.waits]
    of_body = [{key: [*its] for key, its in groupby(it, lambda it: it.body_id)} for it in kinds]
    return Details(*(
        tuple(
            replace(line, body_id=score.body.body_id)
            for score, whose in copies
            for line in lines.get(whose, ())
        )
        for lines in of_body
    ))  # fmt: skip


def build(folder: Path, name: str) -> Callable[[], object]:
    """`socialscore site` into a folder that does not exist yet."""
    published = make_publications(folder, name)
    shutil.rmtree(published.with_name("site"), ignore_errors=True)
    return _site(published, published.with_name("site"))


def build_again(folder: Path) -> Callable[[], object]:
    """The same, where all weeks but the last have been built."""
    out = folder / "site-1000x51" / "site"
    shutil.rmtree(out, ignore_errors=True)
    _site(make_publications(folder, "1000x51"), out)()
    return _site(make_publications(folder, "1000x52"), out)


def _site(published: Path, out: Path) -> Callable[[], object]:
    command = [sys.executable, str(_ROOT / "cli.py"), "site", str(published), "--out", str(out)]
    return partial(subprocess.run, command, check=True, capture_output=True)


SITES: dict[str, Job] = {"site-again": build_again}
"""By name."""

for _name in SIZES:
    SITES |= {
        f"{_name}-publications": lambda folder, name=_name: partial(
            make_publications, folder, name
        ),
        f"site-{_name}": lambda folder, name=_name: build(folder, name),
    }
