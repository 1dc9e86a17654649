"""The statements of scoring in the SQL of Spark.

They are written for DuckDB. sqlglot knows most of what Spark says otherwise; what it does not know
stands here.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["steps"]


def steps(sql: str, parameters: Mapping[str, object]) -> Iterator[tuple[str, str, bool]]:
    """The relations of a statement one by one, in an order in which each finds what it reads.

    Returns:
        The name of each, its statement, and whether several others read it; the last is what the
        statement itself selects, and its name is empty.
    """
    tree = _translated(sql, parameters)
    n_readers = Counter(table.name for table in tree.find_all(exp.Table))
    for relation in tree.ctes:
        yield relation.alias, _text(relation.this), n_readers[relation.alias] > 1
    tree.set("with_", None)
    yield "", _text(tree), False


def _translated(sql: str, parameters: Mapping[str, object]) -> exp.Select:
    """A statement of DuckDB as Spark understands it, the values of its parameters in place."""
    tree = sqlglot.parse_one(sql, read="duckdb", into=exp.Select)
    for node in reversed(list(tree.walk())):  # what is inside comes first
        put = _instead(node, parameters)
        if put is not node:
            node.replace(put)
    return tree


def _text(tree: exp.Expr) -> str:
    return tree.sql("spark", comments=False)


def _instead(node: exp.Expr, parameters: Mapping[str, object]) -> exp.Expr:
    """What to put in the place of a part of the statement; most stay as they are."""
    match node:
        case exp.Placeholder() | exp.Parameter():
            return _literal(parameters[node.name])
        case exp.Literal(is_string=False) if "." in node.name:
            # A fraction is a decimal to Spark, which divides decimals to few digits.
            return _number(f"{node.name}D")
        case exp.EQ(expression=exp.Any()):
            return _call("ARRAY_CONTAINS", node.expression.this.unnest(), node.this)
        case exp.WithinGroup(this=exp.PercentileCont()):
            return _call("PERCENTILE", node.expression.expressions[0].this, node.this.this)
        case exp.Length():  # only of lists
            return _call("ARRAY_SIZE", node.this)
        case exp.Anonymous() if node.name.upper() == "EPOCH_US":
            return _call("UNIX_MICROS", _cast(node.expressions[0], "TIMESTAMP_LTZ"))
        case exp.Anonymous() if node.name.upper() == "MAKE_TIMESTAMP":
            return _cast(_call("TIMESTAMP_MICROS", node.expressions[0]), "TIMESTAMP_NTZ")
        case exp.Anonymous() if node.name.upper() == "LIST_REDUCE":
            values, step, start = node.expressions
            return _call("REDUCE", values, start, step)
        case exp.Column() if node.name.endswith("_us") and _is_summed(node):
            # Microseconds add up to more than 64 bits hold.
            return _cast(node, "DECIMAL(20, 0)")
    return node


def _is_summed(column: exp.Column) -> bool:
    return isinstance(column.find_ancestor(exp.Sum, exp.Select), exp.Sum)


def _literal(value: object) -> exp.Expr:
    match value:
        case None:
            return exp.Null()
        case bool():
            return exp.Boolean(this=value)
        case int():
            return _number(f"{value}L")
        case float():
            return _number(f"{value!r}D")
        case datetime():
            instant = value.isoformat(sep=" ", timespec="microseconds")
            return _cast(exp.Literal.string(instant), "TIMESTAMP_NTZ")
        case list():
            texts = exp.Array(expressions=[_literal(each) for each in value])
            return _cast(texts, "ARRAY<STRING>")
    return exp.Literal.string(str(value))


def _number(text: str) -> exp.Expr:
    return exp.Literal.number(text)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.cast(value.copy(), exp.DataType.build(kind, dialect="spark"))
