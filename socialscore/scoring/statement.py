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

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from socialscore.model.scoreboard import Metric

__all__ = ["INPUTS", "compose", "relations"]

INPUTS = (
    "message",
    "coverage",
    "account",
    "body",
    "ignored",
    "stretch",
    "term",
    "slot",
    "local_day",
    "topic",
)

_OF_BODIES = ("excluded", "collected", "activity", "judged")

_SQL = Path(__file__).parent / "sql"
_READS = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)\b(?!\s*\()")


def compose(
    metrics: Sequence[Metric],
    variants: Mapping[str, str],
    *,
    target: str = "score",
    given: Collection[str] = INPUTS,
    packed: Collection[str] = (),
) -> str:
    """The statement that computes a relation.

    Args:
        metrics: the columns of `score`, and of what leads to it.
        variants: for each relation that is a folder, the file to take.
        target: the relation to compute.
        given: relations that the engine has already; what only they need is left out.
        packed: relations of lines that `counted` carries along, as lists of rows: whoever is given
            `counted` is given them with it.
    """
    defined = _shipped(variants) | _from(metrics, packed)
    if target == "breakdown":
        defined |= _of_lines(metrics)
    if "counted" in given:
        defined |= {name: _UNPACKED.format(name=name) for name in packed}
    reads: dict[str, list[str]] = {}
    wanted = [target]
    while wanted:
        name = wanted.pop()
        if name not in reads:
            reads[name] = sorted(_read(defined[name]) - set(given))
            wanted += reads[name]
    order = list(TopologicalSorter(reads).static_order())
    relations = ",\n\n".join(f"{name} AS (\n{_indented(defined[name])}\n)" for name in order)
    return f"WITH\n{relations}\n\nSELECT * FROM {target}\n"


def relations() -> list[tuple[str, str]]:
    """Every relation, as `name` or `name/variant`, with what its first comment says a row is."""
    files = {str(path.relative_to(_SQL).with_suffix("")): path for path in _SQL.rglob("*.sql")}
    texts = {name: _text(path) for name, path in files.items()} | _from(())
    return [(name, texts[name].splitlines()[0].removeprefix("-- ")) for name in sorted(texts)]


def _shipped(variants: Mapping[str, str]) -> dict[str, str]:
    chosen = {name: _text(_SQL / name / f"{value}.sql") for name, value in variants.items()}
    return _without_variants() | chosen


@cache
def _without_variants() -> dict[str, str]:
    return {path.stem: _text(path) for path in _SQL.glob("*.sql")}


@cache
def _read(text: str) -> frozenset[str]:
    """What a relation names in FROM and JOIN."""
    return frozenset(_READS.findall(text))


@cache
def _indented(text: str) -> str:
    return indent(text, "    ")


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _from(metrics: Sequence[Metric], packed: Collection[str] = ()) -> dict[str, str]:
    """The relations whose columns are the metrics."""
    waits = [metric.name for metric in metrics if metric.over == "wait"]
    own = [metric for metric in metrics if metric.over not in ("tally", "category")]
    more = ["median_wait", *(f"{name}_rows" for name in packed)]
    return {
        "tally": _grouped("wait", "line_id", "the counts and delays of its requests", metrics),
        "excluded": _grouped("exclusion", "body_id", "how many messages were left out", metrics),
        "line": "-- One row per line that has a request: what is counted of it.\n"
        + _select(["line_id", *waits, *more], "tally", [_MEDIAN_WAIT, *map(_packed, packed)]),
        "counted": "-- One row per body of the panel: what its own messages tell.\n"
        + _select(
            ["body.body_id AS line_id", "body.category", *map(_of_body, own), *more],
            "body",
            [
                "LEFT JOIN line ON body.body_id = line.line_id",
                *(f"LEFT JOIN {part} USING (body_id)" for part in _OF_BODIES),
            ],
        ),
        "measured": _measured(metrics, "line_id", "category"),
        "score": "-- One row per body of the panel: its value of every metric.\n"
        + _select(
            ["line_id AS body_id", *map(_of_category, metrics), "icc", "assumed"],
            "measured",
            [
                "LEFT JOIN prior USING (category)",
                "LEFT JOIN clustering ON clustering.outcome = 'response_rate'",
            ],
        ),
    }


def _of_lines(metrics: Sequence[Metric]) -> dict[str, str]:
    """The relations that say something else where lines are not those of bodies."""
    of_lines = [metric for metric in metrics if metric.over in ("wait", "tally")]
    return {
        "counted": "-- One row per line that has a request: what is counted of it.\n"
        "SELECT *\nFROM line",
        "measured": _measured(of_lines, "line_id"),
    }


def _measured(metrics: Sequence[Metric], *columns: str) -> str:
    """What is counted of each line, and what follows from that."""
    values = (
        _as(metric) if metric.over == "tally" else metric.name
        for metric in metrics
        if metric.over != "category"
    )
    parts = [f"LEFT JOIN {part} USING (line_id)" for part in ("effect", "spread", "wait_spread")]
    return "-- One row per line: its metrics, but for what its category adds.\n" + _select(
        [*columns, *values], "counted", parts
    )


def _packed(name: str) -> str:
    """A join that gives each line its rows of a relation, as a list."""
    return (
        f"LEFT JOIN (\n    SELECT\n        line_id,\n        ARRAY_AGG({name}) AS {name}_rows\n"
        f"    FROM {name}\n    GROUP BY line_id\n) AS packed_{name} USING (line_id)"
    )


_UNPACKED = """SELECT UNNEST({name}_rows, recursive := TRUE)
FROM counted"""

_MEDIAN_WAIT = "LEFT JOIN median_wait USING (line_id)"


def _select(columns: Sequence[str], relation: str, joins: Sequence[str] = ()) -> str:
    listed = ",\n".join(f"    {column}" for column in columns)
    return "\n".join([f"SELECT\n{listed}", f"FROM {relation}", *joins])


def _grouped(relation: str, by: str, what: str, metrics: Sequence[Metric]) -> str:
    columns = [by, *(_as(metric) for metric in metrics if metric.over == relation)]
    row = f"-- One row per {by.removesuffix('_id')}: {what}.\n"
    return f"{row}{_select(columns, relation)}\nGROUP BY {by}"


def _as(metric: Metric) -> str:
    same = metric.expression == metric.name
    return metric.name if same else f"{metric.expression} AS {metric.name}"


def _of_body(metric: Metric) -> str:
    """A body that nobody wrote to is in none of the parts: its counts are 0."""
    value = metric.expression if metric.over == "body" else metric.name
    if metric.unit == "count":
        value = f"COALESCE({value}, 0)"
    return value if value == metric.name else f"{value} AS {metric.name}"


def _of_category(metric: Metric) -> str:
    return _as(metric) if metric.over == "category" else metric.name
