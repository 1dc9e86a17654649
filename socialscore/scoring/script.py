"""A ranking as a script for DuckDB's own shell, which needs nothing but the files of the store.

It makes the relations, sets the parameters and runs the statement that `socialscore rank` runs, for
all bodies at once and with identifiers as they are stored. Its tables and views are temporary.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from textwrap import indent
from typing import TYPE_CHECKING

from socialscore.engines.rows import Rows
from socialscore.inputs.ranking import compared
from socialscore.runtime.object_storage import BUCKETS
from socialscore.runtime.retrying import retry_reading
from socialscore.scoring.execution import given
from socialscore.scoring.inputs import labels
from socialscore.scoring.metrics import key_metric
from socialscore.scoring.question import ask
from socialscore.store.schema import COVERAGE, MESSAGE
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.scoring.question import Question
    from socialscore.scoring.source import MessageSource
    from socialscore.store.lake import Store

__all__ = ["script", "view"]

_SCHEMAS = {"message": MESSAGE, "coverage": COVERAGE}
_TYPES = {
    "string": "VARCHAR",
    "list<item: string>": "VARCHAR[]",
    "bool": "BOOLEAN",
    "int32": "INTEGER",
    "timestamp[us]": "TIMESTAMP",
}
_AFTERWARDS = (
    "What follows in Python: why a body has no rank (such as too few requests), ranks and their",
    "intervals, percentiles, and bands.",
)
_IN_A_BUCKET = (
    "The store is in a bucket: INSTALL httpfs, LOAD httpfs and CREATE SECRET with the bucket's",
    "credentials come first.",
)


@retry_reading
def script(
    store: Store,
    source: MessageSource,
    panel: Panel,
    ranking: Ranking,
    *,
    as_of: str | None = None,
    by: str | None = None,
) -> str:
    """The script, whose last statement gives every metric of each line.

    Args:
        store: where the messages are.
        source: its messages.
        panel: the bodies to compare.
        ranking: the options.
        as_of: as in `ask`.
        by: as in `break_down`; None: a line per body.
    """
    asked = partial(ask, source.coverage(), panel, ranking, as_of=as_of, rulebook=source.rulebook)
    question = asked(target="breakdown", by=by) if by else asked()
    steps = {"result": question}
    if by:  # how alike requests are is one number for the ranking, whatever they are counted by
        steps = {"clustering": asked(target="clustering"), **steps}
    files = {
        "message": store.messages(question.read_from, question.read_until),
        "coverage": store.coverage_files(),
    }
    parameters = {name: it for step in steps.values() for name, it in step.parameters.items()}
    relations = {**given(question, source), "label": _labels(panel, ranking, by)}
    parts = (
        _comment(*_about(store, question)),
        "SET TimeZone = 'UTC';",
        *(view(name, files[name], schema) for name, schema in _SCHEMAS.items()),
        *(_table(name, rows) for name, rows in relations.items()),
        "\n".join(f"SET VARIABLE {name} = {_literal(it)};" for name, it in parameters.items()),
        *(_step(name, step) for name, step in steps.items()),
        _shown(ranking, by),
    )
    return "\n\n".join(parts) + "\n"


def _about(store: Store, question: Question) -> Iterator[str]:
    """What the script is, of what, and as of when."""
    ranking, by = question.ranking, question.by
    yield f"{ranking.title or 'A ranking'}: " + (
        "every metric of each body" if by == "body" else f"requests by {by}"
    )
    yield "Run it in DuckDB's shell: duckdb -csv < FILE"
    yield f"Store: {store.location}, version {store.version()} of its messages"
    yield f"Requests: {question.period.label}, data until {question.as_of.isoformat()}"
    yield f"Ranking {ranking.digest}, panel {question.panel.digest}, socialscore {__version__}"
    if by == "body":
        yield from _AFTERWARDS
    if str(store.location).startswith(BUCKETS):
        yield from _IN_A_BUCKET


def _comment(*lines: str) -> str:
    # A title may have lines of its own, which would not be comments.
    return "\n".join(f"-- {' '.join(line.split())}" for line in lines)


def _labels(panel: Panel, ranking: Ranking, by: str | None) -> Rows:
    """What people call the lines."""
    if by:
        return Rows({"line_id": "VARCHAR", "label": "VARCHAR"}, [*labels(panel, by).items()])
    names = [(body.body_id, body.name) for body in compared(panel, ranking)]
    return Rows({"body_id": "VARCHAR", "body": "VARCHAR"}, names)


def view(name: str, files: Sequence[str], schema: pa.Schema) -> str:
    """The rows of Parquet files; columns that a file of an earlier version lacks are NULL."""
    columns = [f"NULL::{_TYPES[str(it.type)]} AS {it.name}" for it in schema]
    parts = [f"SELECT\n    {_listed(columns)}\nWHERE FALSE"]
    if files:
        addresses = _listed(map(_literal, files))
        parts.append(
            f"SELECT *\nFROM read_parquet([\n    {addresses}\n], hive_partitioning = TRUE, "
            "union_by_name = TRUE)"
        )
    rows = indent("\nUNION ALL BY NAME\n".join(parts), "    ")
    return (
        f"CREATE OR REPLACE TEMP VIEW {name} AS\nSELECT\n    {_listed(schema.names)}\n"
        f"FROM (\n{rows}\n);"
    )


def _listed(texts: Iterable[str]) -> str:
    return ",\n    ".join(texts)


def _table(name: str, rows: Rows) -> str:
    columns = ", ".join(f"{it} {kind}" for it, kind in rows.columns.items())
    made = f"CREATE OR REPLACE TEMP TABLE {name} ({columns});"
    if not rows.rows:
        return made
    values = ",\n".join(f"    ({', '.join(map(_literal, row))})" for row in rows.rows)
    return f"{made}\nINSERT INTO {name} VALUES\n{values};"


def _step(name: str, question: Question) -> str:
    named = "|".join(question.parameters)
    sql = re.sub(rf"\$({named})\b", r"getvariable('\1')", question.sql)
    return f"CREATE OR REPLACE TEMP TABLE {name} AS\n{sql.rstrip()};"


def _shown(ranking: Ranking, by: str | None) -> str:
    """Shows the result under the names of the columns of `rank --format csv`."""
    if by:
        columns = [
            "COALESCE(label.label, result.line_id) AS label",
            "result.* RENAME (typical_rate AS median_of_bodies_response_rate, "
            "typical_delay AS median_of_bodies_median_delay)",
        ]
        return _selected(columns, "LEFT JOIN label USING (line_id)", "result.line_id")
    key = key_metric(ranking)
    way = "DESC" if key.better == "higher" else "ASC"
    columns = ["label.body", "result.* RENAME (icc AS rho, assumed AS rho_assumed)"]
    order = f"result.{key.name} {way} NULLS LAST, result.body_id"
    return _selected(columns, "INNER JOIN label USING (body_id)", order)


def _selected(columns: Sequence[str], join: str, order: str) -> str:
    return f"SELECT\n    {_listed(columns)}\nFROM result\n{join}\nORDER BY {order};"


def _literal(value: object) -> str:
    """A value of Python, as DuckDB writes it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case float():
            return f"{value!r}::DOUBLE"
        case datetime():
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
    return str(value)
