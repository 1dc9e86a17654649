"""The Python API: the commands' functions, on stores and on tables in memory."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from socialscore.api.arguments import as_written, chosen, is_path, messages_of, panel_of
from socialscore.api.results import (
    BreakdownTable,
    ExplanationTable,
    HistoryTable,
    ScoreboardTable,
    SensitivityTable,
    as_table,
)
from socialscore.engines import engine as engine_at
from socialscore.errors import InputError, UnknownName, UsageError, in_python, option
from socialscore.importers import read_arrow
from socialscore.importers.staging import Stage
from socialscore.inputs.ranking import override
from socialscore.inputs.shipped import demo_messages, is_there
from socialscore.intake import in_memory
from socialscore.model.period import parse_as_of
from socialscore.runtime import limits
from socialscore.scoring import GROUPS, MessageSource, MessageTable, score
from socialscore.scoring import break_down as break_down_by
from socialscore.scoring.comparison import compare, period_to_compare
from socialscore.scoring.ignored import never_seen, unseen_in_words
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime

    import pyarrow as pa

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.scoring.source import Pseudonym

    AsOf = str | date | datetime | None

__all__ = ["break_down", "demo", "explain", "history", "limit", "rank", "sensitivity"]

_Value = TypeVar("_Value")


@in_python()
def rank(
    messages: Any,
    panel: Any = None,
    ranking: Ranking | Path | str | None = None,
    *,
    compare_to: Any = None,
    as_of: AsOf = None,
    engine: str = "duckdb",
    key_file: Path | str | None = None,
    **options: Any,
) -> ScoreboardTable:
    """Rank public bodies by how well they answer.

    Args:
        messages: the folder or address of a store, or a table with the columns that docs/import.md
            lists, of which `message_id`, `author_id`, `sent_at` and `text` are needed: of pandas,
            Polars (a LazyFrame too), Arrow, DuckDB or whatever else has `__arrow_c_stream__`.
        panel: the bodies to compare: a panel, the path of one, or a table with its columns. None:
            the panel of the ranking, else the bodies that the store knows or, of a table, its
            official accounts.
        ranking: a ranking, the path of a ranking file, or the name of a shipped ranking or preset.
        compare_to: another period, to tell what changed since; `previous`: the one before.
        as_of: the data are taken to end there; a day or a time without an offset is one of the
            ranking's timezone. None: the latest time at which half of the accounts are in view.
        engine: query engine: duckdb, or Spark as local, spark://HOST:PORT or sc://HOST:PORT.
        key_file: the pseudonym key of a store; needed where the ranking ignores authors.
        options: as in a ranking file, over the ranking's: `period`, `unit`, `selection`,
            `horizon`, `preset` … A pair of days or times is a `period` too, a timedelta a
            `horizon`. A table is ranked over all of its time unless `period` is given. It is taken
            to be complete from its first message to its last, or to a later `as_of`.

    Returns:
        The scoreboard; where no body has a rank, a warning says why, and which arguments rank
        some. `to_pandas()`, `to_polars()` and `to_arrow()` make a table of it, with one
        row per body.

    Raises:
        SocialscoreError: something given is wrong; `str(error)` says what, and the way out.
    """
    asked = _asked(messages, panel, ranking, as_of, engine, key_file, options)
    board = score(asked.source, asked.panel, asked.ranking, as_of=asked.as_of)
    _warn_if_nobody(board, asked)
    if compare_to is not None:
        period = period_to_compare(board, as_written(compare_to, joined=".."))
        earlier = override(asked.ranking, {"period": period})
        before = score(asked.source, asked.panel, earlier, as_of=asked.as_of)
        board = compare(board, before)
    return as_table(ScoreboardTable, board)


@in_python()
def break_down(
    messages: Any,
    by_group: str,
    panel: Any = None,
    ranking: Ranking | Path | str | None = None,
    *,
    as_of: AsOf = None,
    engine: str = "duckdb",
    key_file: Path | str | None = None,
    **options: Any,
) -> BreakdownTable:
    """Count the requests of a ranking by something else than bodies: `rank --by-group`.

    Args:
        messages: as in `rank`, and so are all others.
        by_group: account, network, category, day, week, hour or hour-of-week.
        panel: whose requests are counted.
        ranking: the ranking.
        as_of: the end of the data.
        engine: query engine.
        key_file: the pseudonym key of a store.
        options: over the ranking's.

    Returns:
        The breakdown; as a table, one row per line.

    Raises:
        SocialscoreError: something given is wrong; `str(error)` says what, and the way out.
    """
    if by_group not in GROUPS:
        raise UnknownName("group", by_group, GROUPS)
    asked = _asked(messages, panel, ranking, as_of, engine, key_file, options)
    found = break_down_by(asked.source, asked.panel, asked.ranking, by_group, as_of=asked.as_of)
    return as_table(BreakdownTable, found)


@in_python()
def sensitivity(
    messages: Any,
    panel: Any = None,
    ranking: Ranking | Path | str | None = None,
    *,
    as_of: AsOf = None,
    engine: str = "duckdb",
    key_file: Path | str | None = None,
    **options: Any,
) -> SensitivityTable:
    """Rank under all four selections of messages: `rank --sensitivity`.

    Args:
        messages: as in `rank`, and so are all others.
        panel: the bodies to compare.
        ranking: the ranking.
        as_of: the end of the data.
        engine: query engine.
        key_file: the pseudonym key of a store.
        options: over the ranking's.

    Returns:
        Each body's rate and rank under each selection; as a table, one row per body.

    Raises:
        UsageError: it does not follow from the counts of each selection.
        SocialscoreError: something given is wrong; `str(error)` says what, and the way out.
    """
    from socialscore.scoring.sensitivity import sensitivity as of_board
    from socialscore.scoring.sensitivity import why_not

    asked = _asked(messages, panel, ranking, as_of, engine, key_file, options)
    if why := why_not(asked.ranking.model_dump()):
        raise UsageError(f"sensitivity: {why}")
    board = score(asked.source, asked.panel, asked.ranking, as_of=asked.as_of)
    return as_table(SensitivityTable, of_board(board))


@in_python()
def explain(
    messages: Any,
    body: str,
    panel: Any = None,
    ranking: Ranking | Path | str | None = None,
    *,
    message: str | int | None = None,
    show_text: bool = False,
    as_of: AsOf = None,
    engine: str = "duckdb",
    key_file: Path | str | None = None,
    **options: Any,
) -> ExplanationTable:
    """Explain one body's result, message by message.

    Args:
        messages: as in `rank`, and so are all others that it has.
        body: a body of the panel, by its body_id or its name.
        panel: the bodies to compare.
        ranking: the ranking.
        message: the identifier of one message, to explain it alone.
        show_text: include the texts of messages, which are personal data.
        as_of: the end of the data.
        engine: query engine.
        key_file: the pseudonym key of a store.
        options: over the ranking's.

    Returns:
        The explanation; as a table, one row per message that somebody addressed to the body.
        Nothing in it identifies an author.

    Raises:
        UnknownName: there is no such body.
        SocialscoreError: something else is wrong; `str(error)` says what, and the way out.
    """
    from socialscore.scoring.explanation import body_named, messages_named
    from socialscore.scoring.explanation import explain as explain_body

    asked = _asked(messages, panel, ranking, as_of, engine, key_file, options)
    found = explain_body(
        asked.source,
        asked.panel,
        asked.ranking,
        body_named(asked.panel, str(body)),
        with_text=show_text,
        as_of=asked.as_of,
    )
    if message is not None:
        its = messages_named(found, str(message), asked.source, asked.panel, asked.ranking)
        found = replace(found, messages=tuple(its))
    return as_table(ExplanationTable, found, alone=message is not None)


@in_python()
def history(
    ranking: Path | str,
    body: str | None = None,
    *,
    out: Path | str = "published",
    metric: str | None = None,
) -> HistoryTable:
    """What was published of one body or of all, period by period.

    Args:
        ranking: the ranking: its file or its name.
        body: a body, by its body_id or any name it has had. None: all of them.
        out: the folder with the publications.
        metric: of the sparkline in notebooks. None: the one that ranks.

    Returns:
        The latest revision of each period; as a table, one row per body and published period.

    Raises:
        UnknownName: there is no such series, body or metric.
        InputError: nothing is published yet, or a publication is damaged.
    """
    from socialscore.publishing.history import find_body, metric_of, read_history

    found = read_history(Path(out), Path(ranking).name.removesuffix(".toml"))
    its = None if body is None else find_body(found, str(body))
    return as_table(HistoryTable, found, body=its, metric=metric_of(found, metric))


def demo() -> pa.Table:
    """The demo's invented messages; `rank(socialscore.demo(), ranking="demo")` ranks its bodies.

    Returns:
        One row per message, every column a text.
    """
    import gzip

    import pyarrow as pa
    from pyarrow import csv

    with gzip.open(demo_messages(), "rt", encoding="utf-8") as file:
        names = next(file).strip().split(",")
    texts = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    lines = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(demo_messages(), parse_options=lines, convert_options=texts)


@in_python()
def limit(
    *,
    memory_limit: str | None = None,
    temp_directory: Path | str | None = None,
    threads: int | None = None,
) -> None:
    """Say what DuckDB may take of this machine from now on, as the settings of these names do.

    Args:
        memory_limit: such as "4 GB". None: half of what this process may have.
        temp_directory: the folder for what does not fit. None: the system's temporary folder.
        threads: how many count. None: one for each core.

    Raises:
        InputError: one of them cannot be.
    """
    folder = None if temp_directory is None else Path(temp_directory).absolute()
    limits.limit(
        limits.Limits(
            _checked("memory_limit", limits.checked_memory, memory_limit),
            _checked("temp_directory", limits.checked_folder, folder),
            _checked("threads", limits.checked_threads, threads),
        )
    )


def _checked(name: str, check: Callable[[Any], _Value], value: Any) -> _Value | None:
    """What an argument says; None: it is not given."""
    try:
        return None if value is None else check(value)
    except ValueError as error:
        raise InputError(name, str(error)) from None


@dataclass(frozen=True)
class _Asked:
    """What a function is asked about, found and opened."""

    source: MessageSource
    panel: Panel
    ranking: Ranking
    as_of: str | None


def _asked(
    messages: Any,
    panel: Any,
    ranking: Ranking | Path | str | None,
    as_of: AsOf,
    engine: str,
    key_file: Path | str | None,
    options: dict[str, Any],
) -> _Asked:
    """What the arguments of `rank` name; authors whom nobody knows are warned of."""
    if not is_path(messages):
        options = {"period": "all"} | options
    its = chosen(ranking, options)
    end = None if as_of is None else str(as_written(as_of))
    named = panel if panel is not None else its.panel
    bodies = None if named is None else panel_of(named)
    beside = [Path(file) for file in (named, ranking) if isinstance(file, (str, Path))]
    common: dict[str, Any] = {"beside": beside, "engine": engine_at(engine)}
    if is_path(messages):
        store = _store(messages)
        bodies = bodies.reconciled(store.panel()) if bodies else store.panel()
        pseudonym = _pseudonym(store, key_file) if its.ignore else None
        source = MessageSource(store, pseudonym, **common)
    else:
        until = None if end is None else parse_as_of(end, its.zone)
        table, bodies = _in_memory(messages_of(messages), bodies, until)
        source = MessageSource(table, **common)
    if unseen := never_seen(source, its):
        warnings.warn(unseen_in_words(its, unseen, named=True), stacklevel=4)
    return _Asked(source, bodies, its, end)


def _warn_if_nobody(board: Scoreboard, asked: _Asked) -> None:
    """Where no body has a rank, say why, and what ranks some."""
    if any(line.rank for line in board.scores):
        return
    from socialscore.scoring.way_out import way_out

    out = way_out(board, asked.source, asked.panel, asked.ranking, as_of=asked.as_of)
    steps = [f"{step.what}: {_arguments(step.options)}" for step in out.steps]
    warnings.warn("; ".join((f"no body is ranked: {out.why}", *steps)), stacklevel=4)


def _arguments(options: Mapping[str, str]) -> str:
    """Options as the arguments that say them."""
    numbers = {name: int(it) if it.isdecimal() else it for name, it in options.items()}
    return ", ".join(option(name, it) for name, it in numbers.items())


def _store(messages: Path | str) -> Store:
    if str(messages) == "demo" and not is_there(Path(messages)):
        raise UsageError(
            "there is no store demo here; the demo's messages are socialscore.demo(), as in "
            "socialscore.rank(socialscore.demo(), ranking='demo')"
        )
    if isinstance(messages, Path) or "://" not in messages:
        path = Path(messages)
        if is_there(path) and path.is_file():
            raise UsageError(
                f"{path} is a file, not a store; give a table of it, in which identifiers are "
                f"texts, or take it into a store with `socialscore import {path}`"
            )
    return Store.open(messages)


def _pseudonym(store: Store, key_file: Path | str | None) -> Pseudonym:
    from socialscore.store.key import pseudonyms_of

    if key_file is None:
        raise UsageError(
            "the ranking ignores authors, whom a store knows by pseudonyms: say where "
            f"their key lies, {option('key_file')}"
        )
    return pseudonyms_of(store, Path(key_file)).of


def _in_memory(
    messages: pa.Table, panel: Panel | None, end: datetime | None
) -> tuple[MessageTable, Panel]:
    """The messages of a table, judged as an import judges them, and the bodies they concern."""
    with Stage() as stage:
        stage.read(read_arrow(messages), "the table")
        if remarks := [*_refusals(stage), *stage.remarks()]:
            warnings.warn("; ".join(remarks), stacklevel=5)
        bodies = panel or stage.bodies()
        found = MessageTable(*in_memory(stage, bodies, end))
    if not found.covered:
        raise UsageError(
            f"no message of the table is by or to a body of the panel {bodies.name!r}; compare "
            "its networks, account_ids and handles with those of the table"
            if panel
            else f"the table does not say which accounts are official; name them: {option('panel')}"
        )
    return found, bodies


def _refusals(stage: Stage) -> Iterator[str]:
    """How many rows are refused, and why the first one is."""
    for first in islice(stage.refusals(), 1):
        tally = stage.tally()
        yield (
            f"{tally.n_refused:,} of {tally.n_rows:,} rows are refused, the first of them row "
            f"{first.line}: {first.reason}"
        )
