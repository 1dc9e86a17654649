"""The engine on which scoring tests run: DuckDB, or Spark with `SOCIALSCORE_TEST_ENGINE=spark`."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from socialscore.engines.duckdb import DuckDB
from socialscore.engines.spark import Spark

if TYPE_CHECKING:
    from socialscore.engines.base import Engine

CHOSEN = os.environ.get("SOCIALSCORE_TEST_ENGINE", "duckdb")
SMALL = {  # worlds are tiny: what prepares Spark for great ones only takes its time
    "spark.default.parallelism": "1",
    # With less room it stops compiling after some thousand statements, and crawls.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=160m "
    "-XX:+UseSerialGC",
    # One process serves hundreds of tests, and what they kept goes late: 1 GB was full once.
    "spark.driver.memory": "2g",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
# One Java process serves all of them.
ON_SPARK = (pytest.mark.slow, pytest.mark.xdist_group("spark"))
in_use = CHOSEN  # conftest.py changes it for tests that run on both


def engine() -> Engine:
    """A new one, of the kind that is in use."""
    return spark() if in_use == "spark" else DuckDB()


def spark() -> Spark:
    """Spark in one Java process, which serves until the tests end."""
    return Spark("local[1]", SMALL)


def has_java() -> bool:
    """Whether Spark can be started here."""
    return bool(os.environ.get("JAVA_HOME") or shutil.which("java"))
