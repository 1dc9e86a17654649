"""Servers of Spark on this machine: a cluster by its address, and Spark Connect.

They are started as whoever runs them does, listen on 127.0.0.1, and end with the `with`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pyspark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOME = Path(pyspark.__file__).parent
LOOPBACK = "127.0.0.1"
DEFAULTS = {  # small and quickly there: what is counted with them is tiny
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": LOOPBACK,
    "spark.driver.memory": "1g",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.memory": "512m",
    "spark.master.rest.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}
_PATIENCE = 120.0  # seconds to start, on a busy machine


def environment(folder: Path) -> dict[str, str]:
    """Variables for servers and for who asks them: everything stays on this machine."""
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name} {value}\n" for name, value in DEFAULTS.items())
    (conf / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    return os.environ | {
        "SPARK_CONF_DIR": str(conf),
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_HOSTNAME": LOOPBACK,
        "SPARK_LOCAL_IP": LOOPBACK,
    }


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a cluster: a master and two workers of one core."""
    port = _free_port()
    env = environment(folder) | {"SPARK_DAEMON_MEMORY": "256m"}
    address = f"spark://{LOOPBACK}:{port}"
    here = ["--host", LOOPBACK, "--webui-port", "0"]
    small = ["--cores", "1", "--memory", "600m"]
    with ExitStack() as stack:
        words = ["org.apache.spark.deploy.master.Master", *here, "--port", str(port)]
        master = stack.enter_context(_running(words, env, folder / "master.log"))
        _wait(master, port, folder / "master.log")
        for name in ("one", "two"):
            place = ["--work-dir", str(folder / name)]
            words = ["org.apache.spark.deploy.worker.Worker", *here, *small, *place, address]
            stack.enter_context(_running(words, env, folder / f"{name}.log"))
        yield address


@contextmanager
def connect(folder: Path) -> Iterator[str]:
    """The address of a server of Spark Connect."""
    port = _free_port()
    settings = {
        "spark.master": "local[2]",
        "spark.connect.grpc.binding.address": LOOPBACK,
        "spark.connect.grpc.binding.port": str(port),
    }
    words = ["org.apache.spark.deploy.SparkSubmit"]
    for name, value in settings.items():
        words += ["--conf", f"{name}={value}"]
    words += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    log = folder / "connect.log"
    with _running(words, environment(folder), log) as server:
        _wait(server, port, log)
        yield f"sc://{LOOPBACK}:{port}"


@contextmanager
def _running(words: list[str], env: Mapping[str, str], log: Path) -> Iterator[psutil.Popen]:
    """A Java process of Spark, which ends with all that it has started."""
    program = [str(HOME / "bin" / "spark-class"), *words]
    with log.open("wb") as file:
        process = psutil.Popen(program, env=env, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        started = [process, *process.children(recursive=True)]
        for each in started:
            each.terminate()
        _, left = psutil.wait_procs(started, timeout=10)
        for each in left:
            each.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait(process: psutil.Popen, port: int, log: Path) -> None:
    """Until it listens.

    Raises:
        RuntimeError: it ended before, or takes too long; with the end of what it said.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"Spark did not start: {log.read_text(errors='replace')[-2000:]}")
