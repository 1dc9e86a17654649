"""What callers in Python give, as what the rest of the package takes."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.errors import InputError, UnknownName, UsageError, listed, option
from socialscore.importers.columns import NEEDED
from socialscore.inputs.panel import Panel
from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.ranking import Ranking, override
from socialscore.inputs.shipped import is_there, preset_names, ranking_names, ranking_path
from socialscore.inputs.value_errors import raise_all
from socialscore.scoring.metrics import checked_ranking, wrong_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["as_written", "chosen", "is_path", "messages_of", "panel_of"]


def is_path(given: object) -> bool:
    """Whether something is the path or the address of a file or a store."""
    return isinstance(given, (str, Path))


def as_written(value: Any, *, joined: str = "") -> Any:
    """A value as a ranking file says it.

    Args:
        value: dates, times, lengths of time and numbers of Python, pandas and NumPy become texts
            and plain numbers; lists and columns become lists.
        joined: what stands between the two ends, where a pair means FROM and UNTIL, and a day both.
    """
    if isinstance(value, (datetime, date)):
        said = value.isoformat()
        return said if not joined or isinstance(value, datetime) else f"{said}{joined}{said}"
    if joined and hasattr(value, "start_time"):  # a Period of pandas
        since, until = value.start_time, (value + 1).start_time
        if since == since.normalize() and until == until.normalize():
            return f"{since:%Y-%m-%d}{joined}{value.end_time:%Y-%m-%d}"
        return f"{since.isoformat()}{joined}{until.isoformat()}"
    if isinstance(value, timedelta):
        return f"{value // timedelta(seconds=1)}s"
    if hasattr(value, "tolist"):  # of NumPy and pandas
        return as_written(value.tolist(), joined=joined)
    if isinstance(value, (list, tuple, set, frozenset)):
        each = [as_written(one) for one in value]
        return joined.join(map(str, each)) if joined and len(each) == 2 else each
    return value


def _table_of(given: Any, what: str) -> pa.Table:
    """Any table as an Arrow table; a lazy one is computed.

    Args:
        given: a DataFrame of pandas, a DataFrame or LazyFrame of Polars, a relation of DuckDB, a
            table, batch or reader of Arrow, whatever else offers `__arrow_c_stream__`, lists by the
            names of columns, or a list of rows as dictionaries.
        what: what it is, for the error.

    Raises:
        UsageError: it is none of these.
    """
    if isinstance(given, list) and all(isinstance(row, dict) for row in given):
        return pa.Table.from_pylist(given)
    if hasattr(given, "collect") and not hasattr(given, "__arrow_c_stream__"):
        given = given.collect()
    is_table = isinstance(given, (pa.Table, pa.RecordBatch, dict))
    problem = ""
    if is_table or hasattr(given, "__arrow_c_stream__"):
        try:
            return pa.table(given)
        except (ValueError, TypeError) as error:  # a single column, or two with one name
            problem = f" ({error})"
    raise UsageError(
        f"{what}: cannot read a table from this {type(given).__name__}{problem}; give a path, or a "
        "table of pandas, Polars, Arrow or DuckDB"
    )


def messages_of(given: Any) -> pa.Table:
    """Messages as an Arrow table, which has the columns that are needed.

    Raises:
        UsageError: it is no table.
        InputError: a column is missing.
    """
    table = _table_of(given, option("messages"))
    missing = [name for name in NEEDED if name not in table.schema.names]
    if missing:
        raise InputError(
            "the table",
            f"has no column {' or '.join(missing)}; its columns are "
            f"{listed(table.schema.names)}. Rename the one that is meant to {missing[0]}",
        )
    return table


def panel_of(given: Any) -> Panel:
    """A panel: itself, the path of one, or a table with its columns.

    Raises:
        InputError: the panel says something wrong.
        UsageError: it is nothing of the kind.
    """
    if isinstance(given, Panel):
        return given
    if is_path(given):
        return read_panel(Path(given))
    table = _table_of(given, option("panel"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [name for name in table.schema.names if not name.startswith("__index_level_")]
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in table.to_pylist())
    return read_panel("panel", text.getvalue().encode())


def _cell(value: Any) -> Any:
    """A cell of a panel as its CSV has it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    is_day = isinstance(value, datetime) and value.time() == time()
    return value.date() if is_day else value


def chosen(given: Ranking | Path | str | None, options: Mapping[str, Any]) -> Ranking:
    """The ranking that is named, with the options over it.

    Args:
        given: a ranking, the path of a ranking file, or the name of a shipped ranking or preset.
        options: of rankings.

    Raises:
        UnknownName: there is no such file, ranking, preset or option.
        InputError: the file says something wrong.
        UsageError: an option cannot be read.
    """
    written = {
        name: as_written(value, joined=".." if name == "period" else "")
        for name, value in options.items()
    }
    if isinstance(given, Ranking):
        ranking = override(given, written)
        raise_all(list(wrong_metrics(ranking, lambda *_: None)))
        return ranking
    if given is None:
        return checked_ranking(None, written)
    if not is_path(given):
        raise UsageError(
            f"{option('ranking', given)}: give a ranking, the path of one, or a name; options are "
            "arguments of their own, as in unit='message'"
        )
    name = str(given)
    if name in preset_names() and not is_there(Path(name)):
        return checked_ranking(None, {"preset": name} | written)
    if isinstance(given, Path) or name.endswith(".toml") or is_there(Path(name)):
        return checked_ranking(Path(given), written)
    if name not in ranking_names():
        raise UnknownName("ranking", name, [*ranking_names(), *preset_names()])
    return checked_ranking(ranking_path(name), written)
