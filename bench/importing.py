"""The jobs that bring files into a store, or into other files: see jobs.py."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CARE_CSV", "IMPORTING", "ROWS_PER_POST"]

CARE_CSV = "care.csv"
"""The file to import, in the folder that every job is given."""

ROWS_PER_POST = 10
"""Posts of X are larger, and twarc-csv is slow: there is one for so many rows of CARE_CSV."""

_HERE = Path(__file__).parent
_POSTS, _POSTS_PANEL = "posts.jsonl", "posts-panel.csv"
_TABLE = "table.parquet"
_N_JUDGED = 250_000

_PARQUET = """
COPY (FROM read_csv($csv, strict_mode = false)) TO $parquet (FORMAT parquet)
"""

_PARQUET_AGAIN = """
COPY (FROM read_parquet($table)) TO $parquet (FORMAT parquet)
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

# The columns of importers/table.py.
_AS_TABLE = """
COPY (
    SELECT
        tweet_id::VARCHAR AS message_id,
        author_id,
        CASE WHEN NOT inbound THEN author_id END AS author_handle,
        strptime(created_at, '%a %b %d %H:%M:%S %z %Y') AS sent_at,
        text,
        CASE
            WHEN in_response_to_tweet_id IS NOT NULL THEN 'reply'
            WHEN inbound THEN 'mention'
            ELSE 'post'
        END AS kind,
        in_response_to_tweet_id::BIGINT::VARCHAR AS reply_to_id,
        NOT inbound AS official
    FROM read_csv($csv, strict_mode = false)
) TO $table (FORMAT parquet)
"""

# It waits for a line before it begins, so that importing pandas is not counted.
_TWARC_CSV = "from twarc_csv import csv; print(flush=True); input(); csv()"


# Ours --------------------------------------------------------------------------------------------


def import_file(
    folder: Path, name: str = CARE_CSV, panel_name: str | None = None
) -> Callable[[], object]:
    """What `socialscore import` does, into a store that does not exist yet.

    Without a panel the bodies are those of the file, as with `--bodies-from-data`.
    """
    from socialscore.importers import read
    from socialscore.importers.source import Source
    from socialscore.importers.staging import Stage
    from socialscore.inputs.panel_file import read_panel
    from socialscore.intake import keep
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    path = folder / name
    root = folder / ("store" if name == CARE_CSV else f"store of {name}")
    key = read_key(folder / "key")
    panel = read_panel(folder / panel_name) if panel_name else None
    shutil.rmtree(root, ignore_errors=True)

    def run() -> None:
        with Source(path) as source, Stage() as stage:
            opened = read(source)
            stage.read(opened.rows, path)
            store = Store.create(root, key_id=Pseudonyms(key).key_id)
            bodies = panel or stage.bodies()
            keep(
                stage, store, bodies, key, source=opened.layout.name, collected_at=datetime.now(UTC)
            )
            stage.tally()
            list(stage.refusals())

    return run


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


# Others ------------------------------------------------------------------------------------------


def convert_with_duckdb(folder: Path, statement: str = _PARQUET) -> Callable[[], object]:
    """The CSV as Parquet, by one statement."""
    import duckdb

    paths = {"csv": str(folder / CARE_CSV), "parquet": str(folder / "duckdb.parquet")}
    return lambda: duckdb.connect().execute(statement, paths)


def copy_with_duckdb(folder: Path) -> Callable[[], object]:
    """The table as Parquet once more."""
    import duckdb

    paths = {"table": str(folder / _TABLE), "parquet": str(folder / "duckdb.parquet")}
    return lambda: duckdb.connect().execute(_PARQUET_AGAIN, paths)


def convert_with_polars(folder: Path) -> Callable[[], object]:
    """The CSV as Parquet, through a frame."""
    import polars

    source, target = folder / CARE_CSV, folder / "polars.parquet"
    # The lists of responses look like numbers for as long as each has one.
    types = {"response_tweet_id": polars.String}
    return lambda: polars.read_csv(source, schema_overrides=types).write_parquet(target)


def convert_with_twarc(folder: Path, name: str = _POSTS) -> Callable[[], object]:
    """The posts as CSV, by twarc-csv with all its defaults."""
    converter = subprocess.Popen(
        [_twarc(folder), "-W", "ignore", "-c", _TWARC_CSV, name, f"{name}.csv", "--hide-progress"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    assert converter.stdout
    converter.stdout.readline()

    def run() -> None:
        converter.communicate(b"\n")
        if converter.returncode:
            sys.exit("twarc-csv failed")

    return run


def _twarc(folder: Path) -> Path:
    """The Python of the environment of twarc-csv, which needs an older pandas than we do."""
    return folder.parent / "twarc-venv" / "bin" / "python"


# What they need ----------------------------------------------------------------------------------


def write_posts(folder: Path) -> Callable[[], object]:
    """The pages of X, and the panel to import them with."""
    import duckdb

    from bench.posts import write_pages, write_panel

    def run() -> None:
        if (folder / _POSTS).exists():
            return
        query = "SELECT count(*) FROM read_csv($csv, strict_mode = false)"
        rows = duckdb.sql(query, params={"csv": str(folder / CARE_CSV)})
        ((n_rows,),) = rows.fetchall()
        write_panel(folder / _POSTS_PANEL)
        write_pages(n_rows // ROWS_PER_POST, folder / f"{_POSTS}.unfinished")
        (folder / f"{_POSTS}.unfinished").rename(folder / _POSTS)

    return run


def prepare_twarc(folder: Path) -> Callable[[], object]:
    """The environment of twarc-csv; stops the benchmark if it does not keep every post."""
    from bench.posts import write_pages

    def run() -> None:
        python = _twarc(folder)
        install = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        subprocess.run([*install, "--requirement", _HERE / "twarc.txt"], check=True)
        write_pages(1000, folder / "few.jsonl")
        convert_with_twarc(folder, "few.jsonl")()
        # It writes line ends in texts as \n, and leaves out batches that it does not understand.
        n_kept = len((folder / "few.jsonl.csv").read_text(encoding="utf-8").split("\n")) - 2
        if n_kept != 1000:
            sys.exit(f"twarc-csv kept {n_kept:,} of 1,000 posts")

    return run


def write_table(folder: Path) -> Callable[[], object]:
    """The rows of CARE_CSV as Parquet, in the columns of the layout `table`."""
    import duckdb

    paths = {"csv": str(folder / CARE_CSV), "table": str(folder / _TABLE)}
    return lambda: duckdb.connect().execute(_AS_TABLE, paths)


IMPORTING: dict[str, Callable[[Path], Callable[[], object]]] = {
    "import": import_file,
    "duckdb": convert_with_duckdb,
    "duckdb-judged": partial(convert_with_duckdb, statement=_PARQUET_JUDGED),
    "polars": convert_with_polars,
    "judge": judge_texts,
    "posts": write_posts,
    "twarc": prepare_twarc,
    "twarc-csv": convert_with_twarc,
    "import-posts": partial(import_file, name=_POSTS, panel_name=_POSTS_PANEL),
    "table": write_table,
    "duckdb-table": copy_with_duckdb,
    "import-table": partial(import_file, name=_TABLE),
}
"""By name."""
