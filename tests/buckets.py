"""Buckets on this machine, by moto's server in a process of its own.

Of its own, because the table library may hold Python's lock while it waits for an answer. As a
script it serves until its standard input ends, which it does with whoever began it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "observatory"


@contextmanager
def bucket() -> Iterator[str]:
    """The endpoint of a server that has one bucket, with nothing in it."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL) as server:
        assert server.stdin
        assert server.stdout
        endpoint = server.stdout.readline().decode().strip()
        urlopen(Request(f"{endpoint}/{BUCKET}", method="PUT")).close()
        try:
            yield endpoint
        finally:
            server.stdin.close()


def _serve() -> None:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    _serve()
