"""The runs of a store, as `socialscore status --runs` lists them."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from socialscore.commands.output import put_listing
from socialscore.reporters import formatting
from socialscore.store.runs import RunSummary, runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from socialscore.store.lake import Store

__all__ = ["put_runs"]

_COLUMNS = tuple(field.name for field in fields(RunSummary))


def put_runs(store: Store, format_name: str) -> None:
    """Write the list."""
    found = runs(store)
    put_listing(format_name, _COLUMNS, map(asdict, found), lambda: _lines(found))


def _lines(found: list[RunSummary]) -> Iterator[str]:

    header = ("run", "from", "messages", "known", "since", "until", "withdrawn")
    rows = [
        (
            each.run_id or "–",
            formatting.one_line(each.file_name or each.source),
            formatting.count(each.n_messages),
            formatting.count(each.n_known),
            _minute(each.since),
            _minute(each.until),
            _withdrawn(each),
        )
        for each in found
    ]
    yield from formatting.aligned([header, *rows], numbers=(2, 3))
    if any(each.run_id is None for each in found):
        yield "\n–: earlier versions did not note which run brought what; these cannot be withdrawn"
    for each in found:
        if each.withdrawn_at and (each.n_messages or each.since):
            yield f"\n{each.run_id} is withdrawn in part: `socialscore withdraw` goes on with it"


def _withdrawn(run: RunSummary) -> str:
    if not run.withdrawn_at:
        return ""
    return f"{_minute(run.withdrawn_at)} ({formatting.count(run.n_withdrawn)})"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"
