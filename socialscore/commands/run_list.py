"""The runs of a store, as `socialscore status --runs` lists them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from socialscore.inputs.formulas import cell_text
from socialscore.reporters import formatting
from socialscore.store.runs import RunSummary, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from socialscore.store.lake import Store

__all__ = ["FORMATS"]

_COLUMNS = tuple(field.name for field in fields(RunSummary))


def _table(store: Store) -> str:
    return "".join(f"{line}\n" for line in _lines(runs(store)))


def _lines(found: list[RunSummary]) -> Iterator[str]:
    from socialscore.commands.screens import aligned

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
    yield from aligned([header, *rows], numbers=(2, 3))
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


def _csv(store: Store) -> str:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for run in runs(store):
        row = _record(run)
        writer.writerow(row | {"file_name": cell_text(row["file_name"] or "")})
    return lines.getvalue()


def _json(store: Store) -> str:
    return json.dumps(list(map(_record, runs(store))), ensure_ascii=False, indent=2) + "\n"


def _record(run: RunSummary) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(run).items()
    }


FORMATS: dict[str, Callable[[Store], str]] = {"table": _table, "csv": _csv, "json": _json}
