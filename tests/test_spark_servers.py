"""Clusters and servers of Spark, in processes of their own, say what DuckDB says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from shell import CHECKOUT, run, run_apart
from spark_cluster import addresses, of_all_relations
from spark_servers import cluster, connect, environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("java")]


def test_a_cluster_of_two_workers_says_what_duckdb_says_of_200_000_messages(
    tmp_path: Path,
) -> None:
    loopback = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "127.0.0.1"}
    program = [sys.executable, Path(__file__).with_name("spark_cluster.py"), tmp_path]

    done = subprocess.run(
        program,
        env=os.environ | loopback | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    presets = found["presets"]
    assert found["n_messages"] > 200_000
    assert presets.keys() == set(of_all_relations())
    assert [line for each in presets.values() for line in each["differences"]] == []
    assert min(each["n_requests"] for each in presets.values()) > 500
    assert found["n_workers"] == 2
    assert found["listening"] == ["127.0.0.1"]


def test_a_cluster_is_found_by_its_address(demo: Path, tmp_path: Path) -> None:
    arguments = ("rank", "demo", "--store", demo, "--format", "csv")

    expected = run(*arguments)
    with cluster(tmp_path) as address:
        found = run_apart(*arguments, "--engine", address, env=environment(tmp_path))
        listening = set().union(*map(addresses, psutil.Process().children(recursive=True)))

    assert found.code == 0, found.err
    assert found.out == expected.out
    assert listening == {"127.0.0.1"}


def test_who_asks_a_server_of_spark_connect_needs_no_java(demo: Path, tmp_path: Path) -> None:
    arguments = ("rank", "demo", "--store", demo, "--format", "csv")
    bare = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}

    expected = run(*arguments)
    with connect(tmp_path) as address:
        words = (*arguments, "--engine", address)
        found = run_apart(*words, env=bare | {"PATH": str(tmp_path)})
        listening = set().union(*map(addresses, psutil.Process().children(recursive=True)))

    assert found.code == 0, found.err
    assert found.out == expected.out
    assert listening == {"127.0.0.1"}
