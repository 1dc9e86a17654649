"""Puts the relations of `sql/` together into one statement.

A file holds one `SELECT` and is named after the relation that it defines. Where an option chooses
between ways of defining it, the relation is a folder, with one file per value of the option. What a
relation reads is seen from its FROM and JOIN; names that no file defines are inputs.
"""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from socialscore.scoring.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from socialscore.model import Metric

__all__ = ["INPUTS", "compose", "relations"]

INPUTS = ("message", "coverage", "account", "presence", "body", "ignored")

_SQL = Path(__file__).parent / "sql"
_READS = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)\b(?!\s*\()")


def compose(
    variants: Mapping[str, str], *, target: str = "score", given: Collection[str] = INPUTS
) -> str:
    """The statement that computes a relation.

    Args:
        variants: for each relation that is a folder, the file to take.
        target: the relation to compute.
        given: relations that the engine has already; what only they need is left out.
    """
    defined = _definitions(dict(variants))
    reads: dict[str, set[str]] = {}
    wanted = [target]
    while wanted:
        name = wanted.pop()
        if name not in reads:
            reads[name] = set(_READS.findall(defined[name])) - set(given)
            wanted += reads[name]
    order = list(TopologicalSorter(reads).static_order())
    relations = ",\n\n".join(f"{name} AS (\n{indent(defined[name], '    ')}\n)" for name in order)
    return f"WITH\n{relations}\n\nSELECT * FROM {target}\n"


def relations() -> list[tuple[str, str]]:
    """Every relation, as `name` or `name/variant`, with what its first comment says a row is."""
    files = {str(path.relative_to(_SQL).with_suffix("")): path for path in _SQL.rglob("*.sql")}
    texts = {name: _text(path) for name, path in files.items()} | _from_metrics()
    return [(name, texts[name].splitlines()[0].removeprefix("-- ")) for name in sorted(texts)]


def _definitions(variants: Mapping[str, str]) -> dict[str, str]:
    files = {path.stem: path for path in _SQL.glob("*.sql")}
    files |= {name: _SQL / name / f"{value}.sql" for name, value in variants.items()}
    return {name: _text(path) for name, path in files.items()} | _from_metrics()


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _from_metrics() -> dict[str, str]:
    """The relations whose columns are the metrics."""
    columns = ",\n    ".join(["body.body_id", *map(_column, METRICS)])
    parts = ("tally", "patience", "excluded", "collected", "activity")
    joins = "\n".join(f"LEFT JOIN {part} USING (body_id)" for part in parts)
    return {
        "tally": _per_body("wait", "the counts and delays of its requests"),
        "excluded": _per_body("exclusion", "how many messages were left out, by reason"),
        "score": "-- One row per body of the panel: its value of every metric.\n"
        f"SELECT\n    {columns}\nFROM body\n{joins}",
    }


def _column(metric: Metric) -> str:
    if metric.over == "score":
        return f"{metric.expression} AS {metric.name}"
    if metric.unit == "count":  # a body that nobody wrote to is in none of the parts
        return f"COALESCE({metric.name}, 0) AS {metric.name}"
    return metric.name


def _per_body(relation: str, what: str) -> str:
    columns = [f"{m.expression} AS {m.name}" for m in METRICS if m.over == relation]
    return "\n".join(
        [
            f"-- One row per body: {what}.",
            "SELECT",
            "    body_id,",
            ",\n".join(f"    {column}" for column in columns),
            f"FROM {relation}",
            "GROUP BY body_id",
        ]
    )
