"""What the functions of the Python API return: results that are tables and notebook pages too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from socialscore.errors import UsageError, in_python
from socialscore.model.breakdown import Breakdown
from socialscore.model.explanation import Explanation
from socialscore.model.scoreboard import Scoreboard
from socialscore.model.sensitivity import Sensitivity
from socialscore.publishing.history import History
from socialscore.reporters import columns, records, worded
from socialscore.reporters.facts import median_metrics, metric_named
from socialscore.reporters.formatting import counted, one_line
from socialscore.reporters.html import preformatted, to_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pandas import DataFrame
    from polars import DataFrame as PolarsDataFrame

    from socialscore.model.messages import Body
    from socialscore.model.scoreboard import Metric
    from socialscore.reporters.columns import Field

__all__ = [
    "BreakdownTable",
    "ExplanationTable",
    "HistoryTable",
    "ScoreboardTable",
    "SensitivityTable",
    "as_table",
]

_WIDTH = 100  # characters of a text in a notebook

_TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", "UTC"),
}
"""By the type of a column, as `columns.Field` says it."""


class AsTables(ABC):
    """A result that pandas, Polars, Arrow and notebooks take as a table."""

    def to_arrow(self) -> pa.Table:
        """As an Arrow table: shares from 0 to 1, delays in seconds, times in UTC."""
        types = {name: _TYPES[type_] for name, type_ in self._columns().items()}
        rows = list(self._rows())
        return pa.table(
            {name: [_instant(row[name], type_) for row in rows] for name, type_ in types.items()},
            schema=pa.schema(types.items()),
        )

    def to_pandas(self) -> DataFrame:
        """As a pandas DataFrame; whole numbers are Int64, which knows that a value is missing."""
        from pandas import Int64Dtype

        frame: DataFrame = self.to_arrow().to_pandas(types_mapper={pa.int64(): Int64Dtype()}.get)
        return frame

    def to_polars(self) -> PolarsDataFrame:
        """As a Polars DataFrame.

        Raises:
            UsageError: Polars is not installed.
        """
        try:
            from polars import DataFrame
        except ImportError:
            raise UsageError(
                "to_polars() needs Polars; install it: pip install 'socialscore[polars]'"
            ) from None
        return DataFrame(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """What lets Polars, DuckDB and others take the result as it is (Arrow PyCapsule)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    @abstractmethod
    def _columns(self) -> Mapping[str, str]:
        """By the name of each column, its type."""

    @abstractmethod
    def _rows(self) -> Iterable[Mapping[str, Any]]:
        """Values by the names of the columns, and perhaps others."""


def _instant(value: Any, type_: pa.DataType) -> Any:
    """The records of exports hold times as texts."""
    is_text = isinstance(value, str) and pa.types.is_timestamp(type_)
    return datetime.fromisoformat(value) if is_text else value


def _types(of: Iterable[Field]) -> dict[str, str]:
    return {field.name: field.type for field in of}


@dataclass(frozen=True, repr=False)
class ScoreboardTable(AsTables, Scoreboard):
    """A scoreboard; as a table, one row per body: rank, interval, who it is, every metric."""

    def __repr__(self) -> str:
        return f"<Scoreboard {_of(self, counted(len(self.scores), 'body'))}>"

    def _repr_html_(self) -> str:
        return to_html(worded(self))

    def _columns(self) -> Mapping[str, str]:
        return _types(columns.of_numbers(self))

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        return records.of_bodies(self)


@dataclass(frozen=True, repr=False)
class BreakdownTable(AsTables, Breakdown):
    """A breakdown; as a table, one row per line: its bodies, every metric, medians of bodies."""

    def __repr__(self) -> str:
        return f"<Breakdown {_of(self.scoreboard, f'by {self.by}')}>"

    def _repr_html_(self) -> str:
        return to_html(worded(self))

    def _columns(self) -> Mapping[str, str]:
        shared = {field.name for field in columns.of_context()}
        types = _types(columns.of_breakdown(self, median_metrics(self)))
        return {name: type_ for name, type_ in types.items() if name not in shared}

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        return records.of_breakdown(self)


@dataclass(frozen=True, repr=False)
class SensitivityTable(AsTables, Sensitivity):
    """A ranking under every selection; as a table, one row per body."""

    def __repr__(self) -> str:
        return f"<Sensitivity {_of(self.scoreboard, counted(len(self.lines), 'body'))}>"

    def _repr_html_(self) -> str:
        return to_html(worded(self))

    def _columns(self) -> Mapping[str, str]:
        shared = {field.name for field in columns.of_context()}
        types = _types(columns.of_sensitivity(self))
        return {name: type_ for name, type_ in types.items() if name not in shared}

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        return records.of_sensitivity(self)


@dataclass(frozen=True, repr=False)
class ExplanationTable(AsTables, Explanation):
    """An explanation; as a table, one row per message that somebody addressed to the body."""

    alone: bool = False  # of one message that was asked for, which a notebook shows step by step

    def __repr__(self) -> str:
        what = f"{one_line(self.score.body.name)}, {counted(len(self.messages), 'message')}"
        return f"<Explanation {_of(self.scoreboard, what)}>"

    def _repr_html_(self) -> str:
        from socialscore.reporters.explanation import SHOWN, render_explanation, render_messages

        with in_python():
            if self.alone:
                return preformatted(render_messages(self, self.messages, "table", width=_WIDTH))
            text = render_explanation(
                self, "table", limit=SHOWN, width=_WIDTH, all_of_them="to_pandas()"
            )
            return preformatted(text)

    def _columns(self) -> Mapping[str, str]:
        from socialscore.reporters.explanation import message_columns

        return message_columns(self)

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        from socialscore.reporters.explanation import message_record

        return (message_record(self, message) for message in self.messages)


@dataclass(frozen=True, repr=False)
class HistoryTable(AsTables, History):
    """A history; as a table, one row per body and published period, in order of period."""

    body: Body | None  # the only one that is shown; None: all of them
    metric: Metric  # of the sparkline

    def __repr__(self) -> str:
        first, last = self.periods[0], self.periods[-1]
        whose = f" of {one_line(self.body.name)}" if self.body else ""
        n = counted(len(self.periods), "period")
        return f"<History{whose} in {self.ranking}, {n}, {first} to {last}>"

    def _repr_html_(self) -> str:
        from socialscore.publishing.history.report import worded_history

        return to_html(worded_history(self, self.body, self.metric))

    def _columns(self) -> Mapping[str, str]:
        from socialscore.publishing.history.export import history_columns

        own = {"period", "period_from", "period_until", "provisional"}
        shared = {field.name for field in columns.of_context()} - own
        types = _types(history_columns(self))
        return {name: type_ for name, type_ in types.items() if name not in shared}

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        from socialscore.publishing.history.export import history_records

        empty = dict.fromkeys(self._columns())
        return (empty | record for record in history_records(self, self.body))


def _of(board: Scoreboard, what: str) -> str:
    """What a result is about, on one line."""
    return f"{what}, {board.period}, ranked by {metric_named(board, board.key).label.lower()}"


_Table = TypeVar("_Table", bound=AsTables)


def as_table(kind: type[_Table], result: Any, **more: Any) -> _Table:
    """A result as the one of its kind that is a table.

    Args:
        kind: one of the classes above.
        result: of the class that it extends.
        more: the fields that this class does not have.
    """
    its = {each.name: getattr(result, each.name) for each in fields(result)}
    return kind(**its, **more)
