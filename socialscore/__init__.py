"""How well public bodies answer the people who write to them on social networks.

In Python:

    >>> import socialscore
    >>> board = socialscore.rank(messages, panel="panel.csv", ranking="socially-devoted")
    >>> board.to_pandas()

`limit` says how much memory that may take.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.store.lake import Store

__all__ = ["__version__", "limit", "rank"]

_Value = TypeVar("_Value")


def rank(
    messages: Any,
    panel: Panel | Path | str | None = None,
    ranking: Ranking | Path | str | None = None,
    *,
    engine: str = "duckdb",
    key_file: Path | str | None = None,
    **options: Any,
) -> Scoreboard:
    """Rank public bodies by how well they answer.

    Args:
        messages: the folder or address of a store, or a pandas, Polars or Arrow table with the
            columns that docs/import.md lists for tables; `message_id`, `author_id`, `sent_at` and
            `text` are needed.
        panel: the bodies to compare: a panel, or the path of one. None: those that the store knows,
            or the official accounts of the table.
        ranking: a ranking, the path of a ranking file, or the name of a preset.
        engine: query engine: duckdb, or Spark as local, spark://HOST:PORT or sc://HOST:PORT.
        key_file: the pseudonym key of a store; needed where the ranking ignores authors.
        options: as on the command line, over the ranking's: `period`, `unit`, `selection`,
            `horizon`, `as_of` … A table is ranked over all of its time unless `period` is given. It
            is taken to be complete from its first message to its last, or to a later `as_of`.

    Returns:
        The scoreboard; `Scoreboard.to_pandas()` makes a DataFrame of it.

    Raises:
        SocialscoreError: something given is wrong; `str(error)` says what, and the way out.
    """
    from socialscore.engines import engine as engine_at
    from socialscore.inputs.panel import read_panel
    from socialscore.model.period import parse_as_of
    from socialscore.scoring import MessageSource, score
    from socialscore.scoring.ignored import never_seen, unseen_in_words
    from socialscore.store.lake import Store

    as_of = options.pop("as_of", None)
    pseudonym = None
    beside = [Path(file) for file in (panel, ranking) if isinstance(file, (str, Path))]
    chosen = _ranking(ranking, options, is_table=not isinstance(messages, (str, Path)))
    bodies = read_panel(Path(panel)) if isinstance(panel, (str, Path)) else panel
    if isinstance(messages, (str, Path)):
        known = Store.open(messages)
        bodies = bodies.reconciled(known.panel()) if bodies else known.panel()
        pseudonym = _pseudonym(known, key_file) if chosen.ignore else None
    else:
        end = parse_as_of(as_of, chosen.zone) if as_of else None
        known, bodies = _in_memory(messages, bodies, end)
    source = MessageSource(known, pseudonym, beside=beside, engine=engine_at(engine))
    board = score(source, bodies, chosen, as_of=as_of)
    if unseen := never_seen(source, chosen):
        warnings.warn(unseen_in_words(chosen, unseen, named=True), stacklevel=2)
    return board


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
    from socialscore.runtime import limits

    folder = None if temp_directory is None else Path(temp_directory).absolute()
    chosen = limits.Limits(
        _checked("memory_limit", limits.checked_memory, memory_limit),
        _checked("temp_directory", limits.checked_folder, folder),
        _checked("threads", limits.checked_threads, threads),
    )
    limits.limit(chosen)


def _checked(name: str, check: Callable[[Any], _Value], value: Any) -> _Value | None:
    """What an argument says; None: it is not given."""
    from socialscore.errors import InputError

    try:
        return None if value is None else check(value)
    except ValueError as error:
        raise InputError(name, str(error)) from None


def _pseudonym(store: Store, key_file: Path | str | None) -> Callable[[str, str], str]:
    from socialscore.errors import UsageError
    from socialscore.store.key import pseudonyms_of

    if key_file is None:
        raise UsageError(
            "the ranking ignores authors, whom a store knows by pseudonyms: say where "
            "their key lies, key_file=…"
        )
    return pseudonyms_of(store, Path(key_file)).of


def _ranking(
    ranking: Ranking | Path | str | None, options: dict[str, Any], *, is_table: bool
) -> Ranking:
    from socialscore.inputs.ranking import Ranking, load_ranking, override

    if is_table:
        options = {"period": "all"} | options
    if isinstance(ranking, Ranking):
        return override(ranking, options)
    if isinstance(ranking, str) and not ranking.endswith(".toml"):
        return load_ranking(None, {"preset": ranking} | options)
    return load_ranking(Path(ranking) if ranking else None, options)


def _in_memory(messages: Any, panel: Panel | None, end: datetime | None) -> tuple[Any, Panel]:
    """The messages of a table, judged as an import judges them, and the bodies they concern."""
    import pyarrow as pa

    from socialscore.importers import read_arrow
    from socialscore.importers.staging import Stage
    from socialscore.intake import in_memory
    from socialscore.scoring import MessageTable

    with Stage() as stage:
        stage.read(read_arrow(pa.table(messages)), "the table")
        bodies = panel or stage.bodies()
        return MessageTable(*in_memory(stage, bodies, end)), bodies
