"""The jobs that are measured.

Each function imports and opens what its job needs, and returns the call that is timed. Nothing is
imported at the top: a process has in memory only what its own job wants.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialscore.model import Scoreboard

    Figures = dict[str, dict[str, float | None]]  # by body, then by metric

__all__ = ["CARE_CSV", "JOBS"]

CARE_CSV = "care.csv"
"""The file to import, in the folder that every job is given."""

_ROOT = Path(__file__).parents[1]
_N_JUDGED = 250_000
_LIBRARIES = "import duckdb, pyarrow, deltalake, pydantic, typer"

_COUNTING = {
    "unit": "message", "selection": "all", "horizon": "none", "match": "direct", "exclude": "none",
    "bursts": False, "min_requests": 1, "period": "all",
}  # fmt: skip

_PARQUET = """
COPY (FROM read_csv($csv, strict_mode = false)) TO $parquet (FORMAT parquet)
"""

_PARQUET_JUDGED = r"""
COPY (
    SELECT
        *,
        contains(text, '?') AS question_mark,
        regexp_matches(
            lower(text),
            '\b(what|why|how|when|where|who|which|(can|could|do|does) (you|i)|(is|are) there)\b'
        ) AS question,
        regexp_matches(
            lower(text), '\b(please|help|need|not working|still waiting|broken|report)\b'
        ) AS request,
        md5(text) AS text_digest
    FROM read_csv($csv, strict_mode = false)
) TO $parquet (FORMAT parquet)
"""


# Importing ---------------------------------------------------------------------------------------


def import_file(folder: Path) -> Callable[[], object]:
    """What `socialscore import --bodies-from-data` does, into a store that does not exist yet."""
    from socialscore.importers import read
    from socialscore.importers.source import Source
    from socialscore.importers.staging import Stage
    from socialscore.intake import keep
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    path, root = folder / CARE_CSV, folder / "store"
    key = read_key(folder / "key")
    shutil.rmtree(root, ignore_errors=True)

    def run() -> None:
        with Source(path) as source, Stage() as stage:
            name, reading = read(source)
            stage.read(reading, path)
            store = Store.create(root, key_id=Pseudonyms(key).key_id)
            keep(stage, store, stage.bodies(), key, source=name, collected_at=datetime.now(UTC))
            stage.tally()
            list(stage.refusals())

    return run


def convert_with_duckdb(folder: Path, statement: str = _PARQUET) -> Callable[[], object]:
    """The CSV as Parquet, by one statement."""
    import duckdb

    paths = {"csv": str(folder / CARE_CSV), "parquet": str(folder / "duckdb.parquet")}
    return lambda: duckdb.connect().execute(statement, paths)


def convert_with_polars(folder: Path) -> Callable[[], object]:
    """The CSV as Parquet, through a frame."""
    import polars

    source, target = folder / CARE_CSV, folder / "polars.parquet"
    # The lists of responses look like numbers for as long as each has one.
    types = {"response_tweet_id": polars.String}
    return lambda: polars.read_csv(source, schema_overrides=types).write_parquet(target)


def judge_texts(folder: Path) -> Callable[[], object]:
    """The judgements of the language rules; the memory includes that of the texts."""
    import duckdb

    from socialscore.language.judge import judge

    found = duckdb.connect().sql(
        "SELECT text, NULL::VARCHAR AS language, NOT inbound AS outbound "
        "FROM read_csv($csv, strict_mode = false) LIMIT $n",
        params={"csv": str(folder / CARE_CSV), "n": _N_JUDGED},
    )
    rows = found.to_arrow_table()
    return lambda: judge(rows, salt="bench")


# Ranking -----------------------------------------------------------------------------------------


def rank(folder: Path, options: Mapping[str, object]) -> Callable[[], Scoreboard]:
    """A ranking of all that the store holds."""
    from socialscore.ranking import load_ranking
    from socialscore.scoring import score
    from socialscore.store.lake import Store

    store = Store.open(folder / "store")
    return partial(score, store, store.panel(), load_ranking(None, options))


def query_by_hand(folder: Path) -> Callable[[], Figures]:
    """The figures of `rank` with `_COUNTING`, by `handwritten.sql` over the same Parquet files."""
    import duckdb
    import pyarrow as pa

    from socialscore.ranking import load_ranking
    from socialscore.scoring import ask
    from socialscore.store.lake import Store

    store = Store.open(folder / "store")
    panel = store.panel()
    question = ask(store.coverage(), panel, load_ranking(None, _COUNTING))
    files = store.messages(question.read_from, question.read_until)
    pairs = [(body.body_id, account.account_id) for body, account in panel.accounts()]
    accounts = pa.table(list(zip(*pairs, strict=True)), names=["body_id", "account_id"])
    statement = (Path(__file__).parent / "handwritten.sql").read_text(encoding="utf-8")
    as_of = question.as_of.replace(tzinfo=None)

    def run() -> Figures:
        with duckdb.connect() as connection:
            connection.register("account", accounts)
            connection.read_parquet(files, hive_partitioning=True).create_view("message")
            found = connection.execute(statement, {"as_of": as_of})
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {row.pop("body_id"): row for row in rows}

    return run


def compare(folder: Path) -> Callable[[], None]:
    """Stops the benchmark unless both ways of ranking find the same figures."""
    ranked, counted = rank(folder, _COUNTING), query_by_hand(folder)

    def run() -> None:
        board, found = ranked(), counted()
        if {score.body.body_id for score in board.scores} != set(found):
            sys.exit("the two ways of ranking do not find the same bodies")
        for score in board.scores:
            for name, value in found[score.body.body_id].items():
                if not _same(score.values[name], value):
                    ours = score.values[name]
                    sys.exit(f"{score.body.body_id}: {name} is {ours}, and by hand {value}")

    return run


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))


# Whole commands ----------------------------------------------------------------------------------


def command(folder: Path, *arguments: str) -> Callable[[], object]:
    """A command of socialscore as a process."""
    return process(folder, str(_ROOT / "cli.py"), *arguments)


def demo_store(folder: Path) -> Callable[[], object]:
    """The store of the demo, made anew: another version may have left one."""
    shutil.rmtree(folder / "demo-store", ignore_errors=True)
    return command(folder, "demo", "--store", "demo-store")


def process(folder: Path, *arguments: str) -> Callable[[], object]:
    """A process of Python; its output goes nowhere, and a failure stops the benchmark."""
    return partial(
        subprocess.run,
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )


JOBS: dict[str, Callable[[Path], Callable[[], object]]] = {
    "import": import_file,
    "duckdb": convert_with_duckdb,
    "duckdb-judged": partial(convert_with_duckdb, statement=_PARQUET_JUDGED),
    "polars": convert_with_polars,
    "judge": judge_texts,
    "rank": partial(rank, options=_COUNTING),
    "rank-message": partial(rank, options={"period": "all", "unit": "message"}),
    "rank-episode": partial(rank, options={"period": "all"}),
    "rank-author": partial(rank, options={"period": "all", "unit": "author"}),
    "rank-loose": partial(rank, options={"period": "all", "match": "loose"}),
    "rank-business": partial(
        rank, options={"period": "all", "clock": "business", "calendar": "office"}
    ),
    "rank-by-hand": query_by_hand,
    "compare": compare,
    "demo-store": demo_store,
    "help": lambda folder: command(folder, "--help"),
    "metrics": lambda folder: command(folder, "metrics"),
    "rank-demo": lambda folder: command(folder, "rank", "demo", "--store", "demo-store"),
    "libraries": lambda folder: process(folder, "-c", _LIBRARIES),
}
"""By name."""
