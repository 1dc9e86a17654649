"""Spark: the same statements in this process, or on a cluster.

What several relations read is computed once: Spark would put it in the place of every mention, and
plan hundreds of readings of the store.
"""

from __future__ import annotations

import atexit
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from socialscore.engines.rows import Rows
from socialscore.errors import UsageError, Vanished

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

__all__ = ["Spark", "located"]

_SESSION = {
    # Instants are naive UTC, as in the store.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # What overflows is an error, not another number.
    "spark.sql.ansi.enabled": "true",
    # The month 2026-11 is a text, and not the first day of November.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
_HERE = {  # nobody else is to reach a Spark that works for this process alone
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}
_QUIET = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}
_NOBODY = ("UNAVAILABLE", "JavaSparkContext", "All masters are unresponsive")
_NO_BUCKETS = "S3AFileSystem not found"
_VANISHED = ("PATH_NOT_FOUND", "FILE_NOT_EXIST")
_KINDS = {
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
    "INTEGER": pa.int32(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
}


class Spark:
    """Runs statements over named relations; use it in a `with`.

    Its files must be where every worker finds them: on a shared disk, or in object storage.
    """

    allow_hashed_ids = False
    most_messages: int | None = None

    def __init__(self, address: str, settings: Mapping[str, str] | None = None) -> None:
        """Connect.

        Args:
            address: `local`, spark://HOST:PORT of a cluster, or sc://HOST:PORT of Spark Connect.
            settings: of Spark, where it is started from here, besides spark-defaults.conf.

        Raises:
            UsageError: there is no PySpark or no Java, or nobody answers at that address.
        """
        self._session = _session(address, tuple((settings or {}).items()))
        self._is_remote = address.startswith("sc://")
        self._shared: list[DataFrame] = []  # Spark counts on them until all is computed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # One that runs here takes seconds to start, and serves until the process ends.
        if self._is_remote:
            self._session.stop()

    def relation(
        self, name: str, data: pa.Table | Rows | Sequence[str], schema: pa.Schema | None = None
    ) -> None:
        """Make a table, a few rows, or a list of Parquet files (at least one) known by a name."""
        if isinstance(data, Rows):
            kinds = pa.schema([(column, _KINDS[kind]) for column, kind in data.columns.items()])
            data = pa.Table.from_pydict(data.by_column(), schema=kinds)
        with _calling():
            found = self._table(data) if isinstance(data, pa.Table) else self._files(data, schema)
            found.createOrReplaceTempView(name)

    def _table(self, data: pa.Table) -> DataFrame:
        # It would not guess the columns of a table without rows.
        return self._session.createDataFrame(data, _spark_schema(data.schema))

    def _files(self, paths: Sequence[str], schema: pa.Schema | None) -> DataFrame:
        root, paths = located(paths)
        reader = self._session.read.option("basePath", root)
        if schema:
            reader = reader.schema(_spark_schema(schema))
        return reader.parquet(*paths)

    def view(self, name: str, sql: str) -> None:
        """Make the rows of a statement, which names what is known already, known by a name."""
        with _calling():
            self._relations(sql, {}).createOrReplaceTempView(name)

    def query(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """The rows of one statement; `$name` in it stands for a parameter."""
        rows: list[dict[str, Any]] = self.query_table(sql, parameters).to_pylist()
        return rows

    def query_table(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The same rows, for an engine to read."""
        with _calling():
            return self._relations(sql, parameters).toArrow()

    def _relations(self, sql: str, parameters: Mapping[str, object]) -> DataFrame:
        """What a statement selects, once its relations are known by their names."""
        from socialscore.engines.spark_sql import steps

        for name, text, is_shared in steps(sql, parameters):
            rows = self._session.sql(text)
            if is_shared:
                self._shared.append(rows)
                rows = rows.localCheckpoint(eager=False)
            if name:
                rows.createOrReplaceTempView(name)
        return rows


def _spark_schema(schema: pa.Schema) -> StructType:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema, prefer_timestamp_ntz=True)


def located(paths: Sequence[str]) -> tuple[str, list[str]]:
    """The root of the table of Parquet files, and these, by the addresses of Hadoop.

    It reads what everybody else calls s3 as s3a.
    """
    paths = [path.replace("s3://", "s3a://", 1) for path in paths]
    return paths[0].rsplit("/", 1)[0].split("/network=", 1)[0], paths


def _session(address: str, settings: tuple[tuple[str, str], ...]) -> SparkSession:
    """A session of its own, for names of its own."""
    is_remote = address.startswith("sc://")
    try:
        with _calling():
            session = _remote(address) if is_remote else _context(address, settings).newSession()
            for name, value in _SESSION.items():
                session.conf.set(name, value)
    except ImportError as error:
        problem = f"the engine {address} needs {error.name or 'what Spark Connect needs'}; "
        raise UsageError(f"{problem}pip install 'socialscore[spark]'") from None
    except Exception as error:
        if "JAVA_GATEWAY_EXITED" in str(error):
            problem = f"the engine {address} needs Java 17 or newer; install it"
            raise UsageError(problem) from None
        if any(sign in str(error) for sign in _NOBODY):
            problem = f"no Spark answers at {address}; is it running, and is that its port?"
            raise UsageError(problem) from None
        raise
    return session


@cache
def _context(address: str, settings: tuple[tuple[str, str], ...]) -> SparkSession:
    """The Spark of this process: there can be one."""
    from pyspark.sql import SparkSession

    is_here = address.startswith("local")
    builder = SparkSession.builder.appName("socialscore")
    builder = builder.master("local[*]" if address == "local" else address)
    for name, value in (_QUIET | (_HERE if is_here else {}) | dict(settings)).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    atexit.register(session.stop)
    return session


def _remote(address: str) -> SparkSession:
    """A session of Spark Connect, which is asked for seconds and not for ten minutes."""
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session = SparkSession.builder.remote(address).create()
    session.client.set_retry_policies([DefaultPolicy(max_retries=5)])
    return session


@contextmanager
def _calling() -> Iterator[None]:
    """Around what calls Spark: tells of files that vanish, as `duckdb.files_may_vanish` does."""
    with warnings.catch_warnings():
        # It uses no pandas for us.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        warnings.filterwarnings("ignore", ".*RETRIES_EXCEEDED")  # which is an error too
        try:
            yield
        except Exception as error:  # Java's come in wrappers of several kinds
            if _NO_BUCKETS in str(error):
                problem = "start it with the package hadoop-aws (docs/scale.md)"
                raise UsageError(f"this Spark cannot read buckets; {problem}") from None
            if not any(sign in str(error) for sign in _VANISHED):
                raise
            raise Vanished("") from None
